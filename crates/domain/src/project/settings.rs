//! What people set on a project beside its name and its activity, and how a change of it is merged.
//! Must not know where it is kept.

use std::collections::BTreeMap;

use super::{ProjectLimit, ProjectName};
use crate::cluster::Tag;

/// What people set on a project. Most of it is a wish about features that are not here: it is kept for the clients that
/// manage it, and shown as it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSettings {
    /// Its marks, in the order given.
    pub tags: Vec<Tag>,
    /// The flags that were set; the others are as [`ProjectFlag::default_value`] says.
    pub flags: BTreeMap<ProjectFlag, bool>,
    /// The limits that were set; the others are as [`ProjectLimit::default_value`] says.
    pub limits: BTreeMap<ProjectLimit, u64>,
    /// Whether what counts as a slow operation is measured, rather than fixed.
    pub managed_slow_ms: bool,
    /// Whether it was made with the usual alert configurations.
    pub default_alerts: bool,
    /// Whether its creator said that it may use all commercial regions, which it may anyway.
    pub commercial_regions: bool,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            tags: Vec::new(),
            flags: BTreeMap::new(),
            limits: BTreeMap::new(),
            managed_slow_ms: true,
            default_alerts: true,
            commercial_regions: false,
        }
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])* $flag:ident = $name:literal, $default:literal;)*) => {
        /// A switch of a project for a feature that is not here. Spelled as the Admin API spells it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProjectFlag {
            $($(#[$doc])* $flag,)*
        }

        impl ProjectFlag {
            /// Every flag there is, by name.
            pub const ALL: &'static [Self] = &[$(Self::$flag,)*];

            /// Gives the name the Admin API and the store use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$flag => $name,)* }
            }

            /// Gives what it is until somebody sets it.
            #[must_use]
            pub const fn default_value(self) -> bool {
                match self { $(Self::$flag => $default,)* }
            }
        }
    };
}

flags! {
    /// An assistant for clusters.
    ClusterAiAssistant = "isClusterAiAssistantEnabled", false;
    /// Figures about single databases.
    DatabaseStatistics = "isCollectDatabaseSpecificsStatisticsEnabled", true;
    /// Looking into collections in the console.
    DataExplorer = "isDataExplorerEnabled", true;
    /// Generated queries there.
    DataExplorerGenAi = "isDataExplorerGenAIFeaturesEnabled", false;
    /// Sample documents for them.
    DataExplorerGenAiSamples = "isDataExplorerGenAISampleDocumentPassingEnabled", false;
    /// Checks of data.
    DataValidation = "isDataValidationEnabled", false;
    /// Larger disks.
    ExtendedStorageSizes = "isExtendedStorageSizesEnabled", false;
    /// Another order of search results.
    NativeReranking = "isNativeRerankingEnabled", false;
    /// Advice on indexes.
    PerformanceAdvisor = "isPerformanceAdvisorEnabled", true;
    /// Figures as they come.
    RealtimePerformancePanel = "isRealtimePerformancePanelEnabled", true;
    /// Advice on schemas.
    SchemaAdvisor = "isSchemaAdvisorEnabled", true;
}

impl ProjectFlag {
    /// Finds a flag by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|flag| flag.name() == name)
    }
}

/// A change of a project; what it does not mention stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectChange {
    /// Another name.
    pub name: Option<ProjectName>,
    /// Other marks, all of them.
    pub tags: Option<Vec<Tag>>,
    /// Flags.
    pub flags: BTreeMap<ProjectFlag, bool>,
    /// Limits; without a value, one is as if it had never been set.
    pub limits: BTreeMap<ProjectLimit, Option<u64>>,
    /// Whether what counts as a slow operation is measured.
    pub managed_slow_ms: Option<bool>,
    /// Whether the usual alert configurations are wanted.
    pub default_alerts: Option<bool>,
}

/// Which part of a project a change alters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// Its name.
    Name,
    /// Its marks.
    Tags,
    /// Anything else that was set on it.
    Settings,
}

impl ProjectSettings {
    /// Gives what a flag is.
    #[must_use]
    pub fn flag(&self, flag: ProjectFlag) -> bool {
        self.flags.get(&flag).copied().unwrap_or_else(|| flag.default_value())
    }

    /// Gives what a limit is, if it is there.
    #[must_use]
    pub fn limit(&self, limit: ProjectLimit) -> Option<u64> {
        self.limits.get(&limit).copied().or_else(|| limit.default_value())
    }

    /// Merges a change over what is set.
    #[must_use]
    pub fn with(&self, change: &ProjectChange) -> Self {
        let ProjectChange { name: _, tags, flags, limits, managed_slow_ms, default_alerts } = change;
        let mut merged = self.clone();
        if let Some(tags) = tags {
            merged.tags.clone_from(tags);
        }
        merged.flags.extend(flags);
        for (limit, value) in limits {
            match value {
                Some(value) => merged.limits.insert(*limit, *value),
                None => merged.limits.remove(limit),
            };
        }
        merged.managed_slow_ms = managed_slow_ms.unwrap_or(merged.managed_slow_ms);
        merged.default_alerts = default_alerts.unwrap_or(merged.default_alerts);
        merged
    }

    /// Tells what a change would alter of a project with these settings and this name, each part once.
    #[must_use]
    pub fn noticed(&self, name: &str, change: &ProjectChange) -> Vec<Noticed> {
        let merged = self.with(change);
        let renamed = change.name.as_ref().is_some_and(|new| new.as_str() != name);
        let tagged = merged.tags != self.tags;
        let other = ProjectSettings { tags: self.tags.clone(), ..merged } != *self;
        let all = [(renamed, Noticed::Name), (tagged, Noticed::Tags), (other, Noticed::Settings)];
        all.into_iter().filter_map(|(it_is, what)| it_is.then_some(what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str) -> Tag {
        Tag { key: key.to_owned(), value: "v".to_owned() }
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_mention() {
        let first = ProjectChange {
            tags: Some(vec![tag("a"), tag("b")]),
            flags: [(ProjectFlag::DataExplorer, false)].into(),
            limits: [(ProjectLimit::Clusters, Some(5)), (ProjectLimit::DatabaseUsers, Some(7))].into(),
            managed_slow_ms: Some(false),
            ..ProjectChange::default()
        };
        let set = ProjectSettings::default().with(&first);
        assert!(!set.flag(ProjectFlag::DataExplorer) && set.flag(ProjectFlag::SchemaAdvisor) && !set.managed_slow_ms);
        assert_eq!((set.limit(ProjectLimit::Clusters), set.limit(ProjectLimit::DatabaseUsers)), (Some(5), Some(7)));
        assert_eq!(set.limit(ProjectLimit::FederatedBytesPerDay), None);
        let second = ProjectChange { limits: [(ProjectLimit::Clusters, None)].into(), ..ProjectChange::default() };
        let later = set.with(&second);
        assert_eq!((later.limit(ProjectLimit::Clusters), &later.tags), (Some(100_000), &set.tags));
        assert_eq!(set.with(&ProjectChange::default()), set);
    }

    #[test]
    fn only_what_differs_is_noticed() {
        let set = ProjectSettings { tags: vec![tag("a")], ..ProjectSettings::default() };
        let check = |change: &ProjectChange, expected: &[Noticed]| {
            assert_eq!(set.noticed("old", change), expected, "{change:?}");
        };
        let named = |name| ProjectChange { name: ProjectName::parse(name), ..ProjectChange::default() };
        check(&named("old"), &[]);
        check(&named("new"), &[Noticed::Name]);
        check(&ProjectChange { tags: Some(vec![tag("a")]), ..ProjectChange::default() }, &[]);
        check(&ProjectChange { tags: Some(Vec::new()), ..named("new") }, &[Noticed::Name, Noticed::Tags]);
        check(&ProjectChange { managed_slow_ms: Some(false), ..ProjectChange::default() }, &[Noticed::Settings]);
        check(&ProjectChange { managed_slow_ms: Some(true), ..ProjectChange::default() }, &[]);
    }

    #[test]
    fn flags_are_read_back_by_name() {
        assert!(ProjectFlag::ALL.iter().all(|flag| ProjectFlag::by_name(flag.name()) == Some(*flag)));
        assert_eq!(ProjectFlag::by_name("isMoonEnabled"), None);
    }
}
