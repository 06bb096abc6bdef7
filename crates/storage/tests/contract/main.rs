//! The contract of the store, held by both engines: every case runs on SQLite and on PostgreSQL.
//! Knows the store from outside; looks into the database only to damage it or to search it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]
// reason: a test may stop at the first surprise.

mod accounts;
mod alerts;
mod backup;
mod bare_keys;
mod cache;
mod clusters;
mod crash;
mod database;
mod dropped_calls;
mod encryption_at_rest;
mod events;
mod external_authorities;
mod fixtures;
mod master_key_rows;
mod master_keys;
mod migrations;
mod nodes;
mod opening;
mod outbox;
mod people;
mod private_endpoints;
mod private_paths;
mod projects;
mod provider_roles;
mod providers;
mod release_grants;
mod releases;
mod retired_customer_keys;
mod returns;
mod rotations;
mod secrets;
mod snapshots;
mod tokens;
mod validities;
mod work;

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
