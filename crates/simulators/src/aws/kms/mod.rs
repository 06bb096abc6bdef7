//! KMS: the table of its operations, and what they share: the call, its fields, its key.
//! It must not know HTTP or signatures.

mod access;
mod alias;
pub(crate) mod ciphertext;
pub(crate) mod create_key;
mod data_key;
mod decrypt;
mod deletion;
mod describe_key;
mod enablement;
mod encrypt;
pub(crate) mod key;
mod key_policy;
mod list_keys;
mod page;
mod re_encrypt;
mod rotation;
mod tags;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::caller::Caller;
use super::error::ServiceError;
use super::state::State;

/// One authenticated call.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: &'a Caller,
    /// The region that the request was signed for.
    pub(crate) region: &'a str,
    /// Unit: ms since 1970.
    pub(crate) now: i64,
    pub(crate) body: &'a [u8],
}

type Operation = fn(&mut Call<'_>) -> Result<Value, ServiceError>;

/// Every operation by its own name. What is not here, KMS does not have.
pub(crate) const OPERATIONS: [(&str, Operation); 28] = [
    ("CancelKeyDeletion", deletion::cancel),
    ("CreateAlias", alias::create),
    ("CreateKey", create_key::run),
    ("Decrypt", decrypt::run),
    ("DeleteAlias", alias::delete),
    ("DescribeKey", describe_key::run),
    ("DisableKey", enablement::disable),
    ("DisableKeyRotation", rotation::disable),
    ("EnableKey", enablement::enable),
    ("EnableKeyRotation", rotation::enable),
    ("Encrypt", encrypt::run),
    ("GenerateDataKey", data_key::with_plaintext),
    ("GenerateDataKeyWithoutPlaintext", data_key::without_plaintext),
    ("GetKeyPolicy", key_policy::read),
    ("GetKeyRotationStatus", rotation::status),
    ("ListAliases", alias::list),
    ("ListKeyPolicies", key_policy::list),
    ("ListKeyRotations", rotation::list),
    ("ListKeys", list_keys::run),
    ("ListResourceTags", tags::list),
    ("PutKeyPolicy", key_policy::put),
    ("ReEncrypt", re_encrypt::run),
    ("RotateKeyOnDemand", rotation::rotate),
    ("ScheduleKeyDeletion", deletion::schedule),
    ("TagResource", tags::add),
    ("UntagResource", tags::remove),
    ("UpdateAlias", alias::update),
    ("UpdateKeyDescription", describe_key::update_description),
];

/// Runs an operation.
/// Errors: `UnknownOperationException`, and the operation's own.
pub(crate) fn run(name: &str, call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let Some((_, operation)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
        return Err(ServiceError::new(
            "UnknownOperationException",
            format!("{name} is not modelled by this simulator."),
        ));
    };
    call.state.settle(call.now);
    call.state.be_asked_in(call.region);
    create_key::ensure_aws_managed(call);
    operation(call)
}

/// The known fields of a request, and whatever else it had.
#[derive(Deserialize)]
struct Strict<T> {
    #[serde(flatten)]
    known: T,
    #[serde(flatten)]
    unknown: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

impl Call<'_> {
    /// Reads the body.
    /// Errors: `SerializationException` where it is not JSON of the right shape, `ValidationException` for a
    /// field that is unknown or not modelled: AWS ignores the former, but a simulator must not.
    fn fields<T: for<'de> Deserialize<'de>>(&self) -> Result<T, ServiceError> {
        let body = if self.body.is_empty() { b"{}" } else { self.body };
        let strict: Strict<T> = serde_json::from_slice(body)
            .map_err(|broken| ServiceError::new("SerializationException", broken.to_string()))?;
        match strict.unknown.keys().next() {
            None => Ok(strict.known),
            Some(name) => Err(ServiceError::new(
                "ValidationException",
                format!("1 validation error detected: field '{name}' is unknown, or not modelled by this simulator"),
            )),
        }
    }
}

/// A constraint of KMS's model that a value does not satisfy.
fn constraint(member: &str, must: &str) -> ServiceError {
    ServiceError::new(
        "ValidationException",
        format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {must}"),
    )
}

fn required<T>(member: &str, value: Option<T>) -> Result<T, ServiceError> {
    value.ok_or_else(|| constraint(member, "not be null"))
}

/// Bytes, base64 on the wire.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Checks a blob's length. Unit: bytes.
fn sized(member: &str, bytes: Option<Bytes>, most: usize) -> Result<Vec<u8>, ServiceError> {
    let Bytes(bytes) = required(member, bytes)?;
    if bytes.is_empty() {
        return Err(constraint(member, "have length greater than or equal to 1"));
    }
    if bytes.len() > most {
        return Err(constraint(member, &format!("have length less than or equal to {most}")));
    }
    Ok(bytes)
}

fn base64(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// A time as this protocol has it: seconds since 1970, with a fraction.
fn seconds(ms: i64) -> Value {
    let text = format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000));
    text.parse::<f64>().map_or(Value::Null, Value::from)
}

/// The one algorithm of symmetric keys; asymmetric ones are states only here.
fn symmetric_algorithm(member: &str, algorithm: Option<&str>) -> Result<(), ServiceError> {
    match algorithm {
        None | Some("SYMMETRIC_DEFAULT") => Ok(()),
        Some("RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256" | "SM2PKE") => Err(ServiceError::new(
            "UnsupportedOperationException",
            "asymmetric encryption is not modelled by this simulator",
        )),
        Some(_) => Err(constraint(
            member,
            "satisfy enum value set: [SYMMETRIC_DEFAULT, RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE]",
        )),
    }
}

/// Grants are not modelled, so no token can be one.
fn no_grant_tokens(tokens: &[String]) -> Result<(), ServiceError> {
    if tokens.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::new("InvalidGrantTokenException", "grants are not modelled by this simulator"))
    }
}

/// Errors: `DryRunOperationException`, the answer to a dry run that would have gone well.
fn stop_dry_run(dry_run: Option<bool>) -> Result<(), ServiceError> {
    if dry_run == Some(true) {
        return Err(ServiceError::with_status(
            "DryRunOperationException",
            412,
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(())
}
