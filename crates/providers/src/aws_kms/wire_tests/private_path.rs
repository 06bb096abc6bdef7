//! Key calls of a private path, against the simulator: that they reach the key by its endpoints, and never by the
//! public door whatever happens.

use std::net::{IpAddr, Ipv4Addr};

use domain::customer_key::CustomerKey;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{CloudRecord, EndpointState, PrivateEndpoint, Route};
use simulators::aws::NewKey;
use simulators::{Clouds, FaultKind, FaultRule, Options, Provider, Subnet, Via};

use super::private_endpoint::region;
use super::*;
use crate::private_endpoint::{Asked, Seen, Wanted};

const ONE: Ipv4Addr = Ipv4Addr::new(127, 66, 21, 4);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 66, 22, 4);
const FULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

struct Rig {
    clouds: Clouds,
    aws: Arc<Aws>,
    settings: AwsKms,
}

/// A customer with a key in us-east-1, replicated to us-east-2 if wanted, and an operator with a place in both.
async fn rig(options: Options, replicated: bool) -> Rig {
    let subnet = |name: &str, address| Subnet { name: name.to_owned(), address };
    let aws_subnets = vec![subnet("one", ONE), subnet("two", TWO)];
    let tls = options.tls;
    let clouds = Clouds::start(Options { aws_subnets, ..options }).await.unwrap();
    let aws = clouds.aws();
    aws.set_endpoint_delay(Duration::ZERO);
    let operator = aws.create_account("operator").await.unwrap();
    let who = aws.create_user(&operator, "atrest", Some(FULL)).await.unwrap();
    let customer = aws.create_account("customer").await.unwrap();
    let pair = aws.create_user(&customer, "app", Some(FULL)).await.unwrap();
    let replicas = if replicated { vec!["us-east-2".to_owned()] } else { Vec::new() };
    let new = NewKey { alias: "one".to_owned(), replicas, ..NewKey::default() };
    let key = aws.create_key(&customer, "us-east-1", new).await.unwrap();
    let mut places = Vec::new();
    for (at, name, address) in [("us-east-1", "one", ONE), ("us-east-2", "two", TWO)] {
        let vpc = aws.create_vpc(&operator, at, "atrest").await.unwrap();
        places.push(AwsPlace {
            region: region(&at.to_ascii_uppercase().replace('-', "_")),
            subnets: vec![aws.create_subnet(&vpc.id, name, address).await.unwrap()],
            security_groups: vec![vpc.security_group],
            vpc: vpc.id,
            addresses: vec![format!("{address}/24").parse::<ipnet::IpNet>().unwrap().trunc()],
        });
    }
    let at = Some(clouds.aws_endpoint());
    let config = Config {
        operator: OperatorIdentity::Static {
            access_key_id: who.access_key_id.clone(),
            secret_access_key: Arc::new(SecretText::new(who.expose_secret().to_owned())),
            session_token: None,
        },
        kms_endpoint: at.clone(),
        sts_endpoint: at.clone(),
        ec2_endpoint: at,
        places,
        survey_every: Duration::ZERO,
        trusted_roots: if tls { TrustedRoots::Only(clouds.ca_pem().to_owned()) } else { TrustedRoots::System },
        ..Config::default()
    };
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.1/32".parse().unwrap()]));
    let aws = Arc::new(Aws::new(config, &addresses, Clock::system(), Arc::default()).unwrap());
    let credentials = AwsCredentials::Static {
        access_key_id: pair.access_key_id.clone(),
        secret_access_key: Arc::new(SecretText::new(pair.expose_secret().to_owned())),
    };
    let settings = AwsKms { key: AwsKeyName::parse(&key.arn).unwrap(), ..settings(credentials) };
    Rig { clouds, aws, settings }
}

impl Rig {
    /// Makes an endpoint of a project in a region, and gives the route that it is.
    async fn route(&self, number: u8, at: &str) -> Route {
        let endpoint = PrivateEndpoint {
            id: PrivateEndpointId::from_random([number; 12]),
            project: PROJECT,
            region: region(at),
            state: EndpointState::Initiating,
            predecessor: None,
            rejections: 0,
            created_at: NOW,
            start_at: NOW,
            since: NOW,
            cloud: CloudRecord::default(),
            error_message: None,
            revision: 1,
        };
        let key = CustomerKey::AwsKms(self.settings.clone());
        let wanted = Wanted { endpoint: &endpoint, instance: "instance", key: &key, project: PROJECT };
        assert!(matches!(self.aws.make_endpoint(&wanted).await, Asked::Accepted { .. }));
        let Ok(Seen::Approved(found)) = self.aws.see_endpoint(&wanted).await else { panic!("not approved") };
        let (addresses, dns_name) = (found.addresses, found.dns_name);
        Route { endpoint: endpoint.id, region: endpoint.region, addresses, dns_name }
    }

    fn open(&self, project: ProjectId, routes: &[Route]) -> Punctual<AwsKmsKey> {
        let path = KeyPath::Private(routes.to_vec());
        Punctual(AwsKmsKey::open(self.aws.clone(), project, &self.settings, None, &path).unwrap())
    }

    async fn check(&self, routes: &[Route]) -> &'static str {
        outcome(&self.open(PROJECT, routes)).await
    }

    /// Key calls that came by the public door.
    fn in_public(&self) -> u64 {
        let of = |operation| self.clouds.aws().requests_via(&Via::Public, operation);
        of("DescribeKey") + of("Encrypt") + of("Decrypt")
    }

    fn by(&self, subnet: &str) -> u64 {
        self.clouds.aws().requests_via(&Via::private(subnet), "*")
    }
}

async fn outcome(key: &Punctual<AwsKmsKey>) -> &'static str {
    match key.check(Tokens::Fresh, soon()).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn context() -> WrapContext {
    WrapContext { project: PROJECT, cluster: None, key: "one".to_owned() }
}

fn data_key() -> SecretBytes<32> {
    SecretBytes::fill(|place: &mut [u8; 32]| {
        place.fill(7);
        Ok::<_, ()>(())
    })
    .unwrap()
}

#[tokio::test]
async fn a_thousand_key_calls_and_none_in_public() {
    let rig = rig(Options::default(), false).await;
    let key = rig.open(PROJECT, &[rig.route(1, "US_EAST_1").await]);
    assert_eq!(outcome(&key).await, "usable");
    for _ in 0..500 {
        let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
        assert!(key.unwrap(&context(), &wrapped, soon()).await.unwrap().matches(data_key().expose()));
    }
    assert_eq!((rig.in_public(), rig.by("one")), (0, 1003));
    let connections = rig.clouds.private_connections(Provider::Aws, "one").unwrap();
    assert_eq!(connections.accepted, 1, "one connection does for calls that follow each other");
    let described = key.describe(soon()).await.unwrap();
    assert!(described.missing_permissions.is_empty());
    assert_eq!(rig.clouds.aws().requests_via(&Via::Public, "GetCallerIdentity"), 1, "STS has no endpoint of ours");
    assert_eq!(rig.in_public(), 0);
}

#[tokio::test]
async fn an_endpoint_that_is_cut_off_is_transient_and_nothing_goes_public() {
    let rig = rig(Options::default(), false).await;
    let route = rig.route(1, "US_EAST_1").await;
    let key = rig.open(PROJECT, std::slice::from_ref(&route));
    assert_eq!(outcome(&key).await, "usable");
    assert!(rig.clouds.cut(Provider::Aws, "one"));
    assert_eq!(outcome(&key).await, "CONNECTION_FAILED");
    let failure = key.wrap(&context(), &data_key(), soon()).await.unwrap_err();
    assert_eq!(failure.reason, Reason::Transient(TransientReason::Connect));
    assert_eq!(rig.check(&[route]).await, "CONNECTION_FAILED", "opened anew");
    assert!(rig.clouds.mend(Provider::Aws, "one"));
    assert_eq!(outcome(&key).await, "usable");
    assert_eq!(rig.in_public(), 0);
}

#[tokio::test]
async fn without_a_route_nothing_is_sent() {
    let rig = rig(Options::default(), false).await;
    assert_eq!(rig.check(&[]).await, "NO_PRIVATE_ENDPOINT");
    let route = rig.route(1, "US_EAST_1").await;
    let with = |edit: fn(&mut Route)| {
        let mut route = route.clone();
        edit(&mut route);
        [route]
    };
    assert_eq!(rig.check(&with(|route| route.dns_name = None)).await, "NO_PRIVATE_ENDPOINT");
    assert_eq!(rig.check(&with(|route| route.addresses.clear())).await, "NO_PRIVATE_ENDPOINT");
    let refused = "ADDRESS_REFUSED";
    assert_eq!(rig.check(&with(|route| route.addresses = vec![IpAddr::from([127, 0, 0, 1])])).await, refused);
    assert_eq!(rig.check(&with(|route| route.addresses.push(IpAddr::from(TWO)))).await, refused);
    assert_eq!(rig.check(&with(|route| route.dns_name = Some("127.0.0.1".to_owned()))).await, refused);
    assert_eq!(rig.check(&with(|route| route.dns_name = Some("localhost".to_owned()))).await, refused);
    assert_eq!(rig.check(&with(|route| route.region = region("EU_WEST_1"))).await, "NO_PRIVATE_ENDPOINT");
    assert_eq!((rig.in_public(), rig.by("one"), rig.by("two")), (0, 0, 0));
}

#[tokio::test]
async fn the_next_route_is_taken_only_where_nobody_answers() {
    let rig = rig(Options::default(), true).await;
    let routes = [rig.route(1, "US_EAST_2").await, rig.route(2, "US_EAST_1").await];
    assert_eq!(rig.check(&routes).await, "usable");
    assert_eq!((rig.by("one"), rig.by("two")), (3, 0), "the key's own region comes first");
    assert!(rig.clouds.cut(Provider::Aws, "one"));
    let key = rig.open(PROJECT, &routes);
    let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
    assert_eq!(wrapped.customer_key_version.key, rig.settings.key.as_str(), "named as in its own region");
    assert!(rig.by("two") > 0);
    assert!(rig.clouds.mend(Provider::Aws, "one") && rig.clouds.cut(Provider::Aws, "two"));
    let opened = key.unwrap(&context(), &wrapped, soon()).await.unwrap();
    assert!(opened.matches(data_key().expose()), "what one replica sealed the other opens");
    assert!(rig.clouds.mend(Provider::Aws, "two"));

    let before = rig.by("one") + rig.by("two");
    rig.clouds.faults().push(FaultRule::aws("Encrypt", FaultKind::Deny)).unwrap();
    let failure = rig.open(PROJECT, &routes).wrap(&context(), &data_key(), soon()).await.unwrap_err();
    assert_eq!(failure.reason, Reason::Definite(DefiniteReason::AccessDenied));
    assert_eq!(rig.by("one") + rig.by("two"), before + 1, "an answer is an answer");
    assert_eq!(rig.in_public(), 0);
}

#[tokio::test]
async fn an_endpoint_that_keeps_silent_is_tried_last_the_next_time() {
    let rig = rig(Options::default(), true).await;
    let (mut silent, good) = (rig.route(1, "US_EAST_1").await, rig.route(2, "US_EAST_2").await);
    let place = Ipv4Addr::new(127, 66, 21, 9);
    let listener = TcpListener::bind((place, rig.clouds.aws_address().port())).await.unwrap();
    silent.addresses = vec![place.into()];
    let routes = [silent, good];
    let hasty = Deadline::after(Duration::from_millis(200));
    let key = rig.open(PROJECT, &routes);
    let (finding, taken) = tokio::join!(key.check(Tokens::Fresh, hasty), listener.accept());
    let Finding::Failed(failure) = finding else { panic!("somebody answered") };
    assert_eq!((failure.reason.code(), taken.is_ok()), ("TIMED_OUT", true));
    assert_eq!(rig.check(&routes).await, "usable", "within the time that the silent one would have taken");
    assert_eq!((rig.by("two"), rig.in_public()), (3, 0));
}

#[tokio::test]
async fn a_key_of_one_region_is_not_looked_for_in_another() {
    let rig = rig(Options::default(), false).await;
    let elsewhere = rig.route(1, "US_EAST_2").await;
    assert_eq!(rig.check(&[elsewhere]).await, "NO_PRIVATE_ENDPOINT");
    assert_eq!((rig.in_public(), rig.by("two")), (0, 0));
}

#[tokio::test]
async fn projects_share_no_connection() {
    let rig = rig(Options::default(), false).await;
    let route = rig.route(1, "US_EAST_1").await;
    let other = ProjectId::from_random([8; 12]);
    for project in [PROJECT, other, PROJECT, other] {
        assert_eq!(outcome(&rig.open(project, std::slice::from_ref(&route))).await, "usable");
    }
    let public = AwsKmsKey::open(rig.aws.clone(), PROJECT, &rig.settings, None, &KeyPath::Public).unwrap();
    assert_eq!(outcome(&Punctual(public)).await, "usable", "the public path is another client's");
    let accepted = || rig.clouds.private_connections(Provider::Aws, "one").unwrap().accepted;
    assert_eq!(accepted(), 2, "opening a key again makes no further client");
    assert_eq!(rig.in_public(), 3);
    rig.aws.forget(PROJECT);
    assert_eq!(outcome(&rig.open(PROJECT, &[route])).await, "usable");
    assert_eq!(accepted(), 3);
}

#[tokio::test]
async fn a_policy_may_close_the_public_way_and_leave_the_private_one() {
    let rig = rig(Options::default(), false).await;
    let route = rig.route(1, "US_EAST_1").await;
    let endpoint = rig.clouds.aws().vpc_endpoints().remove(0).id;
    let arn = rig.settings.key.as_str();
    let account = arn.split(':').nth(4).unwrap();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"kms:*","Resource":"*"}},
            {{"Effect":"Deny","Principal":"*","Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*",
              "Condition":{{"StringNotEquals":{{"aws:SourceVpce":"{endpoint}"}}}}}}]}}"#
    );
    rig.clouds.aws().put_key_policy(arn.rsplit('/').next().unwrap(), &policy).await.unwrap();
    let public = AwsKmsKey::open(rig.aws.clone(), PROJECT, &rig.settings, None, &KeyPath::Public).unwrap();
    assert_eq!(outcome(&Punctual(public)).await, "ACCESS_DENIED");
    assert_eq!(rig.check(&[route]).await, "usable");
}

#[tokio::test]
async fn speaks_tls_to_the_endpoints_own_name() {
    let rig = rig(Options { tls: true, ..Options::default() }, false).await;
    let route = rig.route(1, "US_EAST_1").await;
    assert_eq!(rig.check(std::slice::from_ref(&route)).await, "usable");
    assert_eq!((rig.in_public(), rig.by("one")), (0, 3));
}
