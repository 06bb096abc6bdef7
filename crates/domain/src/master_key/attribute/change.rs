//! Adding, changing and deleting attributes of an object that exists, and what they must be like at all.
//! Must not know who asks; `access` has told already that he may.

use super::value::{is_text, is_words};
use super::{Attribute, AttributeName, CustomName, Instance, Leave, Name};
use crate::master_key::MasterKey;
use crate::master_key::limits::{CUSTOM_NAME_MAX, INSTANCES_MAX, TEXT_MAX};
use crate::master_key::state::{Schedule, ScheduleRefusal, State};
use crate::time::Timestamp;

/// Why an attribute is not set, changed or deleted. The fault is the request's in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeRefusal {
    /// The object is destroyed; it keeps what was said about it.
    Destroyed,
    /// The server alone sets it: ask for the operation that moves it.
    ServerAlone(AttributeName),
    /// It is fixed when the object is made; another object is needed.
    Fixed(AttributeName),
    /// It can be added, and not changed or deleted then.
    AddedOnce(AttributeName),
    /// A date is changed, and not taken away.
    NotDeleted(AttributeName),
    /// It is set before the object gets into this state.
    TooLate {
        /// Which.
        name: AttributeName,
        /// The state it is in.
        state: State,
    },
    /// There is one already, and can be only one; it can be changed.
    ThereAlready(AttributeName),
    /// There is no such instance.
    NotThere {
        /// Which.
        name: AttributeName,
        /// Which of them.
        index: u32,
    },
    /// Its value is empty, too long, or has characters that do not belong into a name.
    Malformed {
        /// Which.
        name: AttributeName,
        /// What is expected, as half a sentence.
        expected: &'static str,
    },
    /// Another object of the same owner has the name.
    NameTaken(Name),
    /// The object has as many as it can have.
    TooMany {
        /// How many that are.
        most: usize,
    },
    /// Dates would come in the wrong order.
    Schedule(ScheduleRefusal),
}

/// Picks the names that other objects of the same owner have. Names of destroyed objects are free again; a text is
/// taken whatever kind of name it is.
pub fn taken_names<'a>(wanted: &[Name], others: impl IntoIterator<Item = &'a MasterKey>, now: Timestamp) -> Vec<Name> {
    let living = others.into_iter().filter(|other| !other.life.state_at(now).is_destroyed());
    let held: Vec<&str> = living.flat_map(MasterKey::names).map(|name| name.value.as_str()).collect();
    wanted.iter().filter(|name| held.contains(&name.value.as_str())).cloned().collect()
}

/// Adds an attribute. `taken` are the names that the owner's other objects have, as far as one is in question.
/// Errors: why not; the object is unchanged then.
pub fn add(
    key: &MasterKey,
    attribute: Attribute,
    taken: &[Name],
    now: Timestamp,
) -> Result<(MasterKey, Instance), AttributeRefusal> {
    let name = attribute.name();
    let mut changed = living(key, now)?;
    let there = has(&changed, &name);
    match name.leave() {
        Leave::ServerAlone => return Err(AttributeRefusal::ServerAlone(name)),
        Leave::AtBirth => return Err(AttributeRefusal::Fixed(name)),
        Leave::BeforeActive | Leave::BeforeEnd | Leave::AddOnly | Leave::Free if there && !name.is_many() => {
            return Err(AttributeRefusal::ThereAlready(name));
        }
        Leave::BeforeActive | Leave::BeforeEnd => {
            let instance = Instance { index: 0, attribute };
            return Ok((with_date(changed, &instance.attribute, now)?, instance));
        }
        Leave::AddOnly | Leave::Free => {}
    }
    let instance = admit(&mut changed.described, attribute)?;
    refuse_taken(&instance.attribute, taken)?;
    changed.life.changed = now;
    Ok((changed, instance))
}

/// Puts another value into the place of one instance. `taken` is as it is for `add`.
/// Errors: why not; the object is unchanged then.
pub fn modify(
    key: &MasterKey,
    index: u32,
    attribute: Attribute,
    taken: &[Name],
    now: Timestamp,
) -> Result<MasterKey, AttributeRefusal> {
    let name = attribute.name();
    let mut changed = living(key, now)?;
    match name.leave() {
        Leave::ServerAlone => return Err(AttributeRefusal::ServerAlone(name)),
        Leave::AtBirth => return Err(AttributeRefusal::Fixed(name)),
        Leave::AddOnly => return Err(AttributeRefusal::AddedOnce(name)),
        Leave::BeforeActive | Leave::BeforeEnd if index != 0 || !has(&changed, &name) => {
            return Err(AttributeRefusal::NotThere { name, index });
        }
        Leave::BeforeActive | Leave::BeforeEnd => return with_date(changed, &attribute, now),
        Leave::Free => {}
    }
    refuse_malformed(&attribute)?;
    let is_it = |one: &Instance| one.index == index && one.attribute.name() == name;
    let others = changed.described.iter().filter(|one| !is_it(one));
    if has_name_of(others, &attribute) {
        return Err(AttributeRefusal::ThereAlready(name));
    }
    let Some(present) = changed.described.iter_mut().find(|one| is_it(one)) else {
        return Err(AttributeRefusal::NotThere { name, index });
    };
    if !has_name_of([&*present], &attribute) {
        refuse_taken(&attribute, taken)?;
    }
    present.attribute = attribute;
    changed.life.changed = now;
    Ok(changed)
}

/// Deletes one instance, and gives it back.
/// Errors: why not; the object is unchanged then.
pub fn delete(
    key: &MasterKey,
    name: AttributeName,
    index: u32,
    now: Timestamp,
) -> Result<(MasterKey, Attribute), AttributeRefusal> {
    let mut changed = living(key, now)?;
    match name.leave() {
        Leave::ServerAlone => return Err(AttributeRefusal::ServerAlone(name)),
        Leave::AtBirth => return Err(AttributeRefusal::Fixed(name)),
        Leave::AddOnly => return Err(AttributeRefusal::AddedOnce(name)),
        Leave::BeforeActive | Leave::BeforeEnd => return Err(AttributeRefusal::NotDeleted(name)),
        Leave::Free => {}
    }
    let place = changed.described.iter().position(|one| one.index == index && one.attribute.name() == name);
    let Some(place) = place else {
        return Err(AttributeRefusal::NotThere { name, index });
    };
    let gone = changed.described.remove(place);
    changed.life.changed = now;
    Ok((changed, gone.attribute))
}

/// Takes one more instance of what an owner says about an object, and gives it its index.
/// Errors: `Malformed`, `ThereAlready`, `TooMany`.
pub(in crate::master_key) fn admit(
    described: &mut Vec<Instance>,
    attribute: Attribute,
) -> Result<Instance, AttributeRefusal> {
    refuse_malformed(&attribute)?;
    let name = attribute.name();
    let of_its_kind = || described.iter().filter(|one| one.attribute.name() == name);
    if has_name_of(described.iter(), &attribute) || (!name.is_many() && of_its_kind().next().is_some()) {
        return Err(AttributeRefusal::ThereAlready(name));
    }
    if described.len() >= INSTANCES_MAX {
        return Err(AttributeRefusal::TooMany { most: INSTANCES_MAX });
    }
    let index = of_its_kind().map(|one| one.index.saturating_add(1)).max().unwrap_or(0);
    let instance = Instance { index, attribute };
    described.push(instance.clone());
    Ok(instance)
}

/// Tells whether the value of an attribute can be kept.
/// Errors: `Malformed`.
pub(in crate::master_key) fn refuse_malformed(attribute: &Attribute) -> Result<(), AttributeRefusal> {
    const NAME: &str = "1 to 1024 bytes without control characters";
    const WORDS: &str = "at most 1024 bytes without a NUL";
    let (fits, expected) = match attribute {
        Attribute::Name(name) => (is_text(&name.value, TEXT_MAX), NAME),
        Attribute::AlternativeName(name) => (is_text(&name.value, TEXT_MAX), NAME),
        Attribute::ObjectGroup(text) => (is_text(text, TEXT_MAX), NAME),
        Attribute::ApplicationSpecificInformation(kept) => {
            (is_text(&kept.namespace, TEXT_MAX) && kept.data.as_deref().is_none_or(is_words), WORDS)
        }
        Attribute::OperationPolicyName(text)
        | Attribute::ContactInformation(text)
        | Attribute::Description(text)
        | Attribute::Comment(text) => (is_words(text), WORDS),
        Attribute::Custom { name, value } => (
            is_text(CustomName::as_str(name), CUSTOM_NAME_MAX) && value.fits(),
            "at most 4096 bytes, without a NUL where it is text",
        ),
        Attribute::UniqueIdentifier(_)
        | Attribute::ObjectType(_)
        | Attribute::CryptographicAlgorithm(_)
        | Attribute::CryptographicLength(_)
        | Attribute::CryptographicUsageMask(_)
        | Attribute::State(_)
        | Attribute::InitialDate(_)
        | Attribute::ActivationDate(_)
        | Attribute::ProcessStartDate(_)
        | Attribute::ProtectStopDate(_)
        | Attribute::DeactivationDate(_)
        | Attribute::DestroyDate(_)
        | Attribute::CompromiseOccurrenceDate(_)
        | Attribute::CompromiseDate(_)
        | Attribute::RevocationReason(_)
        | Attribute::Fresh(_)
        | Attribute::LastChangeDate(_) => (true, ""),
    };
    if fits { Ok(()) } else { Err(AttributeRefusal::Malformed { name: attribute.name(), expected }) }
}

fn living(key: &MasterKey, now: Timestamp) -> Result<MasterKey, AttributeRefusal> {
    let mut key = key.clone();
    key.life = key.life.settled(now);
    if key.life.state.is_destroyed() { Err(AttributeRefusal::Destroyed) } else { Ok(key) }
}

fn has(key: &MasterKey, name: &AttributeName) -> bool {
    // Which state is told makes no difference to whether one is.
    key.attributes(key.life.state).iter().any(|one| one.attribute.name() == *name)
}

/// Tells whether one of the instances is the same name; the same text twice is one name.
fn has_name_of<'a>(instances: impl IntoIterator<Item = &'a Instance>, attribute: &Attribute) -> bool {
    attribute.as_name().is_some_and(|wanted| {
        instances.into_iter().filter_map(|one| one.attribute.as_name()).any(|name| name.value == wanted.value)
    })
}

/// Refuses a name that another object of the owner has.
/// Errors: `NameTaken`.
pub(in crate::master_key) fn refuse_taken(attribute: &Attribute, taken: &[Name]) -> Result<(), AttributeRefusal> {
    match attribute.as_name().filter(|name| taken.iter().any(|taken| taken.value == name.value)) {
        Some(name) => Err(AttributeRefusal::NameTaken(name.clone())),
        None => Ok(()),
    }
}

fn with_date(mut key: MasterKey, attribute: &Attribute, now: Timestamp) -> Result<MasterKey, AttributeRefusal> {
    let name = attribute.name();
    let state = key.life.state;
    let in_time = match state {
        State::PreActive => true,
        State::Active => name.leave() == Leave::BeforeEnd,
        State::Deactivated | State::Compromised | State::Destroyed | State::DestroyedCompromised => false,
    };
    if !in_time {
        return Err(AttributeRefusal::TooLate { name, state });
    }
    let mut schedule = key.life.schedule;
    set_date(&mut schedule, attribute);
    schedule.check().map_err(AttributeRefusal::Schedule)?;
    key.life.schedule = schedule;
    key.life.changed = now;
    key.life = key.life.settled(now);
    Ok(key)
}

/// Puts one of the four dates that an owner sets in its place. Other attributes have none.
pub(in crate::master_key) fn set_date(schedule: &mut Schedule, attribute: &Attribute) {
    if let Attribute::ActivationDate(date) = attribute {
        schedule.activation = Some(*date);
    }
    if let Attribute::ProcessStartDate(date) = attribute {
        schedule.process_start = Some(*date);
    }
    if let Attribute::ProtectStopDate(date) = attribute {
        schedule.protect_stop = Some(*date);
    }
    if let Attribute::DeactivationDate(date) = attribute {
        schedule.deactivation = Some(*date);
    }
}
