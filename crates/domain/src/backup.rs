//! What an operator wants of backups: how often, kept how long, and what a project's compliance policy demands. Atrest
//! takes no backup: whoever does reads this here. Must not know wire shapes, tables, or where backups lie.

pub mod compliance;
pub mod schedule;

use crate::id::PolicyItemId;
use crate::violation::Violation;
use crate::words::words;

pub use compliance::{ComplianceChange, CompliancePolicy, Person};
pub use schedule::{BackupSchedule, ExtraRetention, ScheduleChange};

words! {
    /// How often a backup is taken.
    Frequency {
        /// When somebody asks.
        OnDemand = "ondemand",
        /// Every so many hours.
        Hourly = "hourly",
        /// Every day.
        Daily = "daily",
        /// On one day of the week.
        Weekly = "weekly",
        /// On one day of the month.
        Monthly = "monthly",
        /// In one month of the year.
        Yearly = "yearly",
    }
    /// In what the time is counted that a backup is kept.
    RetentionUnit {
        /// Days.
        Days = "days",
        /// Weeks.
        Weeks = "weeks",
        /// Months.
        Months = "months",
        /// Years.
        Years = "years",
    }
}

/// One line of a policy: how often, and kept how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyItem {
    /// Its id.
    pub id: PolicyItemId,
    /// What it says.
    pub rule: Rule,
}

/// What one line of a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How often.
    pub frequency: Frequency,
    /// What that means: every how many hours, on which day, in which month.
    pub interval: u32,
    /// In what the time is counted that it is kept.
    pub unit: RetentionUnit,
    /// How long it is kept.
    pub value: u32,
}

/// The last day of a month, among intervals.
const LAST_DAY: u32 = 40;

impl Rule {
    /// Finds what is wrong with an interval or a time, at the path of the line.
    fn faults(&self, path: &str) -> Vec<Violation> {
        let (fits, expected) = match self.frequency {
            Frequency::OnDemand => (true, ""),
            Frequency::Hourly => {
                (matches!(self.interval, 1 | 2 | 4 | 6 | 8 | 12), "For hourly it is 1, 2, 4, 6, 8 or 12 hours.")
            }
            Frequency::Daily => (self.interval == 1, "For daily it is 1."),
            Frequency::Weekly => {
                ((1..=7).contains(&self.interval), "For weekly it is a day from 1, Monday, to 7, Sunday.")
            }
            Frequency::Monthly => (
                (1..=28).contains(&self.interval) || self.interval == LAST_DAY,
                "For monthly it is a day from 1 to 28, or 40 for the last.",
            ),
            Frequency::Yearly => ((1..=12).contains(&self.interval), "For yearly it is a month from 1 to 12."),
        };
        if fits { Vec::new() } else { vec![Violation::rule(&format!("{path}.frequencyInterval"), expected)] }
    }
}

/// Gives every line its id: that of the present line as often, or else a fresh one. `fresh` has one id for each line.
fn with_ids(rules: Vec<Rule>, present: &[PolicyItem], fresh: &[PolicyItemId]) -> Vec<PolicyItem> {
    let mut left = present.to_vec();
    let named = rules.into_iter().zip(fresh).map(|(rule, fresh)| {
        let same = |item: &PolicyItem| (item.rule.frequency, item.rule.interval) == (rule.frequency, rule.interval);
        let id = left.iter().position(same).map_or(*fresh, |at| left.remove(at).id);
        PolicyItem { id, rule }
    });
    named.collect()
}

fn faults_of(rules: &[Rule], path: &str) -> Vec<Violation> {
    rules.iter().enumerate().flat_map(|(index, rule)| rule.faults(&format!("{path}[{index}]"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(frequency: Frequency, interval: u32) -> Rule {
        Rule { frequency, interval, unit: RetentionUnit::Days, value: 7 }
    }

    fn check(frequency: Frequency, good: &[u32], bad: &[u32]) {
        for interval in good {
            assert_eq!(rule(frequency, *interval).faults("p"), [], "{frequency:?} {interval}");
        }
        for interval in bad {
            let faults = rule(frequency, *interval).faults("p");
            assert_eq!(faults.len(), 1, "{frequency:?} {interval}");
            assert!(faults.iter().all(|fault| fault.field == "p.frequencyInterval"));
        }
    }

    #[test]
    fn knows_which_interval_goes_with_which_frequency() {
        check(Frequency::OnDemand, &[0, 1, 40], &[]);
        check(Frequency::Hourly, &[1, 2, 4, 6, 8, 12], &[0, 3, 5, 24]);
        check(Frequency::Daily, &[1], &[0, 2]);
        check(Frequency::Weekly, &[1, 7], &[0, 8]);
        check(Frequency::Monthly, &[1, 28, 40], &[0, 29, 41]);
        check(Frequency::Yearly, &[1, 12], &[0, 13]);
    }

    #[test]
    fn lets_a_line_keep_its_id_while_it_comes_as_often() {
        let id = |byte| PolicyItemId::from_random([byte; 12]);
        let present = with_ids(vec![rule(Frequency::Daily, 1), rule(Frequency::Weekly, 6)], &[], &[id(1), id(2)]);
        let longer = Rule { value: 30, ..rule(Frequency::Weekly, 6) };
        let next = with_ids(vec![longer, rule(Frequency::Weekly, 5)], &present, &[id(3), id(4)]);
        assert_eq!(next.iter().map(|item| item.id).collect::<Vec<_>>(), [id(2), id(4)]);
        assert_eq!(next.first().map(|item| item.rule.value), Some(30));
    }
}
