//! From a key id as a request names it to a key that the caller may use so.
//! It must not know what is done with the key then.

use super::Call;
use super::ciphertext::Context;
use super::constraint;
use super::key::Key;
use crate::aws::arn::{self, Arn};
use crate::aws::authorize;
use crate::aws::error::ServiceError;
use crate::aws::policy::Question;

/// How an operation lets a key be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Id or ARN of a key of one's own account.
    OwnKey,
    /// Those of any account, and aliases.
    AnyKey,
}

struct Named {
    account: String,
    key_id: Option<String>,
    alias: Option<String>,
}

impl Call<'_> {
    /// Finds the key and asks both sides' policies.
    /// Errors: `NotFoundException`, `InvalidArnException`, `AccessDeniedException`.
    pub(super) fn key(&mut self, text: &str, naming: Naming, action: &str) -> Result<&mut Key, ServiceError> {
        let key_id = self.authorized_key(text, naming, action, None)?;
        self.key_by_id(&key_id)
    }

    /// The same for operations that carry an encryption context.
    pub(super) fn key_in_context(
        &mut self,
        text: &str,
        action: &str,
        context: &Context,
    ) -> Result<&mut Key, ServiceError> {
        let key_id = self.authorized_key(text, Naming::AnyKey, action, Some(context))?;
        self.key_by_id(&key_id)
    }

    fn authorized_key(
        &self,
        text: &str,
        naming: Naming,
        action: &str,
        context: Option<&Context>,
    ) -> Result<String, ServiceError> {
        let named = self.resolve(text, naming)?;
        let own = named.account == self.caller.account;
        let found = named
            .key_id
            .as_deref()
            .and_then(|id| self.state.keys.get(id))
            .filter(|key| key.account == named.account && key.region == self.region);
        let Some(key) = found else {
            return Err(if own { self.not_found(&named) } else { self.foreign_missing(action) });
        };
        if !own && naming == Naming::OwnKey {
            return Err(self.foreign_missing(action));
        }
        self.authorize(key, action, context, named.alias.as_deref())?;
        Ok(key.id.clone())
    }

    /// Asks both sides' policies for a key that is already found.
    /// Errors: `AccessDeniedException`.
    pub(super) fn authorize(
        &self,
        key: &Key,
        action: &str,
        context: Option<&Context>,
        alias: Option<&str>,
    ) -> Result<(), ServiceError> {
        let mut facts = self.caller.facts();
        facts.extend(key.facts());
        facts.push(("kms:CallerAccount".to_owned(), vec![self.caller.account.clone()]));
        facts.push(("aws:RequestedRegion".to_owned(), vec![self.region.to_owned()]));
        if let Some(alias) = alias {
            facts.push(("kms:RequestAlias".to_owned(), vec![alias.to_owned()]));
        }
        if let Some(context) = context {
            facts.push(("kms:EncryptionAlgorithm".to_owned(), vec!["SYMMETRIC_DEFAULT".to_owned()]));
            if !context.is_empty() {
                facts.push(("kms:EncryptionContextKeys".to_owned(), context.keys().cloned().collect()));
            }
            let pairs =
                context.iter().map(|(name, value)| (format!("kms:EncryptionContext:{name}"), vec![value.clone()]));
            facts.extend(pairs);
        }
        let resource = key.arn();
        let question = Question { action, resource: &resource, facts: &facts };
        authorize::with_resource(self.state, self.caller, &question, &key.policy, &key.account)
            .map_err(|denied| ServiceError::new("AccessDeniedException", denied.words(self.caller, action, &resource)))
    }

    /// Asks for an operation that concerns no one key.
    /// Errors: `AccessDeniedException`.
    pub(super) fn authorize_account(&self, action: &str, resource: &str) -> Result<(), ServiceError> {
        let mut facts = self.caller.facts();
        facts.push(("aws:RequestedRegion".to_owned(), vec![self.region.to_owned()]));
        let question = Question { action, resource, facts: &facts };
        authorize::by_identity(self.state, self.caller, &question)
            .map_err(|denied| ServiceError::new("AccessDeniedException", denied.words(self.caller, action, resource)))
    }

    pub(super) fn key_by_id(&mut self, id: &str) -> Result<&mut Key, ServiceError> {
        self.state.keys.get_mut(id).ok_or_else(|| ServiceError::bug("KMSInternalException", "a found key stays"))
    }

    fn resolve(&self, text: &str, naming: Naming) -> Result<Named, ServiceError> {
        if text.is_empty() {
            return Err(constraint("keyId", "have length greater than or equal to 1"));
        }
        if text.len() > 2048 {
            return Err(constraint("keyId", "have length less than or equal to 2048"));
        }
        let (account, resource) = if text.starts_with("arn:") {
            let invalid = || ServiceError::new("InvalidArnException", format!("Invalid arn {text}"));
            let arn = Arn::parse(text).ok_or_else(invalid)?;
            if arn.service != "kms" || !arn::is_account_id(arn.account) {
                return Err(invalid());
            }
            if arn.region != self.region || arn.partition != arn::partition_of(self.region) {
                return Err(ServiceError::new("NotFoundException", format!("Invalid arn {}", arn.region)));
            }
            let resource = arn.resource.strip_prefix("key/").filter(|id| is_key_id(id));
            let resource = resource.or_else(|| arn.resource.starts_with("alias/").then_some(arn.resource));
            (arn.account.to_owned(), resource.ok_or_else(invalid)?)
        } else {
            (self.caller.account.clone(), text)
        };
        let is_alias = resource.starts_with("alias/");
        if (is_alias && naming == Naming::OwnKey) || (!is_alias && !is_key_id(resource)) {
            return Err(ServiceError::new("NotFoundException", format!("Invalid keyId '{resource}'")));
        }
        if is_alias {
            let key_id = self.state.alias(&account, self.region, resource).map(|alias| alias.key_id.clone());
            return Ok(Named { account, key_id, alias: Some(resource.to_owned()) });
        }
        Ok(Named { account, key_id: Some(resource.to_ascii_lowercase()), alias: None })
    }

    fn not_found(&self, named: &Named) -> ServiceError {
        let words = match (&named.alias, &named.key_id) {
            (Some(alias), _) => format!("Alias {} is not found.", arn::kms_alias(self.region, &named.account, alias)),
            (None, id) => {
                let id = id.as_deref().unwrap_or_default();
                format!("Key '{}' does not exist", arn::kms_key(self.region, &named.account, id))
            }
        };
        ServiceError::new("NotFoundException", words)
    }

    /// Another account's key that is not there reads like one that does not let us in.
    fn foreign_missing(&self, action: &str) -> ServiceError {
        ServiceError::new(
            "AccessDeniedException",
            format!(
                "User: {} is not authorized to perform: {action} on this resource because the resource does not exist \
                 in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
                self.caller.arn
            ),
        )
    }
}

fn is_key_id(text: &str) -> bool {
    let multi_region = text.strip_prefix("mrk-").filter(|hex| hex.len() == 32);
    (text.len() == 36 || multi_region.is_some()) && uuid::Uuid::try_parse(multi_region.unwrap_or(text)).is_ok()
}
