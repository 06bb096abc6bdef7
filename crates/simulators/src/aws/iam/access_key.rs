//! CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys: of users, and of an account's root.
//! It must not know how a signature is checked.

use super::{Call, Owner, iso, list_end, no_such_entity, page};
use crate::aws::error::ServiceError;
use crate::aws::query_protocol::{Xml, validation};
use crate::aws::state::{AccessKey, Account};

/// Access keys one user may have. Source: IAM quotas.
const LIMIT: usize = 2;

pub(super) fn create(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let user = call.user_or_self()?;
    call.form.none_left()?;
    authorize(call, user.as_deref(), "iam:CreateAccessKey")?;
    let now = call.now;
    let keys = keys_mut(call.account_mut()?, user.as_deref())?;
    if keys.len() >= LIMIT {
        return Err(ServiceError::with_status(
            "LimitExceeded",
            409,
            format!("Cannot exceed quota for AccessKeysPerUser: {LIMIT}"),
        ));
    }
    let key = AccessKey::new(now);
    let mut xml = Xml::default();
    xml.element("AccessKey", |xml| {
        describe(xml, user.as_deref(), &key);
        xml.text("SecretAccessKey", key.secret.expose());
    });
    keys.push(key);
    call.state.touch();
    Ok(Some(xml))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let user = call.user_or_self()?;
    let id = call.form.required("AccessKeyId")?;
    let status = call.form.required("Status")?;
    call.form.none_left()?;
    authorize(call, user.as_deref(), "iam:UpdateAccessKey")?;
    let active = match status.as_str() {
        "Active" => true,
        "Inactive" => false,
        _ => {
            return Err(validation(
                "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
            ));
        }
    };
    let keys = keys_mut(call.account_mut()?, user.as_deref())?;
    keys.iter_mut().find(|key| key.id == id).ok_or_else(|| missing(&id))?.active = active;
    call.state.touch();
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let user = call.user_or_self()?;
    let id = call.form.required("AccessKeyId")?;
    call.form.none_left()?;
    authorize(call, user.as_deref(), "iam:DeleteAccessKey")?;
    let keys = keys_mut(call.account_mut()?, user.as_deref())?;
    let before = keys.len();
    keys.retain(|key| key.id != id);
    if keys.len() == before {
        return Err(missing(&id));
    }
    call.state.touch();
    Ok(None)
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Option<Xml>, ServiceError> {
    let user = call.user_or_self()?;
    authorize(call, user.as_deref(), "iam:ListAccessKeys")?;
    let account = call.state.accounts.get_mut(&call.caller.account).ok_or_else(super::bug)?;
    let keys = keys_mut(account, user.as_deref())?;
    let (keys, next) = page(&mut call.form, keys.iter().collect())?;
    let mut xml = Xml::default();
    xml.element("AccessKeyMetadata", |xml| {
        for key in keys {
            xml.element("member", |xml| describe(xml, user.as_deref(), key));
        }
    });
    list_end(&mut xml, next);
    Ok(Some(xml))
}

fn authorize(call: &Call<'_>, user: Option<&str>, action: &str) -> Result<(), ServiceError> {
    match user {
        // Only root gets here without a name, and root has leave.
        None => Ok(()),
        Some(name) => call.authorize(action, &call.arn_of(Owner::User, name)?),
    }
}

fn keys_mut<'a>(account: &'a mut Account, user: Option<&str>) -> Result<&'a mut Vec<AccessKey>, ServiceError> {
    match user {
        None => Ok(&mut account.root_keys),
        Some(name) => match account.users.get_mut(name) {
            Some(user) => Ok(&mut user.access_keys),
            None => Err(Owner::User.missing(name)),
        },
    }
}

fn describe(xml: &mut Xml, user: Option<&str>, key: &AccessKey) {
    if let Some(user) = user {
        xml.text("UserName", user);
    }
    xml.text("AccessKeyId", &key.id)
        .text("Status", if key.active { "Active" } else { "Inactive" })
        .text("CreateDate", &iso(key.created));
}

fn missing(id: &str) -> ServiceError {
    no_such_entity(&format!("The Access Key with id {id} cannot be found."))
}
