//! Network containers: in Atlas, the network that a project's nodes have in a region. Atrest has no networks; but clients
//! that describe a cluster look its container up, so there is one for every region that a project's clusters are in, and
//! its id is always the same. Must not know how they are spelled.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use domain::Bug;
use domain::access::ProjectRole;
use domain::cluster::{HostingCloud, RegionName};
use domain::id::{ContainerId, ProjectId};

use crate::{Caller, Control, Error};

/// The network that a project's nodes would have in a region; in Google Cloud, in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// The cloud.
    pub cloud: HostingCloud,
    /// The regions; one, but for Google Cloud.
    pub regions: Vec<RegionName>,
}

impl Control {
    /// Lists a project's containers, by cloud and region; those of one cloud, if one is named.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn containers(
        &self,
        caller: &Caller,
        project: ProjectId,
        cloud: Option<HostingCloud>,
    ) -> Result<Vec<Container>, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let mut found: BTreeMap<(HostingCloud, Option<String>), Vec<RegionName>> = BTreeMap::new();
        for (hosted, region) in self.store().places_of_clusters(project).await? {
            // A network of Google Cloud spans the world.
            let apart = (hosted != HostingCloud::Gcp).then(|| region.as_str().to_owned());
            found.entry((hosted, apart)).or_default().push(region);
        }
        let wanted = found.into_iter().filter(|((hosted, _), _)| cloud.is_none_or(|cloud| cloud == *hosted));
        let container = |((cloud, apart), regions): ((HostingCloud, Option<String>), Vec<RegionName>)| {
            Ok(Container { id: id_of(project, cloud, apart.as_deref().unwrap_or_default())?, cloud, regions })
        };
        wanted.map(container).collect()
    }

    /// Finds a container of a project. The id is told as it was given.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ContainerNotFound`.
    pub async fn container(&self, caller: &Caller, project: ProjectId, id: &str) -> Result<Container, Error> {
        let all = self.containers(caller, project, None).await?;
        let found = all.into_iter().find(|container| container.id.to_string() == id);
        found.ok_or_else(|| Error::ContainerNotFound(id.to_owned()))
    }
}

/// Makes the id, which is the same whenever it is made.
fn id_of(project: ProjectId, cloud: HostingCloud, region: &str) -> Result<ContainerId, Error> {
    let named = format!("container/{project}/{}/{region}", cloud.name());
    let digest = digest(&SHA256, named.as_bytes());
    let bytes = digest.as_ref().first_chunk::<12>().ok_or(Bug("a digest has 32 bytes"))?;
    Ok(ContainerId::from_random(*bytes))
}
