//! How AWS combines policies: an explicit deny wins, a resource's policy may name the caller or leave it
//! to his account, and across accounts both sides must agree.
//! It must not know a protocol, nor what an operation does once it is allowed.
//!
//! Source: "Policy evaluation logic", IAM User Guide; "Key policies in AWS KMS", KMS Developer Guide.

use super::caller::{Caller, Kind};
use super::policy::{Identity, Policy, Question, Resource};
use super::state::State;

/// Why not; each variant has AWS's own ending of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    NoIdentityPolicy,
    NoResourcePolicy,
    IdentityDeny,
    ResourceDeny,
}

impl Denied {
    /// The whole sentence. The wording follows AWS's, which has changed over the years.
    pub(crate) fn words(self, caller: &Caller, action: &str, resource: &str) -> String {
        let because = match self {
            Self::NoIdentityPolicy => format!("because no identity-based policy allows the {action} action"),
            Self::NoResourcePolicy => format!("because no resource-based policy allows the {action} action"),
            Self::IdentityDeny => "with an explicit deny in an identity-based policy".to_owned(),
            Self::ResourceDeny => "with an explicit deny in a resource-based policy".to_owned(),
        };
        format!("User: {} is not authorized to perform: {action} on resource: {resource} {because}", caller.arn)
    }
}

/// Asks the caller's own policies; an account's root has leave for everything of its account.
pub(crate) fn by_identity(state: &State, caller: &Caller, question: &Question<'_>) -> Result<(), Denied> {
    match identity(state, caller, question) {
        Identity::Allow => Ok(()),
        Identity::Silent => Err(Denied::NoIdentityPolicy),
        Identity::Deny => Err(Denied::IdentityDeny),
    }
}

/// Asks for a resource that has a policy of its own and belongs to `owner`: a key, or a role's trust.
pub(crate) fn with_resource(
    state: &State,
    caller: &Caller,
    question: &Question<'_>,
    policy: &Policy,
    owner: &str,
) -> Result<(), Denied> {
    let identity = identity(state, caller, question);
    if identity == Identity::Deny {
        return Err(Denied::IdentityDeny);
    }
    match policy.answer(question, caller) {
        Resource::Deny => Err(Denied::ResourceDeny),
        Resource::Silent => Err(Denied::NoResourcePolicy),
        // Its own account's word is enough where the policy names the caller.
        Resource::Allow if caller.account == owner => Ok(()),
        Resource::Allow | Resource::Delegated if identity == Identity::Allow => Ok(()),
        Resource::Allow | Resource::Delegated => Err(Denied::NoIdentityPolicy),
    }
}

fn identity(state: &State, caller: &Caller, question: &Question<'_>) -> Identity {
    match (&caller.kind, caller.grants(state)) {
        (Kind::Root, _) => Identity::Allow,
        (Kind::User(_) | Kind::Role(_), Some(grants)) => grants.answer(question),
        (Kind::User(_) | Kind::Role(_), None) => Identity::Silent,
    }
}

/// Tells whether every principal that a policy names exists, as AWS demands when a policy is put.
pub(crate) fn unknown_principal(state: &State, policy: &Policy) -> Option<String> {
    use super::arn::Arn;
    use super::policy::Principal;

    policy.principals().find_map(|principal| match principal {
        Principal::Everybody | Principal::Foreign => None,
        Principal::Account(id) => (!state.accounts.contains_key(id)).then(|| id.clone()),
        Principal::Arn(text) => {
            let known = Arn::parse(text).is_some_and(|arn| {
                state.accounts.get(arn.account).is_some_and(|account| {
                    account.users.values().any(|user| account.user_arn(user) == *text)
                        || account.roles.values().any(|role| account.role_arn(role) == *text)
                        || arn
                            .resource
                            .strip_prefix("assumed-role/")
                            .and_then(|rest| rest.split_once('/'))
                            .is_some_and(|(role, session)| !session.is_empty() && account.roles.contains_key(role))
                })
            });
            (!known).then(|| text.clone())
        }
    })
}
