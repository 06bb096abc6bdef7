//! Sessions of assumed roles, one per project and role, kept until they are old or forgotten.
//! Must not know KMS, nor what an answer counts for.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::{ProjectId, ProviderRoleId};
use domain::time::Timestamp;

use super::classify::Refused;
use super::client::TenantCredentials;
use super::operator::{Operator, Wanted};
use crate::flight::Flight;

/// How old tokens may be that a check uses. Source: product.md 2.3.
const CHECK_AGE: Duration = Duration::from_secs(5 * 60);
/// How long before its end a session is not used any more.
const END_MARGIN: Duration = Duration::from_secs(5 * 60);

/// An assumed role's session.
pub(super) struct Session {
    pub(super) credentials: Arc<TenantCredentials>,
    pub(super) obtained_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// How fresh a session must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// It has not ended.
    Unexpired,
    /// It is at most five minutes old.
    Recent,
    /// It is made for this call.
    New,
}

impl Freshness {
    fn keeps(self, session: &Session, now: Timestamp) -> bool {
        // A session from the future means that the clock was turned: its age is not known.
        let alive = session.obtained_at <= now && now + END_MARGIN < session.expires_at;
        match self {
            Self::Unexpired => alive,
            Self::Recent => alive && now.since(session.obtained_at) <= CHECK_AGE,
            Self::New => false,
        }
    }
}

/// A role and the project it is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) id: ProviderRoleId,
    pub(super) role_arn: String,
    pub(super) external_id: String,
}

/// The sessions of all projects.
pub(super) struct Sessions {
    most: usize,
    kept: Mutex<BTreeMap<(ProjectId, ProviderRoleId), Arc<Entry>>>,
}

struct Entry {
    role: Role,
    /// The last session that was given. One that could not be renewed for a passing reason still serves.
    good: Mutex<Option<Arc<Session>>>,
    flight: Flight<Result<Arc<Session>, Refused>>,
}

impl Entry {
    fn new(role: Role) -> Self {
        Self { role, good: Mutex::default(), flight: Flight::default() }
    }

    fn good(&self) -> Option<Arc<Session>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, answer: &Result<Arc<Session>, Refused>) {
        let good = match answer {
            Ok(session) => Some(session.clone()),
            Err(refused) if refused.failure.reason.is_definite() => None,
            Err(_) => return,
        };
        *self.good.lock().unwrap_or_else(PoisonError::into_inner) = good;
    }
}

/// A session, and whether it had been used before this call.
pub(super) struct Given {
    pub(super) session: Arc<Session>,
    pub(super) used_before: bool,
}

impl Sessions {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, kept: Mutex::new(BTreeMap::new()) }
    }

    /// Gives a session of a role, assuming it if need be.
    /// Errors: what STS said; that is not kept.
    pub(super) async fn session(
        &self,
        operator: &Operator,
        region: &str,
        project: ProjectId,
        role: &Role,
        (freshness, now): (Freshness, Timestamp),
    ) -> Result<Given, Refused> {
        let entry = self.entry(project, role, now);
        if let Some(session) = entry.good().filter(|session| freshness.keeps(session, now)) {
            return Ok(Given { session, used_before: true });
        }
        let session_name = format!("atrest-{project}");
        let wanted =
            Wanted { role_arn: &role.role_arn, session_name: &session_name, external_id: Some(&role.external_id) };
        let mut used_before = true;
        let assume = async {
            used_before = false;
            let answer = operator.assume(region, &wanted).await.map(Arc::new);
            entry.note(&answer);
            answer
        };
        // What was answered before has been looked at above.
        let session = entry.flight.join(|_| false, assume).await?;
        Ok(Given { session, used_before })
    }

    /// Drops every session of a project.
    pub(super) fn forget(&self, project: ProjectId) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_project: Vec<_> = kept.range(all_of(project)).map(|(key, _)| *key).collect();
        for key in of_project {
            kept.remove(&key);
        }
    }

    fn entry(&self, project: ProjectId, role: &Role, now: Timestamp) -> Arc<Entry> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (project, role.id);
        if let Some(entry) = kept.get(&key)
            && entry.role == *role
        {
            return entry.clone();
        }
        if kept.len() >= self.most && !kept.contains_key(&key) {
            make_room(&mut kept, now);
        }
        let entry = Arc::new(Entry::new(role.clone()));
        kept.insert(key, entry.clone());
        entry
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn all_of(project: ProjectId) -> RangeInclusive<(ProjectId, ProviderRoleId)> {
    (project, ProviderRoleId::from_random([0; 12]))..=(project, ProviderRoleId::from_random([0xff; 12]))
}

/// Drops what is of no use any more and, if nothing is, the oldest.
fn make_room(kept: &mut BTreeMap<(ProjectId, ProviderRoleId), Arc<Entry>>, now: Timestamp) {
    let before = kept.len();
    kept.retain(|_, entry| entry.good().is_some_and(|session| Freshness::Unexpired.keeps(&session, now)));
    if kept.len() == before {
        let oldest = kept.iter().min_by_key(|(_, entry)| entry.good().map(|session| session.obtained_at));
        let oldest = oldest.map(|(key, _)| *key);
        oldest.map(|key| kept.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use domain::secret::SecretText;
    use domain::validity::{DefiniteReason, Reason, TransientReason};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

    fn session(age_secs: u64, life_secs: u64) -> Session {
        let obtained_at = NOW - Duration::from_secs(age_secs);
        Session {
            credentials: Arc::new(TenantCredentials {
                access_key_id: "ASIA".to_owned(),
                secret_access_key: Arc::new(SecretText::new("secret".to_owned())),
                session_token: None,
            }),
            obtained_at,
            expires_at: obtained_at + Duration::from_secs(life_secs),
        }
    }

    #[test]
    fn a_session_is_as_fresh_as_it_needs_to_be() {
        let check = |age, freshness: Freshness, expected| {
            assert_eq!(freshness.keeps(&session(age, 3600), NOW), expected, "{age} s, {freshness:?}");
        };
        check(0, Freshness::New, false);
        check(0, Freshness::Recent, true);
        check(300, Freshness::Recent, true);
        check(301, Freshness::Recent, false);
        check(301, Freshness::Unexpired, true);
        check(3299, Freshness::Unexpired, true);
        check(3300, Freshness::Unexpired, false);
        let tomorrow = Session { obtained_at: NOW + Duration::from_secs(1), ..session(0, 3600) };
        assert!(!Freshness::Unexpired.keeps(&tomorrow, NOW));
    }

    fn role(id: u8) -> Role {
        Role {
            id: ProviderRoleId::from_random([id; 12]),
            role_arn: "arn".to_owned(),
            external_id: "external".to_owned(),
        }
    }

    fn fill(sessions: &Sessions, project: u8, role: &Role, age: u64) {
        let entry = sessions.entry(ProjectId::from_random([project; 12]), role, NOW);
        entry.note(&Ok(Arc::new(session(age, 3600))));
    }

    #[test]
    fn keeps_no_more_than_it_may_and_drops_the_oldest() {
        let sessions = Sessions::new(3);
        for (project, age) in [(1, 10), (2, 30), (3, 20), (4, 5)] {
            fill(&sessions, project, &role(1), age);
        }
        let kept: Vec<_> = sessions.kept.lock().unwrap().keys().map(|(project, _)| *project).collect();
        assert_eq!(kept, [1, 3, 4].map(|id| ProjectId::from_random([id; 12])));
    }

    #[test]
    fn forgets_one_project_only() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, &role(0), 0);
        fill(&sessions, 1, &role(0xff), 0);
        fill(&sessions, 2, &role(1), 0);
        sessions.forget(ProjectId::from_random([1; 12]));
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn a_session_outlives_a_passing_failure_and_no_other() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, &role(1), 0);
        let entry = sessions.entry(ProjectId::from_random([1; 12]), &role(1), NOW);
        entry.note(&Err(Refused::silent(Reason::Transient(TransientReason::Timeout))));
        assert!(entry.good().is_some());
        entry.note(&Err(Refused::silent(Reason::Definite(DefiniteReason::RoleNotAssumable))));
        assert!(entry.good().is_none());
    }

    #[test]
    fn another_arn_is_another_session() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, &role(1), 0);
        let changed = Role { role_arn: "other".to_owned(), ..role(1) };
        let entry = sessions.entry(ProjectId::from_random([1; 12]), &changed, NOW);
        assert!(entry.good().is_none());
        assert_eq!(sessions.len(), 1);
    }
}
