//! Nothing secret is logged, at any level, by us or by what we call. The lines are those of one thread,
//! on which the runtime of a test runs whole.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::id::ProjectId;
use domain::secret::SecretBytes;
use providers::{Deadline, Tokens, WrapContext};
use simulators::{Clouds, Options};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;

use crate::aws::{AwsCloud, Place};
use crate::cloud::{Access, Cloud};
use crate::simulator::roots;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn catch(&self) -> DefaultGuard {
        let writer = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn take(&self) -> String {
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

#[tokio::test]
async fn nothing_secret_is_logged_at_any_level() {
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
    let customers = [cloud.customer(Access::Static).await.unwrap(), cloud.customer(Access::Role).await.unwrap()];
    let data_key = SecretBytes::<32>::fill(|place| aws_lc_rs::rand::fill(place)).unwrap();
    let mut secrets =
        vec![STANDARD.encode(data_key.expose()), format!("{:?}", data_key.expose()), hex::encode(data_key.expose())];

    let lines = Lines::default();
    {
        let _guard = lines.catch();
        // What the SDK says where nobody silences it: or the rest of this test would prove nothing.
        customers[0].enable().await.unwrap();
        assert!(lines.take().contains("aws_smithy_runtime::client::orchestrator"));
        tracing::trace!("the lines are caught");
        let soon = || Deadline::after(Duration::from_secs(30));
        let context = WrapContext { project: ProjectId::from_random([1; 12]), cluster: None, key: "a".to_owned() };
        for customer in &customers {
            let key = customer.open();
            key.check(Tokens::Fresh, soon()).await;
            let wrapped = key.wrap(&context, &data_key, soon()).await.unwrap();
            key.unwrap(&context, &wrapped, soon()).await.unwrap();
            key.describe(soon()).await.unwrap();
            customer.open_with_wrong_secret().check(Tokens::Fresh, soon()).await;
            tracing::trace!(?key, "and debug output");
            secrets.extend(customer.secrets());
        }
        cloud.providers().prove_operator(cloud.kind(), soon()).await.unwrap();
        tracing::trace!(providers = ?cloud.providers(), "and debug output");
    }
    let told = lines.take();
    assert!(told.contains("the lines are caught"), "nothing was caught:\n{told}");
    for secret in &secrets {
        assert!(!told.contains(secret.as_str()), "{secret} was logged:\n{told}");
    }
    // The tokens of sessions are not known here, but how requests and answers carry them is.
    for carrier in ["security-token", "SessionToken", "SecretAccessKey", "Signature=", "Plaintext", "CiphertextBlob"] {
        assert!(!told.to_lowercase().contains(&carrier.to_lowercase()), "{carrier} was logged:\n{told}");
    }
    clouds.shutdown().await;
}
