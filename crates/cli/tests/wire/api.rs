//! `atrest api`: what is asked, and what comes out on which stream.

use crate::server::{Server, told};
use crate::terminal::Terminal;

const EAR: &str = "encryptionAtRestUsingCustomerKeyManagement";
const PROJECT: &str = "6a79aa5c0b1c2d3e4f506172";
const WARNING: &str = "warning: using default API version '2023-01-01'; consider pinning a version to ensure consistency when updating the CLI\n";

#[tokio::test]
async fn passes_an_answer_on_as_it_came() {
    let body = "{ \"awsKms\" : null}\n";
    let server = Server::start(vec![told(200, body)]);
    let ended = Terminal::at(&server.base).run(&["api", EAR, "getEncryptionAtRest", "--groupId", PROJECT]).await;
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, body, WARNING));
    let asked = &server.asked()[0];
    assert_eq!(asked.line, format!("GET /api/atlas/v2/groups/{PROJECT}/encryptionAtRest"));
    assert_eq!(asked.header("accept"), "application/vnd.atlas.2023-01-01+json");
    assert_eq!(asked.header("authorization"), "Bearer t0ken");
    assert_eq!(asked.header("content-type"), "");
    assert!(asked.header("user-agent").starts_with("atrest/"), "{asked:?}");
}

#[tokio::test]
async fn a_refusal_goes_to_standard_output_and_ends_with_1() {
    let body = r#"{"detail":"No.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":[],"reason":"Not Found"}"#;
    for status in [400, 401, 403, 404, 409, 429, 500, 302] {
        let server = Server::start(vec![told(status, body)]);
        let words = ["api", EAR, "getGroupEncryptionAtRest", "--projectId", PROJECT, "--version", "2023-01-01"];
        let ended = Terminal::at(&server.base).run(&words).await;
        assert_eq!((ended.code, ended.out.as_str()), (1, body), "{status}");
        assert_eq!(ended.err, "Error: server returned an error response code\n", "{status}");
    }
}

#[tokio::test]
async fn sends_a_body_from_a_file_or_from_standard_input() {
    let words = ["api", EAR, "updateEncryptionAtRest", "--version", "2023-01-01"];
    let body = "{\"awsKms\": {\"enabled\":false}}";
    let server = Server::start(vec![told(200, "{}"), told(200, "{}")]);
    let terminal = Terminal::at(&server.base).with("MONGODB_ATLAS_PROJECT_ID", PROJECT);
    let file = terminal.file("body.json", body).display().to_string();
    assert_eq!(terminal.run(&[&words[..], &["--file", &file]].concat()).await.code, 0);
    assert_eq!(terminal.pipe(&words, body).await.code, 0);
    for asked in server.asked() {
        assert_eq!(asked.line, format!("PATCH /api/atlas/v2/groups/{PROJECT}/encryptionAtRest"));
        assert_eq!(asked.header("content-type"), "application/vnd.atlas.2023-01-01+json");
        assert_eq!(asked.body, body);
    }

    // Both, none, or one that is not there: nothing is sent.
    let ended = terminal.pipe(&[&words[..], &["--file", &file]].concat(), body).await;
    assert_eq!(ended.err, "Error: cannot use --file flag and also input from standard input\n");
    let ended = terminal.run(&words).await;
    assert!(ended.err.starts_with("Error: the operation needs a body"), "{ended:?}");
    let ended = terminal.run(&[&words[..], &["--file", "/nowhere/body.json"]].concat()).await;
    assert!(ended.err.starts_with("Error: read /nowhere/body.json"), "{ended:?}");
    assert_eq!((ended.code, server.asked().len()), (1, 2));
}

#[tokio::test]
async fn asks_for_the_version_that_was_named_or_the_newest() {
    let check = async |typed: Option<&str>, kept: Option<&str>, date: &str, warning: &str| {
        let server = Server::start(vec![told(200, "{}")]);
        let mut terminal = Terminal::at(&server.base);
        if let Some(kept) = kept {
            terminal = terminal.with("MONGODB_ATLAS_API_VERSION", kept);
        }
        let mut words = vec!["api", "projects", "listGroups"];
        words.extend(typed.into_iter().flat_map(|typed| ["--version", typed]));
        let ended = terminal.run(&words).await;
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(server.asked()[0].header("accept"), format!("application/vnd.atlas.{date}+json"));
        assert!(ended.err.starts_with(warning) && ended.err.is_empty() == warning.is_empty(), "{ended:?}");
    };
    check(Some("2023-01-01"), None, "2023-01-01", "").await;
    check(None, Some("2023-01-01"), "2023-01-01", "").await;
    check(Some("2023-01-01"), Some("2025-03-12"), "2023-01-01", "").await;
    check(None, None, "2023-01-01", "warning: using default API version '2023-01-01'").await;
    let foreign =
        "warning: version '2025-03-12' is not supported for this endpoint, using default API version '2023-01-01'";
    check(Some("2025-03-12"), None, "2023-01-01", foreign).await;
    check(None, Some("2025-03-12"), "2023-01-01", foreign).await;
}

#[tokio::test]
async fn our_own_operations_have_one_version_and_no_warning() {
    let server = Server::start(vec![told(200, "{}")]);
    let ended = Terminal::at(&server.base).run(&["api", "keys", "listCustomerKeys", "--groupId", PROJECT]).await;
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let asked = &server.asked()[0];
    assert_eq!(asked.line, format!("GET /api/atrest/v1/groups/{PROJECT}/customerKeys"));
    assert_eq!(asked.header("accept"), "application/json");
}

#[tokio::test]
async fn sends_what_was_typed_and_nothing_else() {
    let server = Server::start(vec![told(200, "{}"), told(200, "{}")]);
    let terminal = Terminal::at(&server.base);
    let list = ["api", "clusters", "listClusters", "--groupId", "a/b c", "--version", "2024-08-05"];
    let flags = ["--pretty", "--envelope=false", "--itemsPerPage", "7"];
    assert_eq!(terminal.run(&[&list[..], &flags].concat()).await.code, 0);
    assert_eq!(terminal.run(&list).await.code, 0);
    let lines: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    let path = "GET /api/atlas/v2/groups/a%2Fb%20c/clusters";
    assert_eq!(lines, [format!("{path}?envelope=false&pretty=true&itemsPerPage=7"), path.to_owned()]);
}

#[tokio::test]
async fn names_what_is_missing_and_asks_nobody() {
    let terminal = Terminal::at("http://127.0.0.1:1");
    let ended = terminal.run(&["api", EAR, "getEncryptionAtRest"]).await;
    assert!(ended.err.contains("required flag(s) \"groupId\" not set"), "{ended:?}");
    let ended = terminal.run(&["api", EAR, "getRestPrivateEndpoint", "--groupId", "1"]).await;
    assert!(ended.err.contains("--cloudProvider") && ended.err.contains("--endpointId"), "{ended:?}");
    let ended = terminal.run(&["api", EAR, "getEncryptionAtRest", "--groupId", ".."]).await;
    assert!(ended.err.contains("\"..\" is no name"), "{ended:?}");
    let ended = terminal.run(&["api", EAR, "getEncryptionAtRest", "--groupId", "1", "-o", "xml"]).await;
    assert!(ended.err.contains("json or table"), "{ended:?}");
    let ended = Terminal::empty().run(&["api", EAR, "getEncryptionAtRest", "--groupId", "1"]).await;
    assert!(ended.err.starts_with("Error: no server is named"), "{ended:?}");
    assert_eq!(ended.code, 1);
}

#[tokio::test]
async fn writes_an_answer_to_a_file_of_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start(vec![told(200, "{\"privateKey\":\"x\"}"), told(404, "{\"error\":404}")]);
    let terminal = Terminal::at(&server.base);
    let path = terminal.file("answer.json", "an older and longer answer, for everybody");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let path_text = path.display().to_string();
    let words = ["api", EAR, "getEncryptionAtRest", "--groupId", PROJECT, "--outputFile", &path_text];
    let ended = terminal.run(&words).await;
    assert_eq!((ended.code, ended.out.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"privateKey\":\"x\"}");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A refusal is shown, and what was there stays.
    let ended = terminal.run(&words).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, "{\"error\":404}"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"privateKey\":\"x\"}");
}

#[tokio::test]
async fn draws_a_table_of_any_answer() {
    let server = Server::start(vec![told(200, r#"{"results":[{"name":"a","id":"1"},{"id":"22"}],"totalCount":2}"#)]);
    let words = ["api", "projects", "listGroups", "-o", "table", "--version", "2023-01-01"];
    let ended = Terminal::at(&server.base).run(&words).await;
    assert_eq!(ended.out, "ID   NAME\n1    a\n22\n");
}

#[tokio::test]
async fn warns_of_a_version_that_ends() {
    let answer = told(200, "{}")
        .header("Deprecation: Mon, 5 Aug 2024 00:00:00 GMT")
        .header("Sunset: Thu, 1 Jul 2027 00:00:00 GMT");
    let server = Server::start(vec![answer]);
    let words = ["api", "projects", "listGroups", "--version", "2023-01-01"];
    let ended = Terminal::at(&server.base).run(&words).await;
    assert!(ended.err.contains("ends on Thu, 1 Jul 2027"), "{ended:?}");
}

#[tokio::test]
async fn says_when_nobody_answers() {
    let ended =
        Terminal::at("http://127.0.0.1:1").run(&["api", "projects", "listGroups", "--version", "2023-01-01"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.err.starts_with("Error: no answer from http://127.0.0.1:1"), "{ended:?}");
}
