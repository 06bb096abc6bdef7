//! What a server's refusal says to a person. The words are the server's; control characters in them are not let onto a
//! terminal. It must not know any error code but the one that means a missing sign-in.

use serde::Deserialize;
use serde_json::Value;

use crate::client::Answer;
use crate::output::tame;

/// A refusal, as far as it could be read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Refusal {
    #[serde(skip)]
    status: u16,
    error_code: String,
    detail: String,
    reason: String,
    parameters: Vec<Value>,
    bad_request_detail: Option<BadRequest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BadRequest {
    fields: Vec<Violation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Violation {
    field: String,
    description: String,
}

impl Refusal {
    /// Reads a refusal. One in other words than Atrest's keeps its status alone.
    pub(crate) fn of(answer: &Answer) -> Self {
        let read: Self = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self { status: answer.status, ..read }
    }

    /// Puts it as the SDKs do, so that what people search for is found; several faults get a line each.
    pub(crate) fn told(&self, method: &str, url: &str) -> anyhow::Error {
        if self.status == 401 || self.error_code == "UNAUTHORIZED" {
            let said = tame(&self.detail);
            let said = if said.is_empty() { "the server does not know these credentials." } else { &said };
            return anyhow::anyhow!(
                "unauthorized: {said} Set public_api_key and private_api_key, or client_id and client_secret: `atrest profile set`"
            );
        }
        if self.error_code.is_empty() {
            return anyhow::anyhow!(
                "{url} {method}: HTTP {}, and not in the words of Atrest; look at base_url",
                self.status
            );
        }
        let mut words = format!(
            "{url} {method}: HTTP {} {} (Error code: \"{}\") Detail: {} Reason: {}.",
            self.status,
            tame(&self.reason),
            tame(&self.error_code),
            tame(&self.detail),
            tame(&self.reason),
        );
        if !self.parameters.is_empty() {
            let parameters: Vec<String> = self.parameters.iter().map(crate::output::shown).collect();
            words.push_str(&format!(" Params: [{}]", parameters.join(" ")));
        }
        for fault in self.bad_request_detail.iter().flat_map(|detail| &detail.fields) {
            words.push_str(&format!("\n  {}: {}", tame(&fault.field), tame(&fault.description)));
        }
        anyhow::anyhow!(words)
    }
}
