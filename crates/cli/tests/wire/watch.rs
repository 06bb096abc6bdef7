//! `--watch`: what is looked at, when it ends and how.

use std::time::Duration;

use crate::server::{Server, told};
use crate::terminal::Terminal;

const CREATE: &[&str] = &["endpoints", "create", "--provider", "aws", "--region", "US_EAST_1", "--watch"];

fn endpoint(status: &str, error: &str) -> String {
    format!(
        r#"{{"cloudProvider":"AWS","errorMessage":"{error}","id":"e1","regionName":"US_EAST_1","status":"{status}"}}"#
    )
}

fn terminal(server: &Server) -> Terminal {
    Terminal::at(&server.base).with("ATREST_PROJECT_ID", "p1").at_pace(Duration::from_millis(1))
}

#[tokio::test]
async fn waits_until_an_endpoint_stands() {
    let server = Server::start(vec![
        told(202, &endpoint("INITIATING", "")),
        told(200, &endpoint("INITIATING", "")),
        told(503, r#"{"error":503,"errorCode":"X","detail":"later"}"#),
        told(200, &endpoint("ACTIVE", "")),
    ]);
    let ended = terminal(&server).run(CREATE).await;
    assert_eq!((ended.code, ended.err.as_str()), (0, "INITIATING\nACTIVE\n"));
    assert!(ended.out.contains("ACTIVE") && !ended.out.contains("INITIATING"), "{ended:?}");
    let path = "/api/atlas/v2/groups/p1/encryptionAtRest/AWS/privateEndpoints";
    let lines: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines[0], format!("POST {path}"));
    assert!(lines[1..].iter().all(|line| *line == format!("GET {path}/e1")), "{lines:?}");
}

#[tokio::test]
async fn ends_with_1_when_it_fails_and_says_why() {
    let server =
        Server::start(vec![told(202, &endpoint("INITIATING", "")), told(200, &endpoint("FAILED", "no such zone"))]);
    let ended = terminal(&server).run(CREATE).await;
    assert_eq!((ended.code, ended.err.as_str()), (1, "FAILED\nError: it is FAILED: no such zone\n"));
}

#[tokio::test]
async fn a_deletion_is_over_when_nothing_is_there() {
    let server = Server::start(vec![told(202, "{}"), told(200, r#"{"stateName":"DELETING"}"#), told(404, "{}")]);
    let ended = terminal(&server).run(&["clusters", "delete", "c1", "--force", "-w"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (0, "DELETING\n"), "{ended:?}");
}

#[tokio::test]
async fn a_refused_creation_is_not_waited_for() {
    let server = Server::start(vec![told(409, r#"{"error":409,"errorCode":"X","detail":"no","reason":"Conflict"}"#)]);
    let ended = terminal(&server).run(CREATE).await;
    assert_eq!((ended.code, server.asked().len()), (1, 1), "{ended:?}");
}

#[tokio::test]
async fn the_api_command_waits_too_and_has_shown_the_answer() {
    let cluster = |state: &str| format!(r#"{{"name":"c1","stateName":"{state}"}}"#);
    let server = Server::start(vec![
        told(201, &cluster("CREATING")),
        told(200, &cluster("CREATING")),
        told(200, &cluster("CREATING")),
        told(200, &cluster("CREATING")),
    ]);
    let words = ["api", "clusters", "createCluster", "--version", "2024-10-23", "-w", "--watchTimeout", "1"];
    let ended = terminal(&server).at_pace(Duration::from_millis(600)).pipe(&words, "{\"name\":\"c1\"}").await;
    assert_eq!((ended.code, ended.out), (1, cluster("CREATING")));
    assert_eq!(ended.err, "CREATING\nError: it has not come about in time; it is CREATING\n");
}
