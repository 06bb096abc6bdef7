//! Things to store, made of small numbers so that a failure is readable.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::{AccessList, ApiKey, Ha1};
use domain::cluster::{
    AutoScaling, Cluster, ClusterChange, ClusterName, ClusterType, Disk, Encryption, FreshIds, HostingCloud,
    InstanceSize, RegionName, WantedNodes, WantedPlacement, WantedShard,
};
use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::customer_key::azure_key_vault::{
    AzureCredentials, AzureEnvironment, AzureGuid, AzureKeyVault, KeyIdentifier, ResourceGroupName, VaultName,
};
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms, KeyVersionName, PrivateKeyId, ServiceAccountEmail};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind, VersionlessKeys};
use domain::event::{Actor, Event, EventKind};
use domain::id::{
    ApiKeyId, ClusterId, EventId, OrgId, PrivateEndpointId, ProjectId, ProviderRoleId, ServiceAccountId, ShardId,
    ZoneId,
};
use domain::organization::Organization;
use domain::private_endpoint::{CloudRecord, EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider};
use domain::project::{Activity, Project};
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::{SecretBytes, SecretText};
use domain::service_account::ServiceAccount;
use domain::time::Timestamp;
use domain::validity::{State, Validity};
use storage::{EventSlice, NewValidity, Outcome, SaveSetting, Store};

pub(crate) const T0: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const CLIENT_SECRET: &str = "Rx~8Q~canary.of_a-client-secret~0123456789";
pub(crate) const PRIVATE_KEY: &str =
    "-----BEGIN PRIVATE KEY-----\ncanaryOfAPrivateKey/0123456789+ABC\n-----END PRIVATE KEY-----\n";

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
    let name = format!("project {number}");
    Project { id: project_id(number), org: org_id(org), name, created_at: T0, activity: Activity::Active }
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
    AccessList::of(networks.iter().map(|network| network.parse().unwrap()), T0)
}

pub(crate) fn api_key(number: u32, org: u32) -> ApiKey {
    ApiKey {
        id: ApiKeyId::from_random(bytes(number)),
        public_key: format!("key{number:05}"),
        private_tail: "0123456789ab".to_owned(),
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
        description: "runs \"it\"".to_owned(),
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
        authorized_at: Some(T0),
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

/// A key of each provider that has private endpoints, whose calls have to leave by them.
pub(crate) fn private_keys() -> [CustomerKey; 2] {
    let CustomerKey::AwsKms(aws) = static_key("key-1", "AKIAIOSFODNN7EXAMPLE", SECRET) else { unreachable!() };
    let aws = CustomerKey::AwsKms(AwsKms { require_private_networking: true, ..aws });
    [aws, CustomerKey::AzureKeyVault(azure(client_secret(3, CLIENT_SECRET)))]
}

/// An endpoint as a creation makes it.
pub(crate) fn endpoint(number: u32, project: u32, provider: PrivateProvider, region: &str) -> PrivateEndpoint {
    PrivateEndpoint {
        id: PrivateEndpointId::from_random(bytes(number)),
        project: project_id(project),
        region: EndpointRegion::parse(provider, region).unwrap(),
        state: EndpointState::Initiating,
        predecessor: None,
        rejections: 0,
        created_at: T0 + std::time::Duration::from_millis(number.into()),
        start_at: T0,
        since: T0,
        cloud: CloudRecord::default(),
        error_message: None,
        revision: 1,
    }
}

pub(crate) fn guid(number: u32) -> AzureGuid {
    AzureGuid::parse(&format!("{number:08x}-0000-4000-8000-00000000aBcD")).unwrap()
}

pub(crate) fn secret(text: &str) -> Arc<SecretText> {
    Arc::new(SecretText::new(text.to_owned()))
}

pub(crate) fn client_secret(client: u32, text: &str) -> AzureCredentials {
    AzureCredentials::ClientSecret { client_id: guid(client), secret: secret(text) }
}

pub(crate) fn azure(credentials: AzureCredentials) -> AzureKeyVault {
    AzureKeyVault {
        environment: AzureEnvironment::AzureChina,
        tenant: guid(1),
        subscription: guid(2),
        resource_group: ResourceGroupName::parse("Schlüssel.(eu)_1").unwrap(),
        vault: VaultName::parse("EXAMPLEKeyVault").unwrap(),
        key: KeyIdentifier::from_parts("EXAMPLEKey", Some("d891821e"), VersionlessKeys::Refuse).unwrap(),
        credentials,
        require_private_networking: true,
    }
}

pub(crate) fn service_account_key(account: &str, id: &str, pem: &str) -> GcpCredentials {
    GcpCredentials::ServiceAccountKey {
        client_email: ServiceAccountEmail::parse(&format!("{account}@example.iam.gserviceaccount.com")).unwrap(),
        private_key_id: PrivateKeyId::parse(id).unwrap(),
        private_key: secret(pem),
    }
}

pub(crate) fn key_version(number: u32) -> KeyVersionName {
    let key = "projects/example.com:keys/locations/us-east4/keyRings/Ring_1/cryptoKeys/key-0";
    KeyVersionName::parse(&format!("{key}/cryptoKeyVersions/{number}")).unwrap()
}

pub(crate) fn google(credentials: GcpCredentials) -> GcpKms {
    GcpKms { key_version: key_version(1), credentials }
}

/// A key of each provider, reached with static credentials.
pub(crate) fn static_keys() -> [CustomerKey; 3] {
    [
        static_key("key-1", "AKIAIOSFODNN7EXAMPLE", SECRET),
        CustomerKey::AzureKeyVault(azure(client_secret(3, CLIENT_SECRET))),
        CustomerKey::GcpKms(google(service_account_key("atrest", "ab12", PRIVATE_KEY))),
    ]
}

/// A key of each provider, reached with a role: 1 of AWS, 2 of Azure, 3 of Google.
pub(crate) fn role_keys() -> [CustomerKey; 3] {
    [
        role_key("key-1", 1),
        CustomerKey::AzureKeyVault(azure(AzureCredentials::Role(role_id(2)))),
        CustomerKey::GcpKms(google(GcpCredentials::Role(role_id(3)))),
    ]
}

/// The roles that `role_keys` name.
pub(crate) fn roles(project: u32) -> [ProviderRole; 3] {
    let service_account = ServiceAccountEmail::of_role(role_id(3), "operator").unwrap();
    [
        role(1, project),
        ProviderRole {
            identity: RoleIdentity::Azure { tenant: guid(1), service_principal: guid(4) },
            ..role(2, project)
        },
        ProviderRole { identity: RoleIdentity::Gcp { service_account, made: true }, ..role(3, project) },
    ]
}

pub(crate) fn event(number: u32, project: u32) -> Event {
    Event {
        id: event_id(number),
        org: org_id(1),
        project: Some(project_id(project)),
        cluster: None,
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

/// One validity for these providers alike.
pub(crate) fn new_validity(
    providers: impl IntoIterator<Item = ProviderKind>,
    validity: &Validity,
) -> BTreeMap<ProviderKind, NewValidity> {
    let alike = |provider| (provider, NewValidity { validity: validity.clone(), next_check_at: T0 });
    providers.into_iter().map(alike).collect()
}

/// A setting of one key, as it is after `revision` changes.
pub(crate) fn setting(project: u32, revision: i64, key: CustomerKey) -> EncryptionAtRest {
    setting_of(project, revision, [key])
}

/// A setting of a key of each of some providers, as it is after `revision` changes.
pub(crate) fn setting_of(project: u32, revision: i64, keys: impl IntoIterator<Item = CustomerKey>) -> EncryptionAtRest {
    EncryptionAtRest {
        customer_keys: keys.into_iter().map(|key| (key.provider(), key)).collect(),
        revision,
        ..EncryptionAtRest::unset(project_id(project))
    }
}

/// Saves `next`, made from the revision before it, with one move of AWS and one event.
pub(crate) async fn save(store: &Store, next: &EncryptionAtRest, step: Move, event: Event) -> Outcome {
    save_moves(store, next, [(ProviderKind::AwsKms, step)], event).await
}

/// Saves `next`, made from the revision before it, with these moves and one event.
pub(crate) async fn save_moves(
    store: &Store,
    next: &EncryptionAtRest,
    moves: impl IntoIterator<Item = (ProviderKind, Move)>,
    event: Event,
) -> Outcome {
    let roles = store.provider_roles_of(next.project).await.unwrap();
    save_proved(store, next, moves, roles, event).await
}

/// As `save_moves`, proved with these roles.
pub(crate) async fn save_proved(
    store: &Store,
    next: &EncryptionAtRest,
    moves: impl IntoIterator<Item = (ProviderKind, Move)>,
    roles: Vec<ProviderRole>,
    event: Event,
) -> Outcome {
    let moves: BTreeMap<ProviderKind, Move> = moves.into_iter().collect();
    let proved = moves.iter().filter_map(|(provider, step)| match step {
        Move::Disable | Move::ChangeOptions => None,
        Move::Enable | Move::ChangeKey | Move::ChangeCredentials => Some(*provider),
    });
    let change = SaveSetting {
        expected_revision: next.revision - 1,
        next,
        moves: &moves,
        roles,
        validities: new_validity(proved, &valid()),
        at: T0,
        events: vec![event],
    };
    store.save_encryption_at_rest(change).await.unwrap()
}

pub(crate) fn cluster_name(name: &str) -> ClusterName {
    ClusterName::parse(name).unwrap()
}

/// A replica set of three nodes, as it is after its creation.
pub(crate) fn cluster(number: u32, project: u32, encryption: Option<ProviderKind>) -> Cluster {
    let size = InstanceSize::parse("M10").unwrap();
    let electable = WantedNodes { size, count: Some(3), disk_size_gb: Some(40), disk: Disk::default() };
    let placement = WantedPlacement {
        cloud: Some(HostingCloud::Azure),
        region: RegionName::parse("US_EAST_2").unwrap(),
        priority: 7,
        electable: Some(electable),
        read_only: None,
        analytics: None,
        auto_scaling: AutoScaling::default(),
        analytics_auto_scaling: AutoScaling::default(),
    };
    let change = ClusterChange {
        name: Some(cluster_name(&format!("cluster{number}"))),
        cluster_type: Some(ClusterType::ReplicaSet),
        encryption: encryption.map(Encryption::By),
        shards: Some(vec![WantedShard { zone: None, placements: vec![placement] }].into()),
        ..ClusterChange::default()
    };
    let fresh = FreshIds { shard: ShardId::from_random(bytes(number)), zone: ZoneId::from_random(bytes(number)) };
    let (name, settings) = domain::cluster::create(change, &[fresh]).unwrap();
    let (id, project) = (ClusterId::from_random(bytes(number)), project_id(project));
    Cluster { id, project, name, settings, revision: 1, created_at: T0 }
}

/// Stores organization 1 with projects 1 to `projects`.
pub(crate) async fn seed(store: &Store, projects: u32) {
    assert_eq!(store.insert_organization(&organization(1)).await.unwrap(), Outcome::Saved);
    for number in 1..=projects {
        assert_eq!(store.insert_project(&project(number, 1)).await.unwrap(), Outcome::Saved);
    }
}

/// Stores organization 1 with projects 1 to `projects`, each with a key of AWS and one of Azure whose calls have to
/// leave by private endpoints.
pub(crate) async fn seed_private(store: &Store, projects: u32) {
    seed(store, projects).await;
    let moves = [ProviderKind::AwsKms, ProviderKind::AzureKeyVault].map(|provider| (provider, Move::Enable));
    for number in 1..=projects {
        let next = setting_of(number, 1, private_keys());
        assert_eq!(save_moves(store, &next, moves, event(number, number)).await, Outcome::Saved);
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

/// A slice of a list, counted.
pub(crate) fn slice(offset: i64, limit: i64) -> EventSlice {
    EventSlice { offset, limit, count: true }
}
