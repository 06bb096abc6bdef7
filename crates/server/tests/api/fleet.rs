//! Clusters with nodes that ask for master keys, at the use cases: as the door for keys asks them once it knows a node.
//! Knows no wire.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use control::master_key::{Asker, MasterKeyError};
use control::node::NodeCaller;
use control::{Caller, Error, Identity};
use domain::access::OrgRole;
use domain::cluster::{ClusterName, RegionName};
use domain::id::{ApiKeyId, ProjectId};
use domain::master_key::attribute::{Attribute, Name};
use domain::master_key::create::Registered;
use domain::master_key::state::State;
use domain::master_key::usage::UsageMask;
use domain::master_key::{Algorithm, Content, KeyFormat, MasterKeyId, ObjectType};
use domain::node::{NewNode, NodeName, NodeRole, Serial};
use domain::secret::SecretSlice;
use serde_json::json;

use crate::clusters::cluster;
use crate::house::House;

/// Where every node asks from.
pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

impl House {
    /// The owner of the organization, as the use cases know him.
    pub(crate) fn owning(&self) -> Caller {
        let identity = Identity::ApiKey { id: ApiKeyId::from_random([5; 12]), public_key: "test".to_owned() };
        Caller { identity, grants: self.grants(OrgRole::Owner, &[]), address: ADDRESS }
    }

    /// Makes a cluster whose keys a provider's customer key protects; `NONE` for none.
    pub(crate) async fn new_cluster(&self, project: ProjectId, name: &str, provider: &str) {
        let mut body = cluster(name);
        body["encryptionAtRestProvider"] = json!(provider);
        let got = self.ask("POST", &format!("/api/atlas/v2/groups/{project}/clusters")).json(&body).send().await;
        assert_eq!(got.status, 201, "{}", got.text());
    }

    /// Makes a node, and gives it as it is known by its certificate.
    pub(crate) async fn new_member(&self, project: ProjectId, cluster: &str, name: &str, role: NodeRole) -> Member {
        let cluster_name = ClusterName::parse(cluster).unwrap();
        let region = (role != NodeRole::Client).then(|| RegionName::parse("US_EAST_1").unwrap());
        let wanted = NewNode { name: NodeName::parse(name).unwrap(), role, region };
        let node = self.control.create_node(&self.owning(), project, &cluster_name, wanted).await.unwrap();
        Member(NodeCaller { node, cluster_name, org: self.org, serial: Serial::from_random([6; 16]) })
    }

    /// Makes an AES key of 256 bits for a node.
    pub(crate) async fn new_master_key(&self, node: &Member, more: &[Attribute]) -> MasterKeyId {
        let made = self.control.create_master_key(node.asking(), ObjectType::SymmetricKey, aes(more)).await.unwrap();
        made.key.id
    }

    /// Makes an active one that encrypts and decrypts.
    pub(crate) async fn new_active_key(&self, node: &Member) -> MasterKeyId {
        let id = self.new_master_key(node, &[usage(UsageMask::ENCRYPT.with(UsageMask::DECRYPT))]).await;
        self.control.activate_master_key(node.asking(), id).await.unwrap();
        id
    }

    /// Takes in a symmetric key.
    pub(crate) async fn register(&self, node: &Member, bytes: &[u8], more: &[Attribute]) -> MasterKeyId {
        let content = Content::SymmetricKey { format: KeyFormat::Raw };
        let registered = Registered { content, bytes: 0, algorithm: Some(Algorithm::Aes), length: None };
        let material = SecretSlice::copied(bytes);
        let made = self.control.register_master_key(node.asking(), registered, material, more.to_vec()).await;
        made.unwrap().key.id
    }

    /// Fetches a key's bytes.
    pub(crate) async fn fetch(&self, node: &Member, id: MasterKeyId) -> Result<Vec<u8>, Refusal> {
        let released = self.control.release_master_key(node.asking(), id).await.map_err(Refusal::of)?;
        assert_eq!(released.key.key.id, id);
        Ok(released.material.expose().to_vec())
    }

    /// Asks for a key's state.
    pub(crate) async fn state(&self, node: &Member, id: MasterKeyId) -> Result<State, Refusal> {
        let told = self.control.master_key_attributes(node.asking(), id, true).await.map_err(Refusal::of)?.told;
        told.map_err(|_| Refusal(MasterKeyError::Untold))
    }

    /// Has the first customer key at AWS checked and its finding confirmed.
    pub(crate) async fn checked(&self, project: ProjectId) {
        let got = self.get(&crate::house::path_of(project)).await;
        assert_eq!(got.status, 200, "{}", got.text());
    }
}

/// A node that asks.
#[derive(Debug, Clone)]
pub(crate) struct Member(pub(crate) NodeCaller);

impl Member {
    pub(crate) fn asking(&self) -> Asker<'_> {
        Asker { node: &self.0, address: ADDRESS }
    }

    /// The same for tasks, which own what they hold.
    pub(crate) fn shared(&self) -> Arc<Self> {
        Arc::new(self.clone())
    }
}

/// Why something about a master key was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) MasterKeyError);

impl Refusal {
    #[track_caller]
    pub(crate) fn of(error: Error) -> Self {
        let Error::MasterKey(error) = error else { panic!("no refusal about a master key: {error:?}") };
        Self(error)
    }
}

/// What makes an AES key of 256 bits.
pub(crate) fn aes(more: &[Attribute]) -> Vec<Attribute> {
    let mut attributes = vec![Attribute::CryptographicAlgorithm(Algorithm::Aes), Attribute::CryptographicLength(256)];
    attributes.extend_from_slice(more);
    attributes
}

pub(crate) fn usage(mask: UsageMask) -> Attribute {
    Attribute::CryptographicUsageMask(mask)
}

pub(crate) fn named(name: &str) -> Attribute {
    Attribute::Name(Name { value: name.to_owned(), kind: domain::master_key::attribute::NameKind::Text })
}
