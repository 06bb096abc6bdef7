//! The id of a master key: sixteen random bytes written as a UUID of version 4, 36 characters, which every client
//! takes (R10 of the key protocol's rules). Must not know where randomness comes from: bytes are handed in.

use std::fmt;
use std::str::FromStr;

/// Names a master key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId([u8; 16]);

/// Says that a text is not such an id. To whoever asked, it is the id of no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID of version 4 in 36 lower-case characters")]
pub struct NotAMasterKeyId;

impl MasterKeyId {
    /// Makes an id of sixteen bytes from the system's random generator; six bits of them become version and variant.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        let mut id = u128::from_be_bytes(bytes);
        id &= !(0xf << 76 | 0b11 << 62);
        id |= 0x4 << 76 | 0b10 << 62;
        Self(id.to_be_bytes())
    }

    /// Gives its bytes, as the store and associated data of seals keep them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeyId({self})")
    }
}

impl FromStr for MasterKeyId {
    type Err = NotAMasterKeyId;

    fn from_str(text: &str) -> Result<Self, NotAMasterKeyId> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let number = u128::from_str_radix(&digits, 16).map_err(|_| NotAMasterKeyId)?;
        let id = Self::from_random(number.to_be_bytes());
        // One spelling alone: what we would write is what was read.
        if id.to_string() == text { Ok(id) } else { Err(NotAMasterKeyId) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let id = MasterKeyId::from_random([0xff; 16]);
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(MasterKeyId::from_random([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(MasterKeyId::from_random(*id.as_bytes()), id);
    }

    #[test]
    fn everything_else_names_nothing() {
        for text in [
            "",
            "1",
            "ffffffff-ffff-4fff-bfff-fffffffffff",
            "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
            "ffffffffffff4fffbfffffffffffffff",
            "ffffffff-ffff-5fff-bfff-ffffffffffff",
            "ffffffff-ffff-4fff-7fff-ffffffffffff",
            "ffffffff-ffff-4fff-bfff-ffffffffffff0",
            "+fffffff-ffff-4fff-bfff-ffffffffffff",
            "ffffffff-ffff-4fff-bfff-ffffffff\u{e9}ff",
            "--------------------------------------------",
        ] {
            assert_eq!(text.parse::<MasterKeyId>(), Err(NotAMasterKeyId), "{text}");
        }
    }
}
