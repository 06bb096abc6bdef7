//! Master keys that were unwrapped, in memory that is wiped when they go. Bounded by what they weigh. Must not know
//! when one may be served: that is decided anew at each release.

use std::sync::Arc;
use std::time::Duration;

use domain::master_key::MasterKeyId;
use domain::master_key::lease::{BootTime, Memory};
use domain::secret::SecretSlice;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::CustomerKeyId;

/// How much all of them may weigh. Unit: bytes.
const CAPACITY: u64 = 128 * 1024 * 1024;
/// What one weighs beside its material. Unit: bytes.
const OVERHEAD: u64 = 256;
/// About how many there will be.
const EXPECTED: usize = 100_000;

/// A master key, unwrapped.
#[derive(Debug)]
pub(crate) struct Unwrapped {
    /// Its bytes.
    pub(crate) material: Arc<SecretSlice>,
    /// By which customer key it was wrapped.
    pub(crate) by: CustomerKeyId,
    /// Which sealing of its bytes was opened.
    pub(crate) sealing: i64,
    /// When that was.
    pub(crate) memory: Memory,
}

#[derive(Debug, Clone)]
struct ByWeight;

impl Weighter<MasterKeyId, Arc<Unwrapped>> for ByWeight {
    fn weight(&self, _: &MasterKeyId, unwrapped: &Arc<Unwrapped>) -> u64 {
        let bytes = unwrapped.material.expose().len();
        u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(OVERHEAD)
    }
}

/// What is remembered.
#[derive(Debug)]
pub(super) struct Memories(Cache<MasterKeyId, Arc<Unwrapped>, ByWeight>);

impl Memories {
    pub(super) fn empty() -> Self {
        Self(Cache::with_weighter(EXPECTED, CAPACITY, ByWeight))
    }

    /// Gives a key's bytes, if they came from this sealing by this customer key.
    pub(super) fn recall(&self, id: MasterKeyId, by: CustomerKeyId, sealing: i64) -> Option<Arc<Unwrapped>> {
        self.0.get(&id).filter(|unwrapped| unwrapped.by == by && unwrapped.sealing == sealing)
    }

    pub(super) fn remember(&self, id: MasterKeyId, unwrapped: Arc<Unwrapped>) {
        self.0.insert(id, unwrapped);
    }

    /// Wipes a key, unless an answer under way holds it, which wipes it then.
    pub(super) fn forget(&self, id: MasterKeyId) {
        self.0.remove(&id);
    }

    /// Wipes what is older than it is ever served, and what was unwrapped under a customer key as it is no more.
    pub(super) fn wipe(&self, longest: Duration, now: BootTime, is_current: impl Fn(&Unwrapped) -> bool) {
        self.0.retain(|_, unwrapped| unwrapped.memory.unwrapped.is_within(longest, now) && is_current(unwrapped));
    }

    /// Names the customer keys that something is remembered of.
    pub(super) fn customer_keys(&self) -> std::collections::HashSet<CustomerKeyId> {
        self.0.iter().map(|(_, unwrapped)| unwrapped.by).collect()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer_key::{CustomerKeyNumber, ProviderKind};
    use domain::id::ProjectId;

    fn by(number: i64) -> CustomerKeyId {
        CustomerKeyId {
            project: ProjectId::from_random([1; 12]),
            provider: ProviderKind::AwsKms,
            number: CustomerKeyNumber::from_stored(number),
        }
    }

    fn unwrapped(at: u64, bytes: &[u8]) -> Arc<Unwrapped> {
        let memory = Memory { unwrapped: BootTime::since_boot(Duration::from_secs(at)), generation: 1 };
        Arc::new(Unwrapped { material: Arc::new(SecretSlice::copied(bytes)), by: by(1), sealing: 1, memory })
    }

    fn id(number: u16) -> MasterKeyId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        MasterKeyId::from_random(bytes)
    }

    #[test]
    fn recalls_only_what_came_from_the_same_wrapping() {
        let memories = Memories::empty();
        memories.remember(id(1), unwrapped(0, b"swordfish"));
        let found = |by, sealing| memories.recall(id(1), by, sealing).is_some();
        assert!(found(by(1), 1));
        assert!(!found(by(2), 1) && !found(by(1), 2));
        assert!(memories.recall(id(2), by(1), 1).is_none());
        memories.forget(id(1));
        assert!(!found(by(1), 1));
    }

    #[test]
    fn wipes_the_old_and_the_outdated() {
        let memories = Memories::empty();
        memories.remember(id(1), unwrapped(0, b"old"));
        memories.remember(id(2), unwrapped(50, b"young"));
        memories.remember(id(3), unwrapped(50, b"outdated"));
        let material = memories.recall(id(1), by(1), 1).unwrap().material.clone();
        assert_eq!(Arc::strong_count(&material), 2);
        let now = BootTime::since_boot(Duration::from_secs(60));
        memories.wipe(Duration::from_secs(30), now, |unwrapped| !unwrapped.material.matches(b"outdated"));
        assert_eq!(memories.len(), 1);
        assert!(memories.recall(id(2), by(1), 1).is_some());
        assert_eq!(Arc::strong_count(&material), 1, "nobody but the test holds it");
    }

    #[test]
    fn weighs_no_more_than_it_may() {
        let memories = Memories::empty();
        let large = vec![7; 64 * 1024];
        for number in 0..4000 {
            memories.remember(id(number), unwrapped(0, &large));
        }
        assert!(memories.0.weight() <= CAPACITY, "{}", memories.0.weight());
    }
}
