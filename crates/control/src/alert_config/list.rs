//! Reading configurations.

use std::collections::BTreeMap;

use domain::access::ProjectRole;
use domain::alert::{AlertConfig, Channel};
use domain::id::{AlertConfigId, OrgId, ProjectId, TeamId};
use domain::recipient::Recipients;

use super::{AlertConfigView, AlertError};
use crate::{Caller, Control, Error};

/// One page of configurations, oldest first.
#[derive(Debug)]
pub struct AlertConfigPage {
    /// The page.
    pub configs: Vec<AlertConfigView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's configurations, oldest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn alert_configs(
        &self,
        caller: &Caller,
        project: ProjectId,
        offset: u64,
        limit: u64,
    ) -> Result<AlertConfigPage, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (configs, total) = self.store().alert_configs(project, offset, limit).await?;
        let configs = self.alert_config_views(snapshot.project.org, configs).await?;
        Ok(AlertConfigPage { configs, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds one configuration.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Alert`.
    pub async fn alert_config(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: AlertConfigId,
    ) -> Result<AlertConfigView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let config = self.stored_alert_config(project, id).await?;
        self.alert_config_view(snapshot.project.org, config).await
    }

    pub(super) async fn stored_alert_config(
        &self,
        project: ProjectId,
        id: AlertConfigId,
    ) -> Result<AlertConfig, Error> {
        let found = self.store().alert_config(project, id).await?;
        Ok(found.ok_or_else(|| AlertError::ConfigNotFound { project, id: id.to_string() })?)
    }

    /// Adds the names of teams to configurations.
    pub(crate) async fn alert_config_views(
        &self,
        org: OrgId,
        configs: Vec<AlertConfig>,
    ) -> Result<Vec<AlertConfigView>, Error> {
        let team = |channel: &Channel| match channel {
            Channel::People(Recipients::Team(team)) => Some(*team),
            Channel::People(Recipients::ProjectRoles(_) | Recipients::OrgRoles(_) | Recipients::User(_))
            | Channel::Email(_)
            | Channel::Webhook(_) => None,
        };
        let any = configs.iter().flat_map(|config| &config.notifications).any(|rule| team(&rule.channel).is_some());
        let names: BTreeMap<TeamId, String> = if any { self.team_names(org).await? } else { BTreeMap::new() };
        let view = |config: AlertConfig| {
            let name = |channel: &Channel| team(channel).and_then(|team| names.get(&team).cloned());
            let team_names = config.notifications.iter().map(|rule| name(&rule.channel)).collect();
            AlertConfigView { config, team_names }
        };
        Ok(configs.into_iter().map(view).collect())
    }

    pub(super) async fn team_names(&self, org: OrgId) -> Result<BTreeMap<TeamId, String>, Error> {
        Ok(self.store().teams_of(org).await?.into_iter().map(|team| (team.id, team.name)).collect())
    }
}
