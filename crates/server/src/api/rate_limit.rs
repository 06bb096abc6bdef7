//! Request rates: one token bucket per endpoint set and scope, as the Atlas documentation describes.
//! Must not know what a scope key means, nor how a refusal is spelled.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

/// After this many checks of a set, buckets that are full again leave memory.
const SWEEP_EVERY: u32 = 4096;

/// A request that may go on, and the figures for its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// `RateLimit-Limit`: the capacity.
    pub limit: u32,
    /// `RateLimit-Remaining`: how many more may follow at once.
    pub remaining: u32,
}

/// A request that came too soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// `Retry-After`: in how many whole seconds one request may come; at least 1.
    pub retry_after_secs: u64,
    /// The capacity of the bucket.
    pub capacity: u32,
    /// How many requests flow back in a minute.
    pub refill: u32,
}

/// All buckets of this process.
#[derive(Debug)]
pub struct RateLimits<C: Clock = DefaultClock> {
    enabled: bool,
    clock: C,
    sets: RwLock<HashMap<&'static str, Arc<Buckets<C>>>>,
}

type Limiter<C> = RateLimiter<String, DefaultKeyedStateStore<String>, C, StateInformationMiddleware>;

#[derive(Debug)]
struct Buckets<C: Clock> {
    limiter: Limiter<C>,
    checks: AtomicU32,
}

impl RateLimits {
    /// Makes full buckets. If not `enabled`, every request may go on and the headers still tell the limit.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self::with_clock(enabled, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    fn with_clock(enabled: bool, clock: C) -> Self {
        Self { enabled, clock, sets: RwLock::default() }
    }

    /// Takes one request out of the bucket that a set of endpoints has for a scope. A full bucket
    /// holds `capacity` requests; `refill` flow back in a minute, evenly.
    /// Errors: `Limited` if the bucket is empty.
    pub fn check(&self, set: &'static str, capacity: u32, refill: u32, key: &str) -> Result<Allowance, Limited> {
        let limit = capacity;
        if !self.enabled {
            return Ok(Allowance { limit, remaining: limit });
        }
        let buckets = self.buckets(set, capacity, refill);
        if buckets.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            buckets.limiter.retain_recent();
            buckets.limiter.shrink_to_fit();
        }
        match buckets.limiter.check_key(&key.to_owned()) {
            Ok(state) => Ok(Allowance { limit, remaining: state.remaining_burst_capacity() }),
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(self.clock.now());
                let begun = u64::from(wait.subsec_nanos() > 0);
                Err(Limited { retry_after_secs: wait.as_secs().saturating_add(begun).max(1), capacity, refill })
            }
        }
    }

    fn buckets(&self, set: &'static str, capacity: u32, refill: u32) -> Arc<Buckets<C>> {
        if let Some(buckets) = self.sets.read().unwrap_or_else(PoisonError::into_inner).get(set) {
            return Arc::clone(buckets);
        }
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Buckets::new(capacity, refill, self.clock.clone()));
        Arc::clone(sets.entry(set).or_insert_with(make))
    }
}

impl<C: Clock> Buckets<C> {
    fn new(capacity: u32, refill: u32, clock: C) -> Self {
        let (capacity, refill) = (at_least_one(capacity), at_least_one(refill));
        // A period of zero would mean 60 thousand million requests a minute.
        let period = Duration::from_secs(60) / refill.get();
        let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_minute(refill)).allow_burst(capacity);
        let limiter = Limiter::new(quota, DefaultKeyedStateStore::default(), clock);
        Self { limiter, checks: AtomicU32::new(0) }
    }
}

/// A bucket that never holds anything would be no bucket.
fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn check(limits: &RateLimits<FakeRelativeClock>, key: &str) -> Result<Allowance, Limited> {
        limits.check("encryptionAtRest", 2000, 1000, key)
    }

    #[test]
    fn a_bucket_holds_2000_and_gets_1000_back_in_a_minute() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::with_clock(true, clock.clone());
        assert_eq!(check(&limits, "p"), Ok(Allowance { limit: 2000, remaining: 1999 }));
        for _ in 1..2000 {
            assert!(check(&limits, "p").is_ok());
        }
        let refused = Limited { retry_after_secs: 1, capacity: 2000, refill: 1000 };
        assert_eq!(check(&limits, "p"), Err(refused));
        clock.advance(Duration::from_millis(60));
        assert_eq!(check(&limits, "p"), Ok(Allowance { limit: 2000, remaining: 0 }));
        assert_eq!(check(&limits, "p"), Err(refused));
        clock.advance(Duration::from_secs(60));
        let admitted = (0..2000).filter(|_| check(&limits, "p").is_ok()).count();
        assert_eq!(admitted, 1000);
    }

    #[test]
    fn scopes_and_sets_count_apart() {
        let limits = RateLimits::with_clock(true, FakeRelativeClock::default());
        assert!(limits.check("one", 1, 1, "a").is_ok());
        assert!(limits.check("one", 1, 1, "a").is_err());
        assert!(limits.check("one", 1, 1, "b").is_ok());
        assert!(limits.check("other", 1, 1, "a").is_ok());
    }

    #[test]
    fn says_when_to_come_back() {
        let limits = RateLimits::with_clock(true, FakeRelativeClock::default());
        assert!(limits.check("slow", 1, 2, "a").is_ok());
        assert_eq!(limits.check("slow", 1, 2, "a").unwrap_err().retry_after_secs, 30);
    }

    #[test]
    fn full_buckets_leave_memory() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::with_clock(true, clock.clone());
        for round in 0..4_u32 {
            for number in 0..SWEEP_EVERY {
                let _ = check(&limits, &format!("{round} {number}"));
            }
            clock.advance(Duration::from_secs(3600));
        }
        for _ in 0..SWEEP_EVERY {
            let _ = check(&limits, "p");
        }
        assert!(limits.buckets("encryptionAtRest", 2000, 1000).limiter.len() < 10);
    }

    #[test]
    fn switched_off_it_only_tells_the_limit() {
        let limits = RateLimits::with_clock(false, FakeRelativeClock::default());
        for _ in 0..10 {
            assert_eq!(limits.check("one", 1, 1, "p"), Ok(Allowance { limit: 1, remaining: 1 }));
        }
    }
}
