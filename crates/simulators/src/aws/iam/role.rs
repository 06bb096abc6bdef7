//! CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole.
//! It must not know a role's own policies.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Call, Owner, already_exists, check_name, checked_policy, conflict, iso, list_end, page, path};
use crate::aws::error::ServiceError;
use crate::aws::policy::Attached;
use crate::aws::query_protocol::{Xml, validation};
use crate::aws::secret::random_id;
use crate::aws::state::{Account, Grants, Role};

/// Seconds that a session lasts at most where nobody says otherwise. Source: IAM API reference.
pub(crate) const DEFAULT_MAX_SESSION: u32 = 3600;

pub(super) fn create(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.form.required("RoleName")?;
    let path = path(&mut call.form)?;
    let document = call.form.required("AssumeRolePolicyDocument")?;
    let description = call.form.take("Description").unwrap_or_default();
    let max_session = max_session(call)?.unwrap_or(DEFAULT_MAX_SESSION);
    call.form.none_left()?;
    check_name("roleName", &name, 64)?;
    call.authorize("iam:CreateRole", &call.arn_of(Owner::Role, &name)?)?;
    let trust = checked_policy(call.state, &document, Attached::Trust)?;
    let now = call.now;
    let account = call.account_mut()?;
    if account.roles.contains_key(&name) {
        return Err(already_exists(&format!("Role with name {name} already exists.")));
    }
    let role = Role {
        name: name.clone(),
        path,
        id: random_id("AROA"),
        created: now,
        description,
        max_session,
        trust,
        grants: Grants::default(),
    };
    let mut xml = Xml::default();
    write(&mut xml, "Role", account, &role);
    account.roles.insert(name, role);
    call.state.touch();
    Ok(Some(xml))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.form.required("RoleName")?;
    call.form.none_left()?;
    call.authorize("iam:GetRole", &call.arn_of(Owner::Role, &name)?)?;
    let account = call.account()?;
    let role = account.roles.get(&name).ok_or_else(|| Owner::Role.missing(&name))?;
    let mut xml = Xml::default();
    write(&mut xml, "Role", account, role);
    Ok(Some(xml))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    call.authorize("iam:ListRoles", &call.arn_of(Owner::Role, "")?)?;
    let prefix = call.form.take("PathPrefix").unwrap_or_default();
    let names = call.account()?.roles.values().filter(|role| role.path.starts_with(&prefix));
    let names = names.map(|role| role.name.clone()).collect();
    let (names, next) = page(&mut call.form, names)?;
    let account = call.account()?;
    let mut xml = Xml::default();
    xml.element("Roles", |xml| {
        for role in names.iter().filter_map(|name| account.roles.get(name)) {
            write(xml, "member", account, role);
        }
    });
    list_end(&mut xml, next);
    Ok(Some(xml))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let description = call.form.take("Description");
    let max_session = max_session(call)?;
    let role = named(call, "iam:UpdateRole")?;
    if let Some(description) = description {
        role.description = description;
    }
    if let Some(max_session) = max_session {
        role.max_session = max_session;
    }
    call.state.touch();
    Ok(Some(Xml::default()))
}

pub(super) fn update_description(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.form.required("RoleName")?;
    let description = call.form.take("Description").unwrap_or_default();
    call.form.none_left()?;
    call.authorize("iam:UpdateRoleDescription", &call.arn_of(Owner::Role, &name)?)?;
    let account = call.account_mut()?;
    let role = account.roles.get_mut(&name).ok_or_else(|| Owner::Role.missing(&name))?;
    role.description = description;
    let mut xml = Xml::default();
    let account = call.account()?;
    if let Some(role) = account.roles.get(&name) {
        write(&mut xml, "Role", account, role);
    }
    call.state.touch();
    Ok(Some(xml))
}

pub(super) fn update_trust(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let document = call.form.required("PolicyDocument")?;
    let trust = checked_policy(call.state, &document, Attached::Trust)?;
    named(call, "iam:UpdateAssumeRolePolicy")?.trust = trust;
    call.state.touch();
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let role = named(call, "iam:DeleteRole")?;
    if !role.grants.inline.is_empty() {
        return Err(conflict("Cannot delete entity, must delete policies first."));
    }
    if !role.grants.attached.is_empty() {
        return Err(conflict("Cannot delete entity, must detach all policies first."));
    }
    let name = role.name.clone();
    call.account_mut()?.roles.remove(&name);
    call.state.touch();
    Ok(None)
}

/// Takes the role's name, refuses what is left of the form, asks leave, finds the role.
fn named<'a>(call: &'a mut Call<'_>, action: &str) -> Result<&'a mut Role, ServiceError> {
    let name = call.form.required("RoleName")?;
    call.form.none_left()?;
    call.authorize(action, &call.arn_of(Owner::Role, &name)?)?;
    call.account_mut()?.roles.get_mut(&name).ok_or_else(|| Owner::Role.missing(&name))
}

fn max_session(call: &mut Call<'_>) -> Result<Option<u32>, ServiceError> {
    match call.form.number("MaxSessionDuration")? {
        Some(seconds) if !(3600..=43200).contains(&seconds) => Err(validation(&format!(
            "Value '{seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must be between 3600 and 43200"
        ))),
        asked => Ok(asked),
    }
}

fn write(xml: &mut Xml, element: &str, account: &Account, role: &Role) {
    xml.element(element, |xml| {
        xml.text("Path", &role.path)
            .text("RoleName", &role.name)
            .text("RoleId", &role.id)
            .text("Arn", &account.role_arn(role))
            .text("CreateDate", &iso(role.created))
            // IAM gives documents back percent-encoded.
            .text("AssumeRolePolicyDocument", &utf8_percent_encode(role.trust.text(), NON_ALPHANUMERIC).to_string());
        if !role.description.is_empty() {
            xml.text("Description", &role.description);
        }
        xml.text("MaxSessionDuration", &role.max_session.to_string());
    });
}
