//! Noticing how nodes come to the door: with two certificates that both count, or from another address where addresses
//! are fixed. Both are signs that somebody else holds a node's key. What was seen is remembered in this process; what
//! was told is in the events. Must not know TLS or sockets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::event::{Actor, Event, EventKind};
use domain::id::NodeId;
use domain::node::Serial;
use domain::time::Timestamp;
use storage::{EventFilter, EventSlice};

use super::NodeCaller;
use crate::{Control, Error};

/// How often a changed address of one node is told, at the most. Source: product.md 3.6 asks for an alert, not a log.
const ADDRESS_TOLD_EVERY: Duration = Duration::from_secs(24 * 3600);
/// How many certificates of a node are remembered; more than two do not count at once.
const SERIALS: usize = 4;
/// How many nodes are remembered. Beyond that all is forgotten, and seen anew.
const NODES: usize = 200_000;

/// What was seen of nodes.
#[derive(Default)]
pub(crate) struct NodesSeen(Mutex<HashMap<NodeId, Seen>>);

struct Seen {
    /// The certificates it showed and when it last did, the latest last.
    uses: Vec<Use>,
    address: IpAddr,
    address_told_at: Option<Timestamp>,
    /// Pairs of certificates that were told, or are being told.
    told: Vec<(Serial, Serial)>,
}

/// The last time a certificate was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Use {
    serial: Serial,
    at: Timestamp,
}

/// What is new about a node, and may be worth telling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct News {
    /// It shows another certificate than the last time.
    certificates: Option<(Use, Use)>,
    /// It comes from another address than this.
    former_address: Option<IpAddr>,
}

impl NodesSeen {
    fn note(&self, node: NodeId, serial: Serial, address: IpAddr, now: Timestamp) -> News {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if nodes.len() >= NODES && !nodes.contains_key(&node) {
            nodes.clear();
        }
        let used = Use { serial, at: now };
        let mut news = News::default();
        let seen = nodes.entry(node).or_insert_with(|| Seen {
            uses: vec![used],
            address,
            address_told_at: None,
            told: Vec::new(),
        });
        if let Some(last) = seen.uses.last().copied().filter(|last| last.serial != serial) {
            let pair = in_order(last.serial, serial);
            if !seen.told.contains(&pair) {
                seen.told.push(pair);
                news.certificates = Some((last, used));
            }
        }
        seen.uses.retain(|one| one.serial != serial);
        seen.uses.push(used);
        let surplus = seen.uses.len().saturating_sub(SERIALS);
        seen.uses.drain(..surplus);
        if seen.address != address {
            let soon = seen.address_told_at.is_some_and(|told| now < told + ADDRESS_TOLD_EVERY);
            if !soon {
                seen.address_told_at = Some(now);
                news.former_address = Some(seen.address);
            }
            seen.address = address;
        }
        news
    }

    /// Has a pair of certificates looked at again when it is next seen.
    fn forget_pair(&self, node: NodeId, one: Serial, other: Serial) {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = nodes.get_mut(&node) {
            seen.told.retain(|pair| *pair != in_order(one, other));
        }
    }
}

fn in_order(one: Serial, other: Serial) -> (Serial, Serial) {
    (one.min(other), one.max(other))
}

impl Control {
    /// Notes that a node came, with which certificate, and from where. The door says this once per connection; it costs
    /// a look into memory, and what is to be told is told in the background. `addresses_are_fixed` is the operator's
    /// word that a node always comes from the same address.
    pub fn note_node_seen(&self, caller: &NodeCaller, address: IpAddr, addresses_are_fixed: bool) {
        let address = address.to_canonical();
        let mut news = self.nodes_seen().note(caller.node.id, caller.serial, address, self.now());
        if !addresses_are_fixed {
            news.former_address = None;
        }
        if news == News::default() {
            return;
        }
        let (control, caller) = (self.clone(), caller.clone());
        self.tasks().spawn(async move {
            if let Err(error) = control.tell_of_node(&caller, address, news).await {
                tracing::warn!(node = %caller.node.id, error = error.chain(), "what was seen of a node was not told");
                if let Some((one, other)) = news.certificates {
                    control.nodes_seen().forget_pair(caller.node.id, one.serial, other.serial);
                }
            }
        });
    }

    async fn tell_of_node(&self, caller: &NodeCaller, address: IpAddr, news: News) -> Result<(), Error> {
        if let Some((last, used)) = news.certificates
            && !self.tell_of_overlap(caller, address, last, used).await?
        {
            self.nodes_seen().forget_pair(caller.node.id, last.serial, used.serial);
        }
        if let Some(former) = news.former_address {
            let detail = format!("node {} ({}), from {former} to {address}", caller.node.id, caller.node.name);
            let since = self.now() - ADDRESS_TOLD_EVERY;
            let about = format!("node {} ", caller.node.id);
            let kind = EventKind::NodeAddressChanged;
            if !self.was_told(caller, kind, Some(since), |told| told.starts_with(&about)).await? {
                self.tell(caller, address, kind, detail).await?;
            }
        }
        Ok(())
    }

    /// Tells that a node used two certificates while both counted, once for each two. Between them it may go over
    /// from the old one to the new: that the old one was used after the new one was there is what is told.
    async fn tell_of_overlap(&self, caller: &NodeCaller, address: IpAddr, last: Use, used: Use) -> Result<bool, Error> {
        let all = self.store().node_certificates(caller.node.id).await?;
        let find = |serial: Serial| all.iter().find(|one| one.serial == serial);
        let (Some(one), Some(other)) = (find(last.serial), find(used.serial)) else { return Ok(false) };
        let (older, older_used_at, newer) = if (one.issued_at, one.serial) < (other.issued_at, other.serial) {
            (one, last.at, other)
        } else {
            (other, used.at, one)
        };
        if older_used_at < newer.issued_at {
            return Ok(false);
        }
        let detail =
            format!("node {} ({}), serials {} and {}", caller.node.id, caller.node.name, older.serial, newer.serial);
        let kind = EventKind::NodeCertificatesOverlap;
        if !self.was_told(caller, kind, None, |told| told == detail).await? {
            self.tell(caller, address, kind, detail).await?;
        }
        Ok(true)
    }

    async fn was_told(
        &self,
        caller: &NodeCaller,
        kind: EventKind,
        since: Option<Timestamp>,
        same: impl Fn(&str) -> bool,
    ) -> Result<bool, Error> {
        const LOOK_BACK: i64 = 500;
        let clusters = vec![caller.cluster_name.clone()];
        let filter = EventFilter { kinds: vec![kind], since, clusters, ..EventFilter::default() };
        let slice = EventSlice { offset: 0, limit: LOOK_BACK, count: false };
        let (told, _) = self.store().events_of_project(caller.node.project, &filter, slice).await?;
        Ok(told.iter().any(|event| event.detail.as_deref().is_some_and(&same)))
    }

    async fn tell(&self, caller: &NodeCaller, address: IpAddr, kind: EventKind, detail: String) -> Result<(), Error> {
        let event = self.event_by_us(caller.org, caller.node.project, kind, Some(detail))?;
        let event = Event {
            cluster: Some(caller.cluster_name.clone()),
            actor: Actor::Node { id: caller.node.id },
            remote_address: Some(address),
            ..event
        };
        Ok(self.store().record_events(&[event]).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn serial(number: u8) -> Serial {
        Serial::from_random([number; 16])
    }

    #[test]
    fn only_another_certificate_or_address_is_news() {
        let seen = NodesSeen::default();
        let node = NodeId::from_random([1; 12]);
        let note = |number: u8, address: &str, after: Duration| {
            seen.note(node, serial(number), address.parse().unwrap(), NOW + after)
        };
        let used = |number: u8, after: Duration| Use { serial: serial(number), at: NOW + after };
        assert_eq!(note(1, "192.0.2.1", HOUR), News::default());
        assert_eq!(note(1, "192.0.2.1", 2 * HOUR), News::default());
        let other = note(2, "192.0.2.1", 3 * HOUR);
        assert_eq!(other.certificates, Some((used(1, 2 * HOUR), used(2, 3 * HOUR))));
        // Once for each two, until somebody found that there was nothing to tell.
        assert_eq!(note(1, "192.0.2.1", 4 * HOUR), News::default());
        seen.forget_pair(node, serial(1), serial(2));
        assert_eq!(note(2, "192.0.2.1", 5 * HOUR).certificates, Some((used(1, 4 * HOUR), used(2, 5 * HOUR))));
        // Once a day, whichever way it goes.
        let former = |address: &str| Some(address.parse::<IpAddr>().unwrap());
        assert_eq!(note(2, "192.0.2.2", 6 * HOUR).former_address, former("192.0.2.1"));
        assert_eq!(note(2, "192.0.2.1", 7 * HOUR), News::default());
        assert_eq!(note(2, "192.0.2.2", 30 * HOUR).former_address, former("192.0.2.1"));
        // Another node is another matter.
        let fresh = seen.note(NodeId::from_random([2; 12]), serial(9), "192.0.2.9".parse().unwrap(), NOW);
        assert_eq!(fresh, News::default());
    }
}
