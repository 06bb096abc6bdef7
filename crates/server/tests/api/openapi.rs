//! GET `/api/atrest/v1/openapi.json`: open to anybody, and made of the registry.

use api_wire::operations::OPERATIONS;

use crate::database::Database;
use crate::house::House;

#[tokio::test]
async fn describes_every_route_to_anybody() {
    let house = House::open(Database::sqlite()).await;
    let got = house.nobody("GET", "/api/atrest/v1/openapi.json").send().await;
    assert_eq!(got.header("content-type"), Some("application/json"));
    let document = got.ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["servers"][0]["url"], format!("http://{}", house.address));
    for operation in OPERATIONS {
        let entry = &document["paths"][operation.full_path()][operation.method.as_str().to_ascii_lowercase()];
        assert_eq!(entry["operationId"], operation.operation_id);
    }
    for path in ["/api/oauth/token", "/api/oauth/revoke"] {
        assert!(document["paths"][path]["post"].is_object(), "{path}");
    }
    house.end().await;
}
