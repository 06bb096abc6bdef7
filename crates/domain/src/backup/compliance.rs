//! A project's backup compliance policy. Of what it demands Atrest enforces that every cluster uses a customer key; the
//! rest is kept for whoever takes backups. Must not know who may set it.

use super::{PolicyItem, Rule, faults_of, with_ids};
use crate::id::{PolicyItemId, ProjectId};
use crate::time::Timestamp;
use crate::violation::Violation;

/// A project's backup compliance policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompliancePolicy {
    /// The project.
    pub project: ProjectId,
    /// Who answers for it.
    pub authorized: Person,
    /// Whether backups are copied elsewhere.
    pub copy_protection: bool,
    /// Whether every cluster uses a customer key.
    pub encryption_at_rest: bool,
    /// How long backups are kept that somebody asks for.
    pub on_demand: Option<PolicyItem>,
    /// Whether every cluster can be restored to any moment.
    pub point_in_time: bool,
    /// How far back that reaches. Unit: days.
    pub restore_window_days: Option<u32>,
    /// What is taken at least.
    pub scheduled: Vec<PolicyItem>,
    /// When it was set.
    pub updated_at: Timestamp,
}

/// Somebody who answers for a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address.
    pub email: String,
    /// The first name; older clients send none.
    pub first_name: Option<String>,
    /// The last name; older clients send none.
    pub last_name: Option<String>,
}

/// A policy as it is to be. It is set whole.
#[derive(Debug)]
pub struct ComplianceChange {
    /// See [`CompliancePolicy`].
    pub authorized: Person,
    /// See [`CompliancePolicy`].
    pub copy_protection: bool,
    /// See [`CompliancePolicy`].
    pub encryption_at_rest: bool,
    /// See [`CompliancePolicy`].
    pub on_demand: Option<Rule>,
    /// See [`CompliancePolicy`].
    pub point_in_time: bool,
    /// See [`CompliancePolicy`].
    pub restore_window_days: Option<u32>,
    /// See [`CompliancePolicy`].
    pub scheduled: Vec<Rule>,
}

impl ComplianceChange {
    /// Counts the lines that need an id.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.scheduled.len().saturating_add(1)
    }

    /// Makes the policy, which takes the ids over from a present one where it can. `fresh` has one for each line.
    /// Errors: every fault of its lines.
    pub fn apply(
        self,
        project: ProjectId,
        present: Option<&CompliancePolicy>,
        fresh: &[PolicyItemId],
        at: Timestamp,
    ) -> Result<CompliancePolicy, Vec<Violation>> {
        let Self {
            authorized,
            copy_protection,
            encryption_at_rest,
            on_demand,
            point_in_time,
            restore_window_days,
            scheduled,
        } = self;
        let faults = faults_of(&scheduled, "scheduledPolicyItems");
        if !faults.is_empty() {
            return Err(faults);
        }
        let (first, rest) = fresh.split_at(fresh.len().min(1));
        let was: Vec<_> = present.and_then(|present| present.on_demand).into_iter().collect();
        Ok(CompliancePolicy {
            project,
            authorized,
            copy_protection,
            encryption_at_rest,
            on_demand: with_ids(on_demand.into_iter().collect(), &was, first).pop(),
            point_in_time,
            restore_window_days,
            scheduled: with_ids(scheduled, present.map_or(&[], |present| &present.scheduled), rest),
            updated_at: at,
        })
    }
}
