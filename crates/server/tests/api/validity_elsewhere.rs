//! What becomes of configured keys at Azure and Google: each definitive reason is told by its name, recovery comes by
//! itself, the other providers do not move, and an hour without a cloud takes nothing away (product.md 2.2–2.4).

use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use serde_json::{Value, json};
use simulators::{FaultKind, azure, gcp};

use crate::cloud::azure::{USE_KEY, VAULT, version};
use crate::cloud::google;
use crate::database::Database;
use crate::house::{House, Plan, path_of, until};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";
const NO_LONGER_VALID: &str = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID";
const IS_VALID: &str = "ENCRYPTION_AT_REST_CONFIG_IS_VALID";
const DENIED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
const RESTORED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED";
const PROVIDERS: [&str; 3] = ["awsKms", "azureKeyVault", "googleCloudKms"];

/// Reads the setting, which has the keys checked, and sees that all providers are valid but these.
async fn only_invalid(house: &House, invalid: &[&str], why: &str) {
    let got = house.read().await.ok();
    for provider in PROVIDERS {
        assert_eq!(got[provider]["valid"], !invalid.contains(&provider), "{why}: {provider}");
        assert_eq!(got[provider]["enabled"], true, "{why}: {provider}");
    }
}

/// A token is used for five minutes; what it takes to get another is found out after that.
const TOKENS_ARE_OLD: Duration = Duration::from_secs(6 * 60);

/// Loses a key and finds it again.
async fn lost_and_found(
    house: &House,
    (provider, prefix, place): (&str, &str, usize),
    (change, undo): (impl Future<Output = ()>, impl Future<Output = ()>),
    reason: &str,
) {
    let mut events = house.events().await;
    house.pass_everywhere(TOKENS_ARE_OLD);
    change.await;
    only_invalid(house, &[provider], reason).await;
    let standings = house.standings_in(house.project).await;
    for (number, standing) in standings.iter().enumerate() {
        let expected = if number == place { ("INVALID", json!(reason)) } else { ("VALID", Value::Null) };
        assert_eq!((&standing["state"], &standing["reason"]), (&expected.0.into(), &expected.1), "{standing}");
    }
    events.extend([format!("{prefix}_ENCRYPTION_KEY_INVALID"), NO_LONGER_VALID.to_owned()]);
    assert_eq!(house.events().await, events, "{reason}");
    undo.await;
    only_invalid(house, &[], reason).await;
    assert_eq!(house.standings_in(house.project).await[place]["state"], "VALID");
    events.extend([format!("{prefix}_ENCRYPTION_KEY_VALID"), IS_VALID.to_owned()]);
    assert_eq!(house.events().await, events, "{reason}");
}

async fn open(database: Database) -> House {
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    house
}

async fn each_reason_at_azure_is_told_and_nobody_else_moves(database: Database) {
    use azure::Change;
    let house = open(database).await;
    let customer = house.cloud().azure();
    let at = || version(&customer.key);
    let tomorrow = house.control.now().as_secs() + 24 * 60 * 60;
    let (secret, principal) = (|| customer.user.secret.id.clone(), || customer.user.object_id.clone());
    let vault = || VAULT.to_owned();
    for (change, undo, reason) in [
        (Change::DisableKey(at()), Change::EnableKey(at()), "KEY_DISABLED"),
        (Change::ExpireKey(at()), Change::SetKeyExpiry(at(), None), "KEY_EXPIRED"),
        (Change::SetKeyStart(at(), Some(tomorrow)), Change::SetKeyStart(at(), None), "KEY_NOT_YET_VALID"),
        (Change::DeleteKey(at()), Change::RecoverKey(at()), "KEY_NOT_FOUND"),
        (
            Change::RemoveAccessPolicy(vault(), principal()),
            Change::RestoreAccessPolicy(vault(), principal()),
            "ACCESS_DENIED",
        ),
        (Change::RemoveSecret(secret()), Change::RestoreSecret(secret()), "CREDENTIAL_REJECTED"),
        (
            Change::RemoveServicePrincipal(principal()),
            Change::RestoreServicePrincipal(principal()),
            "CREDENTIAL_REJECTED",
        ),
    ] {
        let steps = (customer.apply(change), customer.apply(undo));
        lost_and_found(&house, ("azureKeyVault", "AZURE", 1), steps, reason).await;
    }
    // A key about to expire is not dropped, and its credentials can be changed; taken up it would not be.
    customer.apply(Change::SetKeyExpiry(at(), Some(tomorrow))).await;
    let events = house.events().await;
    only_invalid(&house, &[], "expiring").await;
    let other = customer.new_app("other", USE_KEY).await;
    let change = json!({"azureKeyVault": {"clientID": other.client_id, "secret": other.secret.expose_secret()}});
    house.patch(&change).await.ok();
    assert_eq!(house.events().await, [events, vec![UPDATED.to_owned()]].concat());
    house.end().await;
}

async fn each_reason_at_google_is_told_and_nobody_else_moves(database: Database) {
    use gcp::Change;
    let house = open(database).await;
    let customer = house.cloud().google();
    let at = || customer.version();
    let (email, key) = (|| customer.user.email.clone(), || customer.user.id.clone());
    let grant = || customer.grant_of(&customer.key, &customer.user.email, google::USE_KEY);
    let enable = [Change::EnableVersion(at())];
    for (change, undo, reason) in [
        (Change::DisableVersion(at()), &enable[..], "KEY_DISABLED"),
        (
            Change::DestroyVersion(at()),
            &[Change::RestoreVersion(at()), Change::EnableVersion(at())],
            "KEY_PENDING_DELETION",
        ),
        (Change::RemoveGrant(grant()), &[Change::RestoreGrant(grant())], "ACCESS_DENIED"),
        (Change::DisableServiceAccount(email()), &[Change::EnableServiceAccount(email())], "CREDENTIAL_REJECTED"),
        (Change::DeleteServiceAccountKey(key()), &[Change::RestoreServiceAccountKey(key())], "CREDENTIAL_REJECTED"),
    ] {
        let undo = async {
            for change in undo {
                customer.apply(change.clone()).await;
            }
        };
        let steps = (customer.apply(change), undo);
        lost_and_found(&house, ("googleCloudKms", "GCP", 2), steps, reason).await;
    }
    customer.gcp.set_version_state(&at(), gcp::VersionState::Destroyed).await.unwrap();
    only_invalid(&house, &["googleCloudKms"], "destroyed").await;
    assert_eq!(house.standings_in(house.project).await[2]["reason"], "KEY_DESTROYED");
    house.end().await;
}

async fn roles_that_end_are_told_and_nobody_else_moves(database: Database) {
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    let cloud = house.cloud();
    let azure_role = house.new_azure_role(house.project).await.id.to_string();
    let google_role = house.new_google_role(house.project).await;
    let account = crate::house::service_account(&google_role).to_owned();
    let roles = [
        cloud.payload(),
        cloud.azure().role_payload(&azure_role),
        cloud.google().role_payload(&google_role.id.to_string()),
    ];
    house.patch(&crate::cloud::together(roles)).await.ok();
    let (customer, guest) = (cloud.azure(), || cloud.azure().operator.object_id.clone());
    let steps = (
        customer.apply(azure::Change::RemoveServicePrincipal(guest())),
        customer.apply(azure::Change::RestoreServicePrincipal(guest())),
    );
    lost_and_found(&house, ("azureKeyVault", "AZURE", 1), steps, "ROLE_NOT_ASSUMABLE").await;
    let other = house.new_project("other").await;
    let steps = (customer.tag(&customer.key, other), customer.tag(&customer.key, house.project));
    lost_and_found(&house, ("azureKeyVault", "AZURE", 1), steps, "KEY_NOT_TAGGED").await;
    let steps = (
        cloud.google().apply(gcp::Change::DisableServiceAccount(account.clone())),
        cloud.google().apply(gcp::Change::EnableServiceAccount(account.clone())),
    );
    lost_and_found(&house, ("googleCloudKms", "GCP", 2), steps, "ROLE_NOT_ASSUMABLE").await;
    house.end().await;
}

async fn an_invalid_key_can_only_be_mended_or_disabled(database: Database) {
    let house = open(database).await;
    let (azure, google) = (house.cloud().azure(), house.cloud().google());
    let second = azure.new_key("second").await;
    let version_two = google.gcp.create_version(&google.key).await.unwrap();
    azure.apply(azure::Change::RemoveSecret(azure.user.secret.id.clone())).await;
    google.apply(gcp::Change::DeleteServiceAccountKey(google.user.id.clone())).await;
    house.pass_everywhere(TOKENS_ARE_OLD);
    only_invalid(&house, &["azureKeyVault", "googleCloudKms"], "both").await;
    let before = house.read().await.body;
    let fresh_secret = azure.azure.create_secret(&azure.user.client_id, "fresh", None).await.unwrap();
    let fresh_key = google.gcp.add_service_account_key(&google.user.email).await.unwrap();
    for body in [
        json!({"azureKeyVault": {"keyIdentifier": second.id}}),
        json!({"azureKeyVault": {"keyIdentifier": second.id, "secret": fresh_secret.expose_secret()}}),
        json!({"googleCloudKms": {"keyVersionResourceID": version_two}}),
        json!({"googleCloudKms": {"keyVersionResourceID": version_two, "serviceAccountKey": fresh_key.expose_json()}}),
    ] {
        house.patch(&body).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
        assert_eq!(house.read().await.body, before);
    }
    // The healthy one beside them can be changed, each of them gets credentials that work.
    let aws = house.cloud().new_key("second").await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": aws.arn}})).await.ok();
    house.patch(&json!({"azureKeyVault": {"secret": fresh_secret.expose_secret()}})).await.ok();
    only_invalid(&house, &["googleCloudKms"], "Google's alone").await;
    house.patch(&json!({"googleCloudKms": {"serviceAccountKey": fresh_key.expose_json()}})).await.ok();
    only_invalid(&house, &[], "none").await;
    // One that stays lost can be given up.
    azure.apply(azure::Change::DisableKey(version(&azure.key))).await;
    only_invalid(&house, &["azureKeyVault"], "disabled").await;
    let got = house.patch(&json!({"azureKeyVault": {"enabled": false}})).await.ok();
    assert_eq!((&got["azureKeyVault"]["enabled"], &got["googleCloudKms"]["valid"]), (&false.into(), &true.into()));
    house.end().await;
}

/// How long ago the house's clock says that each key of a project was last checked.
async fn since_checked(house: &House, project: ProjectId) -> Vec<Duration> {
    let found = house.store.project_snapshot(project).await.unwrap().unwrap();
    let now = house.control.now();
    let providers = ProviderKind::ALL.iter();
    providers.map(|provider| now.since(found.validities[provider].validity.checked_at.unwrap())).collect()
}

async fn an_hour_without_the_clouds_takes_nothing_away(database: Database) {
    const STEP: Duration = Duration::from_secs(5 * 60);
    let mut plan = Plan::default();
    plan.timings.check_every = Duration::from_secs(60);
    plan.timings.check_deadline = Duration::from_secs(3);
    let house = House::open_everywhere_as(database, plan).await;
    let by_role = house.new_project("by role").await;
    let (azure, google) =
        (house.new_azure_role(by_role).await.id.to_string(), house.new_google_role(by_role).await.id.to_string());
    let aws = house.new_role(by_role, "atrest").await.id.to_string();
    let cloud = house.cloud();
    let roles = [cloud.role_payload(&aws), cloud.azure().role_payload(&azure), cloud.google().role_payload(&google)];
    house.patch_in(by_role, &crate::cloud::together(roles)).await.ok();
    house.patch(&cloud.whole_payload()).await.ok();
    let projects = [house.project, by_role];
    let begun = house.control.now();
    let faults = [FaultKind::Throttle, FaultKind::Http500, FaultKind::Html, FaultKind::Reset];
    for (number, kind) in faults.into_iter().cycle().take(12).enumerate() {
        house.pass_everywhere(STEP);
        cloud.fail_everywhere(kind);
        for project in projects {
            until("all keys were checked again", || async {
                since_checked(&house, project).await.iter().all(|since| *since < STEP / 2)
            })
            .await;
            let standings = house.standings_in(project).await;
            for standing in &standings {
                assert_eq!(standing["state"], "UNKNOWN", "{number} {kind:?}: {standing}");
                assert_eq!(standing["lastDefiniteValid"], true, "{number} {kind:?}: {standing}");
            }
            let got = house.get(&path_of(project)).await.ok();
            for provider in PROVIDERS {
                assert_eq!((&got[provider]["enabled"], &got[provider]["valid"]), (&true.into(), &true.into()));
            }
        }
    }
    assert!(house.control.now().since(begun) >= 12 * STEP);
    for project in projects {
        let mut events = house.events_in(project).await;
        events.sort_unstable();
        assert_eq!(events, [vec![UPDATED], vec![DENIED; 3]].concat(), "told once for each provider");
    }
    house.pass_everywhere(STEP);
    for project in projects {
        until("all keys are found well by themselves", || async {
            house.standings_in(project).await.iter().all(|standing| standing["state"] == "VALID")
        })
        .await;
        let events = house.events_in(project).await;
        let restored = events.iter().filter(|name| *name == RESTORED).count();
        assert_eq!((restored, events.len()), (3, 7), "{events:?}");
    }
    house.end().await;
}

on_both_engines! {
    each_reason_at_azure_is_told_and_nobody_else_moves
    each_reason_at_google_is_told_and_nobody_else_moves
    roles_that_end_are_told_and_nobody_else_moves
    an_invalid_key_can_only_be_mended_or_disabled
    an_hour_without_the_clouds_takes_nothing_away
}
