//! Credentials against a real store: every client's shape of Digest, and tokens. `House` and `Door`
//! serve the tests of other files of this door too.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};

use control::boot_clock::BootClock;
use control::bootstrap::NewApiKey;
use control::task::Tasks;
use control::{Parts, Timings};
use domain::access::{Grants, OrgRole};
use domain::api_key::{AccessList, ApiKey};
use domain::customer_key::Policy;
use domain::id::{ApiKeyId, OrgId};
use domain::time::Timestamp;
use http::header::WWW_AUTHENTICATE;
use providers::{Clock, Providers, ProvidersConfig};
use storage::{Engine, RootKey, Store, StoreOptions};
use tempfile::TempDir;

use super::*;
use crate::api::address::TrustedProxies;
use crate::api::listener::{self, ConnectionLimits};
use crate::api::{Api, ApiSettings, router};
use crate::probes::Metrics;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HERE: &str = "192.0.2.1";
const TARGET: &str = "/api/atlas/v2/groups?pretty=true";

/// The use cases on a store of their own, with a clock that stands still until it is set.
pub(crate) struct House {
    pub(crate) control: Control,
    pub(crate) store: Store,
    pub(in crate::api) org: OrgId,
    clock: Arc<AtomicI64>,
    _folder: Option<TempDir>,
}

impl House {
    pub(crate) async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let house = Self::on(Engine::Sqlite { dir: folder.path().join("data") }).await;
        let org = house.control.create_organization("Acme").await.unwrap().id;
        Self { org, _folder: Some(folder), ..house }
    }

    /// Wires up a house on a database, for an organization that is not there yet.
    pub(super) async fn on(engine: Engine) -> Self {
        let key = SecretBytes::fill(|place| {
            *place = [7; 32];
            Ok::<_, ()>(())
        });
        let root_key = RootKey::from_bytes(key.unwrap()).unwrap();
        let store = Store::open(StoreOptions::new(engine), root_key).await.unwrap();
        let clock = Arc::new(AtomicI64::new(NOW.as_millis()));
        let hand = Arc::clone(&clock);
        let clock_of_all = Clock::new(move || Timestamp::from_millis(hand.load(Ordering::Relaxed)));
        let config = ProvidersConfig { clock: clock_of_all.clone(), ..ProvidersConfig::default() };
        let control = Control::new(Parts {
            store: store.clone(),
            providers: Providers::new(config).unwrap(),
            notifiers: control::notice::Notifiers::default(),
            policy: Policy::default(),
            timings: Timings::default(),
            clock: clock_of_all,
            boot_clock: BootClock::system(),
            tasks: Tasks::default(),
        });
        Self { control, store, org: OrgId::from_random([0; 12]), clock, _folder: None }
    }

    pub(crate) fn set_clock(&self, now: Timestamp) {
        self.clock.store(now.as_millis(), Ordering::Relaxed);
    }

    pub(in crate::api) fn grants(&self) -> Grants {
        Grants { org: self.org, org_roles: [OrgRole::Owner].into(), project_roles: [].into() }
    }

    pub(in crate::api) fn api(&self, auth: AuthSettings) -> Api {
        let settings = ApiSettings {
            strict_versions: false,
            rate_limits: true,
            auth,
            trusted_proxies: TrustedProxies::default(),
            base_url: None,
            speaks_tls: false,
            loopback_only: false,
            outbound_addresses: Vec::new(),
            body_cap: ApiSettings::BODY_CAP,
        };
        Api::new(self.control.clone(), settings, Metrics::new()).unwrap()
    }

    /// Opens the API on a free port.
    pub(in crate::api) async fn open(&self, auth: AuthSettings) -> Door {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tasks = Tasks::default();
        let door = listener::Door {
            listener,
            tls: None,
            limits: ConnectionLimits::default(),
            app: router::router(self.api(auth)),
            open: prometheus_client::metrics::gauge::Gauge::default(),
        };
        tasks.spawn(listener::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
        Door { address, tasks }
    }

    pub(super) async fn key(&self) -> NewApiKey {
        self.control.create_api_key("test", self.grants(), ha1).await.unwrap()
    }

    pub(super) fn authenticator(&self) -> Authenticator {
        Authenticator::new(self.control.clone(), AuthSettings::default()).unwrap()
    }
}

/// An open API.
pub(in crate::api) struct Door {
    address: SocketAddr,
    tasks: Tasks,
}

impl Door {
    pub(in crate::api) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Runs curl; gives the last status, all heads, and the body.
    pub(in crate::api) async fn curl(&self, arguments: &[&str]) -> (u16, String, String) {
        let mut command = Command::new("curl");
        command.args(["-sS", "--max-time", "20", "--noproxy", "*", "-D", "/dev/stderr"]).args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("curl is installed");
        let head = String::from_utf8(output.stderr).unwrap();
        let status = head.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 ")).next_back();
        let status = status.unwrap_or_else(|| panic!("curl got no answer: {head}")).split(' ').next().unwrap();
        (status.parse().unwrap(), head, String::from_utf8(output.stdout).unwrap())
    }

    pub(in crate::api) async fn stop(self) {
        self.tasks.shut_down().await;
    }
}

/// A peer, for requests that come over no socket.
pub(in crate::api) fn authority() -> SocketAddr {
    "192.0.2.1:4711".parse().unwrap()
}

/// What one request of a client looks like.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    pub(super) signed_target: &'a str,
    pub(super) count: u32,
    pub(super) address: &'a str,
}

pub(super) const GET: Sent<'static> =
    Sent { method: "GET", target: TARGET, signed_target: TARGET, count: 1, address: HERE };

fn hex_md5(text: &str) -> String {
    use md5::Digest;
    hex::encode(md5::Md5::digest(text))
}

/// Computes the header by the words of RFC 7616, apart from the code under test.
fn authorization(nonce: &str, public_key: &str, private_key: &str, sent: Sent<'_>) -> String {
    let Sent { method, signed_target, count, .. } = sent;
    let a1 = hex_md5(&format!("{public_key}:MMS Public API:{private_key}"));
    let a2 = hex_md5(&format!("{method}:{signed_target}"));
    let response = hex_md5(&format!("{a1}:{nonce}:{count:08x}:0a4f113b0a4f113b:auth:{a2}"));
    format!(
        r#"Digest username="{public_key}", realm="MMS Public API", nonce="{nonce}", uri="{signed_target}", response="{response}", algorithm="MD5", qop=auth, nc={count:08x}, cnonce="0a4f113b0a4f113b""#
    )
}

pub(super) fn fresh_nonce(authenticator: &Authenticator) -> String {
    let challenge = authenticator.challenge_header(false);
    let challenge = challenge.to_str().unwrap();
    let (before, rest) = challenge.split_once("nonce=\"").unwrap();
    let (nonce, after) = rest.split_once('"').unwrap();
    assert_eq!(before, r#"Digest realm="MMS Public API", domain="", "#);
    assert_eq!(after, r#", algorithm=MD5, qop="auth", stale=false"#);
    assert_eq!(nonce.len(), 32);
    nonce.to_owned()
}

async fn present(authenticator: &Authenticator, values: &[&str], sent: Sent<'_>) -> Result<Caller, AuthFailure> {
    let headers: HeaderMap = values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect();
    let request = Request {
        method: sent.method,
        target: sent.target,
        headers: &headers,
        address: sent.address.parse().unwrap(),
        writes: sent.method != "GET",
    };
    authenticator.authenticate(request).await
}

pub(super) async fn sign_in(
    authenticator: &Authenticator,
    nonce: &str,
    key: &NewApiKey,
    sent: Sent<'_>,
) -> Result<Caller, AuthFailure> {
    let header = authorization(nonce, &key.public_key, key.private_key.expose(), sent);
    present(authenticator, &[&header], sent).await
}

pub(super) fn why(outcome: Result<Caller, AuthFailure>) -> &'static str {
    outcome.map_or_else(|failure| failure.kind(), |_| "ok")
}

#[tokio::test]
async fn signs_in_with_a_fresh_nonce_each_time_as_go_does() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    for method in ["GET", "PATCH", "DELETE"] {
        let nonce = fresh_nonce(&authenticator);
        let caller = sign_in(&authenticator, &nonce, &key, Sent { method, ..GET }).await.unwrap();
        assert!(matches!(caller.identity, Identity::ApiKey { public_key, .. } if public_key == key.public_key));
        assert_eq!(caller.grants, house.grants());
        assert_eq!(caller.address.to_string(), HERE);
    }
}

#[tokio::test]
async fn signs_in_many_times_on_one_nonce_as_httpx_does() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let nonce = fresh_nonce(&authenticator);
    for (count, target) in [(1, "/a"), (2, "/b?c=d"), (3, "/a"), (5, "/a"), (4, "/late")] {
        let sent = Sent { count, target, signed_target: target, ..GET };
        assert_eq!(why(sign_in(&authenticator, &nonce, &key, sent).await), "ok", "{count}");
    }
}

#[tokio::test]
async fn signs_in_with_a_high_first_count_as_node_does() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    for count in [4, 5, 4711] {
        let nonce = fresh_nonce(&authenticator);
        let header = authorization(&nonce, &key.public_key, key.private_key.expose(), Sent { count, ..GET });
        let header = header.replace(r#" algorithm="MD5","#, "");
        assert_eq!(why(present(&authenticator, &[&header], GET).await), "ok");
    }
}

#[tokio::test]
async fn refuses_a_replay_and_says_that_a_fresh_nonce_would_do() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let nonce = fresh_nonce(&authenticator);
    for method in ["GET", "PATCH"] {
        let sent = Sent { method, count: if method == "GET" { 1 } else { 2 }, ..GET };
        assert_eq!(why(sign_in(&authenticator, &nonce, &key, sent).await), "ok");
        let again = sign_in(&authenticator, &nonce, &key, sent).await;
        assert!(matches!(again, Err(AuthFailure::Challenge { stale: true, .. })), "{again:?}");
    }
}

#[tokio::test]
async fn nobody_else_can_use_up_a_clients_counts() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let nonce = fresh_nonce(&authenticator);
    let guess = authorization(&nonce, &key.public_key, "wrong", GET);
    assert_eq!(why(present(&authenticator, &[&guess], GET).await), "wrong");
    assert_eq!(why(sign_in(&authenticator, &nonce, &key, GET).await), "ok");
}

#[tokio::test]
async fn refuses_what_was_signed_for_another_request_or_by_nobody() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let check = async |header: String, sent: Sent<'_>, expected: &str| {
        let outcome = present(&authenticator, &[&header], sent).await;
        assert!(!matches!(outcome, Err(AuthFailure::Challenge { stale: true, .. })), "{header}");
        assert_eq!(why(outcome), expected, "{header}");
    };
    let signed =
        |public_key: &str, private_key: &str| authorization(&fresh_nonce(&authenticator), public_key, private_key, GET);
    let (public, private) = (key.public_key.as_str(), key.private_key.expose());
    check(signed(public, private), Sent { target: "/api/atlas/v2/groups", ..GET }, "malformed").await;
    check(signed(public, private), Sent { target: "/api/atlas/v2/groups?pretty=tru%65", ..GET }, "malformed").await;
    check(signed(public, private), Sent { method: "PATCH", ..GET }, "wrong").await;
    check(signed(public, "another"), GET, "wrong").await;
    check(signed("nobodyxx", private), GET, "wrong").await;
    check(signed(&"x".repeat(200), private), GET, "wrong").await;
    check(signed(public, private).replace(TARGET, "/api/atlas/v2"), Sent { target: "/api/atlas/v2", ..GET }, "wrong")
        .await;
    check(signed(public, private).replace("nc=00000001", "nc=00000002"), GET, "wrong").await;
    check(signed(public, private).replace("Digest ", "Digest opaque=, "), GET, "malformed").await;
    check("Digest".to_owned(), GET, "malformed").await;
    check("Basic YTpi".to_owned(), GET, "malformed").await;
    let two = [signed(public, private), signed(public, private)];
    assert_eq!(why(present(&authenticator, &[&two[0], &two[1]], GET).await), "malformed");
    assert_eq!(why(present(&authenticator, &[], GET).await), "no_credentials");
}

#[tokio::test]
async fn a_nonce_ends_after_five_minutes_and_with_its_process() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let nonce = fresh_nonce(&authenticator);
    let restarted = house.authenticator();
    assert_eq!(why(sign_in(&restarted, &nonce, &key, GET).await), "stale_nonce");
    house.set_clock(NOW + Duration::from_secs(299));
    assert_eq!(why(sign_in(&authenticator, &nonce, &key, GET).await), "ok");
    house.set_clock(NOW + Duration::from_secs(300));
    let late = sign_in(&authenticator, &nonce, &key, Sent { count: 2, ..GET }).await;
    assert!(matches!(late, Err(AuthFailure::Challenge { stale: true, .. })), "{late:?}");
    let foreign = sign_in(&authenticator, &"A".repeat(32), &key, GET).await;
    assert!(matches!(foreign, Err(AuthFailure::Challenge { stale: true, .. })), "{foreign:?}");
}

#[tokio::test]
async fn failures_slow_guessing_down_and_leave_others_alone() {
    let house = House::build().await;
    let (authenticator, key) = (house.authenticator(), house.key().await);
    let from = async |address: &str, public_key: &str, private_key: &str| {
        let nonce = fresh_nonce(&authenticator);
        let sent = Sent { address, ..GET };
        let header = authorization(&nonce, public_key, private_key, sent);
        present(&authenticator, &[&header], sent).await
    };
    let (public, private) = (key.public_key.as_str(), key.private_key.expose());
    assert_eq!(why(from("203.0.113.1", public, private).await), "ok");
    for _ in 0..10 {
        assert_eq!(why(from(HERE, public, "guess").await), "wrong");
    }
    let throttled = from(HERE, public, "guess").await;
    assert!(matches!(throttled, Err(AuthFailure::Throttled { retry_after }) if retry_after.as_secs() == 3));
    assert_eq!(why(from("203.0.113.1", public, private).await), "ok", "it has proved itself from there");
    house.set_clock(NOW + Duration::from_secs(3));
    assert_eq!(why(from(HERE, public, private).await), "ok");
    for _ in 0..30 {
        assert_eq!(why(present(&authenticator, &[], GET).await), "no_credentials", "asking first is no failure");
    }
    let lenient = AuthSettings { throttle: false, ..AuthSettings::default() };
    let lenient = Authenticator::new(house.control.clone(), lenient).unwrap();
    for _ in 0..30 {
        let header = authorization(&fresh_nonce(&lenient), public, "guess", GET);
        assert_eq!(why(present(&lenient, &[&header], GET).await), "wrong");
    }
}

#[tokio::test]
async fn a_key_works_only_from_its_access_list() {
    let house = House::build().await;
    let authenticator = house.authenticator();
    let key = ApiKey {
        id: ApiKeyId::from_random([9; 12]),
        public_key: "listedxx".to_owned(),
        private_tail: String::new(),
        description: "listed".to_owned(),
        grants: house.grants(),
        access_list: AccessList::of(["192.0.2.0/24".parse().unwrap()], NOW),
        created_at: NOW,
    };
    let private_key = SecretText::new("private".to_owned());
    let stored = house.store.insert_api_key(&key, &ha1(&key.public_key, &private_key)).await.unwrap();
    assert_eq!(stored, storage::Outcome::Saved);
    let key = NewApiKey { public_key: key.public_key, private_key };
    assert_eq!(why(sign_in(&authenticator, &fresh_nonce(&authenticator), &key, GET).await), "ok");
    let elsewhere = Sent { address: "203.0.113.1", ..GET };
    let refused = sign_in(&authenticator, &fresh_nonce(&authenticator), &key, elsewhere).await;
    assert!(matches!(refused, Err(AuthFailure::AddressNotAllowed { address }) if address.to_string() == "203.0.113.1"));
}

#[tokio::test]
async fn digest_can_be_switched_off() {
    let house = House::build().await;
    let key = house.key().await;
    let settings = AuthSettings { digest: false, ..AuthSettings::default() };
    let authenticator = Authenticator::new(house.control.clone(), settings).unwrap();
    assert_eq!(authenticator.challenge_header(true), r#"Bearer realm="MMS Public API""#);
    assert_eq!(why(sign_in(&authenticator, &authenticator.nonces.mint(NOW), &key, GET).await), "malformed");
}

#[tokio::test]
async fn tokens_live_until_they_expire_are_revoked_or_lose_their_account() {
    let house = House::build().await;
    let authenticator = house.authenticator();
    let new = house.control.create_service_account("ci", house.grants()).await.unwrap();
    let here = HERE.parse().unwrap();
    let account = authenticator.prove_client(&new.client_id, &new.client_secret, here).await.unwrap();
    let token = async || format!("Bearer {}", authenticator.issue_token(&account).await.unwrap());
    let first = token().await;
    let caller = present(&authenticator, &[&first], GET).await.unwrap();
    assert_eq!(caller.identity, Identity::ServiceAccount { id: account.id });
    assert_eq!(why(present(&house.authenticator(), &[&first], GET).await), "ok", "a restart changes nothing");
    assert_eq!(why(present(&authenticator, &[&first.replace("Bearer", "bearer")], GET).await), "ok");

    authenticator.revoke_token(&account, first.strip_prefix("Bearer ").unwrap()).await.unwrap();
    assert_eq!(why(present(&authenticator, &[&first], GET).await), "revoked_token");

    let second = token().await;
    house.set_clock(NOW + Duration::from_secs(3606));
    assert_eq!(why(present(&authenticator, &[&second], GET).await), "expired_token");

    let third = token().await;
    for forged in [&third[..third.len() - 1], &third.replace("eyJ0", "eyJ1"), "Bearer x", "Bearer a.b.c"] {
        assert_eq!(why(present(&authenticator, &[forged], GET).await), "wrong", "{forged}");
    }
    assert_eq!(why(present(&authenticator, &[&third], GET).await), "ok");
    assert!(house.store.delete_service_account(account.id).await.unwrap());
    assert_eq!(why(present(&authenticator, &[&third], GET).await), "revoked_token");
}

#[tokio::test]
async fn forged_tokens_are_throttled_and_good_ones_are_not() {
    let house = House::build().await;
    let authenticator = house.authenticator();
    let new = house.control.create_service_account("ci", house.grants()).await.unwrap();
    let account = authenticator.prove_client(&new.client_id, &new.client_secret, HERE.parse().unwrap()).await.unwrap();
    for _ in 0..10 {
        assert_eq!(why(present(&authenticator, &["Bearer forged"], GET).await), "wrong");
    }
    assert_eq!(why(present(&authenticator, &["Bearer forged"], GET).await), "throttled");
    let good = format!("Bearer {}", authenticator.issue_token(&account).await.unwrap());
    assert_eq!(why(present(&authenticator, &[&good], GET).await), "ok");
}

#[tokio::test]
async fn curl_signs_in_over_the_wire() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let key = house.key().await;
    let user = format!("{}:{}", key.public_key, key.private_key.expose());
    for path in
        ["/api/atlas/v2/orgs", "/api/atlas/v2/orgs?pretty=true&itemsPerPage=5", "/api/atlas/v2/orgs?pretty=%74rue"]
    {
        let (status, head, body) = door.curl(&["--digest", "--user", &user, &door.url(path)]).await;
        assert_eq!(status, 200, "{head}{body}");
        assert!(head.starts_with("HTTP/1.1 401"), "curl asks first: {head}");
    }
    let (status, head, _) = door.curl(&["--digest", "--user", "abcdefgh:wrong", &door.url("/api/atlas/v2/orgs")]).await;
    assert_eq!(status, 401);
    assert_eq!(head.to_ascii_lowercase().matches("www-authenticate:").count(), 2, "one challenge per answer: {head}");
    assert!(head.contains(", algorithm=MD5, qop=\"auth\", stale=false\r\n"), "{head}");
    door.stop().await;
}

#[tokio::test]
async fn a_401_leaves_the_connection_of_a_client_that_sent_a_body_usable() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let key = house.key().await;
    let user = format!("{}:{}", key.public_key, key.private_key.expose());
    let url = door.url(&format!("/api/atlas/v2/groups/{}/encryptionAtRest", "0".repeat(24)));
    let body = format!("{{\"awsKms\":{{\"region\":\"{}\"}}}}", "x".repeat(100_000));
    // As the Go client does: the whole body without credentials first, then again on the same connection.
    let first = ["-X", "PATCH", "-H", "Content-Type: application/json", "--data", &body, &url, "--next"];
    let then = ["-sS", "-D", "/dev/stderr", "-w", " connects: %{num_connects}", "--digest", "--user", &user];
    let (status, head, body) = door.curl(&[&first[..], &then[..], &[&door.url("/api/atlas/v2/orgs")]].concat()).await;
    assert_eq!(status, 200, "{head}");
    assert!(head.starts_with("HTTP/1.1 401") && head.contains(WWW_AUTHENTICATE.as_str()), "{head}");
    assert!(body.ends_with(" connects: 0"), "{body}");
    door.stop().await;
}
