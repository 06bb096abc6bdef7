//! Brings the alerts of projects in line with what happened: one look per waking and project. A claim keeps several
//! processes from looking at the same project; that nothing is told twice or never does not depend on it.

use std::sync::Arc;
use std::time::Duration;

use storage::{Claim, WorkKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::pauses::Pauses;
use crate::{Control, Error, random};

/// How many projects are looked at at once.
const SLOTS: usize = 16;
/// How long a claim holds: longer than a look, providers' answers included.
const CLAIM: Duration = Duration::from_secs(60);
/// How often to see whether there is something to look at.
const NAP: Duration = Duration::from_millis(250);
/// How long giving back claims may take when the process ends.
const GIVE_BACK: Duration = Duration::from_secs(2);

const KIND: WorkKind = WorkKind::Alerts;

pub(super) async fn run(control: Control) {
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(error = error.chain(), "the work on alerts cannot start");
        return;
    }
    let slots = Arc::new(Semaphore::new(SLOTS));
    let worker =
        Worker { control, owner: hex::encode(name), slots, pauses: Pauses::default(), look_at: Instant::now() };
    worker.run().await;
}

struct Worker {
    control: Control,
    /// Names this process in claims.
    owner: String,
    slots: Arc<Semaphore>,
    /// How long projects wait after looks that stumbled.
    pauses: Pauses,
    /// When to see again whether there is something to do.
    look_at: Instant,
}

impl Worker {
    async fn run(mut self) {
        loop {
            tokio::select! {
                () = self.control.tasks().stopping() => return,
                () = self.until_there_is_room() => {}
            }
            if let Err(error) = self.claim().await {
                tracing::warn!(error = error.chain(), "the work on alerts stumbled; going on");
            }
        }
    }

    /// Cancel: nothing is lost.
    async fn until_there_is_room(&self) {
        tokio::time::sleep_until(self.look_at).await;
        // Nobody closes it; the slot is free again at once, for whatever is claimed.
        let _free = self.slots.acquire().await;
    }

    /// Claims what is due and begins with it.
    async fn claim(&mut self) -> Result<(), Error> {
        // Set first: a store that fails must not be asked again at once.
        self.look_at = Instant::now() + NAP;
        let now = self.control.now();
        // To see whether there is something costs no write.
        if self.control.store().next_due(KIND).await?.is_none_or(|due| due > now) {
            return Ok(());
        }
        let free = self.slots.available_permits();
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let claims = self.control.store().claim_due(KIND, now, &self.owner, limit, CLAIM).await?;
        if claims.len() == free {
            self.look_at = Instant::now();
        }
        for claim in claims {
            // None else takes any, so there is one for each.
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { break };
            let (control, pauses) = (self.control.clone(), self.pauses.clone());
            self.control.tasks().spawn(async move { look(&control, &pauses, claim, slot).await });
        }
        Ok(())
    }
}

/// Looks at one project, and holds its slot until the end.
async fn look(control: &Control, pauses: &Pauses, claim: Claim, _slot: OwnedSemaphorePermit) {
    // A look can be dropped anywhere.
    let ended = tokio::select! {
        () = control.tasks().stopping() => None,
        ended = control.look_at_alerts(&claim) => Some(ended),
    };
    match ended {
        Some(Ok(())) => pauses.end(&claim.id),
        Some(Err(error)) => {
            tracing::warn!(project = claim.id, error = error.chain(), "a look at alerts stumbled");
            let pause = pauses.next(&claim.id);
            // If the store is away the claim ends by itself.
            let _held = control.store().finish_work(&claim, control.now() + pause).await;
        }
        // Lets others go on with it. What is not given back in time ends by itself.
        None => drop(tokio::time::timeout(GIVE_BACK, control.store().release_work(&claim)).await),
    }
}
