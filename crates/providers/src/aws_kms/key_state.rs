//! What DescribeKey says about a key that rules it out before anything is encrypted.
//! Must not know how it was asked.

use aws_sdk_kms::types::KeyMetadata;
use aws_smithy_types::date_time::Format;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

/// Which state says what. A state that is not here lets the round trip decide.
/// Source: KMS developer guide, "Key states of AWS KMS keys".
const STATES: &[(&str, Reason)] = &[
    ("Disabled", Reason::Definite(DefiniteReason::KeyDisabled)),
    ("PendingDeletion", Reason::Definite(DefiniteReason::KeyPendingDeletion)),
    ("PendingReplicaDeletion", Reason::Definite(DefiniteReason::KeyPendingDeletion)),
    ("PendingImport", Reason::Definite(DefiniteReason::KeyPendingImport)),
    ("Unavailable", Reason::Transient(TransientReason::ProviderFault)),
    ("Creating", Reason::Transient(TransientReason::ProviderFault)),
    ("Updating", Reason::Transient(TransientReason::ProviderFault)),
];

/// Tells whether a key's kind and state let it encrypt.
/// Errors: why not, in words made of the provider's.
pub(super) fn usable(metadata: &KeyMetadata) -> Result<(), Failure> {
    let refuse = |reason, words: &str| {
        let provider_message = Some(ForeignText::tame(words, &[]));
        Err(Failure { provider_message, ..Failure::silent(reason) })
    };
    let wrong_kind = |words: &str| refuse(Reason::Definite(DefiniteReason::KeyTypeNotSupported), words);
    if let Some(manager) = metadata.key_manager.as_ref().map(|manager| manager.as_str())
        && manager != "CUSTOMER"
    {
        return wrong_kind(&format!("KeyManager is {manager}; a key of the customer's own is needed"));
    }
    if let Some(usage) = metadata.key_usage.as_ref().map(|usage| usage.as_str())
        && usage != "ENCRYPT_DECRYPT"
    {
        return wrong_kind(&format!("KeyUsage is {usage}; ENCRYPT_DECRYPT is needed"));
    }
    if let Some(spec) = metadata.key_spec.as_ref().map(|spec| spec.as_str())
        && spec != "SYMMETRIC_DEFAULT"
    {
        return wrong_kind(&format!("KeySpec is {spec}; SYMMETRIC_DEFAULT is needed"));
    }
    let Some(state) = metadata.key_state.as_ref().map(|state| state.as_str()) else { return Ok(()) };
    let Some((_, reason)) = STATES.iter().find(|(name, _)| *name == state) else { return Ok(()) };
    let date = metadata.deletion_date.and_then(|date| date.fmt(Format::DateTime).ok());
    match date {
        Some(date) => refuse(*reason, &format!("KeyState is {state}; DeletionDate is {date}")),
        None => refuse(*reason, &format!("KeyState is {state}")),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_kms::types::builders::KeyMetadataBuilder;
    use aws_smithy_types::DateTime;

    use super::*;

    fn check(edit: impl FnOnce(KeyMetadataBuilder) -> KeyMetadataBuilder, expected: Option<(&str, &str)>) {
        let builder = KeyMetadata::builder()
            .key_id("k")
            .key_manager("CUSTOMER".into())
            .key_usage("ENCRYPT_DECRYPT".into())
            .key_spec("SYMMETRIC_DEFAULT".into())
            .key_state("Enabled".into());
        let found = usable(&edit(builder).build().unwrap());
        let found = found
            .as_ref()
            .err()
            .map(|failure| (failure.reason.code(), failure.provider_message.as_ref().map_or("", ForeignText::as_str)));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_key_of_the_right_kind_that_is_enabled_is_usable() {
        check(|key| key, None);
        check(|key| key.key_state("BrandNew".into()), None);
        let bare = KeyMetadata::builder().key_id("k").build().unwrap();
        assert_eq!(usable(&bare), Ok(()));
    }

    #[test]
    fn another_kind_is_refused_by_name() {
        let kind = "KEY_TYPE_NOT_SUPPORTED";
        check(
            |key| key.key_manager("AWS".into()),
            Some((kind, "KeyManager is AWS; a key of the customer's own is needed")),
        );
        check(
            |key| key.key_usage("SIGN_VERIFY".into()),
            Some((kind, "KeyUsage is SIGN_VERIFY; ENCRYPT_DECRYPT is needed")),
        );
        check(|key| key.key_spec("RSA_2048".into()), Some((kind, "KeySpec is RSA_2048; SYMMETRIC_DEFAULT is needed")));
    }

    #[test]
    fn every_state_has_its_reason() {
        for (state, reason) in STATES {
            check(|key| key.key_state((*state).into()), Some((reason.code(), &format!("KeyState is {state}"))));
        }
        check(
            |key| key.key_state("PendingDeletion".into()).deletion_date(DateTime::from_secs(0)),
            Some(("KEY_PENDING_DELETION", "KeyState is PendingDeletion; DeletionDate is 1970-01-01T00:00:00Z")),
        );
    }
}
