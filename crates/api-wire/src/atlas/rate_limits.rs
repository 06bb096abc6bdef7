//! The buckets that calls are counted in, as dated 2025-03-12: read off the registry. It must not count.

use serde::Serialize;

use crate::operations::rate_limit::{RateLimitSet, Scope};
use crate::operations::{OPERATIONS, Operation};
use crate::query::QueryParameter;
use crate::schema::{COUNT, Field, Kind, OBJECT_ID, Schema, TEXT};

/// One bucket and what is counted in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointSet {
    /// How many calls a full bucket allows.
    pub capacity: Amount,
    /// Its id.
    pub endpoint_set_id: &'static str,
    /// Its name.
    pub endpoint_set_name: String,
    /// What is counted in it.
    pub endpoints: Vec<Endpoint>,
    /// How long a period is. Unit: seconds.
    pub refill_duration_seconds: Amount,
    /// How many calls come back in each period.
    pub refill_rate: Amount,
    /// Who has a bucket of his own.
    pub scope: &'static str,
}

/// An amount that nobody has an exception from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    /// What it would be without an exception; there are none.
    pub default_value: Option<u32>,
    /// What it is.
    pub value: u32,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Its method.
    pub method: &'static str,
    /// Its path.
    pub path: String,
}

/// Lists all buckets, by id.
pub fn sets() -> Vec<EndpointSet> {
    let mut found: Vec<EndpointSet> = Vec::new();
    for operation in OPERATIONS {
        let set = operation.rate_limit;
        let place = match found.binary_search_by(|known| known.endpoint_set_id.cmp(set.id)) {
            Ok(place) => place,
            Err(place) => {
                found.insert(place, empty(set));
                place
            }
        };
        if let Some(known) = found.get_mut(place) {
            known.endpoints.push(endpoint(operation));
        }
    }
    found
}

fn endpoint(operation: &Operation) -> Endpoint {
    Endpoint { method: operation.method.as_str(), path: operation.full_path() }
}

fn empty(set: &RateLimitSet) -> EndpointSet {
    let amount = |value| Amount { default_value: None, value };
    EndpointSet {
        capacity: amount(set.capacity),
        endpoint_set_id: set.id,
        endpoint_set_name: title(set.id),
        endpoints: Vec::new(),
        refill_duration_seconds: amount(set.refill_period),
        refill_rate: amount(set.refill),
        scope: match set.scope {
            Scope::Project => "GROUP",
            Scope::Organization => "ORGANIZATION",
            Scope::Caller => "USER",
            Scope::Address => "IP",
        },
    }
}

/// Turns `encryptionAtRest` into `Encryption At Rest`.
fn title(id: &str) -> String {
    let mut title = String::new();
    for (place, letter) in id.chars().enumerate() {
        if place == 0 {
            title.extend(letter.to_uppercase());
        } else {
            if letter.is_uppercase() {
                title.push(' ');
            }
            title.push(letter);
        }
    }
    title
}

const WHOSE: &str = "Accepted: nobody has an exception from these limits.";

const fn whose(name: &'static str, schema: &'static Schema) -> QueryParameter {
    QueryParameter { name, schema, repeated: false, default: None, description: WHOSE }
}

/// Asks about a project.
pub static GROUP_ID: QueryParameter = whose("groupId", &OBJECT_ID);
/// Asks about an organization.
pub static ORG_ID: QueryParameter = whose("orgId", &OBJECT_ID);
/// Asks about an API key or a service account.
pub static USER_ID: QueryParameter = whose("userId", &TEXT);
/// Asks about an address.
pub static IP_ADDRESS: QueryParameter = whose("ipAddress", &TEXT);
/// Asks for one set by its name.
pub static NAME: QueryParameter =
    QueryParameter { description: "Lists only the set of this name.", ..whose("name", &TEXT) };
/// Asks for the set of one path.
pub static ENDPOINT_PATH: QueryParameter =
    QueryParameter { description: "Lists only sets with this path.", ..whose("endpointPath", &TEXT) };

/// The shape of a bucket.
pub static SCHEMA: Schema = Schema {
    name: Some("RateLimitEndpointSet"),
    description: "A bucket that calls are counted in. An operator can switch counting off.",
    kind: Kind::Object {
        fields: &[
            Field::required("capacity", &AMOUNT, "How many calls a full bucket allows."),
            Field::required("endpointSetId", &TEXT, "Its id."),
            Field::required("endpointSetName", &TEXT, "Its name."),
            Field::required("endpoints", &ENDPOINTS, "What is counted in it."),
            Field::required("refillDurationSeconds", &AMOUNT, "How long a period is, in seconds."),
            Field::required("refillRate", &AMOUNT, "How many calls come back in each period."),
            Field::required("scope", &SCOPE, "Who has a bucket of his own."),
        ],
        open: false,
    },
};

static SCOPE: Schema = Schema::inline(Kind::OneOf(&["IP", "GROUP", "ORGANIZATION", "USER"]));
static AMOUNT: Schema = Schema {
    name: Some("RateLimitAmount"),
    description: "An amount.",
    kind: Kind::Object {
        fields: &[
            Field::required("defaultValue", &COUNT, "What it would be without an exception, if there is one.")
                .nullable(),
            Field::required("value", &COUNT, "What it is."),
        ],
        open: false,
    },
};
static ENDPOINTS: Schema = Schema::inline(Kind::List { items: &ENDPOINT, max: 1000 });
static ENDPOINT: Schema = Schema {
    name: Some("RateLimitEndpoint"),
    description: "An operation.",
    kind: Kind::Object {
        fields: &[
            Field::required("method", &TEXT, "Its method."),
            Field::required("path", &TEXT, "Its path, parameters in braces."),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::{sets, title};
    use crate::operations::OPERATIONS;

    #[test]
    fn counts_every_operation_in_one_set() {
        let sets = sets();
        assert!(sets.is_sorted_by(|one, next| one.endpoint_set_id < next.endpoint_set_id));
        assert_eq!(sets.iter().map(|set| set.endpoints.len()).sum::<usize>(), OPERATIONS.len());
        let settings = sets.iter().find(|set| set.endpoint_set_id == "encryptionAtRest").unwrap();
        assert_eq!((settings.capacity.value, settings.scope), (2000, "GROUP"));
        assert_eq!((settings.refill_rate.value, settings.refill_duration_seconds.value), (1000, 60));
    }

    #[test]
    fn names_a_set_after_its_id() {
        assert_eq!(title("encryptionAtRest"), "Encryption At Rest");
        assert_eq!(title("root"), "Root");
    }
}
