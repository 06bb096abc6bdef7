//! Digest nonces: minted without being stored, good for five minutes, each use of one counted once.
//!
//! A nonce carries its own time and a seal, so that every replica with the same key knows it. Which
//! counts (`nc`) of a nonce were used is remembered here, in this process, for as long as it lives.
//! Must not know who uses a nonce, nor a clock: `now` is handed in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::secret::SecretBytes;
use domain::time::Timestamp;
use subtle::ConstantTimeEq;

/// How long a nonce can be used. Source: product decision 1.7.
pub const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// How far ahead of us a replica's clock may run. Unit: seconds.
const CLOCK_LEEWAY: u32 = 30;
/// How many stretches of skipped counts are remembered per nonce. Parallel requests arrive out of order,
/// each leaving one stretch until it comes; more than this is no client's doing.
const GAPS: usize = 64;
/// How many nonces are remembered; about 20 MB. When full, the oldest second is declared stale.
const REMEMBERED: usize = 1 << 18;

/// Mints nonces and remembers which of their counts were used.
#[derive(Debug)]
pub struct NonceBook {
    key: hmac::Key,
    next: AtomicU32,
    uses: Mutex<Uses>,
    remembered: usize,
}

/// A nonce that we minted and that is still fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonce {
    minted: u32,
    number: u32,
}

/// Says that a nonce is old, not ours, or no nonce at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale;

#[derive(Debug, Default)]
struct Uses {
    counts: BTreeMap<Nonce, Counts>,
    /// Nonces minted at or before this second are stale: their counts had to be forgotten.
    floor: u32,
}

/// The counts seen of one nonce: all up to the highest, but for the stretches that were skipped.
///
/// Exact however far a request lags behind, and nothing but a number for the many clients that use a
/// nonce once or in order.
#[derive(Debug)]
struct Counts {
    highest: u32,
    /// Skipped, and so still unused; both ends belong to it, the lowest stretch first.
    skipped: Vec<(u32, u32)>,
}

impl NonceBook {
    /// Opens a book. Replicas that share `key` accept each other's nonces; `first` is a random
    /// number that keeps the nonces of two processes with one key apart.
    #[must_use]
    pub fn new(key: &SecretBytes<32>, first: u32) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key.expose()),
            next: AtomicU32::new(first),
            uses: Mutex::default(),
            remembered: REMEMBERED,
        }
    }

    /// Mints a nonce of 32 characters: base64url of 4 bytes of time, 4 of number, 16 of seal.
    ///
    /// The number counts up instead of being random: two nonces of one process never collide, and
    /// the seal alone keeps a stranger from making one.
    #[must_use]
    pub fn mint(&self, now: Timestamp) -> String {
        let nonce = Nonce { minted: seconds(now), number: self.next.fetch_add(1, Ordering::Relaxed) };
        let body = nonce.body();
        let seal = hmac::sign(&self.key, &body);
        let mut bytes = [0; 24];
        for (place, byte) in bytes.iter_mut().zip(body.iter().chain(seal.as_ref())) {
            *place = *byte;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a nonce that a client sent back.
    /// Errors: `Stale` if it is not ours, too old, or from further ahead than clocks may differ.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<Nonce, Stale> {
        let mut bytes = [0; 24];
        if text.len() != 32 || URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) != Ok(24) {
            return Err(Stale);
        }
        let (minted, rest) = bytes.split_first_chunk::<4>().ok_or(Stale)?;
        let (number, seal) = rest.split_first_chunk::<4>().ok_or(Stale)?;
        let nonce = Nonce { minted: u32::from_be_bytes(*minted), number: u32::from_be_bytes(*number) };
        let expected = hmac::sign(&self.key, &nonce.body());
        let expected = expected.as_ref().get(..seal.len()).ok_or(Stale)?;
        if !bool::from(expected.ct_eq(seal)) || !nonce.is_fresh(now) {
            return Err(Stale);
        }
        Ok(nonce)
    }

    /// Uses one count of a nonce up; tells whether this was its first use. Call it only once the
    /// caller has proved to know the password, or strangers could use up other people's counts.
    #[must_use]
    pub fn use_up(&self, nonce: Nonce, count: u32, now: Timestamp) -> bool {
        if count == 0 {
            return false;
        }
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.forget_the_old(now);
        if nonce.minted <= uses.floor {
            return false;
        }
        match uses.counts.get_mut(&nonce) {
            Some(counts) => counts.admit(count),
            None => {
                uses.counts.insert(nonce, Counts::beginning_with(count));
                if uses.counts.len() > self.remembered {
                    uses.forget_the_oldest_second();
                }
                true
            }
        }
    }
}

impl Nonce {
    /// Tells until when it can be used.
    #[must_use]
    pub fn expires_at(self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.minted) * 1000) + LIFETIME
    }

    fn is_fresh(self, now: Timestamp) -> bool {
        now < self.expires_at() && self.minted <= seconds(now).saturating_add(CLOCK_LEEWAY)
    }

    fn body(self) -> [u8; 8] {
        (u64::from(self.minted) << 32 | u64::from(self.number)).to_be_bytes()
    }
}

impl Uses {
    fn forget_the_old(&mut self, now: Timestamp) {
        while let Some(oldest) = self.counts.first_entry() {
            if oldest.key().expires_at() > now {
                break;
            }
            oldest.remove();
        }
    }

    /// Forgets a second's worth of nonces, and refuses them from now on: a nonce whose counts are
    /// forgotten could be replayed.
    fn forget_the_oldest_second(&mut self) {
        let Some((oldest, _)) = self.counts.first_key_value() else { return };
        self.floor = oldest.minted;
        match self.floor.checked_add(1) {
            Some(minted) => self.counts = self.counts.split_off(&Nonce { minted, number: 0 }),
            None => self.counts.clear(),
        }
    }
}

impl Counts {
    fn beginning_with(first: u32) -> Self {
        let mut counts = Self { highest: 0, skipped: Vec::new() };
        counts.rise_to(first);
        counts
    }

    fn admit(&mut self, count: u32) -> bool {
        if count > self.highest {
            self.rise_to(count);
            return true;
        }
        let Some(place) = self.skipped.iter().position(|(from, to)| (*from..=*to).contains(&count)) else {
            return false;
        };
        let (from, to) = self.skipped.remove(place);
        if count < to {
            self.skipped.insert(place, (count.saturating_add(1), to));
        }
        if from < count {
            self.skipped.insert(place, (from, count.saturating_sub(1)));
        }
        self.forget_what_is_too_much();
        true
    }

    fn rise_to(&mut self, count: u32) {
        let next = self.highest.saturating_add(1);
        if next < count {
            self.skipped.push((next, count.saturating_sub(1)));
            self.forget_what_is_too_much();
        }
        self.highest = count;
    }

    /// Counts of a forgotten stretch are refused as if they had been used.
    fn forget_what_is_too_much(&mut self) {
        while self.skipped.len() > GAPS {
            self.skipped.remove(0);
        }
    }
}

fn seconds(now: Timestamp) -> u32 {
    u32::try_from(now.as_secs()).unwrap_or(if now < Timestamp::EPOCH { 0 } else { u32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn key(byte: u8) -> SecretBytes<32> {
        SecretBytes::fill(|place| {
            place.fill(byte);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn a_nonce_is_known_by_every_book_with_the_same_key_for_five_minutes() {
        let (book, replica, stranger) =
            (NonceBook::new(&key(1), 7), NonceBook::new(&key(1), 9), NonceBook::new(&key(2), 7));
        let text = book.mint(NOW);
        assert_eq!(text.len(), 32);
        assert!(book.read(&text, NOW).is_ok());
        assert_eq!(book.read(&text, NOW), replica.read(&text, NOW));
        assert_eq!(stranger.read(&text, NOW), Err(Stale));
        assert!(book.read(&text, NOW + LIFETIME - Duration::from_millis(1)).is_ok());
        assert_eq!(book.read(&text, NOW + LIFETIME), Err(Stale));
        assert!(book.read(&text, NOW - Duration::from_secs(30)).is_ok());
        assert_eq!(book.read(&text, NOW - Duration::from_secs(31)), Err(Stale));
    }

    #[test]
    fn refuses_what_it_did_not_mint() {
        let book = NonceBook::new(&key(1), 0);
        let text = book.mint(NOW);
        for place in 0..32 {
            let mut forged = text.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(book.read(std::str::from_utf8(&forged).unwrap(), NOW), Err(Stale), "{place}");
        }
        for forged in ["", "AAAA", &text[..31], &format!("{text}A"), &"=".repeat(32), &"é".repeat(16)] {
            assert_eq!(book.read(forged, NOW), Err(Stale), "{forged}");
        }
    }

    #[test]
    fn never_mints_the_same_nonce_twice_in_a_second() {
        let book = NonceBook::new(&key(1), u32::MAX - 5);
        let minted: std::collections::BTreeSet<_> = (0..1000).map(|_| book.mint(NOW)).collect();
        assert_eq!(minted.len(), 1000);
    }

    #[test]
    fn each_count_is_used_once_in_any_order() {
        let check = |counts: &[u32], expected: &[bool]| {
            let book = NonceBook::new(&key(1), 0);
            let nonce = book.read(&book.mint(NOW), NOW).unwrap();
            let got: Vec<_> = counts.iter().map(|count| book.use_up(nonce, *count, NOW)).collect();
            assert_eq!(got, expected, "{counts:?}");
        };
        check(&[1, 2, 3], &[true, true, true]);
        check(&[1, 1], &[true, false]);
        check(&[2, 1, 2, 1], &[true, true, false, false]);
        check(&[4711], &[true]);
        check(&[200, 73, 72, 73], &[true, true, true, false]);
        check(&[1, 130, 2, 129, 2, 1], &[true, true, true, true, false, false]);
        check(&[5, 1_000_000, 5, 999_999], &[true, true, false, true]);
        check(&[0], &[false]);
        check(&[u32::MAX, u32::MAX, u32::MAX - 1, 1, 1], &[true, false, true, true, false]);
    }

    #[test]
    fn a_request_may_lag_far_behind() {
        let mut counts = Counts::beginning_with(1);
        assert!((3..100_000).all(|count| counts.admit(count)));
        assert!(counts.admit(2));
        assert!(!counts.admit(2));
        assert!(counts.skipped.is_empty());
    }

    #[test]
    fn what_is_skipped_is_bounded_and_never_admitted_twice() {
        let mut counts = Counts::beginning_with(1);
        let skipping = (1..1000).map(|step| 1 + step * 2);
        assert!(skipping.clone().all(|count| counts.admit(count)));
        assert_eq!(counts.skipped.len(), GAPS);
        assert!(!skipping.clone().any(|count| counts.admit(count)));
        assert!(!counts.admit(2), "forgotten, so refused");
        assert!(counts.admit(1998));
    }

    #[test]
    fn two_nonces_count_apart() {
        let book = NonceBook::new(&key(1), 0);
        let (one, other) = (book.read(&book.mint(NOW), NOW).unwrap(), book.read(&book.mint(NOW), NOW).unwrap());
        assert!(book.use_up(one, 1, NOW));
        assert!(book.use_up(other, 1, NOW));
        assert!(!book.use_up(one, 1, NOW));
    }

    #[test]
    fn memory_is_bounded_and_what_is_forgotten_cannot_be_replayed() {
        let mut book = NonceBook::new(&key(1), 0);
        book.remembered = 10;
        let nonces: Vec<_> = (0..40_u32)
            .map(|at| {
                let now = NOW + Duration::from_secs(u64::from(at / 4));
                book.read(&book.mint(now), now).unwrap()
            })
            .collect();
        for nonce in &nonces {
            assert!(book.use_up(*nonce, 1, NOW + Duration::from_secs(10)));
        }
        assert!(book.uses.lock().unwrap().counts.len() <= 10);
        for nonce in &nonces {
            assert!(!book.use_up(*nonce, 1, NOW + Duration::from_secs(10)));
        }
        assert!(!book.use_up(nonces[0], 2, NOW + Duration::from_secs(10)), "forgotten, so stale");
        assert!(book.use_up(nonces[39], 2, NOW + Duration::from_secs(10)));
    }

    #[test]
    fn old_nonces_leave_memory() {
        let book = NonceBook::new(&key(1), 0);
        let old = book.read(&book.mint(NOW), NOW).unwrap();
        assert!(book.use_up(old, 1, NOW));
        let later = NOW + LIFETIME;
        let new = book.read(&book.mint(later), later).unwrap();
        assert!(book.use_up(new, 1, later));
        assert_eq!(book.uses.lock().unwrap().counts.len(), 1);
    }
}
