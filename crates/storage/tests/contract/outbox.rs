//! The outbox: in order within a lane, lanes apart, nothing lost and nothing sealed left behind.

use std::time::Duration;

use domain::alert::{AlertKind, AlertState, Severity, Subject};
use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::id::{AlertConfigId, AlertId, NoticeId, NotifierId};
use domain::notice::{AlertNotice, NewNotice, NoticeContent, NoticeKind, Target};
use domain::recipient::Recipients;
use domain::secret::SecretText;
use domain::time::Timestamp;
use storage::{Claim, NoticeEnd, NoticeStep, PendingNotice, Store, WorkKind};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    what_is_told_comes_back_as_it_was_written
    a_lane_is_told_in_order_and_lanes_apart
    the_same_notice_is_enqueued_once
    a_try_that_failed_is_tried_again_when_it_is_time
    a_late_holder_writes_nothing_down
    what_comes_while_a_lane_is_told_is_not_forgotten
    a_letter_is_sealed_and_wiped_when_it_is_over
    old_notices_are_forgotten
}

const LEASE: Duration = Duration::from_secs(60);

fn notice_id(number: u8) -> NoticeId {
    NoticeId::from_random([number; 12])
}

fn alert_notice(number: u8) -> AlertNotice {
    AlertNotice {
        alert: AlertId::from_random([number; 12]),
        config: AlertConfigId::from_random([9; 12]),
        kind: AlertKind::KeyInvalid(ProviderKind::GcpKms),
        subject: Subject::Provider(ProviderKind::GcpKms),
        state: AlertState::Open,
        severity: Severity::Critical,
        org: org_id(1),
        org_name: "acme \"&\" co".to_owned(),
        project: project_id(1),
        project_name: "shop 🔑".to_owned(),
        reason: Some("KEY_DISABLED".to_owned()),
        detail: Some("it's disabled".to_owned()),
        ends_at: Some(T0 + Duration::from_secs(9)),
        clusters: vec![cluster_name("cluster-0"), cluster_name("cluster-1")],
        created_at: T0,
        updated_at: T0 + Duration::from_secs(1),
        resolved_at: None,
        acknowledged_until: Some(T0 + Duration::from_secs(5)),
        comment: Some("on it".to_owned()),
        acknowledged_by: Some("a@example.com".to_owned()),
    }
}

/// Notice `id` of an alert, the `sequence`th about it.
fn notice(id: u8, alert: u8, sequence: i64, to: Target) -> NewNotice {
    NewNotice {
        id: notice_id(id),
        org: org_id(1),
        project: Some(project_id(1)),
        alert: Some(AlertId::from_random([alert; 12])),
        sequence,
        kind: if sequence == 1 { NoticeKind::Opened } else { NoticeKind::Resolved },
        to,
        content: NoticeContent::Alert(Box::new(alert_notice(alert))),
        at: T0,
    }
}

fn webhook(number: u8) -> Target {
    Target::Webhook { config: AlertConfigId::from_random([9; 12]), notifier: NotifierId::from_random([number; 12]) }
}

async fn claim(store: &Store, now: Timestamp) -> Vec<Claim> {
    store.claim_due(WorkKind::Notice, now, "me", 9, LEASE).await.unwrap()
}

async fn pending(store: &Store, claim: &Claim) -> Vec<PendingNotice> {
    store.pending_notices(&claim.id).await.unwrap()
}

async fn end(store: &Store, claim: &Claim, notice: NoticeId, end: &NoticeEnd, at: Timestamp) -> bool {
    let step = NoticeStep { claim, notice, end, delivered: &[], superseded: &[], told: &[], at };
    store.save_notice_step(step).await.unwrap()
}

async fn counts(store: &Store) -> Vec<(String, i64)> {
    store.count_notices().await.unwrap()
}

async fn what_is_told_comes_back_as_it_was_written(db: Database) {
    let store = db.open().await;
    store.enqueue_notices(&[]).await.unwrap();
    store.enqueue_notices(&[notice(1, 1, 1, webhook(1))]).await.unwrap();
    let claims = claim(&store, T0).await;
    let found = pending(&store, &claims[0]).await;
    let [found] = found.as_slice() else { panic!("one notice is pending") };
    assert_eq!((found.id, found.kind, found.sequence), (notice_id(1), NoticeKind::Opened, 1));
    assert_eq!((found.org, found.project, &found.to), (org_id(1), Some(project_id(1)), &webhook(1)));
    assert_eq!((found.attempts, found.first_tried_at, found.at), (0, None, T0));
    let NoticeContent::Alert(alert) = &found.content else { panic!("it tells of an alert") };
    assert_eq!(**alert, alert_notice(1));
}

async fn a_lane_is_told_in_order_and_lanes_apart(db: Database) {
    let store = db.open().await;
    let mail = Target::Mail(Recipients::User("a@example.com".to_owned()));
    let all =
        [notice(2, 1, 2, webhook(1)), notice(1, 1, 1, webhook(1)), notice(3, 1, 1, mail), notice(4, 2, 1, webhook(1))];
    store.enqueue_notices(&all).await.unwrap();
    let claims = claim(&store, T0).await;
    assert_eq!(claims.len(), 3, "an alert and a target are a lane");
    assert!(claim(&store, T0).await.is_empty(), "each has one holder");
    let mut lanes = Vec::new();
    for claim in &claims {
        lanes.push(pending(&store, claim).await.iter().map(|notice| notice.id).collect::<Vec<_>>());
    }
    lanes.sort();
    assert_eq!(lanes, [vec![notice_id(1), notice_id(2)], vec![notice_id(3)], vec![notice_id(4)]]);
    for claim in &claims {
        let first = pending(&store, claim).await[0].id;
        assert!(end(&store, claim, first, &NoticeEnd::Sent, T0).await);
    }
    let claims = claim(&store, T0).await;
    let [left] = claims.as_slice() else { panic!("one lane has more to tell: {claims:?}") };
    assert_eq!(pending(&store, left).await[0].id, notice_id(2));
    assert!(end(&store, left, notice_id(2), &NoticeEnd::Sent, T0).await);
    assert!(claim(&store, T0 + LEASE * 9).await.is_empty(), "nothing is left to do");
    assert_eq!(store.next_due(WorkKind::Notice).await.unwrap(), None);
    assert_eq!(counts(&store).await, [("SENT".to_owned(), 4)]);
}

async fn the_same_notice_is_enqueued_once(db: Database) {
    let store = db.open().await;
    for id in [1, 2] {
        store.enqueue_notices(&[notice(id, 1, 1, webhook(1))]).await.unwrap();
    }
    assert_eq!(counts(&store).await, [("PENDING".to_owned(), 1)]);
}

async fn a_try_that_failed_is_tried_again_when_it_is_time(db: Database) {
    let store = db.open().await;
    store.enqueue_notices(&[notice(1, 1, 1, webhook(1)), notice(2, 1, 2, webhook(1))]).await.unwrap();
    let claims = claim(&store, T0).await;
    let due = T0 + Duration::from_secs(5);
    let later = NoticeEnd::Later("busy".to_owned(), due);
    let delivered = ["a@example.com".to_owned()];
    let id = notice_id(1);
    let step = NoticeStep {
        claim: &claims[0],
        notice: id,
        end: &later,
        delivered: &delivered,
        superseded: &[],
        told: &[],
        at: T0,
    };
    assert!(store.save_notice_step(step).await.unwrap());
    assert!(claim(&store, T0).await.is_empty(), "the second does not overtake the first");
    let claims = claim(&store, due).await;
    let found = pending(&store, &claims[0]).await;
    assert_eq!((found[0].id, found[0].attempts, found[0].first_tried_at), (id, 1, Some(T0)));
    assert_eq!(found[0].delivered, delivered);
    let event = domain::event::Event { kind: EventKind::NoticeNotDelivered, ..event(1, 1) };
    let failed = NoticeEnd::Failed("gone".to_owned());
    let told = [event];
    let step = NoticeStep { told: &told, end: &failed, claim: &claims[0], at: due, ..step };
    assert!(store.save_notice_step(step).await.unwrap());
    assert_eq!(store.event_of_project(project_id(1), told[0].id).await.unwrap().as_ref(), Some(&told[0]));
    let claims = claim(&store, due).await;
    assert_eq!(pending(&store, &claims[0]).await[0].id, notice_id(2), "what failed holds nobody up");
}

async fn a_late_holder_writes_nothing_down(db: Database) {
    let store = db.open().await;
    store.enqueue_notices(&[notice(1, 1, 1, webhook(1))]).await.unwrap();
    let late = claim(&store, T0).await.remove(0);
    let now = T0 + LEASE * 2;
    let next = store.claim_due(WorkKind::Notice, now, "other", 9, LEASE).await.unwrap().remove(0);
    assert!(!end(&store, &late, notice_id(1), &NoticeEnd::Sent, now).await);
    assert!(!store.finish_lane(&late, now).await.unwrap());
    assert_eq!(pending(&store, &next).await.len(), 1);
    assert!(end(&store, &next, notice_id(1), &NoticeEnd::Sent, now).await);
}

async fn what_comes_while_a_lane_is_told_is_not_forgotten(db: Database) {
    let store = db.open().await;
    // Many at once, so that an enqueuing meets the end of its lane's last turn.
    store.enqueue_notices(&[notice(1, 1, 1, webhook(1))]).await.unwrap();
    for sequence in 2..40_u8 {
        let claims = claim(&store, T0).await;
        let told = pending(&store, &claims[0]).await;
        let next = [notice(sequence, 1, i64::from(sequence), webhook(1))];
        let (ended, enqueued) =
            tokio::join!(end(&store, &claims[0], told[0].id, &NoticeEnd::Sent, T0), store.enqueue_notices(&next));
        enqueued.unwrap();
        assert!(ended, "the holder keeps its claim");
        assert_eq!(store.next_due(WorkKind::Notice).await.unwrap(), Some(T0), "somebody will come for it");
    }
}

async fn a_letter_is_sealed_and_wiped_when_it_is_over(db: Database) {
    let store = db.open().await;
    let letter = |id| NewNotice {
        id: notice_id(id),
        org: org_id(1),
        project: None,
        alert: None,
        sequence: 1,
        kind: NoticeKind::Letter,
        to: Target::MailTo("new@example.com".to_owned()),
        content: NoticeContent::Letter {
            subject: "Come in".to_owned(),
            text: SecretText::new("the way in is CANARY-7f3a".to_owned()),
        },
        at: T0,
    };
    store.enqueue_notices(&[letter(1), letter(2)]).await.unwrap();
    let found = match db.is_sqlite() {
        true => "instr(sealed_letter, CAST('CANARY' AS BLOB))",
        false => "position('CANARY'::bytea IN sealed_letter)",
    };
    let found = db.peek(&format!("SELECT CAST({found} AS TEXT) || target || content FROM notices")).await;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|row| row.starts_with('0') && !row.contains("CANARY")), "it lies open: {found:?}");
    let claims = claim(&store, T0).await;
    assert_eq!(claims.len(), 2, "letters do not wait for each other");
    let found = pending(&store, &claims[0]).await;
    let NoticeContent::Letter { subject, text } = &found[0].content else { panic!("it is a letter") };
    assert_eq!((subject.as_str(), text.expose()), ("Come in", "the way in is CANARY-7f3a"));
    assert!(end(&store, &claims[0], found[0].id, &NoticeEnd::Sent, T0).await);
    assert_eq!(store.reseal(&root_key(8)).await.unwrap(), 1, "one letter is left that is sealed");
}

async fn old_notices_are_forgotten(db: Database) {
    let store = db.open().await;
    let later = T0 + Duration::from_secs(1);
    store.enqueue_notices(&[notice(1, 1, 1, webhook(1)), notice(2, 2, 1, webhook(1))]).await.unwrap();
    store.enqueue_notices(&[notice(3, 3, 1, webhook(1))]).await.unwrap();
    for (claim, at) in claim(&store, T0).await.iter().zip([T0, later]) {
        let id = pending(&store, claim).await[0].id;
        assert!(end(&store, claim, id, &NoticeEnd::Dropped("nobody is there"), at).await);
    }
    assert_eq!(store.trim_notices(later).await.unwrap(), 1);
    assert_eq!(counts(&store).await, [("DROPPED".to_owned(), 1), ("PENDING".to_owned(), 1)]);
}
