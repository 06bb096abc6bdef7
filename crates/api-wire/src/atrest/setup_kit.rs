//! What to paste into a cloud so that this service may use a key there. It must not know any cloud's policies.

use serde::Serialize;

use crate::atlas::cloud_provider_access::{PROVIDER_NAME, ProviderName};
use crate::query::QueryParameter;
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::{ONE_LINE, UUID};

/// Documents and commands for one cloud, in the order in which they are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupKit {
    /// Which cloud.
    pub cloud_provider: ProviderName,
    /// What is still to be filled in by hand, as it stands in the steps.
    pub placeholders: Vec<String>,
    /// One after the other.
    pub steps: Vec<SetupStep>,
}

/// One document or some commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupStep {
    /// The document, or the commands.
    pub content: String,
    /// What it is.
    pub format: StepFormat,
    /// What it is for.
    pub title: String,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepFormat {
    /// A document of JSON.
    Json,
    /// Commands of a POSIX shell.
    Shell,
    /// Words for a person.
    Text,
}

/// Names the role that the documents are for.
pub static ROLE_ID: QueryParameter = QueryParameter {
    name: "roleId",
    schema: &OBJECT_ID,
    repeated: false,
    default: None,
    description: "The access role that the documents are for. Without one they say where it goes.",
};

/// Names the key that the documents are for.
pub static KEY_ID: QueryParameter = QueryParameter {
    name: "keyId",
    schema: &NAME,
    repeated: false,
    default: None,
    description: "The key: an ARN of AWS, a key identifier of Azure, a resource name of Google. Without one the documents say where it goes.",
};

/// Names the tenant, for Azure.
pub static TENANT_ID: QueryParameter = QueryParameter {
    name: "tenantId",
    schema: &GUID,
    repeated: false,
    default: None,
    description: "Azure: your tenant.",
};

/// A key as a document can hold it: whatever else a shell or JSON would take for its own is none.
static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 2048, format: Some(&ONE_LINE) }));
static GUID: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID) }));

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("SetupKit"),
    description: "Documents and commands to paste into a cloud, filled in as far as can be told.",
    kind: Kind::Object {
        fields: &[
            Field::required("cloudProvider", &PROVIDER_NAME, "Which cloud."),
            Field::required(
                "placeholders",
                &TEXTS,
                "What is still to be filled in by hand, as it stands in the steps.",
            ),
            Field::required("steps", &STEPS, "In the order in which they are used."),
        ],
        open: false,
    },
};

static TEXTS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 100 });
static STEPS: Schema = Schema::inline(Kind::List { items: &STEP, max: 100 });
static STEP: Schema = Schema {
    name: Some("SetupStep"),
    description: "One document, or some commands.",
    kind: Kind::Object {
        fields: &[
            Field::required("content", &TEXT, "The document, or the commands."),
            Field::required("format", &FORMAT, "What it is."),
            Field::required("title", &TEXT, "What it is for."),
        ],
        open: false,
    },
};
static FORMAT: Schema = Schema::inline(Kind::OneOf(&["json", "shell", "text"]));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Limits, parse};

    #[test]
    fn writes_a_kit_as_its_schema_says() {
        for format in [StepFormat::Json, StepFormat::Shell, StepFormat::Text] {
            let step = SetupStep { content: "{}".to_owned(), format, title: "Trust policy".to_owned() };
            let placeholders = vec!["ROLE_NAME".to_owned()];
            let kit = SetupKit { cloud_provider: ProviderName::Aws, placeholders, steps: vec![step] };
            parse(serde_json::to_string(&kit).unwrap().as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
    }
}
