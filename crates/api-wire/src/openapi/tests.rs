//! Tests of the OpenAPI document: that it is whole, and changes only on purpose.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document;
use crate::operations::OPERATIONS;

/// Writes a document with its names sorted, whatever feature of serde_json a build has turned on.
fn sorted(value: &Value) -> String {
    #[derive(serde::Serialize)]
    #[serde(untagged)]
    enum Sorted<'v> {
        Object(BTreeMap<&'v str, Sorted<'v>>),
        List(Vec<Sorted<'v>>),
        Plain(&'v Value),
    }
    fn sort(value: &Value) -> Sorted<'_> {
        match value {
            Value::Object(members) => {
                Sorted::Object(members.iter().map(|(name, v)| (name.as_str(), sort(v))).collect())
            }
            Value::Array(items) => Sorted::List(items.iter().map(sort).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Sorted::Plain(value),
        }
    }
    serde_json::to_string_pretty(&sort(value)).unwrap()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn describes_every_operation() {
    let document = document("http://127.0.0.1:8080/");
    for operation in OPERATIONS {
        let method = operation.method.as_str().to_ascii_lowercase();
        let described = &document["paths"][operation.full_path()][method];
        assert_eq!(described["operationId"], operation.operation_id);
        let statuses: BTreeSet<&str> = described["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let successes: BTreeSet<u16> = operation.versions.iter().map(|entry| operation.success_of(entry)).collect();
        assert_eq!(statuses.len(), operation.errors.len() + successes.len(), "{}", operation.operation_id);
    }
    assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:8080");
    assert_eq!(
        document["components"]["securitySchemes"]["ServiceAccounts"]["flows"]["clientCredentials"]["tokenUrl"],
        "http://127.0.0.1:8080/api/oauth/token"
    );
}

#[test]
fn refers_only_to_what_is_there() {
    let document = document("http://h");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some_and(|target| !target.is_null()), "{reference}");
    }
}

#[test]
fn changes_only_on_purpose() {
    insta::assert_snapshot!(sorted(&document("http://127.0.0.1:8080")));
}
