//! Enrolments: a token and a request for a certificate in, the certificate out. It must not know the domain.

use serde::Serialize;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::patch::Patch;
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT, TextRule};
use crate::secret::WireSecret;
use crate::wire_time::WireTime;

/// What a POST says.
#[derive(Debug)]
pub struct EnrolmentCreate {
    /// A certificate request (PKCS #10) as PEM.
    pub certificate_request: String,
    /// The token.
    pub token: WireSecret,
}

impl EnrolmentCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let missing = |name: &str| vec![Fault::at(name, FaultKind::Missing)];
        let request = body.text("certificateRequest").map_err(|fault| vec![fault])?;
        let certificate_request = request.value().ok_or_else(|| missing("certificateRequest"))?;
        match body.secret("token").map_err(|fault| vec![fault])? {
            Patch::Value(token) => Ok(Self { certificate_request, token }),
            Patch::Absent | Patch::Null => Err(missing("token")),
        }
    }
}

/// What a node gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    /// The certificate, as PEM.
    pub certificate: String,
    /// The authorities to believe, as PEM.
    pub certificate_authorities: String,
    /// When the certificate expires.
    pub expires_at: WireTime,
    /// The node's name.
    pub name: String,
    /// The node.
    pub node_id: String,
    /// The certificate's serial number, in hexadecimal digits.
    pub serial_number: String,
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("EnrolmentCreate"),
    description: "A node's request for its certificate. The token is the credential.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::required("certificateRequest", &REQUEST, "A PKCS #10 request as PEM. Names in it are ignored."),
    Field::required("token", &TOKEN, "The node's token.").write_only(),
];

/// A true request is under 2 KiB.
static REQUEST: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 16_384, format: None }));
static TOKEN: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 256, format: None }));

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("Enrolment"),
    description: "A node's certificate, and whom it is to believe.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required(
        "certificate",
        &TEXT,
        "The certificate as PEM: the whole chain, as the authority signed it itself.",
    ),
    Field::required("certificateAuthorities", &TEXT, "The authorities to believe, as PEM, the one that signs first."),
    Field::required("expiresAt", &DATE_TIME, "When the certificate expires."),
    Field::required("name", &TEXT, "The node's name."),
    Field::required("nodeId", &OBJECT_ID, "The node."),
    Field::required("serialNumber", &TEXT, "The certificate's serial number, in hexadecimal digits."),
];

#[cfg(test)]
mod tests {
    use super::{Enrolment, EnrolmentCreate, SCHEMA};
    use crate::body::{Limits, parse};
    use crate::wire_time::WireTime;

    #[test]
    fn writes_an_answer_as_its_schema_says() {
        let enrolment = Enrolment {
            certificate: "c".to_owned(),
            certificate_authorities: "a".to_owned(),
            expires_at: WireTime::from_epoch_millis(0),
            name: "n".to_owned(),
            node_id: "32b6e34b3d91647abb20e7b8".to_owned(),
            serial_number: "40".repeat(16),
        };
        parse(serde_json::to_string(&enrolment).unwrap().as_bytes(), &SCHEMA, Limits::default()).unwrap();
    }

    #[test]
    fn hides_the_token_and_tells_what_is_missing() {
        let read = EnrolmentCreate::read(br#"{"token":"swordfish","certificateRequest":"p"}"#).unwrap();
        assert_eq!(read.token.expose(), "swordfish");
        assert!(!format!("{read:?}").contains("swordfish"));
        assert_eq!(EnrolmentCreate::read(b"{}").unwrap_err().len(), 2);
        let long = format!(r#"{{"token":"{}","certificateRequest":"p"}}"#, "swordfish".repeat(99));
        let faults = EnrolmentCreate::read(long.as_bytes()).unwrap_err();
        assert!(!format!("{faults:?} {}", faults[0].describe()).contains("swordfish"));
        let huge = format!(r#"{{"token":"t","certificateRequest":"{}"}}"#, "A".repeat(16_385));
        assert_eq!(EnrolmentCreate::read(huge.as_bytes()).unwrap_err().len(), 1);
    }
}
