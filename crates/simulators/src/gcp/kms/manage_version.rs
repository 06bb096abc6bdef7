//! Making, reading and changing the versions of keys. It must not know the rules of their states: see `version`.

use serde_json::{Value, json};

use super::version::VersionState;
use super::{crypto_key, crypto_key_mut, version, version_mut};
use crate::gcp::Call;
use crate::gcp::error::Status;
use crate::gcp::page::Page;

pub(crate) fn create(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    let (now, view, name) = (call.now, call.view(), call.name.clone());
    let key = crypto_key_mut(call.state, &name)?;
    if key.import_only {
        return Err(Status::precondition(format!("CryptoKey {name} is import only: its versions are imported.")));
    }
    let number = key.add_version(now);
    let version_name = name.child("cryptoKeyVersions", &number.to_string())?;
    let answer = version(call.state, &version_name)?.show(&version_name.to_string(), view);
    call.state.touch();
    Ok(answer)
}

pub(crate) fn read(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    Ok(version(call.state, &call.name)?.show(&call.name.to_string(), call.view()))
}

pub(crate) fn list(call: &mut Call<'_>) -> Result<Value, Status> {
    let page = Page::read(&mut call.query)?;
    call.nothing_left()?;
    let view = call.view();
    let mut all = Vec::new();
    for (number, version) in &crypto_key(call.state, &call.name)?.versions {
        let name = call.name.child("cryptoKeyVersions", &number.to_string())?.to_string();
        all.push((number.to_string(), version.show(&name, view)));
    }
    let total = all.len();
    let mut answer = page.cut("cryptoKeyVersions", all);
    answer.insert("totalSize".to_owned(), json!(total));
    Ok(Value::Object(answer))
}

pub(crate) fn update(call: &mut Call<'_>) -> Result<Value, Status> {
    let mask = call.query.mask("updateMask")?;
    call.own_name()?;
    let state = call.fields.enumeration::<VersionState>("state")?;
    call.nothing_left()?;
    if mask != ["state"] {
        return Err(Status::invalid("update_mask must be \"state\": nothing else is modelled by this simulator."));
    }
    let state = state.ok_or_else(|| Status::invalid("The state of a CryptoKeyVersion must be set."))?;
    change(call, |call| {
        let name = call.name.to_string();
        version_mut(call.state, &call.name)?.update(state, &name)
    })
}

pub(crate) fn destroy(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    change(call, |call| {
        version(call.state, &call.name)?;
        let at = crypto_key(call.state, &call.name)?.destroy_time(call.now);
        let name = call.name.to_string();
        version_mut(call.state, &call.name)?.destroy(at, &name)
    })
}

pub(crate) fn restore(call: &mut Call<'_>) -> Result<Value, Status> {
    call.nothing_left()?;
    change(call, |call| {
        let name = call.name.to_string();
        version_mut(call.state, &call.name)?.restore(&name)
    })
}

/// Makes a change, and answers with the version as it is then.
fn change(call: &mut Call<'_>, act: impl FnOnce(&mut Call<'_>) -> Result<(), Status>) -> Result<Value, Status> {
    act(call)?;
    call.state.touch();
    Ok(version(call.state, &call.name)?.show(&call.name.to_string(), call.view()))
}
