//! What is wiped when its time is over, and what comes back before: keys of deleted clusters, customer keys that nothing
//! is left under, deleted projects.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use control::{Caller, Error, Identity};
use domain::access::OrgRole;
use domain::id::{ApiKeyId, ProjectId};
use serde_json::json;

use crate::database::Database;
use crate::house::{House, until};
use crate::keys::{furnish, ours};
use crate::on_both_engines;

on_both_engines! {
    keys_of_a_deleted_cluster_are_wiped_when_their_time_is_over
    a_rotation_is_over_when_what_held_it_up_is_wiped
    a_deleted_project_comes_back_and_its_cluster_after_it
    a_project_whose_time_is_over_stays_away
}

const DAY: Duration = Duration::from_secs(24 * 3600);

fn cluster_path(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/clusters/c", house.project)
}

/// The organization's owner, inside the house.
fn owner(house: &House) -> Caller {
    Caller {
        identity: Identity::ApiKey { id: ApiKeyId::from_random([3; 12]), public_key: "abcdefgh".to_owned() },
        grants: house.grants(OrgRole::Owner, &[]),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

async fn keys_of_a_deleted_cluster_are_wiped_when_their_time_is_over(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let sealed = house.store.master_key(key).await.unwrap().unwrap().wrapped.as_ref().unwrap().sealed.clone();
    let cluster = house.get(&cluster_path(&house)).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &cluster_path(&house)).send().await.status, 202);
    house.pass(DAY * 30 - Duration::from_secs(60));
    assert_eq!(house.control.purge_master_keys().await.unwrap(), 0, "not yet");
    assert_eq!(house.get(&ours(&house, "deletedClusters")).await.ok()["totalCount"], 1);

    house.pass(Duration::from_secs(120));
    assert_eq!(house.control.purge_master_keys().await.unwrap(), 1);
    assert_eq!(house.control.purge_master_keys().await.unwrap(), 0, "once");
    let stored = house.store.master_key(key).await.unwrap().unwrap();
    assert_eq!((&stored.wrapped, stored.key.owner.node.to_string()), (&None, node.id()));
    assert!(house.events().await.iter().any(|name| name == "MASTER_KEY_PURGED"));
    assert_eq!(house.get(&ours(&house, "deletedClusters")).await.ok()["totalCount"], 0);
    let back = house.ask("POST", &ours(&house, &format!("deletedClusters/{cluster}/return"))).send().await;
    back.is(404, "DELETED_CLUSTER_NOT_FOUND");
    let customer_keys = house.get(&ours(&house, "customerKeys")).await.ok();
    assert_eq!(customer_keys["results"][0]["masterKeys"], 0);
    // Not in the tables, and not in the log either.
    let found = house.ground.database.everything().await;
    let hexed = hex::encode(&sealed);
    for (place, bytes) in &found {
        let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
        assert!(!holds(&sealed) && !holds(hexed.as_bytes()), "sealed bytes are still in {place}");
    }
    house.end().await;
}

async fn a_rotation_is_over_when_what_held_it_up_is_wiped(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let second = house.cloud().new_key("second").await;
    house.cloud().disable_key(&house.cloud().key).await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
    let newest = async || house.get(&ours(&house, "rotations")).await.ok()["results"][0].clone();
    until("it is stalled", async || newest().await["state"] == "STALLED").await;
    house.cloud().enable_key(&house.cloud().key).await;
    node.destroy(&house, key).await;
    house.cloud().disable_key(&house.cloud().key).await;
    let credentials = async || {
        let retired = house.store.retired_customer_keys(house.project).await.unwrap();
        retired.iter().filter(|former| former.key.is_some()).count()
    };
    assert_eq!(credentials().await, 1, "a destroyed key can still be brought back");
    house.pass(DAY * 30 + Duration::from_secs(60));
    assert_eq!(house.control.purge_master_keys().await.unwrap(), 1);
    assert_eq!(credentials().await, 0, "nothing is left that needs them");
    until("it is finished", async || newest().await["state"] == "FINISHED").await;
    house.end().await;
}

async fn a_deleted_project_comes_back_and_its_cluster_after_it(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let bytes = node.bytes(&house, key).await;
    let cluster = house.get(&cluster_path(&house)).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &cluster_path(&house)).send().await.status, 202);
    let project = format!("/api/atlas/v2/groups/{}", house.project);
    assert_eq!(house.ask("DELETE", &project).send().await.status, 202);
    house.get(&project).await.is(404, "GROUP_NOT_FOUND");
    assert!(!node.is_known(&house).await);

    let (caller, control) = (owner(&house), &house.control);
    let deleted = control.deleted_projects(&caller, house.org).await.unwrap();
    let names: Vec<_> = deleted.iter().map(|found| (found.project.id, found.project.name.as_str())).collect();
    assert_eq!(names, [(house.project, "first")]);
    let taken = house.new_project("first").await;
    let refused = control.bring_back_project(&caller, house.org, house.project).await;
    assert!(matches!(refused, Err(Error::ProjectNameTaken(_))), "{refused:?}");
    control.delete_project(&caller, taken).await.unwrap();
    let back = control.bring_back_project(&caller, house.org, house.project).await.unwrap();
    assert_eq!((back.project.id, back.clusters), (house.project, 0));
    let again = control.bring_back_project(&caller, house.org, house.project).await;
    assert!(matches!(again, Err(Error::DeletedProjectNotFound(_))), "{again:?}");

    // The credentials were destroyed, so the customer gives them once more; then the cluster comes back.
    let place = ours(&house, &format!("deletedClusters/{cluster}/return"));
    house.ask("POST", &place).send().await.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    house.enable().await;
    house.ask("POST", &place).send().await.ok();
    until("its key is handed out again", async || node.release(&house, key).await.is_ok()).await;
    assert_eq!(node.bytes(&house, key).await, bytes);
    let told = house.events().await;
    for kind in ["GROUP_DELETED", "GROUP_RETURNED", "CLUSTER_RETURNED"] {
        assert!(told.iter().any(|name| name == kind), "{kind}: {told:?}");
    }
    house.end().await;
}

async fn a_project_whose_time_is_over_stays_away(database: Database) {
    let house = House::open(database).await;
    let (caller, control) = (owner(&house), &house.control);
    let reader = Caller { grants: house.grants(OrgRole::Member, &[]), ..owner(&house) };
    control.delete_project(&caller, house.project).await.unwrap();
    let refused = control.deleted_projects(&reader, house.org).await;
    assert!(matches!(refused, Err(Error::OrgRoleMissing { .. })), "{refused:?}");
    let refused = control.bring_back_project(&reader, house.org, house.project).await;
    assert!(matches!(refused, Err(Error::OrgRoleMissing { .. })), "{refused:?}");
    let nobodys = control.bring_back_project(&caller, house.org, ProjectId::from_random([7; 12])).await;
    assert!(matches!(nobodys, Err(Error::DeletedProjectNotFound(_))), "{nobodys:?}");
    house.pass(DAY * 30 + Duration::from_secs(1));
    assert!(control.deleted_projects(&caller, house.org).await.unwrap().is_empty());
    let late = control.bring_back_project(&caller, house.org, house.project).await;
    assert!(matches!(late, Err(Error::DeletedProjectNotFound(_))), "{late:?}");
    house.end().await;
}
