//! Every arrow of the drawing in `validity.rs`.

use super::*;

const T0: Timestamp = Timestamp::from_millis(1_000_000);

fn definite() -> Failure {
    Failure::silent(Reason::Definite(DefiniteReason::KeyDisabled))
}

fn transient() -> Failure {
    Failure::silent(Reason::Transient(TransientReason::Timeout))
}

fn ours() -> Failure {
    Failure::silent(Reason::Transient(TransientReason::OperatorIdentity))
}

fn at(state: State) -> Validity {
    Validity { state, ..Validity::unchecked() }
}

fn unknown(was: Option<Definite>) -> State {
    State::Unknown { failure: Some(transient()), was }
}

fn suspect(since: Timestamp) -> State {
    State::Suspect { failure: definite(), was: Some(Definite::Valid), since }
}

fn held(since: Timestamp) -> State {
    State::Held { failure: definite(), was: Some(Definite::Valid), since }
}

fn invalid() -> State {
    State::Invalid { failure: definite() }
}

#[test]
fn every_arrow_leads_where_the_drawing_says() {
    use MassFailure::{No, Yes};
    let check = |from: State, finding: Finding, mass: MassFailure, to: State, recheck: Recheck| {
        let label = format!("{from:?} on {finding:?} with {mass:?}");
        let step = at(from).observe(finding, T0, mass);
        assert_eq!((step.next.state, step.recheck), (to, recheck), "{label}");
        assert_eq!(step.next.checked_at, Some(T0), "{label}");
    };
    let usable = || Finding::Usable;
    let gone = || Finding::Failed(definite());
    let away = || Finding::Failed(transient());
    let confirm = Recheck::After(CONFIRM_AFTER);
    let hold = Recheck::After(HOLD_FOR);
    let regularly = Recheck::Regularly;
    let early = T0 - Duration::from_millis(999);
    let second_ago = T0 - CONFIRM_AFTER;
    let minute_ago = T0 - HOLD_FOR;
    let valid = Some(Definite::Valid);

    for from in [unknown(None), unknown(valid), State::Valid, suspect(early), held(early), invalid()] {
        check(from, usable(), No, State::Valid, regularly);
    }
    check(State::Valid, away(), No, unknown(valid), regularly);
    check(suspect(early), away(), No, unknown(valid), regularly);
    check(held(early), away(), No, unknown(valid), regularly);
    check(invalid(), away(), No, unknown(Some(Definite::Invalid)), regularly);
    check(unknown(None), away(), No, unknown(None), regularly);

    check(State::Valid, gone(), No, suspect(T0), confirm);
    check(State::Valid, gone(), Yes, suspect(T0), confirm);
    check(unknown(valid), gone(), No, suspect(T0), confirm);
    check(unknown(None), gone(), No, State::Suspect { failure: definite(), was: None, since: T0 }, confirm);
    check(unknown(Some(Definite::Invalid)), gone(), No, invalid(), regularly);
    check(suspect(early), gone(), No, suspect(early), confirm);
    check(suspect(second_ago), gone(), No, invalid(), regularly);
    check(suspect(second_ago), gone(), Yes, held(T0), hold);
    check(held(early), gone(), No, held(early), hold);
    check(held(minute_ago), gone(), Yes, invalid(), regularly);
    check(invalid(), gone(), Yes, invalid(), regularly);
}

#[test]
fn an_hour_of_transient_failures_never_becomes_definite() {
    let mut validity = at(State::Valid);
    for minute in 0..60 {
        let step =
            validity.observe(Finding::Failed(transient()), T0 + Duration::from_secs(60 * minute), MassFailure::No);
        validity = step.next;
        assert_eq!(validity.last_definite(), Some(Definite::Valid));
    }
    let step = validity.observe(Finding::Usable, T0 + Duration::from_secs(3600), MassFailure::No);
    assert_eq!(step.next.state, State::Valid);
    assert_eq!(step.facts, [Fact::NetworkRestored]);
}

#[test]
fn each_fact_is_told_once() {
    let tell = |validity: Validity, finding: Finding, expected: &[Fact]| {
        let step = validity.observe(finding, T0, MassFailure::No);
        assert_eq!(step.facts, expected);
        step.next
    };
    let second_ago = T0 - CONFIRM_AFTER;
    let denied = tell(at(State::Valid), Finding::Failed(transient()), &[Fact::NetworkDenied]);
    let denied = tell(denied, Finding::Failed(transient()), &[]);
    tell(denied, Finding::Usable, &[Fact::NetworkRestored]);

    let gone = tell(at(suspect(second_ago)), Finding::Failed(definite()), &[Fact::KeyInvalid]);
    assert_eq!(gone.generation, 1);
    let gone = tell(gone, Finding::Failed(definite()), &[]);
    let gone = tell(gone, Finding::Failed(transient()), &[Fact::NetworkDenied]);
    assert!(gone.is_invalid() && gone.is_unknown(), "what cannot be asked after has not come back");
    let back = tell(gone, Finding::Usable, &[Fact::NetworkRestored, Fact::KeyValid]);
    assert_eq!(back.generation, 2);

    tell(at(State::Valid), Finding::Failed(ours()), &[]);
    tell(Validity { network_denied: true, ..at(unknown(None)) }, Finding::Failed(ours()), &[]);
    tell(Validity { awaiting_proof: true, ..Validity::unchecked() }, Finding::Usable, &[Fact::ProofSucceeded]);
    tell(
        Validity { awaiting_proof: true, ..at(suspect(second_ago)) },
        Finding::Failed(definite()),
        &[Fact::KeyInvalid, Fact::ProofFailed],
    );
    tell(Validity { awaiting_proof: true, ..Validity::unchecked() }, Finding::Failed(definite()), &[]);
}

#[test]
fn a_suspect_key_is_still_what_it_was() {
    let step = at(State::Valid).observe(Finding::Failed(definite()), T0, MassFailure::No);
    assert_eq!(step.next.last_definite(), Some(Definite::Valid));
    assert!(!step.next.is_unknown() && !step.next.is_invalid());
}

#[test]
fn many_at_once_is_a_fifth_and_at_least_five() {
    for (turned, all, expected) in [
        (4, 4, MassFailure::No),
        (5, 5, MassFailure::Yes),
        (5, 25, MassFailure::Yes),
        (5, 26, MassFailure::No),
        (200, 1000, MassFailure::Yes),
        (199, 1000, MassFailure::No),
    ] {
        assert_eq!(mass_failure(turned, all), expected, "{turned} of {all}");
    }
}

#[test]
fn freshness_counts_from_the_last_check() {
    let fresh = Validity { checked_at: Some(T0), ..Validity::unchecked() };
    assert!(Validity::unchecked().is_older_than(Duration::MAX, T0));
    assert!(!fresh.is_older_than(Duration::from_secs(10), T0 + Duration::from_secs(10)));
    assert!(fresh.is_older_than(Duration::from_secs(10), T0 + Duration::from_millis(10_001)));
}
