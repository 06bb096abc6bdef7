//! Candidates that AWS refuses: each by its code, in AWS's words, and the setting stays to the byte.

use std::time::Duration;

use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType};
use serde_json::{Value, json};
use simulators::aws::{Change, Inline, KeyStatus};
use simulators::{FaultKind, FaultRule};

use crate::client::Got;
use crate::cloud::{CUSTOMER, OPERATOR, OPERATOR_USER, USE_KEY, allow, trust};
use crate::database::Database;
use crate::house::{House, Plan, until};
use crate::on_both_engines;

const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";

/// Sends a change that must be refused, and sees that nothing but the refusal is on record.
pub(crate) async fn refuse(house: &House, body: &Value, status: u16, code: &str) -> Got {
    // A rotation that an earlier change began ends when it likes.
    let events = async || {
        let told = house.events().await.into_iter();
        told.filter(|name| !name.ends_with("_KEY_ROTATED")).collect::<Vec<_>>()
    };
    let (before, mut told) = (house.read().await.body, events().await);
    let got = house.patch(body).await;
    got.is(status, code);
    assert_eq!(house.read().await.body, before, "{body}");
    told.push(FAILED.to_owned());
    assert_eq!(events().await, told, "{body}");
    got
}

fn key(name: &str) -> Value {
    json!({"awsKms": {"customerMasterKeyID": name}})
}

async fn keys_that_cannot_be_used(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    house.enable().await;
    let [off, dying] = [cloud.new_key("off").await, cloud.new_key("dying").await];
    cloud.disable_key(&off).await;
    cloud.apply(Change::ScheduleKeyDeletion(dying.id.clone())).await;
    let symmetric = KeySpec::SymmetricDefault;
    let import = cloud.strange_key(symmetric, KeyUsageType::EncryptDecrypt, OriginType::External).await;
    let rsa = cloud.strange_key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt, OriginType::AwsKms).await;
    let signing = cloud.strange_key(KeySpec::Rsa2048, KeyUsageType::SignVerify, OriginType::AwsKms).await;
    let nowhere = cloud.key.arn.replace(&cloud.key.id, "00000000-1111-4222-8333-444444444444");
    let not_enabled = "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED";
    let wrong_type = "AWS_KMS_CUSTOMER_MASTER_KEY_TYPE_NOT_SUPPORTED";
    let not_found = "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND";
    for (name, status, code) in [
        (off.arn.as_str(), 400, not_enabled),
        (&off.id, 400, not_enabled),
        ("alias/off", 400, not_enabled),
        (&dying.arn, 400, "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_DELETION"),
        (&import, 400, "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_IMPORT"),
        (&rsa, 400, wrong_type),
        (&signing, 400, wrong_type),
        ("alias/aws/ebs", 400, wrong_type),
        (&nowhere, 404, not_found),
        ("alias/nowhere", 404, not_found),
    ] {
        refuse(&house, &key(name), status, code).await;
    }
    // The same as a first enabling, in a project that has nothing yet.
    let fresh = house.new_project("fresh").await;
    let before = house.get(&crate::house::path_of(fresh)).await.body;
    let payload = cloud.payload_with(&off.arn, &cloud.user);
    house.patch_in(fresh, &payload).await.is(400, not_enabled);
    assert_eq!(house.get(&crate::house::path_of(fresh)).await.body, before);
    assert_eq!(house.events_in(fresh).await, [FAILED]);
    // What was refused works once its fault is mended.
    cloud.enable_key(&off).await;
    house.patch(&key(&off.arn)).await.ok();
    house.end().await;
}

async fn a_key_of_another_region(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let elsewhere = json!({"awsKms": {"region": "US_WEST_2"}});
    let got = refuse(&house, &elsewhere, 404, "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND").await;
    assert!(got.detail().contains("in region US_WEST_2"), "{}", got.detail());
    assert_eq!(got.json()["parameters"], json!([house.project.to_string()]));
    let by_id = json!({"awsKms": {"region": "EU_WEST_1", "customerMasterKeyID": house.cloud().key.id}});
    refuse(&house, &by_id, 404, "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND").await;
    // Not even asked for: there is no such place.
    let before = house.events().await;
    house.patch(&json!({"awsKms": {"region": "GLOBAL"}})).await.is(400, "AWS_KMS_REGION_NOT_SUPPORTED");
    assert_eq!(house.events().await, before);
    house.end().await;
}

async fn permissions_that_are_missing(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    house.enable().await;
    for (name, actions) in [
        ("no-encrypt", &["kms:DescribeKey", "kms:Decrypt"][..]),
        ("no-decrypt", &["kms:DescribeKey", "kms:Encrypt"]),
        ("nothing", &["s3:GetObject"]),
    ] {
        let user = cloud.new_user(name, actions).await;
        let got =
            refuse(&house, &cloud.payload_with(&cloud.key.arn, &user), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
        assert!(got.detail().contains("The provider said: AccessDeniedException: "), "{}", got.detail());
        assert!(got.detail().contains("request id"), "{}", got.detail());
        assert!(!got.text().contains(user.expose_secret()));
    }
    // Describing is not needed.
    let modest = cloud.new_user("modest", &["kms:Encrypt", "kms:Decrypt"]).await;
    house.patch(&cloud.payload_with(&cloud.key.arn, &modest)).await.ok();
    // The key's own policy counts as well.
    let second = cloud.new_key("second").await;
    cloud.apply(Change::RemoveKeyPolicy(second.id.clone())).await;
    refuse(&house, &key(&second.arn), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    house.end().await;
}

async fn credentials_that_are_wrong(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    house.enable().await;
    let user = cloud.new_user("other", USE_KEY).await;
    let mut wrong_secret = cloud.payload_with(&cloud.key.arn, &user);
    wrong_secret["awsKms"]["secretAccessKey"] = json!("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let mut unknown = wrong_secret.clone();
    unknown["awsKms"]["accessKeyID"] = json!("AKIAIOSFODNN7EXAMPLE");
    for body in [wrong_secret, unknown] {
        let got = refuse(&house, &body, 400, "INVALID_AWS_CREDENTIALS").await;
        assert!(got.detail().contains("The provider said"), "{}", got.detail());
        assert!(!got.text().contains("wJalrXUt"), "{}", got.text());
    }
    cloud.apply(Change::SetAccessKey(user.access_key_id.clone(), KeyStatus::Inactive)).await;
    refuse(&house, &cloud.payload_with(&cloud.key.arn, &user), 400, "INVALID_AWS_CREDENTIALS").await;
    house.end().await;
}

async fn roles_that_do_not_let_us_in(database: Database) {
    let house = House::open(database).await;
    let (cloud, aws) = (house.cloud(), house.cloud().clouds.aws());
    house.enable().await;
    let (before, events) = (house.read().await.body, house.events().await);

    // Nobody is asked about a role that is not ours to use; all of these look the same.
    let other = house.new_project("other").await;
    let foreign = house.new_role(other, "foreign").await.id.to_string();
    let unproved = house.control.create_aws_role(house.project).await.unwrap().id.to_string();
    let nobodys = "0123456789abcdef01234567".to_owned();
    let asked = cloud.clouds.aws().all_requests();
    let mut answers = Vec::new();
    for role in [foreign, unproved, nobodys] {
        let got = house.patch(&cloud.role_payload(&role)).await;
        got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
        assert_eq!(got.json()["parameters"], json!([role]));
        answers.push(got.text().replace(&role, "ROLE"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(cloud.clouds.aws().all_requests(), asked);
    assert_eq!((house.read().await.body, house.events().await), (before, events));

    let role = house.new_role(house.project, "trusting").await;
    let external_id = crate::house::external_id(&role);
    let id = role.id.to_string();
    aws.update_role_trust(CUSTOMER, "trusting", &trust("another external id")).await.unwrap();
    let got = refuse(&house, &cloud.role_payload(&id), 400, "CANNOT_ASSUME_ROLE").await;
    assert_eq!(got.json()["parameters"], json!([id]));
    assert!(got.detail().starts_with(&format!("Atrest cannot assume the specified role ({id}).")), "{}", got.detail());
    assert!(!got.text().contains(external_id), "{}", got.text());

    aws.update_role_trust(CUSTOMER, "trusting", &trust(external_id)).await.unwrap();
    let seeded = Inline { account: CUSTOMER.into(), owner: "trusting".into(), policy: "seeded".into() };
    cloud.apply(Change::RemoveRolePolicy(seeded.clone())).await;
    refuse(&house, &cloud.role_payload(&id), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    cloud.apply(Change::RestoreRolePolicy(seeded)).await;
    house.patch(&cloud.role_payload(&id)).await.ok();
    house.end().await;
}

async fn a_role_that_lets_others_in_is_never_authorized(database: Database) {
    let house = House::open(database).await;
    let aws = house.cloud().clouds.aws();
    let anybody = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{OPERATOR}:user/{OPERATOR_USER}")},
        "Action": "sts:AssumeRole",
    }]})
    .to_string();
    let open = aws.create_role(CUSTOMER, "open", &anybody, Some(&allow(USE_KEY))).await.unwrap();
    let role = house.control.create_aws_role(house.project).await.unwrap();
    let external_id = crate::house::external_id(&role);
    let own = aws.create_role(OPERATOR, "own", &trust(external_id), Some(&allow(USE_KEY))).await.unwrap();
    for arn in [open, own] {
        let refused = house.control.authorize_aws_role(role.clone(), &arn).await.unwrap_err();
        let control::Error::CandidateRefused(refused) = refused else { panic!("{refused:?}") };
        assert_eq!(refused.failure.reason.code(), "ROLE_NOT_SAFE", "{arn}");
    }
    let got = house.patch(&house.cloud().role_payload(&role.id.to_string())).await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    house.end().await;
}

async fn a_network_that_is_down(database: Database) {
    let mut plan = Plan::default();
    plan.timings.update_deadline = Duration::from_secs(3);
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    house.enable().await;
    let second = cloud.new_key("second").await;
    for (kind, reason) in [
        (FaultKind::Reset, "CONNECTION_FAILED"),
        (FaultKind::Html, "UNEXPECTED_ANSWER"),
        (FaultKind::Throttle, "THROTTLED"),
        (FaultKind::Http500, "PROVIDER_FAULT"),
        (FaultKind::Timeout, "TIMED_OUT"),
    ] {
        cloud.fail("*", kind);
        let got = refuse(&house, &key(&second.arn), 400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED").await;
        assert!(got.detail().contains(&format!("({reason})")), "{kind:?}: {}", got.detail());
        assert!(!got.detail().contains('<'), "no page of a proxy: {}", got.detail());
        cloud.mend();
    }
    house.patch(&key(&second.arn)).await.ok();
    house.end().await;
}

async fn faults_of_ours_are_told_as_ours(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let operator = cloud.operator.access_key_id.clone();
    cloud.apply(Change::SetAccessKey(operator.clone(), KeyStatus::Inactive)).await;
    let got = refuse(&house, &cloud.role_payload(&role), 503, "OPERATOR_IDENTITY_UNAVAILABLE").await;
    assert!(!got.text().contains(&operator), "{}", got.text());
    assert!(house.metrics().await.contains("atrest_operator_identity_broken 1"));
    cloud.apply(Change::SetAccessKey(operator, KeyStatus::Active)).await;
    house.patch(&cloud.role_payload(&role)).await.ok();
    house.end().await;
}

async fn a_permission_granted_a_moment_later_is_waited_for(database: Database) {
    let mut plan = Plan::default();
    plan.timings.grant_patience = Duration::from_secs(10);
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    let late = cloud.new_user("late", &["kms:DescribeKey"]).await;
    let grant = async {
        until("the first proof is refused", || async { cloud.requests("Encrypt") > 0 }).await;
        cloud.clouds.aws().put_user_policy(CUSTOMER, "late", "granted", &allow(USE_KEY)).await.unwrap();
    };
    let payload = cloud.payload_with(&cloud.key.arn, &late);
    let (got, ()) = tokio::join!(house.patch(&payload), grant);
    assert_eq!(got.ok()["awsKms"]["valid"], true);
    assert!(cloud.requests("Encrypt") > 1);
    assert_eq!(
        house.events().await,
        ["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"],
        "the refusals meanwhile are no news"
    );

    // What no grant explains is answered at once.
    let off = cloud.new_key("off").await;
    cloud.disable_key(&off).await;
    let asked = cloud.requests("DescribeKey");
    refuse(&house, &key(&off.arn), 400, "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED").await;
    assert_eq!(cloud.requests("DescribeKey"), asked + 1);
    house.end().await;
}

async fn patience_ends(database: Database) {
    let mut plan = Plan::default();
    plan.timings.grant_patience = Duration::from_millis(1_200);
    let house = House::open_as(database, plan).await;
    let never = house.cloud().new_user("never", &["kms:DescribeKey"]).await;
    let payload = house.cloud().payload_with(&house.cloud().key.arn, &never);
    refuse(&house, &payload, 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    assert!(house.cloud().requests("Encrypt") >= 2);
    house.end().await;
}

async fn the_cloud_refuses_for_a_moment_only(database: Database) {
    let house = House::open(database).await;
    house.cloud().clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Deny).times(1)).unwrap();
    refuse(&house, &house.cloud().payload(), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    house.patch(&house.cloud().payload()).await.ok();
    house.end().await;
}

on_both_engines! {
    keys_that_cannot_be_used
    a_key_of_another_region
    permissions_that_are_missing
    credentials_that_are_wrong
    roles_that_do_not_let_us_in
    a_role_that_lets_others_in_is_never_authorized
    a_network_that_is_down
    faults_of_ours_are_told_as_ours
    a_permission_granted_a_moment_later_is_waited_for
    patience_ends
    the_cloud_refuses_for_a_moment_only
}
