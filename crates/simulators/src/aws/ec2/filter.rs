//! Filters of a Describe call: every one must hold, by any of its values. It must not know what is described.

use std::collections::BTreeMap;

use super::fields::{invalid_value, list};
use crate::aws::error::ServiceError;
use crate::aws::policy::like;
use crate::aws::query_protocol::Form;

/// One filter.
pub(super) struct Filter {
    name: String,
    values: Vec<String>,
}

/// Takes the filters, all of names that are known; `tag:` and `tag-key` always are.
/// Errors: `InvalidParameterValue`.
pub(super) fn take(form: &mut Form, known: &[&str]) -> Result<Vec<Filter>, ServiceError> {
    let mut filters = Vec::new();
    for number in 1.. {
        let Some(name) = form.take(&format!("Filter.{number}.Name")) else { break };
        let tag = name.strip_prefix("tag:").is_some_and(|key| !key.is_empty()) || name == "tag-key";
        if !tag && !known.contains(&name.as_str()) {
            return Err(invalid_value(&format!("The filter '{name}' is invalid")));
        }
        let values = list(form, &format!("Filter.{number}.Value"));
        if values.is_empty() || values.len() > 200 {
            return Err(invalid_value(&format!("The filter '{name}' must have between 1 and 200 values")));
        }
        filters.push(Filter { name, values });
    }
    Ok(filters)
}

/// Tells whether every filter holds for something with these attributes and tags.
pub(super) fn hold(filters: &[Filter], attributes: &[(&str, &[String])], tags: &BTreeMap<String, String>) -> bool {
    filters.iter().all(|filter| {
        let any = |found: &str| filter.values.iter().any(|wanted| like(wanted, found));
        match filter.name.strip_prefix("tag:") {
            Some(key) => tags.get(key).is_some_and(|value| any(value)),
            None if filter.name == "tag-key" => tags.keys().any(|key| any(key)),
            None => attributes
                .iter()
                .filter(|(name, _)| *name == filter.name)
                .any(|(_, values)| values.iter().any(|value| any(value))),
        }
    })
}
