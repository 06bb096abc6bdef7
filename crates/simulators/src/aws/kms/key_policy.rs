//! PutKeyPolicy, GetKeyPolicy, ListKeyPolicies, and the check of a policy before it is put.
//! It must not know how policies are read or asked.

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Naming;
use super::key::Key;
use super::{Call, constraint, page, required};
use crate::aws::authorize;
use crate::aws::error::ServiceError;
use crate::aws::policy::{Attached, Policy, Question};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutFields {
    key_id: Option<String>,
    policy_name: Option<String>,
    policy: Option<String>,
    bypass_policy_lockout_safety_check: Option<bool>,
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: PutFields = call.fields()?;
    only_default(fields.policy_name.as_deref())?;
    let text = required("policy", fields.policy)?;
    let bypass = fields.bypass_policy_lockout_safety_check.unwrap_or(false);
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:PutKeyPolicy")?;
    key.not_doomed()?;
    let id = key.id.clone();
    let policy = checked_policy(call, &text, bypass, Some(&id))?;
    let key = call.key_by_id(&id)?;
    key.policy = policy;
    key.removed_policy = None;
    call.state.touch();
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetFields {
    key_id: Option<String>,
    policy_name: Option<String>,
}

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: GetFields = call.fields()?;
    only_default(fields.policy_name.as_deref())?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:GetKeyPolicy")?;
    Ok(json!({ "Policy": key.policy.text(), "PolicyName": "default" }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListFields {
    key_id: Option<String>,
    limit: Option<u32>,
    marker: Option<String>,
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: ListFields = call.fields()?;
    call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:ListKeyPolicies")?;
    page::cut("PolicyNames", vec![json!("default")], fields.limit, fields.marker.as_deref(), 1000)
}

fn only_default(name: Option<&str>) -> Result<(), ServiceError> {
    match name {
        None | Some("default") => Ok(()),
        Some(name) => Err(ServiceError::new("NotFoundException", format!("No such policy exists: {name}"))),
    }
}

/// Reads a policy and checks what AWS checks: its principals exist, and its author is not locked out.
/// Errors: `MalformedPolicyDocumentException`.
pub(super) fn checked_policy(
    call: &Call<'_>,
    text: &str,
    bypass: bool,
    key_id: Option<&str>,
) -> Result<Policy, ServiceError> {
    let malformed = |words: String| ServiceError::new("MalformedPolicyDocumentException", words);
    if text.is_empty() {
        return Err(constraint("policy", "have length greater than or equal to 1"));
    }
    let policy = Policy::parse(text, Attached::Key).map_err(malformed)?;
    if authorize::unknown_principal(call.state, &policy).is_some() {
        return Err(malformed("Policy contains a statement with one or more invalid principals.".to_owned()));
    }
    if !bypass && locks_out(call, &policy, key_id.and_then(|id| call.state.keys.get(id))) {
        return Err(malformed(
            "The new key policy will not allow you to update the key policy in the future.".to_owned(),
        ));
    }
    Ok(policy)
}

fn locks_out(call: &Call<'_>, policy: &Policy, key: Option<&Key>) -> bool {
    let mut facts = call.caller.facts();
    facts.push(("kms:CallerAccount".to_owned(), vec![call.caller.account.clone()]));
    facts.extend(key.map(Key::facts).unwrap_or_default());
    let resource = key.map_or_else(|| "*".to_owned(), Key::arn);
    let question = Question { action: "kms:PutKeyPolicy", resource: &resource, facts: &facts };
    authorize::with_resource(call.state, call.caller, &question, policy, &call.caller.account).is_err()
}
