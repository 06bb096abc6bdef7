//! A running simulator with one account, and clients for it.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_kms::config::Region;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use simulators::aws::{AccessKeyPair, CreatedKey, NewKey};
use simulators::{Clouds, Options};

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

pub(crate) struct Rig {
    pub(crate) clouds: Clouds,
    pub(crate) account: String,
    pub(crate) admin: Keys,
}

/// Credentials as a client holds them.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl From<AccessKeyPair> for Keys {
    fn from(pair: AccessKeyPair) -> Self {
        Self { secret: pair.expose_secret().to_owned(), id: pair.access_key_id, token: None }
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let clouds = Clouds::start(options).await.unwrap();
        let account = clouds.aws().create_account("customer").await.unwrap();
        let admin = clouds.aws().create_user(&account, "admin", Some(EVERYTHING)).await.unwrap().into();
        Self { clouds, account, admin }
    }

    pub(crate) fn kms(&self) -> aws_sdk_kms::Client {
        self.kms_as(&self.admin)
    }

    pub(crate) fn kms_as(&self, keys: &Keys) -> aws_sdk_kms::Client {
        self.kms_in(keys, REGION)
    }

    pub(crate) fn kms_in(&self, keys: &Keys, region: &'static str) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::Config::builder()
            .behavior_version_latest()
            .endpoint_url(self.clouds.aws_endpoint())
            .region(Region::from_static(region))
            .credentials_provider(credentials(keys))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .http_client(http_client())
            .build();
        aws_sdk_kms::Client::from_conf(config)
    }

    pub(crate) fn sts_as(&self, keys: &Keys) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version_latest()
            .endpoint_url(self.clouds.aws_endpoint())
            .region(Region::from_static(REGION))
            .credentials_provider(credentials(keys))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .http_client(http_client())
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }

    pub(crate) async fn key(&self, alias: &str) -> CreatedKey {
        let new = NewKey { alias: alias.to_owned(), ..NewKey::default() };
        self.clouds.aws().create_key(&self.account, REGION, new).await.unwrap()
    }

    pub(crate) async fn user(&self, name: &str, policy: Option<&str>) -> Keys {
        self.clouds.aws().create_user(&self.account, name, policy).await.unwrap().into()
    }

    /// Assumes a role of the account with the external id.
    pub(crate) async fn session(&self, by: &Keys, role: &str, external_id: &str) -> Keys {
        let assumed = self
            .sts_as(by)
            .assume_role()
            .role_arn(role)
            .role_session_name("test")
            .external_id(external_id)
            .send()
            .await
            .unwrap();
        let given = assumed.credentials.unwrap();
        Keys { id: given.access_key_id, secret: given.secret_access_key, token: Some(given.session_token) }
    }

    /// A call of KMS by hand.
    pub(crate) fn kms_call(&self, operation: &str, body: &str) -> Call {
        let mut call = Call::new(&self.clouds.aws_endpoint(), "kms", &self.admin, body);
        call.header("content-type", "application/x-amz-json-1.1");
        call.header("x-amz-target", &format!("TrentService.{operation}"));
        call
    }

    pub(crate) fn sts_call(&self, form: &str) -> Call {
        self.query_call("sts", "2011-06-15", form)
    }

    pub(crate) fn iam_call(&self, form: &str) -> Call {
        self.query_call("iam", "2010-05-08", form)
    }

    pub(crate) fn ec2_call(&self, form: &str) -> Call {
        self.query_call("ec2", "2016-11-15", form)
    }

    fn query_call(&self, service: &'static str, version: &str, form: &str) -> Call {
        let body = format!("{form}&Version={version}");
        let mut call = Call::new(&self.clouds.aws_endpoint(), service, &self.admin, &body);
        call.header("content-type", "application/x-www-form-urlencoded");
        call
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Got {
    /// The error code, of JSON or XML.
    pub(crate) fn code(&self) -> String {
        if let Ok(body) = serde_json::from_str::<serde_json::Value>(&self.body) {
            return body["__type"].as_str().unwrap_or_default().to_owned();
        }
        let after = self.body.split_once("<Code>").map(|(_, after)| after).unwrap_or_default();
        after.split('<').next().unwrap_or_default().to_owned()
    }
}

/// A request that is signed by Amazon's own signer and may be bent before or after that.
pub(crate) struct Call {
    pub(crate) url: String,
    pub(crate) service: &'static str,
    pub(crate) region: &'static str,
    pub(crate) keys: Keys,
    pub(crate) at: SystemTime,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn new(endpoint: &str, service: &'static str, keys: &Keys, body: &str) -> Self {
        Self {
            url: format!("{endpoint}/"),
            service,
            region: REGION,
            keys: keys.clone(),
            at: SystemTime::now(),
            headers: HeaderMap::new(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }

    /// Signs; whatever is changed afterwards the signature does not cover.
    pub(crate) fn sign(&mut self) {
        let identity = credentials(&self.keys).into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.at)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(self.body.as_bytes());
        let signable = SignableRequest::new("POST", self.url.as_str(), headers, body).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let added: Vec<(String, String)> =
            instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (name, value) in added {
            self.header(&name, &value);
        }
    }

    /// Sends it as it stands.
    pub(crate) async fn send_unsigned(self) -> Got {
        let sent = http().post(&self.url).headers(self.headers).body(self.body).send().await.unwrap();
        Got { status: sent.status().as_u16(), headers: sent.headers().clone(), body: sent.text().await.unwrap() }
    }

    pub(crate) async fn send(mut self) -> Got {
        self.sign();
        self.send_unsigned().await
    }
}

/// A plain HTTP client that trusts nothing but what it is told.
pub(crate) fn http() -> reqwest::Client {
    // A second install is refused, and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The code of an SDK's error; an error that has none is empty.
pub(crate) fn code<T, E: ProvideErrorMetadata>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code().unwrap_or_default().to_owned(),
    }
}

fn credentials(keys: &Keys) -> Credentials {
    Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test")
}

fn http_client() -> SharedHttpClient {
    HttpBuilder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
}
