//! Who may do what: what a set of roles amounts to in an organization and in each of its projects.

mod role;

use std::collections::{BTreeMap, BTreeSet};

pub use self::role::{OrgRole, ProjectRole};
use crate::id::{OrgId, ProjectId};

/// All roles of one API key, service account or person. The holder belongs to one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    /// The organization it belongs to.
    pub org: OrgId,
    /// Its roles there; never empty in practice, as belonging is a role.
    pub org_roles: BTreeSet<OrgRole>,
    /// Its roles in single projects.
    pub project_roles: BTreeMap<ProjectId, BTreeSet<ProjectRole>>,
}

impl Grants {
    /// Tells whether the holder may act as `wanted` in an organization.
    #[must_use]
    pub fn allow_in_org(&self, org: OrgId, wanted: OrgRole) -> bool {
        org == self.org && (wanted == OrgRole::Member || self.org_roles.iter().any(|role| role.covers(wanted)))
    }

    /// Tells whether the holder may act as `wanted` in a project of `org`.
    #[must_use]
    pub fn allow_in_project(&self, project: ProjectId, org: OrgId, wanted: ProjectRole) -> bool {
        self.roles_in_project(project, org).any(|role| role.covers(wanted))
    }

    /// Tells whether the holder can see every project of their organization.
    #[must_use]
    pub fn see_every_project(&self) -> bool {
        self.org_roles.iter().any(|role| role.in_every_project().is_some())
    }

    /// Names the projects in which the holder has a role of their own.
    pub fn own_projects(&self) -> impl Iterator<Item = ProjectId> {
        self.project_roles.iter().filter(|(_, roles)| !roles.is_empty()).map(|(project, _)| *project)
    }

    /// Tells whether the holder can see a project at all; for all others it does not exist.
    #[must_use]
    pub fn can_see(&self, project: ProjectId, org: OrgId) -> bool {
        self.roles_in_project(project, org).next().is_some()
    }

    fn roles_in_project(&self, project: ProjectId, org: OrgId) -> impl Iterator<Item = ProjectRole> {
        let inherited =
            self.org_roles.iter().filter(move |_| org == self.org).filter_map(|role| role.in_every_project());
        let own = self.project_roles.get(&project).into_iter().flatten().copied();
        inherited.chain(own.filter(move |_| org == self.org))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: OrgId = OrgId::from_random([1; 12]);
    const OTHER_ORG: OrgId = OrgId::from_random([2; 12]);
    const PROJECT: ProjectId = ProjectId::from_random([3; 12]);
    const OTHER_PROJECT: ProjectId = ProjectId::from_random([4; 12]);

    fn check(org_roles: &[OrgRole], project_roles: &[ProjectRole], expected: &[ProjectRole]) {
        let grants = Grants {
            org: ORG,
            org_roles: org_roles.iter().copied().collect(),
            project_roles: [(PROJECT, project_roles.iter().copied().collect())].into(),
        };
        for wanted in ProjectRole::ALL {
            assert_eq!(
                grants.allow_in_project(PROJECT, ORG, wanted),
                expected.contains(&wanted),
                "{org_roles:?} {project_roles:?} {wanted:?}"
            );
            assert!(!grants.allow_in_project(PROJECT, OTHER_ORG, wanted), "a project of another organization");
        }
        assert_eq!(grants.can_see(PROJECT, ORG), !expected.is_empty());
    }

    #[test]
    fn roles_amount_to_what_the_table_says() {
        use ProjectRole::{BackupCreator, BackupManager, ClusterCreator, ClusterManager, ReadOnly};
        check(&[], &[], &[]);
        check(&[OrgRole::Member], &[], &[]);
        check(&[OrgRole::ProjectCreator], &[], &[]);
        check(&[OrgRole::BillingAdmin, OrgRole::BillingReadOnly], &[], &[]);
        check(&[OrgRole::Owner], &[], &ProjectRole::ALL);
        check(&[OrgRole::ReadOnly], &[], &[ReadOnly]);
        check(&[OrgRole::Member], &[ReadOnly], &[ReadOnly]);
        check(&[OrgRole::Member], &[ClusterManager], &[ClusterManager, ReadOnly]);
        check(&[OrgRole::Member], &[ClusterCreator], &[ClusterCreator, ReadOnly]);
        check(&[OrgRole::Member], &[BackupManager], &[BackupManager, BackupCreator, ReadOnly]);
        check(&[OrgRole::StreamProcessingAdmin], &[], &[ProjectRole::StreamProcessingOwner, ReadOnly]);
        check(&[OrgRole::Member], &[ProjectRole::Owner], &ProjectRole::ALL);
    }

    #[test]
    fn a_role_in_one_project_shows_no_other() {
        let grants = Grants {
            org: ORG,
            org_roles: [OrgRole::Member].into(),
            project_roles: [(PROJECT, [ProjectRole::Owner].into())].into(),
        };
        assert!(!grants.can_see(OTHER_PROJECT, ORG));
        assert!(grants.allow_in_org(ORG, OrgRole::Member));
        assert!(!grants.allow_in_org(ORG, OrgRole::ReadOnly));
        assert!(!grants.allow_in_org(OTHER_ORG, OrgRole::Member));
    }
}
