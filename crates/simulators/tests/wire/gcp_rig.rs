//! A running simulator with one Google project, one key and two service accounts, and requests made by hand.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use simulators::gcp::{NewKey, ServiceAccountKey};
use simulators::{Clouds, Gcp, Options};

use crate::rig::http;

pub(crate) const KMS_SCOPE: &str = "https://www.googleapis.com/auth/cloudkms";
pub(crate) const IAM_SCOPE: &str = "https://www.googleapis.com/auth/iam";
pub(crate) const PLATFORM_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
pub(crate) const USE_KEY: &str = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
pub(crate) const VIEW_KEY: &str = "roles/cloudkms.viewer";
pub(crate) const IMPERSONATE: &str = "roles/iam.serviceAccountTokenCreator";

pub(crate) struct GcpRig {
    pub(crate) clouds: Clouds,
    client: reqwest::Client,
    /// An owner of the project, with the scope of everything.
    pub(crate) owner: String,
    /// May use and view the key.
    pub(crate) user: ServiceAccountKey,
    pub(crate) ring: String,
    pub(crate) key: String,
}

impl GcpRig {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let clouds = Clouds::start(options).await.unwrap();
        let gcp = clouds.gcp();
        gcp.create_project("p1").await.unwrap();
        let owner = gcp.create_service_account("p1", "customer").await.unwrap();
        gcp.grant_once("projects/p1", &owner, "roles/owner").await.unwrap();
        let owner = gcp.create_service_account_key(&owner).await.unwrap();
        let user = gcp.create_service_account("p1", "atrest").await.unwrap();
        let ring = gcp.create_key_ring("p1", "us-east4", "r1").await.unwrap();
        let key = gcp.create_crypto_key(&ring, "k1", NewKey::default()).await.unwrap();
        gcp.grant_once(&key, &user, USE_KEY).await.unwrap();
        gcp.grant_once(&key, &user, VIEW_KEY).await.unwrap();
        let user = gcp.create_service_account_key(&user).await.unwrap();
        // Making a client takes longer than all that it is used for.
        let rig = Self { clouds, client: http(), owner: String::new(), user, ring, key };
        let owner = rig.token(&owner, PLATFORM_SCOPE).await;
        Self { owner, ..rig }
    }

    pub(crate) fn gcp(&self) -> &Gcp {
        self.clouds.gcp()
    }

    pub(crate) fn version(&self, number: u32) -> String {
        format!("{}/cryptoKeyVersions/{number}", self.key)
    }

    /// An access token that a key's holder gets.
    pub(crate) async fn token(&self, key: &ServiceAccountKey, scope: &str) -> String {
        let got = self.exchange(&Assertion::new(key, scope).sign()).await;
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["access_token"].as_str().unwrap().to_owned()
    }

    /// Exchanges an assertion at the token endpoint.
    pub(crate) async fn exchange(&self, assertion: &str) -> Got {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        self.post_form(&form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()).await
    }

    pub(crate) async fn post_form(&self, form: &str) -> Got {
        let request = self
            .client
            .post(format!("{}/token", self.clouds.gcp_endpoint()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        Got::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn user_token(&self) -> String {
        self.token(&self.user, KMS_SCOPE).await
    }

    /// A request of the owner's. The path is what follows `/v1/`.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call {
            client: self.client.clone(),
            method: method.parse().unwrap(),
            url: format!("{}/v1/{path}", self.clouds.gcp_endpoint()),
            token: Some(self.owner.clone()),
            body: None,
        }
    }

    pub(crate) async fn read(&self, name: &str) -> Value {
        let got = self.call("GET", name).send().await;
        assert_eq!(got.status, 200, "{name}: {}", got.body);
        got.body
    }

    /// Encrypts on a key or a version, with additional data.
    pub(crate) async fn encrypt(&self, name: &str) -> Got {
        let body = json!({ "plaintext": base64(b"secret"), "additionalAuthenticatedData": base64(b"data") });
        self.call("POST", &format!("{name}:encrypt")).json(body).send().await
    }

    /// Decrypts what `encrypt` gave.
    pub(crate) async fn decrypt(&self, ciphertext: &Value) -> Got {
        let body = json!({ "ciphertext": ciphertext, "additionalAuthenticatedData": base64(b"data") });
        self.call("POST", &format!("{}:decrypt", self.key)).json(body).send().await
    }
}

/// What a client signs to get a token; a test bends it first.
pub(crate) struct Assertion {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pair: RsaKeyPair,
}

impl Assertion {
    pub(crate) fn new(key: &ServiceAccountKey, scope: &str) -> Self {
        let file: Value = serde_json::from_str(key.expose_json()).unwrap();
        let now = now();
        Self {
            header: json!({ "alg": "RS256", "typ": "JWT", "kid": file["private_key_id"] }),
            claims: json!({
                "iss": file["client_email"],
                "scope": scope,
                "aud": "https://oauth2.googleapis.com/token",
                "iat": now,
                "exp": now + 3600,
            }),
            pair: RsaKeyPair::from_pkcs8(&pem(file["private_key"].as_str().unwrap())).unwrap(),
        }
    }

    pub(crate) fn sign(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Unit: s since 1970.
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn pem(text: &str) -> Vec<u8> {
    let inside: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(inside).unwrap()
}

/// A request being made.
pub(crate) struct Call {
    client: reqwest::Client,
    method: Method,
    pub(crate) url: String,
    token: Option<String>,
    body: Option<String>,
}

impl Call {
    pub(crate) fn token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) fn nobody(self) -> Self {
        Self { token: None, ..self }
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.text(&body.to_string())
    }

    pub(crate) fn text(self, body: &str) -> Self {
        Self { body: Some(body.to_owned()), ..self }
    }

    pub(crate) fn request(self) -> reqwest::RequestBuilder {
        let mut request = self.client.request(self.method, &self.url);
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        match self.body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        }
    }

    pub(crate) async fn send(self) -> Got {
        Got::of(self.request().send().await.unwrap()).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null where it is no JSON.
    pub(crate) body: Value,
}

impl Got {
    pub(crate) async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// The HTTP status with the status of the error, which is `OK` without one.
    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status, self.body["error"]["status"].as_str().unwrap_or("OK"))
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// The part of `details` that is of a type.
    pub(crate) fn detail(&self, kind: &str) -> Value {
        let kind = format!("type.googleapis.com/google.rpc.{kind}");
        let details = self.body["error"]["details"].as_array().cloned().unwrap_or_default();
        details.into_iter().find(|detail| detail["@type"] == kind).unwrap_or_default()
    }

    pub(crate) fn reason(&self) -> String {
        self.detail("ErrorInfo")["reason"].as_str().unwrap_or_default().to_owned()
    }
}
