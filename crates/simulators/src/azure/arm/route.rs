//! Which operation of Resource Manager a request is for, and what it names on the way: the table of operations with
//! the action that each takes and the API versions that it has. It must not know what an operation does.

use http::Method;

/// One operation, by a name of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreatePrivateEndpoint,
    CreateVault,
    DeleteConnection,
    DeletePrivateEndpoint,
    DeleteVault,
    GetConnection,
    GetPermissions,
    GetPrivateEndpoint,
    /// How far an operation is that goes on.
    GetProgress,
    GetProvider,
    GetResourceGroup,
    /// What such an operation came to.
    GetResult,
    GetSubnet,
    GetSubscription,
    GetVault,
    GetVaults,
    ListConnections,
    ListPrivateEndpoints,
    RegisterProvider,
    UpdateAccessPolicies,
    UpdateConnection,
    UpdateVault,
    /// One that Resource Manager has, or has not, and we do not model.
    Unknown,
}

/// A service behind Resource Manager, as far as its versions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Authorization,
    KeyVault,
    Network,
    Resources,
    /// An operation is asked in the version in which it was begun.
    Any,
}

impl Family {
    /// Versions with the shapes that we answer.
    pub(super) fn versions(self) -> &'static [&'static str] {
        match self {
            Self::Authorization => &["2015-07-01", "2022-04-01"],
            Self::KeyVault => {
                &["2022-07-01", "2022-11-01", "2023-02-01", "2023-07-01", "2024-11-01", "2025-05-01", "2026-05-15"]
            }
            Self::Network => &[
                "2023-04-01",
                "2023-05-01",
                "2023-06-01",
                "2023-09-01",
                "2023-11-01",
                "2024-01-01",
                "2024-03-01",
                "2024-05-01",
                "2024-07-01",
                "2024-10-01",
                "2025-01-01",
                "2025-03-01",
                "2025-05-01",
                "2026-03-01",
            ],
            Self::Resources => &[
                "2021-01-01",
                "2021-04-01",
                "2022-09-01",
                "2022-12-01",
                "2023-07-01",
                "2024-03-01",
                "2024-11-01",
                "2025-04-01",
            ],
            Self::Any => &[],
        }
    }
}

/// Every operation with its name and the action that it takes; one without an action is for whoever knows its address.
const OPERATIONS: [(Operation, &str, &str, Family); 22] = [
    (
        Operation::CreatePrivateEndpoint,
        "CreatePrivateEndpoint",
        "Microsoft.Network/privateEndpoints/write",
        Family::Network,
    ),
    (Operation::CreateVault, "CreateVault", "Microsoft.KeyVault/vaults/write", Family::KeyVault),
    (
        Operation::DeleteConnection,
        "DeleteConnection",
        "Microsoft.KeyVault/vaults/privateEndpointConnections/delete",
        Family::KeyVault,
    ),
    (
        Operation::DeletePrivateEndpoint,
        "DeletePrivateEndpoint",
        "Microsoft.Network/privateEndpoints/delete",
        Family::Network,
    ),
    (Operation::DeleteVault, "DeleteVault", "Microsoft.KeyVault/vaults/delete", Family::KeyVault),
    (
        Operation::GetConnection,
        "GetConnection",
        "Microsoft.KeyVault/vaults/privateEndpointConnections/read",
        Family::KeyVault,
    ),
    (Operation::GetProgress, "GetOperation", "", Family::Any),
    (Operation::GetResult, "GetOperation", "", Family::Any),
    (Operation::GetPermissions, "GetPermissions", "Microsoft.Authorization/permissions/read", Family::Authorization),
    (Operation::GetPrivateEndpoint, "GetPrivateEndpoint", "Microsoft.Network/privateEndpoints/read", Family::Network),
    (Operation::GetProvider, "GetProvider", "Microsoft.Resources/subscriptions/providers/read", Family::Resources),
    (
        Operation::GetResourceGroup,
        "GetResourceGroup",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        Family::Resources,
    ),
    (Operation::GetSubnet, "GetSubnet", "Microsoft.Network/virtualNetworks/subnets/read", Family::Network),
    (Operation::GetSubscription, "GetSubscription", "Microsoft.Resources/subscriptions/read", Family::Resources),
    (Operation::GetVault, "GetVault", "Microsoft.KeyVault/vaults/read", Family::KeyVault),
    (Operation::GetVaults, "GetVaults", "Microsoft.KeyVault/vaults/read", Family::KeyVault),
    (
        Operation::ListConnections,
        "ListConnections",
        "Microsoft.KeyVault/vaults/privateEndpointConnections/read",
        Family::KeyVault,
    ),
    (
        Operation::ListPrivateEndpoints,
        "ListPrivateEndpoints",
        "Microsoft.Network/privateEndpoints/read",
        Family::Network,
    ),
    (Operation::RegisterProvider, "RegisterProvider", "/register/action", Family::Resources),
    (
        Operation::UpdateAccessPolicies,
        "UpdateAccessPolicies",
        "Microsoft.KeyVault/vaults/accessPolicies/write",
        Family::KeyVault,
    ),
    (
        Operation::UpdateConnection,
        "UpdateConnection",
        "Microsoft.KeyVault/vaults/privateEndpointConnections/write",
        Family::KeyVault,
    ),
    (Operation::UpdateVault, "UpdateVault", "Microsoft.KeyVault/vaults/write", Family::KeyVault),
];

pub(crate) fn is_operation(name: &str) -> bool {
    OPERATIONS.iter().any(|(_, known, ..)| *known == name)
}

/// Where a request goes: an operation, and what it names as far as it names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    pub(super) subscription: String,
    pub(super) resource_group: Option<String>,
    pub(super) vault: Option<String>,
    pub(super) network: Option<String>,
    /// What the operation itself names: a connection, an endpoint, a subnet, a namespace, an operation that goes on,
    /// or the kind of a change of access policies: `add`, `replace`, `remove`.
    pub(super) name: Option<String>,
}

impl Route {
    /// Reads a path under `/subscriptions`; any other is `None`. Types in paths know no case.
    pub(crate) fn of(method: &Method, segments: &[&str]) -> Option<Self> {
        let (first, rest) = segments.split_first()?;
        if !first.eq_ignore_ascii_case("subscriptions") {
            return None;
        }
        let (subscription, rest) = rest.split_first().map_or(("", rest), |(subscription, rest)| (*subscription, rest));
        let mut route = Self {
            operation: Operation::Unknown,
            subscription: subscription.to_ascii_lowercase(),
            resource_group: None,
            vault: None,
            network: None,
            name: None,
        };
        if subscription.is_empty() {
            return Some(route);
        }
        let lower: Vec<String> = rest.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match (lower.as_slice(), rest) {
            (["resourcegroups", _, lower @ ..], [_, resource_group, rest @ ..]) => {
                route.in_resource_group(method.as_str(), resource_group, lower, rest);
            }
            (lower, rest) => route.in_subscription(method.as_str(), lower, rest),
        }
        Some(route)
    }

    /// What is asked of a subscription. Names are shown as they came, in `rest`.
    fn in_subscription(&mut self, method: &str, lower: &[&str], rest: &[&str]) {
        let last = rest.last().map(|last| (*last).to_owned());
        (self.operation, self.name) = match (method, lower) {
            ("GET", []) => (Operation::GetSubscription, None),
            ("GET", ["providers", "microsoft.keyvault", "vaults"]) => (Operation::GetVaults, None),
            ("GET", ["providers", "microsoft.network", "privateendpoints"]) => (Operation::ListPrivateEndpoints, None),
            ("GET", ["providers", "microsoft.authorization", "permissions"]) => (Operation::GetPermissions, None),
            ("GET", ["providers", _]) => (Operation::GetProvider, last),
            ("POST", ["providers", _, "register"]) => {
                (Operation::RegisterProvider, rest.get(1).map(|name| (*name).to_owned()))
            }
            ("GET", ["providers", "microsoft.network" | "microsoft.keyvault", "locations", _, "operations", _]) => {
                (Operation::GetProgress, last)
            }
            ("GET", ["providers", "microsoft.network" | "microsoft.keyvault", "locations", _, results, _])
                if *results == "operationresults" =>
            {
                (Operation::GetResult, last)
            }
            _ => (Operation::Unknown, None),
        };
    }

    /// What is asked of a resource group, or of a resource in it.
    fn in_resource_group(&mut self, method: &str, resource_group: &str, lower: &[&str], rest: &[&str]) {
        self.resource_group = Some(resource_group.to_owned());
        let last = rest.last().map(|last| (*last).to_owned());
        let name = |at: usize| rest.get(at).map(|name| (*name).to_owned());
        if let [lower @ .., "providers", "microsoft.authorization", "permissions"] = lower {
            (self.vault, self.network, self.name) = match lower {
                [] => (None, None, None),
                ["providers", "microsoft.keyvault", "vaults", _] => (name(3), None, None),
                ["providers", "microsoft.network", "privateendpoints", _] => (None, None, name(3)),
                ["providers", "microsoft.network", "virtualnetworks", _, "subnets", _] => (None, name(3), name(5)),
                _ => return,
            };
            self.operation = if method == "GET" { Operation::GetPermissions } else { Operation::Unknown };
            return;
        }
        match lower {
            [] => self.operation = if method == "GET" { Operation::GetResourceGroup } else { Operation::Unknown },
            ["providers", "microsoft.keyvault", "vaults", below @ ..] => {
                self.vault = name(3);
                (self.operation, self.name) = match (method, below) {
                    ("GET", []) => (Operation::GetVaults, None),
                    ("GET", [_]) => (Operation::GetVault, None),
                    ("PATCH", [_]) => (Operation::UpdateVault, None),
                    ("PUT", [_]) => (Operation::CreateVault, None),
                    ("DELETE", [_]) => (Operation::DeleteVault, None),
                    ("PUT", [_, "accesspolicies", _]) => {
                        (Operation::UpdateAccessPolicies, last.map(|kind| kind.to_ascii_lowercase()))
                    }
                    ("GET", [_, "privateendpointconnections"]) => (Operation::ListConnections, None),
                    ("GET", [_, "privateendpointconnections", _]) => (Operation::GetConnection, last),
                    ("PUT", [_, "privateendpointconnections", _]) => (Operation::UpdateConnection, last),
                    ("DELETE", [_, "privateendpointconnections", _]) => (Operation::DeleteConnection, last),
                    _ => (Operation::Unknown, None),
                };
            }
            ["providers", "microsoft.network", "privateendpoints", below @ ..] => {
                (self.operation, self.name) = match (method, below) {
                    ("GET", []) => (Operation::ListPrivateEndpoints, None),
                    ("GET", [_]) => (Operation::GetPrivateEndpoint, last),
                    ("PUT", [_]) => (Operation::CreatePrivateEndpoint, last),
                    ("DELETE", [_]) => (Operation::DeletePrivateEndpoint, last),
                    _ => (Operation::Unknown, None),
                };
            }
            ["providers", "microsoft.network", "virtualnetworks", _, "subnets", _] if method == "GET" => {
                (self.operation, self.network, self.name) = (Operation::GetSubnet, name(3), last);
            }
            _ => {}
        }
    }

    /// The name that faults and counters know it by.
    pub(crate) fn name(&self) -> &'static str {
        self.entry().map_or("unknown", |(_, name, ..)| *name)
    }

    /// The action that it takes; `None` for one that takes none.
    pub(super) fn action(&self) -> Option<String> {
        if self.operation == Operation::RegisterProvider {
            return Some(format!("{}/register/action", self.own_name()));
        }
        self.entry().map(|(_, _, action, _)| (*action).to_owned()).filter(|action| !action.is_empty())
    }

    pub(super) fn family(&self) -> Option<Family> {
        self.entry().map(|(.., family)| *family)
    }

    fn entry(&self) -> Option<&'static (Operation, &'static str, &'static str, Family)> {
        OPERATIONS.iter().find(|(known, ..)| *known == self.operation)
    }

    /// What the operation itself names; empty where it names nothing.
    pub(super) fn own_name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The resource whose roles count.
    pub(super) fn scope(&self) -> String {
        let mut scope = format!("/subscriptions/{}", self.subscription);
        if let Some(resource_group) = &self.resource_group {
            scope.push_str(&format!("/resourceGroups/{resource_group}"));
        }
        if let Some(vault) = &self.vault {
            scope.push_str(&format!("/providers/Microsoft.KeyVault/vaults/{vault}"));
        }
        match (&self.network, &self.name) {
            (Some(network), Some(subnet)) => {
                scope.push_str(&format!("/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}"));
            }
            (None, Some(endpoint)) if self.resource_group.is_some() && self.vault.is_none() => {
                scope.push_str(&format!("/providers/Microsoft.Network/privateEndpoints/{endpoint}"));
            }
            (None, Some(connection))
                if matches!(
                    self.operation,
                    Operation::GetConnection | Operation::UpdateConnection | Operation::DeleteConnection
                ) =>
            {
                scope.push_str(&format!("/privateEndpointConnections/{connection}"));
            }
            _ => {}
        }
        scope
    }
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
        check(Method::DELETE, vault, "DeleteVault");
        check(Method::PUT, &format!("{vault}/accessPolicies/add"), "UpdateAccessPolicies");
        check(Method::GET, &format!("{vault}/privateEndpointConnections"), "ListConnections");
        check(Method::PUT, &format!("{vault}/privateEndpointConnections/c"), "UpdateConnection");
        check(Method::GET, &format!("{vault}/privateLinkResources"), "unknown");
        check(Method::GET, "subscriptions", "unknown");
        check(Method::GET, "subscriptions/s/resourceGroups", "unknown");
        let network = "subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
        check(Method::PUT, &format!("{network}/privateEndpoints/e"), "CreatePrivateEndpoint");
        check(Method::GET, &format!("{network}/privateEndpoints"), "ListPrivateEndpoints");
        check(Method::GET, "subscriptions/s/providers/Microsoft.Network/privateEndpoints", "ListPrivateEndpoints");
        check(Method::GET, &format!("{network}/virtualNetworks/v/subnets/s"), "GetSubnet");
        check(Method::PUT, &format!("{network}/virtualNetworks/v/subnets/s"), "unknown");
        check(Method::GET, "subscriptions/s/providers/Microsoft.Network", "GetProvider");
        check(Method::POST, "subscriptions/s/providers/Microsoft.Network/register", "RegisterProvider");
        let location = "subscriptions/s/providers/Microsoft.Network/locations/eastus";
        check(Method::GET, &format!("{location}/operations/1"), "GetOperation");
        check(Method::GET, &format!("{location}/operationResults/1"), "GetOperation");
        check(Method::GET, &format!("{vault}/providers/Microsoft.Authorization/permissions"), "GetPermissions");
        assert!(Route::of(&Method::GET, &["tenant", "oauth2", "v2.0", "token"]).is_none());
        assert!(Route::of(&Method::GET, &[]).is_none());
    }

    #[test]
    fn asks_roles_at_the_resource_itself() {
        let check = |path: &str, expected: &str| {
            let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            assert_eq!(Route::of(&Method::GET, &segments).unwrap().scope(), expected, "{path}");
        };
        for whole in [
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/G",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/privateEndpointConnections/c",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/e",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
        ] {
            check(whole, whole);
            if !whole.contains("Connections") && whole.contains("Groups") {
                check(&format!("{whole}/providers/Microsoft.Authorization/permissions"), whole);
            }
        }
        check("/subscriptions/s/providers/Microsoft.Network", "/subscriptions/s");
    }
}
