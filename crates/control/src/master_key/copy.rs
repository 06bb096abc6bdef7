//! Copies of projects' snapshots where others write to the database too: at most half a second old, and read once
//! however many want one. Must not know what is looked for in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::ProjectId;
use domain::master_key::lease::{BootTime, NoKey};
use quick_cache::sync::Cache;
use storage::{ProjectSnapshot, StoreError};
use tokio::sync::watch;

use super::MasterKeyError;
use crate::{Control, Error};

/// How many projects are remembered.
const CAPACITY: usize = 20_000;

/// What is remembered, and the reads under way.
#[derive(Debug)]
pub(super) struct Copies {
    known: Cache<ProjectId, Copied>,
    reads: Mutex<HashMap<ProjectId, UnderWay>>,
}

/// A copy of what the store said of a project; none if there is no such project.
#[derive(Debug, Clone)]
struct Copied {
    snapshot: Option<Arc<ProjectSnapshot>>,
    read: BootTime,
}

/// A read under way: when it began, and where it will land.
type UnderWay = (BootTime, watch::Receiver<Option<Read>>);

/// What came of a read. All who waited for it share it, a failure too.
type Read = Result<Copied, Arc<StoreError>>;

impl Copies {
    pub(super) fn empty() -> Self {
        Self { known: Cache::new(CAPACITY), reads: Mutex::default() }
    }
}

impl Control {
    /// Gives a project's snapshot and when it was read. Where nobody else writes to the database, the store's own
    /// memory is the truth of this moment.
    pub(crate) async fn snapshot_since(
        &self,
        project: ProjectId,
        since: BootTime,
    ) -> Result<(Arc<ProjectSnapshot>, BootTime), Error> {
        if self.owns_database() {
            let read = self.boot_now();
            let snapshot = self.store().project_snapshot(project).await?.ok_or(MasterKeyError::NotFound)?;
            return Ok((snapshot, read));
        }
        let young = self.keys().copies.known.get(&project).filter(|copy| copy.read >= since);
        let copy = match young {
            Some(copy) => copy,
            None => self.read_snapshot_since(project, since).await?,
        };
        Ok((copy.snapshot.ok_or(MasterKeyError::NotFound)?, copy.read))
    }

    /// Reads a project's snapshot, or joins a read that began since then. Who comes too late for the read under way
    /// waits for the next one with all the others: however many ask, two reads answer them.
    /// Cancel: safe; the read goes on and is remembered.
    async fn read_snapshot_since(&self, project: ProjectId, since: BootTime) -> Result<Copied, Error> {
        loop {
            let (began, mut landing) = {
                let mut reads = self.keys().copies.reads.lock().unwrap_or_else(PoisonError::into_inner);
                // One whose task ended without a word is none.
                match reads.get(&project).filter(|(_, landing)| landing.has_changed().is_ok()) {
                    Some(under_way) => under_way.clone(),
                    None => {
                        let (landed, landing) = watch::channel(None);
                        let under_way = (self.boot_now(), landing);
                        reads.insert(project, under_way.clone());
                        self.spawn_read(project, under_way.0, landed);
                        under_way
                    }
                }
            };
            let landed = landing.wait_for(Option::is_some).await;
            match landed.ok().and_then(|landed| landed.clone()) {
                Some(Ok(_)) if began < since => {}
                Some(Ok(copy)) => return Ok(copy),
                Some(Err(error)) => return Err(StoreError::Shared(error).into()),
                None => return Err(NoKey::StoreAway.into()),
            }
        }
    }

    fn spawn_read(&self, project: ProjectId, began: BootTime, landed: watch::Sender<Option<Read>>) {
        let control = self.clone();
        self.tasks().spawn(async move {
            let found = control.store().project_snapshot(project).await;
            let read = found.map(|snapshot| Copied { snapshot, read: began }).map_err(Arc::new);
            let copies = &control.keys().copies;
            if let Ok(copy) = &read {
                copies.known.insert(project, copy.clone());
            }
            // Off the board first: whoever comes from here on reads anew.
            copies.reads.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
            let _nobody_waits = landed.send(Some(read));
        });
    }
}
