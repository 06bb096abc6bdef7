//! What a search finds, as tables.

use super::*;
use crate::master_key::attribute::{CustomName, CustomValue, Instance, Name, NameKind};
use crate::master_key::fixture::{DAY, NOW, key, key_in, named};
use crate::master_key::state::Schedule;
use crate::master_key::{Algorithm, ObjectType};

fn with(attributes: Vec<Attribute>) -> Criteria {
    Criteria { attributes, ..Criteria::default() }
}

fn finds(criteria: &Criteria, key: &MasterKey) -> bool {
    let told = Ok(key.life.state_at(NOW));
    locate(criteria, [Candidate { key, told }], NOW).unwrap().total == 1
}

fn check(key: &MasterKey, attributes: Vec<Attribute>, expected: bool) {
    assert_eq!(finds(&with(attributes.clone()), key), expected, "{attributes:?}");
}

fn name(text: &str) -> Attribute {
    Attribute::Name(Name::text(text))
}

#[test]
fn all_that_is_asked_must_be_so() {
    let mut key = named(&["a", "b"]);
    key.usage = UsageMask::ENCRYPT.with(UsageMask::DECRYPT);
    let custom = |value| Attribute::Custom { name: CustomName::parse("x-Vendor").unwrap(), value };
    key.described.push(Instance { index: 0, attribute: custom(CustomValue::Text("v".to_owned())) });
    let mask = |bits| Attribute::CryptographicUsageMask(UsageMask::from_bits(bits));
    check(&key, vec![], true);
    check(&key, vec![name("a")], true);
    check(&key, vec![name("b"), Attribute::ObjectType(ObjectType::SymmetricKey)], true);
    check(&key, vec![name("a"), name("b")], true);
    check(&key, vec![name("a"), name("c")], false);
    check(&key, vec![name("A")], false);
    check(&key, vec![Attribute::Name(Name { value: "a".to_owned(), kind: NameKind::Uri })], false);
    check(&key, vec![Attribute::ObjectType(ObjectType::SecretData)], false);
    check(&key, vec![Attribute::CryptographicAlgorithm(Algorithm::Aes)], true);
    check(&key, vec![Attribute::CryptographicLength(128)], false);
    check(&key, vec![Attribute::UniqueIdentifier(key.id)], true);
    check(&key, vec![Attribute::UniqueIdentifier(MasterKeyId::from_random([1; 16]))], false);
    check(&key, vec![Attribute::ObjectGroup("a".to_owned())], false);
    check(&key, vec![Attribute::State(State::Active)], true);
    check(&key, vec![Attribute::State(State::Deactivated)], false);
    check(&key, vec![custom(CustomValue::Text("v".to_owned()))], true);
    check(&key, vec![custom(CustomValue::Text("w".to_owned()))], false);
    check(&key, vec![custom(CustomValue::Bytes(b"v".to_vec()))], false);
    for (bits, expected) in [(0, true), (4, true), (8, true), (12, true), (13, false), (1, false)] {
        check(&key, vec![mask(bits)], expected);
    }
}

#[test]
fn a_date_is_met_to_the_second_and_two_are_a_range() {
    let date = |millis| Attribute::InitialDate(Timestamp::from_millis(NOW.as_millis() + millis));
    let mut key = key();
    key.life.initial = Timestamp::from_millis(NOW.as_millis() + 400);
    check(&key, vec![date(0)], true);
    check(&key, vec![date(999)], true);
    check(&key, vec![date(1000)], false);
    check(&key, vec![date(-1)], false);
    check(&key, vec![date(-5000), date(5000)], true);
    check(&key, vec![date(5000), date(-5000)], true);
    check(&key, vec![date(0), date(9000)], true);
    check(&key, vec![date(-9000), date(0)], true);
    check(&key, vec![date(1000), date(9000)], false);
    check(&key, vec![date(0), Attribute::LastChangeDate(NOW)], true);
    check(&key, vec![date(0), Attribute::LastChangeDate(NOW + DAY)], false);
    // An object without that date is not in any range of it.
    check(&key, vec![Attribute::DestroyDate(Timestamp::EPOCH), Attribute::DestroyDate(NOW)], false);
}

#[test]
fn destroyed_objects_are_found_where_they_are_looked_for() {
    let there = |online, destroyed| Some(StorageStatus { online, destroyed });
    for (storage, living, gone) in [
        (None, true, false),
        (there(false, false), true, false),
        (there(true, false), true, false),
        (there(false, true), false, true),
        (there(true, true), true, true),
    ] {
        let criteria = Criteria { storage, ..Criteria::default() };
        for state in State::ALL {
            let expected = if state.is_destroyed() { gone } else { living };
            assert_eq!(finds(&criteria, &key_in(state)), expected, "{storage:?} {state:?}");
        }
    }
}

#[test]
fn members_of_a_group_are_fresh_or_not() {
    let group = Instance { index: 0, attribute: Attribute::ObjectGroup("pool".to_owned()) };
    for (in_object_group, fresh, finds_fresh, finds_default) in [
        (true, Some(true), true, false),
        (true, Some(false), false, true),
        (true, None, false, true),
        (false, Some(true), false, false),
        (false, None, false, false),
    ] {
        let mut key = key();
        key.fresh = fresh;
        key.described.extend(in_object_group.then(|| group.clone()));
        let member =
            |object_group_member| Criteria { object_group_member: Some(object_group_member), ..Criteria::default() };
        assert_eq!(finds(&member(ObjectGroupMember::Fresh), &key), finds_fresh);
        assert_eq!(finds(&member(ObjectGroupMember::Default), &key), finds_default);
    }
}

#[test]
fn pages_are_parts_of_one_list() {
    let keys: Vec<_> = (0..20).map(|n| MasterKey { id: MasterKeyId::from_random([n; 16]), ..key() }).collect();
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let page = |offset, maximum| {
        let criteria = Criteria { offset, maximum, ..Criteria::default() };
        let candidates = keys.iter().map(|key| Candidate { key, told: Ok(State::Active) });
        locate(&criteria, candidates, NOW).unwrap()
    };
    for (offset, maximum, expected) in [
        (0, None, &ids[..]),
        (0, Some(0), &ids[..]),
        (0, Some(16), &ids[..16]),
        (16, Some(16), &ids[16..]),
        (20, Some(16), &[]),
        (usize::MAX, None, &[]),
        (3, Some(1), &ids[3..4]),
        (0, Some(usize::MAX), &ids[..]),
    ] {
        assert_eq!(page(offset, maximum), Located { total: 20, ids: expected.to_vec() }, "{offset} {maximum:?}");
    }
}

#[test]
fn one_answer_has_room_for_so_many() {
    let key = key();
    let candidates = std::iter::repeat_n(Candidate { key: &key, told: Ok(State::Active) }, LOCATED_MAX + 1);
    let located = locate(&Criteria::default(), candidates, NOW).unwrap();
    assert_eq!((located.total, located.ids.len()), (LOCATED_MAX + 1, LOCATED_MAX));
}

#[test]
fn a_state_that_cannot_be_told_is_no_absence() {
    let key = named(&["a"]);
    let search = |attributes, told| locate(&with(attributes), [Candidate { key: &key, told }], NOW);
    let active = Attribute::State(State::Active);
    let total = |result: Result<Located, Untold>| result.map(|located| located.total);
    assert_eq!(total(search(vec![active.clone()], Err(Untold))), Err(Untold));
    assert_eq!(total(search(vec![active.clone(), name("a")], Err(Untold))), Err(Untold));
    assert_eq!(total(search(vec![active.clone(), name("b")], Err(Untold))), Ok(0));
    assert_eq!(total(search(vec![name("a")], Err(Untold))), Ok(1));
    assert_eq!(total(search(vec![active.clone()], Ok(State::Deactivated))), Ok(0));
    assert_eq!(total(search(vec![Attribute::State(State::Deactivated)], Ok(State::Deactivated))), Ok(1));
    // What is told of a destroyed key is not asked for where destroyed keys are not looked for.
    let gone = key_in(State::Destroyed);
    let found = locate(&with(vec![active]), [Candidate { key: &gone, told: Err(Untold) }], NOW);
    assert_eq!(found, Ok(Located::default()));
}

#[test]
fn dates_that_have_come_count() {
    let mut key = key_in(State::PreActive);
    key.life.schedule = Schedule { activation: Some(NOW - DAY), ..Schedule::default() };
    check(&key, vec![Attribute::State(State::Active)], true);
}
