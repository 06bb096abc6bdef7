//! Alerts, by dated shape. It must not know what raises one.

pub mod acknowledgement;
pub mod v2023_01_01;

use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};
use crate::schema::{Kind, Schema};

/// The parameters of the list of alerts.
pub static LIST: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &STATUS];

/// The states that can be asked for.
/// Source: contract.md 4.3.
pub static STATUS_NAMES: &[&str] = &["OPEN", "TRACKING", "CLOSED"];

static STATUS_ASKED: Schema = Schema::inline(Kind::OneOf(STATUS_NAMES));

/// Asks for alerts of one state.
pub static STATUS: QueryParameter = QueryParameter {
    name: "status",
    schema: &STATUS_ASKED,
    repeated: false,
    default: None,
    description: "Only alerts that stand so.",
};
