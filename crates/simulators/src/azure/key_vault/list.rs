//! GetKeys, GetKeyVersions, GetDeletedKeys: pages of up to 25, in the order of their names.
//! It must not know who asks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Call, bundle};
use crate::azure::error::ApiError;

/// Items of a page at most, and where nothing is asked.
const PAGE: usize = 25;

pub(super) fn keys(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let mut items = Vec::new();
    for (order, key) in &call.vault.keys {
        let version = key.version(None).ok_or_else(|| ApiError::bug("a key has a version"))?;
        let kid = bundle::kid(&call.base, &key.name, None);
        items.push((order.clone(), bundle::item(call.vault, kid, version)));
    }
    page(call, "/keys", items)
}

pub(super) fn versions(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let key = call.key()?;
    let mut items = Vec::new();
    for version in &key.versions {
        let kid = bundle::kid(&call.base, &key.name, Some(&version.id));
        items.push((version.id.clone(), bundle::item(call.vault, kid, version)));
    }
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    let path = format!("/keys/{}/versions", key.name);
    page(call, &path, items)
}

pub(super) fn deleted_keys(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let mut items = Vec::new();
    for (order, deleted) in &call.vault.deleted {
        let version = deleted.key.version(None).ok_or_else(|| ApiError::bug("a key has a version"))?;
        let kid = bundle::kid(&call.base, &deleted.key.name, None);
        let shown = bundle::item(call.vault, kid, version);
        items.push((order.clone(), bundle::add_deletion(shown, &call.base, deleted)?));
    }
    page(call, "/deletedkeys", items)
}

/// Cuts the page that is asked for out of items in order.
fn page(call: &mut Call<'_>, path: &str, items: Vec<(String, Value)>) -> Result<Value, ApiError> {
    let size = match call.query.take("maxresults") {
        None => PAGE,
        Some(text) => {
            let asked = text.parse().ok().filter(|size| (1..=PAGE).contains(size));
            asked.ok_or_else(|| ApiError::bad_parameter("maxresults must be a number from 1 to 25"))?
        }
    };
    let after = match call.query.take("$skiptoken") {
        None => None,
        Some(token) => {
            let bytes = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            Some(bytes.ok_or_else(|| ApiError::bad_parameter("$skiptoken is none of ours"))?)
        }
    };
    let mut rest = items.into_iter().filter(|(order, _)| after.as_ref().is_none_or(|after| order > after)).peekable();
    let mut value = Vec::new();
    let mut last = String::new();
    while value.len() < size
        && let Some((order, item)) = rest.next()
    {
        last = order;
        value.push(item);
    }
    let next = rest.peek().map(|_| {
        let version = call.request.query.split('&').find(|part| part.starts_with("api-version=")).unwrap_or_default();
        format!("{}{path}?{version}&$skiptoken={}&maxresults={size}", call.base, URL_SAFE_NO_PAD.encode(&last))
    });
    Ok(json!({ "value": value, "nextLink": next }))
}
