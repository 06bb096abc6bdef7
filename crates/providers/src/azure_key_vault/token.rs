//! Tokens of Entra: how one is taken with an application's secret, kept, and what it says of us.
//! Nothing here looks for credentials anywhere; no cache but the one of `session.rs` holds a token.
//! Must not know Key Vault, nor what a refusal counts for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use azure_security_keyvault_keys::KeyClient;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::customer_key::azure_key_vault::{AzureEnvironment, AzureGuid};
use domain::id::ProviderRoleId;
use domain::secret::SecretText;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::classify::{Operation, refusal, silence};
use super::places::{Resource, scope};
use super::wire::Wire;
use crate::pin::Pin;
use crate::refused::Refused;

/// Vaults that one token's clients are kept of. A project has one, and one more while it moves.
const VAULTS_KEPT: usize = 4;
/// The longest that a token is believed to live, whatever is said.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A session: one token.
pub(super) type Session = crate::session::Session<Token>;
/// The tokens of all projects.
pub(super) type Sessions = crate::session::Sessions<Who, Token>;

/// An application in one tenant, and what proves that we are it.
#[derive(Clone)]
pub(super) struct Application {
    pub(super) environment: AzureEnvironment,
    pub(super) tenant: AzureGuid,
    pub(super) client_id: AzureGuid,
    pub(super) secret: Arc<SecretText>,
}

/// Whose token it is, and for what. Another secret, tenant or principal is somebody else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who {
    resource: Resource,
    environment: AzureEnvironment,
    tenant: String,
    client_id: String,
    /// SHA-256 of the secret, which is long and random.
    secret: Vec<u8>,
    role: Option<(ProviderRoleId, String)>,
}

impl Application {
    pub(super) fn who(&self, resource: Resource, role: Option<(ProviderRoleId, &AzureGuid)>) -> Who {
        let lower = |id: &AzureGuid| id.as_str().to_ascii_lowercase();
        Who {
            resource,
            environment: self.environment,
            tenant: lower(&self.tenant),
            client_id: lower(&self.client_id),
            secret: digest(&SHA256, self.secret.expose().as_bytes()).as_ref().to_vec(),
            role: role.map(|(id, principal)| (id, lower(principal))),
        }
    }
}

/// An access token.
pub(super) struct Token {
    text: SecretText,
    pub(super) claims: Claims,
    /// The SDK's clients that show it, by vault and by the path to it. Each remembers that the vault asked for a
    /// token, and sends by the path it was made for.
    vaults: Mutex<BTreeMap<PathToVault, Arc<KeyClient>>>,
}

/// A vault's address, and what its path is pinned to if that is a private one.
type PathToVault = (String, Option<Pin>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl Token {
    fn new(text: String) -> Self {
        let claims = Claims::read(&text);
        Self { text: SecretText::new(text), claims, vaults: Mutex::default() }
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose()
    }

    /// Gives the client for a vault that shows this token and no other, by one path and no other.
    pub(super) fn vault<E>(
        &self,
        address: &str,
        path: Option<&Pin>,
        make: impl FnOnce() -> Result<KeyClient, E>,
    ) -> Result<Arc<KeyClient>, E> {
        let mut vaults = self.vaults.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (address.to_owned(), path.cloned());
        if let Some(client) = vaults.get(&place) {
            return Ok(client.clone());
        }
        let client = Arc::new(make()?);
        if path.is_some() {
            // A path that came before this one is of no use any more.
            vaults.retain(|(vault, by), _| vault != address || by.is_none());
        }
        if vaults.len() < VAULTS_KEPT {
            vaults.insert(place, client.clone());
        }
        Ok(client)
    }
}

/// What a token says of its bearer. Read without trust: it is told to people and compared, and opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) application: Option<AzureGuid>,
    pub(super) object: Option<AzureGuid>,
    pub(super) tenant: Option<AzureGuid>,
}

impl Claims {
    fn read(token: &str) -> Self {
        Self::parse(token).unwrap_or_default()
    }

    fn parse(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let payload: Value = serde_json::from_slice(&payload).ok()?;
        let id = |name: &str| payload.get(name).and_then(Value::as_str).and_then(AzureGuid::parse);
        Some(Self { application: id("appid").or_else(|| id("azp")), object: id("oid"), tenant: id("tid") })
    }
}

/// Takes a token.
/// Errors: what Entra said.
pub(super) async fn take(
    wire: &Wire,
    application: &Application,
    resource: Resource,
    operation: Operation,
) -> Result<Session, Refused> {
    let asked_at = wire.clock.now();
    let secret = application.secret.expose();
    let answer = wire.send(request(wire, application, resource)?).await;
    let answer = answer.map_err(|unanswered| silence(&unanswered))?;
    if answer.status != reqwest::StatusCode::OK {
        return Err(refusal(&answer, operation, &[secret]));
    }
    let given = Given::read(&answer.body).ok_or_else(|| Refused::unexpected("Entra answered without a token"))?;
    let expires_at = asked_at + given.lives.min(LONGEST_LIFE);
    Ok(Session { credentials: Arc::new(Token::new(given.token)), obtained_at: asked_at, expires_at })
}

fn request(wire: &Wire, application: &Application, resource: Resource) -> Result<reqwest::Request, Refused> {
    let Application { environment, tenant, client_id, secret } = application;
    let url = wire.places.tokens(*environment, tenant).ok_or_else(|| Refused::unexpected("no token endpoint"))?;
    // Large enough for what is asked, so that no copy of the secret stays behind where it grew.
    let form = String::with_capacity(secret.expose().len().saturating_mul(3).saturating_add(512));
    let form = form_urlencoded::Serializer::new(form)
        .append_pair("client_id", client_id.as_str())
        .append_pair("client_secret", secret.expose())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", scope(*environment, resource))
        .finish();
    let form = Zeroizing::new(form);
    let mut request = reqwest::Request::new(reqwest::Method::POST, url);
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    *request.body_mut() = Some(form.as_str().to_owned().into());
    Ok(request)
}

/// What Entra gives.
struct Given {
    token: String,
    lives: Duration,
}

impl Given {
    fn read(body: &[u8]) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        let lives = match body.get("expires_in")? {
            Value::Number(seconds) => seconds.as_u64()?,
            Value::String(seconds) => seconds.parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        let kind = body.get("token_type").and_then(Value::as_str)?;
        let bearer = kind.eq_ignore_ascii_case("Bearer");
        let Value::String(token) = body.get_mut("access_token")?.take() else { return None };
        // It stands in a header.
        let fits = bearer && !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
        fits.then_some(Self { token, lives: Duration::from_secs(lives) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_whole_or_not_at_all() {
        let check = |body: &str, expected: Option<(&str, u64)>| {
            let given = Given::read(body.as_bytes());
            let found = given.as_ref().map(|given| (given.token.as_str(), given.lives.as_secs()));
            assert_eq!(found, expected, "{body}");
        };
        check(r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}"#, Some(("a.b.c", 3599)));
        check(r#"{"token_type":"bearer","expires_in":"3599","access_token":"opaque"}"#, Some(("opaque", 3599)));
        check(r#"{"token_type":"pop","expires_in":3599,"access_token":"a.b.c"}"#, None);
        check(r#"{"token_type":"Bearer","expires_in":-1,"access_token":"a.b.c"}"#, None);
        check(r#"{"token_type":"Bearer","access_token":"a.b.c"}"#, None);
        check(r#"{"token_type":"Bearer","expires_in":3599,"access_token":""}"#, None);
        check(r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a\r\nb"}"#, None);
        check(r#"{"token_type":"Bearer","expires_in":3599,"access_token":7}"#, None);
        check("<html>", None);
    }

    #[test]
    fn claims_are_read_where_there_are_any() {
        let (app, object) = ("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000");
        let token = |payload: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload));
        let claims = Claims::read(&token(&format!(r#"{{"appid":"{app}","oid":"{object}","tid":"no guid"}}"#)));
        assert_eq!(claims.application, AzureGuid::parse(app));
        assert_eq!((claims.object, claims.tenant), (AzureGuid::parse(object), None));
        assert_eq!(Claims::read(&token(&format!(r#"{{"azp":"{app}"}}"#))).application, AzureGuid::parse(app));
        for odd in ["", "opaque", "a.b.c", &token("[]"), &token("{")] {
            assert_eq!(Claims::read(odd), Claims::default(), "{odd}");
        }
    }

    #[test]
    fn another_secret_tenant_or_principal_is_somebody_else() {
        let guid =
            |digit: char| AzureGuid::parse(&"11111111-2222-3333-4444-555555555555".replace('1', &digit.to_string()));
        let application = |tenant: char, secret: &str| Application {
            environment: AzureEnvironment::Azure,
            tenant: guid(tenant).unwrap(),
            client_id: guid('a').unwrap(),
            secret: Arc::new(SecretText::new(secret.to_owned())),
        };
        let role = |principal| Some((ProviderRoleId::from_random([1; 12]), principal));
        let one = application('b', "s").who(Resource::Vaults, None);
        assert!(one == application('B', "s").who(Resource::Vaults, None));
        assert!(one != application('c', "s").who(Resource::Vaults, None));
        assert!(one != application('b', "t").who(Resource::Vaults, None));
        assert!(one != application('b', "s").who(Resource::Management, None));
        let (first, second) = (guid('d').unwrap(), guid('e').unwrap());
        let by = |principal| application('b', "s").who(Resource::Vaults, role(principal));
        assert!(by(&first) != by(&second) && by(&first) != one);
    }
}
