//! Wrapping one master key anew after its customer key changed. Its sealed bytes stay as they are; only the data key is
//! unwrapped by the old customer key and wrapped by the present one.
//!
//! Nothing is saved before the new wrapping was unwrapped again and opened the sealed bytes: whatever a provider
//! answers, the old wrapping is given up only for one that works. Must not know when this is due.

use domain::customer_key::CustomerKeyNumber;
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{MasterKey, MasterKeyId};
use domain::secret::SecretBytes;
use domain::validity::Failure;
use providers::{Deadline, KeyProvider};
use storage::Outcome;

use crate::master_key::{open_sealed, wrap_context};
use crate::{Control, Error};

/// What became of one master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewrapped {
    /// It is under the present customer key, durably.
    Moved,
    /// Somebody else changed it or the customer key meanwhile; it is looked at again.
    Overtaken,
}

/// Why a master key stays where it is.
#[derive(Debug)]
pub(crate) enum Stuck {
    /// The customer key that it is under does not unwrap it.
    NotUnwrapped(Failure),
    /// The present customer key does not wrap it, or not so that it can be unwrapped.
    NotWrapped(Failure),
    /// Its bytes do not open under the data key that was unwrapped.
    Broken(MasterKeyId),
    /// The new wrapping gave another data key than went in.
    NotProven(MasterKeyId),
    /// The store, or we.
    Us(Error),
}

/// The two ends of a re-wrapping.
pub(crate) struct Move<'m> {
    /// The customer key that the master key is under.
    pub(crate) from: &'m dyn KeyProvider,
    /// The present one.
    pub(crate) to: &'m dyn KeyProvider,
    /// Which one that is.
    pub(crate) number: CustomerKeyNumber,
}

impl Control {
    /// Moves a master key under the present customer key.
    /// Errors: see [`Stuck`]. It is where it was then, and opens as before.
    /// Cancel: it is moved or it is not; both open it.
    pub(crate) async fn rewrap_master_key(
        &self,
        key: &MasterKey,
        wrapped: &WrappedKey,
        step: &Move<'_>,
        deadline: Deadline,
    ) -> Result<Rewrapped, Stuck> {
        let context = wrap_context(key, wrapped.cluster_name.clone());
        let data_key = step.from.unwrap(&context, &wrapped.data_key, deadline).await.map_err(Stuck::NotUnwrapped)?;
        if !opens(key, wrapped, &data_key) {
            return Err(Stuck::Broken(key.id));
        }
        let wrapped_anew = step.to.wrap(&context, &data_key, deadline).await.map_err(Stuck::NotWrapped)?;
        let next = WrappedKey { customer_key: step.number, data_key: wrapped_anew, ..wrapped.clone() };
        let proof = step.to.unwrap(&context, &next.data_key, deadline).await.map_err(Stuck::NotWrapped)?;
        if !opens(key, &next, &proof) {
            return Err(Stuck::NotProven(key.id));
        }
        let saved = self.store().rewrap_master_key(key.id, wrapped.customer_key, &next).await;
        match saved.map_err(|error| Stuck::Us(error.into()))? {
            Outcome::Saved => Ok(Rewrapped::Moved),
            Outcome::Conflict | Outcome::InUse => Ok(Rewrapped::Overtaken),
        }
    }
}

/// Tells whether a data key opens the sealed bytes. What comes out is wiped at once.
fn opens(key: &MasterKey, wrapped: &WrappedKey, data_key: &SecretBytes<32>) -> bool {
    open_sealed(key, wrapped, data_key).is_ok()
}
