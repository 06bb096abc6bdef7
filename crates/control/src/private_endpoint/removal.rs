//! Taking an endpoint away in the cloud, until it is confirmed gone. Must not know tables, nor what becomes of the row.

use std::time::Duration;

use domain::private_endpoint::{CloudRecord, EndpointState, Happening, PrivateEndpoint};
use providers::private_endpoint::{Asked, Seen};

use super::change::Finding;
use super::look::Look;

/// How long a removal that the cloud accepted is waited for before it is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(30);

impl Look<'_> {
    /// Has the endpoint removed, or looks whether it is gone.
    pub(super) async fn remove(&self) -> Finding {
        let lately = self.memory.removals.age(self.seen.id).is_some_and(|age| age < ASK_AGAIN);
        if lately { self.watch_it_go().await } else { self.ask_for_removal().await }
    }

    async fn ask_for_removal(&self) -> Finding {
        let mut cloud = self.seen.cloud.clone();
        match self.control.providers().remove_endpoint(&self.wanted(self.seen), self.deadline()).await {
            Asked::Accepted { resource, operation: _ } => {
                self.memory.removals.note(self.seen.id);
                cloud.resource = resource.or(cloud.resource);
                // That of its creation says nothing any more.
                cloud.operation = None;
                cloud.failures = 0;
                Finding::nothing(cloud)
            }
            // The operator is done with the region, and with what was in it.
            Asked::Refused(_) if !self.control.providers().place(&self.seen.region) => abandoned(self.seen),
            // Refused for good today; an operator may mend it tomorrow.
            Asked::Refused(words) => Finding::trouble(cloud, words.as_str(), None),
            Asked::Later { why, after } => Finding::trouble(cloud, why.as_str(), after),
        }
    }

    async fn watch_it_go(&self) -> Finding {
        let mut cloud = self.seen.cloud.clone();
        let seen = match self.control.providers().see_endpoint(&self.wanted(self.seen), self.deadline()).await {
            Ok(seen) => seen,
            Err(trouble) => return Finding::trouble(cloud, trouble.words.as_str(), trouble.after),
        };
        match seen {
            Seen::Nothing if self.is_absent_for_good(&cloud) => gone(cloud),
            Seen::Nothing | Seen::Making => {
                cloud.failures = 0;
                Finding::nothing(cloud)
            }
            Seen::Pending(_) | Seen::Approved(_) | Seen::Refused(..) => {
                // It stands as if nobody had asked. What is seen may be a little older than the asking.
                let asked = self.memory.removals.age(self.seen.id);
                if asked.is_some_and(|age| age > self.control.timings().endpoint_call) {
                    self.memory.removals.forget(self.seen.id);
                }
                cloud.failures = 0;
                Finding::nothing(cloud)
            }
            Seen::Failed(words) | Seen::Faltered(words) => {
                self.memory.removals.forget(self.seen.id);
                Finding::trouble(cloud, words.as_str(), None)
            }
        }
    }

    /// Tells whether an absence counts: at once if the cloud ever answered for the endpoint. If its creation was never
    /// answered, after longer than such a call, from whichever process, can be on its way.
    fn is_absent_for_good(&self, cloud: &CloudRecord) -> bool {
        let on_its_way = self.control.timings().endpoint_call * 3 / 2;
        cloud.resource.is_some() || self.memory.absences.first(self.seen.id) >= on_its_way
    }
}

/// Tells what needs no cloud: an endpoint that was never asked for, or is known to be gone.
pub(super) fn needs_no_removal(endpoint: &PrivateEndpoint) -> Option<Finding> {
    let cloud = &endpoint.cloud;
    (!cloud.asked || cloud.resource_gone).then(|| gone(cloud.clone()))
}

/// Gives up an endpoint in a region that the operator has no place in any more, where nobody can be asked for its
/// removal.
pub(super) fn abandoned(endpoint: &PrivateEndpoint) -> Finding {
    let name = endpoint.cloud.resource.clone().unwrap_or_else(|| endpoint.resource_name());
    tracing::warn!(
        project = %endpoint.project,
        endpoint = %endpoint.id,
        region = endpoint.region.as_str(),
        resource = name,
        "the operator has no place for endpoints in this region any more: remove the resource in the cloud by hand"
    );
    let words = format!("the operator has no place in this region any more, so {name} was not removed in the cloud");
    gone(endpoint.cloud.clone()).saying(&words)
}

fn gone(cloud: CloudRecord) -> Finding {
    Finding::of(CloudRecord { resource_gone: true, ..cloud }, Happening::ResourceGone)
}

/// Looks whether an endpoint whose resource is gone can go itself: its successor is in use, or none is left, or that one
/// was refused too.
pub(super) fn succeeded(endpoint: &PrivateEndpoint, rows: &[PrivateEndpoint]) -> Finding {
    let cloud = endpoint.cloud.clone();
    let mut successors = rows.iter().filter(|row| row.predecessor == Some(endpoint.id));
    let settled = successors.all(|successor| match successor.state {
        EndpointState::Active | EndpointState::Deleting | EndpointState::PendingRecreation => true,
        EndpointState::Initiating | EndpointState::PendingAcceptance | EndpointState::Failed => false,
    });
    if settled { Finding::of(cloud, Happening::SuccessorSettled) } else { Finding::nothing(cloud) }
}

#[cfg(test)]
mod tests {
    use domain::id::{PrivateEndpointId, ProjectId};
    use domain::private_endpoint::{EndpointRegion, PrivateProvider};
    use domain::time::Timestamp;

    use super::super::create::wanted;
    use super::*;

    fn row(number: u8, state: EndpointState, predecessor: Option<u8>) -> PrivateEndpoint {
        let id = |number: u8| PrivateEndpointId::from_random([number; 12]);
        let region = EndpointRegion::parse(PrivateProvider::AzureKeyVault, "US_EAST_2").unwrap();
        let made = wanted(id(number), ProjectId::from_random([2; 12]), region, Timestamp::from_millis(1));
        PrivateEndpoint { state, predecessor: predecessor.map(id), ..made }
    }

    #[test]
    fn an_endpoint_goes_when_its_successor_is_settled() {
        let old = row(1, EndpointState::PendingRecreation, None);
        for state in EndpointState::ALL {
            let settled =
                matches!(state, EndpointState::Active | EndpointState::Deleting | EndpointState::PendingRecreation);
            let found = succeeded(&old, &[old.clone(), row(2, state, Some(1))]);
            assert_eq!(found.happening.is_some(), settled, "{state:?}");
        }
        assert_eq!(succeeded(&old, std::slice::from_ref(&old)).happening, Some(Happening::SuccessorSettled));
        let elsewhere = row(2, EndpointState::Initiating, Some(7));
        assert_eq!(succeeded(&old, &[elsewhere]).happening, Some(Happening::SuccessorSettled));
    }

    #[test]
    fn what_was_never_asked_for_needs_no_removal() {
        let mut endpoint = row(1, EndpointState::Deleting, None);
        assert_eq!(needs_no_removal(&endpoint).unwrap().happening, Some(Happening::ResourceGone));
        endpoint.cloud.asked = true;
        assert!(needs_no_removal(&endpoint).is_none());
        endpoint.cloud.resource_gone = true;
        assert!(needs_no_removal(&endpoint).is_some());
    }

    #[test]
    fn an_endpoint_without_a_place_goes_and_says_what_stays() {
        let mut endpoint = row(1, EndpointState::Deleting, None);
        assert!(abandoned(&endpoint).words.unwrap().contains("atrest-010101010101010101010101"));
        endpoint.cloud.resource = Some("vpce-7".to_owned());
        assert!(abandoned(&endpoint).words.unwrap().contains("vpce-7"));
    }
}
