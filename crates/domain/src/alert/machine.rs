//! What becomes of an alert: pure moves, with the time handed in.
//!
//! ```text
//!             the shortest delay is over
//!   Tracking ----------------------------> Open           Opened to each rule whose delay is over
//!      |                                    | |           Reminder to each rule after each interval,
//!      | over: nobody was told              | |                 unless somebody has taken note
//!      +--------> Closed <------------------+ |           Resolved to each rule that was told
//!      |                     over             |
//!      +--------> Cancelled <-----------------+           its configuration is gone or off: nobody is told
//! ```
//!
//! An acknowledgement changes no state: until it ends, nobody is told but of the end. Must not know what an alert is
//! about beyond whether its kind reminds.

use std::time::Duration;

use crate::id::NotifierId;
use crate::notice::NoticeKind;
use crate::time::Timestamp;

use super::{Acknowledgement, Alert, AlertConfig, AlertState, NotificationRule};

/// Somebody is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// By which of the configuration's ways.
    pub rule: NotificationRule,
    /// What kind of news it is.
    pub kind: NoticeKind,
    /// Counts the notices of the alert.
    pub sequence: i64,
    /// The alert as it stood.
    pub alert: Alert,
}

/// What a move makes of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The alert now.
    pub alert: Alert,
    /// Whom to tell, in order.
    pub tell: Vec<Tell>,
    /// When something becomes of it by itself.
    pub next_at: Option<Timestamp>,
}

fn minutes(number: u32) -> Duration {
    Duration::from_secs(u64::from(number) * 60)
}

/// When a rule is to be used next. None: never again, as far as time alone goes.
fn due_at(alert: &Alert, rule: &NotificationRule) -> Option<Timestamp> {
    match alert.told.get(&rule.id) {
        None => Some(alert.created_at + minutes(rule.delay)),
        Some(told) if alert.kind.reminds() => Some(*told + minutes(rule.interval.max(1))),
        Some(_) => None,
    }
}

/// Lets the time work on an alert. One that is over stays as it is.
#[must_use]
pub fn step(mut alert: Alert, config: &AlertConfig, now: Timestamp) -> Step {
    let mut tell = Vec::new();
    if !alert.state.is_live() {
        return Step { alert, tell, next_at: None };
    }
    let opens_at = config.notifications.iter().map(|rule| alert.created_at + minutes(rule.delay)).min();
    if alert.state == AlertState::Tracking && opens_at.is_some_and(|at| at <= now) {
        alert.state = AlertState::Open;
        alert.updated_at = now;
    }
    let silent_until = alert.acknowledgement.as_ref().map(|taken| taken.until).filter(|until| *until > now);
    if silent_until.is_none() {
        for rule in &config.notifications {
            if due_at(&alert, rule).is_some_and(|at| at <= now) {
                let kind = if alert.told.contains_key(&rule.id) { NoticeKind::Reminder } else { NoticeKind::Opened };
                tell.push(told(&mut alert, rule, kind, now));
            }
        }
    }
    let rules = config.notifications.iter().filter_map(|rule| due_at(&alert, rule));
    let next_at = match silent_until {
        // It may have to be opened meanwhile.
        Some(until) if alert.state == AlertState::Tracking => opens_at.map(|at| at.min(until)),
        Some(until) => rules.min().map(|at| at.max(until)),
        None => rules.min(),
    };
    Step { alert, tell, next_at }
}

/// Ends an alert. Whoever was told of it is told of its end, acknowledged or not.
#[must_use]
pub fn resolve(mut alert: Alert, config: &AlertConfig, at: Timestamp) -> Step {
    let mut tell = Vec::new();
    if alert.state.is_live() {
        alert.state = AlertState::Closed;
        alert.resolved_at = Some(at);
        alert.updated_at = at;
        for rule in &config.notifications {
            if alert.told.contains_key(&rule.id) {
                tell.push(told(&mut alert, rule, NoticeKind::Resolved, at));
            }
        }
    }
    Step { alert, tell, next_at: None }
}

/// Ends an alert whose configuration is gone, off, or about something else. Nobody is told.
#[must_use]
pub fn cancel(mut alert: Alert, at: Timestamp) -> Alert {
    if alert.state.is_live() {
        alert.state = AlertState::Cancelled;
        alert.resolved_at = Some(at);
        alert.updated_at = at;
    }
    alert
}

/// Silences an alert for a while. One that is over stays as it is, but for the words.
#[must_use]
pub fn acknowledge(mut alert: Alert, taken: Acknowledgement, now: Timestamp) -> Alert {
    alert.acknowledgement = Some(taken);
    alert.updated_at = now;
    alert
}

/// Takes an acknowledgement back.
#[must_use]
pub fn unacknowledge(mut alert: Alert, now: Timestamp) -> Alert {
    if alert.acknowledgement.take().is_some() {
        alert.updated_at = now;
    }
    alert
}

fn told(alert: &mut Alert, rule: &NotificationRule, kind: NoticeKind, at: Timestamp) -> Tell {
    alert.notices = alert.notices.saturating_add(1);
    alert.last_notified = Some(at);
    let _: Option<Timestamp> = alert.told.insert(id_of(rule), at);
    Tell { rule: rule.clone(), kind, sequence: alert.notices, alert: alert.clone() }
}

const fn id_of(rule: &NotificationRule) -> NotifierId {
    rule.id
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{alert, config, minute, rule};
    use super::*;
    use crate::alert::AlertKind;
    use crate::customer_key::ProviderKind;

    fn kinds(step: &Step) -> Vec<(NoticeKind, i64)> {
        step.tell.iter().map(|tell| (tell.kind, tell.sequence)).collect()
    }

    #[test]
    fn without_a_delay_it_opens_at_once_and_reminds_after_each_interval() {
        let config = config(vec![rule(1, 0, 60)]);
        let opened = step(alert(0), &config, minute(0));
        assert_eq!((opened.alert.state, kinds(&opened)), (AlertState::Open, vec![(NoticeKind::Opened, 1)]));
        assert_eq!(opened.next_at, Some(minute(60)));
        let nothing = step(opened.alert, &config, minute(59));
        assert_eq!((kinds(&nothing), nothing.next_at), (vec![], Some(minute(60))));
        let reminded = step(nothing.alert, &config, minute(60));
        assert_eq!(kinds(&reminded), [(NoticeKind::Reminder, 2)]);
        assert_eq!(reminded.alert.last_notified, Some(minute(60)));
        assert_eq!(reminded.next_at, Some(minute(120)));
    }

    #[test]
    fn it_is_tracked_until_the_shortest_delay_is_over() {
        let config = config(vec![rule(1, 30, 60), rule(2, 10, 5)]);
        let tracked = step(alert(0), &config, minute(9));
        assert_eq!((tracked.alert.state, kinds(&tracked)), (AlertState::Tracking, vec![]));
        assert_eq!(tracked.next_at, Some(minute(10)));
        let opened = step(tracked.alert, &config, minute(10));
        assert_eq!((opened.alert.state, kinds(&opened)), (AlertState::Open, vec![(NoticeKind::Opened, 1)]));
        // Each rule has its own delay and its own interval.
        let both = step(opened.alert, &config, minute(30));
        assert_eq!(kinds(&both), [(NoticeKind::Opened, 2), (NoticeKind::Reminder, 3)]);
        assert_eq!(both.next_at, Some(minute(35)));
    }

    #[test]
    fn what_ends_before_it_opened_was_never_told() {
        let config = config(vec![rule(1, 30, 60)]);
        let closed = resolve(step(alert(0), &config, minute(5)).alert, &config, minute(6));
        assert_eq!((closed.alert.state, kinds(&closed)), (AlertState::Closed, vec![]));
        assert_eq!(closed.alert.resolved_at, Some(minute(6)));
    }

    #[test]
    fn whoever_was_told_is_told_of_the_end_and_nobody_else() {
        let config = config(vec![rule(1, 0, 60), rule(2, 30, 60)]);
        let opened = step(alert(0), &config, minute(1));
        let closed = resolve(opened.alert, &config, minute(2));
        let told: Vec<_> = closed.tell.iter().map(|tell| (tell.rule.id, tell.kind, tell.alert.state)).collect();
        assert_eq!(told, [(rule(1, 0, 60).id, NoticeKind::Resolved, AlertState::Closed)]);
        // Over is over.
        let again = resolve(closed.alert.clone(), &config, minute(3));
        assert_eq!((again.alert, again.tell.len()), (closed.alert.clone(), 0));
        let still = step(closed.alert.clone(), &config, minute(500));
        assert_eq!((still.alert, still.tell.len(), still.next_at), (closed.alert, 0, None));
    }

    #[test]
    fn whoever_took_note_is_left_alone_until_it_ends() {
        let config = config(vec![rule(1, 0, 60)]);
        let opened = step(alert(0), &config, minute(0)).alert;
        let taken = Acknowledgement { until: minute(100), comment: None, by: Some("abcdefgh".to_owned()) };
        let silenced = acknowledge(opened, taken, minute(1));
        assert!(silenced.is_acknowledged(minute(99)) && !silenced.is_acknowledged(minute(100)));
        let silent = step(silenced.clone(), &config, minute(70));
        assert_eq!((kinds(&silent), silent.next_at), (vec![], Some(minute(100))));
        assert_eq!(kinds(&step(silent.alert, &config, minute(100))), [(NoticeKind::Reminder, 2)]);
        // Of the end they are told nevertheless.
        assert_eq!(kinds(&resolve(silenced.clone(), &config, minute(50))), [(NoticeKind::Resolved, 2)]);
        let loud = unacknowledge(silenced, minute(65));
        assert_eq!(loud.acknowledgement, None);
        assert_eq!(kinds(&step(loud, &config, minute(65))), [(NoticeKind::Reminder, 2)]);
    }

    #[test]
    fn an_acknowledged_one_that_is_tracked_opens_in_silence() {
        let config = config(vec![rule(1, 10, 60)]);
        let taken = Acknowledgement { until: minute(100), comment: None, by: None };
        let silenced = step(acknowledge(alert(0), taken, minute(1)), &config, minute(2));
        assert_eq!((silenced.alert.state, silenced.next_at), (AlertState::Tracking, Some(minute(10))));
        let opened = step(silenced.alert, &config, minute(10));
        assert_eq!((opened.alert.state, kinds(&opened)), (AlertState::Open, vec![]));
        assert_eq!(opened.next_at, Some(minute(100)));
    }

    #[test]
    fn a_cancelled_one_tells_nobody() {
        let config = config(vec![rule(1, 0, 60)]);
        let opened = step(alert(0), &config, minute(0)).alert;
        let cancelled = cancel(opened, minute(1));
        assert_eq!((cancelled.state, cancelled.resolved_at), (AlertState::Cancelled, Some(minute(1))));
        assert_eq!(cancel(cancelled.clone(), minute(2)), cancelled);
        assert_eq!(kinds(&resolve(cancelled, &config, minute(3))), []);
    }

    #[test]
    fn what_was_done_on_purpose_is_told_once() {
        let mut config = config(vec![rule(1, 0, 60)]);
        let mut alert = alert(0);
        (config.kind, alert.kind) = (AlertKind::ClusterDeleted, AlertKind::ClusterDeleted);
        let opened = step(alert, &config, minute(0));
        assert_eq!((kinds(&opened), opened.next_at), (vec![(NoticeKind::Opened, 1)], None));
        assert_eq!(kinds(&step(opened.alert, &config, minute(10_000))), []);
        assert!(AlertKind::KeyInvalid(ProviderKind::AwsKms).reminds());
    }
}
