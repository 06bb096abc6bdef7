//! Wanting a private endpoint: the row is written, the reconciler does the rest.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{
    CloudRecord, CreationRefusal, EndpointRegion, EndpointState, MOST_ENDPOINTS, PrivateEndpoint, PrivateProvider,
    may_create,
};
use domain::time::Timestamp;
use storage::{EndpointOutcome, ProjectSnapshot};

use super::{PrivateEndpointError, told};
use crate::{Caller, Control, Error, random_id};

/// How often a creation begins anew because somebody changed the project's setting meanwhile.
const TRIES: u32 = 3;

impl Control {
    /// Has a private endpoint made in a region. It is INITIATING when this returns.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `PrivateEndpoint`, `Conflict`.
    /// Cancel: the endpoint is wanted or it is not.
    pub async fn create_private_endpoint(
        &self,
        caller: &Caller,
        project: ProjectId,
        provider: PrivateProvider,
        region: EndpointRegion,
    ) -> Result<PrivateEndpoint, Error> {
        if region.provider() != provider {
            return Err(Error::Bug(domain::Bug("a region of a path is one of its provider's")));
        }
        for _ in 0..TRIES {
            let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
            self.require_room(&snapshot, &region).await?;
            let id = PrivateEndpointId::from_random(random_id()?);
            let made = wanted(id, project, region.clone(), self.now());
            let kind = EventKind::PrivateEndpointCreated;
            let events = [self.event_by(caller, snapshot.project.org, project, kind, Some(told(&made, None)))?];
            let revision = snapshot.setting.revision;
            let refusal = match self.store().create_private_endpoint(&made, revision, MOST_ENDPOINTS, &events).await? {
                EndpointOutcome::Saved => {
                    tracing::info!(%project, endpoint = %id, region = region.as_str(), "a private endpoint is wanted");
                    return Ok(made);
                }
                EndpointOutcome::RegionTaken => CreationRefusal::RegionTaken,
                EndpointOutcome::TooMany => CreationRefusal::TooMany,
                EndpointOutcome::Conflict => continue,
            };
            return Err(PrivateEndpointError::Refused { project, region, refusal }.into());
        }
        Err(Error::Conflict)
    }

    /// Refuses what the rules or the operator have no place for. The store asks again for what others may change.
    async fn require_room(&self, snapshot: &ProjectSnapshot, region: &EndpointRegion) -> Result<(), Error> {
        let project = snapshot.project.id;
        let rows = self.store().private_endpoints(project).await?;
        may_create(&snapshot.setting, snapshot.project.activity, &rows, region)
            .map_err(|refusal| PrivateEndpointError::Refused { project, region: region.clone(), refusal })?;
        if !self.providers().place(region) {
            return Err(PrivateEndpointError::RegionNotConfigured(region.clone()).into());
        }
        Ok(())
    }
}

/// Makes the row of an endpoint that nothing was done for yet.
pub(super) fn wanted(
    id: PrivateEndpointId,
    project: ProjectId,
    region: EndpointRegion,
    now: Timestamp,
) -> PrivateEndpoint {
    PrivateEndpoint {
        id,
        project,
        region,
        state: EndpointState::Initiating,
        predecessor: None,
        rejections: 0,
        created_at: now,
        start_at: now,
        since: now,
        cloud: CloudRecord::default(),
        error_message: None,
        revision: 1,
    }
}
