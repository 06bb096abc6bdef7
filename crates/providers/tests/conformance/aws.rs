//! Being a customer of AWS, and the operator, by AWS's own protocols: KMS by the SDK, IAM by hand.
//! Must not know whose AWS it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_kms::config::{BehaviorVersion, Region};
use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::customer_key::{CustomerKey, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretText;
use domain::time::Timestamp;
use providers::TrustedRoots;
use providers::aws_kms::{Config, OperatorIdentity};
use providers::{Clock, KeyProvider, Providers, ProvidersConfig};
use serde_json::{Value, json};

use crate::cloud::{Access, Call, Cloud, Customer, Lack, OddKey, Outcome, Permission, Trouble, Trust};

const REGION: &str = "us-east-1";
const EXTERNAL_ID: &str = "the-roles-own-external-id";

const NO_TIMES: &str = "only imported material expires, which this suite does not import";

/// What no AWS can do.
pub(crate) const LACKS: &[Lack] = &[
    ("a_deleted_key_is_not_found_until_it_is_recovered", "a key pending deletion says that it is"),
    ("an_expired_key_is_refused", NO_TIMES),
    ("a_key_whose_time_has_not_come_is_refused", NO_TIMES),
    ("a_key_about_to_expire_is_no_candidate", NO_TIMES),
    ("a_closed_network_is_transient", "a key has no network rules; a policy's conditions say AccessDenied"),
    ("a_key_without_the_projects_tag_is_refused_by_role", "a role's external id already belongs to one project"),
];

/// An access key.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Pair {
    fn credentials(&self) -> Credentials {
        Credentials::new(&self.id, &self.secret, None, None, "test")
    }
}

/// Where an AWS is, and how to be the root of two accounts in it.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) endpoint: String,
    pub(crate) ca: Option<String>,
    pub(crate) operator: Pair,
    pub(crate) customer: Pair,
    pub(crate) faults: Option<simulators::Faults>,
    pub(crate) lacks: Vec<Lack>,
}

/// An account's root.
struct Root {
    pair: Pair,
    account: String,
    endpoint: String,
    kms: aws_sdk_kms::Client,
    web: reqwest::Client,
}

impl Root {
    async fn of(place: &Place, pair: &Pair) -> Self {
        let store = match &place.ca {
            Some(ca) => TrustStore::empty().with_pem_certificate(ca.as_bytes()),
            None => TrustStore::empty(),
        };
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(TlsContext::builder().with_trust_store(store).build().unwrap())
            .build_https();
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .http_client(http)
            .endpoint_url(&place.endpoint)
            .credentials_provider(pair.credentials())
            .build();
        // Already installed by another test of this process: then it is the same one.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let roots = place.ca.iter().map(|ca| reqwest::Certificate::from_pem(ca.as_bytes()).unwrap());
        let web = reqwest::Client::builder().no_proxy().tls_certs_only(roots).build().unwrap();
        let mut root = Self {
            pair: pair.clone(),
            account: String::new(),
            endpoint: place.endpoint.clone(),
            kms: aws_sdk_kms::Client::from_conf(config),
            web,
        };
        let said = root.ask("sts", "2011-06-15", "GetCallerIdentity", &[]).await.unwrap();
        root.account = between(&said, "Account").unwrap();
        root
    }

    async fn iam(&self, action: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        self.ask("iam", "2010-05-08", action, fields).await
    }

    /// Speaks the query protocol of IAM and STS.
    async fn ask(&self, service: &str, version: &str, action: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        let pairs = [("Action", action), ("Version", version)].into_iter().chain(fields.iter().copied());
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let identity = self.pair.credentials().into();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let uri = format!("{}/", self.endpoint);
        let host = ("host", self.endpoint.split_once("://").unwrap().1);
        let headers = [kind, host];
        let request = SignableRequest::new("POST", &uri, headers.into_iter(), SignableBody::Bytes(body.as_bytes()));
        let (signed, _) = sign(request.unwrap(), &params).unwrap().into_parts();
        let mut request = self.web.post(&uri).header(kind.0, kind.1);
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let answer = request.body(body).send().await.map_err(|error| format!("{action}: {error}"))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| format!("{action}: {error}"))?;
        if status.is_success() { Ok(text) } else { Err(format!("{action}: {status} {text}")) }
    }
}

fn between(xml: &str, tag: &str) -> Outcome<String> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let found = xml.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).map(|(text, _)| text.to_owned());
    found.ok_or_else(|| format!("no {tag} in {xml}"))
}

fn statement(effect: &str, actions: &[&str], resource: &str) -> Value {
    json!({"Effect": effect, "Action": actions, "Resource": resource})
}

const fn action(permission: Permission) -> &'static str {
    match permission {
        Permission::Look => "kms:DescribeKey",
        Permission::Wrap => "kms:Encrypt",
        Permission::Unwrap => "kms:Decrypt",
    }
}

fn policy(statement: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// An AWS, the operator in it, and our providers.
pub(crate) struct AwsCloud {
    place: Place,
    operator_root: Root,
    customer_root: Arc<Root>,
    /// The operator's user, and the access key our providers know him by.
    operator_user: (String, String, Pair),
    providers: Arc<Providers>,
    /// Seconds that our clock is ahead.
    ahead: Arc<AtomicI64>,
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Makes a name that no other run has used: a shared emulator remembers.
fn fresh(what: &str) -> String {
    let mut bytes = [0; 6];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    format!("{what}-{}-{}", NUMBER.fetch_add(1, Ordering::SeqCst), hex::encode(bytes))
}

fn id<T>(make: fn([u8; 12]) -> T) -> T {
    let mut bytes = [0; 12];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    make(bytes)
}

impl AwsCloud {
    pub(crate) async fn at(place: Place) -> Self {
        let operator_root = Root::of(&place, &place.operator).await;
        let customer_root = Arc::new(Root::of(&place, &place.customer).await);
        let user = fresh("operator");
        let said = operator_root.iam("CreateUser", &[("UserName", &user)]).await.unwrap();
        let arn = between(&said, "Arn").unwrap();
        let may_assume = policy(statement("Allow", &["sts:AssumeRole"], "*"));
        let fields = [("UserName", user.as_str()), ("PolicyName", "assume"), ("PolicyDocument", &may_assume)];
        operator_root.iam("PutUserPolicy", &fields).await.unwrap();
        let pair = access_key(&operator_root, &user).await.unwrap();

        let ahead = Arc::new(AtomicI64::new(0));
        let offset = ahead.clone();
        let clock = Clock::new(move || {
            let seconds = u64::try_from(offset.load(Ordering::SeqCst)).unwrap();
            Clock::system().now() + Duration::from_secs(seconds)
        });
        let config = ProvidersConfig {
            clock,
            allow_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            aws: Config {
                operator: OperatorIdentity::Static {
                    access_key_id: pair.id.clone(),
                    secret_access_key: Arc::new(SecretText::new(pair.secret.clone())),
                    session_token: None,
                },
                kms_endpoint: Some(place.endpoint.clone()),
                sts_endpoint: Some(place.endpoint.clone()),
                trusted_roots: place.ca.clone().map_or(TrustedRoots::System, TrustedRoots::Only),
                ..Config::default()
            },
            ..ProvidersConfig::default()
        };
        let providers = Arc::new(Providers::new(config).unwrap());
        Self { place, operator_root, customer_root, operator_user: (user, arn, pair), providers, ahead }
    }

    fn trust_policy(&self, trust: Trust) -> String {
        let operator = json!({"AWS": self.operator_user.1});
        let condition = |operator: &str, value: &str| json!({operator: {"sts:ExternalId": value}});
        let (principal, condition) = match trust {
            Trust::ExternalId => (operator, condition("StringEquals", EXTERNAL_ID)),
            Trust::AnyExternalId => (operator, condition("StringLike", "*")),
            Trust::Anybody => (operator, json!({})),
            Trust::Nobody => {
                let nobody = json!({"AWS": format!("arn:aws:iam::{}:root", self.customer_root.account)});
                (nobody, condition("StringEquals", "somebody-elses-external-id"))
            }
        };
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        if condition.as_object().is_some_and(|condition| !condition.is_empty()) {
            statement["Condition"] = condition;
        }
        policy(statement)
    }

    async fn make_role(&self, root: &Root, trust: Trust, project: ProjectId) -> Outcome<(String, ProviderRole)> {
        let name = fresh("role");
        let trust = self.trust_policy(trust);
        let said = root.iam("CreateRole", &[("RoleName", &name), ("AssumeRolePolicyDocument", &trust)]).await?;
        let now = Timestamp::from_millis(0);
        let role = ProviderRole {
            id: id(ProviderRoleId::from_random),
            project,
            identity: RoleIdentity::Aws { role_arn: Some(between(&said, "Arn")?), external_id: EXTERNAL_ID.to_owned() },
            authorized_at: Some(now),
            created_at: now,
        };
        Ok((name, role))
    }
}

async fn access_key(root: &Root, user: &str) -> Outcome<Pair> {
    let said = root.iam("CreateAccessKey", &[("UserName", user)]).await?;
    Ok(Pair { id: between(&said, "AccessKeyId")?, secret: between(&said, "SecretAccessKey")? })
}

#[async_trait]
impl Cloud for AwsCloud {
    fn name(&self) -> String {
        self.place.name.to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::AwsKms
    }

    fn lacks(&self) -> &[Lack] {
        &self.place.lacks
    }

    fn permission(&self, permission: Permission) -> &'static str {
        action(permission)
    }

    fn odd_keys(&self) -> &'static [OddKey] {
        use OddKey::{Asymmetric, AwaitingMaterial, ElsewhereByRegion, Missing, MissingAlias, Signing};
        &[Asymmetric, AwaitingMaterial, ElsewhereByRegion, Missing, MissingAlias, Signing]
    }

    fn providers(&self) -> &Providers {
        &self.providers
    }

    async fn customer(&self, access: Access) -> Outcome<Box<dyn Customer>> {
        let root = self.customer_root.clone();
        let project = id(ProjectId::from_random);
        let key_id = new_key(&root).await?;
        let alias = format!("alias/{}", fresh("key"));
        sdk(root.kms.create_alias().alias_name(&alias).target_key_id(&key_id).send().await)?;
        let use_keys = policy(statement("Allow", &["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], "*"));
        let user = fresh("user");
        let (owner, name, credentials, role) = match access {
            Access::Static => {
                root.iam("CreateUser", &[("UserName", &user)]).await?;
                let pair = access_key(&root, &user).await?;
                (Owner::User, user, Some(pair), None)
            }
            Access::Role => {
                let (name, role) = self.make_role(&root, Trust::ExternalId, project).await?;
                (Owner::Role, name, None, Some(role))
            }
        };
        let customer = AwsCustomer {
            root,
            project,
            key_id,
            alias,
            owner,
            name,
            pair: credentials,
            role,
            operator: self.operator_user.2.clone(),
            providers: self.providers.clone(),
            trusts: [Trust::ExternalId, Trust::Nobody].map(|trust| (trust, self.trust_policy(trust))),
        };
        customer.put("use", &use_keys).await?;
        Ok(Box::new(customer))
    }

    async fn role(&self, trust: Trust, of_operator: bool) -> Outcome<ProviderRole> {
        let root = if of_operator { &self.operator_root } else { &*self.customer_root };
        let (_, role) = self.make_role(root, trust, id(ProjectId::from_random)).await?;
        Ok(ProviderRole { authorized_at: None, ..role })
    }

    fn trouble(&self, call: Call, trouble: Trouble) -> Outcome {
        use simulators::{FaultKind, FaultRule};
        let faults = self.place.faults.as_ref().ok_or("it cannot be told to fail")?;
        let operation = match call {
            Call::Look => "DescribeKey",
            Call::Wrap => "Encrypt",
            Call::Unwrap => "Decrypt",
            Call::TakeToken => "AssumeRole",
            Call::Any => "*",
        };
        let rule = |kind| FaultRule::aws(operation, kind);
        let rule = match trouble {
            Trouble::Throttle => rule(FaultKind::Throttle),
            Trouble::Fault => rule(FaultKind::Http500),
            Trouble::Reset => rule(FaultKind::Reset),
            Trouble::Page => rule(FaultKind::Html),
            Trouble::Silence => rule(FaultKind::Timeout),
            Trouble::Skew(seconds) => rule(FaultKind::Skew).skew_ms(seconds * 1000),
        };
        faults.push(rule).map(|_| ()).map_err(|error| error.to_string())
    }

    fn calm(&self) {
        if let Some(faults) = &self.place.faults {
            faults.clear();
        }
        self.ahead.store(0, Ordering::SeqCst);
    }

    async fn operator_works(&self, works: bool) -> Outcome {
        let status = if works { "Active" } else { "Inactive" };
        let (user, _, pair) = &self.operator_user;
        let fields = [("UserName", user.as_str()), ("AccessKeyId", &pair.id), ("Status", status)];
        self.operator_root.iam("UpdateAccessKey", &fields).await.map(|_| ())
    }

    fn pass_time(&self, time: Duration) -> Outcome {
        let seconds =
            self.ahead.fetch_add(time.as_secs().cast_signed(), Ordering::SeqCst) + time.as_secs().cast_signed();
        match &self.place.faults {
            Some(faults) => {
                faults.clear();
                let rule = simulators::FaultRule::aws("*", simulators::FaultKind::Skew).skew_ms(seconds * 1000);
                faults.push(rule).map(|_| ()).map_err(|error| error.to_string())
            }
            None if seconds < 60 => Ok(()),
            None => Err("its clock cannot be turned".to_owned()),
        }
    }
}

#[derive(Clone, Copy)]
enum Owner {
    User,
    Role,
}

struct AwsCustomer {
    root: Arc<Root>,
    project: ProjectId,
    key_id: String,
    alias: String,
    owner: Owner,
    name: String,
    pair: Option<Pair>,
    role: Option<ProviderRole>,
    operator: Pair,
    providers: Arc<Providers>,
    trusts: [(Trust, String); 2],
}

fn sdk<T, E: std::error::Error + 'static>(
    result: Result<T, aws_sdk_kms::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
) -> Outcome<T> {
    result.map_err(|error| format!("as customer: {}", aws_sdk_kms::error::DisplayErrorContext(error)))
}

async fn new_key(root: &Root) -> Outcome<String> {
    let made = sdk(root.kms.create_key().send().await)?;
    Ok(made.key_metadata.unwrap().key_id)
}

impl AwsCustomer {
    fn open_key(&self, key: &str, region: &str, pair: Option<&Pair>) -> Arc<dyn KeyProvider> {
        let credentials = match (pair, &self.role) {
            (Some(pair), _) => AwsCredentials::Static {
                access_key_id: pair.id.clone(),
                secret_access_key: Arc::new(SecretText::new(pair.secret.clone())),
            },
            (None, Some(role)) => AwsCredentials::Role(role.id),
            (None, None) => unreachable!("a customer lets us in somehow"),
        };
        let settings = AwsKms {
            key: AwsKeyName::parse(key).unwrap(),
            region: AwsRegion::parse(region).unwrap(),
            credentials,
            require_private_networking: false,
        };
        self.providers.open(self.project, &CustomerKey::AwsKms(settings), self.role.as_ref(), &KeyPath::Public).unwrap()
    }

    fn of_owner(&self, action: &str) -> (String, &'static str) {
        match self.owner {
            Owner::User => (action.replace('*', "User"), "UserName"),
            Owner::Role => (action.replace('*', "Role"), "RoleName"),
        }
    }

    async fn put(&self, name: &str, policy: &str) -> Outcome {
        let (action, field) = self.of_owner("Put*Policy");
        let fields = [(field, self.name.as_str()), ("PolicyName", name), ("PolicyDocument", policy)];
        self.root.iam(&action, &fields).await.map(|_| ())
    }
}

#[async_trait]
impl Customer for AwsCustomer {
    fn project(&self) -> ProjectId {
        self.project
    }

    fn open(&self) -> Arc<dyn KeyProvider> {
        self.open_key(&self.alias, "US_EAST_1", self.pair.as_ref())
    }

    async fn open_odd(&self, odd: OddKey) -> Outcome<Arc<dyn KeyProvider>> {
        let new = self.root.kms.create_key();
        let (key, region) = match odd {
            OddKey::Missing => ("00000000-0000-4000-8000-000000000000".to_owned(), "US_EAST_1"),
            OddKey::MissingAlias => ("alias/nobody-made-this".to_owned(), "US_EAST_1"),
            OddKey::ElsewhereByRegion => (self.key_id.clone(), "EU_WEST_1"),
            OddKey::Signing => {
                let made = sdk(new.key_usage(KeyUsageType::SignVerify).key_spec(KeySpec::Rsa2048).send().await)?;
                (made.key_metadata.unwrap().key_id, "US_EAST_1")
            }
            OddKey::Asymmetric => {
                let made = sdk(new.key_usage(KeyUsageType::EncryptDecrypt).key_spec(KeySpec::Rsa2048).send().await)?;
                (made.key_metadata.unwrap().key_id, "US_EAST_1")
            }
            OddKey::AwaitingMaterial => {
                let made = sdk(new.origin(OriginType::External).send().await)?;
                (made.key_metadata.unwrap().key_id, "US_EAST_1")
            }
        };
        Ok(self.open_key(&key, region, self.pair.as_ref()))
    }

    fn secrets(&self) -> Vec<String> {
        let pairs = self.pair.iter().chain([&self.operator, &self.root.pair]);
        // A secret as short as an emulator's "test" is in every other word.
        pairs.map(|pair| pair.secret.clone()).filter(|secret| secret.len() > 8).collect()
    }

    async fn disable(&self) -> Outcome {
        sdk(self.root.kms.disable_key().key_id(&self.key_id).send().await).map(|_| ())
    }

    async fn enable(&self) -> Outcome {
        sdk(self.root.kms.enable_key().key_id(&self.key_id).send().await).map(|_| ())
    }

    async fn schedule_deletion(&self) -> Outcome {
        let call = self.root.kms.schedule_key_deletion().key_id(&self.key_id).pending_window_in_days(7);
        sdk(call.send().await).map(|_| ())
    }

    async fn cancel_deletion(&self) -> Outcome {
        sdk(self.root.kms.cancel_key_deletion().key_id(&self.key_id).send().await).map(|_| ())
    }

    async fn deny(&self, permission: Permission) -> Outcome {
        self.put("deny", &policy(statement("Deny", &[action(permission)], "*"))).await
    }

    async fn restore(&self) -> Outcome {
        let (action, field) = self.of_owner("Delete*Policy");
        self.root.iam(&action, &[(field, &self.name), ("PolicyName", "deny")]).await.map(|_| ())
    }

    async fn move_name(&self) -> Outcome {
        let other = new_key(&self.root).await?;
        sdk(self.root.kms.update_alias().alias_name(&self.alias).target_key_id(other).send().await).map(|_| ())
    }

    async fn delete_credential(&self) -> Outcome {
        let pair = self.pair.as_ref().ok_or("a role has no credential")?;
        let fields = [("UserName", self.name.as_str()), ("AccessKeyId", &pair.id)];
        self.root.iam("DeleteAccessKey", &fields).await.map(|_| ())
    }

    fn open_with_wrong_secret(&self) -> Arc<dyn KeyProvider> {
        let secret = "wrong-secret-wrong-secret-wrong-secret-00".to_owned();
        let wrong = self.pair.as_ref().map(|pair| Pair { secret, ..pair.clone() });
        self.open_key(&self.alias, "US_EAST_1", wrong.as_ref())
    }

    fn open_as_nobody(&self) -> Arc<dyn KeyProvider> {
        let nobody = Pair { id: "AKIANOBODY0000000000".to_owned(), secret: "nobodys-secret".to_owned() };
        self.open_key(&self.alias, "US_EAST_1", Some(&nobody))
    }

    async fn trust(&self, trust: Trust) -> Outcome {
        let (_, document) = self.trusts.iter().find(|(known, _)| *known == trust).ok_or("not a trust to go back to")?;
        let fields = [("RoleName", self.name.as_str()), ("PolicyDocument", document)];
        self.root.iam("UpdateAssumeRolePolicy", &fields).await.map(|_| ())
    }
}
