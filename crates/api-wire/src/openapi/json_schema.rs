//! A `Schema` as JSON Schema 2020-12. It must say exactly what `body` and `query` enforce.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::schema::{Field, Flow, Kind, Schema, TextRule};

/// A text this long is not worth a `maxLength`: it stands for "any text" in answers.
const ANY_LENGTH: usize = 1_000_000;

/// The named schemas met so far.
#[derive(Default)]
pub(super) struct Components {
    schemas: BTreeMap<&'static str, Value>,
}

impl Components {
    /// Describes a schema: a named one by reference, any other in place.
    pub(super) fn reference(&mut self, schema: &Schema) -> Value {
        let Some(name) = schema.name else { return self.write(schema) };
        if !self.schemas.contains_key(name) {
            // Its place is taken first: a schema that holds itself would never end.
            self.schemas.insert(name, Value::Null);
            let written = self.write(schema);
            self.schemas.insert(name, written);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// Adds a schema that no `Schema` can describe, and returns the reference to it.
    pub(super) fn add(&mut self, name: &'static str, schema: Value) -> Value {
        self.schemas.insert(name, schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
    }

    fn write(&mut self, schema: &Schema) -> Value {
        let mut written = match &schema.kind {
            Kind::Object { fields, open } => self.object(fields, *open),
            Kind::List { items, max } => {
                json!({ "type": "array", "items": self.reference(items), "maxItems": max })
            }
            Kind::FilledList { items, max } => {
                json!({ "type": "array", "items": self.reference(items), "minItems": 1, "maxItems": max })
            }
            Kind::Text(rule) => text(rule),
            Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Integer { min, max } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            Kind::Map { values, max } => {
                json!({ "type": "object", "additionalProperties": self.reference(values), "maxProperties": max })
            }
            Kind::Anything => json!({}),
        };
        describe(&mut written, schema.description);
        written
    }

    fn object(&mut self, fields: &'static [Field], open: bool) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in fields {
            properties.insert(field.name.to_owned(), self.field(field));
            if field.required {
                required.push(field.name);
            }
        }
        let mut object = json!({ "type": "object", "properties": properties });
        if let Value::Object(members) = &mut object {
            if !open {
                members.insert("additionalProperties".into(), json!(false));
            }
            if !required.is_empty() {
                members.insert("required".into(), json!(required));
            }
        }
        object
    }

    fn field(&mut self, field: &Field) -> Value {
        let mut written = match field.flow {
            // Accepted whatever it holds. OpenAPI's readOnly would forbid sending it.
            Flow::ReadOnly => json!({}),
            Flow::Both | Flow::WriteOnly => {
                let bare = self.reference(field.schema);
                if field.nullable { or_null(bare) } else { bare }
            }
        };
        if let (Flow::WriteOnly, Value::Object(members)) = (field.flow, &mut written) {
            members.insert("writeOnly".into(), json!(true));
        }
        describe(&mut written, field.description);
        written
    }
}

/// Describes a schema in place that holds no named one.
pub(super) fn inline(schema: &Schema) -> Value {
    Components::default().write(schema)
}

fn text(rule: &TextRule) -> Value {
    let mut members = Map::new();
    members.insert("type".into(), json!("string"));
    if let Some(keyword) = rule.format.and_then(|format| format.keyword) {
        // The format settles the length.
        members.insert("format".into(), json!(keyword));
        return Value::Object(members);
    }
    if rule.min > 0 {
        members.insert("minLength".into(), json!(rule.min));
    }
    if rule.max < ANY_LENGTH {
        members.insert("maxLength".into(), json!(rule.max));
    }
    if let Some(format) = rule.format {
        members.insert("pattern".into(), json!(format.pattern));
    }
    Value::Object(members)
}

fn or_null(mut bare: Value) -> Value {
    let Value::Object(members) = &mut bare else { return bare };
    if let Some(Value::String(kind)) = members.get("type").cloned() {
        members.insert("type".into(), json!([kind, "null"]));
        if let Some(Value::Array(words)) = members.get_mut("enum") {
            words.push(Value::Null);
        }
        return bare;
    }
    json!({ "anyOf": [bare, { "type": "null" }] })
}

fn describe(written: &mut Value, description: &str) {
    if let (Value::Object(members), false) = (written, description.is_empty()) {
        members.insert("description".into(), json!(description));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Components;
    use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

    static NAMED: Schema = Schema { name: Some("Named"), description: "N.", kind: Kind::OneOf(&["A"]) };
    static FIELDS: &[Field] = &[
        Field::required("id", &OBJECT_ID, "I."),
        Field::optional("named", &NAMED, "").nullable(),
        Field::optional("flag", &FLAG, "F.").nullable(),
        Field::optional("secret", &TEXT, "S.").write_only(),
        Field::optional("valid", &FLAG, "V.").read_only(),
    ];
    static SCHEMA: Schema = Schema::inline(Kind::Object { fields: FIELDS, open: false });

    #[test]
    fn writes_what_the_body_reader_enforces() {
        let mut components = Components::default();
        assert_eq!(
            components.reference(&SCHEMA),
            json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "minLength": 24, "maxLength": 24, "pattern": "^[a-f0-9]{24}$", "description": "I."},
                    "named": {"anyOf": [{"$ref": "#/components/schemas/Named"}, {"type": "null"}]},
                    "flag": {"type": ["boolean", "null"], "description": "F."},
                    "secret": {"type": "string", "writeOnly": true, "description": "S."},
                    "valid": {"description": "V."},
                },
            })
        );
        let named = json!({"Named": {"type": "string", "enum": ["A"], "description": "N."}});
        assert_eq!(serde_json::Value::Object(components.into_map()), named);
    }
}
