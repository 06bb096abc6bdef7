//! The entries of the registry, one after the other. It must not hold anything but data.

mod node_credentials;

mod events;
mod keys;
mod private_endpoints;

use super::rate_limit::{
    CERTIFICATE_AUTHORITIES, CLUSTERS, DOCUMENT, ENCRYPTION_AT_REST, ENROLMENTS, EVENTS, NODES, ORGANIZATIONS,
    PROJECTS, ROOT,
};
use node_credentials::{
    CREATE_EXTERNAL_CERTIFICATE_AUTHORITY, CREATE_NODE_IDENTITY, DELETE_EXTERNAL_CERTIFICATE_AUTHORITY,
    DELETE_NODE_IDENTITY, GET_EXTERNAL_CERTIFICATE_AUTHORITY, LIST_EXTERNAL_CERTIFICATE_AUTHORITIES,
    LIST_NODE_IDENTITIES, RENEW_NODE_CERTIFICATE,
};
use time::Date;
use time::macros::date;

use super::{Access, Api, Method, Operation, OperationId, OrgRole, ProjectRole, VersionEntry};
use crate::atlas::version::ApiVersion;
use crate::atlas::{clusters, encryption_at_rest, groups, orgs, system_status};
use crate::atrest::{certificate_authorities, enrolments, nodes, validity};
use crate::header::{EFFECTIVE_INSTANCE_FIELDS, EFFECTIVE_REPLICATION_SPECS, HeaderFlag};
use crate::openapi;
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};
use crate::schema::{Kind, Schema};

/// Every operation, once.
pub static OPERATIONS: &[&Operation] = &[
    &GET_SYSTEM_STATUS,
    &LIST_ORGS,
    &GET_ORG,
    &LIST_GROUPS,
    &CREATE_GROUP,
    &GET_GROUP,
    &DELETE_GROUP,
    &LIST_CLUSTERS,
    &CREATE_CLUSTER,
    &GET_CLUSTER,
    &UPDATE_CLUSTER,
    &DELETE_CLUSTER,
    &events::LIST_EVENT_TYPES,
    &events::LIST_ORG_EVENTS,
    &events::GET_ORG_EVENT,
    &LIST_GROUP_EVENTS,
    &GET_GROUP_EVENT,
    &GET_ENCRYPTION_AT_REST,
    &UPDATE_ENCRYPTION_AT_REST,
    &private_endpoints::LIST_PRIVATE_ENDPOINTS,
    &private_endpoints::CREATE_PRIVATE_ENDPOINT,
    &private_endpoints::GET_PRIVATE_ENDPOINT,
    &private_endpoints::DELETE_PRIVATE_ENDPOINT,
    &private_endpoints::GET_NETWORKING,
    &GET_ENCRYPTION_AT_REST_VALIDITY,
    &LIST_NODES,
    &CREATE_NODE,
    &GET_NODE,
    &REVOKE_NODE,
    &CREATE_NODE_ENROLMENT_TOKEN,
    &ENROL_NODE,
    &RENEW_NODE_CERTIFICATE,
    &LIST_EXTERNAL_CERTIFICATE_AUTHORITIES,
    &CREATE_EXTERNAL_CERTIFICATE_AUTHORITY,
    &GET_EXTERNAL_CERTIFICATE_AUTHORITY,
    &DELETE_EXTERNAL_CERTIFICATE_AUTHORITY,
    &LIST_NODE_IDENTITIES,
    &CREATE_NODE_IDENTITY,
    &DELETE_NODE_IDENTITY,
    &GET_CERTIFICATE_AUTHORITIES,
    &keys::LIST_ROTATIONS,
    &keys::GET_ROTATION,
    &keys::LIST_CUSTOMER_KEYS,
    &keys::LIST_MASTER_KEYS,
    &keys::GET_MASTER_KEY,
    &keys::RETURN_MASTER_KEY,
    &keys::LIST_GRANTS,
    &keys::CREATE_GRANT,
    &keys::DELETE_GRANT,
    &keys::LIST_SNAPSHOTS,
    &keys::CREATE_SNAPSHOT,
    &keys::GET_SNAPSHOT,
    &keys::RELEASE_SNAPSHOT,
    &keys::LIST_DELETED_CLUSTERS,
    &keys::RETURN_CLUSTER,
    &keys::LIST_DELETED_GROUPS,
    &keys::RETURN_GROUP,
    &keys::LIST_BACKUP_SNAPSHOTS,
    &keys::GET_BACKUP_SNAPSHOT,
    &GET_OPEN_API,
];

impl OperationId {
    /// Returns the operation's entry.
    pub const fn operation(self) -> &'static Operation {
        match self {
            Self::GetSystemStatus => &GET_SYSTEM_STATUS,
            Self::ListOrgs => &LIST_ORGS,
            Self::GetOrg => &GET_ORG,
            Self::ListGroups => &LIST_GROUPS,
            Self::CreateGroup => &CREATE_GROUP,
            Self::GetGroup => &GET_GROUP,
            Self::DeleteGroup => &DELETE_GROUP,
            Self::ListClusters => &LIST_CLUSTERS,
            Self::CreateCluster => &CREATE_CLUSTER,
            Self::GetCluster => &GET_CLUSTER,
            Self::UpdateCluster => &UPDATE_CLUSTER,
            Self::DeleteCluster => &DELETE_CLUSTER,
            Self::ListEventTypes => &events::LIST_EVENT_TYPES,
            Self::ListOrgEvents => &events::LIST_ORG_EVENTS,
            Self::GetOrgEvent => &events::GET_ORG_EVENT,
            Self::ListGroupEvents => &LIST_GROUP_EVENTS,
            Self::GetGroupEvent => &GET_GROUP_EVENT,
            Self::GetEncryptionAtRest => &GET_ENCRYPTION_AT_REST,
            Self::UpdateEncryptionAtRest => &UPDATE_ENCRYPTION_AT_REST,
            Self::ListPrivateEndpoints => &private_endpoints::LIST_PRIVATE_ENDPOINTS,
            Self::CreatePrivateEndpoint => &private_endpoints::CREATE_PRIVATE_ENDPOINT,
            Self::GetPrivateEndpoint => &private_endpoints::GET_PRIVATE_ENDPOINT,
            Self::DeletePrivateEndpoint => &private_endpoints::DELETE_PRIVATE_ENDPOINT,
            Self::GetNetworking => &private_endpoints::GET_NETWORKING,
            Self::GetEncryptionAtRestValidity => &GET_ENCRYPTION_AT_REST_VALIDITY,
            Self::ListNodes => &LIST_NODES,
            Self::CreateNode => &CREATE_NODE,
            Self::GetNode => &GET_NODE,
            Self::RevokeNode => &REVOKE_NODE,
            Self::CreateNodeEnrolmentToken => &CREATE_NODE_ENROLMENT_TOKEN,
            Self::EnrolNode => &ENROL_NODE,
            Self::RenewNodeCertificate => &RENEW_NODE_CERTIFICATE,
            Self::ListExternalCertificateAuthorities => &LIST_EXTERNAL_CERTIFICATE_AUTHORITIES,
            Self::CreateExternalCertificateAuthority => &CREATE_EXTERNAL_CERTIFICATE_AUTHORITY,
            Self::GetExternalCertificateAuthority => &GET_EXTERNAL_CERTIFICATE_AUTHORITY,
            Self::DeleteExternalCertificateAuthority => &DELETE_EXTERNAL_CERTIFICATE_AUTHORITY,
            Self::ListNodeIdentities => &LIST_NODE_IDENTITIES,
            Self::CreateNodeIdentity => &CREATE_NODE_IDENTITY,
            Self::DeleteNodeIdentity => &DELETE_NODE_IDENTITY,
            Self::GetCertificateAuthorities => &GET_CERTIFICATE_AUTHORITIES,
            Self::ListRotations => &keys::LIST_ROTATIONS,
            Self::GetRotation => &keys::GET_ROTATION,
            Self::ListCustomerKeys => &keys::LIST_CUSTOMER_KEYS,
            Self::ListMasterKeys => &keys::LIST_MASTER_KEYS,
            Self::GetMasterKey => &keys::GET_MASTER_KEY,
            Self::ReturnMasterKey => &keys::RETURN_MASTER_KEY,
            Self::ListGrants => &keys::LIST_GRANTS,
            Self::CreateGrant => &keys::CREATE_GRANT,
            Self::DeleteGrant => &keys::DELETE_GRANT,
            Self::ListSnapshots => &keys::LIST_SNAPSHOTS,
            Self::CreateSnapshot => &keys::CREATE_SNAPSHOT,
            Self::GetSnapshot => &keys::GET_SNAPSHOT,
            Self::ReleaseSnapshot => &keys::RELEASE_SNAPSHOT,
            Self::ListDeletedClusters => &keys::LIST_DELETED_CLUSTERS,
            Self::ReturnCluster => &keys::RETURN_CLUSTER,
            Self::ListDeletedGroups => &keys::LIST_DELETED_GROUPS,
            Self::ReturnGroup => &keys::RETURN_GROUP,
            Self::ListBackupSnapshots => &keys::LIST_BACKUP_SNAPSHOTS,
            Self::GetBackupSnapshot => &keys::GET_BACKUP_SNAPSHOT,
            Self::GetOpenApi => &GET_OPEN_API,
        }
    }
}

const TAG_ENCRYPTION_AT_REST: &str = "Encryption at Rest using Customer Key Management";

static ONE: &[&QueryParameter] = &[&ENVELOPE, &PRETTY];
static CLUSTER_LIST: &[&QueryParameter] =
    &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &clusters::INCLUDE_DELETED];
static CLUSTER_DELETION: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &clusters::RETAIN_BACKUPS];
static GROUP_CREATION: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &groups::PROJECT_OWNER_ID];
static EFFECTIVE: &[&HeaderFlag] = &[&EFFECTIVE_INSTANCE_FIELDS, &EFFECTIVE_REPLICATION_SPECS];
static LIST: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM];

/// What any call with credentials can run into.
const SIGNED_IN: &[u16] = &[400, 401, 403, 406, 429, 500, 503];
/// The same, for a path that names something.
const NAMED: &[u16] = &[400, 401, 403, 404, 406, 429, 500, 503];
/// The same, for a change that asks a provider.
const CHANGE: &[u16] = &[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 500, 503];

/// The same, for a change that asks nobody else.
const WRITE: &[u16] = &[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 500, 503];
/// The same, for a deletion.
const DELETION: &[u16] = &[400, 401, 403, 404, 406, 409, 429, 500, 503];

const fn dated(version: ApiVersion, request: Option<&'static Schema>, response: &'static Schema) -> VersionEntry {
    VersionEntry { version: Some(version), deprecated: None, sunset: None, request, response, success: None }
}

/// A shape that a newer date has replaced.
const fn replaced(entry: VersionEntry, since: Date, until: Date) -> VersionEntry {
    VersionEntry { deprecated: Some(since), sunset: Some(until), ..entry }
}

const fn own(response: &'static Schema) -> VersionEntry {
    VersionEntry { version: None, deprecated: None, sunset: None, request: None, response, success: None }
}

const fn own_from(request: &'static Schema, response: &'static Schema) -> VersionEntry {
    VersionEntry { request: Some(request), ..own(response) }
}

static GET_SYSTEM_STATUS: Operation = Operation {
    id: OperationId::GetSystemStatus,
    method: Method::Get,
    api: Api::Atlas,
    path: "",
    versions: &[dated(ApiVersion::V2023_01_01, None, &system_status::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ROOT,
    tag: "Root",
    operation_id: "getSystemStatus",
    alias: None,
    summary: "Show the service and the key that asks",
};

static LIST_ORGS: Operation = Operation {
    id: OperationId::ListOrgs,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "listOrgs",
    alias: None,
    summary: "List the organizations you can see",
};

static GET_ORG: Operation = Operation {
    id: OperationId::GetOrg,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "getOrg",
    alias: None,
    summary: "Show one organization",
};

static LIST_GROUPS: Operation = Operation {
    id: OperationId::ListGroups,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "listGroups",
    alias: None,
    summary: "List the projects you can see",
};

static GET_GROUP: Operation = Operation {
    id: OperationId::GetGroup,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "getGroup",
    alias: None,
    summary: "Show one project",
};

static CREATE_GROUP: Operation = Operation {
    id: OperationId::CreateGroup,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups",
    versions: &[dated(
        ApiVersion::V2023_01_01,
        Some(&groups::v2023_01_01::CREATE_SCHEMA),
        &groups::v2023_01_01::SCHEMA,
    )],
    list: false,
    access: Access::Authenticated,
    success: 201,
    query: GROUP_CREATION,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "createGroup",
    alias: None,
    summary: "Create a project, which you then own",
};

static DELETE_GROUP: Operation = Operation {
    id: OperationId::DeleteGroup,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 202,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "deleteGroup",
    alias: None,
    summary: "Delete a project that has no clusters",
};

/// The answer to a deletion, which says nothing.
static NOTHING: Schema = Schema {
    name: Some("Nothing"),
    description: "An object without members.",
    kind: Kind::Object { fields: &[], open: false },
};

const TAG_CLUSTERS: &str = "Clusters";

static LIST_CLUSTERS: Operation = Operation {
    id: OperationId::ListClusters,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters",
    versions: &[dated(ApiVersion::V2024_08_05, None, &clusters::v2024_08_05::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: CLUSTER_LIST,
    headers: &[&EFFECTIVE_INSTANCE_FIELDS],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "listClusters",
    alias: Some("listGroupClusters"),
    summary: "List a project's clusters",
};

static CREATE_CLUSTER: Operation = Operation {
    id: OperationId::CreateCluster,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters",
    versions: &[
        replaced(
            dated(ApiVersion::V2024_08_05, Some(&clusters::v2024_08_05::CREATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
            date!(2024 - 10 - 23),
            date!(2027 - 03 - 01),
        ),
        dated(ApiVersion::V2024_10_23, Some(&clusters::v2024_08_05::CREATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterCreator),
    success: 201,
    query: ONE,
    headers: EFFECTIVE,
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "createCluster",
    alias: Some("createGroupCluster"),
    summary: "Describe a new cluster",
};

static GET_CLUSTER: Operation = Operation {
    id: OperationId::GetCluster,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[dated(ApiVersion::V2024_08_05, None, &clusters::v2024_08_05::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: EFFECTIVE,
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "getCluster",
    alias: Some("getGroupCluster"),
    summary: "Show one cluster",
};

static UPDATE_CLUSTER: Operation = Operation {
    id: OperationId::UpdateCluster,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[
        replaced(
            dated(ApiVersion::V2024_08_05, Some(&clusters::v2024_08_05::UPDATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
            date!(2024 - 10 - 23),
            date!(2027 - 03 - 01),
        ),
        dated(ApiVersion::V2024_10_23, Some(&clusters::v2024_08_05::UPDATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: EFFECTIVE,
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "updateCluster",
    alias: Some("updateGroupCluster"),
    summary: "Change a cluster",
};

static DELETE_CLUSTER: Operation = Operation {
    id: OperationId::DeleteCluster,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[
        replaced(dated(ApiVersion::V2023_01_01, None, &NOTHING), date!(2023 - 02 - 01), date!(2027 - 07 - 01)),
        dated(ApiVersion::V2023_02_01, None, &NOTHING),
    ],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 202,
    query: CLUSTER_DELETION,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "deleteCluster",
    alias: Some("deleteGroupCluster"),
    summary: "Delete a cluster",
};

static LIST_GROUP_EVENTS: Operation = Operation {
    id: OperationId::ListGroupEvents,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events",
    versions: &[dated(ApiVersion::V2023_01_01, None, &crate::atlas::events::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: crate::atlas::events::query::LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: "Events",
    operation_id: "listGroupEvents",
    alias: None,
    summary: "List a project's events, newest first",
};

static GET_GROUP_EVENT: Operation = Operation {
    id: OperationId::GetGroupEvent,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events/{eventId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &crate::atlas::events::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: crate::atlas::events::query::ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: "Events",
    operation_id: "getGroupEvent",
    alias: None,
    summary: "Show one event of a project",
};

static GET_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::GetEncryptionAtRest,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest",
    versions: &[dated(ApiVersion::V2023_01_01, None, &encryption_at_rest::v2023_01_01::RESPONSE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getEncryptionAtRest",
    alias: Some("getGroupEncryptionAtRest"),
    summary: "Show the customer keys of a project",
};

static UPDATE_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::UpdateEncryptionAtRest,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest",
    versions: &[dated(
        ApiVersion::V2023_01_01,
        Some(&encryption_at_rest::v2023_01_01::REQUEST_SCHEMA),
        &encryption_at_rest::v2023_01_01::RESPONSE_SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: CHANGE,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "updateEncryptionAtRest",
    alias: Some("updateGroupEncryptionAtRest"),
    summary: "Change the customer keys of a project",
};

static GET_ENCRYPTION_AT_REST_VALIDITY: Operation = Operation {
    id: OperationId::GetEncryptionAtRestValidity,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/encryptionAtRest/validity",
    versions: &[own(&validity::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: "Atrest",
    operation_id: "getEncryptionAtRestValidity",
    alias: None,
    summary: "Show what the last check of each customer key found",
};

const TAG_NODES: &str = "Nodes";

static LIST_NODES: Operation = Operation {
    id: OperationId::ListNodes,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes",
    versions: &[own(&nodes::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "listNodes",
    alias: None,
    summary: "List a cluster's nodes and their certificates",
};

static CREATE_NODE: Operation = Operation {
    id: OperationId::CreateNode,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes",
    versions: &[own_from(&nodes::CREATE_SCHEMA, &nodes::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "createNode",
    alias: None,
    summary: "Create a node of a cluster",
};

static GET_NODE: Operation = Operation {
    id: OperationId::GetNode,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}",
    versions: &[own(&nodes::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "getNode",
    alias: None,
    summary: "Show one node and its certificates",
};

static REVOKE_NODE: Operation = Operation {
    id: OperationId::RevokeNode,
    method: Method::Delete,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}",
    versions: &[own(&nodes::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "revokeNode",
    alias: None,
    summary: "Revoke a node for good; its certificates end at once",
};

static CREATE_NODE_ENROLMENT_TOKEN: Operation = Operation {
    id: OperationId::CreateNodeEnrolmentToken,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/enrolmentTokens",
    versions: &[own(&nodes::TOKEN_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "createNodeEnrolmentToken",
    alias: None,
    summary: "Give a node a token to get its certificate with",
};

static ENROL_NODE: Operation = Operation {
    id: OperationId::EnrolNode,
    method: Method::Post,
    api: Api::Atrest,
    path: "/enrolments",
    versions: &[own_from(&enrolments::CREATE_SCHEMA, &enrolments::SCHEMA)],
    list: false,
    access: Access::Public,
    success: 201,
    query: ONE,
    headers: &[],
    errors: &[400, 403, 406, 408, 409, 413, 415, 429, 500, 503],
    rate_limit: &ENROLMENTS,
    tag: TAG_NODES,
    operation_id: "enrolNode",
    alias: None,
    summary: "Trade a node's token and request for a certificate",
};

static GET_CERTIFICATE_AUTHORITIES: Operation = Operation {
    id: OperationId::GetCertificateAuthorities,
    method: Method::Get,
    api: Api::Atrest,
    path: "/certificateAuthorities",
    versions: &[own(&certificate_authorities::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &CERTIFICATE_AUTHORITIES,
    tag: TAG_NODES,
    operation_id: "getCertificateAuthorities",
    alias: None,
    summary: "Show the certificate authorities that nodes are to believe",
};

static GET_OPEN_API: Operation = Operation {
    id: OperationId::GetOpenApi,
    method: Method::Get,
    api: Api::Atrest,
    path: "/openapi.json",
    versions: &[own(&openapi::DOCUMENT_SCHEMA)],
    list: false,
    access: Access::Public,
    success: 200,
    query: ONE,
    headers: &[],
    errors: &[400, 406, 429, 500, 503],
    rate_limit: &DOCUMENT,
    tag: "Atrest",
    operation_id: "getOpenApi",
    alias: None,
    summary: "Describe both APIs as an OpenAPI document",
};
