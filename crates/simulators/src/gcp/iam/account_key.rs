//! The keys by which service accounts sign: making, reading, disabling and deleting them.
//! It must not know what is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::gcp::Call;
use crate::gcp::enumeration::{Enumeration, View, timestamp};
use crate::gcp::error::Status;
use crate::gcp::state::{AccountKey, ServiceAccount};
use crate::secret::Secret;

/// Keys that an account may have. Source: IAM quotas.
const LIMIT: usize = 10;
/// When keys end that do not expire: the last second of the year 9999. Unit: ms since 1970.
const FOREVER: i64 = 253_402_300_799_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyAlgorithm {
    Rsa2048,
}

impl Enumeration for KeyAlgorithm {
    const ALL: &'static [(Self, &'static str, i64)] = &[(Self::Rsa2048, "KEY_ALG_RSA_2048", 2)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PrivateKeyType {
    CredentialsFile,
}

impl Enumeration for PrivateKeyType {
    const ALL: &'static [(Self, &'static str, i64)] = &[(Self::CredentialsFile, "TYPE_GOOGLE_CREDENTIALS_FILE", 2)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyType {
    UserManaged,
}

impl Enumeration for KeyType {
    const ALL: &'static [(Self, &'static str, i64)] = &[(Self::UserManaged, "USER_MANAGED", 1)];
}

pub(crate) fn create(call: &mut Call<'_>) -> Result<Value, Status> {
    // Both have one value here, which is the default too.
    call.fields.enumeration::<PrivateKeyType>("privateKeyType")?;
    call.fields.enumeration::<KeyAlgorithm>("keyAlgorithm")?;
    call.nothing_left()?;
    let fresh = call.fresh_key.take().ok_or_else(|| Status::bug("a key is made before it is needed"))?;
    let (now, view, endpoint) = (call.now, call.view(), call.endpoint);
    let account = call.account_mut()?;
    if account.keys.iter().filter(|key| !key.deleted).count() >= LIMIT {
        return Err(Status::precondition("Precondition check failed: the service account has ten keys already."));
    }
    let key = AccountKey::new(&fresh, now);
    let file = credentials_file(account, &key.id, &fresh.private, endpoint);
    let mut fields = show(account, &key, view);
    fields.insert("privateKeyType".to_owned(), view.enumeration(PrivateKeyType::CredentialsFile));
    fields.insert("privateKeyData".to_owned(), json!(STANDARD.encode(file.expose())));
    account.keys.push(key);
    call.state.touch();
    Ok(Value::Object(fields))
}

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    let account = call.account()?;
    let key = account.key(call.name.id()).ok_or_else(|| absent(call))?;
    Ok(Value::Object(show(account, key, call.view())))
}

pub(crate) fn list(call: &mut Call<'_>) -> Result<Value, Status> {
    let of_type = call.query.text("keyTypes")?;
    call.nothing_left()?;
    if of_type.is_some_and(|text| text != "USER_MANAGED") {
        return Err(Status::invalid("keyTypes: only USER_MANAGED is modelled by this simulator."));
    }
    let account = call.account()?;
    let keys: Vec<Value> = account
        .keys
        .iter()
        .filter(|key| !key.deleted)
        .map(|key| Value::Object(show(account, key, call.view())))
        .collect();
    let mut answer = Map::new();
    if !keys.is_empty() {
        answer.insert("keys".to_owned(), Value::from(keys));
    }
    Ok(Value::Object(answer))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Result<Value, Status> {
    change(call, |key| key.deleted = true)
}

pub(crate) fn disable(call: &mut Call<'_>) -> Result<Value, Status> {
    change(call, |key| key.disabled = true)
}

pub(crate) fn enable(call: &mut Call<'_>) -> Result<Value, Status> {
    change(call, |key| key.disabled = false)
}

fn change(call: &mut Call<'_>, act: impl FnOnce(&mut AccountKey)) -> Result<Value, Status> {
    call.nothing_left()?;
    let (id, missing) = (call.name.id().to_owned(), absent(call));
    act(call.account_mut()?.key_mut(&id).ok_or(missing)?);
    call.state.touch();
    Ok(json!({}))
}

fn absent(call: &Call<'_>) -> Status {
    Status::not_found(format!("Service account key {} does not exist.", call.name.id()))
}

/// The file that a client signs in with.
pub(crate) fn credentials_file(account: &ServiceAccount, id: &str, private: &Secret, endpoint: &str) -> Secret {
    let encoded = account.email.replace('@', "%40");
    let file = json!({
        "type": "service_account",
        "project_id": account.project,
        "private_key_id": id,
        "private_key": private.expose(),
        "client_email": account.email,
        "client_id": account.unique_id,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": format!("{endpoint}{}", crate::gcp::oauth::PATH),
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": format!("https://www.googleapis.com/robot/v1/metadata/x509/{encoded}"),
        "universe_domain": "googleapis.com",
    });
    Secret::new(file.to_string())
}

fn show(account: &ServiceAccount, key: &AccountKey, view: View) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("name", json!(format!("projects/{}/serviceAccounts/{}/keys/{}", account.project, account.email, key.id)));
    put("validAfterTime", json!(timestamp(key.created)));
    put("validBeforeTime", json!(timestamp(FOREVER)));
    put("keyAlgorithm", view.enumeration(KeyAlgorithm::Rsa2048));
    put("keyOrigin", if view.numeric { json!(2) } else { json!("GOOGLE_PROVIDED") });
    put("keyType", view.enumeration(KeyType::UserManaged));
    if key.disabled {
        put("disabled", json!(true));
    }
    fields
}
