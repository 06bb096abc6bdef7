//! What the simulator does not model is refused, and so is what no client should send.

use crate::rig::{Rig, http};

#[tokio::test]
async fn refuses_kms_fields_it_does_not_model() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let check = async |operation: &str, body: &str, expected: &str| {
        let got = rig.kms_call(operation, body).send().await;
        assert_eq!((got.status, got.code().as_str()), (400, expected), "{operation} {body}: {}", got.body);
    };
    let with = |more: &str| format!(r#"{{"KeyId":"{}"{more}}}"#, key.id);
    check("DescribeKey", &with(r#","Colour":"blue""#), "ValidationException").await;
    check("Decrypt", r#"{"CiphertextBlob":"eA==","Recipient":{}}"#, "ValidationException").await;
    check("CreateKey", r#"{"CustomKeyStoreId":"x"}"#, "ValidationException").await;
    check("CreateKey", r#"{"MultiRegion":true}"#, "UnsupportedOperationException").await;
    check("CreateKey", r#"{"KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"}"#, "UnsupportedOperationException")
        .await;
    check("CreateKey", r#"{"Tags":[["a","b"]]}"#, "SerializationException").await;
    check("CreateKey", r#"{"Tags":[{"TagKey":"a"}]}"#, "SerializationException").await;
    check("DescribeKey", &with(r#","GrantTokens":["x"]"#), "InvalidGrantTokenException").await;
    check("DescribeKey", &format!(r#"["{}"]"#, key.id), "SerializationException").await;
    check("DescribeKey", &with(r#","KeyId":"again""#), "SerializationException").await;
    check("DescribeKey", r#"{"KeyId":1}"#, "SerializationException").await;
    check("DescribeKey", r#"{"KeyId":"#, "SerializationException").await;
    check("DescribeKey", "{}", "ValidationException").await;
    check("Encrypt", &with(r#","Plaintext":"not base64""#), "SerializationException").await;
    check("Encrypt", &with(r#","Plaintext":"""#), "ValidationException").await;
    check("CreateGrant", "{}", "UnknownOperationException").await;
    check("encrypt", "{}", "UnknownOperationException").await;
    check(
        "CreateAlias",
        &format!(r#"{{"AliasName":"alias/aws/x","TargetKeyId":"{}"}}"#, key.id),
        "InvalidAliasNameException",
    )
    .await;
    check("DisableKey", r#"{"KeyId":"alias/one"}"#, "NotFoundException").await;
}

#[tokio::test]
async fn refuses_query_fields_it_does_not_model() {
    let rig = Rig::start().await;
    let check = async |got: crate::rig::Got, status: u16, expected: &str| {
        assert_eq!((got.status, got.code().as_str()), (status, expected), "{}", got.body);
        assert!(got.headers["content-type"].to_str().unwrap().starts_with("text/xml"));
    };
    let sts = |form: &str| rig.sts_call(form).send();
    let iam = |form: &str| rig.iam_call(form).send();
    let role = "RoleArn=arn:aws:iam::111122223333:role/a&RoleSessionName=test";
    check(sts("Action=GetCallerIdentity&Colour=blue").await, 400, "ValidationError").await;
    check(sts(&format!("Action=AssumeRole&{role}&Tags.member.1.Key=a")).await, 400, "ValidationError").await;
    check(sts(&format!("Action=AssumeRole&{role}&RoleArn=b")).await, 400, "MalformedInput").await;
    check(sts("Action=AssumeRole").await, 400, "ValidationError").await;
    check(sts("Action=GetSessionToken").await, 400, "InvalidAction").await;
    check(iam("Action=CreateUser&UserName=a&Tags.member.1.Key=b").await, 400, "ValidationError").await;
    check(iam("Action=CreateUser&UserName=a/b").await, 400, "ValidationError").await;
    check(iam("Action=CreateGroup&GroupName=a").await, 400, "InvalidAction").await;
    check(iam("Action=CreateUser&UserName=admin").await, 409, "EntityAlreadyExists").await;
    check(iam("Action=GetRole&RoleName=nope").await, 404, "NoSuchEntity").await;
    let policy = "PolicyName=p&PolicyDocument=%7B%7D";
    check(iam(&format!("Action=PutUserPolicy&UserName=admin&{policy}")).await, 400, "MalformedPolicyDocument").await;
}

#[tokio::test]
async fn keeps_iam_to_whoever_may() {
    let rig = Rig::start().await;
    let mut call = rig.iam_call("Action=CreateUser&UserName=a");
    call.keys = rig.user("nobody", None).await;
    let got = call.send().await;
    assert_eq!((got.status, got.code().as_str()), (403, "AccessDenied"));
    assert!(got.body.contains("iam:CreateUser"), "{}", got.body);
}

#[tokio::test]
async fn gives_an_administrator_leave_by_the_managed_policy() {
    let rig = Rig::start().await;
    let keys = rig.user("boss", None).await;
    let list = || async {
        let mut call = rig.iam_call("Action=ListUsers");
        call.keys = keys.clone();
        call.send().await.status
    };
    assert_eq!(list().await, 403);
    let managed = "UserName=boss&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess";
    assert_eq!(rig.iam_call(&format!("Action=AttachUserPolicy&{managed}")).send().await.status, 200);
    assert_eq!(list().await, 200);
    assert_eq!(rig.iam_call(&format!("Action=DetachUserPolicy&{managed}")).send().await.status, 200);
    assert_eq!(list().await, 403);
}

#[tokio::test]
async fn refuses_other_hosts_paths_and_methods() {
    let rig = Rig::start().await;
    let endpoint = rig.clouds.aws_endpoint();
    let port = rig.clouds.aws_address().port();
    for (host, status) in [
        (format!("localhost:{port}"), 403),
        (format!("127.0.0.1:{port}"), 403),
        ("[::1]:1".to_owned(), 403),
        (format!("evil.example:{port}"), 421),
        (format!("localhost.evil.example:{port}"), 421),
        ("kms.us-east-1.amazonaws.com".to_owned(), 421),
    ] {
        let got = http().post(&endpoint).header("host", &host).body("Action=GetCallerIdentity").send().await.unwrap();
        assert_eq!(got.status(), status, "{host}");
    }
    let large = http().post(&endpoint).body(vec![b'x'; 300 * 1024]).send().await.unwrap();
    assert_eq!(large.status(), 413);

    let mut call = rig.kms_call("ListKeys", "{}");
    call.url.push_str("elsewhere");
    assert_eq!(call.send().await.code(), "UnknownOperationException");
    assert_eq!(http().get(&endpoint).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn stays_on_loopback() {
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let options = simulators::Options { listen: address.parse().unwrap(), ..simulators::Options::default() };
        let refused = simulators::Clouds::start(options).await;
        assert!(matches!(refused, Err(simulators::Error::NotLoopback(_))), "{address}");
    }
}

#[tokio::test]
async fn counts_requests_and_connections() {
    let rig = Rig::start().await;
    let kms = rig.kms();
    for _ in 0..3 {
        kms.list_keys().send().await.unwrap();
    }
    kms.list_aliases().send().await.unwrap();
    assert_eq!(rig.clouds.aws().requests("ListKeys"), 3);
    assert_eq!(rig.clouds.aws().requests("ListAliases"), 1);
    assert_eq!(rig.clouds.aws().requests("Encrypt"), 0);
    assert_eq!(rig.clouds.aws().all_requests(), 4);
    assert_eq!(rig.clouds.aws_connections(), simulators::Connections { accepted: 1, open: 1 });
    let other = rig.kms();
    other.list_keys().send().await.unwrap();
    assert_eq!(rig.clouds.aws_connections().accepted, 2);
}
