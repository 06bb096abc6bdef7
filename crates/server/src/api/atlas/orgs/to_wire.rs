//! From an organization to the wire's.

use api_wire::atlas::orgs::settings::{OrgSettings as WireSettings, SessionTimeouts};
use api_wire::atlas::orgs::v2023_01_01::Org;
use api_wire::paging::Link;
use control::organization::OrgView;
use domain::organization::{OrgSettings, Organization};

/// Translates an organization.
pub(super) fn to_wire(base_url: &str, view: OrgView) -> Org {
    let OrgView { organization: Organization { id, name, created_at: _ }, settings } = view;
    Org {
        id: id.to_string(),
        is_deleted: false,
        links: vec![Link::to_self(format!("{base_url}/api/atlas/v2/orgs/{id}"))],
        name,
        skip_default_alerts_settings: settings.skip_default_alerts,
    }
}

/// Translates what its owners set.
pub(super) fn settings(settings: OrgSettings) -> WireSettings {
    let OrgSettings {
        api_access_list_required,
        secret_hours_max,
        session_seconds,
        idle_session_seconds,
        gen_ai_features,
        restrict_employee_access,
        streams_cross_project,
        operations_contact,
        security_contact,
        skip_default_alerts: _,
    } = settings;
    WireSettings {
        api_access_list_required,
        custom_session_timeouts: SessionTimeouts {
            absolute_session_timeout_in_seconds: session_seconds,
            idle_session_timeout_in_seconds: idle_session_seconds,
        },
        gen_ai_features_enabled: gen_ai_features,
        max_service_account_secret_validity_in_hours: secret_hours_max,
        multi_factor_auth_required: false,
        operations_contact,
        restrict_employee_access,
        security_contact,
        streams_cross_group_enabled: streams_cross_project,
    }
}
