//! `/orgs/{orgId}/serviceAccounts`.

use api_wire::atlas::service_accounts::v2024_08_05::{
    AccountCreate, AccountGroup, AccountUpdate, ORG_CREATE, ORG_UPDATE, read_secret_hours,
};
use control::access::{AccountChange, AccountView, NewAccount};

use super::{secret_to_wire, to_wire};
use crate::api::Api;
use crate::api::atlas::roles::{org_role_names, org_roles, project_role_names};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's service accounts, oldest first.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let accounts = api.control().service_accounts(call.caller()?, call.organization()?).await?;
    let total = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
    let views = api.control().with_secrets(call.cut(accounts)).await?;
    let mut page = Vec::with_capacity(views.len());
    for view in views {
        page.push(to_wire(&view, roles(&view), None));
    }
    call.page(page, total, &[])
}

/// Answers with one service account.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("clientId");
    let view = api.control().service_account_of(call.caller()?, call.organization()?, id).await?;
    call.single(&to_wire(&view, roles(&view), None))
}

/// Creates a service account, and answers with it and its first secret, which is shown here and never again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = AccountCreate::read(&call.body, &ORG_CREATE).map_err(Refused::BodyFaults)?;
    let AccountCreate { name, description, roles: names, secret_expires_after_hours } = body;
    let roles_of = org_roles(&names)?;
    let new = NewAccount { name, description, roles: roles_of, secret_hours: secret_expires_after_hours };
    let (view, secret) = api.control().add_service_account(call.caller()?, call.organization()?, new).await?;
    let place = format!("{}/{}", call.url(), view.account.client_id());
    call.created(&to_wire(&view, roles(&view), Some(&secret)), place)
}

/// Changes a service account, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = AccountUpdate::read(&call.body, &ORG_UPDATE).map_err(Refused::BodyFaults)?;
    let AccountUpdate { name, description, roles: names } = body;
    let change = AccountChange { name, description, roles: names.map(|names| org_roles(&names)).transpose()? };
    let id = call.parameter("clientId");
    let view = api.control().change_service_account(call.caller()?, call.organization()?, id, change).await?;
    call.single(&to_wire(&view, roles(&view), None))
}

/// Deletes a service account with its secrets and tokens.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("clientId");
    api.control().delete_service_account(call.caller()?, call.organization()?, id).await?;
    Ok(Answer::empty())
}

/// Gives a service account one more secret, and answers with it; it is shown here and never again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create_secret(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let hours = read_secret_hours(&call.body).map_err(Refused::BodyFaults)?;
    let id = call.parameter("clientId");
    let made = api.control().add_secret(call.caller()?, call.organization()?, id, hours).await?;
    let place = format!("{}/{}", call.url(), made.kept.id);
    call.created(&secret_to_wire(&made), place)
}

/// Deletes a secret of a service account.
/// Errors: those of the use case.
pub async fn delete_secret(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (id, secret) = (call.parameter("clientId"), call.parameter("secretId"));
    api.control().delete_secret(call.caller()?, call.organization()?, id, secret).await?;
    Ok(Answer::empty())
}

/// Answers with one page of the projects in which a service account has roles.
/// Errors: those of the use case.
pub async fn groups(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, id) = (call.organization()?, call.parameter("clientId"));
    let roles = api.control().projects_of_service_account(call.caller()?, org, id).await?;
    let total = u64::try_from(roles.len()).unwrap_or(u64::MAX);
    let page = call
        .cut(roles.into_iter().collect())
        .into_iter()
        .map(|(project, roles)| AccountGroup { group_id: project.to_string(), roles: project_role_names(&roles) });
    call.page(page.collect(), total, &[])
}

fn roles(view: &AccountView) -> Vec<String> {
    org_role_names(&view.account.grants.org_roles)
}
