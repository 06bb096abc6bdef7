//! From a master key to the wire's. Key material is nowhere near. Every struct is taken apart by name, so that a new
//! field breaks the build here.

use api_wire::atrest::master_keys::{KeyState, MasterKey as WireKey, ObjectType as WireObjectType};
use api_wire::wire_time::WireTime;
use control::master_key::Attributes;
use control::master_key::StoredMasterKey;
use domain::master_key::state::{Life, State};
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{Algorithm, MasterKey, ObjectType, Owner};
use domain::time::Timestamp;

use crate::api::atrest::validity::wire_provider;

/// Translates a master key.
pub(super) fn to_wire(attributes: Attributes) -> WireKey {
    let Attributes { key: stored, told } = attributes;
    let StoredMasterKey { key, wrapped, purge_at } = &*stored;
    let names = key.names().map(|name| name.value.clone()).collect();
    let MasterKey {
        id,
        project,
        cluster,
        owner: Owner { node, role },
        content,
        algorithm,
        length,
        usage: _,
        fresh: _,
        life,
        described: _,
        revision: _,
    } = key;
    let Life {
        state: stored_state,
        schedule: _,
        initial,
        destroyed,
        compromise_occurred: _,
        compromised: _,
        ending: _,
        changed: _,
    } = life;
    let wrapping = wrapped.as_ref();
    WireKey {
        algorithm: algorithm.map(|algorithm| match algorithm {
            Algorithm::Aes => "AES".to_owned(),
            Algorithm::Other(number) => number.to_string(),
        }),
        cluster_id: cluster.to_string(),
        cluster_name: wrapping.map(|WrappedKey { cluster_name, .. }| cluster_name.clone()),
        created_at: moment(*initial),
        customer_key: wrapping.map(|wrapped| wrapped.customer_key.stored()),
        destroyed_at: destroyed.map(moment),
        group_id: project.to_string(),
        id: id.to_string(),
        length: *length,
        names,
        node_id: node.to_string(),
        node_role: role.name(),
        object_type: match content.object_type() {
            ObjectType::SymmetricKey => WireObjectType::SymmetricKey,
            ObjectType::SecretData => WireObjectType::SecretData,
            ObjectType::OpaqueObject => WireObjectType::OpaqueObject,
        },
        provider: wrapping.map(|wrapped| wire_provider(wrapped.provider)),
        purge_at: purge_at.map(moment),
        purged: wrapping.is_none(),
        state: state(*stored_state),
        state_told: told.ok().map(state),
    }
}

const fn state(state: State) -> KeyState {
    match state {
        State::PreActive => KeyState::PreActive,
        State::Active => KeyState::Active,
        State::Deactivated => KeyState::Deactivated,
        State::Compromised => KeyState::Compromised,
        State::Destroyed => KeyState::Destroyed,
        State::DestroyedCompromised => KeyState::DestroyedCompromised,
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
