//! Events of a project and of an organization, one by one and listed, and which types there are.

use domain::access::OrgRole;
use serde_json::json;

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";
const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";

/// Makes three events: an update by the key, a refusal, an update by a service account.
async fn furnish(house: &House) {
    house.enable().await;
    let mut wrong = house.cloud().payload();
    wrong["awsKms"]["customerMasterKeyID"] = json!("alias/nowhere");
    assert_eq!(house.patch(&wrong).await.status, 404);
    let account = house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(house, &account).await;
    let disable = json!({"awsKms": {"enabled": false}});
    house.nobody("PATCH", &house.path()).bearer(&token).json(&disable).send().await.ok();
}

async fn tells_who_did_what_from_where_newest_first(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let page = house.get(&path).await.ok();
    let events = page["results"].as_array().unwrap().clone();
    let kinds: Vec<_> = events.iter().map(|event| event["eventTypeName"].as_str().unwrap()).collect();
    assert_eq!(kinds, [UPDATED, FAILED, UPDATED]);
    assert_eq!(page["totalCount"], 3);
    let (newest, oldest) = (&events[0], &events[2]);
    assert_eq!(
        (&oldest["publicKey"], &oldest["remoteAddress"]),
        (&house.owner.public.as_str().into(), &"127.0.0.1".into())
    );
    assert!(newest["publicKey"].as_str().unwrap().starts_with("mdb_sa_id_"));
    assert_eq!(oldest["groupId"], house.project.to_string());
    assert!(oldest.get("raw").is_none());
    assert_eq!(
        oldest["links"][0]["href"],
        format!("http://{}{path}/{}", house.address, oldest["id"].as_str().unwrap())
    );

    let one = house.get(&format!("{path}/{}", oldest["id"].as_str().unwrap())).await.ok();
    assert_eq!(&one, oldest);
    let raw = house.get(&format!("{path}/{}?includeRaw=true", events[1]["id"].as_str().unwrap())).await.ok();
    assert_eq!(raw["raw"]["detail"], "AWS KMS: KEY_NOT_FOUND");
    house.end().await;
}

async fn filters_by_type_and_time_and_pages(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let count = async |query: &str| house.get(&format!("{path}?{query}")).await.ok()["totalCount"].clone();
    assert_eq!(count(&format!("eventType={UPDATED}")).await, 2);
    assert_eq!(count(&format!("eventType={UPDATED}&eventType={FAILED}")).await, 3);
    assert_eq!(count(&format!("excludedEventType={UPDATED}")).await, 1);
    assert_eq!(count("eventType=ALERT_CONFIG_ADDED_AUDIT").await, 0);
    assert_eq!(count("clusterNames=nobody").await, 0);
    assert_eq!(count("minDate=2001-01-01T00:00:00Z").await, 3);
    assert_eq!(count("maxDate=2001-01-01T00:00:00Z").await, 0);
    let second = house.get(&format!("{path}?itemsPerPage=1&pageNum=2")).await.ok();
    assert_eq!((&second["results"][0]["eventTypeName"], &second["totalCount"]), (&FAILED.into(), &3.into()));
    for query in ["eventType=NOPE", "minDate=yesterday", "includeRaw=1", "nope=1&pageNum=0"] {
        house.get(&format!("{path}?{query}")).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    house.end().await;
}

async fn an_event_of_another_project_does_not_exist(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let other = house.new_project("other").await;
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let id = house.get(&path).await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
    let foreign = house.get(&format!("/api/atlas/v2/groups/{other}/events/{id}")).await;
    let unknown_id = "0123456789abcdef01234567";
    let unknown = house.get(&format!("/api/atlas/v2/groups/{other}/events/{unknown_id}")).await;
    unknown.is(404, "EVENT_NOT_FOUND");
    assert_eq!(foreign.text().replace(&id, unknown_id), unknown.text());
    house.get(&format!("{path}/nonsense")).await.is(404, "EVENT_NOT_FOUND");
    // Whoever may not look is told so, also where there is nothing to find.
    let never = "eventType=KMIP_KEY_ROTATION_SCHEDULED";
    assert_eq!(house.get(&format!("{path}?{never}")).await.ok()["totalCount"], 0);
    let nowhere = format!("/api/atlas/v2/groups/{unknown_id}/events?{never}");
    house.get(&nowhere).await.is(404, "GROUP_NOT_FOUND");
    let nowhere = format!("/api/atlas/v2/orgs/{unknown_id}/events?{never}");
    house.get(&nowhere).await.is(404, "ORG_NOT_FOUND");
    house.end().await;
}

async fn an_organization_has_events_of_its_own(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let groups = "/api/atlas/v2/groups";
    let body = json!({"name": "born", "orgId": house.org.to_string()});
    let born = house.ask("POST", groups).json(&body).send().await;
    let born = born.is(201, "").json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/atlas/v2/orgs/{}/events", house.org);
    let page = house.get(&path).await.ok();
    let kinds: Vec<_> =
        page["results"].as_array().unwrap().iter().map(|event| event["eventTypeName"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"GROUP_CREATED") && !kinds.contains(&UPDATED), "{kinds:?}");
    let only = house.get(&format!("{path}?eventType=GROUP_CREATED&includeCount=false")).await.ok();
    let event = &only["results"][0];
    assert_eq!((&event["groupId"], &event["orgId"]), (&born.into(), &house.org.to_string().into()));
    assert!(only.get("totalCount").is_none());
    let id = event["id"].as_str().unwrap();
    assert_eq!(event["links"][0]["href"], format!("http://{}{path}/{id}", house.address));
    assert_eq!(&house.get(&format!("{path}/{id}")).await.ok(), event);
    assert_eq!(house.get(&format!("{path}?maxDate=2001-01-01T00:00:00Z")).await.ok()["totalCount"], 0);
    assert_eq!(house.get(&format!("{path}?eventType={UPDATED}")).await.ok()["totalCount"], 0);
    let raw = house.get(&format!("{path}/{id}?includeRaw=true")).await.ok();
    assert_eq!(raw["raw"]["eventTypeName"], "GROUP_CREATED");
    // What happened inside a project is the project's business.
    let inside = house.get(&format!("/api/atlas/v2/groups/{}/events", house.project)).await.ok();
    let inside = inside["results"][0]["id"].as_str().unwrap();
    house.get(&format!("{path}/{inside}")).await.is(404, "ORG_EVENT_NOT_FOUND");
    house.get(&format!("{path}/nonsense")).await.is(404, "ORG_EVENT_NOT_FOUND");
    for query in ["eventType=NOPE", "minDate=yesterday", "includeRaw=1", "itemsPerPage=501", "pageNum=0"] {
        house.get(&format!("{path}?{query}")).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    let beyond = house.get(&format!("{path}?pageNum=1000&itemsPerPage=500")).await.ok();
    assert_eq!(beyond["results"], json!([]));
    let other = house.control.create_organization("Other").await.unwrap();
    house.get(&format!("/api/atlas/v2/orgs/{}/events", other.id)).await.is(404, "ORG_NOT_FOUND");
    house.get(&format!("/api/atlas/v2/orgs/{}/events/{id}", other.id)).await.is(404, "ORG_NOT_FOUND");
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    house.nobody("GET", &path).by(&member).send().await.ok();
    house.end().await;
}

async fn says_which_types_of_events_there_are(database: Database) {
    let house = House::open(database).await;
    let reader = house.new_reader().await;
    let page = house.nobody("GET", "/api/atlas/v2/eventTypes?itemsPerPage=500").by(&reader).send().await.ok();
    let all = page["results"].as_array().unwrap();
    assert_eq!(page["totalCount"], all.len());
    let found =
        |name: &str| all.iter().find(|one| one["eventType"] == name).unwrap_or_else(|| panic!("{name} is there"));
    assert_eq!(found("AWS_ENCRYPTION_KEY_INVALID")["alertable"], true);
    assert_eq!(found("AWS_ENCRYPTION_KEY_VALID")["alertable"], false);
    assert!(all.iter().all(|one| one["description"].as_str().unwrap().ends_with('.')));
    let second = house.get("/api/atlas/v2/eventTypes?itemsPerPage=2&pageNum=2").await.ok();
    assert_eq!(second["results"], json!([all[2], all[3]]));
    assert_eq!(house.nobody("GET", "/api/atlas/v2/eventTypes").send().await.status, 401);
    house.end().await;
}

on_both_engines! {
    tells_who_did_what_from_where_newest_first
    filters_by_type_and_time_and_pages
    an_event_of_another_project_does_not_exist
    an_organization_has_events_of_its_own
    says_which_types_of_events_there_are
}
