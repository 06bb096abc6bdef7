//! CRC32C, both ways: what the simulated Google Cloud checks, and what a client must.

use crc::{CRC_32_ISCSI, Crc};
use serde_json::{Value, json};
use simulators::gcp::Corruption;

use crate::gcp_rig::{GcpRig, base64, bytes};

fn sum(bytes: &[u8]) -> String {
    Crc::<u32>::new(&CRC_32_ISCSI).checksum(bytes).to_string()
}

async fn encrypt(rig: &GcpRig) -> Value {
    let body = json!({ "plaintext": base64(b"secret"), "plaintextCrc32c": sum(b"secret") });
    let got = rig.call("POST", &format!("{}:encrypt", rig.version(1))).json(body).send().await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body
}

async fn decrypt(rig: &GcpRig, ciphertext: &Value) -> Value {
    let body = json!({ "ciphertext": ciphertext, "ciphertextCrc32c": sum(&bytes(ciphertext)) });
    let got = rig.call("POST", &format!("{}:decrypt", rig.key)).json(body).send().await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body
}

#[tokio::test]
async fn verifies_the_sums_that_come_and_gives_its_own() {
    let rig = GcpRig::start().await;
    let sealed = encrypt(&rig).await;
    assert_eq!(sealed["verifiedPlaintextCrc32c"], true);
    assert!(sealed.get("verifiedAdditionalAuthenticatedDataCrc32c").is_none(), "none came");
    assert_eq!(sealed["ciphertextCrc32c"], sum(&bytes(&sealed["ciphertext"])));
    assert_eq!(decrypt(&rig, &sealed["ciphertext"]).await["plaintextCrc32c"], sum(b"secret"));

    let body = json!({
        "plaintext": base64(b"secret"),
        "additional_authenticated_data": base64(b"data"),
        "additional_authenticated_data_crc32c": sum(b"data"),
    });
    let sealed = rig.call("POST", &format!("{}:encrypt", rig.key)).json(body).send().await.body;
    assert!(sealed.get("verifiedPlaintextCrc32c").is_none());
    assert_eq!(sealed["verifiedAdditionalAuthenticatedDataCrc32c"], true);
}

#[tokio::test]
async fn refuses_sums_that_do_not_match() {
    let rig = GcpRig::start().await;
    let sealed = encrypt(&rig).await["ciphertext"].clone();
    let check = async |verb: &str, body: Value, field: &str| {
        let got = rig.call("POST", &format!("{}:{verb}", rig.key)).json(body).send().await;
        assert_eq!(got.code(), (400, "INVALID_ARGUMENT"), "{}", got.body);
        let words = format!("The checksum in field {field}_crc32c did not match the data in field {field}.");
        assert_eq!(got.message(), words);
    };
    check("encrypt", json!({ "plaintext": "YQ==", "plaintextCrc32c": "1" }), "plaintext").await;
    check("encrypt", json!({ "plaintextCrc32c": 1 }), "plaintext").await;
    let data = json!({ "additionalAuthenticatedData": "YQ==", "additionalAuthenticatedDataCrc32c": "-1" });
    check("encrypt", data.clone(), "additional_authenticated_data").await;
    check("decrypt", json!({ "ciphertext": sealed, "ciphertextCrc32c": "1" }), "ciphertext").await;
    let mut both = data;
    both["ciphertext"] = sealed;
    check("decrypt", both, "additional_authenticated_data").await;
    let odd = json!({ "plaintextCrc32c": "not a number" });
    let got = rig.call("POST", &format!("{}:encrypt", rig.key)).json(odd).send().await;
    assert_eq!(got.code(), (400, "INVALID_ARGUMENT"));
}

#[tokio::test]
async fn bends_one_answer_on_demand() {
    let rig = GcpRig::start().await;
    let good = encrypt(&rig).await;
    let fits = |sealed: &Value| sealed["ciphertextCrc32c"] == sum(&bytes(&sealed["ciphertext"]));

    rig.gcp().corrupt_next_answer(Corruption::PlaintextCrc32c);
    rig.gcp().corrupt_next_answer(Corruption::CiphertextCrc32c);
    let bent = encrypt(&rig).await;
    assert!(!fits(&bent));
    assert_eq!(decrypt(&rig, &good["ciphertext"]).await["plaintext"], base64(b"secret"));
    rig.gcp().corrupt_next_answer(Corruption::Ciphertext);
    assert!(!fits(&encrypt(&rig).await));
    rig.gcp().corrupt_next_answer(Corruption::Unverified);
    assert!(encrypt(&rig).await.get("verifiedPlaintextCrc32c").is_none());
    rig.gcp().corrupt_next_answer(Corruption::KeyVersion);
    assert_eq!(encrypt(&rig).await["name"], rig.version(2));
    rig.gcp().corrupt_next_answer(Corruption::Plaintext);
    let bent = decrypt(&rig, &good["ciphertext"]).await;
    assert_ne!(bent["plaintextCrc32c"], sum(&bytes(&bent["plaintext"])));

    let next = encrypt(&rig).await;
    assert!(fits(&next) && next["verifiedPlaintextCrc32c"] == true && next["name"] == rig.version(1));
    assert_eq!(decrypt(&rig, &good["ciphertext"]).await["plaintextCrc32c"], sum(b"secret"));
}
