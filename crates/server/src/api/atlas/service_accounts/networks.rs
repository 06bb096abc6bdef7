//! `/orgs/{orgId}/serviceAccounts/{clientId}/accessList`, and the same below `/groups/{groupId}`.

use api_wire::atlas::service_accounts::v2024_08_05::{AccessListEntry, NETWORKS};
use api_wire::operations::Access;
use api_wire::wire_time::WireTime;
use control::access::Credential;
use domain::api_key::AccessEntry;

use crate::api::Api;
use crate::api::atlas::api_keys::networks::networks;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the networks a service account may come from.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    page(call, api.control().credential_networks(call.caller()?, account(call)?).await?)
}

/// Adds networks a service account may come from, and answers with one page of all.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let networks = networks(call, &NETWORKS)?;
    page(call, api.control().add_credential_networks(call.caller()?, account(call)?, &networks).await?)
}

/// Removes a network a service account may come from.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let named = call.parameter("ipAddress");
    api.control().remove_credential_network(call.caller()?, account(call)?, named).await?;
    Ok(Answer::empty())
}

fn account(call: &Call) -> Result<Credential<'_>, Refused> {
    let id = call.parameter("clientId");
    Ok(match call.operation.access {
        Access::Organization(_) => Credential::Account(call.organization()?, id),
        Access::Project(_) | Access::Authenticated | Access::Public => Credential::AccountIn(call.project()?, id),
    })
}

fn page(call: &Call, entries: Vec<AccessEntry>) -> Result<Answer, Refused> {
    let total = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    call.page(call.cut(entries).iter().map(to_wire).collect(), total, &[])
}

fn to_wire(entry: &AccessEntry) -> AccessListEntry {
    let AccessEntry { network, since } = entry;
    AccessListEntry {
        cidr_block: network.to_string(),
        created_at: WireTime::from_epoch_millis(since.as_millis()),
        ip_address: entry.address().map(|address| address.to_string()),
    }
}
