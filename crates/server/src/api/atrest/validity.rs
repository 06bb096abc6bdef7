//! GET `/api/atrest/v1/groups/{groupId}/encryptionAtRest/validity`: where each customer key stands, in
//! full.

use api_wire::atrest::validity::{EncryptionAtRestValidity, Provider, ProviderValidity, State};
use api_wire::wire_time::WireTime;
use control::encryption_at_rest::{KeyStanding, Standing};
use domain::customer_key::ProviderKind;
use domain::time::Timestamp;
use domain::validity::{Definite, ForeignText};

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the standings, freshly checked.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let standings = api.control().customer_key_standings(call.caller()?, project).await?;
    let providers = standings.into_iter().map(to_wire).collect();
    call.single(&EncryptionAtRestValidity { project_id: project.to_string(), providers })
}

fn to_wire(key: KeyStanding) -> ProviderValidity {
    let provider = wire_provider(key.provider);
    let Some(Standing { present, last_definite, failure, checked_at, next_check_at }) = key.standing else {
        return ProviderValidity::not_configured(provider);
    };
    let text = |text: Option<&ForeignText>| text.map(|text| text.as_str().to_owned());
    ProviderValidity {
        checked_at: checked_at.map(moment),
        last_definite_valid: last_definite.map(|answer| answer == Definite::Valid),
        next_check_at: Some(moment(next_check_at)),
        provider,
        provider_code: text(failure.as_ref().and_then(|failure| failure.provider_code.as_ref())),
        provider_message: text(failure.as_ref().and_then(|failure| failure.provider_message.as_ref())),
        provider_request_id: text(failure.as_ref().and_then(|failure| failure.provider_request_id.as_ref())),
        reason: failure.as_ref().map(|failure| failure.reason.code().to_owned()),
        state: match present {
            Some(Definite::Valid) => State::Valid,
            Some(Definite::Invalid) => State::Invalid,
            None => State::Unknown,
        },
    }
}

/// Names a provider.
pub(super) const fn wire_provider(provider: ProviderKind) -> Provider {
    match provider {
        ProviderKind::AwsKms => Provider::Aws,
        ProviderKind::AzureKeyVault => Provider::Azure,
        ProviderKind::GcpKms => Provider::Gcp,
    }
}

fn moment(timestamp: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(timestamp.as_millis())
}
