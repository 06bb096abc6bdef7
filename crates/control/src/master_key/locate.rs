//! Finding master keys among those that a node may see: its own, or those of its cluster's clients. A search by name or
//! by id goes by an index; any other looks through all of them, page by page. Must not know what matches what.

use std::collections::HashMap;
use std::sync::Arc;

use domain::master_key::access::{Act, Scope};
use domain::master_key::attribute::{Attribute, AttributeName};
use domain::master_key::effective::Untold;
use domain::master_key::locate::{self, Candidate, Criteria, Located};
use domain::master_key::state::State;
use storage::StoredMasterKey;

use super::reading::wrapped_by;
use super::{Asker, CustomerKeyId, MasterKeyError, Standing};
use crate::{Control, Error};

/// How many keys are read at a time.
const PAGE: i64 = 1_000;

impl Control {
    /// Finds keys.
    /// Errors: `Untold` where a state is asked for that cannot be told of a key that matches otherwise.
    /// Cancel: safe.
    pub async fn locate_master_keys(&self, asker: Asker<'_>, criteria: &Criteria) -> Result<Located, Error> {
        let state_wanted = criteria.attributes.iter().any(|one| one.name() == AttributeName::State);
        let found = self.to_look_through(asker, criteria).await?;
        let told = self.told_of_all(&found, state_wanted).await?;
        let candidates = found.iter().zip(told).map(|(stored, told)| Candidate { key: &stored.key, told });
        locate::locate(criteria, candidates, self.now()).map_err(|Untold| MasterKeyError::Untold.into())
    }

    /// Gives every key that can match, in an order that stays.
    async fn to_look_through(&self, asker: Asker<'_>, criteria: &Criteria) -> Result<Vec<Arc<StoredMasterKey>>, Error> {
        let node = &asker.node.node;
        let scope = Scope::of_node(node);
        let by_id = criteria
            .attributes
            .iter()
            .find_map(|one| if let Attribute::UniqueIdentifier(id) = one { Some(*id) } else { None });
        if let Some(id) = by_id {
            return match self.master_key_for(asker, Act::Locate, id).await {
                Ok(found) => Ok(vec![found]),
                Err(Error::MasterKey(MasterKeyError::NotFound)) => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        let name = criteria.attributes.iter().find_map(Attribute::as_name);
        let destroyed = criteria.storage.is_some_and(|storage| storage.destroyed);
        // Names of destroyed keys are free, so the index does not know them.
        if let Some(name) = name.filter(|_| !destroyed) {
            return Ok(self.store().master_keys_named(scope, std::slice::from_ref(&name.value)).await?);
        }
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.store().master_keys_in_scope(scope, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.id);
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            found.extend(page);
            if is_last {
                return Ok(found);
            }
        }
    }

    /// Gives the state to tell of each. Each customer key is read, and checked if need be, once.
    async fn told_of_all(
        &self,
        found: &[Arc<StoredMasterKey>],
        state_wanted: bool,
    ) -> Result<Vec<Result<State, Untold>>, Error> {
        let now = self.now();
        let mut standings: HashMap<CustomerKeyId, Standing> = HashMap::new();
        let mut told = Vec::with_capacity(found.len());
        for stored in found {
            let state = stored.key.life.state_at(now);
            let follows = state_wanted && matches!(state, State::PreActive | State::Active);
            let Some(by) = wrapped_by(stored).filter(|_| follows) else {
                told.push(Ok(state));
                continue;
            };
            if let Some(standing) = standings.get(&by).filter(|standing| !standing.is_bare()) {
                told.push(self.told_by(state, standing));
                continue;
            }
            let standing = self.freshened(self.standing(by).await?).await?;
            // A re-wrapping under way may have moved this one.
            let moved = standing.is_bare();
            told.push(if moved { self.told(stored, false).await? } else { self.told_by(state, &standing) });
            standings.insert(by, standing);
        }
        Ok(told)
    }
}
