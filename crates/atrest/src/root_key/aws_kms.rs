//! What an operator should do when AWS KMS does not wrap or unwrap the root key, and whether asking again
//! may help. Must not know how AWS is asked.

use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

use super::patience::Refusal;

/// What AWS says of bytes that its key did not encrypt so.
/// Source: KMS API reference, Decrypt, "Errors".
const NOT_OURS: &[&str] = &["InvalidCiphertextException", "IncorrectKeyException"];

/// Tells a failure to the operator.
pub(super) fn refusal(failure: &Failure) -> Refusal {
    let said: Vec<&str> = [&failure.provider_code, &failure.provider_message, &failure.provider_request_id]
        .into_iter()
        .flatten()
        .map(ForeignText::as_str)
        .filter(|words| !words.is_empty())
        .collect();
    let words = format!(
        "{} ({})",
        failure.reason.code(),
        if said.is_empty() { "no words".to_owned() } else { said.join(": ") }
    );
    if failure.provider_code.as_ref().is_some_and(|code| NOT_OURS.contains(&code.as_str())) {
        let advice = "the wrapped file was changed, or another key wrapped it: bring back the file as it was made, or name its key";
        return Refusal::new(words, advice, false);
    }
    let (advice, may_pass) = advice(failure.reason);
    Refusal::new(words, advice, may_pass)
}

fn advice(reason: Reason) -> (&'static str, bool) {
    match reason {
        Reason::Definite(reason) => (definite(reason), false),
        Reason::Transient(reason) => transient(reason),
    }
}

const fn definite(reason: DefiniteReason) -> &'static str {
    match reason {
        DefiniteReason::KeyDisabled => "enable the key again",
        DefiniteReason::KeyPendingDeletion => {
            "cancel the key's deletion at once and enable it: once it is deleted the root key is gone"
        }
        DefiniteReason::KeyPendingImport | DefiniteReason::KeyPendingGeneration => "import the key's material again",
        DefiniteReason::KeyExpired | DefiniteReason::KeyExpiring | DefiniteReason::KeyNotYetValid => {
            "the key's material is not valid now; mend that"
        }
        DefiniteReason::KeyNotFound | DefiniteReason::KeyDestroyed | DefiniteReason::VaultElsewhere => {
            "check the ARN in root_key.aws_kms_key, and aws.kms_endpoint if it is set"
        }
        DefiniteReason::KeyTypeNotSupported => "name a symmetric key for encryption in root_key.aws_kms_key",
        DefiniteReason::AccessDenied => {
            "let the identity of [aws] use kms:Encrypt and kms:Decrypt on the key with the encryption context atrest:root-key=1"
        }
        DefiniteReason::CredentialRejected => "give [aws] a working access key, or the machine a working role",
        DefiniteReason::RoleNotAssumable | DefiniteReason::RoleNotSafe | DefiniteReason::KeyNotTagged => {
            "no role is used here; look at the identity of [aws]"
        }
    }
}

const fn transient(reason: TransientReason) -> (&'static str, bool) {
    match reason {
        TransientReason::Dns | TransientReason::NetworkDenied | TransientReason::Connect | TransientReason::Timeout => {
            ("look at the network between here and AWS KMS, and at aws.kms_endpoint if it is set", true)
        }
        TransientReason::Tls => ("look at the certificate of the endpoint, and at aws.ca_file", true),
        TransientReason::Throttled | TransientReason::ProviderFault => ("wait for AWS to recover", true),
        TransientReason::UnexpectedAnswer => ("look for a proxy that answers in AWS's place", true),
        TransientReason::OperatorIdentity => ("look at aws.operator_identity and where it finds its credentials", true),
        TransientReason::ClockSkew => ("set this machine's clock", true),
        TransientReason::AddressRefused => ("list the network of the endpoint in providers.allow_networks", false),
        TransientReason::ManyAtOnce => ("ask again", true),
        // A root key has no private endpoint of ours.
        TransientReason::NoPrivateEndpoint | TransientReason::AwaitingEndpoint => ("ask again", true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_must_mend_is_not_asked_again() {
        let check = |reason: Reason, code: Option<&str>, may_pass: bool| {
            let provider_code = code.map(|code| ForeignText::tame(code, &[]));
            let refusal = refusal(&Failure { provider_code, ..Failure::silent(reason) });
            assert_eq!(refusal.may_pass, may_pass, "{reason:?} {code:?}");
        };
        for reason in DefiniteReason::ALL {
            check(Reason::Definite(*reason), None, false);
        }
        check(Reason::Transient(TransientReason::Connect), None, true);
        check(Reason::Transient(TransientReason::AddressRefused), None, false);
        check(Reason::Transient(TransientReason::UnexpectedAnswer), None, true);
        check(Reason::Transient(TransientReason::UnexpectedAnswer), Some("InvalidCiphertextException"), false);
    }
}
