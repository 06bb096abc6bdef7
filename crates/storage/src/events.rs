//! Table `events`. An event is written in the transaction of the change it tells of; `sequence` keeps
//! the order of those of the same millisecond.

use std::borrow::Borrow;

use domain::cluster::ClusterName;
use domain::event::{Actor, Event, EventKind};
use domain::id::{ApiKeyId, EventId, OrgId, ProjectId, ServiceAccountId};
use domain::time::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, Value, over_items, to_json, values};
use crate::store::transact;

/// Which events to list; everything that is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only these kinds; none means all.
    pub kinds: Vec<EventKind>,
    /// Not these kinds.
    pub excluded_kinds: Vec<EventKind>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Not after this.
    pub until: Option<Timestamp>,
    /// Only this actor's.
    pub actor: Option<ActorFilter>,
    /// Only those of these clusters; none means all, and those of no cluster.
    pub clusters: Vec<ClusterName>,
}

/// Whose events to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorFilter {
    /// Those of an API key.
    ApiKey(ApiKeyId),
    /// Those of a service account.
    ServiceAccount(ServiceAccountId),
    /// Our own.
    System,
}

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
}

static INSERT: Sql = over_items!(
    "record events",
    "INSERT INTO events (id, org_id, project_id, kind, actor_kind, actor_id, actor_public_key, remote_address,
         detail, created_at, cluster_name)
     SELECT item.value ->> 'id', item.value ->> 'org', item.value ->> 'project', item.value ->> 'kind',
            item.value ->> 'actor_kind', item.value ->> 'actor_id', item.value ->> 'actor_public_key',
            item.value ->> 'remote_address', item.value ->> 'detail', CAST(item.value ->> 'created_at' AS BIGINT),
            item.value ->> 'cluster'
     FROM",
    "ORDER BY CAST(item.value ->> 'n' AS BIGINT)"
);

macro_rules! columns {
    () => {
        "id, org_id, project_id, kind, actor_kind, actor_id, actor_public_key, remote_address, detail, created_at, \
         cluster_name"
    };
}

static FIND: Sql =
    Sql::same("find an event", concat!("SELECT ", columns!(), " FROM events WHERE project_id = $1 AND id = $2"));
static FIND_ORG: Sql =
    Sql::same("find an event", concat!("SELECT ", columns!(), " FROM events WHERE org_id = $1 AND id = $2"));

impl Store {
    /// Records events that come with no change.
    pub async fn record_events(&self, events: &[Event]) -> Result<()> {
        transact!(self, "record events", &[], |tx| insert(tx, events).await)
    }

    /// Finds an event of a project.
    pub async fn event_of_project(&self, project: ProjectId, id: EventId) -> Result<Option<Event>> {
        self.read_one(&FIND, values![project, id]).await?.as_ref().map(event).transpose()
    }

    /// Finds an event of an organization, its projects' included.
    pub async fn event_of_org(&self, org: OrgId, id: EventId) -> Result<Option<Event>> {
        self.read_one(&FIND_ORG, values![org, id]).await?.as_ref().map(event).transpose()
    }

    /// Lists a page of a project's events, newest first, and counts all that the filter lets through.
    pub async fn events_of_project(
        &self,
        project: ProjectId,
        filter: &EventFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Event>, i64)> {
        self.list("project_id", Value::from(project), filter, offset, limit).await
    }

    /// Lists a page of an organization's events, its projects' included, newest first, and counts all
    /// that the filter lets through.
    pub async fn events_of_org(
        &self,
        org: OrgId,
        filter: &EventFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Event>, i64)> {
        self.list("org_id", Value::from(org), filter, offset, limit).await
    }

    async fn list(
        &self,
        owner_column: &'static str,
        owner: Value<'_>,
        filter: &EventFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Event>, i64)> {
        let mut conditions =
            Conditions { text: format!(" FROM events WHERE {owner_column} = $1"), values: vec![owner] };
        conditions.add_filter(filter);
        let Conditions { text, mut values } = conditions;
        let counting = format!("SELECT COUNT(*){text}");
        let counting = Sql::built("count events", counting.clone(), counting);
        let total = self.read_one(&counting, &values).await?.map_or(Ok(0), |row| crate::projects::count(&row))?;
        let next = values.len().saturating_add(1);
        let order = "ORDER BY created_at DESC, sequence DESC";
        let page = format!("SELECT {}{text} {order} LIMIT ${next} OFFSET ${}", columns!(), next.saturating_add(1));
        values.extend([Value::from(limit), Value::from(offset)]);
        let rows = self.read(&Sql::built("list events", page.clone(), page), &values).await?;
        Ok((rows.iter().map(event).collect::<Result<_>>()?, total))
    }
}

/// Conditions put together of constant text; what they compare with are parameters.
struct Conditions<'v> {
    text: String,
    values: Vec<Value<'v>>,
}

impl<'v> Conditions<'v> {
    fn add_filter(&mut self, filter: &EventFilter) {
        let EventFilter { kinds, excluded_kinds, since, until, actor, clusters } = filter;
        self.add_list("kind IN", kinds.iter().map(|kind| Value::from(kind.name())));
        self.add_list("kind NOT IN", excluded_kinds.iter().map(|kind| Value::from(kind.name())));
        self.add_list("cluster_name IN", clusters.iter().map(|name| Value::from(name.as_str().to_owned())));
        for (comparison, at) in [("created_at >=", since), ("created_at <=", until)] {
            if let Some(at) = at {
                self.add(comparison, Value::from(*at));
            }
        }
        let (kind, id) = match actor {
            None => return,
            Some(ActorFilter::ApiKey(id)) => ("api_key", Some(id.to_string())),
            Some(ActorFilter::ServiceAccount(id)) => ("service_account", Some(id.to_string())),
            Some(ActorFilter::System) => ("system", None),
        };
        self.add("actor_kind =", Value::from(kind));
        if let Some(id) = id {
            self.add("actor_id =", Value::from(id));
        }
    }

    fn add(&mut self, comparison: &'static str, value: Value<'v>) {
        self.values.push(value);
        self.text.push_str(&format!(" AND {comparison} ${}", self.values.len()));
    }

    fn add_list(&mut self, comparison: &'static str, listed: impl Iterator<Item = Value<'v>>) {
        let mut places = Vec::new();
        for value in listed {
            self.values.push(value);
            places.push(format!("${}", self.values.len()));
        }
        if places.is_empty() {
            return;
        }
        self.text.push_str(&format!(" AND {comparison} ({})", places.join(", ")));
    }
}

/// Writes events in the order given.
pub(crate) async fn insert<E: Borrow<Event>>(tx: &mut Tx, events: impl IntoIterator<Item = E>) -> Result<()> {
    let events: Vec<E> = events.into_iter().collect();
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events.iter().enumerate().map(|(n, event)| to_columns(n, event.borrow())).collect();
    tx.execute(&INSERT, values![to_json(&rows)?]).await.map(drop)
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
