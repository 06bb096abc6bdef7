//! POST `/api/atrest/v1/enrolments`: a node gets its certificate. The token is the only credential, so who fails
//! is slowed down as at signing in.

use api_wire::atrest::enrolments::{Enrolment, EnrolmentCreate};
use api_wire::wire_time::WireTime;
use control::node::{Enrolled, NodeError};
use domain::node::EnrolmentRefusal;
use domain::secret::SecretText;

use crate::api::Api;
use crate::api::auth::throttle::Attempt;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Enrols a node and answers with its certificate.
/// Errors: faults of the body's shape, all at once; `SignInThrottled`; those of the use case.
/// Cancel: asking again with the same key repeats the answer.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let EnrolmentCreate { certificate_request, token } = EnrolmentCreate::read(&body).map_err(Refused::BodyFaults)?;
    drop(body);
    let token = SecretText::new(token.expose().to_owned());
    let attempt = Attempt { address: call.address, credential: None };
    let throttle = api.enrolment_throttle();
    throttle.admit(attempt, api.control().now()).map_err(|retry_after| Refused::SignInThrottled { retry_after })?;
    let enrolled = match api.control().enrol_node(&token, &certificate_request, call.address).await {
        Ok(enrolled) => enrolled,
        Err(error) => {
            if is_guess(&error) {
                throttle.failed(attempt, api.control().now());
            }
            return Err(error.into());
        }
    };
    throttle.succeeded(attempt);
    call.single(&to_wire(enrolled))
}

/// Translates what a node gets.
pub(super) fn to_wire(enrolled: Enrolled) -> Enrolment {
    let Enrolled { node, certificate, certificate_pem, bundle_pem } = enrolled;
    Enrolment {
        certificate: certificate_pem,
        certificate_authorities: bundle_pem,
        expires_at: WireTime::from_epoch_millis(certificate.expires_at.as_millis()),
        name: node.name.to_string(),
        node_id: node.id.to_string(),
        serial_number: certificate.serial.to_string(),
    }
}

/// Tells whether it was the credential that failed, and not what came with it.
const fn is_guess(error: &control::Error) -> bool {
    use EnrolmentRefusal::{Expired, NodeRevoked, Unknown, Used};
    matches!(error, control::Error::Node(NodeError::Enrolment(Unknown | Expired | Used | NodeRevoked)))
}
