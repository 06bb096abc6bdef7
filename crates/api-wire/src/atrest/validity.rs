//! What the last check of each customer key found. It must not know how keys are checked.

use serde::Serialize;

use crate::schema::{DATE_TIME, FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// What the last checks of a project's keys found, one entry for each of the three providers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionAtRestValidity {
    /// The project.
    pub project_id: String,
    /// AWS, Azure and Google, in this order.
    pub providers: Vec<ProviderValidity>,
}

/// What the last check of one provider's key found. What is not known is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderValidity {
    /// When the key was last checked.
    pub checked_at: Option<WireTime>,
    /// What the last check found that came to a definite end; `valid` in the settings shows it.
    pub last_definite_valid: Option<bool>,
    /// When the key is checked next, at the latest.
    pub next_check_at: Option<WireTime>,
    /// Which provider.
    pub provider: Provider,
    /// The provider's own error code.
    pub provider_code: Option<String>,
    /// The provider's own words.
    pub provider_message: Option<String>,
    /// The provider's name for the request that failed.
    pub provider_request_id: Option<String>,
    /// Our stable code for why the key is not valid.
    pub reason: Option<String>,
    /// What the last check found.
    pub state: State,
}

/// The providers, as clusters name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Provider {
    /// AWS KMS
    Aws,
    /// Azure Key Vault
    Azure,
    /// Google Cloud KMS
    Gcp,
}

/// What the last check of a key found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The key can be used.
    Valid,
    /// The key cannot be used, and the provider said so.
    Invalid,
    /// The provider could not be asked.
    Unknown,
    /// The provider is not used.
    NotConfigured,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("EncryptionAtRestValidity"),
    description: "What the last checks of a project's customer keys found.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("projectId", &OBJECT_ID, "The project."),
    Field::required("providers", &PROVIDERS, "One entry for each provider."),
];

static PROVIDERS: Schema = Schema::inline(Kind::List { items: &PROVIDER_VALIDITY, max: 3 });
static PROVIDER_VALIDITY: Schema = Schema {
    name: Some("ProviderValidity"),
    description: "What the last check of one provider's key found. What is not known is null.",
    kind: Kind::Object { fields: PROVIDER_FIELDS, open: false },
};

static PROVIDER_FIELDS: &[Field] = &[
    Field::required("checkedAt", &DATE_TIME, "When the key was last checked.").nullable(),
    Field::required("lastDefiniteValid", &FLAG, "What the last check found that came to a definite end.").nullable(),
    Field::required("nextCheckAt", &DATE_TIME, "When the key is checked next, at the latest.").nullable(),
    Field::required("provider", &PROVIDER, "Which provider."),
    Field::required("providerCode", &TEXT, "The provider's own error code.").nullable(),
    Field::required("providerMessage", &TEXT, "The provider's own words.").nullable(),
    Field::required("providerRequestId", &TEXT, "The provider's name for the request that failed.").nullable(),
    Field::required("reason", &TEXT, "A stable code for why the key is not valid.").nullable(),
    Field::required("state", &STATE, "What the last check found."),
];

/// Which provider.
pub(super) static PROVIDER: Schema = Schema::inline(Kind::OneOf(&["AWS", "AZURE", "GCP"]));
static STATE: Schema = Schema::inline(Kind::OneOf(&["VALID", "INVALID", "UNKNOWN", "NOT_CONFIGURED"]));

impl ProviderValidity {
    /// Describes a provider that is not used.
    pub const fn not_configured(provider: Provider) -> Self {
        Self {
            checked_at: None,
            last_definite_valid: None,
            next_check_at: None,
            provider,
            provider_code: None,
            provider_message: None,
            provider_request_id: None,
            reason: None,
            state: State::NotConfigured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EncryptionAtRestValidity, Provider, ProviderValidity, SCHEMA, State};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_every_state_as_its_schema_says() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        for state in [State::Valid, State::Invalid, State::Unknown] {
            let aws = ProviderValidity {
                checked_at: Some(WireTime::from_epoch_millis(0)),
                last_definite_valid: Some(true),
                next_check_at: Some(WireTime::from_epoch_millis(60_000)),
                provider_code: Some("DisabledException".to_owned()),
                state,
                ..ProviderValidity::not_configured(Provider::Aws)
            };
            let validity = EncryptionAtRestValidity {
                project_id: id.clone(),
                providers: vec![
                    aws,
                    ProviderValidity::not_configured(Provider::Azure),
                    ProviderValidity::not_configured(Provider::Gcp),
                ],
            };
            let text = serde_json::to_string(&validity).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
            assert!(text.starts_with(
                r#"{"projectId":"32b6e34b3d91647abb20e7b8","providers":[{"checkedAt":"1970-01-01T00:00:00Z","lastDefiniteValid":true,"nextCheckAt":"1970-01-01T00:01:00Z","provider":"AWS","providerCode":"DisabledException","providerMessage":null,"providerRequestId":null,"reason":null,"state":"#
            ));
            assert!(text.contains(r#""state":"NOT_CONFIGURED""#));
        }
    }
}
