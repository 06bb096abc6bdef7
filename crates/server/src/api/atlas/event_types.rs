//! GET `/eventTypes`.

use api_wire::atlas::event_types::{EventType, EventTypeDetails};
use domain::alert::AlertKind;

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the types of events, and which of them alerts can be configured for.
/// Errors: those of writing an answer.
pub fn handle(call: &Call) -> Result<Answer, Refused> {
    let all: Vec<EventTypeDetails> = EventType::ALL.iter().copied().map(details).collect();
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    call.page(call.cut(all), total, &[])
}

fn details(event_type: EventType) -> EventTypeDetails {
    let name = event_type.as_str();
    EventTypeDetails {
        alertable: AlertKind::by_name(name).is_some(),
        description: event_type.description(),
        event_type: name,
    }
}
