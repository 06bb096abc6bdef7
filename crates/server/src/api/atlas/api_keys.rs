//! API keys: a file for those of an organization, one for those of a project, one for the networks they may come from.

pub mod networks;
pub mod of_group;
pub mod of_org;

use std::collections::BTreeSet;

use api_wire::atlas::api_keys::v2023_01_01::ApiKeyDetails;
use api_wire::paging::Link;
use domain::api_key::ApiKey;
use domain::id::ProjectId;

use super::roles::{assignments, seen_projects};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Translates an API key. Of the private half there is nothing but the end, unless it is handed in for the one time.
fn to_wire(call: &Call, key: &ApiKey, seen: &BTreeSet<ProjectId>, private_key: Option<&str>) -> ApiKeyDetails {
    let ApiKey { id, public_key, private_tail, description, grants, access_list: _, created_at: _ } = key;
    let tail = if private_tail.is_empty() { "************" } else { private_tail };
    ApiKeyDetails {
        desc: description.clone(),
        id: id.to_string(),
        links: vec![Link::to_self(format!("{}/api/atlas/v2/orgs/{}/apiKeys/{id}", call.base_url, grants.org))],
        private_key: private_key.map_or_else(|| format!("********-****-****-{tail}"), str::to_owned),
        public_key: public_key.clone(),
        roles: assignments(grants, seen),
    }
}

/// Answers with one API key.
async fn one(api: &Api, call: &Call, key: &ApiKey, private_key: Option<&str>) -> Result<Answer, Refused> {
    let seen = seen_projects(api, call.caller()?, std::iter::once(&key.grants)).await?;
    call.single(&to_wire(call, key, &seen, private_key))
}

/// Answers with one page of API keys.
async fn page(api: &Api, call: &Call, keys: Vec<ApiKey>) -> Result<Answer, Refused> {
    let total = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let keys = call.cut(keys);
    let seen = seen_projects(api, call.caller()?, keys.iter().map(|key| &key.grants)).await?;
    call.page(keys.iter().map(|key| to_wire(call, key, &seen, None)).collect(), total, &[])
}
