//! Certificate authorities that a project brings along. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::text_format::ONE_LINE;
use crate::wire_time::WireTime;

/// An authority that may vouch for a project's nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalCertificateAuthority {
    /// Its certificate, as PEM.
    pub certificate: String,
    /// When it was added.
    pub created_at: WireTime,
    /// The end its certificate carries.
    pub expires_at: WireTime,
    /// SHA-256 of its certificate, in hexadecimal digits.
    pub fingerprint: String,
    /// The project.
    pub group_id: String,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// What a POST says.
#[derive(Debug)]
pub struct ExternalCertificateAuthorityCreate {
    /// Its certificate, as PEM.
    pub certificate: String,
    /// What people call it.
    pub name: String,
}

impl ExternalCertificateAuthorityCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let mut text = |name: &str| {
            let found = body.text(name).map_err(|fault| vec![fault])?.value();
            found.ok_or_else(|| vec![Fault::at(name, FaultKind::Missing)])
        };
        Ok(Self { certificate: text("certificate")?, name: text("name")? })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("ExternalCertificateAuthorityCreate"),
    description: "A certificate authority that is to vouch for nodes of a project.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::required("certificate", &CERTIFICATE, "The authority's own certificate as PEM, one and no more."),
    Field::shown("createdAt"),
    Field::shown("expiresAt"),
    Field::shown("fingerprint"),
    Field::shown("groupId"),
    Field::shown("id"),
    Field::required("name", &NAME, "What people call it."),
];

/// The shape of an authority.
pub static SCHEMA: Schema = Schema {
    name: Some("ExternalCertificateAuthority"),
    description: "A certificate authority that vouches for nodes of one project.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("certificate", &TEXT, "The authority's certificate as PEM."),
    Field::required("createdAt", &DATE_TIME, "When it was added."),
    Field::required("expiresAt", &DATE_TIME, "The end its certificate carries; from then on it vouches for nobody."),
    Field::required("fingerprint", &TEXT, "SHA-256 of its certificate, in hexadecimal digits."),
    Field::required("groupId", &OBJECT_ID, "The only project whose nodes it vouches for."),
    Field::required("id", &OBJECT_ID, "Its id."),
    Field::required("name", &NAME, "What people call it."),
];

/// A true certificate is under 4 KiB.
static CERTIFICATE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 16_384, format: None }));
static NAME: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_an_authority_as_its_schema_says_and_takes_it_back() {
        let at = WireTime::from_epoch_millis(0);
        let id = "32b6e34b3d91647abb20e7b8".to_owned();
        let authority = ExternalCertificateAuthority {
            certificate: "c".to_owned(),
            created_at: at,
            expires_at: at,
            fingerprint: "ab".repeat(32),
            group_id: id.clone(),
            id,
            name: "corporate".to_owned(),
        };
        let text = serde_json::to_string(&authority).unwrap();
        parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        let create = ExternalCertificateAuthorityCreate::read(text.as_bytes()).unwrap();
        assert_eq!((create.certificate.as_str(), create.name.as_str()), ("c", "corporate"));
        assert_eq!(ExternalCertificateAuthorityCreate::read(b"{}").unwrap_err().len(), 2);
    }
}
