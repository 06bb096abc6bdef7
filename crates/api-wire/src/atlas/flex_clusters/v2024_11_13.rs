//! A Flex cluster as dated 2024-11-13. Bodies are read before they are refused, so that who misspells one is told that
//! first. It must not know the domain.

use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::atlas::clusters::v2024_08_05::NAME;
use crate::atlas::clusters::v2024_08_05::parts::TAG_TEXT;
use crate::atlas::links;
use crate::body::{Limits, parse};
use crate::fault::Fault;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::UPPER_WORD;

/// Reads a body, which says nothing that would be kept.
/// Errors: every fault of shape, at least one.
pub fn check(bytes: &[u8], schema: &Schema) -> Result<(), Vec<Fault>> {
    parse(bytes, schema, Limits::default()).map(drop)
}

/// The shape of a Flex cluster.
pub static SCHEMA: Schema = Schema {
    name: Some("FlexCluster"),
    description: "A Flex cluster. There are none here: they share their machines, which a customer key cannot protect.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional("backupSettings", &BACKUP, "Whether snapshots are taken."),
    Field::optional("clusterType", &CLUSTER_TYPE, "Always a replica set."),
    Field::optional("connectionStrings", &CONNECTION_STRINGS, "How to connect to it."),
    Field::optional("createDate", &DATE_TIME, "When it was created."),
    Field::optional("groupId", &OBJECT_ID, "The project."),
    Field::optional("id", &OBJECT_ID, "Its id."),
    Field::optional("links", &links::LINKS, links::DESCRIPTION),
    Field::optional("mongoDBVersion", &TEXT, "The release it runs."),
    Field::optional("name", &TEXT, "Its name."),
    Field::required("providerSettings", &PROVIDER, "Where it is."),
    Field::optional("stateName", &STATE, "How far it is."),
    Field::optional("tags", &TAGS, "Marks."),
    Field::optional("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted."),
    Field::optional("versionReleaseSystem", &LTS, "How it follows releases."),
];

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("FlexClusterCreate"),
    description: "A Flex cluster to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::optional("links", &links::LINKS, links::DESCRIPTION).read_only(),
    Field::required("name", &NAME, "Its name."),
    Field::required("providerSettings", &PROVIDER_CREATE, "Where it is to be."),
    Field::optional("tags", &TAGS, "Marks.").nullable(),
    Field::optional("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted.").nullable(),
];

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("FlexClusterUpdate"),
    description: "Changes to a Flex cluster.",
    kind: Kind::Object { fields: UPDATE_FIELDS, open: false },
};

static UPDATE_FIELDS: &[Field] = &[
    Field::optional("links", &links::LINKS, links::DESCRIPTION).read_only(),
    Field::optional("tags", &TAGS, "Marks.").nullable(),
    Field::optional("terminationProtectionEnabled", &FLAG, "Whether it refuses to be deleted.").nullable(),
];

/// The shape of the body that turns a Flex cluster into one with machines of its own. It describes a whole cluster, which
/// nobody reads here.
pub static UPGRADE_SCHEMA: Schema = Schema {
    name: Some("FlexClusterUpgrade"),
    description: "The cluster that a Flex cluster is to become.",
    kind: Kind::Object { fields: UPGRADE_FIELDS, open: true },
};

static UPGRADE_FIELDS: &[Field] = &[Field::required("name", &NAME, "Its name.")];

static BACKUP: Schema = Schema::inline(Kind::Object {
    fields: &[Field::optional("enabled", &FLAG, "Whether snapshots are taken.")],
    open: false,
});

static CONNECTION_STRINGS: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::optional("standard", &TEXT, "All its hosts."),
        Field::optional("standardSrv", &TEXT, "A name that leads to its hosts."),
    ],
    open: false,
});

static PROVIDER: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::optional("backingProviderName", &PROVIDER_NAME, "The cloud."),
        Field::optional("diskSizeGB", &SIZE_GB, "How large its disk is."),
        Field::optional("providerName", &FLEX, "Always FLEX."),
        Field::optional("regionName", &TEXT, "The region."),
    ],
    open: false,
});

static PROVIDER_CREATE: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::required("backingProviderName", &PROVIDER_NAME, "The cloud."),
        Field::shown("diskSizeGB"),
        Field::shown("providerName"),
        Field::required("regionName", &REGION, "The region."),
    ],
    open: false,
});

static TAGS: Schema = Schema::inline(Kind::List { items: &TAG, max: 50 });
static TAG: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::required("key", &TAG_TEXT, "The mark's key."),
        Field::required("value", &TAG_TEXT, "The mark's value."),
    ],
    open: false,
});
static REGION: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&UPPER_WORD) }));
static SIZE_GB: Schema = Schema::inline(Kind::Integer { min: 0, max: 4096 });
static CLUSTER_TYPE: Schema = Schema::inline(Kind::OneOf(&["REPLICASET"]));
static FLEX: Schema = Schema::inline(Kind::OneOf(&["FLEX"]));
static LTS: Schema = Schema::inline(Kind::OneOf(&["LTS"]));
static STATE: Schema = Schema::inline(Kind::OneOf(&["IDLE", "CREATING", "UPDATING", "DELETING", "REPAIRING"]));
