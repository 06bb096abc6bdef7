//! Patterns of a statement: actions and resources with wildcards, and principals.
//! It must not know conditions.

use serde_json::Value;

use super::strings;
use crate::aws::arn::{Arn, account_root, is_account_id};
use crate::aws::caller::Caller;

/// A list of patterns, or everything but them.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    negated: bool,
    patterns: Vec<String>,
}

impl Set {
    pub(crate) fn everything() -> Self {
        Self { negated: false, patterns: vec!["*".to_owned()] }
    }

    pub(crate) fn parse(name: &str, plain: Option<Value>, negated: Option<Value>) -> Result<Option<Self>, String> {
        match (plain, negated) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(format!("Statement has both {name} and Not{name}.")),
            (Some(value), None) => Ok(Some(Self { negated: false, patterns: strings(name, &value)? })),
            (None, Some(value)) => Ok(Some(Self { negated: true, patterns: strings(name, &value)? })),
        }
    }

    pub(crate) fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Actions are compared without regard to case.
    pub(crate) fn has_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.negated != self.patterns.iter().any(|pattern| like(&pattern.to_ascii_lowercase(), &action))
    }

    pub(crate) fn has_resource(&self, resource: &str) -> bool {
        self.negated != self.patterns.iter().any(|pattern| like(pattern, resource))
    }
}

/// Whom a statement of a resource's policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    Everybody,
    /// An account, by id: its own policies decide who of it.
    Account(String),
    /// A user, a role, or a session of a role.
    Arn(String),
    /// A service or a federation: well-formed, and never one of our callers.
    Foreign,
}

/// How a statement reaches a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    No,
    /// Through his account.
    Account,
    /// By name.
    Direct,
}

impl Principal {
    pub(crate) fn reach(&self, caller: &Caller) -> Reach {
        match self {
            Self::Everybody => Reach::Direct,
            Self::Account(account) if *account == caller.account => Reach::Account,
            Self::Arn(arn) if *arn == caller.arn || *arn == caller.principal_arn => Reach::Direct,
            Self::Account(_) | Self::Arn(_) | Self::Foreign => Reach::No,
        }
    }
}

pub(crate) fn principals(value: &Value) -> Result<Vec<Principal>, String> {
    if value.as_str() == Some("*") {
        return Ok(vec![Principal::Everybody]);
    }
    let Some(kinds) = value.as_object().filter(|kinds| !kinds.is_empty()) else {
        return Err("Invalid principal in policy: must be \"*\" or an object.".to_owned());
    };
    let mut principals = Vec::new();
    for (kind, value) in kinds {
        for text in strings("Principal", value)? {
            principals.push(match kind.as_str() {
                "AWS" => parse_aws(&text).ok_or_else(|| format!("Invalid principal in policy: \"AWS\":\"{text}\""))?,
                "Service" | "Federated" | "CanonicalUser" => Principal::Foreign,
                _ => return Err(format!("Invalid principal in policy: unknown kind \"{kind}\".")),
            });
        }
    }
    Ok(principals)
}

fn parse_aws(text: &str) -> Option<Principal> {
    if text == "*" {
        return Some(Principal::Everybody);
    }
    if is_account_id(text) {
        return Some(Principal::Account(text.to_owned()));
    }
    let arn = Arn::parse(text)?;
    if !is_account_id(arn.account) || !arn.region.is_empty() {
        return None;
    }
    if text == account_root(arn.partition, arn.account) {
        return Some(Principal::Account(arn.account.to_owned()));
    }
    let named =
        |prefix: &str| arn.resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty() && !name.contains('*'));
    let known = (arn.service == "iam" && (named("user/") || named("role/")))
        || (arn.service == "sts" && named("assumed-role/"));
    known.then(|| Principal::Arn(text.to_owned()))
}

/// Matches a pattern in which `*` stands for any run and `?` for any one byte.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut in_text) = (0, 0);
    // Where to take up again: after the last star, one byte further into the text.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(in_text)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                retry = Some((at + 1, in_text));
                at += 1;
                continue;
            }
            (Some(b'?'), Some(_)) => {
                (at, in_text) = (at + 1, in_text + 1);
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found => {
                (at, in_text) = (at + 1, in_text + 1);
                continue;
            }
            _ => {}
        }
        match retry {
            Some((after_star, from)) if from < text.len() => {
                retry = Some((after_star, from + 1));
                (at, in_text) = (after_star, from + 1);
            }
            _ => return false,
        }
    }
}

/// Matches ARNs part by part, so that a star does not cross a colon before the resource.
pub(crate) fn arn_like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.splitn(6, ':').collect();
    let text: Vec<&str> = text.splitn(6, ':').collect();
    pattern.len() == text.len() && pattern.iter().zip(&text).all(|(pattern, text)| like(pattern, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_wildcards() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(like(pattern, text), expected, "{pattern} {text}");
        };
        check("*", "", true);
        check("kms:*", "kms:encrypt", true);
        check("kms:*Key", "kms:DescribeKey", true);
        check("kms:*Key", "kms:DescribeKeys", false);
        check("a*b*c", "axxbyybzzc", true);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("**", "x", true);
        check("", "x", false);
        check("x*", "", false);
        assert!(arn_like("arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab"));
        assert!(!arn_like("arn:aws:*role/ab", "arn:aws:iam::1:role/ab"));
    }
}
