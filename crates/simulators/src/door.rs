//! One loopback listener: connections, TLS, limits, the Host check, and a way to break a connection.
//! It must not know what is said over it.

use std::convert::Infallible;
use std::future::Future;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming as HyperBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Error;
use crate::names::{Names, host_is_ours};
use crate::subnet::{Subnets, Switch, Via};

/// Bytes that a request body may have; the largest real one is a policy of 32 KiB.
const BODY_LIMIT: usize = 256 * 1024;
/// How long a client may take over its headers, and then over its body.
const READ_DEADLINE: Duration = Duration::from_secs(10);
/// How long a shutdown waits for open requests.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
/// How long a port of an earlier start may be in use before that is an error.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);
/// How many free ports are tried until one is free at the private addresses too.
const TRIES: usize = 16;

pub(crate) type Answer = Response<Full<Bytes>>;

/// A request that was read whole.
pub(crate) struct Incoming {
    pub(crate) via: Via,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Incoming {
    /// A header's text; one that is absent or not ASCII is `None`.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What a handler wants done.
pub(crate) enum Outcome {
    Answer(Answer),
    /// Breaks the TCP connection with a reset.
    Reset,
}

/// How many connections a door has taken since it opened, and how many are open now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Accepted since the door opened.
    pub accepted: u64,
    /// Open now.
    pub open: u64,
}

#[derive(Default)]
struct Counts {
    accepted: AtomicU64,
    closed: AtomicU64,
}

/// A listener and where it listens.
pub(crate) type Bound = (TcpListener, SocketAddr);

/// What a door speaks, whom it answers to, and what its requests are marked with.
pub(crate) struct Lintel {
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) names: Names,
    pub(crate) via: Via,
    /// Cuts it off. A public door's is never used.
    pub(crate) switch: Switch,
}

impl Lintel {
    /// A door that anybody reaches.
    pub(crate) fn public(tls: Option<TlsAcceptor>, names: Names) -> Self {
        Self { tls, names, via: Via::Public, switch: Switch::default() }
    }
}

pub(crate) struct Door {
    address: SocketAddr,
    counts: Arc<Counts>,
    signals: Signals,
    tasks: TaskTracker,
}

/// `stop` asks connections to end after their request; `abort` ends them at once.
#[derive(Clone)]
struct Signals {
    stop: CancellationToken,
    abort: CancellationToken,
}

/// Binds a loopback listener at the port asked for, else at the one of an earlier start, else at a free one.
pub(crate) async fn listen(ip: IpAddr, asked: u16, remembered: Option<u16>) -> Result<Bound, Error> {
    let remembered = remembered.filter(|_| asked == 0);
    let wanted = SocketAddr::new(ip, remembered.unwrap_or(asked));
    let wrap = |source| Error::Listen { address: wanted, source };
    let bound = if remembered.is_some() { bind_again(wanted).await } else { TcpListener::bind(wanted).await };
    let listener = bound.map_err(wrap)?;
    let address = listener.local_addr().map_err(wrap)?;
    Ok((listener, address))
}

/// As `listen`, and the same port at the private address of every subnet, in their order. A port that is taken there is
/// given back for another where any port will do.
pub(crate) async fn listen_privately(
    ip: IpAddr,
    asked: u16,
    remembered: Option<u16>,
    subnets: &Subnets,
) -> Result<(Bound, Vec<Bound>), Error> {
    let addresses = subnets.addresses();
    let mut tries = if asked == 0 && remembered.is_none() { TRIES } else { 1 };
    loop {
        let public = listen(ip, asked, remembered).await?;
        tries -= 1;
        match listen_at(&addresses, public.1.port(), remembered.is_some()).await {
            Ok(private) => return Ok((public, private)),
            Err(Error::Listen { source, .. }) if source.kind() == ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

async fn listen_at(addresses: &[IpAddr], port: u16, patient: bool) -> Result<Vec<Bound>, Error> {
    let mut listeners = Vec::new();
    for ip in addresses {
        let address = SocketAddr::new(*ip, port);
        let bound = if patient { bind_again(address).await } else { TcpListener::bind(address).await };
        listeners.push((bound.map_err(|source| Error::Listen { address, source })?, address));
    }
    Ok(listeners)
}

/// Binds an address of an earlier start. Its port may be lent to somebody's connection just now; that is waited out.
/// Errors: it stays in use for five seconds, or cannot be bound at all.
pub async fn bind_again(address: SocketAddr) -> std::io::Result<TcpListener> {
    let patience = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < patience => {
                tokio::time::sleep(PAUSE).await;
            }
            bound => return bound,
        }
    }
}

impl Door {
    /// Serves connections until `shutdown`.
    pub(crate) fn open<H, F>((listener, address): Bound, lintel: Lintel, handler: H) -> Self
    where
        H: Fn(Incoming) -> F + Clone + Send + Sync + Unpin + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let counts = Arc::new(Counts::default());
        let signals = Signals { stop: CancellationToken::new(), abort: CancellationToken::new() };
        let tasks = TaskTracker::new();
        let accept =
            accept(listener, (address, Arc::new(lintel)), handler, counts.clone(), signals.clone(), tasks.clone());
        tasks.spawn(accept);
        Self { address, counts, signals, tasks }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connections(&self) -> Connections {
        let closed = self.counts.closed.load(Ordering::Acquire);
        let accepted = self.counts.accepted.load(Ordering::Acquire);
        Connections { accepted, open: accepted.saturating_sub(closed) }
    }

    pub(crate) async fn shutdown(self) {
        self.signals.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(SHUTDOWN_GRACE, self.tasks.wait()).await.is_err() {
            self.signals.abort.cancel();
            self.tasks.wait().await;
        }
    }
}

/// The doors of one cloud: its public one, and one at each private address by the subnet's name.
pub(crate) struct Doors {
    pub(crate) public: Door,
    pub(crate) private: Vec<(String, Door)>,
}

impl Doors {
    /// Serves the private addresses, given in the order of their subnets. `tls` makes what each needs, where it does.
    pub(crate) fn open_private<H, F>(
        bound: Vec<Bound>,
        subnets: &Subnets,
        names: Names,
        tls: Option<impl Fn(SocketAddr) -> Result<TlsAcceptor, Error>>,
        handler: H,
    ) -> Result<Vec<(String, Door)>, Error>
    where
        H: Fn(Incoming) -> F + Clone + Send + Sync + Unpin + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut doors = Vec::new();
        for (bound, lane) in bound.into_iter().zip(subnets.iter()) {
            let tls = tls.as_ref().map(|tls| tls(bound.1)).transpose()?;
            let via = Via::private(&lane.subnet.name);
            let lintel = Lintel { tls, names, via, switch: lane.switch.clone() };
            doors.push((lane.subnet.name.clone(), Door::open(bound, lintel, handler.clone())));
        }
        Ok(doors)
    }

    pub(crate) fn private_connections(&self, subnet: &str) -> Option<Connections> {
        self.private.iter().find(|(name, _)| name == subnet).map(|(_, door)| door.connections())
    }

    pub(crate) async fn shutdown(self) {
        // Asked all at once: each may wait out its grace.
        for (_, door) in &self.private {
            door.signals.stop.cancel();
        }
        self.public.shutdown().await;
        for (_, door) in self.private {
            door.shutdown().await;
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // A door that is dropped without a shutdown must not leave its listener behind.
        self.signals.stop.cancel();
        self.signals.abort.cancel();
    }
}

async fn accept<H, F>(
    listener: TcpListener,
    (address, lintel): (SocketAddr, Arc<Lintel>),
    handler: H,
    counts: Arc<Counts>,
    signals: Signals,
    tasks: TaskTracker,
) where
    H: Fn(Incoming) -> F + Clone + Send + Sync + Unpin + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    loop {
        let accepted = tokio::select! {
            biased;
            () = signals.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let tcp = match accepted {
            Ok((tcp, _)) => tcp,
            Err(source) => {
                // Out of descriptors, or a peer gone before we looked: both pass.
                tracing::warn!(%address, error = %source, "simulated cloud could not accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        if tcp.set_nodelay(true).is_err() {
            continue;
        }
        if lintel.switch.is_cut() {
            reset(&tcp);
            continue;
        }
        counts.accepted.fetch_add(1, Ordering::AcqRel);
        let ours = (address.ip(), lintel.clone());
        let (handler, counts, signals) = (handler.clone(), counts.clone(), signals.clone());
        tasks.spawn(async move {
            let _open = Open(counts);
            match &ours.1.tls {
                None => serve(tcp, |tcp| tcp, ours, handler, signals).await,
                Some(acceptor) => {
                    let handshake = tokio::time::timeout(READ_DEADLINE, acceptor.accept(tcp));
                    let shaken = tokio::select! {
                        shaken = handshake => shaken,
                        () = signals.stop.cancelled() => return,
                        () = ours.1.switch.cut() => return,
                    };
                    if let Ok(Ok(stream)) = shaken {
                        serve(stream, |stream| stream.into_inner().0, ours, handler, signals).await;
                    }
                }
            }
        });
    }
}

/// Counts a connection as closed however its task ends.
struct Open(Arc<Counts>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.closed.fetch_add(1, Ordering::AcqRel);
    }
}

async fn serve<I, H, F>(
    io: I,
    bare: fn(I) -> TcpStream,
    (ip, lintel): (IpAddr, Arc<Lintel>),
    handler: H,
    signals: Signals,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Incoming) -> F + Clone + Send + Sync + Unpin + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    let broken = CancellationToken::new();
    let service = service_fn({
        let (broken, lintel) = (broken.clone(), lintel.clone());
        move |request: Request<HyperBody>| {
            let (handler, broken, lintel) = (handler.clone(), broken.clone(), lintel.clone());
            async move {
                let request = match read(request, ip, &lintel).await {
                    Ok(request) => request,
                    Err(refusal) => return Ok::<_, Infallible>(*refusal),
                };
                match handler(request).await {
                    Outcome::Answer(answer) => Ok(answer),
                    Outcome::Reset => {
                        broken.cancel();
                        std::future::pending().await
                    }
                }
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_DEADLINE)
        .serve_connection(TokioIo::new(io), service);
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            () = broken.cancelled() => return reset(&bare(connection.into_parts().io.into_inner())),
            () = lintel.switch.cut() => return reset(&bare(connection.into_parts().io.into_inner())),
            () = signals.abort.cancelled() => return,
            // How a connection ended is the client's affair.
            _ = Pin::new(&mut connection) => return,
            () = signals.stop.cancelled(), if !stopping => {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
}

/// Makes the connection end with a reset once it is dropped.
fn reset(tcp: &TcpStream) {
    if let Err(source) = tcp.set_zero_linger() {
        tracing::warn!(error = %source, "a reset could not be prepared; the connection closes instead");
    }
}

async fn read(request: Request<HyperBody>, ip: IpAddr, lintel: &Lintel) -> Result<Incoming, Box<Answer>> {
    let (head, body) = request.into_parts();
    if !host_is_ours(&head.headers, (ip, lintel.names)) {
        return Err(refusal(StatusCode::MISDIRECTED_REQUEST, "this server answers to loopback names only\n"));
    }
    let collected = tokio::time::timeout(READ_DEADLINE, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = match collected {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => {
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is broken or over 256 KiB\n"));
        }
        Err(_) => return Err(refusal(StatusCode::REQUEST_TIMEOUT, "the body took too long\n")),
    };
    Ok(Incoming {
        via: lintel.via.clone(),
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    })
}

fn refusal(status: StatusCode, words: &'static str) -> Box<Answer> {
    let mut answer = Response::new(Full::new(Bytes::from_static(words.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Box::new(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_for_a_port_that_is_lent_for_a_moment() {
        let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = held.local_addr().unwrap();
        let mut again = std::pin::pin!(bind_again(address));
        // It has tried, and waits.
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(again.as_mut().poll(cx).is_pending())).await);
        drop(held);
        assert_eq!(again.await.unwrap().local_addr().unwrap(), address);
    }

    #[tokio::test]
    async fn does_not_wait_for_what_no_patience_mends() {
        let elsewhere = SocketAddr::from(([192, 0, 2, 1], 1));
        assert_eq!(bind_again(elsewhere).await.unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }
}
