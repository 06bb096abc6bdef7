//! The allow policy of one resource: which members hold which roles. Grants that the console took away are
//! kept beside it, and can be brought back.
//! It must not know where the resource stands, nor what a role gives.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::role::permits;

/// Members by role.
pub(crate) type Bindings = BTreeMap<String, BTreeSet<String>>;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    bindings: Bindings,
    /// Grants that the console took away and can bring back.
    removed: Bindings,
    /// Grants that were seeded once, so that seeding again leaves alone what became of them.
    seeded: Bindings,
    /// Counts changes of the bindings, for the etag.
    changes: u64,
}

/// The member that a service account is.
pub(crate) fn member_of(email: &str) -> String {
    format!("serviceAccount:{email}")
}

impl Policy {
    pub(crate) fn grants(&self, member: &str, permission: &str) -> bool {
        self.bindings.iter().any(|(role, members)| members.contains(member) && permits(role, permission))
    }

    pub(crate) fn names(&self, member: &str) -> bool {
        self.bindings.values().any(|members| members.contains(member))
    }

    /// Bytes, base64 on the wire; a policy that was never set has one too.
    pub(crate) fn etag(&self) -> Vec<u8> {
        if self.changes == 0 {
            return vec![0, 0x20, 1];
        }
        let mut etag = vec![7];
        etag.extend_from_slice(&self.changes.to_be_bytes());
        etag
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = json!({ "version": 1, "etag": STANDARD.encode(self.etag()) });
        if let (false, Some(fields)) = (self.bindings.is_empty(), view.as_object_mut()) {
            let bindings: Vec<Value> =
                self.bindings.iter().map(|(role, members)| json!({ "role": role, "members": members })).collect();
            fields.insert("bindings".to_owned(), Value::from(bindings));
        }
        view
    }

    /// Replaces the bindings.
    pub(crate) fn set(&mut self, bindings: Bindings) {
        self.bindings = bindings;
        self.tidy();
    }

    pub(crate) fn grant(&mut self, role: &str, member: &str) {
        insert(&mut self.bindings, role, member);
        self.tidy();
    }

    /// Grants unless that was done here before, whatever became of it since; tells whether it did.
    pub(crate) fn grant_once(&mut self, role: &str, member: &str) -> bool {
        let first = insert(&mut self.seeded, role, member);
        if first {
            self.grant(role, member);
        }
        first
    }

    /// Takes a grant away; tells whether it was there.
    pub(crate) fn revoke(&mut self, role: &str, member: &str) -> bool {
        let was = take(&mut self.bindings, role, member);
        self.tidy();
        was
    }

    /// Takes a grant away so that it can be brought back; tells whether it was there.
    pub(crate) fn set_aside(&mut self, role: &str, member: &str) -> bool {
        let was = self.revoke(role, member);
        if was {
            insert(&mut self.removed, role, member);
        }
        was
    }

    /// Brings a grant back that was set aside; tells whether it was.
    pub(crate) fn bring_back(&mut self, role: &str, member: &str) -> bool {
        let was = take(&mut self.removed, role, member);
        if was {
            self.grant(role, member);
        }
        was
    }

    /// Gives a member that is gone another name, so that one made anew under the old name holds nothing.
    pub(crate) fn rename(&mut self, member: &str, gone: &str) {
        let held: Vec<String> = self
            .bindings
            .iter()
            .filter(|(_, members)| members.contains(member))
            .map(|(role, _)| role.clone())
            .collect();
        for role in &held {
            take(&mut self.bindings, role, member);
            insert(&mut self.bindings, role, gone);
        }
        for members in self.removed.values_mut() {
            members.remove(member);
        }
        if !held.is_empty() {
            self.tidy();
        }
    }

    /// Every grant with what became of it, as the console shows it.
    pub(crate) fn overview(&self) -> Vec<Value> {
        let rows = |bindings: &Bindings, state: &'static str| -> Vec<Value> {
            bindings
                .iter()
                .flat_map(|(role, members)| members.iter().map(move |member| (role, member)))
                .map(|(role, member)| json!({ "role": role, "member": member, "state": state }))
                .collect()
        };
        let mut all = rows(&self.bindings, "in force");
        all.extend(rows(&self.removed, "removed"));
        all
    }

    /// A grant that is in force is not set aside any more, and a role nobody holds is no binding.
    fn tidy(&mut self) {
        let bindings = &self.bindings;
        for (role, members) in &mut self.removed {
            members.retain(|member| !bindings.get(role).is_some_and(|held| held.contains(member)));
        }
        self.bindings.retain(|_, members| !members.is_empty());
        self.removed.retain(|_, members| !members.is_empty());
        self.changes += 1;
    }
}

fn insert(bindings: &mut Bindings, role: &str, member: &str) -> bool {
    bindings.entry(role.to_owned()).or_default().insert(member.to_owned())
}

fn take(bindings: &mut Bindings, role: &str, member: &str) -> bool {
    bindings.get_mut(role).is_some_and(|members| members.remove(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWER: &str = "roles/cloudkms.viewer";

    #[test]
    fn leaves_alone_what_became_of_a_seeded_grant() {
        let mut policy = Policy::default();
        assert!(policy.grant_once(VIEWER, "a"));
        assert!(policy.grants("a", "cloudkms.keyRings.get"));
        assert!(policy.revoke(VIEWER, "a"));
        assert!(!policy.grant_once(VIEWER, "a"));
        assert!(!policy.names("a"));
        policy.grant(VIEWER, "a");
        assert!(policy.names("a"));
    }

    #[test]
    fn brings_back_only_what_was_set_aside() {
        let mut policy = Policy::default();
        policy.grant(VIEWER, "a");
        assert!(!policy.bring_back(VIEWER, "a"));
        assert!(policy.set_aside(VIEWER, "a"));
        assert!(!policy.set_aside(VIEWER, "a"));
        assert_eq!(policy.overview().len(), 1);
        assert!(policy.bring_back(VIEWER, "a"));
        assert!(policy.names("a"));
        policy.set_aside(VIEWER, "a");
        policy.grant(VIEWER, "a");
        assert!(!policy.bring_back(VIEWER, "a"), "it was granted anew");
    }

    #[test]
    fn changes_its_etag_with_every_change() {
        let mut policy = Policy::default();
        let first = policy.etag();
        policy.grant(VIEWER, "a");
        let second = policy.etag();
        policy.rename("a", "gone");
        assert!(policy.names("gone") && !policy.names("a"));
        assert!(first != second && second != policy.etag());
    }
}
