//! Values for the tests of alerts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Alert, AlertConfig, AlertKind, AlertState, Channel, NotificationRule, Subject, Why};
use crate::customer_key::ProviderKind;
use crate::id::{AlertConfigId, AlertId, NotifierId, ProjectId};
use crate::time::Timestamp;

pub(super) const KIND: AlertKind = AlertKind::KeyInvalid(ProviderKind::AwsKms);
pub(super) const SUBJECT: Subject = Subject::Provider(ProviderKind::AwsKms);

pub(super) fn minute(number: u64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000) + Duration::from_secs(60 * number)
}

pub(super) fn rule(number: u8, delay: u32, interval: u32) -> NotificationRule {
    let id = NotifierId::from_random([number; 12]);
    NotificationRule { id, delay, interval, channel: Channel::Email("owner@example.com".to_owned()) }
}

pub(super) fn config(notifications: Vec<NotificationRule>) -> AlertConfig {
    let (id, notifier) = (AlertConfigId::from_random([7; 12]), NotifierId::from_random([1; 12]));
    let made = AlertConfig::by_default(id, notifier, ProjectId::from_random([3; 12]), KIND, minute(0));
    AlertConfig { notifications, ..made }
}

pub(super) fn alert(began: u64) -> Alert {
    Alert {
        id: AlertId::from_random([9; 12]),
        project: ProjectId::from_random([3; 12]),
        config: AlertConfigId::from_random([7; 12]),
        kind: KIND,
        subject: SUBJECT,
        cluster: None,
        state: AlertState::Tracking,
        why: Why::default(),
        created_at: minute(began),
        updated_at: minute(began),
        resolved_at: None,
        acknowledgement: None,
        told: BTreeMap::new(),
        last_notified: None,
        notices: 0,
        revision: 1,
    }
}
