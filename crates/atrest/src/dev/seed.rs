//! What dev mode starts with: a customer and an operator in the simulated cloud, an organization with a
//! project and credentials here. Seeding the clouds is safe to repeat; the house is seeded once.

use anyhow::Context as _;
use control::Control;
use control::bootstrap::NewApiKey;
use domain::access::{Grants, OrgRole, ProjectRole};
use domain::provider_role::RoleIdentity;
use serde_json::{Value, json};
use server::api::auth::ha1;
use simulators::Clouds;
use simulators::aws::{AccessKeyPair, CreatedKey, NewKey};

use super::dev_json::{AccessKeyPart, Addresses, ApiPart, AwsPart, CloudsPart, DevJson, KeyPart, ServiceAccountPart};

const REGION: &str = "us-east-1";
/// The same region as settings spell it.
const WIRE_REGION: &str = "US_EAST_1";
/// AWS's own example accounts.
const CUSTOMER_ACCOUNT: &str = "444455556666";
const OPERATOR_ACCOUNT: &str = "111122223333";
const ROLE_NAME: &str = "atrest-role";
const KEY_ALIAS: &str = "atrest-dev";

/// What the simulated AWS holds for us.
pub(super) struct SeededAws {
    pub(super) operator: AccessKeyPair,
    customer: AccessKeyPair,
    user: AccessKeyPair,
    key: CreatedKey,
    clouds: simulators::Aws,
}

/// Furnishes the simulated AWS, or finds it furnished.
/// Errors: the simulator refuses.
pub(super) async fn seed_clouds(clouds: &Clouds) -> anyhow::Result<SeededAws> {
    let aws = clouds.aws();
    let customer_account = aws.create_account_with_id("customer", CUSTOMER_ACCOUNT).await?;
    let operator_account = aws.create_account_with_id("operator", OPERATOR_ACCOUNT).await?;
    let customer = aws.create_user(&customer_account, "customer-admin", Some(&allow("*", "*"))).await?;
    let assume = allow("sts:AssumeRole", "*");
    let operator = aws.create_user(&operator_account, "atrest-operator", Some(&assume)).await?;
    let new = NewKey { alias: KEY_ALIAS.to_owned(), description: "for atrest dev".to_owned(), ..NewKey::default() };
    let key = aws.create_key(&customer_account, REGION, new).await?;
    let user = aws.create_user(&customer_account, "atrest-user", Some(&use_keys())).await?;
    Ok(SeededAws { operator, customer, user, key, clouds: aws.clone() })
}

/// Furnishes an empty house: an organization, the first project with nothing enabled, credentials,
/// and a proved provider role.
/// Errors: those of the use cases.
pub(super) async fn seed_house(control: &Control, aws: &SeededAws, addresses: &Addresses) -> anyhow::Result<DevJson> {
    let org = control.create_organization("Dev").await?;
    let project = control.create_project(org.id, "dev").await?;
    let grants = |org_role: OrgRole, project_role: Option<ProjectRole>| Grants {
        org: org.id,
        org_roles: [org_role].into(),
        project_roles: project_role.map(|role| (project.id, [role].into())).into_iter().collect(),
    };
    let owner = control.create_api_key("owner", grants(OrgRole::Owner, None), ha1).await?;
    let read_only = grants(OrgRole::Member, Some(ProjectRole::ReadOnly));
    let read_only = control.create_api_key("read only", read_only, ha1).await?;
    let account = control.create_service_account("dev", grants(OrgRole::Owner, None)).await?;

    let role = control.create_aws_role(project.id).await?;
    let RoleIdentity::Aws { external_id, .. } = &role.identity;
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{OPERATOR_ACCOUNT}:user/atrest-operator")},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }]});
    let trust = trust.to_string();
    let role_arn = aws.clouds.create_role(CUSTOMER_ACCOUNT, ROLE_NAME, &trust, Some(&use_keys())).await?;
    // A role of an earlier database asks for that one's external id.
    aws.clouds.update_role_trust(CUSTOMER_ACCOUNT, ROLE_NAME, &trust).await?;
    let role = control.authorize_aws_role(role, &role_arn).await.context("authorize the provider role")?;

    Ok(DevJson {
        api: ApiPart {
            base_url: format!("http://{}", addresses.api),
            tls_base_url: Value::Null,
            ca_file: Value::Null,
            operations_url: format!("http://{}", addresses.operations),
            org_id: org.id.to_string(),
            project_id: project.id.to_string(),
            api_key: key_part(owner),
            read_only_api_key: key_part(read_only),
            service_account: ServiceAccountPart {
                client_id: account.client_id,
                client_secret: account.client_secret.expose().to_owned(),
            },
        },
        ui: Value::Null,
        kmip: Value::Null,
        clouds: CloudsPart {
            ca_file: addresses.ca_file.clone(),
            console: addresses.console.clone(),
            console_token: addresses.console_token.clone(),
            aws: AwsPart {
                endpoint: addresses.aws_endpoint.clone(),
                region: REGION.to_owned(),
                customer: access_key_part(&aws.customer),
                key_id: aws.key.id.clone(),
                payload: json!({"awsKms": {
                    "enabled": true,
                    "customerMasterKeyID": aws.key.arn,
                    "region": WIRE_REGION,
                    "accessKeyID": aws.user.access_key_id,
                    "secretAccessKey": aws.user.expose_secret(),
                }}),
                role_payload: json!({"awsKms": {
                    "enabled": true,
                    "customerMasterKeyID": aws.key.arn,
                    "region": WIRE_REGION,
                    "roleId": role.id.to_string(),
                }}),
            },
            azure: Value::Null,
            gcp: Value::Null,
        },
    })
}

fn allow(action: &str, resource: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
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

fn key_part(key: NewApiKey) -> KeyPart {
    KeyPart { public_key: key.public_key, private_key: key.private_key.expose().to_owned() }
}

fn access_key_part(key: &AccessKeyPair) -> AccessKeyPart {
    AccessKeyPart { access_key_id: key.access_key_id.clone(), secret_access_key: key.expose_secret().to_owned() }
}
