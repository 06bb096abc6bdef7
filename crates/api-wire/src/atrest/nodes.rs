//! Nodes of a cluster, and tokens to enrol them with. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::{CLUSTER_NAME, TextFormat, UPPER_WORD};
use crate::wire_time::WireTime;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Its certificates that count.
    pub certificates: Vec<NodeCertificate>,
    /// The name of its cluster.
    pub cluster_name: String,
    /// When it was created.
    pub created_at: WireTime,
    /// The project of its cluster.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<WireTime>,
    /// What it is.
    pub role: &'static str,
}

/// One certificate of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeCertificate {
    /// When it ceases to count: at its expiry, or earlier because a successor came.
    pub ends_at: WireTime,
    /// The end it carries.
    pub expires_at: WireTime,
    /// SHA-256 of it, in hexadecimal digits.
    pub fingerprint: String,
    /// When it was written.
    pub issued_at: WireTime,
    /// Its serial number, in hexadecimal digits.
    pub serial_number: String,
}

/// What a POST says about a node to be.
#[derive(Debug)]
pub struct NodeCreate {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: Option<String>,
    /// What it is.
    pub role: String,
}

impl NodeCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let mut text = |name| body.text(name).map(|text| text.value()).map_err(|fault| vec![fault]);
        let missing = |name: &str| vec![Fault::at(name, FaultKind::Missing)];
        Ok(Self {
            name: text("name")?.ok_or_else(|| missing("name"))?,
            region: text("region")?,
            role: text("role")?.ok_or_else(|| missing("role"))?,
        })
    }
}

/// A token, shown once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeEnrolmentToken<'t> {
    /// SHA-256 of the certificate of the authority that signs, in hexadecimal digits.
    pub ca_fingerprint: String,
    /// When it can no longer be used.
    pub expires_at: WireTime,
    /// The only node it can enrol.
    pub node_id: String,
    /// The token itself.
    pub token: &'t str,
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("NodeCreate"),
    description: "A node to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::shown("certificates"),
    Field::shown("clusterName"),
    Field::shown("createdAt"),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::required("name", &NAME, "The node's name, the only one in its cluster."),
    Field::optional("region", &REGION, "A region of the cluster; a client has none.").nullable(),
    Field::shown("revokedAt"),
    Field::required("role", &ROLE, "What the node is: clients of a cluster share keys, the others have their own."),
];

/// The shape of a node.
pub static SCHEMA: Schema =
    Schema { name: Some("Node"), description: "A node.", kind: Kind::Object { fields: FIELDS, open: false } };

static FIELDS: &[Field] = &[
    Field::required("certificates", &CERTIFICATES, "Its certificates that count, oldest first; two during a renewal."),
    Field::required("clusterName", &CLUSTER, "The name of the node's cluster."),
    Field::required("createdAt", &DATE_TIME, "When the node was created."),
    Field::required("groupId", &OBJECT_ID, "The project of the node's cluster."),
    Field::required("id", &OBJECT_ID, "The node's id."),
    Field::required("name", &NAME, "The node's name."),
    Field::required("region", &REGION, "Where the node is; a client is nowhere in particular.").nullable(),
    Field::required("revokedAt", &DATE_TIME, "When the node was revoked.").nullable(),
    Field::required("role", &ROLE, "What the node is."),
];

static CERTIFICATES: Schema = Schema::inline(Kind::List { items: &CERTIFICATE, max: 100 });
static CERTIFICATE: Schema = Schema {
    name: Some("NodeCertificate"),
    description: "A certificate of a node.",
    kind: Kind::Object { fields: CERTIFICATE_FIELDS, open: false },
};

static CERTIFICATE_FIELDS: &[Field] = &[
    Field::required("endsAt", &DATE_TIME, "When it ceases to count; before its expiry if a successor came."),
    Field::required("expiresAt", &DATE_TIME, "The end it carries."),
    Field::required("fingerprint", &TEXT, "SHA-256 of the certificate, in hexadecimal digits."),
    Field::required("issuedAt", &DATE_TIME, "When it was written."),
    Field::required("serialNumber", &TEXT, "Its serial number, in hexadecimal digits."),
];

/// The shape of a token.
pub static TOKEN_SCHEMA: Schema = Schema {
    name: Some("NodeEnrolmentToken"),
    description: "A token that a node gets its certificate with, once and within an hour. It is shown this once.",
    kind: Kind::Object { fields: TOKEN_FIELDS, open: false },
};

static TOKEN_FIELDS: &[Field] = &[
    Field::required("caFingerprint", &TEXT, "SHA-256 of the signing authority's certificate, in hexadecimal digits."),
    Field::required("expiresAt", &DATE_TIME, "When the token can no longer be used."),
    Field::required("nodeId", &OBJECT_ID, "The only node the token can enrol."),
    Field::required("token", &TEXT, "The token, for `atrest node certificate --token`."),
];

static CLUSTER: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&CLUSTER_NAME) }));
static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&NODE_NAME) }));
static REGION: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&UPPER_WORD) }));
static ROLE: Schema = Schema::inline(Kind::OneOf(&["mongod", "mongos", "client"]));

/// A node's name.
static NODE_NAME: TextFormat = TextFormat {
    pattern: "^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
    keyword: None,
    expected: "a node name of letters, digits, hyphens, dots and underscores, the first a letter or a digit",
    matches: is_node_name,
};

fn is_node_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(known)
}

#[cfg(test)]
mod tests {
    use super::{CREATE_SCHEMA, Node, NodeCertificate, NodeCreate, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_a_node_as_its_schema_says_and_takes_it_back() {
        let at = WireTime::from_epoch_millis(0);
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let certificate = NodeCertificate {
            ends_at: at,
            expires_at: at,
            fingerprint: "ab".repeat(32),
            issued_at: at,
            serial_number: "40".repeat(16),
        };
        let node = Node {
            certificates: vec![certificate],
            cluster_name: "cluster0".to_owned(),
            created_at: at,
            group_id: id.clone(),
            id,
            name: "db1.example.com".to_owned(),
            region: Some("US_EAST_1".to_owned()),
            revoked_at: None,
            role: "mongod",
        };
        let text = serde_json::to_string(&node).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        parse(text.as_bytes(), &CREATE_SCHEMA, Limits::default()).unwrap();
        let create = NodeCreate::read(text.as_bytes()).unwrap();
        assert_eq!((create.name.as_str(), create.role.as_str()), ("db1.example.com", "mongod"));
        assert_eq!(create.region.as_deref(), Some("US_EAST_1"));
    }

    #[test]
    fn tells_every_fault_at_once() {
        let faults = NodeCreate::read(br#"{"name":"-x","role":"Mongod","nam":1}"#).unwrap_err();
        let mut paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["nam", "name", "role"]);
        let faults = NodeCreate::read(b"{}").unwrap_err();
        assert_eq!(faults.len(), 2);
    }
}
