//! Cloud provider access over the wire: roles are made, proved, used and deleted in each cloud, and refused whatever does
//! not let us in, or lets in too many.

use std::time::Duration;

use control::provider_role::NewRole;
use domain::access::{OrgRole, ProjectRole};
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use serde_json::{Value, json};
use simulators::FaultKind;
use simulators::azure::Change;

use crate::client::{Got, Key};
use crate::cloud::{CUSTOMER, OPERATOR, OPERATOR_USER, USE_KEY, allow, google, trust};
use crate::database::Database;
use crate::endpoint_crashes::cut_off;
use crate::house::{House, Plan, until};
use crate::on_both_engines;

const NOBODYS: &str = "0123456789abcdef01234567";

pub(crate) fn roles_of(project: ProjectId) -> String {
    format!("/api/atlas/v2/groups/{project}/cloudProviderAccess")
}

/// Makes a role in a project, as its owner.
pub(crate) async fn make(house: &House, project: ProjectId, body: &Value) -> Value {
    let got = house.ask("POST", &roles_of(project)).json(body).send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()
}

async fn authorize(house: &House, id: &str, body: &Value) -> Got {
    house.ask("PATCH", &format!("{}/{id}", roles_of(house.project))).json(body).send().await
}

async fn delete(house: &House, cloud: &str, id: &str) -> Got {
    house.ask("DELETE", &format!("{}/{cloud}/{id}", roles_of(house.project))).send().await
}

async fn view(house: &House, id: &str) -> Value {
    house.get(&format!("{}/{id}", roles_of(house.project))).await.ok()
}

pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}"))
}

fn fields(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What the customer of Azure tells of the operator's application in his tenant.
pub(crate) fn azure_body(house: &House) -> Value {
    let azure = house.cloud().azure();
    json!({
        "providerName": "AZURE",
        "atlasAzureAppId": azure.operator.client_id,
        "servicePrincipalId": azure.operator.object_id,
        "tenantId": azure.tenant,
    })
}

async fn a_role_of_aws_lives_and_goes(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let id = text(&made, "roleId").to_owned();
    assert_eq!(
        fields(&made),
        [
            "atlasAWSAccountArn",
            "atlasAssumedRoleExternalId",
            "authorizedDate",
            "createdDate",
            "featureUsages",
            "iamAssumedRoleArn",
            "providerName",
            "roleId"
        ]
    );
    assert_eq!(made["atlasAWSAccountArn"], format!("arn:aws:iam::{OPERATOR}:user/{OPERATOR_USER}"));
    assert_eq!((&made["authorizedDate"], &made["iamAssumedRoleArn"]), (&Value::Null, &Value::Null));
    assert_eq!((&made["featureUsages"], &made["providerName"]), (&json!([]), &json!("AWS")));

    house.patch(&cloud.role_payload(&id)).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    let arn = cloud.new_role("atrest", text(&made, "atlasAssumedRoleExternalId")).await;
    let tell = json!({"providerName": "AWS", "iamAssumedRoleArn": arn});
    let authorized = authorize(&house, &id, &tell).await.ok();
    assert_eq!(authorized["iamAssumedRoleArn"], arn);
    assert!(authorized["authorizedDate"].is_string());
    house.pass(Duration::from_secs(60));
    assert_eq!(authorize(&house, &id, &tell).await.ok(), authorized, "saying it again changes nothing");
    assert_eq!(authorize(&house, &id, &authorized).await.ok(), authorized, "nor does what was answered");

    house.patch(&cloud.role_payload(&id)).await.ok();
    let used = view(&house, &id).await;
    let usage = json!([{"featureId": {"groupId": house.project.to_string()}, "featureType": "ENCRYPTION_AT_REST"}]);
    assert_eq!(used["featureUsages"], usage);
    let all = house.get(&roles_of(house.project)).await.ok();
    assert_eq!(all, json!({"awsIamRoles": [used], "azureServicePrincipals": [], "gcpServiceAccounts": []}));

    let got = delete(&house, "AWS", &id).await;
    got.is(400, "CANNOT_DELETE_CLOUD_PROVIDER_ACCESS_ROLE_IN_USE");
    assert_eq!(got.json()["parameters"], json!([id, "ENCRYPTION_AT_REST"]));
    house.patch(&json!({"awsKms": {"enabled": false}})).await.ok();
    let got = delete(&house, "AWS", &id).await;
    assert_eq!((got.status, got.body.len()), (204, 0));
    delete(&house, "AWS", &id).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    house.get(&format!("{}/{id}", roles_of(house.project))).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    let events: Vec<_> = house.events().await.into_iter().filter(|name| name.contains("PROVIDER_ACCESS")).collect();
    assert_eq!(
        events,
        [
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_ADDED",
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_UPDATED",
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_DELETED"
        ]
    );
    house.end().await;
}

async fn a_role_of_azure_lives_and_goes(database: Database) {
    let house = House::open_everywhere(database).await;
    let azure = house.cloud().azure();
    let body = azure_body(&house);
    let made = make(&house, house.project, &body).await;
    let id = text(&made, "_id").to_owned();
    assert_eq!(
        fields(&made),
        [
            "_id",
            "atlasAzureAppId",
            "createdDate",
            "featureUsages",
            "lastUpdatedDate",
            "providerName",
            "servicePrincipalId",
            "tenantId"
        ]
    );
    for name in ["atlasAzureAppId", "servicePrincipalId", "tenantId", "providerName"] {
        assert_eq!(made[name], body[name], "{name}");
    }
    azure.tag(&azure.key, house.project).await;
    house.patch(&azure.role_payload(&id)).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    authorize(&house, &id, &body).await.ok();
    authorize(&house, &id, &json!({"providerName": "AZURE"})).await.ok();
    house.patch(&azure.role_payload(&id)).await.ok();
    delete(&house, "AWS", &id).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    delete(&house, "AZURE", &id).await.is(400, "CANNOT_DELETE_CLOUD_PROVIDER_ACCESS_ROLE_IN_USE");
    house.patch(&json!({"azureKeyVault": {"enabled": false}})).await.ok();
    assert_eq!(delete(&house, "AZURE", &id).await.status, 204);
    house.end().await;
}

async fn a_role_of_google_brings_its_service_account(database: Database) {
    let house = House::open_everywhere(database).await;
    let google = house.cloud().google();
    let made = make(&house, house.project, &json!({"providerName": "GCP"})).await;
    let id = text(&made, "roleId").to_owned();
    assert_eq!(
        fields(&made),
        ["createdDate", "featureUsages", "gcpServiceAccountForAtlas", "providerName", "roleId", "status"]
    );
    assert_eq!(made["status"], "COMPLETE");
    let account = text(&made, "gcpServiceAccountForAtlas");
    assert!(account.starts_with("mongodb-atlas-") && account.ends_with(".iam.gserviceaccount.com"), "{account}");
    // The account is really there: the customer can grant to it.
    google.grant(&google.key, account, &[google::USE_KEY, google::VIEW_KEY]).await;
    authorize(&house, &id, &json!({"providerName": "GCP"})).await.ok();
    house.patch(&google.role_payload(&id)).await.ok();
    delete(&house, "GCP", &id).await.is(400, "CANNOT_DELETE_CLOUD_PROVIDER_ACCESS_ROLE_IN_USE");
    house.patch(&json!({"googleCloudKms": {"enabled": false}})).await.ok();
    assert_eq!(delete(&house, "GCP", &id).await.status, 204);
    assert_eq!(google.gcp.requests("DeleteServiceAccount"), 1);
    assert!(google.gcp.grant(&google.key, account, google::VIEW_KEY).await.is_err(), "and it is gone with the role");
    house.end().await;
}

async fn googles_account_is_made_and_deleted_in_the_end(database: Database) {
    let house = House::open_everywhere(database).await;
    let (cloud, gcp) = (house.cloud(), &house.cloud().google().gcp);
    let fail = |operation: &str, kind| cloud.clouds.faults().push(simulators::FaultRule::gcp(operation, kind)).unwrap();
    // What cannot be made leaves nothing behind, and is our matter where IAM says no.
    fail("CreateServiceAccount", FaultKind::Deny);
    let got = house.ask("POST", &roles_of(house.project)).json(&json!({"providerName": "GCP"})).send().await;
    got.is(503, "OPERATOR_IDENTITY_UNAVAILABLE");
    cloud.mend();
    fail("CreateServiceAccount", FaultKind::Http500);
    let got = house.ask("POST", &roles_of(house.project)).json(&json!({"providerName": "GCP"})).send().await;
    got.is(503, "SERVICE_UNAVAILABLE");
    cloud.mend();
    assert_eq!((gcp.done("CreateServiceAccount"), gcp.requests("DeleteServiceAccount")), (0, 1), "that was no answer");
    // Nor is an answer that is lost on its way, and here the account was made.
    fail("CreateServiceAccount", FaultKind::Lost);
    let got = house.ask("POST", &roles_of(house.project)).json(&json!({"providerName": "GCP"})).send().await;
    got.is(503, "SERVICE_UNAVAILABLE");
    cloud.mend();
    assert_eq!((gcp.done("CreateServiceAccount"), gcp.done("DeleteServiceAccount")), (1, 1), "it is not left behind");
    assert_eq!(house.get(&roles_of(house.project)).await.ok()["gcpServiceAccounts"], json!([]));
    assert!(house.events().await.is_empty());
    // One whose account cannot be deleted stays, and cannot be used; deleting it again ends it.
    let made = make(&house, house.project, &json!({"providerName": "GCP"})).await;
    let id = text(&made, "roleId").to_owned();
    authorize(&house, &id, &json!({"providerName": "GCP"})).await.ok();
    fail("DeleteServiceAccount", FaultKind::Http500);
    delete(&house, "GCP", &id).await.is(503, "SERVICE_UNAVAILABLE");
    cloud.mend();
    let payload = cloud.google().role_payload(&id);
    house.patch(&payload).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    assert_eq!(delete(&house, "GCP", &id).await.status, 204);
    // And one whose account somebody else deleted first goes too.
    let made = make(&house, house.project, &json!({"providerName": "GCP"})).await;
    gcp.delete_service_account(text(&made, "gcpServiceAccountForAtlas")).await.unwrap();
    assert_eq!(delete(&house, "GCP", text(&made, "roleId")).await.status, 204);
    house.end().await;
}

async fn whoever_is_cut_off_while_an_account_is_made_or_deleted_goes_on(database: Database) {
    let house = House::open_everywhere(database).await;
    let gcp = &house.cloud().google().gcp;
    let owner = house.owning();
    let all = async || house.get(&roles_of(house.project)).await.ok()["gcpServiceAccounts"].clone();
    let mut cut_between = false;
    for polls in 1.. {
        let making = house.control.create_provider_role(&owner, house.project, NewRole::Gcp);
        let ended = cut_off(making, polls).await;
        for role in all().await.as_array().unwrap() {
            cut_between |= role["status"] == "IN_PROGRESS";
            let id = text(role, "roleId").to_owned();
            let made = authorize(&house, &id, &json!({"providerName": "GCP"})).await.ok();
            assert_eq!((&made["roleId"], &made["status"]), (&role["roleId"], &json!("COMPLETE")));
            assert_eq!(
                made["gcpServiceAccountForAtlas"], role["gcpServiceAccountForAtlas"],
                "one account, by one name"
            );
            let named = id.parse().unwrap();
            let deleting = house.control.delete_provider_role(&owner, house.project, ProviderKind::GcpKms, named);
            if !cut_off(deleting, polls).await {
                delete(&house, "GCP", &id).await;
            }
        }
        assert_eq!(all().await, json!([]));
        let accounts = || gcp.done("CreateServiceAccount") == gcp.done("DeleteServiceAccount");
        until("every account that was made is gone", || async { accounts() }).await;
        if ended {
            break;
        }
    }
    assert!(cut_between);
    let told = house.events().await;
    let count = |what: &str| told.iter().filter(|name| name.ends_with(what)).count();
    assert_eq!(count("SERVICE_ACCOUNT_ADDED"), count("SERVICE_ACCOUNT_DELETED"), "{told:?}");
    house.end().await;
}

async fn roles_that_do_not_let_us_in(database: Database) {
    let house = House::open_everywhere(database).await;
    let aws = house.cloud().clouds.aws();
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let (id, external_id) = (text(&made, "roleId").to_owned(), text(&made, "atlasAssumedRoleExternalId").to_owned());
    let tell = |arn: &str| json!({"providerName": "AWS", "iamAssumedRoleArn": arn});
    let absent = format!("arn:aws:iam::{CUSTOMER}:role/absent");
    let got = authorize(&house, &id, &tell(&absent)).await;
    got.is(400, "CANNOT_ASSUME_ROLE");
    assert_eq!(got.json()["parameters"], json!([absent]));
    assert!(
        got.detail().starts_with(&format!("Atrest cannot assume the specified role ({absent}).")),
        "{}",
        got.detail()
    );
    assert!(!got.text().contains(&external_id), "{}", got.text());

    let elsewhere = house.cloud().new_role("elsewhere", "another external id").await;
    authorize(&house, &id, &tell(&elsewhere)).await.is(400, "CANNOT_ASSUME_ROLE");
    // One that does not ask for the external id would let anybody in who uses this service.
    let mut anybody: Value = serde_json::from_str(&trust("x")).unwrap();
    anybody["Statement"][0].as_object_mut().unwrap().remove("Condition");
    let open = aws.create_role(CUSTOMER, "open", &anybody.to_string(), Some(&allow(USE_KEY))).await.unwrap();
    authorize(&house, &id, &tell(&open)).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE");
    let own = aws.create_role(OPERATOR, "own", &trust(&external_id), Some(&allow(USE_KEY))).await.unwrap();
    authorize(&house, &id, &tell(&own)).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE");
    assert_eq!(view(&house, &id).await, made, "nothing of it was kept");

    let azure = house.cloud().azure();
    let role = make(&house, house.project, &azure_body(&house)).await;
    let azure_id = text(&role, "_id").to_owned();
    let with = |member: &str, value: &str| {
        let mut body = azure_body(&house);
        body[member] = json!(value);
        body
    };
    // Another principal of the tenant than our application's; a tenant that is not there.
    let invalid = "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_INVALID";
    let got = authorize(&house, &azure_id, &with("servicePrincipalId", &azure.user.object_id)).await;
    got.is(400, invalid);
    assert_eq!(got.json()["parameters"], json!([azure.user.object_id]));
    authorize(&house, &azure_id, &with("tenantId", "11111111-2222-3333-4444-555555555555")).await.is(400, invalid);
    let got = authorize(&house, &azure_id, &with("tenantId", &azure.operator_tenant)).await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE");
    azure.apply(Change::RemoveServicePrincipal(azure.operator.object_id.clone())).await;
    let got = authorize(&house, &azure_id, &azure_body(&house)).await;
    got.is(400, "CANNOT_AUTHENTICATE_SERVICE_PRINCIPAL");
    azure.apply(Change::RestoreServicePrincipal(azure.operator.object_id.clone())).await;
    assert_eq!(view(&house, &azure_id).await, role);
    authorize(&house, &azure_id, &azure_body(&house)).await.ok();
    house.end().await;
}

async fn a_trust_policy_that_comes_a_moment_later_is_waited_for(database: Database) {
    let mut plan = Plan::default();
    plan.timings.grant_patience = Duration::from_secs(10);
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let external_id = text(&made, "atlasAssumedRoleExternalId").to_owned();
    let arn = cloud.new_role("late", "not yet").await;
    let tell = json!({"providerName": "AWS", "iamAssumedRoleArn": arn});
    let grant = async {
        until("the first proof is refused", || async { cloud.requests("AssumeRole") > 0 }).await;
        cloud.clouds.aws().update_role_trust(CUSTOMER, "late", &trust(&external_id)).await.unwrap();
    };
    let (got, ()) = tokio::join!(authorize(&house, text(&made, "roleId"), &tell), grant);
    got.ok();
    house.end().await;
}

async fn a_role_in_use_changes_its_identity_only_with_proof(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let (id, external_id) = (text(&made, "roleId").to_owned(), text(&made, "atlasAssumedRoleExternalId").to_owned());
    let tell = |arn: &str| json!({"providerName": "AWS", "iamAssumedRoleArn": arn});
    let first = cloud.new_role("first", &external_id).await;
    authorize(&house, &id, &tell(&first)).await.ok();
    house.patch(&cloud.role_payload(&id)).await.ok();
    let before = view(&house, &id).await;
    let powerless = allow(&["kms:ListKeys"]);
    let aws = cloud.clouds.aws();
    let second = aws.create_role(CUSTOMER, "second", &trust(&external_id), Some(&powerless)).await.unwrap();
    authorize(&house, &id, &tell(&second)).await.is(400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT");
    assert_eq!(view(&house, &id).await, before);
    let third = cloud.new_role("third", &external_id).await;
    let after = authorize(&house, &id, &tell(&third)).await.ok();
    assert_eq!((&after["iamAssumedRoleArn"], &after["featureUsages"]), (&json!(third), &before["featureUsages"]));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], true);
    house.end().await;
}

async fn an_arn_is_as_good_as_an_id(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let (id, external_id) = (text(&made, "roleId").to_owned(), text(&made, "atlasAssumedRoleExternalId").to_owned());
    let arn = cloud.new_role("atrest", &external_id).await;
    let got = house.patch(&cloud.role_payload(&arn)).await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    assert_eq!(got.json()["parameters"], json!([arn]));
    authorize(&house, &id, &json!({"providerName": "AWS", "iamAssumedRoleArn": arn})).await.ok();
    let answer = house.patch(&cloud.role_payload(&arn)).await.ok();
    assert_eq!(answer["awsKms"]["roleId"], id, "what is stored and shown is the id");
    let events = house.events().await;
    house.patch(&cloud.role_payload(&arn)).await.ok();
    house.patch(&cloud.role_payload(&id)).await.ok();
    assert_eq!(house.events().await, events, "both mean the same");
    house.end().await;
}

async fn malformed_bodies_and_paths(database: Database) {
    let house = House::open_everywhere(database).await;
    let path = roles_of(house.project);
    let connections = house.cloud().connections();
    let post = async |body: Value| house.ask("POST", &path).json(&body).send().await;
    post(json!({})).await.is(400, "MISSING_ATTRIBUTE");
    post(json!({"providerName": "aws"})).await.is(400, "INVALID_ENUM_VALUE");
    post(json!({"providerName": "AWS", "tenantId": "x"})).await.is(400, "INVALID_ATTRIBUTE");
    let got = post(json!({"providerName": "AZURE"})).await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields(), ["servicePrincipalId", "tenantId"]);
    let mut other_app = azure_body(&house);
    other_app["atlasAzureAppId"] = json!("9efedfcc-2eca-4b27-a613-0cad1e114cb7");
    let got = post(other_app).await;
    got.is(400, "INVALID_ATTRIBUTE");
    assert!(got.detail().contains(&house.cloud().azure().operator.client_id), "it says which: {}", got.detail());
    let got = house.ask("POST", &path).body("[]").header("Content-Type", "application/json").send().await;
    got.is(400, "INVALID_JSON");
    assert_eq!(house.cloud().connections(), connections);
    assert_eq!(house.get(&path).await.ok()["awsIamRoles"], json!([]));

    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let id = text(&made, "roleId").to_owned();
    authorize(&house, &id, &json!({"providerName": "AWS"})).await.is(400, "MISSING_ATTRIBUTE");
    authorize(&house, &id, &json!({"providerName": "AWS", "iamAssumedRoleArn": "x"}))
        .await
        .is(400, "INVALID_ATTRIBUTE");
    let got = authorize(&house, &id, &json!({"providerName": "GCP"})).await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_PROVIDER_MISMATCH");
    assert_eq!(got.json()["parameters"], json!([id, "AWS"]));
    for wrong in [NOBODYS, "x", "..%2f", "%00"] {
        let at = format!("{path}/{wrong}");
        house.get(&at).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
        let got = house.ask("PATCH", &at).json(&json!({"providerName": "AWS"})).send().await;
        got.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
        delete(&house, "AWS", wrong).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    }
    for wrong in ["aws", "GOOGLE", "x"] {
        delete(&house, wrong, &id).await.is(404, "RESOURCE_NOT_FOUND");
    }
    assert_eq!(view(&house, &id).await, made);
    house.end().await;
}

async fn whoever_may_not_is_told_so(database: Database) {
    let house = House::open(database).await;
    let made = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let (path, id) = (roles_of(house.project), text(&made, "roleId").to_owned());
    let reader = house.new_reader().await;
    let elsewhere = house.new_project("other").await;
    let grants = house.grants(OrgRole::Member, &[(elsewhere, ProjectRole::Owner)]);
    let stranger: Key = house.new_key(grants).await;
    let aws = json!({"providerName": "AWS"});
    let calls = [
        house.nobody("POST", &path).json(&aws),
        house.nobody("PATCH", &format!("{path}/{id}")).json(&aws),
        house.nobody("DELETE", &format!("{path}/AWS/{id}")),
    ];
    for call in calls {
        let got = call.clone().by(&reader).send().await;
        got.is(403, "USER_UNAUTHORIZED");
        assert!(got.detail().contains("GROUP_OWNER"), "{}", got.detail());
        call.by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    }
    for target in [path.clone(), format!("{path}/{id}")] {
        house.nobody("GET", &target).by(&reader).send().await.ok();
        house.nobody("GET", &target).by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    }
    // By the stranger's own project the role does not exist.
    let foreign = format!("{}/{id}", roles_of(elsewhere));
    let got = house.nobody("GET", &foreign).by(&stranger).send().await;
    got.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    let got = house.nobody("PATCH", &foreign).by(&stranger).json(&aws).send().await;
    got.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    let foreign = format!("{}/AWS/{id}", roles_of(elsewhere));
    let got = house.nobody("DELETE", &foreign).by(&stranger).send().await;
    got.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    assert_eq!(view(&house, &id).await, made);
    house.end().await;
}

async fn an_operator_who_is_nobody_makes_no_roles(database: Database) {
    let house = House::open(database).await;
    // In this house the operator is somebody at AWS alone.
    for body in [
        json!({"providerName": "GCP"}),
        json!({"providerName": "AZURE", "tenantId": "11111111-2222-3333-4444-555555555555", "servicePrincipalId": "11111111-2222-3333-4444-555555555555"}),
    ] {
        let got = house.ask("POST", &roles_of(house.project)).json(&body).send().await;
        got.is(400, "CLOUD_PROVIDER_ACCESS_NOT_CONFIGURED");
        assert_eq!(got.json()["parameters"], json!([body["providerName"]]));
    }
    house.end().await;
}

async fn there_are_a_hundred_roles_at_most(database: Database) {
    let house = House::open(database).await;
    for _ in 0..100 {
        house.control.create_aws_role(house.project).await.unwrap();
    }
    // While nobody tells who the operator is, that is asked for the list and not for each of them.
    house.pass(Duration::from_secs(60));
    house.cloud().fail("GetCallerIdentity", FaultKind::Deny);
    let asked = house.cloud().requests("GetCallerIdentity");
    assert_eq!(house.get(&roles_of(house.project)).await.ok()["awsIamRoles"][99]["atlasAWSAccountArn"], Value::Null);
    let asked = house.cloud().requests("GetCallerIdentity") - asked;
    assert!((1..10).contains(&asked), "{asked}");
    house.cloud().mend();
    let got = house.ask("POST", &roles_of(house.project)).json(&json!({"providerName": "AWS"})).send().await;
    got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_LIMIT_REACHED");
    let all = house.get(&roles_of(house.project)).await.ok();
    assert_eq!(all["awsIamRoles"].as_array().unwrap().len(), 100, "all of them at once: it is no page of a list");
    let other = house.new_project("other").await;
    make(&house, other, &json!({"providerName": "AWS"})).await;
    house.end().await;
}

on_both_engines! {
    a_role_of_aws_lives_and_goes
    a_role_of_azure_lives_and_goes
    a_role_of_google_brings_its_service_account
    googles_account_is_made_and_deleted_in_the_end
    whoever_is_cut_off_while_an_account_is_made_or_deleted_goes_on
    roles_that_do_not_let_us_in
    a_trust_policy_that_comes_a_moment_later_is_waited_for
    a_role_in_use_changes_its_identity_only_with_proof
    an_arn_is_as_good_as_an_id
    malformed_bodies_and_paths
    whoever_may_not_is_told_so
    an_operator_who_is_nobody_makes_no_roles
    there_are_a_hundred_roles_at_most
}
