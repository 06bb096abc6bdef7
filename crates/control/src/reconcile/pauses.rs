//! How long work waits that stumbled: longer every time, so that what cannot be read is not tried every few seconds for
//! ever. Known to this process only. Must not know what any work is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long work waits that did well before.
const FIRST: Duration = Duration::from_secs(5);
/// How long it waits at most.
const LONGEST: Duration = Duration::from_secs(300);

/// How often in a row each piece of work stumbled.
#[derive(Debug, Default, Clone)]
pub(super) struct Pauses(Arc<Mutex<HashMap<String, u32>>>);

impl Pauses {
    /// Counts that a piece of work stumbled, and gives how long it waits.
    pub(super) fn next(&self, work: &str) -> Duration {
        let mut stumbled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = stumbled.entry(work.to_owned()).or_default();
        let pause = FIRST.saturating_mul(1 << (*times).min(16)).min(LONGEST);
        *times = times.saturating_add(1);
        pause
    }

    /// Counts from the beginning again: the work did well.
    pub(super) fn end(&self, work: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_for_each_piece_of_work_until_it_does_well() {
        let pauses = Pauses::default();
        let next = |work| pauses.next(work).as_secs();
        assert_eq!([(); 8].map(|()| next("one")), [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(next("two"), 5, "each has its own");
        pauses.end("one");
        assert_eq!([next("one"), next("two")], [5, 10]);
        assert!((0..100).map(|_| next("two")).skip(9).all(|pause| pause == 300));
    }
}
