//! The Admin API over real sockets: a listener, a store, the use cases, the providers and a simulated
//! cloud, put together as `atrest serve` does. A file per route and topic; whatever touches storage
//! runs on both engines. Knows the product from outside: requests, answers, what the customer does to
//! a key, and what lies in the database.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]
// reason: a test may stop at the first surprise.

mod access_ids;
mod access_list;
mod addresses;
mod alert_causes;
mod alert_configs;
mod alerts;
mod api_keys;
mod around_clusters;
mod backup;
mod backups;
mod bad_input;
mod bodies;
mod canary;
mod candidates;
mod candidates_azure;
mod candidates_google;
mod client;
mod client_traces;
mod closed_vault;
mod cloud;
mod cluster_shapes;
mod cluster_views;
mod clusters;
mod crowds;
mod database;
mod digest;
mod dry_runs;
mod endpoint_crashes;
mod endpoint_reconciler;
mod endpoints;
mod events;
mod every_route;
mod every_route_bad_input;
mod external_authorities;
mod fleet;
mod foreign_words;
mod foreign_words_elsewhere;
mod grants;
mod groups;
mod house;
mod keys;
mod master_keys;
mod master_keys_api;
mod master_keys_lost;
mod model;
mod model_everywhere;
mod no_host_is_chosen;
mod nodes;
mod notices;
mod oauth;
mod openapi;
mod orgs;
mod people;
mod private_calls;
mod private_consequences;
mod private_endpoints;
mod private_endpoints_bad_input;
mod private_path;
mod probes;
mod projects;
mod provider_roles;
mod purging;
mod rate_limits;
mod renewals;
mod replicas;
mod rewrapping;
mod rotations;
mod routes_and_roles;
mod service_accounts;
mod setup_kits;
mod snapshots;
mod store_away;
mod system_status;
mod three_providers;
mod throttling;
mod tls;
mod two_tenants;
mod update;
mod update_azure;
mod update_google;
mod update_others;
mod validity;
mod validity_elsewhere;
mod versions;
mod walk;

/// Runs each named case on both engines.
macro_rules! on_both_engines {
    ($($case:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::database::Database::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::database::Database::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both_engines;
