//! Key Vault's keys: the table of operations, and the way of every request: its vault, its token, the network, the
//! permission, then the operation. It must not know faults, nor how a state is saved.
//!
//! Modelled: keys that encrypt and wrap. Not modelled, and refused by name: import, backup and restore, sign and
//! verify, release, attestation, rotation policies, RSA1_5, symmetric keys.

mod access;
pub(crate) mod bundle;
mod create;
mod crypto;
pub(crate) mod delete;
pub(crate) mod key;
mod list;
pub(crate) mod material;
mod read;
mod unauthorized;
mod update;

use http::{HeaderName, Method, StatusCode};
use serde_json::Value;

use super::caller::Caller;
use super::entra::Service;
use super::error::{ApiError, RETRY_AFTER, put, success};
use super::request::{Query, bearer, host};
use super::state::State;
use super::vault::Vault;
use crate::door::{Answer, Incoming};
pub(crate) use access::From;
pub(crate) use create::kind_to_make;
use key::Key;
pub(crate) use material::Material;
pub(crate) use unauthorized::challenge;

/// Versions of the API. Those before 7.4 lack parts of what we answer.
const API_VERSIONS: [&str; 4] = ["7.4", "7.5", "7.6", "2025-07-01"];

/// One operation, by a name of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateKey,
    Decrypt,
    DeleteKey,
    Encrypt,
    GetDeletedKey,
    GetDeletedKeys,
    GetKey,
    GetKeyVersions,
    GetKeys,
    PurgeDeletedKey,
    RecoverDeletedKey,
    RotateKey,
    UnwrapKey,
    UpdateKey,
    WrapKey,
    /// One that Key Vault has, or has not, and we do not model.
    Unknown,
}

/// Every operation with its name, the permission and the data action that it takes.
const OPERATIONS: [(Operation, &str, &str, &str); 15] = [
    (Operation::CreateKey, "CreateKey", "create", "create/action"),
    (Operation::Decrypt, "Decrypt", "decrypt", "decrypt/action"),
    (Operation::DeleteKey, "DeleteKey", "delete", "delete"),
    (Operation::Encrypt, "Encrypt", "encrypt", "encrypt/action"),
    (Operation::GetDeletedKey, "GetDeletedKey", "get", "read"),
    (Operation::GetDeletedKeys, "GetDeletedKeys", "list", "read"),
    (Operation::GetKey, "GetKey", "get", "read"),
    (Operation::GetKeyVersions, "GetKeyVersions", "list", "read"),
    (Operation::GetKeys, "GetKeys", "list", "read"),
    (Operation::PurgeDeletedKey, "PurgeDeletedKey", "purge", "purge/action"),
    (Operation::RecoverDeletedKey, "RecoverDeletedKey", "recover", "recover/action"),
    (Operation::RotateKey, "RotateKey", "rotate", "rotate/action"),
    (Operation::UnwrapKey, "UnwrapKey", "unwrapKey", "unwrap/action"),
    (Operation::UpdateKey, "UpdateKey", "update", "update/action"),
    (Operation::WrapKey, "WrapKey", "wrapKey", "wrap/action"),
];

pub(crate) fn is_operation(name: &str) -> bool {
    OPERATIONS.iter().any(|(_, known, _, _)| *known == name)
}

/// Where a request goes: an operation, and which key and version it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    pub(crate) key: Option<String>,
    pub(crate) version: Option<String>,
}

impl Route {
    /// Reads a path under `/keys` or `/deletedkeys`; any other is `None`.
    pub(crate) fn of(method: &Method, segments: &[&str]) -> Option<Self> {
        if !matches!(segments.first(), Some(&("keys" | "deletedkeys"))) {
            return None;
        }
        let to = |operation, key: &str, version: Option<&str>| Self {
            operation,
            key: Some(key.to_owned()),
            version: version.map(str::to_owned),
        };
        let all = |operation| Self { operation, key: None, version: None };
        Some(match (method.as_str(), segments) {
            ("GET", ["keys"]) => all(Operation::GetKeys),
            ("GET", ["deletedkeys"]) => all(Operation::GetDeletedKeys),
            ("GET", ["keys", key]) => to(Operation::GetKey, key, None),
            ("GET", ["keys", key, "versions"]) => to(Operation::GetKeyVersions, key, None),
            ("GET", ["keys", _, "rotationpolicy" | "attestation"]) => all(Operation::Unknown),
            ("GET", ["keys", key, version]) => to(Operation::GetKey, key, Some(version)),
            ("PATCH", ["keys", key]) => to(Operation::UpdateKey, key, None),
            ("PATCH", ["keys", key, version]) => to(Operation::UpdateKey, key, Some(version)),
            ("DELETE", ["keys", key]) => to(Operation::DeleteKey, key, None),
            ("POST", ["keys", key, "create"]) => to(Operation::CreateKey, key, None),
            ("POST", ["keys", key, "rotate"]) => to(Operation::RotateKey, key, None),
            ("POST", ["keys", key, act]) => to(use_of(act), key, None),
            ("POST", ["keys", key, version, act]) => to(use_of(act), key, Some(version)),
            ("GET", ["deletedkeys", key]) => to(Operation::GetDeletedKey, key, None),
            ("DELETE", ["deletedkeys", key]) => to(Operation::PurgeDeletedKey, key, None),
            ("POST", ["deletedkeys", key, "recover"]) => to(Operation::RecoverDeletedKey, key, None),
            _ => all(Operation::Unknown),
        })
    }

    /// The name that faults and counters know it by.
    pub(crate) fn name(&self) -> &'static str {
        OPERATIONS.iter().find(|(known, ..)| *known == self.operation).map_or("unknown", |(_, name, _, _)| *name)
    }
}

fn use_of(act: &str) -> Operation {
    match act {
        "encrypt" => Operation::Encrypt,
        "decrypt" => Operation::Decrypt,
        "wrapkey" => Operation::WrapKey,
        "unwrapkey" => Operation::UnwrapKey,
        _ => Operation::Unknown,
    }
}

/// The name of the vault that a request is for; one that does not exist is `None`. Nobody answers for it in
/// Azure: its name is not in the DNS.
pub(crate) fn vault_of(state: &State, request: &Incoming) -> Option<String> {
    let host = host(request);
    let name = host.strip_suffix(".localhost").unwrap_or(&host);
    state.vaults.contains_key(name).then(|| name.to_owned())
}

/// One authenticated and permitted call.
struct Call<'a> {
    vault: &'a mut Vault,
    route: &'a Route,
    request: &'a Incoming,
    query: Query,
    /// The base URL that the client reached the vault by.
    base: String,
    /// Unit: s since 1970.
    now: i64,
    /// Made before the state was locked, for the operations that need it.
    material: Option<Material>,
}

/// Runs a request for a vault that is there. `port` is the door's. Unit: s since 1970.
pub(crate) fn run(
    state: &mut State,
    vault: &str,
    route: &Route,
    request: &Incoming,
    came: From,
    (port, now, material): (u16, i64, Option<Material>),
) -> Result<Answer, ApiError> {
    state.settle(now);
    let query = checked_query(route, request)?;
    let here = state.vaults.get(vault).ok_or_else(|| ApiError::bug("the vault was found"))?;
    let caller = authenticate(state, here, request, port, now)?;
    access::network(state, here, &caller, came)?;
    access::permission(state, here, &caller, route)?;
    let vault = state.vaults.get_mut(vault).ok_or_else(|| ApiError::bug("the vault was found"))?;
    let base = format!("https://{}:{port}", host(request));
    let mut call = Call { vault, route, request, query, base, now, material };
    let (body, changed) = operate(&mut call)?;
    if let Some(left) = call.query.left() {
        return Err(unmodelled_parameter(left));
    }
    if changed {
        state.touch();
    }
    let status = if body.is_null() { StatusCode::NO_CONTENT } else { StatusCode::OK };
    Ok(success(status, &body))
}

/// Runs the operation; the flag tells whether something changed.
fn operate(call: &mut Call<'_>) -> Result<(Value, bool), ApiError> {
    let read = |body: Result<Value, ApiError>| body.map(|body| (body, false));
    let changed = |body: Result<Value, ApiError>| body.map(|body| (body, true));
    match call.route.operation {
        Operation::GetKey => read(read::key(call)),
        Operation::GetDeletedKey => read(read::deleted_key(call)),
        Operation::GetKeys => read(list::keys(call)),
        Operation::GetKeyVersions => read(list::versions(call)),
        Operation::GetDeletedKeys => read(list::deleted_keys(call)),
        Operation::Encrypt | Operation::Decrypt | Operation::WrapKey | Operation::UnwrapKey => read(crypto::run(call)),
        Operation::CreateKey => changed(create::create(call)),
        Operation::RotateKey => changed(create::rotate(call)),
        Operation::UpdateKey => changed(update::run(call)),
        Operation::DeleteKey => changed(delete::delete(call)),
        Operation::RecoverDeletedKey => changed(delete::recover(call)),
        Operation::PurgeDeletedKey => changed(delete::purge(call)),
        Operation::Unknown => Err(ApiError::bug("unknown operations are refused before")),
    }
}

/// The query, with its `api-version` checked and taken.
fn checked_query(route: &Route, request: &Incoming) -> Result<Query, ApiError> {
    let mut query = Query::of(request);
    match query.take("api-version") {
        None => return Err(ApiError::bad_parameter("api-version must be specified")),
        Some(version) if API_VERSIONS.contains(&version.as_str()) => {}
        Some(version) => {
            let shown: String = version.chars().filter(char::is_ascii_graphic).take(40).collect();
            let message = format!(
                "The specified version ({shown}) is not recognized. Consider using the latest supported version \
                 (2025-07-01)."
            );
            return Err(ApiError::bad_parameter(message));
        }
    }
    if route.operation == Operation::Unknown {
        let message = format!("{} {} is not modelled by this simulator.", request.method, request.path);
        return Err(ApiError::bad_parameter(message));
    }
    let takes_pages =
        matches!(route.operation, Operation::GetKeys | Operation::GetKeyVersions | Operation::GetDeletedKeys);
    match query.left() {
        Some(left) if !takes_pages => Err(unmodelled_parameter(left)),
        Some(_) | None => Ok(query),
    }
}

fn unmodelled_parameter(name: &str) -> ApiError {
    let shown: String = name.chars().filter(char::is_ascii_graphic).take(40).collect();
    ApiError::bad_parameter(format!(
        "The query parameter {shown} is unknown, doubled, or not modelled by this simulator."
    ))
}

fn authenticate(state: &State, vault: &Vault, request: &Incoming, port: u16, now: i64) -> Result<Caller, ApiError> {
    let refuse = |fault| unauthorized::refusal(vault, port, fault);
    let token = bearer(request).ok_or_else(|| unauthorized::missing(vault, port))?;
    let caller = Caller::of(state, token, Service::KeyVault, now).map_err(refuse)?;
    if caller.tenant == vault.tenant { Ok(caller) } else { Err(unauthorized::foreign(vault, port, &caller)) }
}

impl Call<'_> {
    fn key_name(&self) -> Result<&str, ApiError> {
        let name = self.route.key.as_deref().unwrap_or_default();
        check_name(name)?;
        Ok(name)
    }

    fn key(&self) -> Result<&Key, ApiError> {
        let name = self.key_name()?;
        self.vault.keys.get(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name, None))
    }

    fn key_mut(&mut self) -> Result<&mut Key, ApiError> {
        let name = self.key_name()?.to_owned();
        self.vault.keys.get_mut(&name.to_ascii_lowercase()).ok_or_else(|| not_found(&name, None))
    }

    /// Errors: `BadParameter` where the request has a body.
    fn no_body(&self) -> Result<(), ApiError> {
        if self.request.body.is_empty() {
            return Ok(());
        }
        Err(ApiError::bad_parameter("This operation takes no body."))
    }
}

/// Errors: `BadParameter` for a name that no key can have.
pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    let fits =
        (1..=127).contains(&name.len()) && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
    if fits {
        return Ok(());
    }
    let shown: String = name.chars().filter(char::is_ascii_graphic).take(130).collect();
    Err(ApiError::bad_parameter(format!(
        "The request URI contains an invalid name: {shown}. A key's name has 1 to 127 letters, digits and hyphens."
    )))
}

fn not_found(name: &str, version: Option<&str>) -> ApiError {
    let shown = match version {
        Some(version) => format!("{name}/{version}"),
        None => name.to_owned(),
    };
    let shown: String = shown.chars().filter(char::is_ascii_graphic).take(200).collect();
    ApiError::new(
        404,
        "KeyNotFound",
        format!(
            "A key with (name/id) {shown} was not found in this key vault. If you recently deleted this key you may be \
             able to recover it using the correct recovery command. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125182"
        ),
    )
}

/// What an armed fault makes of a call.
pub(crate) fn denied(vault: &Vault, route: &Route) -> ApiError {
    access::by_policy(vault, "appid=an-armed-fault", route)
}

pub(crate) fn throttled() -> ApiError {
    let message =
        "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
    ApiError { retry_after: Some(RETRY_AFTER), ..ApiError::new(429, "Throttled", message) }
}

/// Puts the headers that every answer of Key Vault has.
pub(crate) fn headed(mut answer: Answer, request: &Incoming) -> Answer {
    let name = HeaderName::from_static;
    put(&mut answer, http::header::CACHE_CONTROL, "no-cache");
    put(&mut answer, name("x-ms-request-id"), &uuid::Uuid::new_v4().to_string());
    put(&mut answer, name("x-ms-keyvault-region"), "eastus");
    put(&mut answer, name("x-ms-keyvault-service-version"), "1.9.0.0");
    if let Some(id) = request.header("x-ms-client-request-id") {
        put(&mut answer, name("x-ms-client-request-id"), id);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_operations_by_method_and_path() {
        let check = |method: Method, path: &[&str], expected: &str, version: Option<&str>| {
            let route = Route::of(&method, path).unwrap();
            assert_eq!((route.name(), route.version.as_deref()), (expected, version), "{method} {path:?}");
        };
        check(Method::GET, &["keys", "a"], "GetKey", None);
        check(Method::GET, &["keys", "a", "1"], "GetKey", Some("1"));
        check(Method::GET, &["keys", "a", "versions"], "GetKeyVersions", None);
        check(Method::POST, &["keys", "a", "encrypt"], "Encrypt", None);
        check(Method::POST, &["keys", "a", "1", "unwrapkey"], "UnwrapKey", Some("1"));
        check(Method::POST, &["keys", "a", "1", "sign"], "unknown", Some("1"));
        check(Method::PUT, &["keys", "a"], "unknown", None);
        check(Method::POST, &["deletedkeys", "a", "recover"], "RecoverDeletedKey", None);
        assert!(Route::of(&Method::GET, &["secrets", "a"]).is_none());
    }
}
