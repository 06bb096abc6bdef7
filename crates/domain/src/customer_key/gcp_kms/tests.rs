//! Every rule of changing Google Cloud KMS settings, as tables.

use super::*;
use crate::violation::ViolationKind;

const ROLE: ProviderRoleId = ProviderRoleId::from_random([8; 12]);
const OTHER_ROLE: ProviderRoleId = ProviderRoleId::from_random([9; 12]);
const KEY: &str =
    "projects/my-project-common-0/locations/us-east4/keyRings/my-key-ring-0/cryptoKeys/my-key-0/cryptoKeyVersions/1";
const OTHER_KEY: &str =
    "projects/my-project-common-0/locations/us-east4/keyRings/my-key-ring-0/cryptoKeys/my-key-0/cryptoKeyVersions/2";
const EMAIL: &str = "atrest@my-project-common-0.iam.gserviceaccount.com";
const OTHER_EMAIL: &str = "other@my-project-common-0.iam.gserviceaccount.com";
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
const OTHER_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n";

fn secret(text: &str) -> Arc<SecretText> {
    Arc::new(SecretText::new(text.to_owned()))
}

fn service_account(email: &str, id: &str, pem: &str) -> GcpCredentials {
    GcpCredentials::ServiceAccountKey {
        client_email: ServiceAccountEmail::parse(email).unwrap(),
        private_key_id: PrivateKeyId::parse(id).unwrap(),
        private_key: secret(pem),
    }
}

fn role_settings() -> GcpKms {
    GcpKms { key_version: KeyVersionName::parse(KEY).unwrap(), credentials: GcpCredentials::Role(ROLE) }
}

fn static_settings() -> GcpKms {
    GcpKms { credentials: service_account(EMAIL, "ab12", PEM), ..role_settings() }
}

pub(crate) fn enabling() -> GcpKmsChange {
    GcpKmsChange {
        enabled: Patch::Value(true),
        key_version_resource_id: Patch::Value(KEY.to_owned()),
        role_id: Patch::Value(ROLE),
        service_account_key: None,
    }
}

/// A key file, member by member.
struct File {
    kind: Option<&'static str>,
    client_email: Option<&'static str>,
    private_key_id: Option<&'static str>,
    private_key: Option<&'static str>,
    token_uri: Option<&'static str>,
}

const FILE: File = File {
    kind: Some("service_account"),
    client_email: Some(EMAIL),
    private_key_id: Some("ab12"),
    private_key: Some(PEM),
    token_uri: Some(TOKEN_URI),
};

impl File {
    fn written(self) -> Option<KeyFile> {
        let Self { kind, client_email, private_key_id, private_key, token_uri } = self;
        Some(KeyFile::Object {
            kind: kind.map(str::to_owned),
            client_email: client_email.map(str::to_owned),
            private_key_id: private_key_id.map(str::to_owned),
            private_key: private_key.map(secret),
            token_uri: token_uri.map(str::to_owned),
        })
    }
}

/// Enables with a service account's key.
fn enabling_statically() -> GcpKmsChange {
    GcpKmsChange { role_id: Patch::Absent, service_account_key: FILE.written(), ..enabling() }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Untouched,
    Disabled,
    Same,
    Moved(Move, GcpKms),
    Missing(Vec<&'static str>),
    Refused(Refusal),
}

fn run(present: Option<GcpKms>, change: GcpKmsChange, policy: &Policy) -> Outcome {
    match merge(present.as_ref(), change, policy) {
        Ok(Merged::Untouched) => Outcome::Untouched,
        Ok(Merged::Disabled) => Outcome::Disabled,
        Ok(Merged::Configured(CustomerKey::GcpKms(_), None)) => Outcome::Same,
        Ok(Merged::Configured(CustomerKey::GcpKms(next), Some(step))) => Outcome::Moved(step, next),
        Ok(Merged::Configured(other, _)) => panic!("a change of Google settings made {other:?}"),
        Err(Refusal::Violations(found)) => {
            Outcome::Missing(found.into_iter().map(|violation| &*violation.field.leak()).collect())
        }
        Err(refusal) => Outcome::Refused(refusal),
    }
}

#[track_caller]
fn check(present: Option<GcpKms>, edit: impl FnOnce(&mut GcpKmsChange), expected: Outcome) {
    let mut change = GcpKmsChange::default();
    edit(&mut change);
    assert_eq!(run(present, change, &Policy::default()), expected);
}

const KEY_FILE_IS_WRONG: [&str; 1] = ["googleCloudKms.serviceAccountKey"];

#[test]
fn first_enabling_lists_all_that_is_missing() {
    check(
        None,
        |c| c.enabled = Patch::Value(true),
        Outcome::Missing(vec!["googleCloudKms.keyVersionResourceID", "googleCloudKms.roleId"]),
    );
    check(
        None,
        |c| c.key_version_resource_id = Patch::Value(KEY.to_owned()),
        Outcome::Missing(vec!["googleCloudKms.enabled", "googleCloudKms.roleId"]),
    );
    check(
        None,
        |c| c.service_account_key = FILE.written(),
        Outcome::Missing(vec!["googleCloudKms.enabled", "googleCloudKms.keyVersionResourceID"]),
    );
    check(
        None,
        |c| c.role_id = Patch::Value(ROLE),
        Outcome::Missing(vec!["googleCloudKms.enabled", "googleCloudKms.keyVersionResourceID"]),
    );
    let default = Policy::default();
    assert_eq!(run(None, enabling(), &default), Outcome::Moved(Move::Enable, role_settings()));
    assert_eq!(run(None, enabling_statically(), &default), Outcome::Moved(Move::Enable, static_settings()));
}

#[test]
fn nothing_said_about_a_disabled_provider_leaves_it_alone() {
    check(None, |_| {}, Outcome::Untouched);
    check(
        None,
        |c| {
            c.enabled = Patch::Null;
            c.key_version_resource_id = Patch::Null;
            c.role_id = Patch::Null;
        },
        Outcome::Untouched,
    );
}

#[test]
fn an_enabled_provider_takes_only_what_changed() {
    for settings in [role_settings(), static_settings()] {
        check(Some(settings.clone()), |_| {}, Outcome::Same);
        check(Some(settings.clone()), |c| c.enabled = Patch::Value(true), Outcome::Same);
        check(Some(settings.clone()), |c| c.key_version_resource_id = Patch::Value(KEY.to_owned()), Outcome::Same);
        check(
            Some(settings.clone()),
            |c| c.key_version_resource_id = Patch::Value(OTHER_KEY.to_owned()),
            Outcome::Moved(
                Move::ChangeKey,
                GcpKms { key_version: KeyVersionName::parse(OTHER_KEY).unwrap(), ..settings.clone() },
            ),
        );
        check(Some(settings), |c| c.enabled = Patch::Value(false), Outcome::Disabled);
    }
    check(None, |c| c.enabled = Patch::Value(false), Outcome::Disabled);
    check(
        Some(role_settings()),
        |c| c.role_id = Patch::Value(OTHER_ROLE),
        Outcome::Moved(
            Move::ChangeCredentials,
            GcpKms { credentials: GcpCredentials::Role(OTHER_ROLE), ..role_settings() },
        ),
    );
}

#[test]
fn null_for_a_required_field_of_an_enabled_provider_is_missing() {
    check(
        Some(role_settings()),
        |c| {
            c.enabled = Patch::Null;
            c.key_version_resource_id = Patch::Null;
            c.role_id = Patch::Null;
        },
        Outcome::Missing(vec![
            "googleCloudKms.enabled",
            "googleCloudKms.keyVersionResourceID",
            "googleCloudKms.roleId",
        ]),
    );
    check(Some(static_settings()), |c| c.role_id = Patch::Null, Outcome::Same);
}

#[test]
fn a_service_account_comes_with_its_key() {
    // The account is named by the key file alone, so that another one cannot come without its key.
    check(Some(static_settings()), |c| c.service_account_key = FILE.written(), Outcome::Same);
    for (file, expected) in [
        (File { private_key: Some(OTHER_PEM), ..FILE }, service_account(EMAIL, "ab12", OTHER_PEM)),
        (File { private_key_id: Some("cd34"), ..FILE }, service_account(EMAIL, "cd34", PEM)),
        (File { client_email: Some(OTHER_EMAIL), ..FILE }, service_account(OTHER_EMAIL, "ab12", PEM)),
    ] {
        check(
            Some(static_settings()),
            |c| c.service_account_key = file.written(),
            Outcome::Moved(Move::ChangeCredentials, GcpKms { credentials: expected, ..role_settings() }),
        );
    }
    check(
        Some(static_settings()),
        |c| c.service_account_key = File { client_email: Some(OTHER_EMAIL), private_key: None, ..FILE }.written(),
        Outcome::Missing(KEY_FILE_IS_WRONG.to_vec()),
    );
}

#[test]
fn a_role_wins_and_there_is_no_way_back() {
    let both = |c: &mut GcpKmsChange| {
        c.role_id = Patch::Value(OTHER_ROLE);
        c.service_account_key = FILE.written();
    };
    let by_role = || GcpKms { credentials: GcpCredentials::Role(OTHER_ROLE), ..role_settings() };
    check(Some(static_settings()), both, Outcome::Moved(Move::ChangeCredentials, by_role()));
    let mut first = enabling();
    both(&mut first);
    assert_eq!(run(None, first, &Policy::default()), Outcome::Moved(Move::Enable, by_role()));
    // What is not stored is not looked at either: the seeds' example sends the word "string".
    check(
        Some(role_settings()),
        |c| {
            both(c);
            c.service_account_key = Some(KeyFile::Unreadable);
        },
        Outcome::Moved(Move::ChangeCredentials, by_role()),
    );
    let back = || Outcome::Refused(Refusal::StaticCredentials { provider: ProviderKind::GcpKms, role_in_use: true });
    check(Some(role_settings()), |c| c.service_account_key = FILE.written(), back());
    check(
        Some(role_settings()),
        |c| {
            both(c);
            c.role_id = Patch::Null;
        },
        back(),
    );
}

#[test]
fn a_policy_refuses_new_static_credentials_and_keeps_old_ones() {
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let refused =
        || Outcome::Refused(Refusal::StaticCredentials { provider: ProviderKind::GcpKms, role_in_use: false });
    let change = |file: File| GcpKmsChange { service_account_key: file.written(), ..Default::default() };
    assert_eq!(run(Some(static_settings()), change(File { private_key: Some(OTHER_PEM), ..FILE }), &policy), refused());
    assert_eq!(run(Some(static_settings()), change(FILE), &policy), Outcome::Same);
    let other_key = GcpKmsChange { key_version_resource_id: Patch::Value(OTHER_KEY.to_owned()), ..Default::default() };
    let next = GcpKms { key_version: KeyVersionName::parse(OTHER_KEY).unwrap(), ..static_settings() };
    assert_eq!(run(Some(static_settings()), other_key, &policy), Outcome::Moved(Move::ChangeKey, next));
    assert_eq!(run(None, enabling_statically(), &policy), refused());
    assert_eq!(run(None, enabling(), &policy), Outcome::Moved(Move::Enable, role_settings()));
}

#[test]
fn a_key_file_must_be_a_service_accounts_and_whole() {
    let check = |why: &str, file: Option<KeyFile>, expected: &str| {
        let change = GcpKmsChange { service_account_key: file, ..enabling_statically() };
        let Err(Refusal::Violations(found)) = merge(None, change, &Policy::default()) else {
            panic!("{why} was taken")
        };
        let [violation] = found.as_slice() else { panic!("{why}: {found:?}") };
        assert_eq!(violation.field, "googleCloudKms.serviceAccountKey", "{why}");
        let ViolationKind::Malformed { expected: told } = &violation.kind else { panic!("{why}: {violation:?}") };
        assert!(told.contains(expected), "{why}: {told}");
    };
    check("no key file", Some(KeyFile::Unreadable), "the whole key file");
    for kind in [
        None,
        Some(""),
        Some("external_account"),
        Some("external_account_authorized_user"),
        Some("authorized_user"),
        Some("impersonated_service_account"),
        Some("gdch_service_account"),
        Some("Service_Account"),
        Some("service_account "),
    ] {
        check(&format!("type {kind:?}"), File { kind, ..FILE }.written(), "type is service_account");
    }
    for token_uri in [
        None,
        Some(""),
        Some("https://evil.example/token"),
        Some("https://oauth2.googleapis.com/token/"),
        Some("https://oauth2.googleapis.com/token?x"),
        Some("https://oauth2.googleapis.com/token#x"),
        Some("https://oauth2.googleapis.com:443/token"),
        Some("https://x@oauth2.googleapis.com/token"),
        Some("https://oauth2.googleapis.com.evil.example/token"),
        Some("http://oauth2.googleapis.com/token"),
        Some("HTTPS://oauth2.googleapis.com/token"),
        Some("https://accounts.google.com/o/oauth2/token"),
        Some("http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"),
        Some("http://127.0.0.1:1/token"),
    ] {
        check(&format!("token_uri {token_uri:?}"), File { token_uri, ..FILE }.written(), "token_uri is the token");
    }
    for client_email in [None, Some(""), Some("person@gmail.com"), Some("a@evil.example")] {
        let file = File { client_email, ..FILE }.written();
        check(&format!("client_email {client_email:?}"), file, "client_email is the address of a service account");
    }
    for private_key_id in [None, Some(""), Some("xyz"), Some("ab\r\n12"), Some("../ab")] {
        check(&format!("id {private_key_id:?}"), File { private_key_id, ..FILE }.written(), "is hexadecimal");
    }
    for private_key in [
        None,
        Some(""),
        Some("MIIB"),
        Some("-----BEGIN PRIVATE KEY-----"),
        Some("-----BEGIN PRIVATE KEY-----\nMIIB"),
        Some("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"),
        Some("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"),
        Some("-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n"),
        Some("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"),
        Some("x-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"),
        Some("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nx"),
    ] {
        check(&format!("key {private_key:?}"), File { private_key, ..FILE }.written(), "an RSA key in PEM");
    }
    let long = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "A".repeat(8192));
    check("a key too long", File { private_key: Some(long.leak()), ..FILE }.written(), "an RSA key in PEM");
}

#[test]
fn the_token_endpoint_is_the_operators_and_no_other() {
    let own = "https://tokens.emulator.example:8443/token";
    let policy = Policy { google_token_uri: own.to_owned(), ..Policy::default() };
    assert_eq!(run(None, enabling_statically(), &policy), Outcome::Missing(KEY_FILE_IS_WRONG.to_vec()));
    let file = File { token_uri: Some(own), ..FILE };
    let change = GcpKmsChange { service_account_key: file.written(), ..enabling_statically() };
    assert_eq!(run(None, change, &policy), Outcome::Moved(Move::Enable, static_settings()));
}

#[test]
fn a_key_file_and_a_key_name_are_told_together() {
    let change = GcpKmsChange {
        key_version_resource_id: Patch::Value("nonsense".to_owned()),
        service_account_key: Some(KeyFile::Unreadable),
        ..Default::default()
    };
    let expected = ["googleCloudKms.enabled", "googleCloudKms.keyVersionResourceID", KEY_FILE_IS_WRONG[0]];
    assert_eq!(run(None, change, &Policy::default()), Outcome::Missing(expected.to_vec()));
}

#[test]
fn key_version_names_follow_the_grammar() {
    let good = KeyVersionName::parse(KEY).unwrap();
    assert_eq!(good.as_str(), KEY);
    assert_eq!(good.key(), KEY.strip_suffix("/cryptoKeyVersions/1").unwrap());
    for (from, to) in [
        ("my-project-common-0", "123456789012"),
        ("my-project-common-0", "example.com:my-project"),
        ("us-east4", "global"),
        ("us-east4", "europe"),
        ("my-key-ring-0", "Ring_1"),
        ("my-key-0", "-"),
        ("my-key-0", &"k".repeat(63)),
        ("Versions/1", "Versions/9223372036854775807"),
    ] {
        let name = KEY.replace(from, to);
        assert!(KeyVersionName::parse(&name).is_some(), "{name}");
    }
    for (from, to) in [
        ("Versions/1", "Versions/0"),
        ("Versions/1", "Versions/01"),
        ("Versions/1", "Versions/-1"),
        ("Versions/1", "Versions/+1"),
        ("Versions/1", "Versions/latest"),
        ("Versions/1", "Versions/1:encrypt"),
        ("Versions/1", "Versions/1/"),
        ("Versions/1", "Versions/1/x"),
        ("Versions/1", "Versions/1?alt=media"),
        ("Versions/1", "Versions/1#x"),
        ("Versions/1", "Versions/"),
        ("Versions/1", "Versions/12345678901234567890"),
        ("Versions/1", "Versions/\u{661}"),
        ("/cryptoKeyVersions/1", ""),
        ("projects/", "/projects/"),
        ("projects/", "https://cloudkms.googleapis.com/v1/projects/"),
        ("projects/", "Projects/"),
        ("projects/", "folders/"),
        ("projects/", "//"),
        ("my-project-common-0", "-"),
        ("my-project-common-0", ".."),
        ("my-project-common-0", "."),
        ("my-project-common-0", ""),
        ("my-project-common-0", "My-Project"),
        ("my-project-common-0", "a b"),
        ("my-project-common-0", "a%2fb"),
        ("my-project-common-0", "a:b:c"),
        ("my-project-common-0", ":b"),
        ("my-project-common-0", "example.com:"),
        ("my-project-common-0", "example..com:b"),
        ("my-project-common-0", "evil.example"),
        ("us-east4", "-"),
        ("us-east4", "us-east4.evil"),
        ("us-east4", "us_east4"),
        ("us-east4", "US"),
        ("my-key-ring-0", ".."),
        ("my-key-ring-0", "a.b"),
        ("my-key-ring-0", "a/b"),
        ("my-key-ring-0", "a%2Fb"),
        ("my-key-ring-0", "a\\b"),
        ("my-key-0", ""),
        ("my-key-0", ".."),
        ("my-key-0", "k\r\n"),
        ("my-key-0", "k\u{0}"),
        ("my-key-0", "k\u{e9}"),
        ("my-key-0", "k?x=1"),
        ("my-key-0", &"k".repeat(64)),
        ("keyRings", "keyrings"),
        ("/cryptoKeys/", "//cryptoKeys/"),
    ] {
        let name = KEY.replace(from, to);
        assert!(KeyVersionName::parse(&name).is_none(), "{name:?}");
    }
    for bad in ["", "string", "1", &format!(" {KEY}"), &format!("{KEY}\n"), &format!("{KEY}{KEY}")] {
        assert!(KeyVersionName::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn emails_are_service_accounts_never_persons() {
    for good in [
        EMAIL,
        "atrest@example.com.my-project.iam.gserviceaccount.com",
        "123456789012-compute@developer.gserviceaccount.com",
        "my-project@appspot.gserviceaccount.com",
    ] {
        assert_eq!(ServiceAccountEmail::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "@",
        "person@gmail.com",
        "person@example.com",
        "group@googlegroups.com",
        "a@gserviceaccount.com",
        "a@evilgserviceaccount.com",
        "a@p.iam.gserviceaccount.com.evil.example",
        "a@p.iam.gserviceaccount.com@evil.example",
        "person@evil.example@p.iam.gserviceaccount.com",
        "a@.gserviceaccount.com",
        "@p.iam.gserviceaccount.com",
        "a@p..iam.gserviceaccount.com",
        "A@p.iam.gserviceaccount.com",
        "a@P.iam.gserviceaccount.com",
        "a b@p.iam.gserviceaccount.com",
        "a/../b@p.iam.gserviceaccount.com",
        "a%2fb@p.iam.gserviceaccount.com",
        "a:generateAccessToken@p.iam.gserviceaccount.com",
        "a?b@p.iam.gserviceaccount.com",
        "a\r\n@p.iam.gserviceaccount.com",
        "a@p.iam.gserviceaccount.com\r\n",
        "\"a\"@p.iam.gserviceaccount.com",
        "\u{430}@p.iam.gserviceaccount.com",
        &format!("{}@p.iam.gserviceaccount.com", "a".repeat(64)),
        &format!("a@{}gserviceaccount.com", "abcdefgh.".repeat(40)),
    ] {
        assert!(ServiceAccountEmail::parse(bad).is_none(), "{bad:?}");
    }
}

#[test]
fn each_role_has_a_service_account_of_its_own() {
    let one = ServiceAccountEmail::of_role(ROLE, "operator").unwrap();
    assert_eq!(one.as_str(), "mongodb-atlas-0808080808080808@operator.iam.gserviceaccount.com");
    assert_ne!(Some(&one), ServiceAccountEmail::of_role(OTHER_ROLE, "operator").as_ref());
    // Google's names end at 30 characters.
    assert_eq!(one.as_str().split_once('@').unwrap().0.len(), 30);
    for bad in ["", "evil.example@x", "Operator", "a/b", "a b"] {
        assert!(ServiceAccountEmail::of_role(ROLE, bad).is_none(), "{bad:?}");
    }
}

#[test]
fn private_key_ids_follow_the_grammar() {
    for good in ["0", "ab12", "ABCDEF", &"a".repeat(128)] {
        assert_eq!(PrivateKeyId::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", "g", "a-b", "a b", "\"", "a\n", &"a".repeat(129)] {
        assert!(PrivateKeyId::parse(bad).is_none(), "{bad:?}");
    }
}
