//! What of the record is in memory: who waits for a line, and how often it happened again in this minute. Pure but for
//! the channels by which those who wait are answered; must not know the store.

use std::collections::btree_map::BTreeMap;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::id::{NodeId, ProjectId};
use domain::master_key::MasterKeyId;
use domain::node::Serial;
use domain::release::{Release, ReleaseAct};
use domain::time::Timestamp;
use storage::StoreError;
use tokio::sync::oneshot;

/// The most kinds of release that are remembered at once. Further ones are written one by one.
const MOST: usize = if cfg!(test) { 1000 } else { 200_000 };

/// What whoever waits is told.
pub(super) type Answer = Result<(), Arc<StoreError>>;

/// Releases of one kind in one minute: the first is a line, the others are one more.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Kind {
    project: ProjectId,
    key: MasterKeyId,
    node: NodeId,
    act: ReleaseAct,
    provider: ProviderKind,
    customer_key: CustomerKeyNumber,
    address: IpAddr,
    serial: Serial,
    minute: i64,
}

struct Entry {
    standing: Standing,
    /// What happened again and is not written yet.
    repeats: Option<Release>,
}

enum Standing {
    /// The first is not written yet; these wait for it as well.
    Waiting(Vec<oneshot::Sender<Answer>>),
    Written,
}

/// Stands for a release that waits to be written.
pub(super) struct Ticket {
    kind: Kind,
    /// None for repeats that nobody waits for.
    answer: Option<oneshot::Sender<Answer>>,
}

/// What becomes of a release.
pub(super) enum Admission {
    /// It is counted; its line follows.
    Counted,
    /// Its line, or that of the first, has to be waited for. `write` asks the caller to start writing.
    Wait { answer: oneshot::Receiver<Answer>, write: bool },
    /// It must not take place: what was counted before cannot be written.
    Refused(Arc<StoreError>),
}

/// Everything in memory.
#[derive(Default)]
pub(super) struct Ledger {
    entries: HashMap<Kind, Entry>,
    queue: VecDeque<(Ticket, Release)>,
    /// Whether a task is at the queue.
    writing: bool,
    /// Of which projects repeats could not be written the last time, and why.
    trouble: BTreeMap<ProjectId, Arc<StoreError>>,
    /// Whether nothing is counted any more, because the end has come.
    closed: bool,
    /// Whether room was made since repeats were last collected.
    trimmed: bool,
}

impl Ledger {
    /// Takes a release in.
    pub(super) fn admit(&mut self, release: Release) -> Admission {
        let kind = Kind::of(&release);
        if !self.closed {
            if let Some(entry) = self.entries.get_mut(&kind) {
                return match (&mut entry.standing, self.trouble.get(&kind.project)) {
                    (Standing::Waiting(others), _) => {
                        let (sender, answer) = oneshot::channel();
                        others.push(sender);
                        count(&mut entry.repeats, release);
                        Admission::Wait { answer, write: false }
                    }
                    (Standing::Written, Some(trouble)) => Admission::Refused(Arc::clone(trouble)),
                    (Standing::Written, None) => {
                        count(&mut entry.repeats, release);
                        Admission::Counted
                    }
                };
            }
            if self.has_room() {
                self.entries.insert(kind, Entry { standing: Standing::Waiting(Vec::new()), repeats: None });
            }
        }
        let (sender, answer) = oneshot::channel();
        self.queue.push_back((Ticket { kind, answer: Some(sender) }, release));
        Admission::Wait { answer, write: !std::mem::replace(&mut self.writing, true) }
    }

    /// Takes what waits, in order. With nothing left, the task that asks is done.
    pub(super) fn next_batch(&mut self, most: usize) -> Option<(Vec<Ticket>, Vec<Release>)> {
        let batch: (Vec<_>, Vec<_>) = self.queue.drain(..most.min(self.queue.len())).unzip();
        self.writing = !batch.0.is_empty();
        self.writing.then_some(batch)
    }

    /// Answers everybody who waited for a batch.
    pub(super) fn settle(&mut self, tickets: Vec<Ticket>, answers: &BTreeMap<ProjectId, Answer>) {
        for Ticket { kind, answer } in tickets {
            let outcome = answers.get(&kind.project).cloned().unwrap_or(Ok(()));
            if let Some(first) = answer {
                // Whoever does not wait any more needs no answer.
                let _gone = first.send(outcome.clone());
                self.settle_others(kind, &outcome);
            }
        }
    }

    fn settle_others(&mut self, kind: Kind, outcome: &Answer) {
        let Some(entry) = self.entries.get_mut(&kind) else { return };
        let Standing::Waiting(others) = std::mem::replace(&mut entry.standing, Standing::Written) else { return };
        for other in others {
            let _gone = other.send(outcome.clone());
        }
        if outcome.is_err() {
            self.entries.remove(&kind);
        } else if self.closed {
            // Nobody will collect it any more.
            let repeats = entry.repeats.take().map(|repeats| (Ticket { kind, answer: None }, repeats));
            self.queue.extend(repeats);
        }
    }

    /// Takes what happened again and is not written yet, and forgets the minutes before this one.
    pub(super) fn collect_repeats(&mut self, now: Timestamp) -> Vec<Release> {
        let mut repeats = Vec::new();
        let minute = minute_of(now);
        self.entries.retain(|kind, entry| match entry.standing {
            Standing::Waiting(_) => true,
            Standing::Written => {
                repeats.extend(entry.repeats.take());
                kind.minute == minute
            }
        });
        self.trimmed = false;
        repeats
    }

    /// Takes in how it went with the repeats, and gives the projects whose trouble is new. What could not be written
    /// stays counted, and until it is written no other release of that project may be counted alone.
    pub(super) fn settle_repeats(&mut self, unwritten: Vec<(Release, Arc<StoreError>)>) -> Vec<ProjectId> {
        let before = std::mem::take(&mut self.trouble);
        for (repeats, error) in unwritten {
            self.trouble.insert(repeats.project, error);
            let entry = self.entries.entry(Kind::of(&repeats));
            let entry = entry.or_insert(Entry { standing: Standing::Written, repeats: None });
            count(&mut entry.repeats, repeats);
        }
        self.trouble.keys().filter(|project| !before.contains_key(project)).copied().collect()
    }

    /// From now on every release is written before it takes place.
    pub(super) const fn close(&mut self) {
        self.closed = true;
    }

    /// Lets go of everybody who waits.
    pub(super) fn abandon(&mut self) {
        self.writing = false;
        self.queue.clear();
        self.entries.retain(|_, entry| matches!(entry.standing, Standing::Written));
    }

    fn has_room(&mut self) -> bool {
        if self.entries.len() >= MOST && !std::mem::replace(&mut self.trimmed, true) {
            // The next of these kinds is a line again, which is one line too many and does no harm.
            self.entries.retain(|_, entry| entry.repeats.is_some() || matches!(entry.standing, Standing::Waiting(_)));
        }
        self.entries.len() < MOST
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.entries.len()
    }
}

impl Kind {
    fn of(release: &Release) -> Self {
        let Release { project, act, key, provider, customer_key, node, serial, address, at, .. } = release;
        Self {
            project: *project,
            key: *key,
            node: *node,
            act: *act,
            provider: *provider,
            customer_key: *customer_key,
            address: *address,
            serial: *serial,
            minute: minute_of(*at),
        }
    }
}

const fn minute_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(60_000)
}

fn count(repeats: &mut Option<Release>, release: Release) {
    let before = repeats.take();
    let (times, at) = before.map_or((0, release.at), |before| (before.times, before.at));
    let (times, at) = (times.saturating_add(release.times), at.max(release.at));
    *repeats = Some(Release { times, at, ..release });
}
