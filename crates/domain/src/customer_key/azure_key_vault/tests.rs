//! Every rule of changing Azure Key Vault settings, as tables.

use super::*;
use crate::customer_key::VersionlessKeys;

const ROLE: ProviderRoleId = ProviderRoleId::from_random([8; 12]);
const OTHER_ROLE: ProviderRoleId = ProviderRoleId::from_random([9; 12]);
const CLIENT: &str = "0c1e57a0-0000-4000-8000-00000000000c";
const OTHER_CLIENT: &str = "0c1e57a0-0000-4000-8000-00000000000d";
const TENANT: &str = "7e4a47aa-0000-4000-8000-00000000000a";
const OTHER_TENANT: &str = "7e4a47aa-0000-4000-8000-00000000000b";
const SUBSCRIPTION: &str = "5ab50000-0000-4000-8000-000000000001";
const OTHER_SUBSCRIPTION: &str = "5ab50000-0000-4000-8000-000000000002";
const VERSION: &str = "d891821e3d364e9eb88fbd3d11807b86";
const KEY: &str = "https://examplekeyvault.vault.azure.net/keys/EXAMPLEKey/d891821e3d364e9eb88fbd3d11807b86";

fn secret(text: &str) -> Arc<SecretText> {
    Arc::new(SecretText::new(text.to_owned()))
}

fn pair(id: &str, text: &str) -> AzureCredentials {
    AzureCredentials::ClientSecret { client_id: guid(id), secret: secret(text) }
}

fn guid(text: &str) -> AzureGuid {
    AzureGuid::parse(text).unwrap()
}

fn key(name: &str, version: Option<&str>) -> KeyIdentifier {
    KeyIdentifier::from_parts(name, version, VersionlessKeys::Accept).unwrap()
}

pub(crate) fn role_settings() -> AzureKeyVault {
    AzureKeyVault {
        environment: AzureEnvironment::Azure,
        tenant: guid(TENANT),
        subscription: guid(SUBSCRIPTION),
        resource_group: ResourceGroupName::parse("keys").unwrap(),
        vault: VaultName::parse("EXAMPLEKeyVault").unwrap(),
        key: key("EXAMPLEKey", Some(VERSION)),
        credentials: AzureCredentials::Role(ROLE),
        require_private_networking: false,
    }
}

fn static_settings() -> AzureKeyVault {
    AzureKeyVault { credentials: pair(CLIENT, "old"), ..role_settings() }
}

pub(crate) fn enabling() -> AzureKeyVaultChange {
    let value = |text: &str| Patch::Value(text.to_owned());
    AzureKeyVaultChange {
        enabled: Patch::Value(true),
        azure_environment: value("AZURE"),
        tenant_id: value(TENANT),
        role_id: Patch::Value(ROLE),
        subscription_id: value(SUBSCRIPTION),
        resource_group_name: value("keys"),
        key_vault_name: value("EXAMPLEKeyVault"),
        key_identifier: value(KEY),
        ..Default::default()
    }
}

/// Enables with a client secret.
fn enabling_statically() -> AzureKeyVaultChange {
    AzureKeyVaultChange {
        role_id: Patch::Absent,
        client_id: Patch::Value(CLIENT.to_owned()),
        secret: Some(secret("old")),
        ..enabling()
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Untouched,
    Disabled,
    Same,
    Moved(Move, AzureKeyVault),
    Missing(Vec<&'static str>),
    Refused(Refusal),
}

fn run(present: Option<AzureKeyVault>, change: AzureKeyVaultChange, policy: &Policy) -> Outcome {
    match merge(present.as_ref(), change, policy) {
        Ok(Merged::Untouched) => Outcome::Untouched,
        Ok(Merged::Disabled) => Outcome::Disabled,
        Ok(Merged::Configured(CustomerKey::AzureKeyVault(_), None)) => Outcome::Same,
        Ok(Merged::Configured(CustomerKey::AzureKeyVault(next), Some(step))) => Outcome::Moved(step, next),
        Ok(Merged::Configured(other, _)) => panic!("a change of Azure settings made {other:?}"),
        Err(Refusal::Violations(found)) => {
            Outcome::Missing(found.into_iter().map(|violation| &*violation.field.leak()).collect())
        }
        Err(refusal) => Outcome::Refused(refusal),
    }
}

#[track_caller]
fn check(present: Option<AzureKeyVault>, edit: impl FnOnce(&mut AzureKeyVaultChange), expected: Outcome) {
    let mut change = AzureKeyVaultChange::default();
    edit(&mut change);
    assert_eq!(run(present, change, &Policy::default()), expected);
}

fn value(text: &str) -> Patch<String> {
    Patch::Value(text.to_owned())
}

#[test]
fn first_enabling_lists_all_that_is_missing() {
    check(
        None,
        |c| c.enabled = Patch::Value(true),
        Outcome::Missing(vec![
            "azureKeyVault.azureEnvironment",
            "azureKeyVault.tenantID",
            "azureKeyVault.roleId",
            "azureKeyVault.subscriptionID",
            "azureKeyVault.resourceGroupName",
            "azureKeyVault.keyVaultName",
            "azureKeyVault.keyIdentifier",
        ]),
    );
    check(
        None,
        |c| {
            c.tenant_id = value(TENANT);
            c.secret = Some(secret("s"));
            c.key_identifier = value(KEY);
        },
        Outcome::Missing(vec![
            "azureKeyVault.enabled",
            "azureKeyVault.azureEnvironment",
            "azureKeyVault.clientID",
            "azureKeyVault.subscriptionID",
            "azureKeyVault.resourceGroupName",
            "azureKeyVault.keyVaultName",
        ]),
    );
    let default = Policy::default();
    assert_eq!(run(None, enabling(), &default), Outcome::Moved(Move::Enable, role_settings()));
    assert_eq!(run(None, enabling_statically(), &default), Outcome::Moved(Move::Enable, static_settings()));
    // Each field alone, and no other, is what is missing when it is left out.
    let leaving_out = |edit: fn(&mut AzureKeyVaultChange), field| {
        let mut change = enabling_statically();
        edit(&mut change);
        assert_eq!(run(None, change, &Policy::default()), Outcome::Missing(vec![field]));
    };
    leaving_out(|c| c.enabled = Patch::Absent, "azureKeyVault.enabled");
    leaving_out(|c| c.azure_environment = Patch::Absent, "azureKeyVault.azureEnvironment");
    leaving_out(|c| c.tenant_id = Patch::Absent, "azureKeyVault.tenantID");
    leaving_out(|c| c.client_id = Patch::Absent, "azureKeyVault.clientID");
    leaving_out(|c| c.secret = None, "azureKeyVault.secret");
    leaving_out(|c| c.subscription_id = Patch::Absent, "azureKeyVault.subscriptionID");
    leaving_out(|c| c.resource_group_name = Patch::Absent, "azureKeyVault.resourceGroupName");
    leaving_out(|c| c.key_vault_name = Patch::Absent, "azureKeyVault.keyVaultName");
    leaving_out(|c| c.key_identifier = Patch::Absent, "azureKeyVault.keyIdentifier");
}

#[test]
fn nothing_said_about_a_disabled_provider_leaves_it_alone() {
    check(None, |_| {}, Outcome::Untouched);
    check(
        None,
        |c| {
            c.enabled = Patch::Null;
            c.azure_environment = Patch::Null;
            c.key_identifier = Patch::Null;
            c.require_private_networking = Patch::Null;
        },
        Outcome::Untouched,
    );
}

#[test]
fn an_enabled_provider_takes_only_what_changed() {
    check(Some(role_settings()), |_| {}, Outcome::Same);
    check(Some(static_settings()), |_| {}, Outcome::Same);
    check(Some(role_settings()), |c| c.require_private_networking = Patch::Null, Outcome::Same);
    check(Some(role_settings()), |c| c.enabled = Patch::Value(false), Outcome::Disabled);
    check(None, |c| c.enabled = Patch::Value(false), Outcome::Disabled);
    let moved = |edit: fn(&mut AzureKeyVaultChange), step, next| {
        check(Some(role_settings()), edit, Outcome::Moved(step, next));
    };
    moved(
        |c| c.require_private_networking = Patch::Value(true),
        Move::ChangeOptions,
        AzureKeyVault { require_private_networking: true, ..role_settings() },
    );
    moved(
        |c| c.subscription_id = value(OTHER_SUBSCRIPTION),
        Move::ChangeOptions,
        AzureKeyVault { subscription: guid(OTHER_SUBSCRIPTION), ..role_settings() },
    );
    moved(
        |c| c.resource_group_name = value("other"),
        Move::ChangeOptions,
        AzureKeyVault { resource_group: ResourceGroupName::parse("other").unwrap(), ..role_settings() },
    );
    moved(
        |c| c.tenant_id = value(OTHER_TENANT),
        Move::ChangeCredentials,
        AzureKeyVault { tenant: guid(OTHER_TENANT), ..role_settings() },
    );
    moved(
        |c| c.role_id = Patch::Value(OTHER_ROLE),
        Move::ChangeCredentials,
        AzureKeyVault { credentials: AzureCredentials::Role(OTHER_ROLE), ..role_settings() },
    );
    moved(
        |c| c.key_identifier = value(&KEY.replace("EXAMPLEKey/", "other/")),
        Move::ChangeKey,
        AzureKeyVault { key: key("other", Some(VERSION)), ..role_settings() },
    );
    moved(
        |c| c.key_identifier = value(&KEY.replace(VERSION, "0123")),
        Move::ChangeKey,
        AzureKeyVault { key: key("EXAMPLEKey", Some("0123")), ..role_settings() },
    );
    moved(
        |c| {
            c.key_vault_name = value("other");
            c.key_identifier = value(&KEY.replace("examplekeyvault", "other"));
        },
        Move::ChangeKey,
        AzureKeyVault { vault: VaultName::parse("other").unwrap(), ..role_settings() },
    );
    moved(
        |c| {
            c.azure_environment = value("AZURE_CHINA");
            c.key_identifier = value(&KEY.replace(".net", ".cn"));
        },
        Move::ChangeKey,
        AzureKeyVault { environment: AzureEnvironment::AzureChina, ..role_settings() },
    );
}

#[test]
fn names_that_differ_in_case_only_are_the_same() {
    check(
        Some(static_settings()),
        |c| {
            c.tenant_id = value(&TENANT.to_ascii_uppercase());
            c.client_id = value(&CLIENT.to_ascii_uppercase());
            c.subscription_id = value(&SUBSCRIPTION.to_ascii_uppercase());
            c.key_vault_name = value("EXAMPLEKEYVAULT");
            c.key_identifier = value(&KEY.replace("examplekeyvault", "ExampleKeyVault"));
        },
        Outcome::Same,
    );
}

#[test]
fn null_for_a_required_field_of_an_enabled_provider_is_missing() {
    check(
        Some(role_settings()),
        |c| {
            c.enabled = Patch::Null;
            c.azure_environment = Patch::Null;
            c.tenant_id = Patch::Null;
            c.role_id = Patch::Null;
            c.subscription_id = Patch::Null;
            c.resource_group_name = Patch::Null;
            c.key_vault_name = Patch::Null;
            c.key_identifier = Patch::Null;
        },
        Outcome::Missing(vec![
            "azureKeyVault.enabled",
            "azureKeyVault.azureEnvironment",
            "azureKeyVault.tenantID",
            "azureKeyVault.roleId",
            "azureKeyVault.subscriptionID",
            "azureKeyVault.resourceGroupName",
            "azureKeyVault.keyVaultName",
            "azureKeyVault.keyIdentifier",
        ]),
    );
    check(
        Some(static_settings()),
        |c| c.client_id = Patch::Null,
        Outcome::Missing(vec!["azureKeyVault.clientID", "azureKeyVault.secret"]),
    );
    check(Some(static_settings()), |c| c.role_id = Patch::Null, Outcome::Same);
}

#[test]
fn a_secret_is_kept_while_its_identity_stays() {
    check(Some(static_settings()), |c| c.client_id = value(CLIENT), Outcome::Same);
    check(Some(static_settings()), |c| c.secret = Some(secret("old")), Outcome::Same);
    check(
        Some(static_settings()),
        |c| c.secret = Some(secret("new")),
        Outcome::Moved(Move::ChangeCredentials, AzureKeyVault { credentials: pair(CLIENT, "new"), ..role_settings() }),
    );
    check(
        Some(static_settings()),
        |c| c.key_identifier = value(&KEY.replace(VERSION, "0123")),
        Outcome::Moved(Move::ChangeKey, AzureKeyVault { key: key("EXAMPLEKey", Some("0123")), ..static_settings() }),
    );
}

#[test]
fn changing_an_identity_needs_its_secret_in_the_same_body() {
    let needs_secret = || Outcome::Missing(vec!["azureKeyVault.secret"]);
    let china = |c: &mut AzureKeyVaultChange| {
        c.azure_environment = value("AZURE_CHINA");
        c.key_identifier = value(&KEY.replace(".net", ".cn"));
    };
    check(Some(static_settings()), |c| c.client_id = value(OTHER_CLIENT), needs_secret());
    check(Some(static_settings()), |c| c.tenant_id = value(OTHER_TENANT), needs_secret());
    check(Some(static_settings()), china, needs_secret());
    // With it, the change is taken, even if the secret is the same text.
    for text in ["old", "new"] {
        check(
            Some(static_settings()),
            |c| {
                c.client_id = value(OTHER_CLIENT);
                c.secret = Some(secret(text));
            },
            Outcome::Moved(
                Move::ChangeCredentials,
                AzureKeyVault { credentials: pair(OTHER_CLIENT, text), ..static_settings() },
            ),
        );
        check(
            Some(static_settings()),
            |c| {
                c.tenant_id = value(OTHER_TENANT);
                c.secret = Some(secret(text));
            },
            Outcome::Moved(
                Move::ChangeCredentials,
                AzureKeyVault { tenant: guid(OTHER_TENANT), credentials: pair(CLIENT, text), ..static_settings() },
            ),
        );
    }
    check(
        Some(static_settings()),
        |c| {
            china(c);
            c.secret = Some(secret("old"));
        },
        Outcome::Moved(
            Move::ChangeKey,
            AzureKeyVault { environment: AzureEnvironment::AzureChina, ..static_settings() },
        ),
    );
    // A role has no secret that could belong to somebody else.
    check(
        Some(role_settings()),
        china,
        Outcome::Moved(Move::ChangeKey, AzureKeyVault { environment: AzureEnvironment::AzureChina, ..role_settings() }),
    );
}

#[test]
fn a_role_wins_and_there_is_no_way_back() {
    let both = |c: &mut AzureKeyVaultChange| {
        c.role_id = Patch::Value(OTHER_ROLE);
        c.client_id = value(CLIENT);
        c.secret = Some(secret("new"));
    };
    let by_role = || AzureKeyVault { credentials: AzureCredentials::Role(OTHER_ROLE), ..role_settings() };
    check(Some(static_settings()), both, Outcome::Moved(Move::ChangeCredentials, by_role()));
    check(Some(role_settings()), both, Outcome::Moved(Move::ChangeCredentials, by_role()));
    let mut first = enabling();
    both(&mut first);
    assert_eq!(run(None, first, &Policy::default()), Outcome::Moved(Move::Enable, by_role()));
    // What is not stored is not looked at either.
    check(
        Some(role_settings()),
        |c| {
            both(c);
            c.client_id = value("no GUID at all");
        },
        Outcome::Moved(Move::ChangeCredentials, by_role()),
    );
    let back =
        || Outcome::Refused(Refusal::StaticCredentials { provider: ProviderKind::AzureKeyVault, role_in_use: true });
    check(Some(role_settings()), |c| c.client_id = value(CLIENT), back());
    check(Some(role_settings()), |c| c.secret = Some(secret("new")), back());
    check(
        Some(role_settings()),
        |c| {
            both(c);
            c.role_id = Patch::Null;
        },
        back(),
    );
    check(Some(role_settings()), |c| c.client_id = Patch::Null, Outcome::Same);
}

#[test]
fn a_policy_refuses_new_static_credentials_and_keeps_old_ones() {
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let refused =
        || Outcome::Refused(Refusal::StaticCredentials { provider: ProviderKind::AzureKeyVault, role_in_use: false });
    let change = |text: &str| AzureKeyVaultChange { secret: Some(secret(text)), ..Default::default() };
    assert_eq!(run(Some(static_settings()), change("new"), &policy), refused());
    assert_eq!(run(Some(static_settings()), change("old"), &policy), Outcome::Same);
    assert_eq!(run(None, enabling_statically(), &policy), refused());
    // The same words for another tenant are new credentials.
    let elsewhere = AzureKeyVaultChange { tenant_id: value(OTHER_TENANT), ..change("old") };
    assert_eq!(run(Some(static_settings()), elsewhere, &policy), refused());
    let other_key =
        AzureKeyVaultChange { key_identifier: value(&KEY.replace(VERSION, "0123")), ..AzureKeyVaultChange::default() };
    let next = AzureKeyVault { key: key("EXAMPLEKey", Some("0123")), ..static_settings() };
    assert_eq!(run(Some(static_settings()), other_key, &policy), Outcome::Moved(Move::ChangeKey, next));
    assert_eq!(run(None, enabling(), &policy), Outcome::Moved(Move::Enable, role_settings()));
    let to_role = AzureKeyVaultChange { role_id: Patch::Value(ROLE), ..Default::default() };
    assert_eq!(
        run(Some(static_settings()), to_role, &policy),
        Outcome::Moved(Move::ChangeCredentials, role_settings())
    );
}

#[test]
fn a_role_works_only_where_the_operators_identity_is_at_home() {
    let at_home = |home| Policy { operator_azure_environment: home, ..Policy::default() };
    let china = |change: AzureKeyVaultChange| AzureKeyVaultChange {
        azure_environment: value("AZURE_CHINA"),
        key_identifier: value(&KEY.replace(".net", ".cn")),
        ..change
    };
    let in_china = |settings: AzureKeyVault| AzureKeyVault { environment: AzureEnvironment::AzureChina, ..settings };
    let refused = || Outcome::Refused(Refusal::EnvironmentNotSupported(AzureEnvironment::AzureChina));
    let public = at_home(Some(AzureEnvironment::Azure));
    assert_eq!(run(None, china(enabling()), &public), refused());
    assert_eq!(run(Some(role_settings()), china(AzureKeyVaultChange::default()), &public), refused());
    assert_eq!(run(None, enabling(), &public), Outcome::Moved(Move::Enable, role_settings()));
    // The customer's own application is at home where the customer is.
    let enabled = Outcome::Moved(Move::Enable, in_china(static_settings()));
    assert_eq!(run(None, china(enabling_statically()), &public), enabled);
    let chinese = at_home(Some(AzureEnvironment::AzureChina));
    let enabled = Outcome::Moved(Move::Enable, in_china(role_settings()));
    assert_eq!(run(None, china(enabling()), &chinese), enabled);
    // Without an identity it is the role itself that cannot be used, wherever it is.
    assert_eq!(run(None, china(enabling()), &at_home(None)), enabled);
}

#[test]
fn a_stored_key_does_not_follow_its_vault() {
    // Another vault or cloud has no key under the old address: it has to be named again.
    let key_is_wrong = || Outcome::Missing(vec!["azureKeyVault.keyIdentifier"]);
    check(Some(role_settings()), |c| c.key_vault_name = value("other"), key_is_wrong());
    check(Some(role_settings()), |c| c.azure_environment = value("AZURE_US_GOVERNMENT"), key_is_wrong());
    // Nor does the vault follow the key.
    let elsewhere = KEY.replace("examplekeyvault", "other");
    check(Some(role_settings()), |c| c.key_identifier = value(&elsewhere), key_is_wrong());
    let mut change = AzureKeyVaultChange { key_vault_name: value("other"), ..AzureKeyVaultChange::default() };
    change.tenant_id = value(OTHER_TENANT);
    let refused = merge(Some(&role_settings()), change, &Policy::default()).err();
    let expected = "https://other.vault.azure.net/keys/<key name>/<key version>".to_owned();
    let kind = ViolationKind::KeyIdentifier { expected };
    let violation = Violation { field: "azureKeyVault.keyIdentifier".to_owned(), kind };
    assert_eq!(refused, Some(Refusal::Violations(vec![violation])));
}

#[test]
fn a_versionless_key_is_taken_where_the_policy_says_so() {
    let accept = Policy { versionless_keys: VersionlessKeys::Accept, ..Policy::default() };
    let bare = KEY.strip_suffix(VERSION).unwrap().trim_end_matches('/').to_owned();
    let versionless = || AzureKeyVault { key: key("EXAMPLEKey", None), ..role_settings() };
    for text in [bare.clone(), format!("{bare}/")] {
        let change = || AzureKeyVaultChange { key_identifier: value(&text), ..enabling() };
        assert_eq!(run(None, change(), &accept), Outcome::Moved(Move::Enable, versionless()));
        let refused = run(None, change(), &Policy::default());
        assert_eq!(refused, Outcome::Missing(vec!["azureKeyVault.keyIdentifier"]));
    }
    let change = || AzureKeyVaultChange { key_identifier: value(&bare), ..AzureKeyVaultChange::default() };
    assert_eq!(run(Some(role_settings()), change(), &accept), Outcome::Moved(Move::ChangeKey, versionless()));
    let back = AzureKeyVaultChange { key_identifier: value(KEY), ..AzureKeyVaultChange::default() };
    assert_eq!(run(Some(versionless()), back, &accept), Outcome::Moved(Move::ChangeKey, role_settings()));
    // One that was taken once stays, whatever the policy says by now; sent again it is a new wish.
    let strict = Policy::default();
    assert_eq!(run(Some(versionless()), AzureKeyVaultChange::default(), &strict), Outcome::Same);
    let other = AzureKeyVaultChange { role_id: Patch::Value(OTHER_ROLE), ..AzureKeyVaultChange::default() };
    let next = AzureKeyVault { credentials: AzureCredentials::Role(OTHER_ROLE), ..versionless() };
    assert_eq!(run(Some(versionless()), other, &strict), Outcome::Moved(Move::ChangeCredentials, next));
    let refused = run(Some(versionless()), change(), &strict);
    assert_eq!(refused, Outcome::Missing(vec!["azureKeyVault.keyIdentifier"]));
}

#[test]
fn credentials_cannot_smuggle_header_lines() {
    for text in ["a\r\nX-Evil: 1", "a b", "\u{0}", "geheim\u{e4}", &"s".repeat(1025)] {
        check(
            Some(static_settings()),
            |c| c.secret = Some(secret(text)),
            Outcome::Missing(vec!["azureKeyVault.secret"]),
        );
    }
    check(
        Some(static_settings()),
        |c| {
            c.client_id = value("0c1e57a0-0000-4000-8000-0000000\r\n00c");
            c.secret = Some(secret("new"));
        },
        Outcome::Missing(vec!["azureKeyVault.clientID"]),
    );
}

#[test]
fn every_name_is_held_to_its_grammar_in_one_go() {
    let mut change = enabling_statically();
    for field in [
        &mut change.azure_environment,
        &mut change.tenant_id,
        &mut change.client_id,
        &mut change.subscription_id,
        &mut change.resource_group_name,
        &mut change.key_vault_name,
    ] {
        *field = value("a/../b");
    }
    change.key_identifier = value("https://evil.example/keys/a/b");
    // Of an address nothing can be said while it is unknown which vault it must lie in.
    let expected = [
        "azureKeyVault.azureEnvironment",
        "azureKeyVault.tenantID",
        "azureKeyVault.clientID",
        "azureKeyVault.subscriptionID",
        "azureKeyVault.resourceGroupName",
        "azureKeyVault.keyVaultName",
    ];
    assert_eq!(run(None, change, &Policy::default()), Outcome::Missing(expected.to_vec()));
}
