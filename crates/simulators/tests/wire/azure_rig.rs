//! A running simulator with one Azure customer, and a client that speaks Azure's protocols by hand over TLS.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use simulators::azure::{AppRegistration, ClientSecret, CreatedKey, NewKey, VaultAccess};
use simulators::{Azure, Clouds, Options};

pub(crate) const VAULT_SCOPE: &str = "https://vault.azure.net/.default";
pub(crate) const ARM_SCOPE: &str = "https://management.azure.com/.default";
pub(crate) const API: &str = "api-version=2025-07-01";
pub(crate) const ARM_API: &str = "api-version=2023-07-01";

pub(crate) const EVERYTHING: [&str; 12] = [
    "get",
    "list",
    "create",
    "update",
    "delete",
    "recover",
    "purge",
    "rotate",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
];

/// One tenant with an app that may do everything with the keys of the vault `localhost`.
pub(crate) struct Rig {
    pub(crate) clouds: Clouds,
    pub(crate) http: Client,
    pub(crate) tenant: String,
    pub(crate) app: AppRegistration,
    pub(crate) secret: ClientSecret,
    pub(crate) object_id: String,
    pub(crate) subscription: String,
    /// The vault's resource id.
    pub(crate) vault: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Got {
    /// `ok`, or what Key Vault and Resource Manager call the error: `Forbidden/KeyDisabled`.
    pub(crate) fn code(&self) -> String {
        let error = &self.body["error"];
        match (error["code"].as_str(), error["innererror"]["code"].as_str()) {
            (Some(code), Some(inner)) => format!("{code}/{inner}"),
            (Some(code), None) => code.to_owned(),
            (None, _) if self.status < 300 => "ok".to_owned(),
            (None, _) => format!("HTTP {}", self.status),
        }
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default(), VaultAccess::Policies).await
    }

    pub(crate) async fn with(options: Options, access: VaultAccess) -> Self {
        let clouds = Clouds::start(options).await.unwrap();
        let azure = clouds.azure();
        let tenant = azure.create_tenant("customer").await.unwrap();
        let app = azure.create_app(&tenant, "client", false).await.unwrap();
        let secret = azure.create_secret(&app.client_id, "first", None).await.unwrap();
        let object_id = azure.create_service_principal(&tenant, &app.client_id).await.unwrap();
        let subscription = azure.create_subscription(&tenant, "production").await.unwrap();
        azure.create_resource_group(&subscription, "Keys").await.unwrap();
        let vault = azure.create_vault(&subscription, "keys", "localhost", access).await.unwrap();
        azure.create_access_policy("localhost", &object_id, &EVERYTHING).await.unwrap();
        let http = client(&clouds, &[]);
        Self { clouds, http, tenant, app, secret, object_id, subscription, vault }
    }

    pub(crate) fn azure(&self) -> &Azure {
        self.clouds.azure()
    }

    pub(crate) async fn key(&self, name: &str) -> CreatedKey {
        self.azure().create_key("localhost", NewKey { name: name.to_owned(), ..NewKey::default() }).await.unwrap()
    }

    /// Asks for a token with these fields, over those of the rig's own app.
    pub(crate) async fn ask_token(&self, tenant: &str, fields: &[(&str, &str)]) -> Got {
        let mut form = vec![
            ("client_id", self.app.client_id.as_str()),
            ("client_secret", self.secret.expose_secret()),
            ("grant_type", "client_credentials"),
            ("scope", VAULT_SCOPE),
        ];
        form.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        // A field without a value is left out.
        form.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
        self.send_form(tenant, &form).await
    }

    pub(crate) async fn send_form(&self, tenant: &str, form: &[(&str, &str)]) -> Got {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.clouds.azure_endpoint());
        let kind = "application/x-www-form-urlencoded";
        read(self.http.post(url).header("content-type", kind).body(body)).await
    }

    pub(crate) async fn token(&self, scope: &str) -> String {
        self.token_of(&self.tenant, &self.app.client_id, self.secret.expose_secret(), scope).await
    }

    pub(crate) async fn token_of(&self, tenant: &str, client_id: &str, secret: &str, scope: &str) -> String {
        let fields = [("client_id", client_id), ("client_secret", secret), ("scope", scope)];
        let got = self.ask_token(tenant, &fields).await;
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["access_token"].as_str().unwrap().to_owned()
    }

    /// A call of the vault `localhost` with a fresh token. `path` has its own query, or gets the API version.
    pub(crate) async fn vault(&self, method: Method, path: &str, body: Value) -> Got {
        let token = self.token(VAULT_SCOPE).await;
        self.vault_with(&token, method, path, body).await
    }

    pub(crate) async fn vault_with(&self, token: &str, method: Method, path: &str, body: Value) -> Got {
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = match path.contains("api-version") {
            true => format!("{}{path}", self.clouds.azure_endpoint()),
            false => format!("{}{path}{mark}{API}", self.clouds.azure_endpoint()),
        };
        self.send(token, method, &url, body).await
    }

    /// A call of Resource Manager with a fresh token.
    pub(crate) async fn arm(&self, method: Method, path: &str, body: Value) -> Got {
        let token = self.token(ARM_SCOPE).await;
        let url = format!("{}{path}?{ARM_API}", self.clouds.azure_endpoint());
        self.send(&token, method, &url, body).await
    }

    pub(crate) async fn send(&self, token: &str, method: Method, url: &str, body: Value) -> Got {
        let mut request = self.http.request(method, url).bearer_auth(token);
        if !body.is_null() {
            request = request.json(&body);
        }
        read(request).await
    }

    /// Uses the newest version of a key: `encrypt`, `decrypt`, `wrapkey`, `unwrapkey`.
    pub(crate) async fn use_key(&self, name: &str, act: &str, value: &str) -> Got {
        let body = json!({ "alg": "RSA-OAEP-256", "value": value });
        self.vault(Method::POST, &format!("/keys/{name}/{act}"), body).await
    }

    /// Encrypts a secret with the newest version of a key.
    pub(crate) async fn sealed(&self, name: &str) -> String {
        let got = self.use_key(name, "encrypt", &URL_SAFE_NO_PAD.encode("secret")).await;
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["value"].as_str().unwrap().to_owned()
    }

    /// What all four uses of a key come to.
    pub(crate) async fn uses(&self, name: &str, sealed: &str) -> [String; 4] {
        let clear = URL_SAFE_NO_PAD.encode("secret");
        [
            self.use_key(name, "encrypt", &clear).await.code(),
            self.use_key(name, "wrapkey", &clear).await.code(),
            self.use_key(name, "decrypt", sealed).await.code(),
            self.use_key(name, "unwrapkey", sealed).await.code(),
        ]
    }
}

/// A client that trusts the simulators' authority alone and finds these names at the Azure door.
pub(crate) fn client(clouds: &Clouds, names: &[&str]) -> Client {
    // A second install is refused, and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let authority = Certificate::from_pem(clouds.ca_pem().as_bytes()).unwrap();
    let mut builder =
        Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).tls_certs_only([authority]);
    for name in names.iter().chain(&["localhost"]) {
        builder = builder.resolve(name, clouds.azure_address());
    }
    builder.build().unwrap()
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> Got {
    let sent = request.send().await.unwrap();
    let (status, headers) = (sent.status().as_u16(), sent.headers().clone());
    let text = sent.text().await.unwrap();
    Got { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
}
