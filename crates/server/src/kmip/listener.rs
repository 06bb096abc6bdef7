//! The socket of the door for keys: room, TLS under a deadline, then messages. Must not know what a message says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::Connection;
use super::identity::Peer;
use super::tls::Clock;
use super::{Inner, Kmip};
use crate::entrance::roster::Life;
use crate::entrance::{Entrance, Present, Visitor};

/// A socket with the door behind it, ready to be opened.
#[derive(Debug)]
pub struct Door {
    /// The bound socket.
    pub listener: TcpListener,
    /// What is served.
    pub kmip: Kmip,
    /// Counts the open connections.
    pub open: Gauge,
}

/// Serves until `cancel`, then stops accepting and returns. Connections run on `tracker`; each ends by itself within
/// `limits.drain` after `cancel`, so waiting for the tracker is bounded.
/// Cancel: dropping this stops accepting; connections go on.
pub async fn serve(door: Door, tracker: TaskTracker, cancel: CancellationToken) {
    let Door { listener, kmip, open } = door;
    let fresh = Arc::clone(&kmip.0);
    tokio::select! {
        () = accept(listener, kmip, open, &tracker, &cancel) => {}
        () = fresh.tls.keep_fresh(&fresh.control, &cancel) => {}
    }
}

async fn accept(listener: TcpListener, kmip: Kmip, open: Gauge, tracker: &TaskTracker, cancel: &CancellationToken) {
    let mut entrance = Entrance::new(listener, kmip.0.limits.connections, open);
    let acceptor = TlsAcceptor::from(Arc::clone(&kmip.0.tls.config));
    while let Some(Visitor { stream, address, life, present }) = entrance.next(cancel).await {
        let (kmip, acceptor) = (Arc::clone(&kmip.0), acceptor.clone());
        let visit = Visit { kmip, acceptor, life, cancel: cancel.clone(), _present: present };
        tracker.spawn(visit.attend(stream, address));
    }
}

/// One connection, from accepting it to its end.
struct Visit {
    kmip: Arc<Inner>,
    acceptor: TlsAcceptor,
    life: Arc<Life>,
    cancel: CancellationToken,
    _present: Present,
}

impl Visit {
    async fn attend(self, stream: TcpStream, address: SocketAddr) {
        let life = Arc::clone(&self.life);
        tokio::select! {
            biased;
            () = life.dismissed() => tracing::debug!(%address, "a silent connection made room for another"),
            () = self.run(stream, address) => {}
        }
    }

    async fn run(self, stream: TcpStream, address: SocketAddr) {
        // An answer is one write. Waiting to fill a packet while the client delays its acknowledgement of a session
        // ticket costs 40 ms for each first answer (Nagle's algorithm).
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it was served");
            return;
        }
        // On the heap, and gone when it is over: a connection that idles should not pay for a handshake's size.
        let handshake = Box::pin(timeout(self.kmip.limits.handshake, self.acceptor.accept(stream)));
        let outcome = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return,
            outcome = handshake => outcome,
        };
        let stream = match outcome {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::debug!(%address, %error, "a TLS handshake failed"),
            Err(_) => return tracing::debug!(%address, "a TLS handshake took too long"),
        };
        let now = Clock(self.kmip.control.clone()).unix_time();
        let peer = match Peer::of(stream.get_ref().1, address, &self.kmip.tls.trust, now) {
            Ok(peer) => peer,
            Err(error) => return tracing::debug!(%address, %error, "a certificate is not believed any more"),
        };
        let connection = Connection::new(self.kmip, peer, self.life);
        connection.serve(stream, &self.cancel).await;
    }
}

/// How long a peer may take to take leave.
pub(super) const LEAVE: Duration = Duration::from_secs(1);
