//! What the folder keeps of the simulated Google Cloud.

use std::path::Path;

use serde_json::json;
use simulators::gcp::{Change, Grant};
use simulators::{Clouds, Error, Options};

use crate::gcp_rig::{GcpRig, USE_KEY};

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
    let rig = GcpRig::with(options(dir.path())).await;
    let token = rig.user_token().await;
    let sealed = rig.encrypt(&rig.key).await.body["ciphertext"].clone();
    let update = async |state: &str| {
        let path = format!("{}?updateMask=state", rig.version(1));
        assert_eq!(rig.call("PATCH", &path).json(json!({ "state": state })).send().await.status, 200);
    };
    update("DISABLED").await;
    let after_disable = snapshot(dir.path());
    update("ENABLED").await;
    let after_enable = snapshot(dir.path());

    let restarted = GcpRig::with(options(after_disable.path())).await;
    assert_eq!((&restarted.key, &restarted.user.id), (&rig.key, &rig.user.id));
    assert_eq!(restarted.decrypt(&sealed).await.code(), (400, "FAILED_PRECONDITION"));
    let restarted = GcpRig::with(options(after_enable.path())).await;
    assert_eq!(restarted.decrypt(&sealed).await.status, 200);
    let read = restarted.call("GET", &restarted.key).token(&token).send().await;
    assert_eq!(read.status, 200, "tokens outlive it too");
}

#[tokio::test]
async fn leaves_alone_what_its_customer_broke_when_it_is_seeded_again() {
    let dir = tempfile::tempdir().unwrap();
    let rig = GcpRig::with(options(dir.path())).await;
    let grant = Grant { resource: rig.key.clone(), role: USE_KEY.to_owned(), member: rig.user.email.clone() };
    rig.gcp().apply(Change::RemoveGrant(grant.clone())).await.unwrap();
    rig.gcp().apply(Change::DestroyVersion(rig.version(1))).await.unwrap();
    rig.gcp().apply(Change::DeleteServiceAccountKey(rig.user.id.clone())).await.unwrap();
    let endpoint = rig.clouds.gcp_endpoint();
    let user = rig.user.clone();
    rig.clouds.shutdown().await;

    let rig = GcpRig::with(options(dir.path())).await;
    assert_eq!(rig.clouds.gcp_endpoint(), endpoint, "a free port is remembered");
    assert_eq!(rig.user.expose_json(), user.expose_json());
    assert_eq!(rig.read(&rig.version(1)).await["state"], "DESTROY_SCHEDULED");
    let policy = rig.read(&format!("{}:getIamPolicy", rig.key)).await;
    assert!(!policy.to_string().contains(USE_KEY), "{policy}");
    let key = format!("projects/p1/serviceAccounts/{}/keys/{}", user.email, user.id);
    assert_eq!(rig.call("GET", &key).send().await.status, 404);
    rig.gcp().apply(Change::RestoreGrant(grant)).await.unwrap();
    rig.gcp().apply(Change::RestoreServiceAccountKey(user.id.clone())).await.unwrap();
    rig.user_token().await;
}

#[tokio::test]
async fn refuses_a_file_that_does_not_read() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("gcp.json"), b"{\"projects\":").unwrap();
    let refused = Clouds::start(options(dir.path())).await;
    assert!(matches!(refused, Err(Error::Corrupt { .. })));
}
