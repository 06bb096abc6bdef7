//! Making, reading and changing keys. It must not know what a key seals.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::crypto_key::{CryptoKey, Rotation};
use super::purpose::{Algorithm, Protection, Purpose};
use super::{crypto_key, crypto_key_mut, version};
use crate::gcp::Call;
use crate::gcp::body::Fields;
use crate::gcp::enumeration::{Enumeration, read_seconds, read_timestamp};
use crate::gcp::error::{Code, Status};
use crate::gcp::name::is_key_id;
use crate::gcp::page::Page;

/// Seconds. Source, for all of these: Cloud KMS API reference.
const DAY: i64 = 24 * 3600;
const ROTATION_LIMIT: i64 = 876_000 * 3600;
const DESTROY_LIMIT: i64 = 120 * DAY;
const LABEL_LIMIT: usize = 64;

pub(crate) fn create(call: &mut Call<'_>) -> Result<Value, Status> {
    let id = call.query.text("cryptoKeyId")?.unwrap_or_default();
    let skip = call.query.boolean("skipInitialVersionCreation")?;
    let purpose = call.fields.enumeration::<Purpose>("purpose")?;
    let template = template(&mut call.fields)?;
    let labels = labels(&mut call.fields)?.unwrap_or_default();
    let rotation = rotation(&mut call.fields)?;
    let destroy_after = destroy_after(&mut call.fields)?;
    let import_only = call.fields.boolean("importOnly")?.unwrap_or(false);
    call.nothing_left()?;

    if !is_key_id(&id) {
        return Err(Status::invalid("crypto_key_id must match [a-zA-Z0-9_-]{1,63}."));
    }
    let purpose = purpose.ok_or_else(|| Status::invalid("The purpose of a CryptoKey must be set."))?;
    let algorithm = match template.algorithm {
        Some(algorithm) => algorithm,
        None if purpose == Purpose::EncryptDecrypt => Algorithm::default_for(purpose),
        None => return Err(Status::invalid(format!("version_template.algorithm is required for {}.", purpose.name()))),
    };
    algorithm.check(purpose)?;
    if import_only && !skip {
        return Err(Status::invalid("skip_initial_version_creation must be true for a CryptoKey that is import_only."));
    }
    check_rotation(rotation, purpose, call.now)?;

    let ring = call.name.to_string();
    if !call.state.key_rings.contains_key(&ring) {
        return Err(Status::not_found(format!("KeyRing {ring} not found.")));
    }
    let name = call.name.child("cryptoKeys", &id)?;
    if call.state.crypto_keys.contains_key(&name.to_string()) {
        return Err(Status::new(Code::AlreadyExists, format!("CryptoKey {name} already exists.")));
    }
    let mut key = CryptoKey::new(purpose, algorithm, template.protection.unwrap_or(Protection::Software), call.now);
    key.labels = labels;
    key.rotation = rotation;
    key.import_only = import_only;
    key.destroy_after = destroy_after.unwrap_or(key.destroy_after);
    if !skip {
        let first = key.add_version(call.now);
        key.primary = (purpose == Purpose::EncryptDecrypt).then_some(first);
    }
    let answer = key.show(&name, call.view())?;
    call.state.crypto_keys.insert(name.to_string(), key);
    call.state.touch();
    Ok(answer)
}

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    crypto_key(call.state, &call.name)?.show(&call.name, call.view())
}

pub(crate) fn list(call: &mut Call<'_>) -> Result<Value, Status> {
    let page = Page::read(&mut call.query)?;
    call.nothing_left()?;
    let ring = call.name.to_string();
    if !call.state.key_rings.contains_key(&ring) {
        return Err(Status::not_found(format!("KeyRing {ring} not found.")));
    }
    let prefix = format!("{ring}/cryptoKeys/");
    let mut all = Vec::new();
    for (name, key) in &call.state.crypto_keys {
        if let Some(id) = name.strip_prefix(&prefix) {
            all.push((name.clone(), key.show(&call.name.child("cryptoKeys", id)?, call.view())?));
        }
    }
    let total = all.len();
    let mut answer = page.cut("cryptoKeys", all);
    answer.insert("totalSize".to_owned(), json!(total));
    Ok(Value::Object(answer))
}

pub(crate) fn update(call: &mut Call<'_>) -> Result<Value, Status> {
    let mask = call.query.mask("updateMask")?;
    let changes = |path: &str| mask.iter().any(|changed| changed == path);
    call.own_name()?;
    // Only what the mask names is read: a field beside it is left over, and refused.
    let new_labels = if changes("labels") { Some(labels(&mut call.fields)?.unwrap_or_default()) } else { None };
    let given = rotation(&mut call.fields)?;
    let template = template(&mut call.fields)?;
    call.nothing_left()?;
    if mask.is_empty() {
        return Err(Status::invalid("update_mask must name at least one field."));
    }
    const KNOWN: [&str; 6] = [
        "labels",
        "rotationPeriod",
        "nextRotationTime",
        "versionTemplate",
        "versionTemplate.algorithm",
        "versionTemplate.protectionLevel",
    ];
    if let Some(path) = mask.iter().find(|path| !KNOWN.contains(&path.as_str())) {
        return Err(Status::invalid(format!("update_mask: {path} cannot be changed, or is not modelled.")));
    }
    let of_template = |part: &str| changes("versionTemplate") || changes(&format!("versionTemplate.{part}"));
    let beside = [
        (given.period.is_some() && !changes("rotationPeriod"), "rotationPeriod"),
        (given.next.is_some() && !changes("nextRotationTime"), "nextRotationTime"),
        (template.algorithm.is_some() && !of_template("algorithm"), "versionTemplate.algorithm"),
        (template.protection.is_some() && !of_template("protectionLevel"), "versionTemplate.protectionLevel"),
    ];
    if let Some((_, path)) = beside.iter().find(|(beside, _)| *beside) {
        return Err(Status::invalid(format!("{path} is set and not named by update_mask.")));
    }

    let (now, view, name) = (call.now, call.view(), call.name.clone());
    let key = crypto_key_mut(call.state, &name)?;
    let mut rotation = key.rotation;
    if changes("rotationPeriod") {
        rotation.period = given.period;
    }
    if changes("nextRotationTime") {
        rotation.next = given.next;
    }
    if rotation != key.rotation {
        check_rotation(rotation, key.purpose, now)?;
    }
    let algorithm = if of_template("algorithm") { template.algorithm } else { Some(key.algorithm) };
    let algorithm = algorithm.ok_or_else(|| Status::invalid("version_template.algorithm must be set."))?;
    algorithm.check(key.purpose)?;
    if template.protection.is_some_and(|protection| protection != key.protection) {
        return Err(Status::invalid("The protection level of a CryptoKey cannot be changed."));
    }
    key.rotation = rotation;
    key.algorithm = algorithm;
    key.labels = new_labels.unwrap_or_else(|| std::mem::take(&mut key.labels));
    let answer = key.show(&name, view)?;
    call.state.touch();
    Ok(answer)
}

pub(crate) fn update_primary(call: &mut Call<'_>) -> Result<Value, Status> {
    let id = call.fields.text("cryptoKeyVersionId")?.unwrap_or_default();
    call.nothing_left()?;
    let name = call.name.clone();
    crypto_key(call.state, &name)?.for_encryption(&name, "UpdateCryptoKeyPrimaryVersion")?;
    let version_name = name.child("cryptoKeyVersions", &id)?;
    version_name.check().map_err(|_| Status::invalid("crypto_key_version_id must be the number of a version."))?;
    version(call.state, &version_name)?.usable(&version_name.to_string())?;
    let view = call.view();
    let key = crypto_key_mut(call.state, &name)?;
    key.primary = version_name.version();
    let answer = key.show(&name, view)?;
    call.state.touch();
    Ok(answer)
}

struct Template {
    algorithm: Option<Algorithm>,
    protection: Option<Protection>,
}

fn template(fields: &mut Fields) -> Result<Template, Status> {
    let Some(mut inner) = fields.object("versionTemplate")? else {
        return Ok(Template { algorithm: None, protection: None });
    };
    let template =
        Template { algorithm: inner.enumeration("algorithm")?, protection: inner.enumeration("protectionLevel")? };
    inner.nothing_left()?;
    Ok(template)
}

/// Source: "Requirements for labels", Google Cloud documentation.
fn labels(fields: &mut Fields) -> Result<Option<BTreeMap<String, String>>, Status> {
    let Some(labels) = fields.text_map("labels")? else { return Ok(None) };
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-');
    let fits = |text: &str| text.len() <= 63 && text.chars().all(letter);
    for (key, value) in &labels {
        let begins = key.chars().next().is_some_and(|letter| letter.is_ascii_lowercase());
        if !begins || !fits(key) || !fits(value) {
            return Err(Status::invalid(format!("Label {key} is malformed.")));
        }
    }
    if labels.len() > LABEL_LIMIT {
        return Err(Status::invalid(format!("A resource has at most {LABEL_LIMIT} labels.")));
    }
    Ok(Some(labels))
}

fn rotation(fields: &mut Fields) -> Result<Rotation, Status> {
    let period = match fields.text("rotationPeriod")? {
        None => None,
        Some(text) => Some(
            read_seconds(&text).ok_or_else(|| Status::invalid("rotation_period must be seconds, as in 7776000s."))?,
        ),
    };
    let next = match fields.text("nextRotationTime")? {
        None => None,
        Some(text) => {
            Some(read_timestamp(&text).ok_or_else(|| Status::invalid("next_rotation_time must be an RFC 3339 time."))?)
        }
    };
    Ok(Rotation { period, next })
}

fn check_rotation(rotation: Rotation, purpose: Purpose, now: i64) -> Result<(), Status> {
    if rotation == Rotation::default() {
        return Ok(());
    }
    if purpose != Purpose::EncryptDecrypt {
        return Err(Status::invalid("Only keys with purpose ENCRYPT_DECRYPT support automatic rotation."));
    }
    if rotation.period.is_some_and(|period| !(DAY..=ROTATION_LIMIT).contains(&period)) {
        return Err(Status::invalid("rotation_period must be at least 24 hours and at most 876,000 hours."));
    }
    if rotation.period.is_some() && rotation.next.is_none() {
        return Err(Status::invalid("If rotation_period is set, next_rotation_time must also be set."));
    }
    if rotation.next.is_some_and(|next| next <= now) {
        return Err(Status::invalid("next_rotation_time must be in the future."));
    }
    Ok(())
}

/// Unit: s.
fn destroy_after(fields: &mut Fields) -> Result<Option<i64>, Status> {
    let Some(text) = fields.text("destroyScheduledDuration")? else { return Ok(None) };
    match read_seconds(&text) {
        Some(seconds) if (DAY..=DESTROY_LIMIT).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(Status::invalid("destroy_scheduled_duration must be between 24 hours and 120 days.")),
    }
}
