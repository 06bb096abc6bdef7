//! The kit for AWS: a trust policy that asks for the external id, and a policy for one key.

use api_wire::atrest::setup_kit::SetupStep;
use control::provider_role::SetupFacts;
use domain::customer_key::aws_kms::AwsKeyName;
use domain::provider_role::{ProviderRole, RoleIdentity};
use serde_json::json;

use super::{json, no_key, shell, text};
use crate::api::error::Refused;

/// Writes the steps.
/// Errors: the key is no name of a key of AWS's.
pub(super) fn steps(facts: &SetupFacts, key: Option<&str>) -> Result<Vec<SetupStep>, Refused> {
    if key.is_some_and(|key| AwsKeyName::parse(key).is_none()) {
        return Err(no_key("a key id, key ARN, alias name or alias ARN of AWS KMS"));
    }
    let project = facts.project.to_string();
    let (external_id, role_arn) = match facts.role.as_ref().map(|role| &role.identity) {
        Some(RoleIdentity::Aws { role_arn, external_id }) => (Some(external_id.as_str()), role_arn.as_deref()),
        Some(RoleIdentity::Azure { .. } | RoleIdentity::Gcp { .. }) | None => (None, None),
    };
    let role_id = facts.role.as_ref().map_or_else(|| "YOUR_ROLE_ID".to_owned(), ProviderRole::id_text);
    let operator = facts.operator.as_deref().unwrap_or("YOUR_ATLAS_AWS_ACCOUNT_ARN");
    let external_id = external_id.unwrap_or("YOUR_ATLAS_ASSUMED_ROLE_EXTERNAL_ID");
    let role_arn = role_arn.unwrap_or("arn:aws:iam::YOUR_ACCOUNT:role/YOUR_ROLE_NAME");
    let role_name = role_arn.rsplit('/').next().unwrap_or("YOUR_ROLE_NAME");
    // A policy takes ARNs of keys alone: an alias of another account would be anybody's to move.
    let key_arn = key.filter(|key| key.starts_with("arn:") && key.contains(":key/")).unwrap_or("YOUR_KEY_ARN");
    let settings_key = key.unwrap_or("YOUR_KEY_ARN");

    let mut steps = Vec::new();
    if facts.role.is_none() {
        steps.push(shell(
            "Make the role entry; its answer has the external id",
            format!(
                "curl --user \"$PUBLIC_KEY:$PRIVATE_KEY\" --digest --header 'Content-Type: application/json' --data '{{\"providerName\": \"AWS\"}}' \\\n  \"$BASE_URL/api/atlas/v2/groups/{project}/cloudProviderAccess\""
            ),
        ));
    }
    steps.push(json(
        "Trust policy of the IAM role (trust.json)",
        &json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "AtrestAssumesThisRole",
            "Effect": "Allow",
            "Principal": {"AWS": operator},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }]}),
    ));
    steps.push(json(
        "Permission policy of the IAM role, for this key alone (use.json)",
        &json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "AtrestUsesThisKey",
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"],
            "Resource": key_arn,
        }]}),
    ));
    steps.push(shell(
        "Make the IAM role",
        format!(
            "aws iam create-role --role-name {role_name} --assume-role-policy-document file://trust.json\naws iam put-role-policy --role-name {role_name} --policy-name use-this-key --policy-document file://use.json"
        ),
    ));
    steps.push(json(
        "Statements for the key policy, where it decides by itself or the role is in another account",
        &json!([
            {
                "Sid": "AtrestWrapsAndUnwraps",
                "Effect": "Allow",
                "Principal": {"AWS": role_arn},
                "Action": ["kms:Encrypt", "kms:Decrypt"],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:EncryptionContext:atrest:project": project}},
            },
            {
                "Sid": "AtrestSeesTheKeysState",
                "Effect": "Allow",
                "Principal": {"AWS": role_arn},
                "Action": "kms:DescribeKey",
                "Resource": "*",
            },
        ]),
    ));
    steps.push(json(
        "Authorize the role: body of PATCH cloudProviderAccess/{roleId}",
        &json!({"providerName": "AWS", "iamAssumedRoleArn": role_arn}),
    ));
    steps.push(json(
        "Enable: body of PATCH encryptionAtRest",
        &json!({"awsKms": {
            "enabled": true,
            "customerMasterKeyID": settings_key,
            "region": "YOUR_REGION",
            "roleId": role_id,
        }}),
    ));
    steps.push(text(
        "Private endpoints",
        "Nothing to grant: this service makes the interface endpoint in its own network. To let the key be used by it alone, add a condition on aws:SourceVpce to the first statement of the key policy, with the id that privateEndpointConnectionName shows.",
    ));
    Ok(steps)
}
