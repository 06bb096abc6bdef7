//! Certificates as PEM. Must not know what is in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest line. Source: RFC 7468 2.
const LINE: usize = 64;

/// Writes a certificate as PEM, with a line break at its end.
#[must_use]
pub(crate) fn certificate(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
