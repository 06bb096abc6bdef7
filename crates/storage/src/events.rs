//! Table `events`. An event is written in the transaction of the change it tells of; `sequence` keeps
//! the order of those of the same millisecond.

mod list;

mod pending;

use std::borrow::Borrow;

use domain::cluster::ClusterName;
use domain::event::{Actor, Event, EventKind};
use domain::id::{EventId, OrgId, ProjectId};
use serde::Serialize;

use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;

pub use list::{ActorFilter, EventFilter, EventSlice};

pub(crate) use pending::{any_to_hear, hear};

#[derive(Serialize)]
struct Columns<'e> {
    n: usize,
    id: String,
    org: String,
    project: Option<String>,
    kind: &'static str,
    actor_kind: &'static str,
    actor_id: Option<String>,
    actor_public_key: Option<&'e str>,
    remote_address: Option<String>,
    detail: Option<&'e str>,
    created_at: i64,
    cluster: Option<&'e str>,
    of_org: i64,
    pending: i64,
}

static INSERT: Sql = over_items!(
    "record events",
    "INSERT INTO events (id, org_id, project_id, kind, actor_kind, actor_id, actor_public_key, remote_address,
         detail, created_at, cluster_name, of_org, alert_pending)
     SELECT item.value ->> 'id', item.value ->> 'org', item.value ->> 'project', item.value ->> 'kind',
            item.value ->> 'actor_kind', item.value ->> 'actor_id', item.value ->> 'actor_public_key',
            item.value ->> 'remote_address', item.value ->> 'detail', CAST(item.value ->> 'created_at' AS BIGINT),
            item.value ->> 'cluster', CAST(item.value ->> 'of_org' AS BIGINT),
            CAST(item.value ->> 'pending' AS BIGINT)
     FROM",
    "ORDER BY CAST(item.value ->> 'n' AS BIGINT)"
);

macro_rules! columns {
    () => {
        "id, org_id, project_id, kind, actor_kind, actor_id, actor_public_key, remote_address, detail, created_at, \
         cluster_name"
    };
}

use columns;

static FIND: Sql =
    Sql::same("find an event", concat!("SELECT ", columns!(), " FROM events WHERE project_id = $1 AND id = $2"));
static FIND_ORG: Sql = Sql::same(
    "find an event",
    concat!("SELECT ", columns!(), " FROM events WHERE org_id = $1 AND id = $2 AND of_org = 1"),
);

impl Store {
    /// Records events that come with no change.
    pub async fn record_events(&self, events: &[Event]) -> Result<()> {
        transact!(self, "record events", &[], |tx| insert(tx, events).await)
    }

    /// Finds an event of a project.
    pub async fn event_of_project(&self, project: ProjectId, id: EventId) -> Result<Option<Event>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(event).transpose()
    }

    /// Finds an event of an organization's own.
    pub async fn event_of_org(&self, org: OrgId, id: EventId) -> Result<Option<Event>> {
        self.read_one(&FIND_ORG, values![org, id]).await?.as_ref().map(event).transpose()
    }
}

/// Writes events in the order given.
pub(crate) async fn insert<E: Borrow<Event>>(tx: &mut Tx, events: impl IntoIterator<Item = E>) -> Result<()> {
    let events: Vec<E> = events.into_iter().collect();
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events.iter().enumerate().map(|(n, event)| to_columns(n, event.borrow())).collect();
    tx.execute(&INSERT, values![to_json(&rows)?]).await?;
    pending::call(tx, &events).await
}

fn to_columns(n: usize, event: &Event) -> Columns<'_> {
    let Event { id, org, project, cluster, kind, actor, remote_address, detail, created_at } = event;
    let (actor_kind, actor_id, actor_public_key) = match actor {
        Actor::ApiKey { id, public_key } => ("api_key", Some(id.to_string()), Some(public_key.as_str())),
        Actor::ServiceAccount { id } => ("service_account", Some(id.to_string()), None),
        Actor::Node { id } => ("node", Some(id.to_string()), None),
        Actor::System => ("system", None, None),
    };
    Columns {
        n,
        id: id.to_string(),
        org: org.to_string(),
        project: project.map(|project| project.to_string()),
        kind: kind.name(),
        actor_kind,
        actor_id,
        actor_public_key,
        remote_address: remote_address.map(|address| address.to_string()),
        detail: detail.as_deref(),
        created_at: created_at.as_millis(),
        cluster: cluster.as_ref().map(ClusterName::as_str),
        of_org: i64::from(project.is_none() || kind.is_of_org()),
        pending: i64::from(pending::is_pending(event)),
    }
}

fn event(row: &Row) -> Result<Event> {
    let mut fields = row.fields("events");
    let (id, org, project) = (fields.parsed()?, fields.parsed()?, fields.parsed_if_any()?);
    let kind = fields.word(EventKind::by_name)?;
    let (actor_kind, actor_id, public_key) = (fields.text()?, fields.text_if_any()?, fields.text_if_any()?);
    let corrupt = || crate::StoreError::Corrupt { table: "events", what: "actor" };
    let actor = match (actor_kind.as_str(), actor_id, public_key) {
        ("api_key", Some(id), Some(public_key)) => Actor::ApiKey { id: id.parse().map_err(|_| corrupt())?, public_key },
        ("service_account", Some(id), None) => Actor::ServiceAccount { id: id.parse().map_err(|_| corrupt())? },
        ("node", Some(id), None) => Actor::Node { id: id.parse().map_err(|_| corrupt())? },
        ("system", None, None) => Actor::System,
        _ => return Err(corrupt()),
    };
    let (remote_address, detail, created_at) = (fields.parsed_if_any()?, fields.text_if_any()?, fields.time()?);
    let cluster = fields.word_if_any(ClusterName::parse)?;
    Ok(Event { id, org, project, cluster, kind, actor, remote_address, detail, created_at })
}
