//! What Create and Register take and refuse, as tables. The first ones are what shipping clients send.

use super::*;
use crate::master_key::attribute::{CustomName, CustomValue};
use crate::master_key::fixture::{DAY, NOW, SECOND, node};
use crate::master_key::state::State;
use crate::node::NodeRole;

const AES: Attribute = Attribute::CryptographicAlgorithm(Algorithm::Aes);
const RAW: Content = Content::SymmetricKey { format: KeyFormat::Raw };
const SEED: Content = Content::SecretData { kind: 2, format: KeyFormat::Opaque };

const fn bits(length: u32) -> Attribute {
    Attribute::CryptographicLength(length)
}

const fn mask(bits: i32) -> Attribute {
    Attribute::CryptographicUsageMask(UsageMask::from_bits(bits))
}

fn name(text: &str) -> Attribute {
    Attribute::Name(Name::text(text))
}

fn registered(content: Content, bytes: usize) -> Registered {
    Registered { content, bytes, algorithm: None, length: None }
}

fn making<R>(make: impl FnOnce(Making<'_>) -> R) -> R {
    let node = node(NodeRole::Mongod, 3);
    let taken = [Name::text("taken")];
    let encryption = Some(ProviderKind::AwsKms);
    make(Making { id: MasterKeyId::from_random([9; 16]), node: &node, encryption, taken: &taken, now: NOW })
}

fn created(attributes: Vec<Attribute>) -> Result<MasterKey, CreateRefusal> {
    making(|making| create(making, ObjectType::SymmetricKey, attributes))
}

fn taken_in(registered: Registered, attributes: Vec<Attribute>) -> Result<MasterKey, CreateRefusal> {
    making(|making| register(making, registered, attributes))
}

#[test]
fn takes_what_clients_send() {
    // mongod Enterprise, a driver that delegates: an AES key is made, Pre-Active.
    let key = created(vec![AES, bits(256), mask(12)]).unwrap();
    assert_eq!((key.content, key.algorithm, key.length), (RAW, Some(Algorithm::Aes), Some(256)));
    assert_eq!((key.usage.bits(), key.life.state, key.revision, key.fresh), (12, State::PreActive, 1, None));
    assert_eq!(key.owner, Owner { node: node(NodeRole::Mongod, 3).id, role: NodeRole::Mongod });
    assert_eq!((key.life.initial, key.life.changed), (NOW, NOW));
    // Percona Server for MongoDB: everything said twice.
    let twice = Registered { algorithm: Some(Algorithm::Aes), length: Some(256), ..registered(RAW, 32) };
    let key = taken_in(twice, vec![AES, bits(256), mask(12)]).unwrap();
    assert_eq!((key.length, key.usage.bits()), (Some(256), 12));
    // A driver: a secret without anything but an empty mask.
    let key = taken_in(registered(SEED, 96), vec![mask(0)]).unwrap();
    assert_eq!((key.content, key.algorithm, key.length, key.usage), (SEED, None, None, UsageMask::NONE));
    // pg_tde, MySQL: a name, a group.
    let key = taken_in(twice, vec![AES, bits(256), mask(12), name("k"), Attribute::ObjectGroup("g".to_owned())]);
    assert_eq!(key.unwrap().described.len(), 2);
    // vCenter, Synology: its own words, and a policy's name.
    let custom =
        Attribute::Custom { name: CustomName::parse("x-Vendor").unwrap(), value: CustomValue::Text("v".to_owned()) };
    let words = vec![AES, bits(256), mask(12), custom, Attribute::OperationPolicyName("default".to_owned())];
    assert_eq!(created(words).unwrap().described.len(), 2);
    // Opaque bytes of a vendor's kind.
    let vendors = Content::OpaqueObject { kind: 0x8000_0000 };
    assert_eq!(taken_in(registered(vendors, 1), vec![]).unwrap().content, vendors);
}

#[test]
fn makes_aes_keys_and_nothing_else() {
    for (attributes, expected) in [
        (vec![AES, bits(128)], None),
        (vec![AES, bits(192)], None),
        (vec![AES, bits(256)], None),
        (vec![AES, bits(255)], Some(CreateRefusal::LengthNotAes { length: 255 })),
        (vec![AES, bits(0)], Some(CreateRefusal::LengthNotAes { length: 0 })),
        (vec![AES, bits(512)], Some(CreateRefusal::LengthNotAes { length: 512 })),
        (vec![AES], Some(CreateRefusal::Missing(AttributeName::CryptographicLength))),
        (vec![bits(256)], Some(CreateRefusal::Missing(AttributeName::CryptographicAlgorithm))),
        (vec![], Some(CreateRefusal::Missing(AttributeName::CryptographicAlgorithm))),
        (
            vec![Attribute::CryptographicAlgorithm(Algorithm::Other(2)), bits(168)],
            Some(CreateRefusal::AlgorithmNotMade(Algorithm::Other(2))),
        ),
    ] {
        assert_eq!(created(attributes.clone()).err(), expected, "{attributes:?}");
    }
    for object in [ObjectType::SecretData, ObjectType::OpaqueObject] {
        let refused = making(|making| create(making, object, vec![AES, bits(256)])).err();
        assert_eq!(refused, Some(CreateRefusal::NotMade(object)));
    }
}

#[test]
fn a_registered_key_is_as_long_as_it_says() {
    let aes = |bytes, length| Registered { algorithm: Some(Algorithm::Aes), length, ..registered(RAW, bytes) };
    let other = |bytes, length| Registered { algorithm: Some(Algorithm::Other(2)), ..aes(bytes, length) };
    for (registered, expected) in [
        (aes(16, Some(128)), Ok(Some(128))),
        (aes(24, None), Ok(Some(192))),
        (aes(32, None), Ok(Some(256))),
        (aes(33, None), Err(CreateRefusal::LengthNotAes { length: 264 })),
        (aes(32, Some(128)), Err(CreateRefusal::LengthNotOfMaterial { said: 128, bytes: 32 })),
        (aes(16, Some(100)), Err(CreateRefusal::LengthNotAes { length: 100 })),
        (aes(0, Some(128)), Err(CreateRefusal::NoMaterial)),
        (other(24, Some(168)), Ok(Some(168))),
        (other(24, None), Ok(Some(192))),
        (registered(RAW, 32), Err(CreateRefusal::Missing(AttributeName::CryptographicAlgorithm))),
        (registered(SEED, MATERIAL_MAX), Ok(None)),
        (registered(SEED, MATERIAL_MAX + 1), Err(CreateRefusal::MaterialTooLong { most: MATERIAL_MAX })),
        (registered(SEED, usize::MAX), Err(CreateRefusal::MaterialTooLong { most: MATERIAL_MAX })),
        (registered(SEED, 0), Err(CreateRefusal::NoMaterial)),
        (registered(Content::OpaqueObject { kind: 1 }, 0), Err(CreateRefusal::NoMaterial)),
    ] {
        assert_eq!(taken_in(registered, vec![]).map(|key| key.length), expected, "{registered:?}");
    }
    // Bytes that only the client can read are not measured.
    let content = Content::SymmetricKey { format: KeyFormat::Opaque };
    assert_eq!(taken_in(Registered { content, ..aes(40, Some(256)) }, vec![]).unwrap().length, Some(256));
    let format = KeyFormat::TransparentSymmetricKey;
    assert!(taken_in(Registered { content: Content::SymmetricKey { format }, ..aes(32, None) }, vec![]).is_ok());
    let refused = taken_in(registered(Content::SecretData { kind: 1, format }, 8), vec![]).err();
    let object = ObjectType::SecretData;
    assert_eq!(refused, Some(CreateRefusal::FormatNotForObject { format, object }));
}

#[test]
fn two_words_for_one_thing_must_agree() {
    use AttributeName::{ActivationDate, CryptographicAlgorithm, CryptographicLength, CryptographicUsageMask};
    let aes = Registered { algorithm: Some(Algorithm::Aes), length: Some(256), ..registered(RAW, 32) };
    let other = Attribute::CryptographicAlgorithm(Algorithm::Other(2));
    let date = |date| Attribute::ActivationDate(date);
    for (attributes, expected) in [
        (vec![other], Some(CryptographicAlgorithm)),
        (vec![bits(128)], Some(CryptographicLength)),
        (vec![mask(4), mask(12)], Some(CryptographicUsageMask)),
        (vec![mask(4), mask(4)], None),
        (vec![date(NOW), date(NOW)], None),
        (vec![date(NOW), date(NOW + DAY)], Some(ActivationDate)),
        (vec![Attribute::ObjectType(ObjectType::SymmetricKey)], None),
        (vec![Attribute::ObjectType(ObjectType::SecretData)], Some(AttributeName::ObjectType)),
    ] {
        let expected = expected.map(CreateRefusal::Contradiction);
        assert_eq!(taken_in(aes, attributes.clone()).err(), expected, "{attributes:?}");
    }
}

#[test]
fn dates_say_where_it_begins() {
    let key = |dates: Vec<Attribute>| created([vec![AES, bits(256)], dates].concat());
    for (date, state) in [
        (NOW - DAY, State::Active),
        (Timestamp::EPOCH, State::Active),
        (NOW, State::Active),
        (NOW + SECOND, State::PreActive),
    ] {
        let key = key(vec![Attribute::ActivationDate(date)]).unwrap();
        assert_eq!((key.life.state, key.life.schedule.activation), (state, Some(date)));
    }
    let ended = key(vec![Attribute::ActivationDate(NOW - DAY), Attribute::DeactivationDate(NOW)]).unwrap();
    assert_eq!(ended.life.state, State::Deactivated);
    let refused = key(vec![Attribute::ActivationDate(NOW), Attribute::DeactivationDate(NOW - DAY)]).err();
    assert_eq!(refused, Some(CreateRefusal::Schedule(ScheduleRefusal::DeactivationBeforeActivation)));
    assert_eq!(key(vec![Attribute::Fresh(true)]).unwrap().fresh, Some(true));
}

#[test]
fn what_is_not_the_clients_to_set_is_refused() {
    let servers = CustomName::parse("y-a").unwrap();
    for attribute in [
        Attribute::UniqueIdentifier(MasterKeyId::from_random([1; 16])),
        Attribute::State(State::Active),
        Attribute::InitialDate(NOW),
        Attribute::DestroyDate(NOW),
        Attribute::LastChangeDate(NOW),
        Attribute::Custom { name: servers, value: CustomValue::Boolean(true) },
    ] {
        let expected = CreateRefusal::Attribute(AttributeRefusal::ServerAlone(attribute.name()));
        assert_eq!(created(vec![AES, bits(256), attribute.clone()]), Err(expected.clone()));
        assert_eq!(taken_in(registered(SEED, 96), vec![attribute]), Err(expected));
    }
    let refused = |attribute| taken_in(registered(SEED, 96), vec![attribute]).err();
    let taken = AttributeRefusal::NameTaken(Name::text("taken"));
    assert_eq!(refused(name("taken")), Some(CreateRefusal::Attribute(taken)));
    assert!(matches!(refused(name("")), Some(CreateRefusal::Attribute(AttributeRefusal::Malformed { .. }))));
    let twice = taken_in(registered(SEED, 96), vec![name("a"), name("a")]).err();
    let there = AttributeRefusal::ThereAlready(AttributeName::Name);
    assert_eq!(twice, Some(CreateRefusal::Attribute(there)));
}

#[test]
fn a_cluster_without_a_customer_key_makes_none() {
    making(|making| {
        let off = Making { encryption: None, ..making };
        let refused = Some(CreateRefusal::EncryptionOff);
        assert_eq!(create(off, ObjectType::SymmetricKey, vec![AES, bits(256)]).err(), refused);
        assert_eq!(register(off, registered(SEED, 96), vec![]).err(), refused);
        // Whatever else is wrong: the operator has to act first.
        assert_eq!(create(off, ObjectType::SecretData, vec![]).err(), refused);
    });
}
