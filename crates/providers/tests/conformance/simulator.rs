//! The suite on our own simulated AWS, over plain http and over TLS with an authority of its own.

use simulators::{Clouds, Options};

use crate::aws::{AwsCloud, LACKS, Pair, Place};
use crate::suite;

/// Makes an account of the operator's and one of the customer's.
pub(crate) async fn roots(clouds: &Clouds) -> (Pair, Pair) {
    let mut pairs = Vec::new();
    for account in ["operator", "customer"] {
        let account = clouds.aws().create_account(account).await.unwrap();
        let root = clouds.aws().root_keys(&account).unwrap();
        pairs.push(Pair { id: root.access_key_id.clone(), secret: root.expose_secret().to_owned() });
    }
    (pairs.remove(0), pairs.remove(0))
}

async fn run(name: &'static str, tls: bool) {
    let clouds = Clouds::start(Options { tls, ..Options::default() }).await.unwrap();
    let (operator, customer) = roots(&clouds).await;
    let cloud = AwsCloud::at(Place {
        name,
        endpoint: clouds.aws_endpoint(),
        ca: tls.then(|| clouds.ca_pem().to_owned()),
        operator,
        customer,
        faults: Some(clouds.faults().clone()),
        lacks: LACKS.to_vec(),
    })
    .await;
    suite::run(&cloud).await;
    clouds.shutdown().await;
}

#[tokio::test]
async fn passes_on_the_simulated_aws_over_http() {
    run("simulated aws, http", false).await;
}

#[tokio::test]
async fn passes_on_the_simulated_aws_over_tls() {
    run("simulated aws, tls", true).await;
}
