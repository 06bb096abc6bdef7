//! Events that may begin or end alerts: each is marked when it is written, its project's alerts are called for a look,
//! and the look takes the mark away. Must not know what an event does to an alert.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use domain::alert::calls_for_a_look;
use domain::event::Event;
use domain::id::{EventId, ProjectId};
use domain::time::Timestamp;

use super::event;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Sql, over_items, to_json, values};
use crate::{Store, WorkKind, work};

static PENDING: Sql = Sql::same(
    "read the events that alerts wait for",
    "SELECT id, org_id, project_id, kind, actor_kind, actor_id, actor_public_key, remote_address, detail, created_at,
         cluster_name
     FROM events WHERE project_id = $1 AND alert_pending = 1 ORDER BY sequence LIMIT $2",
);
static ANY: Sql = Sql::same(
    "look whether alerts wait for events",
    "SELECT 1 FROM events WHERE project_id = $1 AND alert_pending = 1 LIMIT 1",
);
static HEAR: Sql = over_items!(
    "note that alerts heard of events",
    "UPDATE events SET alert_pending = 0 WHERE alert_pending = 1 AND id IN (SELECT item.value ->> 'id' FROM",
    ")"
);

impl Store {
    /// Lists the events of a project that its alerts have not heard of, oldest first.
    pub async fn events_to_hear(&self, project: ProjectId, limit: i64) -> Result<Vec<Event>> {
        self.read(&PENDING, values![project, limit]).await?.iter().map(event).collect()
    }
}

/// Tells whether the alerts of a project wait for events.
pub(crate) async fn any_to_hear(tx: &mut Tx, project: ProjectId) -> Result<bool> {
    Ok(!tx.fetch(&ANY, values![project]).await?.is_empty())
}

/// Takes the marks away.
pub(crate) async fn hear(tx: &mut Tx, heard: &[EventId]) -> Result<()> {
    if heard.is_empty() {
        return Ok(());
    }
    let items: Vec<_> = heard.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
    tx.execute(&HEAR, values![to_json(&items)?]).await.map(drop)
}

/// Tells whether an event is marked when it is written.
pub(super) const fn is_pending(event: &Event) -> bool {
    event.project.is_some() && calls_for_a_look(event.kind)
}

/// Calls for a look at the alerts of every project that has marked events among these.
pub(super) async fn call<E: Borrow<Event>>(tx: &mut Tx, events: &[E]) -> Result<()> {
    // By project, so that two who write many take the rows of work in the same order.
    let mut projects: BTreeMap<ProjectId, Timestamp> = BTreeMap::new();
    for event in events.iter().map(Borrow::borrow).filter(|event| is_pending(event)) {
        if let Some(project) = event.project {
            let first = projects.entry(project).or_insert(event.created_at);
            *first = (*first).min(event.created_at);
        }
    }
    for (project, at) in projects {
        work::call(tx, WorkKind::Alerts, &project.to_string(), at).await?;
    }
    Ok(())
}
