//! From an authority to the wire's. The struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::external_certificate_authorities::ExternalCertificateAuthority;
use api_wire::wire_time::WireTime;
use control::certificate_authority::pem_of;
use control::external_authority::expiry;
use domain::external_authority::ExternalAuthority;

/// Translates an authority.
pub(super) fn to_wire(authority: &ExternalAuthority) -> ExternalCertificateAuthority {
    let ExternalAuthority { id, project, name, certificate, fingerprint, public_key: _, created_at } = authority;
    ExternalCertificateAuthority {
        certificate: pem_of(certificate),
        created_at: WireTime::from_epoch_millis(created_at.as_millis()),
        expires_at: WireTime::from_epoch_millis(expiry(certificate).as_millis()),
        fingerprint: hex::encode(fingerprint),
        group_id: project.to_string(),
        id: id.to_string(),
        name: name.clone(),
    }
}
