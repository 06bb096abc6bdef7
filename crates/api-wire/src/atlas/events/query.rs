//! Which events a caller asks for. It must not know how they are found.

use time::OffsetDateTime;

use crate::atlas::event_types::{EVENT_TYPE, EventType};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, Query, QueryParameter};
use crate::schema::{DATE_TIME, FLAG, Kind, Schema, TextRule};
use crate::text_format::{CLUSTER_NAME, parse_date_time};

/// The parameters of the list of events.
pub static LIST: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &INCLUDE_COUNT,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &CLUSTER_NAMES,
    &TYPES,
    &EXCLUDED_TYPES,
    &INCLUDE_RAW,
    &MAX_DATE,
    &MIN_DATE,
];

/// The parameters of the list of an organization's events. Source: contract.md, appendix A.
pub static LIST_OF_ORG: &[&QueryParameter] =
    &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &TYPES, &INCLUDE_RAW, &MAX_DATE, &MIN_DATE];

/// The parameters of one event.
pub static ONE: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_RAW];

/// Which events a caller asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only events of these clusters; empty means of any or none.
    pub cluster_names: Vec<String>,
    /// Only these types; empty means all.
    pub types: Vec<EventType>,
    /// Not these types.
    pub excluded_types: Vec<EventType>,
    /// Whether each event carries its raw document.
    pub include_raw: bool,
    /// Nothing older.
    pub min_date: Option<OffsetDateTime>,
    /// Nothing younger.
    pub max_date: Option<OffsetDateTime>,
}

impl EventQuery {
    /// Takes the filter out of a checked query.
    pub fn of(query: &Query) -> Self {
        let types = |name| query.texts(name).filter_map(EventType::parse).collect();
        let date = |name| query.text(name).and_then(parse_date_time);
        Self {
            cluster_names: query.texts(CLUSTER_NAMES.name).map(str::to_owned).collect(),
            types: types(TYPES.name),
            excluded_types: types(EXCLUDED_TYPES.name),
            include_raw: query.flag(INCLUDE_RAW.name),
            min_date: date(MIN_DATE.name),
            max_date: date(MAX_DATE.name),
        }
    }

    /// Returns the parameters that links to other pages repeat, as they were given.
    pub fn filters(query: &Query) -> Vec<(&'static str, String)> {
        let mut filters = vec![(INCLUDE_RAW.name, query.flag(INCLUDE_RAW.name).to_string())];
        for parameter in [&CLUSTER_NAMES, &TYPES, &EXCLUDED_TYPES, &MIN_DATE, &MAX_DATE] {
            let values = query.texts(parameter.name).map(|value| (parameter.name, value.to_owned()));
            filters.extend(values);
        }
        filters
    }
}

static CLUSTER: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&CLUSTER_NAME) }));

static CLUSTER_NAMES: QueryParameter = QueryParameter {
    name: "clusterNames",
    schema: &CLUSTER,
    repeated: true,
    default: None,
    description: "Only events of these clusters. Repeat it for each.",
};

static TYPES: QueryParameter = QueryParameter {
    name: "eventType",
    schema: &EVENT_TYPE,
    repeated: true,
    default: None,
    description: "Only events of these types. Repeat it for each.",
};

static EXCLUDED_TYPES: QueryParameter = QueryParameter {
    name: "excludedEventType",
    schema: &EVENT_TYPE,
    repeated: true,
    default: None,
    description: "No events of these types. Repeat it for each.",
};

static INCLUDE_RAW: QueryParameter = QueryParameter {
    name: "includeRaw",
    schema: &FLAG,
    repeated: false,
    default: Some("false"),
    description: "Adds its raw document to each event.",
};

static MAX_DATE: QueryParameter = QueryParameter {
    name: "maxDate",
    schema: &DATE_TIME,
    repeated: false,
    default: None,
    description: "No events after this moment.",
};

static MIN_DATE: QueryParameter = QueryParameter {
    name: "minDate",
    schema: &DATE_TIME,
    repeated: false,
    default: None,
    description: "No events before this moment.",
};

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{EventQuery, LIST};
    use crate::atlas::event_types::EventType;
    use crate::query::Query;

    #[test]
    fn reads_a_filter_and_repeats_it_in_links() {
        let raw = "eventType=AWS_ENCRYPTION_KEY_VALID&eventType=AWS_ENCRYPTION_KEY_INVALID&excludedEventType=API_KEY_CREATED&clusterNames=c-0&minDate=2026-08-10T03:04:14%2B02:00&maxDate=2026-08-11T00:00:00Z&includeRaw=true";
        let query = Query::read(Some(raw), LIST).unwrap();
        let found = EventQuery::of(&query);
        assert_eq!(
            found,
            EventQuery {
                cluster_names: vec!["c-0".to_owned()],
                types: vec![EventType::AwsEncryptionKeyValid, EventType::AwsEncryptionKeyInvalid],
                excluded_types: vec![EventType::ApiKeyCreated],
                include_raw: true,
                min_date: Some(datetime!(2026-08-10 03:04:14 +2)),
                max_date: Some(datetime!(2026-08-11 00:00 UTC)),
            }
        );
        let filters = EventQuery::filters(&query);
        assert_eq!(filters.first().unwrap(), &("includeRaw", "true".to_owned()));
        assert_eq!(filters.len(), 7);
    }

    #[test]
    fn asks_for_everything_by_default() {
        let query = Query::read(None, LIST).unwrap();
        assert_eq!(EventQuery::of(&query), EventQuery::default());
        assert_eq!(EventQuery::filters(&query), [("includeRaw", "false".to_owned())]);
    }

    #[test]
    fn refuses_unknown_types_and_dates() {
        let raw = "eventType=NO_SUCH&minDate=yesterday&clusterNames=-x&includeRaw=1";
        let faults = Query::read(Some(raw), LIST).unwrap_err();
        let mut names: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["clusterNames", "eventType", "includeRaw", "minDate"]);
    }
}
