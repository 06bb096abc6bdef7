//! All routes of the Admin API: one line per operation, read off the registry. Must not know what a
//! handler does.

use std::collections::BTreeSet;
use std::pin::Pin;

use api_wire::atlas::not_offered::{AuditLog, MaintenanceWindow, PEERING_PROVIDER_NAME, RegionalMode, UserSecurity};
use api_wire::operations::{Method, OPERATIONS, Operation, OperationId, parameter_of};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::ALLOW;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use percent_encoding::percent_decode_str;
use tower::Layer as _;

use super::atlas::snapshots as backup_snapshots;
use super::atlas::{
    access_list, alert_configs, alerts, backup_compliance, backup_schedules, cluster_status, containers,
    control_plane_addresses, flex_clusters, not_offered, process_arguments, rate_limits, search_deployments,
};
use super::atlas::{api_keys, service_accounts, teams, users};
use super::atlas::{
    cloud_provider_access, clusters, encryption_at_rest, event_types, events, groups, orgs, private_endpoints,
    system_status,
};
use super::atrest::groups as activity;
use super::atrest::users as own_users;
use super::atrest::{
    certificate_authorities, customer_keys, deleted_clusters, deleted_projects, encryption_at_rest_check, enrolments,
    external_certificate_authorities, grants, master_keys, networking, node_certificates, node_identities, nodes,
    openapi, rotations, setup_kit, snapshots, validity,
};
use super::call::{Answer, Call};
use super::error::Refused;
use super::{Api, oauth, pipeline, private};
use crate::probes;

/// Begins to handle a call, which becomes the handling's own.
macro_rules! on {
    ($answer:expr) => {
        later(move || async move { $answer })
    };
}

/// Carries a call to its handler.
///
/// The future of each handler is made in a frame of its own and lies on the heap: in this function's frame they would
/// lie side by side, and no thread's stack has room for all of them.
pub(super) fn dispatch(api: &Api, call: Call) -> Handling<'_> {
    match call.operation.id {
        OperationId::GetSystemStatus => on!(system_status::view::handle(api, &call).await),
        OperationId::ListOrgs => on!(orgs::list::handle(api, &call).await),
        OperationId::GetOrg => on!(orgs::view::handle(api, &call).await),
        OperationId::ListGroups => on!(groups::list::handle(api, &call).await),
        OperationId::CreateGroup => on!(groups::create::handle(api, call).await),
        OperationId::GetGroup => on!(groups::view::handle(api, &call).await),
        OperationId::DeleteGroup => on!(groups::delete::handle(api, &call).await),
        OperationId::UpdateGroup => on!(groups::update::handle(api, call).await),
        OperationId::GetGroupByName => on!(groups::by_name::handle(api, &call).await),
        OperationId::GetGroupSettings => on!(groups::settings::view::handle(api, &call).await),
        OperationId::UpdateGroupSettings => on!(groups::settings::update::handle(api, call).await),
        OperationId::ListGroupLimits => on!(groups::limits::list::handle(api, &call).await),
        OperationId::GetGroupLimit => on!(groups::limits::view::handle(api, &call).await),
        OperationId::SetGroupLimit => on!(groups::limits::set::handle(api, call).await),
        OperationId::DeleteGroupLimit => on!(groups::limits::delete::handle(api, &call).await),
        OperationId::GetGroupIpAddresses => on!(groups::ip_addresses::handle(api, &call).await),
        OperationId::GetMongoDbVersions => on!(groups::mongo_db_versions::handle(api, &call).await),
        OperationId::GetManagedSlowMs => on!(groups::managed_slow_ms::view(api, &call).await),
        OperationId::EnableManagedSlowMs => on!(groups::managed_slow_ms::set(api, &call, true).await),
        OperationId::DisableManagedSlowMs => on!(groups::managed_slow_ms::set(api, &call, false).await),
        OperationId::GetGroupActivity => on!(activity::view(api, &call).await),
        OperationId::UpdateGroupActivity => on!(activity::update(api, call).await),
        OperationId::ListAccessListEntries => on!(access_list::list::handle(api, &call).await),
        OperationId::CreateAccessListEntry => on!(access_list::create::handle(api, call).await),
        OperationId::GetAccessListEntry => on!(access_list::view::handle(api, &call).await),
        OperationId::DeleteAccessListEntry => on!(access_list::delete::handle(api, &call).await),
        OperationId::GetAccessListStatus => on!(access_list::status::handle(api, &call).await),
        OperationId::UpdateOrg => on!(orgs::update::handle(api, call).await),
        OperationId::DeleteOrg => on!(orgs::delete::handle(api, &call).await),
        OperationId::ListOrgGroups => on!(orgs::groups::handle(api, &call).await),
        OperationId::GetOrgSettings => on!(orgs::settings::view::handle(api, &call).await),
        OperationId::UpdateOrgSettings => on!(orgs::settings::update::handle(api, call).await),
        OperationId::ListControlPlaneAddresses => on!(control_plane_addresses::handle(api, &call)),
        OperationId::ListRateLimits => on!(rate_limits::list(&call)),
        OperationId::GetRateLimit => on!(rate_limits::view(&call)),
        OperationId::GetAuditLog => on!(not_offered::one(api, &call, &AuditLog::NONE).await),
        OperationId::ListCustomDbRoles => on!(not_offered::list(api, &call).await),
        OperationId::ListDatabaseUsers | OperationId::ListGroupIntegrations => {
            on!(not_offered::page(api, &call, &[]).await)
        }
        OperationId::ListGroupPeers => on!(not_offered::page(api, &call, &[&PEERING_PROVIDER_NAME]).await),
        OperationId::GetMaintenanceWindow => on!(not_offered::one(api, &call, &MaintenanceWindow::NONE).await),
        OperationId::ListEndpointServices => on!(not_offered::list_of_cloud(api, &call).await),
        OperationId::GetRegionalMode => on!(not_offered::one(api, &call, &RegionalMode::NONE).await),
        OperationId::GetUserSecurity => on!(not_offered::one(api, &call, &UserSecurity::NONE).await),
        OperationId::ListClusters => on!(clusters::list::handle(api, &call).await),
        OperationId::CreateCluster => on!(clusters::create::handle(api, call).await),
        OperationId::GetCluster => on!(clusters::view::handle(api, &call).await),
        OperationId::UpdateCluster => on!(clusters::update::handle(api, call).await),
        OperationId::DeleteCluster => on!(clusters::delete::handle(api, &call).await),
        OperationId::ListClusterDetails => on!(clusters::details::handle(api, &call).await),
        OperationId::ValidateClusterConfigurations => on!(clusters::validate::handle(api, call).await),
        OperationId::RestartPrimaries => on!(clusters::unsupported::restart_primaries(api, &call).await),
        OperationId::PinFeatureCompatibilityVersion => on!(clusters::unsupported::pin(api, &call).await),
        OperationId::UnpinFeatureCompatibilityVersion => on!(clusters::unsupported::unpin(api, &call).await),
        OperationId::ListClusterProviderRegions => on!(clusters::provider_regions::handle(api, &call).await),
        OperationId::UpgradeTenantCluster => on!(clusters::unsupported::upgrade_tenant(api, &call).await),
        OperationId::ListEventTypes => on!(event_types::handle(&call)),
        OperationId::ListOrgEvents => on!(events::list_of_org::handle(api, &call).await),
        OperationId::GetOrgEvent => on!(events::view_of_org::handle(api, &call).await),
        OperationId::ListGroupEvents => on!(events::list::handle(api, &call).await),
        OperationId::GetGroupEvent => on!(events::view::handle(api, &call).await),
        OperationId::GetEncryptionAtRest => on!(encryption_at_rest::view::handle(api, &call).await),
        OperationId::UpdateEncryptionAtRest => on!(encryption_at_rest::update::handle(api, call).await),
        OperationId::ListPrivateEndpoints => on!(private_endpoints::list::handle(api, &call).await),
        OperationId::CreatePrivateEndpoint => on!(private_endpoints::create::handle(api, call).await),
        OperationId::GetPrivateEndpoint => on!(private_endpoints::view::handle(api, &call).await),
        OperationId::DeletePrivateEndpoint => on!(private_endpoints::delete::handle(api, &call).await),
        OperationId::ListProviderRoles => on!(cloud_provider_access::list::handle(api, &call).await),
        OperationId::CreateProviderRole => on!(cloud_provider_access::create::handle(api, call).await),
        OperationId::GetProviderRole => on!(cloud_provider_access::view::handle(api, &call).await),
        OperationId::AuthorizeProviderRole => on!(cloud_provider_access::authorize::handle(api, call).await),
        OperationId::DeleteProviderRole => on!(cloud_provider_access::delete::handle(api, &call).await),
        OperationId::CheckEncryptionAtRest => on!(encryption_at_rest_check::handle(api, call).await),
        OperationId::GetSetupKit => on!(setup_kit::handle(api, &call).await),
        OperationId::GetNetworking => on!(networking::handle(api, &call).await),
        OperationId::GetEncryptionAtRestValidity => on!(validity::handle(api, &call).await),
        OperationId::ListNodes => on!(nodes::list::handle(api, &call).await),
        OperationId::CreateNode => on!(nodes::create::handle(api, call).await),
        OperationId::GetNode => on!(nodes::view::handle(api, &call).await),
        OperationId::RevokeNode => on!(nodes::revoke::handle(api, &call).await),
        OperationId::CreateNodeEnrolmentToken => on!(nodes::create_enrolment_token::handle(api, &call).await),
        OperationId::EnrolNode => on!(enrolments::handle(api, call).await),
        OperationId::RenewNodeCertificate => on!(node_certificates::handle(api, call).await),
        OperationId::ListExternalCertificateAuthorities => {
            on!(external_certificate_authorities::list::handle(api, &call).await)
        }
        OperationId::CreateExternalCertificateAuthority => {
            on!(external_certificate_authorities::create::handle(api, call).await)
        }
        OperationId::GetExternalCertificateAuthority => {
            on!(external_certificate_authorities::view::handle(api, &call).await)
        }
        OperationId::DeleteExternalCertificateAuthority => {
            on!(external_certificate_authorities::delete::handle(api, &call).await)
        }
        OperationId::ListNodeIdentities => on!(node_identities::list::handle(api, &call).await),
        OperationId::CreateNodeIdentity => on!(node_identities::create::handle(api, call).await),
        OperationId::DeleteNodeIdentity => on!(node_identities::delete::handle(api, &call).await),
        OperationId::GetCertificateAuthorities => on!(certificate_authorities::handle(api, &call).await),
        OperationId::ListRotations => on!(rotations::list::handle(api, &call).await),
        OperationId::GetRotation => on!(rotations::view::handle(api, &call).await),
        OperationId::ListCustomerKeys => on!(customer_keys::handle(api, &call).await),
        OperationId::ListMasterKeys => on!(master_keys::list::handle(api, &call).await),
        OperationId::GetMasterKey => on!(master_keys::view::handle(api, &call).await),
        OperationId::ReturnMasterKey => on!(master_keys::bring_back::handle(api, &call).await),
        OperationId::ListGrants => on!(grants::list::handle(api, &call).await),
        OperationId::CreateGrant => on!(grants::create::handle(api, call).await),
        OperationId::DeleteGrant => on!(grants::delete::handle(api, &call).await),
        OperationId::ListSnapshots => on!(snapshots::list::handle(api, &call).await),
        OperationId::CreateSnapshot => on!(snapshots::create::handle(api, call).await),
        OperationId::GetSnapshot => on!(snapshots::view::handle(api, &call).await),
        OperationId::ReleaseSnapshot => on!(snapshots::release::handle(api, &call).await),
        OperationId::ListDeletedClusters => on!(deleted_clusters::list::handle(api, &call).await),
        OperationId::ReturnCluster => on!(deleted_clusters::bring_back::handle(api, &call).await),
        OperationId::ListDeletedGroups => on!(deleted_projects::list::handle(api, &call).await),
        OperationId::ReturnGroup => on!(deleted_projects::bring_back::handle(api, &call).await),
        OperationId::ListBackupSnapshots => on!(backup_snapshots::list::handle(api, &call).await),
        OperationId::GetBackupSnapshot => on!(backup_snapshots::view::handle(api, &call).await),
        OperationId::GetProcessArguments => on!(process_arguments::view::handle(api, &call).await),
        OperationId::UpdateProcessArguments => on!(process_arguments::update::handle(api, call).await),
        OperationId::GetAutoScalingConfiguration => on!(cluster_status::auto_scaling::handle(api, &call).await),
        OperationId::GetClusterStatus => on!(cluster_status::view::handle(api, &call).await),
        OperationId::GetSearchDeployment => on!(search_deployments::view::handle(api, &call).await),
        OperationId::CreateSearchDeployment => on!(search_deployments::create::handle(api, call).await),
        OperationId::UpdateSearchDeployment => on!(search_deployments::update::handle(api, call).await),
        OperationId::DeleteSearchDeployment => on!(search_deployments::delete::handle(api, &call).await),
        OperationId::ListContainers => on!(containers::list::handle(api, &call).await),
        OperationId::ListAllContainers => on!(containers::list::handle_all(api, &call).await),
        OperationId::GetContainer => on!(containers::view::handle(api, &call).await),
        OperationId::ListServerlessInstances | OperationId::ListFlexClusters => {
            on!(flex_clusters::list::handle(api, &call).await)
        }
        OperationId::CreateFlexCluster => on!(flex_clusters::create::handle(&call)),
        OperationId::GetFlexCluster | OperationId::DeleteFlexCluster => {
            on!(flex_clusters::view::handle(api, &call).await)
        }
        OperationId::UpdateFlexCluster => on!(flex_clusters::view::handle_update(api, &call).await),
        OperationId::UpgradeFlexCluster => on!(flex_clusters::create::handle_upgrade(&call)),
        OperationId::GetCompliancePolicy => on!(backup_compliance::view::handle(api, &call).await),
        OperationId::UpdateCompliancePolicy => on!(backup_compliance::update::handle(api, call).await),
        OperationId::DeleteCompliancePolicy => on!(backup_compliance::delete::handle(api, &call).await),
        OperationId::GetBackupSchedule => on!(backup_schedules::view::handle(api, &call).await),
        OperationId::UpdateBackupSchedule => on!(backup_schedules::update::handle(api, call).await),
        OperationId::TakeBackupSnapshot => on!(backup_snapshots::change::handle_take(api, &call).await),
        OperationId::UpdateBackupSnapshot => on!(backup_snapshots::change::handle_retention(api, &call).await),
        OperationId::DeleteBackupSnapshot => on!(backup_snapshots::delete::handle(api, &call).await),
        OperationId::ListShardedSnapshots => on!(backup_snapshots::sharded::handle_list(api, &call).await),
        OperationId::GetShardedSnapshot | OperationId::DeleteShardedSnapshot => {
            on!(backup_snapshots::sharded::handle(api, &call).await)
        }
        OperationId::ListGroupApiKeys => on!(api_keys::of_group::list(api, &call).await),
        OperationId::CreateGroupApiKey => on!(api_keys::of_group::create(api, &call).await),
        OperationId::AddGroupApiKey => on!(api_keys::of_group::add(api, &call).await),
        OperationId::UpdateGroupApiKeyRoles => on!(api_keys::of_group::update(api, &call).await),
        OperationId::RemoveGroupApiKey => on!(api_keys::of_group::remove(api, &call).await),
        OperationId::ListOrgApiKeys => on!(api_keys::of_org::list(api, &call).await),
        OperationId::CreateOrgApiKey => on!(api_keys::of_org::create(api, &call).await),
        OperationId::GetOrgApiKey => on!(api_keys::of_org::view(api, &call).await),
        OperationId::UpdateOrgApiKey => on!(api_keys::of_org::update(api, &call).await),
        OperationId::DeleteOrgApiKey => on!(api_keys::of_org::delete(api, &call).await),
        OperationId::ListOrgAccessEntries => on!(api_keys::networks::list(api, &call).await),
        OperationId::CreateOrgAccessEntry => on!(api_keys::networks::create(api, &call).await),
        OperationId::GetOrgAccessEntry => on!(api_keys::networks::view(api, &call).await),
        OperationId::DeleteAccessEntry => on!(api_keys::networks::delete(api, &call).await),
        OperationId::ListGroupServiceAccounts => on!(service_accounts::of_group::list(api, &call).await),
        OperationId::CreateGroupServiceAccount => on!(service_accounts::of_group::create(api, &call).await),
        OperationId::GetGroupServiceAccount => on!(service_accounts::of_group::view(api, &call).await),
        OperationId::UpdateGroupServiceAccount => on!(service_accounts::of_group::update(api, &call).await),
        OperationId::DeleteGroupServiceAccount => on!(service_accounts::of_group::delete(api, &call).await),
        OperationId::ListGroupServiceAccountNetworks => on!(service_accounts::networks::list(api, &call).await),
        OperationId::CreateGroupServiceAccountNetworks => on!(service_accounts::networks::create(api, &call).await),
        OperationId::DeleteGroupServiceAccountNetwork => on!(service_accounts::networks::delete(api, &call).await),
        OperationId::CreateGroupSecret => on!(service_accounts::of_group::create_secret(api, &call).await),
        OperationId::DeleteGroupSecret => on!(service_accounts::of_group::delete_secret(api, &call).await),
        OperationId::InviteGroupServiceAccount => on!(service_accounts::of_group::invite(api, &call).await),
        OperationId::ListOrgServiceAccounts => on!(service_accounts::of_org::list(api, &call).await),
        OperationId::CreateOrgServiceAccount => on!(service_accounts::of_org::create(api, &call).await),
        OperationId::GetOrgServiceAccount => on!(service_accounts::of_org::view(api, &call).await),
        OperationId::UpdateOrgServiceAccount => on!(service_accounts::of_org::update(api, &call).await),
        OperationId::DeleteOrgServiceAccount => on!(service_accounts::of_org::delete(api, &call).await),
        OperationId::ListOrgServiceAccountNetworks => on!(service_accounts::networks::list(api, &call).await),
        OperationId::CreateOrgServiceAccountNetworks => on!(service_accounts::networks::create(api, &call).await),
        OperationId::DeleteOrgServiceAccountNetwork => on!(service_accounts::networks::delete(api, &call).await),
        OperationId::CreateOrgSecret => on!(service_accounts::of_org::create_secret(api, &call).await),
        OperationId::DeleteOrgSecret => on!(service_accounts::of_org::delete_secret(api, &call).await),
        OperationId::GetServiceAccountGroups => on!(service_accounts::of_org::groups(api, &call).await),
        OperationId::ListGroupTeams => on!(teams::of_group::list(api, &call).await),
        OperationId::AddGroupTeams => on!(teams::of_group::add(api, &call).await),
        OperationId::GetGroupTeam => on!(teams::of_group::view(api, &call).await),
        OperationId::UpdateGroupTeam => on!(teams::of_group::update(api, &call).await),
        OperationId::RemoveGroupTeam => on!(teams::of_group::remove(api, &call).await),
        OperationId::ListOrgTeams => on!(teams::of_org::list(api, &call).await),
        OperationId::CreateOrgTeam => on!(teams::of_org::create(api, &call).await),
        OperationId::GetOrgTeam => on!(teams::of_org::view(api, &call).await),
        OperationId::RenameOrgTeam => on!(teams::of_org::rename(api, &call).await),
        OperationId::DeleteOrgTeam => on!(teams::of_org::delete(api, &call).await),
        OperationId::GetTeamByName => on!(teams::of_org::view_by_name(api, &call).await),
        OperationId::AddTeamUsers => on!(users::of_team::add_all(api, &call).await),
        OperationId::RemoveUserFromTeam => on!(users::of_team::delete(api, &call).await),
        OperationId::ListGroupUsers => on!(users::of_group::list(api, &call).await),
        OperationId::AddGroupUsers => on!(users::of_group::add(api, &call).await),
        OperationId::GetGroupUser => on!(users::of_group::view(api, &call).await),
        OperationId::RemoveGroupUser => on!(users::of_group::remove(api, &call).await),
        OperationId::AddGroupUserRole => on!(users::of_group::add_role(api, &call).await),
        OperationId::RemoveGroupUserRole => on!(users::of_group::remove_role(api, &call).await),
        OperationId::ListOrgUsers => on!(users::of_org::list(api, &call).await),
        OperationId::CreateOrgUser => on!(users::of_org::create(api, &call).await),
        OperationId::GetOrgUser => on!(users::of_org::view(api, &call).await),
        OperationId::UpdateOrgUser => on!(users::of_org::update(api, &call).await),
        OperationId::RemoveOrgUser => on!(users::of_org::remove(api, &call).await),
        OperationId::AddOrgRole => on!(users::of_org::add_role(api, &call).await),
        OperationId::RemoveOrgRole => on!(users::of_org::remove_role(api, &call).await),
        OperationId::ListTeamUsers => on!(users::of_team::list(api, &call).await),
        OperationId::AddOrgTeamUser => on!(users::of_team::add(api, &call).await),
        OperationId::RemoveOrgTeamUser => on!(users::of_team::remove(api, &call).await),
        OperationId::ListUserStandings => on!(own_users::list(api, &call).await),
        OperationId::DisableUser => on!(own_users::disable(api, &call).await),
        OperationId::EnableUser => on!(own_users::enable(api, &call).await),
        OperationId::ResetUser => on!(own_users::reset(api, &call).await),
        OperationId::AcceptInvitation => on!(own_users::accept(api, &call).await),
        OperationId::ListAlertConfigMatcherFieldNames => on!(alert_configs::matcher_fields::handle(&call)),
        OperationId::ListAlertConfigs => on!(alert_configs::list::handle(api, &call).await),
        OperationId::CreateAlertConfig => on!(alert_configs::create::handle(api, call).await),
        OperationId::GetAlertConfig => on!(alert_configs::view::handle(api, &call).await),
        OperationId::UpdateAlertConfig => on!(alert_configs::update::handle(api, call).await),
        OperationId::ToggleAlertConfig => on!(alert_configs::toggle::handle(api, call).await),
        OperationId::DeleteAlertConfig => on!(alert_configs::delete::handle(api, &call).await),
        OperationId::ListAlertConfigsOfAlert => on!(alerts::configs::handle(api, &call).await),
        OperationId::ListAlertsOfConfig => on!(alerts::of_config::handle(api, &call).await),
        OperationId::ListAlerts => on!(alerts::list::handle(api, &call).await),
        OperationId::GetAlert => on!(alerts::view::handle(api, &call).await),
        OperationId::AcknowledgeAlert => on!(alerts::acknowledge::handle(api, call).await),
        OperationId::GetOpenApi => on!(openapi::handle(&call)),
    }
}

/// What a handler is doing.
type Handling<'a> = Pin<Box<dyn Future<Output = Result<Answer, Refused>> + Send + 'a>>;

#[inline(never)]
fn later<'a, F: Future<Output = Result<Answer, Refused>> + Send + 'a>(begin: impl FnOnce() -> F) -> Handling<'a> {
    Box::pin(begin())
}

/// Builds the door's router.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for operation in OPERATIONS.iter().filter(|operation| !has_verb(operation)) {
        let path = format!("{}{}", operation.api.base(), operation.path);
        let handler = move |State(api): State<Api>, request: Request| serve(api, operation, request);
        router = router.route(&path, on(filter(operation.method), handler));
    }
    for (path, operation) in hidden() {
        let handler = move |State(api): State<Api>, request: Request| serve(api, operation, request);
        router = router.route(&path, on(filter(operation.method), handler));
    }
    let router = router
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(pipeline::method_not_allowed)
        .fallback(pipeline::no_such_path)
        .with_state(api.clone())
        .merge(oauth::routes(api.clone()))
        .merge(private::routes(api.clone()));
    let verbs = axum::middleware::from_fn_with_state(api.clone(), serve_verb);
    let router = Router::new().fallback_service(verbs.layer(router));
    // Around the router and not within it, where a path is chosen before any layer can mend it.
    let around = axum::middleware::from_fn_with_state(api, pipeline::around_every_request);
    Router::new().fallback_service(around.layer(router))
}

/// Finds the operations on a cluster that another path's literal word hides from the router, and that path:
/// `clusters/tenantUpgrade` is also the path of a cluster of that name, for the methods that it does not have itself.
fn hidden() -> impl Iterator<Item = (String, &'static Operation)> {
    let plain = || OPERATIONS.iter().copied().filter(|operation| !has_verb(operation));
    let paths: BTreeSet<_> = plain().map(Operation::full_path).collect();
    paths.into_iter().flat_map(move |path| {
        let own: Vec<_> = plain().filter(|operation| operation.full_path() == path).map(|own| own.method).collect();
        let others = plain().filter(|other| other.path.ends_with("/{clusterName}") && is_of(other, &path));
        let others = others.filter(|other| other.full_path() != path);
        let others = others.filter(|other| !own.contains(&other.method)).collect::<Vec<_>>();
        others.into_iter().map(move |other| (path.clone(), other))
    })
}

async fn serve(api: Api, operation: &'static Operation, request: Request) -> Response {
    let parameters = path_parameters(operation, request.uri().path());
    pipeline::serve(&api, operation, parameters, request).await
}

/// Tells whether an operation's path ends with a verb after a parameter, as `/users/{userId}:addRole` does. The router
/// cannot tell such a path from one whose last parameter holds a colon.
fn has_verb(operation: &Operation) -> bool {
    last_part(operation).is_some_and(|(_, verb)| !verb.is_empty())
}

fn last_part(operation: &Operation) -> Option<(&'static str, &'static str)> {
    parameter_of(operation.path.rsplit('/').next()?)
}

/// Serves a call of an operation whose path ends with a verb; all others go on to the router.
async fn serve_verb(State(api): State<Api>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(first) = with_verb(path).next() else { return next.run(request).await };
    let called = with_verb(path).find(|operation| operation.method.as_str() == request.method().as_str());
    if let Some(operation) = called {
        return serve(api, operation, request).await;
    }
    let allow = HeaderValue::from_static(first.method.as_str());
    let mut refused = pipeline::method_not_allowed(request).await;
    refused.headers_mut().insert(ALLOW, allow);
    refused
}

/// Finds the operations whose path ends with a verb, and which a path is one of.
fn with_verb(path: &str) -> impl Iterator<Item = &'static Operation> {
    let has_colon = path.rsplit('/').next().is_some_and(|last| last.contains(':'));
    OPERATIONS.iter().copied().filter(move |operation| has_colon && has_verb(operation) && is_of(operation, path))
}

/// Tells whether a path is of an operation's pattern. No parameter is empty.
fn is_of(operation: &Operation, path: &str) -> bool {
    let rest = path.strip_prefix(operation.api.base());
    rest.is_some_and(|rest| {
        rest.split('/').count() == operation.path.split('/').count()
            && operation.path.split('/').zip(rest.split('/')).all(|(part, value)| match parameter_of(part) {
                Some((_, verb)) => value.strip_suffix(verb).is_some_and(|value| !value.is_empty()),
                None => part == value,
            })
    })
}

/// Reads the parameters off a path that matched. What is no UTF-8 names nothing, and is for the
/// pipeline to refuse in its own words: axum's extractor would answer in plain text.
fn path_parameters(operation: &Operation, path: &str) -> Vec<(String, String)> {
    let rest = path.strip_prefix(operation.api.base()).unwrap_or_default();
    let pairs = operation.path.split('/').zip(rest.split('/'));
    let parameters = pairs.filter_map(|(part, value)| {
        let (name, verb) = parameter_of(part)?;
        let value = value.strip_suffix(verb).unwrap_or(value);
        Some((name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()))
    });
    parameters.collect()
}

async fn readyz(State(api): State<Api>) -> axum::http::StatusCode {
    probes::readyz_status(api.control()).await
}

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}
