//! Who may do what: roles, and what a set of roles amounts to in one project.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{OrgId, ProjectId};

/// A role in an organization. Spelled as the Admin API spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgRole {
    /// `ORG_OWNER`: everything, in every project of the organization too.
    Owner,
    /// `ORG_GROUP_CREATOR`: may create projects.
    ProjectCreator,
    /// `ORG_READ_ONLY`: may read everything, in every project of the organization too.
    ReadOnly,
    /// `ORG_MEMBER`: belongs to it; may read the organization itself.
    Member,
}

/// A role in a project. Spelled as the Admin API spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectRole {
    /// `GROUP_OWNER`: everything.
    Owner,
    /// `GROUP_CLUSTER_MANAGER`: may change clusters.
    ClusterManager,
    /// `GROUP_CLUSTER_CREATOR`: may create clusters.
    ClusterCreator,
    /// `GROUP_READ_ONLY`.
    ReadOnly,
}

impl OrgRole {
    /// Every role there is.
    pub const ALL: [Self; 4] = [Self::Owner, Self::ProjectCreator, Self::ReadOnly, Self::Member];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "ORG_OWNER",
            Self::ProjectCreator => "ORG_GROUP_CREATOR",
            Self::ReadOnly => "ORG_READ_ONLY",
            Self::Member => "ORG_MEMBER",
        }
    }

    /// Gives the name people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Organization Owner",
            Self::ProjectCreator => "Organization Project Creator",
            Self::ReadOnly => "Organization Read Only",
            Self::Member => "Organization Member",
        }
    }

    /// Finds a role by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Tells whether holding `self` is as good as holding `wanted`.
    #[must_use]
    pub const fn covers(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::Owner, _) | (_, Self::Member) => true,
            (Self::ReadOnly, Self::ReadOnly) | (Self::ProjectCreator, Self::ProjectCreator) => true,
            (
                Self::ReadOnly | Self::ProjectCreator | Self::Member,
                Self::Owner | Self::ProjectCreator | Self::ReadOnly,
            ) => false,
        }
    }

    /// Gives the role that this one amounts to in every project of the organization.
    #[must_use]
    pub const fn in_every_project(self) -> Option<ProjectRole> {
        match self {
            Self::Owner => Some(ProjectRole::Owner),
            Self::ReadOnly => Some(ProjectRole::ReadOnly),
            Self::ProjectCreator | Self::Member => None,
        }
    }
}

impl ProjectRole {
    /// Every role there is.
    pub const ALL: [Self; 4] = [Self::Owner, Self::ClusterManager, Self::ClusterCreator, Self::ReadOnly];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "GROUP_OWNER",
            Self::ClusterManager => "GROUP_CLUSTER_MANAGER",
            Self::ClusterCreator => "GROUP_CLUSTER_CREATOR",
            Self::ReadOnly => "GROUP_READ_ONLY",
        }
    }

    /// Gives the name people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "Project Owner",
            Self::ClusterManager => "Project Cluster Manager",
            Self::ClusterCreator => "Project Cluster Creator",
            Self::ReadOnly => "Project Read Only",
        }
    }

    /// Finds a role by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Tells whether holding `self` is as good as holding `wanted`.
    #[must_use]
    pub const fn covers(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::Owner, _) | (_, Self::ReadOnly) => true,
            (Self::ClusterManager, Self::ClusterManager) | (Self::ClusterCreator, Self::ClusterCreator) => true,
            (
                Self::ClusterManager | Self::ClusterCreator | Self::ReadOnly,
                Self::Owner | Self::ClusterManager | Self::ClusterCreator,
            ) => false,
        }
    }
}

/// All roles of one API key or service account. It belongs to one organization.
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
        use ProjectRole::{ClusterCreator, ClusterManager, Owner, ReadOnly};
        check(&[], &[], &[]);
        check(&[OrgRole::Member], &[], &[]);
        check(&[OrgRole::ProjectCreator], &[], &[]);
        check(&[OrgRole::Owner], &[], &[Owner, ClusterManager, ClusterCreator, ReadOnly]);
        check(&[OrgRole::ReadOnly], &[], &[ReadOnly]);
        check(&[OrgRole::Member], &[ReadOnly], &[ReadOnly]);
        check(&[OrgRole::Member], &[ClusterManager], &[ClusterManager, ReadOnly]);
        check(&[OrgRole::Member], &[ClusterCreator], &[ClusterCreator, ReadOnly]);
        check(&[OrgRole::Member], &[Owner], &[Owner, ClusterManager, ClusterCreator, ReadOnly]);
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

    #[test]
    fn names_are_read_back() {
        assert!(OrgRole::ALL.into_iter().all(|role| OrgRole::by_name(role.name()) == Some(role)));
        assert!(ProjectRole::ALL.into_iter().all(|role| ProjectRole::by_name(role.name()) == Some(role)));
        assert_eq!(ProjectRole::by_name("GROUP_KING"), None);
    }
}
