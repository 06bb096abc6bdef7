//! POST `/api/atrest/v1/nodeCertificates/renew`: a node gets its next certificate by the one it has. Its key is the
//! only credential, so who fails is slowed down as at enrolling.

use api_wire::atrest::node_certificates::NodeCertificateRenewal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::node::{NodeError, Renewal};
use domain::node::RenewalRefusal;
use domain::time::Timestamp;

use super::enrolments::to_wire;
use crate::api::Api;
use crate::api::auth::throttle::Attempt;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Renews a node's certificate and answers with the new one.
/// Errors: faults of the body's shape, all at once; `SignInThrottled`; those of the use case.
/// Cancel: asking again with the same keys repeats the answer.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let read = NodeCertificateRenewal::read(&body).map_err(Refused::BodyFaults)?;
    let NodeCertificateRenewal { certificate, certificate_request, signature, signed_at, signed_at_text } = read;
    // What is no base64 is nobody's signature.
    let signature = STANDARD.decode(signature.trim()).unwrap_or_default();
    let nanos_a_milli = 1_000_000;
    let millis = i64::try_from(signed_at.unix_timestamp_nanos() / nanos_a_milli).unwrap_or(i64::MAX);
    let renewal = Renewal {
        certificate: &certificate,
        request: &certificate_request,
        signature: &signature,
        signed_at: Timestamp::from_millis(millis),
        signed_at_text: &signed_at_text,
    };
    let attempt = Attempt { address: call.address, credential: None };
    let throttle = api.enrolment_throttle();
    throttle.admit(attempt, api.control().now()).map_err(|retry_after| Refused::SignInThrottled { retry_after })?;
    let renewed = match api.control().renew_node_certificate(&renewal, call.address).await {
        Ok(renewed) => renewed,
        Err(error) => {
            if is_guess(&error) {
                throttle.failed(attempt, api.control().now());
            }
            return Err(error.into());
        }
    };
    throttle.succeeded(attempt);
    call.single(&to_wire(renewed))
}

/// Tells whether it was the credential that failed, and not what came with it.
const fn is_guess(error: &control::Error) -> bool {
    use RenewalRefusal::{Expired, NodeRevoked, Signature, Succeeded, Unknown};
    matches!(error, control::Error::Node(NodeError::Renewal(Unknown | Signature | NodeRevoked | Expired | Succeeded)))
}
