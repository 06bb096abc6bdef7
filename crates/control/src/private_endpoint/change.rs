//! What a finding changes: the row, a successor, what is told and when to look again. Pure; what becomes of a state is
//! `domain`'s. Must not know how anything was found out.

use std::time::Duration;

use domain::event::EventKind;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{
    self, CloudRecord, EndpointState, Happening, MOST_REJECTIONS, Move, PrivateEndpoint, Refusal, rejections_that_count,
};
use domain::time::Timestamp;
use domain::validity::ForeignText;

use super::create::wanted;
use super::told;
use crate::Timings;

/// How long nobody looks at an endpoint that is as it will be until somebody deletes it.
const REST: Duration = Duration::from_secs(24 * 3600);
/// How long to wait after the cloud could not be asked; each further time twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest such wait.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What was found out, or done, in the cloud.
#[derive(Debug)]
pub(super) struct Finding {
    /// What is known of the resource now.
    pub(super) cloud: CloudRecord,
    pub(super) happening: Option<Happening>,
    /// Why, in words that may be shown.
    pub(super) words: Option<String>,
    /// When to look again, if not as the state says.
    pub(super) wait: Option<Duration>,
}

impl Finding {
    pub(super) const fn of(cloud: CloudRecord, happening: Happening) -> Self {
        Self { cloud, happening: Some(happening), words: None, wait: None }
    }

    pub(super) const fn nothing(cloud: CloudRecord) -> Self {
        Self { cloud, happening: None, words: None, wait: None }
    }

    /// The cloud could not be asked, or has no time for us.
    pub(super) fn trouble(mut cloud: CloudRecord, words: &str, after: Option<Duration>) -> Self {
        let pause = pause_after(cloud.failures);
        cloud.failures = cloud.failures.saturating_add(1);
        let wait = after.map_or(pause, |after| after.clamp(pause, LONGEST_PAUSE.max(pause)));
        Self { cloud, happening: None, words: Some(words.to_owned()), wait: Some(wait) }
    }

    pub(super) fn saying(self, words: &str) -> Self {
        Self { words: Some(words.to_owned()), ..self }
    }

    pub(super) fn again_in(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }
}

/// How long to wait when so many attempts before this one came to nothing either.
fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE)
}

/// What a finding changes.
#[derive(Debug)]
pub(super) struct Change {
    /// The row as it is to be; none if it goes.
    pub(super) next: Option<PrivateEndpoint>,
    pub(super) successor: Option<PrivateEndpoint>,
    pub(super) told: Vec<(EventKind, String)>,
    pub(super) wait: Duration,
}

impl Change {
    /// Tells whether the row is to be as it was.
    pub(super) fn is_none(&self, seen: &PrivateEndpoint) -> bool {
        self.successor.is_none() && self.next.as_ref() == Some(seen)
    }

    /// Tells whether other key calls can leave by the endpoint than before, or can no more.
    pub(super) fn moves_path(&self, seen: &PrivateEndpoint) -> bool {
        let open = |row: Option<&PrivateEndpoint>| {
            row.filter(|row| row.state == EndpointState::Active)
                .map(|row| (row.cloud.addresses.clone(), row.cloud.dns_name.clone()))
        };
        open(Some(seen)) != open(self.next.as_ref())
    }
}

/// Says what a finding changes. `successor` is the id that a successor would get.
pub(super) fn change(
    seen: &PrivateEndpoint,
    finding: Finding,
    successor: PrivateEndpointId,
    now: Timestamp,
    timings: &Timings,
) -> Change {
    let Finding { cloud, happening, words, wait } = finding;
    let rejections = rejections_that_count(seen.state, seen.rejections, now.since(seen.since));
    let step = happening.map_or(Move::Stay, |happening| private_endpoint::step(seen.state, rejections, happening));
    let refused = match happening {
        Some(Happening::SeenRefused(refusal)) => Some(why(refusal)),
        _ => None,
    };
    let words = words.map(|words| ForeignText::tame(&words, &[]).as_str().to_owned());
    let mut next = PrivateEndpoint { cloud, ..seen.clone() };
    let mut came = None;
    let mut events = Vec::new();
    match step {
        Move::Stay => {
            // Whoever waits for it to be gone is told what keeps it.
            if seen.state == EndpointState::Deleting {
                next.error_message = words;
            }
        }
        Move::To(state) => {
            into(&mut next, state, now);
            next.error_message = words.filter(|_| state == EndpointState::Failed);
            match state {
                EndpointState::Active => events.push((EventKind::PrivateEndpointActive, told(seen, None))),
                EndpointState::Failed => {
                    let why = next.error_message.as_deref();
                    events.push((EventKind::PrivateEndpointFailed, told(seen, why)));
                }
                EndpointState::Initiating
                | EndpointState::PendingAcceptance
                | EndpointState::PendingRecreation
                | EndpointState::Deleting => {}
            }
        }
        Move::Recreate => {
            into(&mut next, EndpointState::PendingRecreation, now);
            let rejections = rejections.saturating_add(1);
            let made = PrivateEndpoint {
                predecessor: Some(seen.id),
                rejections,
                start_at: now + private_endpoint::wait_before(rejections, &timings.endpoint_backoff),
                ..wanted(successor, seen.project, seen.region.clone(), now)
            };
            events.push((EventKind::PrivateEndpointRejected, told(seen, refused)));
            events.push((EventKind::PrivateEndpointCreated, told(&made, Some("it takes the place of the last one"))));
            came = Some(made);
        }
        Move::GiveUp => {
            into(&mut next, EndpointState::Failed, now);
            next.rejections = rejections.saturating_add(1);
            let last = refused.unwrap_or_default();
            let words = format!("refused {MOST_REJECTIONS} times in a row; the last time {last}");
            events.push((EventKind::PrivateEndpointRejected, told(seen, refused)));
            events.push((EventKind::PrivateEndpointFailed, told(seen, Some(&words))));
            next.error_message = Some(words);
        }
        Move::Remove => events.push((EventKind::PrivateEndpointDeleted, told(seen, words.as_deref()))),
    }
    let wait = wait.filter(|_| step == Move::Stay).unwrap_or_else(|| wait_in(&next, timings));
    let next = (step != Move::Remove).then_some(next);
    Change { next, successor: came, told: events, wait }
}

fn into(row: &mut PrivateEndpoint, state: EndpointState, now: Timestamp) {
    row.state = state;
    row.since = now;
    row.cloud.failures = 0;
}

/// When to look at an endpoint in that state again.
fn wait_in(row: &PrivateEndpoint, timings: &Timings) -> Duration {
    match row.state {
        EndpointState::PendingRecreation if row.cloud.resource_gone => timings.endpoint_poll_slow,
        EndpointState::Initiating | EndpointState::PendingRecreation | EndpointState::Deleting => {
            timings.endpoint_poll_fast
        }
        EndpointState::PendingAcceptance | EndpointState::Active => timings.endpoint_poll_slow,
        EndpointState::Failed => REST,
    }
}

const fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Rejected => "its connection was rejected",
        Refusal::Disconnected => "its connection was removed",
        Refusal::ResourceGone => "its resource in the cloud was removed",
    }
}

#[cfg(test)]
mod tests {
    use domain::id::ProjectId;
    use domain::private_endpoint::{EndpointRegion, FORGIVEN_AFTER, PrivateProvider};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);
    const NEW: PrivateEndpointId = PrivateEndpointId::from_random([9; 12]);

    fn row(state: EndpointState) -> PrivateEndpoint {
        let region = EndpointRegion::parse(PrivateProvider::AzureKeyVault, "US_EAST_2").unwrap();
        let id = PrivateEndpointId::from_random([1; 12]);
        let made = wanted(id, ProjectId::from_random([2; 12]), region, NOW - Duration::from_secs(1));
        PrivateEndpoint { state, ..made }
    }

    fn changed(seen: &PrivateEndpoint, finding: Finding) -> Change {
        change(seen, finding, NEW, NOW, &Timings::default())
    }

    fn kinds(change: &Change) -> Vec<EventKind> {
        change.told.iter().map(|(kind, _)| *kind).collect()
    }

    #[test]
    fn what_was_refused_long_ago_counts_no_more() {
        let seen = PrivateEndpoint { rejections: 4, since: NOW - FORGIVEN_AFTER, ..row(EndpointState::Active) };
        let change = changed(&seen, Finding::of(CloudRecord::default(), Happening::SeenRefused(Refusal::Rejected)));
        let made = change.successor.unwrap();
        assert_eq!((made.rejections, made.start_at), (1, NOW));
    }

    #[test]
    fn waits_longer_after_each_failure_and_a_minute_at_most() {
        for (failures, seconds) in [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (1000, 60)] {
            assert_eq!(pause_after(failures), Duration::from_secs(seconds), "after {failures}");
        }
    }

    #[test]
    fn honours_how_long_the_cloud_asks_to_be_left_alone() {
        let check = |failures, after, seconds| {
            let cloud = CloudRecord { failures, ..CloudRecord::default() };
            let finding = Finding::trouble(cloud, "busy", after);
            assert_eq!(finding.wait, Some(Duration::from_secs(seconds)), "{failures} {after:?}");
            assert_eq!(finding.cloud.failures, failures + 1);
        };
        check(0, None, 1);
        check(0, Some(Duration::from_secs(17)), 17);
        check(4, Some(Duration::from_secs(3)), 16);
        check(0, Some(Duration::from_secs(86_400)), 60);
    }

    #[test]
    fn a_finding_without_news_changes_nothing() {
        for state in EndpointState::ALL {
            let seen = row(state);
            let change = changed(&seen, Finding::nothing(seen.cloud.clone()));
            assert!(change.is_none(&seen) && change.told.is_empty() && !change.moves_path(&seen), "{state:?}");
        }
    }

    #[test]
    fn an_endpoint_becomes_active_and_opens_a_path() {
        let seen = row(EndpointState::PendingAcceptance);
        let cloud = CloudRecord { addresses: vec![[10, 0, 0, 4].into()], failures: 3, ..CloudRecord::default() };
        let change = changed(&seen, Finding::of(cloud, Happening::SeenApproved));
        assert!(change.moves_path(&seen));
        assert_eq!(kinds(&change), [EventKind::PrivateEndpointActive]);
        assert_eq!(change.wait, Duration::from_secs(10));
        let next = change.next.unwrap();
        assert_eq!((next.state, next.since, next.cloud.failures), (EndpointState::Active, NOW, 0));
    }

    #[test]
    fn a_refused_endpoint_gets_a_successor_that_waits_ever_longer() {
        for (rejections, minutes) in [(0, 0), (1, 1), (2, 5), (3, 30)] {
            let seen = PrivateEndpoint { rejections, ..row(EndpointState::Active) };
            let change = changed(&seen, Finding::of(CloudRecord::default(), Happening::SeenRefused(Refusal::Rejected)));
            assert_eq!(kinds(&change), [EventKind::PrivateEndpointRejected, EventKind::PrivateEndpointCreated]);
            assert!(change.moves_path(&seen));
            let (next, made) = (change.next.unwrap(), change.successor.unwrap());
            assert_eq!((next.state, next.rejections), (EndpointState::PendingRecreation, rejections));
            assert_eq!((made.id, made.predecessor, made.rejections), (NEW, Some(seen.id), rejections + 1));
            assert_eq!((made.state, made.revision), (EndpointState::Initiating, 1));
            assert_eq!(made.start_at, NOW + Duration::from_secs(60 * minutes), "after {rejections}");
        }
    }

    #[test]
    fn the_fifth_refusal_is_the_last() {
        let seen = PrivateEndpoint { rejections: 4, ..row(EndpointState::PendingAcceptance) };
        let refused = Happening::SeenRefused(Refusal::Disconnected);
        let change = changed(&seen, Finding::of(CloudRecord::default(), refused));
        assert_eq!(kinds(&change), [EventKind::PrivateEndpointRejected, EventKind::PrivateEndpointFailed]);
        assert!(change.successor.is_none() && change.wait == REST);
        let next = change.next.unwrap();
        assert_eq!((next.state, next.rejections), (EndpointState::Failed, 5));
        let words = "refused 5 times in a row; the last time its connection was removed";
        assert_eq!(next.error_message.as_deref(), Some(words));
    }

    #[test]
    fn a_failed_endpoint_says_why_and_no_longer_than_can_be_shown() {
        let seen = row(EndpointState::Initiating);
        let finding = Finding::of(CloudRecord::default(), Happening::CreationRefused).saying(&"no\n".repeat(200));
        let change = changed(&seen, finding);
        let next = change.next.unwrap();
        let message = next.error_message.unwrap();
        assert!(message.chars().count() <= 300 && !message.contains('\n') && message.starts_with("no no"));
        assert_eq!((next.state, change.wait), (EndpointState::Failed, REST));
        assert!(change.told[0].1.contains("no no"), "{:?}", change.told);
    }

    #[test]
    fn what_keeps_an_endpoint_from_going_is_shown_until_it_does_no_more() {
        let seen = row(EndpointState::Deleting);
        let change = changed(&seen, Finding::trouble(CloudRecord::default(), "forbidden", None));
        let stuck = change.next.unwrap();
        assert_eq!(stuck.error_message.as_deref(), Some("forbidden"));
        let change = changed(&stuck, Finding::nothing(stuck.cloud.clone()));
        assert_eq!(change.next.unwrap().error_message, None);
        let change = changed(&stuck, Finding::of(stuck.cloud.clone(), Happening::ResourceGone));
        assert!(change.next.is_none());
        assert_eq!(kinds(&change), [EventKind::PrivateEndpointDeleted]);
    }

    #[test]
    fn transient_words_are_not_shown_while_it_is_made() {
        let seen = row(EndpointState::Initiating);
        let change = changed(&seen, Finding::trouble(CloudRecord::default(), "busy", None));
        assert_eq!(change.next.unwrap().error_message, None);
    }
}
