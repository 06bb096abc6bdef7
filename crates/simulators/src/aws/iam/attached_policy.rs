//! Managed policies attached to users and roles. The simulator knows one: AdministratorAccess.
//! It must not know how a policy is asked.

use super::{Call, Owner, list_end, no_such_entity, page};
use crate::aws::error::ServiceError;
use crate::aws::policy::ADMINISTRATOR;
use crate::aws::query_protocol::Xml;

type Answer = Result<Option<Xml>, ServiceError>;

pub(super) fn attach_to_role(call: &mut Call<'_>) -> Answer {
    attach(call, Owner::Role, "iam:AttachRolePolicy")
}

pub(super) fn attach_to_user(call: &mut Call<'_>) -> Answer {
    attach(call, Owner::User, "iam:AttachUserPolicy")
}

pub(super) fn detach_from_role(call: &mut Call<'_>) -> Answer {
    detach(call, Owner::Role, "iam:DetachRolePolicy")
}

pub(super) fn detach_from_user(call: &mut Call<'_>) -> Answer {
    detach(call, Owner::User, "iam:DetachUserPolicy")
}

pub(super) fn list_of_role(call: &mut Call<'_>) -> Answer {
    list(call, Owner::Role, "iam:ListAttachedRolePolicies")
}

pub(super) fn list_of_user(call: &mut Call<'_>) -> Answer {
    list(call, Owner::User, "iam:ListAttachedUserPolicies")
}

fn attach(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let arn = call.form.required("PolicyArn")?;
    call.form.none_left()?;
    let known = format!("arn:{}:iam::aws:{ADMINISTRATOR}", call.caller.partition);
    let grants = call.grants(owner, &name, action)?;
    if arn != known {
        return Err(missing(&arn));
    }
    if !grants.attached.contains(&arn) {
        grants.attached.push(arn);
        call.state.touch();
    }
    Ok(None)
}

fn detach(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let arn = call.form.required("PolicyArn")?;
    call.form.none_left()?;
    let grants = call.grants(owner, &name, action)?;
    let before = grants.attached.len();
    grants.attached.retain(|attached| *attached != arn);
    if grants.attached.len() == before {
        return Err(missing(&arn));
    }
    call.state.touch();
    Ok(None)
}

fn list(call: &mut Call<'_>, owner: Owner, action: &str) -> Answer {
    let name = call.form.required(owner.field())?;
    let attached = call.grants(owner, &name, action)?.attached.clone();
    let (attached, next) = page(&mut call.form, attached)?;
    let mut xml = Xml::default();
    xml.element("AttachedPolicies", |xml| {
        for arn in &attached {
            let name = arn.rsplit('/').next().unwrap_or(arn);
            xml.element("member", |xml| {
                xml.text("PolicyName", name).text("PolicyArn", arn);
            });
        }
    });
    list_end(&mut xml, next);
    Ok(Some(xml))
}

fn missing(arn: &str) -> ServiceError {
    no_such_entity(&format!(
        "Policy {arn} does not exist or is not attachable; the simulator knows AdministratorAccess."
    ))
}
