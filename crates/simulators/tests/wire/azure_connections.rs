//! What a vault's owner does with connections, and whom the vault lets in by which address.

use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::{Change, Role};
use simulators::{Provider, Via};

use crate::azure_network_rig::NetworkRig;

#[tokio::test]
async fn lets_in_by_a_private_address_whom_its_owner_approved() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    rig.customer.key("key").await;
    let ways = async || rig.ways("key").await;
    let (ok, closed) = ("ok", "Forbidden/ForbiddenByConnection");
    assert_eq!(ways().await, [ok, closed]);
    let connection = rig.make("one").await;
    assert_eq!(ways().await, [ok, closed], "pending");
    assert_eq!(rig.decide(&connection, "Approved").await.code(), "ok");
    assert_eq!(ways().await, [ok, ok]);
    azure.apply(Change::SetPublicAccess("localhost".to_owned(), false)).await.unwrap();
    assert_eq!(ways().await, [closed, ok], "closed to the public");
    azure.apply(Change::SetPublicAccess("localhost".to_owned(), true)).await.unwrap();
    azure.apply(Change::SetFirewall("localhost".to_owned(), true)).await.unwrap();
    assert_eq!(ways().await, ["Forbidden/ForbiddenByFirewall", ok], "a firewall is the public's");
    let before = azure.requests_via(&Via::private("one"), "GetKey");
    assert!(rig.customer.clouds.cut(Provider::Azure, "one"));
    assert_eq!(ways().await, ["Forbidden/ForbiddenByFirewall", "no answer"]);
    assert_eq!(azure.requests_via(&Via::private("one"), "GetKey"), before);
    assert!(rig.customer.clouds.mend(Provider::Azure, "one"));
    assert_eq!(rig.decide(&connection, "Rejected").await.code(), "ok");
    assert_eq!((ways().await[1].as_str(), rig.status("one").await.as_str()), (closed, "Rejected"));
    assert_eq!(azure.requests_via(&Via::private("one"), "GetToken"), 0);
}

#[tokio::test]
async fn shows_connections_to_their_owner() {
    let rig = NetworkRig::start().await;
    let list = format!("{}/privateEndpointConnections", rig.customer.vault);
    assert_eq!(rig.customer.arm(Method::GET, &list, Value::Null).await.body, json!({ "value": [] }));
    let (first, second) = (rig.make("one").await, rig.make("two").await);
    assert!(first.starts_with("one.") && second.starts_with("two."));
    let listed = rig.customer.arm(Method::GET, &list, Value::Null).await.body;
    assert_eq!(listed["value"].as_array().unwrap().len(), 2);
    let one = rig.customer.arm(Method::GET, &rig.connection(&first), Value::Null).await.body;
    assert_eq!(one, listed["value"][0]);
    assert_eq!(
        (&one["name"], &one["properties"]["privateEndpoint"]["id"]),
        (&json!(first), &json!(rig.endpoint("one")))
    );
    let vault = rig.customer.arm(Method::GET, &rig.customer.vault, Value::Null).await.body;
    assert_eq!(vault["properties"]["privateEndpointConnections"].as_array().unwrap().len(), 2);
    let none = rig.customer.arm(Method::GET, &rig.connection("none"), Value::Null).await;
    assert_eq!((none.status, none.code().as_str()), (404, "ResourceNotFound"));
    // The endpoint's owner has no say, not even a look.
    let theirs = rig.ask(Method::GET, &format!("{list}?api-version=2023-07-01"), Value::Null).await;
    assert_eq!(theirs.code(), "InvalidAuthenticationTokenTenant");
}

#[tokio::test]
async fn needs_rights_and_a_registration_to_approve() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    let connection = rig.make("one").await;
    azure.set_namespace_registered(&rig.subscription, "Microsoft.KeyVault", false).await.unwrap();
    let refused = rig.decide(&connection, "Approved").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "AuthorizationFailed"));
    assert!(refused.message().contains("must be registered on subscription containing private endpoint"));
    azure.set_namespace_registered(&rig.subscription, "Microsoft.KeyVault", true).await.unwrap();
    assert_eq!(rig.decide(&connection, "Maybe").await.code(), "BadRequest");
    assert_eq!(rig.decide("none", "Approved").await.code(), "ResourceNotFound");

    let scope = format!("/subscriptions/{}", rig.customer.subscription);
    let owner = azure.assign_role(&scope, &rig.customer.object_id, Role::Owner).await.unwrap();
    azure.remove_role_assignment(&owner).await.unwrap();
    azure.assign_role(&rig.customer.vault, &rig.customer.object_id, Role::KeyVaultReader).await.unwrap();
    let read = rig.customer.arm(Method::GET, &rig.connection(&connection), Value::Null).await;
    assert_eq!(
        (read.code().as_str(), rig.decide(&connection, "Approved").await.code().as_str()),
        ("ok", "AuthorizationFailed")
    );
    assert_eq!(rig.status("one").await, "Pending");
}

#[tokio::test]
async fn cuts_an_endpoint_loose_with_its_connection_or_its_vault() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    rig.customer.key("key").await;
    let connection = rig.make("one").await;
    rig.decide(&connection, "Approved").await;
    let gone = rig.customer.arm(Method::DELETE, &rig.connection(&connection), Value::Null).await;
    assert_eq!(gone.status, 202);
    let location = gone.headers["location"].to_str().unwrap().to_owned();
    let token = rig.customer.token(crate::azure_rig::ARM_SCOPE).await;
    assert_eq!(rig.customer.send(&token, Method::GET, &location, Value::Null).await.status, 200, "it is over");
    assert_eq!(rig.status("one").await, "Disconnected");
    assert!(azure.connections("localhost").is_empty());
    assert_eq!(rig.ways("key").await[1], "Forbidden/ForbiddenByConnection");
    assert_eq!(rig.customer.arm(Method::DELETE, &rig.connection(&connection), Value::Null).await.status, 204);
    assert_eq!(rig.decide(&connection, "Approved").await.code(), "ResourceNotFound", "too late");

    rig.make("two").await;
    let deleted = rig.customer.arm(Method::DELETE, &rig.customer.vault, Value::Null).await;
    assert_eq!(deleted.status, 200);
    assert_eq!(rig.status("two").await, "Disconnected");
    assert_eq!(rig.customer.arm(Method::GET, &rig.customer.vault, Value::Null).await.code(), "ResourceNotFound");
    azure.apply(Change::RecoverVault("localhost".to_owned())).await.unwrap();
    assert_eq!(rig.customer.vault(Method::GET, "/keys/key", Value::Null).await.code(), "ok");
    assert_eq!(rig.status("two").await, "Disconnected", "it has to be made anew");
}

#[tokio::test]
async fn approves_by_itself_where_the_maker_may_approve() {
    let rig = NetworkRig::start().await;
    let azure = rig.customer.azure();
    let subscription = &rig.customer.subscription;
    let subnet = azure.create_subnet(subscription, "Keys", "network", "own", crate::azure_network_rig::PRIVATE);
    let subnet = subnet.await.unwrap();
    let mut body = rig.body_to("privateLinkServiceConnections", &rig.customer.vault);
    body["properties"]["subnet"]["id"] = json!(subnet);
    let path = rig.of_customer("/resourceGroups/Keys/providers/Microsoft.Network/privateEndpoints/own");
    let path = path.replace("2023-07-01", "2024-05-01");
    let token = rig.customer.token(crate::azure_rig::ARM_SCOPE).await;
    let url = format!("{}{path}", rig.customer.clouds.azure_endpoint());
    let made = rig.customer.send(&token, Method::PUT, &url, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    rig.customer.key("key").await;
    assert_eq!(rig.ways("key").await, ["ok", "ok"]);
}

#[tokio::test]
async fn is_played_at_the_console() {
    let rig = NetworkRig::start().await;
    let connection = rig.make("one").await;
    let ask = async |method: Method, path: &str| {
        let clouds = &rig.customer.clouds;
        let url = format!("{}azure{path}", clouds.console_url());
        let request = rig.customer.http.request(method, url).header("x-console-token", clouds.console_token());
        let got = request.send().await.unwrap();
        (got.status().as_u16(), got.json::<Value>().await.unwrap_or_default())
    };
    let press = async |path: &str| ask(Method::POST, path).await.0;
    let on = format!("/vaults/localhost/connections/{connection}");
    let (_, shown) = ask(Method::GET, "").await;
    let expected = json!({
        "name": connection, "endpoint": "one", "subscription": "operator", "location": "eastus", "status": "Pending",
        "requestMessage": "please", "description": "",
    });
    assert_eq!(shown["vaults"][0]["connections"], json!([expected]));
    assert_eq!(shown["subnets"][0]["cut"], json!(false));
    assert_eq!((&shown["subnets"][0]["name"], &shown["subnets"][0]["endpoints"]), (&json!("one"), &json!(1)));
    assert_eq!(shown["endpoints"][0]["provisioningState"], json!("Succeeded"));
    for (act, status, seen) in [
        ("approve", 200, "Approved"),
        ("approve", 409, "Approved"),
        ("reject", 200, "Rejected"),
        ("remove", 200, "Disconnected"),
        ("remove", 404, "Disconnected"),
        ("marry", 404, "Disconnected"),
    ] {
        assert_eq!((press(&format!("{on}/{act}")).await, rig.status("one").await.as_str()), (status, seen), "{act}");
    }
    assert_eq!((press("/subnets/one/cut").await, press("/subnets/two/cut").await), (200, 404));
    assert_eq!(ask(Method::GET, "").await.1["subnets"][0]["cut"], json!(true));
    assert_eq!((press("/subnets/one/mend").await, press("/subnets/one/knot").await), (200, 404));
    assert_eq!((press("/vaults/localhost/delete").await, press("/vaults/localhost/delete").await), (200, 404));
    assert_eq!(ask(Method::GET, "").await.1["deletedVaults"], json!(["localhost"]));
    assert_eq!((press("/vaults/localhost/recover").await, press("/vaults/localhost/recover").await), (200, 404));
    let remove = format!("/endpoints/{}/remove", rig.endpoint("one").replace('/', "%2F"));
    assert_eq!((press(&remove).await, press(&remove).await), (200, 404));
    assert_eq!(rig.status("one").await, "none");
}
