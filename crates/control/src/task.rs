//! The one place where background tasks start: they carry a stop signal and are joined at shutdown.
//! Must not know what the tasks do.

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and waits for them at the end. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts a task. It should end soon after [`Tasks::stopping`] resolves.
    #[expect(clippy::disallowed_methods, reason = "this is where tasks start")]
    pub fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(self.tracker.track_future(future));
    }

    /// Gives the signal that all tasks stop at.
    #[must_use]
    pub const fn stop_signal(&self) -> &CancellationToken {
        &self.stop
    }

    /// Resolves when tasks should end. Cancel: safe.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Gives the tracker, for tasks that must be started by somebody else's code.
    #[must_use]
    pub const fn tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    /// Tells every task to end and waits until all have. Cancel: tasks go on ending by themselves.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
