//! CreateKeyRing, GetKeyRing and ListKeyRings. It must not know keys.

use serde_json::{Value, json};

use crate::gcp::Call;
use crate::gcp::enumeration::timestamp;
use crate::gcp::error::{Code, Status};
use crate::gcp::name::is_key_id;
use crate::gcp::page::Page;
use crate::gcp::policy::Policy;
use crate::gcp::state::KeyRing;

pub(crate) fn create(call: &mut Call<'_>) -> Result<Value, Status> {
    let id = call.query.text("keyRingId")?.unwrap_or_default();
    call.nothing_left()?;
    if !is_key_id(&id) {
        return Err(Status::invalid("key_ring_id must match [a-zA-Z0-9_-]{1,63}."));
    }
    let name = call.name.child("keyRings", &id)?.to_string();
    if call.state.key_rings.contains_key(&name) {
        return Err(Status::new(Code::AlreadyExists, format!("KeyRing {name} already exists.")));
    }
    let ring = KeyRing { created: call.now, policy: Policy::default() };
    let answer = show(&name, &ring);
    call.state.key_rings.insert(name, ring);
    call.state.touch();
    Ok(answer)
}

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    let name = call.name.to_string();
    match call.state.key_rings.get(&name) {
        Some(ring) => Ok(show(&name, ring)),
        None => Err(Status::not_found(format!("KeyRing {name} not found."))),
    }
}

pub(crate) fn list(call: &mut Call<'_>) -> Result<Value, Status> {
    let page = Page::read(&mut call.query)?;
    call.nothing_left()?;
    let prefix = format!("{}/keyRings/", call.name);
    let all: Vec<(String, Value)> = call
        .state
        .key_rings
        .iter()
        .filter(|(name, _)| name.starts_with(&prefix))
        .map(|(name, ring)| (name.clone(), show(name, ring)))
        .collect();
    let total = all.len();
    let mut answer = page.cut("keyRings", all);
    answer.insert("totalSize".to_owned(), json!(total));
    Ok(Value::Object(answer))
}

fn show(name: &str, ring: &KeyRing) -> Value {
    json!({ "name": name, "createTime": timestamp(ring.created) })
}
