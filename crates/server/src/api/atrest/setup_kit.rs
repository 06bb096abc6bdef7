//! GET `/api/atrest/v1/groups/{groupId}/encryptionAtRest/setupKit/{cloudProvider}`: the policies and commands that let
//! this service use a key, filled in. A file per cloud. Whatever is written into a command was read by the cloud's own
//! grammar first, so that nobody can have another paste what he did not mean.
//! Source of every document: docs/providers/.

mod aws;
mod azure;
mod gcp;

use api_wire::atlas::cloud_provider_access::ProviderName;
use api_wire::atrest::setup_kit::{SetupKit, SetupStep, StepFormat};
use api_wire::fault::{Fault, FaultKind};
use serde_json::Value;

use crate::api::Api;
use crate::api::atlas::cloud_provider_access::named_provider;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the kit of one cloud.
/// Errors: a key that is none of that cloud's; those of the use case; no such path for another cloud.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (named, provider) = named_provider(call)?;
    let role = call.query.text("roleId").map(str::parse).transpose();
    let role = role.map_err(|_| Refused::Bug("the schema admits only ids"))?;
    let facts = api.control().setup_facts(call.caller()?, call.project()?, provider, role).await?;
    let (key, tenant) = (call.query.text("keyId"), call.query.text("tenantId"));
    let steps = match named {
        ProviderName::Aws => aws::steps(&facts, key)?,
        ProviderName::Azure => azure::steps(&facts, key, tenant)?,
        ProviderName::Gcp => gcp::steps(&facts, key)?,
    };
    let mut placeholders: Vec<String> = Vec::new();
    for word in steps.iter().flat_map(|step| words(&step.content)).filter(|word| is_placeholder(word)) {
        if !placeholders.iter().any(|known| known == word) {
            placeholders.push(word.to_owned());
        }
    }
    call.single(&SetupKit { cloud_provider: named, placeholders, steps })
}

/// Refuses a key that is none of that cloud's.
fn no_key(expected: &'static str) -> Refused {
    Refused::QueryFaults(vec![Fault::at("keyId", FaultKind::Format { expected })])
}

fn json(title: &str, document: &Value) -> SetupStep {
    // A value always prints.
    let content = serde_json::to_string_pretty(document).unwrap_or_default();
    SetupStep { content, format: StepFormat::Json, title: title.to_owned() }
}

fn shell(title: &str, commands: impl Into<String>) -> SetupStep {
    SetupStep { content: commands.into(), format: StepFormat::Shell, title: title.to_owned() }
}

fn text(title: &str, words: impl Into<String>) -> SetupStep {
    SetupStep { content: words.into(), format: StepFormat::Text, title: title.to_owned() }
}

fn words(content: &str) -> impl Iterator<Item = &str> {
    content.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

/// What is still to be filled in looks like `YOUR_ROLE_NAME`.
fn is_placeholder(word: &str) -> bool {
    word.strip_prefix("YOUR_")
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}
