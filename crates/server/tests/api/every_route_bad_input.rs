//! One walk over every route of the registry with what no honest client sends: bodies that are no bodies, values that a
//! schema forbids, pages that are not there, and ids of another project or another customer. Each is refused by name, and
//! nothing changes.

use std::sync::atomic::{AtomicUsize, Ordering};

use api_wire::operations::{Access, Method, OPERATIONS, Operation, OperationId};
use api_wire::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE};
use api_wire::schema::{Flow, Kind, Schema};
use domain::access::OrgRole;
use serde_json::{Value, json};

use crate::client::{Call, Got, Key};
use crate::database::Database;
use crate::every_route::{Ids, body, call, own_ids};
use crate::house::House;
use crate::oauth::token;
use crate::on_both_engines;
use crate::walk::Walk;

const JSON: &str = "application/json";
const INVALID_QUERY: &str = "INVALID_QUERY_PARAMETER";

on_both_engines! {
    every_list_keeps_to_its_pages
    no_body_is_read_that_is_none
    no_field_takes_what_its_schema_forbids
    nothing_of_anothers_is_found_by_ones_own_path
}

/// What a person did so far in the first project and in the organization, by the events' ids. What happens by itself is
/// left out.
async fn done_so_far(house: &House) -> Vec<Value> {
    let mut done = Vec::new();
    for place in [format!("groups/{}", house.project), format!("orgs/{}", house.org)] {
        let page = house.get(&format!("/api/atlas/v2/{place}/events?itemsPerPage=500")).await.ok();
        let events = page["results"].as_array().unwrap().iter();
        done.extend(events.filter(|event| event["apiKeyId"].is_string()).map(|event| event["id"].clone()));
    }
    done
}

/// A token of an owner's, who need not be challenged each time.
async fn owners_token(house: &House) -> String {
    let account = house.control.create_service_account("walker", house.grants(OrgRole::Owner, &[])).await.unwrap();
    token(house, &account).await
}

async fn every_list_keeps_to_its_pages(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let owner = owners_token(&house).await;
    let lists = |operation: &&&Operation| {
        operation.method == Method::Get && operation.query.iter().any(|known| known.name == ITEMS_PER_PAGE.name)
    };
    let mut walk = Walk::default();
    for operation in OPERATIONS.iter().filter(lists) {
        let step = async {
            let path = ids.path(operation);
            let ask = async |query: &str| {
                let target = format!("{path}?{query}");
                house.nobody(operation.method.as_str(), &target).bearer(&owner).send().await
            };
            for (name, wrong) in [
                ("itemsPerPage", ["0", "501", "ten", "-1", "", "1&itemsPerPage=2"]),
                ("pageNum", ["0", "2147483648", "one", "-1", "", "1&pageNum=1"]),
            ] {
                for value in wrong {
                    let got = ask(&format!("{name}={value}")).await;
                    got.is(400, INVALID_QUERY);
                    assert_eq!(got.json()["parameters"], json!([name]), "{value}");
                }
            }
            let got = ask("itemsPerPage=0&pageNum=0&pretty=maybe").await;
            assert_eq!(got.is(400, INVALID_QUERY).fields().len(), 3, "all faults at once");
            let (first, beyond) = (ask("").await.ok(), ask("pageNum=2147483647&itemsPerPage=500").await.ok());
            assert_eq!(beyond["results"], json!([]));
            let links = beyond["links"].as_array().unwrap();
            assert!(!links.iter().any(|link| link["rel"] == "next"), "{links:?}");
            assert_eq!(beyond["totalCount"], first["totalCount"]);
            if operation.query.iter().any(|known| known.name == INCLUDE_COUNT.name) {
                assert!(ask("includeCount=false").await.ok().get("totalCount").is_none());
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    house.end().await;
}

/// A call that could do what it says, but for its body.
fn with_body(house: &House, operation: &Operation, ids: &Ids, owner: &str, body: impl Into<Vec<u8>>) -> Call {
    let call = house.nobody(operation.method.as_str(), &ids.path(operation)).bearer(owner);
    call.header("Content-Type", JSON).body(body)
}

/// A body with a name in it that no schema has.
fn with_a_stranger(mut legal: Value) -> Value {
    let object = if legal.is_array() { &mut legal[0] } else { &mut legal };
    object["noSuchField"] = json!(1);
    legal
}

/// A body whose first member is there twice.
fn with_a_double(legal: &Value) -> String {
    let text = legal.to_string();
    let object = legal.as_array().map_or(legal, |items| &items[0]).as_object().unwrap();
    let (name, value) = object.iter().next().expect("a legal body says something");
    let member = format!("{}:{value}", json!(name));
    text.replacen('{', &format!("{{{member},"), 1)
}

async fn no_body_is_read_that_is_none(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let owner = owners_token(&house).await;
    let (before, done) = (house.read().await.body, done_so_far(&house).await);
    let mut walk = Walk::default();
    for operation in OPERATIONS.iter().filter(|operation| operation.takes_body()) {
        let step = async {
            let send = async |body: Vec<u8>| with_body(&house, operation, &ids, &owner, body).send().await;
            let legal = body(&house, operation, &ids);
            let other_type = if legal.is_array() { "{}" } else { "[]" };
            let deep = format!("{}{}", r#"{"a":"#.repeat(200), "}".repeat(200));
            for (text, code) in [
                ("{", "MALFORMED_JSON"),
                ("nonsense", "MALFORMED_JSON"),
                ("{} {}", "MALFORMED_JSON"),
                (other_type, "INVALID_JSON"),
                ("null", "INVALID_JSON"),
                ("7", "INVALID_JSON"),
                (r#""text""#, "INVALID_JSON"),
                (&deep, "INVALID_JSON"),
            ] {
                send(text.into()).await.is(400, code);
            }
            send(b"{\"\xff\":1}".to_vec()).await.is(400, "MALFORMED_JSON");
            // That operation knows an empty body.
            if operation.id != OperationId::PinFeatureCompatibilityVersion {
                send(Vec::new()).await.is(400, "MALFORMED_JSON");
            }
            let got = send(with_a_double(&legal).into()).await;
            assert_eq!(got.status, 400, "a name twice: {}", got.text());
            if !is_open(operation) {
                let got = send(with_a_stranger(legal.clone()).to_string().into()).await;
                assert_eq!(got.status, 400, "a name of no field: {}", got.text());
                assert!(named(&got).iter().any(|place| place.ends_with("noSuchField")), "{}", got.text());
            }
            let large = format!("{legal}{}", " ".repeat(1024 * 1024));
            send(large.into()).await.is(413, "REQUEST_BODY_TOO_LARGE");
            let call = house.nobody(operation.method.as_str(), &ids.path(operation)).bearer(&owner);
            let typed = call.header("Content-Type", "text/plain").body(legal.to_string()).send().await;
            typed.is(415, "UNSUPPORTED_MEDIA_TYPE");
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    assert_eq!((house.read().await.body, done_so_far(&house).await), (before, done));
    house.end().await;
}

/// Tells whether an operation lets members through that it does not know.
fn is_open(operation: &Operation) -> bool {
    let schema = operation.newest().and_then(|entry| entry.request).unwrap();
    match &schema.kind {
        Kind::Object { open, .. } => *open,
        Kind::List { items, .. } | Kind::FilledList { items, .. } => {
            matches!(items.kind, Kind::Object { open: true, .. })
        }
        Kind::Text(_) | Kind::OneOf(_) | Kind::Boolean | Kind::Integer { .. } | Kind::Map { .. } | Kind::Anything => {
            true
        }
    }
}

/// A body with one value in it that its schema forbids.
struct Wrong {
    /// Where.
    path: String,
    body: Value,
}

/// Every way to put one wrong value into a legal body, as deep as that body reaches.
fn every_wrong(schema: &'static Schema, legal: &Value) -> Vec<Wrong> {
    let mut found = Vec::new();
    gather(schema, legal, "", &mut |path, value| found.push(Wrong { path, body: value }));
    found
}

/// Tells each wrong value for a part of a body, and the part with it in it.
fn gather(schema: &'static Schema, legal: &Value, path: &str, tell: &mut dyn FnMut(String, Value)) {
    match &schema.kind {
        Kind::Object { fields, .. } => {
            for field in fields.iter().filter(|field| field.flow != Flow::ReadOnly) {
                let at = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
                let mut put = |path: String, value: Value| {
                    let mut whole = legal.clone();
                    whole[field.name] = value;
                    tell(path, whole);
                };
                for value in wrong_values(field.schema) {
                    put(at.clone(), value);
                }
                if let Some(inner) = legal.get(field.name) {
                    gather(field.schema, inner, &at, &mut put);
                }
            }
        }
        Kind::List { items, .. } | Kind::FilledList { items, .. } => {
            if let Some(first) = legal.as_array().and_then(|list| list.first()) {
                gather(items, first, &format!("{path}[0]"), &mut |path, value| {
                    let mut whole = legal.clone();
                    whole[0] = value;
                    tell(path, whole);
                });
            }
        }
        Kind::Text(_) | Kind::OneOf(_) | Kind::Boolean | Kind::Integer { .. } | Kind::Map { .. } | Kind::Anything => {}
    }
}

/// Values of the wrong type, too long, too large, or of letters that its format does not have.
fn wrong_values(schema: &'static Schema) -> Vec<Value> {
    const LONGEST: usize = 100_000;
    match &schema.kind {
        Kind::Object { .. } | Kind::Map { .. } => vec![json!([]), json!("x"), json!(7)],
        Kind::Boolean => vec![json!("true"), json!(1), json!({})],
        Kind::OneOf(_) => vec![json!("NO_SUCH_WORD"), json!(""), json!(7)],
        Kind::Integer { min, max } => {
            let mut wrong = vec![json!("7"), json!(1.5), json!(true), json!(1e300)];
            wrong.extend(min.checked_sub(1).map(|number| json!(number)));
            wrong.extend(max.checked_add(1).map(|number| json!(number)));
            wrong
        }
        Kind::List { max, .. } | Kind::FilledList { max, .. } => {
            let mut wrong = vec![json!({}), json!("x")];
            wrong.extend((*max < 1000).then(|| json!(vec![Value::Null; max + 1])));
            wrong
        }
        Kind::Text(rule) => {
            let mut wrong = vec![json!(7), json!(["x"]), json!({})];
            wrong.extend((rule.max < LONGEST).then(|| json!("a".repeat(rule.max + 1))));
            if rule.format.is_some() {
                wrong.extend(["a\u{0}b", "a\nb", "\u{1b}[2J"].map(|text| json!(text)));
            }
            wrong
        }
        Kind::Anything => Vec::new(),
    }
}

/// The places that a refusal names.
fn named(got: &Got) -> Vec<String> {
    let parameters = got.json()["parameters"].as_array().cloned().unwrap_or_default();
    let parameters = parameters.iter().filter_map(Value::as_str).map(str::to_owned);
    got.fields().into_iter().chain(parameters).collect()
}

async fn no_field_takes_what_its_schema_forbids(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let owner = owners_token(&house).await;
    let (before, done) = (house.read().await.body, done_so_far(&house).await);
    let (mut walk, tried) = (Walk::default(), AtomicUsize::new(0));
    for operation in OPERATIONS.iter().filter(|operation| operation.takes_body()) {
        let step = async {
            let schema = operation.newest().and_then(|entry| entry.request).unwrap();
            let mut stumbled = Vec::new();
            for Wrong { path, body } in every_wrong(schema, &body(&house, operation, &ids)) {
                let got = with_body(&house, operation, &ids, &owner, body.to_string()).send().await;
                tried.fetch_add(1, Ordering::Relaxed);
                let places = if got.status == 400 { named(&got) } else { Vec::new() };
                // The fault, or one of a thing in it or around it.
                if !places.iter().any(|place| place.starts_with(&path) || path.starts_with(place.as_str())) {
                    let shown: String = body.to_string().chars().take(300).collect();
                    stumbled.push(format!("{path} in {shown}: {} {}", got.status, got.text()));
                }
            }
            assert!(stumbled.is_empty(), "{}: {stumbled:#?}", operation.operation_id);
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    assert!(tried.load(Ordering::Relaxed) > 500, "{tried:?}");
    assert_eq!((house.read().await.body, done_so_far(&house).await), (before, done));
    house.end().await;
}

/// Whoever names things of the first project by a path of his own.
struct Outsider {
    key: Key,
    project: String,
    org: String,
}

async fn nothing_of_anothers_is_found_by_ones_own_path(database: Database) {
    let house = House::open(database).await;
    let ids = own_ids(&house).await;
    let sibling = house.new_project("sibling").await;
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap().id;
    let theirs = house.control.create_project(elsewhere, "theirs").await.unwrap().id;
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere;
    let outsiders = [
        Outsider { key: house.owner.clone(), project: sibling.to_string(), org: house.org.to_string() },
        Outsider { key: house.new_key(grants).await, project: theirs.to_string(), org: elsewhere.to_string() },
    ];
    let (before, done) = (house.read().await.body, done_so_far(&house).await);
    let mut walk = Walk::default();
    for operation in OPERATIONS {
        let step = async {
            // What everybody has: their own things, and words that stand for the same in every project.
            let common = ["groupId", "orgId", "cloudProvider", "limitName", "endpointSetId"];
            if !operation.path_parameters().any(|name| !common.contains(&name)) {
                return;
            }
            for Outsider { key, project, org } in &outsiders {
                let is_at_home = *org == house.org.to_string();
                // An organization's keys, accounts and people may be taken into any of its projects.
                let lent = [
                    OperationId::AddGroupApiKey,
                    OperationId::InviteGroupServiceAccount,
                    OperationId::GetGroupUser,
                    OperationId::AddGroupUserRole,
                    OperationId::RemoveGroupUserRole,
                ];
                let is_lent = lent.contains(&operation.id);
                let is_their_own = matches!(operation.access, Access::Organization(_) | Access::Authenticated);
                if is_at_home && (is_their_own || is_lent) {
                    continue;
                }
                let there = ids.moved_to(project, org);
                let got = call(&house, operation, &ids, &there.path(operation)).by(key).send().await;
                assert_eq!(got.status, 404, "{} at home: {is_at_home}: {}", operation.full_path(), got.text());
                let code = got.code();
                assert!(code.ends_with("_NOT_FOUND"), "{code}");
                assert!(!["GROUP_NOT_FOUND", "ORG_NOT_FOUND", "RESOURCE_NOT_FOUND"].contains(&code.as_str()), "{code}");
            }
        };
        walk.step(operation, Box::pin(step)).await;
    }
    walk.end();
    assert_eq!((house.read().await.body, done_so_far(&house).await), (before, done));
    house.end().await;
}
