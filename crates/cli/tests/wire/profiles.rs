//! `atrest profile`, and what a profile does for the other commands.

use std::os::unix::fs::PermissionsExt as _;

use crate::server::{Server, told};
use crate::terminal::Terminal;

const LIST: &[&str] = &["api", "projects", "listGroups", "--version", "2023-01-01"];

#[tokio::test]
async fn keeps_settings_for_its_owner_alone() {
    let terminal = Terminal::empty();
    let server = Server::start(vec![told(200, "{}")]);
    assert_eq!(terminal.run(&["profile", "set", "ops_manager_url", &format!("{}/", server.base)]).await.code, 0);
    assert_eq!(terminal.pipe(&["profile", "set", "access_token"], "s3cret\n").await.code, 0);
    assert_eq!(terminal.run(&["profile", "set", "project_id", "42", "-P", "other"]).await.code, 0);
    let file = terminal.home().join(".config/atrest/config.toml");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(terminal.run(&["profile", "list"]).await.out, "default\nother\n");

    let shown = terminal.run(&["profile", "describe"]).await.out;
    assert!(shown.contains("base_url") && shown.contains("redacted") && !shown.contains("s3cret"), "{shown}");
    assert_eq!(terminal.run(LIST).await.code, 0);
    assert_eq!(server.asked()[0].header("authorization"), "Bearer s3cret");

    let ended = terminal.run(&["profile", "delete", "other"]).await;
    assert!(ended.err.contains("--force"), "{ended:?}");
    assert_eq!(terminal.run(&["profile", "delete", "other", "--force"]).await.code, 0);
    assert_eq!(terminal.run(&["profile", "list"]).await.out, "default\n");
    assert_eq!(terminal.run(&["profile", "set", "access_token", ""]).await.code, 0);
    assert!(!std::fs::read_to_string(file).unwrap().contains("s3cret"));
}

#[tokio::test]
async fn takes_no_secret_from_a_command_line() {
    let terminal = Terminal::empty();
    for key in ["private_api_key", "client_secret", "access_token"] {
        let ended = terminal.run(&["profile", "set", key, "s3cret"]).await;
        assert!(ended.code == 1 && ended.err.contains("pipe it") && !ended.err.contains("s3cret"), "{ended:?}");
    }
    assert!(!terminal.home().join(".config").exists());
    let ended = terminal.run(&["profile", "set", "colour", "red"]).await;
    assert!(ended.err.contains("there is no setting colour; there are base_url"), "{ended:?}");
    let ended = terminal.run(&["profile", "set", "base_url", "http://example.com"]).await;
    assert!(ended.err.contains("use https"), "{ended:?}");
}

#[tokio::test]
async fn refuses_a_file_of_secrets_that_others_may_read() {
    let terminal = Terminal::empty();
    assert_eq!(terminal.pipe(&["profile", "set", "private_api_key"], "s3cret").await.code, 0);
    let file = terminal.home().join(".config/atrest/config.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let ended = terminal.run(LIST).await;
    assert!(ended.code == 1 && ended.err.contains("chmod 600"), "{ended:?}");
    std::fs::write(&file, "private_api_key = \"s3cret").unwrap();
    let ended = terminal.run(LIST).await;
    assert!(ended.err.contains("is not written as TOML") && !ended.err.contains("s3cret"), "{ended:?}");
}

#[tokio::test]
async fn the_environment_wins_and_its_credentials_count_as_a_whole() {
    let server = Server::start(vec![told(200, "{}")]);
    let terminal = Terminal::empty();
    for (key, value) in [("base_url", "https://elsewhere.example.com"), ("project_id", "kept")] {
        assert_eq!(terminal.run(&["profile", "set", key, value]).await.code, 0);
    }
    assert_eq!(terminal.pipe(&["profile", "set", "access_token"], "kept").await.code, 0);
    let terminal = terminal
        .with("ATREST_BASE_URL", &server.base)
        .with("MONGODB_ATLAS_BASE_URL", "https://loses.example.com")
        .with("ATREST_ACCESS_TOKEN", "typed");
    let ended = terminal.run(&["clusters", "list", "-o", "json"]).await;
    assert_eq!(ended.code, 0, "{ended:?}");
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /api/atlas/v2/groups/kept/clusters");
    assert_eq!(asked.header("authorization"), "Bearer typed");
}

#[tokio::test]
async fn an_unknown_profile_is_an_error_by_name() {
    let ended = Terminal::at("http://127.0.0.1:1").run(&[LIST, &["-P", "nobody"]].concat()).await;
    assert!(ended.code == 1 && ended.err.starts_with("Error: there is no profile nobody"), "{ended:?}");
}

#[tokio::test]
async fn fills_a_profile_from_dev_mode() {
    let terminal = Terminal::empty();
    terminal.file(
        "dev.json",
        r#"{"api":{"baseUrl":"http://127.0.0.1:8080","orgId":"o","projectId":"p","apiKey":{"publicKey":"pub","privateKey":"s3cret"}}}"#,
    );
    let folder = terminal.home().display().to_string();
    let ended = terminal.run(&["profile", "use-dev", &folder, "-P", "dev"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{ended:?}");
    let shown = terminal.run(&["profile", "describe", "dev"]).await.out;
    assert!(shown.contains("http://127.0.0.1:8080") && !shown.contains("s3cret"), "{shown}");
    let ended = terminal.run(&["profile", "use-dev", "/nowhere"]).await;
    assert!(ended.code == 1 && ended.err.contains("is `atrest dev` running"), "{ended:?}");
}
