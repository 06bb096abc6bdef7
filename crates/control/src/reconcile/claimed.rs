//! Work that is claimed piece by piece: what is due of a kind is done in tasks side by side, and a piece that stumbles
//! waits longer every time. A claim keeps several processes from doing a piece twice at once; that nothing is done twice
//! or never does not depend on it. Must not know what the work is.

use std::sync::Arc;
use std::time::Duration;

use storage::{Claim, WorkKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::pauses::Pauses;
use crate::{Control, Error, random};

/// How often to look whether there is something to do.
pub(super) const NAP: Duration = Duration::from_millis(250);
/// How long giving back a claim may take when the process ends.
const GIVE_BACK: Duration = Duration::from_secs(2);

/// A kind of work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) kind: WorkKind,
    /// What the log calls it.
    pub(super) name: &'static str,
    /// How many pieces are worked on at once.
    pub(super) slots: usize,
    /// How long a claim holds: longer than a piece takes.
    pub(super) claim: Duration,
    /// How often to look for due pieces.
    pub(super) nap: Duration,
}

/// Does the work until the process ends. What `act` does with a piece can be dropped anywhere; it says itself when the
/// piece is due again.
pub(super) async fn run<Act, Done>(control: Control, work: Work, act: Act)
where
    Act: Fn(Control, Claim) -> Done + Send + 'static,
    Done: Future<Output = Result<(), Error>> + Send + 'static,
{
    let mut name = [0; 8];
    if let Err(error) = random(&mut name) {
        tracing::error!(work = work.name, error = error.chain(), "work cannot start");
        return;
    }
    let slots = Arc::new(Semaphore::new(work.slots));
    let owner = hex::encode(name);
    Worker { control, work, owner, slots, pauses: Pauses::default(), look_at: Instant::now(), act }.run().await;
}

struct Worker<Act> {
    control: Control,
    work: Work,
    /// Names this process in claims.
    owner: String,
    slots: Arc<Semaphore>,
    pauses: Pauses,
    /// When to look for due pieces again.
    look_at: Instant,
    act: Act,
}

impl<Act, Done> Worker<Act>
where
    Act: Fn(Control, Claim) -> Done + Send + 'static,
    Done: Future<Output = Result<(), Error>> + Send + 'static,
{
    async fn run(mut self) {
        loop {
            tokio::select! {
                () = self.control.tasks().stopping() => return,
                () = self.until_there_is_room() => {}
            }
            if let Err(error) = self.claim().await {
                tracing::warn!(work = self.work.name, error = error.chain(), "nothing could be claimed; going on");
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
        let Work { kind, name, slots: _, claim, nap } = self.work;
        // Set first: a store that fails must not be asked again at once.
        self.look_at = Instant::now() + nap;
        let now = self.control.now();
        // A look costs no write.
        if self.control.store().next_due(kind).await?.is_none_or(|due| due > now) {
            return Ok(());
        }
        let free = self.slots.available_permits();
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let claims = self.control.store().claim_due(kind, now, &self.owner, limit, claim).await?;
        if claims.len() == free {
            self.look_at = Instant::now();
        }
        for claim in claims {
            // None else takes any, so there is one for each.
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { break };
            let (control, pauses) = (self.control.clone(), self.pauses.clone());
            let done = (self.act)(control.clone(), claim.clone());
            // A task of its own: work that nobody polls would keep a connection to the store from everybody else.
            self.control.tasks().spawn(async move { piece(&control, name, &pauses, &claim, done, slot).await });
        }
        Ok(())
    }
}

/// Works on one piece, and holds its slot until the end.
async fn piece(
    control: &Control,
    name: &'static str,
    pauses: &Pauses,
    claim: &Claim,
    done: impl Future<Output = Result<(), Error>>,
    _slot: OwnedSemaphorePermit,
) {
    let ended = tokio::select! {
        () = control.tasks().stopping() => None,
        ended = done => Some(ended),
    };
    match ended {
        Some(Ok(())) => pauses.end(&claim.id),
        Some(Err(error)) => {
            tracing::warn!(work = name, piece = claim.id, error = error.chain(), "a piece of work stumbled");
            let pause = pauses.next(&claim.id);
            // If the store is away the claim ends by itself.
            let _held = control.store().finish_work(claim, control.now() + pause).await;
        }
        // Lets others go on with it. What is not given back in time ends by itself.
        None => drop(tokio::time::timeout(GIVE_BACK, control.store().release_work(claim)).await),
    }
}
