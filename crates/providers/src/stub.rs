//! A server that says what a test wants said, over a real socket. Must not know any provider.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the stub does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and goes on.
    Bytes(String),
    /// Sends these bytes and closes.
    Last(String),
    /// Closes with a reset.
    Reset,
    /// Says nothing.
    Silence,
}

/// A server that answers every request by one function.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    pub(crate) requests: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Stub {
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = (connections.clone(), requests.clone());
        let reply = Arc::new(reply);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.0.fetch_add(1, Ordering::SeqCst);
                let (reply, requests) = (reply.clone(), counted.1.clone());
                open.spawn(async move { serve(stream, &*reply, &requests).await.unwrap_or(()) });
            }
        });
        Self { address, connections, requests, _tasks: tasks }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve(
    mut stream: TcpStream,
    reply: &(impl Fn(&str) -> Reply + Sync),
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        let mut request = String::new();
        loop {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            request.push_str(&String::from_utf8_lossy(&buffer[..count]));
            let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|length| length.trim().to_owned())
            });
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                break;
            }
        }
        requests.fetch_add(1, Ordering::SeqCst);
        match reply(&request) {
            Reply::Bytes(text) => stream.write_all(text.as_bytes()).await?,
            Reply::Last(text) => {
                stream.write_all(text.as_bytes()).await?;
                return stream.shutdown().await;
            }
            Reply::Reset => return stream.set_zero_linger(),
            Reply::Silence => std::future::pending().await,
        }
    }
}
