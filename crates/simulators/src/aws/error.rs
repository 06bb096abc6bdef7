//! An AWS error before a protocol spells it: code, status, words.
//! It must not know JSON or XML.

/// What a service refuses with. `code` is the service's own spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    /// Some AWS errors carry no words at all.
    pub(crate) message: Option<String>,
}

impl ServiceError {
    /// Status 400, as nearly all of KMS's.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, status: 400, message: Some(message.into()) }
    }

    pub(crate) fn with_status(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { code, status, message: Some(message.into()) }
    }

    pub(crate) fn bare(code: &'static str) -> Self {
        Self { code, status: 400, message: None }
    }

    /// A fault of ours, in the service's own internal error.
    pub(crate) fn bug(code: &'static str, believed: &'static str) -> Self {
        Self::with_status(code, 500, format!("bug in the simulator: {believed}"))
    }
}
