//! Tests of what a look makes of alerts.

use super::super::fixture::{KIND, SUBJECT, config, minute, rule};
use super::*;
use crate::customer_key::ProviderKind;
use crate::id::AlertConfigId;
use crate::notice::NoticeKind;

const DAY: u64 = 24 * 60;

fn edge(edge: Edge, at: u64) -> EdgeSeen {
    EdgeSeen { kind: KIND, subject: SUBJECT, cluster: None, edge, at: minute(at), why: why("KEY_DISABLED") }
}

fn why(reason: &str) -> Why {
    Why { reason: Some(reason.to_owned()), ..Why::default() }
}

fn standing(term: Term) -> Standing {
    Standing { kind: KIND, subject: SUBJECT, cluster: None, term, why: why("KEY_DISABLED") }
}

fn look(edges: Vec<EdgeSeen>, standing: Vec<Standing>) -> Look {
    Look { edges, standing }
}

struct House {
    configs: Vec<AlertConfig>,
    live: Vec<Alert>,
    ids: u8,
}

impl House {
    fn new(config: AlertConfig) -> Self {
        Self { configs: vec![config], live: Vec::new(), ids: 0 }
    }

    fn look(&mut self, look: &Look, at: u64) -> Weighed {
        let ids = &mut self.ids;
        let new_id = || {
            *ids += 1;
            Ok(AlertId::from_random([*ids; 12]))
        };
        let weighed = weigh(&self.configs, self.live.clone(), look, minute(at), new_id).unwrap();
        for changed in &weighed.changed {
            self.live.retain(|alert| alert.id != changed.alert.id);
            if changed.alert.state.is_live() {
                self.live.push(changed.alert.clone());
            }
        }
        weighed
    }
}

fn told(weighed: &Weighed) -> Vec<NoticeKind> {
    weighed.changed.iter().flat_map(|changed| changed.tell.iter().map(|tell| tell.kind)).collect()
}

#[test]
fn an_event_raises_one_and_its_repetition_none() {
    let mut house = House::new(config(vec![rule(1, 0, 60)]));
    let holds = || vec![standing(Term::Now)];
    let first = house.look(&look(vec![edge(Edge::Raises, 1)], holds()), 2);
    assert_eq!(told(&first), [NoticeKind::Opened]);
    assert_eq!(first.changed[0].alert.created_at, minute(1));
    assert!(first.changed[0].is_new);
    let again = house.look(&look(vec![edge(Edge::Raises, 1)], holds()), 3);
    assert_eq!(again.changed, []);
    assert_eq!(again.next_at, Some(minute(61)));
}

#[test]
fn what_came_and_went_between_two_looks_is_told_both_ways() {
    let mut house = House::new(config(vec![rule(1, 0, 60)]));
    let both = vec![edge(Edge::Raises, 1), edge(Edge::Resolves, 2)];
    let weighed = house.look(&look(both, vec![]), 3);
    assert_eq!(told(&weighed), [NoticeKind::Opened, NoticeKind::Resolved]);
    let tells = &weighed.changed[0].tell;
    assert_eq!([tells[0].alert.state, tells[1].alert.state], [AlertState::Open, AlertState::Closed]);
    assert_eq!([tells[0].sequence, tells[1].sequence], [1, 2]);
    assert_eq!(weighed.changed[0].alert.resolved_at, Some(minute(2)));
    // And once more is another alert.
    let twice = vec![edge(Edge::Raises, 4), edge(Edge::Resolves, 5), edge(Edge::Raises, 6)];
    let weighed = house.look(&look(twice, vec![standing(Term::Now)]), 7);
    assert_eq!(told(&weighed), [NoticeKind::Opened, NoticeKind::Resolved, NoticeKind::Opened]);
    assert_eq!(house.live.len(), 1);
}

#[test]
fn what_was_over_before_its_delay_is_told_to_nobody() {
    let mut house = House::new(config(vec![rule(1, 5, 60)]));
    let weighed = house.look(&look(vec![edge(Edge::Raises, 1), edge(Edge::Resolves, 2)], vec![]), 30);
    assert_eq!(told(&weighed), []);
    // One that lasted is told, although nobody looked meanwhile.
    let weighed = house.look(&look(vec![edge(Edge::Raises, 31), edge(Edge::Resolves, 40)], vec![]), 60);
    assert_eq!(told(&weighed), [NoticeKind::Opened, NoticeKind::Resolved]);
}

#[test]
fn what_holds_is_raised_without_an_event_and_ends_when_it_holds_no_more() {
    let mut house = House::new(config(vec![rule(1, 0, 60)]));
    assert_eq!(told(&house.look(&look(vec![], vec![standing(Term::Now)]), 1)), [NoticeKind::Opened]);
    let mut other = standing(Term::Now);
    other.why = why("KEY_NOT_FOUND");
    let changed = house.look(&look(vec![], vec![other]), 2);
    assert_eq!(told(&changed), []);
    assert_eq!(changed.changed[0].alert.why, why("KEY_NOT_FOUND"));
    assert_eq!(told(&house.look(&look(vec![], vec![]), 3)), [NoticeKind::Resolved]);
    assert!(house.live.is_empty());
}

#[test]
fn a_threshold_is_waited_for() {
    let mut made = config(vec![rule(1, 0, 60)]);
    made.kind = AlertKind::KeyNeedsRotation(ProviderKind::AwsKms);
    let mut house = House::new(made);
    let mut clock = standing(Term::After(minute(0)));
    clock.kind = AlertKind::KeyNeedsRotation(ProviderKind::AwsKms);
    let early = house.look(&look(vec![], vec![clock.clone()]), 90 * DAY - 1);
    assert_eq!((early.changed.len(), early.next_at), (0, Some(minute(90 * DAY))));
    assert_eq!(told(&house.look(&look(vec![], vec![clock.clone()]), 90 * DAY)), [NoticeKind::Opened]);
    // A rotation starts the clock anew.
    clock.term = Term::After(minute(90 * DAY + 1));
    let rotated = EdgeSeen { kind: clock.kind, ..edge(Edge::Resolves, 90 * DAY + 1) };
    let weighed = house.look(&look(vec![rotated], vec![clock]), 90 * DAY + 2);
    assert_eq!(told(&weighed), [NoticeKind::Resolved]);
    assert_eq!(weighed.next_at, Some(minute(180 * DAY + 1)));
}

#[test]
fn an_end_that_nears_is_told_before_it_comes() {
    let kind = AlertKind::KeyExpiring(ProviderKind::AwsKms);
    let mut made = config(vec![rule(1, 0, 60)]);
    made.kind = kind;
    let mut house = House::new(made);
    let near = Standing { kind, ..standing(Term::Before(minute(100 * DAY))) };
    let early = house.look(&look(vec![], vec![near.clone()]), 0);
    assert_eq!((early.changed.len(), early.next_at), (0, Some(minute(70 * DAY))));
    assert_eq!(told(&house.look(&look(vec![], vec![near]), 70 * DAY)), [NoticeKind::Opened]);
}

#[test]
fn a_configuration_that_is_off_or_gone_cancels_and_raises_none() {
    for gone in [true, false] {
        let mut house = House::new(config(vec![rule(1, 0, 60)]));
        house.look(&look(vec![], vec![standing(Term::Now)]), 1);
        if gone {
            house.configs.clear();
        } else {
            house.configs[0].enabled = false;
        }
        let weighed = house.look(&look(vec![edge(Edge::Resolves, 2)], vec![standing(Term::Now)]), 3);
        assert_eq!((told(&weighed), weighed.changed[0].alert.state), (vec![], AlertState::Cancelled));
        assert_eq!(house.look(&look(vec![edge(Edge::Raises, 4)], vec![standing(Term::Now)]), 5).changed, []);
    }
}

#[test]
fn two_configurations_have_an_alert_each_and_two_subjects_too() {
    let mut house = House::new(config(vec![rule(1, 0, 60)]));
    let other = AlertConfig { id: AlertConfigId::from_random([8; 12]), ..config(vec![rule(2, 0, 60)]) };
    house.configs.push(other);
    let elsewhere = Standing { subject: Subject::Project, ..standing(Term::Now) };
    house.look(&look(vec![], vec![standing(Term::Now), elsewhere]), 1);
    assert_eq!(house.live.len(), 4);
}

#[test]
fn what_was_before_a_configuration_is_no_matter_of_it() {
    let mut made = config(vec![rule(1, 0, 60)]);
    made.created_at = minute(10);
    let mut house = House::new(made);
    assert_eq!(house.look(&look(vec![edge(Edge::Raises, 9), edge(Edge::Resolves, 11)], vec![]), 12).changed, []);
}

#[test]
fn what_passes_by_itself_is_over_after_a_day() {
    let mut made = config(vec![rule(1, 0, 60)]);
    made.kind = AlertKind::NodeAddressChanged;
    let mut house = House::new(made);
    let raised = EdgeSeen { kind: AlertKind::NodeAddressChanged, ..edge(Edge::Raises, 0) };
    let weighed = house.look(&look(vec![raised], vec![]), 1);
    assert_eq!((told(&weighed), weighed.next_at), (vec![NoticeKind::Opened], Some(minute(DAY))));
    assert_eq!(house.look(&Look::default(), DAY - 1).changed, []);
    assert_eq!(told(&house.look(&Look::default(), DAY)), [NoticeKind::Resolved]);
}

#[test]
fn matchers_choose_the_clusters() {
    use crate::alert::{Matcher, MatcherOperator};
    let kind = AlertKind::ClusterDeleted;
    let mut made = config(vec![rule(1, 0, 60)]);
    made.kind = kind;
    made.matchers = vec![Matcher { operator: MatcherOperator::StartsWith, value: "prod".to_owned() }];
    let mut house = House::new(made);
    let deleted = |number: u8, name: &str| Standing {
        kind,
        subject: Subject::Cluster(crate::id::ClusterId::from_random([number; 12])),
        cluster: ClusterName::parse(name),
        ..standing(Term::Now)
    };
    house.look(&look(vec![], vec![deleted(1, "prod1"), deleted(2, "test1")]), 1);
    assert_eq!(house.live.len(), 1);
}

#[test]
fn many_configurations_about_many_things_are_weighed_at_once() {
    let made = |number: u8| {
        let kind = AlertKind::ClusterDeleted;
        AlertConfig { id: AlertConfigId::from_random([number; 12]), kind, ..config(vec![rule(number, 0, 60)]) }
    };
    let mut house = House::new(made(0));
    house.configs = (0..100).map(made).collect();
    let deleted = |number: u8| Standing {
        kind: AlertKind::ClusterDeleted,
        subject: Subject::Cluster(crate::id::ClusterId::from_random([number; 12])),
        ..standing(Term::Now)
    };
    let all = look(vec![], (0..200).map(deleted).collect());
    let mut number: u32 = 0;
    let weighed = weigh(&house.configs, Vec::new(), &all, minute(1), || {
        number += 1;
        let mut id = [0; 12];
        id[..4].copy_from_slice(&number.to_be_bytes());
        Ok(AlertId::from_random(id))
    });
    let changed = weighed.unwrap().changed;
    assert_eq!(changed.len(), 20_000);
    let live = changed.into_iter().map(|changed| changed.alert).collect();
    assert_eq!(weigh(&house.configs, live, &all, minute(2), || Err(Bug("nothing begins"))).unwrap().changed, []);
}
