//! Every operation of KMIP 1.4 by its number, ours or not. It must not know payloads.

use super::enumeration;
use crate::version::Version;

enumeration! {
    /// An operation, as the wire numbers it.
    pub struct OperationCode {
        CREATE = 0x01 "Create",
        CREATE_KEY_PAIR = 0x02 "Create Key Pair",
        REGISTER = 0x03 "Register",
        REKEY = 0x04 "Re-key",
        DERIVE_KEY = 0x05 "Derive Key",
        CERTIFY = 0x06 "Certify",
        RECERTIFY = 0x07 "Re-certify",
        LOCATE = 0x08 "Locate",
        CHECK = 0x09 "Check",
        GET = 0x0a "Get",
        GET_ATTRIBUTES = 0x0b "Get Attributes",
        GET_ATTRIBUTE_LIST = 0x0c "Get Attribute List",
        ADD_ATTRIBUTE = 0x0d "Add Attribute",
        MODIFY_ATTRIBUTE = 0x0e "Modify Attribute",
        DELETE_ATTRIBUTE = 0x0f "Delete Attribute",
        OBTAIN_LEASE = 0x10 "Obtain Lease",
        GET_USAGE_ALLOCATION = 0x11 "Get Usage Allocation",
        ACTIVATE = 0x12 "Activate",
        REVOKE = 0x13 "Revoke",
        DESTROY = 0x14 "Destroy",
        ARCHIVE = 0x15 "Archive",
        RECOVER = 0x16 "Recover",
        VALIDATE = 0x17 "Validate",
        QUERY = 0x18 "Query",
        CANCEL = 0x19 "Cancel",
        POLL = 0x1a "Poll",
        NOTIFY = 0x1b "Notify",
        PUT = 0x1c "Put",
        REKEY_KEY_PAIR = 0x1d "Re-key Key Pair",
        DISCOVER_VERSIONS = 0x1e "Discover Versions",
        ENCRYPT = 0x1f "Encrypt",
        DECRYPT = 0x20 "Decrypt",
        SIGN = 0x21 "Sign",
        SIGNATURE_VERIFY = 0x22 "Signature Verify",
        MAC = 0x23 "MAC",
        MAC_VERIFY = 0x24 "MAC Verify",
        RNG_RETRIEVE = 0x25 "RNG Retrieve",
        RNG_SEED = 0x26 "RNG Seed",
        HASH = 0x27 "Hash",
        CREATE_SPLIT_KEY = 0x28 "Create Split Key",
        JOIN_SPLIT_KEY = 0x29 "Join Split Key",
        IMPORT = 0x2a "Import",
        EXPORT = 0x2b "Export",
    }
}

impl OperationCode {
    /// Says which version brought the operation. An unknown one is newer than all we speak, or a vendor's.
    #[must_use]
    pub fn since(self) -> Option<Version> {
        match self.number() {
            0x01..=0x1c => Some(Version::V1_0),
            0x1d..=0x1e => Some(Version::V1_1),
            0x1f..=0x29 => Some(Version::V1_2),
            0x2a..=0x2b => Some(Version::V1_4),
            _ => None,
        }
    }

    /// Says whether a message in `version` may name the operation.
    #[must_use]
    pub fn exists_in(self, version: Version) -> bool {
        self.since().is_some_and(|since| since <= version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn came_with_its_version() {
        let check = |code: OperationCode, expected| assert_eq!(code.since(), expected, "{code}");
        check(OperationCode::GET, Some(Version::V1_0));
        check(OperationCode::DISCOVER_VERSIONS, Some(Version::V1_1));
        check(OperationCode::ENCRYPT, Some(Version::V1_2));
        check(OperationCode::EXPORT, Some(Version::V1_4));
        check(OperationCode::from_number(0x2c), None);
        assert!(!OperationCode::ENCRYPT.exists_in(Version::V1_1));
    }
}
