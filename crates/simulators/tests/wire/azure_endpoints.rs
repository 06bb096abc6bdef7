//! Private endpoints over Resource Manager: made and taken down while one waits, listed, and what is refused.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::{LinkStatus, Role};
use simulators::{FaultKind, FaultRule};

use crate::azure_network_rig::{NETWORK_API, NetworkRig};
use crate::azure_rig::Got;

fn header<'a>(got: &'a Got, name: &str) -> &'a str {
    got.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn makes_and_takes_down_while_one_waits() {
    let rig = NetworkRig::start().await;
    let (azure, path) = (rig.customer.azure(), rig.endpoint("one"));
    let absent = rig.ask(Method::GET, &path, Value::Null).await;
    assert_eq!((absent.status, absent.code().as_str()), (404, "ResourceNotFound"));
    assert!(absent.message().starts_with("The Resource 'Microsoft.Network/privateEndpoints/one' under resource group"));
    assert_eq!(rig.ask(Method::DELETE, &path, Value::Null).await.status, 204, "nothing to take down");

    azure.set_endpoint_delay(Duration::from_secs(3600)).await.unwrap();
    let made = rig.ask(Method::PUT, &path, rig.body()).await;
    assert_eq!((made.status, &made.body["properties"]["provisioningState"]), (201, &json!("Creating")));
    let progress = header(&made, "azure-asyncoperation").to_owned();
    let shape = format!("/subscriptions/{}/providers/Microsoft.Network/locations/eastus/operations/", rig.subscription);
    assert!(progress.contains(&shape), "{progress}");
    assert_eq!((header(&made, "retry-after"), header(&made, "location")), ("10", ""));
    let going = rig.ask(Method::GET, &progress, Value::Null).await;
    assert_eq!((&going.body, header(&going, "retry-after")), (&json!({ "status": "InProgress" }), "10"));
    assert!(azure.connections("localhost").is_empty(), "the vault's owner sees it once it is made");
    let again = rig.ask(Method::PUT, &path, rig.body()).await;
    assert_eq!((again.status, again.code().as_str()), (409, "AnotherOperationInProgress"));
    assert!(again.message().contains(progress.split('?').next().unwrap()), "{}", again.message());

    azure.set_endpoint_delay(Duration::ZERO).await.unwrap();
    let gone = rig.ask(Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, 202, "a deletion takes the place of a creation");
    assert_eq!(rig.ask(Method::GET, &progress, Value::Null).await.body["status"], json!("Canceled"));
    assert_eq!(rig.ask(Method::GET, header(&gone, "location"), Value::Null).await.status, 204);
    assert_eq!(rig.ask(Method::GET, &path, Value::Null).await.status, 404);

    let made = rig.ask(Method::PUT, &path, rig.body()).await;
    let progress = header(&made, "azure-asyncoperation").to_owned();
    assert_eq!(rig.ask(Method::GET, &progress, Value::Null).await.body, json!({ "status": "Succeeded" }));
    let shown = rig.ask(Method::GET, &path, Value::Null).await;
    let properties = &shown.body["properties"];
    assert_eq!(properties["provisioningState"], json!("Succeeded"));
    assert_eq!(properties["customDnsConfigs"], json!([{ "fqdn": "localhost", "ipAddresses": ["127.65.100.4"] }]));
    assert_eq!(properties["networkInterfaces"].as_array().unwrap().len(), 1);
    assert_eq!(properties["subnet"]["id"], json!(rig.subnet));
    assert_eq!(properties["privateLinkServiceConnections"], json!([]));
    let link = &properties["manualPrivateLinkServiceConnections"][0]["properties"];
    let pending = json!({ "status": "Pending", "description": "", "actionsRequired": "None" });
    assert_eq!(link["privateLinkServiceConnectionState"], pending);
    assert_eq!((&link["requestMessage"], &shown.body["tags"]), (&json!("please"), &json!({ "mine": "yes" })));

    // The same again, and as it was shown: it stays what it is. Another destination is refused.
    let same = rig.ask(Method::PUT, &path, shown.body.clone()).await;
    assert_eq!((same.status, &same.body["properties"]["provisioningState"]), (200, &json!("Updating")));
    assert_ne!(same.body["etag"], shown.body["etag"]);
    let other = rig.customer.vault.replace("localhost", "another");
    let other = rig.body_to("manualPrivateLinkServiceConnections", &other);
    assert_eq!(rig.ask(Method::PUT, &path, other).await.code(), "BadRequest");
    assert_eq!(azure.private_endpoints().len(), 1);
}

#[tokio::test]
async fn takes_down_once_however_often_it_is_asked() {
    let rig = NetworkRig::start().await;
    rig.make("one").await;
    rig.customer.azure().set_endpoint_delay(Duration::MAX).await.unwrap();
    let (first, second) = (
        rig.ask(Method::DELETE, &rig.endpoint("one"), Value::Null).await,
        rig.ask(Method::DELETE, &rig.endpoint("one"), Value::Null).await,
    );
    assert_eq!((first.status, second.status), (202, 202));
    assert_eq!(header(&first, "location"), header(&second, "location"), "one operation");
    assert_eq!(rig.ask(Method::GET, header(&first, "location"), Value::Null).await.status, 202);
    let shown = rig.ask(Method::GET, &rig.endpoint("one"), Value::Null).await;
    assert_eq!(shown.body["properties"]["provisioningState"], json!("Deleting"));
}

#[tokio::test]
async fn lists_by_pages_in_a_group_and_in_a_subscription() {
    let rig = NetworkRig::start().await;
    rig.customer.azure().set_endpoint_page(2).await.unwrap();
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        rig.make(name).await;
    }
    let everywhere = format!("/subscriptions/{}", rig.subscription);
    let all = format!("{everywhere}/providers/Microsoft.Network/privateEndpoints");
    assert_eq!(rig.ask(Method::GET, &all, Value::Null).await.code(), "AuthorizationFailed", "the role is one group's");
    rig.customer.azure().assign_role(&everywhere, &rig.object_id, Role::Reader).await.unwrap();
    for scope in [rig.group.clone(), everywhere] {
        let mut next = format!("{scope}/providers/Microsoft.Network/privateEndpoints");
        let (mut seen, mut pages) = (Vec::new(), 0);
        while !next.is_empty() {
            let page = rig.ask(Method::GET, &next, Value::Null).await;
            assert_eq!(page.status, 200, "{}", page.body);
            pages += 1;
            let here = page.body["value"].as_array().unwrap();
            seen.extend(here.iter().map(|endpoint| endpoint["name"].as_str().unwrap().to_owned()));
            next = page.body["nextLink"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!((seen, pages), (names.map(str::to_owned).to_vec(), 3));
    }
    let broken = format!("{}/providers/Microsoft.Network/privateEndpoints?{NETWORK_API}&$skipToken=zz", rig.group);
    assert_eq!(rig.ask(Method::GET, &broken, Value::Null).await.code(), "BadRequest");
    let other = rig.customer.azure().create_resource_group(&rig.subscription, "other").await.unwrap();
    let other = format!("{other}/providers/Microsoft.Network/privateEndpoints");
    let empty = rig.ask(Method::GET, &other, Value::Null).await;
    assert_eq!(empty.body, json!({ "value": [] }));
}

#[tokio::test]
async fn refuses_what_cannot_be_made() {
    let rig = NetworkRig::start().await;
    let check = async |change: &dyn Fn(&mut Value), code: &str| {
        let mut body = rig.body();
        change(&mut body);
        let got = rig.ask(Method::PUT, &rig.endpoint("one"), body).await;
        assert_eq!(got.code(), code, "{}", got.body);
    };
    const LINKS: &str = "manualPrivateLinkServiceConnections";
    fn link(body: &mut Value) -> &mut Value {
        &mut body["properties"][LINKS][0]["properties"]
    }
    check(&|body| body["location"] = Value::Null, "LocationRequired").await;
    check(&|body| body["extendedLocation"] = json!({}), "BadRequest").await;
    check(&|body| body["properties"]["customNetworkInterfaceName"] = json!("x"), "BadRequest").await;
    check(&|body| body["properties"][LINKS] = json!([]), "BadRequest").await;
    check(&|body| link(body)["groupIds"] = json!([]), "MissingParameterOnPrivateLinkServiceConnection").await;
    check(&|body| link(body)["groupIds"] = json!(["blob"]), "BadRequest").await;
    check(&|body| link(body)["requestMessage"] = json!("x".repeat(141)), "BadRequest").await;
    check(&|body| link(body)["privateLinkServiceId"] = json!("localhost"), "LinkedInvalidPropertyId").await;
    let elsewhere = rig.subnet.replace("one", "two");
    let missing = |body: &mut Value| body["properties"]["subnet"]["id"] = json!(elsewhere.clone());
    check(&missing, "InvalidResourceReference").await;
    let foreign =
        rig.customer.vault.replace("Microsoft.KeyVault/vaults", "Microsoft.Network/virtualNetworks/v/subnets");
    let foreign = |body: &mut Value| body["properties"]["subnet"]["id"] = json!(foreign.clone());
    check(&foreign, "LinkedAuthorizationFailed").await;
    let automatic = rig.body_to("privateLinkServiceConnections", &rig.customer.vault);
    let automatic = |body: &mut Value| *body = automatic.clone();
    check(&automatic, "LinkedAuthorizationFailed").await;
    let named = rig.ask(Method::PUT, &rig.endpoint("-one"), rig.body()).await;
    assert_eq!(named.code(), "InvalidResourceName");

    let azure = rig.customer.azure();
    azure.set_endpoint_quota(&rig.subscription, Some(0)).await.unwrap();
    check(&|_| {}, "PrivateEndpointCountLimitReached").await;
    azure.set_endpoint_quota(&rig.subscription, None).await.unwrap();
    azure.set_provider_registered(&rig.subscription, false).await.unwrap();
    check(&|_| {}, "MissingSubscriptionRegistration").await;
    azure.set_provider_registered(&rig.subscription, true).await.unwrap();
    let stranger = rig.customer.arm(Method::PUT, &rig.endpoint("one"), rig.body()).await;
    assert_eq!((stranger.status, stranger.code().as_str()), (400, "InvalidApiVersionParameter"));
    assert!(azure.private_endpoints().is_empty(), "nothing was made");
}

#[tokio::test]
async fn fails_afterwards_for_what_the_vaults_side_has_against_it() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    let check = async |name: &str, vault: &str, code: &str| {
        let body = rig.body_to("manualPrivateLinkServiceConnections", vault);
        let made = rig.ask(Method::PUT, &rig.endpoint(name), body.clone()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let ended = rig.ask(Method::GET, header(&made, "azure-asyncoperation"), Value::Null).await;
        assert_eq!((&ended.body["status"], &ended.body["error"]["code"]), (&json!("Failed"), &json!(code)));
        let shown = rig.ask(Method::GET, &rig.endpoint(name), Value::Null).await;
        assert_eq!(shown.body["properties"]["provisioningState"], json!("Failed"));
        body
    };
    check("one", &rig.customer.vault.replace("localhost", "nothing"), "ResourceNotFound").await;
    azure.set_provider_registered(&rig.customer.subscription, false).await.unwrap();
    let body = check("two", &rig.customer.vault, "MissingSubscriptionRegistration").await;
    azure.set_provider_registered(&rig.customer.subscription, true).await.unwrap();
    let again = rig.ask(Method::PUT, &rig.endpoint("two"), body).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(rig.status("two").await, "Pending", "what failed is made anew");
}

#[tokio::test]
async fn loses_answers_denies_and_never_ends_as_faults_say() {
    let rig = NetworkRig::start().await;
    let (azure, faults) = (rig.customer.azure(), rig.customer.clouds.faults());
    let arm = |operation: &str, kind| faults.push(FaultRule::azure(operation, kind).times(1)).unwrap();
    let token = {
        let (app, secret) = (&rig.operator, rig.secret.expose_secret());
        rig.customer.token_of(&app.tenant, &app.client_id, secret, crate::azure_rig::ARM_SCOPE).await
    };
    arm("CreatePrivateEndpoint", FaultKind::Lost);
    let url = format!("{}{}?{NETWORK_API}", rig.customer.clouds.azure_endpoint(), rig.endpoint("one"));
    assert!(rig.customer.http.put(&url).bearer_auth(&token).json(&rig.body()).send().await.is_err());
    assert_eq!(azure.private_endpoints().len(), 1, "it was done all the same");
    assert_eq!(azure.requests("CreatePrivateEndpoint"), 1);

    arm("CreatePrivateEndpoint", FaultKind::Endless);
    let made = rig.ask(Method::PUT, &rig.endpoint("two"), rig.body()).await;
    let progress = header(&made, "azure-asyncoperation").to_owned();
    assert_eq!(rig.ask(Method::GET, &progress, Value::Null).await.body["status"], json!("InProgress"));
    rig.make("three").await;
    for (operation, method) in [("GetPrivateEndpoint", Method::GET), ("DeletePrivateEndpoint", Method::DELETE)] {
        for (kind, code) in [
            (FaultKind::Deny, "AuthorizationFailed"),
            (FaultKind::Conflict, "AnotherOperationInProgress"),
            (FaultKind::Throttle, "SubscriptionRequestsThrottled"),
            (FaultKind::Http500, "InternalServerError"),
        ] {
            arm(operation, kind);
            let got = rig.ask(method.clone(), &rig.endpoint("three"), Value::Null).await;
            assert_eq!(got.code(), code, "{operation}");
        }
    }
    assert_eq!(rig.status("three").await, "Pending", "no fault did anything");
}

#[tokio::test]
async fn shows_subnets_providers_and_permissions() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    let subnet = rig.ask(Method::GET, &rig.subnet, Value::Null).await;
    assert_eq!(subnet.body["properties"]["addressPrefix"], json!("127.65.100.0/24"));
    let missing = rig.ask(Method::GET, &rig.subnet.replace("one", "two"), Value::Null).await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "ResourceNotFound"));

    let permissions =
        |scope: &str| format!("{scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01");
    let mine = rig.ask(Method::GET, &permissions(&rig.subnet), Value::Null).await;
    let actions = mine.body["value"][0]["actions"].as_array().unwrap();
    assert!(actions.contains(&json!("Microsoft.Network/*")), "{actions:?}");

    let provider = format!("/subscriptions/{}/providers/Microsoft.Network?api-version=2022-09-01", rig.subscription);
    let register = provider.replace("Network?", "Network/register?");
    assert_eq!(rig.ask(Method::GET, &provider, Value::Null).await.code(), "AuthorizationFailed", "a group's role");
    let scope = format!("/subscriptions/{}", rig.subscription);
    azure.assign_role(&scope, &rig.object_id, Role::Reader).await.unwrap();
    let state = async || rig.ask(Method::GET, &provider, Value::Null).await.body["registrationState"].clone();
    assert_eq!(state().await, json!("Registered"));
    azure.set_provider_registered(&rig.subscription, false).await.unwrap();
    assert_eq!(state().await, json!("NotRegistered"));
    assert_eq!(rig.ask(Method::GET, &rig.subnet, Value::Null).await.code(), "MissingSubscriptionRegistration");
    assert_eq!(rig.ask(Method::POST, &register, Value::Null).await.code(), "AuthorizationFailed");
    azure.assign_role(&scope, &rig.object_id, Role::NetworkContributor).await.unwrap();
    let registering = rig.ask(Method::POST, &register, Value::Null).await;
    assert_eq!(registering.body["registrationState"], json!("Registering"));
    assert_eq!(state().await, json!("Registered"));
}

#[tokio::test]
async fn keeps_endpoints_and_what_goes_on_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let rig = NetworkRig::with(Some(dir.path())).await;
    let connection = rig.make("one").await;
    assert_eq!(rig.decide(&connection, "Approved").await.status, 200);
    rig.customer.azure().set_endpoint_delay(Duration::from_millis(1)).await.unwrap();
    let made = rig.ask(Method::PUT, &rig.endpoint("two"), rig.body()).await;
    let progress = header(&made, "azure-asyncoperation").to_owned();
    rig.customer.clouds.shutdown().await;
    drop(rig.customer.http);

    let rig = NetworkRig::with(Some(dir.path())).await;
    assert_eq!(rig.ask(Method::GET, &progress, Value::Null).await.body["status"], json!("Succeeded"));
    assert_eq!((rig.status("one").await.as_str(), rig.status("two").await.as_str()), ("Approved", "Pending"));
    let known = rig.customer.azure().connections("localhost");
    let known: Vec<LinkStatus> = known.into_iter().map(|connection| connection.status).collect();
    assert_eq!(known, [LinkStatus::Approved, LinkStatus::Pending]);
}
