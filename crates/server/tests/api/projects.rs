//! What people set on a project: PATCH `/groups/{groupId}`, its settings, limits, `managedSlowMs`, activity; and what is
//! read around it.

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::{at_once, cluster};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

fn path(house: &House, rest: &str) -> String {
    format!("/api/atlas/v2/groups/{}{rest}", house.project)
}

async fn patch(house: &House, rest: &str, body: &Value) -> Got {
    house.ask("PATCH", &path(house, rest)).json(body).send().await
}

async fn reads_back_what_was_sent(database: Database) {
    let house = House::open(database).await;
    let tags = json!([{"key": "env", "value": "prod"}, {"key": "Größe", "value": "<b>&'\""}]);
    let body = json!({"name": "tagged", "orgId": house.org.to_string(), "tags": tags,
                      "withDefaultAlertsSettings": false, "regionUsageRestrictions": "COMMERCIAL_FEDRAMP_REGIONS_ONLY"});
    let made = house.ask("POST", "/api/atlas/v2/groups").json(&body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let place = format!("/api/atlas/v2/groups/{}", made["id"].as_str().unwrap());
    assert_eq!(house.get(&place).await.ok(), made);
    assert_eq!(house.get("/api/atlas/v2/groups/byName/tagged").await.ok(), made);

    let plain = house.get(&path(&house, "")).await.ok();
    assert_eq!((&plain["tags"], plain.get("regionUsageRestrictions")), (&json!([]), None));
    assert_eq!(plain["withDefaultAlertsSettings"], true);
    let changed = patch(&house, "", &json!({"name": "renamed", "tags": [{"key": "a", "value": "b"}]})).await.ok();
    assert_eq!((&changed["name"], &changed["tags"][0]["key"]), (&"renamed".into(), &"a".into()));
    assert_eq!(house.get(&path(&house, "")).await.ok(), changed);
    // What is left out stays, and so does what is null.
    let same = patch(&house, "", &json!({"tags": null})).await.ok();
    assert_eq!(same, changed);
    assert_eq!(patch(&house, "", &json!({})).await.ok(), changed);
    assert_eq!(patch(&house, "", &json!({"tags": []})).await.ok()["tags"], json!([]));
    let events = house.events().await;
    let expected = ["GROUP_NAME_CHANGED", "GROUP_TAGS_MODIFIED", "GROUP_TAGS_MODIFIED"];
    assert_eq!(events.iter().filter(|name| name.starts_with("GROUP_")).collect::<Vec<_>>(), expected);
    house.end().await;
}

async fn names_are_found_and_taken(database: Database) {
    let house = House::open(database).await;
    let second = house.new_project("second").await;
    patch(&house, "", &json!({"name": "second"})).await.is(409, "GROUP_ALREADY_EXISTS");
    assert_eq!(patch(&house, "", &json!({"name": "first"})).await.ok()["name"], "first");
    for bad in ["a/b", " a", "a<b", "a\u{202e}b"] {
        patch(&house, "", &json!({"name": bad})).await.is(400, "INVALID_ATTRIBUTE");
    }
    patch(&house, "", &json!({"name": ""})).await.is(400, "INVALID_ATTRIBUTE");
    patch(&house, "", &json!({"orgId": house.org.to_string()})).await.is(400, "INVALID_ATTRIBUTE");
    let twice = json!({"tags": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]});
    patch(&house, "", &twice).await.is(400, "INVALID_ATTRIBUTE");
    let many: Vec<_> = (0..51).map(|n| json!({"key": n.to_string(), "value": "v"})).collect();
    patch(&house, "", &json!({"tags": many})).await.is(400, "INVALID_ATTRIBUTE");
    let several = patch(&house, "", &json!({"name": 7, "tags": [{"key": ""}], "x": 1})).await;
    several.is(400, "VALIDATION_ERROR");
    assert_eq!(several.fields(), ["name", "tags[0].key", "tags[0].value", "x"]);

    let stranger = house.new_key(house.grants(OrgRole::Member, &[(second, ProjectRole::ReadOnly)])).await;
    let by_name = |name: &str| house.nobody("GET", &format!("/api/atlas/v2/groups/byName/{name}")).by(&stranger);
    assert_eq!(by_name("second").send().await.ok()["id"], second.to_string());
    by_name("first").send().await.is(404, "GROUP_NAME_NOT_FOUND");
    by_name("no%20such").send().await.is(404, "GROUP_NAME_NOT_FOUND");
    house
        .nobody("PATCH", &format!("/api/atlas/v2/groups/{second}"))
        .by(&stranger)
        .json(&json!({"name": "x"}))
        .send()
        .await
        .is(403, "USER_UNAUTHORIZED");
    let odd = house.new_project("ä b(c).d,e:f&g@h+i'j").await;
    let got = house.get("/api/atlas/v2/groups/byName/%C3%A4%20b(c).d,e:f&g@h%2Bi'j").await.ok();
    assert_eq!(got["id"], odd.to_string());
    house.end().await;
}

async fn of_projects_that_want_one_name_at_once_one_has_it(database: Database) {
    let house = House::open(database).await;
    let mut calls = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let project = house.new_project(name).await;
        calls.push(house.ask("PATCH", &format!("/api/atlas/v2/groups/{project}")).json(&json!({"name": "wanted"})));
    }
    let got = at_once(calls).await;
    assert_eq!(got.iter().filter(|got| got.status == 200).count(), 1);
    for got in got.iter().filter(|got| got.status != 200) {
        got.is(409, "GROUP_ALREADY_EXISTS");
    }
    house.end().await;
}

async fn switches_are_kept(database: Database) {
    let house = House::open(database).await;
    let settings = house.get(&path(&house, "/settings")).await.ok();
    assert_eq!(settings.as_object().unwrap().len(), 11);
    assert!(settings.as_object().unwrap().values().all(Value::is_boolean), "{settings}");
    let flipped = json!({"isDataExplorerEnabled": false, "isExtendedStorageSizesEnabled": true});
    let changed = patch(&house, "/settings", &flipped).await.ok();
    assert_eq!(changed["isDataExplorerEnabled"], false);
    assert_eq!(changed["isExtendedStorageSizesEnabled"], true);
    assert_eq!(changed["isSchemaAdvisorEnabled"], settings["isSchemaAdvisorEnabled"]);
    assert_eq!(house.get(&path(&house, "/settings")).await.ok(), changed);
    // The whole of it can be sent back.
    assert_eq!(patch(&house, "/settings", &changed).await.ok(), changed);
    let wrong = patch(&house, "/settings", &json!({"isDataExplorerEnabled": "no", "isMoonEnabled": true})).await;
    wrong.is(400, "VALIDATION_ERROR");
    assert_eq!(wrong.fields(), ["isDataExplorerEnabled", "isMoonEnabled"]);
    let reader = house.new_reader().await;
    house.nobody("GET", &path(&house, "/settings")).by(&reader).send().await.ok();
    let got = house.nobody("PATCH", &path(&house, "/settings")).by(&reader).json(&flipped).send().await;
    got.is(403, "USER_UNAUTHORIZED");
    assert!(got.detail().contains("Project Owner (GROUP_OWNER)"), "{}", got.detail());
    house.end().await;
}

async fn what_is_slow_is_a_bare_boolean(database: Database) {
    let house = House::open(database).await;
    let read = async || house.get(&path(&house, "/managedSlowMs")).await;
    assert_eq!(read().await.text(), "true");
    let off = house.ask("DELETE", &path(&house, "/managedSlowMs/disable")).send().await;
    assert_eq!((off.status, off.text()), (204, ""));
    assert_eq!(read().await.text(), "false");
    let on = house.ask("POST", &path(&house, "/managedSlowMs/enable")).send().await;
    assert_eq!((on.status, on.text()), (204, ""));
    assert_eq!(read().await.text(), "true");
    let wrapped = house.get(&path(&house, "/managedSlowMs?envelope=true")).await.ok();
    assert_eq!(wrapped, json!({"status": 200, "content": true}));
    house.end().await;
}

async fn limits_are_set_and_let_be(database: Database) {
    let house = House::open(database).await;
    let clusters = "atlas.project.deployment.clusters";
    house.ask("POST", &path(&house, "/clusters")).json(&cluster("c0")).send().await;
    let one = house.get(&path(&house, &format!("/limits/{clusters}"))).await.ok();
    assert_eq!(
        (&one["name"], &one["currentUsage"], &one["value"]),
        (&clusters.into(), &1.into(), &one["defaultLimit"])
    );
    let set = patch(&house, &format!("/limits/{clusters}"), &json!({"name": clusters, "value": 7})).await.ok();
    assert_eq!((&set["value"], &set["currentUsage"]), (&7.into(), &1.into()));
    let all = house.get(&path(&house, "/limits")).await.ok();
    assert!(all.as_array().unwrap().contains(&set), "{all}");
    let too_great = json!({"value": one["maximumLimit"].as_u64().unwrap() + 1});
    patch(&house, &format!("/limits/{clusters}"), &too_great).await.is(400, "INVALID_ATTRIBUTE");
    for bad in [json!({"value": -1}), json!({"value": "7"}), json!({"value": 1.5})] {
        let got = patch(&house, &format!("/limits/{clusters}"), &bad).await;
        assert_eq!((got.status, got.json()["parameters"].clone()), (400, json!(["value"])), "{bad}");
    }
    patch(&house, &format!("/limits/{clusters}"), &json!({})).await.is(400, "MISSING_ATTRIBUTE");
    let gone = house.ask("DELETE", &path(&house, &format!("/limits/{clusters}"))).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    assert_eq!(house.get(&path(&house, &format!("/limits/{clusters}"))).await.ok(), one);

    // One without a default is there once it is set.
    let daily = "dataFederation.bytesProcessed.daily";
    house.get(&path(&house, &format!("/limits/{daily}"))).await.is(404, "GROUP_LIMIT_NOT_FOUND");
    let set = patch(&house, &format!("/limits/{daily}"), &json!({"value": 100})).await.ok();
    assert_eq!((&set["value"], set.get("defaultLimit")), (&100.into(), None));
    house.get(&path(&house, "/limits/atlas.project.moons")).await.is(404, "GROUP_LIMIT_NOT_FOUND");
    house.end().await;
}

async fn a_limit_of_clusters_holds(database: Database) {
    let house = House::open(database).await;
    patch(&house, "/limits/atlas.project.deployment.clusters", &json!({"value": 1})).await.ok();
    let create = async |name: &str| house.ask("POST", &path(&house, "/clusters")).json(&cluster(name)).send().await;
    assert_eq!(create("c0").await.status, 201);
    let refused = create("c1").await;
    refused.is(409, "CLUSTER_LIMIT_REACHED");
    assert!(refused.detail().contains("has 1 clusters"), "{}", refused.detail());
    patch(&house, "/limits/atlas.project.deployment.clusters", &json!({"value": 2})).await.ok();
    assert_eq!(create("c1").await.status, 201);
    house.end().await;
}

async fn a_project_is_set_aside_and_taken_up_again(database: Database) {
    let house = House::open(database).await;
    let place = format!("/api/atrest/v1/groups/{}", house.project);
    let set = async |word: &str| house.ask("PATCH", &place).json(&json!({"activity": word})).send().await;
    assert_eq!(house.get(&place).await.ok()["activity"], "ACTIVE");
    assert_eq!(set("INACTIVE").await.ok()["activity"], "INACTIVE");
    assert_eq!(set("INACTIVE").await.ok()["name"], "first");
    assert_eq!(house.get(&place).await.ok()["activity"], "INACTIVE");
    let payload = house.private_payload(crate::endpoints::AWS);
    house.patch(&payload).await.is(400, "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_INACTIVE_GROUP");
    assert_eq!(set("ACTIVE").await.ok()["activity"], "ACTIVE");
    house.patch(&payload).await.ok();
    set("active").await.is(400, "INVALID_ENUM_VALUE");
    house.ask("PATCH", &place).json(&json!({})).send().await.is(400, "MISSING_ATTRIBUTE");
    let events = house.events().await;
    let told: Vec<_> = events.iter().filter(|name| name.ends_with("ACTIVATED")).collect();
    assert_eq!(told, ["GROUP_DEACTIVATED", "GROUP_ACTIVATED"]);
    let manager = house.new_key(house.grants(OrgRole::Member, &[(house.project, ProjectRole::ClusterManager)])).await;
    let got = house.nobody("PATCH", &place).by(&manager).json(&json!({"activity": "INACTIVE"})).send().await;
    got.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

async fn clients_find_what_surrounds_a_project(database: Database) {
    let house = House::open(database).await;
    house.ask("POST", &path(&house, "/clusters")).json(&cluster("c0")).send().await;
    let addresses = house.get(&path(&house, "/ipAddresses")).await.ok();
    let expected =
        json!([{"clusterName": "c0", "futureInbound": [], "futureOutbound": [], "inbound": [], "outbound": []}]);
    assert_eq!(addresses, json!({"groupId": house.project.to_string(), "services": {"clusters": expected}}));

    let versions = house.get(&path(&house, "/mongoDBVersions?cloudProvider=AWS&instanceSize=M10")).await.ok();
    let found: Vec<_> = versions["results"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!((found, &versions["totalCount"]), (vec!["7.0".into(), "8.0".into()], &2.into()));
    let default = house.get(&path(&house, "/mongoDBVersions?instanceSize=M10&defaultStatus=DEFAULT")).await.ok();
    assert_eq!(default["results"].as_array().unwrap().len(), 3);
    house.get(&path(&house, "/mongoDBVersions?defaultStatus=x")).await.is(400, "INVALID_QUERY_PARAMETER");
    let beyond = house.get(&path(&house, "/mongoDBVersions?pageNum=99")).await.ok();
    assert_eq!(beyond["results"], json!([]));

    for (rest, expected) in [
        ("/customDBRoles/roles", json!([])),
        ("/privateEndpoint/AWS/endpointService", json!([])),
        ("/privateEndpoint/regionalMode", json!({"enabled": false})),
        (
            "/userSecurity",
            json!({"customerX509": {}, "ldap": {"authenticationEnabled": false, "authorizationEnabled": false}}),
        ),
    ] {
        assert_eq!(house.get(&path(&house, rest)).await.ok(), expected, "{rest}");
    }
    assert_eq!(house.get(&path(&house, "/auditLog")).await.ok()["enabled"], false);
    assert_eq!(house.get(&path(&house, "/maintenanceWindow")).await.ok()["dayOfWeek"], 0);
    for rest in ["/databaseUsers", "/integrations", "/peers", "/peers?providerName=GCP&itemsPerPage=5"] {
        let page = house.get(&path(&house, rest)).await.ok();
        assert_eq!((&page["results"], &page["totalCount"]), (&json!([]), &0.into()), "{rest}");
    }
    for (method, rest) in [
        ("POST", "/databaseUsers"),
        ("POST", "/integrations/DATADOG"),
        ("PATCH", "/auditLog"),
        ("DELETE", "/maintenanceWindow"),
        ("POST", "/customDBRoles/roles"),
        ("POST", "/peers"),
    ] {
        let got = house.ask(method, &path(&house, rest)).json(&json!({})).send().await;
        got.is(403, "FEATURE_UNSUPPORTED");
    }
    let links = house.get(&path(&house, "/peers?providerName=AZURE&itemsPerPage=5")).await.ok()["links"].clone();
    assert!(links[0]["href"].as_str().unwrap().contains("providerName=AZURE"), "{links}");
    house.get(&path(&house, "/peers?providerName=MOON")).await.is(400, "INVALID_QUERY_PARAMETER");
    house.get(&path(&house, "/databaseUsers/admin/me")).await.is(404, "RESOURCE_NOT_FOUND");
    house.get(&path(&house, "/privateEndpoint/MOON/endpointService")).await.is(404, "RESOURCE_NOT_FOUND");
    house.end().await;
}

async fn lists_stay_right_with_many_projects(database: Database) {
    let house = House::open(database).await;
    for n in 0..12 {
        house.new_project(&format!("many {n:02}")).await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let page = house.get("/api/atlas/v2/groups?itemsPerPage=5&pageNum=3").await.ok();
    assert_eq!(
        (names(&page), &page["totalCount"]),
        (vec!["many 09".into(), "many 10".into(), "many 11".into()], &13.into())
    );
    let beyond = house.get("/api/atlas/v2/groups?itemsPerPage=5&pageNum=4").await.ok();
    assert_eq!((names(&beyond).len(), &beyond["totalCount"]), (0, &13.into()));
    let org = format!("/api/atlas/v2/orgs/{}/groups", house.org);
    let found = house.get(&format!("{org}?name=MANY%200")).await.ok();
    assert_eq!((names(&found).len(), &found["totalCount"]), (10, &10.into()));
    assert!(found["links"][0]["href"].as_str().unwrap().contains("name=MANY%200"), "{}", found["links"]);
    assert_eq!(names(&house.get(&format!("{org}?name=100%25")).await.ok()).len(), 0);
    let own = house.new_project("own").await;
    let member = house.new_key(house.grants(OrgRole::Member, &[(own, ProjectRole::ReadOnly)])).await;
    let seen = house.nobody("GET", &org).by(&member).send().await.ok();
    assert_eq!((names(&seen), &seen["totalCount"]), (vec!["own".to_owned()], &1.into()));
    let seen = house.nobody("GET", &format!("{org}?name=many")).by(&member).send().await.ok();
    assert_eq!(names(&seen).len(), 0);
    house.end().await;
}

on_both_engines! {
    reads_back_what_was_sent
    names_are_found_and_taken
    of_projects_that_want_one_name_at_once_one_has_it
    switches_are_kept
    what_is_slow_is_a_bare_boolean
    limits_are_set_and_let_be
    a_limit_of_clusters_holds
    a_project_is_set_aside_and_taken_up_again
    clients_find_what_surrounds_a_project
    lists_stay_right_with_many_projects
}
