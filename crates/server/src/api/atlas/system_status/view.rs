//! GET `/api/atlas/v2`.

use api_wire::atlas::system_status::v2023_01_01::{APP_NAME, AccessListItem, ApiKey, RoleAssignment, SystemStatus};
use api_wire::paging::Link;
use control::Identity;
use domain::access::Grants;
use domain::api_key::{AccessEntry, AccessList};

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the service and the key that asks.
/// Errors: those of the store.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let caller = call.caller()?;
    let api_key = match &caller.identity {
        Identity::ServiceAccount { .. } => None,
        Identity::ApiKey { id, public_key } => {
            let record = api.control().api_key(public_key).await?;
            Some(ApiKey {
                access_list: record.map(|record| access_list(&record.key.access_list)).unwrap_or_default(),
                id: id.to_string(),
                public_key: public_key.clone(),
                roles: roles(&caller.grants),
            })
        }
    };
    call.single(&SystemStatus {
        api_key,
        app_name: APP_NAME,
        build: env!("CARGO_PKG_VERSION").to_owned(),
        links: vec![Link::to_self(call.url())],
        throttling: false,
    })
}

fn access_list(list: &AccessList) -> Vec<AccessListItem> {
    let item = |entry: &AccessEntry| AccessListItem {
        cidr_block: Some(entry.network.to_string()),
        ip_address: entry.address().map(|address| address.to_string()),
    };
    list.0.iter().map(item).collect()
}

fn roles(grants: &Grants) -> Vec<RoleAssignment> {
    let org = grants.org_roles.iter().map(|role| RoleAssignment {
        group_id: None,
        org_id: Some(grants.org.to_string()),
        role_name: role.name().to_owned(),
    });
    let projects = grants.project_roles.iter().flat_map(|(project, roles)| {
        roles.iter().map(|role| RoleAssignment {
            group_id: Some(project.to_string()),
            org_id: None,
            role_name: role.name().to_owned(),
        })
    });
    org.chain(projects).collect()
}
