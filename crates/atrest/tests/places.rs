//! `atrest config check` with places for private endpoints: it asks the clouds, here the simulated ones, and names
//! what is missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests fail loudly"
)]

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use simulators::azure::Role;
use simulators::{Clouds, Options};

const FULL: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}"#;

/// An operator at both clouds, with a place at each.
struct Operator {
    clouds: Clouds,
    folder: tempfile::TempDir,
    assignments: Vec<String>,
    text: String,
}

impl Operator {
    async fn furnished() -> Self {
        let clouds = Clouds::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let azure = clouds.azure();
        let tenant = azure.create_tenant("operator").await.unwrap();
        let app = azure.create_app(&tenant, "atrest", true).await.unwrap();
        let secret = azure.create_secret(&app.client_id, "test", None).await.unwrap();
        let principal = azure.create_service_principal(&tenant, &app.client_id).await.unwrap();
        let subscription = azure.create_subscription(&tenant, "operator").await.unwrap();
        let resource_group = azure.create_resource_group(&subscription, "atrest-endpoints").await.unwrap();
        let address = Ipv4Addr::new(127, 65, 2, 4);
        let subnet =
            azure.create_subnet(&subscription, "atrest-endpoints", "atrest", "us-east-2", address).await.unwrap();
        let mut assignments = Vec::new();
        for (scope, role) in
            [(resource_group, Role::NetworkContributor), (format!("/subscriptions/{subscription}"), Role::Reader)]
        {
            assignments.push(azure.assign_role(&scope, &principal, role).await.unwrap());
        }
        let aws = clouds.aws();
        let account = aws.create_account("operator").await.unwrap();
        let user = aws.create_user(&account, "atrest", Some(FULL)).await.unwrap();
        let vpc = aws.create_vpc(&account, "us-east-1", "atrest").await.unwrap();
        let aws_subnet = aws.create_subnet(&vpc.id, "us-east-1", Ipv4Addr::new(127, 66, 1, 4)).await.unwrap();
        let text = format!(
            "[storage]\nsqlite_dir = {data:?}\n[root_key]\nfile = {root_key:?}\n[providers]\nallow_networks = [\"127.0.0.0/8\"]\n\
             [azure]\noperator_identity = \"client-secret\"\noperator_tenant = \"{tenant}\"\noperator_client_id = \"{client}\"\n\
             operator_secret_file = {secret:?}\nauthority = \"{azure}\"\nmanagement = \"{azure}\"\nca_file = {ca:?}\n\
             [azure.private_endpoints.US_EAST_2]\nsubscription = \"{subscription}\"\nresource_group = \"atrest-endpoints\"\n\
             subnet = \"{subnet}\"\naddresses = [\"127.65.2.0/24\"]\n\
             [aws]\noperator_identity = \"static\"\noperator_access_key_id = \"{access_key}\"\n\
             operator_secret_access_key_file = {secret_key:?}\nkms_endpoint = \"{aws}\"\nsts_endpoint = \"{aws}\"\nec2_endpoint = \"{aws}\"\n\
             [aws.private_endpoints.US_EAST_1]\nvpc = \"{vpc}\"\nsubnets = [\"{aws_subnet}\"]\nsecurity_groups = [\"{security_group}\"]\n\
             addresses = [\"127.66.1.0/24\"]\n",
            data = folder.path().join("data"),
            root_key = folder.path().join("root.key"),
            client = app.client_id,
            secret = write("azure.secret", secret.expose_secret()),
            azure = clouds.azure_endpoint(),
            ca = write("ca.pem", clouds.ca_pem()),
            access_key = user.access_key_id,
            secret_key = write("aws.secret", user.expose_secret()),
            aws = clouds.aws_endpoint(),
            vpc = vpc.id,
            security_group = vpc.security_group,
        );
        storage::RootKey::generate_file(&folder.path().join("root.key")).unwrap();
        Self { clouds, folder, assignments, text }
    }

    /// Gives what the check says of this text.
    async fn check(&self, text: &str) -> (bool, String) {
        let path = self.folder.path().join("atrest.toml");
        fs::write(&path, text).unwrap();
        tokio::task::spawn_blocking(move || run(&path)).await.unwrap()
    }
}

fn run(config: &Path) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrest"));
    let output = command.args(["config", "check", "--config"]).arg(config).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fit_places_pass_and_what_is_missing_is_named() {
    let operator = Operator::furnished().await;
    let (good, said) = operator.check(&operator.text).await;
    assert!(good && said.contains("no faults found"), "{said}");

    let elsewhere =
        operator.text.replace("subnets/us-east-2", "subnets/us-east-9").replace("127.66.1.0/24", "10.0.0.0/24");
    let (good, said) = operator.check(&elsewhere).await;
    assert!(!good && said.contains("US_EAST_2") && said.contains("subnets/us-east-9"), "{said}");
    assert!(said.contains("US_EAST_1"), "all places are asked about: {said}");

    for assignment in &operator.assignments {
        operator.clouds.azure().remove_role_assignment(assignment).await.unwrap();
    }
    let (good, said) = operator.check(&operator.text).await;
    assert!(!good && said.contains("US_EAST_2") && said.contains("permission"), "{said}");
    assert!(!said.contains("US_EAST_1"), "the other place is fit: {said}");

    let (good, said) =
        operator.check(&operator.text.replace(&operator.clouds.aws_endpoint(), "http://127.0.0.1:1")).await;
    assert!(!good && said.contains("US_EAST_1"), "a cloud that is away is a fault: {said}");
}
