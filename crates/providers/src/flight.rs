//! One flight at a time: whoever asks while a call is under way gets that call's result. Must not
//! know what is asked.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// The last result of a call and, while one is under way, the place where its result will be.
pub(crate) struct Flight<T> {
    cell: Mutex<Arc<OnceCell<T>>>,
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self { cell: Mutex::new(Arc::new(OnceCell::new())) }
    }
}

impl<T: Clone> Flight<T> {
    /// Gives the last result if `keep` says so, joins a call that is under way, or makes one.
    /// Cancel: a waiting caller takes the call over.
    pub(crate) async fn join(&self, keep: impl Fn(&T) -> bool, call: impl Future<Output = T>) -> T {
        let cell = {
            let mut place = self.cell.lock().unwrap_or_else(PoisonError::into_inner);
            if place.get().is_some_and(|last| !keep(last)) {
                *place = Arc::new(OnceCell::new());
            }
            place.clone()
        };
        cell.get_or_init(|| call).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn callers_at_the_same_time_share_one_call() {
        let flight = Flight::default();
        let calls = AtomicU32::new(0);
        let call = || async {
            calls.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            7
        };
        let both = tokio::join!(flight.join(|_| true, call()), flight.join(|_| true, call()));
        assert_eq!((both, calls.load(Ordering::SeqCst)), ((7, 7), 1));
        assert_eq!(flight.join(|_| true, call()).await, 7);
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(flight.join(|_| false, call()).await, 7);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_waiting_caller_takes_over_a_dropped_call() {
        let flight = Flight::default();
        let first = flight.join(|_| true, std::future::pending::<i32>());
        let second = flight.join(|_| true, async { 2 });
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = first => unreachable!("it never ends"),
            _ = &mut second => unreachable!("it waits for the first"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(second.await, 2);
    }
}
