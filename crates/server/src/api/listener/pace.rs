//! A stream with deadlines: for silence, for a request's head, and for a client that takes no bytes.
//! Must not know HTTP, beyond the one line it says to a head that took too long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::ConnectionLimits;
use crate::entrance::roster::{Life, Phase};

/// What is said, in one write and if the socket takes it, when a head does not come to its end.
const HEAD_TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

pub(super) struct Paced<S> {
    inner: S,
    limits: ConnectionLimits,
    life: Arc<Life>,
    reading: Alarm,
    /// The request count at which `reading` was set; another request makes it void.
    reading_set_at: u64,
    writing: Alarm,
}

impl<S> Paced<S> {
    pub(super) fn new(inner: S, limits: ConnectionLimits, life: Arc<Life>) -> Self {
        let (reading, writing) = (Alarm::default(), Alarm::default());
        Self { inner, limits, life, reading, reading_set_at: 0, writing }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let (phase, requests) = this.life.phase();
        if this.reading_set_at != requests {
            this.reading.stop();
            this.reading_set_at = requests;
        }
        let polled = Pin::new(&mut this.inner).poll_read(cx, buf);
        match (polled, phase) {
            (Poll::Ready(outcome), Phase::Quiet) => {
                this.life.heard();
                this.reading.set(this.limits.head);
                Poll::Ready(outcome)
            }
            // More of the same head does not move its deadline.
            (Poll::Ready(outcome), Phase::Head | Phase::Busy) => Poll::Ready(outcome),
            (Poll::Pending, Phase::Busy) => Poll::Pending,
            (Poll::Pending, Phase::Quiet | Phase::Head) => {
                let is_waiting = phase == Phase::Quiet && requests > 0;
                this.reading.set_unless_running(if is_waiting { this.limits.idle } else { this.limits.head });
                ready!(this.reading.poll(cx));
                if phase == Phase::Head {
                    // Best effort: the client may be gone, and the connection ends either way.
                    let _ = Pin::new(&mut this.inner).poll_write(cx, HEAD_TOO_SLOW);
                    let _ = Pin::new(&mut this.inner).poll_flush(cx);
                }
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.within_deadline(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(cx);
        self.within_deadline(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.within_deadline(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.within_deadline(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

impl<S> Paced<S> {
    fn within_deadline<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing.stop();
            return polled;
        }
        self.writing.set_unless_running(self.limits.write);
        ready!(self.writing.poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// A deadline that may be set or not. Its timer is made once, when it is first needed.
#[derive(Debug, Default)]
struct Alarm {
    timer: Option<Pin<Box<Sleep>>>,
    is_running: bool,
}

impl Alarm {
    fn set(&mut self, after: Duration) {
        let at = Instant::now() + after;
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(at),
            None => self.timer = Some(Box::pin(sleep_until(at))),
        }
        self.is_running = true;
    }

    fn set_unless_running(&mut self, after: Duration) {
        if !self.is_running {
            self.set(after);
        }
    }

    fn stop(&mut self) {
        self.is_running = false;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}
