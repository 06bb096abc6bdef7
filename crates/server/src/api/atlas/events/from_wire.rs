//! From the wire's event query to the store's filter.

use api_wire::atlas::event_types::EventType;
use api_wire::atlas::events::query::EventQuery;
use api_wire::paging::Paging;
use control::event::{EventFilter, EventSlice};
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::time::Timestamp;
use time::OffsetDateTime;

/// Translates a filter. Gives none when it admits nothing that can exist: only types that this release
/// never records.
pub(super) fn from_wire(query: EventQuery) -> Option<EventFilter> {
    let EventQuery { cluster_names, types, excluded_types, include_raw: _, min_date, max_date } = query;
    let known = |types: &[EventType]| -> Vec<EventKind> {
        types.iter().filter_map(|wanted| EventKind::by_name(wanted.as_str())).collect()
    };
    let include = known(&types);
    if !types.is_empty() && include.is_empty() {
        return None;
    }
    Some(EventFilter {
        kinds: include,
        excluded_kinds: known(&excluded_types),
        since: min_date.map(timestamp),
        until: max_date.map(timestamp),
        clusters: cluster_names.iter().filter_map(|name| ClusterName::parse(name)).collect(),
        ..EventFilter::default()
    })
}

/// Translates which page was asked for.
pub(super) fn slice(paging: Paging) -> EventSlice {
    EventSlice {
        offset: i64::try_from(paging.skip()).unwrap_or(i64::MAX),
        limit: i64::from(paging.items_per_page),
        count: paging.include_count,
    }
}

fn timestamp(moment: OffsetDateTime) -> Timestamp {
    let millis = moment.unix_timestamp_nanos().div_euclid(1_000_000);
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
