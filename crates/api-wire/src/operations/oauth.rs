//! The endpoints of the token service. They are no operations, and have no entry in the registry.

/// An endpoint of the token service. It is no operation: no version, no envelope, and its errors
/// have the shape OAuth gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OauthEndpoint {
    /// The path; the method is POST.
    pub path: &'static str,
    /// Its name in documents.
    pub operation_id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// Where a service account gets an access token.
/// Source: contract.md 7.2.
pub static OAUTH_TOKEN: OauthEndpoint = OauthEndpoint {
    path: "/api/oauth/token",
    operation_id: "createAccessToken",
    summary: "Trade a service account's credentials for an access token",
};

/// Where a service account gives an access token back.
/// Source: contract.md 7.2.
pub static OAUTH_REVOKE: OauthEndpoint = OauthEndpoint {
    path: "/api/oauth/revoke",
    operation_id: "revokeAccessToken",
    summary: "End an access token before it expires",
};
