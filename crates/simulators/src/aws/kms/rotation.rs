//! EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.
//! It must not know how material is made: see `key`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Naming;
use super::key::{DAY_MS, Key, MaterialOrigin, Schedule};
use super::{Call, constraint, page, required, seconds};
use crate::aws::error::ServiceError;

/// Days between automatic rotations where nobody says otherwise. Source: KMS API reference.
const DEFAULT_PERIOD_DAYS: u32 = 365;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EnableFields {
    key_id: Option<String>,
    rotation_period_in_days: Option<u32>,
}

pub(super) fn enable(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: EnableFields = call.fields()?;
    let asked = fields.rotation_period_in_days;
    if asked.is_some_and(|days| days < 90) {
        return Err(constraint("rotationPeriodInDays", "have value greater than or equal to 90"));
    }
    if asked.is_some_and(|days| days > 2560) {
        return Err(constraint("rotationPeriodInDays", "have value less than or equal to 2560"));
    }
    let now = call.now;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:EnableKeyRotation")?;
    key.rotatable()?;
    key.usable()?;
    let kept = key.schedule.as_ref().map(|schedule| schedule.period_days);
    let period_days = asked.or(kept).unwrap_or(DEFAULT_PERIOD_DAYS);
    if kept != Some(period_days) {
        key.schedule = Some(Schedule { period_days, next: now + i64::from(period_days) * DAY_MS });
    }
    call.state.touch();
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    key_id: Option<String>,
}

pub(super) fn disable(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:DisableKeyRotation")?;
    key.rotatable()?;
    key.usable()?;
    key.schedule = None;
    call.state.touch();
    Ok(Value::Null)
}

pub(super) fn status(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:GetKeyRotationStatus")?;
    key.rotatable()?;
    let mut answer = json!({ "KeyId": key.arn(), "KeyRotationEnabled": key.schedule.is_some() });
    if let (Some(schedule), Some(fields)) = (&key.schedule, answer.as_object_mut()) {
        fields.insert("RotationPeriodInDays".to_owned(), json!(schedule.period_days));
        fields.insert("NextRotationDate".to_owned(), seconds(schedule.next));
    }
    Ok(answer)
}

pub(super) fn rotate(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let now = call.now;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:RotateKeyOnDemand")?;
    key.rotate_on_demand(now)?;
    let answer = json!({ "KeyId": key.id });
    call.state.touch();
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListFields {
    key_id: Option<String>,
    include_key_material: Option<String>,
    limit: Option<u32>,
    marker: Option<String>,
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: ListFields = call.fields()?;
    let first_too = match fields.include_key_material.as_deref() {
        None | Some("ROTATIONS_ONLY") => false,
        Some("ALL_KEY_MATERIAL") => true,
        Some(_) => {
            return Err(constraint("includeKeyMaterial", "satisfy enum value set: [ALL_KEY_MATERIAL, ROTATIONS_ONLY]"));
        }
    };
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:ListKeyRotations")?;
    key.rotatable()?;
    let rotations = rotations(key, first_too);
    page::cut("Rotations", rotations, fields.limit, fields.marker.as_deref(), 1000)
}

/// Newest first.
fn rotations(key: &Key, first_too: bool) -> Vec<Value> {
    let current = key.current().map(|material| &material.id);
    key.materials
        .iter()
        .rev()
        .filter(|material| first_too || material.origin != MaterialOrigin::First)
        .map(|material| {
            let mut entry = json!({
                "KeyId": key.id,
                "KeyMaterialId": material.id,
                "KeyMaterialState": if Some(&material.id) == current { "CURRENT" } else { "NON_CURRENT" },
            });
            let kind = match material.origin {
                MaterialOrigin::First => None,
                MaterialOrigin::Automatic => Some("AUTOMATIC"),
                MaterialOrigin::OnDemand => Some("ON_DEMAND"),
            };
            if let (Some(kind), Some(fields)) = (kind, entry.as_object_mut()) {
                fields.insert("RotationType".to_owned(), json!(kind));
                fields.insert("RotationDate".to_owned(), seconds(material.since));
            }
            entry
        })
        .collect()
}
