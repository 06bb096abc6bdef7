//! Asks Resource Manager as the customer's principal: whether subscription, resource group and vault belong
//! together, and what the vault calls the connection of an endpoint of ours. Must not know what it means where that
//! principal may not ask. Source: product.md 5.1, 5.2.

use domain::customer_key::azure_key_vault::AzureKeyVault as Settings;
use domain::validity::{DefiniteReason, ForeignText, Reason};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;
use url::Url;

use super::classify::{Operation, refusal, silence};
use super::token::Token;
use super::wire::Wire;
use crate::refused::Refused;
use crate::transport::Answer;

/// Reads the vault that the settings name.
/// Errors: `VAULT_ELSEWHERE` if there is none, or one at another address; `ACCESS_DENIED` if we may not
/// read it; what kept us from finding out.
pub(super) async fn confirm(wire: &Wire, settings: &Settings, token: &Token, secret: &str) -> Result<(), Refused> {
    let url = wire.places.vault_resource(settings).ok_or_else(|| Refused::unexpected("no address of the vault"))?;
    let answer = ask(wire, url, token).await?;
    if answer.status != reqwest::StatusCode::OK {
        return Err(refusal(&answer, Operation::ReadVault, &[token.expose(), secret]));
    }
    let found = address(&answer.body)
        .ok_or_else(|| Refused::unexpected("Resource Manager answered without a vault's address"))?;
    let wanted = wire.places.vault(settings.environment, &settings.vault);
    let wanted = Url::parse(&wanted).map_err(|_| Refused::unexpected("no address of the vault"))?;
    if found.origin() == wanted.origin() {
        return Ok(());
    }
    let words = format!("Resource Manager knows the vault as {found}, the settings as {wanted}");
    Err(Refused::saying(Reason::Definite(DefiniteReason::VaultElsewhere), &words))
}

/// Reads what the vault calls its connection to an endpoint. None if that may not be read, or is not there.
pub(super) async fn connection_name(wire: &Wire, settings: &Settings, token: &Token, endpoint: &str) -> Option<String> {
    let answer = ask(wire, wire.places.vault_connections(settings)?, token).await.ok()?;
    if answer.status != reqwest::StatusCode::OK {
        return None;
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let connection = body.get("value")?.as_array()?.iter().find(|connection| {
        let of = connection.pointer("/properties/privateEndpoint/id").and_then(Value::as_str);
        of.is_some_and(|of| of.eq_ignore_ascii_case(endpoint))
    });
    let name = connection?.get("name")?.as_str()?;
    // A stranger's text, shown to people.
    Some(ForeignText::tame(name, &[]).as_str().to_owned()).filter(|name| !name.is_empty())
}

async fn ask(wire: &Wire, url: Url, token: &Token) -> Result<Answer, Refused> {
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| Refused::unexpected("a token that cannot be sent"))?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    wire.send(request).await.map_err(|unanswered| silence(&unanswered))
}

fn address(body: &[u8]) -> Option<Url> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Url::parse(body.get("properties")?.get("vaultUri")?.as_str()?).ok()
}
