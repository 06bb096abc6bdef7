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

/// Carries a call to its handler.
///
/// The future of each handler is made in a frame of its own and lies on the heap: in this function's frame they would
/// lie side by side, and no thread's stack has room for all of them.
pub(super) fn dispatch(api: &Api, call: Call) -> Handling<'_> {
    match call.operation.id {
        OperationId::GetSystemStatus => later(move || async move { system_status::view::handle(api, &call).await }),
        OperationId::ListOrgs => later(move || async move { orgs::list::handle(api, &call).await }),
        OperationId::GetOrg => later(move || async move { orgs::view::handle(api, &call).await }),
        OperationId::ListGroups => later(move || async move { groups::list::handle(api, &call).await }),
        OperationId::CreateGroup => later(move || async move { groups::create::handle(api, call).await }),
        OperationId::GetGroup => later(move || async move { groups::view::handle(api, &call).await }),
        OperationId::DeleteGroup => later(move || async move { groups::delete::handle(api, &call).await }),
        OperationId::UpdateGroup => later(move || async move { groups::update::handle(api, call).await }),
        OperationId::GetGroupByName => later(move || async move { groups::by_name::handle(api, &call).await }),
        OperationId::GetGroupSettings => later(move || async move { groups::settings::view::handle(api, &call).await }),
        OperationId::UpdateGroupSettings => {
            later(move || async move { groups::settings::update::handle(api, call).await })
        }
        OperationId::ListGroupLimits => later(move || async move { groups::limits::list::handle(api, &call).await }),
        OperationId::GetGroupLimit => later(move || async move { groups::limits::view::handle(api, &call).await }),
        OperationId::SetGroupLimit => later(move || async move { groups::limits::set::handle(api, call).await }),
        OperationId::DeleteGroupLimit => later(move || async move { groups::limits::delete::handle(api, &call).await }),
        OperationId::GetGroupIpAddresses => {
            later(move || async move { groups::ip_addresses::handle(api, &call).await })
        }
        OperationId::GetMongoDbVersions => {
            later(move || async move { groups::mongo_db_versions::handle(api, &call).await })
        }
        OperationId::GetManagedSlowMs => later(move || async move { groups::managed_slow_ms::view(api, &call).await }),
        OperationId::EnableManagedSlowMs => {
            later(move || async move { groups::managed_slow_ms::set(api, &call, true).await })
        }
        OperationId::DisableManagedSlowMs => {
            later(move || async move { groups::managed_slow_ms::set(api, &call, false).await })
        }
        OperationId::GetGroupActivity => later(move || async move { activity::view(api, &call).await }),
        OperationId::UpdateGroupActivity => later(move || async move { activity::update(api, call).await }),
        OperationId::ListAccessListEntries => later(move || async move { access_list::list::handle(api, &call).await }),
        OperationId::CreateAccessListEntry => {
            later(move || async move { access_list::create::handle(api, call).await })
        }
        OperationId::GetAccessListEntry => later(move || async move { access_list::view::handle(api, &call).await }),
        OperationId::DeleteAccessListEntry => {
            later(move || async move { access_list::delete::handle(api, &call).await })
        }
        OperationId::GetAccessListStatus => later(move || async move { access_list::status::handle(api, &call).await }),
        OperationId::UpdateOrg => later(move || async move { orgs::update::handle(api, call).await }),
        OperationId::DeleteOrg => later(move || async move { orgs::delete::handle(api, &call).await }),
        OperationId::ListOrgGroups => later(move || async move { orgs::groups::handle(api, &call).await }),
        OperationId::GetOrgSettings => later(move || async move { orgs::settings::view::handle(api, &call).await }),
        OperationId::UpdateOrgSettings => later(move || async move { orgs::settings::update::handle(api, call).await }),
        OperationId::ListControlPlaneAddresses => {
            later(move || async move { control_plane_addresses::handle(api, &call) })
        }
        OperationId::ListRateLimits => later(move || async move { rate_limits::list(&call) }),
        OperationId::GetRateLimit => later(move || async move { rate_limits::view(&call) }),
        OperationId::GetAuditLog => later(move || async move { not_offered::one(api, &call, &AuditLog::NONE).await }),
        OperationId::ListCustomDbRoles => later(move || async move { not_offered::list(api, &call).await }),
        OperationId::ListDatabaseUsers | OperationId::ListGroupIntegrations => {
            later(move || async move { not_offered::page(api, &call, &[]).await })
        }
        OperationId::ListGroupPeers => {
            later(move || async move { not_offered::page(api, &call, &[&PEERING_PROVIDER_NAME]).await })
        }
        OperationId::GetMaintenanceWindow => {
            later(move || async move { not_offered::one(api, &call, &MaintenanceWindow::NONE).await })
        }
        OperationId::ListEndpointServices => later(move || async move { not_offered::list_of_cloud(api, &call).await }),
        OperationId::GetRegionalMode => {
            later(move || async move { not_offered::one(api, &call, &RegionalMode::NONE).await })
        }
        OperationId::GetUserSecurity => {
            later(move || async move { not_offered::one(api, &call, &UserSecurity::NONE).await })
        }
        OperationId::ListClusters => later(move || async move { clusters::list::handle(api, &call).await }),
        OperationId::CreateCluster => later(move || async move { clusters::create::handle(api, call).await }),
        OperationId::GetCluster => later(move || async move { clusters::view::handle(api, &call).await }),
        OperationId::UpdateCluster => later(move || async move { clusters::update::handle(api, call).await }),
        OperationId::DeleteCluster => later(move || async move { clusters::delete::handle(api, &call).await }),
        OperationId::ListClusterDetails => later(move || async move { clusters::details::handle(api, &call).await }),
        OperationId::ValidateClusterConfigurations => {
            later(move || async move { clusters::validate::handle(api, call).await })
        }
        OperationId::RestartPrimaries => {
            later(move || async move { clusters::unsupported::restart_primaries(api, &call).await })
        }
        OperationId::PinFeatureCompatibilityVersion => {
            later(move || async move { clusters::unsupported::pin(api, &call).await })
        }
        OperationId::UnpinFeatureCompatibilityVersion => {
            later(move || async move { clusters::unsupported::unpin(api, &call).await })
        }
        OperationId::ListClusterProviderRegions => {
            later(move || async move { clusters::provider_regions::handle(api, &call).await })
        }
        OperationId::UpgradeTenantCluster => {
            later(move || async move { clusters::unsupported::upgrade_tenant(api, &call).await })
        }
        OperationId::ListEventTypes => later(move || async move { event_types::handle(&call) }),
        OperationId::ListOrgEvents => later(move || async move { events::list_of_org::handle(api, &call).await }),
        OperationId::GetOrgEvent => later(move || async move { events::view_of_org::handle(api, &call).await }),
        OperationId::ListGroupEvents => later(move || async move { events::list::handle(api, &call).await }),
        OperationId::GetGroupEvent => later(move || async move { events::view::handle(api, &call).await }),
        OperationId::GetEncryptionAtRest => {
            later(move || async move { encryption_at_rest::view::handle(api, &call).await })
        }
        OperationId::UpdateEncryptionAtRest => {
            later(move || async move { encryption_at_rest::update::handle(api, call).await })
        }
        OperationId::ListPrivateEndpoints => {
            later(move || async move { private_endpoints::list::handle(api, &call).await })
        }
        OperationId::CreatePrivateEndpoint => {
            later(move || async move { private_endpoints::create::handle(api, call).await })
        }
        OperationId::GetPrivateEndpoint => {
            later(move || async move { private_endpoints::view::handle(api, &call).await })
        }
        OperationId::DeletePrivateEndpoint => {
            later(move || async move { private_endpoints::delete::handle(api, &call).await })
        }
        OperationId::ListProviderRoles => {
            later(move || async move { cloud_provider_access::list::handle(api, &call).await })
        }
        OperationId::CreateProviderRole => {
            later(move || async move { cloud_provider_access::create::handle(api, call).await })
        }
        OperationId::GetProviderRole => {
            later(move || async move { cloud_provider_access::view::handle(api, &call).await })
        }
        OperationId::AuthorizeProviderRole => {
            later(move || async move { cloud_provider_access::authorize::handle(api, call).await })
        }
        OperationId::DeleteProviderRole => {
            later(move || async move { cloud_provider_access::delete::handle(api, &call).await })
        }
        OperationId::CheckEncryptionAtRest => {
            later(move || async move { encryption_at_rest_check::handle(api, call).await })
        }
        OperationId::GetSetupKit => later(move || async move { setup_kit::handle(api, &call).await }),
        OperationId::GetNetworking => later(move || async move { networking::handle(api, &call).await }),
        OperationId::GetEncryptionAtRestValidity => later(move || async move { validity::handle(api, &call).await }),
        OperationId::ListNodes => later(move || async move { nodes::list::handle(api, &call).await }),
        OperationId::CreateNode => later(move || async move { nodes::create::handle(api, call).await }),
        OperationId::GetNode => later(move || async move { nodes::view::handle(api, &call).await }),
        OperationId::RevokeNode => later(move || async move { nodes::revoke::handle(api, &call).await }),
        OperationId::CreateNodeEnrolmentToken => {
            later(move || async move { nodes::create_enrolment_token::handle(api, &call).await })
        }
        OperationId::EnrolNode => later(move || async move { enrolments::handle(api, call).await }),
        OperationId::RenewNodeCertificate => later(move || async move { node_certificates::handle(api, call).await }),
        OperationId::ListExternalCertificateAuthorities => {
            later(move || async move { external_certificate_authorities::list::handle(api, &call).await })
        }
        OperationId::CreateExternalCertificateAuthority => {
            later(move || async move { external_certificate_authorities::create::handle(api, call).await })
        }
        OperationId::GetExternalCertificateAuthority => {
            later(move || async move { external_certificate_authorities::view::handle(api, &call).await })
        }
        OperationId::DeleteExternalCertificateAuthority => {
            later(move || async move { external_certificate_authorities::delete::handle(api, &call).await })
        }
        OperationId::ListNodeIdentities => {
            later(move || async move { node_identities::list::handle(api, &call).await })
        }
        OperationId::CreateNodeIdentity => {
            later(move || async move { node_identities::create::handle(api, call).await })
        }
        OperationId::DeleteNodeIdentity => {
            later(move || async move { node_identities::delete::handle(api, &call).await })
        }
        OperationId::GetCertificateAuthorities => {
            later(move || async move { certificate_authorities::handle(api, &call).await })
        }
        OperationId::ListRotations => later(move || async move { rotations::list::handle(api, &call).await }),
        OperationId::GetRotation => later(move || async move { rotations::view::handle(api, &call).await }),
        OperationId::ListCustomerKeys => later(move || async move { customer_keys::handle(api, &call).await }),
        OperationId::ListMasterKeys => later(move || async move { master_keys::list::handle(api, &call).await }),
        OperationId::GetMasterKey => later(move || async move { master_keys::view::handle(api, &call).await }),
        OperationId::ReturnMasterKey => later(move || async move { master_keys::bring_back::handle(api, &call).await }),
        OperationId::ListGrants => later(move || async move { grants::list::handle(api, &call).await }),
        OperationId::CreateGrant => later(move || async move { grants::create::handle(api, call).await }),
        OperationId::DeleteGrant => later(move || async move { grants::delete::handle(api, &call).await }),
        OperationId::ListSnapshots => later(move || async move { snapshots::list::handle(api, &call).await }),
        OperationId::CreateSnapshot => later(move || async move { snapshots::create::handle(api, call).await }),
        OperationId::GetSnapshot => later(move || async move { snapshots::view::handle(api, &call).await }),
        OperationId::ReleaseSnapshot => later(move || async move { snapshots::release::handle(api, &call).await }),
        OperationId::ListDeletedClusters => {
            later(move || async move { deleted_clusters::list::handle(api, &call).await })
        }
        OperationId::ReturnCluster => {
            later(move || async move { deleted_clusters::bring_back::handle(api, &call).await })
        }
        OperationId::ListDeletedGroups => {
            later(move || async move { deleted_projects::list::handle(api, &call).await })
        }
        OperationId::ReturnGroup => {
            later(move || async move { deleted_projects::bring_back::handle(api, &call).await })
        }
        OperationId::ListBackupSnapshots => {
            later(move || async move { backup_snapshots::list::handle(api, &call).await })
        }
        OperationId::GetBackupSnapshot => {
            later(move || async move { backup_snapshots::view::handle(api, &call).await })
        }
        OperationId::GetProcessArguments => {
            later(move || async move { process_arguments::view::handle(api, &call).await })
        }
        OperationId::UpdateProcessArguments => {
            later(move || async move { process_arguments::update::handle(api, call).await })
        }
        OperationId::GetAutoScalingConfiguration => {
            later(move || async move { cluster_status::auto_scaling::handle(api, &call).await })
        }
        OperationId::GetClusterStatus => later(move || async move { cluster_status::view::handle(api, &call).await }),
        OperationId::GetSearchDeployment => {
            later(move || async move { search_deployments::view::handle(api, &call).await })
        }
        OperationId::CreateSearchDeployment => {
            later(move || async move { search_deployments::create::handle(api, call).await })
        }
        OperationId::UpdateSearchDeployment => {
            later(move || async move { search_deployments::update::handle(api, call).await })
        }
        OperationId::DeleteSearchDeployment => {
            later(move || async move { search_deployments::delete::handle(api, &call).await })
        }
        OperationId::ListContainers => later(move || async move { containers::list::handle(api, &call).await }),
        OperationId::ListAllContainers => later(move || async move { containers::list::handle_all(api, &call).await }),
        OperationId::GetContainer => later(move || async move { containers::view::handle(api, &call).await }),
        OperationId::ListServerlessInstances | OperationId::ListFlexClusters => {
            later(move || async move { flex_clusters::list::handle(api, &call).await })
        }
        OperationId::CreateFlexCluster => later(move || async move { flex_clusters::create::handle(&call) }),
        OperationId::GetFlexCluster | OperationId::DeleteFlexCluster => {
            later(move || async move { flex_clusters::view::handle(api, &call).await })
        }
        OperationId::UpdateFlexCluster => {
            later(move || async move { flex_clusters::view::handle_update(api, &call).await })
        }
        OperationId::UpgradeFlexCluster => later(move || async move { flex_clusters::create::handle_upgrade(&call) }),
        OperationId::GetCompliancePolicy => {
            later(move || async move { backup_compliance::view::handle(api, &call).await })
        }
        OperationId::UpdateCompliancePolicy => {
            later(move || async move { backup_compliance::update::handle(api, call).await })
        }
        OperationId::DeleteCompliancePolicy => {
            later(move || async move { backup_compliance::delete::handle(api, &call).await })
        }
        OperationId::GetBackupSchedule => {
            later(move || async move { backup_schedules::view::handle(api, &call).await })
        }
        OperationId::UpdateBackupSchedule => {
            later(move || async move { backup_schedules::update::handle(api, call).await })
        }
        OperationId::TakeBackupSnapshot => {
            later(move || async move { backup_snapshots::change::handle_take(api, &call).await })
        }
        OperationId::UpdateBackupSnapshot => {
            later(move || async move { backup_snapshots::change::handle_retention(api, &call).await })
        }
        OperationId::DeleteBackupSnapshot => {
            later(move || async move { backup_snapshots::delete::handle(api, &call).await })
        }
        OperationId::ListShardedSnapshots => {
            later(move || async move { backup_snapshots::sharded::handle_list(api, &call).await })
        }
        OperationId::GetShardedSnapshot | OperationId::DeleteShardedSnapshot => {
            later(move || async move { backup_snapshots::sharded::handle(api, &call).await })
        }
        OperationId::ListGroupApiKeys => later(move || async move { api_keys::of_group::list(api, &call).await }),
        OperationId::CreateGroupApiKey => later(move || async move { api_keys::of_group::create(api, &call).await }),
        OperationId::AddGroupApiKey => later(move || async move { api_keys::of_group::add(api, &call).await }),
        OperationId::UpdateGroupApiKeyRoles => {
            later(move || async move { api_keys::of_group::update(api, &call).await })
        }
        OperationId::RemoveGroupApiKey => later(move || async move { api_keys::of_group::remove(api, &call).await }),
        OperationId::ListOrgApiKeys => later(move || async move { api_keys::of_org::list(api, &call).await }),
        OperationId::CreateOrgApiKey => later(move || async move { api_keys::of_org::create(api, &call).await }),
        OperationId::GetOrgApiKey => later(move || async move { api_keys::of_org::view(api, &call).await }),
        OperationId::UpdateOrgApiKey => later(move || async move { api_keys::of_org::update(api, &call).await }),
        OperationId::DeleteOrgApiKey => later(move || async move { api_keys::of_org::delete(api, &call).await }),
        OperationId::ListOrgAccessEntries => later(move || async move { api_keys::networks::list(api, &call).await }),
        OperationId::CreateOrgAccessEntry => later(move || async move { api_keys::networks::create(api, &call).await }),
        OperationId::GetOrgAccessEntry => later(move || async move { api_keys::networks::view(api, &call).await }),
        OperationId::DeleteAccessEntry => later(move || async move { api_keys::networks::delete(api, &call).await }),
        OperationId::ListGroupServiceAccounts => {
            later(move || async move { service_accounts::of_group::list(api, &call).await })
        }
        OperationId::CreateGroupServiceAccount => {
            later(move || async move { service_accounts::of_group::create(api, &call).await })
        }
        OperationId::GetGroupServiceAccount => {
            later(move || async move { service_accounts::of_group::view(api, &call).await })
        }
        OperationId::UpdateGroupServiceAccount => {
            later(move || async move { service_accounts::of_group::update(api, &call).await })
        }
        OperationId::DeleteGroupServiceAccount => {
            later(move || async move { service_accounts::of_group::delete(api, &call).await })
        }
        OperationId::ListGroupServiceAccountNetworks => {
            later(move || async move { service_accounts::networks::list(api, &call).await })
        }
        OperationId::CreateGroupServiceAccountNetworks => {
            later(move || async move { service_accounts::networks::create(api, &call).await })
        }
        OperationId::DeleteGroupServiceAccountNetwork => {
            later(move || async move { service_accounts::networks::delete(api, &call).await })
        }
        OperationId::CreateGroupSecret => {
            later(move || async move { service_accounts::of_group::create_secret(api, &call).await })
        }
        OperationId::DeleteGroupSecret => {
            later(move || async move { service_accounts::of_group::delete_secret(api, &call).await })
        }
        OperationId::InviteGroupServiceAccount => {
            later(move || async move { service_accounts::of_group::invite(api, &call).await })
        }
        OperationId::ListOrgServiceAccounts => {
            later(move || async move { service_accounts::of_org::list(api, &call).await })
        }
        OperationId::CreateOrgServiceAccount => {
            later(move || async move { service_accounts::of_org::create(api, &call).await })
        }
        OperationId::GetOrgServiceAccount => {
            later(move || async move { service_accounts::of_org::view(api, &call).await })
        }
        OperationId::UpdateOrgServiceAccount => {
            later(move || async move { service_accounts::of_org::update(api, &call).await })
        }
        OperationId::DeleteOrgServiceAccount => {
            later(move || async move { service_accounts::of_org::delete(api, &call).await })
        }
        OperationId::ListOrgServiceAccountNetworks => {
            later(move || async move { service_accounts::networks::list(api, &call).await })
        }
        OperationId::CreateOrgServiceAccountNetworks => {
            later(move || async move { service_accounts::networks::create(api, &call).await })
        }
        OperationId::DeleteOrgServiceAccountNetwork => {
            later(move || async move { service_accounts::networks::delete(api, &call).await })
        }
        OperationId::CreateOrgSecret => {
            later(move || async move { service_accounts::of_org::create_secret(api, &call).await })
        }
        OperationId::DeleteOrgSecret => {
            later(move || async move { service_accounts::of_org::delete_secret(api, &call).await })
        }
        OperationId::GetServiceAccountGroups => {
            later(move || async move { service_accounts::of_org::groups(api, &call).await })
        }
        OperationId::ListGroupTeams => later(move || async move { teams::of_group::list(api, &call).await }),
        OperationId::AddGroupTeams => later(move || async move { teams::of_group::add(api, &call).await }),
        OperationId::GetGroupTeam => later(move || async move { teams::of_group::view(api, &call).await }),
        OperationId::UpdateGroupTeam => later(move || async move { teams::of_group::update(api, &call).await }),
        OperationId::RemoveGroupTeam => later(move || async move { teams::of_group::remove(api, &call).await }),
        OperationId::ListOrgTeams => later(move || async move { teams::of_org::list(api, &call).await }),
        OperationId::CreateOrgTeam => later(move || async move { teams::of_org::create(api, &call).await }),
        OperationId::GetOrgTeam => later(move || async move { teams::of_org::view(api, &call).await }),
        OperationId::RenameOrgTeam => later(move || async move { teams::of_org::rename(api, &call).await }),
        OperationId::DeleteOrgTeam => later(move || async move { teams::of_org::delete(api, &call).await }),
        OperationId::GetTeamByName => later(move || async move { teams::of_org::view_by_name(api, &call).await }),
        OperationId::AddTeamUsers => later(move || async move { users::of_team::add_all(api, &call).await }),
        OperationId::RemoveUserFromTeam => later(move || async move { users::of_team::delete(api, &call).await }),
        OperationId::ListGroupUsers => later(move || async move { users::of_group::list(api, &call).await }),
        OperationId::AddGroupUsers => later(move || async move { users::of_group::add(api, &call).await }),
        OperationId::GetGroupUser => later(move || async move { users::of_group::view(api, &call).await }),
        OperationId::RemoveGroupUser => later(move || async move { users::of_group::remove(api, &call).await }),
        OperationId::AddGroupUserRole => later(move || async move { users::of_group::add_role(api, &call).await }),
        OperationId::RemoveGroupUserRole => {
            later(move || async move { users::of_group::remove_role(api, &call).await })
        }
        OperationId::ListOrgUsers => later(move || async move { users::of_org::list(api, &call).await }),
        OperationId::CreateOrgUser => later(move || async move { users::of_org::create(api, &call).await }),
        OperationId::GetOrgUser => later(move || async move { users::of_org::view(api, &call).await }),
        OperationId::UpdateOrgUser => later(move || async move { users::of_org::update(api, &call).await }),
        OperationId::RemoveOrgUser => later(move || async move { users::of_org::remove(api, &call).await }),
        OperationId::AddOrgRole => later(move || async move { users::of_org::add_role(api, &call).await }),
        OperationId::RemoveOrgRole => later(move || async move { users::of_org::remove_role(api, &call).await }),
        OperationId::ListTeamUsers => later(move || async move { users::of_team::list(api, &call).await }),
        OperationId::AddOrgTeamUser => later(move || async move { users::of_team::add(api, &call).await }),
        OperationId::RemoveOrgTeamUser => later(move || async move { users::of_team::remove(api, &call).await }),
        OperationId::ListUserStandings => later(move || async move { own_users::list(api, &call).await }),
        OperationId::DisableUser => later(move || async move { own_users::disable(api, &call).await }),
        OperationId::EnableUser => later(move || async move { own_users::enable(api, &call).await }),
        OperationId::ResetUser => later(move || async move { own_users::reset(api, &call).await }),
        OperationId::AcceptInvitation => later(move || async move { own_users::accept(api, &call).await }),
        OperationId::ListAlertConfigMatcherFieldNames => {
            later(move || async move { alert_configs::matcher_fields::handle(&call) })
        }
        OperationId::ListAlertConfigs => later(move || async move { alert_configs::list::handle(api, &call).await }),
        OperationId::CreateAlertConfig => later(move || async move { alert_configs::create::handle(api, call).await }),
        OperationId::GetAlertConfig => later(move || async move { alert_configs::view::handle(api, &call).await }),
        OperationId::UpdateAlertConfig => later(move || async move { alert_configs::update::handle(api, call).await }),
        OperationId::ToggleAlertConfig => later(move || async move { alert_configs::toggle::handle(api, call).await }),
        OperationId::DeleteAlertConfig => later(move || async move { alert_configs::delete::handle(api, &call).await }),
        OperationId::ListAlertConfigsOfAlert => later(move || async move { alerts::configs::handle(api, &call).await }),
        OperationId::ListAlertsOfConfig => later(move || async move { alerts::of_config::handle(api, &call).await }),
        OperationId::ListAlerts => later(move || async move { alerts::list::handle(api, &call).await }),
        OperationId::GetAlert => later(move || async move { alerts::view::handle(api, &call).await }),
        OperationId::AcknowledgeAlert => later(move || async move { alerts::acknowledge::handle(api, call).await }),
        OperationId::GetOpenApi => later(move || async move { openapi::handle(&call) }),
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
