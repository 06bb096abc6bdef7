//! No secret that went in can be found again: not in logs at trace level, not in the database, its
//! backup, an answer or the figures; not raw and not in the usual encodings.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use domain::access::OrgRole;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use providers::Clock;
use serde_json::{Value, json};
use simulators::{FaultKind, azure, gcp};
use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::client::{Got, authorization, md5};
use crate::cloud::azure::WRONG_SECRET;
use crate::cloud::google::{altered, private_key};
use crate::cloud::{USE_KEY, together};
use crate::database::{Database, ROOT_KEY};
use crate::endpoints::{AWS, AZURE, connection_of, endpoints_in, member};
use crate::house::{House, Plan, path_of, until};
use crate::on_both_engines;

/// How many canaries are listening; while none is, nothing is written down.
static LISTENING: AtomicUsize = AtomicUsize::new(0);

/// Everything that was logged while somebody listened, other tests' lines too.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Begins to write down what is logged, at trace level, by all threads.
fn listen() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let lines = tracing_subscriber::fmt::layer().json().with_writer(log.clone());
        let lines = lines.with_filter(dynamic_filter_fn(|_, _| LISTENING.load(Ordering::Relaxed) > 0));
        let all = tracing_subscriber::registry().with(LevelFilter::TRACE).with(lines);
        tracing::subscriber::set_global_default(all).unwrap();
        log
    });
    LISTENING.fetch_add(1, Ordering::Relaxed);
    log.clone()
}

/// A secret, and every form in which it could lie about.
struct Canary {
    name: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Canary {
    fn new(name: &'static str, secret: &[u8]) -> Self {
        assert!(secret.len() >= 16, "{name} is long enough not to be there by chance");
        let mut forms = vec![
            secret.to_vec(),
            hex::encode(secret).into_bytes(),
            hex::encode_upper(secret).into_bytes(),
            utf8_percent_encode(&String::from_utf8_lossy(secret), NON_ALPHANUMERIC).to_string().into_bytes(),
            // PostgreSQL shows binary as hex, with a backslash; debug output as a list of numbers.
            format!("{secret:?}").into_bytes(),
        ];
        for engine in [&STANDARD, &URL_SAFE] {
            // Base64 of a text that holds the secret looks different at each of three offsets.
            for offset in 0..3 {
                let padded = [&vec![b'x'; offset][..], secret].concat();
                let encoded = engine.encode(&padded);
                let from = if offset == 0 { 0 } else { 4 };
                let until = encoded.len() - 4;
                forms.push(encoded.as_bytes()[from..until].to_vec());
            }
        }
        Self { name, forms }
    }

    #[track_caller]
    fn is_not_in(&self, place: &str, bytes: &[u8]) {
        for form in &self.forms {
            let found = bytes.windows(form.len()).position(|window| window == form);
            if let Some(at) = found {
                let around = &bytes[at.saturating_sub(200)..(at + form.len() + 50).min(bytes.len())];
                panic!("{} is in {place}: {}", self.name, String::from_utf8_lossy(around));
            }
        }
    }
}

/// Everything that is said on the wire, kept for the search.
#[derive(Default)]
struct Said(Vec<Got>);

impl Said {
    async fn patch(&mut self, house: &House, body: &Value) -> u16 {
        self.note(house.patch(body).await)
    }

    fn note(&mut self, got: Got) -> u16 {
        let status = got.status;
        self.0.push(got);
        status
    }
}

async fn no_secret_is_found_again(database: Database) {
    let log = listen();
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    let cloud = house.cloud();
    let mut said = Said::default();
    let sent = |name, text: &str| Canary::new(name, text.as_bytes());

    let ha1 = md5(&format!("{}:{}:{}", house.owner.public, crate::client::REALM, house.owner.private));
    let account = house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    let other = cloud.new_user("other", USE_KEY).await;
    let weak = cloud.new_user("weak", &["kms:DescribeKey"]).await;
    let weak_app = cloud.azure().new_app("weak", &["get"]).await;
    let weak_account = cloud.google().new_user("weak", &[]).await;
    let wrong = "wrong/secret+of=nobody0123456789ABCDEFGHI";
    let no_pem = "google private key of nobody 0123456789";
    let wrong_client = "mdb_sa_sk_wrong_0123456789abcdefghijklmnop";
    let mut canaries = vec![
        sent("the private key", &house.owner.private),
        sent("HA1", &ha1),
        Canary::new("HA1 in binary", &hex::decode(&ha1).unwrap()),
        sent("the client secret", account.client_secret.expose()),
        sent("a wrong client secret", wrong_client),
        sent("the user's secret access key", cloud.user.expose_secret()),
        sent("the other user's secret access key", other.expose_secret()),
        sent("the weak user's secret access key", weak.expose_secret()),
        sent("the operator's secret access key", cloud.operator.expose_secret()),
        sent("a wrong secret access key", wrong),
        sent("a wrong secret of Azure's", WRONG_SECRET),
        sent("the user's secret at Azure", cloud.azure().user.secret.expose_secret()),
        sent("the weak user's secret at Azure", weak_app.secret.expose_secret()),
        sent("the operator's secret at Azure", cloud.azure().operator.secret.expose_secret()),
        sent("a key of Google's that is none", no_pem),
        Canary::new("the root key", &ROOT_KEY),
    ];
    for (name, file) in [
        ("the user's key at Google", &cloud.google().user),
        ("the weak user's key at Google", &weak_account),
        ("the operator's key at Google", &cloud.google().operator),
    ] {
        canaries.extend(private_key_canaries(name, &private_key(file)));
    }

    // Everything that works.
    assert_eq!(said.patch(&house, &cloud.payload()).await, 200);
    let role = house.new_role(house.project, "atrest").await;
    let by_role = house.new_project("by-role").await;
    let second_role = house.new_role(by_role, "second").await;
    said.note(house.patch_in(by_role, &cloud.role_payload(&second_role.id.to_string())).await);
    assert_eq!(said.patch(&house, &cloud.payload_with(&cloud.key.arn, &other)).await, 200);
    let whole = cloud.whole_payload();
    assert_eq!(said.patch(&house, &whole).await, 200);
    let roles = [
        cloud.azure().role_payload(&house.new_azure_role(by_role).await.id.to_string()),
        cloud.google().role_payload(&house.new_google_role(by_role).await.id.to_string()),
    ];
    assert_eq!(said.note(house.patch_in(by_role, &together(roles)).await), 200);
    said.note(house.nobody("GET", &house.path()).bearer(&token).send().await);
    said.note(house.get("/api/atlas/v2").await);

    // Everything that fails.
    let mut body = cloud.payload();
    body["awsKms"]["secretAccessKey"] = json!(wrong);
    assert_eq!(said.patch(&house, &body).await, 400);
    assert_eq!(said.patch(&house, &cloud.payload_with(&cloud.key.arn, &weak)).await, 400);
    let wrong_key = altered(&weak_account, "private_key", json!(private_key(&cloud.google().user)));
    for body in [
        json!({"azureKeyVault": {"secret": WRONG_SECRET}}),
        cloud.azure().payload_with(&cloud.azure().key, &weak_app),
        json!({"googleCloudKms": {"serviceAccountKey": weak_account.expose_json()}}),
        json!({"googleCloudKms": {"serviceAccountKey": wrong_key}}),
    ] {
        assert_eq!(said.patch(&house, &body).await, 400);
    }
    let change = together([
        cloud.payload(),
        cloud.azure().payload_with(&cloud.azure().key, &weak_app),
        cloud.google().payload_with(&cloud.google().version(), &weak_account),
    ]);
    for kind in [FaultKind::Reset, FaultKind::Html, FaultKind::Http500, FaultKind::Throttle, FaultKind::Deny] {
        cloud.fail_everywhere(kind);
        assert_eq!(said.patch(&house, &change).await, 400);
        said.note(house.read().await);
        cloud.mend();
        said.note(house.read().await);
    }
    for (field, value) in [
        ("secretAccessKey", json!(format!("{wrong}\r\nX: y"))),
        ("secretAccessKey", json!([wrong])),
        ("secretAccessKey", json!({"nested": wrong})),
        ("secretaccesskey", json!(wrong)),
        ("region", json!("NOWHERE")),
        ("accessKeyID", json!("short")),
    ] {
        let mut body = cloud.payload_with(&cloud.key.arn, &weak);
        body["awsKms"][field] = value;
        assert_eq!(said.patch(&house, &body).await, 400);
    }
    let file = |member: &str, value: Value| json!(altered(&weak_account, member, value));
    let key_file: Value = serde_json::from_str(weak_account.expose_json()).unwrap();
    for (provider, field, value) in [
        ("azureKeyVault", "secret", json!(format!("{WRONG_SECRET}\r\nX: y"))),
        ("azureKeyVault", "secret", json!([WRONG_SECRET])),
        ("azureKeyVault", "Secret", json!(WRONG_SECRET)),
        ("azureKeyVault", "clientID", json!(WRONG_SECRET)),
        ("azureKeyVault", "keyVaultName", json!(WRONG_SECRET)),
        ("googleCloudKms", "serviceAccountKey", json!(no_pem)),
        ("googleCloudKms", "serviceAccountKey", key_file),
        ("googleCloudKms", "serviceAccountKey", json!(format!("{}x", weak_account.expose_json()))),
        ("googleCloudKms", "serviceAccountKey", file("private_key", json!(no_pem))),
        ("googleCloudKms", "serviceAccountKey", file("type", json!("external_account"))),
        ("googleCloudKms", "serviceAccountKey", file("token_uri", json!("https://evil.example/token"))),
        ("googleCloudKms", "service_account_key", json!(weak_account.expose_json())),
        ("googleCloudKms", "keyVersionResourceID", json!(no_pem)),
    ] {
        let mut body = json!({ provider: change[provider] });
        body[provider][field] = value;
        let got = house.patch(&body).await;
        assert_eq!(said.note(got), 400);
    }
    for whole in [cloud.payload_with(&cloud.key.arn, &weak), change.clone()] {
        for cut in ["", "}", ",", "\""] {
            let whole = whole.to_string();
            let broken = format!("{}{cut}", &whole[..whole.len() - 2]);
            let call = house.ask("PATCH", &house.path()).header("Content-Type", "application/json").body(broken);
            said.note(call.send().await);
        }
    }
    let typed =
        house.ask("PATCH", &house.path()).header("Content-Type", "text/plain").body(cloud.payload().to_string());
    said.note(typed.send().await);
    // Secrets in the wrong place.
    let private = &house.owner.private;
    said.note(house.nobody("GET", &house.path()).send_with(Some(&format!("Bearer {private}"))).await);
    said.note(house.nobody("GET", &house.path()).send_with(Some(&format!("Basic {}", STANDARD.encode(private)))).await);
    let nonce = house.nobody("GET", &house.path()).send().await.nonce();
    let broken = authorization(&house.owner, &nonce, 1, "GET", &house.path()).replace("MD5", private);
    said.note(house.nobody("GET", &house.path()).send_with(Some(&broken)).await);
    let form = "application/x-www-form-urlencoded";
    for body in [
        format!("grant_type=client_credentials&client_id={}&client_secret={wrong_client}", account.client_id),
        format!("grant_type=password&client_secret={}", account.client_secret.expose()),
        format!("token={token}&client_id={}&client_secret={wrong_client}", account.client_id),
    ] {
        for path in ["/api/oauth/token", "/api/oauth/revoke"] {
            said.note(house.nobody("POST", path).header("Content-Type", form).body(body.clone()).send().await);
        }
    }
    // The keys are lost and found.
    cloud.disable_key(&cloud.key).await;
    let (azure_key, version) = (crate::cloud::azure::version(&cloud.azure().key), cloud.google().version());
    cloud.azure().apply(azure::Change::DisableKey(azure_key.clone())).await;
    cloud.google().apply(gcp::Change::DisableVersion(version.clone())).await;
    said.note(house.read().await);
    said.note(house.get(&format!("/api/atrest/v1/groups/{}/encryptionAtRest/validity", house.project)).await);
    cloud.enable_key(&cloud.key).await;
    cloud.azure().apply(azure::Change::EnableKey(azure_key)).await;
    cloud.google().apply(gcp::Change::EnableVersion(version)).await;
    said.note(house.read().await);
    assert_eq!(said.patch(&house, &cloud.role_payload(&role.id.to_string())).await, 200);
    said.note(house.get(&format!("/api/atlas/v2/groups/{}/events?includeRaw=true", house.project)).await);
    assert_eq!(said.patch(&house, &cloud.payload()).await, 400, "no way back");
    let disabled = house.new_project("disabled").await;
    assert_eq!(said.note(house.patch_in(disabled, &whole).await), 200);
    for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
        assert_eq!(said.note(house.patch_in(disabled, &json!({provider: {"enabled": false}})).await), 200);
    }

    private_endpoints_come_and_go(&house, &mut said).await;

    // A node's token, right and wrong, and the authority's key.
    let (node_token, answers) = crate::nodes::enrol_in_every_way(&house).await;
    for got in answers {
        said.note(got);
    }
    canaries.push(sent("an enrolment token", &node_token));
    canaries.push(Canary::new("the bits of an enrolment token", &hex::decode(&node_token).unwrap()));
    let authority = house.store.newest_certificate_authority().await.unwrap().unwrap();
    let lines = authority.private_key.expose().lines().filter(|line| !line.contains("PRIVATE KEY"));
    let der = STANDARD.decode(lines.collect::<String>()).unwrap();
    // An octet string of 32 bytes is the secret number; the point after it is in every certificate.
    let number = der.windows(2).position(|two| two == [4, 32]).unwrap() + 2;
    canaries.push(Canary::new("the authority's key", &der[number..number + 32]));

    let mut backup = std::io::Cursor::new(Vec::new());
    house.store.backup(&mut backup, Clock::system().now()).await.unwrap();
    let backup = backup.into_inner();
    let metrics = house.metrics().await;
    let everything = house.ground.database.everything().await;
    let ground = house.end().await;
    LISTENING.fetch_sub(1, Ordering::Relaxed);
    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();

    // Once it was given, a token is as good as a password; only its own answer may hold it.
    canaries.push(Canary::new("the access token", token.as_bytes()));
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("\"TRACE\"") && text.contains("answered"), "the log was listened to");
    for got in &said.0 {
        let id = got.header("x-request-id").unwrap();
        assert!(text.contains(id), "the log names each request by its id");
    }
    assert!(everything.len() > 3 && backup.len() > 1_000 && said.0.len() > 40);
    for canary in &canaries {
        canary.is_not_in("the log", &log);
        canary.is_not_in("the backup", &backup);
        canary.is_not_in("the figures", metrics.as_bytes());
        for (place, bytes) in everything.iter().chain(&ground.database.everything().await) {
            canary.is_not_in(place, bytes);
        }
        for got in &said.0 {
            canary.is_not_in("an answer", &got.body);
            for (name, value) in &got.headers {
                canary.is_not_in(name, value.as_bytes());
            }
        }
    }
}

/// Endpoints to both clouds are made, used, lost for a while and removed; everything that shows them is read.
async fn private_endpoints_come_and_go(house: &House, said: &mut Said) {
    let cloud = house.cloud();
    let project = house.new_project("private").await;
    let mut body = together([cloud.payload(), cloud.azure().payload()]);
    for provider in [AWS, AZURE] {
        body[member(provider)]["requirePrivateNetworking"] = json!(true);
    }
    assert_eq!(said.note(house.patch_in(project, &body).await), 200);
    for (provider, region) in [(AWS, "US_EAST_1"), (AZURE, "US_CENTRAL")] {
        let path = endpoints_in(project, provider);
        let read = async |said: &mut Said, id: &str| {
            said.note(house.get(&path).await);
            said.note(house.get(&format!("{path}/{id}")).await);
            said.note(house.get(&format!("/api/atrest/v1/groups/{project}/networking")).await);
            said.note(house.get(&path_of(project)).await);
        };
        for strange in ["NOWHERE", "EUROPE_WEST", "EU_WEST_1"] {
            let got = house.ask("POST", &path).json(&json!({"regionName": strange})).send().await;
            assert_eq!(said.note(got), 400);
        }
        // While every cloud fails in its own way, it is asked for all the same.
        cloud.fail_everywhere(FaultKind::Html);
        let made = house.ask("POST", &path).json(&json!({"regionName": region})).send().await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(said.note(made), 202);
        read(said, &id).await;
        cloud.mend();
        let one = format!("{path}/{id}");
        let becomes = async |status: &str| {
            until(&format!("{provider} is {status}"), || async { house.get(&one).await.json()["status"] == status })
                .await;
        };
        if provider == AZURE {
            becomes("PENDING_ACCEPTANCE").await;
            read(said, &id).await;
            cloud.azure().approve(connection_of(&house.get(&one).await.json())).await;
        }
        becomes("ACTIVE").await;
        read(said, &id).await;
        for kind in [FaultKind::Reset, FaultKind::Html, FaultKind::Deny] {
            cloud.fail_everywhere(kind);
            read(said, &id).await;
            said.note(house.patch_in(project, &body).await);
            cloud.mend();
        }
        assert_eq!(said.note(house.patch_in(project, &json!({member(provider): {"enabled": false}})).await), 400);
        assert_eq!(said.note(house.ask("DELETE", &one).send().await), 204);
        until("it is gone", || async { house.get(&one).await.status == 404 }).await;
        read(said, &id).await;
    }
    said.note(house.get(&format!("/api/atlas/v2/groups/{project}/events?includeRaw=true&itemsPerPage=500")).await);
}

/// A key in PEM could lie about whole, line by line, or as what the lines say.
fn private_key_canaries(name: &'static str, pem: &str) -> [Canary; 3] {
    let lines: Vec<&str> = pem.lines().filter(|line| !line.contains("PRIVATE KEY")).collect();
    let der = STANDARD.decode(lines.concat()).unwrap();
    [
        Canary::new(name, lines[lines.len() / 2].as_bytes()),
        Canary::new(name, lines[lines.len() - 2].as_bytes()),
        Canary::new(name, &der[der.len() / 2..][..48]),
    ]
}

#[test]
fn a_canary_is_found_in_every_form() {
    let secret = b"wrong/secret+of=nobody0123456789";
    let canary = Canary::new("it", secret);
    for offset in 0..7 {
        let around = [&vec![b'{'; offset][..], secret, b"and more"].concat();
        let text = String::from_utf8_lossy(secret).to_string();
        for hidden in [
            around.clone(),
            STANDARD.encode(&around).into_bytes(),
            URL_SAFE.encode(&around).into_bytes(),
            hex::encode(&around).into_bytes(),
            format!("x={}", utf8_percent_encode(&text, NON_ALPHANUMERIC)).into_bytes(),
            format!("{:?}", secret.to_vec()).into_bytes(),
        ] {
            let found = std::panic::catch_unwind(|| canary.is_not_in("there", &hidden));
            assert!(found.is_err(), "{offset}: {}", String::from_utf8_lossy(&hidden));
        }
    }
}

on_both_engines! {
    no_secret_is_found_again
}
