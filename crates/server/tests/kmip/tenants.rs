//! Whose an object is: to everybody else it does not exist, in every operation, by not one byte.

use domain::access::{OrgRole, ProjectRole};

use crate::rig::{Node, Rig};
use crate::ttlv::{
    self, ACTIVATE, ADD_ATTRIBUTE, Bytes, CHECK, DECRYPT, DELETE_ATTRIBUTE, DESTROY, ENCRYPT, GET, GET_ATTRIBUTE_LIST,
    GET_ATTRIBUTES, ITEM_NOT_FOUND, LOCATE, MODIFY_ATTRIBUTE, REVOKE, VALUE, ask, attribute, attribute_at, create,
    data, message, name, named, text, uid, v, vector,
};

/// Every operation that names an object.
fn every_operation(id: &str) -> Vec<(u32, Vec<Bytes>)> {
    let comment = || attribute("x-a", text(VALUE, "b"));
    vec![
        (GET, vec![uid(id)]),
        (GET, vec![uid(id), ttlv::enumeration(0x42_0042, 2)]),
        (GET_ATTRIBUTES, vec![uid(id)]),
        (GET_ATTRIBUTES, vec![uid(id), named("State")]),
        (GET_ATTRIBUTE_LIST, vec![uid(id)]),
        (ADD_ATTRIBUTE, vec![uid(id), comment()]),
        (ADD_ATTRIBUTE, vec![uid(id), attribute("State", ttlv::enumeration(VALUE, 2))]),
        (MODIFY_ATTRIBUTE, vec![uid(id), attribute_at("x-a", 7, text(VALUE, "b"))]),
        (DELETE_ATTRIBUTE, vec![uid(id), named("x-a")]),
        (DELETE_ATTRIBUTE, vec![uid(id), named("State")]),
        (CHECK, vec![uid(id), ttlv::int(0x42_002c, 4)]),
        (ACTIVATE, vec![uid(id)]),
        (REVOKE, ttlv::revoke(id, 1)),
        (REVOKE, ttlv::revoke(id, 2)),
        (DESTROY, vec![uid(id)]),
        (ENCRYPT, vec![uid(id), data(b"text")]),
        (DECRYPT, vec![uid(id), data(&[0; 16]), vector(&[0; 16])]),
        (DECRYPT, vec![uid(id), data(&[0; 15]), vector(&[0; 3])]),
    ]
}

/// The answer's bytes without its time.
async fn answer(rig: &Rig, node: &Node, operation: u32, payload: &[Bytes]) -> Bytes {
    let mut bytes = rig.connect(node).await.exchange(&message(&v(4), &[ask(operation, payload)])).await;
    bytes[64..72].fill(0);
    bytes
}

/// A database process and a client of another organization, whose names are those of the first's.
async fn of_another_organization(rig: &mut Rig) -> [Node; 2] {
    let control = &rig.house.control;
    let org = control.create_organization("Elsewhere").await.unwrap().id;
    let project = control.create_project(org, "theirs").await.unwrap().id;
    let mut grants = rig.house.grants(OrgRole::Owner, &[]);
    grants.org = org;
    let theirs = rig.house.new_key(grants).await;
    let ours = std::mem::replace(&mut rig.house.owner, theirs);
    let payload = rig.house.cloud().payload();
    rig.house.patch_in(project, &payload).await.ok();
    rig.new_cluster(project, "c", "AWS").await;
    let nodes = [rig.node(project, "c", "n1", "mongod").await, rig.node(project, "c", "driver", "client").await];
    rig.house.owner = ours;
    nodes
}

#[tokio::test]
async fn to_another_node_cluster_project_and_organization_an_object_does_not_exist() {
    let mut rig = Rig::open().await;
    let [foreign_process, foreign_client] = of_another_organization(&mut rig).await;
    let house = &rig.house;
    rig.new_cluster(house.project, "d", "AWS").await;
    let other = house.new_project("other").await;
    house.patch_in(other, &house.cloud().payload()).await.ok();
    rig.new_cluster(other, "c", "AWS").await;
    let owner = rig.mongod("n1").await;
    let id = rig.active_key(&owner).await;
    let strangers = [
        rig.mongod("n2").await,
        rig.client("driver").await,
        rig.node(house.project, "d", "n1", "mongod").await,
        rig.node(other, "c", "n1", "mongod").await,
        rig.node(other, "c", "driver", "client").await,
        foreign_process,
        foreign_client,
    ];
    let asked = house.cloud().clouds.aws().all_requests();
    let nobodys = ["12345678-9abc-4def-8123-456789abcdef", "1", "", "not-an-id\u{e9}"];
    for stranger in &strangers {
        for (place, (operation, payload)) in every_operation(&id).iter().enumerate() {
            let of_another = answer(&rig, stranger, *operation, payload).await;
            let refused = crate::strict::response(&with_time(&of_another), 4);
            refused.refused(ITEM_NOT_FOUND);
            for nobody in nobodys {
                let (operation, payload) = &every_operation(nobody)[place];
                let of_nobody = answer(&rig, stranger, *operation, payload).await;
                assert_eq!(hex::encode(&of_another), hex::encode(&of_nobody), "{operation:x} {nobody}");
            }
        }
        for payload in [vec![], vec![attribute("Unique Identifier", text(VALUE, &id))]] {
            let found = rig.once(stranger, 3, LOCATE, &payload).await;
            assert_eq!((found.ok().at(0x42_00d5).number(), found.ok().all(0x42_0094).len()), (0, 0));
        }
    }
    // Nothing of all that did anything, and nobody's key was asked for.
    assert_eq!(house.cloud().clouds.aws().all_requests(), asked);
    let state = rig.once(&owner, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), ttlv::ACTIVE);
    rig.end().await;
}

fn with_time(bytes: &[u8]) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[64..72].copy_from_slice(&1_790_000_000_i64.to_be_bytes());
    bytes
}

#[tokio::test]
async fn clients_of_a_cluster_share_and_database_processes_do_not() {
    let rig = Rig::open().await;
    let (one, two) = (rig.client("one").await, rig.client("two").await);
    let id = rig.active_key(&one).await;
    rig.once(&two, 0, GET, &[uid(&id)]).await.ok();
    assert_eq!(rig.once(&two, 0, LOCATE, &[]).await.ok().id(), id);
    let (first, second) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let own = rig.active_key(&first).await;
    rig.once(&second, 0, GET, &[uid(&own)]).await.refused(ITEM_NOT_FOUND);
    assert_eq!(rig.once(&first, 0, LOCATE, &[]).await.ok().id(), own);
    rig.end().await;
}

#[tokio::test]
async fn a_name_is_free_where_somebody_else_has_it() {
    let rig = Rig::open().await;
    let (first, second) = (rig.mongod("n1").await, rig.mongod("n2").await);
    for node in [&first, &second] {
        rig.once(node, 2, ttlv::CREATE, &create(&[name("storage")])).await.ok();
        let again = rig.once(node, 2, ttlv::CREATE, &create(&[name("storage")])).await;
        assert!(again.refused(ttlv::INVALID_FIELD).contains("\"storage\""));
    }
    rig.end().await;
}

#[tokio::test]
async fn an_owners_grant_lets_another_node_read_and_no_more() {
    let rig = Rig::open().await;
    let (owner, restorer) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let id = rig.active_key(&owner).await;
    rig.once(&restorer, 0, GET, &[uid(&id)]).await.refused(ITEM_NOT_FOUND);
    let grants = format!("/api/atrest/v1/groups/{}/masterKeys/{id}/grants", rig.house.project);
    let node_id = restorer.place.rsplit('/').next().unwrap();
    let body = serde_json::json!({"nodeId": node_id, "expiresInHours": 1});
    let reader =
        rig.house.new_key(rig.house.grants(OrgRole::Member, &[(rig.house.project, ProjectRole::ReadOnly)])).await;
    rig.house.nobody("POST", &grants).by(&reader).json(&body).send().await.is(403, "USER_UNAUTHORIZED");
    let granted = rig.house.ask("POST", &grants).json(&body).send().await;
    assert!(matches!(granted.status, 200 | 201), "{}", granted.text());
    rig.once(&restorer, 0, GET, &[uid(&id)]).await.ok();
    let encrypt = rig.once(&restorer, 2, ENCRYPT, &[uid(&id), data(b"text")]).await;
    encrypt.refused(ttlv::PERMISSION_DENIED);
    rig.once(&restorer, 0, DESTROY, &[uid(&id)]).await.refused(ttlv::PERMISSION_DENIED);
    rig.house.pass(std::time::Duration::from_secs(3600));
    rig.once(&restorer, 0, GET, &[uid(&id)]).await.refused(ITEM_NOT_FOUND);
    rig.end().await;
}
