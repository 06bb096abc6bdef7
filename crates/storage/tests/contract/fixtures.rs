//! Things to store, made of small numbers so that a failure is readable.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::{AccessList, ApiKey, Ha1};
use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind};
use domain::event::{Actor, Event, EventKind};
use domain::id::{ApiKeyId, EventId, OrgId, ProjectId, ProviderRoleId, ServiceAccountId};
use domain::organization::Organization;
use domain::project::Project;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::{SecretBytes, SecretText};
use domain::service_account::ServiceAccount;
use domain::time::Timestamp;
use domain::validity::{State, Validity};
use storage::{NewValidity, Outcome, SaveSetting, Store};

pub(crate) const T0: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

const fn bytes(number: u32) -> [u8; 12] {
    let [a, b, c, d] = number.to_be_bytes();
    [0xa7, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]
}

pub(crate) const fn org_id(number: u32) -> OrgId {
    OrgId::from_random(bytes(number))
}

pub(crate) const fn project_id(number: u32) -> ProjectId {
    ProjectId::from_random(bytes(number))
}

pub(crate) const fn role_id(number: u32) -> ProviderRoleId {
    ProviderRoleId::from_random(bytes(number))
}

pub(crate) const fn account_id(number: u32) -> ServiceAccountId {
    ServiceAccountId::from_random(bytes(number))
}

pub(crate) const fn event_id(number: u32) -> EventId {
    EventId::from_random(bytes(number))
}

pub(crate) fn organization(number: u32) -> Organization {
    Organization { id: org_id(number), name: format!("Org {number} \"Ä'; --"), created_at: T0 }
}

pub(crate) fn project(number: u32, org: u32) -> Project {
    Project { id: project_id(number), org: org_id(org), name: format!("project {number}"), created_at: T0 }
}

pub(crate) fn grants(org: u32) -> Grants {
    Grants {
        org: org_id(org),
        org_roles: [OrgRole::Member, OrgRole::ReadOnly].into(),
        project_roles: [
            (project_id(1), [ProjectRole::Owner].into()),
            (project_id(2), [ProjectRole::ReadOnly, ProjectRole::ClusterManager].into()),
        ]
        .into(),
    }
}

pub(crate) fn access_list(networks: &[&str]) -> AccessList {
    AccessList(networks.iter().map(|network| network.parse().unwrap()).collect())
}

pub(crate) fn api_key(number: u32, org: u32) -> ApiKey {
    ApiKey {
        id: ApiKeyId::from_random(bytes(number)),
        public_key: format!("key{number:05}"),
        description: "deploy".to_owned(),
        grants: grants(org),
        access_list: access_list(&["203.0.113.0/24", "2001:db8::/32"]),
        created_at: T0,
    }
}

pub(crate) fn ha1(byte: u8) -> Ha1 {
    secret_bytes([byte; 16])
}

pub(crate) fn secret_bytes<const N: usize>(bytes: [u8; N]) -> SecretBytes<N> {
    SecretBytes::fill(|place| {
        *place = bytes;
        Ok::<_, ()>(())
    })
    .unwrap()
}

pub(crate) fn service_account(number: u32, org: u32) -> ServiceAccount {
    ServiceAccount {
        id: account_id(number),
        name: format!("account {number}"),
        grants: grants(org),
        access_list: access_list(&[]),
        created_at: T0,
    }
}

pub(crate) fn role(number: u32, project: u32) -> ProviderRole {
    ProviderRole {
        id: role_id(number),
        project: project_id(project),
        identity: RoleIdentity::Aws {
            role_arn: Some("arn:aws:iam::111122223333:role/atrest".to_owned()),
            external_id: format!("external-{number}"),
        },
        authorized_at: None,
        created_at: T0,
    }
}

pub(crate) fn static_key(name: &str, access_key_id: &str, secret: &str) -> CustomerKey {
    CustomerKey::AwsKms(AwsKms {
        key: AwsKeyName::parse(name).unwrap(),
        region: AwsRegion::parse("US_EAST_2").unwrap(),
        credentials: AwsCredentials::Static {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: Arc::new(SecretText::new(secret.to_owned())),
        },
        require_private_networking: false,
    })
}

pub(crate) fn role_key(name: &str, role: u32) -> CustomerKey {
    CustomerKey::AwsKms(AwsKms {
        key: AwsKeyName::parse(name).unwrap(),
        region: AwsRegion::parse("US_EAST_2").unwrap(),
        credentials: AwsCredentials::Role(role_id(role)),
        require_private_networking: true,
    })
}

pub(crate) fn event(number: u32, project: u32) -> Event {
    Event {
        id: event_id(number),
        org: org_id(1),
        project: Some(project_id(project)),
        kind: EventKind::ConfigurationUpdated,
        actor: Actor::System,
        remote_address: None,
        detail: None,
        created_at: T0,
    }
}

pub(crate) fn valid() -> Validity {
    Validity { state: State::Valid, checked_at: Some(T0), generation: 1, ..Validity::unchecked() }
}

pub(crate) fn new_validity(validity: Validity) -> BTreeMap<ProviderKind, NewValidity> {
    [(ProviderKind::AwsKms, NewValidity { validity, next_check_at: T0 })].into()
}

/// A setting of one AWS key, as it is after `revision` changes.
pub(crate) fn setting(project: u32, revision: i64, key: CustomerKey) -> EncryptionAtRest {
    EncryptionAtRest {
        customer_keys: [(ProviderKind::AwsKms, key)].into(),
        revision,
        ..EncryptionAtRest::unset(project_id(project))
    }
}

/// Saves `next`, made from the revision before it, with one move of AWS and one event.
pub(crate) async fn save(store: &Store, next: &EncryptionAtRest, step: Move, event: Event) -> Outcome {
    let validities = match step {
        Move::Disable | Move::ChangeOptions => BTreeMap::new(),
        Move::Enable | Move::ChangeKey | Move::ChangeCredentials => new_validity(valid()),
    };
    let change = SaveSetting {
        expected_revision: next.revision - 1,
        next,
        moves: &[(ProviderKind::AwsKms, step)].into(),
        validities,
        at: T0,
        events: vec![event],
    };
    store.save_encryption_at_rest(change).await.unwrap()
}

/// Stores organization 1 with projects 1 to `projects`.
pub(crate) async fn seed(store: &Store, projects: u32) {
    assert_eq!(store.insert_organization(&organization(1)).await.unwrap(), Outcome::Saved);
    for number in 1..=projects {
        assert_eq!(store.insert_project(&project(number, 1)).await.unwrap(), Outcome::Saved);
    }
}

/// Stores organization 1 with projects 1 to `projects`, each with a valid key of its own.
pub(crate) async fn seed_enabled(store: &Store, projects: u32) {
    seed(store, projects).await;
    for number in 1..=projects {
        let key = static_key(&format!("key-{number}"), "AKIAIOSFODNN7EXAMPLE", SECRET);
        let outcome = save(store, &setting(number, 1, key), Move::Enable, event(number, number)).await;
        assert_eq!(outcome, Outcome::Saved);
    }
}
