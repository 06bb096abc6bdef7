//! Proving candidates: a real encrypt and decrypt round trip with each, before anything is saved.

use std::time::Duration;

use domain::customer_key::{CustomerKey, Move, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::ProviderRole;
use domain::validity::{DefiniteReason, Failure, Finding, Reason};
use providers::{Candidate, Deadline, KeyProvider};

use crate::check::Observation;
use crate::error::CandidateRefused;
use crate::{Control, Error};

/// How long to wait before a refusal that a fresh grant explains is tried again.
pub(crate) const GRANT_RETRY: Duration = Duration::from_secs(1);

impl Control {
    /// Asks the provider for a round trip with a candidate, by the path that it would take. Refusals that a fresh grant explains are
    /// tried again for as long as the patience lasts.
    /// Errors: those of the store; whatever the provider does is an observation.
    pub(crate) async fn prove_candidate(
        &self,
        project: ProjectId,
        candidate: &CustomerKey,
        step: Move,
        role: Option<&ProviderRole>,
        deadline: Deadline,
    ) -> Result<Observation, Error> {
        let patience = deadline.min(Deadline::after(self.timings().grant_patience));
        loop {
            let at = self.check_begins();
            let (finding, public) = match self.open_candidate(project, candidate, role) {
                Ok(opened) => (opened.check_candidate(what_is_new(step), deadline).await, opened.is_public()),
                Err(fault) => (Finding::Failed(fault.failure()), true),
            };
            self.observed().count_check(candidate.provider(), &finding);
            let fresh = matches!(&finding, Finding::Failed(failure) if may_be_a_fresh_grant(failure.reason));
            if !fresh || patience <= Deadline::after(GRANT_RETRY) {
                return Ok(Observation { finding, at, public });
            }
            tokio::time::sleep(GRANT_RETRY).await;
        }
    }

    /// Has the provider prove a role safe to use before it is authorized.
    /// Errors: `CandidateRefused` with what the provider said.
    pub(crate) async fn prove_role(&self, role: &ProviderRole) -> Result<(), Error> {
        let deadline = Deadline::after(self.timings().update_deadline);
        self.providers()
            .prove_role(role, deadline)
            .await
            .map_err(|failure| refused(role.identity.provider(), role.project, Some(role.id), String::new(), failure))
    }
}

/// Tells that a candidate was refused, and where.
pub(crate) fn refused(
    provider: ProviderKind,
    project: ProjectId,
    role: Option<ProviderRoleId>,
    place: String,
    failure: Failure,
) -> Error {
    Error::CandidateRefused(Box::new(CandidateRefused { provider, project, role, place, failure }))
}

/// Names the place a candidate's key is looked for in, as its settings do.
pub(crate) fn place_of(candidate: &CustomerKey) -> String {
    match candidate {
        CustomerKey::AwsKms(aws) => aws.region.name().to_owned(),
        CustomerKey::AzureKeyVault(azure) => azure.vault.as_str().to_owned(),
        CustomerKey::GcpKms(google) => google.key_version.as_str().to_owned(),
    }
}

const fn what_is_new(step: Move) -> Candidate {
    match step {
        Move::Enable | Move::ChangeKey => Candidate::NewKey,
        Move::ChangeCredentials | Move::ChangeOptions | Move::Disable => Candidate::SameKey,
    }
}

/// Tells whether a grant that the cloud has not spread yet explains a refusal.
pub(crate) const fn may_be_a_fresh_grant(reason: Reason) -> bool {
    match reason {
        Reason::Transient(_) => false,
        Reason::Definite(reason) => match reason {
            DefiniteReason::AccessDenied | DefiniteReason::CredentialRejected | DefiniteReason::RoleNotAssumable => {
                true
            }
            DefiniteReason::KeyDisabled
            | DefiniteReason::KeyPendingDeletion
            | DefiniteReason::KeyPendingImport
            | DefiniteReason::KeyPendingGeneration
            | DefiniteReason::KeyDestroyed
            | DefiniteReason::KeyExpiring
            | DefiniteReason::KeyExpired
            | DefiniteReason::KeyNotYetValid
            | DefiniteReason::KeyNotFound
            | DefiniteReason::KeyTypeNotSupported
            | DefiniteReason::KeyNotTagged
            | DefiniteReason::VaultElsewhere
            | DefiniteReason::RoleNotSafe => false,
        },
    }
}
