//! What goes on after its answer: an endpoint is made, changed or taken down, a connection removed. Each has an
//! address where its progress is asked, and ends when its time has come, after a restart too.
//! It must not know any wire protocol.

use serde::{Deserialize, Serialize};

use super::private_endpoint::{LinkStatus, Provisioning, uuid};
use super::state::{NETWORK, State};

/// For how long the end of an operation can be asked. Unit: ms.
const MEMORY: i64 = 60 * 60 * 1000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsyncOperation {
    pub(crate) subscription: String,
    pub(crate) act: Act,
    /// The endpoint's resource id, in lower case.
    pub(crate) endpoint: String,
    /// Unit: ms since 1970; `i64::MAX` is never.
    pub(crate) done_at: i64,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Act {
    Create,
    Update,
    Delete,
    /// The vault's owner removes the connection.
    Disconnect,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    InProgress,
    Succeeded,
    Failed {
        code: String,
        message: String,
    },
    /// Another operation took its place.
    Canceled,
}

impl State {
    /// Begins an operation on an endpoint, in the place of any that goes on. Gives its id. Unit: ms since 1970.
    pub(crate) fn begin(&mut self, act: Act, endpoint: &str, now: i64, endless: bool) -> String {
        for operation in self.operations.values_mut() {
            if operation.endpoint == endpoint && operation.outcome == Outcome::InProgress {
                operation.outcome = Outcome::Canceled;
                operation.done_at = now;
            }
        }
        let subscription = endpoint.split('/').nth(2).unwrap_or_default().to_owned();
        let done_at = if endless { i64::MAX } else { now.saturating_add(self.delay()) };
        let id = uuid();
        let outcome = Outcome::InProgress;
        let operation = AsyncOperation { subscription, act, endpoint: endpoint.to_owned(), done_at, outcome };
        self.operations.insert(id.clone(), operation);
        id
    }

    /// The operation that goes on at an endpoint.
    pub(crate) fn going_on(&self, endpoint: &str) -> Option<(&String, &AsyncOperation)> {
        let mut all = self.operations.iter();
        all.find(|(_, operation)| operation.endpoint == endpoint && operation.outcome == Outcome::InProgress)
    }

    /// Ends what is due, in its order. Unit: ms since 1970.
    pub(crate) fn settle_operations(&mut self, now: i64) {
        let is_due = |operation: &AsyncOperation| operation.outcome == Outcome::InProgress && operation.done_at <= now;
        let due = self.operations.iter().filter(|(_, operation)| is_due(operation));
        let mut due: Vec<(i64, String)> = due.map(|(id, operation)| (operation.done_at, id.clone())).collect();
        due.sort();
        let mut changed = !due.is_empty();
        for (_, id) in due {
            let Some(operation) = self.operations.get(&id).cloned() else { continue };
            let outcome = self.finish(operation.act, &operation.endpoint);
            if let Some(operation) = self.operations.get_mut(&id) {
                operation.outcome = outcome;
            }
        }
        let before = self.operations.len();
        self.operations.retain(|_, operation| {
            operation.outcome == Outcome::InProgress || operation.done_at.saturating_add(MEMORY) > now
        });
        changed |= self.operations.len() < before;
        if changed {
            self.touch();
        }
    }

    fn finish(&mut self, act: Act, key: &str) -> Outcome {
        match act {
            Act::Create | Act::Update => self.finish_making(key),
            Act::Delete => {
                self.endpoints.remove(key);
                Outcome::Succeeded
            }
            Act::Disconnect => {
                if let Some(endpoint) = self.endpoints.get_mut(key) {
                    endpoint.disconnect();
                }
                Outcome::Succeeded
            }
        }
    }

    fn finish_making(&mut self, key: &str) -> Outcome {
        let Some(endpoint) = self.endpoints.get(key) else { return Outcome::Canceled };
        let made_before = endpoint.provisioning == Provisioning::Updating;
        let refusal = if made_before { None } else { self.why_not(&endpoint.link.vault) };
        let Some(endpoint) = self.endpoints.get_mut(key) else { return Outcome::Canceled };
        endpoint.touch();
        if let Some((code, message)) = refusal {
            endpoint.provisioning = Provisioning::Failed;
            return Outcome::Failed { code: code.to_owned(), message };
        }
        endpoint.provisioning = Provisioning::Succeeded;
        if !made_before {
            endpoint.link.attached = true;
            endpoint.link.status = if endpoint.link.manual { LinkStatus::Pending } else { LinkStatus::Approved };
        }
        Outcome::Succeeded
    }

    /// What the vault's side has against an endpoint.
    fn why_not(&self, vault: &str) -> Option<(&'static str, String)> {
        let subscription = vault.split('/').nth(2).unwrap_or_default().to_ascii_lowercase();
        if self.subscriptions.get(&subscription).is_some_and(|known| !known.is_registered(NETWORK)) {
            return Some(("MissingSubscriptionRegistration", not_registered(&subscription, NETWORK)));
        }
        if self.vault_by_id(vault).is_none() {
            let words = format!(
                "Call to Microsoft.KeyVault/vaults failed. Error message: The Resource '{vault}' was not found."
            );
            return Some(("ResourceNotFound", words));
        }
        None
    }
}

pub(crate) fn not_registered(subscription: &str, namespace: &str) -> String {
    format!(
        "The subscription '{subscription}' is not registered to use namespace '{namespace}'. See \
         https://aka.ms/rps-not-found for how to register subscriptions."
    )
}
