//! The addresses of a project's clusters as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT};

/// The addresses of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupIpAddresses {
    /// The project.
    pub group_id: String,
    /// Whose addresses.
    pub services: Services,
}

/// Whose addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Services {
    /// Those of its clusters, by name.
    pub clusters: Vec<ClusterIpAddresses>,
}

/// The addresses of one cluster. Atrest does not buy machines, so it knows none and says so by empty lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterIpAddresses {
    /// Its name.
    pub cluster_name: String,
    /// Those it will be reached at.
    pub future_inbound: Vec<String>,
    /// Those it will call from.
    pub future_outbound: Vec<String>,
    /// Those it is reached at.
    pub inbound: Vec<String>,
    /// Those it calls from.
    pub outbound: Vec<String>,
}

/// The shape of the addresses of a project.
pub static SCHEMA: Schema = Schema {
    name: Some("GroupIPAddresses"),
    description: "The addresses of a project's clusters.",
    kind: Kind::Object {
        fields: &[
            Field::required("groupId", &OBJECT_ID, "The project."),
            Field::required("services", &SERVICES, "Whose addresses."),
        ],
        open: false,
    },
};

static SERVICES: Schema = Schema {
    name: Some("GroupService"),
    description: "Addresses by what has them.",
    kind: Kind::Object { fields: &[Field::required("clusters", &CLUSTERS, "Those of clusters.")], open: false },
};
static CLUSTERS: Schema = Schema::inline(Kind::List { items: &CLUSTER, max: 1_000_000 });
static CLUSTER: Schema = Schema {
    name: Some("ClusterIPAddresses"),
    description: "The addresses of a cluster. Where its machines are is its operator's business: the lists are empty.",
    kind: Kind::Object {
        fields: &[
            Field::required("clusterName", &TEXT, "The cluster."),
            Field::required("futureInbound", &ADDRESSES, "Those it will be reached at."),
            Field::required("futureOutbound", &ADDRESSES, "Those it will call from."),
            Field::required("inbound", &ADDRESSES, "Those it is reached at."),
            Field::required("outbound", &ADDRESSES, "Those it calls from."),
        ],
        open: false,
    },
};
static ADDRESSES: Schema = Schema::inline(Kind::List { items: &TEXT, max: 1000 });
