//! The suite on ministack, a look-alike of AWS that others wrote. Somebody else starts it (AUTH=true) and
//! says where. Where it differs from AWS is told here; source: clouds/emulators.md, and this suite's runs.

use crate::aws::{self, AwsCloud, Pair, Place};
use crate::cloud::Lack;
use crate::suite;

const CANNOT_FAIL: &str = "it cannot be told to fail";
const ONE_ACCOUNT: &str = "its root key is of one account, so every role is in the operator's own";

const LACKS: &[Lack] = &[
    ("refuses_damaged_bytes", "a flipped bit of a ciphertext still decrypts"),
    ("refuses_another_keys_bytes", "Decrypt accepts a wrong KeyId"),
    ("a_good_role_is_proved", ONE_ACCOUNT),
    ("a_role_that_trusts_somebody_else_is_not_assumable", ONE_ACCOUNT),
    ("work_with_odd_keys_is_refused", "Encrypt has codes of its own for asymmetric keys, which we do not know"),
    ("old_tokens_are_not_used_to_check", "its clock cannot be turned"),
    ("throttling_is_transient", CANNOT_FAIL),
    ("faults_are_transient", CANNOT_FAIL),
    ("resets_are_transient", CANNOT_FAIL),
    ("pages_are_transient", CANNOT_FAIL),
    ("silence_ends_at_the_deadline", CANNOT_FAIL),
    ("a_signature_of_another_time_is_our_fault", CANNOT_FAIL),
    ("a_clock_that_is_off_is_our_fault", CANNOT_FAIL),
];

#[tokio::test]
async fn passes_on_ministack() {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its caller where ministack is")]
    let Ok(endpoint) = std::env::var("ATREST_TEST_MINISTACK") else {
        println!("NOT RUN: ministack was not asked for; set ATREST_TEST_MINISTACK to its endpoint");
        return;
    };
    let root = Pair { id: "test".to_owned(), secret: "test".to_owned() };
    let cloud = AwsCloud::at(Place {
        name: "ministack",
        endpoint,
        ca: None,
        operator: root.clone(),
        customer: root,
        faults: None,
        lacks: [aws::LACKS, LACKS].concat(),
    })
    .await;
    suite::run(&cloud).await;
}
