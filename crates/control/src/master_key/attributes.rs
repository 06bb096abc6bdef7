//! Telling what there is to say about a master key, and whether it may be used. The state that is told follows the
//! customer's key (product.md 3.3). Must not know what an attribute is called on the wire.

use std::sync::Arc;

use domain::master_key::MasterKeyId;
use domain::master_key::access::Act;
use domain::master_key::effective::{LossPolicy, Untold, told_state};
use domain::master_key::lease::covered;
use domain::master_key::state::State;
use domain::master_key::usage::{UsageMask, Use, permit};
use storage::StoredMasterKey;

use super::reading::{Standing, wrapped_by};
use super::{Asker, Attributes, Checked, MasterKeyError};
use crate::{Control, Error};

/// How often a key that is being wrapped again is read again.
const TRIES: u32 = 5;

impl Control {
    /// Tells what there is to say about a key. If its state is wanted, the customer key is checked first, unless that
    /// was done lately.
    /// Errors: `NotFound`.
    /// Cancel: safe; a check under way goes on.
    pub async fn master_key_attributes(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        state_wanted: bool,
    ) -> Result<Attributes, Error> {
        let key = self.master_key_for(asker, Act::ReadAttributes, id).await?;
        let told = self.told(&key, state_wanted).await?;
        Ok(Attributes { key, told })
    }

    /// Tells which of the wanted uses a key is refused for; none if all are allowed.
    /// Errors: `NotFound`, `Untold`.
    /// Cancel: safe.
    pub async fn check_master_key(&self, asker: Asker<'_>, id: MasterKeyId, wanted: Checked) -> Result<Checked, Error> {
        let key = self.master_key_for(asker, Act::Check, id).await?;
        let told = self.told(&key, true).await?.map_err(|Untold| MasterKeyError::Untold)?;
        Ok(Checked { usage: wanted.usage.filter(|usage| !self.allows(&key, *usage, told)) })
    }

    fn allows(&self, stored: &StoredMasterKey, usage: UsageMask, told: State) -> bool {
        let (key, now) = (&stored.key, self.now());
        let may = |bit, wanted| !usage.contains(bit) || permit(wanted, key, now).is_ok();
        // A key whose customer key is lost is used for nothing, whatever is stored.
        let lost = told != key.life.state_at(now);
        key.usage.contains(usage)
            && !lost
            && may(UsageMask::ENCRYPT, Use::Encrypt)
            && may(UsageMask::DECRYPT, Use::Decrypt)
    }

    /// Gives the state to tell. `freshly` has the customer key checked if it was not lately.
    /// Errors: those of the store.
    pub(super) async fn told(
        &self,
        stored: &Arc<StoredMasterKey>,
        freshly: bool,
    ) -> Result<Result<State, Untold>, Error> {
        let mut stored = stored.clone();
        for _ in 0..TRIES {
            let state = stored.key.life.state_at(self.now());
            let follows = matches!(state, State::PreActive | State::Active);
            let Some(by) = wrapped_by(&stored).filter(|_| follows) else { return Ok(Ok(state)) };
            let standing = self.standing(by).await?;
            let standing = if freshly { self.freshened(standing).await? } else { standing };
            match self.rewrapped_meanwhile(&stored, &standing).await? {
                Some(again) => stored = again,
                None => return Ok(self.told_by(state, &standing)),
            }
        }
        Ok(Err(Untold))
    }

    /// Gives the state to tell while the customer key stands so.
    pub(super) fn told_by(&self, state: State, standing: &Standing) -> Result<State, Untold> {
        let covered = covered(standing.reading.last_success, self.lease_terms(), self.boot_now());
        told_state(state, standing.reading.backing, covered, LossPolicy::default(), self.now())
    }
}
