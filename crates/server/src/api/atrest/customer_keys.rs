//! GET `/groups/{groupId}/customerKeys`: which customer key still protects what, and whether it can be disabled.

use api_wire::atrest::customer_keys::{CustomerKey as WireKey, State as WireState};
use api_wire::wire_time::WireTime;
use control::rotation::CustomerKeyView;
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::rotation::{Disabling, Protected};
use domain::time::Timestamp;
use domain::validity::Definite;

use super::validity::wire_provider;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the customer keys that a project has and had.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let keys = api.control().customer_keys_of_project(call.caller()?, project).await?;
    let total = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let page = call.cut(keys).into_iter().map(|key| to_wire(project, key));
    call.page(page.collect(), total, &[])
}

fn to_wire(project: ProjectId, key: CustomerKeyView) -> WireKey {
    let CustomerKeyView { provider, number, name, since, retired_at, is_current, validity, protected, disabling } = key;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    WireKey {
        current: is_current,
        group_id: project.to_string(),
        key_name: name,
        master_keys: count(protected.master_keys),
        number: number.stored(),
        provider: wire_provider(provider),
        retired_at: retired_at.map(moment),
        safe_to_disable: disabling.is_safe(),
        safe_to_disable_reason: reason(provider, is_current, protected, disabling),
        since: since.map(moment),
        snapshots: count(protected.snapshots),
        state: match validity.map(|validity| validity.present()) {
            None => WireState::NoCredentials,
            Some(None) => WireState::Unknown,
            Some(Some(Definite::Valid)) => WireState::Valid,
            Some(Some(Definite::Invalid)) => WireState::Invalid,
        },
    }
}

/// Says why a key can be disabled, or what would be lost and what to do first.
fn reason(provider: ProviderKind, is_current: bool, protected: Protected, disabling: Disabling) -> String {
    let title = provider.title();
    match disabling {
        Disabling::Safe => {
            format!("No master key and no snapshot needs this key. It can be disabled or deleted in {title}.")
        }
        Disabling::InUse => format!(
            "This is the key in use, and the next master key will need it. Do not disable or delete it in {title} before another key has taken its place, or {title} is disabled for this project."
        ),
        Disabling::StillProtects => {
            let Protected { master_keys, snapshots } = protected;
            let first = if is_current {
                "before a rotation to another key has finished, or every cluster has given customer keys up and its snapshots are released"
            } else {
                "before the rotation has finished, and until no snapshot is counted here"
            };
            format!(
                "{} and {} can be read with this key alone. Do not disable or delete it in {title} {first}: what the key protects becomes inaccessible with it.",
                counted(master_keys, "master key"),
                counted(snapshots, "snapshot")
            )
        }
    }
}

fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
