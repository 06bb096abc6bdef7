//! Access tokens live until they end or are revoked; a nonce burns once.

use std::time::Duration;

use storage::{AccessToken, Outcome};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_token_lives_until_it_ends_or_is_revoked
    revoking_an_accounts_tokens_spares_others
    a_nonce_burns_once
}

fn token(jti: &str, account: u32) -> AccessToken {
    AccessToken { jti: jti.to_owned(), account: account_id(account), expires_at: T0 + Duration::from_secs(60) }
}

async fn a_token_lives_until_it_ends_or_is_revoked(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    assert_eq!(store.insert_service_account(&service_account(1, 1)).await.unwrap(), Outcome::Saved);
    assert!(!store.access_token_is_live("a", T0).await.unwrap());
    assert_eq!(store.insert_access_token(&token("a", 1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_access_token(&token("a", 1)).await.unwrap(), Outcome::Conflict);
    for _ in 0..2 {
        assert!(store.access_token_is_live("a", T0 + Duration::from_millis(59_999)).await.unwrap());
        assert!(!store.access_token_is_live("a", T0 + Duration::from_secs(60)).await.unwrap());
    }
    assert!(store.revoke_access_token("a").await.unwrap());
    assert!(!store.revoke_access_token("a").await.unwrap());
    assert!(!store.access_token_is_live("a", T0).await.unwrap());

    assert_eq!(store.insert_access_token(&token("b", 1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.purge_access_tokens(T0).await.unwrap(), 0);
    assert_eq!(store.purge_access_tokens(T0 + Duration::from_secs(60)).await.unwrap(), 1);
    let orphan = store.insert_access_token(&token("c", 2)).await;
    assert!(orphan.is_err(), "a token belongs to an account that exists");
}

async fn revoking_an_accounts_tokens_spares_others(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    for number in [1, 2] {
        assert_eq!(store.insert_service_account(&service_account(number, 1)).await.unwrap(), Outcome::Saved);
    }
    for (jti, account) in [("a", 1), ("b", 1), ("c", 2)] {
        assert_eq!(store.insert_access_token(&token(jti, account)).await.unwrap(), Outcome::Saved);
        assert!(store.access_token_is_live(jti, T0).await.unwrap());
    }
    assert_eq!(store.revoke_access_tokens_of(account_id(1)).await.unwrap(), 2);
    assert!(!store.access_token_is_live("a", T0).await.unwrap());
    assert!(store.access_token_is_live("c", T0).await.unwrap());
    assert!(store.delete_service_account(account_id(2)).await.unwrap());
    assert!(!store.access_token_is_live("c", T0).await.unwrap());
}

async fn a_nonce_burns_once(db: Database) {
    let store = db.open().await;
    let end = T0 + Duration::from_secs(300);
    assert!(store.burn_nonce("n", 1, end).await.unwrap());
    assert!(!store.burn_nonce("n", 1, end).await.unwrap());
    assert!(store.burn_nonce("n", u32::MAX, end).await.unwrap());
    assert!(store.burn_nonce("m", 1, end).await.unwrap());
    assert_eq!(store.purge_burned_nonces(T0).await.unwrap(), 0);
    assert_eq!(store.purge_burned_nonces(end).await.unwrap(), 3);
    let burns: Vec<_> = (0..8).map(|_| store.burn_nonce("race", 1, end)).collect();
    let first = futures_util::future::join_all(burns).await.into_iter().filter(|burn| *burn.as_ref().unwrap());
    assert_eq!(first.count(), 1);
}
