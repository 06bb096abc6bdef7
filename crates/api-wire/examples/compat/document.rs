//! An OpenAPI document as far as a comparison needs it: operations, and schemas with their references
//! followed. Must not know which of the two documents it reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Where the Admin API's operations begin.
const BASE: &str = "/api/atlas/v2";
/// The verbs that a path can have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An OpenAPI document.
pub(crate) struct Document(pub(crate) Value);

/// One operation.
pub(crate) struct Operation<'d> {
    /// `GET /groups/{groupId}`, the names of its parameters as the document has them.
    pub(crate) called: String,
    /// Its name in SDKs: the one that overrides `operationId`, if there is one.
    pub(crate) name: &'d str,
    /// The heading it stands under.
    pub(crate) tag: &'d str,
    /// What it reads of path, query and headers by name, each with its schema.
    pub(crate) parameters: BTreeMap<&'d str, &'d Value>,
    /// The dates it has, each with the shape of the body, if it takes one, and of the answer, if it has one.
    pub(crate) dates: BTreeMap<String, Shapes<'d>>,
    /// The statuses it may answer with.
    pub(crate) statuses: BTreeSet<u16>,
}

/// What an operation takes and gives at one date.
#[derive(Default, Clone, Copy)]
pub(crate) struct Shapes<'d> {
    pub(crate) request: Option<&'d Value>,
    pub(crate) response: Option<&'d Value>,
}

/// A schema with its references followed and its parts put together.
#[derive(Default)]
pub(crate) struct Shape<'d> {
    /// The component that it is, or that it lies in.
    pub(crate) owner: String,
    /// Its members, each with the component that has it and its schemas, one for each variant that has it.
    pub(crate) members: BTreeMap<&'d str, (String, Vec<&'d Value>)>,
    /// The words it may be.
    pub(crate) words: BTreeSet<&'d str>,
    /// Whether it lets members through that it does not name.
    pub(crate) open: bool,
    /// What its items are.
    pub(crate) items: Vec<&'d Value>,
}

/// Whether the choices that a schema leaves are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choices {
    Followed,
    LeftAlone,
}

impl Document {
    /// Lists the Admin API's operations by method and path, with `{}` for each parameter.
    pub(crate) fn operations(&self) -> BTreeMap<String, Operation<'_>> {
        let mut found = BTreeMap::new();
        for (path, item) in object(self.0.get("paths")) {
            let Some(short) = path.strip_prefix(BASE) else { continue };
            let short = short.trim_end_matches('/');
            for method in METHODS {
                let Some(described) = item.get(method) else { continue };
                let verb = method.to_ascii_uppercase();
                found.insert(format!("{verb} {}", without_names(short)), self.operation(&verb, short, described));
            }
        }
        found
    }

    fn operation<'d>(&'d self, verb: &str, path: &str, described: &'d Value) -> Operation<'d> {
        let text = |name: &str| described.get(name).and_then(Value::as_str);
        let mut operation = Operation {
            called: format!("{verb} {path}"),
            name: text("x-xgen-operation-id-override").or_else(|| text("operationId")).unwrap_or_default(),
            tag: described.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default(),
            parameters: BTreeMap::new(),
            dates: BTreeMap::new(),
            statuses: BTreeSet::new(),
        };
        for parameter in list(described.get("parameters")) {
            let parameter = self.follow(parameter).1;
            if let Some(name) = parameter.get("name").and_then(Value::as_str) {
                operation.parameters.insert(name, parameter.get("schema").unwrap_or(&Value::Null));
            }
        }
        for (media, content) in object(described.pointer("/requestBody/content")) {
            if let Some(date) = date_of(media) {
                operation.dates.entry(date).or_default().request = content.get("schema");
            }
        }
        for (status, response) in object(described.get("responses")) {
            let Ok(status) = status.parse::<u16>() else { continue };
            operation.statuses.insert(status);
            if status >= 300 {
                continue;
            }
            for (media, content) in object(self.follow(response).1.get("content")) {
                if let Some(date) = date_of(media) {
                    operation.dates.entry(date).or_default().response = content.get("schema");
                }
            }
        }
        operation
    }

    /// Puts schemas together: what they refer to, all of their `allOf`, and every choice they leave.
    pub(crate) fn shape<'d>(&'d self, schemas: &[&'d Value], owner: &str) -> Shape<'d> {
        let mut shape = Shape { owner: owner.to_owned(), ..Shape::default() };
        let mut open = BTreeSet::new();
        for schema in schemas {
            self.gather(schema, (owner, Choices::Followed), &mut open, &mut shape);
        }
        shape
    }

    /// Adds one schema. What a variant is based on refers to all variants: those are its siblings, and not followed.
    fn gather<'d>(
        &'d self,
        schema: &'d Value,
        at: (&str, Choices),
        open: &mut BTreeSet<String>,
        shape: &mut Shape<'d>,
    ) {
        let (owner, choices) = at;
        let (name, schema) = self.follow(schema);
        let owner = match name {
            // A variant refers to its base and the base to its variants.
            Some(name) if !open.insert(name.clone()) => return,
            Some(name) => name,
            None => owner.to_owned(),
        };
        if shape.members.is_empty() && shape.words.is_empty() {
            shape.owner.clone_from(&owner);
        }
        for (name, member) in object(schema.get("properties")) {
            shape.members.entry(name.as_str()).or_insert_with(|| (owner.clone(), Vec::new())).1.push(member);
        }
        let is_closed = schema.get("additionalProperties").and_then(Value::as_bool) == Some(false);
        shape.open |= schema.get("properties").is_some() && !is_closed;
        shape.words.extend(list(schema.get("enum")).iter().filter_map(Value::as_str));
        shape.items.extend(schema.get("items"));
        for part in list(schema.get("allOf")) {
            self.gather(part, (&owner, Choices::LeftAlone), open, shape);
        }
        if choices == Choices::LeftAlone {
            return;
        }
        let parts = ["oneOf", "anyOf"].into_iter().flat_map(|parts| list(schema.get(parts)));
        for part in parts.filter(|part| !is_envelope(part)) {
            self.gather(part, (&owner, Choices::Followed), open, shape);
        }
        // Some variants stand in the table alone that tells them apart.
        for (_, name) in object(schema.pointer("/discriminator/mapping")) {
            let Some(name) = name.as_str() else { continue };
            let variant = name.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
            let owner = name.rsplit('/').next().unwrap_or_default();
            if let Some(variant) = variant.filter(|_| open.insert(owner.to_owned())) {
                self.gather(variant, (owner, Choices::Followed), open, shape);
            }
        }
    }

    /// Follows a reference, and tells the component's name.
    fn follow<'d>(&'d self, value: &'d Value) -> (Option<String>, &'d Value) {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return (None, value) };
        let found = reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
        let name = reference.rsplit('/').next().map(str::to_owned);
        found.map_or((name.clone(), &Value::Null), |found| (name, found))
    }
}

/// Takes the date out of a media type; plain JSON and previews have none.
fn date_of(media: &str) -> Option<String> {
    let date = media.strip_prefix("application/vnd.atlas.")?.strip_suffix("+json")?;
    date.starts_with('2').then(|| date.to_owned())
}

/// Tells the wrapping that `envelope=true` asks for from what is wrapped.
fn is_envelope(schema: &Value) -> bool {
    object(schema.get("properties")).map(|(name, _)| name.as_str()).eq(["content", "status"])
}

fn without_names(path: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in path.chars() {
        inside = match letter {
            '{' => {
                plain.push('{');
                true
            }
            '}' => {
                plain.push('}');
                false
            }
            _ => {
                if !inside {
                    plain.push(letter);
                }
                inside
            }
        };
    }
    plain
}

/// Gives the members of an object; nothing has none.
pub(crate) fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
