//! Renewing a node's certificate by the one it has. The answer is that of an enrolment. It must not know the domain.

use time::OffsetDateTime;

use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind};
use crate::schema::{DATE_TIME, Field, Kind, Schema, TextRule};
use crate::text_format::{DATE_TIME as DATE_TIME_FORMAT, parse_date_time};

/// What a POST says.
#[derive(Debug)]
pub struct NodeCertificateRenewal {
    /// The present certificate, as PEM.
    pub certificate: String,
    /// A certificate request (PKCS #10) with the new key, as PEM.
    pub certificate_request: String,
    /// The present key's signature, in base64.
    pub signature: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
    /// The same, as it was written.
    pub signed_at_text: String,
}

impl NodeCertificateRenewal {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let mut text = |name: &str| {
            let found = body.text(name).map_err(|fault| vec![fault])?.value();
            found.ok_or_else(|| vec![Fault::at(name, FaultKind::Missing)])
        };
        let signed_at_text = text("signedAt")?;
        let no_time = || vec![Fault::at("signedAt", FaultKind::Format { expected: DATE_TIME_FORMAT.expected })];
        Ok(Self {
            certificate: text("certificate")?,
            certificate_request: text("certificateRequest")?,
            signature: text("signature")?,
            signed_at: parse_date_time(&signed_at_text).ok_or_else(no_time)?,
            signed_at_text,
        })
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("NodeCertificateRenewal"),
    description: "A node's request for its next certificate. The present certificate's key is the credential: it signs \
                  the four lines `atrest node renewal v1`, SHA-256 of the certificate, SHA-256 of the request (both as \
                  DER, in lower-case hexadecimal digits), and signedAt as it stands here, each with a line feed at its \
                  end.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::required("certificate", &PEM, "The present certificate as PEM."),
    Field::required("certificateRequest", &PEM, "A PKCS #10 request with a new key, as PEM. Names in it are ignored."),
    Field::required(
        "signature",
        &SIGNATURE,
        "Base64 of the signature: ECDSA (as DER) with SHA-256 for P-256 and SHA-384 for P-384, or RSA (PKCS #1 1.5) \
         with SHA-256.",
    ),
    Field::required("signedAt", &DATE_TIME, "When it was signed, at most 5 minutes ago."),
];

/// True ones are under 4 KiB.
static PEM: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 16_384, format: None }));
static SIGNATURE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 1024, format: None }));

#[cfg(test)]
mod tests {
    use super::NodeCertificateRenewal;

    #[test]
    fn reads_a_renewal_and_tells_every_fault_at_once() {
        let good =
            br#"{"certificate":"c","certificateRequest":"r","signature":"s","signedAt":"2026-08-10T03:04:14+02:00"}"#;
        let read = NodeCertificateRenewal::read(good).unwrap();
        assert_eq!(read.signed_at_text, "2026-08-10T03:04:14+02:00");
        assert_eq!(read.signed_at.unix_timestamp(), 1_786_323_854);
        assert_eq!(NodeCertificateRenewal::read(b"{}").unwrap_err().len(), 4);
        let bad = br#"{"certificate":"c","certificateRequest":"r","signature":"s","signedAt":"yesterday"}"#;
        assert_eq!(NodeCertificateRenewal::read(bad).unwrap_err().len(), 1);
    }
}
