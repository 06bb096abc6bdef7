//! POST `/api/atrest/v1/groups/{groupId}/encryptionAtRest:check`: a PATCH of the customer keys that saves nothing, and
//! tells what it found item by item.

use api_wire::atlas::encryption_at_rest::v2023_01_01::EncryptionAtRestPatch;
use api_wire::atrest::encryption_at_rest_check::{
    Check, CheckItem as WireItem, EncryptionAtRestCheck, ProviderCheck, Status,
};
use api_wire::wire_time::WireTime;
use control::encryption_at_rest::{CandidateReport, CheckItem, CheckKind, CheckOutcome, CheckWarning, SkipReason};
use domain::time::Timestamp;

use super::validity::wire_provider;
use crate::api::Api;
use crate::api::atlas::encryption_at_rest::from_wire;
use crate::api::call::{Answer, Call};
use crate::api::error::{self, Refused};

/// Tries a change and answers with what was found; a change that would be refused is no error.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed in any case.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let patch = EncryptionAtRestPatch::read(&body).map_err(Refused::BodyFaults)?;
    drop(body);
    let change = from_wire(patch)?;
    let reports = api.control().check_encryption_at_rest(call.caller()?, call.project()?, change).await?;
    let passed = reports.iter().all(CandidateReport::passed);
    call.single(&EncryptionAtRestCheck { passed, providers: reports.into_iter().map(to_wire).collect() })
}

fn to_wire(report: CandidateReport) -> ProviderCheck {
    let passed = report.passed();
    let CandidateReport { provider, items } = report;
    ProviderCheck { items: items.into_iter().map(item).collect(), passed, provider: wire_provider(provider) }
}

fn item(CheckItem { check, outcome }: CheckItem) -> WireItem {
    let (status, code, detail) = match outcome {
        CheckOutcome::Passed(found) => (Status::Passed, None, found),
        CheckOutcome::Warning(warning) => (Status::Warning, None, Some(warned(&warning))),
        CheckOutcome::Failed(refusal) => {
            let (code, detail) = error::code_and_detail(&refusal);
            (Status::Failed, Some(code.to_owned()), Some(detail))
        }
        CheckOutcome::Skipped(reason) => (Status::Skipped, None, Some(skipped(reason).to_owned())),
    };
    WireItem { check: kind(check), code, detail, status }
}

fn warned(warning: &CheckWarning) -> String {
    match warning {
        CheckWarning::PermissionMissing(name) => {
            format!("{name} is not granted. The key works without it, and reasons get vaguer.")
        }
        CheckWarning::KeyExpires(at) => format!("The key expires at {}.", moment(*at)),
        CheckWarning::KeyToBeDeleted(at) => format!("The key is to be deleted at {}.", moment(*at)),
        CheckWarning::AwaitingEndpoint => {
            "The provider lets nobody in from public addresses. The settings would be saved with valid: false, until the first private endpoint is ACTIVE.".to_owned()
        }
        CheckWarning::StaysUnknown(failure) => format!(
            "The provider could not be asked ({}). The new credentials would be saved all the same, and the key stays as unknown as it is.",
            failure.reason.code()
        ),
    }
}

const fn skipped(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NotReached => "Not looked at, because something before it failed.",
        SkipReason::NotTold => "The provider does not tell.",
    }
}

const fn kind(check: CheckKind) -> Check {
    match check {
        CheckKind::Settings => Check::Settings,
        CheckKind::Identity => Check::Identity,
        CheckKind::NetworkPath => Check::NetworkPath,
        CheckKind::ResourceGroup => Check::ResourceGroup,
        CheckKind::KeyState => Check::KeyState,
        CheckKind::KeyTag => Check::KeyTag,
        CheckKind::PermissionReadKey => Check::PermissionReadKey,
        CheckKind::PermissionEncrypt => Check::PermissionEncrypt,
        CheckKind::PermissionDecrypt => Check::PermissionDecrypt,
        CheckKind::RoundTrip => Check::RoundTrip,
        CheckKind::KeyExpiry => Check::KeyExpiry,
        CheckKind::SecretExpiry => Check::SecretExpiry,
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
