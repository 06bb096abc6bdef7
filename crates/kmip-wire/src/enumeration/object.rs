//! Enumerations that describe managed objects. It must not know what may be done with them.

use super::enumeration;

enumeration! {
    /// What kind of object it is.
    pub struct ObjectType {
        CERTIFICATE = 0x01 "Certificate",
        SYMMETRIC_KEY = 0x02 "Symmetric Key",
        PUBLIC_KEY = 0x03 "Public Key",
        PRIVATE_KEY = 0x04 "Private Key",
        SPLIT_KEY = 0x05 "Split Key",
        TEMPLATE = 0x06 "Template",
        SECRET_DATA = 0x07 "Secret Data",
        OPAQUE_OBJECT = 0x08 "Opaque Object",
        PGP_KEY = 0x09 "PGP Key",
    }
    /// What kind of object it is: the kinds we understand.
    pub enum ObjectKind {
        SymmetricKey = SYMMETRIC_KEY,
        SecretData = SECRET_DATA,
        OpaqueObject = OPAQUE_OBJECT,
    }
}

enumeration! {
    /// Where an object is in its life.
    pub struct State {
        PRE_ACTIVE = 0x01 "Pre-Active",
        ACTIVE = 0x02 "Active",
        DEACTIVATED = 0x03 "Deactivated",
        COMPROMISED = 0x04 "Compromised",
        DESTROYED = 0x05 "Destroyed",
        DESTROYED_COMPROMISED = 0x06 "Destroyed Compromised",
    }
    /// Where an object is in its life: all places there are.
    pub enum LifecycleState {
        PreActive = PRE_ACTIVE,
        Active = ACTIVE,
        Deactivated = DEACTIVATED,
        Compromised = COMPROMISED,
        Destroyed = DESTROYED,
        DestroyedCompromised = DESTROYED_COMPROMISED,
    }
}

enumeration! {
    /// Why an object is revoked.
    pub struct RevocationReasonCode {
        UNSPECIFIED = 0x01 "Unspecified",
        KEY_COMPROMISE = 0x02 "Key Compromise",
        CA_COMPROMISE = 0x03 "CA Compromise",
        AFFILIATION_CHANGED = 0x04 "Affiliation Changed",
        SUPERSEDED = 0x05 "Superseded",
        CESSATION_OF_OPERATION = 0x06 "Cessation Of Operation",
        PRIVILEGE_WITHDRAWN = 0x07 "Privilege Withdrawn",
    }
    /// Why an object is revoked: all causes there are.
    pub enum RevocationCause {
        Unspecified = UNSPECIFIED,
        KeyCompromise = KEY_COMPROMISE,
        CaCompromise = CA_COMPROMISE,
        AffiliationChanged = AFFILIATION_CHANGED,
        Superseded = SUPERSEDED,
        CessationOfOperation = CESSATION_OF_OPERATION,
        PrivilegeWithdrawn = PRIVILEGE_WITHDRAWN,
    }
}

enumeration! {
    /// How key material is laid out.
    pub struct KeyFormatType {
        RAW = 0x01 "Raw",
        OPAQUE = 0x02 "Opaque",
        PKCS_1 = 0x03 "PKCS#1",
        PKCS_8 = 0x04 "PKCS#8",
        X_509 = 0x05 "X.509",
        EC_PRIVATE_KEY = 0x06 "EC Private Key",
        TRANSPARENT_SYMMETRIC_KEY = 0x07 "Transparent Symmetric Key",
        TRANSPARENT_DSA_PRIVATE_KEY = 0x08 "Transparent DSA Private Key",
        TRANSPARENT_DSA_PUBLIC_KEY = 0x09 "Transparent DSA Public Key",
        TRANSPARENT_RSA_PRIVATE_KEY = 0x0a "Transparent RSA Private Key",
        TRANSPARENT_RSA_PUBLIC_KEY = 0x0b "Transparent RSA Public Key",
        TRANSPARENT_DH_PRIVATE_KEY = 0x0c "Transparent DH Private Key",
        TRANSPARENT_DH_PUBLIC_KEY = 0x0d "Transparent DH Public Key",
        TRANSPARENT_ECDSA_PRIVATE_KEY = 0x0e "Transparent ECDSA Private Key",
        TRANSPARENT_ECDSA_PUBLIC_KEY = 0x0f "Transparent ECDSA Public Key",
        TRANSPARENT_ECDH_PRIVATE_KEY = 0x10 "Transparent ECDH Private Key",
        TRANSPARENT_ECDH_PUBLIC_KEY = 0x11 "Transparent ECDH Public Key",
        TRANSPARENT_ECMQV_PRIVATE_KEY = 0x12 "Transparent ECMQV Private Key",
        TRANSPARENT_ECMQV_PUBLIC_KEY = 0x13 "Transparent ECMQV Public Key",
        TRANSPARENT_EC_PRIVATE_KEY = 0x14 "Transparent EC Private Key",
        TRANSPARENT_EC_PUBLIC_KEY = 0x15 "Transparent EC Public Key",
        PKCS_12 = 0x16 "PKCS#12",
    }
}

enumeration! {
    /// How a point on a curve is compressed. Old clients send it with symmetric keys too.
    pub struct KeyCompressionType {
        EC_PUBLIC_KEY_TYPE_UNCOMPRESSED = 0x01 "EC Public Key Type Uncompressed",
        EC_PUBLIC_KEY_TYPE_X9_62_COMPRESSED_PRIME = 0x02 "EC Public Key Type X9.62 Compressed Prime",
        EC_PUBLIC_KEY_TYPE_X9_62_COMPRESSED_CHAR2 = 0x03 "EC Public Key Type X9.62 Compressed Char2",
        EC_PUBLIC_KEY_TYPE_X9_62_HYBRID = 0x04 "EC Public Key Type X9.62 Hybrid",
    }
}

enumeration! {
    /// Whether a key is wanted as it was registered.
    pub struct KeyWrapType {
        NOT_WRAPPED = 0x01 "Not Wrapped",
        AS_REGISTERED = 0x02 "As Registered",
    }
}

enumeration! {
    /// What a secret is.
    pub struct SecretDataType {
        PASSWORD = 0x01 "Password",
        SEED = 0x02 "Seed",
    }
}

enumeration! {
    /// What opaque bytes are; the standard names only vendor numbers.
    pub struct OpaqueDataType {
        NONE = 0x8000_0000 "None",
    }
}

enumeration! {
    /// What kind of text a name is.
    pub struct NameType {
        UNINTERPRETED_TEXT_STRING = 0x01 "Uninterpreted Text String",
        URI = 0x02 "URI",
    }
}

enumeration! {
    /// What kind of text an alternative name is.
    pub struct AlternativeNameType {
        UNINTERPRETED_TEXT_STRING = 0x01 "Uninterpreted Text String",
        URI = 0x02 "URI",
        OBJECT_SERIAL_NUMBER = 0x03 "Object Serial Number",
        EMAIL_ADDRESS = 0x04 "Email Address",
        DNS_NAME = 0x05 "DNS Name",
        X500_DISTINGUISHED_NAME = 0x06 "X.500 Distinguished Name",
        IP_ADDRESS = 0x07 "IP Address",
    }
}

enumeration! {
    /// How two objects belong together.
    pub struct LinkType {
        CERTIFICATE_LINK = 0x101 "Certificate Link",
        PUBLIC_KEY_LINK = 0x102 "Public Key Link",
        PRIVATE_KEY_LINK = 0x103 "Private Key Link",
        DERIVATION_BASE_OBJECT_LINK = 0x104 "Derivation Base Object Link",
        DERIVED_KEY_LINK = 0x105 "Derived Key Link",
        REPLACEMENT_OBJECT_LINK = 0x106 "Replacement Object Link",
        REPLACED_OBJECT_LINK = 0x107 "Replaced Object Link",
        PARENT_LINK = 0x108 "Parent Link",
        CHILD_LINK = 0x109 "Child Link",
        PREVIOUS_LINK = 0x10a "Previous Link",
        NEXT_LINK = 0x10b "Next Link",
        PKCS12_CERTIFICATE_LINK = 0x10c "PKCS#12 Certificate Link",
        PKCS12_PASSWORD_LINK = 0x10d "PKCS#12 Password Link",
    }
}

enumeration! {
    /// What a usage limit counts.
    pub struct UsageLimitsUnit {
        BYTE = 0x01 "Byte",
        OBJECT = 0x02 "Object",
    }
}

enumeration! {
    /// Which members of an object group to find.
    pub struct ObjectGroupMember {
        FRESH = 0x01 "Fresh Object Group Member",
        DEFAULT = 0x02 "Default Object Group Member",
    }
}
