//! Tests of the PATCH body: the seeds' bodies, echoes, and every kind of fault.

use super::{AwsKmsPatch, EncryptionAtRestPatch, REQUEST_SCHEMA};
use crate::patch::Patch;
use crate::schema::{Field, Flow, Kind};

fn read(body: &str) -> EncryptionAtRestPatch {
    EncryptionAtRestPatch::read(body.as_bytes()).unwrap()
}

fn check_faults(body: &str, expected: &[&str]) {
    let faults = EncryptionAtRestPatch::read(body.as_bytes()).err().unwrap_or_default();
    let found: Vec<String> = faults.iter().map(crate::fault::Fault::describe).collect();
    assert_eq!(found, expected, "{body}");
}

#[test]
fn reads_the_seeds_example_of_aws() {
    let patch = read(
        r#"{"awsKms":{"accessKeyID":"019dd98d94b4bb778e7552e4","customerMasterKeyID":"string",
        "enabled":true,"region":"US_GOV_WEST_1","requirePrivateNetworking":true,
        "roleId":"32b6e34b3d91647abb20e7b8","secretAccessKey":"string"},"enabledForSearchNodes":true}"#,
    );
    let aws = patch.aws_kms.value().unwrap();
    assert_eq!(aws.access_key_id.value().unwrap(), "019dd98d94b4bb778e7552e4");
    assert_eq!(aws.customer_master_key_id.value().unwrap(), "string");
    assert_eq!(aws.enabled, Patch::Value(true));
    assert_eq!(aws.region.value().unwrap(), "US_GOV_WEST_1");
    assert_eq!(aws.require_private_networking, Patch::Value(true));
    assert_eq!(aws.role_id.value().unwrap(), "32b6e34b3d91647abb20e7b8");
    assert_eq!(aws.secret_access_key.value().unwrap().expose(), "string");
    assert_eq!(patch.enabled_for_search_nodes, Patch::Value(true));
    assert!(patch.azure_key_vault.is_absent() && patch.google_cloud_kms.is_absent());
}

#[test]
fn reads_azure_and_google() {
    let patch = read(
        r#"{"azureKeyVault":{"azureEnvironment":"AZURE","clientID":"b054a9ff-b60a-4cb6-8df6-20726eaefce6",
        "enabled":true,"keyIdentifier":"https://test-tf-export.vault.azure.net/keys/test/78b9134f9bc94fda8027a32b4715bf3f",
        "keyVaultName":"test-tf-export","resourceGroupName":"test-tf-export","secret":"","roleId":null,
        "requirePrivateNetworking":false,
        "subscriptionID":"009774e0-124f-4a69-83e0-ca8cd8acb4e2","tenantID":"1f6ef922-9303-402a-bae2-cc68810b023c"},
        "googleCloudKms":{"enabled":true,"keyVersionResourceID":"projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "roleId":"32b6e34b3d91647abb20e7b8","serviceAccountKey":"{\"type\":\"service_account\",\n\"x\":1}"}}"#,
    );
    let azure = patch.azure_key_vault.value().unwrap();
    assert_eq!(azure.azure_environment.value().unwrap(), "AZURE");
    assert_eq!(azure.client_id.value().unwrap(), "b054a9ff-b60a-4cb6-8df6-20726eaefce6");
    assert_eq!(azure.enabled, Patch::Value(true));
    assert!(azure.key_identifier.value().unwrap().starts_with("https://test-tf-export."));
    assert_eq!(azure.key_vault_name.value().unwrap(), "test-tf-export");
    assert_eq!(azure.require_private_networking, Patch::Value(false));
    assert_eq!(azure.resource_group_name.value().unwrap(), "test-tf-export");
    assert_eq!(azure.role_id, Patch::Null);
    assert!(azure.secret.value().unwrap().is_empty());
    assert_eq!(azure.subscription_id.value().unwrap(), "009774e0-124f-4a69-83e0-ca8cd8acb4e2");
    assert_eq!(azure.tenant_id.value().unwrap(), "1f6ef922-9303-402a-bae2-cc68810b023c");
    let google = patch.google_cloud_kms.value().unwrap();
    assert_eq!(google.enabled, Patch::Value(true));
    assert!(google.key_version_resource_id.value().unwrap().ends_with("/1"));
    assert_eq!(google.role_id.value().unwrap(), "32b6e34b3d91647abb20e7b8");
    assert_eq!(google.service_account_key.value().unwrap().expose(), "{\"type\":\"service_account\",\n\"x\":1}");
}

#[test]
fn takes_back_what_get_answered() {
    let patch = read(
        r#"{"awsKms":{"accessKeyID":null,"customerMasterKeyID":null,"enabled":false,"region":null,
        "requirePrivateNetworking":null,"roleId":null,"valid":false},
        "azureKeyVault":{"valid":true},"googleCloudKms":{},"enabledForSearchNodes":false}"#,
    );
    let aws = patch.aws_kms.value().unwrap();
    assert_eq!((aws.enabled, aws.region), (Patch::Value(false), Patch::Null));
    assert!(aws.secret_access_key.is_absent());
    assert!(patch.azure_key_vault.value().unwrap().is_empty());
    assert!(patch.google_cloud_kms.value().unwrap().is_empty());
}

#[test]
fn tells_nothing_from_something() {
    assert!(read("{}").is_empty());
    assert!(read(r#"{"awsKms":null}"#).aws_kms.is_present());
    assert!(!read(r#"{"awsKms":{}}"#).is_empty());
    assert!(AwsKmsPatch::default().is_empty());
    for field in ["\"enabled\":null", "\"region\":\"EU_WEST_1\"", "\"secretAccessKey\":\"\""] {
        let patch = read(&format!("{{\"awsKms\":{{{field}}}}}"));
        assert!(!patch.aws_kms.value().unwrap().is_empty(), "{field}");
    }
}

#[test]
fn names_every_fault_with_its_path() {
    check_faults(
        r#"{"awsKms":{"region":"us-east-1","accessKeyID":"short","enabled":"true","roleId":"arn:aws:iam::1:role/x",
        "customerMasterKeyId":"x","customerMasterKeyID":""},"azureKeyVault":[true],
        "googleCloudKms":{"serviceAccountKey":{"type":"service_account"},"enabled":1},"azure":{}}"#,
        &[
            "awsKms.region has no such value, not \"us-east-1\"; did you mean US_EAST_1?",
            "awsKms.accessKeyID must have 16 to 128 characters.",
            "awsKms.enabled must be true or false, not a string.",
            "awsKms.roleId must be an id of 24 lower-case hexadecimal digits, or the ARN of an IAM role.",
            "There is no field awsKms.customerMasterKeyId; did you mean customerMasterKeyID?",
            "awsKms.customerMasterKeyID must have 1 to 2048 characters.",
            "azureKeyVault must be an object, not an array.",
            "googleCloudKms.serviceAccountKey must be a string, not an object.",
            "googleCloudKms.enabled must be true or false, not a number.",
            "There is no field azure; remove it, or check its spelling.",
        ],
    );
    check_faults(
        r#"{"azureKeyVault":{"azureEnvironment":"azure","clientID":"string","secret":"a\nb"}}"#,
        &[
            "azureKeyVault.azureEnvironment must be AZURE or AZURE_CHINA or AZURE_US_GOVERNMENT, not \"azure\".",
            "azureKeyVault.clientID must be a UUID such as 632ff709-32a8-48a3-8224-30d2386fadaf.",
            "azureKeyVault.secret must be text without line breaks or other control characters.",
        ],
    );
    check_faults("[null,[]]", &["The body must be an object, not an array."]);
}

#[test]
fn accepts_global_as_a_region_name() {
    let aws = read(r#"{"awsKms":{"region":"GLOBAL"}}"#).aws_kms.value().unwrap();
    assert_eq!(aws.region.value().unwrap(), "GLOBAL");
}

/// A field of the schema that no `from_object` takes would be accepted and silently dropped.
#[test]
fn reads_every_field_that_the_schema_accepts() {
    let Kind::Object { fields, .. } = &REQUEST_SCHEMA.kind else { panic!("not an object") };
    let empty = format!("{:?}", EncryptionAtRestPatch::default());
    for field in *fields {
        let Kind::Object { fields: inner, .. } = &field.schema.kind else {
            assert_ne!(format!("{:?}", read(&format!("{{\"{}\":null}}", field.name))), empty);
            continue;
        };
        let bare = format!("{:?}", read(&format!("{{\"{}\":{{}}}}", field.name)));
        for Field { name, flow, .. } in *inner {
            let full = format!("{:?}", read(&format!("{{\"{}\":{{\"{name}\":null}}}}", field.name)));
            assert_eq!(full == bare, *flow == Flow::ReadOnly, "{}.{name}", field.name);
        }
    }
}

#[test]
fn never_prints_a_secret() {
    let patch = read(
        r#"{"awsKms":{"secretAccessKey":"hunter2"},"azureKeyVault":{"secret":"hunter2"},"googleCloudKms":{"serviceAccountKey":"hunter2"}}"#,
    );
    assert!(!format!("{patch:?}").contains("hunter"));
}
