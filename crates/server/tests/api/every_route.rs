//! One walk over every route of the registry, with the credentials and the addresses that must not do.

use std::sync::atomic::{AtomicU32, Ordering};

use api_wire::atlas::not_offered::part_of;
use api_wire::operations::{
    Access, Method, OPERATIONS, Operation, OperationId, OrgRole as NeededOrgRole, ProjectRole as NeededRole,
};
use domain::access::{OrgRole, ProjectRole};
use domain::id::{OrgId, ProjectId};
use serde_json::{Value, json};

use crate::access_ids::AccessIds;
use crate::alert_configs::{configs_path, everybody};
use crate::client::{Call, Got, Key};
use crate::cloud::WIRE_REGION;
use crate::clusters::cluster;
use crate::database::Database;
use crate::endpoints::{AWS, endpoints_in};
use crate::external_authorities::{authority_and_identity, new_authority};
use crate::house::{House, until};
use crate::keys::{KeyNode, new_encrypted_cluster, ours};
use crate::on_both_engines;
use crate::walk::Walk;

const NOBODYS_ID: &str = "0123456789abcdef01234567";
const CHALLENGE: &str = "{\n  \"error\" : 401,\n  \"reason\" : \"Unauthorized\",\n  \"detail\" : \"You are not authorized for this resource.\",\n  \"errorCode\" : \"UNEXPECTED_ERROR\"\n}";

/// An entry of the first project's IP access list.
const ENTRY: &str = "203.0.113.7";

/// The ids that stand in a path.
#[derive(Clone)]
pub(crate) struct Ids {
    project: String,
    org: String,
    event: String,
    org_event: String,
    cluster: String,
    node: String,
    rotation: String,
    master_key: String,
    grant: String,
    snapshot: String,
    deleted_cluster: String,
    authority: String,
    identity: String,
    endpoint: String,
    container: String,
    role: String,
    role_arn: String,
    alert_config: String,
    alert: String,
    access: AccessIds,
}

impl Ids {
    /// The same things, as if they were another project's and another organization's.
    pub(crate) fn moved_to(&self, project: &str, org: &str) -> Self {
        Self { project: project.to_owned(), org: org.to_owned(), ..self.clone() }
    }

    pub(crate) fn path(&self, operation: &Operation) -> String {
        self.fill(operation.full_path())
    }

    fn fill(&self, path: String) -> String {
        let known = [
            ("{groupId}", &self.project),
            ("{orgId}", &self.org),
            ("{eventId}", if path.contains("/orgs/") { &self.org_event } else { &self.event }),
            ("{clusterName}", &self.cluster),
            ("{nodeId}", &self.node),
            ("{rotationId}", &self.rotation),
            ("{masterKeyId}", &self.master_key),
            ("{grantId}", &self.grant),
            ("{snapshotId}", &self.snapshot),
            ("{clusterId}", &self.deleted_cluster),
            ("{authorityId}", &self.authority),
            ("{identityId}", &self.identity),
            ("{endpointId}", &self.endpoint),
            ("{containerId}", &self.container),
            ("{name}", &self.cluster),
            ("{alertConfigId}", &self.alert_config),
            ("{alertId}", &self.alert),
            ("{roleId}", &self.role),
            ("{groupName}", &"first".to_owned()),
            ("{limitName}", &"atlas.project.deployment.clusters".to_owned()),
            ("{entryValue}", &ENTRY.to_owned()),
            ("{endpointSetId}", &"root".to_owned()),
            ("{cloudProvider}", &AWS.to_owned()),
        ];
        let path = known.into_iter().fold(path, |path, (name, id)| path.replace(name, id));
        self.access.known().into_iter().fold(path, |path, (name, id)| path.replace(name, &id))
    }
}

/// A legal call of an operation, by nobody yet.
pub(crate) fn call(house: &House, operation: &Operation, ids: &Ids, target: &str) -> Call {
    let call = house.nobody(operation.method.as_str(), target);
    if operation.takes_body() { call.json(&body(house, operation, ids)) } else { call }
}

/// A legal body; a name in it is new.
#[expect(clippy::wildcard_enum_match_arm, reason = "a few operations need a body of their own")]
pub(crate) fn body(house: &House, operation: &Operation, ids: &Ids) -> Value {
    match operation.id {
        OperationId::CreateGroup => json!({"name": new_name(), "orgId": house.org.to_string()}),
        OperationId::UpdateGroup => json!({"tags": [{"key": "a", "value": "b"}]}),
        OperationId::UpdateGroupSettings => json!({"isDataExplorerEnabled": true}),
        OperationId::SetGroupLimit => json!({"value": 90_000}),
        OperationId::UpdateGroupActivity => json!({"activity": "ACTIVE"}),
        OperationId::CreateAccessListEntry => json!([{"ipAddress": ENTRY}]),
        OperationId::UpdateOrg => json!({"name": "Acme"}),
        OperationId::UpdateOrgSettings => json!({"genAIFeaturesEnabled": false}),
        OperationId::CreateCluster => cluster(&new_name()),
        OperationId::ValidateClusterConfigurations => {
            json!({"clusterDescription": {"backupEnabled": true}, "clusterName": ids.cluster, "editing": true})
        }
        OperationId::PinFeatureCompatibilityVersion => json!({"expirationDate": "2126-08-10T03:04:14Z"}),
        OperationId::UpgradeTenantCluster => json!({"name": ids.cluster}),
        OperationId::CreateNode => json!({"name": new_name(), "role": "client"}),
        OperationId::UpdateCluster => json!({"backupEnabled": true}),
        OperationId::CreatePrivateEndpoint => json!({"regionName": WIRE_REGION}),
        OperationId::CreateProviderRole => json!({"providerName": "AWS"}),
        OperationId::AuthorizeProviderRole => json!({"providerName": "AWS", "iamAssumedRoleArn": ids.role_arn}),
        OperationId::CreateAlertConfig | OperationId::UpdateAlertConfig => everybody("CLUSTER_DELETED"),
        OperationId::ToggleAlertConfig => json!({"enabled": true}),
        OperationId::AcknowledgeAlert => json!({"acknowledgedUntil": "2126-08-10T03:04:14Z"}),
        OperationId::UpdateProcessArguments => json!({"oplogSizeMB": 1000}),
        OperationId::CreateSearchDeployment | OperationId::UpdateSearchDeployment => search_nodes(),
        OperationId::CreateFlexCluster => {
            json!({"name": new_name(), "providerSettings": {"backingProviderName": "AWS", "regionName": "US_EAST_1"}})
        }
        OperationId::UpdateFlexCluster => json!({"tags": []}),
        OperationId::UpgradeFlexCluster => json!({"name": ids.cluster}),
        OperationId::UpdateCompliancePolicy => json!({
            "authorizedEmail": "a@example.com", "authorizedUserFirstName": "A", "authorizedUserLastName": "B",
        }),
        OperationId::UpdateBackupSchedule => json!({"referenceHourOfDay": 3}),
        OperationId::TakeBackupSnapshot => json!({"description": "nightly"}),
        OperationId::UpdateBackupSnapshot => json!({"retentionUnit": "DAYS", "retentionValue": 3}),
        OperationId::CreateGrant => json!({"nodeId": ids.node, "expiresInHours": 1}),
        OperationId::CreateSnapshot => json!({"description": "nightly"}),
        OperationId::CreateExternalCertificateAuthority => new_authority(house),
        OperationId::CreateNodeIdentity => {
            json!({"externalCertificateAuthorityId": ids.authority, "kind": "SAN_DNS", "value": new_name()})
        }
        _ => ids.access.body(operation).unwrap_or_else(|| json!({"enabledForSearchNodes": true})),
    }
}

fn search_nodes() -> Value {
    json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}]})
}

/// Gives a cluster of the first project nodes for search.
async fn add_search_nodes(house: &House, cluster: &str) {
    let path = format!("/api/atlas/v2/groups/{}/clusters/{cluster}/search/deployment", house.project);
    let got = house.ask("POST", &path).json(&search_nodes()).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("new-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Writes the entry into the first project's IP access list.
async fn new_entry(house: &House) {
    let path = format!("/api/atlas/v2/groups/{}/accessList", house.project);
    house.ask("POST", &path).json(&json!([{"ipAddress": ENTRY}])).send().await.ok();
}

/// Makes a cluster in the first project.
async fn new_cluster(house: &House) -> String {
    let name = new_name();
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    let got = house.ask("POST", &path).json(&cluster(&name)).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    name
}

/// Makes a node in a cluster of the first project.
async fn new_node(house: &House, cluster: &str) -> String {
    let path = format!("/api/atrest/v1/groups/{}/clusters/{cluster}/nodes", house.project);
    let got = house.ask("POST", &path).json(&json!({"name": new_name(), "role": "client"})).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Lets the node read the master key.
async fn new_grant(house: &House, ids: &Ids) -> String {
    let path = ours(house, &format!("masterKeys/{}/grants", ids.master_key));
    let got = house.ask("POST", &path).json(&json!({"nodeId": ids.node, "expiresInHours": 1})).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Registers a snapshot of a cluster that has master keys.
async fn new_snapshot(house: &House, cluster: &str) -> String {
    let path = ours(house, &format!("clusters/{cluster}/snapshots"));
    let got = house.ask("POST", &path).json(&json!({})).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Makes a project and deletes it.
async fn new_deleted_project(house: &House) -> String {
    let project = house.new_project(&new_name()).await.to_string();
    assert_eq!(house.ask("DELETE", &format!("/api/atlas/v2/groups/{project}")).send().await.status, 202);
    project
}

/// Makes a project that may have private endpoints.
async fn new_private_project(house: &House) -> ProjectId {
    let project = house.new_project(&new_name()).await;
    house.patch_in(project, &house.private_payload(AWS)).await.ok();
    project
}

/// Has a private endpoint made in a project that may have one, and has none yet.
async fn new_endpoint(house: &House, project: ProjectId) -> String {
    let path = endpoints_in(project, AWS);
    let got = house.ask("POST", &path).json(&json!({"regionName": WIRE_REGION})).send().await;
    assert_eq!(got.status, 202, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Makes a cluster in the first project and deletes it.
async fn new_deleted_cluster(house: &House) -> String {
    let path = format!("/api/atlas/v2/groups/{}/clusters/{}", house.project, new_cluster(house).await);
    let id = house.get(&path).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &path).send().await.status, 202);
    id
}

/// Makes an alert configuration in the first project.
async fn new_alert_config(house: &House) -> String {
    let got = house.ask("POST", &configs_path(house)).json(&everybody("CLUSTER_DELETED")).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Waits for the alert about the cluster that was deleted.
async fn first_alert(house: &House) -> String {
    let path = format!("/api/atlas/v2/groups/{}/alerts", house.project);
    until("an alert", || async { house.get(&path).await.ok()["totalCount"] != 0 }).await;
    house.get(&path).await.ok()["results"][0]["id"].as_str().unwrap().to_owned()
}

/// The ids of something that an operation may take away.
#[expect(clippy::wildcard_enum_match_arm, reason = "few operations take something away")]
async fn expendable(house: &House, operation: &Operation, ids: &Ids) -> Ids {
    let mut ids = ids.clone();
    if AccessIds::is_of(operation) && operation.method != Method::Get {
        ids.access = AccessIds::new(house, &new_name()).await;
    }
    match operation.id {
        OperationId::DeleteGroup => ids.project = house.new_project(&new_name()).await.to_string(),
        OperationId::DeleteAccessListEntry | OperationId::GetAccessListStatus => new_entry(house).await,
        OperationId::DeleteCluster => ids.cluster = new_cluster(house).await,
        OperationId::RevokeNode => ids.node = new_node(house, &ids.cluster).await,
        OperationId::ReturnMasterKey => {
            let node = KeyNode::new(house, &ids.cluster, &new_name(), "client").await;
            let key = node.make_active(house, &[]).await;
            node.destroy(house, key).await;
            ids.master_key = key.to_string();
        }
        OperationId::ReleaseSnapshot | OperationId::DeleteBackupSnapshot => {
            ids.snapshot = new_snapshot(house, &ids.cluster).await;
        }
        OperationId::CreateSearchDeployment => ids.cluster = new_cluster(house).await,
        OperationId::UpdateSearchDeployment | OperationId::DeleteSearchDeployment => {
            ids.cluster = new_cluster(house).await;
            add_search_nodes(house, &ids.cluster).await;
        }
        OperationId::DeleteProviderRole => {
            ids.role = house.control.create_aws_role(house.project).await.unwrap().id.to_string();
        }
        OperationId::DeleteGrant => ids.grant = new_grant(house, &ids).await,
        OperationId::DeleteExternalCertificateAuthority | OperationId::DeleteNodeIdentity => {
            let node = format!("/api/atrest/v1/groups/{}/clusters/{}/nodes/{}", ids.project, ids.cluster, ids.node);
            (ids.authority, ids.identity) = authority_and_identity(house, &node, &new_name()).await;
        }
        OperationId::CreatePrivateEndpoint => ids.project = new_private_project(house).await.to_string(),
        OperationId::DeletePrivateEndpoint => {
            let project = new_private_project(house).await;
            (ids.project, ids.endpoint) = (project.to_string(), new_endpoint(house, project).await);
        }
        OperationId::DeleteOrgTeam => ids.access.leave_group(house).await,
        OperationId::DeleteAlertConfig => ids.alert_config = new_alert_config(house).await,
        OperationId::ReturnGroup => ids.project = new_deleted_project(house).await,
        OperationId::ReturnCluster => ids.deleted_cluster = new_deleted_cluster(house).await,
        _ => {}
    }
    ids
}

/// A body as it would be if it spoke of nobody's id.
fn about_nobody(got: &Got, id: &str) -> String {
    got.text().replace(id, NOBODYS_ID)
}

/// Makes one of everything that a path can name, in the first project.
pub(crate) async fn own_ids(house: &House) -> Ids {
    house.enable().await;
    let events = house.get(&format!("/api/atlas/v2/groups/{}/events", house.project)).await.ok();
    let event = events["results"][0]["id"].as_str().unwrap().to_owned();
    let cluster = new_name();
    new_encrypted_cluster(house, &cluster, "AWS").await;
    let node = new_node(house, &cluster).await;
    let key = KeyNode::new(house, &cluster, &new_name(), "mongod").await.make(house, &[]).await;
    let snapshot = new_snapshot(house, &cluster).await;
    add_search_nodes(house, &cluster).await;
    let containers = house.get(&format!("/api/atlas/v2/groups/{}/containers/all", house.project)).await.ok();
    let second = house.cloud().new_key("second").await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
    let rotations = house.get(&ours(house, "rotations")).await.ok();
    let address = format!("/api/atrest/v1/groups/{}/clusters/{cluster}/nodes/{node}", house.project);
    let (authority, identity) = authority_and_identity(house, &address, &new_name()).await;
    let role = house.new_role(house.project, &new_name()).await;
    let mut ids = Ids {
        project: house.project.to_string(),
        org: house.org.to_string(),
        event,
        org_event: String::new(),
        cluster,
        node,
        rotation: rotations["results"][0]["id"].as_str().unwrap().to_owned(),
        master_key: key.to_string(),
        grant: String::new(),
        snapshot,
        deleted_cluster: new_deleted_cluster(house).await,
        authority,
        identity,
        endpoint: String::new(),
        container: containers["results"][0]["id"].as_str().unwrap().to_owned(),
        role: role.id.to_string(),
        role_arn: role.identity.aws_arn().unwrap().to_owned(),
        alert_config: new_alert_config(house).await,
        alert: String::new(),
        access: AccessIds::new(house, &new_name()).await,
    };
    ids.alert = first_alert(house).await;
    let events = house.get(&format!("/api/atlas/v2/orgs/{}/events", house.org)).await.ok();
    ids.org_event = events["results"][0]["id"].as_str().unwrap().to_owned();
    new_entry(house).await;
    house.set_required(AWS, true).await.ok();
    ids.endpoint = new_endpoint(house, house.project).await;
    ids.grant = new_grant(house, &ids).await;
    ids
}

async fn nobody_gets_in_without_good_credentials(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let stranger = Key { public: house.owner.public.clone(), private: "00000000-0000-4000-8000-000000000000".into() };
    let unknown = Key { public: "zzzzzzzz".into(), private: house.owner.private.clone() };
    let before = house.read().await.body;
    let mut walk = Walk::default();
    for operation in OPERATIONS.iter().filter(|operation| operation.access != Access::Public) {
        let step = async {
            let call = call(&house, operation, &ids, &ids.path(operation));
            let name = operation.operation_id;
            let mut answers = vec![call.send().await];
            for key in [&stranger, &unknown] {
                answers.push(call.clone().by(key).send().await);
            }
            for credentials in ["Bearer nonsense", "Bearer", "Basic YTpi", "Digest", "Digest username=\"x\"", "  ", "x"]
            {
                answers.push(call.send_with(Some(credentials)).await);
                // The throttle has tests of its own.
                house.pass(std::time::Duration::from_secs(60));
            }
            for got in &answers {
                assert_eq!((got.status, got.text()), (401, CHALLENGE), "{name}");
                assert_eq!(got.code(), "UNEXPECTED_ERROR", "{name}");
                assert!(got.header("ratelimit-limit").is_none(), "{name}");
                got.nonce();
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    house.pass(std::time::Duration::from_secs(600));
    assert_eq!(house.read().await.body, before);
    house.end().await;
}

async fn what_the_caller_cannot_see_does_not_exist(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    // Of another organization; of the same one without a role in the project; of another project.
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let other_project = house.new_project("other").await;
    let strangers = [
        (house.new_key(grants).await, true),
        (house.new_key(house.grants(OrgRole::Member, &[])).await, false),
        (house.new_key(house.grants(OrgRole::ProjectCreator, &[])).await, false),
        (house.new_key(house.grants(OrgRole::Member, &[(other_project, ProjectRole::Owner)])).await, false),
    ];
    let nobodys = ids.moved_to(NOBODYS_ID, NOBODYS_ID);
    let before = house.read().await.body;
    let mut walk = Walk::default();
    for operation in OPERATIONS {
        let step = async {
            let (code, id) = match operation.access {
                Access::Public | Access::Authenticated => return,
                Access::Project(_) => ("GROUP_NOT_FOUND", &ids.project),
                Access::Organization(_) => ("ORG_NOT_FOUND", &ids.org),
            };
            for (stranger, of_another_org) in &strangers {
                if matches!(operation.access, Access::Organization(_)) && !of_another_org {
                    continue;
                }
                let foreign = call(&house, operation, &ids, &ids.path(operation)).by(stranger).send().await;
                let absent = call(&house, operation, &ids, &nobodys.path(operation)).by(stranger).send().await;
                absent.is(404, code);
                assert_eq!(absent.json()["parameters"], json!([NOBODYS_ID]));
                assert_eq!((foreign.status, about_nobody(&foreign, id)), (404, absent.text().to_owned()));
                let names = |got: &Got| got.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
                assert_eq!(names(&foreign), names(&absent), "the headers tell no more");
            }
            // The owner, for whom it exists, hears the same of what does not.
            call(&house, operation, &ids, &nobodys.path(operation)).by(&house.owner).send().await.is(404, code);
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    assert_eq!(house.read().await.body, before);
    house.end().await;
}

async fn a_reader_reads_and_is_told_which_role_writing_needs(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let reader = house.new_reader().await;
    let manager = [(house.project, ProjectRole::ClusterManager)];
    let manager = house.new_key(house.grants(OrgRole::Member, &manager)).await;
    let auditor = house.new_key(house.grants(OrgRole::ReadOnly, &[])).await;
    let before = house.read().await.body;
    let mut walk = Walk::default();
    for operation in OPERATIONS {
        let step = async {
            for key in [&reader, &manager, &auditor] {
                let open = [OperationId::EnrolNode, OperationId::RenewNodeCertificate, OperationId::AcceptInvitation];
                if open.contains(&operation.id) {
                    // Nobody signs in there: the token or the present key is the credential.
                    continue;
                }
                let got = call(&house, operation, &ids, &ids.path(operation)).by(key).send().await;
                let as_reader = operation.access == Access::Organization(NeededOrgRole::ReadOnly);
                if as_reader && !std::ptr::eq(key, &auditor) {
                    got.is(403, "USER_UNAUTHORIZED");
                    assert!(got.detail().contains("Organization Read Only (ORG_READ_ONLY)"), "{}", got.detail());
                    continue;
                }
                // Whose own list it is decides there, and the organization's owner here.
                let by_owners = [
                    OperationId::CreateOrgAccessEntry,
                    OperationId::DeleteAccessEntry,
                    OperationId::InviteGroupServiceAccount,
                ];
                if operation.access == Access::Organization(NeededOrgRole::Owner) || by_owners.contains(&operation.id) {
                    got.is(403, "USER_UNAUTHORIZED");
                    assert!(got.detail().contains("Organization Owner (ORG_OWNER)"), "{}", got.detail());
                    continue;
                }
                if operation.method == Method::Get && operation.access != Access::Project(NeededRole::Owner) {
                    if operation.is_always_refused() {
                        continue;
                    }
                    assert_eq!(got.status, 200, "{} {}", operation.operation_id, got.text());
                    continue;
                }
                let needed = match operation.access {
                    Access::Project(NeededRole::ClusterManager) if std::ptr::eq(key, &manager) => {
                        if operation.is_always_refused() {
                            continue;
                        }
                        assert_eq!(got.status, success_of(operation), "{} {}", operation.operation_id, got.text());
                        continue;
                    }
                    Access::Project(role) => format!("{} ({})", role.title(), role.as_str()),
                    Access::Authenticated => "Organization Project Creator (ORG_GROUP_CREATOR)".to_owned(),
                    Access::Public | Access::Organization(_) => panic!("{}", operation.operation_id),
                };
                got.is(403, "USER_UNAUTHORIZED");
                assert!(got.detail().contains(&needed), "{}", got.detail());
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    assert_eq!(house.read().await.body, before);
    let owner = house.new_key(house.grants(OrgRole::Member, &[(house.project, ProjectRole::Owner)])).await;
    let body = json!({"enabledForSearchNodes": true});
    house.nobody("PATCH", &house.path()).by(&owner).json(&body).send().await.ok();
    house.end().await;
}

async fn a_malformed_id_is_not_found(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let malformed = [
        "x",
        "0123456789ABCDEF01234567",
        "0123456789abcdef0123456",
        "0123456789abcdef012345678",
        "%00",
        "..%2f",
        "%f0%9f%94%91",
        "%ff",
        "%",
    ];
    let mut walk = Walk::default();
    for operation in OPERATIONS {
        let step = async {
            for (parameter, code) in [
                ("groupId", "GROUP_NOT_FOUND"),
                ("orgId", "ORG_NOT_FOUND"),
                ("eventId", "EVENT_NOT_FOUND"),
                ("clusterName", "CLUSTER_NOT_FOUND"),
                ("nodeId", "NODE_NOT_FOUND"),
                ("rotationId", "ROTATION_NOT_FOUND"),
                ("masterKeyId", "MASTER_KEY_NOT_FOUND"),
                ("grantId", "GRANT_NOT_FOUND"),
                ("snapshotId", "SNAPSHOT_NOT_FOUND"),
                ("clusterId", "DELETED_CLUSTER_NOT_FOUND"),
                ("authorityId", "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND"),
                ("identityId", "NODE_IDENTITY_NOT_FOUND"),
                ("endpointId", "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND"),
                ("cloudProvider", "RESOURCE_NOT_FOUND"),
                ("name", "CLUSTER_NOT_FOUND"),
                ("containerId", "CLOUD_PROVIDER_CONTAINER_NOT_FOUND"),
                ("alertConfigId", "ALERT_CONFIG_NOT_FOUND"),
                ("alertId", "ALERT_NOT_FOUND"),
                ("apiUserId", "API_KEY_NOT_FOUND"),
                ("clientId", "SERVICE_ACCOUNT_NOT_FOUND"),
                ("secretId", "SERVICE_ACCOUNT_SECRET_NOT_FOUND"),
                ("teamId", "TEAM_NOT_FOUND"),
                ("teamName", "TEAM_NOT_FOUND"),
                ("userId", "USER_NOT_FOUND"),
                ("ipAddress", "ACCESS_LIST_ENTRY_NOT_FOUND"),
                ("groupName", "GROUP_NAME_NOT_FOUND"),
                ("limitName", "GROUP_LIMIT_NOT_FOUND"),
                ("entryValue", "NETWORK_PERMISSION_ENTRY_NOT_FOUND"),
                ("endpointSetId", "RESOURCE_NOT_FOUND"),
            ] {
                if !operation.path_parameters().any(|known| known == parameter) {
                    continue;
                }
                let of_what_is_deleted = operation.id == OperationId::ReturnGroup && parameter == "groupId";
                let code = if of_what_is_deleted { "DELETED_GROUP_NOT_FOUND" } else { code };
                let of_org = parameter == "eventId" && operation.path.starts_with("/orgs/");
                let code = if of_org { "ORG_EVENT_NOT_FOUND" } else { code };
                for id in malformed {
                    let path = operation.full_path().replace(&format!("{{{parameter}}}"), id);
                    let path = ids.fill(path);
                    call(&house, operation, &ids, &path).by(&house.owner).send().await.is(404, code);
                }
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    house.end().await;
}

/// The status that the newest shape answers success with.
fn success_of(operation: &Operation) -> u16 {
    operation.newest().map_or(operation.success, |entry| operation.success_of(entry))
}

#[tokio::test]
async fn knows_its_methods_slashes_and_types() {
    let house = House::open(Database::sqlite()).await;
    let ids = own_ids(&house).await;
    // These take a new token or signature each time, or the ground from under all others, and have tests of their own.
    let credentials = [
        OperationId::EnrolNode,
        OperationId::RenewNodeCertificate,
        OperationId::DeleteOrg,
        OperationId::AcceptInvitation,
    ];
    let answered = |operation: &&&Operation| !credentials.contains(&operation.id) && !operation.is_always_refused();
    let mut walk = Walk::default();
    for operation in OPERATIONS.iter().filter(answered) {
        let step = async {
            let name = operation.operation_id;
            let right = async |tail: &str| {
                let ids = expendable(&house, operation, &ids).await;
                let path = format!("{}{tail}", ids.path(operation));
                call(&house, operation, &ids, &path).by(&house.owner)
            };
            let bare = right("").await.send().await;
            assert_eq!(bare.status, success_of(operation), "{name} {}", bare.text());

            let path = ids.path(operation);
            let known = |method: &str| {
                let same = |other: &&&Operation| other.full_path() == operation.full_path();
                OPERATIONS.iter().filter(same).any(|other| other.method.as_str() == method)
            };
            for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROB"] {
                if known(method) {
                    continue;
                }
                let got = house.nobody(method, &path).by(&house.owner).send().await;
                if part_of(&path).is_some() && matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") {
                    got.is(403, "FEATURE_UNSUPPORTED");
                    continue;
                }
                got.is(405, "METHOD_NOT_ALLOWED");
                let allow = got.header("allow").unwrap_or_default();
                assert!(allow.split(',').any(|one| one.trim() == operation.method.as_str()), "{name}: Allow {allow:?}");
            }
            let slashed = right("/").await.send().await;
            assert_eq!(slashed.status, success_of(operation), "{name} with a slash: {}", slashed.text());
            let slashed = right("/?pretty=true").await.send().await;
            assert_eq!(slashed.status, success_of(operation), "{name} with a slash and a query: {}", slashed.text());

            if operation.method == Method::Get {
                let right = right("").await;
                let typed = right.clone().header("Content-Type", "application/vnd.atlas.2024-05-30+json").send().await;
                assert_eq!(typed.status, 200, "{name} with a type");
                let typed = right.clone().header("Content-Type", "text/plain").body("not read").send().await;
                assert_eq!(typed.status, 200, "{name} with a body");
                let head = Call { method: "HEAD".into(), ..right.clone() }.send().await;
                assert_eq!((head.status, head.body.len()), (200, 0), "{name} HEAD");
                assert_eq!(head.header("content-type"), bare.header("content-type"), "{name} HEAD");
                assert!(head.header("content-length") > Some("0"), "{name} HEAD");
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    for path in [
        "/",
        "/api",
        "/api/atlas/v2/nope",
        "/api/atlas/v1.0/groups",
        "/api/atlas/v2/groups//encryptionAtRest",
        "//",
        "/api/atlas/v2//",
    ] {
        let got = house.get(path).await;
        assert_eq!(got.status, 404, "{path}: {}", got.text());
    }
    house.get("/api/atlas/v2/nope").await.is(404, "RESOURCE_NOT_FOUND");
    house.end().await;
}

/// Ids of one kind are no ids of another.
#[test]
fn ids_of_nobody_can_be_read() {
    assert!(NOBODYS_ID.parse::<ProjectId>().is_ok() && NOBODYS_ID.parse::<OrgId>().is_ok());
}

on_both_engines! {
    nobody_gets_in_without_good_credentials
    what_the_caller_cannot_see_does_not_exist
    a_reader_reads_and_is_told_which_role_writing_needs
    a_malformed_id_is_not_found
}
