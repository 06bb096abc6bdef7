//! IAM, as much of it as keys and roles need: users, access keys, roles and their policies.
//! It must not know HTTP or signatures.

mod access_key;
mod attached_policy;
mod inline_policy;
mod role;
mod user;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::authorize;
use super::caller::{Caller, Kind};
use super::error::ServiceError;
use super::policy::{Attached, Policy, Question};
use super::query_protocol::{Form, Xml, validation};
use super::state::{Account, Grants, State};

/// One authenticated call, of IAM or STS.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: &'a Caller,
    /// Unit: ms since 1970.
    pub(crate) now: i64,
    pub(crate) form: Form,
}

type Operation = fn(&mut Call<'_>) -> Result<Option<Xml>, ServiceError>;

/// Every operation by its own name. What is not here, this IAM does not have.
pub(crate) const OPERATIONS: [(&str, Operation); 29] = [
    ("AttachRolePolicy", attached_policy::attach_to_role),
    ("AttachUserPolicy", attached_policy::attach_to_user),
    ("CreateAccessKey", access_key::create),
    ("CreateRole", role::create),
    ("CreateUser", user::create),
    ("DeleteAccessKey", access_key::delete),
    ("DeleteRole", role::delete),
    ("DeleteRolePolicy", inline_policy::delete_of_role),
    ("DeleteUser", user::delete),
    ("DeleteUserPolicy", inline_policy::delete_of_user),
    ("DetachRolePolicy", attached_policy::detach_from_role),
    ("DetachUserPolicy", attached_policy::detach_from_user),
    ("GetRole", role::describe),
    ("GetRolePolicy", inline_policy::read_of_role),
    ("GetUser", user::describe),
    ("GetUserPolicy", inline_policy::read_of_user),
    ("ListAccessKeys", access_key::list),
    ("ListAttachedRolePolicies", attached_policy::list_of_role),
    ("ListAttachedUserPolicies", attached_policy::list_of_user),
    ("ListRolePolicies", inline_policy::list_of_role),
    ("ListRoles", role::list),
    ("ListUserPolicies", inline_policy::list_of_user),
    ("ListUsers", user::list),
    ("PutRolePolicy", inline_policy::put_on_role),
    ("PutUserPolicy", inline_policy::put_on_user),
    ("UpdateAccessKey", access_key::update),
    ("UpdateAssumeRolePolicy", role::update_trust),
    ("UpdateRole", role::update),
    ("UpdateRoleDescription", role::update_description),
];

/// Whose policies an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    User,
    Role,
}

impl Owner {
    /// The field that names it.
    fn field(self) -> &'static str {
        match self {
            Self::User => "UserName",
            Self::Role => "RoleName",
        }
    }

    fn missing(self, name: &str) -> ServiceError {
        let what = match self {
            Self::User => "user",
            Self::Role => "role",
        };
        no_such_entity(&format!("The {what} with name {name} cannot be found."))
    }
}

impl Call<'_> {
    fn account(&self) -> Result<&Account, ServiceError> {
        self.state.accounts.get(&self.caller.account).ok_or_else(bug)
    }

    fn account_mut(&mut self) -> Result<&mut Account, ServiceError> {
        self.state.accounts.get_mut(&self.caller.account).ok_or_else(bug)
    }

    /// The ARN that a user or role has, or would have.
    fn arn_of(&self, owner: Owner, name: &str) -> Result<String, ServiceError> {
        let account = self.account()?;
        let known = match owner {
            Owner::User => account.users.get(name).map(|user| account.user_arn(user)),
            Owner::Role => account.roles.get(name).map(|role| account.role_arn(role)),
        };
        Ok(known.unwrap_or_else(|| {
            let kind = match owner {
                Owner::User => "user",
                Owner::Role => "role",
            };
            format!("arn:{}:iam::{}:{kind}/{name}", account.partition, account.id)
        }))
    }

    /// Errors: `AccessDenied`.
    fn authorize(&self, action: &str, resource: &str) -> Result<(), ServiceError> {
        let facts = self.caller.facts();
        let question = Question { action, resource, facts: &facts };
        authorize::by_identity(self.state, self.caller, &question).map_err(|denied| {
            ServiceError::with_status("AccessDenied", 403, denied.words(self.caller, action, resource))
        })
    }

    /// Asks leave, and finds whose policies are meant.
    /// Errors: `AccessDenied`, `NoSuchEntity`.
    fn grants(&mut self, owner: Owner, name: &str, action: &str) -> Result<&mut Grants, ServiceError> {
        self.authorize(action, &self.arn_of(owner, name)?)?;
        let account = self.account_mut()?;
        let grants = match owner {
            Owner::User => account.users.get_mut(name).map(|user| &mut user.grants),
            Owner::Role => account.roles.get_mut(name).map(|role| &mut role.grants),
        };
        grants.ok_or_else(|| owner.missing(name))
    }

    /// The user named, or the caller himself where none is.
    fn user_or_self(&mut self) -> Result<Option<String>, ServiceError> {
        match (self.form.take("UserName"), &self.caller.kind) {
            (Some(name), _) => Ok(Some(name)),
            (None, Kind::User(name)) => Ok(Some(name.clone())),
            (None, Kind::Root) => Ok(None),
            (None, Kind::Role(_)) => Err(ServiceError::new(
                "ValidationError",
                "Must specify userName when calling with non-User credentials",
            )),
        }
    }
}

/// Reads a document as IAM does when it is put.
/// Errors: `MalformedPolicyDocument`.
pub(crate) fn checked_policy(state: &State, text: &str, attached: Attached) -> Result<Policy, ServiceError> {
    let malformed = |words| ServiceError::new("MalformedPolicyDocument", words);
    let policy = Policy::parse(text, attached).map_err(malformed)?;
    match authorize::unknown_principal(state, &policy) {
        None => Ok(policy),
        Some(principal) => Err(malformed(format!("Invalid principal in policy: \"AWS\":\"{principal}\""))),
    }
}

/// Errors: `ValidationError` for a name that IAM does not take.
pub(crate) fn check_name(member: &str, name: &str, most: usize) -> Result<(), ServiceError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !name.is_empty() && name.len() <= most && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(validation(&format!(
        "Value at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{{1,{most}}}"
    )))
}

/// Takes the path; `/` where there is none.
fn path(form: &mut Form) -> Result<String, ServiceError> {
    let path = form.take("Path").unwrap_or_else(|| "/".to_owned());
    let printable = path.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if path.starts_with('/') && path.ends_with('/') && path.len() <= 512 && printable && !path.contains("//") {
        return Ok(path);
    }
    Err(validation("Value at 'path' failed to satisfy constraint: Member must begin and end with /"))
}

/// Cuts one page of a list. The marker is the number of entries already given, as text.
fn page<T>(form: &mut Form, entries: Vec<T>) -> Result<(Vec<T>, Option<usize>), ServiceError> {
    let most = form.number("MaxItems")?.unwrap_or(100);
    if !(1..=1000).contains(&most) {
        return Err(validation("Value at 'maxItems' failed to satisfy constraint: Member must be between 1 and 1000"));
    }
    let from = match form.take("Marker") {
        None => 0,
        Some(text) => text.parse().map_err(|_| validation("Invalid Marker."))?,
    };
    form.none_left()?;
    let all = entries.len();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let page: Vec<T> = entries.into_iter().skip(from).take(most).collect();
    let next = from.saturating_add(page.len());
    Ok((page, (next < all).then_some(next)))
}

fn list_end(xml: &mut Xml, next: Option<usize>) {
    xml.text("IsTruncated", if next.is_some() { "true" } else { "false" });
    if let Some(next) = next {
        xml.text("Marker", &next.to_string());
    }
}

fn no_such_entity(words: &str) -> ServiceError {
    ServiceError::with_status("NoSuchEntity", 404, words)
}

fn already_exists(words: &str) -> ServiceError {
    ServiceError::with_status("EntityAlreadyExists", 409, words)
}

fn conflict(words: &str) -> ServiceError {
    ServiceError::with_status("DeleteConflict", 409, words)
}

fn bug() -> ServiceError {
    ServiceError::bug("ServiceFailure", "an authenticated caller's account exists")
}

/// A time as the query protocol has it. Takes ms since 1970.
pub(crate) fn iso(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
