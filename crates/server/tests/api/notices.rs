//! Telling people and programs: webhooks over the wire to a receiver of the test's own, mails to a server of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use control::task::Tasks;
use domain::alert::{AlertKind, AlertState, Severity, Subject};
use domain::id::{AlertConfigId, AlertId, NoticeId, NotifierId};
use domain::notice::{AlertNotice, NewNotice, NoticeContent, NoticeKind, Target};
use domain::secret::SecretText;
use notify::{Mailer, MailerConfig, Roots, SmtpTls};
use serde_json::{Value, json};
use server::api::listener::{self, ConnectionLimits, Door};
use server::probes::Metrics;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::database::Database;
use crate::house::{House, Plan, notifiers, until};
use crate::on_both_engines;

on_both_engines! {
    a_program_is_told_that_a_key_is_lost_and_that_it_is_back
    reminders_give_way_to_the_end
    what_is_refused_for_good_is_an_event_and_holds_nobody_up
    a_letter_is_mailed_once_the_server_takes_it
    without_a_mail_server_mails_fail_and_are_counted
    another_process_goes_on_telling
}

/// Says what a receiver answers to the `n`th call at a path.
type Answers = fn(path: &str, n: usize) -> StatusCode;

struct Posted {
    path: String,
    headers: HeaderMap,
    body: Value,
    answered: StatusCode,
}

/// A receiver of webhooks over https.
struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Posted>>>,
    roots: Roots,
    tasks: Tasks,
}

impl Receiver {
    async fn open(answers: Answers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let own = rcgen::generate_simple_self_signed(names).unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, own.cert.pem()).unwrap();
        std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
        let tls = Some(server::tls::server_config(&certificate, &key).unwrap());
        let got: Arc<Mutex<Vec<Posted>>> = Arc::default();
        let app = Router::new().route("/{*path}", post(take)).with_state((got.clone(), answers));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, tasks) = (listener.local_addr().unwrap(), Tasks::default());
        let limits = ConnectionLimits { drain: Duration::from_millis(100), ..ConnectionLimits::default() };
        let door = Door { listener, tls, limits, app, open: Metrics::default().open_connections() };
        tasks.spawn(listener::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
        Self { address, got, roots: Roots::only(&own.cert.pem()).unwrap(), tasks }
    }

    fn plan(&self) -> Plan {
        Plan { notifiers: notifiers(None, &["127.0.0.0/8"], self.roots.clone()), ..Plan::watchful() }
    }

    fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}/{path}", self.address.port())
    }

    /// Gives what was taken at a path, in order.
    fn taken(&self, path: &str) -> Vec<Value> {
        let got = self.got.lock().unwrap();
        let taken = got.iter().filter(|one| one.path == path && one.answered.is_success());
        taken.map(|one| one.body.clone()).collect()
    }

    fn calls(&self, path: &str) -> usize {
        self.got.lock().unwrap().iter().filter(|one| one.path == path).count()
    }
}

async fn take(
    State((got, answers)): State<(Arc<Mutex<Vec<Posted>>>, Answers)>,
    axum::extract::Path(path): axum::extract::Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut got = got.lock().unwrap();
    let before = got.iter().filter(|one| one.path == path).count();
    let answered = answers(&path, before);
    got.push(Posted { path, headers, body: serde_json::from_slice(&body).unwrap(), answered });
    answered
}

/// Configures a webhook; gives the target that names it.
async fn webhook(house: &House, kind: &str, url: &str) -> Target {
    let path = format!("/api/atlas/v2/groups/{}/alertConfigs", house.project);
    let body = json!({
        "eventTypeName": kind,
        "enabled": true,
        "notifications": [
            {"typeName": "WEBHOOK", "webhookUrl": url, "webhookSecret": "s3cret", "delayMin": 0, "intervalMin": 5}
        ],
    });
    let made = house.ask("POST", &path).json(&body).send().await.is(201, "").json();
    let notifier = made["notifications"][0]["notifierId"].as_str().unwrap().parse::<NotifierId>().unwrap();
    Target::Webhook { config: made["id"].as_str().unwrap().parse::<AlertConfigId>().unwrap(), notifier }
}

/// A notice of an alert that nobody raised.
fn notice(house: &House, number: u8, alert: u8, sequence: i64, kind: NoticeKind, to: &Target) -> NewNotice {
    let (at, alert) = (house.control.now(), AlertId::from_random([alert; 12]));
    let state = if kind == NoticeKind::Resolved { AlertState::Closed } else { AlertState::Open };
    NewNotice {
        id: NoticeId::from_random([number; 12]),
        org: house.org,
        project: Some(house.project),
        alert: Some(alert),
        sequence,
        kind,
        to: to.clone(),
        content: NoticeContent::Alert(Box::new(AlertNotice {
            alert,
            config: AlertConfigId::from_random([1; 12]),
            kind: AlertKind::NetworkAccessDenied,
            subject: Subject::Project,
            state,
            severity: Severity::Error,
            org: house.org,
            org_name: "Acme".to_owned(),
            project: house.project,
            project_name: "first".to_owned(),
            reason: None,
            detail: None,
            ends_at: None,
            clusters: Vec::new(),
            created_at: at,
            updated_at: at,
            resolved_at: None,
            acknowledged_until: None,
            comment: None,
            acknowledged_by: None,
        })),
        at,
    }
}

async fn counts(house: &House) -> BTreeMap<String, u64> {
    house.control.notice_counts().await.unwrap().into_iter().collect()
}

async fn a_program_is_told_that_a_key_is_lost_and_that_it_is_back(database: Database) {
    let receiver = Receiver::open(|_, n| if n == 0 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }).await;
    let house = House::open_as(database, receiver.plan()).await;
    house.enable().await;
    webhook(&house, "AWS_ENCRYPTION_KEY_INVALID", &receiver.url("hook")).await;
    house.cloud().disable_key(&house.cloud().key).await;
    until("the loss is told", async || {
        house.read().await.ok();
        receiver.taken("hook").len() == 1
    })
    .await;
    house.cloud().enable_key(&house.cloud().key).await;
    until("the return is told", async || {
        house.read().await.ok();
        receiver.taken("hook").len() == 2
    })
    .await;
    let told = receiver.taken("hook");
    assert_eq!((&told[0]["status"], &told[1]["status"]), (&"OPEN".into(), &"CLOSED".into()));
    assert_eq!((&told[0]["atrest"]["kind"], &told[1]["atrest"]["kind"]), (&"OPENED".into(), &"RESOLVED".into()));
    assert_eq!(told[0]["atrest"]["reason"], "KEY_DISABLED");
    let alert = told[0]["id"].as_str().unwrap();
    let shown = house.get(&format!("/api/atlas/v2/groups/{}/alerts/{alert}", house.project)).await.ok();
    for field in ["id", "alertConfigId", "created", "eventTypeName", "groupId", "orgId", "status", "resolved"] {
        assert_eq!(told[1][field], shown[field], "{field}");
    }
    {
        let got = receiver.got.lock().unwrap();
        assert!(got.iter().all(|one| one.headers.contains_key("x-mms-signature")));
        let ids: Vec<_> = got.iter().map(|one| one.headers["x-atrest-delivery"].to_str().unwrap()).collect();
        assert_eq!(ids[0], ids[1], "who gets one twice can tell");
        assert_ne!(ids[1], ids[2]);
    }
    receiver.tasks.shut_down().await;
    house.end().await;
}

async fn reminders_give_way_to_the_end(database: Database) {
    let receiver = Receiver::open(|_, _| StatusCode::OK).await;
    let house = House::open_as(database, receiver.plan()).await;
    let to = webhook(&house, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", &receiver.url("hook")).await;
    let kinds = [NoticeKind::Opened, NoticeKind::Reminder, NoticeKind::Reminder, NoticeKind::Resolved];
    let all: Vec<NewNotice> =
        kinds.into_iter().zip(1_u8..).map(|(kind, n)| notice(&house, n, 1, i64::from(n), kind, &to)).collect();
    house.store.enqueue_notices(&all).await.unwrap();
    until("all is told", async || !counts(&house).await.contains_key("PENDING")).await;
    let told: Vec<Value> = receiver.taken("hook").iter().map(|one| one["atrest"]["kind"].clone()).collect();
    assert_eq!(told, ["OPENED", "RESOLVED"]);
    assert_eq!(counts(&house).await, BTreeMap::from([("SENT".to_owned(), 2), ("DROPPED".to_owned(), 2)]));
    receiver.tasks.shut_down().await;
    house.end().await;
}

async fn what_is_refused_for_good_is_an_event_and_holds_nobody_up(database: Database) {
    let receiver =
        Receiver::open(|path, n| if path == "moved" && n == 0 { StatusCode::FOUND } else { StatusCode::OK }).await;
    let house = House::open_as(database, receiver.plan()).await;
    let moved = webhook(&house, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", &receiver.url("moved")).await;
    let other = webhook(&house, "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID", &receiver.url("other")).await;
    let gone =
        Target::Webhook { config: AlertConfigId::from_random([9; 12]), notifier: NotifierId::from_random([9; 12]) };
    let all = [
        notice(&house, 1, 1, 1, NoticeKind::Opened, &moved),
        notice(&house, 2, 1, 2, NoticeKind::Resolved, &moved),
        notice(&house, 3, 1, 1, NoticeKind::Opened, &other),
        notice(&house, 4, 1, 1, NoticeKind::Opened, &gone),
    ];
    house.store.enqueue_notices(&all).await.unwrap();
    until("all is over", async || !counts(&house).await.contains_key("PENDING")).await;
    assert_eq!((receiver.calls("moved"), receiver.taken("moved").len(), receiver.taken("other").len()), (2, 1, 1));
    let wanted = [("DROPPED", 1), ("FAILED", 1), ("SENT", 2)];
    assert_eq!(counts(&house).await, wanted.map(|(state, count)| (state.to_owned(), count)).into());
    let path = format!("/api/atlas/v2/groups/{}/events?eventType=NOTICE_NOT_DELIVERED&includeRaw=true", house.project);
    let told = house.get(&path).await.ok();
    assert_eq!(told["totalCount"], 1);
    let detail = told["results"][0]["raw"]["detail"].as_str().unwrap();
    assert!(detail.contains("webhook") && detail.contains("redirects are not followed"), "{detail}");
    assert!(!detail.contains("/moved"), "an address may be a secret: {detail}");
    receiver.tasks.shut_down().await;
    house.end().await;
}

/// A mail server that is busy at first. Gives what it was sent.
async fn mail_server(listener: TcpListener) -> String {
    let mut said = String::new();
    for busy in [true, false] {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 ready\r\n").await.unwrap();
        let mut in_data = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                break;
            }
            said.push_str(&line);
            let answer: &[u8] = match line.as_str() {
                ".\r\n" => {
                    in_data = false;
                    b"250 taken\r\n"
                }
                _ if in_data => continue,
                _ if line.starts_with("RCPT") && busy => b"450 come back\r\n",
                _ if line.starts_with("DATA") => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                _ => b"250 yes\r\n",
            };
            stream.write_all(answer).await.unwrap();
        }
    }
    said
}

fn letter(house: &House, number: u8) -> NewNotice {
    NewNotice {
        id: NoticeId::from_random([number; 12]),
        org: house.org,
        project: None,
        alert: None,
        sequence: 1,
        kind: NoticeKind::Letter,
        to: Target::MailTo("new@example.com".to_owned()),
        content: NoticeContent::Letter {
            subject: "Come in".to_owned(),
            text: SecretText::new("The way in.\n".to_owned()),
        },
        at: house.control.now(),
    }
}

async fn a_letter_is_mailed_once_the_server_takes_it(database: Database) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = Mailer::new(&MailerConfig {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        tls: SmtpTls::Off,
        roots: Roots::default(),
        login: None,
        from: "atrest@example.com".to_owned(),
    });
    let plan = Plan { notifiers: notifiers(Some(mailer.unwrap()), &[], Roots::default()), ..Plan::default() };
    let house = House::open_as(database, plan).await;
    house.store.enqueue_notices(&[letter(&house, 1)]).await.unwrap();
    let said = tokio::time::timeout(Duration::from_secs(20), mail_server(listener)).await.unwrap();
    assert_eq!((said.matches("RCPT TO:<new@example.com>").count(), said.matches("DATA").count()), (2, 1));
    assert!(said.contains("Subject: Come in\r\n") && said.contains("The way in.\r\n"), "{said}");
    until("it is written down", async || counts(&house).await == BTreeMap::from([("SENT".to_owned(), 1)])).await;
    house.end().await;
}

async fn without_a_mail_server_mails_fail_and_are_counted(database: Database) {
    let house = House::open(database).await;
    house.store.enqueue_notices(&[letter(&house, 1)]).await.unwrap();
    until("it fails", async || counts(&house).await.contains_key("FAILED")).await;
    assert!(house.metrics().await.contains("atrest_notices{state=\"FAILED\"} 1"));
    let told = house.get(&format!("/api/atlas/v2/orgs/{}/events?eventType=NOTICE_NOT_DELIVERED", house.org)).await.ok();
    assert_eq!(told["totalCount"], 0, "this is so for all mails, and the operator's to see");
    house.end().await;
}

async fn another_process_goes_on_telling(database: Database) {
    let receiver = Receiver::open(|_, _| StatusCode::OK).await;
    let house = House::open_as(database, Plan { at_work: false, ..receiver.plan() }).await;
    let to = webhook(&house, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", &receiver.url("hook")).await;
    house.store.enqueue_notices(&[notice(&house, 1, 1, 1, NoticeKind::Opened, &to)]).await.unwrap();
    // The first process never gets to it.
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    let ground = house.end().await;
    let next = House::reopen(ground, receiver.plan(), org, project, owner).await;
    until("the next one tells it", async || receiver.taken("hook").len() == 1).await;
    receiver.tasks.shut_down().await;
    next.end().await;
}

/// Two hundred alerts each for a receiver that never answers and for one that does. Nothing is measured: the silent one
/// answers no call at all, so whoever waited for it would wait for ever.
#[tokio::test]
async fn a_slow_receiver_holds_up_nobody_else() {
    let receiver = Receiver::open(|_, _| StatusCode::OK).await;
    let slow = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let house = House::open_as(Database::sqlite(), receiver.plan()).await;
    let silent = format!("https://127.0.0.1:{}/silent", slow.local_addr().unwrap().port());
    let silent = webhook(&house, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", &silent).await;
    let quick = webhook(&house, "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID", &receiver.url("quick")).await;
    let many = 200_u8;
    let all: Vec<NewNotice> = (0..many).map(|n| notice(&house, n, n, 1, NoticeKind::Opened, &silent)).collect();
    house.store.enqueue_notices(&all).await.unwrap();
    let all: Vec<NewNotice> = (0..many)
        .map(|n| NewNotice {
            id: NoticeId::from_random([n, !n, n, n, n, n, n, n, n, n, n, n]),
            ..notice(&house, n, n, 1, NoticeKind::Opened, &quick)
        })
        .collect();
    house.store.enqueue_notices(&all).await.unwrap();
    let mut heard = 0;
    while heard < usize::from(many) {
        // However slow the machine is, something new is heard before the time is up.
        until("the quick one hears more", async || receiver.taken("quick").len() > heard).await;
        heard = receiver.taken("quick").len();
    }
    // What it was told last may not be written down yet.
    until("it is written down", async || counts(&house).await.get("SENT") == Some(&u64::from(many))).await;
    let pending = counts(&house).await["PENDING"];
    assert_eq!(pending, u64::from(many), "the silent one has heard nothing, and nothing is lost");
    receiver.tasks.shut_down().await;
    house.end().await;
}
