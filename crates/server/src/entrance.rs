//! What the doors share before anything is spoken: room for so many connections, and who leaves when there is no
//! more. Must not know what is spoken.

pub(crate) mod roster;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::roster::Roster;

/// Waits for a place, asking silent connections to leave while there is none.
pub(crate) async fn find_room(room: &Arc<Semaphore>, roster: &Roster) -> Option<OwnedSemaphorePermit> {
    const ASK_AGAIN: Duration = Duration::from_millis(50);
    loop {
        if let Ok(permit) = Arc::clone(room).try_acquire_owned() {
            return Some(permit);
        }
        roster.dismiss(1);
        match timeout(ASK_AGAIN, Arc::clone(room).acquire_owned()).await {
            Ok(permit) => return permit.ok(),
            Err(_) => continue,
        }
    }
}

/// Tells how long to pause after `accept` failed; nothing if only that one connection was at fault.
pub(crate) fn pause_after(error: &io::Error, failures: u32) -> Option<Duration> {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_secs(1);
    let is_of_one_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::TimedOut
    );
    (!is_of_one_connection).then(|| (FIRST * 2_u32.saturating_pow(failures.min(10))).min(LONGEST))
}

/// One open connection's place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Present {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Present {
    pub(crate) fn count(open: &Gauge, permit: OwnedSemaphorePermit) -> Self {
        open.inc();
        Self { open: open.clone(), _permit: permit }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.open.dec();
    }
}
