//! Nodes with master keys. What a node asks at the door for keys is asked of the use cases behind it, so that owners
//! have something to look at.

use std::net::{IpAddr, Ipv4Addr};

use control::master_key::{Asker, MasterKeyError, Released};
use control::node::NodeCaller;
use domain::master_key::attribute::{Attribute, Name, NameKind};
use domain::master_key::state::{Cause, Ending};
use domain::master_key::usage::UsageMask;
use domain::master_key::{Algorithm, MasterKeyId, ObjectType};
use serde_json::{Value, json};

use crate::clusters::cluster;
use crate::house::House;
use crate::nodes::{enrolled, new_key, new_node, recognise};

/// Where what is kept of a project's keys is found.
pub(crate) fn ours(house: &House, path: &str) -> String {
    format!("/api/atrest/v1/groups/{}/{path}", house.project)
}

/// Makes a cluster of the first project that uses a provider.
pub(crate) async fn new_encrypted_cluster(house: &House, name: &str, provider: &str) {
    let mut body = cluster(name);
    body["encryptionAtRestProvider"] = json!(provider);
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    let got = house.ask("POST", &path).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
}

/// An enrolled node.
pub(crate) struct KeyNode {
    pub(crate) caller: NodeCaller,
    leaf: Vec<u8>,
}

impl KeyNode {
    /// Makes a node of a cluster and enrols it.
    pub(crate) async fn new(house: &House, cluster: &str, name: &str, role: &str) -> Self {
        let region = (role != "client").then_some("US_EAST_1");
        let address = new_node(house, cluster, &json!({"name": name, "role": role, "region": region})).await;
        let leaf = enrolled(house, &address, &new_key()).await;
        Self { caller: recognise(house, &leaf).await.unwrap(), leaf }
    }

    /// Tells whether the door would let it in.
    pub(crate) async fn is_known(&self, house: &House) -> bool {
        recognise(house, &self.leaf).await.is_ok()
    }

    pub(crate) fn id(&self) -> String {
        self.caller.node.id.to_string()
    }

    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { node: &self.caller, address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)) }
    }

    /// Makes an AES key with these names, not yet in use.
    pub(crate) async fn make(&self, house: &House, names: &[&str]) -> MasterKeyId {
        let mut attributes = vec![
            Attribute::CryptographicAlgorithm(Algorithm::Aes),
            Attribute::CryptographicLength(256),
            Attribute::CryptographicUsageMask(UsageMask::ENCRYPT.with(UsageMask::DECRYPT)),
        ];
        let name = |value: &&str| Attribute::Name(Name { value: (*value).to_owned(), kind: NameKind::Text });
        attributes.extend(names.iter().map(name));
        house.control.create_master_key(self.asker(), ObjectType::SymmetricKey, attributes).await.unwrap().key.id
    }

    /// Makes an AES key and takes it into use.
    pub(crate) async fn make_active(&self, house: &House, names: &[&str]) -> MasterKeyId {
        let id = self.make(house, names).await;
        house.control.activate_master_key(self.asker(), id).await.unwrap();
        id
    }

    /// Ends a key's use and destroys it.
    pub(crate) async fn destroy(&self, house: &House, id: MasterKeyId) {
        let ending = Ending { cause: Cause::CessationOfOperation, message: None };
        house.control.end_master_key_use(self.asker(), id, ending, None).await.unwrap();
        house.control.destroy_master_key(self.asker(), id).await.unwrap();
    }

    /// Asks for a key.
    pub(crate) async fn release(&self, house: &House, id: MasterKeyId) -> Result<Released, control::Error> {
        house.control.release_master_key(self.asker(), id).await
    }

    /// Checks that a key is handed out, and gives its bytes.
    pub(crate) async fn bytes(&self, house: &House, id: MasterKeyId) -> Vec<u8> {
        self.release(house, id).await.unwrap().material.expose().to_vec()
    }

    /// Tells whether to this node there is no such key.
    pub(crate) async fn knows_nothing_of(&self, house: &House, id: MasterKeyId) -> bool {
        matches!(self.release(house, id).await, Err(control::Error::MasterKey(MasterKeyError::NotFound)))
    }
}

/// A project with AWS enabled, cluster `c`, a mongod in it, and a key of that in use.
pub(crate) async fn furnish(house: &House) -> (KeyNode, MasterKeyId) {
    house.enable().await;
    new_encrypted_cluster(house, "c", "AWS").await;
    let node = KeyNode::new(house, "c", "n1", "mongod").await;
    let key = node.make_active(house, &["storage"]).await;
    (node, key)
}

/// The ids of the items of a list.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let results = page["results"].as_array().unwrap();
    results.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}
