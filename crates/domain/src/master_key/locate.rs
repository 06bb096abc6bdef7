//! Which objects a search finds. All that is asked must be so; an attribute that an object has several times matches
//! by any of them. Must not know whose objects they are: it is handed those that the searching node may see.

use crate::master_key::attribute::{Attribute, AttributeName};
use crate::master_key::effective::Untold;
use crate::master_key::limits::LOCATED_MAX;
use crate::master_key::state::State;
use crate::master_key::usage::UsageMask;
use crate::master_key::{MasterKey, MasterKeyId};
use crate::time::Timestamp;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Criteria {
    /// What an object must be like. A date is met to the second, two of one name are a range, ends included; an object
    /// has every bit of a usage mask.
    pub attributes: Vec<Attribute>,
    /// Where to look; unless it says so, destroyed objects are not found.
    pub storage: Option<StorageStatus>,
    /// Which members of an object group.
    pub object_group_member: Option<ObjectGroupMember>,
    /// How many to skip.
    pub offset: usize,
    /// How many to name at most; none or 0 means as many as an answer has room for.
    pub maximum: Option<usize>,
}

/// Where objects are looked for. Nothing is ever archived here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageStatus {
    /// Among those that are there.
    pub online: bool,
    /// Among those that are destroyed.
    pub destroyed: bool,
}

/// Which members of an object group are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectGroupMember {
    /// Those that were never released.
    Fresh,
    /// The others.
    Default,
}

/// An object, and the state that may be told of it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The object.
    pub key: &'a MasterKey,
    /// The state to tell (see `effective`).
    pub told: Result<State, Untold>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Located {
    /// How many match, skipped and unnamed ones included.
    pub total: usize,
    /// Those that are named, in the order they were handed in. Pages need that to be the same each time.
    pub ids: Vec<MasterKeyId>,
}

/// Looks for objects.
/// Errors: `Untold` where a state is asked for and cannot be told of an object that matches otherwise. Leaving it out
/// would say that it does not exist.
pub fn locate<'a>(
    criteria: &Criteria,
    candidates: impl IntoIterator<Item = Candidate<'a>>,
    now: Timestamp,
) -> Result<Located, Untold> {
    let most = criteria.maximum.filter(|most| *most > 0).unwrap_or(LOCATED_MAX).min(LOCATED_MAX);
    let mut located = Located::default();
    for candidate in candidates {
        if !matches(criteria, candidate, now)? {
            continue;
        }
        if located.total >= criteria.offset && located.ids.len() < most {
            located.ids.push(candidate.key.id);
        }
        located.total = located.total.saturating_add(1);
    }
    Ok(located)
}

fn matches(criteria: &Criteria, candidate: Candidate<'_>, now: Timestamp) -> Result<bool, Untold> {
    let Criteria { attributes, storage, object_group_member, offset: _, maximum: _ } = criteria;
    let Candidate { key, told } = candidate;
    let stored = key.life.state_at(now);
    if !is_stored_there(*storage, stored) || !object_group_member.is_none_or(|member| is_member(key, member)) {
        return Ok(false);
    }
    // The state comes last: if anything else rules the object out, it need not be told.
    let has = key.attributes(told.unwrap_or(stored));
    let asks_state = |attribute: &&Attribute| attribute.name() == AttributeName::State;
    let is_met = |wanted: &Attribute| match wanted.as_date() {
        Some(_) => has.iter().any(|one| is_in_range(attributes, &one.attribute, wanted)),
        None => has.iter().any(|one| fits(&one.attribute, wanted)),
    };
    if !attributes.iter().filter(|attribute| !asks_state(attribute)).all(is_met) {
        return Ok(false);
    }
    let mut states = attributes.iter().filter(asks_state).peekable();
    if states.peek().is_some() {
        told?;
    }
    Ok(states.all(is_met))
}

fn is_stored_there(storage: Option<StorageStatus>, state: State) -> bool {
    // A mask without a bit is sent by clients that mean nothing by it.
    let storage = storage.filter(|storage| storage.online || storage.destroyed);
    let StorageStatus { online, destroyed } = storage.unwrap_or(StorageStatus { online: true, destroyed: false });
    if state.is_destroyed() { destroyed } else { online }
}

fn is_member(key: &MasterKey, member: ObjectGroupMember) -> bool {
    let in_object_group = key.described.iter().any(|one| one.attribute.name() == AttributeName::ObjectGroup);
    let fresh = key.fresh == Some(true);
    in_object_group && fresh == (member == ObjectGroupMember::Fresh)
}

fn fits(present: &Attribute, wanted: &Attribute) -> bool {
    let mask = |attribute: &Attribute| -> Option<UsageMask> {
        if let Attribute::CryptographicUsageMask(mask) = attribute { Some(*mask) } else { None }
    };
    match (mask(present), mask(wanted)) {
        (Some(present), Some(wanted)) => present.contains(wanted),
        (None, None) => present == wanted,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Tells whether a date lies between the wanted ones of its name, which for a single one is: is it.
fn is_in_range(attributes: &[Attribute], present: &Attribute, wanted: &Attribute) -> bool {
    let name = wanted.name();
    if present.name() != name {
        return false;
    }
    let seconds = |attribute: &Attribute| attribute.as_date().map(Timestamp::as_secs);
    let ends = || attributes.iter().filter(|attribute| attribute.name() == name).filter_map(seconds);
    match (seconds(present), ends().min(), ends().max()) {
        (Some(present), Some(first), Some(last)) => (first..=last).contains(&present),
        (Some(_) | None, _, _) => false,
    }
}

#[cfg(test)]
mod tests;
