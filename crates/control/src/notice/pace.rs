//! Who may call whom, and when: so many calls to one host at once, and what finds no room comes back when the host will
//! have some, by how long it took so far. So a slow host holds up its own notices and nobody else's.
//! Must not know what is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls to one host at once. Source: decision 0018.
const PER_HOST: usize = 4;
const CALLS: u32 = 4;
/// How many may stand at the door of one host, besides those that are in.
const WAITING: usize = 16;
/// How long a call is believed to take, as long as none ended and none has been under way for longer.
const FIRST_GUESS: Duration = Duration::from_millis(20);
/// How long a notice stands at the door of a host whose calls take no longer than this. At that of a slower host it does
/// not stand at all.
const AT_THE_DOOR: Duration = Duration::from_millis(250);
/// The least and the most that a notice is put off.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is known of the hosts that are called. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Arc<Mutex<HashMap<String, Host>>>);

#[derive(Debug)]
struct Host {
    /// Held by each call under way and by each notice at the door, besides this.
    door: Arc<Semaphore>,
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
    permit: Option<OwnedSemaphorePermit>,
}

impl Hosts {
    /// Takes room for a call to a host, or tells when to come back for it. Waits a moment if there may soon be some.
    /// Cancel: as if it had not been called.
    pub(crate) async fn enter(&self, name: &str, clock: impl Fn() -> Timestamp) -> Result<Room, Timestamp> {
        let (door, may_wait) = self.look(name, clock());
        let permit = if may_wait {
            tokio::time::timeout(AT_THE_DOOR, door.acquire_owned()).await.ok().and_then(Result::ok)
        } else {
            door.try_acquire_owned().ok()
        };
        match permit {
            Some(permit) => Ok(self.begin(name, permit, clock())),
            None => Err(self.put_off(name, clock())),
        }
    }

    /// Gives a host's door, and whether to wait there.
    fn look(&self, name: &str, now: Timestamp) -> (Arc<Semaphore>, bool) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_default();
        let has_place = Arc::strong_count(&host.door) <= PER_HOST + WAITING;
        (host.door.clone(), has_place && host.pace(now) <= AT_THE_DOOR)
    }

    fn begin(&self, name: &str, permit: OwnedSemaphorePermit, now: Timestamp) -> Room {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.entry(name.to_owned()).or_default().busy.push(now);
        Room { hosts: self.clone(), name: name.to_owned(), begun: now, permit: Some(permit) }
    }

    /// Puts a notice off to when the host will have room for it.
    fn put_off(&self, name: &str, now: Timestamp) -> Timestamp {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_default();
        let step = host.pace(now) / CALLS;
        let after = host.next.filter(|next| *next > now).unwrap_or(now);
        let next = (after + step).max(now + SHORTEST_WAIT).min(now + LONGEST_WAIT);
        host.next = Some(next);
        next
    }
}

impl Default for Host {
    fn default() -> Self {
        Self { door: Arc::new(Semaphore::new(PER_HOST)), busy: Vec::new(), took: None, next: None }
    }
}

impl Host {
    /// How long a call takes, as far as can be seen: what has been under way for long shows a slow host before its first
    /// call has ended.
    fn pace(&self, now: Timestamp) -> Duration {
        let under_way = self.busy.iter().min().map(|begun| now.since(*begun)).unwrap_or_default();
        self.took.unwrap_or(FIRST_GUESS).max(under_way)
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
        // Not before the lock is held, or somebody could come in whom the count below does not see.
        drop(self.permit.take());
        let Some(host) = hosts.get_mut(&self.name) else { return };
        if let Some(place) = host.busy.iter().position(|begun| *begun == self.begun) {
            host.busy.swap_remove(place);
        }
        if Arc::strong_count(&host.door) > 1 {
            return;
        }
        // What nobody calls is forgotten: tenants choose hosts, and could choose a new one each time.
        if host.next.take().is_none() {
            hosts.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn now() -> Timestamp {
        NOW
    }

    async fn fill(hosts: &Hosts, name: &str) -> Vec<Room> {
        let mut rooms = Vec::new();
        for _ in 0..PER_HOST {
            rooms.push(hosts.enter(name, now).await.unwrap());
        }
        rooms
    }

    async fn waits(hosts: &Hosts, name: &str, now: Timestamp, times: usize) -> Vec<Duration> {
        let mut waits = Vec::new();
        for _ in 0..times {
            waits.push(hosts.enter(name, || now).await.unwrap_err().since(now));
        }
        waits
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_gets_four_calls_at_once_and_another_host_its_own() {
        let hosts = Hosts::default();
        let rooms = fill(&hosts, "slow").await;
        assert!(hosts.enter("slow", now).await.is_err());
        assert!(hosts.enter("quick", now).await.is_ok());
        drop(rooms);
        assert!(hosts.enter("slow", now).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_room_comes_back_at_the_hosts_pace() {
        let hosts = Hosts::default();
        let rooms = fill(&hosts, "slow").await;
        rooms[0].took(Duration::from_secs(4));
        let begun = tokio::time::Instant::now();
        assert_eq!(waits(&hosts, "slow", NOW, 3).await, [1, 2, 3].map(Duration::from_secs));
        assert_eq!(waits(&hosts, "slow", NOW, 200).await.into_iter().max(), Some(LONGEST_WAIT));
        assert_eq!(begun.elapsed(), Duration::ZERO, "nobody stands at the door of a slow host");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_does_not_answer_shows_before_its_first_call_ends() {
        let hosts = Hosts::default();
        let _rooms = fill(&hosts, "silent").await;
        let later = NOW + Duration::from_secs(4);
        assert_eq!(waits(&hosts, "silent", later, 3).await, [1, 2, 3].map(Duration::from_secs));
    }

    #[tokio::test(start_paused = true)]
    async fn few_stand_at_the_door_and_not_for_long() {
        let hosts = Hosts::default();
        let _rooms = fill(&hosts, "silent").await;
        let begun = tokio::time::Instant::now();
        let tries = (0..200).map(|_| hosts.enter("silent", now));
        let all = tries.map(|one| async {
            assert!(one.await.is_err());
            begun.elapsed()
        });
        let took = join_all(all).await;
        let stood = took.iter().filter(|time| **time >= AT_THE_DOOR).count();
        assert_eq!((stood, took.iter().filter(|time| time.is_zero()).count()), (WAITING, 200 - WAITING));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quick_host_hears_a_thousand_in_well_under_a_minute_beside_silent_ones() {
        let hosts = Hosts::default();
        let mut silent = Vec::new();
        for number in 0..8 {
            silent.push(fill(&hosts, &format!("silent {number}")).await);
        }
        let started = tokio::time::Instant::now();
        let mut left: usize = 1000;
        // As the outbox does: so many slots, and what is put off comes back later.
        while left > 0 {
            let time = || NOW + started.elapsed();
            let turns = (0..left.min(32)).map(|_| async {
                let Ok(room) = hosts.enter("quick", time).await else { return 0 };
                tokio::time::sleep(Duration::from_millis(20)).await;
                room.took(Duration::from_millis(20));
                1
            });
            left -= join_all(turns).await.into_iter().sum::<usize>();
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stands_at_the_door_comes_in_when_there_is_room() {
        let hosts = Hosts::default();
        let mut rooms = fill(&hosts, "quick").await;
        let entering = hosts.enter("quick", now);
        let leaving = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            rooms.truncate(3);
        };
        let (entered, ()) = tokio::join!(entering, leaving);
        assert!(entered.is_ok());
        assert_eq!(hosts.0.lock().unwrap()["quick"].busy.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_that_nobody_calls_are_forgotten() {
        let hosts = Hosts::default();
        for number in 0..100 {
            drop(hosts.enter(&format!("host {number}"), now).await);
        }
        assert!(hosts.0.lock().unwrap().is_empty());
        let rooms = fill(&hosts, "quick").await;
        assert!(hosts.enter("quick", now).await.is_err());
        drop(rooms);
        drop(hosts.enter("quick", now).await);
        assert!(hosts.0.lock().unwrap().is_empty(), "as soon as what was put off has come back");
    }
}
