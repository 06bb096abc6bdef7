//! Enumerations: each is a newtype with named constants, so an unknown value survives; where we
//! act on a value, a second type lists what we understand. It must not know who acts.
//!
//! Source of all numbers: KMIP 1.4, section 9.1.3.2.

mod cryptography;
mod message;
mod object;
mod operation_code;
mod query;

pub use cryptography::{
    BlockCipherMode, CryptographicAlgorithm, DigitalSignatureAlgorithm, EncodingOption, HashingAlgorithm, KeyRoleType,
    MaskGenerator, PaddingMethod, WrappingMethod,
};
pub use message::{
    AttestationType, BatchErrorContinuation, CredentialType, ErrorContinuation, ResultReason, ResultStatus,
};
pub use object::{
    AlternativeNameType, KeyCompressionType, KeyFormatType, KeyWrapType, LifecycleState, LinkType, NameType,
    ObjectGroupMember, ObjectKind, ObjectType, OpaqueDataType, RevocationCause, RevocationReasonCode, SecretDataType,
    State, UsageLimitsUnit,
};
pub use operation_code::OperationCode;
pub use query::{QueryFunction, QueryTopic};

/// Makes the newtype and, if asked to, the closed enum of what we understand.
macro_rules! enumeration {
    (
        $(#[$about:meta])*
        pub struct $open:ident { $($constant:ident = $number:literal $name:literal,)* }
        $(
            $(#[$closed_about:meta])*
            pub enum $closed:ident { $($variant:ident = $which:ident,)* }
        )?
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $open(u32);

        impl $open {
            $(
                #[doc = $name]
                pub const $constant: Self = Self($number);
            )*

            /// Takes a number off the wire, known or not.
            #[must_use]
            pub const fn from_number(number: u32) -> Self {
                Self(number)
            }

            /// Gives the number that the wire carries.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }

            /// Gives the name that the standard gives the value.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($name),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $open {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "0x{:08x}", self.0),
                }
            }
        }

        impl std::fmt::Debug for $open {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($open))
            }
        }

        impl $crate::ttlv::Decode for $open {
            const TYPE: $crate::ttlv::ItemType = $crate::ttlv::ItemType::Enumeration;

            fn decode(item: &$crate::ttlv::Item<'_>) -> Result<Self, $crate::error::DecodeError> {
                Ok(Self(u32::from_be_bytes(item.array()?)))
            }
        }

        impl $crate::ttlv::Encode for $open {
            fn encode(&self, tag: $crate::tag::Tag, to: &mut $crate::ttlv::Writer) {
                to.item(tag, $crate::ttlv::ItemType::Enumeration, &self.0.to_be_bytes());
            }
        }

        $(
            $(#[$closed_about])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            pub enum $closed {
                $(
                    #[doc = concat!("`", stringify!($which), "` of [`", stringify!($open), "`].")]
                    $variant,
                )*
            }

            impl $open {
                /// Gives the value as one that we understand.
                #[must_use]
                pub const fn known(self) -> Option<$closed> {
                    match self {
                        $(Self::$which => Some($closed::$variant),)*
                        _ => None,
                    }
                }
            }

            impl From<$closed> for $open {
                fn from(known: $closed) -> Self {
                    match known {
                        $($closed::$variant => Self::$which,)*
                    }
                }
            }
        )?
    };
}
use enumeration;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_value_survives_and_a_known_one_has_a_name() {
        assert_eq!(ObjectType::SYMMETRIC_KEY.to_string(), "Symmetric Key");
        assert_eq!(ObjectType::from_number(0x8000_0001).to_string(), "0x80000001");
        assert_eq!(ObjectType::from_number(0x8000_0001).known(), None);
        assert_eq!(format!("{:?}", ResultReason::ITEM_NOT_FOUND), "ResultReason(Item Not Found)");
        assert_eq!(OpaqueDataType::from_number(0x8000_0000).number(), 0x8000_0000);
    }

    #[test]
    fn what_we_understand_goes_there_and_back() {
        for state in 1..=6 {
            let state = State::from_number(state);
            assert_eq!(state.known().map(State::from), Some(state));
        }
        assert_eq!(State::from_number(7).known(), None);
        assert_eq!(ObjectType::CERTIFICATE.known(), None);
        assert_eq!(ObjectType::from(ObjectKind::OpaqueObject).number(), 8);
    }
}
