//! Inline policies of users and roles: put, get, list, delete. One set of functions for both.
//! It must not know how a policy is read or asked.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Call, Owner, check_name, checked_policy, list_end, no_such_entity, page};
use crate::aws::error::ServiceError;
use crate::aws::policy::Attached;
use crate::aws::query_protocol::Xml;

type Answer = Result<Option<Xml>, ServiceError>;

pub(super) fn put_on_role(call: &mut Call<'_>) -> Answer {
    put(call, Owner::Role, "iam:PutRolePolicy")
}

pub(super) fn put_on_user(call: &mut Call<'_>) -> Answer {
    put(call, Owner::User, "iam:PutUserPolicy")
}

pub(super) fn read_of_role(call: &mut Call<'_>) -> Answer {
    read(call, Owner::Role, "iam:GetRolePolicy")
}

pub(super) fn read_of_user(call: &mut Call<'_>) -> Answer {
    read(call, Owner::User, "iam:GetUserPolicy")
}

pub(super) fn list_of_role(call: &mut Call<'_>) -> Answer {
    list(call, Owner::Role, "iam:ListRolePolicies")
}

pub(super) fn list_of_user(call: &mut Call<'_>) -> Answer {
    list(call, Owner::User, "iam:ListUserPolicies")
}

pub(super) fn delete_of_role(call: &mut Call<'_>) -> Answer {
    delete(call, Owner::Role, "iam:DeleteRolePolicy")
}

pub(super) fn delete_of_user(call: &mut Call<'_>) -> Answer {
    delete(call, Owner::User, "iam:DeleteUserPolicy")
}

fn put(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let policy_name = call.form.required("PolicyName")?;
    let document = call.form.required("PolicyDocument")?;
    call.form.none_left()?;
    check_name("policyName", &policy_name, 128)?;
    let policy = checked_policy(call.state, &document, Attached::Identity)?;
    let grants = call.grants(owner, &name, action)?;
    grants.removed.remove(&policy_name);
    grants.inline.insert(policy_name, policy);
    call.state.touch();
    Ok(None)
}

fn read(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let policy_name = call.form.required("PolicyName")?;
    call.form.none_left()?;
    let grants = call.grants(owner, &name, action)?;
    let policy = grants.inline.get(&policy_name).ok_or_else(|| missing(&policy_name))?;
    let mut xml = Xml::default();
    xml.text(owner.field(), &name)
        .text("PolicyName", &policy_name)
        // IAM gives documents back percent-encoded.
        .text("PolicyDocument", &utf8_percent_encode(policy.text(), NON_ALPHANUMERIC).to_string());
    Ok(Some(xml))
}

fn list(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let names: Vec<String> = call.grants(owner, &name, action)?.inline.keys().cloned().collect();
    let (names, next) = page(&mut call.form, names)?;
    let mut xml = Xml::default();
    xml.element("PolicyNames", |xml| {
        for name in &names {
            xml.text("member", name);
        }
    });
    list_end(&mut xml, next);
    Ok(Some(xml))
}

fn delete(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let policy_name = call.form.required("PolicyName")?;
    call.form.none_left()?;
    let grants = call.grants(owner, &name, action)?;
    grants.inline.remove(&policy_name).ok_or_else(|| missing(&policy_name))?;
    call.state.touch();
    Ok(None)
}

fn missing(policy: &str) -> ServiceError {
    no_such_entity(&format!("The policy with name {policy} cannot be found."))
}
