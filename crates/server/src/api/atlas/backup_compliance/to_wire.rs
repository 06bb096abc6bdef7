//! From a compliance policy to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::backup_compliance::CompliancePolicy as WirePolicy;
use api_wire::wire_time::WireTime;
use domain::backup::{CompliancePolicy, Person};

use crate::api::atlas::backup_schedules::item_to_wire;

/// Translates a policy.
pub(super) fn to_wire(policy: CompliancePolicy) -> WirePolicy {
    let CompliancePolicy {
        project,
        authorized: Person { email, first_name, last_name },
        copy_protection,
        encryption_at_rest,
        on_demand,
        point_in_time,
        restore_window_days,
        scheduled,
        updated_at,
    } = policy;
    WirePolicy {
        authorized_email: email,
        authorized_user_first_name: first_name,
        authorized_user_last_name: last_name,
        copy_protection_enabled: copy_protection,
        deletable: true,
        encryption_at_rest_enabled: encryption_at_rest,
        on_demand_policy_item: on_demand.map(item_to_wire),
        pit_enabled: point_in_time,
        project_id: project.to_string(),
        restore_window_days,
        scheduled_policy_items: scheduled.into_iter().map(item_to_wire).collect(),
        state: "ACTIVE",
        updated_date: WireTime::from_epoch_millis(updated_at.as_millis()),
    }
}
