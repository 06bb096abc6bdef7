//! How a project's key calls leave, and what that means for its clusters. It must not know how that is found out.

use serde::Serialize;

use super::validity::{PROVIDER, Provider};
use crate::atlas::private_endpoints::v2023_01_01::{STATUS, Status};
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TEXT};

/// How a project's key calls leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Networking {
    /// Its clusters, by name.
    pub clusters: Vec<ClusterNetworking>,
    /// The project.
    pub group_id: String,
    /// The providers that can be reached over private endpoints.
    pub providers: Vec<ProviderNetworking>,
}

/// How key calls to one provider leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderNetworking {
    /// The regions with an endpoint in use.
    pub active_regions: Vec<String>,
    /// Whether the provider is enabled.
    pub enabled: bool,
    /// How key calls leave, and what to do next, in words.
    pub explanation: String,
    /// How key calls leave.
    pub path: Path,
    /// The endpoints, whatever their state.
    pub private_endpoints: Vec<EndpointNetworking>,
    /// Which provider.
    pub provider: Provider,
    /// Whether the settings ask for private networking.
    pub require_private_networking: bool,
}

/// How key calls leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Path {
    /// By the provider's public address.
    Public,
    /// By private endpoints only.
    Private,
    /// Not at all: by private endpoints only, and none is active.
    NoPrivateEndpoint,
}

/// One private endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointNetworking {
    /// What to do where the connection's name at the provider could not be read.
    pub hint: Option<String>,
    /// Its id.
    pub id: String,
    /// Its region.
    pub region_name: String,
    /// How far it is.
    pub status: Status,
}

/// What a project's networking means for a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworking {
    /// Whether it is disabled because of private networking.
    pub disabled: bool,
    /// The provider of its customer key.
    pub encryption_at_rest_provider: ClusterProvider,
    /// Its name.
    pub name: String,
    /// A stable code for why it stands as it does.
    pub reason: Reason,
    /// The same in words, with what to do.
    pub reason_detail: String,
    /// Its regions that have no endpoint in use.
    pub regions_without_endpoint: Vec<String>,
    /// Whether its keys travel over private endpoints only.
    pub require_private_networking: Standing,
}

/// The provider of a cluster's customer key, as clusters name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ClusterProvider {
    /// AWS KMS
    Aws,
    /// Azure Key Vault
    Azure,
    /// Google Cloud KMS
    Gcp,
    /// No customer key.
    None,
}

/// Whether a cluster's keys travel over private endpoints only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Standing {
    /// They do.
    Active,
    /// They do not.
    Inactive,
}

/// Why a cluster stands as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// Its keys travel over private endpoints.
    PrivateEndpoints,
    /// It has no customer key.
    NoCustomerKey,
    /// Its provider cannot be reached over private endpoints.
    ProviderNotSupported,
    /// The settings do not ask for it.
    NotRequired,
    /// The settings ask for it, and the first endpoint is not active yet.
    AwaitingPrivateEndpoint,
    /// Nodes of it are in regions without an endpoint.
    RegionsWithoutPrivateEndpoint,
    /// No endpoint is active any more.
    NoPrivateEndpoint,
    /// It is in several clouds.
    MultiCloud,
    /// It is hosted elsewhere than its key.
    HostedElsewhere,
}

/// The shape of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("Networking"),
    description: "How a project's key calls leave, and what that means for its clusters.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("clusters", &CLUSTERS, "One entry for each cluster, by name."),
    Field::required("groupId", &OBJECT_ID, "The project."),
    Field::required("providers", &PROVIDERS, "One entry for each provider that can be reached over private endpoints."),
];

static CLUSTERS: Schema = Schema::inline(Kind::List { items: &CLUSTER, max: 100_000 });
static PROVIDERS: Schema = Schema::inline(Kind::List { items: &PROVIDER_NETWORKING, max: 2 });
static ENDPOINTS: Schema = Schema::inline(Kind::List { items: &ENDPOINT, max: 1000 });
static REGIONS: Schema = Schema::inline(Kind::List { items: &TEXT, max: 1000 });

static PROVIDER_NETWORKING: Schema = Schema {
    name: Some("ProviderNetworking"),
    description: "How a project's key calls to one provider leave.",
    kind: Kind::Object { fields: PROVIDER_FIELDS, open: false },
};

static PROVIDER_FIELDS: &[Field] = &[
    Field::required("activeRegions", &REGIONS, "The regions with an endpoint in use."),
    Field::required("enabled", &FLAG, "Whether the provider is enabled."),
    Field::required("explanation", &TEXT, "How key calls leave, and what to do next."),
    Field::required("path", &PATH, "How key calls leave."),
    Field::required("privateEndpoints", &ENDPOINTS, "The private endpoints, whatever their state; oldest first."),
    Field::required("provider", &PROVIDER, "Which provider."),
    Field::required("requirePrivateNetworking", &FLAG, "Whether the settings ask for private networking."),
];

static PATH: Schema = Schema::inline(Kind::OneOf(&["PUBLIC", "PRIVATE", "NO_PRIVATE_ENDPOINT"]));

static ENDPOINT: Schema = Schema {
    name: Some("EndpointNetworking"),
    description: "One private endpoint.",
    kind: Kind::Object { fields: ENDPOINT_FIELDS, open: false },
};

static ENDPOINT_FIELDS: &[Field] = &[
    Field::required("hint", &TEXT, "What to do where the connection's name at the provider could not be read.")
        .nullable(),
    Field::required("id", &OBJECT_ID, "The private endpoint's id."),
    Field::required("regionName", &TEXT, "The region it is in."),
    Field::required("status", &STATUS, "How far it is."),
];

static CLUSTER: Schema = Schema {
    name: Some("ClusterNetworking"),
    description: "What a project's networking means for one cluster.",
    kind: Kind::Object { fields: CLUSTER_FIELDS, open: false },
};

static CLUSTER_FIELDS: &[Field] = &[
    Field::required("disabled", &FLAG, "Whether the cluster is shown as paused because of private networking."),
    Field::required("encryptionAtRestProvider", &CLUSTER_PROVIDER, "The provider of its customer key."),
    Field::required("name", &TEXT, "The cluster's name."),
    Field::required("reason", &REASON, "A stable code for why it stands as it does."),
    Field::required("reasonDetail", &TEXT, "The same in words, with what to do."),
    Field::required("regionsWithoutEndpoint", &REGIONS, "Its regions that have no endpoint in use."),
    Field::required("requirePrivateNetworking", &STANDING, "Whether its keys travel over private endpoints only."),
];

static CLUSTER_PROVIDER: Schema = Schema::inline(Kind::OneOf(&["AWS", "AZURE", "GCP", "NONE"]));
static STANDING: Schema = Schema::inline(Kind::OneOf(&["ACTIVE", "INACTIVE"]));
static REASON: Schema = Schema::inline(Kind::OneOf(&[
    "PRIVATE_ENDPOINTS",
    "NO_CUSTOMER_KEY",
    "PROVIDER_NOT_SUPPORTED",
    "NOT_REQUIRED",
    "AWAITING_PRIVATE_ENDPOINT",
    "REGIONS_WITHOUT_PRIVATE_ENDPOINT",
    "NO_PRIVATE_ENDPOINT",
    "MULTI_CLOUD",
    "HOSTED_ELSEWHERE",
]));

#[cfg(test)]
mod tests {
    use super::{
        ClusterNetworking, ClusterProvider, EndpointNetworking, Networking, Path, Provider, ProviderNetworking, Reason,
        SCHEMA, Standing, Status,
    };
    use crate::body::{Limits, parse};

    const ID: &str = "32b6e34b3d91647abb20e7b8";

    fn provider(path: Path) -> ProviderNetworking {
        ProviderNetworking {
            active_regions: vec!["US_CENTRAL".to_owned()],
            enabled: true,
            explanation: "Key calls leave by a private endpoint.".to_owned(),
            path,
            private_endpoints: vec![EndpointNetworking {
                hint: Some("let the principal read the vault".to_owned()),
                id: ID.to_owned(),
                region_name: "US_CENTRAL".to_owned(),
                status: Status::Active,
            }],
            provider: Provider::Azure,
            require_private_networking: true,
        }
    }

    fn cluster(reason: Reason, of: ClusterProvider, standing: Standing) -> ClusterNetworking {
        ClusterNetworking {
            disabled: matches!(reason, Reason::MultiCloud | Reason::HostedElsewhere),
            encryption_at_rest_provider: of,
            name: "cluster0".to_owned(),
            reason,
            reason_detail: "Because.".to_owned(),
            regions_without_endpoint: Vec::new(),
            require_private_networking: standing,
        }
    }

    #[test]
    fn writes_every_word_as_its_schema_says() {
        use Reason as R;
        let reasons = [
            R::PrivateEndpoints,
            R::NoCustomerKey,
            R::ProviderNotSupported,
            R::NotRequired,
            R::AwaitingPrivateEndpoint,
            R::RegionsWithoutPrivateEndpoint,
            R::NoPrivateEndpoint,
            R::MultiCloud,
            R::HostedElsewhere,
        ];
        let mut clusters: Vec<_> =
            reasons.map(|reason| cluster(reason, ClusterProvider::Azure, Standing::Active)).into();
        let providers = [ClusterProvider::Aws, ClusterProvider::Azure, ClusterProvider::Gcp, ClusterProvider::None];
        clusters.extend(providers.map(|of| cluster(R::NotRequired, of, Standing::Inactive)));
        for paths in [[Path::Public, Path::Private], [Path::Private, Path::NoPrivateEndpoint]] {
            let networking = Networking {
                clusters: clusters.clone(),
                group_id: ID.to_owned(),
                providers: paths.map(provider).into(),
            };
            let text = serde_json::to_string(&networking).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
        }
        let none = serde_json::to_string(&cluster(R::NoCustomerKey, ClusterProvider::None, Standing::Inactive));
        assert_eq!(
            none.unwrap(),
            r#"{"disabled":false,"encryptionAtRestProvider":"NONE","name":"cluster0","reason":"NO_CUSTOMER_KEY","reasonDetail":"Because.","regionsWithoutEndpoint":[],"requirePrivateNetworking":"INACTIVE"}"#
        );
    }
}
