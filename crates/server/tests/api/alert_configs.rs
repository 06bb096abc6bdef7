//! Alert configurations over the wire: those a project begins with, and those that somebody makes, changes and deletes.

use api_wire::atlas::alert_configs::ALERT_TYPE_NAMES;
use domain::access::{OrgRole, ProjectRole};
use domain::alert::AlertKind;
use serde_json::{Value, json};

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

const NOBODYS_ID: &str = "0123456789abcdef01234567";
const DENIED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
const HOOK: &str = "https://hooks.example.com/services/s3cr3t-canary";

pub(crate) fn configs_path(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/alertConfigs", house.project)
}

/// A configuration that tells everybody of the project.
pub(crate) fn everybody(kind: &str) -> Value {
    json!({"eventTypeName": kind, "enabled": true, "notifications": [{"typeName": "GROUP", "intervalMin": 60}]})
}

async fn configs(house: &House) -> Vec<Value> {
    house.get(&configs_path(house)).await.ok()["results"].as_array().unwrap().clone()
}

/// The first project's configuration of a type.
pub(crate) async fn config_of(house: &House, kind: &str) -> Value {
    let found = configs(house).await.into_iter().find(|config| config["eventTypeName"] == kind);
    found.unwrap_or_else(|| panic!("no configuration of {kind}"))
}

async fn count_of(house: &House, kind: &str) -> usize {
    configs(house).await.iter().filter(|config| config["eventTypeName"] == kind).count()
}

async fn a_project_begins_with_some_and_gets_more_with_a_provider(database: Database) {
    let house = House::open(database).await;
    for kind in [DENIED, "NODE_CERTIFICATES_OVERLAP", "NODE_ADDRESS_CHANGED", "MASTER_KEY_DESTROYED", "CLUSTER_DELETED"]
    {
        assert_eq!(count_of(&house, kind).await, 1, "{kind}");
    }
    let rotation = "AWS_ENCRYPTION_KEY_NEEDS_ROTATION";
    assert_eq!(count_of(&house, rotation).await, 0);
    house.enable().await;
    let made = config_of(&house, rotation).await;
    assert_eq!(made["threshold"], json!({"operator": "GREATER_THAN", "threshold": 90, "units": "DAYS"}));
    assert_eq!((&made["enabled"], &made["matchers"]), (&true.into(), &json!([])));
    let [told] = made["notifications"].as_array().unwrap().as_slice() else { panic!("{made}") };
    let mut told = told.clone();
    assert!(told.as_object_mut().unwrap().remove("notifierId").is_some());
    let expected = json!({"typeName": "GROUP", "roles": ["GROUP_OWNER"], "emailEnabled": true, "smsEnabled": false, "delayMin": 0, "intervalMin": 60});
    assert_eq!(told, expected);
    // Kept when the provider goes, not doubled when it comes again, not made again when somebody deleted it.
    let (on, off) = (house.cloud().payload(), json!({"awsKms": {"enabled": false}}));
    house.patch(&off).await.ok();
    assert_eq!(config_of(&house, rotation).await, made);
    house.patch(&on).await.ok();
    assert_eq!(config_of(&house, rotation).await, made);
    let path = format!("{}/{}", configs_path(&house), made["id"].as_str().unwrap());
    assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    house.patch(&off).await.ok();
    house.patch(&on).await.ok();
    assert_eq!(count_of(&house, rotation).await, 0);
    assert_eq!(count_of(&house, "AWS_ENCRYPTION_KEY_INVALID").await, 1);
    // A project can do without.
    let body = json!({"name": "bare", "orgId": house.org.to_string(), "withDefaultAlertsSettings": false});
    let bare = house.ask("POST", "/api/atlas/v2/groups").json(&body).send().await.json();
    let page = house.get(&format!("/api/atlas/v2/groups/{}/alertConfigs", bare["id"].as_str().unwrap())).await.ok();
    assert_eq!(page["totalCount"], 0);
    house.end().await;
}

async fn a_configuration_has_a_life(database: Database) {
    let house = House::open(database).await;
    let before = configs(&house).await.len();
    let body = json!({
        "eventTypeName": "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
        "enabled": true,
        "threshold": {"operator": "GREATER_THAN", "threshold": 60, "units": "DAYS"},
        "severityOverride": "ERROR",
        "matchers": [],
        "notifications": [
            {"typeName": "GROUP", "intervalMin": 5, "delayMin": 0, "smsEnabled": false, "emailEnabled": true, "roles": ["GROUP_OWNER", "GROUP_READ_ONLY"]},
            {"typeName": "EMAIL", "emailAddress": "owner@example.com", "intervalMin": 15, "delayMin": 10},
            {"typeName": "ORG", "intervalMin": 60, "delayMin": 0, "emailEnabled": true, "smsEnabled": false, "roles": ["ORG_OWNER"]},
            {"typeName": "USER", "username": "jane@example.com", "intervalMin": 60, "delayMin": 0, "emailEnabled": true, "smsEnabled": false},
        ],
    });
    let made = house.ask("POST", &configs_path(&house)).json(&body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let location = made.header("location").unwrap().to_owned();
    let made = made.json();
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(location.ends_with(&format!("{}/{id}", configs_path(&house))), "{location}");
    // What is read back is what was sent.
    for (name, sent) in body.as_object().unwrap().iter().filter(|(name, _)| *name != "notifications") {
        assert_eq!(&made[name], sent, "{name}");
    }
    for (told, sent) in made["notifications"].as_array().unwrap().iter().zip(body["notifications"].as_array().unwrap())
    {
        let mut told = told.clone();
        assert_eq!(told.as_object_mut().unwrap().remove("notifierId").unwrap().as_str().unwrap().len(), 24);
        assert_eq!(&told, sent);
    }
    let path = format!("{}/{id}", configs_path(&house));
    assert_eq!(house.get(&path).await.ok(), made);
    assert_eq!(configs(&house).await.len(), before + 1);
    // What was read can be sent back, and changes nothing.
    let again = house.ask("PUT", &path).json(&made).send().await.ok();
    for name in ["notifications", "threshold", "created", "id", "enabled"] {
        assert_eq!(again[name], made[name], "{name}");
    }
    let mut changed = body.clone();
    changed["threshold"]["threshold"] = json!(30);
    changed["notifications"].as_array_mut().unwrap().truncate(1);
    changed.as_object_mut().unwrap().remove("severityOverride");
    let changed = house.ask("PUT", &path).json(&changed).send().await.ok();
    assert_eq!((&changed["threshold"]["threshold"], changed.get("severityOverride")), (&json!(30), None));
    assert_eq!(changed["notifications"].as_array().unwrap().len(), 1);
    let toggle = async |enabled: bool| house.ask("PATCH", &path).json(&json!({"enabled": enabled})).send().await.ok();
    assert_eq!(toggle(false).await["enabled"], false);
    assert_eq!(toggle(false).await["enabled"], false);
    assert_eq!(toggle(true).await["enabled"], true);
    assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    for method in ["GET", "DELETE"] {
        house.ask(method, &path).send().await.is(404, "ALERT_CONFIG_NOT_FOUND");
    }
    house.ask("PUT", &path).json(&body).send().await.is(404, "ALERT_CONFIG_NOT_FOUND");
    let told: Vec<_> = house.events().await.into_iter().filter(|name| name.starts_with("ALERT_CONFIG")).collect();
    let expected = ["ADDED", "CHANGED", "CHANGED", "DISABLED", "ENABLED", "DELETED"];
    assert_eq!(told, expected.map(|what| format!("ALERT_CONFIG_{what}_AUDIT")));
    let fields = house.get("/api/atlas/v2/alertConfigs/matchers/fieldNames").await.ok();
    assert_eq!(fields, json!(["CLUSTER_NAME"]));
    house.end().await;
}

async fn a_webhooks_address_and_secret_are_never_shown(database: Database) {
    let house = House::open(database).await;
    let hook =
        json!({"typeName": "WEBHOOK", "webhookUrl": HOOK, "webhookSecret": "canary-0123456789abcd", "intervalMin": 60});
    let body = json!({"eventTypeName": DENIED, "enabled": true, "notifications": [hook]});
    let got = house.ask("POST", &configs_path(&house)).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    assert!(!got.text().contains("canary"), "{}", got.text());
    let made = got.json();
    let shown = &made["notifications"][0];
    assert_eq!(shown["webhookUrl"], "https://hooks.example.com/****");
    assert_eq!(shown["webhookSecret"], "****abcd");
    let id = made["id"].as_str().unwrap();
    let path = format!("{}/{id}", configs_path(&house));
    let stored = async || {
        let hooks = house.store.webhooks_of(id.parse().unwrap()).await.unwrap();
        let kept: Vec<_> = hooks.into_values().collect();
        let secret = |secret: &Option<domain::secret::SecretText>| secret.as_ref().map(|text| text.expose().to_owned());
        kept.iter().map(|hook| (hook.url.expose().to_owned(), secret(&hook.secret))).collect::<Vec<_>>()
    };
    let kept = [(HOOK.to_owned(), Some("canary-0123456789abcd".to_owned()))];
    assert_eq!(stored().await, kept);
    // What was read is sent back, with and without the id.
    let again = house.ask("PUT", &path).json(&made).send().await.ok();
    assert_eq!((&again["notifications"], stored().await.as_slice()), (&made["notifications"], &kept[..]));
    let mut nameless = made.clone();
    nameless["notifications"][0].as_object_mut().unwrap().remove("notifierId");
    house.ask("PUT", &path).json(&nameless).send().await.ok();
    assert_eq!(stored().await, kept);
    house.ask("PATCH", &path).json(&json!({"enabled": false})).send().await.ok();
    assert_eq!(stored().await, kept);
    // Another address has no secret of the old one.
    let mut moved = made.clone();
    moved["notifications"][0]["webhookUrl"] = json!("https://others.example.com/x");
    house.ask("PUT", &path).json(&moved).send().await.is(400, "INVALID_ATTRIBUTE");
    moved["notifications"][0].as_object_mut().unwrap().remove("webhookSecret");
    house.ask("PUT", &path).json(&moved).send().await.ok();
    assert_eq!(stored().await, [("https://others.example.com/x".to_owned(), None)]);
    // Where nobody may be called.
    for url in [
        "http://hooks.example.com/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "ftp://hooks.example.com/x",
        "not an address",
    ] {
        moved["notifications"][0]["webhookUrl"] = json!(url);
        house.ask("PUT", &path).json(&moved).send().await.is(400, "WEBHOOK_URL_NOT_ALLOWED");
    }
    assert_eq!(stored().await, [("https://others.example.com/x".to_owned(), None)], "refusals change nothing");
    let events = house.get(&format!("/api/atlas/v2/groups/{}/events?includeRaw=true", house.project)).await;
    assert!(!events.text().contains("canary"), "{}", events.text());
    house.end().await;
}

async fn everything_wrong_is_refused_at_once_and_changes_nothing(database: Database) {
    let house = House::open(database).await;
    let before = configs(&house).await;
    let post = async |body: Value| house.ask("POST", &configs_path(&house)).json(&body).send().await;
    let with = |name: &str, value: Value| {
        let mut body = everybody(DENIED);
        body[name] = value;
        body
    };
    let by = |notification: Value| with("notifications", json!([notification]));
    let threshold = json!({"operator": "GREATER_THAN", "threshold": 3, "units": "DAYS"});
    for (body, status, code) in [
        (json!({}), 400, "VALIDATION_ERROR"),
        (json!([]), 400, "INVALID_JSON"),
        (with("eventTypeName", json!("OUTSIDE_METRIC_THRESHOLD")), 400, "INVALID_EVENT_TYPE_FOR_ALERT"),
        (with("eventTypeName", json!("AWS_ENCRYPTION_KEY_ROTATED")), 400, "INVALID_EVENT_TYPE_FOR_ALERT"),
        (with("eventTypeName", json!(7)), 400, "INVALID_JSON_ATTRIBUTE"),
        (with("eventTypeName", json!("AWS_ENCRYPTION_KEY_NEEDS_ROTATION")), 400, "MISSING_THRESHOLD"),
        (with("threshold", threshold), 400, "THRESHOLD_PRESENT"),
        (with("notifications", json!([])), 400, "MISSING_NOTIFICATIONS"),
        (with("notifications", json!(vec![json!({"typeName": "GROUP"}); 26])), 400, "TOO_MANY_GROUP_NOTIFICATIONS"),
        (with("severityOverride", json!("BAD")), 400, "INVALID_ENUM_VALUE"),
        (
            with("matchers", json!([{"fieldName": "CLUSTER_NAME", "operator": "EQUALS", "value": "x"}])),
            400,
            "INVALID_ATTRIBUTE",
        ),
        (with("colour", json!("red")), 400, "INVALID_ATTRIBUTE"),
        (by(json!({"typeName": "SLACK", "apiToken": "x", "channelName": "y"})), 403, "FEATURE_UNSUPPORTED"),
        (by(json!({"typeName": "PAGER_DUTY", "serviceKey": "x"})), 403, "FEATURE_UNSUPPORTED"),
        (by(json!({"typeName": "SMS", "mobileNumber": "1"})), 403, "FEATURE_UNSUPPORTED"),
        (by(json!({"typeName": "GROUP", "smsEnabled": true})), 403, "FEATURE_UNSUPPORTED"),
        (by(json!({"typeName": "GROUP", "emailEnabled": false})), 400, "EMAIL_OR_SMS_REQUIRED_FOR_GROUP_NOTIFICATION"),
        (by(json!({"typeName": "GROUP", "intervalMin": 4})), 400, "NOTIFICATION_INTERVAL_OUT_OF_RANGE"),
        (by(json!({"typeName": "GROUP", "delayMin": -1})), 400, "INVALID_ATTRIBUTE"),
        (by(json!({"typeName": "GROUP", "roles": ["ORG_OWNER"]})), 400, "INVALID_ENUM_VALUE"),
        (by(json!({"typeName": "GROUP", "emailAddress": "a@example.com"})), 400, "INVALID_ATTRIBUTE"),
        (by(json!({"typeName": "EMAIL"})), 400, "MISSING_ATTRIBUTE"),
        (by(json!({"typeName": "EMAIL", "emailAddress": "nobody"})), 400, "INVALID_ATTRIBUTE"),
        (
            by(json!({"typeName": "EMAIL", "emailAddress": "a@example.com\r\nBcc: b@example.com"})),
            400,
            "INVALID_ATTRIBUTE",
        ),
        (by(json!({"typeName": "TEAM", "teamId": NOBODYS_ID})), 400, "INVALID_TEAM_FOR_NOTIFICATION"),
        (by(json!({"typeName": "WEBHOOK"})), 400, "MISSING_ATTRIBUTE"),
        (by(json!({"typeName": "WEBHOOK", "webhookUrl": "https://hooks.example.com/****"})), 400, "INVALID_ATTRIBUTE"),
        (
            by(json!({"typeName": "WEBHOOK", "webhookUrl": HOOK, "webhookBodyTemplate": "{}"})),
            403,
            "FEATURE_UNSUPPORTED",
        ),
    ] {
        let got = post(body.clone()).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{body} {}", got.text());
    }
    let mut both = everybody("AWS_ENCRYPTION_KEY_NEEDS_ROTATION");
    both["notifications"] = json!([{"typeName": "EMAIL", "emailAddress": "x"}, {"typeName": "DATADOG"}]);
    let got = post(both).await;
    got.is(400, "VALIDATION_ERROR");
    let json = got.json();
    let fields = json["badRequestDetail"]["fields"].as_array().unwrap();
    let fields: Vec<_> = fields.iter().map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["threshold", "notifications[0].emailAddress", "notifications[1].typeName"]);
    assert_eq!(configs(&house).await, before);
    house.end().await;
}

async fn others_see_and_change_no_more_than_their_roles_let_them(database: Database) {
    let house = House::open(database).await;
    let config = config_of(&house, DENIED).await;
    let path = format!("{}/{}", configs_path(&house), config["id"].as_str().unwrap());
    let other_project = house.new_project("other").await;
    let elsewhere = format!("/api/atlas/v2/groups/{other_project}/alertConfigs/{}", config["id"].as_str().unwrap());
    house.get(&elsewhere).await.is(404, "ALERT_CONFIG_NOT_FOUND");
    house.ask("DELETE", &elsewhere).send().await.is(404, "ALERT_CONFIG_NOT_FOUND");
    let stranger = house.new_key(house.grants(OrgRole::Member, &[(other_project, ProjectRole::Owner)])).await;
    house.nobody("GET", &path).by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    let reader = house.new_reader().await;
    house.nobody("GET", &path).by(&reader).send().await.ok();
    for (method, body) in [("PUT", everybody(DENIED)), ("PATCH", json!({"enabled": false})), ("DELETE", json!({}))] {
        let got = house.nobody(method, &path).by(&reader).json(&body).send().await;
        got.is(403, "USER_UNAUTHORIZED");
        assert!(got.detail().contains("Project Alerts Manager (GROUP_ALERTS_MANAGER)"), "{}", got.detail());
    }
    let manager = [(house.project, ProjectRole::AlertsManager)];
    let manager = house.new_key(house.grants(OrgRole::Member, &manager)).await;
    house.nobody("PATCH", &path).by(&manager).json(&json!({"enabled": false})).send().await.ok();
    assert_eq!(house.nobody("DELETE", &path).by(&manager).send().await.status, 204);
    house.end().await;
}

#[test]
fn the_wire_knows_every_alert() {
    let ours: std::collections::BTreeSet<_> = AlertKind::all().into_iter().map(AlertKind::name).collect();
    assert_eq!(ours, ALERT_TYPE_NAMES.iter().copied().collect());
}

on_both_engines! {
    a_project_begins_with_some_and_gets_more_with_a_provider
    a_configuration_has_a_life
    a_webhooks_address_and_secret_are_never_shown
    everything_wrong_is_refused_at_once_and_changes_nothing
    others_see_and_change_no_more_than_their_roles_let_them
}
