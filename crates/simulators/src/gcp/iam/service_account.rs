//! Making, reading, disabling and deleting service accounts. It must not know their keys.

use serde_json::{Map, Value, json};

use crate::gcp::Call;
use crate::gcp::error::{Code, Status};
use crate::gcp::name::is_account_id;
use crate::gcp::page::Page;
use crate::gcp::state::ServiceAccount;

/// Letters of an account id at least. Source: IAM API reference.
const ID_LEAST: usize = 6;
/// Bytes. Source: as above.
const DISPLAY_NAME_LIMIT: usize = 100;
const DESCRIPTION_LIMIT: usize = 256;

pub(crate) fn create(call: &mut Call<'_>) -> Result<Value, Status> {
    let id = call.fields.text("accountId")?.unwrap_or_default();
    let (mut display_name, mut description) = (String::new(), String::new());
    if let Some(mut account) = call.fields.object("serviceAccount")? {
        display_name = account.text("displayName")?.unwrap_or_default();
        description = account.text("description")?.unwrap_or_default();
        account.nothing_left()?;
    }
    call.nothing_left()?;
    if !is_account_id(&id) || id.len() < ID_LEAST {
        return Err(Status::invalid("account_id must have 6 to 30 lower-case letters, digits and hyphens."));
    }
    if display_name.len() > DISPLAY_NAME_LIMIT || description.len() > DESCRIPTION_LIMIT {
        return Err(Status::invalid("The display name or the description is too long."));
    }
    let project = call.name.project();
    if !call.state.projects.contains_key(project) {
        return Err(Status::not_found(format!("Project {project} not found.")));
    }
    let account = ServiceAccount { display_name, description, ..ServiceAccount::new(project, &id) };
    if call.state.accounts.contains_key(&account.email) {
        return Err(Status::new(
            Code::AlreadyExists,
            format!("Service account {id} already exists within project projects/{project}."),
        ));
    }
    let answer = show(&account);
    call.state.accounts.insert(account.email.clone(), account);
    call.state.touch();
    Ok(answer)
}

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    Ok(show(call.account()?))
}

pub(crate) fn list(call: &mut Call<'_>) -> Result<Value, Status> {
    let page = Page::read(&mut call.query)?;
    call.nothing_left()?;
    let all: Vec<(String, Value)> = call
        .state
        .accounts
        .values()
        .filter(|account| account.project == call.name.project())
        .map(|account| (account.email.clone(), show(account)))
        .collect();
    Ok(Value::Object(page.cut("accounts", all)))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    let email = call.account()?.email.clone();
    call.state.delete_account(&email);
    Ok(json!({}))
}

pub(crate) fn disable(call: &mut Call<'_>) -> Result<Value, Status> {
    set_disabled(call, true)
}

pub(crate) fn enable(call: &mut Call<'_>) -> Result<Value, Status> {
    set_disabled(call, false)
}

fn set_disabled(call: &mut Call<'_>, disabled: bool) -> Result<Value, Status> {
    call.nothing_left()?;
    call.account_mut()?.disabled = disabled;
    call.state.touch();
    Ok(json!({}))
}

fn show(account: &ServiceAccount) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("name", json!(format!("projects/{}/serviceAccounts/{}", account.project, account.email)));
    put("projectId", json!(account.project));
    put("uniqueId", json!(account.unique_id));
    put("email", json!(account.email));
    put("oauth2ClientId", json!(account.unique_id));
    // What is empty or false is not sent.
    for (name, text) in [("displayName", &account.display_name), ("description", &account.description)] {
        if !text.is_empty() {
            put(name, json!(text));
        }
    }
    if account.disabled {
        put("disabled", json!(true));
    }
    Value::Object(fields)
}
