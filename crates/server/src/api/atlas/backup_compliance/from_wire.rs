//! From the wire's compliance policy to the domain's. The struct is taken apart by name, so that a new field breaks the
//! build here.

use api_wire::atlas::backup_compliance::ComplianceBody;
use domain::backup::{ComplianceChange, Person};

use crate::api::atlas::backup_schedules::rule;
use crate::api::error::Refused;

const NOT_AS_CHECKED: Refused = Refused::Bug("the schema admits only what the domain can read");

/// Translates a body whose shape was checked.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(super) fn from_wire(body: ComplianceBody) -> Result<ComplianceChange, Refused> {
    let ComplianceBody {
        authorized_email,
        authorized_user_first_name,
        authorized_user_last_name,
        copy_protection_enabled,
        encryption_at_rest_enabled,
        on_demand_policy_item,
        pit_enabled,
        restore_window_days,
        scheduled_policy_items,
    } = body;
    let days = restore_window_days.value().map(|days| u32::try_from(days).map_err(|_| NOT_AS_CHECKED));
    Ok(ComplianceChange {
        authorized: Person {
            email: authorized_email.value().ok_or(NOT_AS_CHECKED)?,
            first_name: authorized_user_first_name.value(),
            last_name: authorized_user_last_name.value(),
        },
        copy_protection: copy_protection_enabled.value().unwrap_or_default(),
        encryption_at_rest: encryption_at_rest_enabled.value().unwrap_or_default(),
        on_demand: on_demand_policy_item.value().map(rule).transpose()?,
        point_in_time: pit_enabled.value().unwrap_or_default(),
        restore_window_days: days.transpose()?,
        scheduled: scheduled_policy_items
            .value()
            .unwrap_or_default()
            .into_iter()
            .map(rule)
            .collect::<Result<_, _>>()?,
    })
}
