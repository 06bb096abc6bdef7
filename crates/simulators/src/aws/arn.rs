//! Amazon Resource Names and regions, taken apart by named predicates.
//! It must not know whether what a name names exists.

/// The parts of `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let arn = Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        let whole = !arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty();
        whole.then_some(arn)
    }
}

pub(crate) fn account_root(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}

pub(crate) fn kms_key(region: &str, account: &str, key_id: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:key/{key_id}", partition_of(region))
}

/// `alias` comes with its `alias/`.
pub(crate) fn kms_alias(region: &str, account: &str, alias: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:{alias}", partition_of(region))
}

/// The partition a region lies in.
pub(crate) fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// Tells whether a text looks like a region: `us-east-1`, `us-gov-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let Some((area, places)) = words.split_first() else { return false };
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    area.len() == 2
        && word(area)
        && !places.is_empty()
        && places.iter().all(word)
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_regions_and_names() {
        let check = |text: &str, expected: bool| assert_eq!(is_region(text), expected, "{text}");
        check("us-east-1", true);
        check("ap-southeast-7", true);
        check("us-gov-west-1", true);
        check("cn-north-1", true);
        check("GLOBAL", false);
        check("us-east-", false);
        check("us-1", false);
        check("", false);
        check("us--east-1", false);

        let arn = Arn::parse("arn:aws:kms:us-east-1:111122223333:alias/a:b").unwrap();
        assert_eq!(arn.resource, "alias/a:b");
        assert_eq!(Arn::parse("arn:aws:kms:us-east-1:111122223333"), None);
        assert_eq!(Arn::parse("arm:aws:kms:us-east-1:111122223333:key/x"), None);
    }
}
