//! Rows of the table for what is wrong in a query, in a body's shape, or against a rule of one of its fields. Must not
//! know where it was found: it comes as faults and violations.

use api_wire::atlas::alert_configs::ALERT_TYPE_NAMES;
use api_wire::error_body::{BadRequestDetail, ErrorBody, FieldViolation};
use api_wire::fault::{Fault, FaultKind};
use api_wire::text_format::CLUSTER_NAME;
use domain::violation::{Violation, ViolationKind};

use super::{BAD_REQUEST, body};

pub(super) fn query_row(faults: &[Fault]) -> ErrorBody {
    let detail = faults.iter().map(Fault::describe).collect::<Vec<_>>().join(" ");
    let row = body(BAD_REQUEST, "INVALID_QUERY_PARAMETER", detail);
    let row = row.with_parameters(faults.iter().map(|fault| fault.path.clone()));
    if faults.len() > 1 { row.with_faults(faults) } else { row }
}

pub(super) fn body_row(faults: &[Fault]) -> ErrorBody {
    let [fault] = faults else {
        return several(faults.iter().map(FieldViolation::from).collect());
    };
    // published, all of them
    let code = match &fault.kind {
        FaultKind::Malformed { .. } => "MALFORMED_JSON",
        FaultKind::TooDeep { .. } | FaultKind::Encoding => "INVALID_JSON",
        FaultKind::WrongType { .. } if fault.path.is_empty() => "INVALID_JSON",
        FaultKind::WrongType { .. } | FaultKind::Duplicate => "INVALID_JSON_ATTRIBUTE",
        FaultKind::Missing => "MISSING_ATTRIBUTE",
        FaultKind::NotInEnum { allowed, .. } if *allowed == ALERT_TYPE_NAMES => "INVALID_EVENT_TYPE_FOR_ALERT",
        FaultKind::NotInEnum { .. } => "INVALID_ENUM_VALUE",
        FaultKind::NoSuchRegion { .. } => "INVALID_REGION",
        FaultKind::Format { expected } if *expected == CLUSTER_NAME.expected => "CLUSTER_NAME_INVALID",
        FaultKind::Unknown { .. }
        | FaultKind::NotOnProvider { .. }
        | FaultKind::Format { .. }
        | FaultKind::Length { .. }
        | FaultKind::Range { .. } => "INVALID_ATTRIBUTE",
    };
    let parameters = if let FaultKind::NoSuchRegion { region, provider, .. } = &fault.kind {
        vec![region.clone(), (*provider).to_owned()]
    } else {
        Some(fault.path.clone()).filter(|path| !path.is_empty()).into_iter().collect()
    };
    body(BAD_REQUEST, code, fault.describe()).with_parameters(parameters)
}

pub(super) fn violations_row(violations: &[Violation]) -> ErrorBody {
    let [violation] = violations else {
        return several(violations.iter().map(field_violation).collect());
    };
    // published, all of them
    let code = match &violation.kind {
        ViolationKind::Missing => "MISSING_ATTRIBUTE",
        ViolationKind::MissingOneOf { .. } => "MISSING_ONE_OF_ATTRIBUTES",
        ViolationKind::Malformed { .. } | ViolationKind::Rule { .. } | ViolationKind::NotOurs { .. } => {
            "INVALID_ATTRIBUTE"
        }
        ViolationKind::ReadOnly => "ATTRIBUTE_READ_ONLY",
        // recorded, with its words
        ViolationKind::NoHighestPriority => "ATLAS_GENERAL_ERROR",
        ViolationKind::KeyIdentifier { .. } => "AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT",
    };
    let row = body(BAD_REQUEST, code, field_violation(violation).description);
    row.with_parameters([violation.field.clone()])
}

fn field_violation(violation: &Violation) -> FieldViolation {
    let field = &violation.field;
    let description = match &violation.kind {
        ViolationKind::Missing => {
            format!("The required attribute {field} was not specified. Add it; nothing is stored that could stand in.")
        }
        ViolationKind::MissingOneOf { choices } => format!("One of these is required: {choices}."),
        ViolationKind::Malformed { expected } => format!("Invalid attribute {field} specified. It must be {expected}."),
        ViolationKind::Rule { expected } => format!("Invalid attribute {field} specified. {expected}"),
        ViolationKind::NotOurs { ours } => {
            format!("Invalid attribute {field} specified. This service's own is {ours}; send that, or leave it out.")
        }
        ViolationKind::ReadOnly => {
            format!("The attribute {field} is read only. Leave it out, or send the value it has.")
        }
        ViolationKind::NoHighestPriority => {
            format!("Reason: A replication spec must specify a region with priority 7 ({field}).")
        }
        ViolationKind::KeyIdentifier { expected } => format!(
            "Invalid format for Azure Key Vault Key Identifier. It must be the address of a key in the vault that keyVaultName and azureEnvironment name: {expected}."
        ),
    };
    FieldViolation { description, field: field.clone() }
}

/// Published. All faults are listed.
pub(super) fn several(fields: Vec<FieldViolation>) -> ErrorBody {
    let detail = format!("{} fields of the body are wrong; badRequestDetail lists them all.", fields.len());
    let mut row = body(BAD_REQUEST, "VALIDATION_ERROR", detail);
    row.bad_request_detail = Some(BadRequestDetail { fields });
    row
}
