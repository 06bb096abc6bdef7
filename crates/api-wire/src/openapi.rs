//! The OpenAPI 3.1 document of both APIs, made from the registry and the schemas that also check
//! requests. It must not hold a fact of its own about an operation.

mod json_schema;
mod oauth;
mod responses;

use serde_json::{Map, Value, json};

use crate::header::HeaderFlag;
use crate::operations::{Access, OPERATIONS, Operation, PathParameter, VersionEntry};
use crate::query::QueryParameter;
use crate::schema::{Kind, Schema};
use json_schema::Components;

/// The shape of the document itself, as far as the registry needs it.
pub static DOCUMENT_SCHEMA: Schema = Schema {
    name: Some("OpenApiDocument"),
    description: "An OpenAPI document.",
    kind: Kind::Object { fields: &[], open: true },
};

/// Writes the document. `server_url` is the address clients reach us at, without a path.
pub fn document(server_url: &str) -> Value {
    let server_url = server_url.trim_end_matches('/');
    let mut components = Components::default();
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let described = describe(operation, &mut components);
        add(&mut paths, &operation.full_path(), operation.method.as_str(), described);
    }
    for (endpoint, described) in oauth::endpoints(&mut components) {
        add(&mut paths, endpoint.path, "POST", described);
    }
    let responses = responses::all(&mut components);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Atrest",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Customer keys for MongoDB-compatible fleets.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": server_url }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": components.into_map(),
            "responses": responses,
            "headers": responses::headers(),
            "securitySchemes": security_schemes(server_url),
        },
    })
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &str, described: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Value::Object(methods) = item {
        methods.insert(method.to_ascii_lowercase(), described);
    }
}

fn tags() -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for operation in OPERATIONS {
        if !names.contains(&operation.tag) {
            names.push(operation.tag);
        }
    }
    names.push(oauth::TAG);
    names.into_iter().map(|name| json!({ "name": name })).collect()
}

fn describe(operation: &Operation, components: &mut Components) -> Value {
    let mut described = Map::new();
    described.insert("operationId".into(), json!(operation.operation_id));
    described.insert("summary".into(), json!(operation.summary));
    described.insert("description".into(), json!(who_may(operation.access)));
    described.insert("tags".into(), json!([operation.tag]));
    described.insert("security".into(), security(operation.access));
    described.insert("parameters".into(), parameters(operation, components));
    if operation.takes_body() {
        described.insert("requestBody".into(), request_body(operation, components));
    }
    described.insert("responses".into(), responses::of(operation, components));
    if operation.versions.iter().all(|entry| entry.deprecated.is_some()) {
        described.insert("deprecated".into(), json!(true));
    }
    Value::Object(described)
}

fn who_may(access: Access) -> String {
    match access {
        Access::Public => "Open to anybody.".to_owned(),
        Access::Authenticated => "Open to any API key and service account.".to_owned(),
        Access::Project(role) => format!("Needs the role {} in the project.", role.title()),
        Access::Organization(role) => format!("Needs the role {} in the organization.", role.title()),
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Authenticated | Access::Project(_) | Access::Organization(_) => {
            json!([{ "DigestAuth": [] }, { "ServiceAccounts": [] }])
        }
    }
}

fn security_schemes(server_url: &str) -> Value {
    json!({
        "DigestAuth": {
            "type": "http",
            "scheme": "digest",
            "description": "HTTP Digest with the public and private half of an API key.",
        },
        "ServiceAccounts": {
            "type": "oauth2",
            "description": "An access token of a service account.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": format!("{server_url}{}", crate::operations::OAUTH_TOKEN.path),
                    "scopes": {},
                },
            },
        },
        "ClientCredentials": {
            "type": "http",
            "scheme": "basic",
            "description": "The id and a secret of a service account.",
        },
    })
}

fn parameters(operation: &Operation, components: &mut Components) -> Value {
    let path = operation.path_parameters().filter_map(|name| {
        let PathParameter { description, schema } = operation.path_parameter(name)?;
        Some(json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": description,
            "schema": json_schema::inline(schema),
        }))
    });
    let mut parameters: Vec<Value> = path.collect();
    parameters.extend(operation.query.iter().map(|parameter| in_query(parameter, components)));
    parameters.extend(operation.headers.iter().map(|header| in_headers(header)));
    Value::Array(parameters)
}

fn in_headers(header: &HeaderFlag) -> Value {
    json!({
        "name": header.name,
        "in": "header",
        "required": false,
        "description": header.description,
        "schema": { "type": "boolean", "default": false },
    })
}

fn in_query(parameter: &QueryParameter, components: &mut Components) -> Value {
    let mut schema = components.reference(parameter.schema);
    if parameter.repeated {
        schema = json!({ "type": "array", "items": schema });
    } else if let (Some(default), Value::Object(members)) = (parameter.default, &mut schema) {
        // Flags and numbers are spelled in a query as they are in JSON.
        let default = serde_json::from_str(default).unwrap_or_else(|_| json!(default));
        members.insert("default".into(), default);
    }
    let mut described = json!({
        "name": parameter.name,
        "in": "query",
        "required": false,
        "description": parameter.description,
        "schema": schema,
    });
    if let (true, Value::Object(members)) = (parameter.repeated, &mut described) {
        members.insert("style".into(), json!("form"));
        members.insert("explode".into(), json!(true));
    }
    described
}

fn request_body(operation: &Operation, components: &mut Components) -> Value {
    let mut content = Map::new();
    for entry in operation.versions {
        let Some(schema) = entry.request else { continue };
        let described = json!({ "schema": components.reference(schema) });
        // Plain JSON means the newest shape, which comes last.
        content.insert("application/json".into(), described.clone());
        if let Some(version) = entry.version {
            content.insert(version.media_type(), described);
        }
    }
    json!({ "required": true, "content": content })
}

fn media_type(entry: &VersionEntry) -> String {
    entry.version.map_or_else(|| "application/json".to_owned(), crate::atlas::version::ApiVersion::media_type)
}

#[cfg(test)]
mod tests;
