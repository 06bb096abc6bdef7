//! What the folder keeps: everything that was answered, in files of one's own, for one process at a time.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aws_sdk_kms::primitives::Blob;
use simulators::aws::{Change, Inline, KeyStatus};
use simulators::{Clouds, Error, Options};

use crate::rig::{Keys, Rig, code};

fn options(dir: &Path) -> Options {
    Options { dir: Some(dir.to_owned()), ..Options::default() }
}

/// The folder as a kill -9 at this moment would leave it.
fn snapshot(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    // The copy is to run beside the original.
    std::fs::remove_file(copy.path().join("ports.json")).unwrap();
    copy
}

#[tokio::test]
async fn keeps_what_it_answered_over_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::with(options(dir.path())).await;
    let (kms, key) = (rig.kms(), rig.key("one").await);
    let sealed = kms.encrypt().key_id(&key.id).plaintext(Blob::new("secret")).send().await.unwrap();
    let trust = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole"}}}}"#,
        rig.account
    );
    let role = rig.clouds.aws().create_role(&rig.account, "role", &trust, None).await.unwrap();
    let session = rig.session(&rig.admin, &role, "any").await;

    kms.disable_key().key_id(&key.id).send().await.unwrap();
    let after_disable = snapshot(dir.path());
    kms.enable_key().key_id(&key.id).send().await.unwrap();
    let after_enable = snapshot(dir.path());

    let open = |rig: &Rig| rig.kms().decrypt().ciphertext_blob(sealed.ciphertext_blob.clone().unwrap()).send();
    let restarted = Rig::with(options(after_disable.path())).await;
    assert_eq!(restarted.account, rig.account);
    assert_eq!(restarted.admin.id, rig.admin.id);
    assert_eq!(restarted.key("one").await, key);
    assert_eq!(code(open(&restarted).await), "DisabledException");
    let restarted = Rig::with(options(after_enable.path())).await;
    assert_eq!(open(&restarted).await.unwrap().plaintext.unwrap().into_inner(), b"secret");
    let who = restarted.sts_as(&session).get_caller_identity().send().await.unwrap();
    assert!(who.arn().unwrap().contains("assumed-role/role"), "sessions outlive it too");
    assert_eq!(restarted.clouds.console_token(), rig.clouds.console_token());
    assert_eq!(restarted.clouds.ca_pem(), rig.clouds.ca_pem());
}

#[tokio::test]
async fn leaves_alone_what_its_customer_broke_when_it_is_seeded_again() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::with(options(dir.path())).await;
    let key = rig.key("one").await;
    let aws = rig.clouds.aws();
    let inline = Inline { account: rig.account.clone(), owner: "admin".to_owned(), policy: "seeded".to_owned() };
    aws.apply(Change::RemoveUserPolicy(inline.clone())).await.unwrap();
    aws.apply(Change::SetAccessKey(rig.admin.id.clone(), KeyStatus::Inactive)).await.unwrap();
    aws.apply(Change::RemoveKeyPolicy(key.id.clone())).await.unwrap();
    let endpoint = rig.clouds.aws_endpoint();
    let console = rig.clouds.console_url();
    rig.clouds.shutdown().await;

    let rig = Rig::with(options(dir.path())).await;
    assert_eq!(rig.clouds.aws_endpoint(), endpoint, "a free port is remembered");
    assert_eq!(rig.clouds.console_url(), console);
    assert_eq!(code(rig.kms().list_keys().send().await), "UnrecognizedClientException");
    let root: Keys = rig.clouds.aws().root_keys(&rig.account).unwrap().into();
    let encrypt = || async { code(rig.kms_as(&root).encrypt().key_id(&key.id).plaintext(Blob::new("x")).send().await) };
    assert_eq!(encrypt().await, "AccessDeniedException");
    rig.clouds.aws().apply(Change::RestoreKeyPolicy(key.id.clone())).await.unwrap();
    assert_eq!(encrypt().await, "ok");
    rig.clouds.aws().apply(Change::RestoreUserPolicy(inline)).await.unwrap();
}

#[tokio::test]
async fn keeps_its_files_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("clouds");
    let rig = Rig::with(options(&state)).await;
    rig.key("one").await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for entry in std::fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let second = Clouds::start(options(&state)).await;
    assert!(matches!(second, Err(Error::InUse(_))));
    rig.clouds.shutdown().await;
    // Its clients' handles hold the folder until they are gone.
    Clouds::start(options(&state)).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn refuses_a_folder_that_does_not_read() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("aws.json"), b"{\"accounts\":").unwrap();
    let refused = Clouds::start(options(dir.path())).await;
    assert!(matches!(refused, Err(Error::Corrupt { .. })));
}
