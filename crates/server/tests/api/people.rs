//! People and teams: who is invited, what they may do, and who is shut out.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use domain::access::{OrgRole, ProjectRole};
use domain::id::TeamId;
use domain::recipient::Recipients;
use domain::user::EmailAddress;
use serde_json::{Value, json};
use server::api::auth::ha1;
use storage::{Outcome, UserToken};

use crate::api_keys::org_events;
use crate::client::{Got, Key};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    a_person_is_invited_changed_and_removed
    a_project_has_people_of_its_own_by_teams_and_by_the_organization
    roles_come_and_go_one_by_one
    teams_are_made_filled_and_emptied
    a_token_works_once
    whoever_is_shut_out_is_told_nothing
    every_fault_is_told
    another_organizations_people_do_not_exist
    whoever_only_invites_learns_nothing_of_a_person
    filters_hold_on_every_page_and_for_one_person
    an_operator_gives_an_organization_an_owner_again
}

fn users(house: &House) -> String {
    format!("/api/atlas/v2/orgs/{}/users", house.org)
}

fn teams(house: &House) -> String {
    format!("/api/atlas/v2/orgs/{}/teams", house.org)
}

fn group(house: &House, rest: &str) -> String {
    format!("/api/atlas/v2/groups/{}/{rest}", house.project)
}

fn own(house: &House, rest: &str) -> String {
    format!("/api/atrest/v1/orgs/{}/users/{rest}", house.org)
}

async fn post(house: &House, path: &str, body: &Value) -> Got {
    house.ask("POST", path).json(body).send().await
}

/// Invites somebody, and gives their id.
async fn invite(house: &House, email: &str, org_role: &str) -> String {
    let got = post(house, &users(house), &json!({"username": email, "roles": {"orgRoles": [org_role]}})).await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

/// Makes a team of people by address, and gives its id.
async fn new_team(house: &House, name: &str, people: &[&str]) -> String {
    let made = post(house, &teams(house), &json!({"name": name, "usernames": people})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

/// Gives somebody a token in place of the one in their letter, which is on its way already.
async fn token_for(house: &House, id: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let member = house.store.member(house.org, id.parse().unwrap()).await.unwrap().unwrap();
    let token = format!("atrest_user_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let kept = UserToken {
        sha256: digest(&SHA256, token.as_bytes()).as_ref().try_into().unwrap(),
        org: house.org,
        user: member.user.id,
        expires_at: house.control.now() + Duration::from_secs(72 * 3600),
    };
    let outcome = house.store.change_member(&member, &member, Some(&kept), &[], &[]).await.unwrap();
    assert_eq!(outcome, Outcome::Saved);
    token
}

async fn recipients(house: &House, to: Recipients) -> Vec<String> {
    let told = house.store.recipients(house.project, &to).await.unwrap();
    told.into_iter().map(|one| one.email).collect()
}

async fn a_person_is_invited_changed_and_removed(database: Database) {
    let house = House::open(database).await;
    let body = json!({
        "username": "Ada@Example.com",
        "roles": {
            "orgRoles": ["ORG_MEMBER"],
            "groupRoleAssignments": [{"groupId": house.project.to_string(), "groupRoles": ["GROUP_OWNER"]}],
        },
    });
    let got = post(&house, &users(&house), &body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    assert_eq!((&made["username"], &made["orgMembershipStatus"]), (&"ada@example.com".into(), &"PENDING".into()));
    assert_eq!(made["inviterUsername"], house.owner.public.as_str());
    assert_eq!(made["roles"]["groupRoleAssignments"], body["roles"]["groupRoleAssignments"]);
    let one = format!("{}/{}", users(&house), made["id"].as_str().unwrap());
    assert_eq!(got.header("location"), Some(format!("http://{}{one}", house.address).as_str()));
    post(&house, &users(&house), &body).await.is(409, "USER_ALREADY_EXISTS");
    assert_eq!(house.get(&one).await.ok(), made);
    assert_eq!(house.get(&format!("{}?username=ADA@example.com", users(&house))).await.ok()["totalCount"], 1);
    assert_eq!(house.get(&format!("{}?orgMembershipStatus=ACTIVE", users(&house))).await.ok()["totalCount"], 0);
    let old = house.ask("GET", &users(&house)).accept("application/vnd.atlas.2023-01-01+json").send().await;
    assert_eq!(old.header("sunset"), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
    assert_eq!(old.ok()["results"][0]["emailAddress"], "ada@example.com");
    assert_eq!(recipients(&house, Recipients::ProjectRoles(vec![ProjectRole::Owner])).await, ["ada@example.com"]);

    // Whoever sees less of the organization sees less of what people may do.
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    let seen = house.nobody("GET", &one).by(&member).send().await.ok();
    assert_eq!(seen["roles"]["groupRoleAssignments"], json!([]));

    let change = json!({"roles": {"orgRoles": ["ORG_OWNER"], "groupRoleAssignments": []}});
    let changed = house.ask("PATCH", &one).json(&change).send().await.ok();
    assert_eq!(changed["roles"], json!({"groupRoleAssignments": [], "orgRoles": ["ORG_OWNER"]}));
    assert_eq!(recipients(&house, Recipients::OrgRoles(vec![OrgRole::Owner])).await, ["ada@example.com"]);
    assert_eq!(recipients(&house, Recipients::ProjectRoles(vec![ProjectRole::Owner])).await, ["ada@example.com"]);
    assert_eq!(house.ask("DELETE", &one).send().await.status, 204);
    house.get(&one).await.is(404, "USER_NOT_FOUND");
    assert!(recipients(&house, Recipients::OrgRoles(Vec::new())).await.is_empty());
    let told = org_events(&house).await;
    assert_eq!(told[0], "REMOVED_FROM_ORG");
    for kind in ["INVITED_TO_ORG", "USER_ROLES_CHANGED_AUDIT"] {
        assert!(told.contains(&kind.to_owned()), "{told:?}");
    }
    let told = house.events().await;
    assert!(told.contains(&"JOINED_GROUP".to_owned()) && told.contains(&"REMOVED_FROM_GROUP".to_owned()), "{told:?}");
    house.end().await;
}

async fn a_project_has_people_of_its_own_by_teams_and_by_the_organization(database: Database) {
    let house = House::open(database).await;
    let here = group(&house, "users");
    let got = post(&house, &here, &json!({"username": "own@example.com", "roles": ["GROUP_READ_ONLY"]})).await;
    assert_eq!((got.status, &got.json()["roles"]), (201, &json!(["GROUP_READ_ONLY"])), "{}", got.text());
    let by_team = invite(&house, "team@example.com", "ORG_MEMBER").await;
    invite(&house, "org@example.com", "ORG_OWNER").await;
    invite(&house, "none@example.com", "ORG_MEMBER").await;
    let team = new_team(&house, "dba", &["team@example.com"]).await;
    let roles = json!([{"teamId": team, "roleNames": ["GROUP_CLUSTER_MANAGER"]}]);
    assert_eq!(post(&house, &group(&house, "teams"), &roles).await.ok()["totalCount"], 1);
    let list = |query: &str| format!("{here}?{query}");
    let names = async |query: &str| {
        let all = house.get(&list(query)).await.ok();
        let names = all["results"].as_array().unwrap().iter().map(|one| one["username"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["own@example.com"]);
    assert_eq!(names("flattenTeams=true").await, ["own@example.com", "team@example.com"]);
    assert_eq!(
        names("flattenTeams=true&includeOrgUsers=true").await,
        ["org@example.com", "own@example.com", "team@example.com"]
    );
    let one = house.get(&format!("{here}/{by_team}")).await.ok();
    assert_eq!(one["roles"], json!(["GROUP_CLUSTER_MANAGER"]));
    assert_eq!(recipients(&house, Recipients::Team(team.parse::<TeamId>().unwrap())).await, ["team@example.com"]);
    let all = recipients(&house, Recipients::ProjectRoles(Vec::new())).await;
    assert_eq!(all, ["org@example.com", "own@example.com", "team@example.com"]);
    assert_eq!(recipients(&house, Recipients::User("None@example.com".to_owned())).await, ["none@example.com"]);
    let manager = Recipients::ProjectRoles(vec![ProjectRole::ClusterManager]);
    assert_eq!(recipients(&house, manager).await, ["team@example.com"]);
    house.end().await;
}

async fn roles_come_and_go_one_by_one(database: Database) {
    let house = House::open(database).await;
    let id = invite(&house, "ada@example.com", "ORG_MEMBER").await;
    let org = |verb: &str| format!("{}/{id}:{verb}", users(&house));
    let added = post(&house, &org("addRole"), &json!({"orgRole": "ORG_GROUP_CREATOR"})).await.ok();
    assert_eq!(added["roles"]["orgRoles"], json!(["ORG_GROUP_CREATOR", "ORG_MEMBER"]));
    post(&house, &org("removeRole"), &json!({"orgRole": "ORG_MEMBER"})).await.ok();
    post(&house, &org("removeRole"), &json!({"orgRole": "ORG_GROUP_CREATOR"})).await.is(400, "MISSING_ROLES");
    let here = |verb: &str| group(&house, &format!("users/{id}:{verb}"));
    let added = post(&house, &here("addRole"), &json!({"groupRole": "GROUP_READ_ONLY"})).await.ok();
    assert_eq!(added["roles"], json!(["GROUP_READ_ONLY"]));
    post(&house, &here("addRole"), &json!({"groupRole": "GROUP_OWNER"})).await.ok();
    let manager = house.grants(OrgRole::Member, &[(house.project, ProjectRole::AccessManager)]);
    let manager = house.new_key(manager).await;
    let demote = house.nobody("POST", &here("removeRole")).by(&manager).json(&json!({"groupRole": "GROUP_OWNER"}));
    demote.send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    let left = post(&house, &here("removeRole"), &json!({"groupRole": "GROUP_OWNER"})).await.ok();
    assert_eq!(left["roles"], json!(["GROUP_READ_ONLY"]));
    post(&house, &here("removeRole"), &json!({"groupRole": "GROUP_READ_ONLY"})).await.is(400, "MISSING_ROLES");
    let one = group(&house, &format!("users/{id}"));
    assert_eq!(house.ask("DELETE", &one).send().await.status, 204);
    house.get(&one).await.is(404, "USER_NOT_FOUND");
    house.get(&format!("{}/{id}", users(&house))).await.ok();
    house.end().await;
}

async fn teams_are_made_filled_and_emptied(database: Database) {
    let house = House::open(database).await;
    let ada = invite(&house, "ada@example.com", "ORG_MEMBER").await;
    let bob = invite(&house, "bob@example.com", "ORG_MEMBER").await;
    let unknown = json!({"name": "x", "usernames": ["eve@example.com"]});
    post(&house, &teams(&house), &unknown).await.is(404, "USER_NOT_FOUND");
    let team = new_team(&house, "Büro (1)", &["ada@example.com"]).await;
    post(&house, &teams(&house), &json!({"name": "Büro (1)", "usernames": []})).await.is(409, "DUPLICATE_TEAM_NAME");
    let named = house.get(&format!("{}/byName/B%C3%BCro%20%281%29", teams(&house))).await.ok();
    assert_eq!(named["id"], team.as_str());
    let one = format!("{}/{team}", teams(&house));
    let people = format!("{one}/users");
    assert_eq!(post(&house, &people, &json!([{"id": bob}])).await.ok()["totalCount"], 2);
    post(&house, &people, &json!([{"id": bob}])).await.is(409, "USER_ALREADY_IN_TEAM");
    assert_eq!(house.get(&format!("{people}?userId={ada}")).await.ok()["results"][0]["teamIds"], json!([team]));
    assert_eq!(house.ask("DELETE", &format!("{people}/{bob}")).send().await.status, 204);
    house.ask("DELETE", &format!("{people}/{bob}")).send().await.is(404, "USER_NOT_IN_TEAM");
    let added = post(&house, &format!("{one}:addUser"), &json!({"id": bob})).await.ok();
    assert_eq!(added["teamIds"], json!([team]));
    assert_eq!(post(&house, &format!("{one}:removeUser"), &json!({"id": bob})).await.ok()["teamIds"], json!([]));

    let roles = json!([{"teamId": team, "roleNames": ["GROUP_READ_ONLY"]}]);
    post(&house, &group(&house, "teams"), &roles).await.ok();
    let here = group(&house, &format!("teams/{team}"));
    let changed = house.ask("PATCH", &here).json(&json!({"roleNames": ["GROUP_OWNER"]})).send().await.ok();
    assert_eq!(changed["results"][0]["roleNames"], json!(["GROUP_OWNER"]));
    house.ask("DELETE", &one).send().await.is(404, "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT");
    assert_eq!(house.get(&here).await.ok()["roleNames"], json!(["GROUP_OWNER"]));
    let manager = house.grants(OrgRole::Member, &[(house.project, ProjectRole::AccessManager)]);
    let manager = house.new_key(manager).await;
    house.nobody("DELETE", &here).by(&manager).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    assert_eq!(house.ask("DELETE", &here).send().await.status, 204);
    house.get(&here).await.is(404, "TEAM_NOT_FOUND");
    house.ask("PATCH", &here).json(&json!({"roleNames": ["GROUP_OWNER"]})).send().await.is(404, "TEAM_NOT_FOUND");

    let other = new_team(&house, "other", &[]).await;
    let renamed = house.ask("PATCH", &one).json(&json!({"name": "other"})).send().await;
    renamed.is(409, "DUPLICATE_TEAM_NAME");
    assert_eq!(house.ask("PATCH", &one).json(&json!({"name": "office"})).send().await.ok()["name"], "office");
    assert_eq!(house.get(&teams(&house)).await.ok()["totalCount"], 2);
    for team in [&team, &other] {
        assert_eq!(house.ask("DELETE", &format!("{}/{team}", teams(&house))).send().await.status, 204);
    }
    house.get(&one).await.is(404, "TEAM_NOT_FOUND");
    assert_eq!(house.get(&format!("{}/{ada}", users(&house))).await.ok()["teamIds"], json!([]));
    house.end().await;
}

async fn a_token_works_once(database: Database) {
    let house = House::open(database).await;
    let id = invite(&house, "ada@example.com", "ORG_MEMBER").await;
    let accept = "/api/atrest/v1/invitations/accept";
    let send = async |token: &str| {
        let body = json!({"token": token, "password": "correct horse battery", "firstName": "Ada", "lastName": "L"});
        house.nobody("POST", accept).json(&body).send().await
    };
    let first = token_for(&house, &id).await;
    send("atrest_user_x").await.is(403, "INVITATION_TOKEN_INVALID");
    house
        .nobody("POST", accept)
        .json(&json!({"token": first, "password": "short"}))
        .send()
        .await
        .is(400, "INVALID_ATTRIBUTE");
    // A second letter ends the first one's token.
    assert_eq!(post(&house, &own(&house, &format!("{id}/reset")), &json!({})).await.status, 202);
    send(&first).await.is(403, "INVITATION_TOKEN_INVALID");
    let second = token_for(&house, &id).await;
    let in_at_last = send(&second).await;
    assert_eq!(in_at_last.ok()["state"], "ACTIVE");
    assert!(!in_at_last.text().contains("horse"));
    send(&second).await.is(403, "INVITATION_TOKEN_INVALID");
    let seen = house.get(&format!("{}/{id}", users(&house))).await.ok();
    assert_eq!((&seen["orgMembershipStatus"], &seen["firstName"]), (&"ACTIVE".into(), &"Ada".into()));
    assert_eq!(org_events(&house).await[0], "JOINED_ORG");

    let late = invite(&house, "late@example.com", "ORG_MEMBER").await;
    let token = token_for(&house, &late).await;
    house.pass(Duration::from_secs(72 * 3600 + 1));
    send(&token).await.is(403, "INVITATION_TOKEN_INVALID");
    let seen = house.get(&format!("{}/{late}", users(&house))).await.ok();
    assert_eq!(seen["orgMembershipStatus"], "INVITATION_EXPIRED");
    assert_eq!(invite(&house, "late@example.com", "ORG_MEMBER").await, late);
    assert_eq!(send(&token_for(&house, &late).await).await.status, 200);
    house.end().await;
}

async fn whoever_is_shut_out_is_told_nothing(database: Database) {
    let house = House::open(database).await;
    let id = invite(&house, "ada@example.com", "ORG_OWNER").await;
    let disable = own(&house, &format!("{id}/disable"));
    post(&house, &disable, &json!({})).await.is(409, "USER_STANDING_MISMATCH");
    let token = token_for(&house, &id).await;
    let body = json!({"token": token, "password": "correct horse battery"});
    house.nobody("POST", "/api/atrest/v1/invitations/accept").json(&body).send().await.ok();
    assert_eq!(post(&house, &disable, &json!({})).await.ok()["state"], "DISABLED");
    assert!(recipients(&house, Recipients::OrgRoles(Vec::new())).await.is_empty());
    let reset = own(&house, &format!("{id}/reset"));
    post(&house, &reset, &json!({})).await.is(409, "USER_STANDING_MISMATCH");
    let all = house.get(&format!("/api/atrest/v1/orgs/{}/users", house.org)).await.ok();
    assert_eq!(all["results"][0]["state"], "DISABLED");
    assert_eq!(post(&house, &own(&house, &format!("{id}/enable")), &json!({})).await.ok()["state"], "ACTIVE");
    assert_eq!(recipients(&house, Recipients::OrgRoles(Vec::new())).await, ["ada@example.com"]);
    assert_eq!(post(&house, &reset, &json!({})).await.status, 202);
    assert_eq!(
        org_events(&house).await[..3],
        ["USER_RESET_REQUESTED", "USER_ENABLED", "USER_DISABLED"].map(str::to_owned)
    );
    house.end().await;
}

async fn every_fault_is_told(database: Database) {
    let house = House::open(database).await;
    let bad = json!({"username": "ada", "roles": {"orgRoles": ["GROUP_OWNER"], "groupRoleAssignments": [{}]}, "x": 1});
    let refused = post(&house, &users(&house), &bad).await;
    refused.is(400, "VALIDATION_ERROR");
    assert_eq!(refused.fields().len(), 5, "{}", refused.text());
    for email in ["a@b..c", "a b@c", "@", "a@", &format!("{}@b", "a".repeat(65)), "a@b\r\nBcc: c@d"] {
        let body = json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}});
        assert_eq!(post(&house, &users(&house), &body).await.status, 400, "{email:?}");
    }
    let elsewhere = json!({
        "username": "ada@example.com",
        "roles": {"orgRoles": ["ORG_MEMBER"], "groupRoleAssignments":
            [{"groupId": "0123456789abcdef01234567", "groupRoles": ["GROUP_OWNER"]}]},
    });
    post(&house, &users(&house), &elsewhere).await.is(404, "GROUP_NOT_FOUND");
    let team = json!({
        "username": "ada@example.com",
        "roles": {"orgRoles": ["ORG_MEMBER"]},
        "teamIds": ["0123456789abcdef01234567"],
    });
    post(&house, &users(&house), &team).await.is(404, "TEAM_NOT_FOUND");
    assert_eq!(house.get(&users(&house)).await.ok()["totalCount"], 0);
    assert_eq!(house.get(&format!("{}?orgMembershipStatus=x", users(&house))).await.status, 400);
    assert_eq!(post(&house, &teams(&house), &json!({"name": "", "usernames": ["x"]})).await.fields().len(), 2);
    for path in [users(&house), teams(&house)] {
        assert_eq!(house.get(&format!("{path}?pageNum=99")).await.ok()["results"], json!([]));
        for id in ["x", "0123456789abcdef01234567", "%2e"] {
            assert_eq!(house.get(&format!("{path}/{id}")).await.status, 404, "{path} {id}");
        }
    }
    // A letter that is two in lower case: what is kept of an address can be read again.
    let body = json!({"username": "\u{130}@example.com", "roles": {"orgRoles": ["ORG_MEMBER"]}});
    assert_eq!(post(&house, &users(&house), &body).await.status, 400);
    house.get(&users(&house)).await.ok();
    house.end().await;
}

async fn another_organizations_people_do_not_exist(database: Database) {
    let house = House::open(database).await;
    let id = invite(&house, "ada@example.com", "ORG_MEMBER").await;
    let team = new_team(&house, "dba", &["ada@example.com"]).await;
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let stranger = house.new_key(grants).await;
    let by = |method: &str, path: &str| house.nobody(method, path).by(&stranger);
    by("GET", &users(&house)).send().await.is(404, "ORG_NOT_FOUND");
    let theirs = format!("/api/atlas/v2/orgs/{}", elsewhere.id);
    by("GET", &format!("{theirs}/users/{id}")).send().await.is(404, "USER_NOT_FOUND");
    by("DELETE", &format!("{theirs}/users/{id}")).send().await.is(404, "USER_NOT_FOUND");
    by("GET", &format!("{theirs}/teams/{team}")).send().await.is(404, "TEAM_NOT_FOUND");
    // The same person can be invited there too, and is a member of either by themselves.
    let body = json!({"username": "ada@example.com", "roles": {"orgRoles": ["ORG_OWNER"]}});
    let got = by("POST", &format!("{theirs}/users")).json(&body).send().await;
    assert_eq!((got.status, got.json()["id"].as_str().unwrap()), (201, id.as_str()));
    let ours = house.get(&format!("{}/{id}", users(&house))).await.ok();
    assert_eq!(ours["roles"]["orgRoles"], json!(["ORG_MEMBER"]));
    // Roles in this organization's project are not theirs to give.
    let group_role = json!({"groupId": house.project.to_string(), "groupRoles": ["GROUP_OWNER"]});
    let body = json!({"roles": {"orgRoles": ["ORG_OWNER"], "groupRoleAssignments": [group_role]}});
    by("PATCH", &format!("{theirs}/users/{id}")).json(&body).send().await.is(404, "GROUP_NOT_FOUND");
    house.end().await;
}

async fn whoever_only_invites_learns_nothing_of_a_person(database: Database) {
    let house = House::open(database).await;
    let id = invite(&house, "ada@example.com", "ORG_MEMBER").await;
    let body = json!({
        "token": token_for(&house, &id).await, "password": "correct horse battery", "firstName": "Ada", "lastName": "L",
    });
    house.nobody("POST", "/api/atrest/v1/invitations/accept").json(&body).send().await.ok();
    house.pass(Duration::from_secs(3600));
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let stranger = house.new_key(grants).await;
    let theirs = format!("/api/atlas/v2/orgs/{}/users", elsewhere.id);
    for email in ["ada@example.com", "new@example.com"] {
        let body = json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}});
        assert_eq!(house.nobody("POST", &theirs).by(&stranger).json(&body).send().await.status, 201);
    }
    // In every shape somebody who is known elsewhere looks like somebody who is new.
    let first_shape = "application/vnd.atlas.2023-01-01+json";
    let ours = house.ask("GET", &users(&house)).accept(first_shape).send().await.ok();
    assert_eq!(ours["results"][0]["firstName"], "Ada");
    let long_ago = &ours["results"][0]["createdAt"];
    let own = format!("/api/atrest/v1/orgs/{}/users", elsewhere.id);
    let asked = [
        house.nobody("GET", &theirs).by(&stranger),
        house.nobody("GET", &theirs).by(&stranger).accept(first_shape),
        house.nobody("GET", &own).by(&stranger),
    ];
    for call in asked {
        let got = call.send().await.ok();
        let [known, new] = got["results"].as_array().unwrap().as_slice() else { panic!("{got}") };
        for field in ["firstName", "lastName"] {
            assert_eq!(known.get(field), new.get(field), "{field} of {got}");
        }
        assert_eq!(known.get("createdAt").is_some(), new.get("createdAt").is_some(), "{got}");
        assert_ne!(known.get("createdAt"), Some(long_ago), "{got}");
    }
    house.end().await;
}

async fn filters_hold_on_every_page_and_for_one_person(database: Database) {
    let house = House::open(database).await;
    let here = group(&house, "users");
    for email in ["ada@example.com", "bob@example.com"] {
        assert_eq!(post(&house, &here, &json!({"username": email, "roles": ["GROUP_OWNER"]})).await.status, 201);
    }
    let page = house.get(&format!("{here}?itemsPerPage=1&orgMembershipStatus=PENDING&flattenTeams=true")).await.ok();
    let links = page["links"].as_array().unwrap();
    let next = links.iter().find(|link| link["rel"] == "next").unwrap()["href"].as_str().unwrap();
    assert!(next.contains("orgMembershipStatus=PENDING") && next.contains("flattenTeams=true"), "{next}");
    let one = format!("{here}/{}", page["results"][0]["id"].as_str().unwrap());
    house.get(&format!("{one}?orgMembershipStatuses=PENDING")).await.ok();
    house.get(&format!("{one}?orgMembershipStatuses=ACTIVE")).await.is(404, "USER_NOT_FOUND");
    house.end().await;
}

async fn an_operator_gives_an_organization_an_owner_again(database: Database) {
    let house = House::open(database).await;
    let ada = EmailAddress::parse("ada@example.com").unwrap();
    let id = invite(&house, ada.as_str(), "ORG_MEMBER").await;
    let token = token_for(&house, &id).await;
    let made = house.control.recover_owner(house.org, &ada, &[], ha1).await.unwrap();
    let key = Key { public: made.key.public_key.clone(), private: made.private_key.expose().to_owned() };
    let seen = house.nobody("GET", &format!("{}/{id}", users(&house))).by(&key).send().await.ok();
    assert_eq!(seen["orgMembershipStatus"], "ACTIVE");
    assert_eq!(seen["roles"]["orgRoles"], json!(["ORG_OWNER", "ORG_MEMBER"]));
    // What was sent before they were an owner opens nothing any more.
    let body = json!({"token": token, "password": "correct horse battery"});
    let late = house.nobody("POST", "/api/atrest/v1/invitations/accept").json(&body).send().await;
    late.is(403, "INVITATION_TOKEN_INVALID");
    // A key that could not sign in is not made.
    let own = format!("/api/atlas/v2/orgs/{}/apiKeys/{}/accessList", house.org, made.key.id);
    let list = json!([{"cidrBlock": "127.0.0.0/8"}]);
    house.nobody("POST", &own).by(&key).json(&list).send().await.ok();
    let settings = format!("/api/atlas/v2/orgs/{}/settings", house.org);
    let demand = json!({"apiAccessListRequired": true});
    house.nobody("PATCH", &settings).by(&key).json(&demand).send().await.ok();
    let refused = house.control.recover_owner(house.org, &ada, &[], ha1).await.unwrap_err();
    assert!(matches!(refused, control::Error::Violations(_)), "{refused}");
    let there: [ipnet::IpNet; 1] = ["127.0.0.0/8".parse().unwrap()];
    let second = house.control.recover_owner(house.org, &ada, &there, ha1).await.unwrap();
    assert_eq!(second.member.user.id, made.member.user.id, "the same person");
    let second = Key { public: second.key.public_key.clone(), private: second.private_key.expose().to_owned() };
    let events = format!("/api/atlas/v2/orgs/{}/events", house.org);
    let told = house.nobody("GET", &events).by(&second).send().await;
    assert_eq!(told.text().matches("ORG_OWNER_RECOVERED").count(), 2, "{}", told.text());
    house.end().await;
}
