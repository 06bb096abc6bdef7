//! What holds of a project now that an alert may be about: read from the store, and for the end of a key asked of its
//! provider now and then. Nothing is read that no configuration is about. Must not know what becomes of an alert.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::alert::{Alert, AlertConfig, AlertKind, EdgeSeen, Standing, Subject, Term, Why};
use domain::customer_key::ProviderKind;
use domain::id::{NodeId, ProjectId};
use domain::private_endpoint::EndpointState;
use domain::time::Timestamp;
use domain::validity::{Definite, Failure, ForeignText};
use providers::{Deadline, KeyProvider};
use storage::{AlertOwner, KeyOutlook, ProjectSnapshot, StoredValidity};

use super::look::former_key;
use crate::key_path::Seen;
use crate::{Control, Error, Timings};

/// How long until an endpoint that is being made is looked at again.
const WHILE_IT_IS_MADE: Duration = Duration::from_secs(5 * 60);

/// What holds, and when that may change by itself.
#[derive(Debug, Default)]
pub(super) struct WhatStands {
    pub(super) found: Vec<Standing>,
    pub(super) next_at: Option<Timestamp>,
}

impl WhatStands {
    fn add(&mut self, kind: AlertKind, subject: Subject, term: Term, why: Why) {
        self.found.push(Standing { kind, subject, cluster: None, term, why });
    }

    fn or(&mut self, at: Timestamp) {
        self.next_at = Some(self.next_at.map_or(at, |known| known.min(at)));
    }
}

impl Control {
    /// Finds out what holds. `clocks` are those that events start anew.
    pub(super) async fn what_stands(
        &self,
        project: ProjectId,
        owner: &AlertOwner,
        configs: &[AlertConfig],
        live: &[Alert],
        edges: &[EdgeSeen],
        clocks: &[(ProviderKind, Timestamp)],
    ) -> Result<WhatStands, Error> {
        let mut stands = WhatStands::default();
        let kinds: BTreeSet<AlertKind> =
            configs.iter().filter(|config| config.enabled).map(|config| config.kind).collect();
        let wanted = |fits: fn(AlertKind) -> bool| kinds.iter().any(|kind| fits(*kind));
        let purge_after = self.timings().purge_after;
        if let Some(deleted_at) = owner.deleted_at {
            let ends_at = deleted_at + purge_after;
            if ends_at > self.now() {
                let why = Why { ends_at: Some(ends_at), ..Why::default() };
                stands.add(AlertKind::ProjectDeleted, Subject::Project, Term::Now, why);
                stands.or(ends_at);
            }
            return Ok(stands);
        }
        let read = self.boot_now();
        // Never from memory: what holds must not be older than what events told.
        if let Some(snapshot) = self.store().project_snapshots(&[project]).await?.pop() {
            for (provider, stored) in &snapshot.validities {
                add_validity(&mut stands, *provider, stored);
            }
            if wanted(|kind| matches!(kind, AlertKind::KeyInvalid(_))) {
                self.add_former_keys(&mut stands, project).await?;
            }
            self.add_clocks(&mut stands, &snapshot, clocks).await?;
            if wanted(|kind| matches!(kind, AlertKind::KeyExpiring(_) | AlertKind::KeyPendingDeletion(_))) {
                self.add_outlooks(&mut stands, &snapshot, read, &kinds).await?;
            }
            if wanted(|kind| kind == AlertKind::ConfigUpdateStalled) {
                self.add_rotations(&mut stands, &snapshot).await?;
            }
        }
        if wanted(is_about_endpoints) {
            for endpoint in self.store().private_endpoints(project).await? {
                let (kind, term) = match endpoint.state {
                    EndpointState::PendingAcceptance => {
                        (AlertKind::PrivateEndpointUnapproved, Term::After(endpoint.since))
                    }
                    EndpointState::PendingRecreation => (AlertKind::PrivateEndpointRejected, Term::Now),
                    EndpointState::Failed => (AlertKind::PrivateEndpointFailed, Term::Now),
                    // No event tells that it begins to wait.
                    EndpointState::Initiating => {
                        stands.or(self.now() + WHILE_IT_IS_MADE);
                        continue;
                    }
                    EndpointState::Active | EndpointState::Deleting => continue,
                };
                let provider = endpoint.region.provider().provider().title();
                let detail = match &endpoint.error_message {
                    Some(message) => format!("{provider} {}: {message}", endpoint.region.as_str()),
                    None => format!("{provider} {}", endpoint.region.as_str()),
                };
                let why = Why { detail: Some(detail), ..Why::default() };
                stands.add(kind, Subject::PrivateEndpoint(endpoint.id), term, why);
            }
        }
        for node in overlapping(live, edges) {
            if let Some(overlap) = self.store().overlap_of(project, node, self.now()).await? {
                let told = live.iter().find(|alert| alert.subject == Subject::Node(node)).map(|alert| &alert.why);
                let told =
                    told.or_else(|| edges.iter().find(|edge| edge.subject == Subject::Node(node)).map(|e| &e.why));
                stands.found.push(Standing {
                    kind: AlertKind::NodeCertificatesOverlap,
                    subject: Subject::Node(node),
                    cluster: Some(overlap.cluster),
                    term: Term::Now,
                    why: told.cloned().unwrap_or_default(),
                });
                stands.or(overlap.until);
            }
        }
        if wanted(|kind| kind == AlertKind::MasterKeyDestroyed) {
            for key in self.store().returnable_master_keys(project, self.now()).await? {
                stands.found.push(Standing {
                    kind: AlertKind::MasterKeyDestroyed,
                    subject: Subject::MasterKey(key.id),
                    cluster: Some(key.cluster),
                    term: Term::Now,
                    why: Why { ends_at: Some(key.at), ..Why::default() },
                });
                stands.or(key.at);
            }
        }
        if wanted(|kind| kind == AlertKind::ClusterDeleted) {
            for cluster in self.store().returnable_clusters(project, self.now() - purge_after).await? {
                stands.found.push(Standing {
                    kind: AlertKind::ClusterDeleted,
                    subject: Subject::Cluster(cluster.id),
                    cluster: Some(cluster.cluster),
                    term: Term::Now,
                    why: Why { ends_at: Some(cluster.at + purge_after), ..Why::default() },
                });
                stands.or(cluster.at + purge_after);
            }
        }
        stands.next_at = stands.next_at.filter(|at| *at > self.now());
        Ok(stands)
    }

    /// Adds the customer keys that master keys are still under though another has taken their place.
    async fn add_former_keys(&self, stands: &mut WhatStands, project: ProjectId) -> Result<(), Error> {
        for former in self.store().retired_customer_keys(project).await? {
            if former.key.is_none() || former.validity.last_definite() != Some(Definite::Invalid) {
                continue;
            }
            let mut why = former.validity.failure().map(why_of).unwrap_or_default();
            let name = former_key(former.number);
            why.detail = Some(why.detail.map_or_else(|| name.clone(), |said| format!("{name}: {said}")));
            let subject = Subject::FormerKey(former.provider, former.number);
            stands.add(AlertKind::KeyInvalid(former.provider), subject, Term::Now, why);
        }
        Ok(())
    }

    async fn add_clocks(
        &self,
        stands: &mut WhatStands,
        snapshot: &ProjectSnapshot,
        restarted: &[(ProviderKind, Timestamp)],
    ) -> Result<(), Error> {
        let mut clocks = self.store().rotation_clocks(snapshot.project.id).await?;
        clocks.extend(restarted.iter().copied());
        for (provider, since) in clocks.into_iter().filter(|(provider, _)| snapshot.validities.contains_key(provider)) {
            let why = Why::default();
            stands.add(AlertKind::KeyNeedsRotation(provider), Subject::Provider(provider), Term::After(since), why);
        }
        Ok(())
    }

    async fn add_rotations(&self, stands: &mut WhatStands, snapshot: &ProjectSnapshot) -> Result<(), Error> {
        for provider in snapshot.setting.customer_keys.keys() {
            let Some(rotation) = self.store().unfinished_rotation(snapshot.project.id, *provider).await? else {
                continue;
            };
            let stalled_at = rotation.started_at + self.timings().stalled_after;
            if stalled_at > self.now() {
                stands.or(stalled_at);
                continue;
            }
            let why = Why { detail: rotation.last_failure, ..Why::default() };
            stands.add(AlertKind::ConfigUpdateStalled, Subject::Provider(*provider), Term::Now, why);
        }
        Ok(())
    }

    /// Adds what providers say of the end of keys, asking those that somebody wants to hear of and that were not asked
    /// lately.
    async fn add_outlooks(
        &self,
        stands: &mut WhatStands,
        snapshot: &ProjectSnapshot,
        read: domain::master_key::lease::BootTime,
        kinds: &BTreeSet<AlertKind>,
    ) -> Result<(), Error> {
        let mut known = self.store().key_outlooks(snapshot.project.id).await?;
        for (provider, stored) in &snapshot.validities {
            let (expiring, deletion) = (AlertKind::KeyExpiring(*provider), AlertKind::KeyPendingDeletion(*provider));
            if !kinds.contains(&expiring) && !kinds.contains(&deletion) {
                continue;
            }
            let present = known.remove(provider).filter(|outlook| outlook.key_revision == stored.key_revision);
            let is_fresh = |outlook: &KeyOutlook| {
                let turned = stored.definite_since.is_some_and(|since| since > outlook.asked_at);
                !turned && self.now().since(outlook.asked_at) < self.freshness_of(outlook)
            };
            let outlook = match present {
                Some(outlook) if is_fresh(&outlook) => outlook,
                stale => self.ask_outlook(snapshot, read, *provider, stored, stale).await?,
            };
            stands.or(outlook.asked_at + self.freshness_of(&outlook));
            let subject = Subject::Provider(*provider);
            if let Some(at) = outlook.expires_at {
                let why = Why { ends_at: Some(at), ..Why::default() };
                stands.add(expiring, subject, Term::Before(at), why);
            }
            if let Some(at) = outlook.deletion_at {
                let why = Why { ends_at: Some(at), ..Why::default() };
                stands.add(deletion, subject, Term::Now, why);
            }
        }
        Ok(())
    }

    /// Tells how long what a provider said holds. A deletion can be called off before it was ever noticed, and no event
    /// tells of that, so whoever has heard of one asks as often as the key is checked.
    fn freshness_of(&self, outlook: &KeyOutlook) -> Duration {
        let Timings { outlook_freshness, check_every, .. } = *self.timings();
        if outlook.deletion_at.is_some() { outlook_freshness.min(check_every) } else { outlook_freshness }
    }

    /// Asks a provider what it knows of the end of a key. One that cannot be asked leaves what was known.
    async fn ask_outlook(
        &self,
        snapshot: &ProjectSnapshot,
        read: domain::master_key::lease::BootTime,
        provider: ProviderKind,
        stored: &StoredValidity,
        known: Option<KeyOutlook>,
    ) -> Result<KeyOutlook, Error> {
        let (project, asked_at) = (snapshot.project.id, self.now());
        let described = match snapshot.setting.customer_keys.get(&provider) {
            None => None,
            Some(key) => {
                let role = key.provider_role().and_then(|role| snapshot.roles.get(&role));
                match self.open_routed(project, key, role, Some(Seen::of(snapshot, key, read))) {
                    Ok(opened) => opened.describe(Deadline::after(self.timings().check_deadline)).await.ok(),
                    Err(_) => None,
                }
            }
        };
        let (expires_at, deletion_at) = match described {
            Some(described) => (described.expires_at, described.deletion_at),
            None => (known.and_then(|known| known.expires_at), known.and_then(|known| known.deletion_at)),
        };
        let outlook = KeyOutlook { key_revision: stored.key_revision, asked_at, expires_at, deletion_at };
        self.store().save_key_outlook(project, provider, outlook).await?;
        Ok(outlook)
    }
}

fn add_validity(stands: &mut WhatStands, provider: ProviderKind, stored: &StoredValidity) {
    let validity = &stored.validity;
    let why = validity.failure().map(why_of).unwrap_or_default();
    let subject = Subject::Provider(provider);
    if validity.last_definite() == Some(Definite::Invalid) {
        stands.add(AlertKind::KeyInvalid(provider), subject, Term::Now, why.clone());
        stands.add(AlertKind::ConfigNoLongerValid, subject, Term::Now, why.clone());
    }
    if validity.network_denied {
        stands.add(AlertKind::NetworkAccessDenied, subject, Term::Now, why);
    }
}

fn why_of(failure: &Failure) -> Why {
    let said = [&failure.provider_code, &failure.provider_message];
    let said: Vec<&str> = said.into_iter().flatten().map(ForeignText::as_str).collect();
    let detail = (!said.is_empty()).then(|| said.join(": "));
    Why { reason: Some(failure.reason.code().to_owned()), detail, ends_at: None }
}

const fn is_about_endpoints(kind: AlertKind) -> bool {
    matches!(
        kind,
        AlertKind::PrivateEndpointUnapproved | AlertKind::PrivateEndpointRejected | AlertKind::PrivateEndpointFailed
    )
}

/// Gives the nodes that are said to have several certificates that count.
fn overlapping(live: &[Alert], edges: &[EdgeSeen]) -> BTreeSet<NodeId> {
    let live = live.iter().map(|alert| (alert.kind, alert.subject));
    let edges = edges.iter().map(|edge| (edge.kind, edge.subject));
    let node = |(kind, subject)| match (kind, subject) {
        (AlertKind::NodeCertificatesOverlap, Subject::Node(node)) => Some(node),
        _ => None,
    };
    live.chain(edges).filter_map(node).collect()
}
