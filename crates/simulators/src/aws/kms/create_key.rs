//! CreateKey, and the key that AWS keeps for its own services in every account and region.
//! It must not know how a key's policy is asked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::describe_key::metadata;
use super::key::{Key, KeyKind};
use super::key_policy::checked_policy;
use super::tags::{Tag, merge};
use super::{Call, constraint};
use crate::aws::arn::{account_root, partition_of};
use crate::aws::error::ServiceError;
use crate::aws::policy::{Attached, Policy};
use crate::aws::state::Alias;

const AWS_MANAGED_ALIAS: &str = "alias/aws/ebs";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    policy: Option<String>,
    description: Option<String>,
    key_usage: Option<String>,
    key_spec: Option<String>,
    customer_master_key_spec: Option<String>,
    origin: Option<String>,
    bypass_policy_lockout_safety_check: Option<bool>,
    tags: Option<Vec<Tag>>,
    multi_region: Option<bool>,
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ServiceError> {
    let fields: Fields = call.fields()?;
    call.authorize_account("kms:CreateKey", "*")?;
    if fields.multi_region == Some(true) {
        return Err(unsupported("multi-Region keys are not modelled by this simulator"));
    }
    let kind = kind_of(&fields)?;
    let description = fields.description.unwrap_or_default();
    if description.len() > 8192 {
        return Err(constraint("description", "have length less than or equal to 8192"));
    }
    let mut tags = BTreeMap::new();
    merge(&mut tags, fields.tags.unwrap_or_default())?;
    let policy = match fields.policy {
        None => default_policy(call.region, &call.caller.account)?,
        Some(text) => checked_policy(call, &text, fields.bypass_policy_lockout_safety_check.unwrap_or(false), None)?,
    };
    let mut key = Key::new(&call.caller.account, call.region, kind, policy, call.now);
    key.description = description;
    key.tags = tags;
    let answer = json!({ "KeyMetadata": metadata(&key) });
    call.state.keys.insert(key.id.clone(), key);
    call.state.touch();
    Ok(answer)
}

fn kind_of(fields: &Fields) -> Result<KeyKind, ServiceError> {
    let spec = match (fields.key_spec.as_deref(), fields.customer_master_key_spec.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(ServiceError::new(
                "ValidationException",
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request.",
            ));
        }
        (spec, None) | (None, spec) => spec.unwrap_or("SYMMETRIC_DEFAULT"),
    };
    let usage = match (fields.key_usage.as_deref(), spec) {
        (None, "SYMMETRIC_DEFAULT") => "ENCRYPT_DECRYPT",
        (None, _) => {
            return Err(ServiceError::new(
                "ValidationException",
                "You must specify a KeyUsage value for an asymmetric KMS key.",
            ));
        }
        (Some(usage), _) => usage,
    };
    match (spec, usage, fields.origin.as_deref().unwrap_or("AWS_KMS")) {
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS") => Ok(KeyKind::Symmetric),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL") => Ok(KeyKind::External),
        ("RSA_2048", "ENCRYPT_DECRYPT", "AWS_KMS") => Ok(KeyKind::RsaEncrypt),
        ("RSA_2048", "SIGN_VERIFY", "AWS_KMS") => Ok(KeyKind::RsaSign),
        ("SYMMETRIC_DEFAULT", _, "AWS_KMS" | "EXTERNAL") => Err(ServiceError::new(
            "ValidationException",
            format!(
                "The operation failed because the KeyUsage value of the KMS key is {usage}. To perform this operation, the KeyUsage value must be ENCRYPT_DECRYPT."
            ),
        )),
        _ => Err(unsupported(&format!(
            "KeySpec {spec} with KeyUsage {usage} and Origin {} is unknown, or not modelled by this simulator",
            fields.origin.as_deref().unwrap_or("AWS_KMS")
        ))),
    }
}

fn unsupported(words: &str) -> ServiceError {
    ServiceError::new("UnsupportedOperationException", words)
}

/// What a key gets whose maker names no policy: the account decides.
pub(crate) fn default_policy(region: &str, account: &str) -> Result<Policy, ServiceError> {
    let text = json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": account_root(partition_of(region), account) },
            "Action": "kms:*",
            "Resource": "*"
        }]
    });
    Policy::parse(&text.to_string(), Attached::Key)
        .map_err(|_| ServiceError::bug("KMSInternalException", "the default key policy reads"))
}

/// Makes the key of `alias/aws/ebs` at the first call in an account and region. AWS makes it when EBS first
/// needs it; clients must see that such a key exists and is refused to them.
pub(super) fn ensure_aws_managed(call: &mut Call<'_>) {
    let (account, region) = (&call.caller.account, call.region);
    if call.state.alias(account, region, AWS_MANAGED_ALIAS).is_some() {
        return;
    }
    let text = json!({
        "Version": "2012-10-17",
        "Id": "auto-ebs-2",
        "Statement": [
            {
                "Sid": "Allow access through EBS for all principals in the account that are authorized to use EBS",
                "Effect": "Allow",
                "Principal": { "AWS": "*" },
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": { "StringEquals": {
                    "kms:CallerAccount": account,
                    "kms:ViaService": format!("ec2.{region}.amazonaws.com")
                } }
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": { "AWS": account_root(partition_of(region), account) },
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*"
            }
        ]
    });
    // It reads, as the test that describes the key shows; without it there is just no such key.
    let Ok(policy) = Policy::parse(&text.to_string(), Attached::Key) else { return };
    let mut key = Key::new(account, region, KeyKind::AwsManaged, policy, call.now);
    key.description = "Default key that protects my EBS volumes when no other key is defined".to_owned();
    call.state.aliases.push(Alias {
        account: account.clone(),
        region: region.to_owned(),
        name: AWS_MANAGED_ALIAS.to_owned(),
        key_id: key.id.clone(),
        created: call.now,
        updated: call.now,
    });
    call.state.keys.insert(key.id.clone(), key);
    call.state.touch();
}
