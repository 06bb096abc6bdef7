//! Reading, replacing and asking the allow policy of a project, service account, key ring or key.
//! It must not know which of these it is.
//!
//! Source: "Policy", IAM API reference; `google/iam/v1/iam_policy.proto`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::gcp::Call;
use crate::gcp::body::paths;
use crate::gcp::error::{Code, Status};
use crate::gcp::name::Name;
use crate::gcp::policy::{Bindings, Policy};
use crate::gcp::role::{is_grantable, is_permission_of};
use crate::gcp::state::State;

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    let mut version = call.query.int64("options.requestedPolicyVersion")?;
    if let Some(mut options) = call.fields.object("options")? {
        version = options.int64("requestedPolicyVersion")?.or(version);
        options.nothing_left()?;
    }
    call.nothing_left()?;
    check_version(version)?;
    let policy = call.state.policy(&call.name).ok_or_else(|| absent(&call.name))?;
    Ok(policy.view())
}

pub(crate) fn set(call: &mut Call<'_>) -> Result<Value, Status> {
    call.own_resource()?;
    let mask = paths(&call.fields.text("updateMask")?.unwrap_or_default());
    let policy = call.fields.object("policy")?;
    call.nothing_left()?;
    let mut policy = policy.ok_or_else(|| Status::invalid("The policy must be set."))?;
    let version = policy.int64("version")?;
    let etag = policy.bytes("etag")?.filter(|etag| !etag.is_empty());
    let mut bindings = Bindings::new();
    for mut binding in policy.objects("bindings")? {
        let role = binding.text("role")?.unwrap_or_default();
        let members = binding.texts("members")?;
        if binding.object("condition")?.is_some() {
            return Err(Status::invalid("Conditional role bindings are not modelled by this simulator."));
        }
        binding.nothing_left()?;
        bindings.entry(role).or_default().extend(members);
    }
    policy.nothing_left()?;
    check_version(version)?;
    if mask.iter().any(|path| path != "bindings" && path != "etag") {
        return Err(Status::invalid("update_mask: only bindings and etag are modelled by this simulator."));
    }

    let present = call.state.policy(&call.name).ok_or_else(|| absent(&call.name))?;
    check_etag(present, etag.as_deref())?;
    for (role, members) in &bindings {
        check_role(role, &call.name)?;
        for member in members {
            // A member that is gone may stay where it is.
            if !present.names(member) {
                check_member(call.state, member)?;
            }
        }
    }
    bindings.retain(|_, members| !members.is_empty());
    let policy = call.state.policy_mut(&call.name).ok_or_else(|| absent(&call.name))?;
    policy.set(bindings);
    let answer = policy.view();
    call.state.touch();
    Ok(answer)
}

/// Who asks after permissions needs none; a resource that is not there has none to give.
pub(crate) fn test(call: &mut Call<'_>) -> Result<Value, Status> {
    call.own_resource()?;
    let permissions = call.fields.texts("permissions")?;
    call.nothing_left()?;
    if let Some(unknown) = permissions.iter().find(|permission| !is_permission_of(permission, call.name.kind)) {
        return Err(Status::invalid(format!("Permission {unknown} is not valid for this resource.")));
    }
    let held: Vec<&String> = permissions
        .iter()
        .filter(|_| call.state.policy(&call.name).is_some())
        .filter(|permission| call.state.allows(&call.caller.member, permission, &call.name))
        .collect();
    let mut answer = Map::new();
    if !held.is_empty() {
        answer.insert("permissions".to_owned(), json!(held));
    }
    Ok(Value::Object(answer))
}

/// Errors: INVALID_ARGUMENT for a role that is unknown, or means nothing there.
pub(crate) fn check_role(role: &str, name: &Name) -> Result<(), Status> {
    if is_grantable(role, name.kind) {
        return Ok(());
    }
    Err(Status::invalid(format!("Role {role} is not supported for this resource, or not modelled by this simulator.")))
}

/// Errors: INVALID_ARGUMENT for a member that is no service account of ours: nobody else can sign in here.
pub(crate) fn check_member(state: &State, member: &str) -> Result<(), Status> {
    match member.strip_prefix("serviceAccount:") {
        Some(email) if state.accounts.contains_key(email) => Ok(()),
        Some(email) => Err(Status::invalid(format!("Service account {email} does not exist."))),
        None => Err(Status::invalid(format!("Member {member} is not modelled by this simulator."))),
    }
}

fn check_version(version: Option<i64>) -> Result<(), Status> {
    match version {
        None | Some(0 | 1 | 3) => Ok(()),
        Some(_) => Err(Status::invalid("The policy version must be 0, 1 or 3.")),
    }
}

/// A policy without an etag overwrites whatever is there.
fn check_etag(present: &Policy, etag: Option<&[u8]>) -> Result<(), Status> {
    let current = present.etag();
    match etag {
        Some(etag) if etag != current => Err(Status::new(
            Code::Aborted,
            format!(
                "There were concurrent policy changes. Please retry the whole read-modify-write with exponential \
                 backoff. The request's ETag '{}' did not match the current policy's ETag '{}'.",
                STANDARD.encode(etag),
                STANDARD.encode(current)
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

fn absent(name: &Name) -> Status {
    Status::not_found(format!("{} {name} not found.", name.kind.noun()))
}
