//! Resource Manager, as far as keys need it: subscriptions, resource groups, vaults and their access policies.
//! The way of every request: its API version, its token, its subscription, the role, then the operation.
//! It must not know what is inside a vault, nor how a state is saved.
//!
//! Sure, from answers of the live service: the codes and words of AuthorizationFailed, ResourceNotFound,
//! InvalidAuthenticationTokenAudience, ResourceGroupNotFound and SubscriptionNotFound. From memory: the others.

mod access_policy;
mod unauthorized;
pub(crate) mod vault;

use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};

use super::caller::Caller;
use super::entra::Service;
use super::error::{ApiError, RETRY_AFTER, put, success};
use super::request::{Query, bearer};
use super::state::{State, Subscription};
use crate::door::{Answer, Incoming};

/// Versions of Microsoft.KeyVault's API with the shapes that we answer.
const KEY_VAULT_VERSIONS: [&str; 7] =
    ["2022-07-01", "2022-11-01", "2023-02-01", "2023-07-01", "2024-11-01", "2025-05-01", "2026-05-15"];
/// Versions of Microsoft.Resources' API with the shapes that we answer.
const RESOURCES_VERSIONS: [&str; 8] =
    ["2021-01-01", "2021-04-01", "2022-09-01", "2022-12-01", "2023-07-01", "2024-03-01", "2024-11-01", "2025-04-01"];

/// One operation, by a name of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateVault,
    GetResourceGroup,
    GetSubscription,
    GetVault,
    GetVaults,
    UpdateAccessPolicies,
    UpdateVault,
    /// One that Resource Manager has, or has not, and we do not model.
    Unknown,
}

/// Every operation with its name and the action that it takes.
const OPERATIONS: [(Operation, &str, &str); 7] = [
    (Operation::CreateVault, "CreateVault", "Microsoft.KeyVault/vaults/write"),
    (Operation::GetResourceGroup, "GetResourceGroup", "Microsoft.Resources/subscriptions/resourceGroups/read"),
    (Operation::GetSubscription, "GetSubscription", "Microsoft.Resources/subscriptions/read"),
    (Operation::GetVault, "GetVault", "Microsoft.KeyVault/vaults/read"),
    (Operation::GetVaults, "GetVaults", "Microsoft.KeyVault/vaults/read"),
    (Operation::UpdateAccessPolicies, "UpdateAccessPolicies", "Microsoft.KeyVault/vaults/accessPolicies/write"),
    (Operation::UpdateVault, "UpdateVault", "Microsoft.KeyVault/vaults/write"),
];

pub(crate) fn is_operation(name: &str) -> bool {
    OPERATIONS.iter().any(|(_, known, _)| *known == name)
}

/// Where a request goes: an operation, and the resource that it names as far as it names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    subscription: String,
    resource_group: Option<String>,
    vault: Option<String>,
    /// `add`, `replace` or `remove`.
    kind: Option<String>,
}

impl Route {
    /// Reads a path under `/subscriptions`; any other is `None`. Types in paths know no case.
    pub(crate) fn of(method: &Method, segments: &[&str]) -> Option<Self> {
        let [first, subscription, rest @ ..] = segments else {
            return segments
                .first()
                .filter(|first| first.eq_ignore_ascii_case("subscriptions"))
                .map(|_| Self::nowhere());
        };
        if !first.eq_ignore_ascii_case("subscriptions") {
            return None;
        }
        let lower: Vec<String> = rest.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let of = |operation, resource_group: Option<&str>, vault: Option<&str>, kind: Option<&str>| Self {
            operation,
            subscription: subscription.to_ascii_lowercase(),
            resource_group: resource_group.map(str::to_owned),
            vault: vault.map(str::to_owned),
            kind: kind.map(str::to_owned),
        };
        // The group and the vault are shown as they came.
        let (resource_group, vault) = (rest.get(1).copied(), rest.get(5).copied());
        Some(match (method.as_str(), lower.as_slice()) {
            ("GET", []) => of(Operation::GetSubscription, None, None, None),
            ("GET", ["resourcegroups", _]) => of(Operation::GetResourceGroup, resource_group, None, None),
            ("GET", ["providers", "microsoft.keyvault", "vaults"]) => of(Operation::GetVaults, None, None, None),
            ("GET", ["resourcegroups", _, "providers", "microsoft.keyvault", "vaults"]) => {
                of(Operation::GetVaults, resource_group, None, None)
            }
            (act, ["resourcegroups", _, "providers", "microsoft.keyvault", "vaults", _]) => {
                let operation = match act {
                    "GET" => Operation::GetVault,
                    "PATCH" => Operation::UpdateVault,
                    "PUT" => Operation::CreateVault,
                    _ => Operation::Unknown,
                };
                of(operation, resource_group, vault, None)
            }
            ("PUT", ["resourcegroups", _, "providers", "microsoft.keyvault", "vaults", _, "accesspolicies", kind]) => {
                of(Operation::UpdateAccessPolicies, resource_group, vault, Some(kind))
            }
            _ => of(Operation::Unknown, None, None, None),
        })
    }

    fn nowhere() -> Self {
        let subscription = String::new();
        Self { operation: Operation::Unknown, subscription, resource_group: None, vault: None, kind: None }
    }

    /// The name that faults and counters know it by.
    pub(crate) fn name(&self) -> &'static str {
        OPERATIONS.iter().find(|(known, ..)| *known == self.operation).map_or("unknown", |(_, name, _)| *name)
    }

    /// The resource whose roles count.
    fn scope(&self) -> String {
        let mut scope = format!("/subscriptions/{}", self.subscription);
        if let Some(resource_group) = &self.resource_group {
            scope.push_str(&format!("/resourceGroups/{resource_group}"));
        }
        if let Some(vault) = &self.vault {
            scope.push_str(&format!("/providers/Microsoft.KeyVault/vaults/{vault}"));
        }
        scope
    }
}

/// One authenticated and permitted call.
struct Call<'a> {
    state: &'a mut State,
    route: &'a Route,
    request: &'a Incoming,
    /// The port of our door, for the addresses of vaults.
    port: u16,
}

/// Runs a request. Unit: s since 1970.
pub(crate) fn run(
    state: &mut State,
    route: &Route,
    request: &Incoming,
    port: u16,
    now: i64,
) -> Result<Answer, ApiError> {
    state.settle(now);
    check_query(route, request)?;
    let caller = authenticate(state, request, now)?;
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
    let call = &mut Call { state, route, request, port };
    call.resource_group()?;
    let (status, body, changed) = operate(call)?;
    if changed {
        state.touch();
    }
    Ok(success(status, &body))
}

/// Runs the operation; the flag tells whether something changed.
fn operate(call: &mut Call<'_>) -> Result<(StatusCode, Value, bool), ApiError> {
    let read = |body: Result<Value, ApiError>| body.map(|body| (StatusCode::OK, body, false));
    let changed = |done: Result<(StatusCode, Value), ApiError>| done.map(|(status, body)| (status, body, true));
    match call.route.operation {
        Operation::GetSubscription => read(call.show_subscription()),
        Operation::GetResourceGroup => read(call.show_resource_group()),
        Operation::GetVault => read(vault::read(call)),
        Operation::GetVaults => read(vault::list(call)),
        Operation::CreateVault => changed(vault::create(call)),
        Operation::UpdateVault => changed(vault::update(call)),
        Operation::UpdateAccessPolicies => changed(access_policy::run(call)),
        Operation::Unknown => Err(ApiError::bug("unknown operations are refused before")),
    }
}

fn check_query(route: &Route, request: &Incoming) -> Result<(), ApiError> {
    let mut query = Query::of(request);
    let Some(version) = query.take("api-version") else {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(ApiError::new(400, "MissingApiVersionParameter", message));
    };
    let known: &[&str] = match route.operation {
        Operation::GetSubscription | Operation::GetResourceGroup => &RESOURCES_VERSIONS,
        Operation::CreateVault
        | Operation::GetVault
        | Operation::GetVaults
        | Operation::UpdateAccessPolicies
        | Operation::UpdateVault => &KEY_VAULT_VERSIONS,
        Operation::Unknown => {
            let message = format!("{} {} is not modelled by this simulator.", request.method, request.path);
            return Err(ApiError::new(404, "InvalidResourceType", message));
        }
    };
    if !known.contains(&version.as_str()) {
        let message = format!(
            "The api-version '{}' is invalid. The supported versions are '{}'.",
            printable(&version),
            known.join(",")
        );
        return Err(ApiError::new(400, "InvalidApiVersionParameter", message));
    }
    match query.left() {
        None => Ok(()),
        Some(left) => Err(bad_request(&format!(
            "The query parameter {} is unknown, doubled, or not modelled by this simulator.",
            printable(left)
        ))),
    }
}

fn authenticate(state: &State, request: &Incoming, now: i64) -> Result<Caller, ApiError> {
    let token = bearer(request).ok_or_else(unauthorized::missing)?;
    Caller::of(state, token, Service::ResourceManager, now).map_err(|fault| unauthorized::refusal(&fault, now))
}

fn authorize(state: &State, caller: &Caller, route: &Route) -> Result<(), ApiError> {
    let found = OPERATIONS.iter().find(|(known, ..)| *known == route.operation);
    let (_, _, action) = found.ok_or_else(|| ApiError::bug("known operations have an action"))?;
    let scope = route.scope();
    if state.has_role(&caller.object_id, &scope, |role| role.allows(action)) {
        return Ok(());
    }
    Err(denied(&caller.client_id, &caller.object_id, action, &scope))
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
    let action = OPERATIONS.iter().find(|(known, ..)| *known == route.operation).map_or("*", |found| found.2);
    denied("an armed fault", "an armed fault", action, &route.scope())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_operations_whatever_the_case() {
        let check = |method: Method, path: &str, expected: &str| {
            let segments: Vec<&str> = path.split('/').collect();
            assert_eq!(Route::of(&method, &segments).unwrap().name(), expected, "{method} {path}");
        };
        let vault = "subscriptions/S/resourcegroups/G/providers/microsoft.keyvault/VAULTS/v";
        check(Method::GET, "Subscriptions/s", "GetSubscription");
        check(Method::GET, "subscriptions/s/resourceGroups/g", "GetResourceGroup");
        check(Method::GET, "subscriptions/s/providers/Microsoft.KeyVault/vaults", "GetVaults");
        check(Method::GET, vault, "GetVault");
        check(Method::PATCH, vault, "UpdateVault");
        check(Method::DELETE, vault, "unknown");
        check(Method::PUT, &format!("{vault}/accessPolicies/add"), "UpdateAccessPolicies");
        check(Method::GET, &format!("{vault}/privateEndpointConnections"), "unknown");
        assert!(Route::of(&Method::GET, &["keys"]).is_none());
    }

    #[test]
    fn names_the_scope_as_it_came() {
        let segments = ["subscriptions", "S", "resourcegroups", "G", "providers", "microsoft.keyvault", "vaults", "V"];
        let route = Route::of(&Method::GET, &segments).unwrap();
        assert_eq!(route.scope(), "/subscriptions/s/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V");
    }
}
