//! The customer's side: accounts, keys and roles in the simulated AWS, and what a customer does to them.

use aws_sdk_kms::config::{Credentials, Region};
use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde_json::{Value, json};
use simulators::aws::{AccessKeyPair, Change, CreatedKey, NewKey};
use simulators::{Clouds, FaultKind, FaultRule, Options};

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const WIRE_REGION: &str = "US_EAST_1";
/// AWS's own example accounts.
pub(crate) const CUSTOMER: &str = "444455556666";
pub(crate) const OPERATOR: &str = "111122223333";
pub(crate) const OPERATOR_USER: &str = "atrest-operator";

/// A simulated AWS with a customer and an operator in it.
pub(crate) struct Cloud {
    pub(crate) clouds: Clouds,
    pub(crate) operator: AccessKeyPair,
    /// The customer in person: may do everything in the account.
    pub(crate) admin: AccessKeyPair,
    /// May describe, encrypt and decrypt with every key of the account.
    pub(crate) user: AccessKeyPair,
    pub(crate) key: CreatedKey,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let clouds = Clouds::start(Options::default()).await.unwrap();
        let aws = clouds.aws();
        aws.create_account_with_id("customer", CUSTOMER).await.unwrap();
        aws.create_account_with_id("operator", OPERATOR).await.unwrap();
        let admin = aws.create_user(CUSTOMER, "admin", Some(&allow(&["*"]))).await.unwrap();
        let operator = aws.create_user(OPERATOR, OPERATOR_USER, Some(&allow(&["sts:AssumeRole"]))).await.unwrap();
        let user = aws.create_user(CUSTOMER, "atrest", Some(&allow(USE_KEY))).await.unwrap();
        let new = NewKey { alias: "first".to_owned(), ..NewKey::default() };
        let key = aws.create_key(CUSTOMER, REGION, new).await.unwrap();
        Self { operator, admin, user, key, clouds }
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
