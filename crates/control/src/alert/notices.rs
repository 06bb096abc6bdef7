//! From what is to be told to notices: whom they go to, and what they say. Must not know how they are sent.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::alert::{Alert, AlertConfig, Channel, Subject, Tell, Weighed};
use domain::cluster::ClusterName;
use domain::customer_key::ProviderKind;
use domain::id::{NoticeId, ProjectId};
use domain::notice::{AlertNotice, NewNotice, NoticeContent, Target};
use domain::time::Timestamp;
use storage::AlertOwner;

use crate::{Control, Error, random_id};

/// The most clusters that a notice names: each notice of a look holds them all.
const MOST_CLUSTERS: usize = 1000;

impl Control {
    /// Makes the notices of a look.
    pub(super) async fn notices_of(
        &self,
        project: ProjectId,
        owner: &AlertOwner,
        configs: &[AlertConfig],
        weighed: &Weighed,
        at: Timestamp,
    ) -> Result<Vec<NewNotice>, Error> {
        let mut suffering: BTreeMap<ProviderKind, Vec<ClusterName>> = BTreeMap::new();
        let mut notices = Vec::new();
        for changed in &weighed.changed {
            let Some(config) = configs.iter().find(|config| config.id == changed.alert.config) else { continue };
            for tell in &changed.tell {
                let clusters = match tell.alert.subject {
                    Subject::Provider(provider) | Subject::FormerKey(provider, _) => {
                        let known = match suffering.entry(provider) {
                            Entry::Occupied(known) => known.into_mut(),
                            Entry::Vacant(place) => place.insert(self.suffering(project, provider).await?),
                        };
                        known.clone()
                    }
                    Subject::Project
                    | Subject::Cluster(_)
                    | Subject::PrivateEndpoint(_)
                    | Subject::Node(_)
                    | Subject::MasterKey(_) => tell.alert.cluster.iter().cloned().collect(),
                };
                notices.push(NewNotice {
                    id: NoticeId::from_random(random_id()?),
                    org: owner.org,
                    project: Some(project),
                    alert: Some(tell.alert.id),
                    sequence: tell.sequence,
                    kind: tell.kind,
                    to: target(config, tell),
                    content: NoticeContent::Alert(Box::new(content(owner, config, &tell.alert, clusters))),
                    at,
                });
            }
        }
        Ok(notices)
    }

    /// Names the clusters that suffer with a provider.
    async fn suffering(&self, project: ProjectId, provider: ProviderKind) -> Result<Vec<ClusterName>, Error> {
        let mut clusters = self.store().clusters_using(project, provider).await?;
        clusters.truncate(MOST_CLUSTERS);
        Ok(clusters)
    }
}

fn target(config: &AlertConfig, tell: &Tell) -> Target {
    match &tell.rule.channel {
        Channel::Email(address) => Target::MailTo(address.clone()),
        Channel::People(recipients) => Target::Mail(recipients.clone()),
        Channel::Webhook(_) => Target::Webhook { config: config.id, notifier: tell.rule.id },
    }
}

fn content(owner: &AlertOwner, config: &AlertConfig, alert: &Alert, clusters: Vec<ClusterName>) -> AlertNotice {
    let Alert {
        id,
        project,
        config: config_id,
        kind,
        subject,
        cluster: _,
        state,
        why,
        created_at,
        updated_at,
        resolved_at,
        acknowledgement,
        told: _,
        last_notified: _,
        notices: _,
        revision: _,
    } = alert;
    let taken = acknowledgement.as_ref();
    AlertNotice {
        alert: *id,
        config: *config_id,
        kind: *kind,
        subject: *subject,
        state: *state,
        severity: config.severity(),
        org: owner.org,
        org_name: owner.org_name.clone(),
        project: *project,
        project_name: owner.project_name.clone(),
        reason: why.reason.clone(),
        detail: why.detail.clone(),
        ends_at: why.ends_at,
        clusters,
        created_at: *created_at,
        updated_at: *updated_at,
        resolved_at: *resolved_at,
        acknowledged_until: taken.map(|taken| taken.until),
        comment: taken.and_then(|taken| taken.comment.clone()),
        acknowledged_by: taken.and_then(|taken| taken.by.clone()),
    }
}
