//! Who may use a key: IAM, key policy, conditions, and two accounts.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use simulators::aws::{Change, Inline};

use crate::rig::{Keys, Rig, code};

const USE: &str = r#""Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*""#;

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn allow(principal: &str, more: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},{USE}{more}}}"#)
}

async fn encrypt(kms: &Client, key: &str) -> String {
    code(kms.encrypt().key_id(key).plaintext(Blob::new("x")).send().await)
}

#[tokio::test]
async fn asks_the_key_policy_first_and_the_account_where_it_delegates() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let aws = rig.clouds.aws();
    let arn = |name: &str| format!("arn:aws:iam::{}:user/{name}", rig.account);
    let allowed = document(&[format!(r#"{{"Effect":"Allow",{USE}}}"#)]);
    let denied = document(&[format!(r#"{{"Effect":"Deny",{USE}}}"#)]);
    let with = rig.kms_as(&rig.user("with", Some(&allowed)).await);
    let without = rig.kms_as(&rig.user("without", None).await);
    let barred = rig.kms_as(&rig.user("barred", Some(&denied)).await);
    let answers =
        || async { [encrypt(&with, &key.id).await, encrypt(&without, &key.id).await, encrypt(&barred, &key.id).await] };
    const NO: &str = "AccessDeniedException";

    assert_eq!(answers().await, ["ok", NO, NO], "delegated to the account");
    let named = document(&[allow(&arn("without"), ""), allow(&arn("barred"), "")]);
    aws.put_key_policy(&key.id, &named).await.unwrap();
    assert_eq!(answers().await, [NO, "ok", NO], "named, and an identity's Deny wins");
    let against = format!(r#"{{"Effect":"Deny","Principal":{{"AWS":"{}"}},{USE}}}"#, arn("with"));
    aws.put_key_policy(&key.id, &document(&[allow(&rig.account, ""), against])).await.unwrap();
    assert_eq!(answers().await, [NO, NO, NO], "a Deny of the key policy wins");
    aws.put_key_policy(&key.id, &document(&[allow("*", "")])).await.unwrap();
    assert_eq!(answers().await, ["ok", "ok", NO], "everybody");
}

#[tokio::test]
async fn holds_conditions_on_the_context_and_the_principal() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let aws = rig.clouds.aws();
    let kms = rig.kms_as(&rig.user("someone", None).await);
    let in_context = |project: &'static str| {
        let call = kms.encrypt().key_id(&key.id).plaintext(Blob::new("x"));
        async move { code(call.encryption_context("project", project).send().await) }
    };
    let only = |condition: &str| document(&[allow("*", &format!(r#","Condition":{condition}"#))]);

    aws.put_key_policy(&key.id, &only(r#"{"StringEquals":{"kms:EncryptionContext:project":"1"}}"#)).await.unwrap();
    assert_eq!(in_context("1").await, "ok");
    assert_eq!(in_context("2").await, "AccessDeniedException");
    assert_eq!(encrypt(&kms, &key.id).await, "AccessDeniedException");
    aws.put_key_policy(&key.id, &only(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/some*"}}"#))
        .await
        .unwrap();
    assert_eq!(encrypt(&kms, &key.id).await, "ok");
    aws.put_key_policy(&key.id, &only(r#"{"StringLike":{"kms:ViaService":"*"}}"#)).await.unwrap();
    assert_eq!(encrypt(&kms, &key.id).await, "AccessDeniedException");
    let unknown = aws.put_key_policy(&key.id, &only(r#"{"NumericEquals":{"aws:PrincipalArn":"1"}}"#)).await;
    assert!(unknown.unwrap_err().to_string().contains("MalformedPolicyDocument"));
}

#[tokio::test]
async fn needs_both_accounts_across_accounts() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let aws = rig.clouds.aws();
    let operator = aws.create_account("operator").await.unwrap();
    let own = document(&[format!(r#"{{"Effect":"Allow","Action":"kms:*","Resource":"{}"}}"#, key.arn)]);
    let with: Keys = aws.create_user(&operator, "with", Some(&own)).await.unwrap().into();
    let without: Keys = aws.create_user(&operator, "without", None).await.unwrap().into();
    let answers =
        || async { [encrypt(&rig.kms_as(&with), &key.arn).await, encrypt(&rig.kms_as(&without), &key.arn).await] };
    const NO: &str = "AccessDeniedException";

    assert_eq!(answers().await, [NO, NO], "the key's account says nothing of the other");
    aws.put_key_policy(&key.id, &document(&[allow(&operator, "")])).await.unwrap();
    assert_eq!(answers().await, ["ok", NO]);
    let named = format!("arn:aws:iam::{operator}:user/without");
    aws.put_key_policy(&key.id, &document(&[allow(&named, "")])).await.unwrap();
    assert_eq!(answers().await, [NO, NO], "being named is not enough from another account");
    // What another account's caller asks of a key that is not there tells it nothing.
    let missing = key.arn.replace(&key.id, "00000000-0000-4000-8000-000000000000");
    assert_eq!(encrypt(&rig.kms_as(&with), &missing).await, NO);
}

#[tokio::test]
async fn follows_a_grant_that_is_revoked_and_given_back() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let allowed = document(&[format!(r#"{{"Effect":"Allow",{USE}}}"#)]);
    let kms = rig.kms_as(&rig.user("app", Some(&allowed)).await);
    let inline = Inline { account: rig.account.clone(), owner: "app".to_owned(), policy: "seeded".to_owned() };
    assert_eq!(encrypt(&kms, &key.id).await, "ok");
    rig.clouds.aws().apply(Change::RemoveUserPolicy(inline.clone())).await.unwrap();
    assert_eq!(encrypt(&kms, &key.id).await, "AccessDeniedException");
    assert!(rig.clouds.aws().apply(Change::RemoveUserPolicy(inline.clone())).await.is_err());
    rig.clouds.aws().apply(Change::RestoreUserPolicy(inline)).await.unwrap();
    assert_eq!(encrypt(&kms, &key.id).await, "ok");
}

#[tokio::test]
async fn keeps_its_own_keys_from_customers() {
    let rig = Rig::start().await;
    let kms = rig.kms();
    let described = kms.describe_key().key_id("alias/aws/ebs").send().await.unwrap().key_metadata.unwrap();
    assert_eq!(described.key_manager.unwrap().as_str(), "AWS");
    assert_eq!(encrypt(&kms, "alias/aws/ebs").await, "AccessDeniedException");
    assert_eq!(code(kms.disable_key().key_id(&described.key_id).send().await), "AccessDeniedException");
    assert!(rig.clouds.aws().apply(Change::DisableKey(described.key_id)).await.is_err());
}
