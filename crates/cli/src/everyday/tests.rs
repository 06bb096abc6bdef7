//! Tests of the lines: each names an operation, parameters and fields that are there.

use api_wire::schema::{Kind, Schema};

use super::*;

/// Says whether answers of a shape have something at a pointer; an open or unknown shape may have anything.
fn has(schema: &Schema, pointer: &str) -> bool {
    let Some((first, rest)) = pointer.strip_prefix('/').map(|rest| rest.split_once('/').unwrap_or((rest, ""))) else {
        return true;
    };
    let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    match &schema.kind {
        Kind::Anything | Kind::Map { .. } => true,
        Kind::Object { fields, open } => {
            *open || fields.iter().any(|field| field.name == first && has(field.schema, &rest))
        }
        Kind::List { items, .. } | Kind::FilledList { items, .. } if first == "*" || first.parse::<usize>().is_ok() => {
            has(items, &rest)
        }
        Kind::List { items, .. } | Kind::FilledList { items, .. } => has(items, pointer),
        Kind::Text(_) | Kind::OneOf(_) | Kind::Boolean | Kind::Integer { .. } => false,
    }
}

/// Says whether a value's names and words are those of a shape; what must be there may still come of flags.
fn fits(schema: &Schema, value: &Value) -> bool {
    match (&schema.kind, value) {
        (Kind::Anything | Kind::Map { .. }, _) => true,
        (Kind::Object { fields, open }, Value::Object(members)) => members.iter().all(|(name, value)| {
            fields.iter().find(|field| field.name == name).map_or(*open, |field| fits(field.schema, value))
        }),
        (Kind::List { items, .. } | Kind::FilledList { items, .. }, Value::Array(values)) => {
            values.iter().all(|value| fits(items, value))
        }
        (Kind::OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
        (Kind::Integer { min, max }, Value::Number(number)) => {
            number.as_i64().is_some_and(|number| (*min..=*max).contains(&number))
        }
        (kind, value) => {
            matches!((kind, value), (Kind::Boolean, Value::Bool(_)) | (Kind::Text(_), Value::String(_)))
        }
    }
}

#[test]
fn every_line_has_its_operation_and_its_names() {
    for line in lines() {
        let Some(operation) = call::operation(line.operation) else { panic!("{}: {}", line.words, line.operation) };
        let known: Vec<_> = operation.path_parameters().collect();
        for name in line.names.iter().chain(line.fixed.iter().map(|(name, _)| name)) {
            assert!(known.contains(name), "{} {name}", line.words);
        }
        assert_eq!(matches!(line.body, Body::None), !operation.takes_body(), "{}", line.words);
        let noun = line.words.split(' ').next().unwrap();
        assert!(nouns().any(|one| one == noun), "{}", line.words);
    }
}

#[test]
fn no_two_lines_are_typed_alike() {
    for (index, line) in lines().enumerate() {
        for other in lines().skip(index + 1) {
            assert_ne!(line.words, other.words);
            assert!(!other.words.starts_with(&format!("{} ", line.words)), "{}", other.words);
        }
    }
}

#[test]
fn every_column_is_in_the_answer() {
    for line in lines() {
        let Some(operation) = call::operation(line.operation) else { continue };
        let schema = operation.newest().unwrap().response;
        match line.show {
            Show::Table(columns) => {
                for column in columns {
                    for pointer in column.pointer.split('|') {
                        assert!(has(schema, pointer), "{} {pointer}", line.words);
                    }
                }
            }
            Show::Named(parts, columns) => {
                for column in columns {
                    for pointer in column.pointer.split('|') {
                        let somewhere = parts.iter().any(|(_, part)| has(schema, &format!("{part}{pointer}")));
                        assert!(somewhere, "{} {pointer}", line.words);
                    }
                }
            }
            Show::Any | Show::Done(_) | Show::Check | Show::Kit => {}
        }
    }
}

#[test]
fn every_field_is_in_the_request() {
    for line in lines() {
        let Some(operation) = call::operation(line.operation) else { continue };
        let (Body::Fields { fields, template }, Some(schema)) = (line.body, operation.newest().unwrap().request) else {
            continue;
        };
        let template: Value = serde_json::from_str(template).unwrap();
        assert!(template.is_object() || template.is_array());
        for field in fields {
            assert!(has(schema, field.pointer), "{} {}", line.words, field.pointer);
        }
    }
}

#[test]
fn every_template_says_what_the_operation_knows() {
    for line in lines() {
        let Some(schema) = call::operation(line.operation).and_then(|one| one.newest()?.request) else { continue };
        let (Body::Fields { template: text, .. } | Body::Fixed(text)) = line.body else { continue };
        let body: Value = serde_json::from_str(text).unwrap();
        assert!(fits(schema, &body), "{} {text}", line.words);
    }
    let role = call::operation("createNode").unwrap().newest().unwrap().request.unwrap();
    assert!(!fits(role, &serde_json::json!({ "role": "MONGOD" })));
    assert!(!fits(role, &serde_json::json!({ "rôle": "mongod" })));
}
