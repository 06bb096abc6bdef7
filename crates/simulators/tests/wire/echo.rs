//! The bench's mode: plausible answers, nothing checked.

use aws_sdk_kms::primitives::Blob;
use simulators::{Clouds, Options};

use crate::rig::{Keys, Rig};

#[tokio::test]
async fn answers_what_a_provider_asks() {
    let clouds = Clouds::start(Options { echo: true, ..Options::default() }).await.unwrap();
    let nobody = Keys { id: "AKIANOBODY".to_owned(), secret: "x".to_owned(), token: None };
    let rig = Rig { clouds, account: String::new(), admin: nobody };
    let kms = rig.kms();
    let arn = "arn:aws:kms:us-east-1:444455556666:key/11111111-2222-4333-8444-555555555555";
    let sealed =
        kms.encrypt().key_id(arn).plaintext(Blob::new("thirty-two bytes and some more x")).send().await.unwrap();
    assert_eq!(sealed.key_id(), Some(arn));
    let opened = kms.decrypt().key_id(arn).ciphertext_blob(sealed.ciphertext_blob.unwrap()).send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap().into_inner(), b"thirty-two bytes and some more x");
    assert_eq!(opened.key_id.as_deref(), Some(arn));
    let described = kms.describe_key().key_id("alias/some").send().await.unwrap().key_metadata.unwrap();
    assert!(described.enabled && described.arn.unwrap().starts_with("arn:aws:kms:us-east-1:"));
    let sts = rig.sts_as(&rig.admin);
    let role = "arn:aws:iam::444455556666:role/x";
    let session = sts.assume_role().role_arn(role).role_session_name("test").send().await.unwrap();
    assert!(session.credentials.is_some());
    assert!(sts.get_caller_identity().send().await.unwrap().arn.is_some());
    assert_eq!(rig.clouds.aws().requests("Encrypt"), 1);
}
