//! Tells people what the outbox holds: mails and webhooks, lane by lane, one turn per waking. A claim keeps two processes
//! from telling the same thing at once; that everything is told does not depend on it.

use std::sync::Arc;
use std::time::Duration;

use storage::{Claim, WorkKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::pauses::Pauses;
use crate::notice::{Hosts, NOTICES_AT_ONCE};
use crate::{Control, Error, random};

/// How long a claim holds: longer than a turn, whose last mail may take half a minute.
const CLAIM: Duration = Duration::from_secs(180);
/// How often to look whether there is something to do.
const NAP: Duration = Duration::from_millis(250);
/// How long giving back claims may take when the process ends.
const GIVE_BACK: Duration = Duration::from_secs(2);

const KIND: WorkKind = WorkKind::Notice;

pub(super) async fn run(control: Control) {
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(error = error.chain(), "nobody can be told anything");
        return;
    }
    let worker = Worker {
        control,
        owner: hex::encode(name),
        hosts: Hosts::default(),
        slots: Arc::new(Semaphore::new(NOTICES_AT_ONCE)),
        pauses: Pauses::default(),
        look_at: Instant::now(),
    };
    worker.run().await;
}

struct Worker {
    control: Control,
    /// Names this process in claims.
    owner: String,
    hosts: Hosts,
    slots: Arc<Semaphore>,
    /// How long lanes wait after turns that stumbled.
    pauses: Pauses,
    /// When to look for work again.
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
                tracing::warn!(error = error.chain(), "the outbox stumbled; going on");
            }
        }
    }

    /// Cancel: nothing is lost.
    async fn until_there_is_room(&self) {
        tokio::time::sleep_until(self.look_at).await;
        // Nobody closes it; the slot is free again at once, for whatever is claimed.
        let _free = self.slots.acquire().await;
    }

    /// Claims lanes whose turn it is and begins with them.
    async fn claim(&mut self) -> Result<(), Error> {
        // Set first: a store that fails must not be asked again at once.
        self.look_at = Instant::now() + NAP;
        let now = self.control.now();
        // A look costs no write.
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
            let (control, hosts, pauses) = (self.control.clone(), self.hosts.clone(), self.pauses.clone());
            self.control.tasks().spawn(async move { turn(&control, &hosts, &pauses, claim, slot).await });
        }
        Ok(())
    }
}

/// Takes one turn, and holds its slot until the end.
async fn turn(control: &Control, hosts: &Hosts, pauses: &Pauses, claim: Claim, _slot: OwnedSemaphorePermit) {
    let ended = tokio::select! {
        () = control.tasks().stopping() => None,
        ended = control.tell_lane(hosts, &claim) => Some(ended),
    };
    match ended {
        Some(Ok(())) => pauses.end(&claim.id),
        Some(Err(error)) => {
            tracing::warn!(lane = claim.id, error = error.chain(), "a turn of the outbox stumbled");
            let pause = pauses.next(&claim.id);
            // If the store is away the claim ends by itself.
            let _held = control.store().finish_work(&claim, control.now() + pause).await;
        }
        // Lets others go on with it. What is not given back in time ends by itself.
        None => drop(tokio::time::timeout(GIVE_BACK, control.store().release_work(&claim)).await),
    }
}
