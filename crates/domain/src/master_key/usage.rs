//! What a master key may be used for. Get hands it out; Encrypt and Decrypt use it in here.
//!
//! ```text
//!              Pre-Active   Active   Deactivated   Compromised   Destroyed (both)
//!   Get        yes          yes      yes           yes           no
//!   Encrypt    no           mask     no            no            no
//!   Decrypt    no           mask     mask          mask          no
//! ```
//!
//! Get asks for no bit of the mask: drivers register with an empty one and fetch. Pre-Active keys are fetched by
//! clients that never activate, deactivated ones by nodes that rotate. The state is the stored one; whether the
//! customer's key still stands behind it is the business of `lease`. Must not know ciphers.

use crate::master_key::state::State;
use crate::master_key::{Algorithm, Content, MasterKey};
use crate::time::Timestamp;

/// What a key may be used for, as bits that the key protocol numbers. Bits that we do not know are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct UsageMask(i32);

impl UsageMask {
    /// No use in here. Clients send it, and fetch the key.
    pub const NONE: Self = Self(0);
    /// Encrypt.
    pub const ENCRYPT: Self = Self(0x4);
    /// Decrypt.
    pub const DECRYPT: Self = Self(0x8);

    /// Takes bits, known or not.
    #[must_use]
    pub const fn from_bits(bits: i32) -> Self {
        Self(bits)
    }

    /// Gives the bits.
    #[must_use]
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// Tells whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is to be done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// Hand it out.
    Get,
    /// Encrypt with it.
    Encrypt,
    /// Decrypt with it.
    Decrypt,
}

/// Why a key is not used so. The fault is the request's in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseRefusal {
    /// It is destroyed; its owner can bring it back for a while.
    Destroyed,
    /// It is in the wrong state: Encrypt needs Active, Decrypt anything from Active on.
    WrongState {
        /// The state it is in.
        state: State,
    },
    /// Its mask has no such bit, and none is added later: a key made for it is needed.
    NotForThis {
        /// What it may be used for.
        mask: UsageMask,
    },
    /// It is no key of an algorithm that we encrypt with. It can be fetched.
    NotACipherKey,
    /// Its time of protecting is over; it decrypts.
    ProtectStopPassed {
        /// Since when.
        since: Timestamp,
    },
    /// Its time has not come.
    ProcessStartAhead {
        /// When it comes.
        until: Timestamp,
    },
}

/// Tells whether a key can be used so.
/// Errors: why not.
pub fn permit(wanted: Use, key: &MasterKey, now: Timestamp) -> Result<(), UseRefusal> {
    let state = key.life.state_at(now);
    if state.is_destroyed() {
        return Err(UseRefusal::Destroyed);
    }
    let bit = match wanted {
        Use::Get => return Ok(()),
        Use::Encrypt => UsageMask::ENCRYPT,
        Use::Decrypt => UsageMask::DECRYPT,
    };
    if !is_cipher_key(key) {
        return Err(UseRefusal::NotACipherKey);
    }
    if !key.usage.contains(bit) {
        return Err(UseRefusal::NotForThis { mask: key.usage });
    }
    let allowed = match state {
        State::Active => true,
        State::Deactivated | State::Compromised => wanted == Use::Decrypt,
        State::PreActive | State::Destroyed | State::DestroyedCompromised => false,
    };
    if !allowed {
        return Err(UseRefusal::WrongState { state });
    }
    let schedule = key.life.schedule;
    match (wanted, schedule.protect_stop, schedule.process_start) {
        (Use::Encrypt, Some(since), _) if since <= now => Err(UseRefusal::ProtectStopPassed { since }),
        (Use::Decrypt, _, Some(until)) if now < until => Err(UseRefusal::ProcessStartAhead { until }),
        (Use::Get | Use::Encrypt | Use::Decrypt, _, _) => Ok(()),
    }
}

fn is_cipher_key(key: &MasterKey) -> bool {
    matches!((key.content, key.algorithm), (Content::SymmetricKey { .. }, Some(Algorithm::Aes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_key::KeyFormat;
    use crate::master_key::fixture::{NOW, SECOND, key, key_in};

    const BOTH: UsageMask = UsageMask::ENCRYPT.with(UsageMask::DECRYPT);

    fn check(wanted: Use, state: State, mask: UsageMask, expected: Result<(), UseRefusal>) {
        let key = MasterKey { usage: mask, ..key_in(state) };
        assert_eq!(permit(wanted, &key, NOW), expected, "{wanted:?} {state:?} {mask:?}");
    }

    #[test]
    fn every_use_in_every_state() {
        for state in State::ALL {
            let wrong = Err(UseRefusal::WrongState { state });
            let (get, encrypt, decrypt) = match state {
                State::PreActive => (Ok(()), wrong, wrong),
                State::Active => (Ok(()), Ok(()), Ok(())),
                State::Deactivated | State::Compromised => (Ok(()), wrong, Ok(())),
                State::Destroyed | State::DestroyedCompromised => {
                    (Err(UseRefusal::Destroyed), Err(UseRefusal::Destroyed), Err(UseRefusal::Destroyed))
                }
            };
            check(Use::Get, state, BOTH, get);
            check(Use::Get, state, UsageMask::NONE, get);
            check(Use::Encrypt, state, BOTH, encrypt);
            check(Use::Decrypt, state, BOTH, decrypt);
        }
    }

    #[test]
    fn the_mask_speaks_for_one_use_at_a_time() {
        for mask in [UsageMask::NONE, UsageMask::from_bits(0x30), UsageMask::from_bits(i32::MIN)] {
            check(Use::Encrypt, State::Active, mask, Err(UseRefusal::NotForThis { mask }));
            check(Use::Decrypt, State::Active, mask, Err(UseRefusal::NotForThis { mask }));
            check(Use::Get, State::Active, mask, Ok(()));
        }
        let mask = UsageMask::ENCRYPT;
        check(Use::Encrypt, State::Active, mask, Ok(()));
        check(Use::Decrypt, State::Active, mask, Err(UseRefusal::NotForThis { mask }));
        let mask = UsageMask::DECRYPT;
        check(Use::Encrypt, State::Active, mask, Err(UseRefusal::NotForThis { mask }));
        check(Use::Decrypt, State::Active, mask, Ok(()));
        check(Use::Encrypt, State::Active, UsageMask::from_bits(-1), Ok(()));
    }

    #[test]
    fn only_keys_of_a_cipher_encrypt() {
        let secret = Content::SecretData { kind: 2, format: KeyFormat::Opaque };
        for (content, algorithm) in [
            (secret, Some(Algorithm::Aes)),
            (Content::OpaqueObject { kind: 0x8000_0000 }, None),
            (Content::SymmetricKey { format: KeyFormat::Raw }, Some(Algorithm::Other(2))),
            (Content::SymmetricKey { format: KeyFormat::Raw }, None),
        ] {
            let mut key = key();
            (key.content, key.algorithm, key.usage) = (content, algorithm, BOTH);
            assert_eq!(permit(Use::Encrypt, &key, NOW), Err(UseRefusal::NotACipherKey));
            assert_eq!(permit(Use::Decrypt, &key, NOW), Err(UseRefusal::NotACipherKey));
            assert_eq!(permit(Use::Get, &key, NOW), Ok(()));
        }
    }

    #[test]
    fn dates_bound_each_use_by_itself() {
        let mut key = key();
        key.usage = BOTH;
        key.life.schedule.protect_stop = Some(NOW);
        assert_eq!(permit(Use::Encrypt, &key, NOW), Err(UseRefusal::ProtectStopPassed { since: NOW }));
        assert_eq!(permit(Use::Encrypt, &key, NOW - SECOND), Ok(()));
        assert_eq!(permit(Use::Decrypt, &key, NOW), Ok(()));
        key.life.schedule.process_start = Some(NOW + SECOND);
        assert_eq!(permit(Use::Decrypt, &key, NOW), Err(UseRefusal::ProcessStartAhead { until: NOW + SECOND }));
        assert_eq!(permit(Use::Decrypt, &key, NOW + SECOND), Ok(()));
        assert_eq!(permit(Use::Get, &key, NOW), Ok(()));
        // A date that has come counts, whether or not somebody wrote the new state down.
        key.life.schedule.deactivation = Some(NOW);
        key.life.schedule.protect_stop = None;
        let wrong = Err(UseRefusal::WrongState { state: State::Deactivated });
        assert_eq!(permit(Use::Encrypt, &key, NOW), wrong);
    }
}
