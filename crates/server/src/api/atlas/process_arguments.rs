//! With which options a cluster's database processes run. A file per operation.

mod from_wire;
mod to_wire;
pub mod update;
pub mod view;

use api_wire::atlas::version::ApiVersion;

use crate::api::call::Call;

/// Tells whether the version that answers still knows what later ones left out.
fn is_of_the_older_date(call: &Call) -> bool {
    call.version.entry.version == Some(ApiVersion::V2023_01_01)
}
