//! Answers and their headers in the OpenAPI document. It must not know any resource.

use serde_json::{Map, Value, json};

use super::json_schema::Components;
use super::media_type;
use crate::error_body::{ERROR_CONTENT_TYPE, ERROR_SCHEMA};
use crate::operations::Operation;

const NO_CONTENT: u16 = 204;

/// Describes every answer of an operation.
pub(super) fn of(operation: &Operation, components: &mut Components) -> Value {
    let mut headers = json!({
        "RateLimit-Limit": header("RateLimit-Limit"),
        "RateLimit-Remaining": header("RateLimit-Remaining"),
    });
    if let Value::Object(members) = &mut headers {
        if operation.versions.iter().any(|entry| entry.deprecated.is_some()) {
            members.insert("Deprecation".into(), header("Deprecation"));
        }
        if operation.versions.iter().any(|entry| entry.sunset.is_some()) {
            members.insert("Sunset".into(), header("Sunset"));
        }
    }
    let mut responses = Map::new();
    for entry in operation.versions {
        let status = operation.success_of(entry);
        let done = responses.entry(status.to_string());
        let done = done.or_insert_with(|| json!({ "description": "Done.", "headers": headers }));
        // Such an answer has no body that could be described.
        let (false, Value::Object(done)) = (status == NO_CONTENT, done) else { continue };
        let bare = components.reference(entry.response);
        let schema = if operation.list { page(bare, components) } else { maybe_wrapped(bare, status) };
        if let Value::Object(content) = done.entry("content").or_insert_with(|| Value::Object(Map::new())) {
            content.insert(media_type(entry), json!({ "schema": schema }));
        }
    }
    for status in operation.errors {
        responses.insert(status.to_string(), error_reference(*status));
    }
    Value::Object(responses)
}

/// Refers to the answer of an error status.
pub(super) fn error_reference(status: u16) -> Value {
    json!({ "$ref": format!("#/components/responses/{}", name(status)) })
}

/// Describes the answers of all error statuses.
pub(super) fn all(components: &mut Components) -> Map<String, Value> {
    let bare = components.reference(&ERROR_SCHEMA);
    let wrapped = components.add(
        "ErrorAnswer",
        json!({
            "description": "An error, in an envelope if the query asked for one.",
            "anyOf": [bare, {
                "type": "object",
                "additionalProperties": false,
                "required": ["content", "status"],
                "properties": { "content": bare, "status": { "type": "integer" } },
            }],
        }),
    );
    let described = |(status, name, description): &(u16, &str, &str)| {
        let mut headers = json!({ "X-Error-Code": header("X-Error-Code") });
        if let Value::Object(members) = &mut headers {
            match status {
                401 => members.insert("WWW-Authenticate".into(), header("WWW-Authenticate")),
                429 | 503 => members.insert("Retry-After".into(), header("Retry-After")),
                _ => None,
            };
        }
        let response = json!({
            "description": description,
            "headers": headers,
            "content": { ERROR_CONTENT_TYPE: { "schema": wrapped } },
        });
        ((*name).to_owned(), response)
    };
    STATUSES.iter().map(described).collect()
}

/// Describes the headers of answers.
pub(super) fn headers() -> Value {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "Deprecation": { "description": "Since when a newer version of the operation exists.", "schema": text },
        "RateLimit-Limit": { "description": "How many calls a full bucket allows.", "schema": count },
        "RateLimit-Remaining": { "description": "How many calls the bucket still allows.", "schema": count },
        "Retry-After": { "description": "After how many seconds to try again.", "schema": count },
        "Sunset": { "description": "When this version of the operation ends.", "schema": text },
        "WWW-Authenticate": { "description": "How to authenticate.", "schema": text },
        "X-Error-Code": { "description": "The errorCode of the body.", "schema": text },
    })
}

/// Every error status, its name in the document and what it means.
const STATUSES: &[(u16, &str, &str)] = &[
    (400, "badRequest", "The request, or what it asks for, is not possible."),
    (401, "unauthorized", "The credentials are missing or wrong."),
    (403, "forbidden", "The caller may see this, and may not do it."),
    (404, "notFound", "There is no such thing, or the caller may not see it."),
    (406, "notAcceptable", "The operation has no version that the request would accept."),
    (408, "requestTimeout", "The request came too slowly."),
    (409, "conflict", "Another change is under way, or stands against this one."),
    (413, "contentTooLarge", "The body is larger than we read."),
    (415, "unsupportedMediaType", "The body is not of a type that we read."),
    (429, "tooManyRequests", "The bucket of calls is empty."),
    (500, "internalServerError", "A fault of ours. The log has more."),
    (503, "serviceUnavailable", "We cannot answer just now."),
];

fn name(status: u16) -> &'static str {
    STATUSES.iter().find(|(known, ..)| *known == status).map_or("internalServerError", |(_, name, _)| name)
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// A single object, bare or in an envelope.
fn maybe_wrapped(bare: Value, status: u16) -> Value {
    json!({
        "anyOf": [bare, {
            "type": "object",
            "additionalProperties": false,
            "required": ["content", "status"],
            "properties": { "content": bare, "status": { "const": status } },
        }],
    })
}

/// A page of a list; an envelope adds `status`.
fn page(item: Value, components: &mut Components) -> Value {
    let links = components.reference(&crate::atlas::links::LINKS);
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["links", "results"],
        "properties": {
            "links": links,
            "results": { "type": "array", "items": item, "maxItems": 500 },
            "totalCount": { "type": "integer", "minimum": 0, "description": "The number of all items, if it was asked for." },
            "status": { "type": "integer", "description": "The HTTP status, if the query asked for an envelope." },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::STATUSES;
    use crate::operations::OPERATIONS;

    #[test]
    fn describes_every_status_that_an_operation_lists() {
        for operation in OPERATIONS {
            for status in operation.errors {
                assert!(STATUSES.iter().any(|(known, ..)| known == status), "{status}");
            }
        }
    }
}
