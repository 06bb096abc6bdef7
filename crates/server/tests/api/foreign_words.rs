//! A provider, or whoever answers in its place, that says what it should not: secrets, markup, line
//! breaks, endless texts, other addresses (product.md 1.2, 2.5).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

/// Answers every request with the same bytes.
struct Liar {
    url: String,
    asked: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Liar {
    async fn saying(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, mut tasks) = (asked.clone(), JoinSet::new());
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answer, count) = (answer.clone(), count.clone());
                connections.spawn(async move {
                    let mut request = vec![0; 64 * 1024];
                    let _ = stream.read(&mut request).await;
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(&answer).await;
                });
            }
        });
        Self { url, asked, _tasks: tasks }
    }

    /// Says no with this message, as KMS would.
    async fn denying(message: &str, request_id: &str) -> Self {
        let body = json!({"__type": "AccessDeniedException", "message": message}).to_string();
        let head = format!(
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.1\r\nx-amzn-requestid: {request_id}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self::saying([head.into_bytes(), body.into_bytes()].concat()).await
    }
}

/// Opens a house whose first project was enabled while all was well, and that asks the liar now.
async fn misled(database: Database, liar: &Liar) -> House {
    let honest = House::open(database).await;
    honest.enable().await;
    let (org, project, key) = (honest.org, honest.project, honest.owner.clone());
    let plan = Plan { kms_endpoint: Some(liar.url.clone()), ..Plan::watchful() };
    House::reopen(honest.end().await, plan, org, project, key).await
}

fn is_tame(got: &Got, secret: &str) {
    let text = got.text();
    assert!(!text.contains(secret), "{text}");
    assert!(!text.contains("\\n") && !text.contains("\\r") && !text.contains("\\u0000"), "{text}");
    assert!(got.body.len() < 1_500, "{} bytes", got.body.len());
    assert!(got.header("x-evil").is_none());
}

async fn a_strangers_words_are_tamed(database: Database) {
    let secret = "Chosen/By+The=Customer0123456789abcdefgh";
    let message = format!(
        "your secret {secret} is <script>alert(1)</script>\r\nX-Evil: 1\u{0}\u{1b}[31m {secret} {}",
        "and so on ".repeat(500)
    );
    let liar = Liar::denying(&message, "a b\u{e9}<i>").await;
    let house = misled(database, &liar).await;
    let body = json!({"awsKms": {"secretAccessKey": secret}});
    let got = house.patch(&body).await;
    got.is(400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT");
    is_tame(&got, secret);
    assert!(got.detail().contains("your secret [hidden] is"), "{}", got.detail());
    assert!(liar.asked.load(Ordering::SeqCst) > 0);
    // The check of the stored key hears the same, and keeps it as tame.
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);
    let view = house.get(&format!("/api/atrest/v1/groups/{}/encryptionAtRest/validity", house.project)).await;
    is_tame(&view, house.cloud().user.expose_secret());
    let said = view.ok()["providers"][0]["providerMessage"].as_str().unwrap().to_owned();
    assert!(said.chars().count() <= 300 && said.starts_with("your secret "), "{said}");
    let events = house.get(&format!("/api/atlas/v2/groups/{}/events?includeRaw=true", house.project)).await;
    assert!(!events.text().contains("script"), "{}", events.text());
    house.end().await;
}

async fn no_redirect_is_followed(database: Database) {
    let trap = Liar::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_vec()).await;
    let head = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        trap.url
    );
    let liar = Liar::saying(head.into_bytes()).await;
    let house = misled(database, &liar).await;
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], true, "we do not know, so nothing changes");
    assert_eq!(house.standing().await["state"], "UNKNOWN");
    let got = house.patch(&json!({"awsKms": {"customerMasterKeyID": "alias/other"}})).await;
    got.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    assert!(liar.asked.load(Ordering::SeqCst) > 0);
    assert_eq!(trap.asked.load(Ordering::SeqCst), 0);
    house.end().await;
}

async fn answers_that_are_no_answers_prove_nothing(database: Database) {
    let ok = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\n";
        format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let coded = br#"HTTP/1.1 400 Bad Request
content-length: 32
connection: close

{"__type":"SomethingNewByAmazon"}"#;
    let mut database = Some(database);
    for answer in [
        ok("{}"),
        ok(
            r#"{"KeyMetadata":{"KeyId":"x","KeyState":"Enabled"},"CiphertextBlob":"AAAA","Plaintext":"AAAA","KeyId":"x"}"#,
        ),
        ok("nonsense"),
        ok(""),
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{\"KeyMetadata\"".to_vec(),
        b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        Vec::new(),
        coded.to_vec(),
    ] {
        let liar = Liar::saying(answer.clone()).await;
        let house = match database.take() {
            Some(database) => misled(database, &liar).await,
            None => misled(Database::sqlite(), &liar).await,
        };
        let shown = String::from_utf8_lossy(&answer).to_string();
        assert_eq!(house.read().await.ok()["awsKms"]["valid"], true, "{shown}");
        let standing = house.standing().await;
        assert_eq!(standing["state"], "UNKNOWN", "{shown}: {standing}");
        let fresh = house.new_project("fresh").await;
        let got = house.patch_in(fresh, &house.cloud().payload()).await;
        assert_eq!((got.status, got.code().as_str()), (400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED"), "{shown}");
        house.end().await;
    }
}

on_both_engines! {
    a_strangers_words_are_tamed
    no_redirect_is_followed
    answers_that_are_no_answers_prove_nothing
}
