//! Search nodes as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2024_08_05::parts::ENCRYPTION_PROVIDER;
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::UPPER_WORD;

/// What a POST or PATCH says of search nodes.
#[derive(Debug, Default)]
pub struct SearchDeploymentBody {
    /// How many there are in a region that says nothing else.
    pub default_node_count: Patch<i64>,
    /// How large they are; all of them.
    pub specs: Patch<Vec<SearchSpecBody>>,
}

/// What a body says of search nodes in one region, or in all.
#[derive(Debug)]
pub struct SearchSpecBody {
    /// The cloud.
    pub cloud_provider: Patch<String>,
    /// Their size.
    pub instance_size: Patch<String>,
    /// How many.
    pub node_count: Patch<i64>,
    /// The region.
    pub region_name: Patch<String>,
}

impl SearchDeploymentBody {
    /// Reads the body of a POST or PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let object = parse(bytes, &REQUEST_SCHEMA, Limits::default())?;
        Self::from_object(object).map_err(|fault| vec![fault])
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let spec = |mut spec: Object| {
            Ok(SearchSpecBody {
                cloud_provider: spec.text("cloudProvider")?,
                instance_size: spec.text("instanceSize")?,
                node_count: spec.integer("nodeCount")?,
                region_name: spec.text("regionName")?,
            })
        };
        let specs = body.many("specs", spec)?;
        Ok(Self { default_node_count: body.integer("defaultNodeCount")?, specs })
    }
}

/// Search nodes beside a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchDeployment {
    /// What there is, region by region.
    pub effective_specs: Vec<EffectiveSearchSpec>,
    /// Whose customer key they use.
    pub encryption_at_rest_provider: &'static str,
    /// The project.
    pub group_id: String,
    /// The deployment's id.
    pub id: String,
    /// What was asked for.
    pub specs: Vec<SearchSpec>,
    /// How far it is.
    pub state_name: &'static str,
}

/// Search nodes in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveSearchSpec {
    /// The cloud.
    pub cloud_provider: &'static str,
    /// Their size.
    pub instance_size: String,
    /// How many.
    pub node_count: u32,
    /// The region.
    pub region_name: String,
}

/// Search nodes as they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchSpec {
    /// Their size.
    pub instance_size: String,
    /// How many.
    pub node_count: u32,
}

/// The shape of the body.
pub static REQUEST_SCHEMA: Schema = Schema {
    name: Some("SearchDeploymentRequest"),
    description: "Search nodes that a cluster is to have beside it.",
    kind: Kind::Object { fields: REQUEST_FIELDS, open: false },
};

static REQUEST_FIELDS: &[Field] = &[
    Field::optional("defaultNodeCount", &NODE_COUNT, "How many there are in a region that says nothing else.")
        .nullable(),
    Field::shown("effectiveSpecs"),
    Field::shown("encryptionAtRestProvider"),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::required("specs", &REQUEST_SPECS, "How large they are: one for all regions, or one for each."),
    Field::shown("stateName"),
];

static REQUEST_SPECS: Schema = Schema::inline(Kind::List { items: &REQUEST_SPEC, max: 50 });

static REQUEST_SPEC: Schema = Schema {
    name: Some("SearchSpecRequest"),
    description: "Search nodes in one region, or in all.",
    kind: Kind::Object { fields: REQUEST_SPEC_FIELDS, open: false },
};

static REQUEST_SPEC_FIELDS: &[Field] = &[
    Field::optional("cloudProvider", &PROVIDER_NAME, "The cloud, where one region is meant.").nullable(),
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::optional("nodeCount", &NODE_COUNT, "How many there are.").nullable(),
    Field::optional("regionName", &REGION_NAME, "The region, where one is meant.").nullable(),
];

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("SearchDeployment"),
    description: "Search nodes beside a cluster, as the operator described them.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

/// The shape of an answer that tells of none.
pub static MAYBE_SCHEMA: Schema = Schema {
    name: Some("SearchDeploymentIfAny"),
    description: "Search nodes beside a cluster; an object without members where there are none.",
    kind: Kind::Object { fields: MAYBE_FIELDS, open: false },
};

macro_rules! fields {
    ($needed:ident) => {
        &[
            Field::$needed("effectiveSpecs", &EFFECTIVE_SPECS, "What there is, region by region."),
            Field::$needed(
                "encryptionAtRestProvider",
                &ENCRYPTION_PROVIDER,
                "Whose customer key they use: the cluster's, if the project encrypts search nodes.",
            ),
            Field::$needed("groupId", &OBJECT_ID, "The project."),
            Field::$needed("id", &OBJECT_ID, "The deployment's id."),
            Field::$needed("specs", &SPECS, "What was asked for."),
            Field::$needed("stateName", &STATE, "How far it is."),
        ]
    };
}

static FIELDS: &[Field] = fields!(required);
static MAYBE_FIELDS: &[Field] = fields!(optional);

static EFFECTIVE_SPECS: Schema = Schema::inline(Kind::List { items: &EFFECTIVE_SPEC, max: 1000 });

static EFFECTIVE_SPEC: Schema = Schema {
    name: Some("EffectiveSearchSpec"),
    description: "Search nodes in one region.",
    kind: Kind::Object { fields: EFFECTIVE_SPEC_FIELDS, open: false },
};

static EFFECTIVE_SPEC_FIELDS: &[Field] = &[
    Field::required("cloudProvider", &PROVIDER_NAME, "The cloud."),
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::required("nodeCount", &NODE_COUNT, "How many there are."),
    Field::required("regionName", &TEXT, "The region."),
];

static SPECS: Schema = Schema::inline(Kind::List { items: &SPEC, max: 50 });

static SPEC: Schema = Schema {
    name: Some("SearchSpec"),
    description: "Search nodes as they were asked for.",
    kind: Kind::Object { fields: SPEC_FIELDS, open: false },
};

static SPEC_FIELDS: &[Field] = &[
    Field::required("instanceSize", &SIZE, "How large they are."),
    Field::required("nodeCount", &NODE_COUNT, "How many there are."),
];

/// Source: the published bounds.
static NODE_COUNT: Schema = Schema::inline(Kind::Integer { min: 2, max: 32 });
static REGION_NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&UPPER_WORD) }));
static STATE: Schema = Schema::inline(Kind::OneOf(&["IDLE", "PAUSED", "UPDATING"]));
static SIZE: Schema = Schema::inline(Kind::OneOf(&[
    "S10_HIGHCPU",
    "S20_HIGHCPU_NVME",
    "S30_HIGHCPU_NVME",
    "S40_HIGHCPU_NVME",
    "S50_HIGHCPU_NVME",
    "S60_HIGHCPU_NVME",
    "S70_HIGHCPU_NVME",
    "S80_HIGHCPU_NVME",
    "S30_LOWCPU_NVME",
    "S40_LOWCPU_NVME",
    "S50_LOWCPU_NVME",
    "S60_LOWCPU_NVME",
    "S70_LOWCPU_NVME",
    "S80_LOWCPU_NVME",
    "S90_LOWCPU_NVME",
    "S100_LOWCPU_NVME",
    "S110_LOWCPU_NVME",
    "S120_LOWCPU_NVME",
    "S130_LOWCPU_NVME",
    "S135_LOWCPU_NVME",
    "S140_LOWCPU_NVME",
    "S40_STORAGE_NVME",
    "S50_STORAGE_NVME",
    "S60_STORAGE_NVME",
    "S80_STORAGE_NVME",
    "S90_STORAGE_NVME",
]));
