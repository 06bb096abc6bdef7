//! Tests of what Resource Manager is asked about private endpoints, and of what becomes of all it may answer.

use std::sync::atomic::AtomicBool;

use domain::customer_key::CustomerKey;
use domain::customer_key::azure_key_vault::{AzureEnvironment, ResourceGroupName};
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{CloudRecord, EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider, Refusal};
use serde_json::Value;

use super::super::private_endpoint::refusal_rows;
use super::*;
use crate::private_endpoint::{Asked as Outcome, EndpointTrouble, Found, Seen, Wanted};

const RESOURCE_GROUP: &str = "/subscriptions/ffffffff-0000-4000-8000-000000000007/resourceGroups/atrest-endpoints";
const SUBNET: &str = "/subscriptions/ffffffff-0000-4000-8000-000000000007/resourceGroups/atrest-endpoints/\
                      providers/Microsoft.Network/virtualNetworks/atrest/subnets/us-east-2";

pub(super) fn region() -> EndpointRegion {
    EndpointRegion::parse(PrivateProvider::AzureKeyVault, "US_EAST_2").unwrap()
}

pub(super) fn place(addresses: &str) -> AzurePlace {
    AzurePlace {
        region: region(),
        location: "eastus2".to_owned(),
        subscription: guid("ffffffff-0000-4000-8000-000000000007"),
        resource_group: ResourceGroupName::parse("atrest-endpoints").unwrap(),
        subnet: SUBNET.to_owned(),
        addresses: vec![addresses.parse().unwrap()],
    }
}

fn endpoint() -> PrivateEndpoint {
    PrivateEndpoint {
        id: PrivateEndpointId::from_random([9; 12]),
        project: PROJECT,
        region: region(),
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

fn name() -> String {
    endpoint().resource_name()
}

fn resource_id() -> String {
    format!("{RESOURCE_GROUP}/providers/Microsoft.Network/privateEndpoints/{}", name())
}

/// Our Azure with one place, whose lists serve as long as they may.
fn arm_of(rig: &Rig, every: Duration) -> Arc<Azure> {
    azure(Config { places: vec![place("10.1.0.0/24")], survey_every: every, ..rig.config() })
}

async fn with<T>(endpoint: &PrivateEndpoint, ask: impl AsyncFnOnce(&Wanted<'_>) -> T) -> T {
    let key = CustomerKey::AzureKeyVault(settings(by_secret()));
    ask(&Wanted { endpoint, instance: "0123456789abcdef01234567", key: &key, project: PROJECT }).await
}

async fn make(azure: &Azure) -> Outcome {
    with(&endpoint(), async |wanted| azure.make_endpoint(wanted).await).await
}

async fn remove(azure: &Azure) -> Outcome {
    with(&endpoint(), async |wanted| azure.remove_endpoint(wanted).await).await
}

async fn see(azure: &Azure, endpoint: &PrivateEndpoint) -> Result<Seen, EndpointTrouble> {
    with(endpoint, async |wanted| azure.see_endpoint(wanted).await).await
}

/// Tells which resource is asked for, if it is one of the network.
fn network(asked: &Asked<'_>) -> Option<(String, String)> {
    let mut line = asked.text.lines().next()?.split(' ');
    let (method, path) = (line.next()?, line.next()?);
    path.starts_with("/subscriptions/").then(|| (method.to_owned(), path.to_owned()))
}

fn resource(state: &str, status: &str, address: &str) -> Value {
    let addresses: Vec<&str> = [address].into_iter().filter(|address| !address.is_empty()).collect();
    json!({"id": resource_id(), "name": name(), "properties": {
        "provisioningState": state,
        "manualPrivateLinkServiceConnections": [{"name": name(), "properties": {
            "privateLinkServiceConnectionState": {"status": status}}}],
        "customDnsConfigs": [{"fqdn": "localhost", "ipAddresses": addresses}],
        "networkInterfaces": [{"id": format!("{RESOURCE_GROUP}/providers/Microsoft.Network/networkInterfaces/n")}],
    }})
}

fn not_found() -> Reply {
    let body = r#"{"error":{"code":"ResourceNotFound","message":"The Resource was not found."}}"#;
    Reply::Bytes(http("404 Not Found", "Content-Type: application/json\r\n", body))
}

/// A group that has these endpoints, and none besides.
async fn resource_group_with(listed: Vec<Value>) -> Rig {
    Rig::start(move |asked| {
        let (_, path) = network(asked)?;
        Some(if path.contains("/privateEndpoints?") {
            Reply::Bytes(ok(&json!({"value": listed})))
        } else {
            not_found()
        })
    })
    .await
}

fn count(asked: &Mutex<Vec<String>>, part: &str) -> usize {
    asked.lock().unwrap().iter().filter(|line| line.contains(part)).count()
}

#[tokio::test]
async fn an_endpoint_is_ordered_by_hand_under_a_name_of_its_own() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let rig = Rig::start(move |asked| {
        network(asked)?;
        told.lock().unwrap().push(asked.text.to_owned());
        let operation = format!("https://localhost:{}/subscriptions/s/operations/7?api-version=2024-05-01", asked.port);
        let headers = format!("Azure-AsyncOperation: {operation}\r\nRetry-After: 10\r\n");
        Some(Reply::Bytes(http("201 Created", &headers, &resource("Updating", "Pending", "").to_string())))
    })
    .await;
    let made = make(&arm_of(&rig, Duration::ZERO)).await;
    let operation = format!("https://localhost:{}/subscriptions/s/operations/7?api-version=2024-05-01", rig.port);
    assert_eq!(made, Outcome::Accepted { resource: Some(resource_id()), operation: Some(operation) });
    let heard = heard.lock().unwrap();
    let (head, body) = heard.first().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("PUT {}?api-version=2024-05-01 HTTP/1.1\r\n", resource_id())), "{head}");
    let token = jwt(&claims(OPERATOR_CLIENT, OPERATOR_CLIENT, OPERATOR_TENANT));
    assert!(head.to_lowercase().contains(&format!("authorization: bearer {}", token.to_lowercase())), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let vault =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/localhost");
    assert_eq!(
        body,
        json!({
            "location": "eastus2",
            "tags": {
                "atrest-endpoint": "090909090909090909090909",
                "atrest-instance": "0123456789abcdef01234567",
                "atrest-project": "070707070707070707070707",
            },
            "properties": {
                "subnet": {"id": SUBNET},
                "manualPrivateLinkServiceConnections": [{"name": "atrest-090909090909090909090909", "properties": {
                    "privateLinkServiceId": vault,
                    "groupIds": ["vault"],
                    "requestMessage": "Atrest 0123456789abcdef01234567 for project 070707070707070707070707",
                }}],
            },
        })
    );
    assert_eq!(rig.count_of(Operation::OperatorToken), 1);
    assert_eq!(rig.count_of(Operation::TenantToken), 0, "no customer's identity is used");
}

#[tokio::test]
async fn what_an_answer_points_to_elsewhere_is_not_followed() {
    let elsewhere = Rig::start(|_| None).await;
    let other = elsewhere.port;
    let rig = Rig::start(move |asked| {
        let (method, path) = network(asked)?;
        let link = format!("https://localhost:{other}/subscriptions/s/x");
        let ours = resource("Updating", "Pending", "").to_string();
        Some(Reply::Bytes(match method.as_str() {
            "PUT" => http("201 Created", &format!("Azure-AsyncOperation: {link}\r\n"), &ours),
            "GET" if path.contains("/privateEndpoints?") => ok(&json!({"value": [], "nextLink": link})),
            _ => http("307 Temporary Redirect", &format!("Location: {link}\r\n"), ""),
        }))
    })
    .await;
    let azure = arm_of(&rig, Duration::ZERO);
    assert_eq!(make(&azure).await, Outcome::Accepted { resource: Some(resource_id()), operation: None });
    let words = see(&azure, &endpoint()).await.unwrap_err().words;
    assert!(words.as_str().contains("at another host"), "{words:?}");
    assert!(matches!(remove(&azure).await, Outcome::Later { .. }));
    // What is stored may be an old host's, or somebody else's resource.
    let mut endpoint = endpoint();
    endpoint.cloud.operation = Some(format!("https://localhost:{other}/subscriptions/s/operations/7"));
    endpoint.cloud.resource = Some(resource_id().replace(&name(), "somebody-elses"));
    let rig = resource_group_with(vec![resource("Failed", "Pending", "")]).await;
    assert!(matches!(see(&arm_of(&rig, Duration::ZERO), &endpoint).await, Ok(Seen::Failed(_))));
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn every_row_of_the_table_of_refusals_holds_over_the_wire() {
    let mut asked = JoinSet::new();
    for (removes, code, words, refused) in refusal_rows() {
        asked.spawn(async move {
            let message = format!("It {words}. {OPERATOR_SECRET}");
            let body = json!({"error": {"code": code, "message": message}}).to_string();
            let rig = Rig::start(move |asked| {
                network(asked).map(|_| Reply::Bytes(http("409 Conflict", "Retry-After: 7\r\n", &body)))
            })
            .await;
            let azure = arm_of(&rig, Duration::ZERO);
            let outcome = if removes { remove(&azure).await } else { make(&azure).await };
            let (words, after) = match outcome {
                Outcome::Refused(words) if refused => (words, None),
                Outcome::Later { why, after } if !refused => (why, after),
                Outcome::Accepted { .. } | Outcome::Refused(_) | Outcome::Later { .. } => {
                    panic!("{code}: not {refused}")
                }
            };
            assert!(words.as_str().contains(code) && !words.as_str().contains(OPERATOR_SECRET), "{words:?}");
            assert_eq!(after.is_some(), !refused, "{code}");
        });
    }
    assert!(asked.len() > 80, "{} codes", asked.len());
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_answer_of_azure_is_asked_again() {
    let html = "<!DOCTYPE html><html>Sign in to the proxy</html>";
    let half = format!("HTTP/1.1 200 OK\r\nDate: {DATE}\r\nContent-Length: 100\r\n\r\n{{\"id\"");
    let odd = [
        Reply::Bytes(http("200 OK", "", html)),
        Reply::Bytes(http("200 OK", "", "{}")),
        Reply::Bytes(http("200 OK", "", "[1,")),
        Reply::Bytes(http("200 OK", "", r#"{"value":7}"#)),
        Reply::Bytes(http("403 Forbidden", "", html)),
        Reply::Bytes(http("404 Not Found", "", html)),
        Reply::Bytes(http("400 Bad Request", "", "")),
        Reply::Bytes(http("401 Unauthorized", "", r#"{"error":{"code":"InvalidAuthenticationToken"}}"#)),
        Reply::Bytes(http("404 Not Found", "", r#"{"error":{"code":"BrandNew"}}"#)),
        Reply::Bytes(http("500 Internal Server Error", "", r#"{"error":{"code":"AuthorizationFailed"}}"#)),
        Reply::Bytes(http("502 Bad Gateway", "", html)),
        Reply::Bytes(http("302 Found", "Location: https://localhost/\r\n", "")),
        Reply::Last(half),
        Reply::Last(String::new()),
        Reply::Reset,
    ];
    for reply in odd {
        // What removing answers with nobody reads, so that it is JSON has to do.
        let reads = matches!(&reply, Reply::Bytes(text) if text.starts_with("HTTP/1.1 200") && text.ends_with('}'));
        let said = reply.clone();
        let rig = Rig::start(move |asked| network(asked).map(|_| said.clone())).await;
        let azure = arm_of(&rig, Duration::ZERO);
        let (made, removed) = (make(&azure).await, remove(&azure).await);
        assert!(matches!(made, Outcome::Later { .. }), "{made:?}");
        assert_eq!(matches!(removed, Outcome::Later { .. }), !reads, "{removed:?}");
        let mut stored = endpoint();
        stored.cloud.resource = Some(resource_id());
        for state in [EndpointState::Initiating, EndpointState::Active, EndpointState::Deleting] {
            stored.state = state;
            let seen = see(&azure, &stored).await;
            assert!(seen.is_err(), "nothing is concluded from it: {seen:?}");
        }
    }
}

#[tokio::test]
async fn the_cloud_is_left_alone_as_long_as_it_asks() {
    let check = async |headers: &'static str, expected: Option<u64>| {
        let rig =
            Rig::start(move |asked| network(asked).map(|_| Reply::Bytes(http("429 Too Many Requests", headers, ""))))
                .await;
        let azure = arm_of(&rig, Duration::ZERO);
        let expected = expected.map(Duration::from_secs);
        let Outcome::Later { after, .. } = make(&azure).await else { panic!("{headers}") };
        assert_eq!(after, expected, "{headers}");
        assert_eq!(see(&azure, &endpoint()).await.unwrap_err().after, expected, "{headers}");
        let lists = rig.count_of(Operation::ReadVault);
        see(&azure, &endpoint()).await.unwrap_err();
        let again = rig.count_of(Operation::ReadVault) - lists;
        assert_eq!(again, usize::from(expected.is_none()), "nobody lists again before: {headers}");
    };
    check("Retry-After: 17\r\n", Some(17)).await;
    check("Retry-After: Thu, 01 Jan 2026 00:00:30 GMT\r\n", Some(30)).await;
    check("Retry-After: 999999999\r\n", Some(600)).await;
    check("Retry-After: soon\r\n", None).await;
    check("", None).await;
}

#[tokio::test]
async fn many_endpoints_share_a_list_that_goes_on() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = lines.clone();
    let rig = Rig::start(move |asked| {
        let (_, path) = network(asked)?;
        heard.lock().unwrap().push(path.clone());
        let first = path.contains("/privateEndpoints?") && !path.contains("page=2");
        let next = format!("https://localhost:{}{RESOURCE_GROUP}/providers/Microsoft.Network/privateEndpoints?page=2", asked.port);
        let strangers: Vec<Value> = (0..1000).map(|number| json!({"id": "/x", "name": format!("other-{number}"), "properties": {"provisioningState": "x".repeat(900)}})).collect();
        Some(Reply::Bytes(match first {
            true => ok(&json!({"value": strangers, "nextLink": next})),
            false => ok(&json!({"value": [7, {"name": 1}, resource("Succeeded", "Pending", "10.1.0.4")]})),
        }))
    })
    .await;
    let azure = arm_of(&rig, Duration::from_secs(60));
    let mut asked = JoinSet::new();
    for _ in 0..50 {
        let azure = azure.clone();
        asked.spawn(async move { see(&azure, &endpoint()).await });
    }
    while let Some(seen) = asked.join_next().await {
        assert!(matches!(seen.unwrap(), Ok(Seen::Pending(_))));
    }
    assert_eq!(lines.lock().unwrap().len(), 2, "two pages, once");
}

#[tokio::test]
async fn an_endpoint_is_absent_only_when_it_says_so_itself() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let there = Arc::new(AtomicBool::new(true));
    let (heard, is_there) = (lines.clone(), there.clone());
    let rig = Rig::start(move |asked| {
        let (_, path) = network(asked)?;
        heard.lock().unwrap().push(path.clone());
        Some(if path.contains("/privateEndpoints?") {
            Reply::Bytes(ok(&json!({"value": []})))
        } else if is_there.load(Ordering::SeqCst) {
            Reply::Bytes(ok(&resource("Succeeded", "Approved", "10.1.0.4")))
        } else {
            not_found()
        })
    })
    .await;
    let azure = arm_of(&rig, Duration::from_secs(60));
    assert!(matches!(see(&azure, &endpoint()).await, Ok(Seen::Approved(_))));
    there.store(false, Ordering::SeqCst);
    assert_eq!(see(&azure, &endpoint()).await, Ok(Seen::Nothing));
    assert_eq!((count(&lines, "/privateEndpoints?"), count(&lines, &name())), (1, 2));
}

#[tokio::test]
async fn what_is_seen_is_told_apart() {
    let found = |addresses: &[&str]| Found {
        resource: Some(resource_id()),
        connection_name: Some(name()),
        dns_name: Some("localhost".to_owned()),
        addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
    };
    let check = async |state, status, address, expected: Seen| {
        let rig = resource_group_with(vec![resource(state, status, address)]).await;
        assert_eq!(see(&arm_of(&rig, Duration::ZERO), &endpoint()).await, Ok(expected), "{state} {status} {address}");
    };
    check("Updating", "Pending", "", Seen::Making).await;
    check("Succeeded", "Pending", "", Seen::Pending(found(&[]))).await;
    check("Succeeded", "Pending", "10.1.0.4", Seen::Pending(found(&["10.1.0.4"]))).await;
    check("Succeeded", "Approved", "10.1.0.4", Seen::Approved(found(&["10.1.0.4"]))).await;
    check("Succeeded", "Rejected", "8.8.8.8", Seen::Refused(found(&[]), Refusal::Rejected)).await;
    check("Succeeded", "Disconnected", "", Seen::Refused(found(&[]), Refusal::Disconnected)).await;
    for (status, address) in [("Approved", "10.2.0.4"), ("Pending", "10.2.0.4"), ("Approved", "169.254.169.254")] {
        let rig = resource_group_with(vec![resource("Succeeded", status, address)]).await;
        match see(&arm_of(&rig, Duration::ZERO), &endpoint()).await {
            Ok(Seen::Failed(words)) => assert!(words.as_str().contains(address), "{words:?}"),
            other => panic!("{status} {address}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn addresses_that_the_endpoint_does_not_tell_are_asked_of_its_interface() {
    let rig = Rig::start(|asked| {
        let (_, path) = network(asked)?;
        Some(Reply::Bytes(if path.contains("/networkInterfaces/n?") {
            ok(&json!({"properties": {"ipConfigurations": [{"properties": {"privateIPAddress": "10.1.0.9"}}]}}))
        } else {
            ok(&json!({"value": [resource("Succeeded", "Approved", "")]}))
        }))
    })
    .await;
    let Ok(Seen::Approved(found)) = see(&arm_of(&rig, Duration::ZERO), &endpoint()).await else {
        panic!("it is there")
    };
    assert_eq!(found.addresses, ["10.1.0.9".parse::<std::net::IpAddr>().unwrap()]);
}

#[tokio::test]
async fn a_failed_making_is_told_in_the_operations_words() {
    let check = async |listed: bool, operation: Value, expected: &str| {
        let rig = Rig::start(move |asked| {
            let (_, path) = network(asked)?;
            let listed = if listed { vec![resource("Failed", "", "")] } else { Vec::new() };
            Some(if path.contains("/operations/7?") {
                Reply::Bytes(ok(&operation))
            } else if path.contains("/privateEndpoints?") {
                Reply::Bytes(ok(&json!({"value": listed})))
            } else {
                not_found()
            })
        })
        .await;
        let mut endpoint = endpoint();
        let operation = format!("https://localhost:{}/subscriptions/s/operations/7?api-version=2024-05-01", rig.port);
        endpoint.cloud.operation = Some(operation);
        let seen = see(&arm_of(&rig, Duration::ZERO), &endpoint).await.unwrap();
        let found = match &seen {
            Seen::Failed(words) => format!("failed {}", words.as_str()),
            Seen::Faltered(words) => format!("faltered {}", words.as_str()),
            Seen::Nothing => "nothing".to_owned(),
            Seen::Making => "making".to_owned(),
            Seen::Pending(_) | Seen::Approved(_) | Seen::Refused(..) => format!("{seen:?}"),
        };
        assert!(found.starts_with(expected), "{found}");
        assert!(!found.contains(OPERATOR_SECRET), "{found}");
    };
    let failed = |code: &str| json!({"status": "Failed", "error": {"code": code, "message": OPERATOR_SECRET}});
    check(true, failed("SubnetIsFull"), "failed the operator's subnet is full: SubnetIsFull: [hidden]").await;
    check(true, failed("BrandNew"), "failed Azure could not make it: BrandNew").await;
    check(true, failed("RetryableError"), "faltered").await;
    check(true, failed("InternalServerError"), "faltered").await;
    check(true, json!({"status": "Succeeded"}), "failed Azure could not make it").await;
    check(false, failed("SubnetIsFull"), "failed the operator's subnet is full").await;
    check(false, failed("AnotherOperationInProgress"), "faltered").await;
    check(false, json!({"status": "InProgress"}), "making").await;
    check(false, json!({"status": "Succeeded"}), "nothing").await;
    check(false, json!({"status": "BrandNew"}), "nothing").await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_removed() {
    for (status, body) in [
        ("200 OK", ""),
        ("202 Accepted", ""),
        ("204 No Content", ""),
        ("404 Not Found", r#"{"error":{"code":"ResourceNotFound"}}"#),
        ("404 Not Found", r#"{"error":{"code":"ResourceGroupNotFound"}}"#),
    ] {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = lines.clone();
        let rig = Rig::start(move |asked| {
            let (method, path) = network(asked)?;
            heard.lock().unwrap().push(format!("{method} {path}"));
            Some(Reply::Bytes(http(status, "", body)))
        })
        .await;
        let removed = remove(&arm_of(&rig, Duration::ZERO)).await;
        assert!(matches!(removed, Outcome::Accepted { .. }), "{status}: {removed:?}");
        assert_eq!(*lines.lock().unwrap(), [format!("DELETE {}?api-version=2024-05-01", resource_id())]);
    }
}

#[tokio::test]
async fn where_there_is_no_resource_group_or_no_registration_there_is_nothing() {
    for (status, code) in [
        ("404 Not Found", "ResourceGroupNotFound"),
        ("404 Not Found", "ResourceNotFound"),
        ("409 Conflict", "MissingSubscriptionRegistration"),
    ] {
        let body = json!({"error": {"code": code, "message": "No."}}).to_string();
        let rig = Rig::start(move |asked| network(asked).map(|_| Reply::Bytes(http(status, "", &body)))).await;
        let azure = arm_of(&rig, Duration::ZERO);
        for state in [EndpointState::Initiating, EndpointState::Active, EndpointState::Deleting] {
            let seen = see(&azure, &PrivateEndpoint { state, ..endpoint() }).await;
            assert_eq!(seen, Ok(Seen::Nothing), "{code} {state:?}");
        }
        assert!(matches!(remove(&azure).await, Outcome::Accepted { .. }), "{code}");
        assert!(matches!(make(&azure).await, Outcome::Refused(_)), "{code}");
    }
}

#[tokio::test]
async fn where_it_was_made_it_is_removed_though_the_place_has_moved() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = lines.clone();
    let rig = Rig::start(move |asked| {
        let (method, path) = network(asked)?;
        heard.lock().unwrap().push(format!("{method} {path}"));
        Some(not_found())
    })
    .await;
    let azure = azure(Config { places: Vec::new(), ..rig.config() });
    let mut endpoint = endpoint();
    endpoint.cloud.resource = Some(resource_id());
    let removed = with(&endpoint, async |wanted| azure.remove_endpoint(wanted).await).await;
    assert_eq!(removed, Outcome::Accepted { resource: None, operation: None });
    assert_eq!(count(&lines, &format!("DELETE {}?", resource_id())), 1);
    // What was never made needs no cloud; what may have been made somewhere is not given up.
    endpoint.cloud = CloudRecord::default();
    assert_eq!(see(&azure, &endpoint).await, Ok(Seen::Nothing));
    endpoint.cloud.asked = true;
    assert!(see(&azure, &endpoint).await.is_err());
    assert_eq!(lines.lock().unwrap().len(), 1);
    assert!(!azure.has_place(&region()));
    assert!(matches!(make(&azure).await, Outcome::Refused(_)));
}

#[tokio::test]
async fn an_old_token_is_taken_anew_once() {
    let first = AtomicBool::new(true);
    let rig = Rig::start(move |asked| {
        network(asked)?;
        let ended = first.swap(false, Ordering::SeqCst);
        let expired = r#"{"error":{"code":"ExpiredAuthenticationToken","message":"It expired."}}"#;
        Some(if ended { Reply::Bytes(http("401 Unauthorized", "", expired)) } else { not_found() })
    })
    .await;
    let azure = arm_of(&rig, Duration::ZERO);
    assert_eq!(remove(&azure).await, Outcome::Accepted { resource: None, operation: None });
    assert_eq!(rig.count_of(Operation::OperatorToken), 2);
    assert_eq!(remove(&azure).await, Outcome::Accepted { resource: None, operation: None });
    assert_eq!(rig.count_of(Operation::OperatorToken), 2, "the new one serves again");
}

#[tokio::test]
async fn a_refused_operator_is_nobody_elses_fault() {
    let refused = spelled(Operation::OperatorToken, "AADSTS7000222", &format!("The secret is over. {OPERATOR_SECRET}"));
    let rig = Rig::with(Operation::OperatorToken, Reply::Bytes(refused)).await;
    let azure = arm_of(&rig, Duration::ZERO);
    let Outcome::Later { why, .. } = make(&azure).await else { panic!("it is made another time") };
    assert!(!why.as_str().contains("7000222"), "{why:?}");
    assert!(azure.operator_health().identity_broken());
    let faults = azure.check_places().await;
    assert!(faults.len() == 1 && faults[0].fault.contains("AADSTS7000222"), "{faults:?}");
    assert!(!faults[0].fault.contains(OPERATOR_SECRET));
}

#[tokio::test]
async fn a_vault_of_another_cloud_is_not_reached() {
    let rig = Rig::start(|_| None).await;
    let azure = arm_of(&rig, Duration::ZERO);
    let settings = Settings { environment: AzureEnvironment::AzureChina, ..settings(by_secret()) };
    let key = CustomerKey::AzureKeyVault(settings);
    let endpoint = endpoint();
    let made = azure.make_endpoint(&Wanted { endpoint: &endpoint, instance: "i", key: &key, project: PROJECT }).await;
    assert!(matches!(made, Outcome::Refused(_)), "{made:?}");
    assert_eq!(rig.connections(), 0);
}

#[tokio::test]
async fn the_vaults_name_of_a_connection_is_read_as_the_customer() {
    let rig = Rig::start(|asked| {
        let (_, path) = network(asked)?;
        assert!(path.contains("/vaults/localhost/privateEndpointConnections?api-version=2023-07-01"), "{path}");
        let connection = |name: &str, of: &str| json!({"name": name, "properties": {"privateEndpoint": {"id": of}}});
        let listed =
            [connection("other.1", "/subscriptions/x"), json!({}), connection("ours.2", &resource_id().to_uppercase())];
        Some(Reply::Bytes(ok(&json!({"value": listed}))))
    })
    .await;
    let azure = arm_of(&rig, Duration::ZERO);
    let settings = settings(by_secret());
    let name = azure.connection_name(PROJECT, &settings, None, &resource_id()).await;
    assert_eq!(name.as_deref(), Some("ours.2"));
    assert_eq!((rig.count_of(Operation::TenantToken), rig.count_of(Operation::OperatorToken)), (1, 0));
    assert_eq!(azure.connection_name(PROJECT, &settings, None, "/subscriptions/y").await, None);
    let denied = Rig::start(|asked| {
        let body = r#"{"error":{"code":"AuthorizationFailed","message":"No."}}"#;
        network(asked).map(|_| Reply::Bytes(http("403 Forbidden", "", body)))
    })
    .await;
    let azure = arm_of(&denied, Duration::ZERO);
    assert_eq!(azure.connection_name(PROJECT, &settings, None, &resource_id()).await, None);
}

#[tokio::test]
async fn a_place_is_told_what_it_lacks() {
    let check = async |path: &'static str, answer: Reply, expected: &[&str]| {
        let rig = Rig::start(move |asked| {
            let (_, asked) = network(asked)?;
            if asked.contains(path) {
                return Some(answer.clone());
            }
            Some(Reply::Bytes(ok(&if asked.contains("/permissions?") {
                json!({"value": [{"actions": ["Microsoft.Network/*"], "notActions": []}]})
            } else if asked.contains("/subnets/") {
                json!({"properties": {"addressPrefix": "10.1.0.0/16"}})
            } else {
                json!({"namespace": "Microsoft.Network", "registrationState": "Registered"})
            })))
        })
        .await;
        let faults = arm_of(&rig, Duration::ZERO).check_places().await;
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (fault, expected) in told.iter().zip(expected) {
            assert!(fault.starts_with("azure.private_endpoints: US_EAST_2: "), "{fault}");
            assert!(fault.contains(expected), "{fault}");
        }
    };
    let body = |body: Value| Reply::Bytes(ok(&body));
    let forbidden = http("403 Forbidden", "", r#"{"error":{"code":"AuthorizationFailed","message":"No right."}}"#);
    let prefixes = json!({"properties": {"addressPrefixes": ["10.9.0.0/24", "fd00::/64"]}});
    check("nothing", Reply::Reset, &[]).await;
    check("/providers/Microsoft.Network?", body(json!({"registrationState": "NotRegistered"})), &["is not registered"])
        .await;
    check("/providers/Microsoft.Network?", Reply::Bytes(forbidden.clone()), &[]).await;
    check("us-east-2?", not_found(), &["it is not there"]).await;
    check("us-east-2?", body(prefixes), &["10.9.0.0/24, fd00::/64, none of which is within 10.1.0.0/24"]).await;
    check("us-east-2?", Reply::Bytes(forbidden), &["lacks a permission"]).await;
    let some = json!({"value": [{"actions": ["Microsoft.Network/privateEndpoints/*"], "notActions": ["*/delete"]}]});
    check(
        "atrest-endpoints/providers/Microsoft.Authorization",
        body(some),
        &["missing: Microsoft.Network/privateEndpoints/delete"],
    )
    .await;
    let none = json!({"value": []});
    check("us-east-2/providers/Microsoft.Authorization", body(none), &["subnets/join/action"]).await;
}

#[tokio::test]
async fn faults_of_places_are_all_told() {
    let told = |config: Config| -> Vec<String> {
        let faults = Azure::new(config, &Arc::default(), Clock::new(|| NOW), Arc::default()).unwrap_err();
        faults.iter().map(ToString::to_string).collect()
    };
    let good = Config { operator: operator(), ..Config::default() };
    let odd = AzurePlace {
        location: "East US 2".to_owned(),
        subnet: "us-east-2".to_owned(),
        addresses: Vec::new(),
        ..place("10.0.0.0/8")
    };
    let faults = told(Config { places: vec![place("10.0.0.0/8"), odd], ..good.clone() });
    assert_eq!(faults.len(), 4, "{faults:?}");
    let faults = told(Config { places: vec![place("10.0.0.0/8")], operator: OperatorIdentity::None, ..good.clone() });
    assert!(faults.len() == 1 && faults[0].contains("azure.operator"), "{faults:?}");
    let aws = EndpointRegion::parse(PrivateProvider::AwsKms, "US_EAST_1").unwrap();
    let faults = told(Config { places: vec![AzurePlace { region: aws, ..place("10.0.0.0/8") }], ..good });
    assert!(faults.len() == 1 && faults[0].contains("not a region of Azure"), "{faults:?}");
}
