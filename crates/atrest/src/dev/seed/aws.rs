//! The simulated AWS of dev mode: a customer's account with a key, an operator's account, and the role
//! that lets one use the other's.

use std::sync::Arc;

use anyhow::Context as _;
use control::Control;
use domain::customer_key::aws_kms::AwsKmsChange;
use domain::customer_key::{CustomerKeyChange, Patch};
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::RoleIdentity;
use domain::secret::SecretText;
use providers::AwsPlace;
use providers::aws_kms::{self, OperatorIdentity};
use serde_json::{Value, json};
use simulators::Clouds;
use simulators::aws::{AccessKeyPair, CreatedKey, NewKey};

use crate::dev::dev_json::{AccessKeyPart, AwsPart};
use crate::dev::place::DevPlace;

const REGION: &str = "us-east-1";
/// The same region as settings spell it.
const WIRE_REGION: &str = "US_EAST_1";
/// AWS's own example accounts.
const CUSTOMER_ACCOUNT: &str = "444455556666";
const OPERATOR_ACCOUNT: &str = "111122223333";
const OPERATOR: &str = "atrest-operator";
const NETWORK: &str = "atrest";
const ROLE_NAME: &str = "atrest-role";
const KEY_ALIAS: &str = "atrest-dev";

/// What the simulated AWS holds for us.
pub(super) struct SeededAws {
    operator: AccessKeyPair,
    customer: AccessKeyPair,
    user: AccessKeyPair,
    key: CreatedKey,
    endpoint: String,
    places: Vec<AwsPlace>,
}

/// Furnishes the simulated AWS, or finds it furnished.
/// Errors: the simulator refuses.
pub(super) async fn seed(clouds: &Clouds, places: &[DevPlace]) -> anyhow::Result<SeededAws> {
    let aws = clouds.aws();
    let customer_account = aws.create_account_with_id("customer", CUSTOMER_ACCOUNT).await?;
    let operator_account = aws.create_account_with_id("operator", OPERATOR_ACCOUNT).await?;
    let customer = aws.create_user(&customer_account, "customer-admin", Some(&allow("*", "*"))).await?;
    let assume = allow("sts:AssumeRole", "*");
    let operator = aws.create_user(&operator_account, OPERATOR, Some(&assume)).await?;
    aws.put_user_policy(&operator_account, OPERATOR, "private-endpoints", &make_endpoints()).await?;
    let mut made = Vec::with_capacity(places.len());
    for place in places {
        made.push(furnish(clouds, &operator_account, place).await?);
    }
    let new = NewKey { alias: KEY_ALIAS.to_owned(), description: "for atrest dev".to_owned(), ..NewKey::default() };
    let key = aws.create_key(&customer_account, REGION, new).await?;
    let user = aws.create_user(&customer_account, "atrest-user", Some(&use_keys())).await?;
    Ok(SeededAws { operator, customer, user, key, endpoint: clouds.aws_endpoint(), places: made })
}

/// Makes the network of a place, or finds it.
async fn furnish(clouds: &Clouds, account: &str, place: &DevPlace) -> anyhow::Result<AwsPlace> {
    let region = place.region()?;
    let name = region.aws_name().context("a place is in a region of AWS")?;
    let vpc = clouds.aws().create_vpc(account, &name, NETWORK).await?;
    let subnet = clouds.aws().create_subnet(&vpc.id, place.subnet, place.address).await?;
    Ok(AwsPlace {
        region,
        vpc: vpc.id,
        subnets: vec![subnet],
        security_groups: vec![vpc.security_group],
        addresses: place.addresses()?,
    })
}

impl SeededAws {
    /// Gives the provider's settings.
    pub(super) fn config(&self) -> aws_kms::Config {
        aws_kms::Config {
            operator: OperatorIdentity::Static {
                access_key_id: self.operator.access_key_id.clone(),
                secret_access_key: Arc::new(SecretText::new(self.operator.expose_secret().to_owned())),
                session_token: None,
            },
            account_arn: Some(operator_arn()),
            kms_endpoint: Some(self.endpoint.clone()),
            sts_endpoint: Some(self.endpoint.clone()),
            ec2_endpoint: Some(self.endpoint.clone()),
            places: self.places.clone(),
            ..aws_kms::Config::default()
        }
    }

    /// Makes a role that the project can use, and gives its id.
    /// Errors: those of the use cases and of the simulator.
    pub(super) async fn admit(
        &self,
        clouds: &Clouds,
        control: &Control,
        project: ProjectId,
    ) -> anyhow::Result<ProviderRoleId> {
        let role = control.create_aws_role(project).await?;
        let RoleIdentity::Aws { external_id, .. } = &role.identity else {
            anyhow::bail!("a role of AWS is one of another cloud");
        };
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": operator_arn()},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }]});
        let trust = trust.to_string();
        let aws = clouds.aws();
        let role_arn = aws.create_role(CUSTOMER_ACCOUNT, ROLE_NAME, &trust, Some(&use_keys())).await?;
        // A role of an earlier database asks for that one's external id.
        aws.update_role_trust(CUSTOMER_ACCOUNT, ROLE_NAME, &trust).await?;
        let role = control.authorize_aws_role(role, &role_arn).await.context("authorize the role of AWS")?;
        Ok(role.id)
    }

    /// Asks for the customer key, with the user's access key.
    pub(super) fn change(&self) -> CustomerKeyChange {
        CustomerKeyChange::AwsKms(AwsKmsChange {
            enabled: Patch::Value(true),
            customer_master_key_id: Patch::Value(self.key.arn.clone()),
            region: Patch::Value(WIRE_REGION.to_owned()),
            access_key_id: Patch::Value(self.user.access_key_id.clone()),
            secret_access_key: Some(Arc::new(SecretText::new(self.user.expose_secret().to_owned()))),
            ..AwsKmsChange::default()
        })
    }

    /// Tells a program what it needs to know.
    pub(super) fn part(&self, role: &str) -> AwsPart {
        let payload = |credentials: Value| {
            let mut settings = json!({
                "enabled": true,
                "customerMasterKeyID": self.key.arn,
                "region": WIRE_REGION,
            });
            super::extend(&mut settings, credentials);
            json!({"awsKms": settings})
        };
        AwsPart {
            endpoint: self.endpoint.clone(),
            region: REGION.to_owned(),
            customer: AccessKeyPart {
                access_key_id: self.customer.access_key_id.clone(),
                secret_access_key: self.customer.expose_secret().to_owned(),
            },
            key_id: self.key.id.clone(),
            payload: payload(json!({
                "accessKeyID": self.user.access_key_id,
                "secretAccessKey": self.user.expose_secret(),
            })),
            role_payload: payload(json!({ "roleId": role })),
        }
    }
}

fn operator_arn() -> String {
    format!("arn:aws:iam::{OPERATOR_ACCOUNT}:user/{OPERATOR}")
}

fn allow(action: &str, resource: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
        .to_string()
}

/// What making private endpoints needs. Source: docs/private-endpoints.md.
fn make_endpoints() -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": [
            "ec2:CreateVpcEndpoint",
            "ec2:CreateTags",
            "ec2:DeleteVpcEndpoints",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "ec2:DescribeSecurityGroups",
        ],
        "Resource": "*",
    }]})
    .to_string()
}

/// The least that encryption at rest needs, on every key of the customer's, so that one can play with
/// several. Source: docs/providers/aws.md.
fn use_keys() -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt"],
        "Resource": format!("arn:aws:kms:*:{CUSTOMER_ACCOUNT}:key/*"),
    }]})
    .to_string()
}
