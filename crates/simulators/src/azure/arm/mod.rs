//! Resource Manager, as far as keys and the private way to them need it: subscriptions, resource groups, vaults with
//! their access policies and connections, private endpoints, subnets, providers, permissions.
//! The way of every request: its API version, its token, its subscription, the role, then the operation.
//! It must not know what is inside a vault, nor how a state is saved.
//!
//! Sure, from answers of the live service: the codes and words of AuthorizationFailed, LinkedAuthorizationFailed,
//! ResourceNotFound, InvalidAuthenticationTokenAudience, ResourceGroupNotFound, SubscriptionNotFound,
//! MissingSubscriptionRegistration, InvalidResourceReference and AnotherOperationInProgress. From memory: the others.

mod access_policy;
mod async_operation;
mod connection;
mod permission;
mod private_endpoint;
mod provider;
mod route;
mod subnet;
mod unauthorized;
pub(crate) mod vault;

use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::async_operation::not_registered;
use super::caller::Caller;
use super::entra::Service;
use super::error::{ApiError, RETRY_AFTER, put, success};
use super::request::{Query, bearer};
use super::state::{State, Subscription};
use crate::door::{Answer, Incoming};
use route::Operation;
pub(crate) use route::{Route, is_operation};

/// One authenticated and permitted call.
struct Call<'a> {
    state: &'a mut State,
    route: &'a Route,
    request: &'a Incoming,
    caller: &'a Caller,
    /// What of the query is left for the operation.
    query: Query,
    version: String,
    /// The port of our door, for the addresses of vaults.
    port: u16,
    /// Unit: ms since 1970, by our own clock.
    millis: i64,
    /// What goes on after the answer shall never end.
    endless: bool,
}

/// What an operation comes to.
struct Done {
    status: StatusCode,
    body: Value,
    headers: Vec<(HeaderName, String)>,
    /// Something changed, and is to be saved.
    changed: bool,
}

impl Done {
    fn read(body: Value) -> Self {
        Self { status: StatusCode::OK, body, headers: Vec::new(), changed: false }
    }

    fn changed(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), changed: true }
    }
}

/// When a request came, and what a fault makes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// By the clock that the caller sees. Unit: s since 1970.
    pub(crate) seconds: i64,
    /// By our own clock. Unit: ms since 1970.
    pub(crate) millis: i64,
    pub(crate) endless: bool,
}

/// Runs a request.
pub(crate) fn run(
    state: &mut State,
    route: &Route,
    request: &Incoming,
    port: u16,
    moment: Moment,
) -> Result<Answer, ApiError> {
    let Moment { seconds, millis, endless } = moment;
    state.settle(seconds);
    let (query, version) = checked_query(route, request)?;
    let caller = authenticate(state, request, seconds)?;
    let subscription = state.subscriptions.get(&route.subscription).ok_or_else(|| {
        ApiError::new(
            404,
            "SubscriptionNotFound",
            format!("The subscription '{}' could not be found.", printable(&route.subscription)),
        )
    })?;
    if subscription.tenant != caller.tenant {
        return Err(unauthorized::foreign(&caller.tenant, &subscription.tenant));
    }
    authorize(state, &caller, route)?;
    let call = &mut Call { state, route, request, caller: &caller, query, version, port, millis, endless };
    call.resource_group()?;
    let done = operate(call)?;
    if let Some(left) = call.query.left() {
        return Err(unmodelled_parameter(left));
    }
    if done.changed {
        state.touch();
    }
    let mut answer = success(done.status, &done.body);
    for (name, value) in done.headers {
        put(&mut answer, name, &value);
    }
    Ok(answer)
}

fn operate(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let changed = |(status, body)| Done::changed(status, body);
    match call.route.operation {
        Operation::GetSubscription => call.show_subscription().map(Done::read),
        Operation::GetResourceGroup => call.show_resource_group().map(Done::read),
        Operation::GetVault => vault::read(call).map(Done::read),
        Operation::GetVaults => vault::list(call).map(Done::read),
        Operation::CreateVault => vault::create(call).map(changed),
        Operation::UpdateVault => vault::update(call).map(changed),
        Operation::DeleteVault => vault::delete(call).map(changed),
        Operation::UpdateAccessPolicies => access_policy::run(call).map(changed),
        Operation::ListConnections => connection::list(call).map(Done::read),
        Operation::GetConnection => connection::read(call).map(Done::read),
        Operation::UpdateConnection => connection::update(call),
        Operation::DeleteConnection => connection::delete(call),
        Operation::GetPrivateEndpoint => private_endpoint::read(call).map(Done::read),
        Operation::ListPrivateEndpoints => private_endpoint::list(call).map(Done::read),
        Operation::CreatePrivateEndpoint => private_endpoint::create(call),
        Operation::DeletePrivateEndpoint => private_endpoint::delete(call),
        Operation::GetProgress => async_operation::status(call),
        Operation::GetResult => async_operation::result(call),
        Operation::GetSubnet => subnet::read(call).map(Done::read),
        Operation::GetProvider => provider::read(call).map(Done::read),
        Operation::RegisterProvider => provider::register(call),
        Operation::GetPermissions => permission::list(call).map(Done::read),
        Operation::Unknown => Err(ApiError::bug("unknown operations are refused before")),
    }
}

/// The query, with its `api-version` checked and taken.
fn checked_query(route: &Route, request: &Incoming) -> Result<(Query, String), ApiError> {
    let mut query = Query::of(request);
    let Some(version) = query.take("api-version") else {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(ApiError::new(400, "MissingApiVersionParameter", message));
    };
    let Some(family) = route.family() else {
        let message = format!("{} {} is not modelled by this simulator.", request.method, request.path);
        return Err(ApiError::new(404, "InvalidResourceType", message));
    };
    let known = family.versions();
    if !known.is_empty() && !known.contains(&version.as_str()) {
        let message = format!(
            "The api-version '{}' is invalid. The supported versions are '{}'.",
            printable(&version),
            known.join(",")
        );
        return Err(ApiError::new(400, "InvalidApiVersionParameter", message));
    }
    let takes_pages = route.operation == Operation::ListPrivateEndpoints;
    match query.left() {
        Some(left) if !takes_pages => Err(unmodelled_parameter(left)),
        Some(_) | None => Ok((query, version)),
    }
}

fn unmodelled_parameter(name: &str) -> ApiError {
    bad_request(&format!(
        "The query parameter {} is unknown, doubled, or not modelled by this simulator.",
        printable(name)
    ))
}

fn authenticate(state: &State, request: &Incoming, now: i64) -> Result<Caller, ApiError> {
    let token = bearer(request).ok_or_else(unauthorized::missing)?;
    Caller::of(state, token, Service::ResourceManager, now).map_err(|fault| unauthorized::refusal(&fault, now))
}

fn authorize(state: &State, caller: &Caller, route: &Route) -> Result<(), ApiError> {
    // Whoever began an operation may ask for it.
    let Some(action) = route.action() else { return Ok(()) };
    let scope = route.scope();
    if state.has_role(&caller.object_id, &scope, |role| role.allows(&action)) {
        return Ok(());
    }
    Err(denied(&caller.client_id, &caller.object_id, &action, &scope))
}

fn denied(client: &str, object: &str, action: &str, scope: &str) -> ApiError {
    let message = format!(
        "The client '{client}' with object id '{object}' does not have authorization to perform action '{action}' over \
         scope '{}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
        printable(scope)
    );
    ApiError::new(403, "AuthorizationFailed", message)
}

impl Call<'_> {
    /// Tells whether the caller has a role for an action elsewhere than at the route's own scope.
    fn may(&self, action: &str, scope: &str) -> bool {
        self.state.has_role(&self.caller.object_id, scope, |role| role.allows(action))
    }

    /// Errors: `LinkedAuthorizationFailed` where the caller lacks an action on what the request only names.
    fn may_link(&self, action: &str, scope: &str) -> Result<(), ApiError> {
        if self.may(action, scope) {
            return Ok(());
        }
        let message = format!(
            "The client '{}' with object id '{}' has permission to perform action '{}' on scope '{}'; however, it does \
             not have permission to perform action(s) '{action}' on the linked scope(s) '{}' or the linked scope(s) are \
             invalid.",
            self.caller.client_id,
            self.caller.object_id,
            self.route.action().unwrap_or_default(),
            printable(&self.route.scope()),
            printable(scope)
        );
        Err(ApiError::new(403, "LinkedAuthorizationFailed", message))
    }

    /// Errors: `MissingSubscriptionRegistration`.
    fn registered(&self, namespace: &str) -> Result<(), ApiError> {
        let subscription = self.subscription()?;
        if subscription.is_registered(namespace) {
            return Ok(());
        }
        let message = not_registered(&subscription.id, namespace);
        Err(ApiError::new(409, "MissingSubscriptionRegistration", message))
    }

    fn subscription(&self) -> Result<&Subscription, ApiError> {
        let found = self.state.subscriptions.get(&self.route.subscription);
        found.ok_or_else(|| ApiError::bug("the subscription was found"))
    }

    /// Checks that the resource group is there, where one is named.
    fn resource_group(&self) -> Result<(), ApiError> {
        let Some(name) = &self.route.resource_group else { return Ok(()) };
        if self.subscription()?.resource_groups.contains_key(&name.to_ascii_lowercase()) {
            return Ok(());
        }
        let message = format!("Resource group '{}' could not be found.", printable(name));
        Err(ApiError::new(404, "ResourceGroupNotFound", message))
    }

    fn show_subscription(&self) -> Result<Value, ApiError> {
        let found = self.subscription()?;
        Ok(json!({
            "id": format!("/subscriptions/{}", found.id),
            "subscriptionId": found.id,
            "tenantId": found.tenant,
            "displayName": found.name,
            "state": "Enabled",
            "authorizationSource": "RoleBased",
        }))
    }

    fn show_resource_group(&self) -> Result<Value, ApiError> {
        let found = self.subscription()?;
        let name = self.route.resource_group.as_deref().unwrap_or_default().to_ascii_lowercase();
        let resource_group =
            found.resource_groups.get(&name).ok_or_else(|| ApiError::bug("the resource group was found"))?;
        Ok(json!({
            "id": format!("/subscriptions/{}/resourceGroups/{}", found.id, resource_group.name),
            "name": resource_group.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": resource_group.location,
            "properties": { "provisioningState": "Succeeded" },
        }))
    }
}

fn bad_request(message: &str) -> ApiError {
    ApiError::new(400, "BadRequest", message)
}

fn printable(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(300).collect()
}

/// What an armed fault makes of a call.
pub(crate) fn denied_by_fault(route: &Route) -> ApiError {
    let action = route.action().unwrap_or_else(|| "*".to_owned());
    denied("an armed fault", "an armed fault", &action, &route.scope())
}

/// What an armed fault of that kind makes of a call.
pub(crate) fn conflict() -> ApiError {
    async_operation::conflict("an armed fault")
}

pub(crate) fn throttled() -> ApiError {
    let message = format!(
        "Number of requests for subscription and operation exceeded. Please try again after '{RETRY_AFTER}' seconds \
         after additional tokens are available."
    );
    ApiError { retry_after: Some(RETRY_AFTER), ..ApiError::new(429, "SubscriptionRequestsThrottled", message) }
}

/// Puts the headers that every answer of Resource Manager has.
pub(crate) fn headed(mut answer: Answer) -> Answer {
    let id = uuid::Uuid::new_v4().to_string();
    put(&mut answer, http::header::CACHE_CONTROL, "no-cache");
    put(&mut answer, HeaderName::from_static("x-ms-request-id"), &id);
    put(&mut answer, HeaderName::from_static("x-ms-correlation-request-id"), &id);
    answer
}
