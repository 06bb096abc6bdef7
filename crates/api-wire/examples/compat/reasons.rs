//! Why we differ, as data: the page and the check are made of it. Must not hold a sentence of the reference.

use crate::compare::Difference::{self, *};

/// Why some differences are there.
pub(crate) struct Reason {
    /// Of which kinds they are; none means any.
    pub(crate) differences: &'static [Difference],
    /// The operations, components or statuses; none means any, and `*` at either end stands for anything.
    pub(crate) owners: &'static [&'static str],
    /// Which; none means all.
    pub(crate) names: &'static [&'static str],
    /// The reason.
    pub(crate) why: &'static str,
}

impl Reason {
    /// Tells whether a finding is one of these.
    pub(crate) fn fits(&self, difference: Difference, owner: &str, name: &str) -> bool {
        (self.differences.is_empty() || self.differences.contains(&difference))
            && (self.owners.is_empty() || self.owners.iter().any(|pattern| matches(pattern, owner)))
            && (self.names.is_empty() || self.names.iter().any(|pattern| matches(pattern, name)))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let (starts_open, ends_open) = (pattern.starts_with('*'), pattern.ends_with('*'));
    let core = pattern.trim_matches('*');
    match (starts_open, ends_open) {
        (true, true) => text.contains(core),
        (true, false) => text.ends_with(core),
        (false, true) => text.starts_with(core),
        (false, false) => text == core,
    }
}

/// Operations that answer, but do less than their name says.
pub(crate) static MINIMAL: &[(&[&str], &str)] = &[
    (
        &["createFlexCluster", "updateFlexCluster", "deleteFlexCluster", "tenantUpgrade"],
        "refused: there are no flex clusters here",
    ),
    (
        &["listFlexClusters", "getFlexCluster", "listServerlessInstances"],
        "none can exist here; the answers that clients look for are given",
    ),
    (&["upgradeTenantUpgrade"], "refused: no cluster is smaller than `M10`"),
    (
        &["restartPrimaries", "pinFeatureCompatibilityVersion", "unpinFeatureCompatibilityVersion"],
        "refused: Atrest sends database nodes no commands",
    ),
    (
        &["takeSnapshots", "updateBackupSnapshot"],
        "refused: backups are taken elsewhere and [registered](master-keys.md) here",
    ),
    (
        &["deleteClusterBackupSnapshot"],
        "[releases](master-keys.md) a registered snapshot; the backup itself is elsewhere",
    ),
    (
        &["listBackupShardedClusters", "getBackupShardedCluster", "deleteBackupShardedCluster"],
        "empty: a registered snapshot is one of the whole cluster",
    ),
    (
        &["getBackupSchedule", "updateBackupSchedule", "updateCompliancePolicy"],
        "kept and given back; backups themselves are taken elsewhere",
    ),
    (
        &["getProcessArgs", "updateProcessArgs", "createClusterSearchDeployment", "updateClusterSearchDeployment"],
        "kept and given back; nodes are configured elsewhere",
    ),
    (
        &["listGroupContainers", "listGroupContainerAll", "getGroupContainer"],
        "made up, one for each provider and region that has clusters: clients look for it",
    ),
    (&["createAccessListEntry", "listAccessListEntries"], "kept and given back; Atrest guards no database port"),
    (
        &["enableManagedSlowMs", "disableManagedSlowMs", "getManagedSlowMs", "updateGroupSettings"],
        "kept and given back; nothing here acts on it",
    ),
    (&["getGroupIpAddresses"], "every list is empty: the machines are the operator's"),
    (&["getMongoDbVersions"], "the two series of today for every size; a cluster may name any other"),
    (
        &["updateOrgSettings"],
        "access lists of keys and the life of secrets are held to; the rest is kept and given back",
    ),
    (&["validateGroupClusterConfigurations"], "looks over `clusterDescription` alone"),
];

/// Operations that answer in full, but for a parameter that they accept and do not heed.
pub(crate) static UNHEEDED: &[(&[&str], &str)] = &[
    (
        &["listClusters"],
        "`includeDeletedWithRetainedBackups` changes nothing: deleted clusters have a [list of their own](master-keys.md)",
    ),
    (
        &["deleteCluster"],
        "`retainBackups` changes nothing: a [registered](master-keys.md) snapshot keeps the master keys it needs",
    ),
];

/// Operations that are not here, with a better reason than that they are another feature's.
pub(crate) static ABSENT: &[(&[&str], &str)] = &[
    (
        &["listDefaultGroupLimits", "getDefaultGroupLimit"],
        "there at a preview only, and previews are not served; `limits` of a project tells them",
    ),
    (&["createOrg"], "the operator makes organizations, with `atrest init`"),
];

/// Fields and words of other features.
const ELSEWHERE: &str = "belongs to a feature that is not here";

/// The reasons; the first that fits counts.
pub(crate) static REASONS: &[Reason] = &[
    Reason {
        differences: &[LacksWord],
        owners: &[
            "EventTypeFor*",
            "*.eventTypeName",
            "AppServiceEventTypeViewAlertable",
            "RawMetricUnits",
            "MatcherFieldView",
        ],
        names: &[],
        why: ELSEWHERE,
    },
    Reason {
        differences: &[AddsWord],
        owners: &["EventTypeFor*", "*.eventTypeName", "AppServiceEventTypeViewAlertable"],
        names: &[],
        why: "one list for projects, organizations and alerts, with events of ours (nodes, master keys, private endpoints, expiry); a filter that does not name them never meets them",
    },
    Reason {
        differences: &[AddsWord],
        owners: &["AppServiceMetricMatcherField"],
        names: &[],
        why: "the reference has a list of its own for each kind of alert; here is one",
    },
    Reason {
        differences: &[LacksWord],
        owners: &["GreaterThanRawThreshold.operator"],
        names: &["<", ">"],
        why: ELSEWHERE,
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &[
            "*EventView*",
            "*AuditView*",
            "*Audit",
            "*Event",
            "*AuditForNdsGroup",
            "*AuditForOrg",
            "NDSAudit*",
            "Host*",
            "ForNdsGroup",
            "FlexMetricAlert",
            "ReplicaSetAlertViewForNdsGroup",
            "StreamProcessor*",
            "AppService*",
        ],
        names: &[],
        why: "fields of single kinds of events and alerts; ours carry what all have, and the rest in `raw` or in words",
    },
    Reason {
        differences: &[AddsInAnswer],
        owners: &["*Paginated*"],
        names: &["status"],
        why: "with `envelope=true` a list carries its status; the reference tells so in words only",
    },
    Reason {
        differences: &[AddsInAnswer],
        owners: &["DefaultEventViewFor*"],
        names: &["clusterName"],
        why: "the reference has it in the view of cluster events; ours is one view",
    },
    Reason {
        differences: &[LacksInRequest],
        owners: &["StreamProcessorMetricThreshold", "AppServiceMetricAlertConfigViewForNdsGroup"],
        names: &[],
        why: ELSEWHERE,
    },
    Reason {
        differences: &[AddsInRequest],
        owners: &["DatadogNotification"],
        names: &["severity"],
        why: "one shape for all kinds of notifications; those that we cannot send are refused by name",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &["*Notification"],
        names: &[],
        why: "kinds of notifications that we cannot send are refused; a webhook's body and headers are ours",
    },
    Reason {
        differences: &[AddsInRequest],
        owners: &[
            "AlertView",
            "ApiSearchDeploymentRequestView",
            "CloudProviderAccessRoleRequest*",
            "DedicatedHardwareSpec*",
            "UserAccessListRequest",
        ],
        names: &[],
        why: "what clients echo from answers is accepted and ignored",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &["CloudProviderAccessFeatureUsage*"],
        names: &[],
        why: "only encryption at rest uses roles here",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &[
            "AWSCloudProviderContainer",
            "AzureCloudProviderContainer",
            "GCPCloudProviderContainer",
            "ControlPlaneIPAddresses",
        ],
        names: &[],
        why: "the operator's network is not known to Atrest",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &["AWSHardwareSpec*", "AWSCloudProviderSettings"],
        names: &[],
        why: "figures of machines that Atlas buys; Atrest buys none",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &[
            "AdvancedClusterDescription",
            "ClusterDescription20240805",
            "LegacyAtlasCluster",
            "CloudCluster",
            "ClusterConnectionStrings",
            "MdbAvailableVersion",
        ],
        names: &[],
        why: "left out where nothing is known or nothing of the kind exists, as the service itself does with unset fields",
    },
    Reason {
        differences: &[],
        owners: &[
            "Tenant*",
            "ClusterFreeProviderSettings",
            "ServerlessInstanceDescription",
            "CloudRegionConfig*",
            "CloudProviderContainer.providerName",
        ],
        names: &[],
        why: "clusters smaller than `M10`, flex and serverless ones are refused, whatever their description says",
    },
    Reason {
        differences: &[],
        owners: &["DiskBackup*", "listBackupSnapshots"],
        names: &[],
        why: "backups are taken elsewhere; a registered snapshot tells which master keys it needs",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &["CloudAppUser", "GroupActiveUserResponse", "OrgActiveUserResponse"],
        names: &[],
        why: "not kept of people: country, telephone, last sign-in; nor is a password ever shown",
    },
    Reason {
        differences: &[LacksInAnswer],
        owners: &["ServiceAccountIPAccessListEntry", "UserAccessListResponse"],
        names: &[],
        why: "the use of single entries is not counted",
    },
    Reason {
        differences: &[AddsInAnswer],
        owners: &["GroupServiceAccount", "OrgServiceAccount"],
        names: &["systemManaged"],
        why: "newer clients demand it",
    },
    Reason {
        differences: &[LacksWord],
        owners: &["Group.regionUsageRestrictions"],
        names: &["GOV_REGIONS_ONLY"],
        why: "there is no government cloud here",
    },
    Reason {
        differences: &[Success],
        owners: &["createAlertConfig", "createGroup", "deleteGroup"],
        names: &[],
        why: "the service answers so, whatever its document says",
    },
    Reason {
        differences: &[AddsDate],
        owners: &["deleteCluster", "deleteClusterSearchDeployment", "deleteGroup", "restartPrimaries"],
        names: &[],
        why: "the reference has the date too, without saying that the answer is an empty object",
    },
    Reason {
        differences: &[AddsParameter],
        owners: &[],
        names: &["pretty", "includeCount", "itemsPerPage", "pageNum"],
        why: "read wherever it makes sense",
    },
    Reason { differences: &[LacksStatus], owners: &["402"], names: &[], why: "nothing is paid for here" },
    Reason {
        differences: &[LacksStatus],
        owners: &["404", "409"],
        names: &[],
        why: "cannot happen when nothing is named, or nothing is changed",
    },
    Reason {
        differences: &[AddsStatus],
        owners: &["406"],
        names: &[],
        why: "no media type that the operation has; the service answers so too, its document does not list it",
    },
    Reason {
        differences: &[AddsStatus],
        owners: &["400", "403", "404", "408", "409", "413", "415", "500", "503"],
        names: &[],
        why: "bad input, a slow or large body, a race, or a store that is away has its own status and says what to do",
    },
];
