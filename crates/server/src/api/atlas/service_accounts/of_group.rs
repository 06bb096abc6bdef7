//! `/groups/{groupId}/serviceAccounts`.

use api_wire::atlas::service_accounts::v2024_08_05::{
    AccountCreate, AccountUpdate, GROUP_CREATE, GROUP_UPDATE, read_invitation, read_secret_hours,
};
use control::access::{AccountChange, AccountView, NewAccount};

use super::{secret_to_wire, to_wire};
use crate::api::Api;
use crate::api::atlas::roles::{project_role_names, project_roles};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's service accounts, oldest first.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let accounts = api.control().service_accounts_in(call.caller()?, call.project()?).await?;
    let total = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
    let views = api.control().with_secrets(call.cut(accounts)).await?;
    let mut page = Vec::with_capacity(views.len());
    for view in views {
        page.push(to_wire(&view, roles(&view, call)?, None));
    }
    call.page(page, total, &[])
}

/// Answers with one service account.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("clientId");
    let view = api.control().service_account_in(call.caller()?, call.project()?, id).await?;
    call.single(&to_wire(&view, roles(&view, call)?, None))
}

/// Creates a service account, and answers with it and its first secret, which is shown here and never again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = AccountCreate::read(&call.body, &GROUP_CREATE).map_err(Refused::BodyFaults)?;
    let AccountCreate { name, description, roles: names, secret_expires_after_hours } = body;
    let roles_of = project_roles(&names)?;
    let new = NewAccount { name, description, roles: roles_of, secret_hours: secret_expires_after_hours };
    let (view, secret) = api.control().add_service_account_in(call.caller()?, call.project()?, new).await?;
    let place = format!("{}/{}", call.url(), view.account.client_id());
    call.created(&to_wire(&view, roles(&view, call)?, Some(&secret)), place)
}

/// Changes a service account, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = AccountUpdate::read(&call.body, &GROUP_UPDATE).map_err(Refused::BodyFaults)?;
    let AccountUpdate { name, description, roles: names } = body;
    let change = AccountChange { name, description, roles: names.map(|names| project_roles(&names)).transpose()? };
    let id = call.parameter("clientId");
    let view = api.control().change_service_account_in(call.caller()?, call.project()?, id, change).await?;
    call.single(&to_wire(&view, roles(&view, call)?, None))
}

/// Takes a service account out of a project; it stays in the organization.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("clientId");
    api.control().take_service_account_out(call.caller()?, call.project()?, id).await?;
    Ok(Answer::empty())
}

/// Gives a service account one more secret, and answers with it; it is shown here and never again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create_secret(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let hours = read_secret_hours(&call.body).map_err(Refused::BodyFaults)?;
    let id = call.parameter("clientId");
    let made = api.control().add_secret_in(call.caller()?, call.project()?, id, hours).await?;
    let place = format!("{}/{}", call.url(), made.kept.id);
    call.created(&secret_to_wire(&made), place)
}

/// Deletes a secret of a service account.
/// Errors: those of the use case.
pub async fn delete_secret(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (id, secret) = (call.parameter("clientId"), call.parameter("secretId"));
    api.control().delete_secret_in(call.caller()?, call.project()?, id, secret).await?;
    Ok(Answer::empty())
}

/// Gives a service account of the organization roles in a project, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn invite(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let names = project_roles(&read_invitation(&call.body).map_err(Refused::BodyFaults)?)?;
    let (project, id) = (call.project()?, call.parameter("clientId"));
    let view = api.control().invite_service_account(call.caller()?, project, id, names).await?;
    call.single(&to_wire(&view, roles(&view, call)?, None))
}

fn roles(view: &AccountView, call: &Call) -> Result<Vec<String>, Refused> {
    let roles = view.account.grants.project_roles.get(&call.project()?);
    Ok(roles.map(project_role_names).unwrap_or_default())
}
