//! Lines of a policy, as schedules and compliance policies share them. It must not know either.

use serde::Serialize;

use crate::body::Object;
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{Field, Kind, Schema, TEXT};

/// A line of a policy in a body. Its id is shown in answers, and nobody can set it.
#[derive(Debug)]
pub struct PolicyItemBody {
    /// What its frequency means.
    pub frequency_interval: Patch<i64>,
    /// How often.
    pub frequency_type: Patch<String>,
    /// In what the time is counted that it is kept.
    pub retention_unit: Patch<String>,
    /// How long it is kept.
    pub retention_value: Patch<i64>,
}

impl PolicyItemBody {
    pub(super) fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            frequency_interval: body.integer("frequencyInterval")?,
            frequency_type: body.text("frequencyType")?,
            retention_unit: body.text("retentionUnit")?,
            retention_value: body.integer("retentionValue")?,
        })
    }
}

/// A line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItem {
    /// What its frequency means.
    pub frequency_interval: u32,
    /// How often.
    pub frequency_type: &'static str,
    /// The line's id.
    pub id: String,
    /// In what the time is counted that it is kept.
    pub retention_unit: &'static str,
    /// How long it is kept.
    pub retention_value: u32,
}

/// The fields of a line; which frequencies there are is handed in.
macro_rules! item_fields {
    ($frequency:ident) => {
        &[
            Field::required(
                "frequencyInterval",
                &INTERVAL,
                "Every how many hours; on which day of the week from Monday, 1; on which day of the month, 40 for the last; in which month.",
            ),
            Field::required("frequencyType", &$frequency, "How often."),
            Field::optional("id", &TEXT, "The line's id, shown in answers; accepted and ignored in a body.")
                .nullable()
                .read_only(),
            Field::required("retentionUnit", &UNIT, "In what the time is counted that it is kept."),
            Field::required("retentionValue", &VALUE, "How long it is kept."),
        ]
    };
}

/// The shape of a line of a schedule.
pub(super) static SCHEDULE_ITEM: Schema = Schema {
    name: Some("BackupPolicyItem"),
    description: "How often backups are taken, and how long they are kept.",
    kind: Kind::Object { fields: item_fields!(ANY), open: false },
};

/// The shape of a line that a compliance policy demands.
pub(super) static SCHEDULED_ITEM: Schema = Schema {
    name: Some("CompliancePolicyItem"),
    description: "How often backups are taken at least, and how long they are kept.",
    kind: Kind::Object { fields: item_fields!(SCHEDULED), open: false },
};

/// The shape of the line for backups that somebody asks for.
pub(super) static ON_DEMAND_ITEM: Schema = Schema {
    name: Some("ComplianceOnDemandItem"),
    description: "How long backups are kept that somebody asks for.",
    kind: Kind::Object { fields: item_fields!(ON_DEMAND), open: false },
};

static ANY: Schema = Schema::inline(Kind::OneOf(&["daily", "hourly", "weekly", "monthly", "yearly", "ondemand"]));
static SCHEDULED: Schema = Schema::inline(Kind::OneOf(&["daily", "hourly", "weekly", "monthly", "yearly"]));
static ON_DEMAND: Schema = Schema::inline(Kind::OneOf(&["ondemand"]));
static UNIT: Schema = Schema::inline(Kind::OneOf(&["days", "weeks", "months", "years"]));
static INTERVAL: Schema = Schema::inline(Kind::Integer { min: 0, max: 40 });
static VALUE: Schema = Schema::inline(Kind::Integer { min: 1, max: 1_000_000 });
