//! The fields of a call as EC2 has them: lists by number, flags, tags. It must not know what they are for.

use std::collections::BTreeMap;

use crate::aws::error::ServiceError;
use crate::aws::query_protocol::Form;

/// Takes `NAME.1`, `NAME.2`, and so on.
pub(super) fn list(form: &mut Form, name: &str) -> Vec<String> {
    (1..).map_while(|number| form.take(&format!("{name}.{number}"))).collect()
}

/// Takes a flag; absent is false.
/// Errors: `InvalidParameterValue`.
pub(super) fn flag(form: &mut Form, name: &str) -> Result<bool, ServiceError> {
    match form.take(name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(invalid_value(&format!("Invalid value '{other}' for {name}. Must be true or false."))),
    }
}

/// Takes a field that must be there.
/// Errors: `MissingParameter`.
pub(super) fn required(form: &mut Form, name: &str) -> Result<String, ServiceError> {
    form.take(name).ok_or_else(|| missing(name))
}

/// Takes the tags for what is being made.
/// Errors: `InvalidParameterValue` for tags of another kind of resource, or over AWS's limits.
pub(super) fn tags(form: &mut Form, kind: &str) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut tags = BTreeMap::new();
    for number in 1.. {
        let Some(of) = form.take(&format!("TagSpecification.{number}.ResourceType")) else { break };
        if of != kind {
            return Err(invalid_value(&format!("'{of}' is not a valid taggable resource type for this operation.")));
        }
        for tag in 1.. {
            let place = format!("TagSpecification.{number}.Tag.{tag}");
            let Some(key) = form.take(&format!("{place}.Key")) else { break };
            let value = form.take(&format!("{place}.Value")).unwrap_or_default();
            if key.chars().count() > 128 || value.chars().count() > 256 || key.starts_with("aws:") {
                return Err(invalid_value(&format!("Tag {key} is too long, or is AWS's own.")));
            }
            if tags.insert(key.clone(), value).is_some() {
                return Err(invalid_value(&format!("Duplicate tag key '{key}' specified.")));
            }
        }
    }
    if tags.len() > 50 {
        return Err(ServiceError::new("TagLimitExceeded", "The maximum number of tags for a resource is 50."));
    }
    Ok(tags)
}

/// Errors: `UnknownParameter` for a field that is unknown or not modelled.
pub(super) fn none_left(form: &Form) -> Result<(), ServiceError> {
    match form.first_left() {
        None => Ok(()),
        Some(name) => Err(ServiceError::new(
            "UnknownParameter",
            format!("The parameter {name} is not recognized, or not modelled by this simulator"),
        )),
    }
}

pub(super) fn invalid_value(words: &str) -> ServiceError {
    ServiceError::new("InvalidParameterValue", words)
}

pub(super) fn missing(name: &str) -> ServiceError {
    ServiceError::new("MissingParameter", format!("The request must contain the parameter {name}"))
}
