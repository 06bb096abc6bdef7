//! Who may do what in an organization: API keys, service accounts, people and teams, and the roles they are given.
//!
//! One rule stands above all: nobody gives, takes or gets hold of a role that they do not hold themselves. Must not know
//! how a caller proves who they are, nor how anything is spelled on a wire.

mod api_keys;
mod entries;
mod letters;
mod operator;
mod service_accounts;
mod teams;
mod tokens;
mod users;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::id::{OrgId, ProjectId};
use storage::Outcome;

pub use self::api_keys::KeyChange;
pub use self::entries::{Credential, Entries};
pub use self::operator::Recovered;
pub use self::service_accounts::{AccountChange, AccountView, NewAccount, NewSecret};
pub use self::tokens::ArrivalRequest;
pub use self::users::{MemberChange, NewMember, ProjectMember};
use crate::{Caller, Control, Error};
pub use storage::ServiceAccountSecret as AccountSecret;

/// How many secrets a service account can have at once. Source: Atlas's documented limit.
pub const SECRETS_MAX: usize = 2;
/// The shortest that a secret may last. Unit: hours. Source: contract.md 7.2.
pub const SECRET_HOURS_MIN: u32 = 8;

/// What can go wrong with access. Ids and names are told as they were given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// There is no such API key, as far as this caller can tell.
    #[error("find api key {0}")]
    ApiKeyNotFound(String),
    /// There is no such service account, as far as this caller can tell.
    #[error("find service account {0}")]
    AccountNotFound(String),
    /// The account has no such secret.
    #[error("find secret {0} of a service account")]
    SecretNotFound(String),
    /// There is no such team, as far as this caller can tell.
    #[error("find team {0}")]
    TeamNotFound(String),
    /// There is no such person, as far as this caller can tell.
    #[error("find user {0}")]
    UserNotFound(String),
    /// The access list has no such entry.
    #[error("find {0} in an access list")]
    EntryNotFound(String),
    /// The access list has that entry.
    #[error("add {0} to an access list twice")]
    EntryTaken(String),
    /// The access list would be too long.
    #[error("add to an access list that is full")]
    TooManyEntries,
    /// The caller would shut itself out.
    #[error("take the caller's own address from its access list")]
    CallersOwnEntry,
    /// The caller would shut itself out: its organization would demand an access list, and it has none.
    #[error("demand access lists by a caller without one")]
    CallerWithoutList,
    /// The organization has a team of that name.
    #[error("name a second team {0}")]
    TeamNameTaken(String),
    /// A project has the team.
    #[error("delete team {0} that a project has")]
    TeamInProject(String),
    /// The organization has as many teams as it can have.
    #[error("create one team more")]
    TooManyTeams,
    /// The team has as many people as it can have.
    #[error("put one person more into a team")]
    TooManyInTeam,
    /// The person belongs to the organization.
    #[error("invite {0} twice")]
    UserTaken(String),
    /// The person is in the team.
    #[error("put user {0} into a team twice")]
    InTeam(String),
    /// The person is not in the team.
    #[error("take user {0} out of a team they are not in")]
    NotInTeam(String),
    /// The caller does not hold a role that they would give, take or get hold of.
    #[error("give or take the role {0}")]
    RoleNotHeld(&'static str),
    /// Nothing would be left of what somebody may do.
    #[error("leave nobody's role")]
    NoRoleLeft,
    /// The organization would have no owner left.
    #[error("take the last owner from organization {0}")]
    LastOwner(OrgId),
    /// The account has as many secrets as it can have.
    #[error("give a service account one secret more")]
    TooManySecrets,
    /// A secret cannot last so long, or so short.
    /// Unit: hours.
    #[error("let a secret last {asked} hours")]
    SecretHours {
        /// What was asked for.
        asked: i64,
        /// The longest there may be.
        max: u32,
    },
    /// An invitation or reset is not known, used, or over.
    #[error("use a token that does not work")]
    TokenRefused,
    /// The person has not accepted the invitation, or is shut out, or is not.
    #[error("do that with a person whose standing is another")]
    WrongStanding,
}

impl Control {
    /// Tells which of some projects are there.
    /// Errors: those of the store.
    pub async fn live_projects(&self, ids: &BTreeSet<ProjectId>) -> Result<BTreeSet<ProjectId>, Error> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids: Vec<_> = ids.iter().copied().collect();
        Ok(self.store().projects(&ids).await?.into_iter().map(|project| project.id).collect())
    }

    /// Refuses whoever does not hold all the roles of `grants` themselves, in an organization and its projects.
    pub(crate) fn require_all_of(caller: &Caller, grants: &Grants) -> Result<(), Error> {
        let nothing = Grants { org: grants.org, org_roles: BTreeSet::new(), project_roles: BTreeMap::new() };
        require_difference(caller, &nothing, grants)
    }
}

/// Refuses whoever does not hold a role themselves that `before` has and `after` has not, or the other way round.
fn require_difference(caller: &Caller, before: &Grants, after: &Grants) -> Result<(), Error> {
    let org = after.org;
    for role in before.org_roles.symmetric_difference(&after.org_roles) {
        if !caller.grants.allow_in_org(org, *role) {
            return Err(AccessError::RoleNotHeld(role.name()).into());
        }
    }
    let none = BTreeSet::new();
    for project in before.project_roles.keys().chain(after.project_roles.keys()) {
        let held = |grants: &Grants| grants.project_roles.get(project).unwrap_or(&none).clone();
        for role in held(before).symmetric_difference(&held(after)) {
            if !caller.grants.allow_in_project(*project, org, *role) {
                return Err(AccessError::RoleNotHeld(role.name()).into());
            }
        }
    }
    Ok(())
}

/// Sets the roles in one project; none takes the holder out of it.
fn with_roles(mut grants: Grants, project: ProjectId, roles: BTreeSet<ProjectRole>) -> Grants {
    if roles.is_empty() {
        grants.project_roles.remove(&project);
    } else {
        grants.project_roles.insert(project, roles);
    }
    grants
}

/// Makes the grants of somebody who belongs to an organization, and may do something in one project.
fn member_with(org: OrgId, project: ProjectId, roles: BTreeSet<ProjectRole>) -> Grants {
    Grants { org, org_roles: [OrgRole::Member].into(), project_roles: [(project, roles)].into() }
}

/// Adds the role that belonging is.
fn belonging(mut roles: BTreeSet<OrgRole>) -> BTreeSet<OrgRole> {
    if roles.is_empty() {
        roles.insert(OrgRole::Member);
    }
    roles
}

/// Says what came of a change that somebody else may have beaten, or that would leave nobody in charge.
fn saved(outcome: Outcome, org: OrgId) -> Result<(), Error> {
    match outcome {
        Outcome::Saved => Ok(()),
        Outcome::Conflict => Err(Error::Conflict),
        Outcome::InUse => Err(AccessError::LastOwner(org).into()),
    }
}

/// Names roles for an event.
fn named<'r>(roles: impl IntoIterator<Item = &'r str>) -> String {
    let names: Vec<_> = roles.into_iter().collect();
    if names.is_empty() { "no roles".to_owned() } else { names.join(", ") }
}

fn org_role_names(roles: &BTreeSet<OrgRole>) -> String {
    named(roles.iter().map(|role| role.name()))
}

fn project_role_names(roles: &BTreeSet<ProjectRole>) -> String {
    named(roles.iter().map(|role| role.name()))
}
