//! AssumeRole: trust, external id, two accounts, and how long a session is one.

use simulators::aws::Change;

use crate::rig::{EVERYTHING, Keys, REGION, Rig, code};

fn trust(principal: &str, external_id: Option<&str>) -> String {
    let condition = external_id
        .map(|id| format!(r#","Condition":{{"StringEquals":{{"sts:ExternalId":"{id}"}}}}"#))
        .unwrap_or_default();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"{condition}}}]}}"#
    )
}

async fn assume(rig: &Rig, by: &Keys, role: &str, external_id: Option<&str>) -> String {
    let call = rig.sts_as(by).assume_role().role_arn(role).role_session_name("test");
    code(call.set_external_id(external_id.map(str::to_owned)).send().await)
}

#[tokio::test]
async fn wants_the_external_id_and_both_accounts() {
    let rig = Rig::start().await;
    let aws = rig.clouds.aws();
    let operator = aws.create_account("operator").await.unwrap();
    let role =
        aws.create_role(&rig.account, "atrest", &trust(&operator, Some("ext-1")), Some(EVERYTHING)).await.unwrap();
    let may = format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{role}"}}]}}"#);
    let with: Keys = aws.create_user(&operator, "with", Some(&may)).await.unwrap().into();
    let without: Keys = aws.create_user(&operator, "without", None).await.unwrap().into();

    assert_eq!(assume(&rig, &with, &role, Some("ext-1")).await, "ok");
    assert_eq!(assume(&rig, &with, &role, Some("ext-2")).await, "AccessDenied");
    assert_eq!(assume(&rig, &with, &role, None).await, "AccessDenied");
    assert_eq!(assume(&rig, &without, &role, Some("ext-1")).await, "AccessDenied");
    assert_eq!(assume(&rig, &rig.admin, &role, Some("ext-1")).await, "AccessDenied", "not trusted");
    let nope = role.replace("atrest", "nope");
    assert_eq!(assume(&rig, &with, &nope, Some("ext-1")).await, "AccessDenied");
    let root: Keys = aws.root_keys(&operator).unwrap().into();
    assert_eq!(assume(&rig, &root, &role, Some("ext-1")).await, "AccessDenied", "root may not");

    aws.update_role_trust(&rig.account, "atrest", &trust(&rig.account, None)).await.unwrap();
    assert_eq!(assume(&rig, &with, &role, Some("ext-1")).await, "AccessDenied", "trust withdrawn");
}

#[tokio::test]
async fn gives_sessions_that_act_as_the_role() {
    let rig = Rig::start().await;
    let aws = rig.clouds.aws();
    let role = aws.create_role(&rig.account, "role", &trust(&rig.account, None), Some(EVERYTHING)).await.unwrap();
    let session = rig.session(&rig.admin, &role, "any").await;
    assert!(session.id.starts_with("ASIA"));
    let who = rig.sts_as(&session).get_caller_identity().send().await.unwrap();
    assert_eq!(who.arn(), Some(format!("arn:aws:sts::{}:assumed-role/role/test", rig.account).as_str()));
    assert_eq!(who.account(), Some(rig.account.as_str()));
    let key = rig.key("one").await;
    let kms = rig.kms_in(&session, REGION);
    assert_eq!(code(kms.describe_key().key_id(&key.id).send().await), "ok");

    // The session's parts belong together.
    let other = rig.session(&rig.admin, &role, "any").await;
    let mixed = Keys { token: other.token, ..session.clone() };
    assert_eq!(code(rig.kms_as(&mixed).list_keys().send().await), "UnrecognizedClientException");
    let bare = Keys { token: None, ..session.clone() };
    assert_eq!(code(rig.kms_as(&bare).list_keys().send().await), "UnrecognizedClientException");

    let inline =
        simulators::aws::Inline { account: rig.account.clone(), owner: "role".to_owned(), policy: "seeded".to_owned() };
    aws.apply(Change::RemoveRolePolicy(inline)).await.unwrap();
    assert_eq!(code(kms.describe_key().key_id(&key.id).send().await), "AccessDeniedException");
}

#[tokio::test]
async fn bounds_how_long_a_session_lasts() {
    let rig = Rig::start().await;
    let aws = rig.clouds.aws();
    let role = aws.create_role(&rig.account, "role", &trust(&rig.account, None), Some(EVERYTHING)).await.unwrap();
    let lasting = |by: Keys, seconds| {
        let call = rig.sts_as(&by).assume_role().role_arn(&role).role_session_name("test");
        async move { code(call.duration_seconds(seconds).send().await) }
    };
    assert_eq!(lasting(rig.admin.clone(), 899).await, "ValidationError");
    assert_eq!(lasting(rig.admin.clone(), 43200).await, "ok");
    assert_eq!(lasting(rig.admin.clone(), 43201).await, "ValidationError");
    let session = rig.session(&rig.admin, &role, "any").await;
    assert_eq!(lasting(session.clone(), 3600).await, "ok");
    assert_eq!(lasting(session, 3601).await, "ValidationError", "a chained role");
}

#[tokio::test]
async fn ends_sessions_of_a_role_that_was_made_anew() {
    let rig = Rig::start().await;
    let aws = rig.clouds.aws();
    let role = aws.create_role(&rig.account, "role", &trust(&rig.account, None), None).await.unwrap();
    let session = rig.session(&rig.admin, &role, "any").await;
    assert_eq!(rig.iam_call("Action=DeleteRole&RoleName=role").send().await.status, 200);
    aws.create_role(&rig.account, "role", &trust(&rig.account, None), Some(EVERYTHING)).await.unwrap();
    let got = rig.sts_as(&session).get_caller_identity().send().await;
    assert_eq!(code(got), "InvalidClientTokenId");
}

#[tokio::test]
async fn refuses_trust_in_nobody() {
    let rig = Rig::start().await;
    for principal in ["999999999999", "arn:aws:iam::999999999999:user/x", "somebody"] {
        let made = rig.clouds.aws().create_role(&rig.account, "role", &trust(principal, None), None).await;
        assert!(made.unwrap_err().to_string().contains("Invalid principal"), "{principal}");
    }
}
