//! The cases every provider must pass on every cloud. Must not know which.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::secret::SecretBytes;
use domain::validity::{Failure, Finding};
use providers::{Candidate, Deadline, KeyProvider, Tokens, WrapContext};

use crate::cloud::{Access, Call, Cloud, Customer, OddKey, Outcome, Permission, Trouble, Trust, tells_nothing};

type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
type Case = (&'static str, for<'a> fn(&'a dyn Cloud) -> Running<'a>);

macro_rules! cases {
    ($($name:ident)*) => { &[$((stringify!($name), |cloud| Box::pin($name(cloud)))),*] };
}

/// Every case, in the order they run.
pub(crate) const CASES: &[Case] = cases! {
    opens_what_it_wrapped
    tells_who_we_are_and_what_is_missing
    refuses_another_context
    refuses_damaged_bytes
    refuses_another_keys_bytes
    a_disabled_key_is_refused_until_it_is_enabled
    a_key_pending_deletion_is_refused_until_it_is_kept
    a_deleted_key_is_not_found_until_it_is_recovered
    an_expired_key_is_refused
    a_key_whose_time_has_not_come_is_refused
    a_key_about_to_expire_is_no_candidate
    a_closed_network_is_transient
    a_key_without_the_projects_tag_is_refused_by_role
    a_key_that_is_not_there_is_not_found
    a_key_that_waits_for_its_material_is_refused
    a_key_that_signs_is_refused
    an_asymmetric_key_is_refused
    work_with_odd_keys_is_refused
    a_missing_permission_is_refused_until_it_is_given_back
    looking_is_not_needed
    looking_is_not_needed_by_role
    opens_what_it_wrapped_under_a_name_that_moved
    a_wrong_secret_is_refused
    an_unknown_identity_is_refused
    a_deleted_credential_is_refused
    a_role_that_lets_us_in_no_more_is_refused_with_fresh_tokens
    old_tokens_are_not_used_to_check
    a_good_role_is_proved
    a_role_that_asks_for_nothing_is_not_safe
    a_role_that_takes_any_external_id_is_not_safe
    a_role_that_trusts_somebody_else_is_not_assumable
    a_role_of_the_operators_own_is_not_safe
    throttling_is_transient
    faults_are_transient
    resets_are_transient
    pages_are_transient
    silence_ends_at_the_deadline
    a_signature_of_another_time_is_our_fault
    a_clock_that_is_off_is_our_fault
    a_broken_operator_freezes_nobody
    a_forgotten_project_takes_new_tokens
};

/// Runs every case on a cloud. A case that the cloud lacks must fail.
pub(crate) async fn run(cloud: &dyn Cloud) {
    let mut wrong = Vec::new();
    for lack in cloud.lacks() {
        if !CASES.iter().any(|(name, _)| name == &lack.0) {
            wrong.push(format!("{} lacks {}, which is no case", cloud.name(), lack.0));
        }
    }
    for (name, case) in CASES {
        let started = Instant::now();
        let lack = cloud.lacks().iter().find(|lack| lack.0 == *name).map(|lack| lack.1);
        let outcome = tokio::time::timeout(Duration::from_secs(60), case(cloud)).await;
        cloud.calm();
        cloud.operator_works(true).await.unwrap();
        let outcome = outcome.unwrap_or_else(|_| Err("not done within 60 s".to_owned()));
        let took = started.elapsed().as_millis();
        match (&outcome, lack) {
            (Ok(()), None) => println!("{}: {name}: as it should be ({took} ms)", cloud.name()),
            (Err(found), Some(why)) => {
                println!("{}: {name}: differs as told ({why}): {found} ({took} ms)", cloud.name())
            }
            (Ok(()), Some(why)) => wrong.push(format!("{name} passes although it is told to differ: {why}")),
            (Err(found), None) => wrong.push(format!("{name}: {found}")),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", cloud.name(), wrong.join("\n"));
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

fn context(key: &str) -> WrapContext {
    WrapContext { project: ProjectId::from_random([1; 12]), cluster: Some("cluster0".to_owned()), key: key.to_owned() }
}

fn data_key() -> SecretBytes<32> {
    SecretBytes::fill(|place| aws_lc_rs::rand::fill(place)).unwrap()
}

fn reason(failure: &Failure) -> &'static str {
    failure.reason.code()
}

async fn found(key: &Arc<dyn KeyProvider>, tokens: Tokens, customer: &dyn Customer) -> Outcome<&'static str> {
    code(key.check(tokens, soon()).await, customer)
}

fn code(finding: Finding, customer: &dyn Customer) -> Outcome<&'static str> {
    match finding {
        Finding::Usable => Ok("usable"),
        Finding::Failed(failure) => {
            tells_nothing(&failure, &customer.secrets())?;
            Ok(reason(&failure))
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what}: found {found:?}, wanted {wanted:?}")) }
}

async fn checks(customer: &dyn Customer, wanted: &'static str) -> Outcome {
    same("check", found(&customer.open(), Tokens::Fresh, customer).await?, wanted)
}

fn told<T>(what: &str, result: Result<T, Failure>, customer: &dyn Customer) -> Outcome<T> {
    result.map_err(|failure| match tells_nothing(&failure, &customer.secrets()) {
        Ok(()) => format!("{what}: {failure:?}"),
        Err(secret) => secret,
    })
}

fn refused<T>(what: &str, result: Result<T, Failure>, wanted: &'static str, customer: &dyn Customer) -> Outcome {
    match result {
        Ok(_) => Err(format!("{what}: went well, wanted {wanted}")),
        Err(failure) => {
            tells_nothing(&failure, &customer.secrets())?;
            same(what, reason(&failure), wanted).map_err(|found| format!("{found}; {failure:?}"))
        }
    }
}

async fn opens_what_it_wrapped(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let customer = cloud.customer(access).await?;
        checks(&*customer, "usable").await?;
        let (key, secret) = (customer.open(), data_key());
        let wrapped = told("wrap", key.wrap(&context("a"), &secret, soon()).await, &*customer)?;
        let plain = secret.expose().as_slice();
        same("clear bytes in the wrapped ones", wrapped.ciphertext.windows(32).any(|part| part == plain), false)?;
        let again = told("wrap", key.wrap(&context("a"), &secret, soon()).await, &*customer)?;
        same("wrapping twice gives the same bytes", wrapped.ciphertext == again.ciphertext, false)?;
        let opened = told("unwrap", key.unwrap(&context("a"), &wrapped, soon()).await, &*customer)?;
        same("unwrap gives what was wrapped", opened.matches(secret.expose()), true)?;
    }
    Ok(())
}

async fn tells_who_we_are_and_what_is_missing(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let customer = cloud.customer(access).await?;
        let key = customer.open();
        let told_first = told("describe", key.describe(soon()).await, &*customer)?;
        same("an identity", told_first.identity.is_empty(), false)?;
        same("missing permissions", told_first.missing_permissions.len(), 0)?;
        let wrapped = told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
        let version = told_first.customer_key_version.map(|version| version.key);
        same("key version", version, Some(wrapped.customer_key_version.key))?;
        for permission in [Permission::Look, Permission::Wrap, Permission::Unwrap] {
            customer.deny(permission).await?;
            let told = told("describe", key.describe(soon()).await, &*customer)?;
            let names = told.missing_permissions.iter().copied().collect::<Vec<_>>().join(" ");
            same("missing permissions", names, cloud.permission(permission).to_owned())?;
            customer.restore().await?;
        }
    }
    Ok(())
}

async fn refuses_another_context(cloud: &dyn Cloud) -> Outcome {
    let customer = cloud.customer(Access::Static).await?;
    let key = customer.open();
    let wrapped = told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
    let others = [
        WrapContext { project: ProjectId::from_random([2; 12]), ..context("a") },
        WrapContext { cluster: None, ..context("a") },
        WrapContext { cluster: Some("cluster1".to_owned()), ..context("a") },
        context("b"),
    ];
    for other in others {
        let opened = key.unwrap(&other, &wrapped, soon()).await;
        refused(&format!("unwrap as {other:?}"), opened, "UNEXPECTED_ANSWER", &*customer)?;
    }
    Ok(())
}

async fn refuses_damaged_bytes(cloud: &dyn Cloud) -> Outcome {
    let customer = cloud.customer(Access::Static).await?;
    let key = customer.open();
    let mut wrapped = told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
    let last = wrapped.ciphertext.len() - 1;
    wrapped.ciphertext[last] ^= 1;
    refused("unwrap", key.unwrap(&context("a"), &wrapped, soon()).await, "UNEXPECTED_ANSWER", &*customer)
}

async fn refuses_another_keys_bytes(cloud: &dyn Cloud) -> Outcome {
    let (one, two) = (cloud.customer(Access::Static).await?, cloud.customer(Access::Static).await?);
    let mut wrapped = told("wrap", one.open().wrap(&context("a"), &data_key(), soon()).await, &*one)?;
    let others = told("wrap", two.open().wrap(&context("a"), &data_key(), soon()).await, &*two)?;
    wrapped.customer_key_version = others.customer_key_version;
    refused("unwrap", two.open().unwrap(&context("a"), &wrapped, soon()).await, "UNEXPECTED_ANSWER", &*two)
}

/// Expects a reason of the check, and of using the key for work.
async fn all_refused(
    customer: &dyn Customer,
    wrapped: &domain::customer_key::WrappedDataKey,
    wanted: &'static str,
) -> Outcome {
    checks(customer, wanted).await?;
    let key = customer.open();
    refused("wrap", key.wrap(&context("a"), &data_key(), soon()).await, wanted, customer)?;
    refused("unwrap", key.unwrap(&context("a"), wrapped, soon()).await, wanted, customer)
}

async fn all_fine(customer: &dyn Customer, wrapped: &domain::customer_key::WrappedDataKey) -> Outcome {
    checks(customer, "usable").await?;
    let key = customer.open();
    told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, customer)?;
    told("unwrap", key.unwrap(&context("a"), wrapped, soon()).await, customer).map(|_| ())
}

async fn with_wrapped(
    cloud: &dyn Cloud,
    access: Access,
) -> Outcome<(Box<dyn Customer>, domain::customer_key::WrappedDataKey)> {
    let customer = cloud.customer(access).await?;
    let wrapped = told("wrap", customer.open().wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
    Ok((customer, wrapped))
}

async fn a_disabled_key_is_refused_until_it_is_enabled(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        customer.disable().await?;
        all_refused(&*customer, &wrapped, "KEY_DISABLED").await?;
        customer.enable().await?;
        all_fine(&*customer, &wrapped).await?;
        // The same without a look at the key's state.
        if !cloud.must_look(access) {
            customer.deny(Permission::Look).await?;
            customer.disable().await?;
            all_refused(&*customer, &wrapped, "KEY_DISABLED").await?;
        }
    }
    Ok(())
}

async fn a_key_pending_deletion_is_refused_until_it_is_kept(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        customer.schedule_deletion().await?;
        all_refused(&*customer, &wrapped, "KEY_PENDING_DELETION").await?;
        let description = told("describe", customer.open().describe(soon()).await, &*customer)?;
        same("a date of deletion", description.deletion_at.is_some(), true)?;
        if !cloud.must_look(access) {
            customer.deny(Permission::Look).await?;
            all_refused(&*customer, &wrapped, "KEY_PENDING_DELETION").await?;
            customer.restore().await?;
        }
        customer.cancel_deletion().await?;
        all_refused(&*customer, &wrapped, "KEY_DISABLED").await?;
        customer.enable().await?;
        all_fine(&*customer, &wrapped).await?;
    }
    Ok(())
}

async fn a_deleted_key_is_not_found_until_it_is_recovered(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        customer.schedule_deletion().await?;
        all_refused(&*customer, &wrapped, "KEY_NOT_FOUND").await?;
        customer.cancel_deletion().await?;
        all_fine(&*customer, &wrapped).await?;
    }
    Ok(())
}

const DAY: i64 = 24 * 60 * 60;

async fn an_expired_key_is_refused(cloud: &dyn Cloud) -> Outcome {
    out_of_its_time(cloud, (Some(-2 * DAY), Some(-1)), "KEY_EXPIRED").await
}

async fn a_key_whose_time_has_not_come_is_refused(cloud: &dyn Cloud) -> Outcome {
    out_of_its_time(cloud, (Some(DAY), Some(9 * DAY)), "KEY_NOT_YET_VALID").await
}

async fn out_of_its_time(
    cloud: &dyn Cloud,
    (from, until): (Option<i64>, Option<i64>),
    wanted: &'static str,
) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        customer.limit_time(from, until).await?;
        let key = customer.open();
        checks(&*customer, wanted).await?;
        refused("wrap", key.wrap(&context("a"), &data_key(), soon()).await, wanted, &*customer)?;
        // The same without a look at the key's times.
        if !cloud.must_look(access) {
            customer.deny(Permission::Look).await?;
            checks(&*customer, wanted).await?;
            customer.restore().await?;
        }
        customer.limit_time(Some(-1), Some(9 * DAY)).await?;
        all_fine(&*customer, &wrapped).await?;
    }
    Ok(())
}

async fn a_key_about_to_expire_is_no_candidate(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        let key = customer.open();
        for (days, wanted) in [(1, "KEY_EXPIRING"), (3, "usable")] {
            customer.limit_time(None, Some(days * DAY)).await?;
            let candidate = key.check_candidate(Candidate::NewKey, soon()).await;
            same("as a new key", code(candidate, &*customer)?, wanted)?;
            let candidate = key.check_candidate(Candidate::SameKey, soon()).await;
            same("as the same key", code(candidate, &*customer)?, "usable")?;
            all_fine(&*customer, &wrapped).await?;
            let description = told("describe", key.describe(soon()).await, &*customer)?;
            same("a date of its end", description.expires_at.is_some(), true)?;
        }
    }
    Ok(())
}

async fn a_closed_network_is_transient(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        customer.close_network(true).await?;
        all_refused(&*customer, &wrapped, "NETWORK_ACCESS_DENIED").await?;
        customer.close_network(false).await?;
        all_fine(&*customer, &wrapped).await?;
    }
    Ok(())
}

async fn a_key_without_the_projects_tag_is_refused_by_role(cloud: &dyn Cloud) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, Access::Role).await?;
    for tagged in [None, Some(ProjectId::from_random([9; 12]))] {
        customer.tag(tagged).await?;
        checks(&*customer, "KEY_NOT_TAGGED").await?;
        let candidate = customer.open().check_candidate(Candidate::NewKey, soon()).await;
        same("as a candidate", code(candidate, &*customer)?, "KEY_NOT_TAGGED")?;
    }
    customer.tag(Some(customer.project())).await?;
    all_fine(&*customer, &wrapped).await?;
    // Who brings his own credentials shares them with nobody.
    let own = cloud.customer(Access::Static).await?;
    own.tag(None).await?;
    checks(&*own, "usable").await
}

async fn odd_is(cloud: &dyn Cloud, odd: OddKey, wanted: &'static str) -> Outcome {
    if !cloud.odd_keys().contains(&odd) {
        return Err("there is no such key here".to_owned());
    }
    for access in [Access::Static, Access::Role] {
        let customer = cloud.customer(access).await?;
        let key = customer.open_odd(odd).await?;
        same(&format!("{odd:?} by {access:?}"), found(&key, Tokens::Fresh, &*customer).await?, wanted)?;
    }
    Ok(())
}

/// The same where nobody looked at the key before.
async fn work_with_odd_keys_is_refused(cloud: &dyn Cloud) -> Outcome {
    for (odd, wanted) in [
        (OddKey::Missing, "KEY_NOT_FOUND"),
        (OddKey::MissingAlias, "KEY_NOT_FOUND"),
        (OddKey::ElsewhereByRegion, "KEY_NOT_FOUND"),
        (OddKey::AwaitingMaterial, "KEY_PENDING_IMPORT"),
        (OddKey::Asymmetric, "KEY_TYPE_NOT_SUPPORTED"),
        (OddKey::Signing, "KEY_TYPE_NOT_SUPPORTED"),
    ] {
        if !cloud.odd_keys().contains(&odd) {
            continue;
        }
        let customer = cloud.customer(Access::Static).await?;
        let key = customer.open_odd(odd).await?;
        let wrapped = key.wrap(&context("a"), &data_key(), soon()).await;
        refused(&format!("wrap with {odd:?}"), wrapped, wanted, &*customer)?;
    }
    Ok(())
}

async fn a_key_that_is_not_there_is_not_found(cloud: &dyn Cloud) -> Outcome {
    let missing = [OddKey::Missing, OddKey::MissingAlias, OddKey::ElsewhereByRegion];
    for odd in missing.into_iter().filter(|odd| cloud.odd_keys().contains(odd)) {
        odd_is(cloud, odd, "KEY_NOT_FOUND").await?;
    }
    Ok(())
}

async fn a_key_that_waits_for_its_material_is_refused(cloud: &dyn Cloud) -> Outcome {
    odd_is(cloud, OddKey::AwaitingMaterial, "KEY_PENDING_IMPORT").await
}

async fn a_key_that_signs_is_refused(cloud: &dyn Cloud) -> Outcome {
    odd_is(cloud, OddKey::Signing, "KEY_TYPE_NOT_SUPPORTED").await
}

async fn an_asymmetric_key_is_refused(cloud: &dyn Cloud) -> Outcome {
    odd_is(cloud, OddKey::Asymmetric, "KEY_TYPE_NOT_SUPPORTED").await
}

async fn a_missing_permission_is_refused_until_it_is_given_back(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        let key = customer.open();
        customer.deny(Permission::Wrap).await?;
        checks(&*customer, "ACCESS_DENIED").await?;
        refused("wrap", key.wrap(&context("a"), &data_key(), soon()).await, "ACCESS_DENIED", &*customer)?;
        told("unwrap", key.unwrap(&context("a"), &wrapped, soon()).await, &*customer)?;
        customer.restore().await?;
        all_fine(&*customer, &wrapped).await?;
        customer.deny(Permission::Unwrap).await?;
        checks(&*customer, "ACCESS_DENIED").await?;
        refused("unwrap", key.unwrap(&context("a"), &wrapped, soon()).await, "ACCESS_DENIED", &*customer)?;
        customer.restore().await?;
        all_fine(&*customer, &wrapped).await?;
    }
    Ok(())
}

async fn looking_is_not_needed(cloud: &dyn Cloud) -> Outcome {
    looking_is_needless(cloud, Access::Static).await
}

async fn looking_is_not_needed_by_role(cloud: &dyn Cloud) -> Outcome {
    looking_is_needless(cloud, Access::Role).await
}

async fn looking_is_needless(cloud: &dyn Cloud, access: Access) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, access).await?;
    customer.deny(Permission::Look).await?;
    all_fine(&*customer, &wrapped).await
}

async fn opens_what_it_wrapped_under_a_name_that_moved(cloud: &dyn Cloud) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, Access::Static).await?;
    let key = customer.open_by_name();
    let wrapped_by_name = told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
    customer.move_name().await?;
    all_fine(&*customer, &wrapped).await?;
    same("check", found(&key, Tokens::Fresh, &*customer).await?, "usable")?;
    told("unwrap", key.unwrap(&context("a"), &wrapped_by_name, soon()).await, &*customer)?;
    let after = told("wrap", key.wrap(&context("a"), &data_key(), soon()).await, &*customer)?;
    same("another key's version", after.customer_key_version == wrapped.customer_key_version, false)
}

async fn a_wrong_secret_is_refused(cloud: &dyn Cloud) -> Outcome {
    let customer = cloud.customer(Access::Static).await?;
    let key = customer.open_with_wrong_secret();
    same("check", found(&key, Tokens::Fresh, &*customer).await?, "CREDENTIAL_REJECTED")
}

async fn an_unknown_identity_is_refused(cloud: &dyn Cloud) -> Outcome {
    let customer = cloud.customer(Access::Static).await?;
    same("check", found(&customer.open_as_nobody(), Tokens::Fresh, &*customer).await?, "CREDENTIAL_REJECTED")
}

async fn a_deleted_credential_is_refused(cloud: &dyn Cloud) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, Access::Static).await?;
    customer.delete_credential().await?;
    all_refused(&*customer, &wrapped, "CREDENTIAL_REJECTED").await
}

async fn a_role_that_lets_us_in_no_more_is_refused_with_fresh_tokens(cloud: &dyn Cloud) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, Access::Role).await?;
    all_fine(&*customer, &wrapped).await?;
    customer.trust(Trust::Nobody).await?;
    let key = customer.open();
    let in_hand = if cloud.tokens_outlive(Access::Role) { "usable" } else { "ROLE_NOT_ASSUMABLE" };
    same("with tokens in hand", found(&key, Tokens::MayBeCached, &*customer).await?, in_hand)?;
    same("with fresh tokens", found(&key, Tokens::Fresh, &*customer).await?, "ROLE_NOT_ASSUMABLE")?;
    customer.trust(Trust::ExternalId).await?;
    same("once more", found(&key, Tokens::Fresh, &*customer).await?, "usable")
}

/// Gives the ways in whose tokens outlive the trust.
fn outliving(cloud: &dyn Cloud) -> Outcome<Vec<Access>> {
    let ways: Vec<_> =
        [Access::Static, Access::Role].into_iter().filter(|access| cloud.tokens_outlive(*access)).collect();
    if ways.is_empty() { Err("no token outlives the trust".to_owned()) } else { Ok(ways) }
}

/// Lets no new token be taken. Gives what is then said.
async fn locked_out(customer: &dyn Customer, access: Access) -> Outcome<&'static str> {
    match access {
        Access::Static => customer.delete_credential().await.map(|()| "CREDENTIAL_REJECTED"),
        Access::Role => customer.trust(Trust::Nobody).await.map(|()| "ROLE_NOT_ASSUMABLE"),
    }
}

async fn old_tokens_are_not_used_to_check(cloud: &dyn Cloud) -> Outcome {
    for access in outliving(cloud)? {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        let key = customer.open();
        let refused = locked_out(&*customer, access).await?;
        cloud.pass_time(Duration::from_secs(299))?;
        same("with young tokens", found(&key, Tokens::MayBeCached, &*customer).await?, "usable")?;
        cloud.pass_time(Duration::from_secs(2))?;
        told("unwrap", key.unwrap(&context("a"), &wrapped, soon()).await, &*customer)?;
        same("with old tokens", found(&key, Tokens::MayBeCached, &*customer).await?, refused)?;
        cloud.calm();
    }
    Ok(())
}

async fn proof(cloud: &dyn Cloud, trust: Trust, of_operator: bool) -> Outcome<&'static str> {
    let role = cloud.role(trust, of_operator).await?;
    Ok(match cloud.providers().prove_role(&role, soon()).await {
        Ok(()) => "proved",
        Err(failure) => reason(&failure),
    })
}

async fn a_good_role_is_proved(cloud: &dyn Cloud) -> Outcome {
    same("proof", proof(cloud, Trust::ExternalId, false).await?, "proved")
}

async fn a_role_that_asks_for_nothing_is_not_safe(cloud: &dyn Cloud) -> Outcome {
    same("proof", proof(cloud, Trust::Anybody, false).await?, "ROLE_NOT_SAFE")
}

async fn a_role_that_takes_any_external_id_is_not_safe(cloud: &dyn Cloud) -> Outcome {
    same("proof", proof(cloud, Trust::AnyExternalId, false).await?, "ROLE_NOT_SAFE")
}

async fn a_role_that_trusts_somebody_else_is_not_assumable(cloud: &dyn Cloud) -> Outcome {
    same("proof", proof(cloud, Trust::Nobody, false).await?, "ROLE_NOT_ASSUMABLE")
}

async fn a_role_of_the_operators_own_is_not_safe(cloud: &dyn Cloud) -> Outcome {
    same("proof", proof(cloud, Trust::ExternalId, true).await?, "ROLE_NOT_SAFE")
}

async fn trouble_is(cloud: &dyn Cloud, trouble: Trouble, wanted: &'static str) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let (customer, wrapped) = with_wrapped(cloud, access).await?;
        let key = customer.open();
        for call in [Call::Look, Call::Wrap, Call::Unwrap, Call::TakeToken, Call::Any] {
            if call == Call::TakeToken && !cloud.takes_tokens(access) {
                continue;
            }
            cloud.trouble(call, trouble)?;
            let about = format!("{trouble:?} of {call:?} by {access:?}");
            same(&about, found(&key, Tokens::Fresh, &*customer).await?, wanted)?;
            if matches!(call, Call::Wrap | Call::Any) {
                refused(&about, key.wrap(&context("a"), &data_key(), soon()).await, wanted, &*customer)?;
            }
            if matches!(call, Call::Unwrap | Call::Any) {
                refused(&about, key.unwrap(&context("a"), &wrapped, soon()).await, wanted, &*customer)?;
            }
            cloud.calm();
            same("after the trouble", found(&key, Tokens::Fresh, &*customer).await?, "usable")?;
        }
    }
    Ok(())
}

async fn throttling_is_transient(cloud: &dyn Cloud) -> Outcome {
    trouble_is(cloud, Trouble::Throttle, "THROTTLED").await
}

async fn faults_are_transient(cloud: &dyn Cloud) -> Outcome {
    trouble_is(cloud, Trouble::Fault, "PROVIDER_FAULT").await
}

async fn resets_are_transient(cloud: &dyn Cloud) -> Outcome {
    trouble_is(cloud, Trouble::Reset, "CONNECTION_FAILED").await
}

async fn pages_are_transient(cloud: &dyn Cloud) -> Outcome {
    trouble_is(cloud, Trouble::Page, "UNEXPECTED_ANSWER").await
}

async fn silence_ends_at_the_deadline(cloud: &dyn Cloud) -> Outcome {
    let (customer, wrapped) = with_wrapped(cloud, Access::Role).await?;
    let key = customer.open();
    cloud.trouble(Call::Any, Trouble::Silence)?;
    let started = Instant::now();
    let briefly = || Deadline::after(Duration::from_millis(150));
    let finding = key.check(Tokens::Fresh, briefly()).await;
    let Finding::Failed(failure) = finding else { return Err("usable while silent".to_owned()) };
    same("check", reason(&failure), "TIMED_OUT")?;
    refused("wrap", key.wrap(&context("a"), &data_key(), briefly()).await, "TIMED_OUT", &*customer)?;
    refused("unwrap", key.unwrap(&context("a"), &wrapped, briefly()).await, "TIMED_OUT", &*customer)?;
    refused("describe", key.describe(briefly()).await, "TIMED_OUT", &*customer)?;
    same("within the deadlines", started.elapsed() < Duration::from_secs(5), true)?;
    cloud.calm();
    all_fine(&*customer, &wrapped).await
}

async fn a_signature_of_another_time_is_our_fault(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let customer = cloud.customer(access).await?;
        let health = cloud.providers().operator_health(cloud.kind());
        // Far enough that signatures are refused for it, both ways.
        for seconds in [3600, -3600] {
            cloud.trouble(Call::Any, Trouble::Skew(seconds))?;
            checks(&*customer, "CLOCK_SKEW").await?;
            same("a note of it", health.clock_skewed(), true)?;
            cloud.calm();
            checks(&*customer, "usable").await?;
            same("no note of it", health.clock_skewed(), false)?;
        }
    }
    Ok(())
}

async fn a_clock_that_is_off_is_our_fault(cloud: &dyn Cloud) -> Outcome {
    for access in [Access::Static, Access::Role] {
        let customer = cloud.customer(access).await?;
        let health = cloud.providers().operator_health(cloud.kind());
        // Not far enough for signatures, but for doubting what is said about identities.
        let stranger = cloud.customer(Access::Static).await?;
        let stranger = stranger.open_as_nobody();
        cloud.trouble(Call::Any, Trouble::Skew(90))?;
        same("a stranger", found(&stranger, Tokens::Fresh, &*customer).await?, "CLOCK_SKEW")?;
        same("a note of it", health.clock_skewed(), true)?;
        cloud.calm();
        same("a stranger", found(&stranger, Tokens::Fresh, &*customer).await?, "CREDENTIAL_REJECTED")?;
        same("no note of it", health.clock_skewed(), false)?;
    }
    Ok(())
}

async fn a_broken_operator_freezes_nobody(cloud: &dyn Cloud) -> Outcome {
    let (by_role, wrapped) = with_wrapped(cloud, Access::Role).await?;
    let (own, _) = with_wrapped(cloud, Access::Static).await?;
    let health = cloud.providers().operator_health(cloud.kind());
    same("no note of it", health.identity_broken(), false)?;
    cloud.operator_works(false).await?;
    cloud.pass_time(Duration::from_secs(11))?;
    let ours = "OPERATOR_IDENTITY_BROKEN";
    checks(&*by_role, ours).await?;
    same("a note of it", health.identity_broken(), true)?;
    same("a proof", cloud.providers().prove_operator(cloud.kind(), soon()).await.is_err(), true)?;
    let role = cloud.role(Trust::ExternalId, false).await?;
    let proved = cloud.providers().prove_role(&role, soon()).await;
    same("a role's proof", proved.err().map(|failure| reason(&failure)), Some(ours))?;
    // Tokens in hand still work; what they are refused does not count until the operator is somebody again.
    told("unwrap", by_role.open().unwrap(&context("a"), &wrapped, soon()).await, &*by_role)?;
    by_role.deny(Permission::Unwrap).await?;
    refused("unwrap", by_role.open().unwrap(&context("a"), &wrapped, soon()).await, ours, &*by_role)?;
    // Whoever brings his own credentials is not concerned.
    checks(&*own, "usable").await?;
    cloud.operator_works(true).await?;
    checks(&*by_role, "ACCESS_DENIED").await?;
    same("no note of it", health.identity_broken(), false)?;
    by_role.restore().await?;
    checks(&*by_role, "usable").await
}

async fn a_forgotten_project_takes_new_tokens(cloud: &dyn Cloud) -> Outcome {
    for access in outliving(cloud)? {
        let customer = cloud.customer(access).await?;
        checks(&*customer, "usable").await?;
        let refused = locked_out(&*customer, access).await?;
        let (key, providers) = (customer.open(), cloud.providers());
        for other in ProviderKind::ALL.into_iter().filter(|kind| *kind != cloud.kind()) {
            providers.forget(customer.project(), other);
        }
        providers.forget(ProjectId::from_random([1; 12]), cloud.kind());
        same("with tokens in hand", found(&key, Tokens::MayBeCached, &*customer).await?, "usable")?;
        providers.forget(customer.project(), cloud.kind());
        same("with none", found(&key, Tokens::MayBeCached, &*customer).await?, refused)?;
    }
    Ok(())
}
