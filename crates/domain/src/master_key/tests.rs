//! What there is to say about a key.

use super::fixture::{DAY, MINUTE, NOW, named};
use super::*;
use crate::master_key::attribute::AttributeName;
use crate::master_key::state::{Cause, Ending};

fn names(key: &MasterKey) -> Vec<AttributeName> {
    key.attributes(key.life.state).iter().map(|one| one.attribute.name()).collect()
}

#[test]
fn says_what_there_is_and_no_more() {
    use AttributeName as N;
    let mut key = named(&["a", "b"]);
    let expected = [
        N::UniqueIdentifier,
        N::ObjectType,
        N::CryptographicAlgorithm,
        N::CryptographicLength,
        N::CryptographicUsageMask,
        N::State,
        N::InitialDate,
        N::ActivationDate,
        N::LastChangeDate,
        N::Name,
        N::Name,
    ];
    assert_eq!(names(&key), expected);
    let indices: Vec<_> = key.attributes(State::Active).iter().map(|one| one.index).collect();
    assert_eq!(indices, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    // A life with everything in it.
    let ending = Ending { cause: Cause::KeyCompromise, message: None };
    key.life = key.life.end_use(ending, None, NOW + MINUTE).unwrap().destroy(NOW + DAY).unwrap();
    for name in [N::DestroyDate, N::CompromiseDate, N::CompromiseOccurrenceDate, N::RevocationReason, N::Name] {
        assert!(names(&key).contains(&name), "{name:?}");
    }
    // A secret need not have an algorithm.
    (key.algorithm, key.length) = (None, None);
    assert!(!names(&key).contains(&N::CryptographicAlgorithm));
}

#[test]
fn tells_the_state_it_is_given_and_keeps_its_own() {
    let key = named(&[]);
    let told = key.attributes(State::Deactivated);
    assert!(told.iter().any(|one| one.attribute == Attribute::State(State::Deactivated)));
    assert_eq!(key.life.state, State::Active);
}

#[test]
fn the_first_release_ends_its_freshness() {
    for (fresh, changes) in [(Some(true), true), (Some(false), false), (None, false)] {
        let key = MasterKey { fresh, ..named(&[]) };
        let released = key.released(NOW + MINUTE);
        assert_eq!(released.is_some(), changes);
        assert!(released.is_none_or(|key| key.fresh == Some(false) && key.life.changed == NOW + MINUTE));
    }
}
