//! Request bodies under a deadline, what happens to those nobody read, and when an answer is over.
//! Must not know what a body says.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

/// Says that a request's body did not come to its end in time. Answer 408.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowBody;

impl fmt::Display for SlowBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request's body took too long")
    }
}

impl Error for SlowBody {}

/// Tells whether a slow body is the cause of an error met while reading a body, however wrapped.
#[must_use]
pub fn is_slow_body(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source()).any(|error| error.is::<SlowBody>())
}

/// Puts a body under a deadline. What is not read of it can be discarded afterwards, unless the
/// client `may_withhold` it until it is asked for.
pub(super) fn within(incoming: Incoming, deadline: Instant, may_withhold: bool) -> (Body, Leftover) {
    if incoming.is_end_stream() {
        return (Body::empty(), Leftover::default());
    }
    let leftover = Leftover::default();
    let body = TimedBody {
        incoming: Some(incoming),
        deadline,
        timer: None,
        may_withhold,
        leftover: Leftover(Arc::clone(&leftover.0)),
    };
    (Body::new(body), leftover)
}

/// The rest of a body whose reader has gone away.
#[derive(Debug, Default)]
pub(super) struct Leftover(Arc<Mutex<Option<Incoming>>>);

impl Leftover {
    /// Reads off and forgets up to `bytes`: a client that is still sending sees no answer, and a
    /// connection with unread bytes cannot be used again.
    pub(super) async fn discard(self, bytes: u64, deadline: Instant) {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut rest) = rest else { return };
        if rest.size_hint().lower() > bytes {
            return;
        }
        let mut discarded = 0_u64;
        while let Ok(Some(Ok(frame))) = timeout_at(deadline, rest.frame()).await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            discarded = discarded.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            if discarded > bytes {
                return;
            }
        }
    }
}

#[derive(Debug)]
struct TimedBody {
    incoming: Option<Incoming>,
    deadline: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    /// Until the first poll asks for it.
    may_withhold: bool,
    leftover: Leftover,
}

impl http_body::Body for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        this.may_withhold = false;
        let Some(incoming) = &mut this.incoming else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(incoming).poll_frame(cx) {
            return Poll::Ready(frame.map(|outcome| outcome.map_err(Into::into)));
        }
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(this.deadline)));
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.incoming = None;
        Poll::Ready(Some(Err(Box::new(SlowBody))))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        if !self.may_withhold {
            *self.leftover.0.lock().unwrap_or_else(PoisonError::into_inner) = self.incoming.take();
        }
    }
}

/// Holds something until a body has been handed over or given up.
pub(super) fn holding<T: Send + Unpin + 'static>(body: Body, held: T) -> Body {
    Body::new(Holding { body, _held: held })
}

struct Holding<T> {
    body: Body,
    _held: T,
}

impl<T: Unpin> http_body::Body for Holding<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
