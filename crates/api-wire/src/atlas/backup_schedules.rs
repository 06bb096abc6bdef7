//! When backups of a cluster are to be taken. The dates differ in how copies in other regions are spelled, of which there
//! are none here. It must not know the domain.

pub mod v2023_01_01;
pub mod v2024_08_05;

use serde::Serialize;

use super::backup_policy::{PolicyItem, PolicyItemBody};
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::paging::Link;
use crate::patch::Patch;
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::UPPER_WORD;

/// What a PATCH says. What is left out, or null, stays as it is.
#[derive(Debug)]
pub struct ScheduleBody {
    /// Whether copies are made by themselves; of the newer date only.
    pub auto_copy_settings_enabled: Patch<bool>,
    /// Whether exports are made by themselves.
    pub auto_export_enabled: Patch<bool>,
    /// Whether each copy has a time of its own.
    pub copy_policy_items_enabled: Patch<bool>,
    /// How many copies in other regions are asked for.
    pub copies: usize,
    /// Whether an export is asked for.
    pub export: bool,
    /// What is kept longer once it is no longer taken.
    pub extra_retention_settings: Patch<Vec<ExtraRetentionBody>>,
    /// The policy; there is one.
    pub policy: Option<PolicyBody>,
    /// At which hour.
    pub reference_hour_of_day: Patch<i64>,
    /// At which minute.
    pub reference_minute_of_hour: Patch<i64>,
    /// How far back one can go to any moment. Unit: days.
    pub restore_window_days: Patch<i64>,
    /// Whether names stand in the path of an export.
    pub use_org_and_group_names_in_export_prefix: Patch<bool>,
}

/// What a body says of a policy.
#[derive(Debug)]
pub struct PolicyBody {
    /// Its id.
    pub id: Patch<String>,
    /// Its lines; all of them.
    pub policy_items: Vec<PolicyItemBody>,
}

/// What a body says of what is kept longer.
#[derive(Debug)]
pub struct ExtraRetentionBody {
    /// How often it was taken.
    pub frequency_type: Patch<String>,
    /// Unit: days.
    pub retention_days: Patch<i64>,
}

impl ScheduleBody {
    /// Reads the body of a PATCH, in the shape of either date.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<Fault>> {
        let object = parse(bytes, schema, Limits::default())?;
        Self::from_object(object).map_err(|fault| vec![fault])
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let extra = |mut extra: Object| {
            Ok(ExtraRetentionBody {
                frequency_type: extra.text("frequencyType")?,
                retention_days: extra.integer("retentionDays")?,
            })
        };
        let extra_retention_settings = body.many("extraRetentionSettings", extra)?;
        let policy = body.objects("policies")?.value().unwrap_or_default().pop();
        Ok(Self {
            auto_copy_settings_enabled: body.flag("autoCopySettingsEnabled")?,
            auto_export_enabled: body.flag("autoExportEnabled")?,
            copy_policy_items_enabled: body.flag("copyPolicyItemsEnabled")?,
            copies: body.objects("copySettings")?.value().map_or(0, |copies| copies.len()),
            export: body.object("export")?.value().is_some_and(|export| !export.is_empty()),
            extra_retention_settings,
            policy: policy.map(PolicyBody::from_object).transpose()?,
            reference_hour_of_day: body.integer("referenceHourOfDay")?,
            reference_minute_of_hour: body.integer("referenceMinuteOfHour")?,
            restore_window_days: body.integer("restoreWindowDays")?,
            use_org_and_group_names_in_export_prefix: body.flag("useOrgAndGroupNamesInExportPrefix")?,
        })
    }
}

impl PolicyBody {
    fn from_object(mut body: Object) -> Result<Self, Fault> {
        let items = body.objects("policyItems")?.value().unwrap_or_default();
        let policy_items = items.into_iter().map(PolicyItemBody::from_object).collect::<Result<_, _>>()?;
        Ok(Self { id: body.text("id")?, policy_items })
    }
}

/// When backups of a cluster are to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupSchedule {
    /// Whether copies are made by themselves; of the newer date only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_copy_settings_enabled: Option<bool>,
    /// Whether exports are made by themselves: never here.
    pub auto_export_enabled: bool,
    /// The cluster's id.
    pub cluster_id: String,
    /// The cluster.
    pub cluster_name: String,
    /// Whether each copy has a time of its own: never here.
    pub copy_policy_items_enabled: bool,
    /// Copies in other regions: none here.
    pub copy_settings: [(); 0],
    /// What is kept longer once it is no longer taken.
    pub extra_retention_settings: Vec<ExtraRetention>,
    /// Its links.
    pub links: Vec<Link>,
    /// Its one policy.
    pub policies: [Policy; 1],
    /// At which hour.
    pub reference_hour_of_day: u32,
    /// At which minute.
    pub reference_minute_of_hour: u32,
    /// How far back one can go to any moment. Unit: days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_window_days: Option<u32>,
    /// Whether names stand in the path of an export.
    pub use_org_and_group_names_in_export_prefix: bool,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its lines.
    pub policy_items: Vec<PolicyItem>,
}

/// What is kept longer once it is no longer taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraRetention {
    /// How often it was taken.
    pub frequency_type: String,
    /// Unit: days.
    pub retention_days: u32,
}

/// The fields of both dates; the newer one's own, and the shape of copies, are handed in.
macro_rules! fields {
    ($copies:ident, $deleted:ident $(, $new:expr)*) => {
        &[
            $($new,)*
            Field::optional("autoExportEnabled", &FLAG, "Whether exports are made: never here.").nullable(),
            Field::optional("clusterId", &TEXT, "The cluster's id.").nullable().read_only(),
            Field::optional("clusterName", &TEXT, "The cluster.").nullable().read_only(),
            Field::optional("copyPolicyItemsEnabled", &FLAG, "Whether each copy is kept by itself: never here.")
                .nullable(),
            Field::optional("copySettings", &$copies, "Copies in other regions: none here.").nullable(),
            Field::optional("deleteCopiedBackups", &$deleted, "Accepted; there are no copies.").nullable(),
            Field::optional("deleteCopySnapshots", &FLAG, "Accepted; there are no copies.").nullable(),
            Field::optional("deleteSnapshots", &FLAG, "Accepted; snapshots are released by themselves.").nullable(),
            Field::optional("export", &EXPORT, "Where exports go: none here.").nullable(),
            Field::optional("extraRetentionSettings", &EXTRA_RETENTIONS, "What is kept longer once it is no longer taken.")
                .nullable(),
            Field::optional("links", &TEXT, "Its links.").nullable().read_only(),
            Field::optional("nextSnapshot", &TEXT, "When the next one is taken: not known here.").nullable().read_only(),
            Field::optional("policies", &POLICIES, "The one policy, which goes by the cluster's id.").nullable(),
            Field::optional("referenceHourOfDay", &HOUR, "At which hour, UTC.").nullable(),
            Field::optional("referenceMinuteOfHour", &MINUTE, "At which minute.").nullable(),
            Field::optional("restoreWindowDays", &DAYS, "How many days back one can restore to any moment.").nullable(),
            Field::optional("updateCopySnapshots", &FLAG, "Accepted; there are no copies.").nullable(),
            Field::optional("updateSnapshots", &FLAG, "Accepted; what was taken is kept as it was.").nullable(),
            Field::optional(
                "useOrgAndGroupNamesInExportPrefix",
                &FLAG,
                "Whether the names of organization and project stand in the path of an export.",
            )
            .nullable(),
        ]
    };
}
use fields;

/// The fields of a copy; where it lies within the cluster is handed in.
macro_rules! copy_fields {
    ($place:expr) => {
        &[
            Field::optional("cloudProvider", &PROVIDER_NAME, "The cloud.").nullable(),
            Field::optional("copyPolicyItems", &COPY_ITEMS, "How long each copy is kept.").nullable(),
            Field::optional("frequencies", &FREQUENCIES, "Which backups are copied.").nullable(),
            Field::optional("lastNumberOfSnapshots", &LAST, "How many are copied.").nullable(),
            Field::optional("regionName", &REGION, "The region.").nullable(),
            Field::optional("shouldCopyOplogs", &FLAG, "Whether what changed in between is copied.").nullable(),
            $place,
        ]
    };
}
use copy_fields;

static POLICIES: Schema = Schema::inline(Kind::List { items: &POLICY, max: 1 });

static POLICY: Schema = Schema {
    name: Some("BackupPolicy"),
    description: "Which backups are taken.",
    kind: Kind::Object { fields: POLICY_FIELDS, open: false },
};

static POLICY_FIELDS: &[Field] = &[
    Field::optional("id", &OBJECT_ID, "The policy's id, which is the cluster's.").nullable(),
    Field::required("policyItems", &ITEMS, "Its lines; all of them."),
];

static ITEMS: Schema = Schema::inline(Kind::List { items: &super::backup_policy::SCHEDULE_ITEM, max: 100 });

static EXTRA_RETENTIONS: Schema = Schema::inline(Kind::List { items: &EXTRA_RETENTION, max: 10 });

static EXTRA_RETENTION: Schema = Schema {
    name: Some("BackupExtraRetention"),
    description: "What is kept longer once it is no longer taken.",
    kind: Kind::Object { fields: EXTRA_RETENTION_FIELDS, open: false },
};

static EXTRA_RETENTION_FIELDS: &[Field] = &[
    Field::required("frequencyType", &FREQUENCY, "How often it was taken."),
    Field::required("retentionDays", &DAYS, "How many days longer."),
];

static EXPORT: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::optional("exportBucketId", &OBJECT_ID, "The bucket.").nullable(),
        Field::optional("frequencyType", &EXPORT_FREQUENCY, "How often.").nullable(),
    ],
    open: false,
});

static COPY_ITEMS: Schema = Schema::inline(Kind::List { items: &COPY_ITEM, max: 6 });
static COPY_ITEM: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::required("frequencyType", &COPY_FREQUENCY, "Which backups."),
        Field::optional("id", &TEXT, "The line's id.").nullable().read_only(),
        Field::optional("retentionUnit", &UNIT, "In what the time is counted that they are kept.").nullable(),
        Field::optional("retentionValue", &DAYS, "How long they are kept.").nullable(),
    ],
    open: false,
});
static FREQUENCIES: Schema = Schema::inline(Kind::List { items: &FREQUENCY, max: 6 });
static FREQUENCY: Schema =
    Schema::inline(Kind::OneOf(&["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "ON_DEMAND"]));
static COPY_FREQUENCY: Schema =
    Schema::inline(Kind::OneOf(&["daily", "hourly", "weekly", "monthly", "yearly", "ondemand"]));
static EXPORT_FREQUENCY: Schema = Schema::inline(Kind::OneOf(&["monthly", "yearly"]));
static UNIT: Schema = Schema::inline(Kind::OneOf(&["days", "weeks", "months", "years"]));
static REGION: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&UPPER_WORD) }));
static LAST: Schema = Schema::inline(Kind::Integer { min: 1, max: 500 });
static HOUR: Schema = Schema::inline(Kind::Integer { min: 0, max: 23 });
static MINUTE: Schema = Schema::inline(Kind::Integer { min: 0, max: 59 });
static DAYS: Schema = Schema::inline(Kind::Integer { min: 0, max: 100_000 });
