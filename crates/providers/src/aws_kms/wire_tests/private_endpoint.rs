//! Private endpoints over a real socket: what EC2 may say, by a stub; what it does, by the simulator.

use std::net::Ipv4Addr;

use domain::customer_key::CustomerKey;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{CloudRecord, EndpointState, PrivateEndpoint, Refusal};
use simulators::aws::Change;
use simulators::{Clouds, FaultKind, FaultRule, Options};

use super::*;
use crate::private_endpoint::{Asked, EndpointTrouble, Seen, Wanted};

const INSTANCE: &str = "0123456789abcdef01234567";
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 66, 20, 4);

pub(super) fn region(name: &str) -> EndpointRegion {
    EndpointRegion::parse(PrivateProvider::AwsKms, name).unwrap()
}

fn place() -> AwsPlace {
    AwsPlace {
        region: region("US_EAST_1"),
        vpc: "vpc-1".to_owned(),
        subnets: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
        security_groups: vec!["sg-1".to_owned()],
        addresses: vec!["127.66.0.0/16".parse().unwrap()],
    }
}

fn endpoint(number: u8) -> PrivateEndpoint {
    PrivateEndpoint {
        id: PrivateEndpointId::from_random([number; 12]),
        project: PROJECT,
        region: region("US_EAST_1"),
        state: EndpointState::Initiating,
        predecessor: None,
        rejections: 0,
        created_at: NOW,
        start_at: NOW,
        since: NOW,
        cloud: CloudRecord { asked: true, ..CloudRecord::default() },
        error_message: None,
        revision: 1,
    }
}

fn key() -> CustomerKey {
    let credentials =
        AwsCredentials::Static { access_key_id: "AKIA".to_owned(), secret_access_key: tenant().secret_access_key };
    CustomerKey::AwsKms(settings(credentials))
}

fn wanted<'w>(endpoint: &'w PrivateEndpoint, key: &'w CustomerKey) -> Wanted<'w> {
    Wanted { endpoint, instance: INSTANCE, key, project: PROJECT }
}

fn ec2_at(endpoint: &str) -> Arc<Aws> {
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]));
    let config = Config {
        operator: operator(),
        kms_endpoint: Some(endpoint.to_owned()),
        sts_endpoint: Some(endpoint.to_owned()),
        ec2_endpoint: Some(endpoint.to_owned()),
        places: vec![place()],
        survey_every: Duration::ZERO,
        ..Config::default()
    };
    Arc::new(Aws::new(config, &addresses, Clock::new(|| NOW), Arc::default()).unwrap())
}

fn error(status: &str, code: &str, message: &str) -> Reply {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let body = format!("<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>");
    Reply::Bytes(http(status, "text/xml;charset=UTF-8", &body))
}

fn answer(action: &str, inside: &str) -> Reply {
    let namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";
    let body = format!("<{action}Response xmlns=\"{namespace}\"><requestId>1</requestId>{inside}</{action}Response>");
    Reply::Bytes(http("200 OK", "text/xml;charset=UTF-8", &body))
}

fn words(asked: &Asked) -> String {
    match asked {
        Asked::Accepted { resource, .. } => format!("accepted {}", resource.as_deref().unwrap_or("nothing")),
        Asked::Refused(words) => format!("refused {}", words.as_str()),
        Asked::Later { why, .. } => format!("later {}", why.as_str()),
    }
}

/// Makes, sees and removes at a stub that always gives one reply.
async fn all(reply: Reply) -> [String; 3] {
    let stub = Stub::start(move |_| reply.clone()).await;
    let aws = ec2_at(&stub.endpoint());
    let (mut endpoint, key) = (endpoint(1), key());
    let made = words(&aws.make_endpoint(&wanted(&endpoint, &key)).await);
    let seen = match aws.see_endpoint(&wanted(&endpoint, &key)).await {
        Ok(seen) => format!("{seen:?}"),
        Err(EndpointTrouble { words, .. }) => format!("trouble {}", words.as_str()),
    };
    endpoint.cloud.resource = Some("vpce-1".to_owned());
    let removed = words(&aws.remove_endpoint(&wanted(&endpoint, &key)).await);
    [made, seen, removed]
}

#[tokio::test]
async fn what_ec2_refuses_is_told_in_its_words() {
    let (status, message) = ("403 Forbidden", "You are not authorized to perform this operation.");
    let said = format!("UnauthorizedOperation: {message}");
    let [made, seen, removed] = all(error(status, "UnauthorizedOperation", message)).await;
    assert_eq!((made, removed), (format!("refused {said}"), format!("refused {said}")));
    assert_eq!(seen, format!("trouble {said}"), "whether it is there is not known");
    for code in ["VpcEndpointLimitExceeded", "InvalidSubnetID.NotFound", "InvalidVpcId.NotFound", "InvalidServiceName"]
    {
        let [made, ..] = all(error("400 Bad Request", code, "no")).await;
        assert_eq!(made, format!("refused {code}: no"));
    }
    let [made, ..] = all(error("400 Bad Request", "InvalidGroup.NotFound", &format!("{SECRET} &lt;b&gt;"))).await;
    assert!(made.starts_with("refused InvalidGroup.NotFound: ") && !made.contains(SECRET), "{made}");
}

#[tokio::test]
async fn what_passes_is_asked_again() {
    let check = async |reply: Reply, expected: &str| {
        let [made, seen, removed] = all(reply).await;
        for said in [made.strip_prefix("later "), seen.strip_prefix("trouble "), removed.strip_prefix("later ")] {
            assert!(said.is_some_and(|said| said.starts_with(expected)), "{expected}: {made} / {seen} / {removed}");
        }
    };
    let html = "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>";
    let page = |status: &str| Reply::Bytes(http(status, "text/html", html));
    check(error("503 Service Unavailable", "RequestLimitExceeded", "Request limit exceeded."), "RequestLimit").await;
    check(error("500 Internal Server Error", "InternalError", "no"), "InternalError").await;
    check(error("400 Bad Request", "BrandNew", "no"), "BrandNew").await;
    check(page("200 OK"), "what answered is not EC2 (HTTP 200)").await;
    check(page("403 Forbidden"), "what answered is not EC2 (HTTP 403)").await;
    check(page("502 Bad Gateway"), "EC2 has a fault of its own (HTTP 502)").await;
    check(page("429 Too Many Requests"), "EC2 is asked too often").await;
    check(answer("SomethingElse", ""), "what answered is not EC2").await;
    check(Reply::Bytes(http("200 OK", "text/xml", "<a></b>")), "what answered is not EC2").await;
    check(Reply::Reset, "EC2 gave no answer (CONNECTION_FAILED)").await;
    check(Reply::Last(String::new()), "EC2 gave no answer (CONNECTION_FAILED)").await;
    check(error("400 Bad Request", "RequestExpired", "no"), "our clock or AWS's is off").await;
}

#[tokio::test]
async fn a_pause_that_ec2_asks_for_is_kept() {
    let reply = http("503 Service Unavailable", "text/plain", "").replace("Date:", "Retry-After: 17\r\nDate:");
    let stub = Stub::start(move |_| Reply::Bytes(reply.clone())).await;
    let asked = ec2_at(&stub.endpoint()).make_endpoint(&wanted(&endpoint(1), &key())).await;
    assert!(matches!(asked, Asked::Later { after: Some(after), .. } if after == Duration::from_secs(17)), "{asked:?}");
}

#[tokio::test]
async fn a_broken_identity_is_the_operators_to_mend() {
    let message = format!("AWS was not able to validate the provided access credentials {SECRET}");
    let stub = Stub::start(move |_| error("401 Unauthorized", "AuthFailure", &message)).await;
    let aws = ec2_at(&stub.endpoint());
    let asked = words(&aws.make_endpoint(&wanted(&endpoint(1), &key())).await);
    assert_eq!(asked, "later AWS does not accept the operator's own identity");
    let told = aws.operator_health().identity_fault().unwrap().message;
    assert!(told.as_str().starts_with("AuthFailure") && !told.as_str().contains(SECRET), "{told:?}");
}

#[tokio::test]
async fn an_answer_may_say_that_one_was_not_deleted() {
    let check = async |code: &str, expected: &str| {
        let error = format!("<error><code>{code}</code><message>no</message></error>");
        let inside = format!("<unsuccessful><item>{error}<resourceId>vpce-1</resourceId></item></unsuccessful>");
        let stub = Stub::start(move |_| answer("DeleteVpcEndpoints", &inside)).await;
        let mut endpoint = endpoint(1);
        endpoint.cloud.resource = Some("vpce-1".to_owned());
        let asked = ec2_at(&stub.endpoint()).remove_endpoint(&wanted(&endpoint, &key())).await;
        assert_eq!(words(&asked), expected);
    };
    check("InvalidVpcEndpoint.NotFound", "accepted vpce-1").await;
    check("InvalidVpcEndpointId.NotFound", "accepted vpce-1").await;
    check("UnauthorizedOperation", "refused UnauthorizedOperation: no").await;
    check("InternalError", "later InternalError: no").await;
    let [.., removed] = all(error("400 Bad Request", "InvalidVpcEndpointId.NotFound", "no")).await;
    assert_eq!(removed, "accepted vpce-1");
}

#[tokio::test]
async fn an_endless_list_is_given_up() {
    let stub = Stub::start(|_| answer("DescribeVpcEndpoints", "<vpcEndpointSet/><nextToken>1</nextToken>")).await;
    let trouble = ec2_at(&stub.endpoint()).see_endpoint(&wanted(&endpoint(1), &key())).await.unwrap_err();
    assert_eq!(trouble.words.as_str(), "EC2's list of endpoints does not end");
}

#[tokio::test]
async fn a_creation_names_all_that_makes_it_one() {
    let (told, tell) = (Arc::new(std::sync::Mutex::new(String::new())), answer("CreateVpcEndpoint", ""));
    let heard = told.clone();
    let stub = Stub::start(move |request| {
        *heard.lock().unwrap() = request.to_owned();
        tell.clone()
    });
    let stub = stub.await;
    let asked = ec2_at(&stub.endpoint()).make_endpoint(&wanted(&endpoint(1), &key())).await;
    assert_eq!(words(&asked), "later EC2 answered without the endpoint's id");
    let told = told.lock().unwrap().clone();
    let (head, body) = told.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("authorization: aws4-hmac-sha256 credential=akiaoperator0000000a/20260101/us-east-1/ec2/"));
    assert!(!told.contains(SECRET));
    let id = endpoint(1).id.to_string();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let has = |name: &str, value: &str| {
        let found = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(found, Some(value), "{name} in {body}");
    };
    has("Action", "CreateVpcEndpoint");
    has("Version", "2016-11-15");
    has("VpcEndpointType", "Interface");
    has("ServiceName", "com.amazonaws.us-east-1.kms");
    has("VpcId", "vpc-1");
    has("SubnetId.1", "subnet-1");
    has("SubnetId.2", "subnet-2");
    has("SecurityGroupId.1", "sg-1");
    has("PrivateDnsEnabled", "false");
    has("ClientToken", &format!("atrest-{id}"));
    has("TagSpecification.1.Tag.1.Value", &format!("atrest-{id}"));
    has("TagSpecification.1.Tag.2.Key", "atrest-endpoint");
    has("TagSpecification.1.Tag.2.Value", &id);
    has("TagSpecification.1.Tag.3.Value", INSTANCE);
    has("TagSpecification.1.Tag.4.Value", &PROJECT.to_string());
}

#[tokio::test]
async fn a_region_without_a_place_is_refused_and_nobody_is_asked() {
    let stub = Stub::start(|_| Reply::Silence).await;
    let aws = ec2_at(&stub.endpoint());
    let mut endpoint = endpoint(1);
    endpoint.region = region("EU_WEST_1");
    let nowhere = "the operator has no private endpoints made in EU_WEST_1";
    assert!(!aws.has_place(&endpoint.region) && aws.has_place(&region("US_EAST_1")));
    assert_eq!(words(&aws.make_endpoint(&wanted(&endpoint, &key())).await), format!("refused {nowhere}"));
    assert_eq!(words(&aws.remove_endpoint(&wanted(&endpoint, &key())).await), format!("refused {nowhere}"));
    assert_eq!(aws.see_endpoint(&wanted(&endpoint, &key())).await.unwrap_err().words.as_str(), nowhere);
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
}

// ---- against the simulator

const FULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}"#;

struct Rig {
    clouds: Clouds,
    account: String,
    place: AwsPlace,
    aws: Arc<Aws>,
}

/// An operator with a policy, and a place in the simulated AWS.
async fn rig(policy: &str, survey_every: Duration) -> Rig {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let account = clouds.aws().create_account("operator").await.unwrap();
    let who = clouds.aws().create_user(&account, "atrest", Some(policy)).await.unwrap();
    clouds.aws().set_endpoint_delay(Duration::ZERO);
    let vpc = clouds.aws().create_vpc(&account, "us-east-1", "atrest").await.unwrap();
    let subnet = clouds.aws().create_subnet(&vpc.id, "private", ADDRESS).await.unwrap();
    let place = AwsPlace { vpc: vpc.id, subnets: vec![subnet], security_groups: vec![vpc.security_group], ..place() };
    let who = OperatorIdentity::Static {
        access_key_id: who.access_key_id.clone(),
        secret_access_key: Arc::new(SecretText::new(who.expose_secret().to_owned())),
        session_token: None,
    };
    let aws = aws_with(&clouds, who, place.clone(), survey_every);
    Rig { clouds, account, place, aws }
}

fn aws_with(clouds: &Clouds, who: OperatorIdentity, place: AwsPlace, survey_every: Duration) -> Arc<Aws> {
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]));
    let at = Some(clouds.aws_endpoint());
    let config = Config {
        operator: who,
        kms_endpoint: at.clone(),
        sts_endpoint: at.clone(),
        ec2_endpoint: at,
        places: vec![place],
        survey_every,
        ..Config::default()
    };
    Arc::new(Aws::new(config, &addresses, Clock::system(), Arc::default()).unwrap())
}

impl Rig {
    async fn make(&self, endpoint: &PrivateEndpoint) -> Asked {
        self.aws.make_endpoint(&wanted(endpoint, &key())).await
    }

    async fn made(&self, endpoint: &PrivateEndpoint) -> String {
        let Asked::Accepted { resource: Some(resource), operation: None } = self.make(endpoint).await else {
            panic!("not made")
        };
        resource
    }

    async fn see(&self, endpoint: &PrivateEndpoint) -> Seen {
        self.aws.see_endpoint(&wanted(endpoint, &key())).await.unwrap()
    }

    async fn remove(&self, endpoint: &PrivateEndpoint) -> String {
        words(&self.aws.remove_endpoint(&wanted(endpoint, &key())).await)
    }

    fn in_the_cloud(&self) -> Vec<String> {
        self.clouds.aws().vpc_endpoints().into_iter().map(|endpoint| endpoint.id).collect()
    }
}

#[tokio::test]
async fn an_endpoint_comes_about_once_and_goes() {
    let rig = rig(FULL, Duration::ZERO).await;
    let mut row = endpoint(1);
    assert_eq!(rig.see(&row).await, Seen::Nothing);
    let resource = rig.made(&row).await;
    assert_eq!(rig.made(&row).await, resource, "the same token gives the same endpoint");
    assert_ne!(rig.made(&endpoint(2)).await, resource);
    for known in [None, Some(resource.clone())] {
        row.cloud.resource = known;
        let Seen::Approved(found) = rig.see(&row).await else { panic!("not approved") };
        assert_eq!((found.resource.as_ref(), found.connection_name), (Some(&resource), None));
        assert_eq!(found.addresses, [ADDRESS]);
        let name = found.dns_name.unwrap();
        assert!(name.starts_with(&format!("{resource}-")) && name.ends_with(".kms.us-east-1.vpce.amazonaws.com"));
    }
    assert_eq!(rig.remove(&row).await, format!("accepted {resource}"));
    assert_eq!(rig.see(&row).await, Seen::Nothing);
    assert_eq!(rig.remove(&row).await, format!("accepted {resource}"), "removing twice is removing");
    let never_asked = PrivateEndpoint { cloud: CloudRecord::default(), ..endpoint(3) };
    assert_eq!(rig.remove(&never_asked).await, "accepted nothing");
    assert_eq!(rig.in_the_cloud().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_endpoint() {
    let rig = rig(FULL, Duration::ZERO).await;
    let lose = || rig.clouds.faults().push(FaultRule::aws("CreateVpcEndpoint", FaultKind::Lost).times(1)).unwrap();
    lose();
    assert_eq!(words(&rig.make(&endpoint(1)).await), "later EC2 gave no answer (CONNECTION_FAILED)");
    let [made] = rig.in_the_cloud().try_into().unwrap();
    assert!(matches!(rig.see(&endpoint(1)).await, Seen::Approved(found) if found.resource.as_ref() == Some(&made)));
    assert_eq!(rig.made(&endpoint(1)).await, made);
    assert_eq!(rig.in_the_cloud(), [made]);
}

#[tokio::test]
async fn an_endpoint_whose_name_was_never_heard_is_found_and_removed() {
    let rig = rig(FULL, Duration::ZERO).await;
    for lag in [Duration::ZERO, Duration::from_secs(3600)] {
        rig.clouds.aws().set_endpoint_lag(lag);
        rig.clouds.faults().push(FaultRule::aws("CreateVpcEndpoint", FaultKind::Lost).times(1)).unwrap();
        assert!(matches!(rig.make(&endpoint(1)).await, Asked::Later { .. }));
        let [made] = rig.in_the_cloud().try_into().unwrap();
        assert_eq!(rig.remove(&endpoint(1)).await, format!("accepted {made}"));
        assert!(rig.in_the_cloud().is_empty());
    }
}

#[tokio::test]
async fn is_being_made_as_long_as_aws_takes_and_gone_when_somebody_removes_it() {
    let rig = rig(FULL, Duration::ZERO).await;
    rig.clouds.aws().set_endpoint_delay(Duration::from_secs(3600));
    let mut row = endpoint(1);
    row.cloud.resource = Some(rig.made(&row).await);
    assert_eq!(rig.see(&row).await, Seen::Making);
    assert!(rig.remove(&row).await.starts_with("accepted"));
    assert!(matches!(rig.see(&row).await, Seen::Refused(_, Refusal::ResourceGone)), "it is going");
    let resource = row.cloud.resource.clone().unwrap();
    rig.clouds.aws().apply(Change::DeleteVpcEndpoint(resource)).await.unwrap();
    assert_eq!(rig.see(&row).await, Seen::Nothing);
}

#[tokio::test]
async fn other_settings_of_the_place_do_not_lose_an_endpoint() {
    let rig = rig(FULL, Duration::ZERO).await;
    let resource = rig.made(&endpoint(1)).await;
    let who = rig.clouds.aws().create_user(&rig.account, "atrest", None).await.unwrap();
    let who = OperatorIdentity::Static {
        access_key_id: who.access_key_id.clone(),
        secret_access_key: Arc::new(SecretText::new(who.expose_secret().to_owned())),
        session_token: None,
    };
    let changed = AwsPlace { security_groups: Vec::new(), ..rig.place.clone() };
    let aws = aws_with(&rig.clouds, who, changed, Duration::ZERO);
    let asked = aws.make_endpoint(&wanted(&endpoint(1), &key())).await;
    assert_eq!(words(&asked), format!("accepted {resource}"));
}

#[tokio::test]
async fn aws_says_what_it_will_not_do() {
    let untagged =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:CreateVpcEndpoint","Resource":"*"}]}"#;
    let denied = words(&rig(untagged, Duration::ZERO).await.make(&endpoint(1)).await);
    assert!(denied.starts_with("refused UnauthorizedOperation") && denied.contains("ec2:CreateTags"), "{denied}");
    let rig = rig(FULL, Duration::ZERO).await;
    rig.clouds.aws().set_endpoint_limit(0);
    let full = words(&rig.make(&endpoint(1)).await);
    assert!(full.starts_with("refused VpcEndpointLimitExceeded"), "{full}");
    for (kind, expected) in [
        (FaultKind::Throttle, "later RequestLimitExceeded"),
        (FaultKind::Http500, "later InternalError"),
        (FaultKind::Html, "later what answered is not EC2"),
        (FaultKind::Reset, "later EC2 gave no answer"),
        (FaultKind::Deny, "refused UnauthorizedOperation"),
    ] {
        rig.clouds.faults().push(FaultRule::aws("CreateVpcEndpoint", kind).times(1)).unwrap();
        let asked = words(&rig.make(&endpoint(1)).await);
        assert!(asked.starts_with(expected), "{kind:?}: {asked}");
    }
}

#[tokio::test]
async fn one_list_serves_all_who_ask_within_a_few_seconds() {
    let rig = Arc::new(rig(FULL, Duration::from_secs(3600)).await);
    for number in 1..=40 {
        rig.made(&endpoint(number)).await;
    }
    let mut asking = JoinSet::new();
    for number in 1..=40 {
        let rig = rig.clone();
        asking.spawn(async move { assert!(matches!(rig.see(&endpoint(number)).await, Seen::Approved(_))) });
    }
    asking.join_all().await;
    let asked = |operation| rig.clouds.aws().requests(operation);
    assert_eq!((asked("DescribeVpcEndpoints"), asked("DescribeNetworkInterfaces")), (1, 1));
    rig.made(&endpoint(41)).await;
    assert!(matches!(rig.see(&endpoint(41)).await, Seen::Approved(_)), "one that is newer is asked for by itself");
    assert_eq!((asked("DescribeVpcEndpoints"), asked("DescribeNetworkInterfaces")), (2, 2));
}

#[tokio::test]
async fn the_check_of_places_says_what_is_missing() {
    let rig = rig(FULL, Duration::ZERO).await;
    assert_eq!(rig.aws.check_places().await, []);
    rig.made(&endpoint(1)).await;
    assert_eq!(rig.aws.check_places().await, [], "leave to delete is tried on one that is there");
    assert_eq!(rig.in_the_cloud().len(), 1, "a trial makes and deletes nothing");

    let who = |pair: &simulators::aws::AccessKeyPair| OperatorIdentity::Static {
        access_key_id: pair.access_key_id.clone(),
        secret_access_key: Arc::new(SecretText::new(pair.expose_secret().to_owned())),
        session_token: None,
    };
    let check = async |policy: &str, name: &str, place: AwsPlace, expected: &[&str]| {
        let pair = rig.clouds.aws().create_user(&rig.account, name, Some(policy)).await.unwrap();
        let faults = aws_with(&rig.clouds, who(&pair), place, Duration::ZERO).check_places().await;
        let faults: Vec<_> = faults.into_iter().map(|fault| fault.fault).collect();
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, part) in faults.iter().zip(expected) {
            assert!(fault.starts_with("US_EAST_1: ") && fault.contains(part), "{fault}, expected {part}");
        }
    };
    let place = || rig.place.clone();
    let wrong = AwsPlace {
        vpc: "vpc-0".to_owned(),
        subnets: vec!["subnet-0".to_owned()],
        security_groups: vec!["sg-0".to_owned()],
        ..place()
    };
    let missing: &[&str] =
        &["the VPC vpc-0: InvalidVpcID", "the subnet subnet-0: InvalidSubnetID", "security group sg-0: Inv"];
    check(FULL, "full", wrong, missing).await;
    let narrow = AwsPlace { addresses: vec!["127.66.20.0/28".parse().unwrap()], ..place() };
    check(FULL, "full", narrow, &["127.66.20.0/24; `addresses` does not list all of them"]).await;
    let only = |actions: &str| {
        let read = r#""ec2:DescribeVpcs","ec2:DescribeSubnets","ec2:DescribeSecurityGroups""#;
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{read}{actions}],"Resource":"*"}}]}}"#
        )
    };
    let blind: &[&str] = &["ec2:DescribeVpcEndpoints: U", "ec2:DescribeNetworkInterfaces: U", "ec2:CreateVpcEndpoint"];
    check(&only(""), "reader", place(), blind).await;
    let describes = r#","ec2:DescribeVpcEndpoints","ec2:DescribeNetworkInterfaces""#;
    let tagless = format!(r#"{describes},"ec2:CreateVpcEndpoint","ec2:DeleteVpcEndpoints""#);
    check(&only(&tagless), "tagless", place(), &["ec2:CreateTags"]).await;
    let keeper = format!(r#"{describes},"ec2:CreateVpcEndpoint","ec2:CreateTags""#);
    check(&only(&keeper), "keeper", place(), &["ec2:DeleteVpcEndpoints"]).await;
    let nobody = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    check(nobody, "nobody", place(), &["the VPC", "the subnet", "the security group"]).await;
}

#[tokio::test]
async fn the_policy_of_the_docs_is_enough() {
    let page = include_str!("../../../../../docs/private-endpoints.md");
    let blocks = page.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    let policy = blocks.into_iter().find(|block| block.contains("ec2:CreateVpcEndpoint")).unwrap();
    let rig = rig(FULL, Duration::ZERO).await;
    let foreign = rig.made(&endpoint(9)).await;
    let policy = policy.replace("111111111111", &rig.account);
    let pair = rig.clouds.aws().create_user(&rig.account, "by-the-docs", Some(&policy)).await.unwrap();
    let who = OperatorIdentity::Static {
        access_key_id: pair.access_key_id.clone(),
        secret_access_key: Arc::new(SecretText::new(pair.expose_secret().to_owned())),
        session_token: None,
    };
    let aws = aws_with(&rig.clouds, who, rig.place.clone(), Duration::ZERO);
    assert_eq!(aws.check_places().await, []);
    let rig = Rig { aws, ..rig };
    let mut row = endpoint(1);
    row.cloud.resource = Some(rig.made(&row).await);
    assert!(matches!(rig.see(&row).await, Seen::Approved(_)));
    assert!(rig.remove(&row).await.starts_with("accepted vpce-"));
    assert_eq!(rig.see(&row).await, Seen::Nothing);
    assert_eq!(rig.in_the_cloud(), [foreign]);
}
