//! The tests of the door for keys once more, on PostgreSQL: nothing of it may rest on what a process remembers that
//! owns its database. The files are those of `kmip`.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]
// reason: a test may stop at the first surprise.
#![allow(clippy::cast_possible_truncation, dead_code)]
// reason: lengths in tests are short, and the house of the API's tests has rooms that are not entered here.

#[path = "../kmip/advisories.rs"]
mod advisories;
#[path = "../kmip/attributes.rs"]
mod attributes;
#[path = "../kmip/bad_input.rs"]
mod bad_input;
#[path = "../kmip/batches.rs"]
mod batches;
#[path = "../kmip/breakages.rs"]
mod breakages;
#[path = "../api/client.rs"]
mod client;
#[path = "../kmip/clients.rs"]
mod clients;
#[path = "../api/cloud.rs"]
mod cloud;
#[path = "../kmip/customer_keys.rs"]
mod customer_keys;
#[path = "../api/database.rs"]
mod database;
#[path = "../kmip/golden.rs"]
mod golden;
#[path = "../api/house.rs"]
mod house;
#[path = "../kmip/memory.rs"]
mod memory;
#[path = "../kmip/rig.rs"]
mod rig;
#[path = "../kmip/semantics.rs"]
mod semantics;
#[path = "../kmip/strict.rs"]
mod strict;
#[path = "../kmip/tenants.rs"]
mod tenants;
#[path = "../kmip/tls.rs"]
mod tls;
#[path = "../kmip/ttlv.rs"]
mod ttlv;

/// The database that every house of this target stands on.
async fn database() -> database::Database {
    database::Database::postgres().await
}
