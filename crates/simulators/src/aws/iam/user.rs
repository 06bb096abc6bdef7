//! CreateUser, GetUser, ListUsers, DeleteUser. It must not know a user's keys or policies.

use super::{Call, Owner, already_exists, check_name, conflict, iso, list_end, page, path};
use crate::aws::caller::Kind;
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Xml;
use crate::aws::state::{Account, User};

pub(super) fn create(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.form.required("UserName")?;
    let path = path(&mut call.form)?;
    call.form.none_left()?;
    check_name("userName", &name, 64)?;
    call.authorize("iam:CreateUser", &call.arn_of(Owner::User, &name)?)?;
    let now = call.now;
    let account = call.account_mut()?;
    if account.users.contains_key(&name) {
        return Err(already_exists(&format!("User with name {name} already exists.")));
    }
    let user = User::new(&name, &path, now);
    let mut xml = Xml::default();
    write(&mut xml, "User", account, &user);
    account.users.insert(name, user);
    call.state.touch();
    Ok(Some(xml))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.user_or_self()?;
    call.form.none_left()?;
    let mut xml = Xml::default();
    let Some(name) = name else {
        debug_assert_eq!(call.caller.kind, Kind::Root);
        let account = call.account()?;
        xml.element("User", |xml| {
            xml.text("UserId", &account.id).text("Arn", &account.root_arn()).text("Path", "/");
        });
        return Ok(Some(xml));
    };
    call.authorize("iam:GetUser", &call.arn_of(Owner::User, &name)?)?;
    let account = call.account()?;
    let user = account.users.get(&name).ok_or_else(|| Owner::User.missing(&name))?;
    write(&mut xml, "User", account, user);
    Ok(Some(xml))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    call.authorize("iam:ListUsers", &call.arn_of(Owner::User, "")?)?;
    let prefix = call.form.take("PathPrefix").unwrap_or_default();
    let names = call.account()?.users.values().filter(|user| user.path.starts_with(&prefix));
    let names = names.map(|user| user.name.clone()).collect();
    let (names, next) = page(&mut call.form, names)?;
    let account = call.account()?;
    let mut xml = Xml::default();
    xml.element("Users", |xml| {
        for user in names.iter().filter_map(|name| account.users.get(name)) {
            write(xml, "member", account, user);
        }
    });
    list_end(&mut xml, next);
    Ok(Some(xml))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let name = call.form.required("UserName")?;
    call.form.none_left()?;
    call.authorize("iam:DeleteUser", &call.arn_of(Owner::User, &name)?)?;
    let account = call.account_mut()?;
    let user = account.users.get(&name).ok_or_else(|| Owner::User.missing(&name))?;
    if !user.access_keys.is_empty() {
        return Err(conflict("Cannot delete entity, must delete access keys first."));
    }
    if !user.grants.inline.is_empty() || !user.grants.attached.is_empty() {
        return Err(conflict("Cannot delete entity, must delete policies first."));
    }
    account.users.remove(&name);
    call.state.touch();
    Ok(None)
}

fn write(xml: &mut Xml, element: &str, account: &Account, user: &User) {
    xml.element(element, |xml| {
        xml.text("Path", &user.path)
            .text("UserName", &user.name)
            .text("UserId", &user.id)
            .text("Arn", &account.user_arn(user))
            .text("CreateDate", &iso(user.created));
    });
}
