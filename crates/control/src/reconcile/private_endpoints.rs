//! Makes, watches and takes away private endpoints (product.md 5.1): one step per waking and endpoint, each as it stands
//! in its row. A claim keeps several processes from doing the same work twice; that no endpoint is made twice does not
//! depend on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt, future};
use storage::{Claim, WorkKind};
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

type Stepping = BoxFuture<'static, (Claim, Result<(), Error>)>;

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
        under_way: FuturesUnordered::new(),
        claims: HashMap::new(),
        look_at: Instant::now(),
    };
    worker.run().await;
}

struct Worker {
    control: Control,
    /// Names this process in claims.
    owner: String,
    memory: Arc<EndpointMemory>,
    under_way: FuturesUnordered<Stepping>,
    /// What is held, to be given back at the end.
    claims: HashMap<String, Claim>,
    /// When to look for work again.
    look_at: Instant,
}

impl Worker {
    async fn run(mut self) {
        loop {
            tokio::select! {
                () = self.control.tasks().stopping() => break,
                Some((claim, ended)) = self.under_way.next() => self.take_in(&claim, ended).await,
                () = tokio::time::sleep_until(self.look_at), if self.under_way.len() < SLOTS => {
                    if let Err(error) = self.claim().await {
                        tracing::warn!(error = error.chain(), "the work on private endpoints stumbled; going on");
                    }
                }
            }
        }
        self.give_back().await;
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
        let free = SLOTS.saturating_sub(self.under_way.len());
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let claims = self.control.store().claim_due(KIND, now, &self.owner, limit, CLAIM).await?;
        if claims.len() == free {
            self.look_at = Instant::now();
        }
        for claim in claims {
            self.claims.insert(claim.id.clone(), claim.clone());
            let (control, memory) = (self.control.clone(), Arc::clone(&self.memory));
            self.under_way.push(Box::pin(async move {
                let ended = control.step_private_endpoint(&memory, &claim).await;
                (claim, ended)
            }));
        }
        Ok(())
    }

    async fn take_in(&mut self, claim: &Claim, ended: Result<(), Error>) {
        self.claims.remove(&claim.id);
        let Err(error) = ended else { return };
        tracing::warn!(endpoint = claim.id, error = error.chain(), "a step of a private endpoint stumbled");
        // If the store is away the claim ends by itself.
        let _held = self.control.store().finish_work(claim, self.control.now() + PAUSE).await;
    }

    /// Lets others go on with what was under way; a step can be dropped anywhere.
    async fn give_back(self) {
        let Self { control, under_way, claims, .. } = self;
        drop(under_way);
        let given = claims.values().map(|claim| control.store().release_work(claim));
        // What is not given back ends by itself.
        let _in_time = tokio::time::timeout(GIVE_BACK, future::join_all(given)).await;
    }
}
