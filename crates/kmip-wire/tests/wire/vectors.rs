//! The committed bytes: `clients.txt` (shapes of real clients), `pykmip.txt` (PyKMIP's own). A vector is a line
//! `= name` and lines of hex. The last word of a name is `request` or `response`, unless more follows "with".

use std::sync::LazyLock;

use kmip_wire::{Limits, RequestMessage, ResponseMessage};

pub(crate) const CLIENTS: &str = include_str!("../vectors/clients.txt");
pub(crate) const PYKMIP: &str = include_str!("../vectors/pykmip.txt");

#[derive(Debug, Clone)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Vector {
    pub(crate) fn is_request(&self) -> bool {
        self.name.contains(" request")
    }
}

pub(crate) fn all() -> &'static [Vector] {
    static ALL: LazyLock<Vec<Vector>> = LazyLock::new(|| [CLIENTS, PYKMIP].into_iter().flat_map(parsed).collect());
    &ALL
}

pub(crate) fn parsed(text: &str) -> Vec<Vector> {
    let mut found: Vec<Vector> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("= ") {
            Some(name) => found.push(Vector { name: name.to_owned(), bytes: Vec::new() }),
            None => found.last_mut().unwrap().bytes.extend(hex::decode(line).unwrap()),
        }
    }
    found
}

pub(crate) fn named(name: &str) -> Vec<u8> {
    all().iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no vector {name}")).bytes.clone()
}

pub(crate) fn request(name: &str) -> RequestMessage {
    RequestMessage::decode(&named(name), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {:?}", error))
}

pub(crate) fn response(name: &str) -> ResponseMessage {
    ResponseMessage::decode(&named(name), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {:?}", error))
}
