//! What goes on by itself: each second the repeats of it are written, each minute the heads that moved are signed and
//! told to the log, where whoever cuts the record later cannot reach them. At the end both are done once more.

use std::sync::Arc;
use std::time::Duration;

use domain::release::Release;
use tokio::time::Instant;

use super::heads::Heads;
use super::{BATCH, Recorder};

/// How long a repeat may be in memory alone. Source: product.md 3.5.
const REPEATS_EVERY: Duration = Duration::from_secs(1);
/// How often heads are told. Source: product.md 3.5.
const HEADS_EVERY: Duration = Duration::from_secs(60);

impl Recorder {
    /// Runs until the tasks are told to stop.
    pub(crate) async fn run(self) {
        let mut heads = Heads::since(self.0.clock.now());
        let mut heads_due = Instant::now() + HEADS_EVERY;
        loop {
            tokio::select! {
                () = tokio::time::sleep(REPEATS_EVERY) => {}
                () = self.0.tasks.stopping() => break,
            }
            self.write_repeats().await;
            if Instant::now() >= heads_due {
                heads_due = Instant::now() + HEADS_EVERY;
                heads.tell(&self.0.store, self.0.clock.now()).await;
            }
        }
        // Requests may still end after this one; each of them waits for its own line.
        self.ledger().close();
        let lost = self.write_repeats().await;
        if lost > 0 {
            tracing::error!(releases = lost, "repeated releases could not be recorded before the end");
        }
        heads.tell(&self.0.store, self.0.clock.now()).await;
    }

    /// Writes what happened again, and counts the releases that could not be written.
    /// Cancel: what was collected is lost; only the task that runs calls it.
    pub(super) async fn write_repeats(&self) -> u64 {
        let mut repeats = self.ledger().collect_repeats(self.0.clock.now());
        let mut unwritten = Vec::new();
        while !repeats.is_empty() {
            let batch: Vec<Release> = repeats.drain(..BATCH.min(repeats.len())).collect();
            let answers = self.append(&batch).await;
            unwritten.extend(batch.into_iter().filter_map(|release| match answers.get(&release.project) {
                Some(Err(error)) => Some((release, Arc::clone(error))),
                Some(Ok(())) | None => None,
            }));
        }
        let count = unwritten.iter().fold(0_u64, |count, (release, _)| count.saturating_add(release.times));
        let newly = self.ledger().settle_repeats(unwritten);
        for project in newly {
            let project = project.to_string();
            tracing::error!(project, "repeated releases could not be recorded: no more are let out until they are");
        }
        count
    }
}
