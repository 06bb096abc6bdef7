//! A checked object, from which a resource takes its fields by name. It must not know any resource.

use super::json::{Member, Node};
use super::type_of;
use crate::fault::{Fault, FaultKind, JsonType, quoted};
use crate::patch::Patch;
use crate::secret::WireSecret;

/// Holds the members of a body that passed its schema. Each is taken out once.
#[derive(Debug)]
pub struct Object {
    path: String,
    members: Vec<Member>,
}

impl Object {
    pub(super) const fn root(members: Vec<Member>) -> Self {
        Self { path: String::new(), members }
    }

    pub(super) fn item(index: usize, node: Node) -> Result<Self, Node> {
        let Node::Object(members) = node else { return Err(node) };
        Ok(Self { path: format!("[{index}]"), members })
    }

    /// Takes a text.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn text(&mut self, name: &str) -> Result<Patch<String>, Fault> {
        Ok(self.secret(name)?.map(|text| text.expose().to_owned()))
    }

    /// Takes the text of a write-only field; it wipes itself.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn secret(&mut self, name: &str) -> Result<Patch<WireSecret>, Fault> {
        self.take(name, JsonType::Text, |node| if let Node::Text(text) = node { Ok(text) } else { Err(node) })
    }

    /// Takes a flag.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn flag(&mut self, name: &str) -> Result<Patch<bool>, Fault> {
        self.take(name, JsonType::Boolean, |node| if let Node::Boolean(flag) = node { Ok(flag) } else { Err(node) })
    }

    /// Takes a whole number.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn integer(&mut self, name: &str) -> Result<Patch<i64>, Fault> {
        self.take(
            name,
            JsonType::Integer,
            |node| if let Node::Number(Some(number)) = node { Ok(number) } else { Err(node) },
        )
    }

    /// Takes a list of texts.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn texts(&mut self, name: &str) -> Result<Patch<Vec<String>>, Fault> {
        let read = |item| if let Node::Text(text) = item { Ok(text.expose().to_owned()) } else { Err(item) };
        self.take(name, JsonType::List, |node| {
            if let Node::List(items) = node { items.into_iter().map(read).collect() } else { Err(node) }
        })
    }

    /// Takes an object within this one.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn object(&mut self, name: &str) -> Result<Patch<Self>, Fault> {
        let path = self.path_of(name);
        let taken =
            self.take(
                name,
                JsonType::Object,
                |node| if let Node::Object(members) = node { Ok(members) } else { Err(node) },
            )?;
        Ok(taken.map(|members| Self { path, members }))
    }

    /// Takes a list of objects.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn objects(&mut self, name: &str) -> Result<Patch<Vec<Self>>, Fault> {
        let path = self.path_of(name);
        let read = |(index, item)| {
            if let Node::Object(members) = item {
                Ok(Self { path: format!("{path}[{index}]"), members })
            } else {
                Err(item)
            }
        };
        self.take(name, JsonType::List, |node| {
            if let Node::List(items) = node { items.into_iter().enumerate().map(read).collect() } else { Err(node) }
        })
    }

    /// Takes an object within this one, and reads it.
    /// Errors: as `object`; those of the reading.
    pub(crate) fn one<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Self) -> Result<T, Fault>,
    ) -> Result<Patch<T>, Fault> {
        self.object(name)?.try_map(read)
    }

    /// Takes a list of objects, and reads each.
    /// Errors: as `objects`; those of the reading.
    pub(crate) fn many<T>(
        &mut self,
        name: &str,
        read: impl FnMut(Self) -> Result<T, Fault>,
    ) -> Result<Patch<Vec<T>>, Fault> {
        self.objects(name)?.try_map(|objects| objects.into_iter().map(read).collect())
    }

    /// Takes an object whose members were named by whoever sent it, and are objects.
    /// Errors: `WrongType`, only if the schema allowed another type.
    pub fn named_objects(&mut self, name: &str) -> Result<Patch<Vec<(String, Self)>>, Fault> {
        let path = self.path_of(name);
        let read = |Member { name, value }: Member| {
            let Node::Object(members) = value else { return Err(value) };
            let path = format!("{path}.{}", quoted(&name));
            Ok((name, Self { path, members }))
        };
        self.take(name, JsonType::Object, |node| {
            if let Node::Object(members) = node { members.into_iter().map(read).collect() } else { Err(node) }
        })
    }

    /// Says whether nothing is left in it.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn take<T>(
        &mut self,
        name: &str,
        expected: JsonType,
        read: impl FnOnce(Node) -> Result<T, Node>,
    ) -> Result<Patch<T>, Fault> {
        let Some(place) = self.members.iter().position(|member| member.name == name) else {
            return Ok(Patch::Absent);
        };
        let node = self.members.swap_remove(place).value;
        if matches!(node, Node::Null) {
            return Ok(Patch::Null);
        }
        read(node).map(Patch::Value).map_err(|node| Fault {
            path: self.path_of(name),
            kind: FaultKind::WrongType { expected, found: type_of(&node) },
        })
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// Takes a field that must be there out of a checked object.
pub(crate) fn needed<T>(
    object: &mut Object,
    name: &str,
    take: impl FnOnce(&mut Object, &str) -> Result<Patch<T>, Fault>,
) -> Result<T, Vec<Fault>> {
    let taken = take(object, name).map_err(|fault| vec![fault])?;
    taken.value().ok_or_else(|| vec![Fault::at(name, FaultKind::Missing)])
}

/// Takes a field that may be left out, or null, out of a checked object.
pub(crate) fn allowed<T>(
    object: &mut Object,
    name: &str,
    take: impl FnOnce(&mut Object, &str) -> Result<Patch<T>, Fault>,
) -> Result<Option<T>, Vec<Fault>> {
    take(object, name).map(Patch::value).map_err(|fault| vec![fault])
}
