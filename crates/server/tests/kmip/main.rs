//! The door for keys over real TLS: messages as clients send them, a reader of answers as strict as libkmip, and what
//! happens to keys, certificates and customer keys meanwhile. A file per topic. Knows the product from outside.
//! On SQLite; `kmip_on_postgres` runs the same files on PostgreSQL.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]
// reason: a test may stop at the first surprise.
#![allow(clippy::cast_possible_truncation, dead_code)]
// reason: lengths in tests are short, and the house of the API's tests has rooms that are not entered here.

#[path = "../api/client.rs"]
mod client;
#[path = "../api/cloud.rs"]
mod cloud;
#[path = "../api/database.rs"]
mod database;
#[path = "../api/house.rs"]
mod house;

mod advisories;
mod attributes;
mod bad_input;
mod batches;
mod breakages;
mod clients;
mod customer_keys;
mod golden;
mod memory;
mod rig;
mod semantics;
mod strict;
mod tenants;
mod tls;
mod ttlv;

/// The database that every house of this target stands on.
async fn database() -> database::Database {
    database::Database::sqlite()
}
