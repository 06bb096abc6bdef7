//! From the wire's words about alerts to ours.

use api_wire::atlas::alerts::STATUS;
use api_wire::atlas::alerts::acknowledgement::AcknowledgementBody;
use control::alert::Acknowledging;
use control::alert_config::AlertError;
use domain::alert::AlertState;
use domain::id::AlertId;
use domain::time::Timestamp;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the alert of the path.
/// Errors: the alert is not found if it is no id.
pub(super) fn alert(call: &Call) -> Result<AlertId, Refused> {
    let (project, id) = (call.project()?, call.parameter("alertId"));
    let none = || AlertError::NotFound { project, id: id.to_owned() };
    id.parse().map_err(|_| Refused::Control(none().into()))
}

/// Gives the state that was asked for.
pub(super) fn state(call: &Call) -> Option<AlertState> {
    call.query.text(STATUS.name).and_then(AlertState::by_name)
}

/// Translates what somebody says to an alert.
pub(super) fn acknowledging(body: AcknowledgementBody) -> Acknowledging {
    match body {
        AcknowledgementBody::Until { until, comment } => {
            let millis = until.unix_timestamp_nanos().div_euclid(1_000_000);
            let until = Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
            Acknowledging::Until { until, comment }
        }
        AcknowledgementBody::TakeBack => Acknowledging::TakeBack,
    }
}
