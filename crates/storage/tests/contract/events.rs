//! Events come back newest first, filtered and counted.

use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::event::{Actor, Event, EventKind};
use domain::id::{ApiKeyId, NodeId};
use storage::{ActorFilter, EventFilter, EventSlice};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    events_come_back_as_they_were_recorded
    newest_first_and_in_order_within_a_millisecond
    filters_and_counts
    a_total_is_exact_up_to_a_bound_and_never_stops_a_reader_short
    plans_read_indexes_and_never_a_whole_table
}

async fn events_come_back_as_they_were_recorded(db: Database) {
    let store = db.open().await;
    let mut events = Vec::new();
    for (kind, number) in EventKind::ALL.iter().copied().zip(1..) {
        let actor = match number % 4 {
            0 => Actor::System,
            3 => Actor::Node { id: NodeId::from_random([3; 12]) },
            1 => Actor::ApiKey { id: ApiKeyId::from_random([1; 12]), public_key: "abcdefgh".to_owned() },
            _ => Actor::ServiceAccount { id: account_id(2) },
        };
        let remote_address = match number % 3 {
            0 => None,
            1 => Some("203.0.113.9".parse().unwrap()),
            _ => Some("2001:db8::1".parse().unwrap()),
        };
        let detail = (number % 2 == 0).then(|| "KEY_DISABLED \"quoted\" 🔑 'x'".to_owned());
        let cluster = (number % 2 == 1).then(|| cluster_name("cluster-0"));
        events.push(Event { cluster, kind, actor, remote_address, detail, ..event(number, 1) });
    }
    store.record_events(&events).await.unwrap();
    store.record_events(&[]).await.unwrap();
    for event in &events {
        assert_eq!(store.event_of_project(project_id(1), event.id).await.unwrap().as_ref(), Some(event));
        let of_org = event.kind.is_of_org().then_some(event);
        assert_eq!(store.event_of_org(org_id(1), event.id).await.unwrap().as_ref(), of_org);
        assert_eq!(store.event_of_project(project_id(2), event.id).await.unwrap(), None);
        assert_eq!(store.event_of_org(org_id(2), event.id).await.unwrap(), None);
    }
}

async fn newest_first_and_in_order_within_a_millisecond(db: Database) {
    let store = db.open().await;
    let late = Event { created_at: T0 + Duration::from_millis(1), ..event(1, 1) };
    let without_project = Event { project: None, ..event(5, 1) };
    let created = Event { kind: EventKind::ProjectCreated, ..event(6, 3) };
    store.record_events(&[late, event(2, 1), event(3, 2), event(4, 1)]).await.unwrap();
    store.record_events(&[without_project, created]).await.unwrap();
    let ids = |found: (Vec<Event>, i64)| (found.0.into_iter().map(|event| event.id).collect::<Vec<_>>(), found.1);
    let all = EventFilter::default();
    let of_project = ids(store.events_of_project(project_id(1), &all, slice(0, 10)).await.unwrap());
    assert_eq!(of_project, (vec![event_id(1), event_id(4), event_id(2)], 3));
    let page = ids(store.events_of_project(project_id(1), &all, slice(1, 1)).await.unwrap());
    assert_eq!(page, (vec![event_id(4)], 3));
    let of_org = ids(store.events_of_org(org_id(1), &all, slice(0, 10)).await.unwrap());
    assert_eq!(of_org, ([6, 5].map(event_id).to_vec(), 2), "what is its own, and what projects came and went");
}

async fn filters_and_counts(db: Database) {
    let store = db.open().await;
    let key = ApiKeyId::from_random([1; 12]);
    let lost = EventKind::KeyInvalid(ProviderKind::AwsKms);
    let events = [
        Event { kind: lost, ..event(1, 1) },
        Event { actor: Actor::ApiKey { id: key, public_key: "abcdefgh".to_owned() }, ..event(2, 1) },
        Event { actor: Actor::ServiceAccount { id: account_id(2) }, ..event(3, 1) },
        Event { created_at: T0 + Duration::from_secs(1), ..event(4, 1) },
    ];
    store.record_events(&events).await.unwrap();
    let updated = EventKind::ConfigurationUpdated;
    let filters = [
        (EventFilter::default(), vec![4, 3, 2, 1]),
        (EventFilter { kinds: vec![lost], ..EventFilter::default() }, vec![1]),
        (EventFilter { kinds: vec![lost, updated], ..EventFilter::default() }, vec![4, 3, 2, 1]),
        (EventFilter { excluded_kinds: vec![updated], ..EventFilter::default() }, vec![1]),
        (EventFilter { kinds: vec![lost], excluded_kinds: vec![lost], ..EventFilter::default() }, vec![]),
        (EventFilter { since: Some(T0 + Duration::from_secs(1)), ..EventFilter::default() }, vec![4]),
        (EventFilter { until: Some(T0), ..EventFilter::default() }, vec![3, 2, 1]),
        (EventFilter { actor: Some(ActorFilter::ApiKey(key)), ..EventFilter::default() }, vec![2]),
        (EventFilter { actor: Some(ActorFilter::ServiceAccount(account_id(2))), ..EventFilter::default() }, vec![3]),
        (
            EventFilter {
                actor: Some(ActorFilter::System),
                until: Some(T0),
                kinds: vec![lost],
                ..EventFilter::default()
            },
            vec![1],
        ),
    ];
    for (filter, expected) in filters {
        let (found, total) = store.events_of_project(project_id(1), &filter, slice(0, 10)).await.unwrap();
        let ids: Vec<_> = found.iter().map(|event| event.id).collect();
        assert_eq!(ids, expected.iter().map(|number| event_id(*number)).collect::<Vec<_>>(), "{filter:?}");
        assert_eq!(total, i64::try_from(expected.len()).unwrap());
    }
}

async fn a_total_is_exact_up_to_a_bound_and_never_stops_a_reader_short(db: Database) {
    let store = db.open().await;
    let kinds = [EventKind::ConfigurationUpdated, EventKind::ClusterCreated];
    // Two kinds in turn, a little over the bound in all.
    let all: Vec<Event> =
        (0..10_050_u32).map(|number| Event { kind: kinds[number as usize % 2], ..event(number, 1) }).collect();
    for some in all.chunks(2_000) {
        store.record_events(some).await.unwrap();
    }
    let total = async |filter: &EventFilter, offset, limit| {
        let (events, total) = store.events_of_project(project_id(1), filter, slice(offset, limit)).await.unwrap();
        (events.len(), total)
    };
    let everything = EventFilter::default();
    assert_eq!(total(&everything, 0, 10).await, (10, 10_000), "more than can be counted");
    assert_eq!(total(&everything, 10_000, 10).await, (10, 10_011), "so a reader goes on");
    assert_eq!(total(&everything, 10_040, 10).await, (10, 10_050), "and the last page counts by itself");
    assert_eq!(total(&everything, 20_000, 10).await, (0, 10_000), "beyond the end is an empty page");
    let one = EventFilter { kinds: vec![kinds[1]], ..EventFilter::default() };
    assert_eq!(total(&one, 0, 10).await, (10, 5_025));
    let other = EventFilter { excluded_kinds: vec![kinds[1]], ..EventFilter::default() };
    assert_eq!(total(&other, 5_000, 100).await, (25, 5_025));
    let both = EventFilter { kinds: kinds.to_vec(), ..EventFilter::default() };
    assert_eq!(total(&both, 0, 10).await, (10, 10_000));
    let none = EventFilter { kinds: kinds.to_vec(), excluded_kinds: kinds.to_vec(), ..EventFilter::default() };
    assert_eq!(total(&none, 0, 10).await, (0, 0));
    let uncounted = EventSlice { offset: 0, limit: 10, count: false };
    let (page, known) = store.events_of_project(project_id(1), &everything, uncounted).await.unwrap();
    assert_eq!((page.len(), known), (10, 11), "enough to know that there is a next page");
}

async fn plans_read_indexes_and_never_a_whole_table(db: Database) {
    let store = db.open().await;
    let filters = [
        EventFilter::default(),
        EventFilter { kinds: vec![EventKind::ClusterCreated, EventKind::ClusterDeleted], ..EventFilter::default() },
        EventFilter { clusters: vec![cluster_name("a"), cluster_name("b")], ..EventFilter::default() },
        EventFilter { since: Some(T0), until: Some(T0), ..EventFilter::default() },
    ];
    for filter in &filters {
        let plan = store.plan_of_events(project_id(1), filter, slice(0, 500)).await.unwrap().join("\n");
        // PostgreSQL reads a table of no rows as a whole; its plans for many are looked at in the bench.
        if db.is_sqlite() {
            assert!(plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX"), "{plan}");
            assert!(!plan.contains("SCAN events"), "{plan}");
        }
        assert!(plan.contains("events"), "{plan}");
    }
}
