//! The outbox: a thousand webhooks to a receiver that answers, while another takes every call and never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use control::Timings;
use control::notice::Notifiers;
use control::task::Tasks;
use domain::alert::{AlertKind, AlertState, Severity, Subject};
use domain::id::{AlertConfigId, AlertId, NoticeId, NotifierId, OrgId, ProjectId};
use domain::notice::{AlertNotice, NewNotice, NoticeContent, NoticeKind, Target};
use notify::{Roots, WebhookConfig, WebhookSender};
use serde_json::{Value, json};
use server::api::listener::{self, ConnectionLimits, Door};
use server::probes::Metrics;
use storage::Engine;
use tokio::net::TcpListener;

use crate::house::{self, House};
use crate::http::{Client, Digest, request};
use crate::report::{figure, heading};

const WEBHOOKS: u32 = 1000;
const WITHIN: Duration = Duration::from_secs(60);

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("outbox: 1,000 webhooks, and as many for a receiver that never answers");
    let folder = tempfile::tempdir()?;
    measure("SQLite", house::sqlite(folder.path())).await?;
    match house::postgres().await? {
        Some(engine) => measure("PostgreSQL", engine).await?,
        None => figure("PostgreSQL", "not measured", Some(("ATREST_TEST_POSTGRES to be set", false))),
    }
    Ok(())
}

async fn measure(name: &str, engine: Engine) -> anyhow::Result<()> {
    let (tasks, count) = (Tasks::default(), Arc::new(AtomicUsize::new(0)));
    let (quick, roots) = receiver(&tasks, count.clone()).await?;
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let slow = format!("https://127.0.0.1:{}/slow", silent.local_addr()?.port());
    let sender =
        WebhookSender::new(WebhookConfig { roots, refusal: Arc::new(|_| None), agent: "atrest/bench".to_owned() });
    let sender = sender.map_err(|words| anyhow::anyhow!(words))?;
    let write: control::notice::WriteAlert = server::api::atlas::webhook_body::write;
    let webhooks = Some((sender, write));
    let notifiers = Notifiers { mailer: None, webhooks, base_url: None };
    let house = House::telling(engine, notifiers, Timings::default()).await?;
    let (project, key) = house.furnish().await?;
    let address = house.open().await?;
    let path = format!("/api/atlas/v2/groups/{project}/alertConfigs");
    let digest = Digest::prepare(address, &path, &key.public_key, key.private_key.expose()).await?;
    let mut client = Client::connect(address).await?;
    let mut targets = Vec::new();
    for url in [&slow, &quick] {
        let body = json!({
            "eventTypeName": AlertKind::NetworkAccessDenied.name(), "enabled": true,
            "notifications": [{"typeName": "WEBHOOK", "webhookUrl": url, "webhookSecret": "s3cret", "intervalMin": 5, "delayMin": 0}],
        });
        let bytes = request("POST", &path, &digest.authorization("POST", &path), body.to_string().as_bytes());
        let (status, answer) = client.send(&bytes).await?;
        anyhow::ensure!(status == 201, "POST answered {status}: {}", String::from_utf8_lossy(&answer));
        let answer = String::from_utf8(answer)?;
        let (_head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let made: Value = serde_json::from_str(body)?;
        let text = |pointer| made.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let config: AlertConfigId = text("/id").parse()?;
        let notifier: NotifierId = text("/notifications/0/notifierId").parse()?;
        targets.push(Target::Webhook { config, notifier });
    }
    let org = house.store.org_of_project(project).await?.unwrap_or(OrgId::from_random([0; 12]));
    for (number, target) in (0_u8..).zip(&targets) {
        let notices: Vec<NewNotice> =
            (0..WEBHOOKS).map(|alert| notice(&house, org, project, number, alert, target)).collect();
        house.store.enqueue_notices(&notices).await?;
    }
    let begun = Instant::now();
    house.control.start();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while count.load(Ordering::SeqCst) < usize::try_from(WEBHOOKS)? && begun.elapsed() < 3 * WITHIN {
        look.tick().await;
    }
    let took = begun.elapsed();
    let heard = u32::try_from(count.load(Ordering::SeqCst))?;
    let rate = f64::from(heard) / took.as_secs_f64() * 60.0;
    figure(
        &format!("{name}: webhooks to the one that answers"),
        &format!("{rate:.0}/min"),
        Some(("1,000/min", took <= WITHIN)),
    );
    house.tasks.shut_down().await;
    house.store.close().await;
    tasks.shut_down().await;
    Ok(())
}

/// Opens a receiver that counts.
async fn receiver(tasks: &Tasks, count: Arc<AtomicUsize>) -> anyhow::Result<(String, Roots)> {
    let folder = tempfile::tempdir()?;
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, own.cert.pem())?;
    std::fs::write(&key, own.signing_key.serialize_pem())?;
    let tls = Some(server::tls::server_config(&certificate, &key)?);
    let app = axum::Router::new().route(
        "/quick",
        axum::routing::post(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { "" }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://127.0.0.1:{}/quick", listener.local_addr()?.port());
    let door =
        Door { listener, tls, limits: ConnectionLimits::default(), app, open: Metrics::default().open_connections() };
    tasks.spawn(listener::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
    Ok((url, Roots::only(&own.cert.pem()).map_err(|words| anyhow::anyhow!(words))?))
}

fn notice(house: &House, org: OrgId, project: ProjectId, number: u8, alert: u32, to: &Target) -> NewNotice {
    let at = house.control.now();
    let mut bytes = [number; 12];
    bytes.iter_mut().zip(alert.to_be_bytes()).for_each(|(to, from)| *to = from);
    let alert = AlertId::from_random(bytes);
    NewNotice {
        id: NoticeId::from_random(bytes),
        org,
        project: Some(project),
        alert: Some(alert),
        sequence: 1,
        kind: NoticeKind::Opened,
        to: to.clone(),
        content: NoticeContent::Alert(Box::new(AlertNotice {
            alert,
            config: AlertConfigId::from_random([1; 12]),
            kind: AlertKind::NetworkAccessDenied,
            subject: Subject::Project,
            state: AlertState::Open,
            severity: Severity::Error,
            org,
            org_name: "bench".to_owned(),
            project,
            project_name: "bench".to_owned(),
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
