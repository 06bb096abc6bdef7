//! Nothing secret is logged, at any level, by us or by what we call. The lines are those of one thread,
//! on which the runtime of a test runs whole.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, Request, RetryOptions, StatusCode, Transport};
use azure_security_keyvault_keys::{KeyClient, KeyClientOptions};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::id::ProjectId;
use domain::secret::SecretBytes;
use providers::{Candidate, Deadline, Tokens, WrapContext};
use simulators::{Clouds, Options};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;

use crate::aws::{AwsCloud, Place};
use crate::azure::AzureCloud;
use crate::cloud::{Access, Cloud, Customer};
use crate::simulator::roots;

/// The lines that one thread logs.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn catch(&self) -> DefaultGuard {
        let writer = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Uses everything that a cloud's provider does with every line caught, and looks for secrets in the lines.
/// `loud` lets the SDK say what it says where nobody silences it, in lines with these words: or the rest
/// would prove nothing. `carriers` are words by which requests and answers carry secrets not known here.
async fn tells_nothing_secret(
    cloud: &dyn Cloud,
    (loud, words): (impl AsyncFn(&dyn Customer), &str),
    carriers: &[&str],
) {
    let customers = [cloud.customer(Access::Static).await.unwrap(), cloud.customer(Access::Role).await.unwrap()];
    let data_key = SecretBytes::<32>::fill(|place| aws_lc_rs::rand::fill(place)).unwrap();
    let mut secrets =
        vec![STANDARD.encode(data_key.expose()), format!("{:?}", data_key.expose()), hex::encode(data_key.expose())];
    // As it stands behind a byte of ours.
    let bound: Vec<u8> = [1].into_iter().chain(*data_key.expose()).collect();
    secrets.push(URL_SAFE_NO_PAD.encode(&bound[..33]));

    let lines = Lines::default();
    {
        let _guard = lines.catch();
        loud(&*customers[0]).await;
        assert!(lines.take().contains(words));
        tracing::trace!("the lines are caught");
        let soon = || Deadline::after(Duration::from_secs(30));
        let context = WrapContext { project: ProjectId::from_random([1; 12]), cluster: None, key: "a".to_owned() };
        for customer in &customers {
            let key = customer.open();
            key.check(Tokens::Fresh, soon()).await;
            key.check_candidate(Candidate::NewKey, soon()).await;
            let wrapped = key.wrap(&context, &data_key, soon()).await.unwrap();
            key.unwrap(&context, &wrapped, soon()).await.unwrap();
            key.describe(soon()).await.unwrap();
            tracing::trace!(?key, "and debug output");
            secrets.extend(customer.secrets());
        }
        customers[0].open_with_wrong_secret().check(Tokens::Fresh, soon()).await;
        customers[0].open_as_nobody().check(Tokens::Fresh, soon()).await;
        cloud.providers().prove_operator(cloud.kind(), soon()).await.unwrap();
        tracing::trace!(providers = ?cloud.providers(), "and debug output");
    }
    let told = lines.take();
    assert!(told.contains("the lines are caught"), "nothing was caught:\n{told}");
    for secret in &secrets {
        assert!(!told.contains(secret.as_str()), "{secret} was logged:\n{told}");
    }
    for carrier in carriers {
        assert!(!told.to_lowercase().contains(&carrier.to_lowercase()), "{carrier} was logged:\n{told}");
    }
}

#[tokio::test]
async fn nothing_secret_of_aws_is_logged_at_any_level() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let (operator, customer) = roots(&clouds).await;
    let cloud = AwsCloud::at(Place {
        name: "canary",
        endpoint: clouds.aws_endpoint(),
        ca: None,
        operator,
        customer,
        faults: Some(clouds.faults().clone()),
        lacks: Vec::new(),
    })
    .await;
    let loud = async |customer: &dyn Customer| customer.enable().await.unwrap();
    let carriers = ["security-token", "SessionToken", "SecretAccessKey", "Signature=", "Plaintext", "CiphertextBlob"];
    tells_nothing_secret(&cloud, (loud, "aws_smithy_runtime::client::orchestrator"), &carriers).await;
    clouds.shutdown().await;
}

/// Answers every request of the SDK's with a page.
#[derive(Debug)]
struct Page;

#[async_trait]
impl HttpClient for Page {
    async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
        Ok(AsyncRawResponse::from_bytes(StatusCode::BadGateway, Headers::new(), "<html>"))
    }
}

/// Gives no token: the page asks for none.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl TokenCredential for Nobody {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        unreachable!("no token is asked for")
    }
}

#[tokio::test]
async fn nothing_secret_of_azure_is_logged_at_any_level() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = AzureCloud::at(&clouds).await;
    let loud = async |_: &dyn Customer| {
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(Page))),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        };
        let options = KeyClientOptions { client_options, ..KeyClientOptions::default() };
        let client = KeyClient::new("https://localhost/", Arc::new(Nobody), Some(options)).unwrap();
        client.get_key("k", None).await.unwrap_err();
    };
    let carriers = ["authorization", "bearer", "client_secret", "access_token", "grant_type", "RSA-OAEP"];
    tells_nothing_secret(&cloud, (loud, "typespec_client_core"), &carriers).await;
    clouds.shutdown().await;
}
