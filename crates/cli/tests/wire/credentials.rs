//! How a command proves who asks: API keys by Digest, service accounts by a token that is kept.

use crate::server::{Server, told};
use crate::terminal::Terminal;

const CHALLENGE: &str = r#"WWW-Authenticate: Digest realm="MMS Public API", domain="", nonce="n0nce", algorithm=MD5, qop="auth", stale=false"#;
const LIST: &[&str] = &["api", "projects", "listGroups", "--version", "2023-01-01"];
const ACCOUNT: &str = "mdb_sa_id_0123456789abcdef01234567";

fn granted(token: &str, seconds: u32) -> String {
    format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds}}}"#)
}

fn account(base: &str) -> Terminal {
    Terminal::empty()
        .with("ATREST_BASE_URL", base)
        .with("MONGODB_ATLAS_CLIENT_ID", ACCOUNT)
        .with("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_s3cret")
}

#[tokio::test]
async fn answers_a_digest_challenge_with_the_same_body() {
    let server = Server::start(vec![told(401, "{}").header(CHALLENGE), told(200, "{}")]);
    let terminal = Terminal::empty()
        .with("MONGODB_ATLAS_OPS_MANAGER_URL", &format!("{}/", server.base))
        .with("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh")
        .with("MONGODB_ATLAS_PRIVATE_API_KEY", "priv-ate");
    let ended = terminal.pipe(&["projects", "create"], "{\"name\":\"p\"}").await;
    assert_eq!(ended.code, 0, "{ended:?}");
    let asked = server.asked();
    assert_eq!((asked[0].header("authorization"), asked[0].body.as_str()), ("", "{\"name\":\"p\"}"));
    let header = asked[1].header("authorization");
    assert!(header.starts_with("Digest username=\"abcdefgh\", realm=\"MMS Public API\", nonce=\"n0nce\""), "{header}");
    assert!(header.contains("uri=\"/api/atlas/v2/groups\"") && header.contains("nc=00000001"), "{header}");
    assert_eq!(asked[1].body, "{\"name\":\"p\"}");
    assert!(!header.contains("priv-ate"));
}

#[tokio::test]
async fn shows_a_second_401_and_asks_no_third_time() {
    let refusal = r#"{"error":401,"reason":"Unauthorized","detail":"No.","errorCode":"UNEXPECTED_ERROR"}"#;
    let answers = || vec![told(401, refusal).header(CHALLENGE), told(401, refusal).header(CHALLENGE)];
    let terminal = |base: &str| {
        Terminal::empty()
            .with("ATREST_BASE_URL", base)
            .with("ATREST_PUBLIC_API_KEY", "a")
            .with("ATREST_PRIVATE_API_KEY", "b")
    };
    let server = Server::start(answers());
    let ended = terminal(&server.base).run(LIST).await;
    assert_eq!((ended.code, ended.out.as_str(), server.asked().len()), (1, refusal, 2));
    let server = Server::start(answers());
    let ended = terminal(&server.base).run(&["projects", "list"]).await;
    assert!(ended.err.starts_with("Error: unauthorized: No. "), "{ended:?}");
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
}

#[tokio::test]
async fn trades_a_service_account_for_a_token_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start(vec![told(200, &granted("one", 3600)), told(200, "{}"), told(200, "{}")]);
    let terminal = account(&server.base);
    assert_eq!(terminal.run(LIST).await.code, 0);
    assert_eq!(terminal.run(LIST).await.code, 0);
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /api/oauth/token");
    assert_eq!(asked[0].body, "grant_type=client_credentials");
    assert!(asked[0].header("authorization").starts_with("Basic "));
    assert_eq!((asked[1].header("authorization"), asked[2].header("authorization")), ("Bearer one", "Bearer one"));
    let kept = terminal.home().join(format!(".cache/atrest/token_{ACCOUNT}.json"));
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(kept).unwrap().contains("s3cret"));
}

#[tokio::test]
async fn gets_a_new_token_when_the_kept_one_is_refused_or_old() {
    let server = Server::start(vec![
        told(200, &granted("one", 3600)),
        told(200, "{}"),
        told(401, "{}"),
        told(200, &granted("two", 30)),
        told(200, "{}"),
        told(200, &granted("three", 3600)),
        told(200, "{}"),
    ]);
    let terminal = account(&server.base);
    for _ in 0..3 {
        assert_eq!(terminal.run(LIST).await.code, 0);
    }
    let tokens: Vec<String> =
        server.asked().iter().map(|asked| asked.header("authorization").replace("Bearer ", "")).collect();
    assert_eq!((&tokens[2], &tokens[4], &tokens[6]), (&"one".to_owned(), &"two".to_owned(), &"three".to_owned()));
}

#[tokio::test]
async fn a_kept_token_is_for_its_server_alone() {
    let first = Server::start(vec![told(200, &granted("one", 3600)), told(200, "{}")]);
    let terminal = account(&first.base);
    assert_eq!(terminal.run(LIST).await.code, 0);
    let second = Server::start(vec![told(200, &granted("two", 3600)), told(200, "{}")]);
    let terminal = terminal.with("ATREST_BASE_URL", &second.base);
    assert_eq!(terminal.run(LIST).await.code, 0);
    assert_eq!(second.asked()[1].header("authorization"), "Bearer two");
}

#[tokio::test]
async fn says_why_there_is_no_token() {
    let server = Server::start(vec![told(401, r#"{"error":"invalid_client"}"#)]);
    let ended = account(&server.base).run(LIST).await;
    assert!(ended.err.starts_with("Error: unauthorized: the server does not take this service account"), "{ended:?}");
    let limited =
        r#"{"detail":"Too many.","error":429,"errorCode":"RATE_LIMITED","parameters":[],"reason":"Too Many Requests"}"#;
    let server = Server::start(vec![told(429, limited)]);
    let ended = account(&server.base).run(LIST).await;
    assert!(ended.err.contains("get an access token") && ended.err.contains("Too many."), "{ended:?}");
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
}

#[tokio::test]
async fn credentials_do_not_leave_the_machine_without_tls() {
    for base in
        ["http://atrest.example.com", "http://192.0.2.1:8080", "http://127.0.0.1.example.com", "ftp://localhost"]
    {
        let ended = Terminal::at(base).run(LIST).await;
        assert!(ended.err.contains("use https"), "{base} {ended:?}");
        assert_eq!(ended.code, 1);
    }
}

#[tokio::test]
async fn half_of_a_credential_is_named() {
    let terminal = Terminal::empty().with("ATREST_BASE_URL", "http://127.0.0.1:1").with("ATREST_CLIENT_ID", "x");
    let ended = terminal.run(LIST).await;
    assert_eq!(ended.err, "Error: the environment has half of a credential; client_secret is missing\n");
}
