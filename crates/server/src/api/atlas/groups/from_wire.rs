//! From the wire's group to the domain's words.

use api_wire::atlas::groups::v2023_01_01::GroupCreate;
use domain::id::OrgId;
use domain::project::ProjectName;
use domain::violation::Violation;

use crate::api::error::Refused;

/// Translates a body whose shape was checked.
/// Errors: `Violations` if the name breaks its grammar.
pub(super) fn from_wire(body: GroupCreate) -> Result<(OrgId, ProjectName), Refused> {
    let GroupCreate { name, org_id } = body;
    let org = org_id.parse().map_err(|_| Refused::Bug("the schema admits only ids"))?;
    let violation = || Violation::malformed("name", ProjectName::GRAMMAR);
    let name = ProjectName::parse(&name).ok_or_else(|| control::Error::Violations(vec![violation()]))?;
    Ok((org, name))
}
