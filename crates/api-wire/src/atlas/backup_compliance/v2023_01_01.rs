//! A backup compliance policy as dated 2023-01-01. It must not know the domain.

use super::{DAYS, EMAIL_TEXT, PERSON, SCHEDULED_ITEMS, STATE, fields};
use crate::atlas::backup_policy::ON_DEMAND_ITEM;
use crate::schema::{DATE_TIME, FLAG, Field, Kind, Schema, TEXT};

/// The shape of the body.
pub static REQUEST_SCHEMA: Schema = Schema {
    name: Some("CompliancePolicyUpdateV20230101"),
    description: "What a project demands of its backups; all of it.",
    kind: Kind::Object { fields: fields!(required, optional), open: false },
};

/// The shape of the answer, which has no members where there is no policy.
pub static SCHEMA: Schema = Schema {
    name: Some("CompliancePolicyV20230101"),
    description: "What a project demands of its backups. An object without members where it demands nothing.",
    kind: Kind::Object { fields: fields!(optional, optional), open: false },
};
