//! A network container as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// The network that a project's nodes would have in a region. Each cloud names its regions in a field of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its id.
    pub id: String,
    /// The cloud.
    pub provider_name: &'static str,
    /// Whether a network was made: never here.
    pub provisioned: bool,
    /// The region, in Azure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The region, in AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
    /// The regions, in Google Cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
}

/// The shape of a container.
pub static SCHEMA: Schema = Schema {
    name: Some("NetworkContainer"),
    description: "The network that a project's nodes would have in a region. This service makes none: the entry is there so that clients find what they look up.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("id", &OBJECT_ID, "The container's id, always the same for a region."),
    Field::required("providerName", &PROVIDER_NAME, "The cloud."),
    Field::required("provisioned", &FLAG, "Whether a network was made: never here."),
    Field::optional("region", &TEXT, "The region, in Azure."),
    Field::optional("regionName", &TEXT, "The region, in AWS."),
    Field::optional("regions", &REGIONS, "The regions, in Google Cloud."),
];
static REGIONS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 100 });
