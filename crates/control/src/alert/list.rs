//! Reading alerts.

use domain::access::ProjectRole;
use domain::alert::{Alert, AlertState};
use domain::id::{AlertConfigId, AlertId, OrgId, ProjectId};

use crate::alert_config::{AlertConfigView, AlertError};
use crate::{Caller, Control, Error};

/// An alert, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// The organization of its project.
    pub org: OrgId,
}

/// One page of alerts, newest first.
#[derive(Debug)]
pub struct AlertPage {
    /// The page.
    pub alerts: Vec<AlertView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's alerts, of one state or of all, newest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn alerts(
        &self,
        caller: &Caller,
        project: ProjectId,
        state: Option<AlertState>,
        offset: u64,
        limit: u64,
    ) -> Result<AlertPage, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let page = self.store().alerts_of_project(project, state, signed(offset), signed(limit)).await?;
        Ok(page_of(snapshot.project.org, page))
    }

    /// Lists the alerts that a configuration raised, newest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    pub async fn alerts_of_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        config: AlertConfigId,
        offset: u64,
        limit: u64,
    ) -> Result<AlertPage, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        if self.store().alert_config(project, config).await?.is_none() {
            return Err(AlertError::ConfigNotFound { project, id: config.to_string() }.into());
        }
        let page = self.store().alerts_of_config(project, config, signed(offset), signed(limit)).await?;
        Ok(page_of(snapshot.project.org, page))
    }

    /// Finds one alert.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    pub async fn alert(&self, caller: &Caller, project: ProjectId, id: AlertId) -> Result<AlertView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        Ok(AlertView { alert: self.stored_alert(project, id).await?, org: snapshot.project.org })
    }

    /// Gives the configuration that raised an alert; none if it was deleted since.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    pub async fn config_of_alert(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertId,
    ) -> Result<Option<AlertConfigView>, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let alert = self.stored_alert(project, id).await?;
        let config = self.store().alert_config(project, alert.config).await?;
        Ok(self.alert_config_views(snapshot.project.org, config.into_iter().collect()).await?.pop())
    }

    pub(super) async fn stored_alert(&self, project: ProjectId, id: AlertId) -> Result<Alert, Error> {
        let found = self.store().alert(project, id).await?;
        Ok(found.ok_or_else(|| AlertError::NotFound { project, id: id.to_string() })?)
    }
}

fn page_of(org: OrgId, (alerts, total): (Vec<Alert>, i64)) -> AlertPage {
    let alerts = alerts.into_iter().map(|alert| AlertView { alert, org }).collect();
    AlertPage { alerts, total: u64::try_from(total).unwrap_or(0) }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
