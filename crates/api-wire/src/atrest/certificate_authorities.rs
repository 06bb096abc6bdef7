//! Atrest's own certificate authorities, as everybody may know them. It must not know the domain.

use serde::Serialize;

use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// The authorities that are believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateAuthorities {
    /// Each of them, the one that signs first.
    pub authorities: Vec<CertificateAuthority>,
    /// All of them as PEM, for a CA file.
    pub bundle: String,
}

/// One authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateAuthority {
    /// When it was made.
    pub created_at: WireTime,
    /// The end its certificate carries.
    pub expires_at: WireTime,
    /// SHA-256 of its certificate, in hexadecimal digits.
    pub fingerprint: String,
    /// Its id.
    pub id: String,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("CertificateAuthorities"),
    description: "The certificate authorities that nodes and this service are to believe.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("authorities", &AUTHORITIES, "Each of them, the one that signs first."),
    Field::required("bundle", &TEXT, "All of them as PEM, for a CA file."),
];

static AUTHORITIES: Schema = Schema::inline(Kind::List { items: &AUTHORITY, max: 100 });
static AUTHORITY: Schema = Schema {
    name: Some("CertificateAuthority"),
    description: "A certificate authority of this installation.",
    kind: Kind::Object { fields: AUTHORITY_FIELDS, open: false },
};

static AUTHORITY_FIELDS: &[Field] = &[
    Field::required("createdAt", &DATE_TIME, "When it was made."),
    Field::required("expiresAt", &DATE_TIME, "The end its certificate carries."),
    Field::required("fingerprint", &TEXT, "SHA-256 of its certificate, in hexadecimal digits."),
    Field::required("id", &OBJECT_ID, "Its id."),
];
