//! What the doors share before anything is spoken: room for so many connections, and who leaves when there is no
//! more. Must not know what is spoken.

pub(crate) mod roster;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::roster::{Life, Roster};

/// A socket whose visitors are let in one by one, as there is room.
#[derive(Debug)]
pub(crate) struct Entrance {
    listener: TcpListener,
    room: Arc<Semaphore>,
    roster: Arc<Roster>,
    open: Gauge,
    failures: u32,
}

/// A connection that was let in.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) stream: TcpStream,
    pub(crate) address: SocketAddr,
    pub(crate) life: Arc<Life>,
    pub(crate) present: Present,
}

impl Entrance {
    /// Opens a socket to so many connections at once.
    pub(crate) fn new(listener: TcpListener, connections: usize, open: Gauge) -> Self {
        let room = Arc::new(Semaphore::new(connections));
        Self { listener, room, roster: Arc::default(), open, failures: 0 }
    }

    /// Waits for the next visitor, and for room for him. None once cancelled.
    /// Cancel: a visitor who waits for room is sent away.
    pub(crate) async fn next(&mut self, cancel: &CancellationToken) -> Option<Visitor> {
        loop {
            let accepted = tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    let Some(pause) = pause_after(&error, self.failures) else { continue };
                    if self.failures == 0 {
                        tracing::error!(%error, "accepting connections fails; silent ones are closed to make room");
                    }
                    self.failures = self.failures.saturating_add(1);
                    self.roster.dismiss(8);
                    tokio::select! {
                        () = cancel.cancelled() => return None,
                        () = sleep(pause) => continue,
                    }
                }
            };
            self.failures = 0;
            let permit = tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                permit = find_room(&self.room, &self.roster) => permit?,
            };
            let present = Present::count(&self.open, permit);
            return Some(Visitor { stream, address, life: Life::begin(&self.roster), present });
        }
    }
}

/// Waits for a place, asking silent connections to leave while there is none.
async fn find_room(room: &Arc<Semaphore>, roster: &Roster) -> Option<OwnedSemaphorePermit> {
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
fn pause_after(error: &io::Error, failures: u32) -> Option<Duration> {
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
    fn count(open: &Gauge, permit: OwnedSemaphorePermit) -> Self {
        open.inc();
        Self { open: open.clone(), _permit: permit }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_when_the_system_has_no_more_and_not_for_one_bad_connection() {
        let no_more_files = io::Error::from_raw_os_error(24);
        assert_eq!(pause_after(&no_more_files, 0), Some(Duration::from_millis(20)));
        assert_eq!(pause_after(&no_more_files, 1), Some(Duration::from_millis(40)));
        assert_eq!(pause_after(&no_more_files, u32::MAX), Some(Duration::from_secs(1)));
        assert_eq!(pause_after(&io::ErrorKind::ConnectionAborted.into(), 5), None);
    }
}
