//! What Atlas does to clusters and nobody can do from here: restarting primaries, pinning the feature compatibility
//! version, moving off shared machines. A cluster that does not exist is told first.

use api_wire::atlas::clusters::{PIN_SCHEMA, TENANT_UPGRADE_SCHEMA};
use api_wire::body::{Limits, parse};
use control::cluster::Unsupported;
use domain::cluster::ClusterName;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Refuses to restart primaries.
/// Errors: always.
pub async fn restart_primaries(api: &Api, call: &Call) -> Result<Answer, Refused> {
    refuse(api, call, Unsupported::RestartPrimaries, &call.cluster()?).await
}

/// Refuses to pin the feature compatibility version.
/// Errors: always; faults of the body's shape first.
pub async fn pin(api: &Api, call: &Call) -> Result<Answer, Refused> {
    if !call.body.is_empty() {
        parse(&call.body, &PIN_SCHEMA, Limits::default()).map_err(Refused::BodyFaults)?;
    }
    unpin(api, call).await
}

/// Refuses to let go of the feature compatibility version.
/// Errors: always.
pub async fn unpin(api: &Api, call: &Call) -> Result<Answer, Refused> {
    refuse(api, call, Unsupported::PinFeatureCompatibilityVersion, &call.cluster()?).await
}

/// Refuses to move a cluster off shared machines: there are none.
/// Errors: always; faults of the body's shape first.
pub async fn upgrade_tenant(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let mut body = parse(&call.body, &TENANT_UPGRADE_SCHEMA, Limits::default()).map_err(Refused::BodyFaults)?;
    let name = body.text("name").map_err(|fault| Refused::BodyFaults(vec![fault]))?.value();
    let name = name.as_deref().and_then(ClusterName::parse).ok_or(Refused::Bug("the schema admits only names"))?;
    refuse(api, call, Unsupported::TenantUpgrade, &name).await
}

async fn refuse(api: &Api, call: &Call, what: Unsupported, name: &ClusterName) -> Result<Answer, Refused> {
    api.control().refuse_to(what, call.caller()?, call.project()?, name).await?;
    Err(Refused::Bug("what is not supported is refused"))
}
