//! What the console shows of the simulated AWS, and the changes it makes as its customer. The same
//! changes serve dev mode and tests. It must not know the console's paths.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Aws;
use super::arn::{account_root, partition_of};
use super::ec2::vpc_endpoint::VpcEndpoint;
use super::error::ServiceError;
use super::kms::key::{Key, KeyKind, KeyState};
use super::policy::{Attached, Policy};
use super::seed::KeyStatus;
use super::state::{AccessKey, Account, Grants, State};
use crate::answer::millis;
use crate::{Error, Refused, Via};

/// One act of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// As DisableKey, by key id.
    DisableKey(String),
    /// As EnableKey, by key id.
    EnableKey(String),
    /// As ScheduleKeyDeletion with seven days, by key id.
    ScheduleKeyDeletion(String),
    /// As CancelKeyDeletion, by key id.
    CancelKeyDeletion(String),
    /// As RotateKeyOnDemand, by key id.
    RotateKey(String),
    /// Replaces the key's policy by one that lets its account administer the key and nobody use it.
    RemoveKeyPolicy(String),
    /// Brings the removed key policy back.
    RestoreKeyPolicy(String),
    /// As UpdateAccessKey, by access key id.
    SetAccessKey(String, KeyStatus),
    /// Takes an inline policy off a role.
    RemoveRolePolicy(Inline),
    /// Puts the removed policy back on the role.
    RestoreRolePolicy(Inline),
    /// Takes an inline policy off a user.
    RemoveUserPolicy(Inline),
    /// Puts the removed policy back on the user.
    RestoreUserPolicy(Inline),
    /// As DeleteVpcEndpoints, by endpoint id, and done at once.
    DeleteVpcEndpoint(String),
    /// Cuts the line to the private address of a subnet.
    CutSubnet(String),
    /// Mends it.
    MendSubnet(String),
}

/// An inline policy of a user or role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The account's id.
    pub account: String,
    /// The user's or role's name.
    pub owner: String,
    /// The policy's name; `seeded` for the one made with its owner.
    pub policy: String,
}

impl Aws {
    /// Makes a change as the customer would, policies not asked.
    /// Cancel: the change may be made, and saved a moment later.
    pub async fn apply(&self, change: Change) -> Result<(), Refused> {
        let revision = {
            let mut state = self.state();
            let now = millis(OffsetDateTime::now_utc());
            state.settle(now);
            if let Change::CutSubnet(name) | Change::MendSubnet(name) = &change {
                self.set_cut(name, matches!(change, Change::CutSubnet(_)))?;
            } else {
                make(&mut state, change, now)?;
            }
            state.touch();
            state.revision
        };
        self.save(revision).await.map_err(Refused::Save)
    }

    /// Everything that the console shows; no secret is in it.
    pub(crate) fn overview(&self) -> Value {
        let mut state = self.state();
        let now = millis(OffsetDateTime::now_utc());
        state.settle(now);
        let accounts: Vec<Value> = state.accounts.values().map(|account| show_account(&state, account, now)).collect();
        json!({ "accounts": accounts, "subnets": self.show_subnets() })
    }

    /// Errors: `NotFound`.
    fn set_cut(&self, subnet: &str, cut: bool) -> Result<(), Refused> {
        if self.subnets().set_cut(subnet, cut) {
            return Ok(());
        }
        Err(Refused::NotFound(format!("there is no subnet {subnet} with a private address")))
    }

    /// The subnets with a private address that answers.
    fn show_subnets(&self) -> Value {
        let shown = self.subnets().iter().map(|lane| {
            json!({
                "name": lane.subnet.name,
                "address": lane.subnet.address,
                "cut": lane.switch.is_cut(),
                "requests": self.requests_via(&Via::private(&lane.subnet.name), "*"),
            })
        });
        Value::Array(shown.collect())
    }
}

fn make(state: &mut State, change: Change, now: i64) -> Result<(), Refused> {
    match change {
        Change::DisableKey(id) => key(state, &id)?.disable().map_err(by_state),
        Change::EnableKey(id) => key(state, &id)?.enable().map_err(by_state),
        Change::ScheduleKeyDeletion(id) => key(state, &id)?.schedule_deletion(7, now).map(drop).map_err(by_state),
        Change::CancelKeyDeletion(id) => key(state, &id)?.cancel_deletion().map_err(by_state),
        Change::RotateKey(id) => key(state, &id)?.rotate_on_demand(now).map_err(by_state),
        Change::RemoveKeyPolicy(id) => remove_key_policy(key(state, &id)?),
        Change::RestoreKeyPolicy(id) => {
            let key = key(state, &id)?;
            let policy = key.removed_policy.take();
            key.policy = policy.ok_or_else(|| Refused::State("the key's policy is not removed".to_owned()))?;
            Ok(())
        }
        Change::SetAccessKey(id, status) => {
            let found = state.access_key_mut(&id);
            found.ok_or_else(|| Refused::NotFound(format!("there is no access key {id}")))?.active =
                status == KeyStatus::Active;
            Ok(())
        }
        Change::RemoveRolePolicy(inline) => remove(role_grants(state, &inline)?, &inline.policy),
        Change::RestoreRolePolicy(inline) => restore(role_grants(state, &inline)?, &inline.policy),
        Change::RemoveUserPolicy(inline) => remove(user_grants(state, &inline)?, &inline.policy),
        Change::RestoreUserPolicy(inline) => restore(user_grants(state, &inline)?, &inline.policy),
        Change::DeleteVpcEndpoint(id) => {
            let gone = state.network.endpoints.remove(&id);
            gone.map(drop).ok_or_else(|| Refused::NotFound(format!("there is no VPC endpoint {id}")))
        }
        Change::CutSubnet(_) | Change::MendSubnet(_) => {
            Err(Refused::Save(Error::Bug("a line is no part of the state")))
        }
    }
}

fn key<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Key, Refused> {
    match state.keys.get_mut(id) {
        Some(key) if key.kind == KeyKind::AwsManaged => {
            Err(Refused::State("AWS keeps this key; its customer cannot change it".to_owned()))
        }
        Some(key) => Ok(key),
        None => Err(Refused::NotFound(format!("there is no key {id}"))),
    }
}

fn remove_key_policy(key: &mut Key) -> Result<(), Refused> {
    if key.removed_policy.is_some() {
        return Err(Refused::State("the key's policy is removed already".to_owned()));
    }
    let text = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Administration only",
            "Effect": "Allow",
            "Principal": { "AWS": account_root(partition_of(&key.region), &key.account) },
            "Action": [
                "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
                "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource",
                "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:RotateKeyOnDemand"
            ],
            "Resource": "*"
        }]
    });
    let bare = Policy::parse(&text.to_string(), Attached::Key)
        .map_err(|_| Refused::Save(Error::Bug("the policy of administration reads")))?;
    key.removed_policy = Some(std::mem::replace(&mut key.policy, bare));
    Ok(())
}

fn role_grants<'a>(state: &'a mut State, inline: &Inline) -> Result<&'a mut Grants, Refused> {
    let account = state.accounts.get_mut(&inline.account);
    let role = account.and_then(|account| account.roles.get_mut(&inline.owner));
    role.map(|role| &mut role.grants).ok_or_else(|| Refused::NotFound(format!("there is no role {}", inline.owner)))
}

fn user_grants<'a>(state: &'a mut State, inline: &Inline) -> Result<&'a mut Grants, Refused> {
    let account = state.accounts.get_mut(&inline.account);
    let user = account.and_then(|account| account.users.get_mut(&inline.owner));
    user.map(|user| &mut user.grants).ok_or_else(|| Refused::NotFound(format!("there is no user {}", inline.owner)))
}

fn remove(grants: &mut Grants, policy: &str) -> Result<(), Refused> {
    let taken =
        grants.inline.remove(policy).ok_or_else(|| Refused::NotFound(format!("there is no policy {policy}")))?;
    grants.removed.insert(policy.to_owned(), taken);
    Ok(())
}

fn restore(grants: &mut Grants, policy: &str) -> Result<(), Refused> {
    let kept = grants.removed.remove(policy);
    let kept = kept.ok_or_else(|| Refused::NotFound(format!("policy {policy} is not removed")))?;
    grants.inline.insert(policy.to_owned(), kept);
    Ok(())
}

fn by_state(error: ServiceError) -> Refused {
    Refused::State(error.message.unwrap_or_else(|| error.code.to_owned()))
}

fn show_account(state: &State, account: &Account, now: i64) -> Value {
    let users: Vec<Value> = account
        .users
        .values()
        .map(|user| {
            json!({
                "name": user.name,
                "arn": account.user_arn(user),
                "accessKeys": user.access_keys.iter().map(show_access_key).collect::<Vec<_>>(),
                "policies": show_policies(&user.grants),
            })
        })
        .collect();
    let roles: Vec<Value> = account
        .roles
        .values()
        .map(|role| {
            json!({
                "name": role.name,
                "arn": account.role_arn(role),
                "trust": role.trust.text(),
                "policies": show_policies(&role.grants),
            })
        })
        .collect();
    let keys: Vec<Value> =
        state.keys.values().filter(|key| key.account == account.id).map(|key| show_key(state, key)).collect();
    let endpoints = state.network.endpoints.values().filter(|endpoint| endpoint.account == account.id);
    let endpoints: Vec<Value> = endpoints.map(|endpoint| show_endpoint(endpoint, now)).collect();
    json!({
        "id": account.id,
        "name": account.name,
        "rootAccessKeys": account.root_keys.iter().map(show_access_key).collect::<Vec<_>>(),
        "users": users,
        "roles": roles,
        "keys": keys,
        "vpcEndpoints": endpoints,
    })
}

fn show_endpoint(endpoint: &VpcEndpoint, now: i64) -> Value {
    let addresses: Vec<String> = endpoint.interfaces.iter().map(|interface| interface.address.to_string()).collect();
    json!({
        "id": endpoint.id,
        "region": endpoint.region,
        "vpc": endpoint.vpc,
        "service": endpoint.service,
        "state": endpoint.state(now),
        "dnsName": endpoint.dns_name,
        "addresses": addresses,
        "tags": endpoint.tags,
    })
}

fn show_access_key(key: &AccessKey) -> Value {
    json!({ "id": key.id, "status": if key.active { "Active" } else { "Inactive" } })
}

fn show_policies(grants: &Grants) -> Value {
    let here = grants.inline.iter().map(|(name, policy)| (name, policy, "in force"));
    let gone = grants.removed.iter().map(|(name, policy)| (name, policy, "removed"));
    here.chain(gone)
        .map(|(name, policy, state)| json!({ "name": name, "state": state, "document": policy.text() }))
        .collect()
}

fn show_key(state: &State, key: &Key) -> Value {
    let aliases: Vec<&String> =
        state.aliases.iter().filter(|alias| alias.key_id == key.id).map(|alias| &alias.name).collect();
    let deletion = match key.state {
        KeyState::PendingDeletion { at, .. } => Some(super::iam::iso(at)),
        KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => None,
    };
    json!({
        "id": key.id,
        "arn": key.arn(),
        "region": key.region,
        "aliases": aliases,
        "description": key.description,
        "spec": key.spec(),
        "usage": key.usage(),
        "manager": if key.kind == KeyKind::AwsManaged { "AWS" } else { "CUSTOMER" },
        "state": key.state.name(),
        "deletionDate": deletion,
        "materials": key.materials.len(),
        "policy": if key.removed_policy.is_some() { "removed" } else { "in force" },
        "document": key.policy.text(),
    })
}
