//! A backup schedule as dated 2024-08-05. It must not know the domain.

use super::{
    COPY_ITEMS, DAYS, EXPORT, EXTRA_RETENTIONS, FREQUENCIES, HOUR, LAST, MINUTE, POLICIES, REGION, copy_fields, fields,
};
use crate::atlas::cloud_provider_access::PROVIDER_NAME;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// The shape of the body and of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("BackupSchedule"),
    description: "When backups of a cluster are to be taken. This service takes none: the schedule is kept for whoever does.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = fields!(
    COPIES,
    DELETED_COPIES,
    Field::optional("autoCopySettingsEnabled", &FLAG, "Whether copies are made: never here.").nullable()
);

static COPIES: Schema = Schema::inline(Kind::List { items: &COPY, max: 100 });
static COPY: Schema = Schema {
    name: Some("BackupCopySetting"),
    description: "Copies in another region. There are none here.",
    kind: Kind::Object { fields: COPY_FIELDS, open: false },
};
static COPY_FIELDS: &[Field] = copy_fields!(Field::optional("zoneId", &OBJECT_ID, "The zone.").nullable());

static DELETED_COPIES: Schema = Schema::inline(Kind::List { items: &DELETED_COPY, max: 100 });
static DELETED_COPY: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::optional("cloudProvider", &PROVIDER_NAME, "The cloud.").nullable(),
        Field::optional("regionName", &REGION, "The region.").nullable(),
        Field::optional("zoneId", &OBJECT_ID, "The zone.").nullable(),
    ],
    open: false,
});
