//! How a line of a policy lies in a column. Must not know SQL.

use domain::backup::{Frequency, PolicyItem, RetentionUnit, Rule};
use serde::{Deserialize, Serialize};

/// A line of a policy.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ItemText {
    id: String,
    frequency: String,
    interval: u32,
    unit: String,
    value: u32,
}

impl ItemText {
    /// Writes a line.
    pub(crate) fn of(item: &PolicyItem) -> Self {
        let PolicyItem { id, rule: Rule { frequency, interval, unit, value } } = item;
        Self {
            id: id.to_string(),
            frequency: frequency.name().to_owned(),
            interval: *interval,
            unit: unit.name().to_owned(),
            value: *value,
        }
    }

    /// Reads a line, unless it cannot have been written by us.
    pub(crate) fn read(self) -> Option<PolicyItem> {
        let Self { id, frequency, interval, unit, value } = self;
        let (frequency, unit) = (Frequency::by_name(&frequency)?, RetentionUnit::by_name(&unit)?);
        Some(PolicyItem { id: id.parse().ok()?, rule: Rule { frequency, interval, unit, value } })
    }
}
