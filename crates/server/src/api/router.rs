//! All routes of the Admin API: one line per operation, read off the registry. Must not know what a
//! handler does.

use api_wire::operations::{Method, OPERATIONS, Operation, OperationId};
use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use tower::Layer as _;

use super::atlas::{encryption_at_rest, events, groups, orgs, system_status};
use super::atrest::{openapi, validity};
use super::call::{Answer, Call};
use super::error::Refused;
use super::{Api, oauth, pipeline};
use crate::probes;

/// Carries a call to its handler.
pub(super) async fn dispatch(api: &Api, call: Call) -> Result<Answer, Refused> {
    match call.operation.id {
        OperationId::GetSystemStatus => system_status::view::handle(api, &call).await,
        OperationId::ListOrgs => orgs::list::handle(api, &call).await,
        OperationId::GetOrg => orgs::view::handle(api, &call).await,
        OperationId::ListGroups => groups::list::handle(api, &call).await,
        OperationId::GetGroup => groups::view::handle(api, &call).await,
        OperationId::ListGroupEvents => events::list::handle(api, &call).await,
        OperationId::GetGroupEvent => events::view::handle(api, &call).await,
        OperationId::GetEncryptionAtRest => encryption_at_rest::view::handle(api, &call).await,
        OperationId::UpdateEncryptionAtRest => encryption_at_rest::update::handle(api, call).await,
        OperationId::GetEncryptionAtRestValidity => validity::handle(api, &call).await,
        OperationId::GetOpenApi => openapi::handle(&call),
    }
}

/// Builds the door's router.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for operation in OPERATIONS {
        let path = format!("{}{}", operation.api.base(), operation.path);
        let handler = move |State(api): State<Api>, params: RawPathParams, request: Request| {
            serve(api, operation, params, request)
        };
        router = router.route(&path, on(filter(operation.method), handler));
    }
    let router = router
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(pipeline::method_not_allowed)
        .fallback(pipeline::no_such_path)
        .with_state(api.clone())
        .merge(oauth::routes(api.clone()));
    // Around the router and not within it, where a path is chosen before any layer can mend it.
    let around = axum::middleware::from_fn_with_state(api, pipeline::around_every_request);
    Router::new().fallback_service(around.layer(router))
}

async fn serve(api: Api, operation: &'static Operation, params: RawPathParams, request: Request) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pipeline::serve(&api, operation, params, request).await
}

async fn readyz(State(api): State<Api>) -> axum::http::StatusCode {
    probes::readyz_status(api.control()).await
}

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}
