//! Which certificates of a project's own authorities are a node. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TextRule};
use crate::text_format::ONE_LINE;
use crate::wire_time::WireTime;

/// What of a certificate is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum IdentityKind {
    /// SHA-256 of the whole certificate.
    #[serde(rename = "FINGERPRINT")]
    Fingerprint,
    /// A URI among its alternative names.
    #[serde(rename = "SAN_URI")]
    SanUri,
    /// A DNS name among its alternative names.
    #[serde(rename = "SAN_DNS")]
    SanDns,
}

impl IdentityKind {
    fn by_name(name: &str) -> Option<Self> {
        match name {
            "FINGERPRINT" => Some(Self::Fingerprint),
            "SAN_URI" => Some(Self::SanUri),
            "SAN_DNS" => Some(Self::SanDns),
            _ => None,
        }
    }
}

/// Which certificates are a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeIdentity {
    /// When it was written down.
    pub created_at: WireTime,
    /// The authority whose certificates are meant.
    pub external_certificate_authority_id: String,
    /// Its id.
    pub id: String,
    /// What of them is compared.
    pub kind: IdentityKind,
    /// The node.
    pub node_id: String,
    /// With what.
    pub value: String,
}

/// What a POST says.
#[derive(Debug)]
pub struct NodeIdentityCreate {
    /// The authority whose certificates are meant.
    pub external_certificate_authority_id: String,
    /// What of them is compared.
    pub kind: IdentityKind,
    /// With what.
    pub value: String,
}

impl NodeIdentityCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let mut text = |name: &str| {
            let found = body.text(name).map_err(|fault| vec![fault])?.value();
            found.ok_or_else(|| vec![Fault::at(name, FaultKind::Missing)])
        };
        let kind = IdentityKind::by_name(&text("kind")?);
        Ok(Self {
            external_certificate_authority_id: text("externalCertificateAuthorityId")?,
            kind: kind.ok_or_else(|| vec![Fault::at("kind", FaultKind::Missing)])?,
            value: text("value")?,
        })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("NodeIdentityCreate"),
    description: "Which certificates of one of the project's own authorities are to be a node.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

const KIND_IS: &str =
    "What of a certificate is compared: its SHA-256, or a URI or DNS name among its alternative names.";

static CREATE_FIELDS: &[Field] = &[
    Field::shown("createdAt"),
    Field::required("externalCertificateAuthorityId", &OBJECT_ID, "The authority whose certificates are meant."),
    Field::shown("id"),
    Field::required("kind", &KIND, KIND_IS),
    Field::shown("nodeId"),
    Field::required("value", &VALUE, "What it is compared with."),
];

/// The shape of an identity.
pub static SCHEMA: Schema = Schema {
    name: Some("NodeIdentity"),
    description: "Which certificates of one of the project's own authorities are a node.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("createdAt", &DATE_TIME, "When it was written down."),
    Field::required("externalCertificateAuthorityId", &OBJECT_ID, "The authority whose certificates are meant."),
    Field::required("id", &OBJECT_ID, "Its id. Equal identities have equal ids."),
    Field::required("kind", &KIND, KIND_IS),
    Field::required("nodeId", &OBJECT_ID, "The node."),
    Field::required("value", &VALUE, "What it is compared with, in the one spelling that counts."),
];

static KIND: Schema = Schema::inline(Kind::OneOf(&["FINGERPRINT", "SAN_URI", "SAN_DNS"]));
static VALUE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 255, format: Some(&ONE_LINE) }));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_an_identity_as_its_schema_says_and_takes_it_back() {
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        for kind in [IdentityKind::Fingerprint, IdentityKind::SanUri, IdentityKind::SanDns] {
            let identity = NodeIdentity {
                created_at: WireTime::from_epoch_millis(0),
                external_certificate_authority_id: id.clone(),
                id: id.clone(),
                kind,
                node_id: id.clone(),
                value: "db1.example.com".to_owned(),
            };
            let text = serde_json::to_string(&identity).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
            let create = NodeIdentityCreate::read(text.as_bytes()).unwrap();
            assert_eq!((create.kind, create.value.as_str()), (kind, "db1.example.com"));
        }
        assert_eq!(NodeIdentityCreate::read(b"{}").unwrap_err().len(), 3);
    }
}
