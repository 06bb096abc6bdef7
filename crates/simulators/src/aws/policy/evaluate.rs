//! What policies say to one question. It must not know how the parts of an answer are combined: that
//! differs between keys, roles and identities.

use super::condition::Facts;
use super::pattern::Reach;
use super::{Policy, Statement};
use crate::aws::caller::Caller;
use crate::aws::state::Grants;

/// May this action be done to this resource, given these facts?
pub(crate) struct Question<'a> {
    /// With its service: `kms:Encrypt`.
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) facts: &'a Facts,
}

/// What the caller's own policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Silent,
    Allow,
    Deny,
}

/// What the resource's policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Silent,
    /// Leaves it to the caller's account.
    Delegated,
    /// Names the caller.
    Allow,
    Deny,
}

/// Managed policies that can be attached: the simulator knows this one.
pub(crate) const ADMINISTRATOR: &str = "policy/AdministratorAccess";

impl Grants {
    pub(crate) fn answer(&self, question: &Question<'_>) -> Identity {
        let mut answer = Identity::Silent;
        if self.attached.iter().any(|arn| arn.ends_with(ADMINISTRATOR)) {
            answer = Identity::Allow;
        }
        for statement in self.inline.values().flat_map(|policy| &policy.statements) {
            if statement.applies(question) {
                if statement.deny {
                    return Identity::Deny;
                }
                answer = Identity::Allow;
            }
        }
        answer
    }
}

impl Policy {
    /// Asks the policy of a resource.
    pub(crate) fn answer(&self, question: &Question<'_>, caller: &Caller) -> Resource {
        let mut answer = Resource::Silent;
        for statement in &self.statements {
            let reach = statement.principals.iter().map(|principal| principal.reach(caller)).max();
            if !statement.applies(question) {
                continue;
            }
            match (reach.unwrap_or(Reach::No), statement.deny) {
                (Reach::No, _) => {}
                (Reach::Account | Reach::Direct, true) => return Resource::Deny,
                (Reach::Account, false) if answer == Resource::Silent => answer = Resource::Delegated,
                (Reach::Account, false) => {}
                (Reach::Direct, false) => answer = Resource::Allow,
            }
        }
        answer
    }
}

impl Statement {
    fn applies(&self, question: &Question<'_>) -> bool {
        self.actions.has_action(question.action)
            && self.resources.has_resource(question.resource)
            && self.conditions.iter().all(|condition| condition.holds(question.facts))
    }
}
