//! From a backup schedule to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::backup_policy::PolicyItem as WireItem;
use api_wire::atlas::backup_schedules::{BackupSchedule as WireSchedule, ExtraRetention as WireExtra, Policy};
use api_wire::atlas::version::ApiVersion;
use api_wire::paging::Link;
use domain::backup::{BackupSchedule, ExtraRetention, PolicyItem, Rule};
use domain::cluster::ClusterName;

use crate::api::call::Call;

/// Translates a schedule.
pub(super) fn to_wire(call: &Call, name: &ClusterName, schedule: BackupSchedule) -> WireSchedule {
    let BackupSchedule {
        project: _,
        cluster,
        items,
        hour,
        minute,
        restore_window_days,
        extra_retention,
        names_in_export_prefix,
        revision: _,
    } = schedule;
    let older = call.version.entry.version == Some(ApiVersion::V2023_01_01);
    let extra = |ExtraRetention { frequency, days }| WireExtra { frequency_type: frequency, retention_days: days };
    WireSchedule {
        auto_copy_settings_enabled: (!older).then_some(false),
        auto_export_enabled: false,
        cluster_id: cluster.to_string(),
        cluster_name: name.to_string(),
        copy_policy_items_enabled: false,
        copy_settings: [],
        extra_retention_settings: extra_retention.into_iter().map(extra).collect(),
        links: vec![Link::to_self(call.url())],
        policies: [Policy { id: cluster.to_string(), policy_items: items.into_iter().map(item_to_wire).collect() }],
        reference_hour_of_day: hour,
        reference_minute_of_hour: minute,
        restore_window_days,
        use_org_and_group_names_in_export_prefix: names_in_export_prefix,
    }
}

/// Translates a line of a policy.
pub(in crate::api::atlas) fn item_to_wire(item: PolicyItem) -> WireItem {
    let PolicyItem { id, rule: Rule { frequency, interval, unit, value } } = item;
    WireItem {
        frequency_interval: interval,
        frequency_type: frequency.name(),
        id: id.to_string(),
        retention_unit: unit.name(),
        retention_value: value,
    }
}
