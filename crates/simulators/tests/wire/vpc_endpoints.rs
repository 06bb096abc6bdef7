//! EC2's interface endpoints: made once, seen as they come about, removed, and the private door behind them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use simulators::aws::{Change, CreatedVpc};
use simulators::{FaultKind, FaultRule, Options, Subnet, Via};

use crate::rig::{Call, Got, REGION, Rig, http};

const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 66, 10, 4);
const SERVICE: &str = "com.amazonaws.us-east-1.kms";

struct Network {
    rig: Rig,
    vpc: CreatedVpc,
    subnet: String,
}

async fn network(options: Options) -> Network {
    let subnets = vec![Subnet { name: "private".to_owned(), address: ADDRESS }];
    let rig = Rig::with(Options { aws_subnets: subnets, ..options }).await;
    let aws = rig.clouds.aws();
    aws.set_endpoint_delay(Duration::ZERO);
    let vpc = aws.create_vpc(&rig.account, REGION, "atrest").await.unwrap();
    let subnet = aws.create_subnet(&vpc.id, "private", ADDRESS).await.unwrap();
    Network { rig, vpc, subnet }
}

impl Network {
    fn form(&self, token: &str) -> String {
        format!(
            "Action=CreateVpcEndpoint&VpcEndpointType=Interface&VpcId={}&ServiceName={SERVICE}&SubnetId.1={}\
             &SecurityGroupId.1={}&PrivateDnsEnabled=false&ClientToken={token}\
             &TagSpecification.1.ResourceType=vpc-endpoint&TagSpecification.1.Tag.1.Key=Name\
             &TagSpecification.1.Tag.1.Value={token}&TagSpecification.1.Tag.2.Key=atrest-instance\
             &TagSpecification.1.Tag.2.Value=one",
            self.vpc.id, self.subnet, self.vpc.security_group
        )
    }

    async fn ec2(&self, form: &str) -> Got {
        self.rig.ec2_call(form).send().await
    }

    async fn create(&self, token: &str) -> String {
        let made = self.ec2(&self.form(token)).await;
        assert_eq!(made.status, 200, "{}", made.body);
        between(&made.body, "vpcEndpointId").to_owned()
    }

    async fn check(&self, form: &str, status: u16, code: &str) {
        let got = self.ec2(form).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{form}: {}", got.body);
        assert!(code.is_empty() || got.body.contains("<Response><Errors><Error>"), "{}", got.body);
    }

    /// A call of KMS at the private address, to this name.
    async fn kms(&self, name: &str, operation: &str, body: &str) -> Result<Got, reqwest::Error> {
        let port = self.rig.clouds.aws_address().port();
        let mut call: Call = self.rig.kms_call(operation, body);
        call.url = format!("http://{name}:{port}/");
        call.sign();
        let client = reqwest::Client::builder().no_proxy().resolve(name, SocketAddr::new(ADDRESS.into(), port));
        let sent = client.build().unwrap().post(&call.url).headers(call.headers).body(call.body).send().await?;
        let (status, headers) = (sent.status().as_u16(), sent.headers().clone());
        Ok(Got { status, headers, body: sent.text().await? })
    }
}

/// The first element's text.
fn between<'a>(xml: &'a str, element: &str) -> &'a str {
    let (_, after) = xml.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("no {element} in {xml}"));
    after.split_once('<').unwrap().0
}

#[tokio::test]
async fn makes_one_endpoint_for_one_token() {
    let network = network(Options::default()).await;
    let id = network.create("one").await;
    assert!(id.starts_with("vpce-") && id.len() == 22, "{id}");
    assert_eq!(network.create("one").await, id);
    assert_ne!(network.create("two").await, id);
    let other = network.form("one").replace(&network.vpc.security_group, "sg-00000000000000000");
    network.check(&other, 400, "IdempotentParameterMismatch").await;
    let seen = network.ec2(&format!("Action=DescribeVpcEndpoints&VpcEndpointId.1={id}")).await;
    for (element, expected) in [
        ("vpcEndpointId", id.as_str()),
        ("state", "available"),
        ("serviceName", SERVICE),
        ("privateDnsEnabled", "false"),
        ("vpcEndpointType", "Interface"),
    ] {
        assert_eq!(between(&seen.body, element), expected, "{}", seen.body);
    }
    let name = between(&seen.body, "dnsName");
    assert!(name.starts_with(&format!("{id}-")) && name.ends_with(".kms.us-east-1.vpce.amazonaws.com"), "{name}");
    let (_, interfaces) = seen.body.split_once("<networkInterfaceIdSet><item>").unwrap();
    let interface = interfaces.split_once('<').unwrap().0;
    let seen = network.ec2(&format!("Action=DescribeNetworkInterfaces&NetworkInterfaceId.1={interface}")).await;
    assert_eq!(between(&seen.body, "privateIpAddress"), ADDRESS.to_string());
}

#[tokio::test]
async fn is_seen_as_it_comes_about_and_goes() {
    let network = network(Options::default()).await;
    let aws = network.rig.clouds.aws();
    let state = async |id: &str| {
        let seen = network.ec2(&format!("Action=DescribeVpcEndpoints&VpcEndpointId.1={id}")).await;
        if seen.status == 200 { between(&seen.body, "state").to_owned() } else { seen.code() }
    };
    aws.set_endpoint_delay(Duration::from_secs(3600));
    let slow = network.create("slow").await;
    assert_eq!(state(&slow).await, "pending");
    aws.set_endpoint_delay(Duration::ZERO);
    let id = network.create("quick").await;
    assert_eq!(state(&id).await, "available");
    aws.set_endpoint_delay(Duration::from_secs(3600));
    network.check(&format!("Action=DeleteVpcEndpoints&VpcEndpointId.1={id}"), 200, "").await;
    assert_eq!(state(&id).await, "deleting");
    assert_eq!(network.create("quick").await, id, "its token is spent until it is gone");

    aws.set_endpoint_delay(Duration::ZERO);
    let id = network.create("gone").await;
    let deleted = network
        .ec2(&format!("Action=DeleteVpcEndpoints&VpcEndpointId.1={id}&VpcEndpointId.2=vpce-00000000000000000"))
        .await;
    assert_eq!(deleted.status, 200, "what could be deleted is");
    assert_eq!(between(&deleted.body, "code"), "InvalidVpcEndpoint.NotFound");
    assert_eq!(between(&deleted.body, "resourceId"), "vpce-00000000000000000");
    assert_eq!(state(&id).await, "InvalidVpcEndpointId.NotFound");

    aws.set_endpoint_lag(Duration::from_secs(3600));
    let unseen = network.create("unseen").await;
    assert_eq!(state(&unseen).await, "InvalidVpcEndpointId.NotFound", "EC2 is consistent in the end only");
    assert_eq!(network.create("unseen").await, unseen);
}

#[tokio::test]
async fn lists_by_filter_and_in_pages() {
    let network = network(Options::default()).await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(network.create(&format!("n{number}")).await);
    }
    let list = async |more: &str| network.ec2(&format!("Action=DescribeVpcEndpoints{more}")).await;
    let count = |got: &Got| got.body.matches("<vpcEndpointId>").count();
    let of = |name: &str, value: &str| format!("&Filter.1.Name={name}&Filter.1.Value.1={value}");
    assert_eq!(count(&list("").await), 7);
    assert_eq!(count(&list(&of("tag:Name", "n3")).await), 1);
    assert_eq!(count(&list(&of("tag:atrest-instance", "one")).await), 7);
    assert_eq!(count(&list(&of("tag:atrest-instance", "two")).await), 0);
    assert_eq!(count(&list(&of("vpc-endpoint-state", "available")).await), 7);
    assert_eq!(count(&list(&of("vpc-endpoint-id", &made[0])).await), 1);
    let first = list("&MaxResults=5").await;
    let second = list(&format!("&MaxResults=5&NextToken={}", between(&first.body, "nextToken"))).await;
    assert_eq!((count(&first), count(&second)), (5, 2));
    assert!(!second.body.contains("nextToken"));
    network.check(&format!("Action=DescribeVpcEndpoints{}", of("colour", "blue")), 400, "InvalidParameterValue").await;
    network.check("Action=DescribeVpcEndpoints&MaxResults=1", 400, "InvalidParameterValue").await;
    let both = format!("Action=DescribeVpcEndpoints&MaxResults=5&VpcEndpointId.1={}", made[0]);
    network.check(&both, 400, "InvalidParameterCombination").await;
    network.check("Action=DescribeVpcEndpoints&NextToken=x", 400, "InvalidNextToken").await;
}

#[tokio::test]
async fn refuses_what_is_not_there_or_does_not_fit() {
    let network = network(Options::default()).await;
    let (vpc, subnet, group) = (&network.vpc.id, &network.subnet, &network.vpc.security_group);
    let form = network.form("one");
    let check = async |from: &str, to: &str, code: &str| network.check(&form.replace(from, to), 400, code).await;
    check(vpc, "vpc-00000000000000000", "InvalidVpcId.NotFound").await;
    check(subnet, "subnet-00000000000000000", "InvalidSubnetID.NotFound").await;
    check(group, "sg-00000000000000000", "InvalidGroup.NotFound").await;
    check("us-east-1.kms", "us-east-1.s3", "InvalidServiceName").await;
    check("&PrivateDnsEnabled=false", "&PrivateDnsEnabled=true", "InvalidParameterValue").await;
    check("=Interface", "=Gateway", "InvalidParameterValue").await;
    check("ResourceType=vpc-endpoint", "ResourceType=subnet", "InvalidParameterValue").await;
    check(&format!("&SubnetId.1={subnet}"), "", "MissingParameter").await;
    check("&PrivateDns", "&Colour=blue&PrivateDns", "UnknownParameter").await;
    network.check("Action=CreateSubnet", 400, "InvalidAction").await;
    network.check("Action=DescribeVpcEndpoints&VpcEndpointId.1=x", 400, "InvalidVpcEndpointId.Malformed").await;
    network.check("Action=DescribeSubnets&SubnetId.1=subnet-0", 400, "InvalidSubnetID.NotFound").await;
    network.check("Action=DescribeVpcs&VpcId.1=vpc-0", 400, "InvalidVpcID.NotFound").await;
    network.check("Action=DescribeSecurityGroups&GroupId.1=sg-0", 400, "InvalidGroup.NotFound").await;
    network.check(&format!("Action=DescribeSubnets&SubnetId.1={subnet}"), 200, "").await;
    network.check(&format!("Action=DescribeVpcs&VpcId.1={vpc}"), 200, "").await;
    network.check(&format!("Action=DescribeSecurityGroups&GroupId.1={group}"), 200, "").await;
    network.rig.clouds.aws().set_endpoint_limit(1);
    network.create("first").await;
    network.check(&network.form("second"), 400, "VpcEndpointLimitExceeded").await;
    assert_eq!(network.create("first").await, network.create("first").await, "what is there is no further one");

    let mut elsewhere = network.rig.ec2_call(&form);
    elsewhere.region = "us-east-2";
    assert_eq!(elsewhere.send().await.code(), "InvalidVpcId.NotFound");
    let mut unsigned = network.rig.ec2_call("Action=DescribeVpcs");
    unsigned.keys.secret = "another".to_owned();
    let got = unsigned.send().await;
    assert_eq!((got.status, got.code().as_str()), (401, "AuthFailure"));
}

#[tokio::test]
async fn asks_policies_and_answers_dry_runs() {
    let network = network(Options::default()).await;
    let id = network.create("one").await;
    let as_user = async |policy: &str, form: &str| {
        let mut call = network.rig.ec2_call(form);
        let name = format!("user-{}", uuid_of(policy));
        call.keys = network.rig.user(&name, Some(policy)).await;
        let got = call.send().await;
        (got.status, got.code(), got.body)
    };
    let document = |statements: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let allow = |actions: &str, more: &str| format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":"*"{more}}}"#);
    let create = network.form("dry") + "&DryRun=true";
    let delete = format!("Action=DeleteVpcEndpoints&VpcEndpointId.1={id}&DryRun=true");

    let untagged = document(&allow(r#""ec2:CreateVpcEndpoint""#, ""));
    let (status, code, body) = as_user(&untagged, &create).await;
    assert_eq!((status, code.as_str()), (403, "UnauthorizedOperation"));
    assert!(body.contains("ec2:CreateTags") && body.contains("You are not authorized"), "{body}");
    let whole = document(&allow(r#"["ec2:CreateVpcEndpoint","ec2:CreateTags"]"#, ""));
    let (status, code, _) = as_user(&whole, &create).await;
    assert_eq!((status, code.as_str()), (412, "DryRunOperation"));
    assert_eq!(as_user(&whole, &delete).await.1, "UnauthorizedOperation");
    let ours = |instance: &str| {
        let condition =
            format!(r#","Condition":{{"StringEquals":{{"aws:ResourceTag/atrest-instance":"{instance}"}}}}"#);
        document(&allow(r#""ec2:DeleteVpcEndpoints""#, &condition))
    };
    assert_eq!(as_user(&ours("two"), &delete).await.1, "UnauthorizedOperation", "somebody else's");
    assert_eq!(as_user(&ours("one"), &delete).await.1, "DryRunOperation");
    assert_eq!(network.rig.clouds.aws().vpc_endpoints().len(), 1, "a dry run does nothing");
}

/// A short name that is as long as needed to tell texts apart.
fn uuid_of(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[tokio::test]
async fn lets_only_kms_in_by_an_available_endpoint() {
    let network = network(Options::default()).await;
    let key = network.rig.key("one").await;
    let describe = format!(r#"{{"KeyId":"{}"}}"#, key.id);
    let id = network.create("one").await;
    let name = network.rig.clouds.aws().vpc_endpoints()[0].dns_name.clone();
    assert_eq!(network.kms(&name, "DescribeKey", &describe).await.unwrap().status, 200);
    assert_eq!(network.rig.clouds.aws().requests_via(&Via::private("private"), "DescribeKey"), 1);
    let other = name.replace(&id, "vpce-00000000000000000");
    network.kms(&other, "DescribeKey", &describe).await.unwrap_err();
    network.kms("localhost", "DescribeKey", &describe).await.unwrap_err();

    let port = network.rig.clouds.aws_address().port();
    let sts = http().post(format!("http://{ADDRESS}:{port}/")).body("Action=GetCallerIdentity&Version=2011-06-15");
    sts.send().await.unwrap_err();

    network.check(&format!("Action=DeleteVpcEndpoints&VpcEndpointId.1={id}"), 200, "").await;
    network.kms(&name, "DescribeKey", &describe).await.unwrap_err();
    network.rig.clouds.aws().set_endpoint_delay(Duration::from_secs(3600));
    network.create("slow").await;
    let name = network.rig.clouds.aws().vpc_endpoints()[0].dns_name.clone();
    network.kms(&name, "DescribeKey", &describe).await.unwrap_err();
}

#[tokio::test]
async fn a_key_policy_can_close_the_public_way() {
    let network = network(Options::default()).await;
    let key = network.rig.key("one").await;
    let id = network.create("one").await;
    let name = network.rig.clouds.aws().vpc_endpoints()[0].dns_name.clone();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"kms:*","Resource":"*"}},
            {{"Effect":"Deny","Principal":"*","Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*",
              "Condition":{{"StringNotEquals":{{"aws:SourceVpce":"{id}"}}}}}}]}}"#,
        network.rig.account
    );
    network.rig.clouds.aws().put_key_policy(&key.id, &policy).await.unwrap();
    let encrypt = format!(r#"{{"KeyId":"{}","Plaintext":"eA=="}}"#, key.id);
    let public = network.rig.kms_call("Encrypt", &encrypt).send().await;
    assert_eq!(public.code(), "AccessDeniedException");
    assert_eq!(network.kms(&name, "Encrypt", &encrypt).await.unwrap().status, 200);
}

#[tokio::test]
async fn faults_have_the_shape_of_ec2() {
    let network = network(Options::default()).await;
    let faults = network.rig.clouds.faults();
    for (kind, status, code) in [
        (FaultKind::Deny, 403, "UnauthorizedOperation"),
        (FaultKind::Throttle, 503, "RequestLimitExceeded"),
        (FaultKind::Http500, 500, "InternalError"),
    ] {
        faults.push(FaultRule::aws("DescribeVpcs", kind).times(1)).unwrap();
        network.check("Action=DescribeVpcs", status, code).await;
    }
}

#[tokio::test]
async fn endpoints_outlive_a_restart_and_go_when_somebody_removes_them() {
    let dir = tempfile::tempdir().unwrap();
    let options = |dir: &Path| Options { dir: Some(dir.to_owned()), ..Options::default() };
    let before = network(options(dir.path())).await;
    let id = before.create("one").await;
    let subnet = before.subnet.clone();
    before.rig.clouds.shutdown().await;
    let after = network(options(dir.path())).await;
    assert_eq!(after.subnet, subnet);
    assert_eq!(after.create("one").await, id);
    let aws = after.rig.clouds.aws();
    aws.apply(Change::DeleteVpcEndpoint(id.clone())).await.unwrap();
    assert!(aws.apply(Change::DeleteVpcEndpoint(id)).await.is_err());
    assert!(aws.vpc_endpoints().is_empty());
}
