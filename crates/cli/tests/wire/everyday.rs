//! The everyday commands: tables for people, JSON for programs, refusals as the SDKs put them.

use crate::server::{Server, told};
use crate::terminal::Terminal;

fn terminal(server: &Server) -> Terminal {
    Terminal::at(&server.base).with("ATREST_PROJECT_ID", "p1").with("ATREST_ORG_ID", "o1")
}

#[tokio::test]
async fn lists_in_a_table_and_says_when_there_is_more() {
    let body = r#"{"results":[{"id":"1","name":"a\u001b[2J","clusterCount":2,"created":"2026-01-01T00:00:00Z"}],"links":[{"rel":"self"},{"rel":"next"}],"totalCount":7}"#;
    let server = Server::start(vec![told(200, body), told(200, body)]);
    let ended = terminal(&server).run(&["projects", "list", "--limit", "1", "--page", "3"]).await;
    assert_eq!(ended.out, "ID   NAME    CLUSTERS   CREATED\n1    a [2J   2          2026-01-01T00:00:00Z\n");
    assert_eq!((ended.code, ended.err.as_str()), (0, "1 of 7; --page shows the next\n"));
    assert_eq!(server.asked()[0].line, "GET /api/atlas/v2/groups?itemsPerPage=1&pageNum=3");
    let ended = terminal(&server).with("ATREST_OUTPUT", "json").run(&["projects", "list"]).await;
    assert_eq!((ended.out.as_str(), ended.err.as_str()), (body, ""));
}

#[tokio::test]
async fn makes_a_body_of_flags() {
    let server = Server::start(vec![told(201, "{}"), told(201, "{}"), told(202, "{}"), told(200, "{}")]);
    let terminal = terminal(&server);
    let create = ["clusters", "create", "c1", "--provider", "AWS", "--region", "US_EAST_1", "--members", "5"];
    assert_eq!(terminal.run(&[&create[..], &["--encryptionAtRestProvider", "AWS"]].concat()).await.code, 0);
    assert_eq!(terminal.run(&["projects", "create", "billing"]).await.code, 0);
    assert_eq!(terminal.run(&["endpoints", "create", "--provider", "azure", "--region", "EUROPE_WEST"]).await.code, 0);
    assert_eq!(terminal.run(&["clusters", "pause", "c1"]).await.code, 0);
    let asked = server.asked();
    let body = |at: usize| serde_json::from_str::<serde_json::Value>(&asked[at].body).unwrap();
    assert_eq!(asked[0].line, "POST /api/atlas/v2/groups/p1/clusters");
    assert_eq!(
        body(0),
        serde_json::json!({ "name": "c1", "clusterType": "REPLICASET", "encryptionAtRestProvider": "AWS", "replicationSpecs": [
            { "regionConfigs": [{ "priority": 7, "providerName": "AWS", "regionName": "US_EAST_1",
                "electableSpecs": { "nodeCount": 5, "instanceSize": "M10" } }] }] })
    );
    assert_eq!(body(1), serde_json::json!({ "name": "billing", "orgId": "o1" }));
    assert_eq!(asked[2].line, "POST /api/atlas/v2/groups/p1/encryptionAtRest/AZURE/privateEndpoints");
    assert_eq!(body(3), serde_json::json!({ "paused": true }));
}

#[tokio::test]
async fn a_setting_of_alerts_says_what_was_typed_and_nothing_that_its_type_does_not_have() {
    let server = Server::start((0..4).map(|_| told(201, "{}")).collect());
    let terminal = terminal(&server);
    let create = ["alerts", "settings", "create", "--event", "CLUSTER_DELETED"];
    let mail = ["--notificationType", "EMAIL", "--notificationEmailAddress", "ops@example.org"];
    for flags in [&mail[..], &["--enabled"], &["--enabled=false"], &["--enabled", "false"]] {
        let ended = terminal.run(&[&create[..], flags].concat()).await;
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let bodies =
        server.asked().into_iter().map(|asked| serde_json::from_str::<serde_json::Value>(&asked.body).unwrap());
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(
        bodies[0],
        serde_json::json!({ "eventTypeName": "CLUSTER_DELETED", "enabled": true, "notifications": [
            { "typeName": "EMAIL", "emailAddress": "ops@example.org", "delayMin": 0, "intervalMin": 60 }] })
    );
    let enabled: Vec<_> = bodies.iter().map(|body| body["enabled"].as_bool().unwrap()).collect();
    assert_eq!(enabled, [true, true, false, false]);
}

#[tokio::test]
async fn one_flag_does_not_silently_win_over_another() {
    let terminal = Terminal::at("http://127.0.0.1:1").with("ATREST_PROJECT_ID", "p1");
    let ended = terminal.run(&["alerts", "acknowledge", "a1", "--until", "2027-01-31T00:00:00Z", "--forever"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (1, "Error: give --until or --forever, not both\n"));
}

#[tokio::test]
async fn a_pipe_through_which_nothing_comes_is_no_body() {
    let server = Server::start(vec![told(201, "{}")]);
    let terminal = terminal(&server);
    let ended = terminal.pipe(&["access", "serviceAccounts", "rotate", "a1"], "").await;
    assert_eq!((ended.code, server.asked()[0].body.as_str()), (0, r#"{"secretExpiresAfterHours":2160}"#), "{ended:?}");
    let ended = terminal.pipe(&["encryption", "update"], "").await;
    assert!(ended.code == 1 && ended.err.contains("give the request's body"), "{ended:?}");
}

#[tokio::test]
async fn names_each_flag_that_is_missing() {
    let terminal = Terminal::at("http://127.0.0.1:1").with("ATREST_PROJECT_ID", "p1");
    let ended = terminal.run(&["clusters", "create", "c1", "--tier", "M30"]).await;
    assert_eq!(ended.err, "Error: required flag(s) \"provider\", \"region\" not set; or give --file\n");
    let file = terminal.file("c.json", "{}").display().to_string();
    let ended = terminal.run(&["clusters", "create", "c1", "--file", &file]).await;
    assert!(ended.err.contains("not both"), "{ended:?}");
    let ended =
        terminal.run(&["clusters", "create", "c1", "--provider", "AWS", "--region", "R", "--members", "x"]).await;
    assert!(ended.err.contains("--members: \"x\" is no number"), "{ended:?}");
    let ended = terminal.run(&["encryption", "update"]).await;
    assert!(ended.err.contains("give the request's body"), "{ended:?}");
    let ended = terminal.run(&["clusters", "update", "c1"]).await;
    assert!(ended.err.contains("a flag that says what to change"), "{ended:?}");
}

#[tokio::test]
async fn a_refusal_is_one_error_with_every_fault() {
    let body = r#"{"badRequestDetail":{"fields":[{"field":"awsKms.region","description":"Wrong."},{"field":"awsKms.x\u0007","description":"Unknown."}]},"detail":"Two are wrong.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["a",2],"reason":"Bad Request"}"#;
    let server = Server::start(vec![told(400, body)]);
    let ended = terminal(&server).pipe(&["encryption", "update"], "{}").await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert_eq!(
        ended.err,
        format!(
            "Error: {}/api/atlas/v2/groups/p1/encryptionAtRest PATCH: HTTP 400 Bad Request (Error code: \
             \"VALIDATION_ERROR\") Detail: Two are wrong. Reason: Bad Request. Params: [a 2]\n  awsKms.region: Wrong.\n  \
             awsKms.x : Unknown.\n",
            server.base
        )
    );
    let server = Server::start(vec![told(502, "<html>")]);
    let ended = terminal(&server).run(&["encryption", "describe"]).await;
    assert!(ended.err.contains("HTTP 502, and not in the words of Atrest"), "{ended:?}");
}

#[tokio::test]
async fn deleting_is_never_done_unasked() {
    let server = Server::start(vec![told(202, "{}")]);
    let terminal = terminal(&server);
    let ended = terminal.run(&["clusters", "delete", "c1"]).await;
    assert!(ended.code == 1 && ended.err.contains("--force is needed"), "{ended:?}");
    assert!(server.asked().is_empty());
    let ended = terminal.run(&["clusters", "delete", "c1", "--force"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (0, "Cluster 'c1' is being deleted\n"));
    assert_eq!(server.asked()[0].line, "DELETE /api/atlas/v2/groups/p1/clusters/c1");
}

#[tokio::test]
async fn shows_each_provider_in_a_row() {
    let body = r#"{"awsKms":{"enabled":true,"valid":true,"requirePrivateNetworking":false,"roleId":"r","customerMasterKeyID":"k"},"azureKeyVault":{"enabled":false,"valid":false},"googleCloudKms":{"enabled":false,"valid":false},"enabledForSearchNodes":false}"#;
    let server = Server::start(vec![told(200, body)]);
    let ended = terminal(&server).run(&["encryption", "describe"]).await;
    assert_eq!(
        ended.out,
        "PROVIDER   ENABLED   VALID   PRIVATE   ROLE   KEY\n\
         AWS        true      true    false     r      k\n\
         AZURE      false     false\n\
         GCP        false     false\n"
    );
}

#[tokio::test]
async fn a_completion_script_knows_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = Terminal::empty().run(&["completion", shell]).await;
        assert_eq!(ended.code, 0);
        for word in ["updateEncryptionAtRest", "updateGroupEncryptionAtRest", "listMasterKeys", "groupId", "use-dev"] {
            assert!(ended.out.contains(word), "{shell} {word}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_ends_with_2_when_the_candidate_does_not_pass() {
    let answer = |passed: bool| {
        let status = if passed { "PASSED" } else { "FAILED" };
        format!(
            r#"{{"passed":{passed},"providers":[{{"provider":"AWS","passed":{passed},"items":[{{"check":"KEY_STATE","status":"{status}","code":null,"detail":null}}]}}]}}"#
        )
    };
    let refusal = r#"{"error":400,"errorCode":"VALIDATION_ERROR","detail":"No.","reason":"Bad Request"}"#;
    let server = Server::start(vec![
        told(200, &answer(true)),
        told(200, &answer(false)),
        told(200, &answer(false)),
        told(200, "{}"),
        told(400, refusal),
    ]);
    let terminal = terminal(&server);
    let check = ["encryption", "check"];
    let ended = terminal.pipe(&check, "{}").await;
    assert!(ended.code == 0 && ended.out.contains("KEY_STATE   PASSED") && ended.err.is_empty(), "{ended:?}");
    let ended = terminal.pipe(&check, "{}").await;
    assert!(ended.code == 2 && ended.out.contains("KEY_STATE   FAILED") && ended.err.is_empty(), "{ended:?}");
    let ended = terminal.pipe(&["encryption", "check", "-o", "json"], "{}").await;
    assert_eq!((ended.code, ended.out), (2, answer(false)));
    // An answer in other words is no pass.
    assert_eq!(terminal.pipe(&check, "{}").await.code, 2);
    let ended = terminal.pipe(&check, "{}").await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{ended:?}");
    assert_eq!(server.asked()[0].line, "POST /api/atrest/v1/groups/p1/encryptionAtRest:check");
}
