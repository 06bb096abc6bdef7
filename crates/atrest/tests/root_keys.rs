//! The root key wrapped by AWS KMS, and by Vault or OpenBao: an installation's life over the wire, and what
//! is said when a service refuses. AWS is the simulator. No Vault was at hand: `vault_stub` speaks the wire
//! format that its documentation gives, and what it cannot show is what a real one says in practice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests fail loudly"
)]

#[path = "root_keys/installation.rs"]
mod installation;
#[path = "root_keys/vault_stub.rs"]
mod vault_stub;

use std::fs;

use installation::{Installation, SOON};
use simulators::aws::{AccessKeyPair, Change, CreatedKey, KeyStatus, NewKey};
use simulators::{Clouds, FaultKind, FaultRule, Options};
use vault_stub::{ROLE_ID, SECRET_ID, SESSION, TOKEN, VaultStub};

const ROOT_KEY_ALONE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*",
    "Condition":{"StringEquals":{"kms:EncryptionContext:atrest:root-key":"1"}}}]}"#;

struct AwsHome {
    clouds: Clouds,
    key: CreatedKey,
    operator: AccessKeyPair,
}

impl AwsHome {
    async fn start() -> Self {
        let clouds = Clouds::start(Options::default()).await.unwrap();
        let account = clouds.aws().create_account("operator").await.unwrap();
        let operator = clouds.aws().create_user(&account, "atrest", Some(ROOT_KEY_ALONE)).await.unwrap();
        let new = NewKey { alias: "root".to_owned(), ..NewKey::default() };
        let key = clouds.aws().create_key(&account, "eu-central-1", new).await.unwrap();
        Self { clouds, key, operator }
    }

    fn configure(&self, at: &Installation) -> String {
        let secret = at.path("aws.secret");
        fs::write(&secret, self.operator.expose_secret()).unwrap();
        let (endpoint, id) = (self.clouds.aws_endpoint(), &self.operator.access_key_id);
        format!(
            "[root_key]\nwrapped_file = {:?}\naws_kms_key = {:?}\n[providers]\nallow_networks = [\"127.0.0.0/8\"]\n\
             [aws]\noperator_identity = \"static\"\noperator_access_key_id = {id:?}\n\
             operator_secret_access_key_file = {secret:?}\nkms_endpoint = {endpoint:?}\nsts_endpoint = {endpoint:?}\n",
            at.path("aws.wrapped"),
            self.key.arn
        )
    }

    async fn apply(&self, change: Change) {
        self.clouds.aws().apply(change).await.unwrap();
    }
}

fn configure_vault(at: &Installation, stub: &VaultStub) -> String {
    let token = at.path("vault.token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    vault_table(at, stub, &format!("vault_token_file = {token:?}\n"))
}

fn vault_table(at: &Installation, stub: &VaultStub, login: &str) -> String {
    let wrapped = at.path("vault.wrapped");
    let ca = stub.ca_pem.as_ref().map(|pem| {
        let path = at.path("vault-ca.pem");
        fs::write(&path, pem).unwrap();
        format!("vault_ca_file = {path:?}\n")
    });
    format!(
        "[root_key]\nwrapped_file = {wrapped:?}\nvault_address = {:?}\nvault_transit_key = \"atrest\"\n{login}{}",
        stub.address,
        ca.unwrap_or_default()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_lives_under_a_key_in_aws_kms_and_moves_there_and_back() {
    let aws = AwsHome::start().await;
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &aws.configure(&at));
    assert!(at.bad(&["config", "check"], &config).contains("root_key.wrapped_file"), "there is no wrapped file yet");
    let made = at.good(&["init"], &config);
    assert!(at.good(&["config", "check"], &config).contains("no faults"));
    at.serves(&config, &made);
    at.serves(&config, &made);
    let backup = at.path("one.backup");
    at.good(&["backup", "--to", backup.to_str().unwrap()], &config);
    fs::remove_dir_all(at.path("data")).unwrap();
    at.good(&["restore", "--from", backup.to_str().unwrap()], &config);
    at.serves(&config, &made);

    // Out to a file, and back to AWS under a new root key.
    let file = at.path("bare.key");
    at.good(&["root-key", "rotate", "--to", file.to_str().unwrap()], &config);
    assert!(at.bad(&["serve"], &config).contains("root key"), "the old home opens nothing any more");
    let bare = at.configure("bare.toml", &format!("[root_key]\nfile = {file:?}\n"));
    at.serves(&bare, &made);
    fs::remove_file(at.path("aws.wrapped")).unwrap();
    at.good(&["root-key", "rotate", "--to-config", config.to_str().unwrap()], &bare);
    assert!(at.bad(&["serve"], &bare).contains("root key"));
    at.serves(&config, &made);
    assert!(
        at.bad(&["root-key", "rotate", "--to-config", config.to_str().unwrap()], &config).contains("present root key")
    );
    at.nothing_said_holds(&[aws.operator.expose_secret()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_refusing_is_told_with_what_to_do_and_aws_being_away_is_waited_for() {
    let aws = AwsHome::start().await;
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &aws.configure(&at));
    let made = at.good(&["init"], &config);

    let refused = |at: &mut Installation, parts: &[&str]| {
        let words = at.bad(&["serve"], &config);
        for part in ["AWS KMS refused", "unwrap the root key"].iter().chain(parts) {
            assert!(words.contains(part), "{part} is missing in {words}");
        }
    };
    let id = aws.key.id.clone();
    aws.apply(Change::DisableKey(id.clone())).await;
    refused(&mut at, &["DisabledException", "enable the key again"]);
    aws.apply(Change::EnableKey(id.clone())).await;
    aws.apply(Change::ScheduleKeyDeletion(id.clone())).await;
    refused(&mut at, &["KMSInvalidStateException", "cancel the key's deletion"]);
    aws.apply(Change::CancelKeyDeletion(id.clone())).await;
    aws.apply(Change::EnableKey(id.clone())).await;
    aws.apply(Change::RemoveKeyPolicy(id.clone())).await;
    refused(&mut at, &["AccessDeniedException", "kms:Decrypt", "atrest:root-key=1"]);
    aws.apply(Change::RestoreKeyPolicy(id)).await;
    let operator = aws.operator.access_key_id.clone();
    aws.apply(Change::SetAccessKey(operator.clone(), KeyStatus::Inactive)).await;
    refused(&mut at, &["CREDENTIAL_REJECTED", "a working access key"]);
    aws.apply(Change::SetAccessKey(operator, KeyStatus::Active)).await;

    // A changed file is no root key, and no reason to wait.
    let path = at.path("aws.wrapped");
    let whole = fs::read_to_string(&path).unwrap();
    let ciphertext = whole.split("\"ciphertext\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let middle = ciphertext.len() / 2;
    let other = if ciphertext.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &ciphertext[..middle], &ciphertext[middle + 1..]);
    fs::write(&path, whole.replace(&ciphertext, &changed)).unwrap();
    refused(&mut at, &["InvalidCiphertextException", "as it was made", &aws.key.arn]);
    let id = whole.split("\"rootKeyId\": \"").nth(1).unwrap()[..16].to_owned();
    fs::write(&path, whole.replace(&id, "0123456789abcdef")).unwrap();
    assert!(at.bad(&["serve"], &config).contains("says it holds the root key 0123456789abcdef"));
    fs::write(&path, &whole).unwrap();

    // Three resets outlast one call with its own second attempt.
    aws.clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Reset).times(3)).unwrap();
    at.serves(&config, &made);
    assert_eq!(aws.clouds.faults().list()[0].requests, 3);
    assert!(at.last_words().contains("AWS KMS does not answer yet"), "progress is told");
    aws.clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Throttle).times(3)).unwrap();
    at.good(&["backup", "--to", at.path("late.backup").to_str().unwrap()], &config);

    // A key that would not give the root key back does not get it.
    fs::rename(&path, at.path("aside")).unwrap();
    fs::remove_dir_all(at.path("data")).unwrap();
    aws.clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Deny)).unwrap();
    assert!(at.bad(&["init"], &config).contains("to prove that it can be"));
    assert!(!path.exists());
    at.nothing_said_holds(&[aws.operator.expose_secret()]);
}

#[test]
fn an_installation_lives_under_a_vault_transit_key() {
    let stub = VaultStub::start_tls();
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &configure_vault(&at, &stub));
    let made = at.good(&["init"], &config);
    assert!(at.good(&["config", "check"], &config).contains("no faults"));
    at.serves(&config, &made);
    at.serves(&config, &made);
    let file = at.path("bare.key");
    at.good(&["root-key", "rotate", "--to", file.to_str().unwrap()], &config);
    let bare = at.configure("bare.toml", &format!("[root_key]\nfile = {file:?}\n"));
    at.serves(&bare, &made);
    fs::remove_file(at.path("vault.wrapped")).unwrap();
    at.good(&["root-key", "rotate", "--to-config", config.to_str().unwrap()], &bare);
    at.serves(&config, &made);
    let wrapped = fs::read_to_string(at.path("vault.wrapped")).unwrap();
    let secrets: Vec<String> = stub.plaintexts().into_iter().flat_map(|key| vault_stub::spellings(&key)).collect();
    assert!(secrets.len() >= 6, "the stub saw both root keys");
    assert!(!secrets.iter().any(|secret| wrapped.contains(secret.as_str())), "the file holds the root key bare");
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).chain([TOKEN]).collect();
    at.nothing_said_holds(&secrets);
}

#[test]
fn an_approle_logs_in_once_in_its_namespace() {
    let stub = VaultStub::start();
    let mut at = Installation::new();
    let (role_id, secret_id) = (at.path("role-id"), at.path("secret-id"));
    fs::write(&role_id, ROLE_ID).unwrap();
    fs::write(&secret_id, format!("{SECRET_ID}\n")).unwrap();
    let login = format!(
        "vault_role_id_file = {role_id:?}\nvault_secret_id_file = {secret_id:?}\nvault_namespace = \"team/db\"\n"
    );
    let config = at.configure("atrest.toml", &vault_table(&at, &stub, &login));
    let made = at.good(&["init"], &config);
    assert_eq!(stub.count("/v1/auth/approle/login"), 1, "wrap and proof share one login");
    stub.fail(503, r#"{"errors":["Vault is sealed"]}"#, 1);
    at.serves(&config, &made);
    assert!(stub.heads().iter().all(|head| head.contains("x-vault-namespace: team/db")));
    fs::write(&secret_id, "another").unwrap();
    let words = at.bad(&["backup", "--to", at.path("b").to_str().unwrap()], &config);
    assert!(words.contains("invalid role or secret ID") && words.contains("vault_secret_id_file"), "{words}");
    at.nothing_said_holds(&[SECRET_ID, SESSION]);
}

#[test]
fn vault_refusing_is_told_with_what_to_do_and_vault_being_away_is_waited_for() {
    let stub = VaultStub::start();
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &configure_vault(&at, &stub));
    let made = at.good(&["init"], &config);
    let refused = |at: &mut Installation, parts: &[&str]| {
        let words = at.bad(&["serve"], &config);
        for part in ["Vault refused", "unwrap the root key"].iter().chain(parts) {
            assert!(words.contains(part), "{part} is missing in {words}");
        }
    };
    // A careless proxy quotes the token back; nobody else does.
    stub.fail(403, &format!(r#"{{"errors":["permission denied for {TOKEN}"]}}"#), 1);
    refused(&mut at, &["HTTP 403", "permission denied for [hidden]", "update on encrypt/ and decrypt/"]);
    stub.fail(404, r#"{"errors":["no handler for route"]}"#, 1);
    refused(&mut at, &["HTTP 404", "vault_mount"]);
    stub.fail(307, "", 1);
    refused(&mut at, &["HTTP 307", "points elsewhere"]);

    for (status, body) in [
        (503, r#"{"errors":["Vault is sealed"]}"#),
        (429, r#"{"errors":["request path: rate limit quota exceeded"]}"#),
        (502, "<html>bad gateway</html>"),
        (200, "<html>welcome</html>"),
        (200, r#"{"data":{}}"#),
        (vault_stub::RESET, ""),
    ] {
        stub.fail(status, body, 1);
        at.serves(&config, &made);
        assert!(at.last_words().contains("Vault does not answer yet"), "{status} {body} is waited for and told");
    }

    // The stub holds a ciphertext to its associated data as a real transit key does.
    let path = at.path("vault.wrapped");
    let whole = fs::read_to_string(&path).unwrap();
    let foreign = stub.seal("atrest", "", &[7; 32]);
    let own = whole.split("\"ciphertext\": \"").nth(1).unwrap().split('"').next().unwrap();
    fs::write(&path, whole.replace(own, &foreign)).unwrap();
    refused(&mut at, &["HTTP 400", "invalid ciphertext", "as it was made", "transit/atrest"]);
    fs::write(&path, &whole).unwrap();
    at.serves(&config, &made);
    at.nothing_said_holds(&[TOKEN]);
}

#[test]
fn a_vault_that_would_not_keep_its_word_is_given_no_root_key() {
    let stub = VaultStub::start();
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &configure_vault(&at, &stub));
    stub.grow_old();
    assert!(at.bad(&["init"], &config).contains("use Vault 1.13 or newer"));
    assert!(!at.path("vault.wrapped").exists() && !at.path("data").exists(), "nothing was made");
}

#[test]
fn a_certificate_that_is_not_believed_is_told_at_once() {
    let stub = VaultStub::start_tls();
    let other = VaultStub::start_tls();
    let mut at = Installation::new();
    let config = at.configure("atrest.toml", &configure_vault(&at, &stub));
    fs::write(at.path("vault-ca.pem"), other.ca_pem.as_ref().unwrap()).unwrap();
    let begun = std::time::Instant::now();
    let words = at.bad(&["init"], &config);
    assert!(words.contains("certificate is not believed") && words.contains("vault_ca_file"), "{words}");
    assert!(begun.elapsed() < SOON);
    assert_eq!(stub.heads().len(), 0, "nothing was said to a stranger");
}

#[test]
fn looks_at_the_wrapped_file_before_any_service() {
    let stub = VaultStub::start();
    let mut at = Installation::new();
    let table = configure_vault(&at, &stub);
    let config = at.configure("atrest.toml", &table);
    at.good(&["init"], &config);
    let asked = stub.heads().len();
    let path = at.path("vault.wrapped");
    let whole = fs::read_to_string(&path).unwrap();
    let mut refused = |content: &str, part: &str| {
        fs::write(&path, content).unwrap();
        for words in [&["config", "check"][..], &["serve"]] {
            let said = at.bad(words, &config);
            assert!(said.contains(part), "{part} is missing in {said}");
        }
    };
    refused("", "no wrapped root key");
    refused(&whole.replace("\"format\": 1", "\"format\": 2"), "newer atrest");
    refused(&whole.replace("vault-transit", "aws-kms"), "was wrapped by AWS KMS");
    refused(&whole.replace("{\n", "{\n  \"more\": 1,\n"), "no wrapped root key");
    fs::write(&path, &whole).unwrap();

    installation::set_mode(&path, 0o666);
    assert!(at.bad(&["config", "check"], &config).contains("go-w"));
    installation::set_mode(&path, 0o644);
    assert!(at.good(&["config", "check"], &config).contains("no faults"));
    let aside = at.path("aside");
    fs::rename(&path, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &path).unwrap();
    assert!(at.bad(&["config", "check"], &config).contains("is a link"));
    let inside = at.path("data").join("vault.wrapped");
    fs::copy(&aside, &inside).unwrap();
    let config = at.configure("inside.toml", &table.replace(path.to_str().unwrap(), inside.to_str().unwrap()));
    assert!(at.bad(&["serve"], &config).contains("inside the data folder"));
    assert_eq!(stub.heads().len(), asked);
}
