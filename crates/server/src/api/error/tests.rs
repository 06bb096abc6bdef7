//! The table, printed: a change of any row shows up in review.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use api_wire::fault::FaultKind;
use api_wire::text_format::CLUSTER_NAME;
use control::certificate_authority::RequestFault;
use control::error::CandidateRefused;
use control::external_authority::{CertificateFault, ExternalAuthorityError};
use control::master_key::MasterKeyError;
use control::master_key_grant::GrantError;
use control::node::NodeError;
use control::private_endpoint::PrivateEndpointError;
use control::snapshot::SnapshotError;
use domain::access::{OrgRole, ProjectRole};
use domain::cluster::{ClusterName, Refusal, SharedTier, TooCoarse};
use domain::customer_key::azure_key_vault::AzureEnvironment;
use domain::external_authority::{AuthorityRefusal, Identity, IdentityKind};
use domain::id::{EventId, NodeId, OrgId, ProjectId, ProviderRoleId};
use domain::master_key::MasterKeyId;
use domain::master_key::attribute::{Name, NameKind};
use domain::master_key::state::ReturnRefusal;
use domain::node::{EnrolmentRefusal, NodeName, RenewalRefusal};
use domain::private_endpoint::{CreationRefusal, Disablement, EndpointRegion, PlacementRefusal, PrivateProvider};
use domain::release_grant::GrantRefusal;
use domain::snapshot::SnapshotRefusal;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};
use domain::violation::{Violation, ViolationKind};

use super::*;

fn candidate(provider: ProviderKind, reason: Reason) -> Refused {
    let failure = Failure {
        provider_code: Some(ForeignText::tame("SomeException", &[])),
        provider_message: Some(ForeignText::tame("it said no", &[])),
        provider_request_id: Some(ForeignText::tame("r-1", &[])),
        ..Failure::silent(reason)
    };
    let refused = CandidateRefused {
        provider,
        project: ProjectId::from_random([1; 12]),
        role: Some(ProviderRoleId::from_random([2; 12])),
        place: match provider {
            ProviderKind::AwsKms => "US_EAST_1".to_owned(),
            ProviderKind::AzureKeyVault => "EXAMPLEKeyVault".to_owned(),
            ProviderKind::GcpKms => "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1".to_owned(),
        },
        failure,
    };
    Refused::Control(control::Error::CandidateRefused(Box::new(refused)))
}

/// Whatever can be wrong with an access role.
fn of_provider_roles() -> Vec<control::Error> {
    use control::provider_role::{NotProved, ProviderRoleError as E};
    use domain::customer_key::azure_key_vault::AzureGuid;
    use domain::customer_key::gcp_kms::ServiceAccountEmail;
    use domain::provider_role::RoleIdentity;
    let (id, project) = (ProviderRoleId::from_random([2; 12]), ProjectId::from_random([1; 12]));
    let guid = || AzureGuid::parse("11111111-2222-3333-4444-555555555555").unwrap();
    let arn = "arn:aws:iam::444455556666:role/atrest".to_owned();
    let identities = [
        RoleIdentity::Aws { role_arn: Some(arn.clone()), external_id: "external".to_owned() },
        RoleIdentity::Azure { tenant: guid(), service_principal: guid() },
        RoleIdentity::Gcp { service_account: ServiceAccountEmail::of_role(id, "p-operator").unwrap(), made: true },
    ];
    let transient = |reason| Failure::silent(Reason::Transient(reason));
    let mut all = vec![
        E::NotFound { project, id: "x\r\ny".to_owned() },
        E::Elsewhere { id, provider: ProviderKind::AwsKms, named: ProviderKind::GcpKms },
        E::NotConfigured(ProviderKind::AzureKeyVault),
        E::TooMany,
        E::InUse(id),
        E::Conflict(id),
        E::NoneOfThatArn(arn),
        E::Account(Box::new(transient(TransientReason::OperatorIdentity))),
        E::Account(Box::new(transient(TransientReason::ProviderFault))),
    ];
    for identity in identities {
        let not_proved = |failure| E::NotProved(Box::new(NotProved { role: id, identity: identity.clone(), failure }));
        let code = Some(ForeignText::tame("SomeException", &[]));
        let refused = Failure::silent(Reason::Definite(DefiniteReason::RoleNotAssumable));
        all.push(not_proved(Failure { provider_code: code, ..refused.clone() }));
        all.push(not_proved(refused));
        all.push(not_proved(Failure::silent(Reason::Definite(DefiniteReason::RoleNotSafe))));
        all.push(not_proved(transient(TransientReason::Connect)));
    }
    all.into_iter().map(Into::into).collect()
}

/// Whatever can be wrong with who may do what.
fn of_access() -> Vec<control::Error> {
    use control::access::AccessError as E;
    let strange = || "x\r\ny".to_owned();
    let all = [
        E::ApiKeyNotFound(strange()),
        E::AccountNotFound(strange()),
        E::SecretNotFound(strange()),
        E::TeamNotFound(strange()),
        E::UserNotFound(strange()),
        E::EntryNotFound(strange()),
        E::EntryTaken("203.0.113.0/24".to_owned()),
        E::TooManyEntries,
        E::CallersOwnEntry,
        E::CallerWithoutList,
        E::TeamNameTaken(strange()),
        E::TeamInProject(strange()),
        E::TooManyTeams,
        E::TooManyInTeam,
        E::UserTaken(strange()),
        E::InTeam(strange()),
        E::NotInTeam(strange()),
        E::RoleNotHeld("GROUP_OWNER"),
        E::NoRoleLeft,
        E::LastOwner(OrgId::from_random([7; 12])),
        E::TooManySecrets,
        E::SecretHours { asked: 9000, max: 8760 },
        E::TokenRefused,
        E::WrongStanding,
    ];
    all.into_iter().map(Into::into).collect()
}

/// Whatever can be wrong with alerts and their configurations.
fn of_alerts() -> Vec<control::Error> {
    use control::alert_config::{AlertError as E, AlertFault, AlertFaultKind as K};
    let project = ProjectId::from_random([1; 12]);
    let kinds = [
        K::Missing,
        K::NobodyToTell,
        K::TooManyNotifications,
        K::ThresholdMissing,
        K::ThresholdNotAllowed,
        K::OperatorNotAllowed { allowed: "GREATER_THAN" },
        K::UnitsNotAllowed { allowed: "DAYS" },
        K::OutOfRange { min: 1, max: 2 },
        K::IntervalOutOfRange,
        K::MailOrMessageNeeded,
        K::NotSupported { what: "SLACK".to_owned() },
        K::NotOfThisType { type_name: "EMAIL".to_owned() },
        K::MatchersNotAllowed,
        K::NotAnAddress,
        K::NoSuchRole { prefix: "GROUP_" },
        K::NoSuchTeam,
        K::AddressRefused { why: "is not https".to_owned() },
        K::MaskOfNothing,
    ];
    let fault = |kind| AlertFault { field: "notifications[0].roles".to_owned(), kind };
    let mut all: Vec<E> = kinds.into_iter().map(|kind| E::Refused(vec![fault(kind)])).collect();
    all.extend([
        E::ConfigNotFound { project, id: "x\r\ny".to_owned() },
        E::NotFound { project, id: "x\r\ny".to_owned() },
        E::TooMany,
        E::Conflict,
        E::Refused(vec![fault(K::Missing), fault(K::NoSuchTeam)]),
    ]);
    all.into_iter().map(Into::into).collect()
}

/// Whatever can be wrong with projects and organizations, and with what surrounds a cluster.
fn of_surroundings() -> Vec<control::Error> {
    use control::backup_compliance::ComplianceError;
    use control::project::ProjectError as P;
    use control::search_deployment::SearchDeploymentError as S;
    let project = ProjectId::from_random([1; 12]);
    let name = || ClusterName::parse("cluster0").unwrap();
    let strange = || "x\r\ny".to_owned();
    let mut all: Vec<control::Error> = vec![
        P::NameNotFound(strange()).into(),
        P::LimitNotFound(strange()).into(),
        P::AccessEntryNotFound { project, value: strange() }.into(),
        P::BitsAfterLength("203.0.113.0/24".parse().unwrap()).into(),
        P::TooManyAccessEntries(200).into(),
        P::TooManyClusters(25).into(),
        P::OrganizationHasProjects(OrgId::from_random([7; 12])).into(),
        P::NoWayIn.into(),
        P::NotOffered("that").into(),
        ComplianceError::Unencrypted(vec![name(), name()]).into(),
        ComplianceError::NothingEnabled(project).into(),
        ComplianceError::EncryptionDemanded(name()).into(),
        ComplianceError::LastProvider(project).into(),
        control::Error::ContainerNotFound(strange()),
    ];
    all.extend([S::NotFound, S::Exists, S::Paused, S::Conflict].map(|kind| kind(name()).into()));
    use control::cluster::Unsupported::{PinFeatureCompatibilityVersion, RestartPrimaries, TenantUpgrade};
    all.extend(
        [RestartPrimaries, PinFeatureCompatibilityVersion, TenantUpgrade]
            .map(|what| control::Error::ClusterUnsupported { name: name(), what }),
    );
    all
}

fn every_refusal() -> Vec<Refused> {
    let fault = |kind| vec![Fault::at("awsKms.region", kind)];
    let limited = || Limited { retry_after_secs: 55, capacity: 10, refill: 5 };
    let control = Refused::Control;
    let mut all = vec![
        Refused::Unauthenticated { stale: false },
        Refused::SignInThrottled { retry_after: Duration::from_secs(5) },
        Refused::AccessListMissing { org: OrgId::from_random([7; 12]) },
        Refused::AddressNotAllowed { address: "203.0.113.9".parse().unwrap() },
        Refused::RateLimited { path: "/api/atlas/v2/orgs".to_owned(), limited: limited() },
        Refused::TokenRequestsLimited { path: "/api/oauth/token", limited: limited() },
        Refused::NotAcceptable,
        Refused::UnsupportedMediaType,
        Refused::QueryFaults(fault(FaultKind::Duplicate)),
        Refused::BodyFaults(fault(FaultKind::Missing)),
        Refused::BodyFaults(fault(FaultKind::Duplicate)),
        Refused::BodyFaults(fault(FaultKind::Unknown { nearest: None })),
        Refused::BodyFaults(fault(FaultKind::Format { expected: CLUSTER_NAME.expected })),
        Refused::BodyFaults(fault(FaultKind::NoSuchRegion { region: "X".into(), provider: "AWS", nearest: None })),
        Refused::BodyFaults(fault(FaultKind::NotOnProvider { provider: "GCP" })),
        Refused::BodyFaults(fault(FaultKind::NotInEnum { value: None, allowed: &["A"] })),
        Refused::BodyFaults([fault(FaultKind::Missing), fault(FaultKind::Duplicate)].concat()),
        Refused::BodyTooLarge { cap: 7 },
        Refused::SlowBody,
        Refused::BrokenBody,
        Refused::NoSuchPath("/nowhere".to_owned()),
        Refused::MethodNotAllowed,
        Refused::PartNotOffered(&api_wire::atlas::not_offered::PARTS[0]),
        Refused::UserSignInNotOffered,
        Refused::OldApi { path: "/api/atlas/v1.0/\r\n".to_owned(), base: "https://a/api/atlas/v2".to_owned() },
        Refused::FeatureUnsupported("That is not served here."),
        Refused::NotAFlexCluster(ClusterName::parse("cluster0").unwrap()),
        Refused::NoSuchProject("x\r\ny".to_owned()),
        Refused::NoSuchOrganization("x".to_owned()),
        Refused::NoSuchEvent("x".to_owned()),
        Refused::NoSuchOrgEvent("x".to_owned()),
        Refused::NoSuchCluster { name: "x\r\ny".to_owned(), project: ProjectId::from_random([1; 12]) },
        Refused::ForeignHost,
        Refused::Bug("secret belief"),
        control(control::Error::ProjectNotFound(ProjectId::from_random([1; 12]))),
        control(control::Error::OrganizationNotFound(OrgId::from_random([1; 12]))),
        control(control::Error::EventNotFound(EventId::from_random([1; 12]))),
        control(control::Error::OrgEventNotFound(EventId::from_random([1; 12]))),
        control(control::Error::ProjectRoleMissing { needed: ProjectRole::Owner }),
        control(control::Error::OrgRoleMissing { needed: OrgRole::Owner }),
        control(control::Error::NothingMentioned),
        control(control::Error::Violations(vec![Violation::missing("awsKms.region")])),
        control(control::Error::Violations(vec![Violation::malformed("awsKms.region", "a region")])),
        control(control::Error::Violations(vec![Violation::missing("a"), Violation::missing("b")])),
        control(control::Error::Violations(vec![Violation {
            field: "azureKeyVault.keyIdentifier".to_owned(),
            kind: ViolationKind::KeyIdentifier { expected: "https://v.vault.azure.net/keys/…".to_owned() },
        }])),
        control(control::Error::Violations(vec![Violation {
            field: "googleCloudKms.roleId".to_owned(),
            kind: ViolationKind::MissingOneOf { choices: "roleId, or serviceAccountKey" },
        }])),
        control(control::Error::EnvironmentNotSupported(AzureEnvironment::AzureChina)),
        control(control::Error::RoleNotAuthorized(ProviderRoleId::from_random([2; 12]))),
        control(control::Error::UpdateInProgress),
        control(control::Error::Conflict),
        control(control::Error::Bug(domain::Bug("secret belief"))),
    ];
    for provider in ProviderKind::ALL {
        all.push(control(control::Error::RegionNotSupported(provider)));
        for role_in_use in [true, false] {
            all.push(control(control::Error::StaticCredentialsRefused { provider, role_in_use }));
        }
        all.push(control(control::Error::PresentKeyInvalid(provider)));
        all.extend(DefiniteReason::ALL.iter().map(|reason| candidate(provider, Reason::Definite(*reason))));
        all.extend(TransientReason::ALL.iter().map(|reason| candidate(provider, Reason::Transient(*reason))));
    }
    all.extend(of_clusters().into_iter().map(control));
    all.extend(of_nodes().into_iter().map(|error| control(error.into())));
    all.extend(of_external_authorities().into_iter().map(|error| control(error.into())));
    all.extend(of_what_is_kept().into_iter().map(control));
    all.extend(of_private_endpoints().into_iter().map(control));
    all.extend(of_provider_roles().into_iter().map(control));
    all.extend([of_access(), of_alerts(), of_surroundings()].into_iter().flatten().map(control));
    all.push(Refused::NoSuchMasterKey("x\r\ny".to_owned()));
    all.extend(of_master_keys().into_iter().map(|error| control(error.into())));
    all
}

fn of_clusters() -> Vec<control::Error> {
    use control::Error as E;
    let (project, provider) = (ProjectId::from_random([1; 12]), ProviderKind::AwsKms);
    let name = || ClusterName::parse("cluster0").unwrap();
    let refused = |refusal| E::ClusterRefused { name: Some(name()), refusal };
    let small = |tier, with_customer_key| refused(Refusal::SharedTier { tier, with_customer_key });
    let rules = ["name", "replicationSpecs"].map(|field| Violation::rule(field, "It follows its rule."));
    let failure = Failure {
        provider_message: Some(ForeignText::tame("it said no", &[])),
        ..Failure::silent(Reason::Definite(DefiniteReason::KeyDisabled))
    };
    let not_proven = |failure| E::CustomerKeyNotProven(Box::new(control::error::NotProven { provider, failure }));
    vec![
        E::ClusterNotFound { project, name: name() },
        E::ClusterNameTaken { project, name: name() },
        E::ClusterConflict(name()),
        refused(Refusal::Violations(rules[..1].to_vec())),
        refused(Refusal::Violations(rules.to_vec())),
        refused(Refusal::Violations(vec![Violation { field: "name".to_owned(), kind: ViolationKind::ReadOnly }])),
        refused(Refusal::Violations(vec![Violation {
            field: "replicationSpecs[0].regionConfigs".to_owned(),
            kind: ViolationKind::NoHighestPriority,
        }])),
        small(SharedTier::Free, false),
        small(SharedTier::Flex, false),
        small(SharedTier::Flex, true),
        refused(Refusal::PausedFromTheStart),
        refused(Refusal::Paused),
        refused(Refusal::AlreadyPaused),
        refused(Refusal::ChangedAndPaused),
        refused(Refusal::ProviderChanged { from: provider, to: ProviderKind::GcpKms }),
        refused(Refusal::LegacyBackup { with_customer_key: false }),
        refused(Refusal::LegacyBackup { with_customer_key: true }),
        refused(Refusal::TooCoarse(TooCoarse::Shards)),
        refused(Refusal::TooCoarse(TooCoarse::Clouds)),
        refused(Refusal::TooCoarse(TooCoarse::Nodes)),
        refused(Refusal::TerminationProtected),
        E::ProjectNameTaken("first".to_owned()),
        E::ProjectHasClusters(project),
        E::CustomerKeyNotEnabled { project, provider },
        not_proven(None),
        not_proven(Some(failure)),
        E::CustomerKeyInUse { provider, clusters: vec![name()] },
        E::CustomerKeyInUse { provider, clusters: vec![name(); 30] },
    ]
}

fn of_private_endpoints() -> Vec<control::Error> {
    use control::Error as E;
    let project = ProjectId::from_random([1; 12]);
    let (provider, fields) = (ProviderKind::AzureKeyVault, vec!["azureKeyVault.keyVaultName"]);
    let region = |provider, name| EndpointRegion::parse(provider, name).unwrap();
    let (central, east) =
        (region(PrivateProvider::AzureKeyVault, "US_CENTRAL"), region(PrivateProvider::AwsKms, "US_EAST_1"));
    let lacking = || central.hosting().1;
    let name = || ClusterName::parse("cluster0").unwrap();
    let nowhere = |refusal| E::ClusterPlacementRefused { name: name(), refusal };
    let unknown = |provider| PrivateEndpointError::NotFound { project, provider, id: "x\r\ny".to_owned() };
    let mut all: Vec<E> = PrivateProvider::ALL.map(|provider| unknown(provider).into()).into();
    use CreationRefusal::{Inactive, NotRequired, ProviderNotEnabled, RegionNotServed, RegionTaken, TooMany};
    for refusal in [ProviderNotEnabled, NotRequired, Inactive, RegionTaken, TooMany, RegionNotServed] {
        all.push(PrivateEndpointError::Refused { project, region: east.clone(), refusal }.into());
    }
    all.extend(Disablement::ALL.map(|why| nowhere(PlacementRefusal::Disabled(why))));
    all.extend([
        PrivateEndpointError::RegionNotConfigured(central.clone()).into(),
        nowhere(PlacementRefusal::Regions(vec![lacking()])),
        nowhere(PlacementRefusal::Regions(vec![lacking(), east.hosting().1])),
        E::PrivateEndpointsExist(provider),
        E::PrivateNetworkingInUse { provider, regions: vec!["US_EAST_1".to_owned()] },
        E::PrivateNetworkingInUse { provider, regions: vec!["US_CENTRAL".to_owned(), "US_EAST_2".to_owned()] },
        E::PrivateEndpointFieldsImmutable { provider, fields },
        E::PrivateNetworkingInactiveProject(provider),
        E::ProjectHasPrivateEndpoints(project),
    ]);
    all
}

fn of_external_authorities() -> Vec<ExternalAuthorityError> {
    use AuthorityRefusal as R;
    use CertificateFault::{Malformed, NotPem, Several};
    let (project, node) = (ProjectId::from_random([1; 12]), NodeId::from_random([3; 12]));
    let mut all = vec![
        ExternalAuthorityError::NotFound { project, id: "x\r\ny".to_owned() },
        ExternalAuthorityError::KeyTaken,
        ExternalAuthorityError::IdentityTaken(Identity::parse(IdentityKind::SanDns, "db1.example.com").unwrap()),
        ExternalAuthorityError::IdentityNotFound { node, id: "x\r\ny".to_owned() },
        ExternalAuthorityError::TooManyIdentities(node),
    ];
    all.extend([NotPem, Several, Malformed].map(ExternalAuthorityError::Unreadable));
    let refusals = [R::NotAnAuthority, R::MayNotSign, R::Key, R::Expired, R::Ours, R::TooMany];
    all.extend(refusals.map(ExternalAuthorityError::Refused));
    all
}

fn of_nodes() -> Vec<NodeError> {
    let cluster = || ClusterName::parse("cluster0").unwrap();
    let mut all = vec![
        NodeError::NotFound { cluster: cluster(), id: "x\r\ny".to_owned() },
        NodeError::NameTaken { cluster: cluster(), name: NodeName::parse("db1").unwrap() },
        NodeError::Revoked(NodeId::from_random([3; 12])),
    ];
    use EnrolmentRefusal::{Expired, KeyUsedBefore, NodeRevoked, Unknown, Used};
    all.extend([Unknown, Expired, Used, NodeRevoked, KeyUsedBefore].map(NodeError::Enrolment));
    use RequestFault::{Key, Malformed, NotPem, Signature};
    all.extend([NotPem, Malformed, Key, Signature].map(NodeError::Request));
    all.extend(
        [
            RenewalRefusal::Unknown,
            RenewalRefusal::Signature,
            RenewalRefusal::Clock,
            RenewalRefusal::NodeRevoked,
            RenewalRefusal::Expired,
            RenewalRefusal::Succeeded,
            RenewalRefusal::KeyUsedBefore,
        ]
        .map(NodeError::Renewal),
    );
    all
}

fn of_master_keys() -> Vec<MasterKeyError> {
    use ReturnRefusal::{NotDestroyed, Purged};
    let since = Timestamp::from_millis(0);
    vec![
        MasterKeyError::NotFound,
        MasterKeyError::Return(NotDestroyed),
        MasterKeyError::Return(Purged { since }),
        MasterKeyError::NameTaken(vec![Name { value: "a\r\nb".to_owned(), kind: NameKind::Text }]),
        MasterKeyError::Conflict,
        MasterKeyError::TooManyKeys,
        MasterKeyError::ReadOnly,
        MasterKeyError::Untold,
    ]
}

fn of_what_is_kept() -> Vec<control::Error> {
    use control::Error as E;
    let cluster = || ClusterName::parse("cluster0").unwrap();
    let key = MasterKeyId::from_random([5; 16]);
    let strange = || "x\r\ny".to_owned();
    let mut all = vec![
        E::RotationNotFound(strange()),
        E::DeletedClusterNotFound(strange()),
        E::DeletedProjectNotFound(strange()),
        SnapshotError::NotFound { cluster: cluster(), id: strange() }.into(),
        SnapshotError::Conflict(cluster()).into(),
        GrantError::NotFound(strange()).into(),
        GrantError::MasterKeyNotFound(strange()).into(),
        GrantError::NodeNotFound(strange()).into(),
    ];
    use SnapshotRefusal::{Description, MasterKey, NoMasterKeys, TooManyMasterKeys};
    let refusals = [Description, NoMasterKeys, TooManyMasterKeys, MasterKey(key)];
    all.extend(refusals.map(|refusal| SnapshotError::Refused(refusal).into()));
    use GrantRefusal::{EndsAtOnce, NoSuchNode, OwnKey, TooLong};
    all.extend([EndsAtOnce, TooLong, NoSuchNode, OwnKey].map(|refusal| GrantError::Refused(refusal).into()));
    all
}

#[test]
fn prints_as_reviewed() {
    let mut printed = String::new();
    for refused in every_refusal() {
        let row = row(&refused, "REQUEST-ID");
        writeln!(printed, "{} {} | {}", row.error, row.error_code, row.detail).unwrap();
    }
    assert!(!printed.contains("secret belief"), "what we believed stays in the log");
    insta::assert_snapshot!(printed);
}

#[test]
fn codes_look_like_codes_and_details_end_in_words() {
    let mut codes = BTreeSet::new();
    for refused in every_refusal() {
        let row = row(&refused, "REQUEST-ID");
        assert!(row.error_code.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", row.error_code);
        assert!((400..=503).contains(&row.error));
        assert!(!row.detail.contains(['\r', '\n']), "{}", row.detail);
        codes.insert(row.error_code);
    }
    assert!(codes.len() > 50, "{}", codes.len());
}

#[test]
fn of_bare_clusters_twenty_are_named_at_most() {
    let refused = |count: usize| {
        let names = (0..count).map(|number| ClusterName::parse(&format!("c{number}")).unwrap()).collect();
        control_row(&control::backup_compliance::ComplianceError::Unencrypted(names).into(), "REQUEST-ID")
    };
    let (all, cut) = (refused(20), refused(21));
    assert!(
        all.detail
            .ends_with(": c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19."),
        "{}",
        all.detail
    );
    assert_eq!(cut.detail, all.detail.replace("c19.", "c19 and others."));
    assert_eq!((cut.parameters.len(), &cut.parameters), (20, &all.parameters));
}

#[test]
fn no_definitive_reason_of_one_provider_speaks_of_another() {
    let names =
        [("AWS", ProviderKind::AwsKms), ("Azure", ProviderKind::AzureKeyVault), ("Google", ProviderKind::GcpKms)];
    for provider in ProviderKind::ALL {
        for reason in DefiniteReason::ALL {
            let row = row(&candidate(provider, Reason::Definite(*reason)), "REQUEST-ID");
            let text = format!("{} {}", row.error_code, row.detail).to_uppercase();
            for (name, _) in names.iter().filter(|(_, other)| *other != provider) {
                assert!(!text.contains(&name.to_uppercase()), "{provider:?}: {text}");
            }
        }
    }
}
