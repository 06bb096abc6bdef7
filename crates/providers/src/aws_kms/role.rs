//! Proves a customer's role before it is authorized: it must let us in by its external id and by
//! nothing else, and must not be the operator's own. Source: product.md 1.6 ("no confused deputy").
//! Must not know KMS.

use domain::id::ProjectId;
use domain::secret::SecretBytes;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason};

use super::Aws;
use super::classify::Refused;
use super::endpoint::home_region;
use super::operator::Wanted;

impl Aws {
    pub(crate) async fn prove_role(
        &self,
        project: ProjectId,
        role_arn: Option<&str>,
        external_id: &str,
    ) -> Result<(), Failure> {
        let role_arn = role_arn
            .ok_or_else(|| refused(DefiniteReason::RoleNotAssumable, "the role's ARN has not been told yet"))?;
        let account = account_of(role_arn).ok_or_else(|| {
            refused(DefiniteReason::RoleNotAssumable, "not the ARN of an IAM role (arn:aws:iam::account:role/name)")
        })?;
        let region = home_region(role_arn);
        let operator = self.operator.prove(region).await.map_err(|refused| refused.failure)?;
        if account == operator.account || self.own_accounts.iter().any(|own| own == account) {
            return Err(refused(DefiniteReason::RoleNotSafe, "the role is in an account of the operator's own"));
        }
        let session_name = format!("atrest-{project}");
        let wanted = |external_id| Wanted { role_arn, session_name: &session_name, external_id };
        if let Err(refused) = self.operator.assume(region, &wanted(Some(external_id))).await {
            return Err(self.settle(refused, region, true).await);
        }
        let other = another_external_id()?;
        for (id, told) in [
            (None, "the role can be assumed without its external id"),
            (Some(other.as_str()), "the role can be assumed with any external id"),
        ] {
            match self.operator.assume(region, &wanted(id)).await {
                Ok(_) => {
                    let words = format!("{told}; its trust policy must require sts:ExternalId");
                    return Err(refused(DefiniteReason::RoleNotSafe, &words));
                }
                Err(refused) if refused.is(DefiniteReason::RoleNotAssumable) => {}
                // Neither in nor kept out: not proved.
                Err(refused) => return Err(refused.failure),
            }
        }
        Ok(())
    }
}

fn refused(reason: DefiniteReason, words: &str) -> Failure {
    let provider_message = Some(ForeignText::tame(words, &[]));
    Failure { provider_message, ..Failure::silent(Reason::Definite(reason)) }
}

/// Makes an external id that cannot be the role's own.
fn another_external_id() -> Result<String, Failure> {
    let bytes = SecretBytes::<16>::fill(|place| aws_lc_rs::rand::fill(place))
        .map_err(|_| Refused::unexpected("no random bytes for a proof").failure)?;
    Ok(bytes.expose().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Tells whether a text is an account's number.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// Finds the account in the ARN of a role.
fn account_of(role_arn: &str) -> Option<&str> {
    let mut parts = role_arn.splitn(6, ':');
    let (arn, _partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let name = resource.strip_prefix("role/")?;
    let fits = arn == "arn" && service == "iam" && region.is_empty() && is_account(account) && !name.is_empty();
    fits.then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_account_of_a_role() {
        let check = |arn: &str, expected| assert_eq!(account_of(arn), expected, "{arn}");
        check("arn:aws:iam::123456789012:role/atrest", Some("123456789012"));
        check("arn:aws-cn:iam::123456789012:role/path/atrest", Some("123456789012"));
        check("arn:aws:iam::123456789012:user/atrest", None);
        check("arn:aws:iam::12345678901:role/atrest", None);
        check("arn:aws:iam:us-east-1:123456789012:role/atrest", None);
        check("arn:aws:sts::123456789012:role/atrest", None);
        check("arn:aws:iam::123456789012:role/", None);
        check("role/atrest", None);
        check("", None);
    }
}
