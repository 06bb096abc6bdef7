//! The record of releases (product.md 3.5): no key leaves before it is durable who got it. The first release of a key
//! to a node in a minute is written and waited for; repeats in that minute are counted, and their count is a line of
//! its own within a second. What waits at the same time is written in one transaction.
//!
//! ```text
//!   record ── first in its minute ──► waits ──► written with all that wait ──► returns
//!      │                                ▲
//!      ├── again, the first still waits ┘  and is counted
//!      └── again, the first is written ──► counted, returns at once ──► one more line within a second
//! ```
//!
//! Must not know tables, keys' bytes, or why a key was released.

mod heads;
mod ledger;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Bug;
use domain::id::ProjectId;
use domain::release::Release;
use providers::Clock;
use storage::{Retry, Store, StoreError};

use crate::Error;
use crate::task::Tasks;
use ledger::{Admission, Answer, Ledger};

/// The most releases that one transaction writes.
const BATCH: usize = 1000;

/// Keeps the record. Clones share everything.
#[derive(Clone)]
pub(crate) struct Recorder(Arc<Shared>);

struct Shared {
    store: Store,
    clock: Clock,
    tasks: Tasks,
    ledger: Mutex<Ledger>,
    #[cfg(test)]
    transactions: std::sync::atomic::AtomicU64,
}

impl Recorder {
    pub(crate) fn new(store: Store, clock: Clock, tasks: Tasks) -> Self {
        let ledger = Mutex::default();
        Self(Arc::new(Shared {
            store,
            clock,
            tasks,
            ledger,
            #[cfg(test)]
            transactions: std::sync::atomic::AtomicU64::default(),
        }))
    }

    /// Records a release. When it returns, the first release of its kind in its minute is durable, and this one too or
    /// counted; only then may the key leave.
    /// Errors: those of the store; then nothing may leave.
    /// Cancel: the line may be written all the same, and tells of a release that did not take place.
    pub(crate) async fn record(&self, release: Release) -> Result<(), Error> {
        let admission = self.ledger().admit(release);
        let (answer, write) = match admission {
            Admission::Counted => return Ok(()),
            Admission::Refused(error) => return Err(StoreError::Shared(error).into()),
            Admission::Wait { answer, write } => (answer, write),
        };
        if write {
            // A task, because whoever happened to come first may be dropped, and others wait with him.
            self.0.tasks.spawn(self.clone().write());
        }
        match answer.await {
            Ok(answer) => Ok(answer.map_err(StoreError::Shared)?),
            Err(_) => Err(Error::Bug(Bug("whoever waits for the record is answered"))),
        }
    }

    /// Writes what waits, and what comes to wait meanwhile, until nothing does.
    async fn write(self) {
        let mut unfinished = Unfinished(Some(&self));
        loop {
            // The lock is gone before anything is waited for.
            let next = self.ledger().next_batch(BATCH);
            let Some((tickets, releases)) = next else {
                unfinished.0 = None;
                return;
            };
            let answers = self.append(&releases).await;
            for (project, error) in
                answers.iter().filter_map(|(project, answer)| Some((project, answer.as_ref().err()?)))
            {
                let (project, error): (_, &(dyn std::error::Error + 'static)) = (project.to_string(), error.as_ref());
                tracing::error!(project, error, "releases were refused: they could not be recorded");
            }
            self.ledger().settle(tickets, &answers);
        }
    }

    /// Writes one batch. A project whose record is damaged does not keep the others from theirs.
    async fn append(&self, releases: &[Release]) -> BTreeMap<ProjectId, Answer> {
        #[cfg(test)]
        self.0.transactions.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let projects = releases.iter().map(|release| release.project);
        let error = match self.0.store.append_releases(releases).await {
            Ok(()) => return projects.map(|project| (project, Ok(()))).collect(),
            Err(error) => Arc::new(error),
        };
        let mut answers: BTreeMap<ProjectId, Answer> = projects.map(|project| (project, Err(error.clone()))).collect();
        if error.retry() == Retry::Never && answers.len() > 1 {
            for (project, answer) in &mut answers {
                let own: Vec<Release> = releases.iter().filter(|of| of.project == *project).cloned().collect();
                *answer = self.0.store.append_releases(&own).await.map_err(Arc::new);
            }
        }
        answers
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frees those who wait if the task that writes ends before its time, as it does when the process is taken down.
struct Unfinished<'r>(Option<&'r Recorder>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(recorder) = self.0 {
            recorder.ledger().abandon();
        }
    }
}
