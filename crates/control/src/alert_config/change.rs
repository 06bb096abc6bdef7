//! Making, replacing, switching and deleting configurations.

use domain::access::ProjectRole;
use domain::alert::AlertConfig;
use domain::event::EventKind;
use domain::id::{AlertConfigId, ProjectId};
use storage::{AlertConfigOutcome, Outcome, ProjectSnapshot, Webhooks};

use super::draft::{AlertConfigDraft, Judged, Known, judge};
use super::{AlertConfigView, AlertError, MOST_ALERT_CONFIGS};
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Adds a configuration. Alerts follow when somebody looks, which is at once.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    /// Cancel: it is added or it is not.
    pub async fn create_alert_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        draft: AlertConfigDraft,
    ) -> Result<AlertConfigView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AlertsManager).await?;
        let (kind, enabled, severity_override) = (draft.kind, draft.enabled, draft.severity_override);
        let Judged { threshold, matchers, notifications, webhooks } = self.judged(&snapshot, draft, None).await?;
        let now = self.now();
        let config = AlertConfig {
            id: AlertConfigId::from_random(random_id()?),
            project,
            kind,
            enabled,
            threshold,
            matchers,
            notifications,
            severity_override,
            created_at: now,
            updated_at: now,
            revision: 1,
        };
        let told = [self.told_of_config(caller, &snapshot, EventKind::AlertConfigAdded, &config)?];
        match self.store().create_alert_config(&config, &webhooks, MOST_ALERT_CONFIGS, &told).await? {
            AlertConfigOutcome::Saved => self.alert_config_view(snapshot.project.org, config).await,
            AlertConfigOutcome::TooMany => Err(AlertError::TooMany.into()),
            AlertConfigOutcome::Conflict => Err(Error::ProjectNotFound(project)),
        }
    }

    /// Replaces a configuration by another. What is masked in it is kept.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    /// Cancel: it is replaced or it is not.
    pub async fn replace_alert_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertConfigId,
        draft: AlertConfigDraft,
    ) -> Result<AlertConfigView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AlertsManager).await?;
        let present = self.stored_alert_config(project, id).await?;
        let (kind, enabled, severity_override) = (draft.kind, draft.enabled, draft.severity_override);
        let Judged { threshold, matchers, notifications, webhooks } =
            self.judged(&snapshot, draft, Some(&present)).await?;
        let next = AlertConfig {
            kind,
            enabled,
            threshold,
            matchers,
            notifications,
            severity_override,
            updated_at: self.now(),
            ..present
        };
        self.save_config(caller, &snapshot, EventKind::AlertConfigChanged, next, webhooks).await
    }

    /// Switches a configuration on or off.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    /// Cancel: it is switched or it is not.
    pub async fn toggle_alert_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertConfigId,
        enabled: bool,
    ) -> Result<AlertConfigView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AlertsManager).await?;
        let present = self.stored_alert_config(project, id).await?;
        if present.enabled == enabled {
            return self.alert_config_view(snapshot.project.org, present).await;
        }
        let webhooks = self.store().webhooks_of(id).await?;
        let kind = if enabled { EventKind::AlertConfigEnabled } else { EventKind::AlertConfigDisabled };
        let next = AlertConfig { enabled, updated_at: self.now(), ..present };
        self.save_config(caller, &snapshot, kind, next, webhooks).await
    }

    /// Deletes a configuration. What it raised and is not over is cancelled.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    /// Cancel: it is deleted or it is not.
    pub async fn delete_alert_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertConfigId,
    ) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::AlertsManager).await?;
        let present = self.stored_alert_config(project, id).await?;
        let told = [self.told_of_config(caller, &snapshot, EventKind::AlertConfigDeleted, &present)?];
        match self.store().delete_alert_config(project, id, self.now(), &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => {
                Err(AlertError::ConfigNotFound { project, id: id.to_string() }.into())
            }
        }
    }

    async fn judged(
        &self,
        snapshot: &ProjectSnapshot,
        draft: AlertConfigDraft,
        present: Option<&AlertConfig>,
    ) -> Result<Judged, Error> {
        let webhooks = match present {
            Some(present) => self.store().webhooks_of(present.id).await?,
            None => Webhooks::new(),
        };
        let teams = if draft.notifications.iter().any(|notification| notification.team.is_some()) {
            self.team_names(snapshot.project.org).await?
        } else {
            std::collections::BTreeMap::new()
        };
        let judge_webhook = |url: &str| self.notifiers().judge_webhook(url);
        let is_address = notify::mail::is_address;
        let known = Known { present, webhooks, teams, judge_webhook: &judge_webhook, is_address };
        Ok(judge(draft, known)?.map_err(AlertError::Refused)?)
    }

    async fn save_config(
        &self,
        caller: &Caller,
        snapshot: &ProjectSnapshot,
        kind: EventKind,
        next: AlertConfig,
        webhooks: Webhooks,
    ) -> Result<AlertConfigView, Error> {
        let told = [self.told_of_config(caller, snapshot, kind, &next)?];
        match self.store().save_alert_config(&next, &webhooks, &told).await? {
            Outcome::Saved => self.alert_config_view(snapshot.project.org, next).await,
            Outcome::Conflict | Outcome::InUse => Err(AlertError::Conflict.into()),
        }
    }

    fn told_of_config(
        &self,
        caller: &Caller,
        snapshot: &ProjectSnapshot,
        kind: EventKind,
        config: &AlertConfig,
    ) -> Result<domain::event::Event, Error> {
        let detail = format!("alert configuration {} of {}", config.id, config.kind.name());
        self.event_by(caller, snapshot.project.org, snapshot.project.id, kind, Some(detail))
    }
}
