//! Candidates that Google refuses: each by its published code, in Google's words, and the setting stays to the byte.

use std::time::Duration;

use serde_json::{Value, json};
use simulators::gcp::{Change, NewKey, Purpose, VersionState};
use simulators::{FaultKind, FaultRule};

use crate::candidates::refuse;
use crate::cloud::google::{OPERATOR_PROJECT, USE_KEY, VIEW_KEY, altered, first, private_key};
use crate::database::Database;
use crate::house::{House, Plan, path_of, service_account, until};
use crate::on_both_engines;

const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";

fn version(name: &str) -> Value {
    json!({"googleCloudKms": {"keyVersionResourceID": name}})
}

async fn open(database: Database) -> House {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().google().payload()).await.ok();
    house
}

async fn versions_that_cannot_be_used(database: Database) {
    let house = open(database).await;
    let google = house.cloud().google();
    let second = google.usable("second", NewKey::default()).await;
    let blind = google.new_user("blind", &[]).await;
    google.grant(second.split_once("/cryptoKeyVersions").unwrap().0, &blind.email, &[USE_KEY]).await;
    for (state, code) in [
        (VersionState::Disabled, "GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED"),
        (VersionState::DestroyScheduled, "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROY_SCHEDULED"),
        (VersionState::PendingGeneration, "GOOGLE_CLOUD_KMS_KEY_VERSION_PENDING_GENERATION"),
        (VersionState::PendingImport, "GOOGLE_CLOUD_KMS_KEY_VERSION_PENDING_GENERATION"),
        (VersionState::Destroyed, "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROYED"),
    ] {
        if state == VersionState::Destroyed {
            // What was refused works once its fault is mended; there is no way back from the last.
            google.gcp.set_version_state(&second, VersionState::Enabled).await.unwrap();
            house.patch(&version(&second)).await.ok();
            house.patch(&version(&google.version())).await.ok();
        }
        google.gcp.set_version_state(&second, state).await.unwrap();
        let got = refuse(&house, &version(&second), 400, code).await;
        assert!(got.detail().contains("The provider said: "), "{}", got.detail());
        // The same without the permission to look at the version: encrypting finds out.
        refuse(&house, &google.payload_with(&second, &blind), 400, code).await;
    }
    // The same as a first enabling, in a project that has nothing yet.
    let fresh = house.new_project("fresh").await;
    let before = house.get(&path_of(fresh)).await.body;
    let got = house.patch_in(fresh, &google.payload_with(&second, &google.user)).await;
    got.is(400, "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROYED");
    assert_eq!(house.get(&path_of(fresh)).await.body, before);
    assert_eq!(house.events_in(fresh).await, [FAILED]);
    house.end().await;
}

async fn versions_that_are_not_there_or_of_another_kind(database: Database) {
    let house = open(database).await;
    let google = house.cloud().google();
    let nowhere = google.version().replace("Versions/1", "Versions/99");
    let got = refuse(&house, &version(&nowhere), 400, "GOOGLE_CLOUD_KMS_KEY_VERSION_NOT_FOUND").await;
    assert_eq!(got.json()["parameters"], json!([nowhere]));
    // Google tells nobody that a key is not there who may not see where it would be.
    for missing in [
        first(&google.key.replace("cryptoKeys/first", "cryptoKeys/nowhere")),
        google.version().replace("customer-project", "nobodys-project"),
    ] {
        let got = refuse(&house, &version(&missing), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
        assert!(got.detail().contains("check that the key exists"), "{}", got.detail());
    }
    for purpose in [Purpose::AsymmetricSign, Purpose::AsymmetricDecrypt, Purpose::Mac, Purpose::RawEncryptDecrypt] {
        let name = format!("{purpose:?}");
        let strange = google.usable(&name, NewKey { purpose, ..NewKey::default() }).await;
        let got = refuse(&house, &version(&strange), 400, "GOOGLE_CLOUD_KMS_KEY_PURPOSE_NOT_SUPPORTED").await;
        assert!(got.detail().contains("ENCRYPT_DECRYPT"), "{}", got.detail());
    }
    house.end().await;
}

async fn permissions_that_are_missing(database: Database) {
    let house = open(database).await;
    let google = house.cloud().google();
    for (name, roles) in [
        ("no-encrypt", &["roles/cloudkms.cryptoKeyDecrypter", VIEW_KEY][..]),
        ("no-decrypt", &["roles/cloudkms.cryptoKeyEncrypter", VIEW_KEY]),
        ("only-view", &[VIEW_KEY]),
        ("nothing", &[]),
    ] {
        let user = google.new_user(name, roles).await;
        let body = google.payload_with(&google.version(), &user);
        let got = refuse(&house, &body, 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
        assert!(got.detail().contains("The provider said: PERMISSION_DENIED"), "{}", got.detail());
    }
    // Looking is not needed.
    let modest = google.new_user("modest", &[USE_KEY]).await;
    house.patch(&google.payload_with(&google.version(), &modest)).await.ok();
    house.end().await;
}

async fn credentials_that_are_wrong(database: Database) {
    let house = open(database).await;
    let google = house.cloud().google();
    let other = google.new_user("other", &[USE_KEY, VIEW_KEY]).await;
    let good = google.payload_with(&google.version(), &other);
    let with = |member: &str, value: &str| json!({"googleCloudKms": {"serviceAccountKey": altered(&other, member, json!(value))}});
    let secret = private_key(&other);
    let damaged: Vec<&str> = secret.lines().enumerate().filter(|(line, _)| *line != 3).map(|(_, text)| text).collect();
    let damaged = damaged.join("\n");
    let (begin, end) = ("-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n");
    for body in [
        with("private_key", &private_key(&google.user)),
        with("private_key_id", "0123456789abcdef0123456789abcdef01234567"),
        with("client_email", "nobody@customer-project.iam.gserviceaccount.com"),
        with("client_email", &google.user.email),
        with("private_key", &format!("{begin}bm8ga2V5IGF0IGFsbA==\n{end}")),
        with("private_key", &format!("{begin}{end}")),
        with("private_key", &damaged),
    ] {
        let got = refuse(&house, &body, 400, "INVALID_GOOGLE_CLOUD_CREDENTIALS").await;
        for line in secret.lines().filter(|line| line.len() > 20 && !line.contains("PRIVATE")) {
            assert!(!got.text().contains(line), "{}", got.text());
        }
    }
    for (change, undo) in [
        (Change::DisableServiceAccount(other.email.clone()), Change::EnableServiceAccount(other.email.clone())),
        (Change::DeleteServiceAccountKey(other.id.clone()), Change::RestoreServiceAccountKey(other.id.clone())),
    ] {
        google.apply(change).await;
        let got = refuse(&house, &good, 400, "INVALID_GOOGLE_CLOUD_CREDENTIALS").await;
        assert!(got.detail().contains("The provider said: invalid_grant"), "{}", got.detail());
        google.apply(undo).await;
    }
    house.patch(&good).await.ok();
    house.end().await;
}

async fn roles_that_do_not_let_us_in(database: Database) {
    let house = open(database).await;
    let google = house.cloud().google();
    let (before, events) = (house.read().await.body, house.events().await);

    // Nobody is asked about a role that is not ours to use; all of these look the same.
    let other = house.new_project("other").await;
    let foreign = house.new_google_role(other).await.id.to_string();
    let unproved = house.control.create_gcp_role(house.project, OPERATOR_PROJECT).await.unwrap().id.to_string();
    let nobodys = "0123456789abcdef01234567".to_owned();
    let connections = house.cloud().connections();
    let mut answers = Vec::new();
    for role in [foreign, unproved, nobodys] {
        let got = house.patch(&google.role_payload(&role)).await;
        got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
        answers.push(got.text().replace(&role, "ROLE"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(house.cloud().connections(), connections);
    assert_eq!((house.read().await.body, house.events().await), (before, events));

    // A role of another cloud.
    let azures = house.new_azure_role(house.project).await.id.to_string();
    refuse(&house, &google.role_payload(&azures), 400, "CANNOT_ASSUME_ROLE").await;

    let role = house.new_google_role(house.project).await;
    let (id, email) = (role.id.to_string(), service_account(&role).to_owned());
    let by_role = google.role_payload(&id);
    google.apply(Change::DisableServiceAccount(email.clone())).await;
    let got = refuse(&house, &by_role, 400, "CANNOT_ASSUME_ROLE").await;
    assert_eq!(got.json()["parameters"], json!([id]));
    google.apply(Change::EnableServiceAccount(email.clone())).await;
    let impersonate = google.grant_of(
        &format!("projects/{OPERATOR_PROJECT}"),
        &google.operator.email,
        "roles/iam.serviceAccountTokenCreator",
    );
    google.apply(Change::RemoveGrant(impersonate.clone())).await;
    refuse(&house, &by_role, 400, "CANNOT_ASSUME_ROLE").await;
    google.apply(Change::RestoreGrant(impersonate)).await;
    let grant = google.grant_of(&google.key, &email, USE_KEY);
    google.apply(Change::RemoveGrant(grant.clone())).await;
    refuse(&house, &by_role, 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    google.apply(Change::RestoreGrant(grant)).await;
    let got = house.patch(&by_role).await.ok();
    assert_eq!((&got["googleCloudKms"]["roleId"], &got["googleCloudKms"]["valid"]), (&id.into(), &true.into()));
    house.end().await;
}

async fn a_role_that_does_not_let_the_operator_in_is_never_authorized(database: Database) {
    let house = House::open_everywhere(database).await;
    let google = house.cloud().google();
    // Nobody has made its service account.
    let role = house.control.create_gcp_role(house.project, OPERATOR_PROJECT).await.unwrap();
    let id = role.id.to_string();
    let refused = house.control.authorize_role(role).await.unwrap_err();
    let control::Error::CandidateRefused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.failure.reason.code(), "ROLE_NOT_ASSUMABLE");
    house.patch(&google.role_payload(&id)).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    // Each role has a service account of its own, in the operator's project.
    let [one, two] = [house.new_google_role(house.project).await, house.new_google_role(house.project).await];
    assert_ne!(service_account(&one), service_account(&two));
    house.end().await;
}

async fn a_network_that_is_down(database: Database) {
    let mut plan = Plan::default();
    plan.timings.update_deadline = Duration::from_secs(2);
    let house = House::open_everywhere_as(database, plan).await;
    let (cloud, google) = (house.cloud(), house.cloud().google());
    house.patch(&google.payload()).await.ok();
    let second = google.gcp.create_version(&google.key).await.unwrap();
    for operation in ["GetToken", "Encrypt"] {
        for (kind, reason) in [
            (FaultKind::Reset, "CONNECTION_FAILED"),
            (FaultKind::Html, "UNEXPECTED_ANSWER"),
            (FaultKind::Throttle, "THROTTLED"),
            (FaultKind::Http500, "PROVIDER_FAULT"),
            (FaultKind::Timeout, "TIMED_OUT"),
        ] {
            // One wait for the deadline is enough.
            if operation == "GetToken" && kind == FaultKind::Timeout {
                continue;
            }
            cloud.clouds.faults().push(FaultRule::gcp(operation, kind)).unwrap();
            let got = refuse(&house, &version(&second), 400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED").await;
            assert!(got.detail().contains(&format!("({reason})")), "{operation} {kind:?}: {}", got.detail());
            assert!(!got.detail().contains('<'), "no page of a proxy: {}", got.detail());
            cloud.mend();
        }
    }
    house.patch(&version(&second)).await.ok();
    house.end().await;
}

async fn faults_of_ours_are_told_as_ours(database: Database) {
    let house = House::open_everywhere(database).await;
    let google = house.cloud().google();
    let role = house.new_google_role(house.project).await.id.to_string();
    google.apply(Change::DisableServiceAccount(google.operator.email.clone())).await;
    // A token from before may live on; a new process has none.
    let (org, project, key) = (house.org, house.project, house.owner.clone());
    let house = House::reopen(house.end().await, Plan::default(), org, project, key).await;
    let google = house.cloud().google();
    let got = refuse(&house, &google.role_payload(&role), 503, "OPERATOR_IDENTITY_UNAVAILABLE").await;
    assert!(!got.text().contains(&google.operator.email), "{}", got.text());
    assert!(house.metrics().await.contains("atrest_operator_identity_broken 1"));
    google.apply(Change::EnableServiceAccount(google.operator.email.clone())).await;
    house.patch(&google.role_payload(&role)).await.ok();
    house.end().await;
}

async fn a_permission_granted_a_moment_later_is_waited_for(database: Database) {
    let mut plan = Plan::default();
    plan.timings.grant_patience = Duration::from_secs(10);
    let house = House::open_everywhere_as(database, plan).await;
    let google = house.cloud().google();
    let late = google.new_user("late", &[VIEW_KEY]).await;
    let grant = async {
        until("the first proof is refused", || async { google.gcp.requests("Encrypt") > 0 }).await;
        google.grant(&google.key, &late.email, &[USE_KEY]).await;
    };
    let payload = google.payload_with(&google.version(), &late);
    let (got, ()) = tokio::join!(house.patch(&payload), grant);
    assert_eq!(got.ok()["googleCloudKms"]["valid"], true);
    assert_eq!(
        house.events().await,
        ["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"],
        "the refusals meanwhile are no news"
    );
    house.end().await;
}

on_both_engines! {
    versions_that_cannot_be_used
    versions_that_are_not_there_or_of_another_kind
    permissions_that_are_missing
    credentials_that_are_wrong
    roles_that_do_not_let_us_in
    a_role_that_does_not_let_the_operator_in_is_never_authorized
    a_network_that_is_down
    faults_of_ours_are_told_as_ours
    a_permission_granted_a_moment_later_is_waited_for
}
