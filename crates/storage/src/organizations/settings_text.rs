//! The column `settings` of an organization: a JSON object. What is not in it is as it is by default, so that a later
//! setting needs no migration. Must not know what a setting means.

use domain::organization::OrgSettings;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Fields, to_json};

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Text {
    api_access_list_required: bool,
    secret_hours_max: u32,
    session_seconds: Option<u32>,
    idle_session_seconds: Option<u32>,
    gen_ai_features: bool,
    restrict_employee_access: bool,
    streams_cross_project: bool,
    operations_contact: Option<String>,
    security_contact: Option<String>,
    skip_default_alerts: bool,
}

impl Default for Text {
    fn default() -> Self {
        of(OrgSettings::default())
    }
}

fn of(settings: OrgSettings) -> Text {
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
        skip_default_alerts,
    } = settings;
    Text {
        api_access_list_required,
        secret_hours_max,
        session_seconds,
        idle_session_seconds,
        gen_ai_features,
        restrict_employee_access,
        streams_cross_project,
        operations_contact,
        security_contact,
        skip_default_alerts,
    }
}

pub(super) fn to_text(settings: &OrgSettings) -> Result<String> {
    to_json(&of(settings.clone()))
}

pub(super) fn from_text(fields: &mut Fields<'_>) -> Result<OrgSettings> {
    let Text {
        api_access_list_required,
        secret_hours_max,
        session_seconds,
        idle_session_seconds,
        gen_ai_features,
        restrict_employee_access,
        streams_cross_project,
        operations_contact,
        security_contact,
        skip_default_alerts,
    } = fields.json()?;
    Ok(OrgSettings {
        api_access_list_required,
        secret_hours_max,
        session_seconds,
        idle_session_seconds,
        gen_ai_features,
        restrict_employee_access,
        streams_cross_project,
        operations_contact,
        security_contact,
        skip_default_alerts,
    })
}
