//! The rule all providers share about credentials: a role wins over static ones, and there is no way
//! back from it. Must not know what any provider's static credentials are made of. Source: product.md 1.4.

use std::sync::Arc;

use super::{Patch, ProviderKind, Refusal};
use crate::id::ProviderRoleId;
use crate::secret::SecretText;
use crate::violation::{Violation, ViolationKind};

/// How a key is reached now, as far as the rule needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Present {
    /// The provider is not enabled.
    Nothing,
    /// By a role.
    Role(ProviderRoleId),
    /// By static credentials.
    Static,
}

/// How a key is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// By a role.
    Role(ProviderRoleId),
    /// By static credentials: those sent, over those stored.
    Static,
    /// Nothing says how; the violation is told already.
    Undecided,
}

/// What the rule says about one provider.
pub(super) struct Rule {
    pub(super) provider: ProviderKind,
    /// The field that names a role.
    pub(super) role_field: &'static str,
    /// What is needed, as half a sentence.
    pub(super) choices: &'static str,
}

impl Rule {
    /// Decides how a key is to be reached. `sends_static` tells whether any static credential was sent.
    /// Errors: static credentials were sent although a role is in use.
    pub(super) fn decide(
        &self,
        role: Patch<ProviderRoleId>,
        sends_static: bool,
        present: Present,
        violations: &mut Vec<Violation>,
    ) -> Result<Wanted, Refusal> {
        match (role, present) {
            (Patch::Value(role), _) => Ok(Wanted::Role(role)),
            (Patch::Absent | Patch::Null, Present::Role(_)) if sends_static => {
                Err(Refusal::StaticCredentials { provider: self.provider, role_in_use: true })
            }
            (Patch::Absent, Present::Role(stored)) => Ok(Wanted::Role(stored)),
            (Patch::Null, Present::Role(_)) => {
                violations.push(Violation::missing(self.role_field));
                Ok(Wanted::Undecided)
            }
            (Patch::Absent | Patch::Null, Present::Nothing) if !sends_static => {
                violations.push(Violation {
                    field: self.role_field.to_owned(),
                    kind: ViolationKind::MissingOneOf { choices: self.choices },
                });
                Ok(Wanted::Undecided)
            }
            (Patch::Absent | Patch::Null, Present::Nothing | Present::Static) => Ok(Wanted::Static),
        }
    }
}

/// Takes a secret that a cloud can have made: one word of printable characters.
/// Errors: what was expected, as half a sentence.
pub(super) fn printable(secret: Arc<SecretText>) -> Result<Arc<SecretText>, &'static str> {
    let text = secret.expose();
    if (1..=1024).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic()) {
        Ok(secret)
    } else {
        Err("at most 1024 printable characters without spaces")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_wins_and_there_is_no_way_back() {
        let (stored, sent) = (ProviderRoleId::from_random([8; 12]), ProviderRoleId::from_random([9; 12]));
        let rule = Rule { provider: ProviderKind::GcpKms, role_field: "roleId", choices: "this or that" };
        let no_way_back = || Err(Refusal::StaticCredentials { provider: ProviderKind::GcpKms, role_in_use: true });
        let check = |role: Patch<ProviderRoleId>, sends_static, present, expected: Result<Wanted, Refusal>, told| {
            let mut violations = Vec::new();
            assert_eq!(rule.decide(role.clone(), sends_static, present, &mut violations), expected, "{role:?}");
            assert_eq!(violations.len(), told, "{role:?}, {present:?}");
        };
        for present in [Present::Nothing, Present::Role(stored), Present::Static] {
            for sends_static in [false, true] {
                check(Patch::Value(sent), sends_static, present, Ok(Wanted::Role(sent)), 0);
            }
        }
        check(Patch::Absent, false, Present::Role(stored), Ok(Wanted::Role(stored)), 0);
        check(Patch::Null, false, Present::Role(stored), Ok(Wanted::Undecided), 1);
        check(Patch::Absent, true, Present::Role(stored), no_way_back(), 0);
        check(Patch::Null, true, Present::Role(stored), no_way_back(), 0);
        check(Patch::Absent, false, Present::Nothing, Ok(Wanted::Undecided), 1);
        check(Patch::Absent, true, Present::Nothing, Ok(Wanted::Static), 0);
        check(Patch::Absent, false, Present::Static, Ok(Wanted::Static), 0);
        check(Patch::Null, true, Present::Static, Ok(Wanted::Static), 0);
    }
}
