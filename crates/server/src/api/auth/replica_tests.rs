//! Two replicas on one PostgreSQL: what one said, the other knows. `cargo xtask test` starts the server.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use storage::Engine;

use super::tests::{GET, House, NOW, Sent, fresh_nonce, sign_in, why};
use super::*;

/// Where the tests find a PostgreSQL they may make databases in.
const SERVER: &str = "ATREST_TEST_POSTGRES";

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "the test harness is told by the environment where PostgreSQL is")]
    let found = std::env::var(SERVER);
    found.unwrap_or_else(|_| panic!("{SERVER} is not set: run the tests with `cargo xtask test`, which starts one"))
}

async fn on_server(sql: String) {
    let mut connection = PgConnection::connect(&server()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn replicas_share_nonces_tokens_and_the_uses_of_writes() {
    let name = format!("atrest_auth_{}", std::process::id());
    on_server(format!("CREATE DATABASE {name} TEMPLATE template0")).await;
    let server = server();
    let (address, _) = server.rsplit_once('/').unwrap();
    let engine = || Engine::Postgres { url: SecretText::new(format!("{address}/{name}")) };
    let (mut house, other) = (House::on(engine()).await, House::on(engine()).await);
    house.org = house.control.create_organization("Acme").await.unwrap().id;
    let key = house.key().await;
    let (here, there) = (house.authenticator(), other.authenticator());

    let nonce = fresh_nonce(&here);
    let patch = |count| Sent { method: "PATCH", count, ..GET };
    assert_eq!(why(sign_in(&here, &nonce, &key, patch(1)).await), "ok");
    assert_eq!(why(sign_in(&there, &nonce, &key, patch(1)).await), "stale_nonce", "a write counts once everywhere");
    assert_eq!(why(sign_in(&there, &nonce, &key, patch(2)).await), "ok", "the other replica knows the nonce");
    assert_eq!(why(sign_in(&here, &nonce, &key, patch(2)).await), "stale_nonce");

    let new = house.control.create_service_account("ci", house.grants()).await.unwrap();
    let from = "192.0.2.1".parse().unwrap();
    let account = here.prove_client(&new.client_id, &new.client_secret, from).await.unwrap();
    let token = here.issue_token(&account).await.unwrap();
    let present = async |authenticator: &Authenticator| {
        let value = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
        let headers = [(AUTHORIZATION, value)].into_iter().collect();
        let request = Request { method: "GET", target: "/", headers: &headers, address: from, writes: false };
        why(authenticator.authenticate(request).await)
    };
    assert_eq!(present(&there).await, "ok");
    there.revoke_token(&account, &token).await.unwrap();
    assert_eq!(present(&here).await, "revoked_token");
    assert!(here.control.now() == NOW, "no time passed");

    house.store.close().await;
    other.store.close().await;
    on_server(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
