//! Keys of the simulated Google Cloud, their versions, and what each state allows.

use serde_json::{Value, json};
use simulators::gcp::{NewKey, Protection, Purpose, VersionState};
use simulators::{FaultKind, FaultRule};

use crate::gcp_rig::{GcpRig, base64, bytes};

#[tokio::test]
async fn encrypts_on_a_version_or_a_key_and_decrypts_on_the_key() {
    let rig = GcpRig::start().await;
    for name in [rig.version(1), rig.key.clone()] {
        let sealed = rig.encrypt(&name).await;
        assert_eq!(sealed.status, 200, "{}", sealed.body);
        assert_eq!(sealed.body["name"], rig.version(1));
        assert_eq!(sealed.body["protectionLevel"], "SOFTWARE");
        let opened = rig.decrypt(&sealed.body["ciphertext"]).await;
        assert_eq!(bytes(&opened.body["plaintext"]), b"secret", "{}", opened.body);
        assert_eq!(opened.body["usedPrimary"], true);
    }
    let on_version = rig.call("POST", &format!("{}:decrypt", rig.version(1))).json(json!({})).send().await;
    assert_eq!(on_version.code(), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn binds_a_ciphertext_to_its_key_and_data() {
    let rig = GcpRig::start().await;
    let other = rig.gcp().create_crypto_key(&rig.ring, "k2", NewKey::default()).await.unwrap();
    let sealed = rig.encrypt(&rig.key).await.body["ciphertext"].clone();
    let open = async |name: &str, ciphertext: &Value, data: &[u8]| {
        let body = json!({ "ciphertext": ciphertext, "additionalAuthenticatedData": base64(data) });
        let got = rig.call("POST", &format!("{name}:decrypt")).json(body).send().await;
        (got.code().1.to_owned(), got.message().to_owned())
    };
    assert_eq!(open(&rig.key, &sealed, b"data").await.0, "OK");
    assert_eq!(open(&rig.key, &sealed, b"other").await.0, "INVALID_ARGUMENT");
    let (status, words) = open(&other, &sealed, b"data").await;
    assert_eq!(status, "INVALID_ARGUMENT");
    assert!(words.contains("verify that 'name' refers to the correct CryptoKey"), "{words}");
    let clear = bytes(&sealed);
    for at in [0, 4, 20, 24, 36, clear.len() - 1] {
        let mut bent = clear.clone();
        bent[at] ^= 1;
        assert_eq!(open(&rig.key, &json!(base64(&bent)), b"data").await.0, "INVALID_ARGUMENT", "byte {at}");
    }
    assert_eq!(open(&rig.key, &json!(base64(b"no ciphertext")), b"data").await.0, "INVALID_ARGUMENT");
    assert_eq!(open(&rig.key, &json!(""), b"data").await.0, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn refuses_use_in_every_state_but_enabled() {
    let rig = GcpRig::start().await;
    let sealed = rig.encrypt(&rig.version(1)).await.body["ciphertext"].clone();
    for (state, name, violation) in [
        (VersionState::Disabled, "DISABLED", "KEY_DISABLED"),
        (VersionState::DestroyScheduled, "DESTROY_SCHEDULED", "KEY_DESTROY_SCHEDULED"),
        (VersionState::PendingGeneration, "PENDING_GENERATION", "KEY_PENDING_GENERATION"),
        (VersionState::PendingImport, "PENDING_IMPORT", "KEY_PENDING_IMPORT"),
        (VersionState::Destroyed, "DESTROYED", "KEY_DESTROYED"),
    ] {
        rig.gcp().set_version_state(&rig.version(1), state).await.unwrap();
        assert_eq!(rig.read(&rig.version(1)).await["state"], name);
        assert_eq!(rig.read(&rig.key).await["primary"]["state"], name);
        for got in [rig.encrypt(&rig.version(1)).await, rig.encrypt(&rig.key).await, rig.decrypt(&sealed).await] {
            assert_eq!(got.code(), (400, "FAILED_PRECONDITION"), "{name}");
            let words = format!("{} is not enabled, current state is: {name}.", rig.version(1));
            assert_eq!(got.message(), words);
            let violations = &got.detail("PreconditionFailure")["violations"];
            assert_eq!(violations, &json!([{ "type": violation, "subject": rig.version(1) }]));
        }
    }
    let back = rig.gcp().set_version_state(&rig.version(1), VersionState::Enabled).await;
    assert!(back.is_err(), "what is destroyed has no material");
}

#[tokio::test]
async fn moves_between_states_as_their_methods_do() {
    let rig = GcpRig::start().await;
    let sealed = rig.encrypt(&rig.version(1)).await.body["ciphertext"].clone();
    let update = async |state: Value| {
        let path = format!("{}?updateMask=state", rig.version(1));
        rig.call("PATCH", &path).json(json!({ "state": state })).send().await
    };
    let act = async |verb: &str| rig.call("POST", &format!("{}:{verb}", rig.version(1))).json(json!({})).send().await;

    assert_eq!(update(json!("DISABLED")).await.body["state"], "DISABLED");
    assert_eq!(rig.decrypt(&sealed).await.code(), (400, "FAILED_PRECONDITION"));
    assert_eq!(update(json!(1)).await.body["state"], "ENABLED");
    assert_eq!(rig.decrypt(&sealed).await.status, 200);
    assert_eq!(act("restore").await.code(), (400, "FAILED_PRECONDITION"));
    for state in [json!("DESTROYED"), json!(4), json!("PENDING_IMPORT"), json!("SLEEPING"), json!(99), json!(true)] {
        assert_eq!(update(state.clone()).await.code(), (400, "INVALID_ARGUMENT"), "{state}");
    }

    let doomed = act("destroy").await.body;
    assert_eq!(doomed["state"], "DESTROY_SCHEDULED");
    assert!(doomed["destroyTime"].is_string());
    assert_eq!(act("destroy").await.code(), (400, "FAILED_PRECONDITION"));
    assert_eq!(update(json!("ENABLED")).await.code(), (400, "FAILED_PRECONDITION"));
    let restored = act("restore").await.body;
    assert_eq!((&restored["state"], &restored["destroyTime"]), (&json!("DISABLED"), &Value::Null));
    update(json!("ENABLED")).await;
    assert_eq!(rig.decrypt(&sealed).await.status, 200);
}

#[tokio::test]
async fn destroys_a_version_when_its_time_comes() {
    let rig = GcpRig::start().await;
    let new = NewKey { destroy_after: Some(24 * 3600), ..NewKey::default() };
    let key = rig.gcp().create_crypto_key(&rig.ring, "short", new).await.unwrap();
    let version = format!("{key}/cryptoKeyVersions/1");
    rig.call("POST", &format!("{version}:destroy")).json(json!({})).send().await;
    assert_eq!(rig.read(&version).await["state"], "DESTROY_SCHEDULED");
    // Nobody's tokens are good a day later, so the calendar is turned by a request that is signed for then.
    let day = 24 * 60 * 60;
    rig.clouds.faults().push(FaultRule::gcp("GetCryptoKeyVersion", FaultKind::Skew).skew_ms(day * 1000)).unwrap();
    rig.gcp().grant(&key, &rig.user.email, "roles/cloudkms.viewer").await.unwrap();
    let mut own = crate::gcp_rig::Assertion::new(&rig.user, crate::gcp_rig::KMS_SCOPE);
    let later = crate::gcp_rig::now() + u64::try_from(day).unwrap();
    own.claims = json!({
        "iss": rig.user.email,
        "sub": rig.user.email,
        "scope": crate::gcp_rig::KMS_SCOPE,
        "iat": later,
        "exp": later + 3000,
    });
    let got = rig.call("GET", &version).token(&own.sign()).send().await;
    assert_eq!(got.body["state"], "DESTROYED", "{}", got.body);
    assert!(got.body["destroyEventTime"].is_string());
    rig.clouds.faults().clear();
    assert_eq!(rig.read(&version).await["state"], "DESTROYED");
    let restore = rig.call("POST", &format!("{version}:restore")).json(json!({})).send().await;
    assert_eq!(restore.code(), (400, "FAILED_PRECONDITION"));
}

#[tokio::test]
async fn rotates_by_a_new_primary_version() {
    let rig = GcpRig::start().await;
    let old = rig.encrypt(&rig.key).await.body["ciphertext"].clone();
    let versions = format!("{}/cryptoKeyVersions", rig.key);
    let made = rig.call("POST", &versions).json(json!({})).send().await;
    assert_eq!(made.body["name"], rig.version(2), "{}", made.body);
    assert_eq!(rig.encrypt(&rig.key).await.body["name"], rig.version(1), "a new version is not primary by itself");
    let primary = async |id: &str| {
        let path = format!("{}:updatePrimaryVersion", rig.key);
        rig.call("POST", &path).json(json!({ "cryptoKeyVersionId": id })).send().await
    };
    assert_eq!(primary("2").await.body["primary"]["name"], rig.version(2));
    assert_eq!(primary("3").await.code(), (404, "NOT_FOUND"));
    assert_eq!(primary("x").await.code(), (400, "INVALID_ARGUMENT"));
    assert_eq!(rig.encrypt(&rig.key).await.body["name"], rig.version(2));
    let opened = rig.decrypt(&old).await.body;
    assert_eq!((bytes(&opened["plaintext"]).as_slice(), &opened["usedPrimary"]), (b"secret".as_slice(), &Value::Null));
    assert_eq!(rig.encrypt(&rig.version(1)).await.body["name"], rig.version(1));

    let listed = rig.read(&format!("{versions}?pageSize=1")).await;
    assert_eq!((&listed["totalSize"], listed["cryptoKeyVersions"].as_array().unwrap().len()), (&json!(2), 1));
    let next = listed["nextPageToken"].as_str().unwrap();
    let rest = rig.read(&format!("{versions}?pageSize=1&pageToken={next}")).await;
    assert_eq!(rest["cryptoKeyVersions"][0]["name"], rig.version(2));
    assert!(rest.get("nextPageToken").is_none());
}

#[tokio::test]
async fn makes_rings_and_keys_over_the_wire() {
    let rig = GcpRig::start().await;
    let rings = "projects/p1/locations/europe-west3/keyRings";
    let made = rig.call("POST", &format!("{rings}?keyRingId=eu")).json(json!({})).send().await;
    assert_eq!(made.status, 200, "{}", made.body);
    let ring = made.body["name"].as_str().unwrap();
    assert_eq!(rig.read(ring).await, made.body);
    assert_eq!(rig.read(rings).await["totalSize"], 1);
    let again = rig.call("POST", &format!("{rings}?key_ring_id=eu")).json(json!({})).send().await;
    assert_eq!(again.code(), (409, "ALREADY_EXISTS"));

    let create = async |query: &str, body: Value| {
        rig.call("POST", &format!("{ring}/cryptoKeys?{query}")).json(body).send().await
    };
    let made = create("cryptoKeyId=k", json!({ "purpose": 1, "labels": { "a": "b" } })).await;
    assert_eq!(made.body["purpose"], "ENCRYPT_DECRYPT", "{}", made.body);
    assert_eq!(made.body["primary"]["state"], "ENABLED");
    assert_eq!(made.body["versionTemplate"]["algorithm"], "GOOGLE_SYMMETRIC_ENCRYPTION");
    assert_eq!(made.body["destroyScheduledDuration"], "2592000s");
    assert_eq!(create("cryptoKeyId=k", json!({ "purpose": 1 })).await.code(), (409, "ALREADY_EXISTS"));
    for (query, body) in [
        ("cryptoKeyId=", json!({ "purpose": 1 })),
        ("cryptoKeyId=a", json!({})),
        ("cryptoKeyId=a", json!({ "purpose": "ASYMMETRIC_SIGN" })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "versionTemplate": { "algorithm": "HMAC_SHA256" } })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "versionTemplate": { "protectionLevel": "EXTERNAL" } })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "destroyScheduledDuration": "3600s" })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "rotationPeriod": "7776000s" })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "importOnly": true })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "labels": { "A": "b" } })),
        ("cryptoKeyId=a", json!({ "purpose": 1, "primary": {} })),
        ("cryptoKeyId=a&colour=blue", json!({ "purpose": 1 })),
    ] {
        let got = create(query, body.clone()).await;
        assert_eq!(got.code(), (400, "INVALID_ARGUMENT"), "{query} {body}: {}", got.body);
    }
    assert_eq!(rig.read(&format!("{ring}/cryptoKeys")).await["totalSize"], 1);

    let key = made.body["name"].as_str().unwrap();
    let patch =
        async |mask: &str, body: Value| rig.call("PATCH", &format!("{key}?updateMask={mask}")).json(body).send().await;
    let patched = patch("labels", json!({ "name": key, "labels": { "c": "d" } })).await;
    assert_eq!(patched.body["labels"], json!({ "c": "d" }), "{}", patched.body);
    let next = "2099-01-01T00:00:00Z";
    let rotation = json!({ "rotationPeriod": "7776000s", "nextRotationTime": next });
    let patched = patch("rotation_period,nextRotationTime", rotation).await;
    assert_eq!((&patched.body["nextRotationTime"], &patched.body["labels"]["c"]), (&json!(next), &json!("d")));
    for (mask, body) in [
        ("", json!({ "labels": {} })),
        ("labels", json!({ "labels": {}, "rotationPeriod": "7776000s" })),
        ("purpose", json!({ "purpose": 5 })),
        ("primary", json!({})),
        ("labels", json!({ "name": rig.key, "labels": {} })),
        ("nextRotationTime", json!({ "nextRotationTime": "2001-01-01T00:00:00Z" })),
    ] {
        let got = patch(mask, body.clone()).await;
        assert_eq!(got.code(), (400, "INVALID_ARGUMENT"), "{mask} {body}: {}", got.body);
    }
}

#[tokio::test]
async fn refuses_keys_of_another_purpose() {
    let rig = GcpRig::start().await;
    for purpose in [Purpose::AsymmetricSign, Purpose::AsymmetricDecrypt, Purpose::RawEncryptDecrypt, Purpose::Mac] {
        let new = NewKey { purpose, ..NewKey::default() };
        let key = rig.gcp().create_crypto_key(&rig.ring, &format!("{purpose:?}"), new).await.unwrap();
        let body = rig.read(&key).await;
        assert!(body.get("primary").is_none(), "{body}");
        let got = rig.encrypt(&format!("{key}/cryptoKeyVersions/1")).await;
        assert_eq!(got.code(), (400, "FAILED_PRECONDITION"), "{purpose:?}");
        assert!(got.message().contains("purpose"), "{}", got.message());
    }
    let new = NewKey { import_only: true, ..NewKey::default() };
    let key = rig.gcp().create_crypto_key(&rig.ring, "imported", new).await.unwrap();
    assert_eq!(rig.encrypt(&key).await.code(), (400, "FAILED_PRECONDITION"));
    let create = rig.call("POST", &format!("{key}/cryptoKeyVersions")).json(json!({})).send().await;
    assert_eq!(create.code(), (400, "FAILED_PRECONDITION"));
}

#[tokio::test]
async fn holds_plaintexts_to_their_limits() {
    let rig = GcpRig::start().await;
    let new = NewKey { protection: Protection::Hsm, ..NewKey::default() };
    let hsm = rig.gcp().create_crypto_key(&rig.ring, "hsm", new).await.unwrap();
    let check = async |key: &str, plaintext: usize, data: usize, status: u16| {
        let body = json!({
            "plaintext": base64(&vec![1; plaintext]),
            "additionalAuthenticatedData": base64(&vec![2; data]),
        });
        let got = rig.call("POST", &format!("{key}:encrypt")).json(body).send().await;
        assert_eq!(got.status, status, "{plaintext} {data}");
    };
    check(&rig.key, 64 * 1024, 64 * 1024, 200).await;
    check(&rig.key, 64 * 1024 + 1, 0, 400).await;
    check(&rig.key, 0, 0, 200).await;
    check(&hsm, 4 * 1024, 4 * 1024, 200).await;
    check(&hsm, 8 * 1024, 1, 400).await;
}

#[tokio::test]
async fn speaks_numbers_for_enumerations_when_asked() {
    let rig = GcpRig::start().await;
    let body = rig.read(&format!("{}?$alt=json;enum-encoding=int", rig.key)).await;
    assert_eq!((&body["purpose"], &body["primary"]["state"]), (&json!(1), &json!(1)));
    let body = rig.read(&format!("{}?%24alt=json%3Benum-encoding%3Dint", rig.version(1))).await;
    assert_eq!((&body["protectionLevel"], &body["algorithm"]), (&json!(1), &json!(1)));
}
