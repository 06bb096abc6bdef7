//! Key Vault's 401s: the challenge to a client without a token, and what is wrong with a token that was shown.
//! Sure: AKV10000, AKV10022 and AKV10032 with their words, and the challenge. From Microsoft's token library only:
//! the IDX codes. It must not know what a token is made of.

use crate::azure::caller::{Caller, TokenFault};
use crate::azure::error::ApiError;
use crate::azure::token::issuer;
use crate::azure::vault::Vault;
use crate::door::Answer;

/// Answers a request that shows no token at all, as the SDKs' first one does.
pub(crate) fn challenge(vault: &Vault, port: u16) -> Answer {
    missing(vault, port).answer()
}

pub(super) fn missing(vault: &Vault, port: u16) -> ApiError {
    let message = "AKV10000: Request is missing a Bearer or PoP token.";
    ApiError { challenge: Some(words(vault, port)), ..ApiError::new(401, "Unauthorized", message) }
}

pub(super) fn refusal(vault: &Vault, port: u16, fault: TokenFault) -> ApiError {
    let message = match fault {
        TokenFault::Broken => "Error validating token: IDX10511".to_owned(),
        TokenFault::Expired(_) => "Error validating token: IDX10223".to_owned(),
        TokenFault::Audience(found) => {
            format!("AKV10022: Invalid audience. Expected https://vault.azure.net, found: {found}.")
        }
        TokenFault::Orphan => "Error validating token: its service principal is gone.".to_owned(),
    };
    invalid(vault, port, message)
}

/// A token of another tenant than the vault's.
pub(super) fn foreign(vault: &Vault, port: u16, caller: &Caller) -> ApiError {
    let (expected, found) = (issuer(&vault.tenant), issuer(&caller.tenant));
    invalid(vault, port, format!("AKV10032: Invalid issuer. Expected one of {expected}, found {found}."))
}

fn invalid(vault: &Vault, port: u16, message: String) -> ApiError {
    let challenge = format!("{}, error=\"invalid_token\"", words(vault, port));
    ApiError { challenge: Some(challenge), ..ApiError::new(401, "Unauthorized", message) }
}

fn words(vault: &Vault, port: u16) -> String {
    let authority = format!("https://localhost:{port}/{}", vault.tenant);
    format!("Bearer authorization=\"{authority}\", resource=\"https://vault.azure.net\"")
}
