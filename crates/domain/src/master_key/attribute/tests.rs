//! Who may say what about an object, as tables.

use super::*;
use crate::master_key::MasterKey;
use crate::master_key::fixture::{DAY, MINUTE, NOW, SECOND, key, key_in, named};
use crate::master_key::limits::{CUSTOM_VALUE_MAX, INSTANCES_MAX, TEXT_MAX};
use crate::master_key::state::{Cause, ScheduleRefusal};

fn name(text: &str) -> Attribute {
    Attribute::Name(Name::text(text))
}

fn custom(name: &str, text: &str) -> Attribute {
    Attribute::Custom { name: CustomName::parse(name).unwrap(), value: CustomValue::Text(text.to_owned()) }
}

/// One of each kind, with a value that can be kept.
fn samples() -> Vec<Attribute> {
    let text = || "text".to_owned();
    vec![
        Attribute::UniqueIdentifier(MasterKeyId::from_random([1; 16])),
        Attribute::ObjectType(ObjectType::SymmetricKey),
        name("text"),
        Attribute::AlternativeName(AlternativeName { value: text(), kind: 1 }),
        Attribute::CryptographicAlgorithm(Algorithm::Aes),
        Attribute::CryptographicLength(256),
        Attribute::CryptographicUsageMask(UsageMask::DECRYPT),
        Attribute::OperationPolicyName(text()),
        Attribute::State(State::Active),
        Attribute::InitialDate(NOW),
        Attribute::ActivationDate(NOW + DAY),
        Attribute::ProcessStartDate(NOW + DAY),
        Attribute::ProtectStopDate(NOW + DAY),
        Attribute::DeactivationDate(NOW + DAY),
        Attribute::DestroyDate(NOW),
        Attribute::CompromiseOccurrenceDate(NOW),
        Attribute::CompromiseDate(NOW),
        Attribute::RevocationReason(Ending { cause: Cause::Unspecified, message: None }),
        Attribute::ObjectGroup(text()),
        Attribute::Fresh(true),
        Attribute::ApplicationSpecificInformation(ApplicationSpecificInformation { namespace: text(), data: None }),
        Attribute::ContactInformation(text()),
        Attribute::Description(text()),
        Attribute::Comment(text()),
        Attribute::LastChangeDate(NOW),
        custom("x-Vendor", "text"),
        custom("y-Atrest", "text"),
    ]
}

fn sample(name: &AttributeName) -> Attribute {
    samples().into_iter().find(|attribute| attribute.name() == *name).unwrap()
}

#[test]
fn there_is_a_sample_of_each_and_one_row_for_each() {
    let names: Vec<_> = samples().iter().map(Attribute::name).collect();
    assert_eq!(names[..names.len() - 2], *AttributeName::STANDARD);
    let many: Vec<_> = AttributeName::STANDARD.iter().filter(|name| name.is_many()).cloned().collect();
    let expected = [
        AttributeName::Name,
        AttributeName::AlternativeName,
        AttributeName::ObjectGroup,
        AttributeName::ApplicationSpecificInformation,
    ];
    assert_eq!(many, expected);
}

#[test]
fn everybody_keeps_to_the_table() {
    let later = NOW + MINUTE;
    for attribute in samples() {
        let name = attribute.name();
        let key = key_in(State::PreActive);
        let added = add(&key, attribute.clone(), &[], later);
        let with = added.as_ref().map_or_else(|_| key.clone(), |(key, _)| key.clone());
        let modified = modify(&with, 0, attribute.clone(), &[], later).err();
        let deleted = delete(&with, name.clone(), 0, later).err();
        let added = added.map(|(_, instance)| instance);
        let expected_instance = Ok(Instance { index: 0, attribute });
        let (add, modify, delete) = match name.leave() {
            Leave::ServerAlone => {
                let refusal = AttributeRefusal::ServerAlone(name.clone());
                (Err(refusal.clone()), Some(refusal.clone()), Some(refusal))
            }
            Leave::AtBirth => {
                let refusal = AttributeRefusal::Fixed(name.clone());
                (Err(refusal.clone()), Some(refusal.clone()), Some(refusal))
            }
            Leave::BeforeActive | Leave::BeforeEnd => {
                (expected_instance, None, Some(AttributeRefusal::NotDeleted(name.clone())))
            }
            Leave::AddOnly => {
                let refusal = AttributeRefusal::AddedOnce(name.clone());
                (expected_instance, Some(refusal.clone()), Some(refusal))
            }
            Leave::Free => (expected_instance, None, None),
        };
        assert_eq!((added, modified, deleted), (add, modify, delete), "{name:?}");
    }
}

#[test]
fn the_table_is_the_one_drawn() {
    use AttributeName as N;
    let leave = |wanted| -> Vec<_> { N::STANDARD.iter().filter(|name| name.leave() == wanted).cloned().collect() };
    assert_eq!(
        leave(Leave::AtBirth),
        [N::CryptographicAlgorithm, N::CryptographicLength, N::CryptographicUsageMask, N::Fresh]
    );
    assert_eq!(leave(Leave::BeforeActive), [N::ActivationDate]);
    assert_eq!(leave(Leave::BeforeEnd), [N::ProcessStartDate, N::ProtectStopDate, N::DeactivationDate]);
    assert_eq!(leave(Leave::AddOnly), [N::OperationPolicyName, N::ObjectGroup]);
    assert_eq!(
        leave(Leave::Free),
        [
            N::Name,
            N::AlternativeName,
            N::ApplicationSpecificInformation,
            N::ContactInformation,
            N::Description,
            N::Comment
        ]
    );
    assert_eq!(leave(Leave::ServerAlone).len(), 9);
}

#[test]
fn no_attribute_gives_what_an_operation_refuses() {
    let key = key();
    for bits in [0, 4, 12, -1] {
        let mask = Attribute::CryptographicUsageMask(UsageMask::from_bits(bits));
        let fixed = Some(AttributeRefusal::Fixed(AttributeName::CryptographicUsageMask));
        assert_eq!(modify(&key, 0, mask.clone(), &[], NOW).err(), fixed);
        assert_eq!(add(&key, mask, &[], NOW).err(), fixed);
    }
    for state in State::ALL {
        let refused = Some(AttributeRefusal::ServerAlone(AttributeName::State));
        assert_eq!(modify(&key, 0, Attribute::State(state), &[], NOW).err(), refused);
        assert_eq!(add(&key, Attribute::State(state), &[], NOW).err(), refused);
    }
}

#[test]
fn dates_are_set_before_they_have_come() {
    let too_late = |name, state| Some(AttributeRefusal::TooLate { name, state });
    for state in [State::PreActive, State::Active, State::Deactivated, State::Compromised] {
        let key = key_in(state);
        for name in AttributeName::STANDARD {
            let until_active = name.leave() == Leave::BeforeActive;
            if !until_active && name.leave() != Leave::BeforeEnd {
                continue;
            }
            let in_time = state == State::PreActive || (state == State::Active && !until_active);
            let expected = if in_time { None } else { too_late(name.clone(), state) };
            assert_eq!(add(&key, sample(name), &[], NOW).err(), expected, "{name:?} {state:?}");
        }
    }
    let key = add(&key_in(State::PreActive), Attribute::ActivationDate(NOW + MINUTE), &[], NOW).unwrap().0;
    assert_eq!(key.life.state_at(NOW + MINUTE), State::Active);
    // There is one already; it is changed, in time.
    let there = Some(AttributeRefusal::ThereAlready(AttributeName::ActivationDate));
    assert_eq!(add(&key, Attribute::ActivationDate(NOW), &[], NOW).err(), there);
    let changed = modify(&key, 0, Attribute::ActivationDate(NOW - DAY), &[], NOW).unwrap();
    assert_eq!((changed.life.state, changed.life.changed), (State::Active, NOW));
    let late = too_late(AttributeName::ActivationDate, State::Active);
    assert_eq!(modify(&key, 0, Attribute::ActivationDate(NOW + DAY), &[], NOW + MINUTE).err(), late);
    // Ending it by a date is ending it.
    let ended = add(&changed, Attribute::DeactivationDate(NOW), &[], NOW).unwrap().0;
    assert_eq!(ended.life.state, State::Deactivated);
    let refused = add(&changed, Attribute::DeactivationDate(NOW - DAY - SECOND), &[], NOW).err();
    assert_eq!(refused, Some(AttributeRefusal::Schedule(ScheduleRefusal::DeactivationBeforeActivation)));
    let second = AttributeRefusal::NotThere { name: AttributeName::DeactivationDate, index: 1 };
    let ending = add(&changed, Attribute::DeactivationDate(NOW + DAY), &[], NOW).unwrap().0;
    assert_eq!(modify(&ending, 1, Attribute::DeactivationDate(NOW + DAY), &[], NOW).err(), Some(second));
    let not_there = AttributeRefusal::NotThere { name: AttributeName::ProtectStopDate, index: 0 };
    assert_eq!(modify(&changed, 0, Attribute::ProtectStopDate(NOW), &[], NOW).err(), Some(not_there));
}

#[test]
fn a_destroyed_object_keeps_what_was_said() {
    for state in [State::Destroyed, State::DestroyedCompromised] {
        let mut key = named(&["a"]);
        key.life.state = state;
        let refused = Some(AttributeRefusal::Destroyed);
        assert_eq!(add(&key, name("b"), &[], NOW).err(), refused);
        assert_eq!(modify(&key, 0, name("b"), &[], NOW).err(), refused);
        assert_eq!(delete(&key, AttributeName::Name, 0, NOW).err(), refused);
        assert!(key.attributes(state).iter().any(|one| one.attribute == name("a")));
    }
}

#[test]
fn an_index_stays_while_others_go() {
    let mut key = key();
    for text in ["a", "b", "c"] {
        key = add(&key, name(text), &[], NOW).unwrap().0;
    }
    let (key, gone) = delete(&key, AttributeName::Name, 0, NOW + MINUTE).unwrap();
    assert_eq!((gone, key.life.changed), (name("a"), NOW + MINUTE));
    let not_there = Some(AttributeRefusal::NotThere { name: AttributeName::Name, index: 0 });
    assert_eq!(delete(&key, AttributeName::Name, 0, NOW).err(), not_there);
    assert_eq!(modify(&key, 0, name("d"), &[], NOW).err(), not_there);
    let key = modify(&key, 1, name("d"), &[], NOW + SECOND).unwrap();
    assert_eq!(key.life.changed, NOW + SECOND);
    let (key, instance) = add(&key, name("e"), &[], NOW + DAY).unwrap();
    assert_eq!((instance.index, key.life.changed), (3, NOW + DAY));
    let names: Vec<_> = key.names().map(|name| name.value.as_str()).collect();
    assert_eq!(names, ["d", "c", "e"]);
    // Other kinds count for themselves, each custom name too.
    assert_eq!(add(&key, custom("x-a", "1"), &[], NOW).unwrap().1.index, 0);
    let key = add(&key, custom("x-a", "1"), &[], NOW).unwrap().0;
    assert_eq!(add(&key, custom("x-a", "1"), &[], NOW).unwrap().1.index, 1);
    assert_eq!(add(&key, custom("x-b", "1"), &[], NOW).unwrap().1.index, 0);
    let key = add(&key, Attribute::Comment("c".to_owned()), &[], NOW).unwrap().0;
    let there = Some(AttributeRefusal::ThereAlready(AttributeName::Comment));
    assert_eq!(add(&key, Attribute::Comment("d".to_owned()), &[], NOW).err(), there);
}

#[test]
fn a_name_is_the_only_one_of_its_kind() {
    let taken = [Name::text("a")];
    let key = named(&["b", "c"]);
    let refused = Some(AttributeRefusal::NameTaken(Name::text("a")));
    assert_eq!(add(&key, name("a"), &taken, NOW).err(), refused);
    assert_eq!(modify(&key, 0, name("a"), &taken, NOW).err(), refused);
    let uri = Attribute::Name(Name { value: "a".to_owned(), kind: NameKind::Uri });
    assert!(matches!(add(&key, uri, &taken, NOW), Err(AttributeRefusal::NameTaken(_))));
    assert!(add(&key, name("d"), &taken, NOW).is_ok());
    // Its own names are not in its way, and not twice its own.
    assert!(modify(&key, 0, name("b"), &[Name::text("b")], NOW).is_ok());
    let there = Some(AttributeRefusal::ThereAlready(AttributeName::Name));
    assert_eq!(add(&key, name("b"), &[], NOW).err(), there);
    assert_eq!(modify(&key, 1, name("b"), &[], NOW).err(), there);
    // Other attributes may say the same.
    assert!(add(&key, Attribute::ObjectGroup("a".to_owned()), &taken, NOW).is_ok());
}

#[test]
fn names_of_destroyed_objects_are_free() {
    let wanted = [Name::text("a"), Name::text("b"), Name::text("c")];
    let mut gone = named(&["a"]);
    gone.life.state = State::Destroyed;
    let living = named(&["b", "z"]);
    let others: Vec<MasterKey> = vec![gone, living];
    assert_eq!(taken_names(&wanted, &others, NOW), [Name::text("b")]);
    assert_eq!(taken_names(&[], &others, NOW), []);
}

#[test]
fn values_that_cannot_be_kept_are_refused() {
    let long = |most: usize| "x".repeat(most);
    let bytes = |most| CustomValue::Bytes(vec![0; most]);
    let made_up = |value| Attribute::Custom { name: CustomName::parse("x-a").unwrap(), value };
    for (attribute, fits) in [
        (name(&long(TEXT_MAX)), true),
        (name(&long(TEXT_MAX + 1)), false),
        (name(""), false),
        (name("a\0b"), false),
        (name("a\nb"), false),
        (name("/path/to key/\u{e9}"), true),
        (Attribute::ObjectGroup(String::new()), false),
        (Attribute::Comment(String::new()), true),
        (Attribute::Comment("two\nlines".to_owned()), true),
        (Attribute::Comment("a\0".to_owned()), false),
        (Attribute::Description(long(TEXT_MAX + 1)), false),
        (Attribute::AlternativeName(AlternativeName { value: String::new(), kind: 1 }), false),
        (made_up(bytes(CUSTOM_VALUE_MAX)), true),
        (made_up(bytes(CUSTOM_VALUE_MAX + 1)), false),
        (made_up(CustomValue::Text(long(CUSTOM_VALUE_MAX + 1))), false),
        (made_up(CustomValue::Text("a\0".to_owned())), false),
        (made_up(CustomValue::LongInteger(i64::MIN)), true),
    ] {
        let refused = add(&key(), attribute.clone(), &[], NOW).err();
        assert_eq!(refused.is_none(), fits, "{refused:?}");
        assert!(fits || matches!(refused, Some(AttributeRefusal::Malformed { .. })));
        let key = add(&key(), sample(&AttributeName::Comment), &[], NOW).unwrap().0;
        if attribute.name() == AttributeName::Comment {
            assert_eq!(modify(&key, 0, attribute, &[], NOW).is_ok(), fits);
        }
    }
}

#[test]
fn an_object_has_so_many_attributes_and_no_more() {
    let mut key = key();
    for _ in 0..INSTANCES_MAX {
        key = add(&key, custom("x-a", "1"), &[], NOW).unwrap().0;
    }
    let refused = Some(AttributeRefusal::TooMany { most: INSTANCES_MAX });
    assert_eq!(add(&key, custom("x-b", "1"), &[], NOW).err(), refused);
    assert!(add(&key, Attribute::DeactivationDate(NOW + DAY), &[], NOW).is_ok());
}

#[test]
fn custom_names_have_a_prefix_and_more() {
    for (text, fits, servers) in [
        ("x-a", true, false),
        ("y-a", true, true),
        ("x-Product_Version", true, false),
        ("x-", false, false),
        ("y-", false, false),
        ("z-a", false, false),
        ("X-a", false, false),
        ("Name", false, false),
        ("", false, false),
        ("x-a\n", false, false),
    ] {
        let name = CustomName::parse(text);
        assert_eq!(name.is_some(), fits, "{text}");
        assert_eq!(name.is_some_and(|name| name.is_servers()), servers, "{text}");
    }
    assert!(CustomName::parse(&format!("x-{}", "a".repeat(126))).is_some());
    assert!(CustomName::parse(&format!("x-{}", "a".repeat(127))).is_none());
}
