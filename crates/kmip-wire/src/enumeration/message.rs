//! Enumerations that messages are made of. It must not know payloads.

use super::enumeration;

enumeration! {
    /// How a batch item went.
    pub struct ResultStatus {
        SUCCESS = 0x00 "Success",
        OPERATION_FAILED = 0x01 "Operation Failed",
        OPERATION_PENDING = 0x02 "Operation Pending",
        OPERATION_UNDONE = 0x03 "Operation Undone",
    }
}

enumeration! {
    /// Why a batch item failed, as 1.x numbers it.
    pub struct ResultReason {
        ITEM_NOT_FOUND = 0x01 "Item Not Found",
        RESPONSE_TOO_LARGE = 0x02 "Response Too Large",
        AUTHENTICATION_NOT_SUCCESSFUL = 0x03 "Authentication Not Successful",
        INVALID_MESSAGE = 0x04 "Invalid Message",
        OPERATION_NOT_SUPPORTED = 0x05 "Operation Not Supported",
        MISSING_DATA = 0x06 "Missing Data",
        INVALID_FIELD = 0x07 "Invalid Field",
        FEATURE_NOT_SUPPORTED = 0x08 "Feature Not Supported",
        OPERATION_CANCELED_BY_REQUESTER = 0x09 "Operation Canceled By Requester",
        CRYPTOGRAPHIC_FAILURE = 0x0a "Cryptographic Failure",
        ILLEGAL_OPERATION = 0x0b "Illegal Operation",
        PERMISSION_DENIED = 0x0c "Permission Denied",
        OBJECT_ARCHIVED = 0x0d "Object Archived",
        INDEX_OUT_OF_BOUNDS = 0x0e "Index Out Of Bounds",
        APPLICATION_NAMESPACE_NOT_SUPPORTED = 0x0f "Application Namespace Not Supported",
        KEY_FORMAT_TYPE_NOT_SUPPORTED = 0x10 "Key Format Type Not Supported",
        KEY_COMPRESSION_TYPE_NOT_SUPPORTED = 0x11 "Key Compression Type Not Supported",
        ENCODING_OPTION_ERROR = 0x12 "Encoding Option Error",
        KEY_VALUE_NOT_PRESENT = 0x13 "Key Value Not Present",
        ATTESTATION_REQUIRED = 0x14 "Attestation Required",
        ATTESTATION_FAILED = 0x15 "Attestation Failed",
        SENSITIVE = 0x16 "Sensitive",
        NOT_EXTRACTABLE = 0x17 "Not Extractable",
        OBJECT_ALREADY_EXISTS = 0x18 "Object Already Exists",
        GENERAL_FAILURE = 0x100 "General Failure",
    }
}

enumeration! {
    /// What to do with the rest of a batch after a failure.
    pub struct BatchErrorContinuation {
        CONTINUE = 0x01 "Continue",
        STOP = 0x02 "Stop",
        UNDO = 0x03 "Undo",
    }
    /// What to do with the rest of a batch after a failure: the ways we understand.
    pub enum ErrorContinuation {
        Continue = CONTINUE,
        Stop = STOP,
        Undo = UNDO,
    }
}

enumeration! {
    /// What kind of credential a request carries beside the certificate.
    pub struct CredentialType {
        USERNAME_AND_PASSWORD = 0x01 "Username And Password",
        DEVICE = 0x02 "Device",
        ATTESTATION = 0x03 "Attestation",
    }
}

enumeration! {
    /// What a client can attest with.
    pub struct AttestationType {
        TPM_QUOTE = 0x01 "TPM Quote",
        TCG_INTEGRITY_REPORT = 0x02 "TCG Integrity Report",
        SAML_ASSERTION = 0x03 "SAML Assertion",
    }
}
