//! POST `/groups/{groupId}/clusterConfigurations:validate`.

use api_wire::atlas::cluster_configurations::v2025_03_12::{Validation, ValidationBody, ValidationError};
use domain::cluster::ClusterName;

use super::from_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::{Refused, code_and_detail};

/// Answers with what stands against creating or changing a cluster so; nothing is saved.
/// Errors: faults of the body's shape, all at once; whatever does not hang on the configuration.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let ValidationBody { cluster_description, cluster_name, editing } =
        ValidationBody::read(&body).map_err(Refused::BodyFaults)?;
    let mut change = from_wire::from_wire(cluster_description)?;
    let named = cluster_name.value().and_then(|name| ClusterName::parse(&name)).or_else(|| change.name.clone());
    let is_present = editing.value().unwrap_or_default();
    if !is_present {
        change.name.clone_from(&named);
    }
    let present = named.filter(|_| is_present);
    if is_present && present.is_none() {
        let missing = domain::violation::Violation::missing("clusterName");
        return Err(control::Error::Violations(vec![missing]).into());
    }
    let found = api.control().validate_cluster(call.caller()?, call.project()?, present.as_ref(), change).await;
    let errors = match found {
        Ok(()) => Vec::new(),
        Err(error) if speaks_of_configuration(&error) => {
            let (code, validation_issue) = code_and_detail(&error);
            vec![ValidationError { error_code: code.to_owned(), validation_issue }]
        }
        Err(error) => return Err(error.into()),
    };
    call.single(&Validation { valid: errors.is_empty(), errors })
}

/// Tells whether an error is a finding about the configuration, and not about the call.
const fn speaks_of_configuration(error: &control::Error) -> bool {
    use control::Error as E;
    matches!(
        error,
        E::ClusterNotFound { .. }
            | E::ClusterNameTaken { .. }
            | E::ClusterRefused { .. }
            | E::ClusterPlacementRefused { .. }
            | E::CustomerKeyNotEnabled { .. }
            | E::CustomerKeyNotProven(_)
            | E::Compliance(_)
    )
}
