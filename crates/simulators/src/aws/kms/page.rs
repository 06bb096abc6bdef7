//! Lists in pages, the same for every list of KMS. It must not know what is listed.

use serde_json::{Value, json};

use super::constraint;
use crate::aws::error::ServiceError;

/// Cuts one page. The marker is the number of entries already given, as text.
/// Errors: `ValidationException` for a limit out of range, `InvalidMarkerException`.
pub(super) fn cut(
    name: &str,
    entries: Vec<Value>,
    limit: Option<u32>,
    marker: Option<&str>,
    most: u32,
) -> Result<Value, ServiceError> {
    let limit = limit.unwrap_or(most.min(100));
    if limit == 0 {
        return Err(constraint("limit", "have value greater than or equal to 1"));
    }
    if limit > most {
        return Err(constraint("limit", &format!("have value less than or equal to {most}")));
    }
    let from = marker.map_or(Ok(0), str::parse::<usize>).ok().filter(|from| *from <= entries.len());
    let Some(from) = from else {
        return Err(ServiceError::new("InvalidMarkerException", "Could not deserialize marker"));
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let all = entries.len();
    let page: Vec<Value> = entries.into_iter().skip(from).take(limit).collect();
    let next = from + page.len();
    let mut answer = json!({ name: page, "Truncated": next < all });
    if next < all
        && let Some(fields) = answer.as_object_mut()
    {
        fields.insert("NextMarker".to_owned(), Value::String(next.to_string()));
    }
    Ok(answer)
}
