//! Taking note of an alert, and taking that back.

use domain::access::ProjectRole;
use domain::alert::{Acknowledgement, acknowledge, unacknowledge};
use domain::event::{Actor, EventKind};
use domain::id::{AlertId, ProjectId};
use domain::service_account::CLIENT_ID_PREFIX;
use domain::time::Timestamp;
use storage::Outcome;

use super::AlertView;
use crate::alert_config::AlertError;
use crate::{Caller, Control, Error};

/// How often it begins anew because the alert changed meanwhile.
const TRIES: u32 = 5;

/// What somebody says to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledging {
    /// They know.
    Until {
        /// Until when they want to hear nothing more. A time that is over takes an acknowledgement back.
        until: Timestamp,
        /// Their words.
        comment: Option<String>,
    },
    /// They want to hear of it again.
    TakeBack,
}

impl Control {
    /// Takes note of an alert on somebody's behalf, or takes that back.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    /// Cancel: it took place or it did not.
    pub async fn acknowledge_alert(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertId,
        said: &Acknowledging,
    ) -> Result<AlertView, Error> {
        let org = self.project_for(caller, project, ProjectRole::AlertsManager).await?.project.org;
        for _ in 0..TRIES {
            let (alert, now) = (self.stored_alert(project, id).await?, self.now());
            let detail = Some(format!("alert {id} of {}", alert.kind.name()));
            let (next, kind) = match said {
                Acknowledging::Until { until, comment } if *until > now => {
                    let taken = Acknowledgement { until: *until, comment: comment.clone(), by: Some(name_of(caller)) };
                    (acknowledge(alert, taken, now), EventKind::AlertAcknowledged)
                }
                Acknowledging::Until { .. } | Acknowledging::TakeBack if alert.acknowledgement.is_none() => {
                    return Ok(AlertView { alert, org });
                }
                Acknowledging::Until { .. } | Acknowledging::TakeBack => {
                    (unacknowledge(alert, now), EventKind::AlertUnacknowledged)
                }
            };
            let told = [self.event_by(caller, org, project, kind, detail)?];
            match self.store().save_alert(&next, now, &told).await? {
                Outcome::Saved => return Ok(AlertView { alert: next, org }),
                Outcome::Conflict | Outcome::InUse => {}
            }
        }
        Err(AlertError::Conflict.into())
    }
}

/// Names whoever asks, as far as there is a name.
fn name_of(caller: &Caller) -> String {
    match caller.actor() {
        Actor::ApiKey { public_key, .. } => public_key,
        Actor::ServiceAccount { id } => format!("{CLIENT_ID_PREFIX}{id}"),
        Actor::Node { id } => id.to_string(),
        Actor::System => String::new(),
    }
}
