//! Reads a request body strictly against a `Schema` and reports every fault at once. It must not
//! know any resource; the cap on a body's size is the server's.

mod json;
mod object;

use json::Node;
pub use object::Object;
pub(crate) use object::{allowed, needed};

use crate::fault::{Fault, FaultKind, JsonType, LengthUnit, nearest, quoted};
use crate::schema::{Field, Flow, Kind, Schema, TextRule};

/// How much of a body is read before it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The greatest nesting of objects and arrays.
    pub depth: usize,
    /// The greatest number of faults reported; more say nothing new and make a large answer.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 32, faults: 100 }
    }
}

/// Reads a body. Unknown names, wrong types, duplicates and values out of bounds are faults;
/// read-only fields are dropped, whatever they hold. Every text it copied is wiped on drop.
/// Errors: all faults found, at least one; a body that is not JSON has just that one.
pub fn parse(bytes: &[u8], schema: &Schema, limits: Limits) -> Result<Object, Vec<Fault>> {
    read(bytes, schema, limits, JsonType::Object, |node| {
        // A schema that is no object: nothing could be taken out of such a body by name.
        if let Node::Object(members) = node { Ok(Object::root(members)) } else { Err(node) }
    })
}

/// Reads a body that is a bare list of objects, as [`parse`] reads an object. Paths in faults begin with the index.
/// Errors: as `parse`.
pub fn parse_list(bytes: &[u8], schema: &Schema, limits: Limits) -> Result<Vec<Object>, Vec<Fault>> {
    read(bytes, schema, limits, JsonType::List, |node| {
        let Node::List(items) = node else { return Err(node) };
        items.into_iter().enumerate().map(|(index, item)| Object::item(index, item)).collect()
    })
}

fn read<T>(
    bytes: &[u8],
    schema: &Schema,
    limits: Limits,
    expected: JsonType,
    take: impl FnOnce(Node) -> Result<T, Node>,
) -> Result<T, Vec<Fault>> {
    let mut faults = Faults { found: Vec::new(), cap: limits.faults.max(1) };
    let node = json::read(bytes, limits.depth, &mut faults).map_err(|fault| vec![fault])?;
    if let Some(node) = accept(node, schema, Context::plain(&Path::Root), &mut faults)
        && faults.found.is_empty()
    {
        match take(node) {
            Ok(taken) => return Ok(taken),
            Err(node) => faults.add(&Path::Root, FaultKind::WrongType { expected, found: type_of(&node) }),
        }
    }
    Err(faults.found)
}

/// The faults found so far, up to a cap.
struct Faults {
    found: Vec<Fault>,
    cap: usize,
}

impl Faults {
    fn add(&mut self, path: &Path<'_>, kind: FaultKind) {
        self.add_with(path, || kind);
    }

    /// Adds a fault that takes work to tell. Beyond the cap the work is spared: a body of faults costs no more than
    /// the first of them.
    fn add_with(&mut self, path: &Path<'_>, tell: impl FnOnce() -> FaultKind) {
        if self.found.len() < self.cap {
            self.found.push(Fault { path: path.to_text(), kind: tell() });
        }
    }
}

/// Where in the body we are; a chain through the stack, so that nothing is built unless needed.
enum Path<'p> {
    Root,
    Member { of: &'p Path<'p>, name: &'p str },
    Item { of: &'p Path<'p>, index: usize },
}

impl Path<'_> {
    fn to_text(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member { of: Path::Root, name } => quoted(name),
            Self::Member { of, name } => format!("{}.{}", of.to_text(), quoted(name)),
            Self::Item { of, index } => format!("{}[{index}]", of.to_text()),
        }
    }
}

/// How the value at hand is to be treated.
#[derive(Clone, Copy)]
struct Context<'p> {
    path: &'p Path<'p>,
    nullable: bool,
    secret: bool,
}

impl<'p> Context<'p> {
    const fn plain(path: &'p Path<'p>) -> Self {
        Self { path, nullable: false, secret: false }
    }
}

/// Checks one value; what comes back holds known members only. `None` means a fault was added.
fn accept(node: Node, schema: &Schema, at: Context<'_>, faults: &mut Faults) -> Option<Node> {
    if at.nullable && matches!(node, Node::Null) {
        return Some(node);
    }
    let expected = expected_type(&schema.kind);
    match (&schema.kind, node) {
        (Kind::Anything, node) => Some(node),
        (Kind::Boolean, node @ Node::Boolean(_)) => Some(node),
        (Kind::Text(rule), Node::Text(text)) => match text_fault(text.expose(), rule) {
            None => Some(Node::Text(text)),
            Some(kind) => refuse(at, kind, faults),
        },
        (Kind::OneOf(allowed), Node::Text(text)) => {
            if allowed.contains(&text.expose()) {
                return Some(Node::Text(text));
            }
            let value = (!at.secret).then(|| quoted(text.expose()));
            refuse(at, FaultKind::NotInEnum { value, allowed }, faults)
        }
        (Kind::Integer { min, max }, Node::Number(Some(number))) if (*min..=*max).contains(&number) => {
            Some(Node::Number(Some(number)))
        }
        (Kind::Integer { min, max }, Node::Number(_)) => refuse(at, FaultKind::Range { min: *min, max: *max }, faults),
        (Kind::List { items, max }, Node::List(nodes)) => accept_list(nodes, items, 0, *max, at, faults),
        (Kind::FilledList { items, max }, Node::List(nodes)) => accept_list(nodes, items, 1, *max, at, faults),
        (Kind::Object { fields, open }, Node::Object(members)) => accept_object(members, fields, *open, at, faults),
        (Kind::Map { values, max }, Node::Object(members)) => accept_map(members, values, *max, at, faults),
        (_, node) => {
            let found = type_of(&node);
            refuse(at, FaultKind::WrongType { expected, found }, faults)
        }
    }
}

fn refuse(at: Context<'_>, kind: FaultKind, faults: &mut Faults) -> Option<Node> {
    faults.add(at.path, kind);
    None
}

/// Finds what is wrong with a text, by its own rule.
pub(crate) fn text_fault(text: &str, rule: &TextRule) -> Option<FaultKind> {
    let length = text.chars().count();
    // The format first: where it settles the length, its words say more.
    match rule.format {
        Some(format) if !(format.matches)(text) => Some(FaultKind::Format { expected: format.expected }),
        _ if length < rule.min || length > rule.max => {
            Some(FaultKind::Length { min: rule.min, max: rule.max, unit: LengthUnit::Characters })
        }
        _ => None,
    }
}

fn accept_list(
    nodes: Vec<Node>,
    items: &Schema,
    min: usize,
    max: usize,
    at: Context<'_>,
    faults: &mut Faults,
) -> Option<Node> {
    if !(min..=max).contains(&nodes.len()) {
        return refuse(at, FaultKind::Length { min, max, unit: LengthUnit::Items }, faults);
    }
    let mut kept = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.into_iter().enumerate() {
        let path = Path::Item { of: at.path, index };
        let item = Context { path: &path, nullable: false, secret: at.secret };
        kept.extend(accept(node, items, item, faults));
    }
    Some(Node::List(kept))
}

fn accept_object(
    members: Vec<json::Member>,
    fields: &'static [Field],
    open: bool,
    at: Context<'_>,
    faults: &mut Faults,
) -> Option<Node> {
    let mut kept = Vec::with_capacity(members.len().min(fields.len()));
    let mut given: Vec<&'static str> = Vec::with_capacity(fields.len());
    for json::Member { name, value } in members {
        let path = Path::Member { of: at.path, name: &name };
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            if open {
                kept.push(json::Member { name, value });
            } else {
                let nearest = || nearest(&name, fields.iter().map(|field| field.name));
                faults.add_with(&path, || FaultKind::Unknown { nearest: nearest() });
            }
            continue;
        };
        given.push(field.name);
        if field.flow == Flow::ReadOnly {
            continue;
        }
        let member =
            Context { path: &path, nullable: field.nullable, secret: at.secret || field.flow == Flow::WriteOnly };
        if let Some(value) = accept(value, field.schema, member, faults) {
            kept.push(json::Member { name, value });
        }
    }
    for field in fields {
        if field.required && field.flow != Flow::ReadOnly && !given.contains(&field.name) {
            faults.add(&Path::Member { of: at.path, name: field.name }, FaultKind::Missing);
        }
    }
    Some(Node::Object(kept))
}

fn accept_map(
    members: Vec<json::Member>,
    values: &Schema,
    max: usize,
    at: Context<'_>,
    faults: &mut Faults,
) -> Option<Node> {
    if members.len() > max {
        return refuse(at, FaultKind::Length { min: 0, max, unit: LengthUnit::Items }, faults);
    }
    let mut kept = Vec::with_capacity(members.len());
    for json::Member { name, value } in members {
        let path = Path::Member { of: at.path, name: &name };
        let member = Context { path: &path, nullable: false, secret: at.secret };
        if let Some(value) = accept(value, values, member, faults) {
            kept.push(json::Member { name, value });
        }
    }
    Some(Node::Object(kept))
}

const fn expected_type(kind: &Kind) -> JsonType {
    match kind {
        Kind::Object { .. } | Kind::Map { .. } | Kind::Anything => JsonType::Object,
        Kind::Text(_) | Kind::OneOf(_) => JsonType::Text,
        Kind::Boolean => JsonType::Boolean,
        Kind::Integer { .. } => JsonType::Integer,
        Kind::List { .. } | Kind::FilledList { .. } => JsonType::List,
    }
}

const fn type_of(node: &Node) -> JsonType {
    match node {
        Node::Null => JsonType::Null,
        Node::Boolean(_) => JsonType::Boolean,
        Node::Number(_) => JsonType::Number,
        Node::Text(_) => JsonType::Text,
        Node::List(_) => JsonType::List,
        Node::Object(_) => JsonType::Object,
    }
}

#[cfg(test)]
mod tests;
