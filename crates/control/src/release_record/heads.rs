//! Tells the log how far each project's record goes, signed, whenever it went further. Kept elsewhere, as logs are, such
//! a line shows later whether anything was cut.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::id::ProjectId;
use domain::time::Timestamp;
use storage::{SignedHead, Store};

use crate::Error;

/// How far the clocks of replicas may be apart without a head being missed. One told twice does no harm.
const SLACK: Duration = Duration::from_secs(300);

/// Which heads were told.
pub(super) struct Heads {
    since: Timestamp,
    told: BTreeMap<ProjectId, i64>,
}

impl Heads {
    pub(super) fn since(now: Timestamp) -> Self {
        Self { since: now - SLACK, told: BTreeMap::new() }
    }

    /// Tells the heads that moved since the last time.
    pub(super) async fn tell(&mut self, store: &Store, now: Timestamp) {
        match self.moved(store, now).await {
            Ok(heads) => {
                for head in heads {
                    let (project, sequence) = (head.project.to_string(), head.sequence);
                    let head = head.to_string();
                    tracing::info!(project, sequence, head, "signed head of a record of releases");
                }
            }
            Err(error) => tracing::warn!(error = error.chain(), "heads could not be told; trying again in a minute"),
        }
    }

    /// Signs the heads that moved since the last time.
    /// Errors: those of the store; the next time makes up for it.
    pub(super) async fn moved(&mut self, store: &Store, now: Timestamp) -> Result<Vec<SignedHead>, Error> {
        let (mut moved, mut told) = (Vec::new(), BTreeMap::new());
        for (project, head) in store.release_heads_since(self.since).await? {
            let Some(head) = head else {
                let project = project.to_string();
                tracing::error!(
                    project,
                    "operator alert: the head of a record of releases is not what was written; verify it with atrest audit"
                );
                continue;
            };
            told.insert(project, head.sequence);
            if head.sequence > 0 && self.told.get(&project) != Some(&head.sequence) {
                moved.push(store.sign_release_head(&head, now).await?);
            }
        }
        (self.since, self.told) = (now - SLACK, told);
        Ok(moved)
    }
}
