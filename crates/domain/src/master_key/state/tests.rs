//! Every way through a life, and every way that is none.

use std::time::Duration;

use super::*;
use crate::master_key::fixture::{DAY, MINUTE, NOW, SECOND, key_in};

const MOVES: [Move; 4] = [Move::Activate, Move::Deactivate, Move::Compromise, Move::Destroy];

fn ending(cause: Cause) -> Ending {
    Ending { cause, message: Some("why".to_owned()) }
}

fn step(life: Life, wanted: Move, now: Timestamp) -> Result<Life, MoveRefusal> {
    match wanted {
        Move::Activate => life.activate(now),
        Move::Deactivate => life.end_use(ending(Cause::Superseded), None, now),
        Move::Compromise => life.end_use(ending(Cause::KeyCompromise), None, now),
        Move::Destroy => life.destroy(now),
    }
}

fn check(from: State, expected: [Option<State>; 4]) {
    let now = NOW + MINUTE;
    for (wanted, expected) in MOVES.into_iter().zip(expected) {
        let before = key_in(from).life;
        match (step(before.clone(), wanted, now), expected) {
            (Ok(after), Some(state)) => {
                assert_eq!(after.state, state, "{from:?} {wanted:?}");
                assert_eq!(after.changed, now);
                assert_eq!(after.initial, NOW);
                assert_eq!(after.schedule.activation, (wanted == Move::Activate).then_some(now));
                assert_eq!(after.schedule.deactivation, (wanted == Move::Deactivate).then_some(now));
                assert_eq!(after.compromised, (wanted == Move::Compromise).then_some(now));
                assert_eq!(after.compromise_occurred, (wanted == Move::Compromise).then_some(NOW));
                assert_eq!(after.destroyed, (wanted == Move::Destroy).then_some(now));
                let ended = matches!(wanted, Move::Deactivate | Move::Compromise);
                assert_eq!(after.ending.is_some(), ended);
            }
            (Err(refusal), None) => assert_eq!(refusal, MoveRefusal::NoWay { wanted, from }),
            (result, expected) => panic!("{from:?} {wanted:?}: {result:?}, not {expected:?}"),
        }
    }
}

#[test]
fn every_move_from_every_state() {
    use State::{Active, Compromised, Deactivated, Destroyed, DestroyedCompromised, PreActive};
    //                            activate      deactivate         compromise                  destroy
    check(PreActive, [Some(Active), None, Some(Compromised), Some(Destroyed)]);
    check(Active, [None, Some(Deactivated), Some(Compromised), None]);
    check(Deactivated, [None, None, Some(Compromised), Some(Destroyed)]);
    check(Compromised, [None, None, None, Some(DestroyedCompromised)]);
    check(Destroyed, [None, None, Some(DestroyedCompromised), None]);
    check(DestroyedCompromised, [None, None, None, None]);
}

#[test]
fn a_cause_calls_for_its_step() {
    for (cause, expected) in [
        (Cause::Unspecified, Move::Deactivate),
        (Cause::KeyCompromise, Move::Compromise),
        (Cause::CaCompromise, Move::Compromise),
        (Cause::AffiliationChanged, Move::Deactivate),
        (Cause::Superseded, Move::Deactivate),
        (Cause::CessationOfOperation, Move::Deactivate),
        (Cause::PrivilegeWithdrawn, Move::Deactivate),
    ] {
        assert_eq!(cause.step(), expected, "{cause:?}");
    }
}

#[test]
fn a_compromise_has_a_date_that_is_not_ahead() {
    let compromise = |occurred| key_in(State::Active).life.end_use(ending(Cause::KeyCompromise), occurred, NOW);
    assert_eq!(compromise(None).unwrap().compromise_occurred, Some(NOW));
    assert_eq!(compromise(Some(NOW - DAY)).unwrap().compromise_occurred, Some(NOW - DAY));
    assert_eq!(compromise(Some(NOW)).unwrap().compromise_occurred, Some(NOW));
    assert_eq!(compromise(Some(NOW + SECOND)), Err(MoveRefusal::OccurrenceAhead));
    // The date is of no meaning to a mere deactivation.
    let life = key_in(State::Active).life.end_use(ending(Cause::Unspecified), Some(NOW + DAY), NOW).unwrap();
    assert_eq!((life.state, life.compromise_occurred), (State::Deactivated, None));
}

fn dates(activation: Option<Timestamp>, deactivation: Option<Timestamp>) -> Schedule {
    Schedule { activation, deactivation, ..Schedule::default() }
}

#[test]
fn a_life_begins_where_its_dates_say() {
    for (schedule, state, changed) in [
        (dates(None, None), State::PreActive, NOW),
        (dates(Some(NOW - DAY), None), State::Active, NOW),
        (dates(Some(Timestamp::EPOCH), None), State::Active, NOW),
        (dates(Some(NOW), None), State::Active, NOW),
        (dates(Some(NOW + SECOND), None), State::PreActive, NOW),
        (dates(Some(NOW - DAY), Some(NOW)), State::Deactivated, NOW),
        (dates(None, Some(NOW - DAY)), State::PreActive, NOW),
    ] {
        let life = Life::begin(schedule, NOW).unwrap();
        assert_eq!((life.state, life.changed, life.schedule), (state, changed, schedule));
    }
}

#[test]
fn dates_move_a_key_when_they_come() {
    let (active, ended) = (NOW + MINUTE, NOW + DAY);
    let life = Life::begin(dates(Some(active), Some(ended)), NOW).unwrap();
    for (now, state, changed) in [
        (NOW, State::PreActive, NOW),
        (active - SECOND, State::PreActive, NOW),
        (active, State::Active, active),
        (ended - SECOND, State::Active, active),
        (ended, State::Deactivated, ended),
        (ended + DAY, State::Deactivated, ended),
    ] {
        assert_eq!(life.state_at(now), state);
        let settled = life.clone().settled(now);
        assert_eq!((settled.state, settled.changed), (state, changed));
        assert_eq!(settled.clone().settled(now), settled);
    }
    // What is written down stays, even when the clock goes back.
    assert_eq!(life.settled(ended).state_at(NOW), State::Deactivated);
}

#[test]
fn a_step_sees_the_dates_that_have_come() {
    let life = Life::begin(dates(Some(NOW + MINUTE), None), NOW).unwrap();
    let from = State::Active;
    assert_eq!(life.clone().activate(NOW + MINUTE), Err(MoveRefusal::NoWay { wanted: Move::Activate, from }));
    assert_eq!(life.clone().destroy(NOW + MINUTE), Err(MoveRefusal::NoWay { wanted: Move::Destroy, from }));
    assert_eq!(life.activate(NOW).unwrap().schedule.activation, Some(NOW));
    let life = Life::begin(dates(None, Some(NOW)), NOW - SECOND).unwrap();
    assert_eq!(life.activate(NOW), Err(MoveRefusal::DeactivationPassed { since: NOW }));
}

#[test]
fn dates_come_in_order() {
    let (early, late) = (Some(NOW), Some(NOW + SECOND));
    for (schedule, expected) in [
        (Schedule { activation: early, process_start: late, protect_stop: early, deactivation: late }, Ok(())),
        (dates(early, early), Ok(())),
        (dates(late, early), Err(ScheduleRefusal::DeactivationBeforeActivation)),
        (
            Schedule { activation: late, process_start: early, ..Schedule::default() },
            Err(ScheduleRefusal::ProcessStartBeforeActivation),
        ),
        (
            Schedule { protect_stop: late, deactivation: early, ..Schedule::default() },
            Err(ScheduleRefusal::ProtectStopAfterDeactivation),
        ),
    ] {
        assert_eq!(schedule.check(), expected);
        assert_eq!(Life::begin(schedule, NOW).err(), expected.err());
    }
}

#[test]
fn what_was_destroyed_comes_back_to_where_it_was() {
    for (from, back) in [
        (State::PreActive, State::PreActive),
        (State::Deactivated, State::Deactivated),
        (State::Compromised, State::Compromised),
    ] {
        let mut life = key_in(from).life;
        if from == State::Deactivated {
            life.schedule = dates(Some(NOW - DAY), Some(NOW));
        }
        let returned = life.clone().destroy(NOW).unwrap().bring_back(PURGE_AFTER, NOW + DAY).unwrap();
        assert_eq!((returned.state, returned.destroyed, returned.changed), (back, None, NOW + DAY));
        assert_eq!(life.bring_back(PURGE_AFTER, NOW), Err(ReturnRefusal::NotDestroyed));
    }
    // Compromised after it was destroyed.
    let life = key_in(State::PreActive).life.destroy(NOW).unwrap();
    let life = life.end_use(ending(Cause::KeyCompromise), None, NOW).unwrap();
    assert_eq!(life.bring_back(PURGE_AFTER, NOW).unwrap().state, State::Compromised);
    // It was to be deactivated by now, and was never active.
    let mut life = key_in(State::PreActive).life;
    life.schedule = dates(None, Some(NOW - DAY));
    assert_eq!(life.destroy(NOW).unwrap().bring_back(PURGE_AFTER, NOW).unwrap().state, State::PreActive);
    // A date that came while it was away.
    let life = Life::begin(dates(Some(NOW + MINUTE), None), NOW).unwrap().destroy(NOW).unwrap();
    assert_eq!(life.state_at(NOW + DAY), State::Destroyed);
    assert_eq!(life.bring_back(PURGE_AFTER, NOW + DAY).unwrap().state, State::Active);
}

#[test]
fn bytes_outlive_their_destruction_for_a_while() {
    let due = NOW + PURGE_AFTER;
    let life = key_in(State::Deactivated).life;
    assert_eq!(life.purge(PURGE_AFTER, false, due), Purge::Never);
    let life = life.destroy(NOW).unwrap();
    for (now, kept, expected) in [
        (NOW - DAY, false, Purge::NotBefore(due)),
        (due - SECOND, true, Purge::NotBefore(due)),
        (due, true, Purge::KeptForSnapshot),
        (due, false, Purge::Now),
    ] {
        assert_eq!(life.purge(PURGE_AFTER, kept, now), expected);
    }
    assert!(life.clone().bring_back(PURGE_AFTER, due - SECOND).is_ok());
    assert_eq!(life.clone().bring_back(PURGE_AFTER, due), Err(ReturnRefusal::Purged { since: due }));
    assert_eq!(life.bring_back(Duration::ZERO, NOW), Err(ReturnRefusal::Purged { since: NOW }));
}

#[test]
fn names_are_read_back() {
    assert!(State::ALL.into_iter().all(|state| State::by_name(state.name()) == Some(state)));
    assert_eq!(State::by_name("Active"), None);
}

#[test]
fn words_about_an_ending_are_bounded() {
    for (text, fits) in [("x".repeat(1024), true), ("x".repeat(1025), false), ("a\0".to_owned(), false)] {
        for cause in [Cause::Unspecified, Cause::KeyCompromise] {
            let ending = Ending { cause, message: Some(text.clone()) };
            let refused = key_in(State::Active).life.end_use(ending, None, NOW).err();
            assert_eq!(refused, (!fits).then_some(MoveRefusal::MessageNotKept));
        }
    }
}
