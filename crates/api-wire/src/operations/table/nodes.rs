//! The entries for nodes: how one is made, gets its certificate, and is revoked. It must not hold anything but data.

use super::{DELETION, LIST, NAMED, ONE, SIGNED_IN, TAG_NODES, WRITE, own, own_from};
use crate::atrest::{certificate_authorities, enrolments, nodes};
use crate::operations::rate_limit::{CERTIFICATE_AUTHORITIES, ENROLMENTS, NODES};
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

pub(super) static LIST_NODES: Operation = Operation {
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

pub(super) static CREATE_NODE: Operation = Operation {
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

pub(super) static GET_NODE: Operation = Operation {
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

pub(super) static REVOKE_NODE: Operation = Operation {
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

pub(super) static CREATE_NODE_ENROLMENT_TOKEN: Operation = Operation {
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

pub(super) static ENROL_NODE: Operation = Operation {
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

pub(super) static GET_CERTIFICATE_AUTHORITIES: Operation = Operation {
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
