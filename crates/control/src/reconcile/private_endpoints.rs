//! Makes, watches and takes away private endpoints (product.md 5.1): one step per waking and endpoint, each as it stands
//! in its row. A claim keeps several processes from doing the same work twice; that no endpoint is made twice does not
//! depend on it.

use std::sync::Arc;
use std::time::Duration;

use storage::{Claim, WorkKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::private_endpoint::EndpointMemory;
use crate::{Control, Error, random};

/// How many endpoints are worked on at once.
const SLOTS: usize = 16;
/// How long a claim holds: longer than the calls of a step.
const CLAIM: Duration = Duration::from_secs(60);
/// How often to look whether there is something to do.
const NAP: Duration = Duration::from_millis(250);
/// How long an endpoint waits after a step that stumbled over the store.
const PAUSE: Duration = Duration::from_secs(5);
/// How long giving back claims may take when the process ends.
const GIVE_BACK: Duration = Duration::from_secs(2);

const KIND: WorkKind = WorkKind::PrivateEndpoint;

pub(super) async fn run(control: Control) {
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(error = error.chain(), "the work on private endpoints cannot start");
        return;
    }
    let worker = Worker {
        control,
        owner: hex::encode(name),
        memory: Arc::default(),
        slots: Arc::new(Semaphore::new(SLOTS)),
        look_at: Instant::now(),
    };
    worker.run().await;
}

struct Worker {
    control: Control,
    /// Names this process in claims.
    owner: String,
    memory: Arc<EndpointMemory>,
    slots: Arc<Semaphore>,
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
                tracing::warn!(error = error.chain(), "the work on private endpoints stumbled; going on");
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
        self.look_at = Instant::now() + NAP.min(self.control.timings().endpoint_poll_fast);
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
            let (control, memory) = (self.control.clone(), Arc::clone(&self.memory));
            // A task of its own: a step that nobody polls would keep a connection to the store from everybody else.
            self.control.tasks().spawn(async move { step(&control, &memory, claim, slot).await });
        }
        Ok(())
    }
}

/// Takes one step, and holds its slot until the end.
async fn step(control: &Control, memory: &EndpointMemory, claim: Claim, _slot: OwnedSemaphorePermit) {
    // A step can be dropped anywhere.
    let ended = tokio::select! {
        () = control.tasks().stopping() => None,
        ended = control.step_private_endpoint(memory, &claim) => Some(ended),
    };
    match ended {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            tracing::warn!(endpoint = claim.id, error = error.chain(), "a step of a private endpoint stumbled");
            // If the store is away the claim ends by itself.
            let _held = control.store().finish_work(&claim, control.now() + PAUSE).await;
        }
        // Lets others go on with it. What is not given back in time ends by itself.
        None => drop(tokio::time::timeout(GIVE_BACK, control.store().release_work(&claim)).await),
    }
}
