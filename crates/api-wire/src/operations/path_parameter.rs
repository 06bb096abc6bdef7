//! What stands in the braces of a path. It must not know whether anything of that name is there.

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2024_08_05::NAME as CLUSTER_NAME;
use crate::atlas::private_endpoints::CLOUD_PROVIDER;
use crate::schema::{Kind, OBJECT_ID, Schema, TextRule};
use crate::text_format::{CLIENT_ID, ONE_LINE, UUID};

/// Describes one parameter of a path.
#[derive(Debug, Clone, Copy)]
pub struct PathParameter {
    /// One sentence for the document.
    pub description: &'static str,
    /// What names something, or could: any other text is the name of nothing.
    pub schema: &'static Schema,
}

/// Describes the parameter of a name in a path; none for a name that stands in no path.
pub(super) fn find(path: &str, name: &str) -> Option<PathParameter> {
    let (description, schema): (_, &'static Schema) = match name {
        "groupId" => ("The project's id.", &OBJECT_ID),
        "orgId" => ("The organization's id.", &OBJECT_ID),
        "alertConfigId" => ("The alert configuration's id.", &OBJECT_ID),
        "alertId" => ("The alert's id.", &OBJECT_ID),
        "apiUserId" => ("The API key's id, which is not its public half.", &OBJECT_ID),
        "authorityId" => ("The certificate authority's id.", &OBJECT_ID),
        "clientId" => ("The service account's client id.", &CLIENT),
        "cloudProvider" if path.contains("/privateEndpoints") => {
            ("The key provider that the private endpoint leads to.", &CLOUD_PROVIDER)
        }
        "cloudProvider" => ("The cloud.", &PROVIDER_NAME),
        "clusterId" => ("The cluster's id.", &OBJECT_ID),
        "clusterName" | "name" => ("The cluster's name.", &CLUSTER_NAME),
        "containerId" => ("The network container's id.", &OBJECT_ID),
        "endpointId" => ("The private endpoint's id.", &OBJECT_ID),
        "endpointSetId" => ("The id of the bucket that calls are counted in.", &LINE),
        "entryValue" | "ipAddress" => ("The entry: an address, or a network with its slash written %2F.", &NETWORK),
        "eventId" => ("The event's id.", &OBJECT_ID),
        "grantId" => ("The grant's id.", &OBJECT_ID),
        "groupName" => ("The project's name.", &LINE),
        "identityId" => ("The identity's id.", &OBJECT_ID),
        "limitName" => ("The limit's name.", &LINE),
        "masterKeyId" => ("The master key's id, which is its Unique Identifier over KMIP.", &KEY),
        "nodeId" => ("The node's id.", &OBJECT_ID),
        "roleId" => ("The access role's id.", &OBJECT_ID),
        "rotationId" => ("The rotation's id.", &OBJECT_ID),
        "secretId" => ("The secret's id.", &OBJECT_ID),
        "snapshotId" => ("The snapshot's id.", &OBJECT_ID),
        "teamId" => ("The team's id.", &OBJECT_ID),
        "teamName" => ("The team's name.", &LINE),
        "userId" => ("The person's id.", &OBJECT_ID),
        _ => return None,
    };
    Some(PathParameter { description, schema })
}

static CLIENT: Schema = Schema::inline(Kind::Text(TextRule { min: 34, max: 34, format: Some(&CLIENT_ID) }));
static KEY: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID) }));
/// Longer than any name there can be.
static LINE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 100, format: Some(&ONE_LINE) }));
/// Either of the two; which it is, the entry tells.
static NETWORK: Schema = Schema::inline(Kind::Text(TextRule { min: 2, max: 49, format: Some(&ONE_LINE) }));
