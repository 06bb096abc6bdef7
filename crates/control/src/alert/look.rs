//! One look at a project's alerts: what events told and what holds now, weighed against the alerts there are, and all
//! of it saved at once: alerts, events heard, notices. Must not know when to look; that is the reconciler's matter.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::alert::{AlertKind, EdgeSeen, Look, Subject, Weighed, Why, edge_of, weigh};
use domain::customer_key::{CustomerKeyNumber, ProviderKind};
use domain::event::{Actor, Event, EventKind, KeyNews};
use domain::id::{AlertId, EventId, ProjectId};
use domain::time::Timestamp;
use storage::{AlertLook, AlertOwner, Claim, Outcome};

use crate::{Control, Error, random_id};

/// How many events are heard at one look. More wait for the next, which follows at once.
const EVENTS: i64 = 500;
/// How long a project goes without a look when nothing happens.
const AT_LEAST_EVERY: Duration = Duration::from_secs(6 * 3600);

impl Control {
    /// Looks at the alerts of the project that a claim is about.
    /// Errors: those of the store.
    /// Cancel: it took place or it did not.
    pub(crate) async fn look_at_alerts(&self, claim: &Claim) -> Result<(), Error> {
        let now = self.now();
        let later = now + AT_LEAST_EVERY;
        let store = self.store();
        let Ok(project) = claim.id.parse::<ProjectId>() else {
            return store.look_no_more(claim).await.map_err(Error::from);
        };
        let Some(owner) = store.alert_owner(project).await? else {
            return store.look_no_more(claim).await.map_err(Error::from);
        };
        // Before anything else is read, so that what holds is never older than what was told.
        let events = store.events_to_hear(project, EVENTS).await?;
        let configs = store.all_alert_configs(project).await?;
        let live = store.live_alerts(project).await?;
        let edges: Vec<EdgeSeen> = events.iter().filter_map(edge_seen).collect();
        let clocks = clocks(&events);
        let standing = self.what_stands(project, &owner, &configs, &live, &edges, &clocks).await?;
        let now = self.now();
        let look = Look { edges, standing: standing.found };
        let before: BTreeSet<(AlertKind, Subject)> = live.iter().map(|alert| (alert.kind, alert.subject)).collect();
        let new_id = || {
            let id = random_id().map_err(|_| domain::Bug("the system has random bytes"))?;
            Ok(AlertId::from_random(id))
        };
        let weighed = weigh(&configs, live, &look, now, new_id)?;
        let notices = self.notices_of(project, &owner, &configs, &weighed, now).await?;
        let told = self.told_of_alerts(project, &owner, &weighed, &before)?;
        let heard: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let soonest = [weighed.next_at, standing.next_at].into_iter().flatten().min();
        // Of a deleted project nothing is left to find once its time is over. Should it have news, they call for a look.
        let next_due = if owner.deleted_at.is_some() { soonest } else { Some(soonest.unwrap_or(later).min(later)) };
        let (begun, changed): (Vec<_>, Vec<_>) = weighed.changed.into_iter().partition(|changed| changed.is_new);
        let alerts = |changed: Vec<domain::alert::Changed>| changed.into_iter().map(|changed| changed.alert).collect();
        let (begun, changed): (Vec<_>, Vec<_>) = (alerts(begun), alerts(changed));
        for alert in begun.iter().chain(&changed) {
            let (kind, state) = (alert.kind.name(), alert.state.name());
            tracing::info!(%project, alert = %alert.id, kind, state, subject = %alert.subject, "alert");
        }
        let outcome = store
            .save_alert_look(AlertLook {
                claim,
                project,
                begun: &begun,
                changed: &changed,
                heard: &heard,
                clocks: &clocks,
                notices: &notices,
                told: &told,
                next_due,
                at: now,
            })
            .await?;
        if outcome == Outcome::Conflict {
            tracing::debug!(%project, "a look at alerts came too late");
        }
        Ok(())
    }

    /// Makes the events of alerts that no event of its own began: one for each thing, however many configurations
    /// there are about it.
    fn told_of_alerts(
        &self,
        project: ProjectId,
        owner: &AlertOwner,
        weighed: &Weighed,
        before: &BTreeSet<(AlertKind, Subject)>,
    ) -> Result<Vec<Event>, Error> {
        let mut seen = before.clone();
        let mut told = Vec::new();
        for changed in weighed.changed.iter().filter(|changed| changed.is_new) {
            let alert = &changed.alert;
            if !seen.insert((alert.kind, alert.subject)) {
                continue;
            }
            if let Some(kind) = event_of(alert.kind) {
                let detail = match (&alert.why.detail, alert.kind.provider()) {
                    (Some(detail), _) => detail.clone(),
                    (None, Some(provider)) => provider.title().to_owned(),
                    (None, None) => alert.subject.to_string(),
                };
                told.push(self.event_by_us(owner.org, project, kind, Some(detail))?);
            }
        }
        Ok(told)
    }
}

/// Gives the event that tells of the beginning of an alert which only a look finds.
const fn event_of(kind: AlertKind) -> Option<EventKind> {
    match kind {
        AlertKind::KeyNeedsRotation(provider) => Some(EventKind::KeyNeedsRotation(provider)),
        AlertKind::KeyExpiring(provider) => Some(EventKind::KeyExpiring(provider)),
        AlertKind::KeyPendingDeletion(provider) => Some(EventKind::KeyPendingDeletion(provider)),
        AlertKind::ConfigUpdateStalled => Some(EventKind::ConfigUpdateStalled),
        AlertKind::PrivateEndpointUnapproved => Some(EventKind::PrivateEndpointUnapproved),
        AlertKind::KeyInvalid(_)
        | AlertKind::NetworkAccessDenied
        | AlertKind::ConfigNoLongerValid
        | AlertKind::PrivateEndpointRejected
        | AlertKind::PrivateEndpointFailed
        | AlertKind::NodeCertificatesOverlap
        | AlertKind::NodeAddressChanged
        | AlertKind::MasterKeyDestroyed
        | AlertKind::ClusterDeleted
        | AlertKind::ProjectDeleted => None,
    }
}

/// Tells which clocks of rotation events start anew.
fn clocks(events: &[Event]) -> Vec<(ProviderKind, Timestamp)> {
    let clock = |event: &Event| {
        let EventKind::KeyRotated(provider) = event.kind else { return None };
        Some((provider, event.created_at))
    };
    events.iter().filter_map(clock).collect()
}

/// Reads what an event does to alerts, if it does anything.
fn edge_seen(event: &Event) -> Option<EdgeSeen> {
    let (kind, edge) = edge_of(event.kind)?;
    let (subject, why) = if matches!(kind, AlertKind::NodeCertificatesOverlap | AlertKind::NodeAddressChanged) {
        let Actor::Node { id } = event.actor else { return None };
        (Subject::Node(id), Why { detail: event.detail.clone(), ..Why::default() })
    } else if let AlertKind::KeyNeedsRotation(provider) = kind {
        (Subject::Provider(provider), Why::default())
    } else {
        of_key(event.detail.as_deref()?.parse().ok()?)
    };
    let cluster = event.cluster.clone();
    Some(EdgeSeen { kind, subject, cluster, edge, at: event.created_at, why })
}

/// Tells which customer key news are about, and why.
fn of_key(KeyNews { provider, reason, former }: KeyNews) -> (Subject, Why) {
    let reason = reason.map(|reason| reason.code().to_owned());
    match former {
        None => (Subject::Provider(provider), Why { reason, ..Why::default() }),
        Some(number) => {
            let why = Why { reason, detail: Some(former_key(number)), ..Why::default() };
            (Subject::FormerKey(provider, number), why)
        }
    }
}

/// Names a customer key that is not the present one.
pub(super) fn former_key(number: CustomerKeyNumber) -> String {
    format!("customer key {number}, no longer the present one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::alert::Edge;
    use domain::id::OrgId;

    fn event(kind: EventKind, detail: &str) -> Event {
        Event {
            id: EventId::from_random([1; 12]),
            org: OrgId::from_random([2; 12]),
            project: Some(ProjectId::from_random([3; 12])),
            cluster: None,
            kind,
            actor: Actor::System,
            remote_address: None,
            detail: Some(detail.to_owned()),
            created_at: Timestamp::from_millis(7),
        }
    }

    #[test]
    fn events_about_a_key_name_its_provider_and_the_reason() {
        let azure = ProviderKind::AzureKeyVault;
        let seen = edge_seen(&event(EventKind::NetworkAccessDenied, "Azure Key Vault: TIMED_OUT")).unwrap();
        assert_eq!((seen.subject, seen.edge), (Subject::Provider(azure), Edge::Raises));
        assert_eq!(seen.why.reason.as_deref(), Some("TIMED_OUT"));
        let seen = edge_seen(&event(EventKind::ConfigIsValid, "Google Cloud KMS")).unwrap();
        assert_eq!((seen.subject, seen.edge), (Subject::Provider(ProviderKind::GcpKms), Edge::Resolves));
        assert_eq!(seen.why, Why::default());
        let seen = edge_seen(&event(EventKind::KeyInvalid(azure), "Azure Key Vault: KEY_DISABLED")).unwrap();
        assert_eq!((seen.kind, seen.at), (AlertKind::KeyInvalid(azure), Timestamp::from_millis(7)));
        let former = KeyNews { former: Some(CustomerKeyNumber::FIRST), provider: azure, reason: None };
        let seen = edge_seen(&event(EventKind::KeyValid(azure), &former.to_string())).unwrap();
        assert_eq!(seen.subject, Subject::FormerKey(azure, CustomerKeyNumber::FIRST), "not the present one's news");
        assert_eq!(edge_seen(&event(EventKind::NetworkAccessDenied, "somewhere")), None);
        assert_eq!(edge_seen(&event(EventKind::ClusterCreated, "")), None);
        // A node's news are the node's.
        assert_eq!(edge_seen(&event(EventKind::NodeAddressChanged, "node 1")), None);
    }

    #[test]
    fn a_rotation_starts_its_clock() {
        let events = [event(EventKind::KeyRotated(ProviderKind::AwsKms), ""), event(EventKind::ConfigIsValid, "")];
        assert_eq!(clocks(&events), [(ProviderKind::AwsKms, Timestamp::from_millis(7))]);
    }

    #[test]
    fn what_only_a_look_finds_has_an_event_of_its_name() {
        for kind in AlertKind::all() {
            if let Some(event) = event_of(kind) {
                assert_eq!(event.name(), kind.name());
                assert!(edge_of(event).is_none(), "it would be heard again");
            }
        }
    }
}
