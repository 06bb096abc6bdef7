//! From an event to the wire's.

use api_wire::atlas::event_types::EventType;
use api_wire::atlas::events::v2023_01_01::{Actor as WireActor, Event as WireEvent};
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use domain::event::{Actor, Event};
use domain::service_account::CLIENT_ID_PREFIX;
use serde_json::{Map, Value};

use crate::api::error::Refused;

/// Where an event was asked for, and can be asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Project,
    Organization,
}

/// Translates an event.
/// Errors: `Bug` if the wire does not know its name.
pub(super) fn to_wire(base_url: &str, event: Event, place: Place, include_raw: bool) -> Result<WireEvent, Refused> {
    let Event { id, org, project, cluster, kind, actor, remote_address, detail, created_at } = event;
    let event_type_name =
        EventType::parse(kind.name()).ok_or(Refused::Bug("the wire knows the name of every event we record"))?;
    let place = match (place, project) {
        (Place::Project, Some(project)) => format!("/groups/{project}"),
        (Place::Project, None) | (Place::Organization, _) => format!("/orgs/{org}"),
    };
    let raw = include_raw.then(|| {
        let detail = detail.map(Value::String).unwrap_or(Value::Null);
        Map::from_iter([("eventTypeName".to_owned(), kind.name().into()), ("detail".to_owned(), detail)])
    });
    Ok(WireEvent {
        actor: wire_actor(actor),
        cluster_name: cluster.map(|cluster| cluster.to_string()),
        created: WireTime::from_epoch_millis(created_at.as_millis()),
        event_type_name,
        group_id: project.map(|project| project.to_string()),
        id: id.to_string(),
        is_global_admin: false,
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2{place}/events/{id}"))],
        org_id: Some(org.to_string()),
        raw,
        remote_address: remote_address.map(|address| address.to_string()),
    })
}

fn wire_actor(actor: Actor) -> Option<WireActor> {
    match actor {
        Actor::ApiKey { id, public_key } => Some(WireActor::Key { api_key_id: id.to_string(), public_key }),
        Actor::ServiceAccount { id } => {
            Some(WireActor::Key { api_key_id: id.to_string(), public_key: format!("{CLIENT_ID_PREFIX}{id}") })
        }
        // Atlas has no field for a node; the sentence names it.
        Actor::Node { .. } | Actor::System => None,
    }
}
