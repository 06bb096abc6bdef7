//! All routes of the Admin API: one line per operation, read off the registry. Must not know what a
//! handler does.

use api_wire::atlas::not_offered::{AuditLog, MaintenanceWindow, RegionalMode, UserSecurity};
use api_wire::operations::{Method, OPERATIONS, Operation, OperationId, parameter_of};
use axum::Router;
use axum::extract::{Request, State};
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

/// Carries a call to its handler.
pub(super) async fn dispatch(api: &Api, call: Call) -> Result<Answer, Refused> {
    match call.operation.id {
        OperationId::GetSystemStatus => system_status::view::handle(api, &call).await,
        OperationId::ListOrgs => orgs::list::handle(api, &call).await,
        OperationId::GetOrg => orgs::view::handle(api, &call).await,
        OperationId::ListGroups => groups::list::handle(api, &call).await,
        OperationId::CreateGroup => groups::create::handle(api, call).await,
        OperationId::GetGroup => groups::view::handle(api, &call).await,
        OperationId::DeleteGroup => groups::delete::handle(api, &call).await,
        OperationId::UpdateGroup => groups::update::handle(api, call).await,
        OperationId::GetGroupByName => groups::by_name::handle(api, &call).await,
        OperationId::GetGroupSettings => groups::settings::view::handle(api, &call).await,
        OperationId::UpdateGroupSettings => groups::settings::update::handle(api, call).await,
        OperationId::ListGroupLimits => groups::limits::list::handle(api, &call).await,
        OperationId::GetGroupLimit => groups::limits::view::handle(api, &call).await,
        OperationId::SetGroupLimit => groups::limits::set::handle(api, call).await,
        OperationId::DeleteGroupLimit => groups::limits::delete::handle(api, &call).await,
        OperationId::GetGroupIpAddresses => groups::ip_addresses::handle(api, &call).await,
        OperationId::GetMongoDbVersions => groups::mongo_db_versions::handle(api, &call).await,
        OperationId::GetManagedSlowMs => groups::managed_slow_ms::view(api, &call).await,
        OperationId::EnableManagedSlowMs => groups::managed_slow_ms::set(api, &call, true).await,
        OperationId::DisableManagedSlowMs => groups::managed_slow_ms::set(api, &call, false).await,
        OperationId::GetGroupActivity => activity::view(api, &call).await,
        OperationId::UpdateGroupActivity => activity::update(api, call).await,
        OperationId::ListAccessListEntries => access_list::list::handle(api, &call).await,
        OperationId::CreateAccessListEntry => access_list::create::handle(api, call).await,
        OperationId::GetAccessListEntry => access_list::view::handle(api, &call).await,
        OperationId::DeleteAccessListEntry => access_list::delete::handle(api, &call).await,
        OperationId::GetAccessListStatus => access_list::status::handle(api, &call).await,
        OperationId::UpdateOrg => orgs::update::handle(api, call).await,
        OperationId::DeleteOrg => orgs::delete::handle(api, &call).await,
        OperationId::ListOrgGroups => orgs::groups::handle(api, &call).await,
        OperationId::GetOrgSettings => orgs::settings::view::handle(api, &call).await,
        OperationId::UpdateOrgSettings => orgs::settings::update::handle(api, call).await,
        OperationId::ListControlPlaneAddresses => control_plane_addresses::handle(api, &call),
        OperationId::ListRateLimits => rate_limits::list(&call),
        OperationId::GetRateLimit => rate_limits::view(&call),
        OperationId::GetAuditLog => not_offered::one(api, &call, &AuditLog::NONE).await,
        OperationId::ListCustomDbRoles => not_offered::list(api, &call).await,
        OperationId::ListDatabaseUsers | OperationId::ListGroupIntegrations => not_offered::page(api, &call).await,
        OperationId::GetMaintenanceWindow => not_offered::one(api, &call, &MaintenanceWindow::NONE).await,
        OperationId::ListEndpointServices => not_offered::list_of_cloud(api, &call).await,
        OperationId::GetRegionalMode => not_offered::one(api, &call, &RegionalMode::NONE).await,
        OperationId::GetUserSecurity => not_offered::one(api, &call, &UserSecurity::NONE).await,
        OperationId::ListClusters => clusters::list::handle(api, &call).await,
        OperationId::CreateCluster => clusters::create::handle(api, call).await,
        OperationId::GetCluster => clusters::view::handle(api, &call).await,
        OperationId::UpdateCluster => clusters::update::handle(api, call).await,
        OperationId::DeleteCluster => clusters::delete::handle(api, &call).await,
        OperationId::ListClusterDetails => clusters::details::handle(api, &call).await,
        OperationId::ValidateClusterConfigurations => clusters::validate::handle(api, call).await,
        OperationId::RestartPrimaries => clusters::unsupported::restart_primaries(api, &call).await,
        OperationId::PinFeatureCompatibilityVersion => clusters::unsupported::pin(api, &call).await,
        OperationId::UnpinFeatureCompatibilityVersion => clusters::unsupported::unpin(api, &call).await,
        OperationId::ListClusterProviderRegions => clusters::provider_regions::handle(api, &call).await,
        OperationId::UpgradeTenantCluster => clusters::unsupported::upgrade_tenant(api, &call).await,
        OperationId::ListEventTypes => event_types::handle(&call),
        OperationId::ListOrgEvents => events::list_of_org::handle(api, &call).await,
        OperationId::GetOrgEvent => events::view_of_org::handle(api, &call).await,
        OperationId::ListGroupEvents => events::list::handle(api, &call).await,
        OperationId::GetGroupEvent => events::view::handle(api, &call).await,
        OperationId::GetEncryptionAtRest => encryption_at_rest::view::handle(api, &call).await,
        OperationId::UpdateEncryptionAtRest => encryption_at_rest::update::handle(api, call).await,
        OperationId::ListPrivateEndpoints => private_endpoints::list::handle(api, &call).await,
        OperationId::CreatePrivateEndpoint => private_endpoints::create::handle(api, call).await,
        OperationId::GetPrivateEndpoint => private_endpoints::view::handle(api, &call).await,
        OperationId::DeletePrivateEndpoint => private_endpoints::delete::handle(api, &call).await,
        OperationId::ListProviderRoles => cloud_provider_access::list::handle(api, &call).await,
        OperationId::CreateProviderRole => cloud_provider_access::create::handle(api, call).await,
        OperationId::GetProviderRole => cloud_provider_access::view::handle(api, &call).await,
        OperationId::AuthorizeProviderRole => cloud_provider_access::authorize::handle(api, call).await,
        OperationId::DeleteProviderRole => cloud_provider_access::delete::handle(api, &call).await,
        OperationId::CheckEncryptionAtRest => encryption_at_rest_check::handle(api, call).await,
        OperationId::GetSetupKit => setup_kit::handle(api, &call).await,
        OperationId::GetNetworking => networking::handle(api, &call).await,
        OperationId::GetEncryptionAtRestValidity => validity::handle(api, &call).await,
        OperationId::ListNodes => nodes::list::handle(api, &call).await,
        OperationId::CreateNode => nodes::create::handle(api, call).await,
        OperationId::GetNode => nodes::view::handle(api, &call).await,
        OperationId::RevokeNode => nodes::revoke::handle(api, &call).await,
        OperationId::CreateNodeEnrolmentToken => nodes::create_enrolment_token::handle(api, &call).await,
        OperationId::EnrolNode => enrolments::handle(api, call).await,
        OperationId::RenewNodeCertificate => node_certificates::handle(api, call).await,
        OperationId::ListExternalCertificateAuthorities => {
            external_certificate_authorities::list::handle(api, &call).await
        }
        OperationId::CreateExternalCertificateAuthority => {
            external_certificate_authorities::create::handle(api, call).await
        }
        OperationId::GetExternalCertificateAuthority => {
            external_certificate_authorities::view::handle(api, &call).await
        }
        OperationId::DeleteExternalCertificateAuthority => {
            external_certificate_authorities::delete::handle(api, &call).await
        }
        OperationId::ListNodeIdentities => node_identities::list::handle(api, &call).await,
        OperationId::CreateNodeIdentity => node_identities::create::handle(api, call).await,
        OperationId::DeleteNodeIdentity => node_identities::delete::handle(api, &call).await,
        OperationId::GetCertificateAuthorities => certificate_authorities::handle(api, &call).await,
        OperationId::ListRotations => rotations::list::handle(api, &call).await,
        OperationId::GetRotation => rotations::view::handle(api, &call).await,
        OperationId::ListCustomerKeys => customer_keys::handle(api, &call).await,
        OperationId::ListMasterKeys => master_keys::list::handle(api, &call).await,
        OperationId::GetMasterKey => master_keys::view::handle(api, &call).await,
        OperationId::ReturnMasterKey => master_keys::bring_back::handle(api, &call).await,
        OperationId::ListGrants => grants::list::handle(api, &call).await,
        OperationId::CreateGrant => grants::create::handle(api, call).await,
        OperationId::DeleteGrant => grants::delete::handle(api, &call).await,
        OperationId::ListSnapshots => snapshots::list::handle(api, &call).await,
        OperationId::CreateSnapshot => snapshots::create::handle(api, call).await,
        OperationId::GetSnapshot => snapshots::view::handle(api, &call).await,
        OperationId::ReleaseSnapshot => snapshots::release::handle(api, &call).await,
        OperationId::ListDeletedClusters => deleted_clusters::list::handle(api, &call).await,
        OperationId::ReturnCluster => deleted_clusters::bring_back::handle(api, &call).await,
        OperationId::ListDeletedGroups => deleted_projects::list::handle(api, &call).await,
        OperationId::ReturnGroup => deleted_projects::bring_back::handle(api, &call).await,
        OperationId::ListBackupSnapshots => backup_snapshots::list::handle(api, &call).await,
        OperationId::GetBackupSnapshot => backup_snapshots::view::handle(api, &call).await,
        OperationId::GetProcessArguments => process_arguments::view::handle(api, &call).await,
        OperationId::UpdateProcessArguments => process_arguments::update::handle(api, call).await,
        OperationId::GetAutoScalingConfiguration => cluster_status::auto_scaling::handle(api, &call).await,
        OperationId::GetClusterStatus => cluster_status::view::handle(api, &call).await,
        OperationId::GetSearchDeployment => search_deployments::view::handle(api, &call).await,
        OperationId::CreateSearchDeployment => search_deployments::create::handle(api, call).await,
        OperationId::UpdateSearchDeployment => search_deployments::update::handle(api, call).await,
        OperationId::DeleteSearchDeployment => search_deployments::delete::handle(api, &call).await,
        OperationId::ListContainers => containers::list::handle(api, &call).await,
        OperationId::ListAllContainers => containers::list::handle_all(api, &call).await,
        OperationId::GetContainer => containers::view::handle(api, &call).await,
        OperationId::ListServerlessInstances | OperationId::ListFlexClusters => {
            flex_clusters::list::handle(api, &call).await
        }
        OperationId::CreateFlexCluster => flex_clusters::create::handle(&call),
        OperationId::GetFlexCluster | OperationId::DeleteFlexCluster => flex_clusters::view::handle(api, &call).await,
        OperationId::UpdateFlexCluster => flex_clusters::view::handle_update(api, &call).await,
        OperationId::UpgradeFlexCluster => flex_clusters::create::handle_upgrade(&call),
        OperationId::GetCompliancePolicy => backup_compliance::view::handle(api, &call).await,
        OperationId::UpdateCompliancePolicy => backup_compliance::update::handle(api, call).await,
        OperationId::DeleteCompliancePolicy => backup_compliance::delete::handle(api, &call).await,
        OperationId::GetBackupSchedule => backup_schedules::view::handle(api, &call).await,
        OperationId::UpdateBackupSchedule => backup_schedules::update::handle(api, call).await,
        OperationId::TakeBackupSnapshot => backup_snapshots::change::handle_take(api, &call).await,
        OperationId::UpdateBackupSnapshot => backup_snapshots::change::handle_retention(api, &call).await,
        OperationId::DeleteBackupSnapshot => backup_snapshots::delete::handle(api, &call).await,
        OperationId::ListShardedSnapshots => backup_snapshots::sharded::handle_list(api, &call).await,
        OperationId::GetShardedSnapshot | OperationId::DeleteShardedSnapshot => {
            backup_snapshots::sharded::handle(api, &call).await
        }
        OperationId::ListGroupApiKeys => api_keys::of_group::list(api, &call).await,
        OperationId::CreateGroupApiKey => api_keys::of_group::create(api, &call).await,
        OperationId::AddGroupApiKey => api_keys::of_group::add(api, &call).await,
        OperationId::UpdateGroupApiKeyRoles => api_keys::of_group::update(api, &call).await,
        OperationId::RemoveGroupApiKey => api_keys::of_group::remove(api, &call).await,
        OperationId::ListOrgApiKeys => api_keys::of_org::list(api, &call).await,
        OperationId::CreateOrgApiKey => api_keys::of_org::create(api, &call).await,
        OperationId::GetOrgApiKey => api_keys::of_org::view(api, &call).await,
        OperationId::UpdateOrgApiKey => api_keys::of_org::update(api, &call).await,
        OperationId::DeleteOrgApiKey => api_keys::of_org::delete(api, &call).await,
        OperationId::ListOrgAccessEntries => api_keys::networks::list(api, &call).await,
        OperationId::CreateOrgAccessEntry => api_keys::networks::create(api, &call).await,
        OperationId::GetOrgAccessEntry => api_keys::networks::view(api, &call).await,
        OperationId::DeleteAccessEntry => api_keys::networks::delete(api, &call).await,
        OperationId::ListGroupServiceAccounts => service_accounts::of_group::list(api, &call).await,
        OperationId::CreateGroupServiceAccount => service_accounts::of_group::create(api, &call).await,
        OperationId::GetGroupServiceAccount => service_accounts::of_group::view(api, &call).await,
        OperationId::UpdateGroupServiceAccount => service_accounts::of_group::update(api, &call).await,
        OperationId::DeleteGroupServiceAccount => service_accounts::of_group::delete(api, &call).await,
        OperationId::ListGroupServiceAccountNetworks => service_accounts::networks::list(api, &call).await,
        OperationId::CreateGroupServiceAccountNetworks => service_accounts::networks::create(api, &call).await,
        OperationId::DeleteGroupServiceAccountNetwork => service_accounts::networks::delete(api, &call).await,
        OperationId::CreateGroupSecret => service_accounts::of_group::create_secret(api, &call).await,
        OperationId::DeleteGroupSecret => service_accounts::of_group::delete_secret(api, &call).await,
        OperationId::InviteGroupServiceAccount => service_accounts::of_group::invite(api, &call).await,
        OperationId::ListOrgServiceAccounts => service_accounts::of_org::list(api, &call).await,
        OperationId::CreateOrgServiceAccount => service_accounts::of_org::create(api, &call).await,
        OperationId::GetOrgServiceAccount => service_accounts::of_org::view(api, &call).await,
        OperationId::UpdateOrgServiceAccount => service_accounts::of_org::update(api, &call).await,
        OperationId::DeleteOrgServiceAccount => service_accounts::of_org::delete(api, &call).await,
        OperationId::ListOrgServiceAccountNetworks => service_accounts::networks::list(api, &call).await,
        OperationId::CreateOrgServiceAccountNetworks => service_accounts::networks::create(api, &call).await,
        OperationId::DeleteOrgServiceAccountNetwork => service_accounts::networks::delete(api, &call).await,
        OperationId::CreateOrgSecret => service_accounts::of_org::create_secret(api, &call).await,
        OperationId::DeleteOrgSecret => service_accounts::of_org::delete_secret(api, &call).await,
        OperationId::GetServiceAccountGroups => service_accounts::of_org::groups(api, &call).await,
        OperationId::ListGroupTeams => teams::of_group::list(api, &call).await,
        OperationId::AddGroupTeams => teams::of_group::add(api, &call).await,
        OperationId::GetGroupTeam => teams::of_group::view(api, &call).await,
        OperationId::UpdateGroupTeam => teams::of_group::update(api, &call).await,
        OperationId::RemoveGroupTeam => teams::of_group::remove(api, &call).await,
        OperationId::ListOrgTeams => teams::of_org::list(api, &call).await,
        OperationId::CreateOrgTeam => teams::of_org::create(api, &call).await,
        OperationId::GetOrgTeam => teams::of_org::view(api, &call).await,
        OperationId::RenameOrgTeam => teams::of_org::rename(api, &call).await,
        OperationId::DeleteOrgTeam => teams::of_org::delete(api, &call).await,
        OperationId::GetTeamByName => teams::of_org::view_by_name(api, &call).await,
        OperationId::AddTeamUsers => users::of_team::add_all(api, &call).await,
        OperationId::RemoveUserFromTeam => users::of_team::delete(api, &call).await,
        OperationId::ListGroupUsers => users::of_group::list(api, &call).await,
        OperationId::AddGroupUsers => users::of_group::add(api, &call).await,
        OperationId::GetGroupUser => users::of_group::view(api, &call).await,
        OperationId::RemoveGroupUser => users::of_group::remove(api, &call).await,
        OperationId::AddGroupUserRole => users::of_group::add_role(api, &call).await,
        OperationId::RemoveGroupUserRole => users::of_group::remove_role(api, &call).await,
        OperationId::ListOrgUsers => users::of_org::list(api, &call).await,
        OperationId::CreateOrgUser => users::of_org::create(api, &call).await,
        OperationId::GetOrgUser => users::of_org::view(api, &call).await,
        OperationId::UpdateOrgUser => users::of_org::update(api, &call).await,
        OperationId::RemoveOrgUser => users::of_org::remove(api, &call).await,
        OperationId::AddOrgRole => users::of_org::add_role(api, &call).await,
        OperationId::RemoveOrgRole => users::of_org::remove_role(api, &call).await,
        OperationId::ListTeamUsers => users::of_team::list(api, &call).await,
        OperationId::AddOrgTeamUser => users::of_team::add(api, &call).await,
        OperationId::RemoveOrgTeamUser => users::of_team::remove(api, &call).await,
        OperationId::ListUserStandings => own_users::list(api, &call).await,
        OperationId::DisableUser => own_users::disable(api, &call).await,
        OperationId::EnableUser => own_users::enable(api, &call).await,
        OperationId::ResetUser => own_users::reset(api, &call).await,
        OperationId::AcceptInvitation => own_users::accept(api, &call).await,
        OperationId::ListAlertConfigMatcherFieldNames => alert_configs::matcher_fields::handle(&call),
        OperationId::ListAlertConfigs => alert_configs::list::handle(api, &call).await,
        OperationId::CreateAlertConfig => alert_configs::create::handle(api, call).await,
        OperationId::GetAlertConfig => alert_configs::view::handle(api, &call).await,
        OperationId::UpdateAlertConfig => alert_configs::update::handle(api, call).await,
        OperationId::ToggleAlertConfig => alert_configs::toggle::handle(api, call).await,
        OperationId::DeleteAlertConfig => alert_configs::delete::handle(api, &call).await,
        OperationId::ListAlertConfigsOfAlert => alerts::configs::handle(api, &call).await,
        OperationId::ListAlertsOfConfig => alerts::of_config::handle(api, &call).await,
        OperationId::ListAlerts => alerts::list::handle(api, &call).await,
        OperationId::GetAlert => alerts::view::handle(api, &call).await,
        OperationId::AcknowledgeAlert => alerts::acknowledge::handle(api, call).await,
        OperationId::GetOpenApi => openapi::handle(&call),
    }
}

/// Builds the door's router.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for operation in OPERATIONS.iter().filter(|operation| !has_verb(operation)) {
        let path = format!("{}{}", operation.api.base(), operation.path);
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
    match verb_called(request.method().as_str(), request.uri().path()) {
        Some(operation) => serve(api, operation, request).await,
        None => next.run(request).await,
    }
}

fn verb_called(method: &str, path: &str) -> Option<&'static Operation> {
    if !path.rsplit('/').next()?.contains(':') {
        return None;
    }
    OPERATIONS
        .iter()
        .copied()
        .find(|operation| has_verb(operation) && operation.method.as_str() == method && is_of(operation, path))
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
