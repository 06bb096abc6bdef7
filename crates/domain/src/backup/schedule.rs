//! When backups of a cluster are to be taken, and how long they are kept. Must not know who takes them.

use super::{PolicyItem, Rule, faults_of, with_ids};
use crate::id::{ClusterId, PolicyItemId, ProjectId};
use crate::time::Timestamp;
use crate::violation::Violation;

/// When backups of a cluster are to be taken. Its one policy goes by the cluster's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSchedule {
    /// The project.
    pub project: ProjectId,
    /// The cluster.
    pub cluster: ClusterId,
    /// What is taken.
    pub items: Vec<PolicyItem>,
    /// At which hour.
    pub hour: u32,
    /// At which minute.
    pub minute: u32,
    /// How far back one can go to any moment. Unit: days.
    pub restore_window_days: Option<u32>,
    /// What is kept longer once it is no longer taken.
    pub extra_retention: Vec<ExtraRetention>,
    /// Whether the names of organization and project stand in the path of an export.
    pub names_in_export_prefix: bool,
    /// Counts the changes; zero for one that was never set.
    pub revision: i64,
}

/// How much longer backups are kept that were taken so often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraRetention {
    /// How often, in the spelling of this field alone.
    pub frequency: String,
    /// Unit: days.
    pub days: u32,
}

/// What a request says about a schedule. What it does not say stays.
#[derive(Debug, Default)]
pub struct ScheduleChange {
    /// The id of the policy, if it is told.
    pub policy: Option<String>,
    /// All that is taken.
    pub items: Option<Vec<Rule>>,
    /// See [`BackupSchedule`].
    pub hour: Option<u32>,
    /// See [`BackupSchedule`].
    pub minute: Option<u32>,
    /// See [`BackupSchedule`].
    pub restore_window_days: Option<u32>,
    /// See [`BackupSchedule`].
    pub extra_retention: Option<Vec<ExtraRetention>>,
    /// See [`BackupSchedule`].
    pub names_in_export_prefix: Option<bool>,
}

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;

impl BackupSchedule {
    /// Gives the schedule of a cluster that never had one: nothing is taken. It keeps to the time of day at which the
    /// cluster was created.
    #[must_use]
    pub fn unset(project: ProjectId, cluster: ClusterId, created_at: Timestamp) -> Self {
        let of_day = |unit: i64, count: i64| {
            u32::try_from(created_at.as_millis().div_euclid(unit).rem_euclid(count)).unwrap_or_default()
        };
        Self {
            project,
            cluster,
            items: Vec::new(),
            hour: of_day(HOUR_MILLIS, 24),
            minute: of_day(MINUTE_MILLIS, 60),
            restore_window_days: None,
            extra_retention: Vec::new(),
            names_in_export_prefix: false,
            revision: 0,
        }
    }

    /// Applies a change. `fresh` has one id for each line that is wanted.
    /// Errors: every fault of its lines, and of the policy's id.
    pub fn apply(&self, change: ScheduleChange, fresh: &[PolicyItemId]) -> Result<Self, Vec<Violation>> {
        let ScheduleChange {
            policy,
            items,
            hour,
            minute,
            restore_window_days,
            extra_retention,
            names_in_export_prefix,
        } = change;
        let mut faults = items.as_deref().map_or_else(Vec::new, |rules| faults_of(rules, "policies[0].policyItems"));
        if policy.is_some_and(|id| id != self.cluster.to_string()) {
            faults.push(Violation::rule("policies[0].id", "It is not this cluster's policy; leave it out."));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            items: items.map_or_else(|| self.items.clone(), |rules| with_ids(rules, &self.items, fresh)),
            hour: hour.unwrap_or(self.hour),
            minute: minute.unwrap_or(self.minute),
            restore_window_days: restore_window_days.or(self.restore_window_days),
            extra_retention: extra_retention.unwrap_or_else(|| self.extra_retention.clone()),
            names_in_export_prefix: names_in_export_prefix.unwrap_or(self.names_in_export_prefix),
            revision: self.revision.saturating_add(1),
            ..*self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{Frequency, RetentionUnit};

    #[test]
    fn keeps_what_is_not_said_and_tells_every_fault() {
        let cluster = ClusterId::from_random([1; 12]);
        let at = Timestamp::from_millis(3 * HOUR_MILLIS + 7 * MINUTE_MILLIS);
        let unset = BackupSchedule::unset(ProjectId::from_random([2; 12]), cluster, at);
        assert_eq!((unset.hour, unset.minute, unset.items.len()), (3, 7, 0));
        let rule = |interval| Rule { frequency: Frequency::Daily, interval, unit: RetentionUnit::Days, value: 7 };
        let wanted = |interval| ScheduleChange { items: Some(vec![rule(interval)]), ..ScheduleChange::default() };
        let set = unset.apply(wanted(1), &[PolicyItemId::from_random([3; 12])]).unwrap();
        assert_eq!((set.items.len(), set.hour, set.revision), (1, 3, 1));
        let later = ScheduleChange { hour: Some(5), policy: Some(cluster.to_string()), ..ScheduleChange::default() };
        let later = set.apply(later, &[]).unwrap();
        assert_eq!((later.items, later.hour), (set.items.clone(), 5));
        let bad = ScheduleChange { policy: Some("another".to_owned()), ..wanted(9) };
        let faults = set.apply(bad, &[PolicyItemId::from_random([4; 12])]).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
