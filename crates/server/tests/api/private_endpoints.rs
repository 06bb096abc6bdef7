//! `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`: from asking for one until it is gone, and what
//! stands against it. (Wrong paths and bodies have tests of their own in `private_endpoints_bad_input`.)

use std::time::Duration;

use domain::access::{OrgRole, ProjectRole};
use domain::project::Activity;
use serde_json::{Value, json};
use storage::Outcome;

use crate::client::Got;
use crate::clusters::cluster;
use crate::database::Database;
use crate::endpoints::{AWS, AZURE, connection_of, endpoints_in, member};
use crate::house::{House, Plan};
use crate::on_both_engines;

const CREATED: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_CREATED";
const ACTIVE: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE";
const DELETED: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED";

async fn open(database: Database) -> House {
    House::open_everywhere(database).await
}

async fn an_endpoint_to_azure_is_approved_by_the_customer(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    let got = house.post_endpoint(AZURE, "US_CENTRAL").await;
    let id = got.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (got.status, got.text()),
        (
            202,
            format!(
                r#"{{"cloudProvider":"AZURE","errorMessage":null,"id":"{id}","privateEndpointConnectionName":null,"regionName":"US_CENTRAL","status":"INITIATING"}}"#
            )
            .as_str()
        )
    );
    assert_eq!(got.header("content-type"), Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"));
    let address = format!("{}/{id}", house.endpoints_path(AZURE));
    assert_eq!(got.header("location"), Some(format!("http://{}{address}", house.address).as_str()));

    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    let connection = connection_of(&pending).to_owned();
    assert_eq!((&pending["errorMessage"], &pending["regionName"]), (&Value::Null, &"US_CENTRAL".into()));
    // Until somebody approves it nothing else happens, and key calls go on as before.
    assert_eq!(house.networking().await["providers"][1]["path"], "PUBLIC");
    house.cloud().azure().approve(&connection).await;
    let active = house.until_status(AZURE, &id, "ACTIVE").await;
    assert_eq!(
        active,
        json!({"cloudProvider": "AZURE", "errorMessage": null, "id": id, "privateEndpointConnectionName": connection,
               "regionName": "US_CENTRAL", "status": "ACTIVE"})
    );
    assert_eq!(house.endpoints(AZURE).await, [active]);
    assert!(house.endpoints(AWS).await.is_empty(), "the other provider has none");
    assert_eq!(house.networking().await["providers"][1]["path"], "PRIVATE");
    house.end().await;
}

async fn an_endpoint_to_aws_needs_nobodys_approval(database: Database) {
    let house = House::open(database).await;
    house.require_private(AWS).await;
    let id = house.new_endpoint(AWS, "US_EAST_1").await;
    let active = house.until_status(AWS, &id, "ACTIVE").await;
    assert!(connection_of(&active).starts_with("vpce-"), "{active}");
    assert_eq!((&active["cloudProvider"], &active["errorMessage"]), (&"AWS".into(), &Value::Null));
    assert_eq!(house.networking().await["providers"][0]["path"], "PRIVATE");
    house.end().await;
}

async fn endpoints_are_listed_in_pages_of_one_provider(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    let ids = [house.new_endpoint(AZURE, "US_EAST_2").await, house.new_endpoint(AZURE, "US_CENTRAL").await];
    house.new_endpoint(AWS, "US_EAST_1").await;
    let path = house.endpoints_path(AZURE);
    let shown = |page: &Value| {
        let results = page["results"].as_array().unwrap().iter();
        results.map(|endpoint| endpoint["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let whole = house.get(&path).await.ok();
    assert_eq!((shown(&whole), &whole["totalCount"]), (ids.to_vec(), &json!(2)), "oldest first");
    assert_eq!(whole["links"][0]["rel"], "self");
    let first = house.get(&format!("{path}?itemsPerPage=1&includeCount=false")).await.ok();
    assert_eq!((shown(&first), first.get("totalCount")), (ids[..1].to_vec(), None));
    let rels: Vec<_> = first["links"].as_array().unwrap().iter().map(|link| link["rel"].as_str().unwrap()).collect();
    assert_eq!(rels, ["self", "next"]);
    let second = house.get(&format!("{path}/?itemsPerPage=1&pageNum=2&envelope=true")).await.ok();
    assert_eq!((shown(&second), &second["status"]), (ids[1..].to_vec(), &json!(200)));
    assert!(shown(&house.get(&format!("{path}?pageNum=3")).await.ok()).is_empty());
    let one = house.get(&format!("{path}/{}?envelope=true&pretty=true", ids[0])).await;
    assert_eq!((&one.json()["status"], &one.json()["content"]["id"]), (&json!(200), &json!(ids[0])));
    assert!(one.text().starts_with("{\n  \"status\": 200,"), "{}", one.text());
    for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=0", "includeCount=yes", "envelope=1"] {
        house.get(&format!("{path}?{query}")).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    house.end().await;
}

async fn a_deleted_endpoint_is_deleting_until_it_is_gone(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    let first = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let second = house.new_endpoint(AZURE, "US_EAST_2").await;
    house.until_status(AZURE, &second, "PENDING_ACCEPTANCE").await;
    let third = house.active_endpoint(AWS, "US_EAST_1").await;
    // Whatever it is: being made, waiting for approval, in use. The documents' curl sends a body along.
    for (provider, id, body) in [
        (AZURE, &first, ""),
        (AZURE, &second, r#"{"cloudProvider":"AZURE","regions":["US_EAST_2"]}"#),
        (AWS, &third, "{ not even JSON"),
    ] {
        let path = format!("{}/{id}", house.endpoints_path(provider));
        let call = house.ask("DELETE", &path).header("Content-Type", "application/json").body(body);
        let got = call.send().await;
        assert_eq!((got.status, got.text()), (204, ""), "{provider}");
        let shown = house.endpoint(provider, id).await;
        assert!(shown.status == 404 || shown.json()["status"] == "DELETING", "{}", shown.text());
        // Again, as long as it is there; in an envelope there is no body either.
        let again = house.ask("DELETE", &format!("{path}?envelope=true&pretty=true")).send().await;
        assert!(again.status == 204 && again.body.is_empty() || again.status == 404, "{}", again.text());
        house.until_gone(provider, id).await;
        house.delete_endpoint(provider, id).await.is(404, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND");
    }
    assert!(house.endpoints(AZURE).await.is_empty() && house.endpoints(AWS).await.is_empty());
    assert!(house.cloud().azure().endpoints().is_empty(), "nothing is left in Azure");
    assert!(house.cloud().aws_endpoints().is_empty(), "nothing is left in AWS");
    // The region is free again.
    house.new_endpoint(AZURE, "US_CENTRAL").await;
    house.end().await;
}

async fn the_settings_come_before_the_first_endpoint(database: Database) {
    let house = open(database).await;
    for provider in [AWS, AZURE] {
        let region = if provider == AWS { "US_EAST_1" } else { "US_CENTRAL" };
        let got = house.post_endpoint(provider, region).await;
        got.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
        assert_eq!(got.json()["parameters"], json!([house.project.to_string()]));
    }
    house.patch(&house.cloud().whole_payload()).await.ok();
    house.post_endpoint(AZURE, "US_CENTRAL").await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_NOT_REQUIRED");
    house.post_endpoint(AWS, "US_EAST_1").await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_NOT_REQUIRED");
    // Of one provider it says nothing about the other.
    house.set_required(AWS, true).await.ok();
    house.post_endpoint(AZURE, "US_CENTRAL").await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_NOT_REQUIRED");
    let events = house.events().await;
    assert!(!events.contains(&CREATED.to_owned()), "{events:?}");
    assert_eq!(house.new_endpoint(AWS, "US_EAST_1").await.len(), 24);
    house.end().await;
}

async fn a_region_has_one_endpoint_and_must_be_the_operators(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    let first = house.new_endpoint(AZURE, "US_EAST_2").await;
    let again = house.post_endpoint(AZURE, "US_EAST_2").await;
    again.is(409, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ALREADY_EXISTS");
    assert_eq!(again.json()["parameters"], json!(["US_EAST_2"]));
    let elsewhere = house.post_endpoint(AZURE, "NORWAY_EAST").await;
    elsewhere.is(400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_CONFIGURED");
    assert_eq!(elsewhere.json()["parameters"], json!(["NORWAY_EAST"]));
    assert!(elsewhere.detail().contains("NORWAY_EAST"), "{}", elsewhere.detail());
    // The customer's key in AWS is in us-east-1 alone.
    let far = house.post_endpoint(AWS, "US_EAST_2").await;
    far.is(400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_SUPPORTED");
    assert_eq!(house.endpoints(AZURE).await.len(), 1);
    assert!(house.endpoints(AWS).await.is_empty());
    // While one goes, the next can come.
    assert_eq!(house.delete_endpoint(AZURE, &first).await.status, 204);
    let next = house.new_endpoint(AZURE, "US_EAST_2").await;
    assert_ne!(next, first);
    house.until_gone(AZURE, &first).await;
    house.until_status(AZURE, &next, "PENDING_ACCEPTANCE").await;
    house.end().await;
}

async fn twenty_endpoints_are_the_most(database: Database) {
    let plan = Plan { azure_regions: TWENTY_ONE.to_vec(), ..Plan::default() };
    let house = House::open_everywhere_as(database, plan).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    // Those of both providers count together.
    house.new_endpoint(AWS, "US_EAST_1").await;
    let mut last = String::new();
    for region in &TWENTY_ONE[..19] {
        last = house.new_endpoint(AZURE, region).await;
    }
    let got = house.post_endpoint(AZURE, TWENTY_ONE[19]).await;
    got.is(400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_LIMIT_REACHED");
    assert_eq!(got.json()["parameters"], json!(["20"]));
    // One that goes does not count any more.
    assert_eq!(house.delete_endpoint(AZURE, &last).await.status, 204);
    house.new_endpoint(AZURE, TWENTY_ONE[19]).await;
    house.post_endpoint(AZURE, TWENTY_ONE[20]).await.is(400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_LIMIT_REACHED");
    house.end().await;
}

const TWENTY_ONE: [&str; 21] = [
    "US_CENTRAL",
    "US_EAST_2",
    "US_EAST",
    "US_NORTH_CENTRAL",
    "US_WEST",
    "US_SOUTH_CENTRAL",
    "EUROPE_NORTH",
    "EUROPE_WEST",
    "US_WEST_CENTRAL",
    "US_WEST_2",
    "US_WEST_3",
    "CANADA_EAST",
    "CANADA_CENTRAL",
    "BRAZIL_SOUTH",
    "AUSTRALIA_EAST",
    "SWEDEN_CENTRAL",
    "UK_SOUTH",
    "UK_WEST",
    "NORWAY_EAST",
    "FRANCE_CENTRAL",
    "JAPAN_EAST",
];

async fn of_another_project_there_is_no_trace(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let other = house.new_project("other").await;
    house.patch_in(other, &house.private_payload(AZURE)).await.ok();
    let unknown = "0123456789abcdef01234567";
    for method in ["GET", "DELETE"] {
        let asked = async |project, provider, id: &str| {
            house.ask(method, &format!("{}/{id}", endpoints_in(project, provider))).send().await
        };
        let absent = asked(other, AZURE, unknown).await;
        absent.is(404, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND");
        assert_eq!(absent.json()["parameters"], json!([unknown]));
        let foreign = asked(other, AZURE, &id).await;
        assert_eq!(foreign.text().replace(&id, unknown), absent.text(), "as one that never was");
        // Nor is it there under the other provider of its own project.
        asked(house.project, AWS, &id).await.is(404, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND");
    }
    assert!(house.get(&endpoints_in(other, AZURE)).await.ok()["results"].as_array().unwrap().is_empty());
    assert_ne!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    assert!(!house.events_in(other).await.contains(&CREATED.to_owned()));
    // Two projects have an endpoint to the same vault each.
    let path = endpoints_in(other, AZURE);
    let got = house.ask("POST", &path).json(&json!({"regionName": "US_CENTRAL"})).send().await;
    assert_eq!(got.status, 202, "{}", got.text());
    house.end().await;
}

async fn all_four_calls_are_for_owners(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let reader = house.new_reader().await;
    let manager = [(house.project, ProjectRole::ClusterManager)];
    let manager = house.new_key(house.grants(OrgRole::Member, &manager)).await;
    let path = house.endpoints_path(AZURE);
    let one = format!("{path}/{id}");
    let body = json!({"regionName": "US_EAST_2"});
    for key in [&reader, &manager] {
        for (method, path) in [("GET", &path), ("POST", &path), ("GET", &one), ("DELETE", &one)] {
            let got = house.nobody(method, path).by(key).json(&body).send().await;
            got.is(403, "USER_UNAUTHORIZED");
            assert!(got.detail().contains("Project Owner (GROUP_OWNER)"), "{}", got.detail());
        }
        // How key calls leave is no secret to them.
        let networking = format!("/api/atrest/v1/groups/{}/networking", house.project);
        house.nobody("GET", &networking).by(key).send().await.ok();
    }
    assert_eq!(house.endpoints(AZURE).await.len(), 1);
    assert_ne!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    house.end().await;
}

/// What Atlas answers, as it was seen (errors_observed.json).
#[track_caller]
fn observed(got: &Got, status: u16, code: &str, detail: &str, parameters: Value) {
    got.is(status, code);
    assert_eq!((got.detail().as_str(), &got.json()["parameters"]), (detail, &parameters));
}

async fn endpoints_go_before_what_they_serve(database: Database) {
    let house = open(database).await;
    for (provider, region) in [(AWS, "US_EAST_1"), (AZURE, "US_CENTRAL")] {
        let setting = house.require_private(provider).await;
        let id = house.active_endpoint(provider, region).await;
        let stands_against = async || {
            let disabled = house.patch(&json!({member(provider): {"enabled": false}})).await;
            observed(
                &disabled,
                400,
                "CANNOT_DISABLE_ENCRYPTION_AT_REST_DUE_TO_PRIVATE_ENDPOINTS",
                "Encryption at Rest cannot be disabled when private endpoints are present.",
                json!([]),
            );
            observed(
                &house.set_required(provider, false).await,
                400,
                "CANNOT_DISABLE_ENCRYPTION_AT_REST_REQUIRE_PRIVATE_NETWORKING_WHILE_PRIVATE_ENDPOINTS_EXIST",
                &format!(
                    "Cannot disable requirePrivateNetworking field when there are private endpoints. Remove private endpoints in region(s) {region} to disable requirePrivateNetworking."
                ),
                json!([region]),
            );
            let closed = house.ask("DELETE", &format!("/api/atlas/v2/groups/{}", house.project)).send().await;
            observed(
                &closed,
                409,
                "CANNOT_CLOSE_GROUP_EAR_PRIVATE_ENDPOINT",
                "Cannot close group while there are Encryption At Rest private endpoints; please terminate all EAR private endpoints.",
                json!([]),
            );
        };
        stands_against().await;
        assert_eq!(house.read().await.ok()[member(provider)], setting[member(provider)]);
        // One that is going stands there still. It cannot go while its cloud is away.
        house.cloud().fail_everywhere(simulators::FaultKind::Http500);
        assert_eq!(house.delete_endpoint(provider, &id).await.status, 204);
        assert_eq!(house.endpoint(provider, &id).await.ok()["status"], "DELETING");
        stands_against().await;
        house.cloud().mend();
        house.until_gone(provider, &id).await;
        assert_eq!(house.set_required(provider, false).await.ok()[member(provider)]["requirePrivateNetworking"], false);
        assert_eq!(house.networking().await["providers"][usize::from(provider == AZURE)]["path"], "PUBLIC");
        house.patch(&json!({member(provider): {"enabled": false}})).await.ok();
    }
    let closed = house.ask("DELETE", &format!("/api/atlas/v2/groups/{}", house.project)).send().await;
    assert_eq!(closed.status, 202, "{}", closed.text());
    house.end().await;
}

async fn a_vault_stays_where_its_endpoints_lead(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let before = house.read().await.body;
    let foreign = "12345678-1234-4234-8234-123456789012";
    let refused = async |fields: Value, names: &[&str]| {
        let got = house.patch(&json!({"azureKeyVault": fields})).await;
        got.is(400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FIELD_IMMUTABLE");
        let mut told: Vec<_> =
            got.json()["parameters"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        told.sort();
        assert_eq!(told, names, "{}", got.text());
    };
    refused(json!({"subscriptionID": foreign}), &["azureKeyVault.subscriptionID"]).await;
    refused(json!({"resourceGroupName": "Elsewhere"}), &["azureKeyVault.resourceGroupName"]).await;
    refused(
        json!({"resourceGroupName": "Elsewhere", "subscriptionID": foreign}),
        &["azureKeyVault.resourceGroupName", "azureKeyVault.subscriptionID"],
    )
    .await;
    assert_eq!(house.read().await.body, before);
    // The same once more, the secret, and another key of the vault are no such change.
    house.patch(&house.private_payload(AZURE)).await.ok();
    let second = azure.new_key("second").await;
    let changed = house.patch(&json!({"azureKeyVault": {"keyIdentifier": second.id}})).await.ok();
    assert_eq!(changed["azureKeyVault"]["keyIdentifier"], second.id);
    house.delete_endpoint(AZURE, &id).await;
    house.until_gone(AZURE, &id).await;
    house.patch(&json!({"azureKeyVault": {"resourceGroupName": "Elsewhere"}})).await.ok();
    house.end().await;
}

/// Nobody can say so over the wire yet.
async fn set_activity(house: &House, activity: Activity) {
    let set = house.store.set_project_activity(house.project, activity, house.control.now(), &[]).await;
    assert_eq!(set.unwrap(), Outcome::Saved);
}

async fn an_inactive_project_has_no_private_networking(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    house.patch(&house.cloud().payload()).await.ok();
    set_activity(&house, Activity::Inactive).await;
    house.post_endpoint(AZURE, "US_CENTRAL").await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_INACTIVE_GROUP");
    house.set_required(AWS, true).await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_INACTIVE_GROUP");
    // What is on can stay on, and be switched off.
    house.patch(&house.cloud().azure().payload()).await.ok();
    house.set_required(AZURE, false).await.ok();
    set_activity(&house, Activity::Active).await;
    house.set_required(AZURE, true).await.ok();
    house.new_endpoint(AZURE, "US_CENTRAL").await;
    house.end().await;
}

/// Terraform fails on any other status than these (clients.md 3.2).
async fn terraform_sees_only_what_it_expects(database: Database) {
    let mut plan = Plan::default();
    plan.timings.endpoint_poll_fast = Duration::from_millis(120);
    let house = House::open_everywhere_as(database, plan).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    for (provider, region, settled) in [(AWS, "US_EAST_1", "ACTIVE"), (AZURE, "US_EAST_2", "PENDING_ACCEPTANCE")] {
        let body = json!({"cloudProvider": provider, "regionName": region});
        let path = house.endpoints_path(provider);
        let made = house.ask("POST", &path).json(&body).send().await;
        assert_eq!((made.status, &made.json()["status"]), (202, &"INITIATING".into()));
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let mut looks = 0;
        let mut look = tokio::time::interval(Duration::from_millis(10));
        loop {
            let status = house.endpoint(provider, &id).await.ok()["status"].as_str().unwrap().to_owned();
            if status == settled {
                break;
            }
            assert_eq!(status, "INITIATING");
            looks += 1;
            look.tick().await;
        }
        assert!(looks > 0, "it is not made while one asks for it");
        assert_eq!(house.delete_endpoint(provider, &id).await.status, 204);
        loop {
            let got = house.endpoint(provider, &id).await;
            if got.status == 404 {
                break;
            }
            assert_eq!(got.ok()["status"], "DELETING");
            look.tick().await;
        }
    }
    house.end().await;
}

async fn events_tell_what_became_of_an_endpoint(database: Database) {
    let house = open(database).await;
    house.require_private(AZURE).await;
    let id = house.active_endpoint(AZURE, "US_CENTRAL").await;
    house.delete_endpoint(AZURE, &id).await;
    house.until_gone(AZURE, &id).await;
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let query = format!("eventType={CREATED}&eventType={ACTIVE}&eventType={DELETED}&includeRaw=true");
    let page = house.get(&format!("{path}?{query}")).await.ok();
    let events = page["results"].as_array().unwrap();
    let kinds: Vec<_> = events.iter().rev().map(|event| event["eventTypeName"].as_str().unwrap()).collect();
    assert_eq!(kinds, [CREATED, ACTIVE, DELETED]);
    for event in events {
        let detail = event["raw"]["detail"].as_str().unwrap();
        assert!(["Azure Key Vault", "US_CENTRAL", &id].iter().all(|part| detail.contains(part)), "{detail}");
        assert_eq!(event["groupId"], house.project.to_string());
    }
    // Who asked for it is told; what came about by itself is nobody's.
    let created = events.last().unwrap();
    assert_eq!((&created["publicKey"], &created["remoteAddress"]), (&json!(house.owner.public), &json!("127.0.0.1")));
    assert!(events[1].get("publicKey").is_none_or(Value::is_null), "{}", events[1]);
    house.end().await;
}

async fn the_view_tells_how_key_calls_leave(database: Database) {
    let house = open(database).await;
    let nothing = house.networking().await;
    assert_eq!((&nothing["groupId"], &nothing["clusters"]), (&json!(house.project.to_string()), &json!([])));
    let of = |view: &Value, provider: &str| view["providers"][usize::from(provider == AZURE)].clone();
    for provider in [AWS, AZURE] {
        let of = of(&nothing, provider);
        assert_eq!((&of["provider"], &of["enabled"], &of["path"]), (&json!(provider), &json!(false), &json!("PUBLIC")));
        assert_eq!((&of["activeRegions"], &of["privateEndpoints"]), (&json!([]), &json!([])));
    }
    house.require_private(AZURE).await;
    house.patch(&house.cloud().payload()).await.ok();
    for (name, provider, cloud, region) in [
        ("on-azure", "AZURE", "AZURE", "US_CENTRAL"),
        ("elsewhere", "AZURE", "AZURE", "US_EAST_2"),
        ("on-aws", "AWS", "AWS", "US_EAST_1"),
        ("bare", "NONE", "AWS", "US_EAST_1"),
    ] {
        let mut body = cluster(name);
        body["encryptionAtRestProvider"] = json!(provider);
        body["replicationSpecs"][0]["regionConfigs"][0]["providerName"] = json!(cloud);
        body["replicationSpecs"][0]["regionConfigs"][0]["regionName"] = json!(region);
        let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
        let got = house.ask("POST", &path).json(&body).send().await;
        assert_eq!(got.status, 201, "{}", got.text());
    }
    let reasons = |view: &Value| {
        let clusters = view["clusters"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        clusters
            .map(|one| (text(&one["name"]), text(&one["requirePrivateNetworking"]), text(&one["reason"])))
            .collect::<Vec<_>>()
    };
    let told = |expected: [(&str, &str, &str); 4]| {
        expected.map(|(name, standing, reason)| (name.to_owned(), standing.to_owned(), reason.to_owned())).to_vec()
    };
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    let view = house.networking().await;
    assert_eq!(
        reasons(&view),
        told([
            ("bare", "INACTIVE", "NO_CUSTOMER_KEY"),
            ("elsewhere", "INACTIVE", "AWAITING_PRIVATE_ENDPOINT"),
            ("on-aws", "INACTIVE", "NOT_REQUIRED"),
            ("on-azure", "INACTIVE", "AWAITING_PRIVATE_ENDPOINT"),
        ])
    );
    assert_eq!(of(&view, AZURE)["privateEndpoints"][0]["status"], "PENDING_ACCEPTANCE");
    assert_eq!(of(&view, AZURE)["privateEndpoints"][0]["hint"], Value::Null, "the vault's own name could be read");
    house.cloud().azure().approve(connection_of(&pending)).await;
    house.until_status(AZURE, &id, "ACTIVE").await;
    let view = house.networking().await;
    assert_eq!(
        reasons(&view),
        told([
            ("bare", "INACTIVE", "NO_CUSTOMER_KEY"),
            ("elsewhere", "ACTIVE", "REGIONS_WITHOUT_PRIVATE_ENDPOINT"),
            ("on-aws", "INACTIVE", "NOT_REQUIRED"),
            ("on-azure", "ACTIVE", "PRIVATE_ENDPOINTS"),
        ])
    );
    assert_eq!(view["clusters"][1]["regionsWithoutEndpoint"], json!(["US_EAST_2"]));
    assert_eq!(of(&view, AZURE)["activeRegions"], json!(["US_CENTRAL"]));
    assert_eq!((&of(&view, AZURE)["path"], &of(&view, AWS)["path"]), (&json!("PRIVATE"), &json!("PUBLIC")));
    house.end().await;
}

/// The curls of the documents on private endpoints, header for header and in their order.
#[tokio::test]
async fn the_curls_of_the_documents_work() {
    let house = open(Database::sqlite()).await;
    let (dated, newer, plain) =
        ("application/vnd.atlas.2023-01-01+json", "application/vnd.atlas.2024-10-23+json", "application/json");
    let curl = async |method: &str, tail: &str, accept: &str, content_type: &str, body: &str| {
        let call = house.ask(method, &format!("{}{tail}", house.path())).accept(accept);
        call.header("Content-Type", content_type).body(body).send().await
    };
    let mut enabling = house.cloud().azure().payload();
    enabling["azureKeyVault"]["requirePrivateNetworking"] = json!(false);
    curl("PATCH", "", dated, dated, &enabling.to_string()).await.ok();
    let required = r#"{"azureKeyVault":{"requirePrivateNetworking":true}}"#;
    let setting = curl("PATCH", "/", dated, dated, required).await.ok();
    assert_eq!(setting["azureKeyVault"]["requirePrivateNetworking"], true);
    let made = curl("POST", "/AZURE/privateEndpoints", dated, dated, "\n{\n\"regionName\": \"US_CENTRAL\"\n}").await;
    assert_eq!(made.status, 202, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    for (tail, accept, content_type) in [
        ("/AZURE/privateEndpoints".to_owned(), dated, dated),
        ("/AZURE/privateEndpoints/".to_owned(), newer, plain),
        (format!("/AZURE/privateEndpoints/{id}"), newer, plain),
    ] {
        let got = curl("GET", &tail, accept, content_type, "").await;
        assert_eq!(got.header("content-type"), Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"));
        got.ok();
    }
    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    house.cloud().azure().approve(connection_of(&pending)).await;
    house.until_status(AZURE, &id, "ACTIVE").await;
    let body = "\n{\n\"cloudProvider\": \"AZURE\",\n\"regions\": [\n\"string\"\n]\n}";
    let deleted = curl("DELETE", &format!("/AZURE/privateEndpoints/{id}"), newer, plain, body).await;
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    assert_eq!(deleted.header("content-type"), Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"));
    house.until_gone(AZURE, &id).await;
    let given_up = r#"{"azureKeyVault":{"requirePrivateNetworking":false}}"#;
    let setting = curl("PATCH", "", dated, dated, given_up).await.ok();
    assert_eq!(setting["azureKeyVault"]["requirePrivateNetworking"], false);
    house.end().await;
}

on_both_engines! {
    an_endpoint_to_azure_is_approved_by_the_customer
    an_endpoint_to_aws_needs_nobodys_approval
    endpoints_are_listed_in_pages_of_one_provider
    a_deleted_endpoint_is_deleting_until_it_is_gone
    the_settings_come_before_the_first_endpoint
    a_region_has_one_endpoint_and_must_be_the_operators
    twenty_endpoints_are_the_most
    of_another_project_there_is_no_trace
    all_four_calls_are_for_owners
    endpoints_go_before_what_they_serve
    a_vault_stays_where_its_endpoints_lead
    an_inactive_project_has_no_private_networking
    terraform_sees_only_what_it_expects
    events_tell_what_became_of_an_endpoint
    the_view_tells_how_key_calls_leave
}
