//! The fields of a request, in its body and in its query, as Google's JSON mapping of protocol buffers has
//! them. Fields are taken one by one, so that what is left over can be refused.
//! It must not know what a field means.
//!
//! Source: "ProtoJSON format", Protocol Buffers documentation.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::enumeration::Enumeration;
use super::error::Status;
use crate::door::Incoming;

/// An object of a request's body.
pub(crate) struct Fields {
    /// Where it stands in the body, with a closing dot.
    path: String,
    left: Map<String, Value>,
}

impl Fields {
    /// Reads a body; an empty one has no fields.
    /// Errors: INVALID_ARGUMENT where it is no JSON object, names a field twice, or comes with a GET.
    pub(crate) fn read(request: &Incoming) -> Result<Self, Status> {
        if request.body.is_empty() {
            return Ok(Self { path: String::new(), left: Map::new() });
        }
        let bare = matches!(request.method.as_str(), "GET" | "DELETE");
        if bare {
            return Err(Status::invalid("Invalid JSON payload received. This method takes no body."));
        }
        let kind = request.header("content-type").unwrap_or_default();
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Status::invalid("Invalid content type: send application/json."));
        }
        Self::parse(&request.body)
    }

    /// Reads an object.
    /// Errors: as for `read`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Status> {
        match serde_json::from_slice::<Tree>(bytes) {
            Ok(Tree(Value::Object(left))) => Ok(Self { path: String::new(), left }),
            Ok(Tree(_)) => Err(Status::invalid("Invalid JSON payload received. Root element must be a message.")),
            Err(broken) => Err(Status::invalid(format!("Invalid JSON payload received. {broken}"))),
        }
    }

    /// A field under its JSON name or its name in the protocol buffer; null is absent.
    fn take(&mut self, name: &str) -> Result<Option<Value>, Status> {
        let (camel, snake) = (self.left.remove(name), snake(name).and_then(|name| self.left.remove(&name)));
        match (camel, snake) {
            (Some(_), Some(_)) => Err(self.unbound(name, "it comes under both of its names".to_owned())),
            (value, None) | (None, value) => Ok(value.filter(|value| !value.is_null())),
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Status> {
        match self.take(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.unbound(name, "it must be a string".to_owned())),
        }
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, Status> {
        match self.take(name)? {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(self.unbound(name, "it must be true or false".to_owned())),
        }
    }

    /// Bytes: base64 or base64url, padded or not.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Status> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => match decode_base64(&text) {
                Some(bytes) => Ok(Some(bytes)),
                None => Err(self.unbound(name, "Base64 decoding failed".to_owned())),
            },
        }
    }

    /// A whole number: JSON's own, or decimal digits in a string, as 64-bit numbers and their wrappers come.
    pub(crate) fn int64(&mut self, name: &str) -> Result<Option<i64>, Status> {
        let number = match self.take(name)? {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| self.unbound(name, "it must be a whole number".to_owned()))
    }

    /// A value of an enumeration, by its name or its number.
    pub(crate) fn enumeration<E: Enumeration>(&mut self, name: &str) -> Result<Option<E>, Status> {
        let value = match self.take(name)? {
            None => return Ok(None),
            Some(value) => value,
        };
        let found = E::ALL.iter().find(|(_, known, number)| match &value {
            Value::String(text) => text == known,
            Value::Number(given) => given.as_i64() == Some(*number),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
        });
        match found {
            Some((value, ..)) => Ok(Some(*value)),
            None => Err(self.unbound(name, format!("{value} is unknown, or not modelled by this simulator"))),
        }
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Status> {
        match self.take(name)? {
            None => Ok(None),
            Some(value) => self.nested(name, value).map(Some),
        }
    }

    pub(crate) fn objects(&mut self, name: &str) -> Result<Vec<Self>, Status> {
        self.list(name)?.into_iter().map(|value| self.nested(name, value)).collect()
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Status> {
        let list = self.list(name)?;
        list.into_iter()
            .map(|value| match value.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => Err(self.unbound(name, "it must be a list of strings".to_owned())),
            })
            .collect()
    }

    pub(crate) fn text_map(&mut self, name: &str) -> Result<Option<BTreeMap<String, String>>, Status> {
        let Some(Self { left, .. }) = self.object(name)? else { return Ok(None) };
        let texts = left.into_iter().map(|(key, value)| match value.as_str() {
            Some(text) => Ok((key, text.to_owned())),
            None => Err(self.unbound(name, "it must be a map of strings".to_owned())),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, Status> {
        match self.take(name)? {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.unbound(name, "it must be a list".to_owned())),
        }
    }

    fn nested(&self, name: &str, value: Value) -> Result<Self, Status> {
        let Value::Object(left) = value else { return Err(self.unbound(name, "it must be an object".to_owned())) };
        Ok(Self { path: format!("{}{name}.", self.path), left })
    }

    /// Errors: INVALID_ARGUMENT for a field that is unknown or not modelled.
    pub(crate) fn nothing_left(&self) -> Result<(), Status> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(Status::unbound(
                &format!("{}{name}", self.path),
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\" at '{}': Cannot find field, or it is not \
                     modelled by this simulator.",
                    self.path.trim_end_matches('.')
                ),
            )),
        }
    }

    fn unbound(&self, name: &str, words: String) -> Status {
        let field = format!("{}{name}", self.path);
        Status::unbound(&field, format!("Invalid value at '{field}': {words}"))
    }
}

/// The parameters of a query.
pub(crate) struct Query {
    left: BTreeMap<String, String>,
    /// Whether the answer's enumerations are to be numbers.
    pub(crate) numeric: bool,
}

impl Query {
    /// Reads a query, and with it the parameters that every method has.
    /// Errors: INVALID_ARGUMENT for a parameter that comes twice, or an `alt` that is not JSON.
    pub(crate) fn read(query: &str) -> Result<Self, Status> {
        let mut left = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if left.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Status::invalid(format!("Invalid value: query parameter '{name}' comes twice.")));
            }
        }
        let mut numeric = false;
        for name in ["$alt", "alt"] {
            match left.remove(name).as_deref() {
                None | Some("json") => {}
                Some("json;enum-encoding=int") => numeric = true,
                Some(_) => return Err(Status::invalid(format!("Invalid value at '{name}': only json is modelled."))),
            }
        }
        match left.remove("prettyPrint").as_deref() {
            None | Some("true" | "false") => Ok(Self { left, numeric }),
            Some(_) => Err(Status::invalid("Invalid value at 'prettyPrint': it must be true or false.")),
        }
    }

    /// A parameter under its JSON name or its name in the protocol buffer.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Status> {
        let (camel, snake) = (self.left.remove(name), snake(name).and_then(|name| self.left.remove(&name)));
        match (camel, snake) {
            (Some(_), Some(_)) => Err(Status::invalid(format!("Invalid value: query parameter '{name}' comes twice."))),
            (value, None) | (None, value) => Ok(value),
        }
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Result<bool, Status> {
        match self.text(name)?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Status::invalid(format!("Invalid value at '{name}': it must be true or false."))),
        }
    }

    pub(crate) fn int64(&mut self, name: &str) -> Result<Option<i64>, Status> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(Status::invalid(format!("Invalid value at '{name}': it must be a whole number."))),
            },
        }
    }

    /// The paths of an `updateMask`, by their JSON names.
    pub(crate) fn mask(&mut self, name: &str) -> Result<Vec<String>, Status> {
        Ok(self.text(name)?.map(|text| paths(&text)).unwrap_or_default())
    }

    /// Errors: INVALID_ARGUMENT for a parameter that is unknown or not modelled.
    pub(crate) fn nothing_left(&self) -> Result<(), Status> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(Status::unbound(
                name,
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter, or it is not \
                     modelled by this simulator."
                ),
            )),
        }
    }
}

/// The paths of a field mask, by their JSON names.
pub(crate) fn paths(mask: &str) -> Vec<String> {
    mask.split(',').map(str::trim).filter(|path| !path.is_empty()).map(camel).collect()
}

/// The other name of a field; `None` where the two are the same.
fn snake(camel: &str) -> Option<String> {
    let mut name = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    (name != camel).then_some(name)
}

fn camel(snake: &str) -> String {
    let mut name = String::new();
    let mut raise = false;
    for letter in snake.chars() {
        if letter == '_' {
            raise = true;
        } else {
            name.push(if raise { letter.to_ascii_uppercase() } else { letter });
            raise = false;
        }
    }
    name
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const ANY_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, ANY_PADDING)
        .decode(text)
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, ANY_PADDING).decode(text))
        .ok()
}

/// JSON in which no object names a field twice.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Tree(value)) = sequence.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Tree(value))) = entries.next_entry::<String, Tree>()? {
            if map.contains_key(&name) {
                return Err(serde::de::Error::custom(format!("name \"{name}\" comes twice")));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_field_under_either_name() {
        let mut fields = Fields::parse(br#"{"plaintextCrc32c":"7","additional_data":"YQ","absent":null}"#).unwrap();
        assert_eq!(fields.int64("plaintextCrc32c").unwrap(), Some(7));
        assert_eq!(fields.bytes("additionalData").unwrap(), Some(b"a".to_vec()));
        assert_eq!(fields.text("absent").unwrap(), None);
        fields.nothing_left().unwrap();
        let mut both = Fields::parse(br#"{"aB":"1","a_b":"1"}"#).unwrap();
        assert!(both.text("aB").is_err());
    }

    #[test]
    fn refuses_what_is_no_object_of_single_names() {
        for body in ["[]", "\"x\"", "{", r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            assert!(Fields::parse(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn reads_base64_of_both_alphabets() {
        let check = |text: &str, expected: Option<&[u8]>| {
            assert_eq!(decode_base64(text).as_deref(), expected, "{text}");
        };
        check("+/8=", Some(&[0xfb, 0xff]));
        check("-_8", Some(&[0xfb, 0xff]));
        check("", Some(&[]));
        check("+_8=", None);
        check("a", None);
        check("YQ==\n", None);
    }

    #[test]
    fn reads_masks_by_either_name() {
        assert_eq!(
            paths("rotation_period, nextRotationTime,,labels"),
            ["rotationPeriod", "nextRotationTime", "labels"]
        );
    }
}
