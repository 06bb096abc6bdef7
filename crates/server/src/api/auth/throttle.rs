//! Slows down whoever keeps presenting wrong credentials, by address and by credential.
//!
//! Ten failures are free, then one attempt every few seconds. A client that has proved itself from
//! an address goes on undisturbed there, so nobody can shut a key out by failing with its name.
//! Memory is bounded. Must not know what a credential is, nor a clock: `now` is handed in.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;

/// How many failures are free.
const FREE: i64 = 10;
/// After those, one attempt in this time. Unit: milliseconds.
const INTERVAL: i64 = 3_000;
/// How many addresses and credentials are remembered at least; twice that at most, about 2 MB.
const REMEMBERED: usize = 16_384;

/// Counts failed attempts. One for all replicas would cost a write per failure; this is one each.
#[derive(Debug)]
pub struct Throttle {
    enabled: bool,
    hasher: RandomState,
    memory: Mutex<Memory>,
}

/// Who tries: from which address, and with the name of which credential.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The caller's address.
    pub address: IpAddr,
    /// A public key or client id, if one was named. It need not exist.
    pub credential: Option<&'a str>,
}

#[derive(Debug)]
struct Memory {
    /// When all failures so far will have been forgiven, in milliseconds of the Unix era.
    forgiven_at: Generations<Subject, i64>,
    proved: Generations<(u64, IpAddr), ()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Address(IpAddr),
    Credential(u64),
}

impl Throttle {
    /// Makes a throttle that has seen nothing. One that is not `enabled` admits everybody.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self::with_room_for(enabled, REMEMBERED)
    }

    /// Tells whether an attempt may be checked at all.
    /// Errors: how long to wait.
    pub fn admit(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), Duration> {
        if !self.enabled {
            return Ok(());
        }
        let subjects = self.subjects(attempt);
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Subjects { pair: Some(pair), .. } = subjects
            && memory.proved.find(&pair).is_some()
        {
            return Ok(());
        }
        let longest = subjects.each().map(|subject| memory.wait(subject, now)).max().unwrap_or(0);
        match u64::try_from(longest) {
            Ok(0) | Err(_) => Ok(()),
            Ok(wait) => Err(Duration::from_millis(wait)),
        }
    }

    /// Takes note that credentials were wrong.
    pub fn failed(&self, attempt: Attempt<'_>, now: Timestamp) {
        if !self.enabled {
            return;
        }
        let subjects = self.subjects(attempt);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = subjects.pair {
            memory.proved.forget(&pair);
        }
        for subject in subjects.each() {
            memory.charge(subject, now);
        }
    }

    /// Takes note that credentials were right; the failures of this address are forgotten.
    pub fn succeeded(&self, attempt: Attempt<'_>) {
        if !self.enabled {
            return;
        }
        let subjects = self.subjects(attempt);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.forgiven_at.forget(&subjects.address);
        if let Some(pair) = subjects.pair
            && memory.proved.find(&pair).is_none()
        {
            memory.proved.keep(pair, ());
        }
    }

    fn with_room_for(enabled: bool, remembered: usize) -> Self {
        let memory = Memory { forgiven_at: Generations::new(remembered), proved: Generations::new(remembered) };
        Self { enabled, hasher: RandomState::new(), memory: Mutex::new(memory) }
    }

    fn subjects(&self, attempt: Attempt<'_>) -> Subjects {
        let network = network_of(attempt.address);
        let credential = attempt.credential.map(|name| self.hasher.hash_one(name));
        Subjects {
            address: Subject::Address(network),
            credential: credential.map(Subject::Credential),
            pair: credential.map(|credential| (credential, network)),
        }
    }
}

struct Subjects {
    address: Subject,
    credential: Option<Subject>,
    pair: Option<(u64, IpAddr)>,
}

impl Subjects {
    fn each(&self) -> impl Iterator<Item = Subject> {
        [Some(self.address), self.credential].into_iter().flatten()
    }
}

impl Memory {
    fn wait(&self, subject: Subject, now: Timestamp) -> i64 {
        let debt = self.debt(subject, now);
        debt.saturating_sub((FREE - 1) * INTERVAL).max(0)
    }

    fn charge(&mut self, subject: Subject, now: Timestamp) {
        let debt = self.debt(subject, now).saturating_add(INTERVAL);
        self.forgiven_at.keep(subject, now.as_millis().saturating_add(debt));
    }

    /// More debt than failures can make means that the clock was set back: that counts for nothing.
    fn debt(&self, subject: Subject, now: Timestamp) -> i64 {
        let until = self.forgiven_at.find(&subject).unwrap_or(i64::MIN);
        let debt = until.saturating_sub(now.as_millis()).max(0);
        if debt > (FREE + 2) * INTERVAL { 0 } else { debt.min(FREE * INTERVAL) }
    }
}

/// A map that forgets: when the young half is full it becomes the old one, and the old one goes.
#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    room: usize,
}

impl<K: Eq + Hash, V: Copy> Generations<K, V> {
    fn new(room: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), room }
    }

    fn find(&self, key: &K) -> Option<V> {
        self.young.get(key).or_else(|| self.old.get(key)).copied()
    }

    fn keep(&mut self, key: K, value: V) {
        self.young.insert(key, value);
        if self.young.len() >= self.room {
            self.old = std::mem::take(&mut self.young);
        }
    }

    fn forget(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

/// One household has a whole /64 of IPv6, so that is what counts as one address.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const INTERVAL: Duration = Duration::from_secs(3);

    fn attempt<'a>(address: &str, credential: &'a str) -> Attempt<'a> {
        Attempt { address: address.parse().unwrap(), credential: Some(credential) }
    }

    fn fail(throttle: &Throttle, times: usize, attempt: Attempt<'_>) {
        (0..times).for_each(|_| throttle.failed(attempt, NOW));
    }

    #[test]
    fn ten_failures_are_free_then_one_every_three_seconds() {
        let (throttle, who) = (Throttle::new(true), attempt("192.0.2.1", "abcdefgh"));
        fail(&throttle, 9, who);
        assert_eq!(throttle.admit(who, NOW), Ok(()));
        fail(&throttle, 1, who);
        assert_eq!(throttle.admit(who, NOW), Err(INTERVAL));
        assert_eq!(throttle.admit(who, NOW + INTERVAL), Ok(()));
        throttle.failed(who, NOW + INTERVAL);
        assert_eq!(throttle.admit(who, NOW + INTERVAL), Err(INTERVAL));
        assert_eq!(throttle.admit(who, NOW + INTERVAL * 20), Ok(()));
    }

    #[test]
    fn counts_by_address_and_by_credential() {
        let throttle = Throttle::new(true);
        fail(&throttle, 10, attempt("192.0.2.1", "abcdefgh"));
        assert!(throttle.admit(attempt("192.0.2.1", "another1"), NOW).is_err(), "the same address");
        assert!(throttle.admit(attempt("192.0.2.2", "abcdefgh"), NOW).is_err(), "the same key");
        assert!(throttle.admit(attempt("192.0.2.2", "another1"), NOW).is_ok());
        let nameless = Attempt { address: "192.0.2.1".parse().unwrap(), credential: None };
        assert!(throttle.admit(nameless, NOW).is_err());
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let throttle = Throttle::new(true);
        fail(&throttle, 10, attempt("2001:db8::1", "abcdefgh"));
        assert!(throttle.admit(attempt("2001:db8::ffff:2", "another1"), NOW).is_err());
        assert!(throttle.admit(attempt("2001:db8:0:1::1", "another1"), NOW).is_ok());
    }

    #[test]
    fn success_forgets_the_failures_of_the_address() {
        let (throttle, who) = (Throttle::new(true), attempt("192.0.2.1", "abcdefgh"));
        fail(&throttle, 10, who);
        throttle.succeeded(who);
        assert_eq!(throttle.admit(who, NOW), Ok(()));
        assert_eq!(throttle.admit(attempt("192.0.2.1", "another1"), NOW), Ok(()));
    }

    #[test]
    fn nobody_can_shut_out_a_client_that_has_proved_itself() {
        let throttle = Throttle::new(true);
        throttle.succeeded(attempt("192.0.2.1", "abcdefgh"));
        fail(&throttle, 100, attempt("203.0.113.9", "abcdefgh"));
        fail(&throttle, 100, attempt("192.0.2.1", "another1"));
        assert_eq!(throttle.admit(attempt("192.0.2.1", "abcdefgh"), NOW), Ok(()));
        assert!(throttle.admit(attempt("203.0.113.9", "abcdefgh"), NOW).is_err());
        fail(&throttle, 1, attempt("192.0.2.1", "abcdefgh"));
        assert!(throttle.admit(attempt("192.0.2.1", "abcdefgh"), NOW).is_err(), "its first failure ends that");
    }

    #[test]
    fn a_clock_set_back_shuts_nobody_out() {
        let (throttle, who) = (Throttle::new(true), attempt("192.0.2.1", "abcdefgh"));
        fail(&throttle, 1000, who);
        assert_eq!(throttle.admit(who, NOW), Err(INTERVAL));
        assert_eq!(throttle.admit(who, NOW - Duration::from_secs(86_400)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::with_room_for(true, 100);
        for number in 0..10_000_u32 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(number));
            throttle.failed(Attempt { address, credential: None }, NOW);
        }
        let memory = throttle.memory.lock().unwrap();
        assert!(memory.forgiven_at.young.len() + memory.forgiven_at.old.len() <= 200);
    }

    #[test]
    fn admits_everybody_when_off() {
        let (throttle, who) = (Throttle::new(false), attempt("127.0.0.1", "abcdefgh"));
        fail(&throttle, 100, who);
        assert_eq!(throttle.admit(who, NOW), Ok(()));
    }
}
