//! From the wire's backup schedule to the domain's change. Every struct is taken apart by name, so that a new field breaks
//! the build here.

use api_wire::atlas::backup_policy::PolicyItemBody;
use api_wire::atlas::backup_schedules::{ExtraRetentionBody, PolicyBody, ScheduleBody};
use domain::backup::{ExtraRetention, Frequency, RetentionUnit, Rule, ScheduleChange};

use crate::api::error::Refused;

const NOT_AS_CHECKED: Refused = Refused::Bug("the schema admits only what the domain can read");

/// Translates a body whose shape was checked.
/// Errors: `FeatureUnsupported` for copies in other regions and for exports; `Bug` if a checked field is not what its
/// schema says.
pub(super) fn from_wire(body: ScheduleBody) -> Result<ScheduleChange, Refused> {
    let ScheduleBody {
        auto_copy_settings_enabled,
        auto_export_enabled,
        copy_policy_items_enabled,
        copies,
        export,
        extra_retention_settings,
        policy,
        reference_hour_of_day,
        reference_minute_of_hour,
        restore_window_days,
        use_org_and_group_names_in_export_prefix,
    } = body;
    let is_on = |flag: Option<bool>| flag == Some(true);
    if copies > 0 || is_on(auto_copy_settings_enabled.value()) || is_on(copy_policy_items_enabled.value()) {
        return Err(Refused::FeatureUnsupported(
            "Copies of backups in other regions are not served here. Leave copySettings empty; nothing was changed.",
        ));
    }
    if export || is_on(auto_export_enabled.value()) {
        return Err(Refused::FeatureUnsupported(
            "Exports of backups are not served here. Leave export out and autoExportEnabled false; nothing was changed.",
        ));
    }
    let (policy, items) = match policy {
        None => (None, None),
        Some(PolicyBody { id, policy_items }) => {
            (id.value(), Some(policy_items.into_iter().map(rule).collect::<Result<_, _>>()?))
        }
    };
    let extra = extra_retention_settings.value().map(|all| all.into_iter().map(extra).collect::<Result<_, _>>());
    Ok(ScheduleChange {
        policy,
        items,
        hour: number(reference_hour_of_day.value())?,
        minute: number(reference_minute_of_hour.value())?,
        restore_window_days: number(restore_window_days.value())?,
        extra_retention: extra.transpose()?,
        names_in_export_prefix: use_org_and_group_names_in_export_prefix.value(),
    })
}

/// Translates a line of a policy.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(in crate::api::atlas) fn rule(body: PolicyItemBody) -> Result<Rule, Refused> {
    let PolicyItemBody { frequency_interval, frequency_type, retention_unit, retention_value } = body;
    let frequency = frequency_type.value().as_deref().and_then(Frequency::by_name).ok_or(NOT_AS_CHECKED)?;
    let unit = retention_unit.value().as_deref().and_then(RetentionUnit::by_name).ok_or(NOT_AS_CHECKED)?;
    Ok(Rule {
        frequency,
        interval: number(frequency_interval.value())?.ok_or(NOT_AS_CHECKED)?,
        unit,
        value: number(retention_value.value())?.ok_or(NOT_AS_CHECKED)?,
    })
}

fn extra(body: ExtraRetentionBody) -> Result<ExtraRetention, Refused> {
    let ExtraRetentionBody { frequency_type, retention_days } = body;
    Ok(ExtraRetention {
        frequency: frequency_type.value().ok_or(NOT_AS_CHECKED)?,
        days: number(retention_days.value())?.ok_or(NOT_AS_CHECKED)?,
    })
}

fn number(number: Option<i64>) -> Result<Option<u32>, Refused> {
    number.map(|number| u32::try_from(number).map_err(|_| NOT_AS_CHECKED)).transpose()
}
