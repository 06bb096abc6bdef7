//! Parts of a cluster that look alike in requests and answers. It must not know either.

use serde::Serialize;

use crate::schema::{FLAG, Field, Kind, Schema, TextRule};
use crate::text_format::ONE_LINE;

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// How nodes speak TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdvancedConfiguration {
    /// The ciphers of TLS 1.2.
    #[serde(rename = "customOpensslCipherConfigTls12", skip_serializing_if = "Vec::is_empty")]
    pub ciphers_of_tls12: Vec<String>,
    /// The ciphers of TLS 1.3.
    #[serde(rename = "customOpensslCipherConfigTls13", skip_serializing_if = "Vec::is_empty")]
    pub ciphers_of_tls13: Vec<String>,
    /// The oldest TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_enabled_tls_protocol: Option<&'static str>,
    /// Which ciphers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cipher_config_mode: Option<&'static str>,
}

/// The connector for BI tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BiConnector {
    /// Whether there is one.
    pub enabled: bool,
    /// Where it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_preference: Option<&'static str>,
}

/// Within which bounds nodes grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AutoScaling {
    /// Their sizes.
    pub compute: ComputeAutoScaling,
    /// Their disks.
    #[serde(rename = "diskGB")]
    pub disk_gb: DiskGbAutoScaling,
}

/// Within which bounds the sizes of nodes change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputeAutoScaling {
    /// Whether they do.
    pub enabled: bool,
    /// The largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instance_size: Option<String>,
    /// The smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_instance_size: Option<String>,
    /// Whether they also shrink.
    pub scale_down_enabled: bool,
}

/// Whether disks grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiskGbAutoScaling {
    /// Whether they do.
    pub enabled: bool,
}

/// The shape of a list of marks.
pub(in crate::atlas) static TAGS: Schema = Schema::inline(Kind::List { items: &TAG, max: 50 });

static TAG: Schema = Schema {
    name: Some("ClusterTag"),
    description: "A mark of the operator's.",
    kind: Kind::Object { fields: TAG_FIELDS, open: false },
};

static TAG_FIELDS: &[Field] =
    &[Field::required("key", &TAG_TEXT, "The mark's key."), Field::required("value", &TAG_TEXT, "The mark's value.")];

/// Source: the published limits of tags.
pub(in crate::atlas) static TAG_TEXT: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 255, format: Some(&ONE_LINE) }));

/// The shape of how nodes speak TLS.
pub static ADVANCED_CONFIGURATION: Schema = Schema {
    name: Some("ClusterAdvancedConfiguration"),
    description: "How the nodes speak TLS. Kept as given.",
    kind: Kind::Object { fields: ADVANCED_FIELDS, open: false },
};

static ADVANCED_FIELDS: &[Field] = &[
    Field::optional("customOpensslCipherConfigTls12", &TLS12_CIPHERS, "The ciphers offered with TLS 1.2.").nullable(),
    Field::optional("customOpensslCipherConfigTls13", &TLS13_CIPHERS, "The ciphers offered with TLS 1.3.").nullable(),
    Field::optional("minimumEnabledTlsProtocol", &MINIMUM_TLS, "The oldest TLS spoken.").nullable(),
    Field::optional("tlsCipherConfigMode", &CIPHER_MODE, "Whether the ciphers listed count, or the usual ones.")
        .nullable(),
];

pub(in crate::atlas) static TLS12_CIPHERS: Schema = Schema::inline(Kind::List { items: &TLS12_CIPHER, max: 2 });
static TLS12_CIPHER: Schema =
    Schema::inline(Kind::OneOf(&["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]));
pub(in crate::atlas) static TLS13_CIPHERS: Schema = Schema::inline(Kind::List { items: &TLS13_CIPHER, max: 4 });
static TLS13_CIPHER: Schema = Schema::inline(Kind::OneOf(&[
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_128_CCM_SHA256",
]));
pub(in crate::atlas) static MINIMUM_TLS: Schema =
    Schema::inline(Kind::OneOf(&["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]));
pub(in crate::atlas) static CIPHER_MODE: Schema = Schema::inline(Kind::OneOf(&["CUSTOM", "DEFAULT"]));

/// The shape of the connector for BI tools.
pub static BI_CONNECTOR: Schema = Schema {
    name: Some("ClusterBiConnector"),
    description: "The connector for BI tools. Kept as given.",
    kind: Kind::Object { fields: BI_CONNECTOR_FIELDS, open: false },
};

static BI_CONNECTOR_FIELDS: &[Field] = &[
    Field::optional("enabled", &FLAG, "Whether there is one.").nullable(),
    Field::optional("readPreference", &READ_PREFERENCE, "The nodes it reads from.").nullable(),
];

static READ_PREFERENCE: Schema = Schema::inline(Kind::OneOf(&["PRIMARY", "SECONDARY", "ANALYTICS"]));

/// The shape of the bounds within which nodes grow.
pub static AUTO_SCALING: Schema = Schema {
    name: Some("ClusterAutoScaling"),
    description: "The bounds within which nodes grow. Kept as given: nothing grows by this service's hand.",
    kind: Kind::Object { fields: AUTO_SCALING_FIELDS, open: false },
};

static AUTO_SCALING_FIELDS: &[Field] = &[
    Field::optional("compute", &COMPUTE, "The sizes of nodes.").nullable(),
    Field::optional("diskGB", &DISK_GB, "The disks of nodes.").nullable(),
];

static COMPUTE: Schema = Schema {
    name: Some("ClusterComputeAutoScaling"),
    description: "The bounds of sizes.",
    kind: Kind::Object { fields: COMPUTE_FIELDS, open: false },
};

static COMPUTE_FIELDS: &[Field] = &[
    Field::optional("enabled", &FLAG, "Whether sizes change by themselves.").nullable(),
    Field::optional("maxInstanceSize", &SIZE, "The largest size.").nullable(),
    Field::optional("minInstanceSize", &SIZE, "The smallest size.").nullable(),
    Field::optional("scaleDownEnabled", &FLAG, "Whether they also shrink.").nullable(),
];

static DISK_GB: Schema = Schema {
    name: Some("ClusterDiskGBAutoScaling"),
    description: "Whether disks grow.",
    kind: Kind::Object { fields: DISK_GB_FIELDS, open: false },
};

static DISK_GB_FIELDS: &[Field] = &[Field::optional("enabled", &FLAG, "Whether disks grow by themselves.").nullable()];

/// The name of a size or a region; which there are depends on the cloud.
pub(in crate::atlas) static SIZE: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&crate::text_format::UPPER_WORD) }));

pub(in crate::atlas) static CLUSTER_TYPE: Schema =
    Schema::inline(Kind::OneOf(&["REPLICASET", "SHARDED", "GEOSHARDED"]));
pub(in crate::atlas) static ENCRYPTION_PROVIDER: Schema = Schema::inline(Kind::OneOf(&["NONE", "AWS", "AZURE", "GCP"]));
pub(in crate::atlas) static CONFIG_SERVER: Schema =
    Schema::inline(Kind::OneOf(&["ATLAS_MANAGED", "FIXED_TO_DEDICATED"]));
pub(in crate::atlas) static DISK_WARMING: Schema =
    Schema::inline(Kind::OneOf(&["FULLY_WARMED", "VISIBLE_EARLIER", "ENHANCED_FULLY_WARMED"]));
pub(in crate::atlas) static SCALING: Schema =
    Schema::inline(Kind::OneOf(&["SEQUENTIAL", "WORKLOAD_TYPE", "NODE_TYPE"]));
pub(in crate::atlas) static ROOT_CERTIFICATE: Schema = Schema::inline(Kind::OneOf(&["ISRGROOTX1"]));
pub(in crate::atlas) static VERSION_RELEASE: Schema = Schema::inline(Kind::OneOf(&["LTS", "CONTINUOUS"]));
pub(in crate::atlas) static ADAPTIVE: Schema = Schema::inline(Kind::OneOf(&["ENABLED", "DISABLED"]));
pub(in crate::atlas) static EBS_VOLUME: Schema =
    Schema::inline(Kind::OneOf(&["STANDARD", "PROVISIONED", "HIGH_PERFORMANCE"]));
pub(in crate::atlas) static MAJOR_VERSION: Schema =
    Schema::inline(Kind::Text(TextRule { min: 3, max: 5, format: Some(&crate::text_format::MAJOR_VERSION) }));
/// A cluster's name.
pub static NAME: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&crate::text_format::CLUSTER_NAME) }));
/// No length is published for it.
pub(in crate::atlas) static ZONE: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));
/// Source: contract.md 3.2.
pub(in crate::atlas) static PRIORITY: Schema = Schema::inline(Kind::Integer { min: 0, max: 7 });
/// Ours: far above any real one.
pub(in crate::atlas) static NODE_COUNT: Schema = Schema::inline(Kind::Integer { min: 0, max: 50 });
/// Ours: far above any real one. Unit: operations a second.
pub(in crate::atlas) static IOPS: Schema = Schema::inline(Kind::Integer { min: 1, max: 1_000_000 });
/// The lower bound is published, the upper one ours. Unit: GB.
pub(in crate::atlas) static DISK_SIZE: Schema = Schema::inline(Kind::Integer { min: 10, max: 65_536 });
