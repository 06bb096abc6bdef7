//! Causes of alerts that take a while to come about, over the wire (product.md 6): a stalled rotation, a key that expires,
//! endpoints that are refused or fail, a project that is deleted. Each is raised, and ended.

use std::time::Duration;

use notify::{Mailer, MailerConfig, Roots, SmtpTls};
use serde_json::json;
use simulators::azure::Change;
use storage::WorkKind;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::alert_configs::configs_path;
use crate::alerts::{DAY, DENIED, HOUR, add, alerts, until_looked, until_stands};
use crate::cloud::azure::version;
use crate::database::Database;
use crate::endpoints::{AZURE, connection_of};
use crate::house::{House, Plan, notifiers, until};
use crate::keys::furnish;
use crate::on_both_engines;

on_both_engines! {
    a_rotation_that_takes_too_long_is_told_of
    a_key_that_expires_soon_is_told_with_its_date
    a_rejected_endpoint_is_told_until_its_successor_is_active
    an_endpoint_that_came_to_nothing_is_told_until_it_is_deleted
    a_deleted_project_is_told_and_its_return
}

const LOST: &str = "AWS_ENCRYPTION_KEY_INVALID";
const STALLED: &str = "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED";
const EXPIRING: &str = "AZURE_ENCRYPTION_KEY_EXPIRING";
const REJECTED: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED";
const FAILED: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED";
const DELETED: &str = "GROUP_DELETED";

async fn has_event(house: &House, kind: &str) -> bool {
    house.events().await.iter().any(|name| name == kind)
}

/// Has the project looked at again, because somebody changed something.
async fn have_it_looked_at(house: &House) {
    add(house, DENIED, json!({})).await;
    until_looked(house).await;
}

async fn a_rotation_that_takes_too_long_is_told_of(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    furnish(&house).await;
    add(&house, STALLED, json!({})).await;
    let second = house.cloud().new_key("second").await;
    house.cloud().disable_key(&house.cloud().key).await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
    let rotations = format!("/api/atrest/v1/groups/{}/rotations", house.project);
    let state = async || house.get(&rotations).await.ok()["results"][0]["state"].clone();
    until("it stands still", async || state().await == "STALLED").await;
    have_it_looked_at(&house).await;
    assert!(alerts(&house, STALLED).await.is_empty(), "an hour is not over");
    // The old key is lost while master keys are still under it, whatever holds of the present one.
    let lost = until_stands(&house, LOST, "OPEN").await;
    house.pass_everywhere(HOUR + Duration::from_secs(1));
    have_it_looked_at(&house).await;
    let told = until_stands(&house, STALLED, "OPEN").await;
    assert_eq!(told["eventTypeName"], STALLED);
    assert!(has_event(&house, STALLED).await);
    house.cloud().enable_key(&house.cloud().key).await;
    // The longest pause of the work is over.
    house.pass_everywhere(Duration::from_secs(61));
    until("it goes on", async || state().await == "FINISHED").await;
    until_stands(&house, STALLED, "CLOSED").await;
    assert_eq!(alerts(&house, STALLED).await.len(), 1);
    assert_eq!(until_stands(&house, LOST, "CLOSED").await["id"], lost["id"]);
    assert_eq!(alerts(&house, LOST).await.len(), 1, "it stayed open all the time");
    house.end().await;
}

async fn a_key_that_expires_soon_is_told_with_its_date(database: Database) {
    let mut plan = Plan::sweeping();
    plan.timings.outlook_freshness = Duration::from_millis(300);
    let house = House::open_everywhere_as(database, plan).await;
    let azure = house.cloud().azure();
    let expire_in = async |days: u32| {
        let at = (house.control.now() + days * DAY).as_millis() / 1000;
        azure.apply(Change::SetKeyExpiry(version(&azure.key), Some(at))).await;
        at
    };
    expire_in(31).await;
    house.patch(&azure.payload()).await.ok();
    add(&house, EXPIRING, json!({})).await;
    until("the provider was asked", async || !house.store.key_outlooks(house.project).await.unwrap().is_empty()).await;
    assert!(alerts(&house, EXPIRING).await.is_empty(), "it is due in more than thirty days");
    let at = expire_in(29).await;
    until_stands(&house, EXPIRING, "OPEN").await;
    let live = house.store.live_alerts(house.project).await.unwrap();
    let found = live.iter().find(|alert| alert.kind.name() == EXPIRING).unwrap();
    assert_eq!(found.why.ends_at.unwrap().as_millis() / 1000, at);
    assert!(has_event(&house, EXPIRING).await);
    expire_in(60).await;
    until_stands(&house, EXPIRING, "CLOSED").await;
    assert_eq!(alerts(&house, EXPIRING).await.len(), 1);
    house.end().await;
}

async fn a_rejected_endpoint_is_told_until_its_successor_is_active(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    add(&house, REJECTED, json!({})).await;
    let id = house.new_endpoint(AZURE, "US_EAST_2").await;
    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    house.cloud().azure().reject(connection_of(&pending)).await;
    until_stands(&house, REJECTED, "OPEN").await;
    let successor = async || {
        let all = house.endpoints(AZURE).await;
        all.into_iter().find(|one| one["id"] != id.as_str() && one["status"] == "PENDING_ACCEPTANCE")
    };
    until("it has a successor", async || successor().await.is_some()).await;
    have_it_looked_at(&house).await;
    assert_eq!(alerts(&house, REJECTED).await[0]["status"], "OPEN", "nobody has approved it yet");
    let next = successor().await.unwrap();
    house.cloud().azure().approve(connection_of(&next)).await;
    until_stands(&house, REJECTED, "CLOSED").await;
    assert_eq!(alerts(&house, REJECTED).await.len(), 1);
    house.end().await;
}

async fn an_endpoint_that_came_to_nothing_is_told_until_it_is_deleted(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    add(&house, FAILED, json!({})).await;
    let azure = &house.cloud().azure().azure;
    let operator = house.cloud().azure_config(&["US_EAST_2"]).places[0].subscription.as_str().to_owned();
    azure.set_provider_registered(&operator, false).await.unwrap();
    let id = house.new_endpoint(AZURE, "US_EAST_2").await;
    until_stands(&house, FAILED, "OPEN").await;
    let live = house.store.live_alerts(house.project).await.unwrap();
    let why = live.iter().find(|alert| alert.kind.name() == FAILED).unwrap().why.detail.clone().unwrap();
    assert!(why.contains("US_EAST_2") && why.contains("Microsoft.Network"), "{why}");
    house.delete_endpoint(AZURE, &id).await;
    until_stands(&house, FAILED, "CLOSED").await;
    house.end().await;
}

/// Takes mails in, and gives the text of each.
async fn take_mails(listener: TcpListener, mails: mpsc::Sender<String>) {
    let mut taking = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        taking.spawn(take_mail(BufReader::new(stream), mails.clone()));
    }
}

async fn take_mail(mut stream: BufReader<TcpStream>, mails: mpsc::Sender<String>) {
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let mut text: Option<String> = None;
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let answer: &[u8] = match &mut text {
            Some(_) if line == ".\r\n" => {
                mails.send(text.take().unwrap()).await.unwrap();
                b"250 taken\r\n"
            }
            Some(text) => {
                text.push_str(&line);
                b""
            }
            None if line.starts_with("DATA") => {
                text = Some(String::new());
                b"354 go on\r\n"
            }
            None => b"250 yes\r\n",
        };
        stream.write_all(answer).await.unwrap();
        line.clear();
    }
}

async fn a_deleted_project_is_told_and_its_return(database: Database) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = Mailer::new(&MailerConfig {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        tls: SmtpTls::Off,
        roots: Roots::default(),
        login: None,
        from: "atrest@example.com".to_owned(),
    });
    let (sender, mut mails) = mpsc::channel(16);
    let mut taking = JoinSet::new();
    taking.spawn(take_mails(listener, sender));
    let plan = Plan { notifiers: notifiers(Some(mailer.unwrap()), &[], Roots::default()), ..Plan::default() };
    let house = House::open_as(database, plan).await;
    let mail = json!([{"typeName": "EMAIL", "emailAddress": "ops@example.com", "delayMin": 0, "intervalMin": 5}]);
    add(&house, DELETED, json!({ "notifications": mail })).await;
    let configs = house.get(&configs_path(&house)).await.ok()["totalCount"].clone();
    let project = format!("/api/atlas/v2/groups/{}", house.project);
    assert_eq!(house.ask("DELETE", &project).send().await.status, 202);
    house.get(&project).await.is(404, "GROUP_NOT_FOUND");
    let told = next_mail(&mut mails).await;
    assert!(told.contains(DELETED) && told.contains("OPEN") && told.contains("first"), "{told}");
    // Nobody can read its alerts meanwhile.
    house.get(&format!("{project}/alerts")).await.is(404, "GROUP_NOT_FOUND");
    let back = format!("/api/atrest/v1/orgs/{}/deletedGroups/{}/return", house.org, house.project);
    house.ask("POST", &back).send().await.ok();
    let told = next_mail(&mut mails).await;
    assert!(told.contains(DELETED) && told.contains("RESOLVED"), "{told}");
    for alert in alerts(&house, DELETED).await {
        assert_eq!(alert["status"], "CLOSED", "{alert}");
    }
    assert_eq!(house.get(&configs_path(&house)).await.ok()["totalCount"], configs, "they are kept");
    // Once it is too late to bring it back, nobody looks at it any more.
    assert_eq!(house.ask("DELETE", &project).send().await.status, 202);
    assert!(next_mail(&mut mails).await.contains("OPEN"));
    house.pass(31 * DAY);
    let told = next_mail(&mut mails).await;
    assert!(told.contains(DELETED) && told.contains("RESOLVED"), "{told}");
    until("nobody looks", async || house.store.next_due(WorkKind::Alerts).await.unwrap().is_none()).await;
    house.end().await;
    taking.abort_all();
}

async fn next_mail(mails: &mut mpsc::Receiver<String>) -> String {
    tokio::time::timeout(Duration::from_secs(30), mails.recv()).await.unwrap().unwrap()
}
