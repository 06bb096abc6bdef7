//! From a rotation to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::rotations::{NumberedKey, Rotation as WireRotation, State as WireState};
use api_wire::wire_time::WireTime;
use control::rotation::RotationView;
use domain::customer_key::CustomerKeyNumber;
use domain::rotation::{Progress, Rotation, State};
use domain::time::Timestamp;

use crate::api::atrest::validity::wire_provider;

/// Translates a rotation.
pub(super) fn to_wire(view: RotationView) -> WireRotation {
    let RotationView { rotation, progress, from_name, to_name } = view;
    let state = rotation.state();
    let Rotation { id, project, provider, from, to, started_at, total, finished_at, superseded_at, last_failure } =
        rotation;
    let numbered = |number: CustomerKeyNumber, key_name| NumberedKey { key_name, number: number.stored() };
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    WireRotation {
        done: progress.map(|Progress { done, total: _ }| count(done)),
        finished_at: finished_at.map(moment),
        from: numbered(from, from_name),
        group_id: project.to_string(),
        id: id.to_string(),
        last_failure,
        provider: wire_provider(provider),
        started_at: moment(started_at),
        state: match state {
            State::UnderWay => WireState::UnderWay,
            State::Stalled => WireState::Stalled,
            State::Superseded => WireState::Superseded,
            State::Finished => WireState::Finished,
        },
        superseded_at: superseded_at.map(moment),
        to: numbered(to, to_name),
        total: count(total),
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
