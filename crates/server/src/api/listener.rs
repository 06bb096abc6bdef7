//! The API's socket: accepts connections, plain or TLS, and serves HTTP/1.1 on them within limits.
//!
//! No caller can hold another one up: connections are capped, each step of each has a deadline, and
//! when the cap is reached whoever has kept silent longest makes room. Must not know what is served.

mod body;
mod pace;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prometheus_client::metrics::gauge::Gauge;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

pub use self::body::{SlowBody, is_slow_body};
use self::pace::Paced;
use crate::entrance::roster::{Dismissed, Life};
use crate::entrance::{Entrance, Present, Visitor};

/// How long and how much a connection may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How many connections are open at once. More wait in the system's backlog, unless a silent
    /// one can make room. Each costs a file descriptor: raise `RLIMIT_NOFILE` above it.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a request's head may take, counted from its first byte, and how long a new
    /// connection may wait before that byte.
    pub head: Duration,
    /// How long a connection may stay silent between two requests.
    pub idle: Duration,
    /// How long a request's body may take, counted from the end of its head.
    pub body: Duration,
    /// How long a client may take no byte of an answer.
    pub write: Duration,
    /// How long requests in flight may go on after shutdown began.
    pub drain: Duration,
    /// How long a request's head may be, give or take one read. Unit: bytes.
    pub head_bytes: usize,
    /// How much of a body that nobody read is read off, so that the client sees the answer and can
    /// go on using the connection. Unit: bytes.
    pub discard_bytes: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            write: Duration::from_secs(30),
            drain: Duration::from_secs(15),
            head_bytes: 32 * 1024,
            discard_bytes: 16 * 1024 * 1024,
        }
    }
}

/// A door, ready to be opened.
#[derive(Debug)]
pub struct Door {
    /// The bound socket.
    pub listener: TcpListener,
    /// The certificate, or nothing to speak plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
    /// The limits.
    pub limits: ConnectionLimits,
    /// What is served. Every request carries its peer's `SocketAddr`, be that a proxy, as an extension.
    pub app: Router,
    /// Counts the open connections.
    pub open: Gauge,
}

/// Marks a request that came to this door over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encrypted;

/// Serves until `cancel`, then stops accepting and returns. Connections run on `tracker`; each ends
/// by itself within `limits.drain` after `cancel`, so waiting for the tracker is bounded.
/// Cancel: dropping this stops accepting; connections go on.
pub async fn serve(door: Door, tracker: TaskTracker, cancel: CancellationToken) {
    let Door { listener, tls, limits, app, open } = door;
    let mut entrance = Entrance::new(listener, limits.connections, open);
    let tls = tls.map(TlsAcceptor::from);
    while let Some(Visitor { stream, address, life, present }) = entrance.next(&cancel).await {
        let connection = Connection { peer: address, limits, life, cancel: cancel.clone(), app: app.clone(), present };
        tracker.spawn(connection.attend(stream, tls.clone()));
    }
}

struct Connection {
    peer: SocketAddr,
    limits: ConnectionLimits,
    life: Arc<Life>,
    cancel: CancellationToken,
    app: Router,
    present: Present,
}

impl Connection {
    async fn attend(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let life = Arc::clone(&self.life);
        let address = self.peer;
        tokio::select! {
            biased;
            () = life.dismissed() => tracing::debug!(%address, "a silent connection made room for another"),
            () = self.run(stream, tls) => {}
        }
    }

    async fn run(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are written whole; waiting to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it was served");
            return;
        }
        let Some(acceptor) = tls else { return self.serve_http(stream, None).await };
        let handshake = timeout(self.limits.handshake, acceptor.accept(stream));
        let outcome = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return,
            outcome = handshake => outcome,
        };
        let address = self.peer;
        match outcome {
            Ok(Ok(stream)) => self.serve_http(stream, Some(Encrypted)).await,
            Ok(Err(error)) => tracing::debug!(%address, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(%address, "a TLS handshake took too long"),
        }
    }

    async fn serve_http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
        encrypted: Option<Encrypted>,
    ) {
        let Self { peer, limits, life, cancel, app, present } = self;
        let stream = TokioIo::new(Paced::new(stream, limits, Arc::clone(&life)));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().extend(marks(encrypted));
            answer(request, app.clone(), peer, limits, Arc::clone(&life))
        });
        // hyper's own deadline for heads would count the silence before them too: `Paced` has ours.
        let mut connection = std::pin::pin!(
            hyper::server::conn::http1::Builder::new()
                .max_buf_size(limits.head_bytes)
                .serve_connection(stream, service)
        );
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = cancel.cancelled() => {
                connection.as_mut().graceful_shutdown();
                match timeout(limits.drain, connection).await {
                    Ok(outcome) => outcome,
                    Err(_) => return tracing::warn!(address = %peer, "a request was cut off at shutdown"),
                }
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(address = %peer, error = ?error, "a connection ended early");
        }
        drop(present);
    }
}

/// Gives what is known of every request of a connection.
fn marks(encrypted: Option<Encrypted>) -> http::Extensions {
    let mut marks = http::Extensions::new();
    if let Some(mark) = encrypted {
        marks.insert(mark);
    }
    marks
}

/// Serves one request.
/// Errors: `Dismissed` if the connection was told to leave as the request came.
async fn answer(
    request: Request<Incoming>,
    app: Router,
    peer: SocketAddr,
    limits: ConnectionLimits,
    life: Arc<Life>,
) -> Result<Response<Body>, Dismissed> {
    let busy = life.begin_request()?;
    let deadline = Instant::now() + limits.body;
    let (mut parts, incoming) = request.into_parts();
    parts.extensions.insert(peer);
    // Who waits for `100 Continue` and gets an answer instead will not send the body.
    let may_withhold = parts.headers.contains_key(http::header::EXPECT);
    let (body, leftover) = body::within(incoming, deadline, may_withhold);
    let result: Result<_, Infallible> = app.oneshot(Request::from_parts(parts, body)).await;
    let response = result.unwrap_or_else(|never| match never {});
    leftover.discard(limits.discard_bytes, deadline).await;
    // The request lasts until the last byte of its answer is handed over.
    Ok(response.map(|answer| body::holding(answer, busy)))
}

#[cfg(test)]
mod tests;
