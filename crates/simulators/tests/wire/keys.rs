//! Key states and cryptography, through Amazon's SDK. The long table of single cases is
//! `interop/boto3/probe.py`; here stand the walks, and what only Rust can seed.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, KeyState};
use simulators::aws::{Change, NewKey};

use crate::rig::{REGION, Rig, code};

#[tokio::test]
async fn seals_and_opens_with_the_key_and_context_only() {
    let rig = Rig::start().await;
    let (kms, key) = (rig.kms(), rig.key("one").await);
    let sealed = kms
        .encrypt()
        .key_id("alias/one")
        .plaintext(Blob::new("secret"))
        .encryption_context("project", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(sealed.key_id(), Some(key.arn.as_str()));
    let blob = sealed.ciphertext_blob.unwrap();
    let open = |blob: Blob, project: &str| {
        kms.decrypt().ciphertext_blob(blob).key_id(&key.arn).encryption_context("project", project).send()
    };
    let opened = open(blob.clone(), "1").await.unwrap();
    assert_eq!(opened.plaintext.unwrap().into_inner(), b"secret");
    assert_eq!(code(open(blob.clone(), "2").await), "InvalidCiphertextException");
    let mut bent = blob.clone().into_inner();
    *bent.last_mut().unwrap() ^= 1;
    assert_eq!(code(open(Blob::new(bent), "1").await), "InvalidCiphertextException");

    // A ciphertext belongs to its region.
    let elsewhere = rig.kms_in(&rig.admin, "eu-west-1");
    let foreign = elsewhere.decrypt().ciphertext_blob(blob).encryption_context("project", "1").send().await;
    assert_eq!(code(foreign), "AccessDeniedException");
    assert_eq!(code(elsewhere.describe_key().key_id(&key.id).send().await), "NotFoundException");
    assert_eq!(code(elsewhere.describe_key().key_id(&key.arn).send().await), "NotFoundException");
}

#[tokio::test]
async fn follows_the_states_that_its_customer_sets() {
    let rig = Rig::start().await;
    let (kms, key) = (rig.kms(), rig.key("one").await);
    let encrypt = || async { code(kms.encrypt().key_id(&key.id).plaintext(Blob::new("x")).send().await) };
    let state = || async {
        let described = kms.describe_key().key_id(&key.id).send().await.unwrap().key_metadata.unwrap();
        (described.key_state.clone().unwrap(), described.enabled, described.deletion_date.is_some())
    };
    let apply = |change: fn(String) -> Change| rig.clouds.aws().apply(change(key.id.clone()));

    assert_eq!(state().await, (KeyState::Enabled, true, false));
    apply(Change::DisableKey).await.unwrap();
    assert_eq!(state().await, (KeyState::Disabled, false, false));
    assert_eq!(encrypt().await, "DisabledException");
    apply(Change::ScheduleKeyDeletion).await.unwrap();
    assert_eq!(state().await, (KeyState::PendingDeletion, false, true));
    assert_eq!(encrypt().await, "KMSInvalidStateException");
    assert!(apply(Change::EnableKey).await.is_err());
    apply(Change::CancelKeyDeletion).await.unwrap();
    assert_eq!(state().await, (KeyState::Disabled, false, false));
    apply(Change::EnableKey).await.unwrap();
    assert_eq!(encrypt().await, "ok");
    apply(Change::RemoveKeyPolicy).await.unwrap();
    assert_eq!(encrypt().await, "AccessDeniedException");
    assert_eq!(state().await, (KeyState::Enabled, true, false));
    apply(Change::RestoreKeyPolicy).await.unwrap();
    assert_eq!(encrypt().await, "ok");
}

#[tokio::test]
async fn opens_what_an_older_material_sealed() {
    let rig = Rig::start().await;
    let (kms, key) = (rig.kms(), rig.key("one").await);
    let made = kms.generate_data_key().key_id(&key.id).key_spec(DataKeySpec::Aes256).send().await.unwrap();
    rig.clouds.aws().apply(Change::RotateKey(key.id.clone())).await.unwrap();
    let opened = kms.decrypt().ciphertext_blob(made.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(opened.plaintext, made.plaintext);
    assert_eq!(opened.key_material_id, made.key_material_id);
    let described = kms.describe_key().key_id(&key.id).send().await.unwrap().key_metadata.unwrap();
    assert_ne!(described.current_key_material_id, made.key_material_id);
    let rotations = kms.list_key_rotations().key_id(&key.id).send().await.unwrap();
    assert_eq!(rotations.rotations().len(), 1);
}

#[tokio::test]
async fn lists_in_pages_and_by_region() {
    let rig = Rig::start().await;
    for name in ["a", "b", "c"] {
        rig.key(name).await;
    }
    let elsewhere = NewKey { alias: "d".to_owned(), ..NewKey::default() };
    rig.clouds.aws().create_key(&rig.account, "eu-west-1", elsewhere).await.unwrap();
    let kms = rig.kms();
    let mut found = Vec::new();
    let mut marker = None;
    loop {
        let page = kms.list_keys().limit(2).set_marker(marker).send().await.unwrap();
        assert!(page.keys().len() <= 2);
        found.extend(page.keys().iter().map(|key| key.key_arn().unwrap().to_owned()));
        if !page.truncated {
            break;
        }
        marker = page.next_marker;
    }
    // The three, and AWS's own.
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|arn| arn.contains(REGION)));
    assert_eq!(code(kms.list_keys().marker("x").send().await), "InvalidMarkerException");
}

#[tokio::test]
async fn shows_the_tags_that_a_key_carries() {
    let rig = Rig::start().await;
    let new = NewKey {
        alias: "one".to_owned(),
        tags: [("atrest-project".to_owned(), "p".to_owned())].into(),
        ..NewKey::default()
    };
    let key = rig.clouds.aws().create_key(&rig.account, REGION, new).await.unwrap();
    let tags = rig.kms().list_resource_tags().key_id(&key.id).send().await.unwrap();
    assert_eq!((tags.tags()[0].tag_key(), tags.tags()[0].tag_value()), ("atrest-project", "p"));
}

#[tokio::test]
async fn speaks_tls_to_whoever_trusts_its_authority() {
    let rig = Rig::with(simulators::Options { tls: true, ..simulators::Options::default() }).await;
    let endpoint = rig.clouds.aws_endpoint();
    assert!(endpoint.starts_with("https://"));
    let ca = reqwest::Certificate::from_pem(rig.clouds.ca_pem().as_bytes()).unwrap();
    drop(crate::rig::http());
    let trusting = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
    let mut call = rig.sts_call("Action=GetCallerIdentity");
    call.sign();
    let sent = trusting.post(&call.url).headers(call.headers).body(call.body).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    // Whoever does not trust the simulators' authority does not get through.
    assert!(crate::rig::http().post(&call.url).send().await.is_err());
}

#[tokio::test]
async fn a_replica_opens_what_another_region_sealed() {
    let rig = Rig::start().await;
    let new = NewKey { alias: "many".to_owned(), replicas: vec!["eu-west-1".to_owned()], ..NewKey::default() };
    let key = rig.clouds.aws().create_key(&rig.account, REGION, new).await.unwrap();
    assert!(key.id.starts_with("mrk-") && key.id.len() == 36, "{}", key.id);
    let replica = key.arn.replace(REGION, "eu-west-1");
    let (here, there) = (rig.kms(), rig.kms_in(&rig.admin, "eu-west-1"));
    let sealed = here.encrypt().key_id(&key.id).plaintext(Blob::new("secret")).send().await.unwrap();
    assert_eq!(sealed.key_id.as_deref(), Some(key.arn.as_str()));
    let opened =
        there.decrypt().key_id(&replica).ciphertext_blob(sealed.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(
        (opened.key_id.as_deref(), opened.plaintext.unwrap().as_ref()),
        (Some(replica.as_str()), &b"secret"[..])
    );
    let described = there.describe_key().key_id(&replica).send().await.unwrap().key_metadata.unwrap();
    assert_eq!(described.multi_region, Some(true));
    assert_eq!(code(there.describe_key().key_id(&key.arn).send().await), "NotFoundException", "signed for another");
    let elsewhere = rig.kms_in(&rig.admin, "us-west-2");
    assert_eq!(code(elsewhere.describe_key().key_id(&key.id).send().await), "NotFoundException");
}
