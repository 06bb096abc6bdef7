//! Whoever answers in the place of Azure or Google and says what it should not: our own secrets back to us, markup,
//! line breaks, endless texts, other addresses, half answers (product.md 1.2, 2.5). As `foreign_words.rs` for AWS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::customer_key::azure_key_vault::{VaultSuffix, VaultSuffixes};
use providers::{TrustedRoots, azure_key_vault, gcp_kms};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

/// Answers every request with what its author makes of it.
struct Liar {
    port: u16,
    /// What a client must trust, if it speaks TLS.
    certificate: Option<String>,
    asked: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

type Answer = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

impl Liar {
    async fn plain(answer: Answer) -> Self {
        Self::listen(None, None, answer).await
    }

    async fn over_tls(answer: Answer) -> Self {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![own.cert.der().clone()], key.into()).unwrap();
        Self::listen(Some(TlsAcceptor::from(Arc::new(config))), Some(own.cert.pem()), answer).await
    }

    async fn listen(tls: Option<TlsAcceptor>, certificate: Option<String>, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, mut tasks) = (asked.clone(), JoinSet::new());
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, count, tls) = (answer.clone(), count.clone(), tls.clone());
                connections.spawn(async move {
                    let Some(tls) = tls else { return lie(stream, &answer, &count).await };
                    if let Ok(stream) = tls.accept(stream).await {
                        lie(stream, &answer, &count).await;
                    }
                });
            }
        });
        Self { port, certificate, asked, _tasks: tasks }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Azure as the liar plays it.
    fn azure(&self) -> azure_key_vault::Config {
        let suffix = VaultSuffix::parse(&format!(":{}", self.port)).unwrap();
        azure_key_vault::Config {
            authority: Some(format!("https://localhost:{}", self.port)),
            management: Some(format!("https://localhost:{}", self.port)),
            vault_suffixes: VaultSuffixes { azure: suffix, ..VaultSuffixes::default() },
            trusted_roots: TrustedRoots::Only(self.certificate.clone().unwrap()),
            ..azure_key_vault::Config::default()
        }
    }

    /// Google as the liar plays it.
    fn google(&self) -> gcp_kms::Config {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        gcp_kms::Config {
            kms_endpoint: Some(endpoint.clone()),
            iam_credentials_endpoint: Some(endpoint.clone()),
            token_uri: Some(format!("{endpoint}/token")),
            ..gcp_kms::Config::default()
        }
    }
}

async fn lie(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &Answer, count: &AtomicUsize) {
    let mut request = Vec::new();
    let mut part = vec![0; 16 * 1024];
    while !is_whole(&request) {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&part[..read]),
        }
    }
    count.fetch_add(1, Ordering::SeqCst);
    let said = answer(&String::from_utf8_lossy(&request));
    let _ = stream.write_all(&said).await;
    let _ = stream.shutdown().await;
}

/// Tells whether head and body are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

fn json_answer(status: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// What was shown as a proof, with everything around it that could do harm further on.
fn echo(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let form = form_urlencoded::parse(body.as_bytes());
    let mut proofs = form.filter(|(name, _)| matches!(&**name, "client_secret" | "assertion"));
    let proof = proofs.next().map(|(_, proof)| proof.into_owned());
    let bearer = head.lines().find_map(|line| line.split_once("Bearer ").map(|(_, token)| token.to_owned()));
    let proof = proof.or(bearer).unwrap_or_else(|| panic!("nothing was proved: {request}"));
    format!("<script>{proof}</script>\r\nX-Evil: 1\u{0}\u{1b}[31m {proof} {}", "and so on ".repeat(500))
}

/// Asks for a token, as a vault does of whoever shows none.
fn challenge(request: &str) -> Vec<u8> {
    let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let asks = format!("Bearer authorization=\"https://{host}/tenant\", resource=\"https://vault.azure.net\"");
    let head = format!("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: {asks}\r\ncontent-length: 0\r\n");
    format!("{head}connection: close\r\n\r\n").into_bytes()
}

/// A token, and then whatever was shown back.
fn after_a_token(request: &str, refusal: Value) -> Vec<u8> {
    if request.contains("/token ") {
        let token =
            json!({"access_token": "eyJ0b2tlbg.of-the-liar.0123456789", "token_type": "Bearer", "expires_in": 3600});
        return json_answer("200 OK", &token);
    }
    json_answer("403 Forbidden", &refusal)
}

/// Opens a house whose first project was enabled everywhere while all was well, and that asks the liars now.
async fn misled(database: Database, azure: Option<&Liar>, google: Option<&Liar>) -> House {
    let honest = House::open_everywhere(database).await;
    honest.patch(&honest.cloud().whole_payload()).await.ok();
    let (org, project, key) = (honest.org, honest.project, honest.owner.clone());
    let plan = Plan { azure: azure.map(Liar::azure), google: google.map(Liar::google), ..Plan::watchful() };
    House::reopen(honest.end().await, plan, org, project, key).await
}

#[track_caller]
fn is_tame(got: &Got, secrets: &[&str]) {
    let text = got.text();
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    assert!(text.contains("[hidden]"), "{text}");
    assert!(!text.contains("\\n") && !text.contains("\\r") && !text.contains("\\u0000"), "{text}");
    assert!(got.body.len() < 2_500, "{} bytes", got.body.len());
    assert!(got.header("x-evil").is_none());
}

async fn secrets_that_are_said_back_are_hidden(database: Database) {
    let secret = "Chosen~By.The_Customer0123456789abcdefgh";
    let entra = |request: &str| {
        json_answer(
            "401 Unauthorized",
            &json!({"error": "invalid_client", "error_description": format!("AADSTS7000215: {}", echo(request))}),
        )
    };
    let oauth = |request: &str| {
        json_answer("400 Bad Request", &json!({"error": "invalid_grant", "error_description": echo(request)}))
    };
    let (azure, google) = (Liar::over_tls(Arc::new(entra)).await, Liar::plain(Arc::new(oauth)).await);
    let house = misled(database, Some(&azure), Some(&google)).await;
    let got = house.patch(&json!({"azureKeyVault": {"secret": secret}})).await;
    got.is(400, "INVALID_AZURE_CREDENTIALS");
    is_tame(&got, &[secret]);
    let file = house.cloud().google().gcp.add_service_account_key(&house.cloud().google().user.email).await.unwrap();
    let got = house.patch(&json!({"googleCloudKms": {"serviceAccountKey": file.expose_json()}})).await;
    got.is(400, "INVALID_GOOGLE_CLOUD_CREDENTIALS");
    // An assertion that was not used up is as good as a password for an hour.
    is_tame(&got, &["eyJ", "PRIVATE KEY"]);
    assert!(azure.asked() > 0 && google.asked() > 0);
    // The check of the stored keys hears the same, and keeps it as tame.
    let read = house.read().await.ok();
    assert_eq!((&read["azureKeyVault"]["valid"], &read["googleCloudKms"]["valid"]), (&false.into(), &false.into()));
    assert_eq!(read["awsKms"]["valid"], true);
    let own = house.cloud().azure().user.secret.expose_secret();
    for standing in house.standings_in(house.project).await {
        let said = standing["providerMessage"].as_str().unwrap_or_default();
        assert!(said.chars().count() <= 300 && !said.contains(own) && !said.contains("eyJ"), "{said}");
        assert!(!said.contains('\r') && !said.contains('\u{0}'), "{said:?}");
        assert!(standing["state"] == "VALID" || said.contains("[hidden]"), "{standing}");
    }
    let events = house.get(&format!("/api/atlas/v2/groups/{}/events?includeRaw=true", house.project)).await;
    assert!(!events.text().contains("script"), "{}", events.text());
    house.end().await;
}

async fn tokens_that_are_said_back_are_hidden(database: Database) {
    let vault = |request: &str| {
        if !request.contains("/token ") && !request.contains("Bearer ") {
            return challenge(request);
        }
        let inner = json!({"code": "Forbidden", "message": echo(request), "innererror": {"code": "ForbiddenByPolicy"}});
        after_a_token(request, json!({ "error": inner }))
    };
    let kms = |request: &str| {
        let status = json!({"code": 403, "status": "PERMISSION_DENIED", "message": echo(request)});
        after_a_token(request, json!({ "error": status }))
    };
    let (azure, google) = (Liar::over_tls(Arc::new(vault)).await, Liar::plain(Arc::new(kms)).await);
    let house = misled(database, Some(&azure), Some(&google)).await;
    for body in [house.cloud().azure().payload(), house.cloud().google().payload()] {
        let fresh = house.new_project(body.as_object().unwrap().keys().next().unwrap()).await;
        let got = house.patch_in(fresh, &body).await;
        got.is(400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT");
        is_tame(&got, &["of-the-liar.0123456789"]);
    }
    let read = house.read().await.ok();
    assert_eq!((&read["azureKeyVault"]["valid"], &read["googleCloudKms"]["valid"]), (&false.into(), &false.into()));
    for standing in &house.standings_in(house.project).await[1..] {
        assert_eq!(standing["reason"], "ACCESS_DENIED", "{standing}");
        assert!(!standing.to_string().contains("of-the-liar.0123456789"), "{standing}");
    }
    house.end().await;
}

async fn no_redirect_is_followed(database: Database) {
    let trap = Liar::plain(Arc::new(|_: &str| json_answer("200 OK", &json!({})))).await;
    let place = format!("http://127.0.0.1:{}/", trap.port);
    let away = move |_: &str| {
        format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .into_bytes()
    };
    let (azure, google) = (Liar::over_tls(Arc::new(away.clone())).await, Liar::plain(Arc::new(away)).await);
    let house = misled(database, Some(&azure), Some(&google)).await;
    let read = house.read().await.ok();
    for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
        assert_eq!(read[provider]["valid"], true, "we do not know, so nothing changes");
    }
    for standing in &house.standings_in(house.project).await[1..] {
        assert_eq!(standing["state"], "UNKNOWN", "{standing}");
    }
    let fresh = house.new_project("fresh").await;
    for body in [house.cloud().azure().payload(), house.cloud().google().payload()] {
        house.patch_in(fresh, &body).await.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    }
    assert!(azure.asked() > 0 && google.asked() > 0);
    assert_eq!(trap.asked(), 0);
    house.end().await;
}

/// Answers that could be taken for a yes or a no by whoever does not look closely.
fn no_answers() -> Vec<Vec<u8>> {
    let ok = |body: &Value| json_answer("200 OK", body);
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{\"key\"".to_vec();
    vec![
        ok(&json!({})),
        ok(&json!([])),
        ok(&json!("nonsense")),
        ok(&json!({"value": "AAAA", "kid": "x", "ciphertext": "AAAA", "plaintext": "AAAA", "state": "ENABLED"})),
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
        half,
        b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        Vec::new(),
        json_answer("403 Forbidden", &json!({"error": {"code": "SomethingNew", "status": "SOMETHING_NEW"}})),
        json_answer("404 Not Found", &json!({"error": {}})),
        json_answer("401 Unauthorized", &json!({})),
        b"HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>no</html>".to_vec(),
    ]
}

async fn answers_that_are_no_answers_prove_nothing(database: Database) {
    let saying = Arc::new(Mutex::new((false, Vec::new())));
    let said = {
        let saying = saying.clone();
        move |request: &str| {
            let (tokens_are_given, answer) = saying.lock().unwrap().clone();
            if tokens_are_given && request.contains("/token ") {
                return after_a_token(request, Value::Null);
            }
            answer
        }
    };
    let (azure, google) = (Liar::over_tls(Arc::new(said.clone())).await, Liar::plain(Arc::new(said)).await);
    let house = misled(database, Some(&azure), Some(&google)).await;
    let fresh = house.new_project("fresh").await;
    for (tokens_are_given, answer) in
        [false, true].into_iter().flat_map(|given| no_answers().into_iter().map(move |answer| (given, answer)))
    {
        let shown = format!("{tokens_are_given} {}", String::from_utf8_lossy(&answer));
        *saying.lock().unwrap() = (tokens_are_given, answer);
        let asked = [azure.asked(), google.asked()];
        let read = house.read().await.ok();
        for (number, provider) in ["awsKms", "azureKeyVault", "googleCloudKms"].into_iter().enumerate() {
            assert_eq!(read[provider]["valid"], true, "{provider} {shown}");
            let standing = &house.standings_in(house.project).await[number];
            let expected = if number == 0 { "VALID" } else { "UNKNOWN" };
            assert_eq!(standing["state"], expected, "{shown}: {standing}");
        }
        for body in [house.cloud().azure().payload(), house.cloud().google().payload()] {
            let got = house.patch_in(fresh, &body).await;
            let told = (got.status, got.code());
            assert_eq!(
                told,
                (400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED".to_owned()),
                "{shown}: {}",
                got.text()
            );
        }
        assert!(azure.asked() > asked[0] && google.asked() > asked[1], "{shown}");
        // Tokens from a lie that worked are not used for the next one.
        house.pass_everywhere(std::time::Duration::from_secs(6 * 60));
    }
    house.end().await;
}

on_both_engines! {
    secrets_that_are_said_back_are_hidden
    tokens_that_are_said_back_are_hidden
    no_redirect_is_followed
    answers_that_are_no_answers_prove_nothing
}
