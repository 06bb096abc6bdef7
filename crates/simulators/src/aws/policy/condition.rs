//! Conditions of a statement. Operators and keys that the simulator does not model are refused when a
//! policy is put: ignoring one would open a door that AWS keeps shut.
//! It must not know where the facts of a request come from.

use serde_json::Value;

use super::pattern::{arn_like, like};

/// The facts of a request: key and values. A key that is not there is absent.
pub(crate) type Facts = [(String, Vec<String>)];

/// Keys that have a value in some request here.
const MODELLED: [&str; 20] = [
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "aws:username",
    "ec2:CreateAction",
    "ec2:VpceServiceName",
    "kms:BypassPolicyLockoutSafetyCheck",
    "kms:CallerAccount",
    "kms:EncryptionAlgorithm",
    "kms:EncryptionContextKeys",
    "kms:KeyOrigin",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:RequestAlias",
    "sts:ExternalId",
];
/// Modelled keys that end in a name of the request's own.
const MODELLED_FAMILIES: [&str; 3] = ["kms:EncryptionContext:", "aws:RequestTag/", "aws:ResourceTag/"];
/// Keys that AWS knows and that are never there in a call made by a program at our door: no service
/// calls on its behalf, and there is no organisation, federation or MFA.
const ABSENT: [&str; 10] = [
    "aws:CalledVia",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:ViaAWSService",
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
];
const ABSENT_FAMILIES: [&str; 1] = ["aws:PrincipalTag/"];

#[derive(Debug, Clone)]
pub(crate) struct Condition {
    over: Over,
    if_exists: bool,
    test: Test,
    key: String,
    values: Vec<String>,
}

/// How a key with several values is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    One,
    All,
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equals { negated: bool, any_case: bool },
    Like { negated: bool },
    Arn { negated: bool },
    Bool,
    Null,
}

/// Reads the Condition field.
/// Errors: words naming the operator or key that is malformed or not modelled.
pub(crate) fn parse(value: Option<Value>) -> Result<Vec<Condition>, String> {
    let operators = match value {
        None => return Ok(Vec::new()),
        Some(Value::Object(operators)) => operators,
        Some(_) => return Err("Syntax errors in policy: Condition must be an object.".to_owned()),
    };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let (over, if_exists, test) = parse_operator(&operator)
            .ok_or_else(|| format!("Condition operator {operator} is unknown, or not modelled by this simulator."))?;
        let Value::Object(keys) = keys else {
            return Err(format!("Syntax errors in policy: {operator} must be an object."));
        };
        for (key, values) in keys {
            if !is_known(&key) {
                return Err(format!("Condition key {key} is unknown, or not modelled by this simulator."));
            }
            let values = match values.as_bool() {
                Some(flag) => vec![flag.to_string()],
                None => super::strings(&key, &values)?,
            };
            let flags = matches!(test, Test::Bool | Test::Null);
            if flags && !values.iter().all(|value| value == "true" || value == "false") {
                return Err(format!("Condition {operator} takes true or false only."));
            }
            conditions.push(Condition { over, if_exists, test, key, values });
        }
    }
    Ok(conditions)
}

fn parse_operator(text: &str) -> Option<(Over, bool, Test)> {
    let (over, text) = match text.split_once(':') {
        Some(("ForAllValues", rest)) => (Over::All, rest),
        Some(("ForAnyValue", rest)) => (Over::Any, rest),
        Some(_) => return None,
        None => (Over::One, text),
    };
    let (if_exists, text) = match text.strip_suffix("IfExists") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let test = match text {
        "StringEquals" => Test::Equals { negated: false, any_case: false },
        "StringNotEquals" => Test::Equals { negated: true, any_case: false },
        "StringEqualsIgnoreCase" => Test::Equals { negated: false, any_case: true },
        "StringNotEqualsIgnoreCase" => Test::Equals { negated: true, any_case: true },
        "StringLike" => Test::Like { negated: false },
        "StringNotLike" => Test::Like { negated: true },
        "ArnEquals" | "ArnLike" => Test::Arn { negated: false },
        "ArnNotEquals" | "ArnNotLike" => Test::Arn { negated: true },
        "Bool" => Test::Bool,
        "Null" if !if_exists && over == Over::One => Test::Null,
        _ => return None,
    };
    Some((over, if_exists, test))
}

fn is_known(key: &str) -> bool {
    let is = |name: &&str| name.eq_ignore_ascii_case(key);
    let starts = |family: &&str| {
        key.len() > family.len() && key.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family))
    };
    MODELLED.iter().any(is)
        || ABSENT.iter().any(is)
        || MODELLED_FAMILIES.iter().any(starts)
        || ABSENT_FAMILIES.iter().any(starts)
}

impl Condition {
    pub(crate) fn holds(&self, facts: &Facts) -> bool {
        let found = facts.iter().find(|(key, _)| key.eq_ignore_ascii_case(&self.key)).map(|(_, values)| values);
        if self.test == Test::Null {
            let want_absent = self.values.iter().any(|value| value == "true");
            return found.is_none() == want_absent;
        }
        let Some(found) = found else {
            return self.if_exists || self.over == Over::All || self.negated();
        };
        match self.over {
            Over::All => found.iter().all(|value| self.one_holds(value)),
            Over::One | Over::Any => found.iter().any(|value| self.one_holds(value)),
        }
    }

    fn negated(&self) -> bool {
        match self.test {
            Test::Equals { negated, .. } | Test::Like { negated } | Test::Arn { negated } => negated,
            Test::Bool | Test::Null => false,
        }
    }

    fn one_holds(&self, found: &str) -> bool {
        let any = self.values.iter().any(|wanted| match self.test {
            Test::Equals { any_case: true, .. } => wanted.eq_ignore_ascii_case(found),
            Test::Equals { any_case: false, .. } | Test::Bool => wanted == found,
            Test::Like { .. } => like(wanted, found),
            Test::Arn { .. } => arn_like(wanted, found),
            Test::Null => false,
        });
        any != self.negated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_as_iam_documents() {
        let facts = vec![
            ("sts:ExternalId".to_owned(), vec!["ext-1".to_owned()]),
            ("kms:EncryptionContextKeys".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
        ];
        let check = |text: &str, expected: bool| {
            let conditions = parse(Some(serde_json::from_str(text).unwrap())).unwrap();
            assert_eq!(conditions.iter().all(|one| one.holds(&facts)), expected, "{text}");
        };
        check(r#"{"StringEquals":{"sts:ExternalId":"ext-1"}}"#, true);
        check(r#"{"StringEquals":{"STS:externalid":["x","ext-1"]}}"#, true);
        check(r#"{"StringEquals":{"sts:ExternalId":"EXT-1"}}"#, false);
        check(r#"{"StringEqualsIgnoreCase":{"sts:ExternalId":"EXT-1"}}"#, true);
        check(r#"{"StringLike":{"sts:ExternalId":"ext-*"}}"#, true);
        check(r#"{"StringNotEquals":{"sts:ExternalId":"ext-1"}}"#, false);
        check(r#"{"StringEquals":{"kms:ViaService":"ec2"}}"#, false);
        check(r#"{"StringNotEquals":{"kms:ViaService":"ec2"}}"#, true);
        check(r#"{"StringEqualsIfExists":{"kms:ViaService":"ec2"}}"#, true);
        check(r#"{"Null":{"kms:ViaService":"true"}}"#, true);
        check(r#"{"Null":{"sts:ExternalId":true}}"#, false);
        check(r#"{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["a","b","c"]}}"#, true);
        check(r#"{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["a"]}}"#, false);
        check(r#"{"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":["a"]}}"#, true);
    }
}
