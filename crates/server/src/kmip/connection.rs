//! One connection: whole messages in, whole answers out, each step under a deadline. Messages may come several in one
//! TLS record, or in as many records as they have bytes. A connection that waits holds no buffer.
//! Must not know what a message asks.

use std::io;
use std::sync::Arc;

use kmip_wire::ttlv::announced_length;
use kmip_wire::{DecodeError, MessageBytes, Tag, Version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::dispatch::{self, Reply};
use super::identity::{Peer, Place};
use super::listener::LEAVE;
use super::{Inner, KmipLimits};
use crate::entrance::roster::Life;

/// How much room a message is given before its bytes have come. Announcing more costs the sender the bytes.
/// Unit: bytes.
const FIRST_ROOM: usize = 16 * 1024;
/// The head that announces how long a message is. Unit: bytes.
const HEAD: usize = 8;

/// A connection whose handshake is over.
pub(super) struct Connection {
    kmip: Arc<Inner>,
    peer: Peer,
    life: Arc<Life>,
    place: Option<Place>,
    /// The version of the last message, for answers to what cannot be read.
    version: Version,
}

/// How reading a message went.
enum Came {
    /// A whole message.
    Message(MessageBytes),
    /// A head that announces what we do not take. Nothing after it can be made out.
    Refused(DecodeError),
    /// Nothing more is to come.
    End,
}

impl Connection {
    pub(super) fn new(kmip: Arc<Inner>, peer: Peer, life: Arc<Life>) -> Self {
        Self { kmip, peer, life, place: None, version: Version::V1_0 }
    }

    /// Answers messages until the peer leaves, breaks a limit or is unknown, or `cancel`.
    pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut self, mut stream: S, cancel: &CancellationToken) {
        let address = self.peer.address;
        loop {
            let came = tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                came = receive(&mut stream, &self.kmip.limits) => came,
            };
            let outcome = match came {
                Ok(Came::End) => break,
                Ok(Came::Message(message)) => {
                    let Ok(_busy) = self.life.begin_request() else { break };
                    // On the heap while it lasts: what waits stays small.
                    Box::pin(self.converse(&mut stream, message, cancel)).await
                }
                Ok(Came::Refused(error)) => {
                    let reply = dispatch::unreadable(&self.kmip.control, self.version, &error);
                    self.send(&mut stream, &reply).await.map(|()| false)
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::debug!(%address, %error, "a connection for keys ended early");
                    return;
                }
            }
        }
        // The peer may be gone; then there is nobody to take leave of.
        let _gone = timeout(LEAVE, stream.shutdown()).await;
    }

    /// Answers one message, and tells whether to go on.
    async fn converse<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        message: MessageBytes,
        cancel: &CancellationToken,
    ) -> io::Result<bool> {
        let answering = dispatch::answer(&self.kmip, &self.peer, &mut self.place, message);
        let drained = async {
            cancel.cancelled().await;
            tokio::time::sleep(self.kmip.limits.drain).await;
        };
        let Reply { version, bytes, goes_on } = tokio::select! {
            biased;
            reply = answering => reply,
            () = drained => return Err(io::Error::new(io::ErrorKind::TimedOut, "cut off at shutdown")),
        };
        if let Some(version) = version {
            self.version = version;
        }
        self.send(stream, &bytes).await?;
        Ok(goes_on)
    }

    /// Sends an answer in one write: some clients read a record and expect it to be all.
    async fn send<S: AsyncWrite + Unpin>(&self, stream: &mut S, answer: &MessageBytes) -> io::Result<()> {
        let writing = async {
            stream.write_all(answer.expose()).await?;
            stream.flush().await
        };
        timeout(self.kmip.limits.write, writing).await.map_err(|_| late("the peer takes no bytes"))?
    }
}

/// Reads one message. Errors: a deadline passed, or the network failed.
async fn receive<S: AsyncRead + Unpin>(stream: &mut S, limits: &KmipLimits) -> io::Result<Came> {
    let mut head = [0; HEAD];
    let first = match timeout(limits.idle, stream.read(&mut head)).await {
        Ok(Ok(0)) => return Ok(Came::End),
        // Most clients leave without a word.
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Came::End),
        Ok(first) => first?,
        Err(_) => return Ok(Came::End),
    };
    let pace = Pace { limits, end: Instant::now() + limits.whole };
    pace.fill(stream, head.get_mut(first..).unwrap_or_default()).await?;
    let length = match announced_length(head, Tag::REQUEST_MESSAGE, &limits.message) {
        Ok(length) => length,
        Err(error) => return Ok(Came::Refused(error)),
    };
    let mut message = MessageBytes::zeroed(length.min(FIRST_ROOM));
    copy(&head, &mut message);
    let mut filled = HEAD;
    loop {
        pace.fill(stream, message.expose_mut().get_mut(filled..).unwrap_or_default()).await?;
        filled = message.len();
        if filled >= length {
            return Ok(Came::Message(message));
        }
        // Some times what has come. The old place wipes itself.
        let mut larger = MessageBytes::zeroed(length.min(filled.saturating_mul(4)));
        copy(message.expose(), &mut larger);
        message = larger;
    }
}

fn copy(from: &[u8], to: &mut MessageBytes) {
    if let Some(place) = to.expose_mut().get_mut(..from.len()) {
        place.copy_from_slice(from);
    }
}

/// How fast the rest of a message must come.
struct Pace<'a> {
    limits: &'a KmipLimits,
    end: Instant,
}

impl Pace<'_> {
    /// Fills a place. Errors: the peer paused, or took too long in all, or left.
    async fn fill<S: AsyncRead + Unpin>(&self, stream: &mut S, mut place: &mut [u8]) -> io::Result<()> {
        while !place.is_empty() {
            let deadline = self.end.min(Instant::now() + self.limits.pause);
            let reading = timeout_at(deadline, stream.read(place)).await;
            let count = reading.map_err(|_| late("a message does not come to its end"))??;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            place = place.get_mut(count..).unwrap_or_default();
        }
        Ok(())
    }
}

fn late(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}
