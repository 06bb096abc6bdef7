//! GenerateAccessToken: acting as another service account. It must not know what the token is used for.
//!
//! Source: IAM Service Account Credentials API reference; answers of the service in public issues.

use serde_json::{Value, json};

use crate::gcp::Call;
use crate::gcp::access_token::AccessToken;
use crate::gcp::enumeration::{read_seconds, timestamp};
use crate::gcp::error::Status;
use crate::gcp::scope;

/// Seconds.
const LIFE_LIMIT: i64 = 3600;

pub(crate) fn generate_access_token(call: &mut Call<'_>) -> Result<Value, Status> {
    let delegates = call.fields.texts("delegates")?;
    let scopes = call.fields.texts("scope")?;
    let life = call.fields.text("lifetime")?;
    call.nothing_left()?;
    if !delegates.is_empty() {
        return Err(Status::invalid("Delegates are not modelled by this simulator."));
    }
    if scopes.is_empty() {
        return Err(Status::invalid("The scope must be set."));
    }
    if let Some(unknown) = scopes.iter().find(|scope| !scope::is_known(scope)) {
        return Err(Status::invalid(format!("Scope {unknown} is unknown, or not modelled by this simulator.")));
    }
    let life = match life {
        None => LIFE_LIMIT,
        Some(text) => read_seconds(&text)
            .filter(|life| (1..=LIFE_LIMIT).contains(life))
            .ok_or_else(|| Status::invalid("The lifetime must be seconds, as in 3600s, of at most one hour."))?,
    };
    let account = call.account()?;
    if account.disabled {
        return Err(Status::precondition(format!("Service account {} is disabled.", account.email)));
    }
    let expires = call.now.saturating_add(life * 1000);
    let token = AccessToken { email: account.email.clone(), unique_id: account.unique_id.clone(), scopes, expires };
    let token = token.seal(&call.state.token_key).ok_or_else(|| Status::bug("the token key is a key"))?;
    Ok(json!({ "accessToken": token, "expireTime": timestamp(expires.div_euclid(1000) * 1000) }))
}
