//! Listing all clusters that a caller can see, by project.

use std::collections::BTreeMap;

use domain::cluster::Cluster;
use domain::id::ProjectId;

use super::disablement::stopped;
use crate::project::ProjectView;
use crate::{Caller, Control, Error};

/// One page of projects with their clusters.
#[derive(Debug)]
pub struct ProjectClustersPage {
    /// The page, by the projects' names.
    pub projects: Vec<ProjectClusters>,
    /// The name of the organization they all belong to.
    pub organization: String,
    /// How many projects there are on all pages.
    pub total: u64,
}

/// A project and its clusters.
#[derive(Debug)]
pub struct ProjectClusters {
    /// The project.
    pub project: ProjectView,
    /// Its clusters, by name, and whether each is paused or stopped.
    pub clusters: Vec<(Cluster, bool)>,
}

impl Control {
    /// Lists a page of the projects that the caller can see, with all their clusters.
    /// Errors: those of the store; `OrganizationNotFound` if it went meanwhile.
    pub async fn all_clusters(&self, caller: &Caller, offset: u64, limit: u64) -> Result<ProjectClustersPage, Error> {
        let org = caller.grants.org;
        let organization = self.store().organization(org).await?.ok_or(Error::OrganizationNotFound(org))?;
        let page = self.projects(caller, "", offset, limit).await?;
        let ids: Vec<ProjectId> =
            page.projects.iter().filter(|view| view.clusters > 0).map(|view| view.project.id).collect();
        let found = if ids.is_empty() { Vec::new() } else { self.store().clusters_of_each(&ids).await? };
        let mut clusters: BTreeMap<ProjectId, Vec<Cluster>> = BTreeMap::new();
        for cluster in found {
            clusters.entry(cluster.project).or_default().push(cluster);
        }
        let mut projects = Vec::with_capacity(page.projects.len());
        for project in page.projects {
            let mine = clusters.remove(&project.project.id).unwrap_or_default();
            let snapshot = match mine.iter().any(|cluster| cluster.settings.encryption.is_some()) {
                true => self.store().project_snapshot(project.project.id).await?,
                false => None,
            };
            let is_stopped = |cluster: &Cluster| {
                cluster.settings.paused
                    || snapshot.as_ref().is_some_and(|snapshot| stopped(&cluster.settings, snapshot).is_some())
            };
            let clusters = mine.into_iter().map(|cluster| (is_stopped(&cluster), cluster));
            let clusters = clusters.map(|(is_stopped, cluster)| (cluster, is_stopped)).collect();
            projects.push(ProjectClusters { project, clusters });
        }
        Ok(ProjectClustersPage { projects, organization: organization.name, total: page.total })
    }
}
