//! What customers' roles are told to trust: the operator's identity at AWS, by the name that trust policies take.
//! Must not know who asks for it.

use domain::validity::Failure;

use super::Aws;

impl Aws {
    /// Gives the ARN that customers' roles are to trust; none where the operator is nobody at AWS. AWS is asked once,
    /// and only if the operator did not say.
    /// Errors: what AWS said.
    pub(crate) async fn principal(&self) -> Result<Option<String>, Failure> {
        if !self.operator.exists() {
            return Ok(None);
        }
        if let Some(known) = self.principal.get() {
            return Ok(Some(known.clone()));
        }
        let proof = self.operator.prove(&self.operator_region).await.map_err(|refused| refused.failure)?;
        let found = proof.arn.as_deref().and_then(principal_of);
        // An identity that no policy can name is known by its account, which is wider and as good.
        let root = || format!("arn:{}:iam::{}:root", partition(proof.arn.as_deref()), proof.account);
        let found = found.unwrap_or_else(root);
        Ok(Some(self.principal.get_or_init(|| found).clone()))
    }
}

/// Tells whether a text names what a trust policy can name as ours.
pub(super) fn is_principal(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let named = |kind: &str| resource.strip_prefix(kind).is_some_and(|name| !name.is_empty());
    partition.starts_with("aws")
        && super::role::is_account(account)
        && (*resource == "root" || named("user/") || named("role/"))
        && text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
}

/// Gives the name that policies take for who AWS says we are: a session of a role is the role.
/// Source: IAM user guide, "IAM identifiers"; a role's path is not told there.
fn principal_of(caller: &str) -> Option<String> {
    if is_principal(caller) {
        return Some(caller.to_owned());
    }
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let ["arn", partition, "sts", "", account, session] = parts.as_slice() else { return None };
    let (role, _) = session.strip_prefix("assumed-role/")?.split_once('/')?;
    let arn = format!("arn:{partition}:iam::{account}:role/{role}");
    is_principal(&arn).then_some(arn)
}

fn partition(arn: Option<&str>) -> &str {
    arn.and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_known_by_its_role() {
        let check =
            |caller: &str, expected: Option<&str>| assert_eq!(principal_of(caller).as_deref(), expected, "{caller}");
        check("arn:aws:iam::111122223333:user/atrest", Some("arn:aws:iam::111122223333:user/atrest"));
        check("arn:aws:iam::111122223333:root", Some("arn:aws:iam::111122223333:root"));
        check("arn:aws:sts::111122223333:assumed-role/atrest/i-0abc", Some("arn:aws:iam::111122223333:role/atrest"));
        check("arn:aws-cn:sts::111122223333:assumed-role/a/b", Some("arn:aws-cn:iam::111122223333:role/a"));
        check("arn:aws:sts::111122223333:federated-user/somebody", None);
        check("arn:aws:iam::111122223333:user/", None);
        check("arn:aws:iam::1111:user/atrest", None);
        check("arn:aws:iam::111122223333:user/a\"b", None);
        check("nobody", None);
    }
}
