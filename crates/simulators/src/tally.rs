//! How many requests have come, for which operation and by which way. It must not know any cloud.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::kept::lock;
use crate::subnet::Via;

/// Requests by way and operation. Names of operations are ours, so it never grows with what clients send.
#[derive(Default)]
pub(crate) struct Tally {
    counts: Mutex<BTreeMap<Via, BTreeMap<&'static str, u64>>>,
}

impl Tally {
    pub(crate) fn count(&self, via: &Via, operation: &'static str) {
        let mut counts = lock(&self.counts);
        if !counts.contains_key(via) {
            counts.insert(via.clone(), BTreeMap::new());
        }
        if let Some(by_operation) = counts.get_mut(via) {
            *by_operation.entry(operation).or_default() += 1;
        }
    }

    /// Those for an operation, by whatever way.
    pub(crate) fn of(&self, operation: &str) -> u64 {
        lock(&self.counts).values().filter_map(|by_operation| by_operation.get(operation)).sum()
    }

    /// Those for an operation by one way; `*` is every operation.
    pub(crate) fn of_via(&self, via: &Via, operation: &str) -> u64 {
        let counts = lock(&self.counts);
        let Some(by_operation) = counts.get(via) else { return 0 };
        match operation {
            "*" => by_operation.values().sum(),
            operation => by_operation.get(operation).copied().unwrap_or(0),
        }
    }

    pub(crate) fn all(&self) -> u64 {
        lock(&self.counts).values().flat_map(BTreeMap::values).sum()
    }
}
