//! The customer's side: accounts, keys and roles in the simulated AWS, and what a customer does to them.
//! At Azure and Google there is a customer too, where a test asks for one: their keys take time to make.

// Named by their paths, because the tests of the door for keys read this file from another folder.
#[path = "cloud/azure.rs"]
pub(crate) mod azure;
#[path = "cloud/google.rs"]
pub(crate) mod google;
#[path = "cloud/networks.rs"]
pub(crate) mod networks;

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kms::config::{Credentials, Region};
use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use domain::customer_key::Policy;
use domain::customer_key::azure_key_vault::AzureEnvironment;
use domain::secret::SecretText;
use providers::{AwsPlace, aws_kms};
use serde_json::{Value, json};
use simulators::aws::{AccessKeyPair, Change, CreatedKey, NewKey};
use simulators::{Clouds, FaultKind, FaultRule, Options, Via};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use azure::AzureCustomer;
use google::GoogleCustomer;
use networks::USE_NETWORK;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const WIRE_REGION: &str = "US_EAST_1";
/// AWS's own example accounts.
pub(crate) const CUSTOMER: &str = "444455556666";
pub(crate) const OPERATOR: &str = "111122223333";
pub(crate) const OPERATOR_USER: &str = "atrest-operator";

/// How long the clouds take to make an endpoint, or to take one away.
const ENDPOINT_DELAY: Duration = Duration::from_millis(50);
/// How old a list of endpoints may be.
const SURVEY_EVERY: Duration = Duration::from_millis(20);

/// The simulated clouds, with a customer and an operator in AWS, and in the others if wanted.
pub(crate) struct Cloud {
    pub(crate) clouds: Clouds,
    pub(crate) operator: AccessKeyPair,
    /// The customer in person: may do everything in the account.
    pub(crate) admin: AccessKeyPair,
    /// May describe, encrypt and decrypt with every key of the account.
    pub(crate) user: AccessKeyPair,
    pub(crate) key: CreatedKey,
    /// Where the operator has endpoints made at AWS.
    aws_places: Vec<AwsPlace>,
    elsewhere: Option<(AzureCustomer, GoogleCustomer)>,
    // Last: the clouds let go of it before it is dropped.
    _dir: Option<TempDir>,
}

/// How many calls to keys came by which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyCalls {
    pub(crate) public: u64,
    /// By the first subnet, and by the second.
    pub(crate) private: [u64; 2],
}

impl Cloud {
    /// Starts with a customer in AWS alone.
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    async fn start_with(dir: Option<TempDir>) -> Self {
        let options = Options {
            dir: dir.as_ref().map(|dir| dir.path().to_owned()),
            aws_subnets: networks::aws_subnets(),
            azure_subnets: networks::azure_subnets(),
            ..Options::default()
        };
        let clouds = Clouds::start(options).await.unwrap();
        let aws = clouds.aws();
        aws.create_account_with_id("customer", CUSTOMER).await.unwrap();
        aws.create_account_with_id("operator", OPERATOR).await.unwrap();
        let admin = aws.create_user(CUSTOMER, "admin", Some(&allow(&["*"]))).await.unwrap();
        let may = [&["sts:AssumeRole"], USE_NETWORK].concat();
        let operator = aws.create_user(OPERATOR, OPERATOR_USER, Some(&allow(&may))).await.unwrap();
        let user = aws.create_user(CUSTOMER, "atrest", Some(&allow(USE_KEY))).await.unwrap();
        let new = NewKey { alias: "first".to_owned(), ..NewKey::default() };
        let key = aws.create_key(CUSTOMER, REGION, new).await.unwrap();
        let aws_places = networks::furnish_aws(aws).await;
        aws.set_endpoint_delay(ENDPOINT_DELAY);
        clouds.azure().set_endpoint_delay(ENDPOINT_DELAY).await.unwrap();
        Self { operator, admin, user, key, aws_places, elsewhere: None, clouds, _dir: dir }
    }

    /// Starts with a customer in every cloud. Their keys are made once: each test begins with a copy.
    pub(crate) async fn start_everywhere() -> Self {
        static FURNISHED: OnceCell<Vec<(OsString, Vec<u8>)>> = OnceCell::const_new();
        let furnished = FURNISHED
            .get_or_init(|| async {
                let dir = tempfile::tempdir().unwrap();
                let clouds = Options { dir: Some(dir.path().to_owned()), ..Options::default() };
                let clouds = Clouds::start(clouds).await.unwrap();
                tokio::join!(AzureCustomer::furnish(&clouds), GoogleCustomer::furnish(&clouds));
                clouds.shutdown().await;
                files_of(dir.path())
            })
            .await;
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in furnished {
            std::fs::write(dir.path().join(name), bytes).unwrap();
        }
        let aws = Self::start_with(Some(dir)).await;
        let elsewhere = tokio::join!(AzureCustomer::furnish(&aws.clouds), GoogleCustomer::furnish(&aws.clouds));
        Self { elsewhere: Some(elsewhere), ..aws }
    }

    /// The customer at Azure. Only in a house that was opened everywhere.
    #[track_caller]
    pub(crate) fn azure(&self) -> &AzureCustomer {
        &self.elsewhere.as_ref().expect("a house that is open everywhere").0
    }

    /// The customer at Google. Only in a house that was opened everywhere.
    #[track_caller]
    pub(crate) fn google(&self) -> &GoogleCustomer {
        &self.elsewhere.as_ref().expect("a house that is open everywhere").1
    }

    /// What the operator of the house says about AWS.
    pub(crate) fn aws_config(&self) -> aws_kms::Config {
        let endpoint = Some(self.clouds.aws_endpoint());
        aws_kms::Config {
            operator: aws_kms::OperatorIdentity::Static {
                access_key_id: self.operator.access_key_id.clone(),
                secret_access_key: Arc::new(SecretText::new(self.operator.expose_secret().to_owned())),
                session_token: None,
            },
            kms_endpoint: endpoint.clone(),
            sts_endpoint: endpoint.clone(),
            ec2_endpoint: endpoint,
            places: self.aws_places.clone(),
            survey_every: SURVEY_EVERY,
            ..aws_kms::Config::default()
        }
    }

    /// What the operator of the house says about Azure, with a place for endpoints in each of these regions.
    pub(crate) fn azure_config(&self, regions: &[&str]) -> providers::azure_key_vault::Config {
        let config = azure::config(&self.clouds);
        match &self.elsewhere {
            None => config,
            Some((customer, _)) => providers::azure_key_vault::Config {
                operator: customer.operator_identity(),
                places: customer.network.places(regions),
                survey_every: SURVEY_EVERY,
                ..config
            },
        }
    }

    /// What the operator of the house says about Google.
    pub(crate) fn google_config(&self) -> providers::gcp_kms::Config {
        let config = google::config(&self.clouds);
        match &self.elsewhere {
            None => config,
            Some((_, customer)) => providers::gcp_kms::Config { operator: customer.operator_identity(), ..config },
        }
    }

    /// The policy where it depends on where the clouds are.
    pub(crate) fn at_home(&self, policy: Policy) -> Policy {
        Policy {
            vault_suffixes: azure::suffixes(&self.clouds),
            google_token_uri: google::token_uri(&self.clouds),
            operator_azure_environment: self.elsewhere.as_ref().map(|_| AzureEnvironment::Azure),
            ..policy
        }
    }

    /// How many connections all clouds were asked for.
    pub(crate) fn connections(&self) -> u64 {
        let doors = [self.clouds.aws_connections(), self.clouds.azure_connections(), self.clouds.gcp_connections()];
        doors.iter().map(|door| door.accepted).sum()
    }

    /// Shifts the clocks of all clouds, and forgets every fault.
    pub(crate) fn shift_clocks(&self, ahead: Duration) {
        self.mend();
        let ahead = i64::try_from(ahead.as_millis()).unwrap();
        for rule in [FaultRule::aws, FaultRule::azure, FaultRule::gcp] {
            self.clouds.faults().push(rule("*", FaultKind::Skew).skew_ms(ahead)).unwrap();
        }
    }

    /// Breaks every call to every cloud until `mend`, or until the clocks are shifted.
    pub(crate) fn fail_everywhere(&self, kind: FaultKind) {
        for rule in [FaultRule::aws, FaultRule::azure, FaultRule::gcp] {
            self.clouds.faults().push(rule("*", kind)).unwrap();
        }
    }

    /// The body that enables all three providers with static credentials.
    pub(crate) fn whole_payload(&self) -> Value {
        together([self.payload(), self.azure().payload(), self.google().payload()])
    }

    pub(crate) async fn new_key(&self, alias: &str) -> CreatedKey {
        let new = NewKey { alias: alias.to_owned(), ..NewKey::default() };
        self.clouds.aws().create_key(CUSTOMER, REGION, new).await.unwrap()
    }

    pub(crate) async fn new_user(&self, name: &str, actions: &[&str]) -> AccessKeyPair {
        self.clouds.aws().create_user(CUSTOMER, name, Some(&allow(actions))).await.unwrap()
    }

    /// Makes a role of the customer's that the operator may assume with the external id.
    pub(crate) async fn new_role(&self, name: &str, external_id: &str) -> String {
        let trust = trust(external_id);
        self.clouds.aws().create_role(CUSTOMER, name, &trust, Some(&allow(USE_KEY))).await.unwrap()
    }

    /// Does what a customer can do in the console of AWS.
    pub(crate) async fn apply(&self, change: Change) {
        self.clouds.aws().apply(change).await.unwrap();
    }

    pub(crate) async fn disable_key(&self, key: &CreatedKey) {
        self.apply(Change::DisableKey(key.id.clone())).await;
    }

    pub(crate) async fn enable_key(&self, key: &CreatedKey) {
        self.apply(Change::EnableKey(key.id.clone())).await;
    }

    /// Breaks every call until `mend`.
    pub(crate) fn fail(&self, operation: &str, kind: FaultKind) {
        self.clouds.faults().push(FaultRule::aws(operation, kind)).unwrap();
    }

    pub(crate) fn mend(&self) {
        self.clouds.faults().clear();
    }

    pub(crate) fn requests(&self, operation: &str) -> u64 {
        self.clouds.aws().requests(operation)
    }

    /// How many calls to a cloud's keys came by the public door, and how many by each private one.
    pub(crate) fn key_calls(&self, cloud: simulators::Provider) -> KeyCalls {
        let (aws, azure) = (self.clouds.aws(), self.clouds.azure());
        let by = |via: &Via| match cloud {
            simulators::Provider::Aws => {
                ["Encrypt", "Decrypt", "DescribeKey"].map(|call| aws.requests_via(via, call)).iter().sum()
            }
            simulators::Provider::Azure => {
                ["Challenge", "GetKey", "Encrypt", "Decrypt"].map(|call| azure.requests_via(via, call)).iter().sum()
            }
            simulators::Provider::Gcp => 0,
        };
        let nets = match cloud {
            simulators::Provider::Azure => [networks::AZURE_CENTRAL, networks::AZURE_EAST_2],
            simulators::Provider::Aws | simulators::Provider::Gcp => [networks::AWS_EAST_1, networks::AWS_EAST_2],
        };
        KeyCalls { public: by(&Via::Public), private: nets.map(|net| by(&networks::via(net))) }
    }

    /// The ids of the endpoints that are there at AWS, whatever their state.
    pub(crate) fn aws_endpoints(&self) -> Vec<String> {
        self.clouds.aws().vpc_endpoints().into_iter().map(|endpoint| endpoint.id).collect()
    }

    /// Makes a key as only AWS's own API can, and gives its ARN.
    pub(crate) async fn strange_key(&self, spec: KeySpec, usage: KeyUsageType, origin: OriginType) -> String {
        let made = self.kms().create_key().key_spec(spec).key_usage(usage).origin(origin).send().await.unwrap();
        made.key_metadata.unwrap().arn.unwrap()
    }

    fn kms(&self) -> aws_sdk_kms::Client {
        let secret = self.admin.expose_secret().to_owned();
        let credentials = Credentials::new(&self.admin.access_key_id, secret, None, None, "test");
        let config = aws_sdk_kms::Config::builder()
            .behavior_version_latest()
            .endpoint_url(self.clouds.aws_endpoint())
            .region(Region::from_static(REGION))
            .credentials_provider(credentials)
            .http_client(HttpBuilder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https())
            .build();
        aws_sdk_kms::Client::from_conf(config)
    }

    /// The body that enables AWS with the first key and the user's access key.
    pub(crate) fn payload(&self) -> Value {
        self.payload_with(&self.key.arn, &self.user)
    }

    pub(crate) fn payload_with(&self, key: &str, user: &AccessKeyPair) -> Value {
        json!({"awsKms": {
            "enabled": true,
            "customerMasterKeyID": key,
            "region": WIRE_REGION,
            "accessKeyID": user.access_key_id,
            "secretAccessKey": user.expose_secret(),
        }})
    }

    pub(crate) fn role_payload(&self, role: &str) -> Value {
        json!({"awsKms": {
            "enabled": true,
            "customerMasterKeyID": self.key.arn,
            "region": WIRE_REGION,
            "roleId": role,
        }})
    }
}

/// What the clouds keep, but for what each start has of its own: its lock and its ports.
fn files_of(dir: &Path) -> Vec<(OsString, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let kept = entries.filter(|entry| !["lock", "ports.json"].iter().any(|name| entry.file_name() == *name));
    kept.map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap())).collect()
}

/// One body of several.
pub(crate) fn together(bodies: impl IntoIterator<Item = Value>) -> Value {
    let members = bodies.into_iter().flat_map(|body| body.as_object().unwrap().clone());
    Value::Object(members.collect())
}

pub(crate) const USE_KEY: &[&str] = &["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt"];

pub(crate) fn allow(actions: &[&str]) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}).to_string()
}

pub(crate) fn trust(external_id: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{OPERATOR}:user/{OPERATOR_USER}")},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }]})
    .to_string()
}
