//! `atrest clusters` and `atrest nodes`.

use super::line::{Body, Field, FieldKind, Line, Show};
use crate::output::Column;

const CLUSTER: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "NAME", pointer: "/name" },
    Column { heading: "MDB VER", pointer: "/mongoDBVersion" },
    Column { heading: "STATE", pointer: "/stateName" },
    Column { heading: "ENCRYPTION AT REST", pointer: "/encryptionAtRestProvider" },
]);

const NODE: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "NAME", pointer: "/name" },
    Column { heading: "ROLE", pointer: "/role" },
    Column { heading: "REGION", pointer: "/region" },
    Column { heading: "CERTIFICATE ENDS", pointer: "/certificates/*/endsAt" },
    Column { heading: "REVOKED", pointer: "/revokedAt" },
]);

const TOKEN: Show = Show::Table(&[
    Column { heading: "TOKEN", pointer: "/token" },
    Column { heading: "EXPIRES", pointer: "/expiresAt" },
]);

/// A replica set of three nodes in one region, as the Atlas CLI makes it.
const TEMPLATE: &str = r#"{
    "clusterType": "REPLICASET",
    "replicationSpecs": [{ "regionConfigs": [{ "priority": 7, "electableSpecs": { "nodeCount": 3, "instanceSize": "M10" } }] }]
}"#;

const ENCRYPTION: Field = Field::new(
    "encryptionAtRestProvider",
    "/encryptionAtRestProvider",
    FieldKind::Text,
    "AWS, AZURE, GCP or NONE: by whose key the cluster is encrypted",
);
const PROTECTED: Field = Field::new(
    "terminationProtectionEnabled",
    "/terminationProtectionEnabled",
    FieldKind::TrueOrFalse,
    "Whether deleting it is refused",
);

const CREATION: &[Field] = &[
    Field::new("name", "/name", FieldKind::Text, "The cluster's name").required().by_place(),
    Field::new(
        "provider",
        "/replicationSpecs/0/regionConfigs/0/providerName",
        FieldKind::Text,
        "AWS, AZURE or GCP: where the cluster is",
    )
    .required(),
    Field::new(
        "region",
        "/replicationSpecs/0/regionConfigs/0/regionName",
        FieldKind::Text,
        "The region, such as US_EAST_1",
    )
    .required(),
    Field::new(
        "tier",
        "/replicationSpecs/0/regionConfigs/0/electableSpecs/instanceSize",
        FieldKind::Text,
        "The size of a node; M10 if left out",
    ),
    Field::new(
        "members",
        "/replicationSpecs/0/regionConfigs/0/electableSpecs/nodeCount",
        FieldKind::Number,
        "How many nodes: 3, 5 or 7; 3 if left out",
    ),
    Field::new("mdbVersion", "/mongoDBMajorVersion", FieldKind::Text, "The major version of the database"),
    ENCRYPTION,
    PROTECTED,
];

pub(super) const LINES: &[Line] = &[
    Line::new("clusters list", "List a project's clusters", "listClusters", CLUSTER),
    Line::new("clusters describe", "Show a cluster", "getCluster", CLUSTER).named(&["clusterName"]),
    Line::new("clusters create", "Describe a new cluster", "createCluster", CLUSTER)
        .body(Body::Fields { template: TEMPLATE, fields: CREATION }),
    Line::new("clusters update", "Change a cluster", "updateCluster", CLUSTER)
        .named(&["clusterName"])
        .body(Body::Fields { template: "{}", fields: &[ENCRYPTION, PROTECTED] }),
    Line::new("clusters pause", "Pause a cluster", "updateCluster", CLUSTER)
        .named(&["clusterName"])
        .body(Body::Fixed(r#"{"paused":true}"#)),
    Line::new("clusters start", "Start a paused cluster", "updateCluster", CLUSTER)
        .named(&["clusterName"])
        .body(Body::Fixed(r#"{"paused":false}"#)),
    Line::new("clusters delete", "Delete a cluster", "deleteCluster", Show::Done("Cluster '{}' is being deleted"))
        .named(&["clusterName"])
        .asks(),
    Line::new("clusters deleted", "List deleted clusters that can be brought back", "listDeletedClusters", Show::Any),
    Line::new("clusters return", "Bring a deleted cluster back, with its master keys", "returnCluster", CLUSTER)
        .named(&["clusterId"]),
    Line::new("nodes list", "List a cluster's nodes and their certificates", "listNodes", NODE),
    Line::new("nodes describe", "Show a node", "getNode", NODE).named(&["nodeId"]),
    Line::new("nodes create", "Create a node of a cluster", "createNode", NODE).body(Body::Fields {
        template: r#"{"role":"mongod"}"#,
        fields: &[
            Field::new("name", "/name", FieldKind::Text, "The node's name").required().by_place(),
            Field::new("role", "/role", FieldKind::Text, "mongod, mongos or client; mongod if left out"),
            Field::new("region", "/region", FieldKind::Text, "Where the node is"),
        ],
    }),
    Line::new("nodes token", "Get a token with which a node enrols", "createNodeEnrolmentToken", TOKEN)
        .named(&["nodeId"]),
    Line::new("nodes revoke", "Revoke a node for good", "revokeNode", Show::Done("Node '{}' is revoked"))
        .named(&["nodeId"])
        .asks(),
];
