//! The two endpoints of the token service in the OpenAPI document. They are no operations: see
//! `OauthEndpoint`.
//! Source: contract.md 7.2, clients.md 1.3.

use serde_json::{Value, json};

use super::json_schema::Components;
use super::responses::error_reference;
use crate::operations::{OAUTH_REVOKE, OAUTH_TOKEN, OauthEndpoint};

/// The heading both stand under.
pub(super) const TAG: &str = "Access tokens";

/// Describes both endpoints.
pub(super) fn endpoints(components: &mut Components) -> [(OauthEndpoint, Value); 2] {
    let error = components.add(
        "OauthError",
        json!({
            "type": "object",
            "description": "What went wrong, as RFC 6749 writes it.",
            "required": ["error"],
            "properties": {
                "error": { "type": "string" },
                "error_description": { "type": "string" },
            },
        }),
    );
    let token = json!({
        "description": "The token.",
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["access_token", "expires_in", "token_type"],
            "properties": {
                "access_token": { "type": "string", "description": "A signed JWT." },
                "expires_in": { "type": "integer", "minimum": 1, "description": "Its life in seconds." },
                "token_type": { "const": "Bearer" },
            },
        } } },
    });
    let revoked = json!({ "description": "The token is worth nothing now, whatever it was." });
    let grant = json!({
        "required": ["grant_type"],
        "properties": { "grant_type": { "type": "string", "enum": ["client_credentials"] } },
    });
    let given_back = json!({
        "required": ["token"],
        "properties": {
            "token": { "type": "string", "minLength": 1 },
            "token_type_hint": { "type": "string" },
        },
    });
    [
        (OAUTH_TOKEN, endpoint(&OAUTH_TOKEN, grant, token, &error)),
        (OAUTH_REVOKE, endpoint(&OAUTH_REVOKE, given_back, revoked, &error)),
    ]
}

fn endpoint(endpoint: &OauthEndpoint, mut form: Value, success: Value, error: &Value) -> Value {
    if let Value::Object(members) = &mut form {
        members.insert("type".into(), json!("object"));
        if let Some(Value::Object(fields)) = members.get_mut("properties") {
            // For clients that send no Authorization header.
            fields.insert("client_id".into(), json!({ "type": "string" }));
            fields.insert("client_secret".into(), json!({ "type": "string", "writeOnly": true }));
        }
    }
    let refused = |description: &str| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": error } },
        })
    };
    json!({
        "operationId": endpoint.operation_id,
        "summary": endpoint.summary,
        "tags": [TAG],
        "security": [{ "ClientCredentials": [] }, {}],
        "requestBody": {
            "required": true,
            "content": { "application/x-www-form-urlencoded": { "schema": form } },
        },
        "responses": {
            "200": success,
            "400": refused("The form lacks something, or asks for another grant."),
            "401": refused("The credentials are missing or wrong."),
            "408": error_reference(408),
            "413": error_reference(413),
            "415": error_reference(415),
            "429": error_reference(429),
            "500": refused("A fault of ours. The log has more."),
            "503": error_reference(503),
        },
    })
}
