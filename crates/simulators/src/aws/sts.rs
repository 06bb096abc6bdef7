//! STS: AssumeRole and GetCallerIdentity.
//! It must not know HTTP or signatures.

use super::arn::{Arn, is_account_id};
use super::authorize;
use super::caller::{Kind, session_arn};
use super::error::ServiceError;
use super::iam::{Call, iso};
use super::policy::Question;
use super::query_protocol::{Xml, validation};
use super::secret::{random_id, random_secret};
use super::session_token::Session;

type Operation = fn(&mut Call<'_>) -> Result<Option<Xml>, ServiceError>;

/// Every operation by its own name.
pub(crate) const OPERATIONS: [(&str, Operation); 2] =
    [("AssumeRole", assume_role), ("GetCallerIdentity", caller_identity)];

/// Seconds that a session of a chained role may last. Source: AssumeRole, STS API reference.
const CHAINED_LIMIT: u32 = 3600;

fn caller_identity(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    call.form.none_left()?;
    let mut xml = Xml::default();
    xml.text("Arn", &call.caller.arn).text("UserId", &call.caller.user_id).text("Account", &call.caller.account);
    Ok(Some(xml))
}

fn assume_role(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let role_arn = call.form.required("RoleArn")?;
    let session_name = call.form.required("RoleSessionName")?;
    let external_id = call.form.take("ExternalId");
    let duration = call.form.number("DurationSeconds")?.unwrap_or(3600);
    call.form.none_left()?;
    check_name("roleSessionName", &session_name, 2..=64, b"_+=,.@-")?;
    if let Some(external_id) = &external_id {
        check_name("externalId", external_id, 2..=1224, b"_+=,.@:/-")?;
    }
    if !(900..=43200).contains(&duration) {
        return Err(validation(&format!(
            "Value '{duration}' at 'durationSeconds' failed to satisfy constraint: Member must be between 900 and 43200"
        )));
    }

    if call.caller.kind == Kind::Root {
        return Err(ServiceError::with_status("AccessDenied", 403, "Roles may not be assumed by root accounts."));
    }
    let Some(arn) = Arn::parse(&role_arn).filter(|arn| is_account_id(arn.account) && arn.resource.starts_with("role/"))
    else {
        return Err(ServiceError::new("ValidationError", format!("{role_arn} is invalid")));
    };
    // A role that is not there answers as one that does not trust the caller.
    let denied = || {
        ServiceError::with_status(
            "AccessDenied",
            403,
            format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}", call.caller.arn),
        )
    };
    let account = call.state.accounts.get(arn.account).ok_or_else(denied)?;
    let role = account.roles.values().find(|role| account.role_arn(role) == role_arn).ok_or_else(denied)?;

    let mut facts = call.caller.facts();
    if let Some(external_id) = external_id {
        facts.push(("sts:ExternalId".to_owned(), vec![external_id]));
    }
    let question = Question { action: "sts:AssumeRole", resource: &role_arn, facts: &facts };
    authorize::with_resource(call.state, call.caller, &question, &role.trust, &account.id).map_err(|_| denied())?;

    if duration > role.max_session {
        return Err(ServiceError::new(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    if matches!(call.caller.kind, Kind::Role(_)) && duration > CHAINED_LIMIT {
        return Err(ServiceError::new(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    let session = Session {
        access_key_id: random_id("ASIA"),
        secret: random_secret(),
        account: account.id.clone(),
        role: role.name.clone(),
        role_id: role.id.clone(),
        name: session_name.clone(),
        expires: call.now + i64::from(duration) * 1000,
    };
    let token = session
        .seal(&call.state.session_key)
        .ok_or_else(|| ServiceError::bug("InternalFailure", "a session can be sealed"))?;
    let mut xml = Xml::default();
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &session.access_key_id)
            .text("SecretAccessKey", session.secret.expose())
            .text("SessionToken", &token)
            .text("Expiration", &iso(session.expires));
    })
    .element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", &format!("{}:{session_name}", role.id))
            .text("Arn", &session_arn(&account.partition, &account.id, &role.name, &session_name));
    });
    Ok(Some(xml))
}

fn check_name(
    member: &str,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    marks: &[u8],
) -> Result<(), ServiceError> {
    let allowed = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte));
    if allowed && length.contains(&text.len()) {
        return Ok(());
    }
    Err(validation(&format!(
        "Value at '{member}' failed to satisfy constraint: Member must have {} to {} letters, digits or {}",
        length.start(),
        length.end(),
        String::from_utf8_lossy(marks)
    )))
}
