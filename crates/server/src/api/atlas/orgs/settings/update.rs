//! PATCH `/orgs/{orgId}/settings`.

use api_wire::atlas::orgs::settings::OrgSettingsUpdate;
use api_wire::patch::Patch;
use control::project::ProjectError;
use domain::organization::OrgChange;

use super::super::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes what an organization's owners set and answers with all of it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is changed or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let change = from_wire(OrgSettingsUpdate::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().change_organization(call.caller()?, call.organization()?, change).await?;
    call.single(&to_wire::settings(view.settings))
}

/// Errors: `NotOffered` for a second proof at sign-in.
fn from_wire(body: OrgSettingsUpdate) -> Result<OrgChange, Refused> {
    let OrgSettingsUpdate {
        api_access_list_required,
        absolute_session_seconds,
        idle_session_seconds,
        gen_ai_features_enabled,
        secret_hours,
        multi_factor_auth_required,
        operations_contact,
        restrict_employee_access,
        security_contact,
        streams_cross_group_enabled,
    } = body;
    if multi_factor_auth_required == Patch::Value(true) {
        let error = ProjectError::NotOffered("a second proof at sign-in, so multiFactorAuthRequired stays false");
        return Err(Refused::Control(error.into()));
    }
    Ok(OrgChange {
        name: None,
        api_access_list_required: api_access_list_required.value(),
        secret_hours_max: number(secret_hours)?,
        session_seconds: number(absolute_session_seconds)?,
        idle_session_seconds: number(idle_session_seconds)?,
        gen_ai_features: gen_ai_features_enabled.value(),
        restrict_employee_access: restrict_employee_access.value(),
        streams_cross_project: streams_cross_group_enabled.value(),
        operations_contact: cleared(operations_contact),
        security_contact: cleared(security_contact),
        skip_default_alerts: None,
    })
}

fn number(given: Patch<i64>) -> Result<Option<Option<u32>>, Refused> {
    let convert = |number| u32::try_from(number).map_err(|_| Refused::Bug("the schema admits only such numbers"));
    Ok(match given {
        Patch::Absent => None,
        Patch::Null => Some(None),
        Patch::Value(number) => Some(Some(convert(number)?)),
    })
}

/// Null and an empty text take away what was set.
fn cleared(given: Patch<String>) -> Option<Option<String>> {
    match given {
        Patch::Absent => None,
        Patch::Null => Some(None),
        Patch::Value(text) => Some(Some(text).filter(|text| !text.is_empty())),
    }
}
