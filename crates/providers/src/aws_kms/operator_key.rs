//! A key of the operator's own in AWS KMS, used with the operator's own identity: it wraps the
//! installation's root key. Must not know where the wrapped root key is kept, nor any tenant.

use std::fmt;
use std::sync::Arc;

use domain::secret::SecretBytes;
use domain::validity::Failure;

use super::Aws;
use super::classify::Refused;
use super::client::EncryptionContext;
use crate::address::AddressPolicy;
use crate::provider::Deadline;
use crate::registry::{ConfigFault, ProvidersConfig};

/// What a wrapped root key is bound to, so that no other ciphertext of the same key passes for one.
const CONTEXT: (&str, &str) = ("atrest:root-key", "1");

/// A key of the operator's own.
pub struct OperatorKey {
    aws: Aws,
    arn: String,
    region: String,
}

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorKey").field("arn", &self.arn).finish_non_exhaustive()
    }
}

impl OperatorKey {
    /// Opens a key by its ARN. Nothing is asked of AWS yet.
    /// Errors: every fault of the settings; an ARN that names no region.
    pub fn open(config: ProvidersConfig, arn: &str) -> Result<Self, Vec<ConfigFault>> {
        let region = arn.split(':').nth(3).filter(|region| arn.starts_with("arn:") && !region.is_empty());
        let region = region.ok_or_else(|| {
            vec![ConfigFault { setting: "root_key.aws_kms_key", fault: "is not the ARN of a key".to_owned() }]
        })?;
        let addresses = Arc::new(AddressPolicy::allowing(config.allow_networks));
        let aws = Aws::new(config.aws, &addresses, config.clock, Arc::default())?;
        Ok(Self { region: region.to_owned(), aws, arn: arn.to_owned() })
    }

    /// Wraps the root key.
    /// Errors: what AWS said, or what kept us from asking.
    /// Cancel: safe to repeat.
    pub async fn wrap(&self, root_key: &SecretBytes<32>, deadline: Deadline) -> Result<Vec<u8>, Failure> {
        // Boxed, as every provider's calls are: the SDK's futures are deep.
        deadline
            .enforce(Box::pin(async {
                let who = self.aws.operator.credentials().await.map_err(|refused| refused.failure)?;
                let wrapped =
                    self.aws.clients.public(&self.region).encrypt(&who, &self.arn, root_key, &context()).await;
                match wrapped {
                    Ok(encrypted) => Ok(encrypted.ciphertext),
                    Err(refused) => Err(self.settle(refused).await),
                }
            }))
            .await
    }

    /// Unwraps the root key.
    /// Errors: what AWS said, or what kept us from asking. Bytes that this key did not wrap as a root key
    /// are an unexpected answer with AWS's code.
    /// Cancel: safe to repeat.
    pub async fn unwrap(&self, wrapped: &[u8], deadline: Deadline) -> Result<SecretBytes<32>, Failure> {
        // Boxed, as every provider's calls are: the SDK's futures are deep.
        deadline
            .enforce(Box::pin(async {
                let who = self.aws.operator.credentials().await.map_err(|refused| refused.failure)?;
                let root_key =
                    self.aws.clients.public(&self.region).decrypt(&who, &self.arn, wrapped, &context()).await;
                match root_key {
                    Ok(root_key) => Ok(root_key),
                    Err(refused) => Err(self.settle(refused).await),
                }
            }))
            .await
    }

    /// Tells a rejected credential from a clock that is off.
    async fn settle(&self, refused: Refused) -> Failure {
        self.aws.settle(refused, &self.region, false).await
    }
}

fn context() -> EncryptionContext {
    EncryptionContext::from([(CONTEXT.0.to_owned(), CONTEXT.1.to_owned())])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::secret::SecretText;
    use domain::validity::{DefiniteReason, ForeignText, Reason, TransientReason};
    use simulators::aws::{Change, NewKey};
    use simulators::{Clouds, Options};

    use super::super::{Config, OperatorIdentity};
    use super::*;

    const SECRET: &str = "a-secret-that-must-not-turn-up";
    const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(20))
    }

    fn root_key() -> SecretBytes<32> {
        SecretBytes::fill(|place| {
            place.fill(7);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    fn config(clouds: &Clouds, operator: OperatorIdentity) -> ProvidersConfig {
        ProvidersConfig {
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            aws: Config {
                operator,
                kms_endpoint: Some(clouds.aws_endpoint()),
                sts_endpoint: Some(clouds.aws_endpoint()),
                ..Config::default()
            },
            ..ProvidersConfig::default()
        }
    }

    fn identity(access_key_id: &str, secret: &str) -> OperatorIdentity {
        OperatorIdentity::Static {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: Arc::new(SecretText::new(secret.to_owned())),
            session_token: None,
        }
    }

    struct Rig {
        clouds: Clouds,
        key: simulators::aws::CreatedKey,
        operator: OperatorIdentity,
    }

    async fn rig() -> Rig {
        let clouds = Clouds::start(Options::default()).await.unwrap();
        let account = clouds.aws().create_account("operator").await.unwrap();
        let user = clouds.aws().create_user(&account, "atrest", Some(EVERYTHING)).await.unwrap();
        let new = NewKey { alias: "root".to_owned(), ..NewKey::default() };
        let key = clouds.aws().create_key(&account, "us-east-1", new).await.unwrap();
        let operator = identity(&user.access_key_id, user.expose_secret());
        Rig { clouds, key, operator }
    }

    #[tokio::test]
    async fn wraps_and_unwraps_with_the_operators_identity() {
        let rig = rig().await;
        let key = OperatorKey::open(config(&rig.clouds, rig.operator.clone()), &rig.key.arn).unwrap();
        let wrapped = key.wrap(&root_key(), soon()).await.unwrap();
        assert!(key.unwrap(&wrapped, soon()).await.unwrap().matches(root_key().expose()));
        rig.clouds.aws().apply(Change::DisableKey(rig.key.id.clone())).await.unwrap();
        let refused = key.unwrap(&wrapped, soon()).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Definite(DefiniteReason::KeyDisabled));
    }

    #[tokio::test]
    async fn a_ciphertext_with_another_context_is_no_root_key() {
        let rig = rig().await;
        let key = OperatorKey::open(config(&rig.clouds, rig.operator.clone()), &rig.key.arn).unwrap();
        let who = key.aws.operator.credentials().await.unwrap();
        let other = EncryptionContext::from([("atrest:project".to_owned(), "1".to_owned())]);
        let foreign =
            key.aws.clients.public("us-east-1").encrypt(&who, &rig.key.arn, &root_key(), &other).await.ok().unwrap();
        let refused = key.unwrap(&foreign.ciphertext, soon()).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Transient(TransientReason::UnexpectedAnswer));
        assert_eq!(refused.provider_code.as_ref().map(ForeignText::as_str), Some("InvalidCiphertextException"));
    }

    #[tokio::test]
    async fn says_so_when_there_is_no_identity_or_it_is_rejected() {
        let rig = rig().await;
        let key = OperatorKey::open(config(&rig.clouds, OperatorIdentity::None), &rig.key.arn).unwrap();
        let refused = key.wrap(&root_key(), soon()).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Transient(TransientReason::OperatorIdentity));
        let stranger = identity("AKIAIOSFODNN7EXAMPLE", SECRET);
        let key = OperatorKey::open(config(&rig.clouds, stranger), &rig.key.arn).unwrap();
        let refused = key.wrap(&root_key(), soon()).await.unwrap_err();
        assert_eq!(refused.reason, Reason::Definite(DefiniteReason::CredentialRejected));
        assert!(!format!("{refused:?} {key:?}").contains(SECRET));
        assert!(OperatorKey::open(config(&rig.clouds, OperatorIdentity::None), "alias/one").is_err());
    }
}
