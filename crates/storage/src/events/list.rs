//! Lists of events. Whatever is asked for is read off indexes, newest first, no more of them than the page can need, so
//! the ten millionth event costs what the first did. Counting stops at a bound for the same reason.

use domain::cluster::ClusterName;
use domain::event::{Event, EventKind};
use domain::id::{ApiKeyId, OrgId, ProjectId, ServiceAccountId};
use domain::time::Timestamp;

use super::{columns, event};
use crate::Store;
use crate::error::Result;
use crate::sql::{Sql, Value};

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

/// Which slice of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSlice {
    /// How many come before it.
    pub offset: i64,
    /// How many it holds at most.
    pub limit: i64,
    /// Whether to count all that there are.
    pub count: bool,
}

/// How far events are counted. Up to here a total is exact; of more it says that there are at least so many, and one
/// more than was seen, so that whoever reads page after page by it never stops short.
const COUNTED_UP_TO: i64 = 10_000;
const NEWEST_FIRST: &str = "ORDER BY created_at DESC, sequence DESC";

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

impl Store {
    /// Lists a slice of a project's events, newest first, and says how many there are as far as that is known.
    pub async fn events_of_project(
        &self,
        project: ProjectId,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<(Vec<Event>, i64)> {
        self.list_events(Owner::project(project), filter, slice).await
    }

    /// Lists a slice of an organization's own events, newest first, likewise.
    pub async fn events_of_org(
        &self,
        org: OrgId,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<(Vec<Event>, i64)> {
        self.list_events(Owner::org(org), filter, slice).await
    }

    /// Shows how the database would go about a slice of a project's events, and about counting them.
    pub async fn plan_of_events(
        &self,
        project: ProjectId,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<Vec<String>> {
        let Some(branches) = Branches::of(Owner::project(project), filter) else { return Ok(Vec::new()) };
        let Question { page, counting, mut values, filtering } = Question::of(branches, slice);
        let mut plan = self.explain(&page, &values).await?;
        values.truncate(filtering);
        plan.extend(self.explain(&counting, &values).await?);
        Ok(plan)
    }

    async fn list_events(
        &self,
        owner: Owner<'_>,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<(Vec<Event>, i64)> {
        let EventSlice { offset, limit, count } = slice;
        let Some(branches) = Branches::of(owner, filter) else { return Ok((Vec::new(), 0)) };
        let Question { page, counting, mut values, filtering } = Question::of(branches, slice);
        let rows = self.read(&Sql::built("list events", page.clone(), page), &values).await?;
        let mut events = rows.iter().map(event).collect::<Result<Vec<_>>>()?;
        let more = i64::try_from(events.len()).unwrap_or(i64::MAX) > limit;
        events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let seen = offset.saturating_add(i64::try_from(events.len()).unwrap_or(i64::MAX));
        let at_least = seen.saturating_add(i64::from(more));
        // The last page counts by itself.
        if !more && (!events.is_empty() || offset == 0) {
            return Ok((events, at_least));
        }
        if !count {
            let known = if more { at_least } else { 0 };
            return Ok((events, known));
        }
        values.truncate(filtering);
        let counting = Sql::built("count events", counting.clone(), counting);
        let total = self.read_one(&counting, &values).await?.map_or(Ok(0), |row| crate::projects::count(&row))?;
        Ok((events, if more { total.max(at_least) } else { total }))
    }
}

/// Whose events are listed.
struct Owner<'v> {
    condition: &'static str,
    id: Value<'v>,
}

impl Owner<'_> {
    fn project(project: ProjectId) -> Self {
        Self { condition: "project_id = $1", id: Value::from(project) }
    }

    fn org(org: OrgId) -> Self {
        Self { condition: "org_id = $1 AND of_org = 1", id: Value::from(org) }
    }
}

/// Conditions that together let through what a filter does, each with a way in by an index: one for each kind or
/// cluster that is asked for. Texts are put together of constants; what they compare with are parameters.
struct Branches<'v> {
    texts: Vec<String>,
    values: Vec<Value<'v>>,
}

impl<'v> Branches<'v> {
    /// Gives none for a filter that lets nothing through.
    fn of(owner: Owner<'v>, filter: &EventFilter) -> Option<Self> {
        let EventFilter { kinds, excluded_kinds, since, until, actor, clusters } = filter;
        let mut values = vec![owner.id];
        let mut place = |value: Value<'v>| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut shared = owner.condition.to_owned();
        for (comparison, at) in [("created_at >=", since), ("created_at <=", until)] {
            if let Some(at) = at {
                shared.push_str(&format!(" AND {comparison} {}", place(Value::from(*at))));
            }
        }
        if let Some(actor) = actor {
            let (kind, id) = match actor {
                ActorFilter::ApiKey(id) => ("api_key", Some(id.to_string())),
                ActorFilter::ServiceAccount(id) => ("service_account", Some(id.to_string())),
                ActorFilter::System => ("system", None),
            };
            shared.push_str(&format!(" AND actor_kind = {}", place(Value::from(kind))));
            if let Some(id) = id {
                shared.push_str(&format!(" AND actor_id = {}", place(Value::from(id))));
            }
        }
        let everything = kinds.is_empty() && excluded_kinds.is_empty();
        let mut wanted: Vec<&str> = if kinds.is_empty() { EventKind::ALL } else { kinds.as_slice() }
            .iter()
            .filter(|kind| !excluded_kinds.contains(kind))
            .map(|kind| kind.name())
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return None;
        }
        let mut texts = Vec::new();
        if !clusters.is_empty() {
            if !everything {
                let places: Vec<String> = wanted.into_iter().map(|kind| place(Value::from(kind))).collect();
                shared.push_str(&format!(" AND kind IN ({})", places.join(", ")));
            }
            let names: std::collections::BTreeSet<&str> = clusters.iter().map(ClusterName::as_str).collect();
            texts.extend(
                names
                    .into_iter()
                    .map(|name| format!("{shared} AND cluster_name = {}", place(Value::from(name.to_owned())))),
            );
        } else if everything {
            texts.push(shared);
        } else {
            texts.extend(wanted.into_iter().map(|kind| format!("{shared} AND kind = {}", place(Value::from(kind)))));
        }
        Some(Self { texts, values })
    }
}

/// A slice as the database is asked for it.
struct Question<'v> {
    page: String,
    counting: String,
    /// For the page; the first `filtering` of them are all that counting needs.
    values: Vec<Value<'v>>,
    filtering: usize,
}

impl<'v> Question<'v> {
    fn of(branches: Branches<'v>, slice: EventSlice) -> Self {
        let Branches { texts, mut values } = branches;
        let filtering = values.len();
        // One more than is asked for tells whether there are more.
        let wanted = slice.limit.saturating_add(1);
        values.extend([wanted, slice.offset, wanted.saturating_add(slice.offset)].map(Value::from));
        let page = page_text(&texts, filtering);
        // The order counts for nothing, but has the index read from one end: without it PostgreSQL may take in all that
        // there is to count before it stops at the bound.
        let each = union(&texts, |text| {
            format!("SELECT * FROM (SELECT 1 FROM events WHERE {text} {NEWEST_FIRST} LIMIT {COUNTED_UP_TO}) AS branch")
        });
        let counting = format!("SELECT COUNT(*) FROM ({each} LIMIT {COUNTED_UP_TO}) AS counted");
        Self { page, counting, values, filtering }
    }
}

/// Reads no more of each branch's index than the page can need, and whole rows of the page only.
fn page_text(texts: &[String], filtering: usize) -> String {
    let [limit_at, offset_at, each_at] = [1, 2, 3].map(|place| filtering.saturating_add(place));
    let found = match texts {
        [text] => format!("SELECT sequence, created_at FROM events WHERE {text}"),
        texts => union(texts, |text| {
            format!(
                "SELECT * FROM (SELECT sequence, created_at FROM events WHERE {text} {NEWEST_FIRST} LIMIT ${each_at})
                 AS branch"
            )
        }),
    };
    // The limit of each branch stands there in any case, or PostgreSQL could not tell what kind of parameter it is.
    format!(
        "SELECT {} FROM events JOIN (
             SELECT sequence AS found FROM (SELECT sequence, created_at FROM ({found}) AS branches
                 {NEWEST_FIRST} LIMIT CAST(${limit_at} AS BIGINT) OFFSET CAST(${offset_at} AS BIGINT)) AS page
             WHERE CAST(${each_at} AS BIGINT) > 0) AS page ON events.sequence = page.found
         {NEWEST_FIRST}",
        columns!()
    )
}

fn union(texts: &[String], select: impl Fn(&String) -> String) -> String {
    texts.iter().map(select).collect::<Vec<_>>().join(" UNION ALL ")
}
