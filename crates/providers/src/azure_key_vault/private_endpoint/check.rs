//! Whether endpoints could be made in the operator's places: for `atrest config check`, in words that say what is
//! missing. Must not know what is done about it.

use std::collections::BTreeSet;

use domain::private_endpoint::PrivateProvider;
use domain::validity::{Failure, ForeignText};
use ipnet::IpNet;
use serde_json::Value;

use super::super::{Azure, OperatorIdentity};
use super::arm::{Call, NETWORK, Told};
use super::refusal::{Deed, Verdict, judge};
use super::{AzurePlace, resource_group_in};
use crate::private_endpoint::EndpointTrouble;
use crate::registry::ConfigFault;
use crate::session::Freshness;

/// The version of Resource Manager's answers about providers that we read.
const PROVIDERS: &str = "2021-04-01";
/// The version of Microsoft.Authorization that we speak.
const AUTHORIZATION: &str = "2022-04-01";
/// What the operator's application does in a place's resource group.
const IN_RESOURCE_GROUP: &[&str] = &[
    "Microsoft.Network/privateEndpoints/read",
    "Microsoft.Network/privateEndpoints/write",
    "Microsoft.Network/privateEndpoints/delete",
];
/// What it does with the subnet.
const IN_SUBNET: &[&str] =
    &["Microsoft.Network/virtualNetworks/subnets/read", "Microsoft.Network/virtualNetworks/subnets/join/action"];
const SETTING: &str = "azure.private_endpoints";

/// Finds what is wrong with the places before anything is asked.
pub(in super::super) fn faults(places: &[AzurePlace], operator: &OperatorIdentity) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    let mut tell = |fault: String| faults.push(ConfigFault { setting: SETTING, fault });
    if !places.is_empty() && matches!(operator, OperatorIdentity::None) {
        tell("endpoints are made by the operator's application: azure.operator is missing".to_owned());
    }
    let mut regions = BTreeSet::new();
    for place in places {
        let region = place.region.as_str();
        if place.region.provider() != PrivateProvider::AzureKeyVault {
            tell(format!("{region}: not a region of Azure"));
        }
        if !regions.insert(&place.region) {
            tell(format!("{region}: is there twice"));
        }
        if place.location.is_empty() || !place.location.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            tell(format!("{region}: the location is not spelled as Azure does, e.g. eastus2"));
        }
        if !is_subnet(&place.subnet) {
            tell(format!("{region}: the subnet is not given by its resource id"));
        }
        if place.addresses.is_empty() {
            tell(format!("{region}: no addresses are given that endpoints may have"));
        }
    }
    faults
}

fn is_subnet(id: &str) -> bool {
    let shape = [
        Some("subscriptions"),
        None,
        Some("resourceGroups"),
        None,
        Some("providers"),
        Some("Microsoft.Network"),
        Some("virtualNetworks"),
        None,
        Some("subnets"),
        None,
    ];
    let Some(rest) = id.strip_prefix('/') else { return false };
    let segments: Vec<&str> = rest.split('/').collect();
    segments.len() == shape.len()
        && segments.iter().zip(shape).all(|(segment, wanted)| match wanted {
            Some(wanted) => segment.eq_ignore_ascii_case(wanted),
            None => !segment.is_empty() && !matches!(*segment, "." | "..") && !segment.contains(['?', '#', '%']),
        })
}

impl Azure {
    /// Asks whether endpoints could be made in each place.
    pub(crate) async fn check_places(&self) -> Vec<ConfigFault> {
        let places: Vec<&AzurePlace> = self.endpoints.places.values().collect();
        if places.is_empty() {
            return Vec::new();
        }
        if let Err(refused) = self.operator.at_home(Freshness::Unexpired).await {
            let fault = format!("the operator's application gets no token: {}", told_by(&refused.failure, self));
            return vec![ConfigFault { setting: SETTING, fault }];
        }
        let mut faults = Vec::new();
        let mut subscriptions = BTreeSet::new();
        for place in places {
            let region = place.region.as_str();
            let mut found = Vec::new();
            if subscriptions.insert(place.subscription.as_str().to_ascii_lowercase()) {
                found.extend(self.check_registration(place).await.err());
            }
            found.extend(self.check_subnet(place).await.err());
            found.extend(
                self.check_permissions(&resource_group_in(place), "the resource group", IN_RESOURCE_GROUP).await.err(),
            );
            found.extend(self.check_permissions(&place.subnet, "the subnet", IN_SUBNET).await.err());
            faults.extend(
                found.into_iter().map(|fault| ConfigFault { setting: SETTING, fault: format!("{region}: {fault}") }),
            );
        }
        faults
    }

    /// Whoever only makes endpoints need not be allowed to ask this: then the first endpoint tells.
    async fn check_registration(&self, place: &AzurePlace) -> Result<(), String> {
        let subscription = format!("/subscriptions/{}", place.subscription.as_str());
        let answer = match self.read(&subscription, &["providers", "Microsoft.Network"], PROVIDERS).await {
            Ok(answer) => answer,
            Err((Verdict::Refused, _)) => return Ok(()),
            Err((Verdict::Later | Verdict::Gone, words)) => {
                return Err(format!("whether Microsoft.Network is registered: {}", words.as_str()));
            }
        };
        let state = answer.get("registrationState").and_then(Value::as_str).unwrap_or("not told");
        if state.eq_ignore_ascii_case("Registered") {
            return Ok(());
        }
        let subscription = place.subscription.as_str();
        Err(format!("the provider Microsoft.Network is not registered in subscription {subscription} ({state})"))
    }

    async fn check_subnet(&self, place: &AzurePlace) -> Result<(), String> {
        let answer = self.read(&place.subnet, &[], NETWORK).await;
        let answer = answer.map_err(|(_, words)| format!("subnet {}: {}", place.subnet, words.as_str()))?;
        let properties = answer.get("properties").cloned().unwrap_or_default();
        let one = properties.get("addressPrefix").into_iter();
        let many = properties.get("addressPrefixes").and_then(Value::as_array).into_iter().flatten();
        let prefixes: Vec<&str> = one.chain(many).filter_map(Value::as_str).collect();
        let networks = prefixes.iter().filter_map(|prefix| prefix.parse::<IpNet>().ok());
        let networks: Vec<IpNet> = networks.collect();
        let overlap =
            place.addresses.iter().any(|own| networks.iter().any(|its| own.contains(its) || its.contains(own)));
        if overlap {
            return Ok(());
        }
        let own: Vec<String> = place.addresses.iter().map(ToString::to_string).collect();
        Err(format!("the subnet has {}, none of which is within {}", prefixes.join(", "), own.join(", ")))
    }

    async fn check_permissions(&self, scope: &str, what: &str, wanted: &[&str]) -> Result<(), String> {
        let answer = self.read(scope, &["providers", "Microsoft.Authorization", "permissions"], AUTHORIZATION).await;
        let answer = answer.map_err(|(_, words)| format!("what may be done in {what}: {}", words.as_str()))?;
        let given = answer.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
        let missing: Vec<&str> = wanted.iter().copied().filter(|action| !is_given(&given, action)).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("in {what} permissions are missing: {}", missing.join(", ")))
        }
    }

    async fn read(&self, scope: &str, rest: &[&str], version: &str) -> Result<Value, (Verdict, ForeignText)> {
        let later = |trouble: EndpointTrouble| (Verdict::Later, trouble.words);
        let url = self.endpoints.arm.at(scope, rest, version).map_err(later)?;
        let told: Told = self.endpoints.arm.ask(&self.operator, Call::get(&url)).await.map_err(later)?;
        if told.is_success() {
            return told.read().map_err(later);
        }
        let judged = judge(Deed::Look, &told);
        Err(match judged.verdict {
            Verdict::Gone => (Verdict::Gone, ForeignText::tame("it is not there", &[])),
            Verdict::Refused | Verdict::Later => (judged.verdict, judged.words),
        })
    }
}

/// Tells why the operator's application is refused: to the operator alone.
fn told_by(failure: &Failure, azure: &Azure) -> String {
    let noted = azure.health.identity_fault().map(|fault| fault.message.as_str().to_owned());
    let said = failure.provider_message.as_ref().map(|message| message.as_str().to_owned());
    said.or(noted).unwrap_or_else(|| failure.reason.code().to_owned())
}

/// Tells whether one of the grants covers an action. What a grant takes away again it does not cover.
fn is_given(grants: &[Value], action: &str) -> bool {
    let any = |grant: &Value, list: &str| {
        let patterns = grant.get(list).and_then(Value::as_array);
        patterns.into_iter().flatten().filter_map(Value::as_str).any(|pattern| covers(pattern, action))
    };
    grants.iter().any(|grant| any(grant, "actions") && !any(grant, "notActions"))
}

/// Tells whether a pattern with stars covers an action, in any case.
fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| action.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece).and_then(|at| rest.get(at.saturating_add(piece.len())..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_covers_what_it_says() {
        let check = |pattern, action, expected| assert_eq!(covers(pattern, action), expected, "{pattern} {action}");
        let write = "Microsoft.Network/privateEndpoints/write";
        check("*", write, true);
        check("microsoft.network/*", write, true);
        check("Microsoft.Network/privateEndpoints/write", write, true);
        check("Microsoft.Network/*/write", write, true);
        check("*/write", write, true);
        check("*/read", write, false);
        check("Microsoft.Network/privateEndpoints/*", write, true);
        check("Microsoft.Network/privateEndpoints", write, false);
        check("Microsoft.Network/virtualNetworks/*", write, false);
        check("", write, false);
        check("Microsoft.Network/*/*/action", "Microsoft.Network/virtualNetworks/subnets/join/action", true);
    }

    #[test]
    fn what_is_taken_away_is_not_given() {
        let given = |grants: Value| is_given(grants.as_array().unwrap(), "Microsoft.Network/privateEndpoints/delete");
        assert!(given(json!([{"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Delete"]}])));
        assert!(!given(json!([{"actions": ["*"], "notActions": ["*/delete"]}])));
        assert!(given(json!([{"actions": ["*"], "notActions": ["*/delete"]}, {"actions": ["*/delete"]}])));
        assert!(!given(json!([])) && !given(json!([{}])));
    }

    #[test]
    fn a_subnet_is_named_whole() {
        let whole = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
        assert!(is_subnet(whole) && is_subnet(&whole.to_lowercase()));
        for odd in
            ["", "n", &whole[1..], &format!("{whole}/x"), &whole.replace("/v/", "/../"), &whole.replace("/n", "/")]
        {
            assert!(!is_subnet(odd), "{odd}");
        }
    }
}
