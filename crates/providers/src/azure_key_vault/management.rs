//! Asks Resource Manager whether subscription, resource group and vault belong together, as the customer's
//! principal. Must not know what it means where that principal may not ask. Source: product.md 5.2.

use domain::customer_key::azure_key_vault::AzureKeyVault as Settings;
use domain::validity::{DefiniteReason, Reason};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;
use url::Url;

use super::classify::{Operation, refusal, silence};
use super::token::Token;
use super::wire::Wire;
use crate::refused::Refused;

/// Reads the vault that the settings name.
/// Errors: `VAULT_ELSEWHERE` if there is none, or one at another address; `ACCESS_DENIED` if we may not
/// read it; what kept us from finding out.
pub(super) async fn confirm(wire: &Wire, settings: &Settings, token: &Token, secret: &str) -> Result<(), Refused> {
    let url = wire.places.vault_resource(settings).ok_or_else(|| Refused::unexpected("no address of the vault"))?;
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| Refused::unexpected("a token that cannot be sent"))?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = wire.send(request).await.map_err(|unanswered| silence(&unanswered))?;
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

fn address(body: &[u8]) -> Option<Url> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Url::parse(body.get("properties")?.get("vaultUri")?.as_str()?).ok()
}
