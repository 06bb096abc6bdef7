//! What we add to a project: whether it is in use. It must not know what that means.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT};

/// What we add to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Whether it is in use.
    pub activity: Activity,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Whether a project is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Activity {
    /// It is.
    Active,
    /// It was set aside.
    Inactive,
}

/// What a PATCH says about it.
#[derive(Debug)]
pub struct GroupUpdate {
    /// Whether it is to be in use.
    pub activity: Activity,
}

impl GroupUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &UPDATE_SCHEMA, Limits::default())?;
        let word = body.text("activity").map_err(|fault| vec![fault])?.value();
        let activity = match word.as_deref() {
            Some("ACTIVE") => Activity::Active,
            Some("INACTIVE") => Activity::Inactive,
            Some(_) | None => return Err(vec![Fault::at("activity", FaultKind::Missing)]),
        };
        Ok(Self { activity })
    }
}

static ACTIVITY: Schema = Schema::inline(Kind::OneOf(&["ACTIVE", "INACTIVE"]));
const ABOUT: &str = "Whether the project is in use. One that was set INACTIVE takes up no private networking.";

/// The shape of what we add.
pub static SCHEMA: Schema = Schema {
    name: Some("GroupActivity"),
    description: "Whether a project is in use.",
    kind: Kind::Object {
        fields: &[
            Field::required("activity", &ACTIVITY, ABOUT),
            Field::required("id", &OBJECT_ID, "The project."),
            Field::required("name", &TEXT, "Its name."),
        ],
        open: false,
    },
};

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("GroupActivityUpdate"),
    description: "Whether a project is to be in use.",
    kind: Kind::Object {
        fields: &[
            Field::required("activity", &ACTIVITY, ABOUT),
            Field::optional("id", &OBJECT_ID, "The project.").read_only(),
            Field::optional("name", &TEXT, "Its name.").read_only(),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::{Activity, GroupUpdate};

    #[test]
    fn reads_a_word() {
        assert_eq!(GroupUpdate::read(br#"{"activity":"INACTIVE","id":"x"}"#).unwrap().activity, Activity::Inactive);
        for bad in ["{}", r#"{"activity":"inactive"}"#, r#"{"activity":null}"#, r#"{"activity":"ACTIVE","x":1}"#] {
            assert_eq!(GroupUpdate::read(bad.as_bytes()).unwrap_err().len(), 1, "{bad}");
        }
    }
}
