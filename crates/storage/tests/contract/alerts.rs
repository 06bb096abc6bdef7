//! Alerts: a look is saved whole or not at all, hears of each event once, and loses against whoever changed an alert
//! meanwhile; configurations come back as they are, and their webhooks open in their row alone.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::alert::{
    Acknowledgement, Alert, AlertConfig, AlertKind, AlertState, Channel, Comparison, Matcher, MatcherOperator,
    NotificationRule, Severity, Subject, Threshold, ThresholdUnit, WebhookShown, Why,
};
use domain::customer_key::ProviderKind;
use domain::event::{Event, EventKind};
use domain::id::{AlertConfigId, AlertId, NotifierId};
use domain::notice::{NewNotice, NoticeContent, NoticeKind, Target};
use domain::recipient::Recipients;
use domain::secret::SecretText;
use storage::{AlertConfigOutcome, AlertLook, Claim, KeyOutlook, Outcome, Store, Webhook, Webhooks, WorkKind};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_configuration_comes_back_as_it_is
    webhooks_open_in_their_row_and_under_another_root_key
    a_project_has_only_so_many_configurations
    an_event_that_matters_waits_to_be_heard_once
    a_look_is_saved_whole_or_not_at_all
    a_look_loses_against_whoever_changed_an_alert
    a_look_loses_against_whoever_changed_a_configuration
    of_what_is_over_nobody_looks_any_more
    one_subject_has_one_live_alert
    alerts_are_listed_and_trimmed
    what_a_provider_said_goes_with_its_key
}

const LOST: EventKind = EventKind::KeyInvalid(ProviderKind::AwsKms);
const KIND: AlertKind = AlertKind::KeyInvalid(ProviderKind::AwsKms);
const SUBJECT: Subject = Subject::Provider(ProviderKind::AwsKms);
const LEASE: Duration = Duration::from_secs(60);

fn config(number: u8) -> AlertConfig {
    let (id, notifier) = (AlertConfigId::from_random([number; 12]), NotifierId::from_random([number; 12]));
    AlertConfig::by_default(id, notifier, project_id(1), KIND, T0)
}

fn alert(number: u8, config: u8) -> Alert {
    Alert {
        id: AlertId::from_random([number; 12]),
        project: project_id(1),
        config: AlertConfigId::from_random([config; 12]),
        kind: KIND,
        subject: SUBJECT,
        cluster: Some(cluster_name("cluster0")),
        state: AlertState::Open,
        why: Why { reason: Some("KEY_DISABLED".to_owned()), detail: Some("it is off".to_owned()), ends_at: Some(T0) },
        created_at: T0 + Duration::from_secs(number.into()),
        updated_at: T0,
        resolved_at: None,
        acknowledgement: Some(Acknowledgement { until: T0, comment: Some("yes".to_owned()), by: None }),
        told: BTreeMap::from([(NotifierId::from_random([1; 12]), T0)]),
        last_notified: Some(T0),
        notices: 2,
        revision: 1,
    }
}

fn lost(number: u32) -> Event {
    Event { kind: LOST, ..event(number, 1) }
}

async fn claim(store: &Store) -> Option<Claim> {
    let claims = store.claim_due(WorkKind::Alerts, T0 + Duration::from_secs(999), "me", 9, LEASE).await.unwrap();
    claims.into_iter().find(|claim| claim.id == project_id(1).to_string())
}

fn look<'l>(claim: &'l Claim) -> AlertLook<'l> {
    AlertLook {
        claim,
        project: project_id(1),
        begun: &[],
        changed: &[],
        heard: &[],
        clocks: &[],
        notices: &[],
        told: &[],
        next_due: Some(T0 + Duration::from_secs(100_000)),
        at: T0,
    }
}

fn letter(number: u8) -> NewNotice {
    NewNotice {
        id: domain::id::NoticeId::from_random([number; 12]),
        org: org_id(1),
        project: Some(project_id(1)),
        alert: None,
        sequence: 1,
        kind: NoticeKind::Letter,
        to: Target::MailTo("owner@example.com".to_owned()),
        content: NoticeContent::Letter { subject: "Hello".to_owned(), text: SecretText::new("Hello".to_owned()) },
        at: T0,
    }
}

async fn notices(store: &Store) -> i64 {
    store.count_notices().await.unwrap().iter().map(|(_, count)| count).sum()
}

async fn a_configuration_comes_back_as_it_is(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let rule = |number: u8, channel| NotificationRule {
        id: NotifierId::from_random([number; 12]),
        delay: 3,
        interval: 7,
        channel,
    };
    let shown = WebhookShown { url: "https://h/****".to_owned(), secret: Some("****".to_owned()) };
    let mut made = config(1);
    made.threshold = Some(Threshold { comparison: Comparison::GreaterThan, value: 90, unit: ThresholdUnit::Days });
    made.matchers = vec![Matcher { operator: MatcherOperator::StartsWith, value: "prod".to_owned() }];
    made.severity_override = Some(Severity::Critical);
    made.notifications = vec![
        rule(1, Channel::Email("a@example.com".to_owned())),
        rule(2, Channel::People(Recipients::ProjectRoles(vec![domain::access::ProjectRole::Owner]))),
        rule(3, Channel::People(Recipients::OrgRoles(vec![]))),
        rule(4, Channel::People(Recipients::Team(domain::id::TeamId::from_random([9; 12])))),
        rule(5, Channel::People(Recipients::User("b@example.com".to_owned()))),
        rule(6, Channel::Webhook(shown)),
    ];
    let outcome = store.create_alert_config(&made, &Webhooks::new(), 9, &[event(1, 1)]).await.unwrap();
    assert_eq!(outcome, AlertConfigOutcome::Saved);
    assert_eq!(store.alert_config(project_id(1), made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(store.alert_config(project_id(2), made.id).await.unwrap(), None, "another project's");
    assert_eq!(store.alert_configs(project_id(1), 0, 9).await.unwrap(), (vec![made.clone()], 1));
    let next = AlertConfig { enabled: false, threshold: None, ..made.clone() };
    assert_eq!(store.save_alert_config(&next, &Webhooks::new(), &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.save_alert_config(&next, &Webhooks::new(), &[]).await.unwrap(), Outcome::Conflict);
    let next = AlertConfig { revision: 2, ..next };
    assert_eq!(store.all_alert_configs(project_id(1)).await.unwrap(), [next]);
    assert_eq!(store.delete_alert_config(project_id(2), made.id, T0, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.delete_alert_config(project_id(1), made.id, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_alert_config(project_id(1), made.id, T0, &[]).await.unwrap(), Outcome::Conflict);
    assert!(claim(&store).await.is_some(), "somebody is to look");
}

async fn webhooks_open_in_their_row_and_under_another_root_key(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let (made, notifier) = (config(1), NotifierId::from_random([1; 12]));
    let text = |text: &str| SecretText::new(text.to_owned());
    let hook = Webhook { url: text("https://h/s3cr3t"), secret: Some(text("0123456789abcdef")) };
    let hooks = Webhooks::from([(notifier, hook)]);
    assert_eq!(store.create_alert_config(&made, &hooks, 9, &[]).await.unwrap(), AlertConfigOutcome::Saved);
    let read = async |store: &Store| {
        let hook = store.webhook(made.id, notifier).await.unwrap().unwrap();
        (hook.url.expose().to_owned(), hook.secret.unwrap().expose().to_owned())
    };
    let expected = ("https://h/s3cr3t".to_owned(), "0123456789abcdef".to_owned());
    assert_eq!(read(&store).await, expected);
    assert!(store.webhook(made.id, NotifierId::from_random([2; 12])).await.unwrap().is_none());
    assert!(store.webhook(AlertConfigId::from_random([2; 12]), notifier).await.unwrap().is_none());
    // In another row it opens nothing.
    let (from, to) = (made.id, config(2).id);
    let second = store.create_alert_config(&config(2), &Webhooks::new(), 9, &[]).await.unwrap();
    assert_eq!(second, AlertConfigOutcome::Saved);
    db.tamper(&format!(
        "UPDATE alert_configs SET sealed_webhooks = (SELECT sealed_webhooks FROM alert_configs WHERE id = '{from}') WHERE id = '{to}'"
    ))
    .await;
    assert!(store.webhooks_of(to).await.is_err());
    db.tamper(&format!("UPDATE alert_configs SET sealed_webhooks = NULL WHERE id = '{to}'")).await;
    assert_eq!(store.reseal(&root_key(2)).await.unwrap(), 1);
    store.close().await;
    drop(store);
    assert_eq!(read(&db.try_open(2).await.unwrap()).await, expected);
}

async fn a_project_has_only_so_many_configurations(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    for (number, expected) in
        [(1, AlertConfigOutcome::Saved), (2, AlertConfigOutcome::Saved), (3, AlertConfigOutcome::TooMany)]
    {
        assert_eq!(store.create_alert_config(&config(number), &Webhooks::new(), 2, &[]).await.unwrap(), expected);
    }
    let mut nowhere = config(4);
    nowhere.project = project_id(9);
    let outcome = store.create_alert_config(&nowhere, &Webhooks::new(), 2, &[]).await.unwrap();
    assert_eq!(outcome, AlertConfigOutcome::Conflict);
}

async fn an_event_that_matters_waits_to_be_heard_once(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let other = Event { kind: EventKind::ClusterCreated, ..event(3, 1) };
    store.record_events(&[lost(1), other]).await.unwrap();
    store.record_events(&[lost(2)]).await.unwrap();
    let one = project_id(1);
    assert_eq!(store.events_to_hear(one, 9).await.unwrap(), [lost(1), lost(2)]);
    let held = claim(&store).await.unwrap();
    // One that comes while somebody looks calls for another look.
    store.record_events(&[lost(4)]).await.unwrap();
    let heard = [event_id(1), event_id(2)];
    assert_eq!(store.save_alert_look(AlertLook { heard: &heard, ..look(&held) }).await.unwrap(), Outcome::Saved);
    assert_eq!(store.events_to_hear(one, 9).await.unwrap(), [lost(4)]);
    let held = claim(&store).await.unwrap();
    let heard = [event_id(4)];
    assert_eq!(store.save_alert_look(AlertLook { heard: &heard, ..look(&held) }).await.unwrap(), Outcome::Saved);
    assert_eq!(store.events_to_hear(one, 9).await.unwrap(), []);
    assert_eq!(claim(&store).await, None, "nothing is left to do");
}

async fn a_look_is_saved_whole_or_not_at_all(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let stale = Claim { attempt: held.attempt - 1, ..held.clone() };
    let (begun, heard, notices_made) = ([alert(1, 7)], [event_id(1)], [letter(1)]);
    let clocks = [(ProviderKind::AwsKms, T0)];
    let whole =
        |claim| AlertLook { begun: &begun, heard: &heard, notices: &notices_made, clocks: &clocks, ..look(claim) };
    assert_eq!(store.save_alert_look(whole(&stale)).await.unwrap(), Outcome::Conflict);
    let nothing = (store.live_alerts(project_id(1)).await.unwrap().len(), notices(&store).await);
    assert_eq!((nothing, store.events_to_hear(project_id(1), 9).await.unwrap().len()), ((0, 0), 1));
    assert!(store.rotation_clocks(project_id(1)).await.unwrap().is_empty());
    assert_eq!(store.save_alert_look(whole(&held)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.live_alerts(project_id(1)).await.unwrap(), [alert(1, 7)]);
    assert_eq!((notices(&store).await, store.events_to_hear(project_id(1), 9).await.unwrap().len()), (1, 0));
    assert_eq!(store.rotation_clocks(project_id(1)).await.unwrap(), BTreeMap::from(clocks));
    assert_eq!(store.save_alert_look(whole(&held)).await.unwrap(), Outcome::Conflict, "its claim is over");
}

async fn a_look_loses_against_whoever_changed_an_alert(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let begun = [alert(1, 7)];
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Saved);
    let seen = store.alert(project_id(1), begun[0].id).await.unwrap().unwrap();
    let held = claim(&store).await.expect("the event was not heard");
    let known = Alert { acknowledgement: None, ..seen.clone() };
    assert_eq!(store.save_alert(&known, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.save_alert(&known, T0, &[]).await.unwrap(), Outcome::Conflict);
    let closed = [Alert { state: AlertState::Closed, resolved_at: Some(T0), ..seen }];
    let heard = [event_id(1)];
    let late = AlertLook { changed: &closed, heard: &heard, ..look(&held) };
    assert_eq!(store.save_alert_look(late).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.events_to_hear(project_id(1), 9).await.unwrap().len(), 1);
    assert_eq!(store.live_alerts(project_id(1)).await.unwrap()[0].acknowledgement, None);
    assert!(claim(&store).await.is_some(), "it is due again at once");
}

async fn a_look_loses_against_whoever_changed_a_configuration(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let one = project_id(1);
    let (made, mut held) = (config(1), claim(&store).await.unwrap());
    // Whatever was read before is not what is configured now.
    assert_eq!(store.create_alert_config(&made, &Webhooks::new(), 9, &[]).await.unwrap(), AlertConfigOutcome::Saved);
    let begun = [alert(1, 1)];
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Conflict);
    held = claim(&store).await.expect("it is due again at once");
    assert_eq!(store.save_alert_config(&made, &Webhooks::new(), &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Conflict);
    held = claim(&store).await.expect("it is due again at once");
    assert_eq!(store.delete_alert_config(one, made.id, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Conflict);
    assert!(claim(&store).await.is_some() && store.live_alerts(one).await.unwrap().is_empty());
}

async fn of_what_is_over_nobody_looks_any_more(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let heard = [event_id(1)];
    store.record_events(&[lost(2)]).await.unwrap();
    let over = AlertLook { heard: &heard, next_due: None, ..look(&held) };
    assert_eq!(store.save_alert_look(over).await.unwrap(), Outcome::Saved);
    let held = claim(&store).await.expect("there is news");
    let heard = [event_id(2)];
    let over = AlertLook { heard: &heard, next_due: None, ..look(&held) };
    assert_eq!(store.save_alert_look(over).await.unwrap(), Outcome::Saved);
    assert_eq!(store.next_due(WorkKind::Alerts).await.unwrap(), None);
    // News call for a look again; what is no project's is looked at no more.
    store.record_events(&[lost(3)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let stale = Claim { attempt: held.attempt - 1, ..held.clone() };
    store.look_no_more(&stale).await.unwrap();
    assert!(store.next_due(WorkKind::Alerts).await.unwrap().is_some(), "somebody else has it");
    store.look_no_more(&held).await.unwrap();
    assert_eq!(store.next_due(WorkKind::Alerts).await.unwrap(), None);
}

async fn one_subject_has_one_live_alert(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let over = Alert { state: AlertState::Closed, resolved_at: Some(T0), ..alert(4, 7) };
    let begun = [over, alert(1, 7), alert(2, 7), alert(3, 8)];
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Saved);
    let live = store.live_alerts(project_id(1)).await.unwrap();
    assert_eq!(live, [alert(1, 7), alert(3, 8)]);
}

async fn alerts_are_listed_and_trimmed(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    store.record_events(&[lost(1)]).await.unwrap();
    let held = claim(&store).await.unwrap();
    let over = Alert { state: AlertState::Closed, resolved_at: Some(T0), ..alert(1, 7) };
    let begun = [over.clone(), alert(2, 7), alert(3, 8)];
    assert_eq!(store.save_alert_look(AlertLook { begun: &begun, ..look(&held) }).await.unwrap(), Outcome::Saved);
    let (one, open) = (project_id(1), Some(AlertState::Open));
    assert_eq!(store.alerts_of_project(one, None, 0, 2).await.unwrap(), (vec![alert(3, 8), alert(2, 7)], 3));
    assert_eq!(store.alerts_of_project(one, open, 1, 9).await.unwrap(), (vec![alert(2, 7)], 2));
    assert_eq!(store.alerts_of_project(project_id(2), None, 0, 9).await.unwrap(), (vec![], 0));
    let of_config = store.alerts_of_config(one, config(7).id, 0, 9).await.unwrap();
    assert_eq!(of_config, (vec![alert(2, 7), over], 2));
    assert_eq!(store.trim_alerts(T0, 9).await.unwrap(), 0);
    assert_eq!(store.trim_alerts(T0 + Duration::from_millis(1), 9).await.unwrap(), 1);
    assert_eq!(store.alerts_of_project(one, None, 0, 9).await.unwrap().1, 2);
}

async fn what_a_provider_said_goes_with_its_key(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let (one, aws) = (project_id(1), ProviderKind::AwsKms);
    let key_revision = store.project_snapshot(one).await.unwrap().unwrap().validities[&aws].key_revision;
    let outlook = KeyOutlook { key_revision, asked_at: T0, expires_at: None, deletion_at: Some(T0) };
    store.save_key_outlook(one, aws, outlook).await.unwrap();
    store.save_key_outlook(one, aws, KeyOutlook { key_revision: key_revision + 1, ..outlook }).await.unwrap();
    store.save_key_outlook(one, ProviderKind::GcpKms, outlook).await.unwrap();
    let known = store.key_outlooks(one).await.unwrap();
    assert_eq!(known.get(&aws), Some(&outlook), "of another key nothing is kept");
    assert_eq!(store.alert_owner(one).await.unwrap().map(|owner| owner.org), Some(org_id(1)));
    assert_eq!(store.alert_owner(project_id(9)).await.unwrap(), None);
}
