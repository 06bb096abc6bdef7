//! Tests of who asks: tokens, roles, the operator, and the clock.

use super::*;

#[tokio::test]
async fn a_private_key_that_cannot_be_read_is_a_rejected_credential() {
    let stub = google(|_, request| panic!("{request}")).await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    let secret = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtdHVybi11cA";
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n");
    let settings = settings(account_key(TENANT, &pem));
    let key = Punctual(GcpKmsKey::open(google, PROJECT, &settings, None).unwrap());
    let Finding::Failed(failure) = key.check(Tokens::Fresh, soon()).await else { panic!("usable") };
    assert_eq!(failure.reason.code(), "CREDENTIAL_REJECTED");
    assert!(failure.provider_message.as_ref().unwrap().as_str().starts_with("the private key cannot be read"));
    assert!(!format!("{failure:?} {key:?}").contains(secret));
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_identity_failure_counts_only_while_the_clocks_agree() {
    let late = "Thu, 01 Jan 2026 00:01:01 GMT";
    let early = "Wed, 31 Dec 2025 23:58:59 GMT";
    let near = "Thu, 01 Jan 2026 00:01:00 GMT";
    for (date, expected) in
        [(DATE, "CREDENTIAL_REJECTED"), (near, "CREDENTIAL_REJECTED"), (late, "CLOCK_SKEW"), (early, "CLOCK_SKEW")]
    {
        for (on, status) in [(What::TenantToken, "invalid_grant"), (What::Version, "UNAUTHENTICATED")] {
            let answer = refusal(on, status, "no").replace(DATE, date);
            let stub = google_saying(on, Reply::Bytes(answer)).await;
            let google = at(&stub.endpoint(), OperatorIdentity::None);
            assert_eq!(reason_of(&static_key(&google)).await, expected, "{date} {on:?}");
            assert_eq!(google.operator_health().clock_skewed(), expected == "CLOCK_SKEW");
        }
    }
    // A proxy's page has a Date, too.
    let page = http("403 Forbidden", "text/html", "<html>").replace(DATE, late);
    let stub = google_saying(What::Version, Reply::Bytes(page)).await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    assert_eq!(reason_of(&static_key(&google)).await, "UNEXPECTED_ANSWER");
    assert!(!google.operator_health().clock_skewed());
}

#[tokio::test]
async fn a_clock_that_is_off_is_noted_and_forgiven() {
    let asked = AtomicUsize::new(0);
    let stub = google(move |what, request| {
        let off = asked.fetch_add(1, Ordering::SeqCst) == 0;
        let Reply::Bytes(answer) = good(what, request) else { unreachable!("what is good is bytes") };
        off.then(|| Reply::Bytes(answer.replace("00:00:00 GMT", "01:00:00 GMT")))
    })
    .await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    assert_eq!(ask(&google, Operation::TenantToken).await, None);
    assert!(google.operator_health().clock_skewed());
    assert_eq!(reason_of(&static_key(&google)).await, "usable");
    assert!(!google.operator_health().clock_skewed());
}

#[tokio::test]
async fn a_roles_token_that_is_over_at_once_lives_by_another_clock() {
    for (expiry, expected) in [
        ("2026-01-01T00:00:00Z", "CLOCK_SKEW"),
        ("2026-01-01T00:29:59Z", "CLOCK_SKEW"),
        ("2026-01-01T00:59:00Z", "usable"),
    ] {
        let stub = google_saying(What::Impersonate, ok(&json!({ "accessToken": TOKEN, "expireTime": expiry }))).await;
        let google = at(&stub.endpoint(), operator());
        assert_eq!(reason_of(&role_key(&google)).await, expected);
    }
}

/// Answers as told about the operator, the role and the key, and says what a check finds.
async fn by_role(told: &'static [(What, &'static str)]) -> (&'static str, bool) {
    let stub = google(move |what, _| {
        let (_, status) = told.iter().find(|(on, _)| *on == what)?;
        Some(Reply::Bytes(refusal(what, status, "no")))
    })
    .await;
    let google = at(&stub.endpoint(), operator());
    (reason_of(&role_key(&google)).await, google.operator_health().identity_broken())
}

#[tokio::test]
async fn a_refused_role_counts_only_while_the_operator_is_somebody() {
    assert_eq!(by_role(&[]).await, ("usable", false));
    let ours = ("OPERATOR_IDENTITY_BROKEN", true);
    assert_eq!(by_role(&[(What::Impersonate, "PERMISSION_DENIED")]).await, ("ROLE_NOT_ASSUMABLE", false));
    assert_eq!(by_role(&[(What::Impersonate, "NOT_FOUND")]).await, ("ROLE_NOT_ASSUMABLE", false));
    assert_eq!(by_role(&[(What::Impersonate, "UNAUTHENTICATED")]).await, ours);
    assert_eq!(by_role(&[(What::Impersonate, "UNAVAILABLE")]).await, ("PROVIDER_FAULT", false));
    assert_eq!(by_role(&[(What::OperatorToken, "invalid_grant")]).await, ours);
    assert_eq!(by_role(&[(What::OperatorToken, "internal_failure")]).await, ("PROVIDER_FAULT", false));
    assert_eq!(by_role(&[(What::Encrypt, "PERMISSION_DENIED")]).await, ("ACCESS_DENIED", false));
    assert_eq!(by_role(&[(What::Version, "UNAUTHENTICATED")]).await, ("CREDENTIAL_REJECTED", false));
}

/// A Google whose operator is somebody for his first token and nobody after, and a clock to let it grow old.
async fn operator_broken_later(on: What, status: &'static str) -> &'static str {
    let tokens = AtomicUsize::new(0);
    let stub = google(move |what, _| match what {
        What::OperatorToken if tokens.fetch_add(1, Ordering::SeqCst) > 0 => {
            Some(Reply::Bytes(refusal(what, "invalid_grant", "Invalid grant: account not found")))
        }
        what if what == on => Some(Reply::Bytes(refusal(what, status, "no"))),
        _ => None,
    })
    .await;
    let late = Arc::new(AtomicUsize::new(0));
    let seconds = late.clone();
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]));
    let config = Config {
        operator: operator(),
        kms_endpoint: Some(stub.endpoint()),
        iam_credentials_endpoint: Some(stub.endpoint()),
        token_uri: Some(format!("{}/token", stub.endpoint())),
        ..Config::default()
    };
    let clock = Clock::new(move || NOW + Duration::from_secs(u64::try_from(seconds.load(Ordering::SeqCst)).unwrap()));
    let google = Arc::new(Google::new(config, &addresses, clock, Arc::default()).unwrap());
    google.prove_operator().await.unwrap();
    late.store(11, Ordering::SeqCst);
    reason_of(&role_key(&google)).await
}

#[tokio::test]
async fn a_proof_of_the_operator_is_believed_for_ten_seconds() {
    let ours = "OPERATOR_IDENTITY_BROKEN";
    assert_eq!(operator_broken_later(What::Impersonate, "PERMISSION_DENIED").await, ours);
    assert_eq!(operator_broken_later(What::Impersonate, "UNAUTHENTICATED").await, ours);
    assert_eq!(operator_broken_later(What::Encrypt, "PERMISSION_DENIED").await, ours);
    // Whatever blames nobody's identity needs no proof.
    assert_eq!(operator_broken_later(What::Version, "NOT_FOUND").await, "KEY_NOT_FOUND");
    assert_eq!(operator_broken_later(What::Key, "NOT_FOUND").await, "usable");
}

#[tokio::test]
async fn an_operators_token_that_was_ended_is_replaced_once() {
    let asked = AtomicUsize::new(0);
    let stub = google(move |what, _| {
        // The second time, and it alone, the operator's token is refused.
        let ended = what == What::Impersonate && asked.fetch_add(1, Ordering::SeqCst) == 1;
        ended.then(|| Reply::Bytes(refusal(what, "UNAUTHENTICATED", "ended")))
    })
    .await;
    let google = at(&stub.endpoint(), operator());
    let counts = async |key: &Punctual<GcpKmsKey>| {
        let before = stub.requests.load(Ordering::SeqCst);
        assert_eq!(reason_of(key).await, "usable");
        stub.requests.load(Ordering::SeqCst) - before
    };
    let key = role_key(&google);
    // Operator's token, role's token, look, encrypt, decrypt.
    assert_eq!(counts(&key).await, 5);
    // Role's token, which is refused; operator's token; role's token; the rest.
    assert_eq!(counts(&key).await, 6);
    assert_eq!(counts(&key).await, 4);
    assert!(!google.operator_health().identity_broken());
}

#[tokio::test]
async fn an_operator_without_identity_is_nobodys_fault_but_his() {
    let google = at("http://127.0.0.1:1", OperatorIdentity::None);
    assert_eq!(reason_of(&role_key(&google)).await, "OPERATOR_IDENTITY_BROKEN");
    assert!(google.operator_health().identity_broken());
    assert_eq!(google.prove_operator().await, Ok(()));
}

#[tokio::test]
async fn a_role_is_proved_by_being_taken_and_is_not_the_operator() {
    let stub = google(|_, _| None).await;
    let google = at(&stub.endpoint(), operator());
    assert_eq!(google.prove_role(&email(ROLE)).await, Ok(()));
    let own = google.prove_role(&email(OPERATOR)).await.unwrap_err();
    assert_eq!(own.reason.code(), "ROLE_NOT_SAFE");
    for (told, expected) in [
        ((What::Impersonate, "PERMISSION_DENIED"), "ROLE_NOT_ASSUMABLE"),
        ((What::Impersonate, "NOT_FOUND"), "ROLE_NOT_ASSUMABLE"),
        ((What::Impersonate, "RESOURCE_EXHAUSTED"), "THROTTLED"),
        ((What::OperatorToken, "invalid_grant"), "OPERATOR_IDENTITY_BROKEN"),
    ] {
        let stub = google_saying(told.0, Reply::Bytes(refusal(told.0, told.1, "no"))).await;
        let refused = at(&stub.endpoint(), operator()).prove_role(&email(ROLE)).await.unwrap_err();
        assert_eq!(refused.reason.code(), expected);
    }
    let nobody = at(&stub.endpoint(), OperatorIdentity::None).prove_role(&email(ROLE)).await.unwrap_err();
    assert_eq!(nobody.reason.code(), "OPERATOR_IDENTITY_BROKEN");
}

#[tokio::test]
async fn what_is_asked_for_a_role_is_little() {
    let stub = google(|what, request| {
        if what == What::Impersonate {
            let line = format!("POST /v1/projects/-/serviceAccounts/{ROLE}:generateAccessToken HTTP/1.1");
            assert_eq!(request.lines().next(), Some(line.as_str()));
            let wanted = json!({
                "delegates": null,
                "scope": ["https://www.googleapis.com/auth/cloudkms"],
                "lifetime": "3600s",
            });
            assert_eq!(serde_json::from_str::<Value>(body(request)).unwrap(), wanted);
        }
        if what == What::OperatorToken {
            assert_eq!(claims(request)["iss"], OPERATOR);
        }
        assert_ne!(what, What::TenantToken);
        None
    })
    .await;
    assert_eq!(reason_of(&role_key(&at(&stub.endpoint(), operator()))).await, "usable");
}

#[tokio::test]
async fn a_token_that_was_ended_is_replaced_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let stub = google(move |what, _| {
        // The second look of the first token, and it alone, is refused.
        let look = what == What::Version;
        let ended = look && count.fetch_add(1, Ordering::SeqCst) == 1;
        ended.then(|| Reply::Bytes(refusal(what, "UNAUTHENTICATED", "ended")))
    })
    .await;
    let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
    for looks in [1, 3, 4] {
        assert_eq!(code(key.check(Tokens::MayBeCached, soon()).await), "usable");
        assert_eq!(asked.load(Ordering::SeqCst), looks);
    }
}

#[tokio::test]
async fn many_callers_share_one_token() {
    let disabled = refusal(What::Version, "NOT_FOUND", "");
    let stub = google_saying(What::Version, Reply::Bytes(disabled)).await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let key = static_key(&google);
        calls.spawn(async move { key.check(Tokens::MayBeCached, soon()).await });
    }
    calls.join_all().await;
    assert_eq!(stub.requests.load(Ordering::SeqCst), 51);
    google.forget(ProjectId::from_random([8; 12]));
    static_key(&google).check(Tokens::MayBeCached, soon()).await;
    assert_eq!(stub.requests.load(Ordering::SeqCst), 52);
    google.forget(PROJECT);
    static_key(&google).check(Tokens::MayBeCached, soon()).await;
    assert_eq!(stub.requests.load(Ordering::SeqCst), 54);
}

#[tokio::test]
async fn another_private_key_is_not_served_with_the_tokens_of_the_first() {
    let stub = google(|_, _| None).await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    assert_eq!(code(static_key(&google).check(Tokens::MayBeCached, soon()).await), "usable");
    let forged = settings(account_key(TENANT, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));
    let forged = Punctual(GcpKmsKey::open(google.clone(), PROJECT, &forged, None).unwrap());
    assert_eq!(code(forged.check(Tokens::MayBeCached, soon()).await), "CREDENTIAL_REJECTED");
    assert!(forged.wrap(&context(), &data_key(), soon()).await.is_err());
    // Nor is another project with the same key.
    let other = settings(account_key(TENANT, &PEM));
    let other = Punctual(GcpKmsKey::open(google, ProjectId::from_random([8; 12]), &other, None).unwrap());
    let before = stub.requests.load(Ordering::SeqCst);
    assert_eq!(code(other.check(Tokens::MayBeCached, soon()).await), "usable");
    assert_eq!(stub.requests.load(Ordering::SeqCst) - before, 4);
}

#[tokio::test]
async fn a_token_that_cannot_be_one_is_not_used() {
    for answer in [
        json!({}),
        json!({ "access_token": "", "expires_in": 3599, "token_type": "Bearer" }),
        json!({ "access_token": "a b", "expires_in": 3599, "token_type": "Bearer" }),
        json!({ "access_token": "a\r\nX: y", "expires_in": 3599, "token_type": "Bearer" }),
        json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "mac" }),
        json!({ "access_token": TOKEN, "expires_in": 3599 }),
        json!({ "access_token": TOKEN, "token_type": "Bearer" }),
        json!({ "access_token": TOKEN, "expires_in": -1, "token_type": "Bearer" }),
        json!({ "id_token": TOKEN }),
    ] {
        let stub = google_saying(What::TenantToken, ok(&answer)).await;
        let google = at(&stub.endpoint(), OperatorIdentity::None);
        assert_eq!(reason_of(&static_key(&google)).await, "UNEXPECTED_ANSWER", "{answer}");
        assert_eq!(stub.requests.load(Ordering::SeqCst), 1);
    }
    for answer in [json!({ "accessToken": TOKEN }), json!({ "accessToken": TOKEN, "expireTime": "soon" }), json!({})] {
        let stub = google_saying(What::Impersonate, ok(&answer)).await;
        let google = at(&stub.endpoint(), operator());
        assert_eq!(reason_of(&role_key(&google)).await, "UNEXPECTED_ANSWER", "{answer}");
    }
}

#[tokio::test]
async fn tenants_on_one_client_never_use_each_others_identity() {
    let stub = Stub::start(|request| {
        let what = What::of(request);
        if what == What::TenantToken {
            let account = claims(request)["iss"].as_str().unwrap().split_once('@').unwrap().0.to_owned();
            return ok(&json!({ "access_token": format!("of-{account}"), "expires_in": 3599, "token_type": "Bearer" }));
        }
        // Which key the request is about, and whose token it bears, must agree.
        let bearer = request.split_once("Bearer of-").unwrap().1.lines().next().unwrap();
        let named = request.split_once("/cryptoKeys/").unwrap().1.split(['/', ':']).next().unwrap();
        assert_eq!(bearer, named);
        Reply::Bytes(refusal(what, "NOT_FOUND", named))
    })
    .await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    let mut calls = JoinSet::new();
    for tenant in 0..100 {
        let name = format!("tenant-{tenant}");
        let credentials = account_key(&format!("{name}@p.iam.gserviceaccount.com"), &PEM);
        let key_version = KeyVersionName::parse(&VERSION.replace("/k/", &format!("/{name}/"))).unwrap();
        let settings = Settings { key_version, credentials };
        let key = Punctual(GcpKmsKey::open(google.clone(), PROJECT, &settings, None).unwrap());
        calls.spawn(async move {
            let Finding::Failed(failure) = key.check(Tokens::MayBeCached, soon()).await else { panic!("usable") };
            assert_eq!(failure.provider_message.unwrap().as_str(), name);
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    assert_eq!(stub.requests.load(Ordering::SeqCst), 200);
}

#[test]
fn a_role_is_opened_only_where_it_belongs() {
    let google = at("http://127.0.0.1:1", OperatorIdentity::None);
    let open = |edit: fn(&mut ProviderRole)| {
        let mut role = role();
        let settings = settings(GcpCredentials::Role(role.id));
        edit(&mut role);
        GcpKmsKey::open(google.clone(), PROJECT, &settings, Some(&role)).err()
    };
    assert_eq!(open(|_| {}), None);
    assert_eq!(open(|role| role.project = ProjectId::from_random([8; 12])), Some(RoleFault::OtherProject));
    assert_eq!(open(|role| role.id = ProviderRoleId::from_random([8; 12])), Some(RoleFault::Missing));
    assert_eq!(open(|role| role.authorized_at = None), Some(RoleFault::NotAuthorized));
    let of_aws = |role: &mut ProviderRole| {
        role.identity = RoleIdentity::Aws { role_arn: Some("arn".to_owned()), external_id: "external".to_owned() };
    };
    assert_eq!(open(of_aws), Some(RoleFault::Elsewhere));
    let settings = settings(GcpCredentials::Role(role().id));
    assert_eq!(GcpKmsKey::open(google, PROJECT, &settings, None).err(), Some(RoleFault::Missing));
}

#[tokio::test]
async fn an_account_that_is_there_is_made_and_one_that_is_gone_is_deleted() {
    let account = email("atrest-1@p-operator.iam.gserviceaccount.com");
    for (status, made, removed) in
        [("ALREADY_EXISTS", true, false), ("NOT_FOUND", false, true), ("PERMISSION_DENIED", false, false)]
    {
        let answer = Reply::Bytes(refusal(What::Account, status, "no"));
        let stub = google_saying(What::Account, answer).await;
        let google = at(&stub.endpoint(), operator());
        assert_eq!(google.make_account(&account, "for a test").await.is_ok(), made, "{status}");
        assert_eq!(google.remove_account(&account).await.is_ok(), removed, "{status}");
    }
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = asked.clone();
    let stub = google(move |what, request| {
        if what == What::Account {
            heard.lock().unwrap().push((request.lines().next().unwrap().to_owned(), body(request).to_owned()));
        }
        None
    })
    .await;
    let google = at(&stub.endpoint(), operator());
    google.make_account(&account, "Atrest role 1").await.unwrap();
    google.remove_account(&account).await.unwrap();
    let heard = asked.lock().unwrap().clone();
    assert_eq!(heard[0].0, "POST /v1/projects/p-operator/serviceAccounts HTTP/1.1");
    let wanted: Value = serde_json::from_str(&heard[0].1).unwrap();
    assert_eq!(wanted, json!({ "accountId": "atrest-1", "serviceAccount": { "displayName": "Atrest role 1" } }));
    assert_eq!(heard[1].0, format!("DELETE /v1/projects/p-operator/serviceAccounts/{} HTTP/1.1", account.as_str()));
}

#[test]
fn accounts_are_made_where_the_operator_is_or_says() {
    let config = Config { operator: operator(), ..Config::default() };
    assert_eq!(config.project().as_deref(), OPERATOR.split(['@', '.']).nth(1));
    let config = Config { operator_project: Some("p-roles".to_owned()), ..config };
    assert_eq!(config.project().as_deref(), Some("p-roles"));
    let nobody = Config { operator: OperatorIdentity::None, ..config };
    assert_eq!(nobody.project(), None);
}
