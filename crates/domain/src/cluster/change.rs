//! Describing a new cluster and changing a present one: what is said replaces what was said, what is not
//! said stays. Must not know who may ask, nor whether the customer key works.

use super::alike::{self, AlikeChange};
use super::grain::Grain;
use super::placement::{Shard, WantedShards};
use super::plan::{FreshIds, MOST_SHARDS, NoPlan, Plan, plan, plan_zones};
use super::word::{
    AdaptiveCapacity, ClusterType, ConfigServerManagement, DiskWarming, ScalingStrategy, VersionRelease,
};
use super::{AdvancedConfiguration, BiConnector, Cluster, ClusterName, MajorVersion, Options, Refusal, Settings, Tag};
use crate::customer_key::ProviderKind;
use crate::time::Timestamp;
use crate::violation::{Violation, ViolationKind};

/// What a request says about a cluster. Nothing said is nothing changed.
#[derive(Debug, Clone, Default)]
pub struct ClusterChange {
    /// Its name.
    pub name: Option<ClusterName>,
    /// Replica set or sharded.
    pub cluster_type: Option<ClusterType>,
    /// Whose customer key it uses.
    pub encryption: Option<Encryption>,
    /// How finely the request tells nodes apart.
    pub grain: Grain,
    /// Its nodes.
    pub shards: Option<WantedShards>,
    /// How large every data disk is. Unit: GB.
    pub disk_size_gb: Option<u32>,
    /// Whether snapshots are taken.
    pub backup: Option<bool>,
    /// Whether it is backed up in the way before snapshots, which nobody serves any more.
    pub legacy_backup: Option<bool>,
    /// Whether it can be restored to any moment.
    pub point_in_time_backup: Option<bool>,
    /// Whether snapshots outlive it.
    pub retain_backups: Option<bool>,
    /// Whether it is paused.
    pub paused: Option<bool>,
    /// Whether it refuses to be deleted.
    pub termination_protection: Option<bool>,
    /// The release series.
    pub major_version: Option<MajorVersion>,
    /// All its marks.
    pub tags: Option<Vec<Tag>>,
    /// All its marks in the older way.
    pub labels: Option<Vec<Tag>>,
    /// What else it is said to be.
    pub options: OptionsChange,
}

/// What a request says beyond nodes.
#[derive(Debug, Clone, Default)]
pub struct OptionsChange {
    /// See [`Options`].
    pub adaptive_capacity: Option<AdaptiveCapacity>,
    /// See [`Options`].
    pub advanced: Option<AdvancedConfiguration>,
    /// See [`Options`].
    pub bi_connector: Option<BiConnector>,
    /// See [`Options`].
    pub config_server_management: Option<ConfigServerManagement>,
    /// See [`Options`].
    pub disk_warming: Option<DiskWarming>,
    /// See [`Options`].
    pub data_risks_accepted_at: Option<Timestamp>,
    /// See [`Options`].
    pub fast_initial_sync: Option<bool>,
    /// See [`Options`].
    pub redact_client_log_data: Option<bool>,
    /// See [`Options`].
    pub scaling_strategy: Option<ScalingStrategy>,
    /// See [`Options`].
    pub self_managed_sharding: Option<bool>,
    /// See [`Options`].
    pub version_release: Option<VersionRelease>,
}

/// Whose customer key a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Nobody's.
    Off,
    /// That of a provider.
    By(ProviderKind),
}

impl ClusterChange {
    /// Gives the most shards that the change can lead to, each of which may be new.
    #[must_use]
    pub fn most_shards(&self) -> usize {
        match &self.shards {
            None => 0,
            Some(WantedShards::Each(shards)) => shards.len(),
            Some(WantedShards::ByZone(_) | WantedShards::Alike(_)) => MOST_SHARDS,
        }
    }
}

impl Encryption {
    const fn provider(self) -> Option<ProviderKind> {
        match self {
            Self::Off => None,
            Self::By(provider) => Some(provider),
        }
    }
}

/// What a change does to encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionMove {
    /// It begins to use a provider's customer key.
    On(ProviderKind),
    /// It ceases to.
    Off(ProviderKind),
}

/// A change applied.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    /// What is said about the cluster then.
    pub next: Settings,
    /// Whether that is anything new.
    pub changed: bool,
    /// What becomes of encryption.
    pub encryption: Option<EncryptionMove>,
}

/// Describes a new cluster. `fresh` has one entry for each wanted shard.
/// Errors: `Violations`, `SharedTier`, `PausedFromTheStart`, `LegacyBackup`, `TooCoarse`.
pub fn create(change: ClusterChange, fresh: &[FreshIds]) -> Result<(ClusterName, Settings), Refusal> {
    let mut missing = Vec::new();
    let mut need = |is_there: bool, field: &str| {
        if !is_there {
            missing.push(Violation::missing(field));
        }
    };
    need(change.name.is_some(), "name");
    need(change.shards.is_some(), "replicationSpecs");
    let cluster_type = change.cluster_type.or_else(|| type_of(&change));
    need(cluster_type.is_some(), "clusterType");
    let (Some(name), Some(cluster_type)) = (change.name.clone(), cluster_type) else {
        return Err(Refusal::Violations(missing));
    };
    if !missing.is_empty() {
        return Err(Refusal::Violations(missing));
    }
    let unsaid = Settings {
        cluster_type,
        encryption: None,
        shards: Vec::new(),
        disk_size_gb: None,
        backup: false,
        point_in_time_backup: false,
        retain_backups: false,
        paused: false,
        termination_protection: false,
        major_version: MajorVersion::default(),
        tags: Vec::new(),
        labels: Vec::new(),
        options: Options::default(),
    };
    let settings = merge(&unsaid, change, fresh)?;
    if settings.paused {
        return Err(Refusal::PausedFromTheStart);
    }
    Ok((name, settings))
}

/// Applies a change to a present cluster. `fresh` has one entry for each wanted shard.
/// Errors: `Violations`, `SharedTier`, `Paused`, `AlreadyPaused`, `ChangedAndPaused`, `ProviderChanged`,
/// `LegacyBackup`, `TooCoarse`.
pub fn apply(cluster: &Cluster, change: ClusterChange, fresh: &[FreshIds]) -> Result<Applied, Refusal> {
    let present = &cluster.settings;
    change.grain.describes(&present.shards).map_err(Refusal::TooCoarse)?;
    let renamed = change.name.as_ref().is_some_and(|name| *name != cluster.name);
    if renamed {
        let violation = Violation { field: "name".to_owned(), kind: ViolationKind::ReadOnly };
        return Err(Refusal::Violations(vec![violation]));
    }
    if !may_become(present.cluster_type, change.cluster_type.unwrap_or(present.cluster_type)) {
        let sentence = "A REPLICASET can become SHARDED; no other change of this is possible.";
        return Err(Refusal::Violations(vec![Violation::rule("clusterType", sentence)]));
    }
    let asks_for_pause = change.paused == Some(true);
    let next = merge(present, change, fresh)?;
    let otherwise_same = Settings { paused: present.paused, ..next.clone() } == *present;
    match (present.paused, next.paused) {
        (true, _) if !otherwise_same => return Err(Refusal::Paused),
        (true, true) if asks_for_pause => return Err(Refusal::AlreadyPaused),
        (false, true) if !otherwise_same => return Err(Refusal::ChangedAndPaused),
        (true | false, _) => {}
    }
    let encryption = match (present.encryption, next.encryption) {
        (Some(from), Some(to)) if from != to => return Err(Refusal::ProviderChanged { from, to }),
        (None, Some(to)) => Some(EncryptionMove::On(to)),
        (Some(from), None) => Some(EncryptionMove::Off(from)),
        (Some(_), Some(_)) | (None, None) => None,
    };
    Ok(Applied { changed: next != *present, encryption, next })
}

/// Decides whether a cluster may be deleted.
/// Errors: `TerminationProtected`.
pub const fn may_delete(settings: &Settings) -> Result<(), Refusal> {
    if settings.termination_protection { Err(Refusal::TerminationProtected) } else { Ok(()) }
}

/// Tells of which type a new cluster is that does not say it, if its description lets it leave that out.
fn type_of(change: &ClusterChange) -> Option<ClusterType> {
    let Some(WantedShards::Alike(alike)) = &change.shards else { return None };
    let zones = alike.zones.as_ref().map_or(1, Vec::len);
    let shards = alike.zones.iter().flatten().filter_map(|zone| zone.shards).chain(alike.shards).max();
    Some(match (zones, shards.unwrap_or(1)) {
        (0 | 1, 0 | 1) => ClusterType::ReplicaSet,
        (0 | 1, _) => ClusterType::Sharded,
        (_, _) => ClusterType::GeoSharded,
    })
}

/// Makes a plan of a change that speaks of all nodes as one.
fn plan_alike(
    wanted: AlikeChange,
    cluster_type: ClusterType,
    present: &[Shard],
    fresh: &[FreshIds],
) -> Result<Plan, NoPlan> {
    let zones = alike::resolve(wanted, present).map_err(NoPlan::Violations)?;
    plan_zones(zones.clone(), cluster_type, present, fresh).map_err(|none| match none {
        NoPlan::Violations(broken) => {
            NoPlan::Violations(broken.into_iter().map(|broken| alike::respell(broken, &zones)).collect())
        }
        shared @ NoPlan::SharedTier(_) => shared,
    })
}

fn may_become(from: ClusterType, to: ClusterType) -> bool {
    from == to || matches!((from, to), (ClusterType::ReplicaSet, ClusterType::Sharded))
}

fn merge(present: &Settings, change: ClusterChange, fresh: &[FreshIds]) -> Result<Settings, Refusal> {
    let ClusterChange {
        name: _,
        cluster_type,
        encryption,
        grain,
        shards,
        disk_size_gb: wanted_disk_size_gb,
        backup,
        legacy_backup,
        point_in_time_backup,
        retain_backups,
        paused,
        termination_protection,
        major_version,
        tags,
        labels,
        options,
    } = change;
    let cluster_type = cluster_type.unwrap_or(present.cluster_type);
    let with_customer_key = encryption.map_or(present.encryption, Encryption::provider).is_some();
    if legacy_backup == Some(true) {
        return Err(Refusal::LegacyBackup { with_customer_key });
    }
    let planned = match shards {
        None => Ok(Plan { shards: present.shards.clone(), disk_size_gb: None }),
        Some(WantedShards::Each(wanted)) => plan(wanted, cluster_type, &present.shards, fresh),
        Some(WantedShards::ByZone(wanted)) => plan_zones(wanted, cluster_type, &present.shards, fresh),
        Some(WantedShards::Alike(wanted)) => plan_alike(wanted, cluster_type, &present.shards, fresh),
    };
    let Plan { shards, disk_size_gb } = planned.map_err(|none| match none {
        NoPlan::Violations(violations) => Refusal::Violations(violations),
        NoPlan::SharedTier(tier) => {
            Refusal::SharedTier { tier, with_customer_key: matches!(encryption, Some(Encryption::By(_))) }
        }
    })?;
    grain.describes(&shards).map_err(Refusal::TooCoarse)?;
    let disk_size_gb = wanted_disk_size_gb.or(disk_size_gb);
    Ok(Settings {
        cluster_type,
        encryption: encryption.map_or(present.encryption, Encryption::provider),
        shards,
        disk_size_gb: disk_size_gb.or(present.disk_size_gb),
        backup: backup.unwrap_or(present.backup),
        point_in_time_backup: point_in_time_backup.unwrap_or(present.point_in_time_backup),
        retain_backups: retain_backups.unwrap_or(present.retain_backups),
        paused: paused.unwrap_or(present.paused),
        termination_protection: termination_protection.unwrap_or(present.termination_protection),
        major_version: major_version.unwrap_or_else(|| present.major_version.clone()),
        tags: tags.unwrap_or_else(|| present.tags.clone()),
        labels: labels.unwrap_or_else(|| present.labels.clone()),
        options: merge_options(&present.options, options),
    })
}

fn merge_options(present: &Options, change: OptionsChange) -> Options {
    let OptionsChange {
        adaptive_capacity,
        advanced,
        bi_connector,
        config_server_management,
        disk_warming,
        data_risks_accepted_at,
        fast_initial_sync,
        redact_client_log_data,
        scaling_strategy,
        self_managed_sharding,
        version_release,
    } = change;
    Options {
        adaptive_capacity: adaptive_capacity.or(present.adaptive_capacity),
        advanced: advanced.unwrap_or_else(|| present.advanced.clone()),
        bi_connector: bi_connector.unwrap_or_else(|| present.bi_connector.clone()),
        config_server_management: config_server_management.unwrap_or(present.config_server_management),
        disk_warming: disk_warming.unwrap_or(present.disk_warming),
        data_risks_accepted_at: data_risks_accepted_at.or(present.data_risks_accepted_at),
        fast_initial_sync: fast_initial_sync.unwrap_or(present.fast_initial_sync),
        process: present.process.clone(),
        redact_client_log_data: redact_client_log_data.unwrap_or(present.redact_client_log_data),
        scaling_strategy: scaling_strategy.unwrap_or(present.scaling_strategy),
        self_managed_sharding: self_managed_sharding.unwrap_or(present.self_managed_sharding),
        version_release: version_release.unwrap_or(present.version_release),
    }
}
