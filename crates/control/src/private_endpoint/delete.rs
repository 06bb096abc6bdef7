//! Wanting a private endpoint no more: its row says so at once, the reconciler takes it away, and then the row goes.

use domain::access::ProjectRole;
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{EndpointState, PrivateEndpoint, PrivateProvider};
use domain::time::Timestamp;
use storage::Outcome;

use super::PrivateEndpointError;
use crate::{Caller, Control, Error};

/// How often a deletion begins anew because the reconciler took a step meanwhile.
const TRIES: u32 = 16;

impl Control {
    /// Has a private endpoint taken away, with its successors. It is DELETING when this returns, whatever it was.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `PrivateEndpoint` if there is none, `Conflict`.
    /// Cancel: the endpoint is to go or it is not.
    pub async fn delete_private_endpoint(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: PrivateProvider,
        id: PrivateEndpointId,
    ) -> Result<(), Error> {
        self.project_for(caller, project, ProjectRole::Owner).await?;
        for _ in 0..TRIES {
            let rows = self.store().private_endpoints(project).await?;
            let doomed = with_successors(&rows, provider, id, self.now());
            if doomed.is_empty() {
                let known = rows.iter().any(|row| row.id == id && row.region.provider() == provider);
                let missing = || PrivateEndpointError::NotFound { project, provider, id: id.to_string() };
                return if known { Ok(()) } else { Err(missing().into()) };
            }
            match self.store().delete_private_endpoints(&doomed, &[]).await? {
                Outcome::Saved => {
                    for row in &doomed {
                        tracing::info!(%project, endpoint = %row.id, region = row.region.as_str(), "a private endpoint is to go");
                    }
                    return Ok(());
                }
                Outcome::Conflict | Outcome::InUse => {}
            }
        }
        Err(Error::Conflict)
    }
}

/// Gives what goes when one endpoint goes, as it is to be: the endpoint and whoever came after it, but for what goes
/// already.
fn with_successors(
    rows: &[PrivateEndpoint],
    provider: PrivateProvider,
    id: PrivateEndpointId,
    now: Timestamp,
) -> Vec<PrivateEndpoint> {
    let mut line: Vec<&PrivateEndpoint> =
        rows.iter().filter(|row| row.id == id && row.region.provider() == provider).collect();
    let mut newest = line.clone();
    while !newest.is_empty() {
        newest = rows
            .iter()
            .filter(|row| row.predecessor.is_some_and(|before| newest.iter().any(|known| known.id == before)))
            // A line that bites its own tail was written by nobody; it must not be followed for ever.
            .filter(|row| !line.iter().any(|known| known.id == row.id))
            .collect();
        line.extend(&newest);
    }
    let staying = line.into_iter().filter(|row| row.state != EndpointState::Deleting);
    staying.map(|row| PrivateEndpoint { state: EndpointState::Deleting, since: now, ..row.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use domain::private_endpoint::EndpointRegion;

    use super::super::create::wanted;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const AZURE: PrivateProvider = PrivateProvider::AzureKeyVault;

    fn row(number: u8, state: EndpointState, predecessor: Option<u8>) -> PrivateEndpoint {
        let id = |number: u8| PrivateEndpointId::from_random([number; 12]);
        let region = EndpointRegion::parse(AZURE, "US_EAST_2").unwrap();
        let project = ProjectId::from_random([1; 12]);
        let made = wanted(id(number), project, region, Timestamp::from_millis(1));
        PrivateEndpoint { state, predecessor: predecessor.map(id), ..made }
    }

    #[track_caller]
    fn check(rows: &[PrivateEndpoint], doomed: u8, expected: &[u8]) {
        let going = with_successors(rows, AZURE, PrivateEndpointId::from_random([doomed; 12]), NOW);
        let ids: Vec<_> = going.iter().map(|row| row.id).collect();
        let expected: Vec<_> = expected.iter().map(|id| PrivateEndpointId::from_random([*id; 12])).collect();
        assert_eq!(ids, expected, "{rows:?} without {doomed}");
        assert!(going.iter().all(|row| row.state == EndpointState::Deleting && row.since == NOW));
    }

    #[test]
    fn successors_go_with_their_predecessor_and_not_the_other_way_round() {
        use EndpointState::{Active, Deleting, Failed, Initiating, PendingRecreation};
        let line = [row(1, PendingRecreation, None), row(2, PendingRecreation, Some(1)), row(3, Initiating, Some(2))];
        check(&line, 1, &[1, 2, 3]);
        check(&line, 2, &[2, 3]);
        check(&line, 3, &[3]);
        check(&[row(1, Active, None), row(2, Failed, None)], 2, &[2]);
        check(&[row(1, Deleting, None)], 1, &[]);
        check(&[row(1, Deleting, None), row(2, Initiating, Some(1))], 1, &[2]);
        check(&[], 1, &[]);
        let circle = [row(1, PendingRecreation, Some(2)), row(2, PendingRecreation, Some(1))];
        check(&circle, 1, &[1, 2]);
    }

    #[test]
    fn an_endpoint_of_the_other_provider_is_not_known() {
        let rows = [row(1, EndpointState::Active, None)];
        let id = PrivateEndpointId::from_random([1; 12]);
        assert!(with_successors(&rows, PrivateProvider::AwsKms, id, NOW).is_empty());
    }
}
