//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
//! It must not know how an alias is followed: see `access`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Naming;
use super::{Call, constraint, page, required, seconds};
use crate::aws::arn;
use crate::aws::error::ServiceError;
use crate::aws::state::Alias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    alias_name: Option<String>,
    target_key_id: Option<String>,
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let name = own_name(fields.alias_name)?;
    let alias_arn = arn::kms_alias(call.region, &call.caller.account, &name);
    call.authorize_account("kms:CreateAlias", &alias_arn)?;
    let key = call.key(&required("targetKeyId", fields.target_key_id)?, Naming::OwnKey, "kms:CreateAlias")?;
    key.not_doomed()?;
    let key_id = key.id.clone();
    if call.state.alias(&call.caller.account, call.region, &name).is_some() {
        return Err(ServiceError::new(
            "AlreadyExistsException",
            format!("An alias with the name {alias_arn} already exists"),
        ));
    }
    call.state.aliases.push(Alias {
        account: call.caller.account.clone(),
        region: call.region.to_owned(),
        name,
        key_id,
        created: call.now,
        updated: call.now,
    });
    call.state.touch();
    Ok(Value::Null)
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    let name = own_name(fields.alias_name)?;
    let (old, _) = existing(call, &name)?;
    let alias_arn = arn::kms_alias(call.region, &call.caller.account, &name);
    call.authorize_account("kms:UpdateAlias", &alias_arn)?;
    call.key(&old, Naming::OwnKey, "kms:UpdateAlias")?;
    let old_usage = call.key_by_id(&old)?.usage();
    let key = call.key(&required("targetKeyId", fields.target_key_id)?, Naming::OwnKey, "kms:UpdateAlias")?;
    key.not_doomed()?;
    if key.usage() != old_usage {
        return Err(ServiceError::new("ValidationException", "An alias can only move to a key of the same usage."));
    }
    let key_id = key.id.clone();
    let (account, region, now) = (call.caller.account.clone(), call.region, call.now);
    for alias in &mut call.state.aliases {
        if alias.account == account && alias.region == region && alias.name == name {
            alias.key_id.clone_from(&key_id);
            alias.updated = now;
        }
    }
    call.state.touch();
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteFields {
    alias_name: Option<String>,
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: DeleteFields = call.fields()?;
    let name = own_name(fields.alias_name)?;
    let (key_id, alias_arn) = existing(call, &name)?;
    call.authorize_account("kms:DeleteAlias", &alias_arn)?;
    call.key(&key_id, Naming::OwnKey, "kms:DeleteAlias")?;
    let (account, region) = (call.caller.account.clone(), call.region);
    call.state.aliases.retain(|alias| !(alias.account == account && alias.region == region && alias.name == name));
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
    call.authorize_account("kms:ListAliases", "*")?;
    let only = match fields.key_id {
        None => None,
        Some(key_id) => Some(call.key(&key_id, Naming::OwnKey, "kms:ListAliases")?.id.clone()),
    };
    let aliases = call
        .state
        .aliases
        .iter()
        .filter(|alias| alias.account == call.caller.account && alias.region == call.region)
        .filter(|alias| only.as_ref().is_none_or(|only| *only == alias.key_id))
        .map(|alias| {
            json!({
                "AliasName": alias.name,
                "AliasArn": arn::kms_alias(&alias.region, &alias.account, &alias.name),
                "TargetKeyId": alias.key_id,
                "CreationDate": seconds(alias.created),
                "LastUpdatedDate": seconds(alias.updated),
            })
        })
        .collect();
    page::cut("Aliases", aliases, fields.limit, fields.marker.as_deref(), 100)
}

/// Errors: `InvalidAliasNameException` for AWS's own names and bad grammar.
fn own_name(name: Option<String>) -> Result<String, ServiceError> {
    let name = required("aliasName", name)?;
    if name.len() > 256 {
        return Err(constraint("aliasName", "have length less than or equal to 256"));
    }
    let invalid = |words: &str| Err(ServiceError::new("InvalidAliasNameException", words));
    let Some(rest) = name.strip_prefix("alias/") else {
        return invalid(
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        );
    };
    if rest.starts_with("aws/") || rest == "aws" {
        return invalid("Alias must not begin with alias/aws/, which is reserved for AWS managed keys.");
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b':');
    if rest.is_empty() || !rest.bytes().all(allowed) {
        return Err(constraint("aliasName", "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"));
    }
    Ok(name)
}

/// The key an alias stands for, and the alias's ARN.
fn existing(call: &Call<'_>, name: &str) -> Result<(String, String), ServiceError> {
    let alias_arn = arn::kms_alias(call.region, &call.caller.account, name);
    match call.state.alias(&call.caller.account, call.region, name) {
        Some(alias) => Ok((alias.key_id.clone(), alias_arn)),
        None => Err(ServiceError::new("NotFoundException", format!("Alias {alias_arn} is not found."))),
    }
}
