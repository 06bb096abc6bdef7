//! GET `/api/atrest/v1/certificateAuthorities`: whom nodes are to believe.

use api_wire::atrest::certificate_authorities::{CertificateAuthorities, CertificateAuthority as WireAuthority};
use api_wire::wire_time::WireTime;
use control::certificate_authority::{bundle, fingerprint};
use domain::certificate_authority::CertificateAuthority;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the authorities that are believed now.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let authorities = api.control().certificate_authorities().await?;
    let bundle = bundle(&authorities);
    call.single(&CertificateAuthorities { authorities: authorities.iter().map(to_wire).collect(), bundle })
}

fn to_wire(authority: &CertificateAuthority) -> WireAuthority {
    WireAuthority {
        created_at: WireTime::from_epoch_millis(authority.created_at.as_millis()),
        expires_at: WireTime::from_epoch_millis(authority.expires_at.as_millis()),
        fingerprint: hex::encode(fingerprint(authority)),
        id: authority.id.to_string(),
    }
}
