//! What can be said about a master key: which attributes there are, how many of each, and who may set, change and
//! delete them. Nobody gains by changing attributes what another operation would refuse: state, owner and dates that
//! have come are the server's alone, and what a key may be used for is fixed when it is made.
//!
//! ```text
//!                                          many   at birth   added later      changed         deleted
//!   Unique Identifier, Object Type, State,
//!   Initial, Destroy, Last Change Date,
//!   Compromise (Occurrence) Date,
//!   Revocation Reason                      -      -          -                -               -
//!   Algorithm, Length, Usage Mask, Fresh   -      yes        -                -               -
//!   Activation Date                        -      yes        Pre-Active       Pre-Active      -
//!   Process Start, Protect Stop,
//!   Deactivation Date                      -      yes        until the end of use (both)      -
//!   Operation Policy Name (of no effect)   -      yes        yes              -               -
//!   Object Group                           yes    yes        yes              -               -
//!   Name, Alternative Name, Application
//!   Specific Information, custom x-        yes    yes        yes              yes             yes
//!   Contact Information, Description,
//!   Comment                                -      yes        yes              yes             yes
//! ```
//!
//! A destroyed object keeps what was said about it, and nothing more is said. Other attributes of the standard are
//! not kept here at all. Source: KMIP 1.4, section 3. Must not know the attributes' wire names.

mod change;
mod value;

use crate::master_key::state::{Ending, State};
use crate::master_key::usage::UsageMask;
use crate::master_key::{Algorithm, MasterKeyId, ObjectType};
use crate::time::Timestamp;

pub use change::{AttributeRefusal, add, delete, modify, taken_names};
pub(super) use change::{admit, refuse_taken, set_date};
pub(super) use value::is_words;
pub use value::{AlternativeName, ApplicationSpecificInformation, CustomName, CustomValue, Name, NameKind};

/// One of perhaps several attributes of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Which of its kind. It stays the same when others go.
    pub index: u32,
    /// The attribute.
    pub attribute: Attribute,
}

/// Who may do what with an attribute. See the table in the file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    ServerAlone,
    AtBirth,
    BeforeActive,
    BeforeEnd,
    AddOnly,
    Free,
}

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident($type:ty) $many:literal $leave:ident,)*) => {
        /// An attribute with its value.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Attribute {
            $($(#[$doc])* $name($type),)*
            /// What a client (`x-`) or a server (`y-`) made up.
            Custom {
                /// Its name.
                name: CustomName,
                /// Its value.
                value: CustomValue,
            },
        }

        /// Which attribute it is.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AttributeName {
            $($(#[$doc])* $name,)*
            /// What a client (`x-`) or a server (`y-`) made up.
            Custom(CustomName),
        }

        impl Attribute {
            /// Says which attribute it is.
            #[must_use]
            pub fn name(&self) -> AttributeName {
                match self {
                    $(Self::$name(_) => AttributeName::$name,)*
                    Self::Custom { name, .. } => AttributeName::Custom(name.clone()),
                }
            }
        }

        impl AttributeName {
            /// Every attribute of the standard that is kept.
            pub const STANDARD: &[Self] = &[$(Self::$name,)*];

            /// Tells whether an object can have several.
            #[must_use]
            pub const fn is_many(&self) -> bool {
                match self {
                    $(Self::$name => $many,)*
                    Self::Custom(_) => true,
                }
            }

            pub(super) fn leave(&self) -> Leave {
                match self {
                    $(Self::$name => Leave::$leave,)*
                    Self::Custom(name) if name.is_servers() => Leave::ServerAlone,
                    Self::Custom(_) => Leave::Free,
                }
            }
        }
    };
}

attributes! {
    /// The object's id.
    UniqueIdentifier(MasterKeyId) false ServerAlone,
    /// What kind of object it is.
    ObjectType(ObjectType) false ServerAlone,
    /// A name, the only one of its kind among its owner's objects that are not destroyed.
    Name(Name) true Free,
    /// A further name that need not be unique.
    AlternativeName(AlternativeName) true Free,
    /// What it is a key for.
    CryptographicAlgorithm(Algorithm) false AtBirth,
    /// How long it is. Unit: bits.
    CryptographicLength(u32) false AtBirth,
    /// What it may be used for.
    CryptographicUsageMask(UsageMask) false AtBirth,
    /// A name of rules that other servers have. Kept, given back, and of no effect.
    OperationPolicyName(String) false AddOnly,
    /// Where it is in its life.
    State(State) false ServerAlone,
    /// When it was made.
    InitialDate(Timestamp) false ServerAlone,
    /// When it is, or was, activated.
    ActivationDate(Timestamp) false BeforeActive,
    /// Before it nothing is decrypted.
    ProcessStartDate(Timestamp) false BeforeEnd,
    /// From it on nothing is encrypted.
    ProtectStopDate(Timestamp) false BeforeEnd,
    /// When it is, or was, deactivated.
    DeactivationDate(Timestamp) false BeforeEnd,
    /// When it was destroyed.
    DestroyDate(Timestamp) false ServerAlone,
    /// Since when others may have known it.
    CompromiseOccurrenceDate(Timestamp) false ServerAlone,
    /// When that was told.
    CompromiseDate(Timestamp) false ServerAlone,
    /// Why its use was ended.
    RevocationReason(Ending) false ServerAlone,
    /// A set of objects that it belongs to.
    ObjectGroup(String) true AddOnly,
    /// Whether it was never released.
    Fresh(bool) false AtBirth,
    /// What an application keeps with it.
    ApplicationSpecificInformation(ApplicationSpecificInformation) true Free,
    /// Whom to ask about it.
    ContactInformation(String) false Free,
    /// What it is, in somebody's words.
    Description(String) false Free,
    /// A remark.
    Comment(String) false Free,
    /// When anything about it changed last.
    LastChangeDate(Timestamp) false ServerAlone,
}

impl Attribute {
    /// Gives the name, if it is one.
    #[must_use]
    pub const fn as_name(&self) -> Option<&Name> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    /// Gives the date, if it is one.
    #[must_use]
    pub const fn as_date(&self) -> Option<Timestamp> {
        match self {
            Self::InitialDate(date)
            | Self::ActivationDate(date)
            | Self::ProcessStartDate(date)
            | Self::ProtectStopDate(date)
            | Self::DeactivationDate(date)
            | Self::DestroyDate(date)
            | Self::CompromiseOccurrenceDate(date)
            | Self::CompromiseDate(date)
            | Self::LastChangeDate(date) => Some(*date),
            Self::UniqueIdentifier(_)
            | Self::ObjectType(_)
            | Self::Name(_)
            | Self::AlternativeName(_)
            | Self::CryptographicAlgorithm(_)
            | Self::CryptographicLength(_)
            | Self::CryptographicUsageMask(_)
            | Self::OperationPolicyName(_)
            | Self::State(_)
            | Self::RevocationReason(_)
            | Self::ObjectGroup(_)
            | Self::Fresh(_)
            | Self::ApplicationSpecificInformation(_)
            | Self::ContactInformation(_)
            | Self::Description(_)
            | Self::Comment(_)
            | Self::Custom { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
