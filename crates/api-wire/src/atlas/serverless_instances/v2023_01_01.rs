//! A serverless instance as dated 2023-01-01. It must not know the domain.

use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT};

/// The shape of a serverless instance.
pub static SCHEMA: Schema = Schema {
    name: Some("ServerlessInstance"),
    description: "A serverless instance. There are none here, nor can there be.",
    kind: Kind::Object { fields: FIELDS, open: true },
};

static FIELDS: &[Field] = &[
    Field::optional("groupId", &OBJECT_ID, "The project."),
    Field::optional("id", &OBJECT_ID, "Its id."),
    Field::optional("name", &TEXT, "Its name."),
    Field::optional("stateName", &STATE, "How far it is."),
];

static STATE: Schema = Schema::inline(Kind::OneOf(&["IDLE", "CREATING", "UPDATING", "DELETING", "REPAIRING"]));
