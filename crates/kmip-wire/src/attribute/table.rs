//! Every attribute of KMIP 1.4: its value's type, its name, and the version that brought it. It
//! must not know which of them anybody keeps.

use std::borrow::Cow;

use crate::attribute::{
    AlternativeName, ApplicationSpecificInformation, AttributeName, Digest, Link, Name, RevocationReason, UsageLimits,
};
use crate::cryptographic_parameters::CryptographicParameters;
use crate::enumeration::{CryptographicAlgorithm, ObjectType, State};
use crate::error::DecodeError;
use crate::mask::UsageMask;
use crate::tag::Tag;
use crate::ttlv::{DateTime, Decode, Encode, Interval, Item, Value, Writer};
use crate::version::Version;

macro_rules! attributes {
    (
        typed { $($variant:ident($type:ty) $constant:ident $name:literal $since:ident,)* }
        untyped { $($other:ident $other_name:literal $other_since:ident,)* }
    ) => {
        impl AttributeName {
            $(
                #[doc = $name]
                pub const $constant: Self = Self(Cow::Borrowed($name));
            )*
            $(
                #[doc = $other_name]
                pub const $other: Self = Self(Cow::Borrowed($other_name));
            )*

            /// Says which version brought the attribute. None for a custom or an unknown name.
            #[must_use]
            pub fn since(&self) -> Option<Version> {
                match self.as_str() {
                    $($name => Some(Version::$since),)*
                    $($other_name => Some(Version::$other_since),)*
                    _ => None,
                }
            }
        }

        /// The value of an attribute; it implies the name.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum AttributeValue {
            $(
                #[doc = $name]
                $variant($type),
            )*
            /// A custom attribute, one whose value we do not take apart, or one that nobody knows.
            Other {
                /// The name.
                name: AttributeName,
                /// The value.
                value: Value,
            },
        }

        impl AttributeValue {
            /// Gives the name that goes with the value.
            #[must_use]
            pub fn name(&self) -> AttributeName {
                match self {
                    $(Self::$variant(_) => AttributeName::$constant,)*
                    Self::Other { name, .. } => name.clone(),
                }
            }

            /// Reads the value that goes with the name.
            /// Errors: `InAttribute` where a known attribute has a wrong value.
            pub(super) fn from_item(name: AttributeName, item: &Item<'_>) -> Result<Self, DecodeError> {
                Ok(match name.as_str() {
                    $($name => Self::$variant(typed($name, item)?),)*
                    _ => Self::Other { name, value: Value::from_item(item)? },
                })
            }
        }

        impl Encode for AttributeValue {
            fn encode(&self, tag: Tag, to: &mut Writer) {
                match self {
                    $(Self::$variant(value) => to.put(tag, value),)*
                    Self::Other { value, .. } => to.put(tag, value),
                }
            }
        }
    };
}

// Source: KMIP 1.4, section 3, and the same section of 1.0 to 1.3 for the version.
attributes! {
    typed {
        UniqueIdentifier(String) UNIQUE_IDENTIFIER "Unique Identifier" V1_0,
        Name(Name) NAME "Name" V1_0,
        ObjectType(ObjectType) OBJECT_TYPE "Object Type" V1_0,
        CryptographicAlgorithm(CryptographicAlgorithm) CRYPTOGRAPHIC_ALGORITHM "Cryptographic Algorithm" V1_0,
        CryptographicLength(u32) CRYPTOGRAPHIC_LENGTH "Cryptographic Length" V1_0,
        CryptographicParameters(Box<CryptographicParameters>) CRYPTOGRAPHIC_PARAMETERS "Cryptographic Parameters" V1_0,
        Digest(Digest) DIGEST "Digest" V1_0,
        OperationPolicyName(String) OPERATION_POLICY_NAME "Operation Policy Name" V1_0,
        CryptographicUsageMask(UsageMask) CRYPTOGRAPHIC_USAGE_MASK "Cryptographic Usage Mask" V1_0,
        LeaseTime(Interval) LEASE_TIME "Lease Time" V1_0,
        UsageLimits(UsageLimits) USAGE_LIMITS "Usage Limits" V1_0,
        State(State) STATE "State" V1_0,
        InitialDate(DateTime) INITIAL_DATE "Initial Date" V1_0,
        ActivationDate(DateTime) ACTIVATION_DATE "Activation Date" V1_0,
        ProcessStartDate(DateTime) PROCESS_START_DATE "Process Start Date" V1_0,
        ProtectStopDate(DateTime) PROTECT_STOP_DATE "Protect Stop Date" V1_0,
        DeactivationDate(DateTime) DEACTIVATION_DATE "Deactivation Date" V1_0,
        DestroyDate(DateTime) DESTROY_DATE "Destroy Date" V1_0,
        CompromiseOccurrenceDate(DateTime) COMPROMISE_OCCURRENCE_DATE "Compromise Occurrence Date" V1_0,
        CompromiseDate(DateTime) COMPROMISE_DATE "Compromise Date" V1_0,
        RevocationReason(RevocationReason) REVOCATION_REASON "Revocation Reason" V1_0,
        ArchiveDate(DateTime) ARCHIVE_DATE "Archive Date" V1_0,
        ObjectGroup(String) OBJECT_GROUP "Object Group" V1_0,
        Fresh(bool) FRESH "Fresh" V1_1,
        Link(Link) LINK "Link" V1_0,
        ApplicationSpecificInformation(ApplicationSpecificInformation)
            APPLICATION_SPECIFIC_INFORMATION "Application Specific Information" V1_0,
        ContactInformation(String) CONTACT_INFORMATION "Contact Information" V1_0,
        LastChangeDate(DateTime) LAST_CHANGE_DATE "Last Change Date" V1_0,
        AlternativeName(AlternativeName) ALTERNATIVE_NAME "Alternative Name" V1_2,
        KeyValuePresent(bool) KEY_VALUE_PRESENT "Key Value Present" V1_2,
        OriginalCreationDate(DateTime) ORIGINAL_CREATION_DATE "Original Creation Date" V1_2,
        Description(String) DESCRIPTION "Description" V1_4,
        Comment(String) COMMENT "Comment" V1_4,
        Sensitive(bool) SENSITIVE "Sensitive" V1_4,
        AlwaysSensitive(bool) ALWAYS_SENSITIVE "Always Sensitive" V1_4,
        Extractable(bool) EXTRACTABLE "Extractable" V1_4,
        NeverExtractable(bool) NEVER_EXTRACTABLE "Never Extractable" V1_4,
    }
    untyped {
        CRYPTOGRAPHIC_DOMAIN_PARAMETERS "Cryptographic Domain Parameters" V1_0,
        CERTIFICATE_TYPE "Certificate Type" V1_0,
        CERTIFICATE_LENGTH "Certificate Length" V1_1,
        CERTIFICATE_IDENTIFIER "Certificate Identifier" V1_0,
        CERTIFICATE_SUBJECT "Certificate Subject" V1_0,
        CERTIFICATE_ISSUER "Certificate Issuer" V1_0,
        X_509_CERTIFICATE_IDENTIFIER "X.509 Certificate Identifier" V1_1,
        X_509_CERTIFICATE_SUBJECT "X.509 Certificate Subject" V1_1,
        X_509_CERTIFICATE_ISSUER "X.509 Certificate Issuer" V1_1,
        DIGITAL_SIGNATURE_ALGORITHM "Digital Signature Algorithm" V1_1,
        KEY_VALUE_LOCATION "Key Value Location" V1_2,
        RANDOM_NUMBER_GENERATOR "Random Number Generator" V1_3,
        PKCS12_FRIENDLY_NAME "PKCS#12 Friendly Name" V1_4,
    }
}

fn typed<T: Decode>(attribute: &'static str, item: &Item<'_>) -> Result<T, DecodeError> {
    item.decoded().map_err(|source| DecodeError::InAttribute { attribute, source: Box::new(source) })
}
