//! From which addresses this service calls, and at which it is called, as dated 2023-11-15. It must not know the domain.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::schema::{Field, Kind, Schema, TEXT};

/// All addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlPlaneAddresses {
    /// Those it is called at; its operator tells them, not it.
    pub inbound: ByCloud,
    /// Those it calls from.
    pub outbound: ByCloud,
}

/// Addresses by the cloud that is called from them, and by region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ByCloud {
    /// For AWS.
    pub aws: BTreeMap<&'static str, Vec<String>>,
    /// For Azure.
    pub azure: BTreeMap<&'static str, Vec<String>>,
    /// For Google Cloud.
    pub gcp: BTreeMap<&'static str, Vec<String>>,
}

/// Stands for every region: we call all of them from the same addresses.
const EVERYWHERE: &str = "GLOBAL";

impl ControlPlaneAddresses {
    /// Makes the answer of a service that calls every cloud from these networks.
    pub fn calling_from(networks: &[String]) -> Self {
        let regions = || match networks {
            [] => BTreeMap::new(),
            _ => BTreeMap::from([(EVERYWHERE, networks.to_vec())]),
        };
        Self { inbound: ByCloud::default(), outbound: ByCloud { aws: regions(), azure: regions(), gcp: regions() } }
    }
}

/// The shape of all addresses.
pub static SCHEMA: Schema = Schema {
    name: Some("ControlPlaneIPAddresses"),
    description: "From which addresses this service calls key providers. Let them in where a provider has a firewall.",
    kind: Kind::Object {
        fields: &[
            Field::required("inbound", &BY_CLOUD, "Those it is called at. Not told here: its operator knows them."),
            Field::required("outbound", &BY_CLOUD, "Those it calls from, as far as its operator named them."),
        ],
        open: false,
    },
};

static BY_CLOUD: Schema = Schema {
    name: Some("ControlPlaneIPAddressesByCloud"),
    description: "Addresses by cloud and region; GLOBAL stands for every region.",
    kind: Kind::Object {
        fields: &[
            Field::required("aws", &REGIONS, "For AWS."),
            Field::required("azure", &REGIONS, "For Azure."),
            Field::required("gcp", &REGIONS, "For Google Cloud."),
        ],
        open: false,
    },
};
static REGIONS: Schema = Schema::inline(Kind::Map { values: &NETWORKS, max: 1000 });
static NETWORKS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 1000 });

#[cfg(test)]
mod tests {
    use super::ControlPlaneAddresses;

    #[test]
    fn calls_every_cloud_from_the_same_networks() {
        let text = |networks: &[&str]| {
            let networks: Vec<String> = networks.iter().map(|it| (*it).to_owned()).collect();
            serde_json::to_string(&ControlPlaneAddresses::calling_from(&networks)).unwrap()
        };
        let none = r#"{"aws":{},"azure":{},"gcp":{}}"#;
        assert_eq!(text(&[]), format!(r#"{{"inbound":{none},"outbound":{none}}}"#));
        let some = r#"{"aws":{"GLOBAL":["203.0.113.4/32"]},"azure":{"GLOBAL":["203.0.113.4/32"]},"gcp":{"GLOBAL":["203.0.113.4/32"]}}"#;
        assert_eq!(text(&["203.0.113.4/32"]), format!(r#"{{"inbound":{none},"outbound":{some}}}"#));
    }
}
