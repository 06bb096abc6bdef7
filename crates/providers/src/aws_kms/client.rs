//! The narrow slice of the AWS SDK we use. One KMS and one STS client per region serve all tenants;
//! none of them has an identity. A private path has KMS clients of its own (`private_path.rs`). Every call is handed a
//! tenant's credentials and forgets them after.
//!
//! Must not know what an answer is good for. Must never give an SDK client a default identity: then a
//! forgotten override fails instead of acting in somebody else's name (product.md 1.6).

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::types::KeyMetadata;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::Blob;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use domain::secret::{SecretBytes, SecretText};
use domain::validity::ForeignText;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;
use zeroize::Zeroize;

use super::classify::{Operation, Refused, classify};
use crate::clock::{Clock, http_date, skew};
use crate::operator_health::OperatorHealth;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one attempt may take, so that a lost packet leaves time for the second one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
/// Attempts per call. All of our calls are safe to repeat, and a single throttled or failed one is so
/// common that KMS's own documentation asks for a retry; more would only eat the caller's deadline.
const ATTEMPTS: u32 = 2;
/// The longest pause before the second attempt.
const BACKOFF: Duration = Duration::from_millis(200);
/// Regions whose clients are kept. AWS has about forty; more names than that are not regions.
const REGIONS_KEPT: usize = 64;

/// What a tenant's calls are signed with.
pub(super) struct TenantCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Arc<SecretText>,
    pub(super) session_token: Option<SecretText>,
}

impl TenantCredentials {
    /// Gives what must not turn up in any text.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let token = self.session_token.as_ref().map(SecretText::expose);
        std::iter::once(self.secret_access_key.expose()).chain(token).collect()
    }

    fn provider(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Credentials::new(
            self.access_key_id.clone(),
            self.secret_access_key.expose(),
            self.session_token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "tenant",
        ))
    }
}

/// What all AWS clients have in common.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) http: SharedHttpClient,
    pub(super) clock: Clock,
    pub(super) kms_endpoint: Option<String>,
    pub(super) sts_endpoint: Option<String>,
    pub(super) health: Arc<OperatorHealth>,
}

/// Fills in what KMS's and STS's configurations have in common; their types differ, so no function can.
macro_rules! configured {
    ($sdk:ident, $wire:expr, $region:expr, $endpoint:expr) => {{
        let mut builder = $sdk::config::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region($sdk::config::Region::new($region.to_owned()))
            .http_client($wire.http.clone())
            .time_source($wire.clock.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(BACKOFF)
                    .with_max_backoff(BACKOFF),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .read_timeout(ATTEMPT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .build(),
            )
            // Answers are small and read whole under the attempt's timeout.
            .stalled_stream_protection($sdk::config::StalledStreamProtectionConfig::disabled())
            // A clock that is off must be seen and told, not papered over call by call.
            .disable_clock_skew_correction(true)
            .interceptor(ClockWatch { clock: $wire.clock.clone(), health: $wire.health.clone() });
        builder.set_endpoint_url($endpoint.clone());
        builder
    }};
}

impl Wire {
    pub(super) fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::from_conf(configured!(aws_sdk_kms, self, region, self.kms_endpoint).build())
    }

    /// Gives the settings of an STS client that has no identity yet.
    pub(super) fn sts(&self, region: &str) -> aws_sdk_sts::config::Builder {
        configured!(aws_sdk_sts, self, region, self.sts_endpoint)
    }
}

/// One client per region, made when first asked for.
pub(super) struct PerRegion<C>(Mutex<HashMap<String, C>>);

impl<C> Default for PerRegion<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> PerRegion<C> {
    pub(super) fn client(&self, region: &str, make: impl FnOnce() -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(region) {
            return client.clone();
        }
        let client = make();
        if clients.len() < REGIONS_KEPT {
            clients.insert(region.to_owned(), client.clone());
        }
        client
    }
}

/// The clients that act for tenants.
pub(super) struct Clients {
    wire: Wire,
    kms: PerRegion<aws_sdk_kms::Client>,
    sts: PerRegion<aws_sdk_sts::Client>,
}

/// What Encrypt returned.
pub(super) struct Encrypted {
    pub(super) ciphertext: Vec<u8>,
    pub(super) key_arn: String,
}

pub(super) type EncryptionContext = HashMap<String, String>;

impl Clients {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, kms: PerRegion::default(), sts: PerRegion::default() }
    }

    /// Gives the way to a region's KMS by its public address.
    pub(super) fn public(&self, region: &str) -> Door {
        Door { kms: self.kms(region), region: region.to_owned() }
    }

    fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        self.kms.client(region, || self.wire.kms(region))
    }

    fn sts(&self, region: &str) -> aws_sdk_sts::Client {
        self.sts.client(region, || aws_sdk_sts::Client::from_conf(self.wire.sts(region).build()))
    }

    /// Gives the client as a call would find it whose credentials were forgotten.
    #[cfg(test)]
    pub(super) fn bare_kms(&self, region: &str) -> aws_sdk_kms::Client {
        self.kms(region)
    }

    /// Gives the client as a call would find it whose credentials were forgotten.
    #[cfg(test)]
    pub(super) fn bare_sts(&self, region: &str) -> aws_sdk_sts::Client {
        self.sts(region)
    }

    /// Asks STS who the tenant's identity is.
    pub(super) async fn caller(&self, region: &str, who: &TenantCredentials) -> Result<String, Refused> {
        let identity = aws_sdk_sts::config::Config::builder()
            .credentials_provider(who.provider())
            .identity_cache(aws_sdk_sts::config::IdentityCache::no_cache());
        let call = self.sts(region).get_caller_identity().customize().config_override(identity);
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::TenantIdentity, &who.secrets()))?;
        answer.arn.ok_or_else(|| Refused::unexpected("GetCallerIdentity answered without Arn"))
    }
}

/// One way to a region's KMS: by its public address, or by one endpoint of a project's. No door leads to another's
/// connections.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) kms: aws_sdk_kms::Client,
    /// What its calls are signed for.
    pub(super) region: String,
}

impl Door {
    pub(super) async fn describe_key(&self, who: &TenantCredentials, key: &str) -> Result<KeyMetadata, Refused> {
        let call = self.kms.describe_key().key_id(key).customize().config_override(kms_as(who));
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::DescribeKey, &who.secrets()))?;
        answer.key_metadata.ok_or_else(|| Refused::unexpected("DescribeKey answered without KeyMetadata"))
    }

    pub(super) async fn encrypt(
        &self,
        who: &TenantCredentials,
        key: &str,
        plaintext: &SecretBytes<32>,
        context: &EncryptionContext,
    ) -> Result<Encrypted, Refused> {
        let call = self
            .kms
            .encrypt()
            .key_id(key)
            .plaintext(Blob::new(plaintext.expose().to_vec()))
            .set_encryption_context(Some(context.clone()))
            .customize()
            .config_override(kms_as(who));
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::Encrypt, &who.secrets()))?;
        match (answer.ciphertext_blob, answer.key_id) {
            (Some(ciphertext), Some(key_arn)) if !ciphertext.as_ref().is_empty() && !key_arn.is_empty() => {
                Ok(Encrypted { ciphertext: ciphertext.into_inner(), key_arn })
            }
            _ => Err(Refused::unexpected("Encrypt answered without CiphertextBlob or KeyId")),
        }
    }

    pub(super) async fn decrypt(
        &self,
        who: &TenantCredentials,
        key: &str,
        ciphertext: &[u8],
        context: &EncryptionContext,
    ) -> Result<SecretBytes<32>, Refused> {
        let call = self
            .kms
            .decrypt()
            .key_id(key)
            .ciphertext_blob(Blob::new(ciphertext))
            .set_encryption_context(Some(context.clone()))
            .customize()
            .config_override(kms_as(who));
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::Decrypt, &who.secrets()))?;
        let mut bytes = answer.plaintext.map(Blob::into_inner).unwrap_or_default();
        let plaintext = SecretBytes::fill(|place| {
            let whole: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| ())?;
            place.copy_from_slice(whole);
            Ok::<_, ()>(())
        });
        bytes.zeroize();
        plaintext.map_err(|()| Refused::unexpected("Decrypt answered without 32 bytes of Plaintext"))
    }
}

/// Makes one call of KMS a tenant's. No cache: nothing of the tenant stays in the client.
fn kms_as(who: &TenantCredentials) -> aws_sdk_kms::config::Builder {
    aws_sdk_kms::config::Config::builder()
        .credentials_provider(who.provider())
        .identity_cache(aws_sdk_kms::config::IdentityCache::no_cache())
}

/// Runs a call of the SDK with its own log lines switched off: at trace level they carry whole requests.
pub(super) fn quiet<T>(call: impl Future<Output = T>) -> impl Future<Output = T> {
    call.with_subscriber(Dispatch::none())
}

/// Compares the clock with the Date of every answer that AWS itself gave.
#[derive(Debug)]
struct ClockWatch {
    clock: Clock,
    health: Arc<OperatorHealth>,
}

#[dyn_dispatch_hint]
impl Intercept for ClockWatch {
    fn name(&self) -> &'static str {
        "ClockWatch"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        // A proxy's page has a Date too, but no request id of AWS.
        if headers.get("x-amzn-requestid").is_none() {
            return Ok(());
        }
        if let Some(theirs) = headers.get("date").and_then(http_date) {
            let ours = self.clock.now();
            match skew(theirs, ours) {
                None => self.health.clock_works(),
                Some(apart) => {
                    let words = format!("AWS's time and ours are {} s apart", apart.as_secs());
                    self.health.clock_fails(ours, ForeignText::tame(&words, &[]));
                }
            }
        }
        Ok(())
    }
}
