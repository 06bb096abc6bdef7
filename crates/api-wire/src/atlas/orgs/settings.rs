//! What an organization's owners set, as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{FLAG, Field, Kind, Schema, TextRule};
use crate::text_format::ONE_LINE;

/// What an organization's owners set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgSettings {
    /// Whether keys work only from addresses on their lists.
    pub api_access_list_required: bool,
    /// How long people stay signed in.
    pub custom_session_timeouts: SessionTimeouts,
    /// A wish.
    #[serde(rename = "genAIFeaturesEnabled")]
    pub gen_ai_features_enabled: bool,
    /// How long secrets of service accounts may last. Unit: hours.
    pub max_service_account_secret_validity_in_hours: u32,
    /// Whether people must prove twice who they are; never, here.
    pub multi_factor_auth_required: bool,
    /// Whom to write to about operations.
    pub operations_contact: Option<String>,
    /// A wish.
    pub restrict_employee_access: bool,
    /// Whom to write to about security.
    pub security_contact: Option<String>,
    /// A wish.
    pub streams_cross_group_enabled: bool,
}

/// How long people stay signed in. Unit: seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionTimeouts {
    /// At most.
    pub absolute_session_timeout_in_seconds: Option<u32>,
    /// While they do nothing.
    pub idle_session_timeout_in_seconds: Option<u32>,
}

/// What a PATCH says about it.
#[derive(Debug)]
pub struct OrgSettingsUpdate {
    /// Whether keys work only from addresses on their lists.
    pub api_access_list_required: Patch<bool>,
    /// How long people stay signed in at most.
    pub absolute_session_seconds: Patch<i64>,
    /// How long people stay signed in while they do nothing.
    pub idle_session_seconds: Patch<i64>,
    /// A wish.
    pub gen_ai_features_enabled: Patch<bool>,
    /// How long secrets of service accounts may last. Unit: hours.
    pub secret_hours: Patch<i64>,
    /// Whether people must prove twice who they are.
    pub multi_factor_auth_required: Patch<bool>,
    /// Whom to write to about operations.
    pub operations_contact: Patch<String>,
    /// A wish.
    pub restrict_employee_access: Patch<bool>,
    /// Whom to write to about security.
    pub security_contact: Patch<String>,
    /// A wish.
    pub streams_cross_group_enabled: Patch<bool>,
}

impl OrgSettingsUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &SCHEMA, Limits::default())?;
        Self::take(&mut body).map_err(|fault| vec![fault])
    }

    fn take(body: &mut Object) -> Result<Self, Fault> {
        let (absolute, idle) = match body.object("customSessionTimeouts")? {
            Patch::Absent => (Patch::Absent, Patch::Absent),
            Patch::Null => (Patch::Null, Patch::Null),
            Patch::Value(mut timeouts) => (timeouts.integer(ABSOLUTE)?, timeouts.integer(IDLE)?),
        };
        Ok(Self {
            api_access_list_required: body.flag("apiAccessListRequired")?,
            absolute_session_seconds: absolute,
            idle_session_seconds: idle,
            gen_ai_features_enabled: body.flag("genAIFeaturesEnabled")?,
            secret_hours: body.integer("maxServiceAccountSecretValidityInHours")?,
            multi_factor_auth_required: body.flag("multiFactorAuthRequired")?,
            operations_contact: body.text("operationsContact")?,
            restrict_employee_access: body.flag("restrictEmployeeAccess")?,
            security_contact: body.text("securityContact")?,
            streams_cross_group_enabled: body.flag("streamsCrossGroupEnabled")?,
        })
    }
}

const ABSOLUTE: &str = "absoluteSessionTimeoutInSeconds";
const IDLE: &str = "idleSessionTimeoutInSeconds";

/// The shape of it, in a PATCH and in answers.
pub static SCHEMA: Schema = Schema {
    name: Some("OrganizationSettings"),
    description: "What an organization's owners set for all who belong to it.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static TIMEOUTS: Schema = Schema {
    name: Some("CustomSessionTimeouts"),
    description: "How long people stay signed in.",
    kind: Kind::Object {
        fields: &[
            Field::optional(ABSOLUTE, &ABSOLUTE_SECONDS, "At most; null for 43200 seconds.").nullable(),
            Field::optional(IDLE, &IDLE_SECONDS, "While they do nothing; null for no such end.").nullable(),
        ],
        open: false,
    },
};
static ABSOLUTE_SECONDS: Schema = Schema::inline(Kind::Integer { min: 3600, max: 43_200 });
static IDLE_SECONDS: Schema = Schema::inline(Kind::Integer { min: 300, max: 43_200 });
static HOURS: Schema = Schema::inline(Kind::Integer { min: 8, max: 8760 });
static CONTACT: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 254, format: Some(&ONE_LINE) }));

static FIELDS: &[Field] = &[
    Field::optional("apiAccessListRequired", &FLAG, "Whether API keys work only from addresses on their access lists.")
        .nullable(),
    Field::optional("customSessionTimeouts", &TIMEOUTS, "How long people stay signed in.").nullable(),
    Field::optional("genAIFeaturesEnabled", &FLAG, "Kept as given; there are no such features.").nullable(),
    Field::optional(
        "maxServiceAccountSecretValidityInHours",
        &HOURS,
        "How many hours a new secret of a service account may last; null for 8760.",
    )
    .nullable(),
    Field::optional("multiFactorAuthRequired", &FLAG, "Always false: it cannot be asked for here.").nullable(),
    Field::optional("operationsContact", &CONTACT, "Whom to write to about operations.").nullable(),
    Field::optional("restrictEmployeeAccess", &FLAG, "Kept as given; nobody else's employees have access.").nullable(),
    Field::optional("securityContact", &CONTACT, "Whom to write to about security.").nullable(),
    Field::optional("streamsCrossGroupEnabled", &FLAG, "Kept as given; there are no streams.").nullable(),
];

#[cfg(test)]
mod tests {
    use super::OrgSettingsUpdate;
    use crate::patch::Patch;

    #[test]
    fn tells_absent_null_and_value_apart() {
        let body = br#"{"maxServiceAccountSecretValidityInHours":24,"securityContact":null,"customSessionTimeouts":{"idleSessionTimeoutInSeconds":600}}"#;
        let read = OrgSettingsUpdate::read(body).unwrap();
        assert_eq!((read.secret_hours, read.security_contact), (Patch::Value(24), Patch::Null));
        assert_eq!((read.absolute_session_seconds, read.idle_session_seconds), (Patch::Absent, Patch::Value(600)));
        assert!(read.api_access_list_required.is_absent());
        let faults = OrgSettingsUpdate::read(
            br#"{"maxServiceAccountSecretValidityInHours":7,"customSessionTimeouts":{"idleSessionTimeoutInSeconds":1}}"#,
        );
        assert_eq!(faults.unwrap_err().len(), 2);
    }
}
