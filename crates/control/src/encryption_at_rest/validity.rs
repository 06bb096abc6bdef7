//! Where a project's customer keys stand, in full: state, reason, the provider's own words, times.

use domain::access::ProjectRole;
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::time::Timestamp;
use domain::validity::{Definite, Failure, Reason, State, TransientReason, Validity};

use crate::{Caller, Control, Error};

/// Where one provider's customer key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStanding {
    /// The provider.
    pub provider: ProviderKind,
    /// Where its key stands; none if it is not enabled.
    pub standing: Option<Standing>,
}

/// Where a customer key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The present answer; none is "we do not know".
    pub present: Option<Definite>,
    /// The last answer that counted.
    pub last_definite: Option<Definite>,
    /// What stands between us and a valid key.
    pub failure: Option<Failure>,
    /// When the last check began.
    pub checked_at: Option<Timestamp>,
    /// When the next one is due.
    pub next_check_at: Timestamp,
}

impl Control {
    /// Tells where a project's customer keys stand, checked as freshly as a read of the setting.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn customer_key_standings(&self, caller: &Caller, project: ProjectId) -> Result<Vec<KeyStanding>, Error> {
        let mut snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        if self.freshen(&snapshot, &ProviderKind::ALL).await {
            snapshot = self.store().project_snapshot(project).await?.ok_or(Error::ProjectNotFound(project))?;
        }
        let standing = |provider| {
            let stored = snapshot.validities.get(&provider)?;
            Some(Standing {
                present: stored.validity.present(),
                last_definite: stored.validity.last_definite(),
                failure: failure(&stored.validity),
                checked_at: stored.validity.checked_at,
                next_check_at: stored.next_check_at,
            })
        };
        Ok(ProviderKind::ALL.map(|provider| KeyStanding { provider, standing: standing(provider) }).into())
    }
}

/// Gives what stands between us and a valid key. A held key is held because many failed at once; the
/// provider's words about this one stay.
fn failure(validity: &Validity) -> Option<Failure> {
    let failure = validity.failure().cloned();
    match &validity.state {
        State::Held { .. } => {
            let reason = Reason::Transient(TransientReason::ManyAtOnce);
            failure.map(|failure| Failure { reason, ..failure })
        }
        State::Unknown { .. } | State::Valid | State::Suspect { .. } | State::Invalid { .. } => failure,
    }
}
