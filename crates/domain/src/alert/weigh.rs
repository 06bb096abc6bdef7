//! Bringing a project's alerts in line with what happened: first what events told, in their order, then what holds
//! now. Whatever is told twice is told once: an alert that is there is not raised again, one that is not there is not
//! ended. Must not know where any of it was read.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Bug;
use crate::cluster::ClusterName;
use crate::id::{AlertConfigId, AlertId};
use crate::time::Timestamp;

use super::machine::{cancel, resolve, step};
use super::{Alert, AlertConfig, AlertKind, AlertState, Edge, Step, Subject, Tell, Why};

/// How long an alert of what passes by itself stays open.
const PASSES_AFTER: Duration = Duration::from_secs(24 * 3600);

/// What an event told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeSeen {
    /// Which alerts it is about.
    pub kind: AlertKind,
    /// What it happened to.
    pub subject: Subject,
    /// The cluster, if it happened to one or to a part of one.
    pub cluster: Option<ClusterName>,
    /// What it does to them.
    pub edge: Edge,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
}

/// When something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Now.
    Now,
    /// The configuration's threshold after this.
    After(Timestamp),
    /// The configuration's threshold before this.
    Before(Timestamp),
}

/// What holds now, or will at a time that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which alerts it is about.
    pub kind: AlertKind,
    /// What it holds for.
    pub subject: Subject,
    /// The cluster, if it holds for one or for a part of one.
    pub cluster: Option<ClusterName>,
    /// When it holds.
    pub term: Term,
    /// Why.
    pub why: Why,
}

/// Everything that was found at a look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// What events told, oldest first.
    pub edges: Vec<EdgeSeen>,
    /// What holds.
    pub standing: Vec<Standing>,
}

/// An alert that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The alert now.
    pub alert: Alert,
    /// Whether it was not there before.
    pub is_new: bool,
    /// Whom to tell, in order.
    pub tell: Vec<Tell>,
}

/// What a look makes of a project's alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weighed {
    /// What changed.
    pub changed: Vec<Changed>,
    /// When to look again, as far as can be told.
    pub next_at: Option<Timestamp>,
}

/// One alert on its way through a look.
struct Entry {
    before: Option<Alert>,
    alert: Alert,
    tell: Vec<Tell>,
}

impl Entry {
    fn take(&mut self, next: Step) -> Option<Timestamp> {
        self.alert = next.alert;
        self.tell.extend(next.tell);
        next.next_at
    }
}

/// All alerts of a look, and of each configuration the one about a subject that is not over.
struct Entries {
    all: Vec<Entry>,
    live: BTreeMap<(AlertConfigId, Subject), usize>,
}

impl Entries {
    fn of(entries: Vec<Entry>) -> Self {
        let mut this = Self { all: Vec::with_capacity(entries.len()), live: BTreeMap::new() };
        entries.into_iter().for_each(|entry| this.push(entry));
        this
    }

    fn push(&mut self, entry: Entry) {
        if entry.alert.state.is_live() {
            self.live.insert((entry.alert.config, entry.alert.subject), self.all.len());
        }
        self.all.push(entry);
    }

    fn find(&mut self, config: &AlertConfig, subject: Subject) -> Option<&mut Entry> {
        let place = *self.live.get(&(config.id, subject))?;
        self.all.get_mut(place).filter(|entry| entry.alert.state.is_live())
    }
}

/// Brings alerts in line with a look. `live` are those of the project that are not over; `new_id` gives an id for one
/// that begins.
/// Errors: those of `new_id`.
pub fn weigh(
    configs: &[AlertConfig],
    live: Vec<Alert>,
    look: &Look,
    now: Timestamp,
    mut new_id: impl FnMut() -> Result<AlertId, Bug>,
) -> Result<Weighed, Bug> {
    let stands: BTreeMap<AlertConfigId, AlertKind> =
        configs.iter().filter(|config| config.enabled).map(|config| (config.id, config.kind)).collect();
    let known = live.into_iter().map(|before| {
        let stands = stands.get(&before.config) == Some(&before.kind);
        let alert = if stands { before.clone() } else { cancel(before.clone(), now) };
        Entry { before: Some(before), alert, tell: Vec::new() }
    });
    let mut entries = Entries::of(known.collect());
    let mut next_at = Earliest(None);
    for config in configs.iter().filter(|config| config.enabled) {
        for edge in look.edges.iter().filter(|edge| edge.kind == config.kind && config.fits(edge.cluster.as_ref())) {
            take_edge(&mut entries, config, edge, &mut new_id)?;
        }
        let mut holding: BTreeMap<Subject, &Standing> = BTreeMap::new();
        for standing in
            look.standing.iter().filter(|found| found.kind == config.kind && config.fits(found.cluster.as_ref()))
        {
            match begins_at(config, standing) {
                Some(at) if at > now => next_at.or(at),
                Some(_) | None => {
                    holding.insert(standing.subject, standing);
                }
            }
        }
        for (subject, standing) in &holding {
            match entries.find(config, *subject) {
                Some(entry) if entry.alert.why != standing.why => {
                    entry.alert.why = standing.why.clone();
                    entry.alert.updated_at = now;
                }
                Some(_) => {}
                None => {
                    let of = (*subject, standing.cluster.clone());
                    entries.push(begin(config, of, standing.why.clone(), now, &mut new_id)?);
                }
            }
        }
        let live = |entry: &&mut Entry| entry.alert.config == config.id && entry.alert.state.is_live();
        for entry in entries.all.iter_mut().filter(live) {
            let over = match passes_at(&entry.alert) {
                Some(at) if at > now => {
                    next_at.or(at);
                    false
                }
                Some(_) => true,
                None => !holding.contains_key(&entry.alert.subject),
            };
            let taken =
                if over { resolve(entry.alert.clone(), config, now) } else { step(entry.alert.clone(), config, now) };
            if let Some(at) = entry.take(taken) {
                next_at.or(at);
            }
        }
    }
    let changed = entries
        .all
        .into_iter()
        .filter(|entry| entry.before.as_ref() != Some(&entry.alert))
        .map(|entry| Changed { is_new: entry.before.is_none(), alert: entry.alert, tell: entry.tell });
    Ok(Weighed { changed: changed.collect(), next_at: next_at.0 })
}

/// Tells when what passes by itself is over; none for what a look tells.
fn passes_at(alert: &Alert) -> Option<Timestamp> {
    (alert.kind == AlertKind::NodeAddressChanged).then(|| alert.created_at + PASSES_AFTER)
}

/// Tells when a standing begins to count for a configuration; none: it does.
fn begins_at(config: &AlertConfig, standing: &Standing) -> Option<Timestamp> {
    let threshold = Duration::from_secs(config.threshold_seconds().unwrap_or(0));
    match standing.term {
        Term::Now => None,
        Term::After(at) => Some(at + threshold),
        Term::Before(at) => Some(at - threshold),
    }
}

fn take_edge(
    entries: &mut Entries,
    config: &AlertConfig,
    edge: &EdgeSeen,
    new_id: &mut impl FnMut() -> Result<AlertId, Bug>,
) -> Result<(), Bug> {
    match (edge.edge, entries.find(config, edge.subject)) {
        (Edge::Raises, Some(_)) | (Edge::Resolves, None) => {}
        // What was before this configuration is no matter of it.
        (Edge::Raises, None) if edge.at < config.created_at => {}
        (Edge::Raises, None) => {
            let of = (edge.subject, edge.cluster.clone());
            let mut entry = begin(config, of, edge.why.clone(), edge.at, new_id)?;
            let _: Option<Timestamp> = entry.take(step(entry.alert.clone(), config, edge.at));
            entries.push(entry);
        }
        (Edge::Resolves, Some(entry)) => {
            // It may have opened before it was over, while nobody looked.
            let _: Option<Timestamp> = entry.take(step(entry.alert.clone(), config, edge.at));
            let _: Option<Timestamp> = entry.take(resolve(entry.alert.clone(), config, edge.at));
        }
    }
    Ok(())
}

fn begin(
    config: &AlertConfig,
    (subject, cluster): (Subject, Option<ClusterName>),
    why: Why,
    at: Timestamp,
    new_id: &mut impl FnMut() -> Result<AlertId, Bug>,
) -> Result<Entry, Bug> {
    let alert = Alert {
        id: new_id()?,
        project: config.project,
        config: config.id,
        kind: config.kind,
        subject,
        cluster,
        state: AlertState::Tracking,
        why,
        created_at: at,
        updated_at: at,
        resolved_at: None,
        acknowledgement: None,
        told: BTreeMap::new(),
        last_notified: None,
        notices: 0,
        revision: 0,
    };
    Ok(Entry { before: None, alert, tell: Vec::new() })
}

/// The earliest of the moments it was told.
struct Earliest(Option<Timestamp>);

impl Earliest {
    fn or(&mut self, at: Timestamp) {
        self.0 = Some(self.0.map_or(at, |known| known.min(at)));
    }
}

#[cfg(test)]
mod tests;
