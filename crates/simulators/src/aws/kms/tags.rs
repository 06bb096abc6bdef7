//! TagResource, UntagResource, ListResourceTags. It must not know what a tag is used for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Naming;
use super::{Call, page, required};
use crate::aws::error::ServiceError;

/// Tags a key may have. Source: KMS resource quotas.
const LIMIT: usize = 50;

/// A tag as requests write it.
#[derive(Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(super) struct Tag {
    name: String,
    value: String,
}

impl TryFrom<BTreeMap<String, String>> for Tag {
    type Error = &'static str;

    fn try_from(mut fields: BTreeMap<String, String>) -> Result<Self, Self::Error> {
        match (fields.remove("TagKey"), fields.remove("TagValue"), fields.is_empty()) {
            (Some(name), Some(value), true) => Ok(Self { name, value }),
            _ => Err("a tag has TagKey and TagValue, and nothing else"),
        }
    }
}

/// Errors: `TagException`, `LimitExceededException`.
pub(super) fn merge(tags: &mut BTreeMap<String, String>, new: Vec<Tag>) -> Result<(), ServiceError> {
    let mut merged = tags.clone();
    for Tag { name, value } in new {
        if name.is_empty() || name.len() > 128 || name.starts_with("aws:") || value.len() > 256 {
            return Err(ServiceError::new("TagException", format!("Invalid tag {name}")));
        }
        merged.insert(name, value);
    }
    if merged.len() > LIMIT {
        return Err(ServiceError::new("LimitExceededException", format!("A key has at most {LIMIT} tags.")));
    }
    *tags = merged;
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AddFields {
    key_id: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(super) fn add(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: AddFields = call.fields()?;
    let tags = required("tags", fields.tags)?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:TagResource")?;
    key.not_doomed()?;
    merge(&mut key.tags, tags)?;
    call.state.touch();
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RemoveFields {
    key_id: Option<String>,
    tag_keys: Option<Vec<String>>,
}

pub(super) fn remove(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: RemoveFields = call.fields()?;
    let names = required("tagKeys", fields.tag_keys)?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:UntagResource")?;
    key.not_doomed()?;
    key.tags.retain(|name, _| !names.contains(name));
    call.state.touch();
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListFields {
    key_id: Option<String>,
    limit: Option<u32>,
    marker: Option<String>,
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: ListFields = call.fields()?;
    let key = call.key(&required("keyId", fields.key_id)?, Naming::OwnKey, "kms:ListResourceTags")?;
    let tags = key.tags.iter().map(|(name, value)| json!({ "TagKey": name, "TagValue": value })).collect();
    page::cut("Tags", tags, fields.limit, fields.marker.as_deref(), 50)
}
