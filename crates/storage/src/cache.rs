//! What a process that owns its database remembers of it, so that a hot read does not ask it.
//!
//! A load takes a ticket before it reads; a write forgets its keys after its commit and makes all
//! older tickets of them worthless, so a load begun before a write cannot be remembered after it.
//! A write whose future was dropped may still commit later: until the next write has begun, which
//! proves that it did or did not, nothing is remembered. Must not know SQL.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::{ProjectId, ServiceAccountId};
use domain::master_key::MasterKeyId;
use domain::service_account::ServiceAccount;

use crate::access_tokens::AccessToken;
use crate::api_keys::StoredApiKey;
use crate::external_identities::RecognisedExternal;
use crate::master_keys::StoredMasterKey;
use crate::node_certificates::RecognisedNode;
use crate::project_snapshot::ProjectSnapshot;
use crate::retired_customer_keys::RetiredCustomerKey;

/// How many of each kind are remembered.
const CAPACITY: usize = 20_000;
/// Keys share this many counters of writes.
const EPOCHS: usize = 64;

/// What a write touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    Project(ProjectId),
    AllApiKeys,
    ServiceAccount(ServiceAccountId),
    Token(String),
    AllTokens,
    AllNodes,
    MasterKey(MasterKeyId),
    Everything,
}

/// Everything remembered.
pub(crate) struct Caches {
    pub(crate) projects: Cached<ProjectId, Arc<ProjectSnapshot>>,
    pub(crate) api_keys: Cached<String, Arc<StoredApiKey>>,
    pub(crate) service_accounts: Cached<ServiceAccountId, Arc<ServiceAccount>>,
    pub(crate) tokens: Cached<String, AccessToken>,
    /// By the fingerprint of a certificate.
    pub(crate) nodes: Cached<[u8; 32], Arc<RecognisedNode>>,
    /// Likewise, of certificates that others' authorities gave out.
    pub(crate) external_nodes: Cached<[u8; 32], Arc<RecognisedExternal>>,
    pub(crate) master_keys: Cached<MasterKeyId, Arc<StoredMasterKey>>,
    /// All of a project's, forgotten with its snapshot.
    pub(crate) retired: Cached<ProjectId, Arc<[Arc<RetiredCustomerKey>]>>,
    abandoned: Mutex<Vec<Touched>>,
    /// Whether `abandoned` holds anything; shared with every map.
    unsettled: Arc<AtomicBool>,
}

impl Caches {
    pub(crate) fn empty() -> Self {
        let unsettled = Arc::new(AtomicBool::new(false));
        Self {
            projects: Cached::empty(&unsettled),
            api_keys: Cached::empty(&unsettled),
            service_accounts: Cached::empty(&unsettled),
            tokens: Cached::empty(&unsettled),
            nodes: Cached::empty(&unsettled),
            external_nodes: Cached::empty(&unsettled),
            master_keys: Cached::empty(&unsettled),
            retired: Cached::empty(&unsettled),
            abandoned: Mutex::default(),
            unsettled,
        }
    }

    /// Notes that everything sent to the database earlier has happened or never will.
    pub(crate) fn settle(&self) {
        if self.unsettled.load(Ordering::Acquire) {
            let mut abandoned = lock(&self.abandoned);
            for touched in abandoned.drain(..) {
                self.forget(&touched);
            }
            self.unsettled.store(false, Ordering::Release);
        }
    }

    fn abandon(&self, touched: &[Touched]) {
        if touched.is_empty() {
            return;
        }
        let mut abandoned = lock(&self.abandoned);
        abandoned.extend_from_slice(touched);
        self.unsettled.store(true, Ordering::Release);
    }

    fn forget(&self, touched: &Touched) {
        match touched {
            Touched::Project(project) => {
                self.projects.forget(project);
                self.retired.forget(project);
            }
            Touched::AllApiKeys => self.api_keys.forget_all(),
            Touched::ServiceAccount(id) => self.service_accounts.forget(id),
            Touched::Token(jti) => self.tokens.forget(jti),
            Touched::AllTokens => self.tokens.forget_all(),
            Touched::AllNodes => {
                self.nodes.forget_all();
                self.external_nodes.forget_all();
            }
            Touched::MasterKey(id) => self.master_keys.forget(id),
            Touched::Everything => {
                self.projects.forget_all();
                self.api_keys.forget_all();
                self.service_accounts.forget_all();
                self.tokens.forget_all();
                self.nodes.forget_all();
                self.external_nodes.forget_all();
                self.master_keys.forget_all();
                self.retired.forget_all();
            }
        }
    }
}

/// Stands for a write under way; whichever way it ends, what it touched is forgotten.
pub(crate) struct Write<'w> {
    caches: Option<&'w Caches>,
    touched: &'w [Touched],
    over: bool,
}

impl<'w> Write<'w> {
    pub(crate) const fn begin(caches: Option<&'w Caches>, touched: &'w [Touched]) -> Self {
        Self { caches, touched, over: false }
    }

    /// Notes that the database has answered.
    pub(crate) fn end(mut self) {
        self.over = true;
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        let Some(caches) = self.caches else { return };
        if !self.over {
            caches.abandon(self.touched);
        }
        self.touched.iter().for_each(|touched| caches.forget(touched));
    }
}

/// A bounded map from keys to what the database says of them.
pub(crate) struct Cached<K, V> {
    entries: quick_cache::sync::Cache<K, V>,
    epochs: [Mutex<u64>; EPOCHS],
    hasher: RandomState,
    unsettled: Arc<AtomicBool>,
}

/// Proof of when a load began.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl<K: Hash + Eq + Clone, V: Clone> Cached<K, V> {
    fn empty(unsettled: &Arc<AtomicBool>) -> Self {
        Self {
            entries: quick_cache::sync::Cache::new(CAPACITY),
            epochs: std::array::from_fn(|_| Mutex::new(0)),
            hasher: RandomState::new(),
            unsettled: Arc::clone(unsettled),
        }
    }

    /// Gives what is remembered.
    pub(crate) fn recall(&self, key: &K) -> Option<V> {
        if self.unsettled.load(Ordering::Acquire) {
            return None;
        }
        self.entries.get(key)
    }

    /// Call before reading the database.
    pub(crate) fn begin_load(&self, key: &K) -> Ticket {
        Ticket(*self.epoch(key))
    }

    /// Remembers what was read, unless a write touched the key since the ticket was taken.
    pub(crate) fn remember(&self, key: &K, value: V, ticket: Ticket) {
        let epoch = self.epoch(key);
        if *epoch == ticket.0 && !self.unsettled.load(Ordering::Acquire) {
            self.entries.insert(key.clone(), value);
        }
    }

    fn forget(&self, key: &K) {
        let mut epoch = self.epoch(key);
        *epoch = epoch.wrapping_add(1);
        self.entries.remove(key);
    }

    fn forget_all(&self) {
        for epoch in &self.epochs {
            let mut epoch = lock(epoch);
            *epoch = epoch.wrapping_add(1);
        }
        self.entries.clear();
    }

    fn epoch(&self, key: &K) -> MutexGuard<'_, u64> {
        let [first, ..] = &self.epochs;
        let shard = usize::try_from(self.hasher.hash_one(key) % 64).unwrap_or(0);
        lock(self.epochs.get(shard).unwrap_or(first))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u8) -> AccessToken {
        AccessToken {
            jti: "a".to_owned(),
            account: ServiceAccountId::from_random([number; 12]),
            expires_at: domain::time::Timestamp::EPOCH,
        }
    }

    fn write(caches: &Caches) {
        caches.settle();
        Write::begin(Some(caches), &[Touched::Token("a".to_owned())]).end();
    }

    #[test]
    fn a_load_begun_before_a_write_is_not_remembered_after_it() {
        let caches = Caches::empty();
        let key = "a".to_owned();
        let early = caches.tokens.begin_load(&key);
        write(&caches);
        caches.tokens.remember(&key, token(1), early);
        assert_eq!(caches.tokens.recall(&key), None);

        let late = caches.tokens.begin_load(&key);
        caches.tokens.remember(&key, token(2), late);
        assert_eq!(caches.tokens.recall(&key), Some(token(2)));
        write(&caches);
        assert_eq!(caches.tokens.recall(&key), None);
    }

    #[test]
    fn forgetting_all_spoils_every_load() {
        let caches = Caches::empty();
        let key = "a".to_owned();
        let early = caches.tokens.begin_load(&key);
        Write::begin(Some(&caches), &[Touched::AllTokens]).end();
        caches.tokens.remember(&key, token(1), early);
        assert_eq!(caches.tokens.recall(&key), None);
    }

    #[test]
    fn nothing_is_remembered_while_a_dropped_write_may_still_commit() {
        let caches = Caches::empty();
        let key = "a".to_owned();
        drop(Write::begin(Some(&caches), &[Touched::Token(key.clone())]));
        let ticket = caches.tokens.begin_load(&key);
        caches.tokens.remember(&key, token(1), ticket);
        assert_eq!(caches.tokens.recall(&key), None);
        // The next write has begun: a load from before it may have seen either state.
        let unsure = caches.tokens.begin_load(&key);
        caches.settle();
        caches.tokens.remember(&key, token(1), unsure);
        assert_eq!(caches.tokens.recall(&key), None);
        let sure = caches.tokens.begin_load(&key);
        caches.tokens.remember(&key, token(2), sure);
        assert_eq!(caches.tokens.recall(&key), Some(token(2)));
    }
}
