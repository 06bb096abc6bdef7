//! Entries of the registry: renewal of nodes' certificates, authorities that projects bring along, and which of their
//! certificates is which node. It must not know how an operation is carried out.

use super::super::rate_limit::{ENROLMENTS, NODES};
use super::{DELETION, LIST, NAMED, ONE, TAG_NODES, WRITE, own, own_from};
use crate::atrest::{enrolments, external_certificate_authorities, node_certificates, node_identities};
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

pub(super) static RENEW_NODE_CERTIFICATE: Operation = Operation {
    id: OperationId::RenewNodeCertificate,
    method: Method::Post,
    api: Api::Atrest,
    path: "/nodeCertificates/renew",
    versions: &[own_from(&node_certificates::CREATE_SCHEMA, &enrolments::SCHEMA)],
    list: false,
    access: Access::Public,
    success: 201,
    query: ONE,
    headers: &[],
    errors: &[400, 403, 406, 408, 409, 413, 415, 429, 500, 503],
    rate_limit: &ENROLMENTS,
    tag: TAG_NODES,
    operation_id: "renewNodeCertificate",
    alias: None,
    summary: "Trade a node's certificate and a request signed with its key for the next one",
};

pub(super) static LIST_EXTERNAL_CERTIFICATE_AUTHORITIES: Operation = Operation {
    id: OperationId::ListExternalCertificateAuthorities,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/externalCertificateAuthorities",
    versions: &[own(&external_certificate_authorities::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "listExternalCertificateAuthorities",
    alias: None,
    summary: "List the project's own certificate authorities",
};

pub(super) static CREATE_EXTERNAL_CERTIFICATE_AUTHORITY: Operation = Operation {
    id: OperationId::CreateExternalCertificateAuthority,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/externalCertificateAuthorities",
    versions: &[own_from(&external_certificate_authorities::CREATE_SCHEMA, &external_certificate_authorities::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "createExternalCertificateAuthority",
    alias: None,
    summary: "Have a certificate authority of your own vouch for nodes of the project",
};

pub(super) static GET_EXTERNAL_CERTIFICATE_AUTHORITY: Operation = Operation {
    id: OperationId::GetExternalCertificateAuthority,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/externalCertificateAuthorities/{authorityId}",
    versions: &[own(&external_certificate_authorities::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "getExternalCertificateAuthority",
    alias: None,
    summary: "Show one of the project's own certificate authorities",
};

pub(super) static DELETE_EXTERNAL_CERTIFICATE_AUTHORITY: Operation = Operation {
    id: OperationId::DeleteExternalCertificateAuthority,
    method: Method::Delete,
    api: Api::Atrest,
    path: "/groups/{groupId}/externalCertificateAuthorities/{authorityId}",
    versions: &[own(&external_certificate_authorities::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "deleteExternalCertificateAuthority",
    alias: None,
    summary: "End a certificate authority's vouching; nodes it showed are strangers at once",
};

pub(super) static LIST_NODE_IDENTITIES: Operation = Operation {
    id: OperationId::ListNodeIdentities,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities",
    versions: &[own(&node_identities::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "listNodeIdentities",
    alias: None,
    summary: "List which certificates of the project's own authorities are a node",
};

pub(super) static CREATE_NODE_IDENTITY: Operation = Operation {
    id: OperationId::CreateNodeIdentity,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities",
    versions: &[own_from(&node_identities::CREATE_SCHEMA, &node_identities::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "createNodeIdentity",
    alias: None,
    summary: "Have certificates of one of the project's own authorities be a node",
};

pub(super) static DELETE_NODE_IDENTITY: Operation = Operation {
    id: OperationId::DeleteNodeIdentity,
    method: Method::Delete,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities/{identityId}",
    versions: &[own(&node_identities::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &NODES,
    tag: TAG_NODES,
    operation_id: "deleteNodeIdentity",
    alias: None,
    summary: "Have those certificates be the node no more",
};
