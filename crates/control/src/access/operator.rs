//! What only the operator may do, with a hand on the store: giving an organization an owner again.

use domain::access::{Grants, OrgRole};
use domain::api_key::{AccessList, ApiKey, Ha1};
use domain::event::EventKind;
use domain::id::{ApiKeyId, OrgId, UserId};
use domain::organization::Organization;
use domain::secret::SecretText;
use domain::user::{EmailAddress, Member, MemberState, User};
use domain::violation::Violation;
use ipnet::IpNet;
use storage::{KnownOrganization, Outcome};

use crate::bootstrap::{random_letters, random_uuid, tail};
use crate::{Control, Error, random_id};

/// An owner again, with a key whose private half is shown once.
#[derive(Debug)]
pub struct Recovered {
    /// The organization.
    pub org: Organization,
    /// Whether it had been deleted.
    pub was_deleted: bool,
    /// The owner.
    pub member: Member,
    /// The key.
    pub key: ApiKey,
    /// Its private half.
    pub private_key: SecretText,
}

impl Control {
    /// Lists every organization, for the operator.
    /// Errors: those of the store.
    pub async fn all_organizations(&self) -> Result<Vec<Organization>, Error> {
        Ok(self.store().all_organizations().await?)
    }

    /// Lists the deleted organizations, the last deleted first, for the operator.
    /// Errors: those of the store.
    pub async fn deleted_organizations(&self) -> Result<Vec<Organization>, Error> {
        Ok(self.store().deleted_organizations().await?)
    }

    /// Makes a person an owner of an organization, or lets one in again who was shut out, and makes an API key for them,
    /// which may come from `networks`, or from anywhere if there are none. A deleted organization is back then, as far
    /// as its row goes: its owner can bring its projects back, each for as long as it is kept.
    /// Errors: `OrganizationNotFound`; `Violations` if the organization demands an access list and there would be none;
    /// `Conflict` if somebody else changes the same person at this moment.
    /// Cancel: all of it took place or nothing; a private half that nobody saw is of no use.
    pub async fn recover_owner(
        &self,
        org: OrgId,
        email: &EmailAddress,
        networks: &[IpNet],
        hash: impl FnOnce(&str, &SecretText) -> Ha1,
    ) -> Result<Recovered, Error> {
        let known = self.store().known_organization(org).await?.ok_or(Error::OrganizationNotFound(org))?;
        let KnownOrganization { organization: org, settings, deleted_at } = known;
        if networks.is_empty() && settings.api_access_list_required {
            let words =
                "The organization demands access lists, so a key without one could not sign in: name a network.";
            return Err(Error::Violations(vec![Violation::rule("network", words)]));
        }
        let (before, member) = self.owner_again(org.id, email).await?;
        let (public_key, private_key) = (random_letters()?, random_uuid()?);
        let key = ApiKey {
            id: ApiKeyId::from_random(random_id()?),
            private_tail: tail(&private_key),
            public_key,
            description: format!("recovered owner {email}"),
            grants: Grants { org: org.id, org_roles: [OrgRole::Owner].into(), project_roles: [].into() },
            access_list: AccessList::of(networks.iter().map(IpNet::trunc), self.now()),
            created_at: self.now(),
        };
        let was_deleted = deleted_at.is_some();
        let back = if was_deleted { "; the organization had been deleted" } else { "" };
        let detail = format!("{email}, with API key {}{back}", key.public_key);
        let told = [self.event_of_org_by_us(org.id, EventKind::OwnerRecovered, Some(detail))?];
        let ha1 = hash(&key.public_key, &private_key);
        match self.store().recover_owner(deleted_at, before.as_ref(), &member, &key, &ha1, &told).await? {
            Outcome::Saved => Ok(Recovered { org, was_deleted, member, key, private_key }),
            Outcome::Conflict | Outcome::InUse => Err(Error::Conflict),
        }
    }

    /// Gives what a person is to an organization, if anything, and what an owner is.
    async fn owner_again(&self, org: OrgId, email: &EmailAddress) -> Result<(Option<Member>, Member), Error> {
        let known = self.store().user_by_email(email).await?;
        if let Some(user) = &known
            && let Some(before) = self.store().member(org, user.id).await?
        {
            let mut after = Member { state: MemberState::Active, ..before.clone() };
            after.grants.org_roles.insert(OrgRole::Owner);
            return Ok((Some(before), after));
        }
        let new = User {
            id: UserId::from_random(random_id()?),
            email: email.clone(),
            first_name: String::new(),
            last_name: String::new(),
            created_at: self.now(),
        };
        let member = Member {
            user: known.unwrap_or(new),
            grants: Grants { org, org_roles: [OrgRole::Owner].into(), project_roles: [].into() },
            state: MemberState::Active,
            teams: [].into(),
        };
        Ok((None, member))
    }
}
