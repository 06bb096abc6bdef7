//! What a dry run of a change of the customer keys found. It must not know how a key is tried.

use serde::Serialize;

use super::validity::{PROVIDER, Provider};
use crate::schema::{FLAG, Field, Kind, Schema, TEXT};

/// The report of a dry run: one entry for each provider that the change touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionAtRestCheck {
    /// Whether a PATCH with the same body would be saved, as far as can be told now.
    pub passed: bool,
    /// One entry for each provider.
    pub providers: Vec<ProviderCheck>,
}

/// What was found of one provider's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderCheck {
    /// What was looked at, in the order in which it matters.
    pub items: Vec<CheckItem>,
    /// Whether this part would be saved.
    pub passed: bool,
    /// Which provider.
    pub provider: Provider,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckItem {
    /// What.
    pub check: Check,
    /// The code that a PATCH would answer with, for what failed.
    pub code: Option<String>,
    /// What was found, or what to do.
    pub detail: Option<String>,
    /// What came of it.
    pub status: Status,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Check {
    /// The settings by themselves, and with what is stored.
    Settings,
    /// Who this service is to the provider.
    Identity,
    /// The way to the provider.
    NetworkPath,
    /// Azure: that vault, resource group and subscription belong together.
    ResourceGroup,
    /// The key: there, of the right kind, enabled.
    KeyState,
    /// Azure by a role: that the key names the project.
    KeyTag,
    /// Leave to look at the key.
    PermissionReadKey,
    /// Leave to encrypt.
    PermissionEncrypt,
    /// Leave to decrypt.
    PermissionDecrypt,
    /// Encrypting and decrypting.
    RoundTrip,
    /// When the key's time is over.
    KeyExpiry,
    /// When the secret's time is over.
    SecretExpiry,
}

/// What comes of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is well.
    Passed,
    /// A PATCH would be refused for it.
    Failed,
    /// Worth knowing; a PATCH would be saved.
    Warning,
    /// It was not looked at.
    Skipped,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("EncryptionAtRestCheck"),
    description: "What a dry run found. Nothing was saved.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("passed", &FLAG, "Whether a PATCH with the same body would be saved, as far as can be told now."),
    Field::required("providers", &PROVIDERS, "One entry for each provider that the body touches."),
];

static PROVIDERS: Schema = Schema::inline(Kind::List { items: &PROVIDER_CHECK, max: 3 });
static PROVIDER_CHECK: Schema = Schema {
    name: Some("ProviderCheck"),
    description: "What a dry run found of one provider's part.",
    kind: Kind::Object { fields: PROVIDER_FIELDS, open: false },
};

static PROVIDER_FIELDS: &[Field] = &[
    Field::required("items", &ITEMS, "What was looked at, in the order in which it matters."),
    Field::required("passed", &FLAG, "Whether this part would be saved."),
    Field::required("provider", &PROVIDER, "Which provider."),
];

static ITEMS: Schema = Schema::inline(Kind::List { items: &ITEM, max: 100 });
static ITEM: Schema = Schema {
    name: Some("CheckItem"),
    description: "One thing that a dry run looked at.",
    kind: Kind::Object { fields: ITEM_FIELDS, open: false },
};

static ITEM_FIELDS: &[Field] = &[
    Field::required("check", &CHECK, "What was looked at."),
    Field::required("code", &TEXT, "The errorCode that a PATCH would answer with; null unless it failed.").nullable(),
    Field::required("detail", &TEXT, "What was found, or what to do; null where there is nothing to tell.").nullable(),
    Field::required("status", &STATUS, "What came of it."),
];

static CHECK: Schema = Schema::inline(Kind::OneOf(&[
    "SETTINGS",
    "IDENTITY",
    "NETWORK_PATH",
    "RESOURCE_GROUP",
    "KEY_STATE",
    "KEY_TAG",
    "PERMISSION_READ_KEY",
    "PERMISSION_ENCRYPT",
    "PERMISSION_DECRYPT",
    "ROUND_TRIP",
    "KEY_EXPIRY",
    "SECRET_EXPIRY",
]));
static STATUS: Schema = Schema::inline(Kind::OneOf(&["PASSED", "FAILED", "WARNING", "SKIPPED"]));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Limits, parse};

    #[test]
    fn writes_every_item_as_its_schema_says() {
        use Check::{
            Identity, KeyExpiry, KeyState, KeyTag, NetworkPath, PermissionDecrypt, PermissionEncrypt,
            PermissionReadKey, ResourceGroup, RoundTrip, SecretExpiry, Settings,
        };
        let all = [
            Settings,
            Identity,
            NetworkPath,
            ResourceGroup,
            KeyState,
            KeyTag,
            PermissionReadKey,
            PermissionEncrypt,
            PermissionDecrypt,
            RoundTrip,
            KeyExpiry,
            SecretExpiry,
        ];
        for status in [Status::Passed, Status::Failed, Status::Warning, Status::Skipped] {
            let item = |check| CheckItem { check, code: Some("X".to_owned()), detail: None, status };
            let items = all.into_iter().map(item).collect();
            let providers = vec![ProviderCheck { items, passed: false, provider: Provider::Azure }];
            let text = serde_json::to_string(&EncryptionAtRestCheck { passed: false, providers }).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
            assert!(text.starts_with(
                r#"{"passed":false,"providers":[{"items":[{"check":"SETTINGS","code":"X","detail":null,"status":"#
            ));
        }
    }
}
