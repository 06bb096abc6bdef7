//! Resource Manager's 401s: no token, or one that does not open it. It must not know what a token is made of.

use time::OffsetDateTime;

use crate::azure::caller::TokenFault;
use crate::azure::error::ApiError;
use crate::azure::token::issuer;

const AUDIENCES: &str = "'https://management.core.windows.net/','https://management.core.windows.net',\
                         'https://management.azure.com/','https://management.azure.com'";

pub(super) fn missing() -> ApiError {
    refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.".to_owned())
}

/// Unit: s since 1970.
pub(super) fn refusal(fault: &TokenFault, now: i64) -> ApiError {
    match fault {
        TokenFault::Broken => refuse("InvalidAuthenticationToken", "The access token is invalid.".to_owned()),
        TokenFault::Expired(at) => refuse(
            "ExpiredAuthenticationToken",
            format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                shown(*at),
                shown(now)
            ),
        ),
        TokenFault::Audience(found) => refuse(
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{found}'. It should exactly match \
                 with one of the allowed audiences {AUDIENCES}."
            ),
        ),
        TokenFault::Orphan => {
            refuse("InvalidAuthenticationToken", "The access token's service principal is gone.".to_owned())
        }
    }
}

/// A token of another tenant than the subscription's.
pub(super) fn foreign(found: &str, wanted: &str) -> ApiError {
    refuse(
        "InvalidAuthenticationTokenTenant",
        format!(
            "The access token is from the wrong issuer '{}'. It must match the tenant '{}' associated with this \
             subscription.",
            issuer(found),
            issuer(wanted)
        ),
    )
}

fn refuse(code: &'static str, message: String) -> ApiError {
    let challenge = "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\"";
    ApiError { challenge: Some(challenge.to_owned()), ..ApiError::new(401, code, message) }
}

fn shown(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds).map(|at| at.to_string()).unwrap_or_default()
}
