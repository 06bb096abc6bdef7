//! `/orgs/{orgId}/apiKeys/{apiUserId}/accessList`.

use api_wire::atlas::api_keys::v2023_01_01::{AccessListEntry, NETWORKS, read_networks};
use api_wire::paging::Link;
use api_wire::schema::Schema;
use api_wire::wire_time::WireTime;
use control::access::Credential;
use domain::api_key::AccessEntry;
use ipnet::IpNet;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the networks an API key may come from.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    page(call, api.control().credential_networks(call.caller()?, key(call)?).await?)
}

/// Adds networks an API key may come from, and answers with one page of all.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let networks = networks(call, &NETWORKS)?;
    page(call, api.control().add_credential_networks(call.caller()?, key(call)?, &networks).await?)
}

/// Answers with one network an API key may come from.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let named = call.parameter("ipAddress");
    let found = api.control().credential_network(call.caller()?, key(call)?, named).await?;
    call.single(&to_wire(&found, call.url()))
}

/// Removes a network an API key may come from.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let named = call.parameter("ipAddress");
    api.control().remove_credential_network(call.caller()?, key(call)?, named).await?;
    Ok(Answer::empty())
}

/// Reads the networks of a body.
/// Errors: faults of the body's shape, all at once.
pub(in crate::api::atlas) fn networks(call: &Call, schema: &'static Schema) -> Result<Vec<IpNet>, Refused> {
    let texts = read_networks(&call.body, schema).map_err(Refused::BodyFaults)?;
    let read = |text: &String| {
        let address = text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
        let network = address.or_else(|| text.parse::<IpNet>().ok());
        network.ok_or(Refused::Bug("the schema admits only addresses and networks"))
    };
    texts.iter().map(read).collect()
}

fn key(call: &Call) -> Result<Credential<'_>, Refused> {
    Ok(Credential::ApiKey(call.organization()?, call.parameter("apiUserId")))
}

fn page(call: &Call, entries: Vec<AccessEntry>) -> Result<Answer, Refused> {
    let total = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let entries = call.cut(entries).into_iter().map(|entry| {
        let name = entry.network.to_string().replace('/', "%2F");
        to_wire(&entry, format!("{}/{name}", call.url()))
    });
    call.page(entries.collect(), total, &[])
}

fn to_wire(entry: &AccessEntry, url: String) -> AccessListEntry {
    let AccessEntry { network, since } = entry;
    AccessListEntry {
        cidr_block: network.to_string(),
        created: WireTime::from_epoch_millis(since.as_millis()),
        ip_address: entry.address().map(|address| address.to_string()),
        links: vec![Link::to_self(url)],
    }
}
