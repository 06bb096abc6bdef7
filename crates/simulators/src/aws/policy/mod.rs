//! Policy documents: the text as it was put, and what it says. What the simulator does not model is
//! refused when a policy is put, never ignored when it is asked.
//! It must not know who asks.

mod condition;
mod evaluate;
mod pattern;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use condition::Condition;
pub(crate) use evaluate::{ADMINISTRATOR, Identity, Question, Resource};
use pattern::Set;
pub(crate) use pattern::{Principal, like};

/// Bytes a policy may have. Source: KMS key policy quota, 32 KiB; IAM's own limits are smaller.
const SIZE_LIMIT: usize = 32 * 1024;

/// What a document is attached to; it decides which parts a statement must and may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Attached {
    /// To a user or a role.
    Identity,
    /// To a role, saying who may assume it.
    Trust,
    /// To a KMS key.
    Key,
}

/// A policy that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(crate) struct Policy {
    text: String,
    attached: Attached,
    statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
struct Statement {
    deny: bool,
    principals: Vec<Principal>,
    actions: Set,
    resources: Set,
    conditions: Vec<Condition>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    attached: Attached,
    text: String,
}

impl TryFrom<Stored> for Policy {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        Self::parse(&stored.text, stored.attached)
    }
}

impl From<Policy> for Stored {
    fn from(policy: Policy) -> Self {
        Self { attached: policy.attached, text: policy.text }
    }
}

impl Policy {
    /// Reads a document.
    /// Errors: words on what is malformed, or not modelled here.
    pub(crate) fn parse(text: &str, attached: Attached) -> Result<Self, String> {
        if text.len() > SIZE_LIMIT {
            return Err(format!("Policy is over {SIZE_LIMIT} bytes."));
        }
        let value: Value =
            serde_json::from_str(text).map_err(|broken| format!("Syntax errors in policy: {broken}."))?;
        let mut document = Fields::of(value, "Policy")?;
        match document.take("Version") {
            None => {}
            Some(Value::String(version)) if version == "2012-10-17" || version == "2008-10-17" => {}
            Some(_) => return Err("The policy must contain a valid version string".to_owned()),
        }
        if !matches!(document.take("Id"), None | Some(Value::String(_))) {
            return Err("Policy Id must be a string.".to_owned());
        }
        let statements = match document.take("Statement") {
            Some(Value::Array(all)) => all,
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Err("Syntax errors in policy: Statement is missing.".to_owned()),
        };
        document.none_left()?;
        if statements.is_empty() {
            return Err("Policy has no statements.".to_owned());
        }
        let statements =
            statements.into_iter().map(|value| Statement::parse(value, attached)).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), attached, statements })
    }

    /// The text as it was put.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Every principal that a statement names.
    pub(crate) fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.statements.iter().flat_map(|statement| &statement.principals)
    }
}

impl Statement {
    fn parse(value: Value, attached: Attached) -> Result<Self, String> {
        let mut fields = Fields::of(value, "Statement")?;
        if !matches!(fields.take("Sid"), None | Some(Value::String(_))) {
            return Err("Statement Sid must be a string.".to_owned());
        }
        let deny = match fields.take("Effect").as_ref().and_then(Value::as_str) {
            Some("Allow") => false,
            Some("Deny") => true,
            _ => return Err("Syntax errors in policy: Effect must be Allow or Deny.".to_owned()),
        };
        if fields.take("NotPrincipal").is_some() {
            return Err("NotPrincipal is not modelled by this simulator.".to_owned());
        }
        let principals = match (attached, fields.take("Principal")) {
            (Attached::Identity, None) => Vec::new(),
            (Attached::Identity, Some(_)) => {
                return Err("Policy document should not specify a principal.".to_owned());
            }
            (_, Some(value)) => pattern::principals(&value)?,
            (_, None) => return Err("Missing required field Principal".to_owned()),
        };
        let actions = Set::parse("Action", fields.take("Action"), fields.take("NotAction"))?
            .ok_or("Policy statement must contain actions.")?;
        check_actions(&actions, attached)?;
        let resources = Set::parse("Resource", fields.take("Resource"), fields.take("NotResource"))?;
        let resources = match (attached, resources) {
            (Attached::Trust, None) => Set::everything(),
            (Attached::Trust, Some(_)) => return Err("Has prohibited field Resource".to_owned()),
            (_, Some(resources)) => resources,
            (_, None) => return Err("Policy statement must contain resources.".to_owned()),
        };
        let conditions = condition::parse(fields.take("Condition"))?;
        fields.none_left()?;
        Ok(Self { deny, principals, actions, resources, conditions })
    }
}

fn check_actions(actions: &Set, attached: Attached) -> Result<(), String> {
    for action in actions.patterns() {
        let vendor = action.split_once(':').map(|(vendor, _)| vendor.to_ascii_lowercase());
        match (attached, vendor.as_deref()) {
            (_, None) if action == "*" && attached != Attached::Trust => {}
            (_, None) => {
                return Err("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".to_owned());
            }
            (Attached::Trust, Some("sts")) | (Attached::Identity, Some(_)) | (Attached::Key, Some("kms")) => {}
            (Attached::Trust, Some(_)) => {
                return Err("AssumeRole policy may only specify STS AssumeRole actions.".to_owned());
            }
            (Attached::Key, Some(_)) => return Err("Policy contains an action of another service.".to_owned()),
        }
    }
    Ok(())
}

/// An object whose fields are taken one by one, so that what is left over can be refused.
struct Fields {
    what: &'static str,
    left: Map<String, Value>,
}

impl Fields {
    fn of(value: Value, what: &'static str) -> Result<Self, String> {
        if let Value::Object(left) = value {
            return Ok(Self { what, left });
        }
        Err(format!("Syntax errors in policy: {what} must be an object."))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    fn none_left(&self) -> Result<(), String> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("Syntax errors in policy: unknown field {name} in {}.", self.what)),
        }
    }
}

/// A string, or a list of strings that is not empty.
fn strings(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let refuse = || format!("Syntax errors in policy: {name} must be a string or a list of strings.");
    // An empty list stays one value, and is refused as no string.
    let values = if let Value::Array(many) = value
        && !many.is_empty()
    {
        many.as_slice()
    } else {
        std::slice::from_ref(value)
    };
    let all = values
        .iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(refuse))
        .collect::<Result<Vec<_>, _>>()?;
    if all.iter().any(|text| text.contains("${")) {
        return Err("Policy variables are not modelled by this simulator.".to_owned());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attached: Attached, statement: &str, expected: Result<(), &str>) {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        match (Policy::parse(&text, attached), expected) {
            (Ok(_), Ok(())) => {}
            (Err(words), Err(part)) if words.contains(part) => {}
            (got, _) => panic!("{statement}: {got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn refuses_what_is_malformed_or_not_modelled() {
        use Attached::{Identity, Key, Trust};
        check(Identity, r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#, Ok(()));
        check(Identity, r#"{"Effect":"Allow","NotAction":"kms:*","NotResource":["a","b"]}"#, Ok(()));
        check(Identity, r#"{"Effect":"allow","Action":"kms:*","Resource":"*"}"#, Err("Effect"));
        check(Identity, r#"{"Effect":"Allow","Action":"kms:*"}"#, Err("resources"));
        check(Identity, r#"{"Effect":"Allow","Resource":"*"}"#, Err("actions"));
        check(Identity, r#"{"Effect":"Allow","Action":"kms","Resource":"*"}"#, Err("vendor"));
        check(Identity, r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#, Err("Action"));
        check(Identity, r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}"#, Err("principal"));
        check(Identity, r#"{"Effect":"Allow","Action":"*","Resource":"*","Comment":1}"#, Err("Comment"));
        check(Identity, r#"{"Effect":"Allow","Action":"*","Resource":"${aws:username}"}"#, Err("variables"));
        check(Identity, r#"[]"#, Err("object"));
        check(
            Trust,
            r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}"#,
            Ok(()),
        );
        check(Trust, r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}"#, Err("Resource"));
        check(Trust, r#"{"Effect":"Allow","Action":"kms:Encrypt","Principal":"*"}"#, Err("STS"));
        check(Key, r#"{"Effect":"Allow","Action":"kms:*","Resource":"*"}"#, Err("Principal"));
        check(Key, r#"{"Effect":"Allow","Action":"kms:*","Resource":"*","NotPrincipal":"*"}"#, Err("NotPrincipal"));
        let with =
            |condition: &str| format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#);
        check(Identity, &with(r#"{"StringEquals":{"aws:PrincipalArn":"x"}}"#), Ok(()));
        check(Identity, &with(r#"{"ForAllValues:StringLike":{"kms:EncryptionContextKeys":["a"]}}"#), Ok(()));
        check(Identity, &with(r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#), Err("IpAddress"));
        check(Identity, &with(r#"{"StringEquals":{"aws:NoSuchKey":"x"}}"#), Err("aws:NoSuchKey"));
        check(Identity, &with(r#"{"Bool":{"aws:SecureTransport":"maybe"}}"#), Err("true"));
    }
}
