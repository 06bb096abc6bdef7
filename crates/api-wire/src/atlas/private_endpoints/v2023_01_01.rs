//! A private endpoint as dated 2023-01-01. It must not know the domain.

use serde::Serialize;

use super::{CLOUD_PROVIDER, CloudProvider};
use crate::atlas::regions::{AWS_REGIONS, AZURE_REGIONS, PRIVATE_ENDPOINT_REGIONS};
use crate::body::{Limits, parse};
use crate::fault::{Fault, FaultKind, quoted};
use crate::schema::{Field, Kind, OBJECT_ID, Schema, TEXT};

/// One private endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivateEndpoint {
    /// Which provider it leads to.
    pub cloud_provider: CloudProvider,
    /// Why it failed, or what stands in its way.
    pub error_message: Option<String>,
    /// Its id.
    pub id: String,
    /// What the provider calls the connection.
    pub private_endpoint_connection_name: Option<String>,
    /// The region it is in.
    pub region_name: String,
    /// How far it is.
    pub status: Status,
}

/// How far a private endpoint is.
/// Source: contract.md 2.5. Documents also misspell the first one; nobody sends that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is being made.
    Initiating,
    /// The customer has to approve it.
    PendingAcceptance,
    /// It is in use.
    Active,
    /// It could not be made.
    Failed,
    /// It was rejected or removed, and another takes its place.
    PendingRecreation,
    /// It is being removed.
    Deleting,
}

/// What a POST says about a private endpoint to be.
#[derive(Debug, PartialEq, Eq)]
pub struct PrivateEndpointCreate {
    /// The region it is to be in: one that the provider of the path has.
    pub region_name: String,
}

impl PrivateEndpointCreate {
    /// Reads the body of a POST for the provider that the path names.
    /// Errors: every fault of shape, at least one; a region that only another provider has is one, and so is another
    /// provider than that of the path.
    pub fn read(bytes: &[u8], provider: CloudProvider) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &CREATE_SCHEMA, Limits::default())?;
        let one = |fault| vec![fault];
        let mut faults = Vec::new();
        if let Some(named) = body.text("cloudProvider").map_err(one)?.value()
            && named != provider.as_str()
        {
            faults.push(not_one_of("cloudProvider", &named, only(provider)));
        }
        let region = body.text("regionName").map_err(one)?.value();
        let region_name = region.ok_or_else(|| one(Fault::at("regionName", FaultKind::Missing)))?;
        let regions = regions_of(provider);
        if !regions.contains(&region_name.as_str()) {
            faults.push(not_one_of("regionName", &region_name, regions));
        }
        if faults.is_empty() { Ok(Self { region_name }) } else { Err(faults) }
    }
}

fn not_one_of(field: &str, value: &str, allowed: &'static [&'static str]) -> Fault {
    Fault::at(field, FaultKind::NotInEnum { value: Some(quoted(value)), allowed })
}

const fn only(provider: CloudProvider) -> &'static [&'static str] {
    match provider {
        CloudProvider::Azure => &["AZURE"],
        CloudProvider::Aws => &["AWS"],
    }
}

/// Returns the regions of a provider.
const fn regions_of(provider: CloudProvider) -> &'static [&'static str] {
    match provider {
        CloudProvider::Azure => AZURE_REGIONS,
        CloudProvider::Aws => AWS_REGIONS,
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("EARPrivateEndpointCreate"),
    description: "A private endpoint to be.",
    kind: Kind::Object { fields: CREATE_FIELDS, open: false },
};

static CREATE_FIELDS: &[Field] = &[
    Field::optional("cloudProvider", &CLOUD_PROVIDER, "The provider; the one of the path, if it is there.").nullable(),
    Field::shown("errorMessage"),
    Field::shown("id"),
    Field::shown("privateEndpointConnectionName"),
    Field::required("regionName", &REGION, "The region to make it in: one of the provider's that the operator set up."),
    Field::shown("status"),
];

/// The shape of a private endpoint.
pub static SCHEMA: Schema = Schema {
    name: Some("EARPrivateEndpoint"),
    description: "A private network path from this service to a key provider.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("cloudProvider", &CLOUD_PROVIDER, "The provider it leads to."),
    Field::required("errorMessage", &TEXT, "Why it failed, or null.").nullable(),
    Field::required("id", &OBJECT_ID, "The private endpoint's id."),
    Field::required(
        "privateEndpointConnectionName",
        &TEXT,
        "Azure: the connection to approve in the key vault. AWS: the endpoint's id. Null as long as there is none.",
    )
    .nullable(),
    Field::required("regionName", &REGION, "The region it is in."),
    Field::required("status", &STATUS, "How far it is."),
];

static REGION: Schema = Schema::inline(Kind::OneOf(PRIVATE_ENDPOINT_REGIONS));

/// How far a private endpoint is.
pub static STATUS: Schema = Schema::inline(Kind::OneOf(&[
    "INITIATING",
    "PENDING_ACCEPTANCE",
    "ACTIVE",
    "FAILED",
    "PENDING_RECREATION",
    "DELETING",
]));

#[cfg(test)]
mod tests {
    use super::{CREATE_SCHEMA, PrivateEndpoint, PrivateEndpointCreate, SCHEMA, Status};
    use crate::atlas::private_endpoints::CloudProvider;
    use crate::body::{Limits, parse};
    use crate::fault::{Fault, FaultKind};

    fn read(body: &str, provider: CloudProvider) -> Result<String, Vec<(String, String)>> {
        let read = PrivateEndpointCreate::read(body.as_bytes(), provider);
        let told = |faults: Vec<Fault>| faults.into_iter().map(|fault| (fault.describe(), fault.path)).collect();
        read.map(|create| create.region_name).map_err(told)
    }

    #[track_caller]
    fn check(body: &str, provider: CloudProvider, fields: &[&str]) {
        let faults = read(body, provider).unwrap_err();
        let found: Vec<_> = faults.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(found, fields, "{body}");
    }

    #[test]
    fn reads_what_the_documents_and_terraform_send() {
        use CloudProvider::{Aws, Azure};
        assert_eq!(read(r#"{"regionName":"US_CENTRAL"}"#, Azure).unwrap(), "US_CENTRAL");
        assert_eq!(read(r#"{"cloudProvider":"AZURE","regionName":"US_EAST_2"}"#, Azure).unwrap(), "US_EAST_2");
        assert_eq!(read(r#"{"cloudProvider":"AWS","regionName":"US_EAST_2"}"#, Aws).unwrap(), "US_EAST_2");
        let echoed = r#"{"cloudProvider":null,"errorMessage":null,"id":"x","privateEndpointConnectionName":"","regionName":"US_EAST","status":"INITATING"}"#;
        assert_eq!(read(echoed, Azure).unwrap(), "US_EAST");
    }

    #[test]
    fn tells_every_fault_at_once() {
        use CloudProvider::{Aws, Azure};
        for provider in [Azure, Aws] {
            check("{}", provider, &["regionName"]);
            check(r#"{"regionName":null}"#, provider, &["regionName"]);
            check(r#"{"regionName":["US_EAST_2"]}"#, provider, &["regionName"]);
            check(r#"{"regionName":"us-east-2"}"#, provider, &["regionName"]);
            check(r#"{"regionName":"EASTERN_US"}"#, provider, &["regionName"]);
            check(r#"{"regionName":"US_EAST_2","cloudProvider":"GCP"}"#, provider, &["cloudProvider"]);
            check(r#"{"regionName":"US_EAST_2","region":"x"}"#, provider, &["region"]);
        }
        check(r#"{"regionName":"US_CENTRAL"}"#, Aws, &["regionName"]);
        check(r#"{"regionName":"US_EAST_1"}"#, Azure, &["regionName"]);
        check(r#"{"regionName":"US_EAST_1","cloudProvider":"AWS"}"#, Azure, &["cloudProvider", "regionName"]);
        let faults = read(r#"{"regionName":"US_EAST_2","cloudProvider":"AWS"}"#, Azure).unwrap_err();
        assert_eq!(faults[0].0, "cloudProvider must be AZURE, not \"AWS\".");
        let faults = PrivateEndpointCreate::read(b"{}", Azure).unwrap_err();
        assert!(matches!(faults.as_slice(), [Fault { kind: FaultKind::Missing, .. }]), "{faults:?}");
    }

    #[test]
    fn writes_every_status_as_its_schema_says_and_takes_it_back() {
        use Status::{Active, Deleting, Failed, Initiating, PendingAcceptance, PendingRecreation};
        for status in [Initiating, PendingAcceptance, Active, Failed, PendingRecreation, Deleting] {
            let endpoint = PrivateEndpoint {
                cloud_provider: CloudProvider::Azure,
                error_message: (status == Failed).then(|| "not made within 20 minutes".to_owned()),
                id: "32b6e34b3d91647abb20e7b8".to_owned(),
                private_endpoint_connection_name: (status == Active).then(|| "atrest-1".to_owned()),
                region_name: "US_CENTRAL".to_owned(),
                status,
            };
            let text = serde_json::to_string(&endpoint).unwrap();
            parse(text.as_bytes(), &SCHEMA, Limits::default()).unwrap();
            parse(text.as_bytes(), &CREATE_SCHEMA, Limits::default()).unwrap();
            if status == Initiating {
                assert_eq!(
                    text,
                    r#"{"cloudProvider":"AZURE","errorMessage":null,"id":"32b6e34b3d91647abb20e7b8","privateEndpointConnectionName":null,"regionName":"US_CENTRAL","status":"INITIATING"}"#
                );
            }
        }
    }
}
