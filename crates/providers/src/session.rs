//! What providers give us to act in a tenant's name for a while, one per project and identity, kept until
//! it is old or forgotten. Must not know any provider, nor what an answer counts for.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::ProjectId;
use domain::time::Timestamp;

use crate::flight::Flight;
use crate::refused::Refused;

/// How old tokens may be that a check uses. Source: product.md 2.3.
const CHECK_AGE: Duration = Duration::from_secs(5 * 60);
/// How long before its end a session is not used any more.
const END_MARGIN: Duration = Duration::from_secs(5 * 60);

/// A session: an assumed role's, or a token's.
pub(crate) struct Session<T> {
    pub(crate) credentials: Arc<T>,
    pub(crate) obtained_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// How fresh a session must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It has not ended.
    Unexpired,
    /// It is at most five minutes old.
    Recent,
    /// It is made for this call.
    New,
}

impl Freshness {
    /// Tells whether a session will do.
    pub(crate) fn keeps<T>(self, session: &Session<T>, now: Timestamp) -> bool {
        // A session from the future means that the clock was turned: its age is not known.
        let alive = session.obtained_at <= now && now + END_MARGIN < session.expires_at;
        match self {
            Self::Unexpired => alive,
            Self::Recent => alive && now.since(session.obtained_at) <= CHECK_AGE,
            Self::New => false,
        }
    }
}

type Kept<I, T> = BTreeMap<(ProjectId, I), Arc<Entry<T>>>;

/// The sessions of all projects. `I` is an identity with all that a session of it is obtained with: another
/// secret is another identity.
pub(crate) struct Sessions<I, T> {
    most: usize,
    kept: Mutex<Kept<I, T>>,
}

struct Entry<T> {
    /// The last session that was given. One that could not be renewed for a passing reason still serves.
    good: Mutex<Option<Arc<Session<T>>>>,
    flight: Flight<Result<Arc<Session<T>>, Refused>>,
}

impl<T> Entry<T> {
    fn new() -> Self {
        Self { good: Mutex::default(), flight: Flight::default() }
    }

    fn good(&self) -> Option<Arc<Session<T>>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, answer: &Result<Arc<Session<T>>, Refused>) {
        let good = match answer {
            Ok(session) => Some(session.clone()),
            Err(refused) if refused.failure.reason.is_definite() => None,
            Err(_) => return,
        };
        *self.good.lock().unwrap_or_else(PoisonError::into_inner) = good;
    }
}

/// A session, and whether it had been used before this call.
pub(crate) struct Given<T> {
    pub(crate) session: Arc<Session<T>>,
    pub(crate) used_before: bool,
}

impl<I: Ord + Clone, T> Sessions<I, T> {
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, kept: Mutex::new(BTreeMap::new()) }
    }

    /// Gives a session of an identity, obtaining it if need be.
    /// Errors: why it was not obtained; that is not kept.
    pub(crate) async fn session(
        &self,
        project: ProjectId,
        identity: &I,
        (freshness, now): (Freshness, Timestamp),
        obtain: impl Future<Output = Result<Session<T>, Refused>>,
    ) -> Result<Given<T>, Refused> {
        let entry = self.entry(project, identity, now);
        if let Some(session) = entry.good().filter(|session| freshness.keeps(session, now)) {
            return Ok(Given { session, used_before: true });
        }
        let mut used_before = true;
        let obtain = async {
            used_before = false;
            let answer = obtain.await.map(Arc::new);
            entry.note(&answer);
            answer
        };
        // What was answered before has been looked at above.
        let session = entry.flight.join(|_| false, obtain).await?;
        Ok(Given { session, used_before })
    }

    /// Drops every session of a project.
    pub(crate) fn forget(&self, project: ProjectId) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _), _| *of != project);
    }

    fn entry(&self, project: ProjectId, identity: &I, now: Timestamp) -> Arc<Entry<T>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (project, identity.clone());
        if let Some(entry) = kept.get(&key) {
            return entry.clone();
        }
        if kept.len() >= self.most {
            make_room(&mut kept, now);
        }
        let entry = Arc::new(Entry::new());
        kept.insert(key, entry.clone());
        entry
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Drops what is of no use any more and, if nothing is, the oldest.
fn make_room<I: Ord + Clone, T>(kept: &mut Kept<I, T>, now: Timestamp) {
    let before = kept.len();
    kept.retain(|_, entry| entry.good().is_some_and(|session| Freshness::Unexpired.keeps(&session, now)));
    if kept.len() == before {
        let oldest = kept.iter().min_by_key(|(_, entry)| entry.good().map(|session| session.obtained_at));
        let oldest = oldest.map(|(key, _)| key.clone());
        oldest.map(|key| kept.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use domain::validity::{DefiniteReason, Reason, TransientReason};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

    fn session(age_secs: u64, life_secs: u64) -> Session<()> {
        let obtained_at = NOW - Duration::from_secs(age_secs);
        Session { credentials: Arc::new(()), obtained_at, expires_at: obtained_at + Duration::from_secs(life_secs) }
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

    fn fill(sessions: &Sessions<u8, ()>, project: u8, identity: u8, age: u64) {
        let entry = sessions.entry(ProjectId::from_random([project; 12]), &identity, NOW);
        entry.note(&Ok(Arc::new(session(age, 3600))));
    }

    #[test]
    fn keeps_no_more_than_it_may_and_drops_the_oldest() {
        let sessions = Sessions::new(3);
        for (project, age) in [(1, 10), (2, 30), (3, 20), (4, 5)] {
            fill(&sessions, project, 1, age);
        }
        let kept: Vec<_> = sessions.kept.lock().unwrap().keys().map(|(project, _)| *project).collect();
        assert_eq!(kept, [1, 3, 4].map(|id| ProjectId::from_random([id; 12])));
    }

    #[test]
    fn forgets_one_project_only() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, 0, 0);
        fill(&sessions, 1, 0xff, 0);
        fill(&sessions, 2, 1, 0);
        sessions.forget(ProjectId::from_random([1; 12]));
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn a_session_outlives_a_passing_failure_and_no_other() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, 1, 0);
        let entry = sessions.entry(ProjectId::from_random([1; 12]), &1, NOW);
        entry.note(&Err(Refused::silent(Reason::Transient(TransientReason::Timeout))));
        assert!(entry.good().is_some());
        entry.note(&Err(Refused::silent(Reason::Definite(DefiniteReason::RoleNotAssumable))));
        assert!(entry.good().is_none());
    }

    #[test]
    fn another_secret_is_another_session() {
        let sessions = Sessions::new(10);
        fill(&sessions, 1, 1, 0);
        let entry = sessions.entry(ProjectId::from_random([1; 12]), &2, NOW);
        assert!(entry.good().is_none());
    }

    #[tokio::test]
    async fn what_was_obtained_is_used_again_and_what_was_refused_is_not() {
        let sessions = Sessions::new(10);
        let project = ProjectId::from_random([1; 12]);
        let ask = |freshness, answer| sessions.session(project, &1, (freshness, NOW), std::future::ready(answer));
        let denied = || Err(Refused::silent(Reason::Definite(DefiniteReason::CredentialRejected)));
        assert!(ask(Freshness::Recent, denied()).await.is_err());
        let given = ask(Freshness::Recent, Ok(session(0, 3600))).await.ok().unwrap();
        assert!(!given.used_before);
        let given = ask(Freshness::Recent, denied()).await.ok().unwrap();
        assert!(given.used_before);
        assert!(ask(Freshness::New, denied()).await.is_err());
        assert!(ask(Freshness::Unexpired, denied()).await.is_err(), "a definite refusal ends what was good");
    }
}
