//! Who may call whom, and when: so many calls to one host at once, and what finds no room comes back when the host will
//! have some, by how long it took so far. So a slow host holds up its own notices and nobody else's.
//! Must not know what is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;

/// Calls to one host at once. Source: decision 0018.
const PER_HOST: usize = 4;
const CALLS: u32 = 4;
/// How long a call is believed to take, as long as none ended and none has been under way for longer.
const FIRST_GUESS: Duration = Duration::from_millis(20);
/// The least and the most that a notice waits for room.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is known of the hosts that are called. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Arc<Mutex<HashMap<String, Host>>>);

#[derive(Debug, Default)]
struct Host {
    /// When each of the calls under way began.
    busy: Vec<Timestamp>,
    /// How long its calls took lately.
    took: Option<Duration>,
    /// When the last one that was put off comes back.
    next: Option<Timestamp>,
}

/// Room for one call. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    hosts: Hosts,
    name: String,
    begun: Timestamp,
}

impl Hosts {
    /// Takes room for a call to a host, or tells when to come back for it.
    pub(crate) fn enter(&self, name: &str, now: Timestamp) -> Result<Room, Timestamp> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_default();
        if host.busy.len() < PER_HOST {
            host.busy.push(now);
            return Ok(Room { hosts: self.clone(), name: name.to_owned(), begun: now });
        }
        // What has been under way for long shows a slow host before its first call has ended.
        let under_way = host.busy.iter().min().map(|begun| now.since(*begun)).unwrap_or_default();
        let step = host.took.unwrap_or(FIRST_GUESS).max(under_way) / CALLS;
        let after = host.next.filter(|next| *next > now).unwrap_or(now);
        let next = (after + step).max(now + SHORTEST_WAIT).min(now + LONGEST_WAIT);
        host.next = Some(next);
        Err(next)
    }
}

impl Room {
    /// Remembers how long the call took: as much as all before it together.
    pub(crate) fn took(&self, time: Duration) {
        let mut hosts = self.hosts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get_mut(&self.name) {
            let before = host.took.unwrap_or(time);
            host.took = before.saturating_add(time).checked_div(2);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut hosts = self.hosts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(host) = hosts.get_mut(&self.name) else { return };
        if let Some(place) = host.busy.iter().position(|begun| *begun == self.begun) {
            host.busy.swap_remove(place);
        }
        // What nobody calls is forgotten: tenants choose hosts, and could choose a new one each time.
        if host.busy.is_empty() && host.next.is_none() {
            hosts.remove(&self.name);
        } else if host.busy.is_empty() {
            host.next = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn a_host_gets_four_calls_at_once_and_another_host_its_own() {
        let hosts = Hosts::default();
        let rooms: Vec<Room> = (0..4).map(|_| hosts.enter("slow", NOW).unwrap()).collect();
        assert!(hosts.enter("slow", NOW).is_err());
        assert!(hosts.enter("quick", NOW).is_ok());
        drop(rooms);
        assert!(hosts.enter("slow", NOW).is_ok());
    }

    #[test]
    fn what_finds_no_room_comes_back_at_the_hosts_pace() {
        let hosts = Hosts::default();
        let rooms: Vec<Room> = (0..4).map(|_| hosts.enter("slow", NOW).unwrap()).collect();
        rooms[0].took(Duration::from_secs(4));
        let waits: Vec<Duration> = (0..3).map(|_| hosts.enter("slow", NOW).unwrap_err().since(NOW)).collect();
        assert_eq!(waits, [1, 2, 3].map(Duration::from_secs));
        let last = (0..200).map(|_| hosts.enter("slow", NOW).unwrap_err().since(NOW)).max();
        assert_eq!(last, Some(LONGEST_WAIT));
    }

    #[test]
    fn a_host_that_does_not_answer_shows_before_its_first_call_ends() {
        let hosts = Hosts::default();
        let _rooms: Vec<Room> = (0..4).map(|_| hosts.enter("silent", NOW).unwrap()).collect();
        let later = NOW + Duration::from_secs(4);
        let waits: Vec<Duration> = (0..3).map(|_| hosts.enter("silent", later).unwrap_err().since(later)).collect();
        assert_eq!(waits, [1, 2, 3].map(Duration::from_secs));
    }

    #[test]
    fn a_quick_host_is_not_waited_for_long() {
        let hosts = Hosts::default();
        let rooms: Vec<Room> = (0..4).map(|_| hosts.enter("quick", NOW).unwrap()).collect();
        rooms[0].took(Duration::from_millis(4));
        assert_eq!(hosts.enter("quick", NOW).unwrap_err().since(NOW), SHORTEST_WAIT);
    }

    #[test]
    fn hosts_that_nobody_calls_are_forgotten() {
        let hosts = Hosts::default();
        for number in 0..100 {
            drop(hosts.enter(&format!("host {number}"), NOW));
        }
        assert!(hosts.0.lock().unwrap().is_empty());
    }
}
