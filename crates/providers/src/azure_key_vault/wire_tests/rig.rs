//! An Azure of paper: Entra, one vault and Resource Manager behind one TLS door, which say the truth unless a
//! test puts something else in their mouth. It encrypts by giving back what it got.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::customer_key::VersionlessKeys;
use domain::customer_key::azure_key_vault::{
    AzureEnvironment, KeyIdentifier, ResourceGroupName, VaultName, VaultSuffix,
};
use domain::secret::SecretText;
use domain::time::Timestamp;
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::*;
use crate::provider::{Deadline, Punctual};
use crate::stub::{Reply, Stub};

pub(super) const PROJECT: ProjectId = ProjectId::from_random([7; 12]);
pub(super) const SECRET: &str = "a-secret-that-must-not-turn-up";
pub(super) const OPERATOR_SECRET: &str = "an-operators-secret-that-must-not-turn-up";
pub(super) const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);
pub(super) const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

pub(super) const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
pub(super) const OPERATOR_TENANT: &str = "bbbbbbbb-0000-4000-8000-000000000002";
pub(super) const CLIENT: &str = "cccccccc-0000-4000-8000-000000000003";
pub(super) const OPERATOR_CLIENT: &str = "dddddddd-0000-4000-8000-000000000004";
pub(super) const PRINCIPAL: &str = "eeeeeeee-0000-4000-8000-000000000005";
pub(super) const SUBSCRIPTION: &str = "ffffffff-0000-4000-8000-000000000006";

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A request to the vault that shows no token.
    Challenge,
    Asked(Operation),
}

/// A request, and where it came to.
pub(super) struct Asked<'a> {
    pub(super) what: What,
    pub(super) text: &'a str,
    pub(super) port: u16,
}

impl Asked<'_> {
    fn of(text: &str, port: u16) -> Option<Asked<'_>> {
        let line = text.lines().next()?;
        let path = line.split(' ').nth(1)?;
        let what = if path.starts_with("/subscriptions/") {
            What::Asked(Operation::ReadVault)
        } else if path.starts_with(&format!("/{OPERATOR_TENANT}/")) {
            What::Asked(Operation::OperatorToken)
        } else if path.ends_with("/oauth2/v2.0/token") {
            let by_operator = text.contains(OPERATOR_CLIENT);
            What::Asked(if by_operator { Operation::RoleToken } else { Operation::TenantToken })
        } else if !text.to_lowercase().contains("\r\nauthorization: bearer ") {
            What::Challenge
        } else if path.contains("/encrypt?") {
            What::Asked(Operation::Encrypt)
        } else if path.contains("/decrypt?") {
            What::Asked(Operation::Decrypt)
        } else {
            What::Asked(Operation::GetKey)
        };
        Some(Asked { what, text, port })
    }

    /// What Azure would say if all were well.
    pub(super) fn truth(&self) -> Reply {
        Reply::Bytes(match self.what {
            What::Challenge => challenge(&format!(
                r#"Bearer authorization="https://login.microsoftonline.com/{TENANT}", resource="https://vault.azure.net""#
            )),
            What::Asked(Operation::TenantToken) => token(&claims(CLIENT, PRINCIPAL, TENANT)),
            What::Asked(Operation::RoleToken) => token(&claims(OPERATOR_CLIENT, PRINCIPAL, TENANT)),
            What::Asked(Operation::OperatorToken) => token(&claims(OPERATOR_CLIENT, OPERATOR_CLIENT, OPERATOR_TENANT)),
            What::Asked(Operation::GetKey) => ok(&key(&self.kid(), &PROJECT.to_string())),
            What::Asked(Operation::Encrypt | Operation::Decrypt) => ok(&self.echo(&self.kid())),
            What::Asked(Operation::ReadVault) => {
                ok(&json!({"properties": {"vaultUri": format!("https://localhost:{}/", self.port)}}))
            }
        })
    }

    /// The address of the key that is asked for, or of its newest version.
    pub(super) fn kid(&self) -> String {
        let path = self.text.split(' ').nth(1).unwrap_or_default();
        let mut parts = path.split(['/', '?']).skip(2);
        let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let version = if version.is_empty() || version.contains('=') { "9" } else { version };
        format!("https://localhost:{}/keys/{name}/{version}", self.port)
    }

    /// What was sent, said to have been done with a key.
    pub(super) fn echo(&self, kid: &str) -> Value {
        let (_, body) = self.text.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["alg"], "RSA-OAEP-256");
        json!({"kid": kid, "value": body["value"]})
    }
}

pub(super) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nDate: {DATE}\r\nx-ms-request-id: {REQUEST_ID}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

pub(super) fn ok(body: &Value) -> String {
    http("200 OK", "Content-Type: application/json\r\n", &body.to_string())
}

pub(super) fn challenge(words: &str) -> String {
    let body = r#"{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}"#;
    http("401 Unauthorized", &format!("WWW-Authenticate: {words}\r\n"), body)
}

pub(super) fn claims(application: &str, object: &str, tenant: &str) -> Value {
    json!({"appid": application, "oid": object, "tid": tenant, "aud": "https://vault.azure.net"})
}

pub(super) fn jwt(claims: &Value) -> String {
    format!("e30.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

pub(super) fn token(claims: &Value) -> String {
    ok(&json!({"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(claims)}))
}

pub(super) fn key(kid: &str, project: &str) -> Value {
    json!({
        "key": {"kid": kid, "kty": "RSA", "key_ops": ["encrypt", "decrypt", "wrapKey", "unwrapKey"], "n": "AQAB", "e": "AQAB"},
        "attributes": {"enabled": true, "created": 1, "updated": 1, "recoveryLevel": "Recoverable"},
        "tags": {"atrest-project": project},
    })
}

/// Writes an error as the service that is asked spells it.
pub(super) fn spelled(operation: Operation, code: &str, message: &str) -> String {
    let entra = matches!(operation, Operation::TenantToken | Operation::RoleToken | Operation::OperatorToken);
    let body = match code.strip_prefix("AADSTS") {
        Some(number) if entra => {
            let number: u64 = number.parse().unwrap();
            let description = format!("{code}: {message} Trace ID: t Correlation ID: c Timestamp: now");
            json!({"error": "invalid_request", "error_description": description, "error_codes": [number]})
        }
        _ if entra => json!({"error": code, "error_description": message}),
        // Some codes of Key Vault stand outside, most within; either way they are found.
        _ if matches!(code, "Forbidden" | "Unauthorized" | "BadParameter") => {
            json!({"error": {"code": code, "message": message}})
        }
        _ => json!({"error": {"code": "Forbidden", "message": message, "innererror": {"code": code}}}),
    };
    http("403 Forbidden", "Content-Type: application/json\r\n", &body.to_string())
}

struct Authority {
    pem: String,
    acceptor: TlsAcceptor,
}

fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&authority_key).unwrap().pem();
        let own_key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let own = own.signed_by(&own_key, &Issuer::new(params, authority_key)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::try_from(own_key.serialize_der()).unwrap())
            .unwrap();
        Authority { pem, acceptor: TlsAcceptor::from(Arc::new(config)) }
    })
}

/// The paper Azure.
pub(super) struct Rig {
    pub(super) port: u16,
    stub: Stub,
    /// What was asked, in order.
    pub(super) asked: Arc<Mutex<Vec<What>>>,
    _tasks: JoinSet<()>,
}

impl Rig {
    /// Starts it. Where `reply` gives nothing, the truth is told.
    pub(super) async fn start(reply: impl Fn(&Asked<'_>) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", 0, reply).await
    }

    /// Starts it at an address of its own: a private door of another one, where the port is that one's.
    pub(super) async fn at(
        address: &str,
        port: u16,
        reply: impl Fn(&Asked<'_>) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        let stub = Stub::start(move |text| {
            let asked = Asked::of(text, port).expect("a request");
            heard.lock().unwrap().push(asked.what);
            reply(&asked).unwrap_or_else(|| asked.truth())
        })
        .await;
        let behind = stub.address;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(carry(stream, behind));
            }
        });
        Self { port, stub, asked, _tasks: tasks }
    }

    /// Starts it with one operation that is always answered alike.
    pub(super) async fn with(operation: Operation, reply: Reply) -> Self {
        Self::start(move |asked| (asked.what == What::Asked(operation)).then(|| reply.clone())).await
    }

    pub(super) fn connections(&self) -> usize {
        self.stub.connections.load(Ordering::SeqCst)
    }

    pub(super) fn count(&self, what: What) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == what).count()
    }

    pub(super) fn count_of(&self, operation: Operation) -> usize {
        self.count(What::Asked(operation))
    }

    pub(super) fn config(&self) -> Config {
        config(self.port)
    }

    pub(super) fn azure(&self) -> Arc<Azure> {
        azure(self.config())
    }
}

/// Carries one connection from TLS to the stub, resets too.
async fn carry(stream: TcpStream, behind: SocketAddr) {
    let Ok(mut outer) = authority().acceptor.accept(stream).await else { return };
    let Ok(mut inner) = TcpStream::connect(behind).await else { return };
    if copy_bidirectional(&mut outer, &mut inner).await.is_err() {
        outer.get_ref().0.set_zero_linger().unwrap_or(());
    }
}

pub(super) fn config(port: u16) -> Config {
    let endpoint = Some(format!("https://localhost:{port}"));
    let azure = VaultSuffix::parse(&format!(":{port}")).unwrap();
    Config {
        operator: operator(),
        authority: endpoint.clone(),
        management: endpoint,
        vault_suffixes: VaultSuffixes { azure, ..VaultSuffixes::default() },
        trusted_roots: TrustedRoots::Only(authority().pem.clone()),
        ..Config::default()
    }
}

pub(super) fn azure(config: Config) -> Arc<Azure> {
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]));
    Arc::new(Azure::new(config, &addresses, Clock::new(|| NOW), Arc::default()).unwrap())
}

pub(super) fn guid(text: &str) -> AzureGuid {
    AzureGuid::parse(text).unwrap()
}

pub(super) fn operator() -> OperatorIdentity {
    OperatorIdentity::ClientSecret {
        environment: AzureEnvironment::Azure,
        tenant: guid(OPERATOR_TENANT),
        client_id: guid(OPERATOR_CLIENT),
        secret: Arc::new(SecretText::new(OPERATOR_SECRET.to_owned())),
    }
}

pub(super) fn application() -> Application {
    Application {
        environment: AzureEnvironment::Azure,
        tenant: guid(TENANT),
        client_id: guid(CLIENT),
        secret: Arc::new(SecretText::new(SECRET.to_owned())),
    }
}

pub(super) fn key_named(name: &str, version: Option<&str>) -> KeyIdentifier {
    KeyIdentifier::from_parts(name, version, VersionlessKeys::Accept).unwrap()
}

pub(super) fn settings(credentials: AzureCredentials) -> Settings {
    Settings {
        environment: AzureEnvironment::Azure,
        tenant: guid(TENANT),
        subscription: guid(SUBSCRIPTION),
        resource_group: ResourceGroupName::parse("keys").unwrap(),
        vault: VaultName::parse("localhost").unwrap(),
        key: key_named("k", Some("1")),
        credentials,
        require_private_networking: false,
    }
}

pub(super) fn by_secret() -> AzureCredentials {
    let Application { client_id, secret, .. } = application();
    AzureCredentials::ClientSecret { client_id, secret }
}

pub(super) fn role() -> ProviderRole {
    ProviderRole {
        id: ProviderRoleId::from_random([5; 12]),
        project: PROJECT,
        identity: RoleIdentity::Azure { tenant: guid(TENANT), service_principal: guid(PRINCIPAL) },
        authorized_at: Some(NOW),
        created_at: NOW,
    }
}

pub(super) fn static_key(azure: &Arc<Azure>) -> Punctual<AzureKey> {
    Punctual(AzureKey::open(azure.clone(), PROJECT, &settings(by_secret()), None, None).unwrap())
}

pub(super) fn role_key(azure: &Arc<Azure>) -> Punctual<AzureKey> {
    let role = role();
    let settings = settings(AzureCredentials::Role(role.id));
    Punctual(AzureKey::open(azure.clone(), PROJECT, &settings, Some(&role), None).unwrap())
}

pub(super) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

pub(super) fn context() -> WrapContext {
    WrapContext { project: PROJECT, cluster: Some("cluster0".to_owned()), key: "a".to_owned() }
}

pub(super) fn data_key() -> SecretBytes<32> {
    SecretBytes::fill(|place| {
        place.fill(3);
        Ok::<_, ()>(())
    })
    .unwrap()
}
