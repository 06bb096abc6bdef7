//! Bit masks, which the wire carries as Integers. A bit we do not know stays. It must not know
//! what a bit permits.

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Decode, Encode, Item, ItemType, Writer};

macro_rules! mask {
    ($(#[$about:meta])* pub struct $mask:ident { $($bit:ident = $number:literal $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $mask(i32);

        impl $mask {
            /// No bit at all. Clients send it.
            pub const NONE: Self = Self(0);
            $(
                #[doc = $name]
                pub const $bit: Self = Self($number);
            )*

            /// Takes the bits off the wire, known or not.
            #[must_use]
            pub const fn from_bits(bits: i32) -> Self {
                Self(bits)
            }

            /// Gives the bits that the wire carries.
            #[must_use]
            pub const fn bits(self) -> i32 {
                self.0
            }

            /// Says whether every bit of `other` is set.
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

        impl Decode for $mask {
            const TYPE: ItemType = ItemType::Integer;

            fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
                i32::decode(item).map(Self)
            }
        }

        impl Encode for $mask {
            fn encode(&self, tag: Tag, to: &mut Writer) {
                self.0.encode(tag, to);
            }
        }
    };
}

mask! {
    /// What a key may be used for.
    /// Source: KMIP 1.4, section 9.1.3.3.1.
    pub struct UsageMask {
        SIGN = 0x1 "Sign",
        VERIFY = 0x2 "Verify",
        ENCRYPT = 0x4 "Encrypt",
        DECRYPT = 0x8 "Decrypt",
        WRAP_KEY = 0x10 "Wrap Key",
        UNWRAP_KEY = 0x20 "Unwrap Key",
        EXPORT = 0x40 "Export",
        MAC_GENERATE = 0x80 "MAC Generate",
        MAC_VERIFY = 0x100 "MAC Verify",
        DERIVE_KEY = 0x200 "Derive Key",
        CONTENT_COMMITMENT = 0x400 "Content Commitment",
        KEY_AGREEMENT = 0x800 "Key Agreement",
        CERTIFICATE_SIGN = 0x1000 "Certificate Sign",
        CRL_SIGN = 0x2000 "CRL Sign",
        GENERATE_CRYPTOGRAM = 0x4000 "Generate Cryptogram",
        VALIDATE_CRYPTOGRAM = 0x8000 "Validate Cryptogram",
        TRANSLATE_ENCRYPT = 0x1_0000 "Translate Encrypt",
        TRANSLATE_DECRYPT = 0x2_0000 "Translate Decrypt",
        TRANSLATE_WRAP = 0x4_0000 "Translate Wrap",
        TRANSLATE_UNWRAP = 0x8_0000 "Translate Unwrap",
    }
}

mask! {
    /// Where Locate looks.
    /// Source: KMIP 1.4, section 9.1.3.3.2.
    pub struct StorageStatusMask {
        ONLINE_STORAGE = 0x1 "On-line storage",
        ARCHIVAL_STORAGE = 0x2 "Archival storage",
        DESTROYED_STORAGE = 0x4 "Destroyed storage",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_held_against_bits() {
        let both = UsageMask::ENCRYPT.with(UsageMask::DECRYPT);
        assert_eq!(both.bits(), 12);
        assert!(both.contains(UsageMask::DECRYPT));
        assert!(both.contains(UsageMask::NONE));
        assert!(!both.contains(UsageMask::SIGN));
        assert!(!both.contains(UsageMask::DECRYPT.with(UsageMask::SIGN)));
    }
}
