//! Organizations, projects, API keys, service accounts and provider roles come back as they went in.

use domain::provider_role::{ProviderRole, RoleIdentity};
use storage::{Outcome, ServiceAccountSecret};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    keeps_organizations
    keeps_projects
    keeps_api_keys
    keeps_service_accounts
    keeps_provider_roles_in_their_project
    keeps_instance_settings
}

async fn keeps_organizations(db: Database) {
    let store = db.open().await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_organization(&organization(1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_organization(&organization(1)).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.organization(org_id(1)).await.unwrap(), Some(organization(1)));
    assert_eq!(store.organization(org_id(3)).await.unwrap(), None);
    let listed = store.organizations(&[org_id(2), org_id(3), org_id(1)]).await.unwrap();
    assert_eq!(listed, [organization(1), organization(2)]);
    assert!(store.organizations(&[]).await.unwrap().is_empty());
    assert_eq!(store.all_organizations().await.unwrap().len(), 2);
}

async fn keeps_projects(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    for number in [3, 1, 2] {
        assert_eq!(store.insert_project(&project(number, 1)).await.unwrap(), Outcome::Saved);
    }
    let mut same_name = project(4, 1);
    same_name.name = "project 1".to_owned();
    assert_eq!(store.insert_project(&same_name).await.unwrap(), Outcome::Conflict);
    same_name.org = org_id(2);
    assert_eq!(store.insert_project(&same_name).await.unwrap(), Outcome::Saved);
    assert_eq!(store.project(project_id(1)).await.unwrap(), Some(project(1, 1)));
    assert_eq!(store.project(project_id(9)).await.unwrap(), None);
    assert_eq!(store.count_projects_of(org_id(1)).await.unwrap(), 3);
    let page = store.projects_of(org_id(1), 1, 5).await.unwrap();
    assert_eq!(page, [project(2, 1), project(3, 1)]);
    assert_eq!(store.projects_of(org_id(1), 0, 1).await.unwrap(), [project(1, 1)]);
    let some = store.projects(&[project_id(2), project_id(9), project_id(1)]).await.unwrap();
    assert_eq!(some, [project(1, 1), project(2, 1)]);
    let no_org = store.insert_project(&project(7, 9)).await.unwrap_err();
    assert_eq!(no_org.to_string(), "insert a project");
}

async fn keeps_api_keys(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let key = api_key(1, 1);
    assert_eq!(store.insert_api_key(&key, &ha1(7)).await.unwrap(), Outcome::Saved);
    let mut same_public_half = api_key(2, 1);
    same_public_half.public_key.clone_from(&key.public_key);
    assert_eq!(store.insert_api_key(&same_public_half, &ha1(8)).await.unwrap(), Outcome::Conflict);
    for _ in 0..2 {
        let found = store.api_key_by_public_key(&key.public_key).await.unwrap().unwrap();
        assert_eq!(found.key, key);
        assert!(found.ha1.matches(&[7; 16]));
    }
    assert_eq!(store.api_key(key.id).await.unwrap(), Some(key.clone()));
    assert_eq!(store.api_keys_of(org_id(1)).await.unwrap(), std::slice::from_ref(&key));
    assert!(store.delete_api_key(key.id).await.unwrap());
    assert!(!store.delete_api_key(key.id).await.unwrap());
    assert!(store.api_key_by_public_key(&key.public_key).await.unwrap().is_none());
    assert!(store.api_key(key.id).await.unwrap().is_none());
}

async fn keeps_service_accounts(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let account = service_account(1, 1);
    assert_eq!(store.insert_service_account(&account).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_service_account(&account).await.unwrap(), Outcome::Conflict);
    for _ in 0..2 {
        assert_eq!(*store.service_account(account.id).await.unwrap().unwrap(), account);
    }
    assert_eq!(store.service_accounts_of(org_id(1)).await.unwrap(), std::slice::from_ref(&account));

    let mut secret = ServiceAccountSecret {
        id: domain::id::ServiceAccountSecretId::from_random([9; 12]),
        account: account.id,
        sha256: [3; 32],
        created_at: T0,
        expires_at: T0 + std::time::Duration::from_secs(60),
        last_used_at: None,
    };
    assert_eq!(store.insert_service_account_secret(&secret).await.unwrap(), Outcome::Saved);
    assert_eq!(store.service_account_secrets(account.id).await.unwrap(), [secret.clone()]);
    store.note_service_account_secret_use(secret.id, T0).await.unwrap();
    store.note_service_account_secret_use(secret.id, T0 - std::time::Duration::from_secs(1)).await.unwrap();
    secret.last_used_at = Some(T0);
    assert_eq!(store.service_account_secrets(account.id).await.unwrap(), [secret.clone()]);
    assert!(!store.delete_service_account_secret(account_id(2), secret.id).await.unwrap());
    assert!(store.delete_service_account_secret(account.id, secret.id).await.unwrap());

    assert_eq!(store.insert_service_account_secret(&secret).await.unwrap(), Outcome::Saved);
    assert!(store.delete_service_account(account.id).await.unwrap());
    assert!(store.service_account(account.id).await.unwrap().is_none());
    assert!(store.service_account_secrets(account.id).await.unwrap().is_empty());
}

async fn keeps_provider_roles_in_their_project(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let unnamed = ProviderRole {
        identity: RoleIdentity::Aws { role_arn: None, external_id: "external-1".to_owned() },
        ..role(1, 1)
    };
    assert_eq!(store.insert_provider_role(&unnamed).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_provider_role(&role(1, 2)).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.provider_role(project_id(1), role_id(1)).await.unwrap(), Some(unnamed.clone()));
    assert_eq!(store.provider_role(project_id(2), role_id(1)).await.unwrap(), None);
    assert_eq!(store.provider_roles_of(project_id(2)).await.unwrap(), []);

    let named = role(1, 1);
    let elsewhere = store.set_provider_role_authorized(project_id(2), role_id(1), &named.identity, Some(T0)).await;
    assert!(!elsewhere.unwrap());
    let here = store.set_provider_role_authorized(project_id(1), role_id(1), &named.identity, Some(T0)).await;
    assert!(here.unwrap());
    let authorized = ProviderRole { authorized_at: Some(T0), ..named };
    assert_eq!(store.provider_roles_of(project_id(1)).await.unwrap(), [authorized]);
}

async fn keeps_instance_settings(db: Database) {
    let store = db.open().await;
    assert_eq!(store.instance_setting("id").await.unwrap(), None);
    assert_eq!(store.insert_instance_setting("id", b"one").await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_setting("id", b"two").await.unwrap(), Outcome::Conflict);
    assert_eq!(store.instance_setting("id").await.unwrap().as_deref(), Some(b"one".as_slice()));
    store.put_instance_setting("id", b"three").await.unwrap();
    assert_eq!(store.instance_setting("id").await.unwrap().as_deref(), Some(b"three".as_slice()));

    assert!(store.instance_secret::<32>("signing").await.unwrap().is_none());
    assert_eq!(store.insert_instance_secret("signing", &secret_bytes([5; 32])).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("signing", &secret_bytes([6; 32])).await.unwrap(), Outcome::Conflict);
    assert!(store.instance_secret::<32>("signing").await.unwrap().unwrap().matches(&[5; 32]));
    assert!(store.instance_setting("signing").await.is_err(), "a sealed setting does not come out as plain");
    assert!(store.instance_secret::<32>("id").await.is_err(), "a plain setting does not pass for a sealed one");
}
