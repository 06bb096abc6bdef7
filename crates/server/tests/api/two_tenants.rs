//! Two customers of one installation, in organizations of their own, and everything one of them can name of the other's:
//! a role, an ARN, an external id, a service principal, a key, a host, a token endpoint. (Objects at the door for keys have
//! a test of their own there.) It is refused, nothing
//! of the other's changes, and his clouds see no call: none at all where we can tell before we ask, and where only the
//! cloud can tell, none that was let in. Source: product.md 1.6, 2.5, 3.1.

use domain::access::OrgRole;
use domain::id::ProjectId;
use serde_json::{Value, json};

use crate::client::{Got, Key};
use crate::cloud::google::{self, altered};
use crate::cloud::{CUSTOMER, USE_KEY, allow, trust};
use crate::database::Database;
use crate::dry_runs::check_of;
use crate::house::{House, path_of};
use crate::on_both_engines;
use crate::provider_roles::{azure_body, roles_of, text};

const OTHERS_ACCOUNT: &str = "999988887777";

/// Somebody with an organization and a project of his own, who means no good.
struct Stranger {
    project: ProjectId,
    key: Key,
}

impl Stranger {
    async fn of(house: &House) -> Self {
        let org = house.control.create_organization("Elsewhere").await.unwrap().id;
        let project = house.control.create_project(org, "theirs").await.unwrap().id;
        let mut grants = house.grants(OrgRole::Owner, &[]);
        grants.org = org;
        Self { project, key: house.new_key(grants).await }
    }

    async fn ask(&self, house: &House, method: &str, target: &str, body: Option<&Value>) -> Got {
        let call = house.nobody(method, target).by(&self.key);
        if let Some(body) = body { call.json(body).send().await } else { call.send().await }
    }

    /// Changes his own settings, and tries the same change dry: both are refused alike.
    async fn refused(&self, house: &House, body: &Value, status: u16, code: &str) {
        let got = self.ask(house, "PATCH", &path_of(self.project), Some(body)).await;
        got.is(status, code);
        let dry = self.ask(house, "POST", &check_of(self.project), Some(body)).await.ok();
        assert_eq!(dry["passed"], false, "{dry}");
        assert!(dry.to_string().contains(code), "{dry}");
    }

    async fn make_role(&self, house: &House, body: &Value) -> Value {
        self.ask(house, "POST", &roles_of(self.project), Some(body)).await.ok()
    }

    async fn authorize(&self, house: &House, id: &str, body: &Value) -> Got {
        self.ask(house, "PATCH", &format!("{}/{id}", roles_of(self.project)), Some(body)).await
    }

    /// Sees that nothing came of it on his side.
    async fn has_nothing(&self, house: &House) {
        let settings = self.ask(house, "GET", &path_of(self.project), None).await.ok();
        for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
            assert_eq!(settings[provider]["enabled"], false, "{settings}");
        }
    }
}

/// How often keys were used for real: what a stranger must never bring about.
fn uses(house: &House) -> [u64; 6] {
    let cloud = house.cloud();
    let (aws, azure, gcp) = (cloud.clouds.aws(), cloud.clouds.azure(), cloud.clouds.gcp());
    [
        aws.requests("Encrypt"),
        aws.requests("Decrypt"),
        azure.requests("Encrypt"),
        azure.requests("Decrypt"),
        gcp.requests("Encrypt"),
        gcp.requests("Decrypt"),
    ]
}

/// How often keys at AWS and Google did what was asked of them, rather than refuse. (That of Azure is not even asked.)
fn done(house: &House) -> [u64; 4] {
    let (aws, gcp) = (house.cloud().clouds.aws(), house.cloud().clouds.gcp());
    [aws.done("Encrypt"), aws.done("Decrypt"), gcp.done("Encrypt"), gcp.done("Decrypt")]
}

/// The first customer: a role in each cloud, and all three providers enabled with them.
async fn settled(database: Database) -> (House, [String; 3]) {
    let house = House::open_everywhere(database).await;
    let aws = house.new_role(house.project, "victim").await.id.to_string();
    let azure = house.new_azure_role(house.project).await.id.to_string();
    let google = house.new_google_role(house.project).await.id.to_string();
    let cloud = house.cloud();
    house.patch(&cloud.role_payload(&aws)).await.ok();
    house.patch(&cloud.azure().role_payload(&azure)).await.ok();
    house.patch(&cloud.google().role_payload(&google)).await.ok();
    (house, [aws, azure, google])
}

async fn anothers_role_and_arn_are_nobodys(database: Database) {
    let (house, [aws, azure, google]) = settled(database).await;
    let stranger = Stranger::of(&house).await;
    let cloud = house.cloud();
    let (settings, connections) = (house.read().await.body, cloud.connections());
    let unauthorized = "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED";
    let arn = format!("arn:aws:iam::{CUSTOMER}:role/victim");
    stranger.refused(&house, &cloud.role_payload(&aws), 400, unauthorized).await;
    stranger.refused(&house, &cloud.role_payload(&arn), 400, unauthorized).await;
    stranger.refused(&house, &cloud.azure().role_payload(&azure), 400, unauthorized).await;
    stranger.refused(&house, &cloud.google().role_payload(&google), 400, unauthorized).await;
    // Nor can he look at them, say whom they stand for, or take them away: not by his project, not by the other's.
    for (id, name) in [(&aws, "AWS"), (&azure, "AZURE"), (&google, "GCP")] {
        for (project, code) in
            [(stranger.project, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND"), (house.project, "GROUP_NOT_FOUND")]
        {
            let at = format!("{}/{id}", roles_of(project));
            stranger.ask(&house, "GET", &at, None).await.is(404, code);
            stranger.ask(&house, "PATCH", &at, Some(&json!({"providerName": name}))).await.is(404, code);
            let at = format!("{}/{name}/{id}", roles_of(project));
            stranger.ask(&house, "DELETE", &at, None).await.is(404, code);
        }
        let kit = format!("/api/atrest/v1/groups/{}/encryptionAtRest/setupKit/{name}?roleId={id}", stranger.project);
        stranger.ask(&house, "GET", &kit, None).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    }
    assert_eq!(cloud.connections(), connections, "no cloud was asked anything");
    stranger.has_nothing(&house).await;
    assert_eq!(house.read().await.body, settings);
    house.end().await;
}

async fn anothers_arn_does_not_open_with_ones_own_external_id(database: Database) {
    let (house, _) = settled(database).await;
    let stranger = Stranger::of(&house).await;
    let made = stranger.make_role(&house, &json!({"providerName": "AWS"})).await;
    let arn = format!("arn:aws:iam::{CUSTOMER}:role/victim");
    let before = (uses(&house), house.cloud().requests("DescribeKey"));
    // The external id of the other's role cannot be told: it is ours to make, and his own is another.
    let tell = json!({"providerName": "AWS", "iamAssumedRoleArn": arn, "atlasAssumedRoleExternalId": "victim's"});
    let got = stranger.authorize(&house, text(&made, "roleId"), &tell).await;
    got.is(400, "CANNOT_ASSUME_ROLE");
    let unauthorized = "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED";
    stranger.refused(&house, &house.cloud().role_payload(text(&made, "roleId")), 400, unauthorized).await;
    assert_eq!((uses(&house), house.cloud().requests("DescribeKey")), before, "no key was asked for");
    // A role that asks for any external id would be the door; it is not taken.
    let careless = trust("x").replace("StringEquals", "StringLike").replace(r#":"x""#, r#":"*""#);
    let aws = house.cloud().clouds.aws();
    let careless = aws.create_role(CUSTOMER, "careless", &careless, Some(&allow(USE_KEY))).await.unwrap();
    let tell = json!({"providerName": "AWS", "iamAssumedRoleArn": careless});
    let got = stranger.authorize(&house, text(&made, "roleId"), &tell).await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE");
    stranger.has_nothing(&house).await;
    house.end().await;
}

async fn anothers_key_does_not_open_with_ones_own_identity(database: Database) {
    let (house, _) = settled(database).await;
    let stranger = Stranger::of(&house).await;
    let cloud = house.cloud();
    // At AWS: a role of the stranger's own account, good in itself.
    let aws = cloud.clouds.aws();
    aws.create_account_with_id("stranger", OTHERS_ACCOUNT).await.unwrap();
    let made = stranger.make_role(&house, &json!({"providerName": "AWS"})).await;
    let trusting = trust(text(&made, "atlasAssumedRoleExternalId"));
    let arn = aws.create_role(OTHERS_ACCOUNT, "mine", &trusting, Some(&allow(USE_KEY))).await.unwrap();
    let tell = json!({"providerName": "AWS", "iamAssumedRoleArn": arn});
    stranger.authorize(&house, text(&made, "roleId"), &tell).await.ok();
    let settings = house.read().await.body;
    let served = done(&house);
    assert!(served[0] > 0 && served[1] > 0 && served[2] > 0 && served[3] > 0, "{served:?}");
    let got = stranger
        .ask(&house, "PATCH", &path_of(stranger.project), Some(&cloud.role_payload(text(&made, "roleId"))))
        .await;
    assert!(["NO_PERMISSION_TO_ENCRYPT_DECRYPT", "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND"].contains(&got.code().as_str()));
    assert_eq!(done(&house), served, "the key let nobody in");

    // At Azure everybody's role is the same application; the key says whose it is, before it is used.
    let made = stranger.make_role(&house, &azure_body(&house)).await;
    stranger.authorize(&house, text(&made, "_id"), &azure_body(&house)).await.ok();
    let vaults = || cloud.azure().azure.requests("GetVault");
    let before = (uses(&house), vaults());
    let body = cloud.azure().role_payload(text(&made, "_id"));
    stranger.refused(&house, &body, 400, "CLOUD_PROVIDER_ACCESS_KEY_NOT_TAGGED").await;
    assert_eq!(
        (uses(&house), vaults()),
        before,
        "the key was looked at, and not used, nor anything asked of the vault"
    );

    // At Google each role is an account of its own, to which the other granted nothing.
    let made = stranger.make_role(&house, &json!({"providerName": "GCP"})).await;
    stranger.authorize(&house, text(&made, "roleId"), &json!({"providerName": "GCP"})).await.ok();
    let body = cloud.google().role_payload(text(&made, "roleId"));
    stranger.refused(&house, &body, 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    assert_eq!(done(&house), served, "the key let nobody in");
    stranger.has_nothing(&house).await;
    assert_eq!(house.read().await.body, settings);
    house.end().await;
}

async fn anothers_account_of_google_is_not_made_ones_own(database: Database) {
    let (house, [_, _, googles]) = settled(database).await;
    let stranger = Stranger::of(&house).await;
    let victim = house.get(&format!("{}/{googles}", roles_of(house.project))).await.ok();
    let account = text(&victim, "gcpServiceAccountForAtlas");
    let connections = house.cloud().connections();
    // What is read only is not taken from him, and a field that is not there is refused.
    let body = json!({"providerName": "GCP", "serviceAccount": account});
    stranger.ask(&house, "POST", &roles_of(stranger.project), Some(&body)).await.is(400, "INVALID_ATTRIBUTE");
    assert_eq!(house.cloud().connections(), connections);
    let body = json!({"providerName": "GCP", "gcpServiceAccountForAtlas": account, "roleId": googles});
    let made = stranger.make_role(&house, &body).await;
    assert_ne!(text(&made, "gcpServiceAccountForAtlas"), account);
    assert_ne!(text(&made, "roleId"), googles);
    let at = format!("{}/GCP/{}", roles_of(stranger.project), text(&made, "roleId"));
    assert_eq!(stranger.ask(&house, "DELETE", &at, None).await.status, 204);
    let google = house.cloud().google();
    google.gcp.grant_once(&google.key, account, google::VIEW_KEY).await.unwrap();
    assert_eq!(house.patch(&google.role_payload(&googles)).await.ok()["googleCloudKms"]["valid"], true);
    house.end().await;
}

async fn no_host_and_no_token_endpoint_of_ones_choice(database: Database) {
    let (house, _) = settled(database).await;
    let stranger = Stranger::of(&house).await;
    let cloud = house.cloud();
    let connections = cloud.connections();
    // The other's vault by another name than its own; a key of another vault than the settings name.
    let mut azure = cloud.azure().payload();
    azure["azureKeyVault"]["keyVaultName"] = json!("attacker");
    let code = "AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT";
    stranger.refused(&house, &azure, 400, code).await;
    let mut azure = cloud.azure().payload();
    azure["azureKeyVault"]["keyIdentifier"] = json!("https://attacker.vault.azure.net/keys/first/1");
    stranger.refused(&house, &azure, 400, code).await;
    // A key file that would send the assertion elsewhere.
    let mut google = cloud.google().payload();
    let file = altered(&cloud.google().user, "token_uri", json!("https://evil.example/token"));
    google["googleCloudKms"]["serviceAccountKey"] = json!(file);
    stranger.refused(&house, &google, 400, "INVALID_ATTRIBUTE").await;
    // A role that names no role: a host, a bucket, another service.
    for arn in ["https://evil.example/role/aaaaaaa", "arn:aws:s3:::bucket/role/aaaaaaa", "arn:aws:iam::1:role/victim"] {
        let got = stranger.ask(&house, "PATCH", &path_of(stranger.project), Some(&cloud.role_payload(arn))).await;
        got.is(400, "INVALID_ATTRIBUTE");
    }
    assert_eq!(cloud.connections(), connections, "no cloud was asked anything");
    stranger.has_nothing(&house).await;
    house.end().await;
}

on_both_engines! {
    anothers_role_and_arn_are_nobodys
    anothers_arn_does_not_open_with_ones_own_external_id
    anothers_key_does_not_open_with_ones_own_identity
    anothers_account_of_google_is_not_made_ones_own
    no_host_and_no_token_endpoint_of_ones_choice
}
