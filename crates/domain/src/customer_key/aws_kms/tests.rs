//! Every rule of changing AWS KMS settings, as tables.

use super::*;

const ROLE: ProviderRoleId = ProviderRoleId::from_random([8; 12]);
const OTHER_ROLE: ProviderRoleId = ProviderRoleId::from_random([9; 12]);
const KEY_ID: &str = "AKIA00000000000000AA";

fn secret(text: &str) -> Arc<SecretText> {
    Arc::new(SecretText::new(text.to_owned()))
}

fn pair(id: &str, text: &str) -> AwsCredentials {
    AwsCredentials::Static { access_key_id: id.to_owned(), secret_access_key: secret(text) }
}

pub(crate) fn role_settings() -> AwsKms {
    AwsKms {
        key: AwsKeyName::parse("alias/one").unwrap(),
        region: AwsRegion::parse("US_EAST_1").unwrap(),
        credentials: AwsCredentials::Role(ROLE),
        require_private_networking: false,
    }
}

fn static_settings() -> AwsKms {
    AwsKms { credentials: pair(KEY_ID, "old"), ..role_settings() }
}

pub(crate) fn enabling() -> AwsKmsChange {
    AwsKmsChange {
        enabled: Patch::Value(true),
        customer_master_key_id: Patch::Value("alias/one".to_owned()),
        region: Patch::Value("US_EAST_1".to_owned()),
        role_id: Patch::Value(ROLE),
        ..Default::default()
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Untouched,
    Disabled,
    Same,
    Moved(Move, AwsKms),
    Missing(Vec<&'static str>),
    Refused(Refusal),
}

fn run(present: Option<AwsKms>, change: AwsKmsChange, policy: &Policy) -> Outcome {
    match merge(present.as_ref(), change, policy) {
        Ok(Merged::Untouched) => Outcome::Untouched,
        Ok(Merged::Disabled) => Outcome::Disabled,
        Ok(Merged::Configured(CustomerKey::AwsKms(_), None)) => Outcome::Same,
        Ok(Merged::Configured(CustomerKey::AwsKms(next), Some(step))) => Outcome::Moved(step, next),
        Ok(Merged::Configured(other, _)) => panic!("a change of AWS settings made {other:?}"),
        Err(Refusal::Violations(found)) => {
            Outcome::Missing(found.into_iter().map(|violation| &*violation.field.leak()).collect())
        }
        Err(refusal) => Outcome::Refused(refusal),
    }
}

fn check(present: Option<AwsKms>, edit: impl FnOnce(&mut AwsKmsChange), expected: Outcome) {
    let mut change = AwsKmsChange::default();
    edit(&mut change);
    assert_eq!(run(present, change, &Policy::default()), expected);
}

#[test]
fn first_enabling_lists_all_that_is_missing() {
    check(
        None,
        |c| c.region = Patch::Value("US_EAST_1".to_owned()),
        Outcome::Missing(vec!["awsKms.enabled", "awsKms.customerMasterKeyID", "awsKms.roleId"]),
    );
    check(
        None,
        |c| {
            c.enabled = Patch::Value(true);
            c.secret_access_key = Some(secret("s"));
        },
        Outcome::Missing(vec!["awsKms.customerMasterKeyID", "awsKms.region", "awsKms.accessKeyID"]),
    );
    assert_eq!(run(None, enabling(), &Policy::default()), Outcome::Moved(Move::Enable, role_settings()));
}

#[test]
fn nothing_said_about_a_disabled_provider_leaves_it_alone() {
    check(None, |_| {}, Outcome::Untouched);
    check(
        None,
        |c| {
            c.enabled = Patch::Null;
            c.region = Patch::Null;
        },
        Outcome::Untouched,
    );
}

#[test]
fn an_enabled_provider_takes_only_what_changed() {
    check(Some(role_settings()), |_| {}, Outcome::Same);
    check(
        Some(role_settings()),
        |c| c.require_private_networking = Patch::Value(true),
        Outcome::Moved(Move::ChangeOptions, AwsKms { require_private_networking: true, ..role_settings() }),
    );
    check(Some(role_settings()), |c| c.require_private_networking = Patch::Null, Outcome::Same);
    check(
        Some(role_settings()),
        |c| c.region = Patch::Value("EU_WEST_1".to_owned()),
        Outcome::Moved(Move::ChangeKey, AwsKms { region: AwsRegion::parse("EU_WEST_1").unwrap(), ..role_settings() }),
    );
    check(Some(role_settings()), |c| c.enabled = Patch::Value(false), Outcome::Disabled);
}

#[test]
fn null_for_a_required_field_of_an_enabled_provider_is_missing() {
    check(
        Some(role_settings()),
        |c| {
            c.enabled = Patch::Null;
            c.customer_master_key_id = Patch::Null;
            c.region = Patch::Null;
            c.role_id = Patch::Null;
        },
        Outcome::Missing(vec!["awsKms.enabled", "awsKms.customerMasterKeyID", "awsKms.region", "awsKms.roleId"]),
    );
    check(
        Some(static_settings()),
        |c| c.access_key_id = Patch::Null,
        Outcome::Missing(vec!["awsKms.accessKeyID", "awsKms.secretAccessKey"]),
    );
}

#[test]
fn a_secret_is_kept_while_its_identity_stays() {
    check(Some(static_settings()), |c| c.access_key_id = Patch::Value(KEY_ID.to_owned()), Outcome::Same);
    check(Some(static_settings()), |c| c.secret_access_key = Some(secret("old")), Outcome::Same);
    check(
        Some(static_settings()),
        |c| c.secret_access_key = Some(secret("new")),
        Outcome::Moved(Move::ChangeCredentials, AwsKms { credentials: pair(KEY_ID, "new"), ..role_settings() }),
    );
    check(
        Some(static_settings()),
        |c| c.access_key_id = Patch::Value("AKIA00000000000000BB".to_owned()),
        Outcome::Missing(vec!["awsKms.secretAccessKey"]),
    );
}

#[test]
fn a_role_wins_and_there_is_no_way_back() {
    let both = |c: &mut AwsKmsChange| {
        c.role_id = Patch::Value(OTHER_ROLE);
        c.access_key_id = Patch::Value(KEY_ID.to_owned());
        c.secret_access_key = Some(secret("new"));
    };
    let moved = Outcome::Moved(
        Move::ChangeCredentials,
        AwsKms { credentials: AwsCredentials::Role(OTHER_ROLE), ..role_settings() },
    );
    check(Some(static_settings()), both, moved);
    let back = Refusal::StaticCredentials { provider: ProviderKind::AwsKms, role_in_use: true };
    check(Some(role_settings()), |c| c.access_key_id = Patch::Value(KEY_ID.to_owned()), Outcome::Refused(back));
    check(Some(role_settings()), |c| c.access_key_id = Patch::Null, Outcome::Same);
    check(Some(static_settings()), |c| c.role_id = Patch::Null, Outcome::Same);
}

#[test]
fn a_policy_refuses_new_static_credentials_and_keeps_old_ones() {
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let refused =
        || Outcome::Refused(Refusal::StaticCredentials { provider: ProviderKind::AwsKms, role_in_use: false });
    let change = |text: &str| AwsKmsChange { secret_access_key: Some(secret(text)), ..Default::default() };
    assert_eq!(run(Some(static_settings()), change("new"), &policy), refused());
    assert_eq!(run(Some(static_settings()), change("old"), &policy), Outcome::Same);
    let fresh = AwsKmsChange {
        role_id: Patch::Absent,
        access_key_id: Patch::Value(KEY_ID.to_owned()),
        secret_access_key: Some(secret("new")),
        ..enabling()
    };
    assert_eq!(run(None, fresh, &policy), refused());
    assert_eq!(run(None, enabling(), &policy), Outcome::Moved(Move::Enable, role_settings()));
}

#[test]
fn global_holds_no_keys() {
    let change = AwsKmsChange { region: Patch::Value("GLOBAL".to_owned()), ..enabling() };
    assert_eq!(
        run(None, change, &Policy::default()),
        Outcome::Refused(Refusal::RegionNotSupported(ProviderKind::AwsKms))
    );
}

#[test]
fn credentials_cannot_smuggle_header_lines() {
    check(
        Some(static_settings()),
        |c| c.secret_access_key = Some(secret("a\r\nX-Evil: 1")),
        Outcome::Missing(vec!["awsKms.secretAccessKey"]),
    );
    check(
        Some(static_settings()),
        |c| {
            c.access_key_id = Patch::Value("AKIA00000000000\r\nAA".to_owned());
            c.secret_access_key = Some(secret("new"));
        },
        Outcome::Missing(vec!["awsKms.accessKeyID"]),
    );
}

#[test]
fn key_names_follow_the_grammar() {
    for good in [
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "mrk-1234abcd12ab34cd56ef1234567890ab",
        "alias/ExampleAlias",
        "alias/a/b",
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd",
        "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/a/b",
        "string",
    ] {
        assert!(AwsKeyName::parse(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "key/1",
        "alias/",
        "arn:aws:kms:us-east-2:111122223333:key/",
        "arn:aws:kms:us-east-2:1111:key/1",
        "arn:aws:s3:us-east-2:111122223333:key/1",
        "arn:aws:kms:us-east-2:111122223333:key/1:2",
        "a b",
        "a\u{0}",
        "http://evil",
        "../x",
        &"a".repeat(2049),
    ] {
        assert!(AwsKeyName::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn regions_follow_the_grammar() {
    for (name, aws_name) in
        [("US_EAST_1", "us-east-1"), ("US_GOV_WEST_1", "us-gov-west-1"), ("CN_NORTHWEST_1", "cn-northwest-1")]
    {
        assert_eq!(AwsRegion::parse(name).unwrap().aws_name(), aws_name);
    }
    for bad in ["", "us-east-1", "US_EAST", "US_EAST_12", "US_1", "US.EVIL_EAST_1", "_EAST_1"] {
        assert_eq!(AwsRegion::parse(bad), Err(NotARegion::Malformed), "{bad}");
    }
    assert_eq!(AwsRegion::parse("GLOBAL"), Err(NotARegion::Global));
}
