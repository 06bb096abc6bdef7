//! PATCH `/orgs/{orgId}`.

use api_wire::atlas::orgs::v2023_01_01::OrgUpdate;
use domain::organization::{OrgChange, OrgName};
use domain::violation::Violation;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Renames an organization and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is renamed or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let OrgUpdate { name, skip_default_alerts_settings } = OrgUpdate::read(&body).map_err(Refused::BodyFaults)?;
    let violation = || control::Error::Violations(vec![Violation::malformed("name", OrgName::GRAMMAR)]);
    let name = OrgName::parse(&name).ok_or_else(violation)?;
    let change =
        OrgChange { name: Some(name), skip_default_alerts: skip_default_alerts_settings, ..OrgChange::default() };
    let view = api.control().change_organization(call.caller()?, call.organization()?, change).await?;
    call.single(&to_wire(&call.base_url, view))
}
