//! Every route with every role: who is refused is told the role that is needed, and everybody else comes past. The
//! page `docs/routes.md` is written from the same table; `ATREST_WRITE_DOCS=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use api_wire::operations::{
    Access, Api, OPERATIONS, Operation, OperationId, OrgRole as NeededOrgRole, ProjectRole as NeededRole,
};
use domain::access::{Grants, OrgRole, ProjectRole};

use crate::database::Database;
use crate::house::House;
use crate::oauth::token;

/// What the table cannot say: who more is refused further on.
#[expect(clippy::wildcard_enum_match_arm, reason = "few operations have a rule of their own")]
const fn note(operation: &Operation) -> &'static str {
    match operation.id {
        OperationId::CreateGroup => "Organization Project Creator in the organization of the body",
        OperationId::CreateOrgAccessEntry | OperationId::DeleteAccessEntry => "the key itself, or Organization Owner",
        OperationId::InviteGroupServiceAccount => "Organization Owner",
        OperationId::CreateCluster | OperationId::UpdateCluster => {
            "Project Owner where `encryptionAtRestProvider` is set or changed"
        }
        _ => "",
    }
}

/// The role of ours that an operation asks for.
fn needed_in_project(role: NeededRole) -> ProjectRole {
    ProjectRole::by_name(role.as_str()).unwrap()
}

fn needed_in_org(role: NeededOrgRole) -> OrgRole {
    OrgRole::by_name(role.as_str()).unwrap()
}

/// Every set of roles that is one role, and what it is called.
fn callers(house: &House) -> Vec<(&'static str, Grants)> {
    let org = OrgRole::ALL.iter().map(|role| (role.title(), house.grants(*role, &[])));
    let member = |role: &ProjectRole| house.grants(OrgRole::Member, &[(house.project, *role)]);
    org.chain(ProjectRole::ALL.iter().map(|role| (role.title(), member(role)))).collect()
}

/// A path whose project and organization are there, and nothing else is.
fn path(house: &House, operation: &Operation) -> String {
    let path = operation.full_path().replace("{groupId}", &house.project.to_string());
    let path = path.replace("{orgId}", &house.org.to_string()).replace("{cloudProvider}", "AWS");
    let parts = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
        Some((_, verb)) => format!("0123456789abcdef01234567{verb}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn each_role_comes_past_exactly_where_the_table_says() {
    let house = House::open(Database::sqlite()).await;
    let org = house.org;
    for (name, grants) in callers(&house) {
        let account = house.control.create_service_account("walker", grants.clone()).await.unwrap();
        let bearer = token(&house, &account).await;
        for operation in OPERATIONS {
            let (may, sees, needed) = match operation.access {
                Access::Public | Access::Authenticated => (true, true, String::new()),
                Access::Project(role) => {
                    let wanted = needed_in_project(role);
                    let may = grants.allow_in_project(house.project, org, wanted);
                    (may, grants.can_see(house.project, org), format!("{} ({})", wanted.title(), wanted.name()))
                }
                Access::Organization(role) => {
                    let wanted = needed_in_org(role);
                    (grants.allow_in_org(org, wanted), true, format!("{} ({})", wanted.title(), wanted.name()))
                }
            };
            if may && [OperationId::DeleteGroup, OperationId::DeleteOrg].contains(&operation.id) {
                // The ground that the others stand on.
                continue;
            }
            // A body that nobody reads, and ids of nobody: whoever comes past the roles changes nothing.
            let call = house.nobody(operation.method.as_str(), &path(&house, operation)).bearer(&bearer);
            let call = if operation.takes_body() { call.header("Content-Type", "text/plain").body("x") } else { call };
            let got = call.send().await;
            let what = format!("{name}: {} {}: {}", operation.method.as_str(), operation.full_path(), got.text());
            let refusals = ["USER_UNAUTHORIZED", "GROUP_NOT_FOUND", "ORG_NOT_FOUND", "UNEXPECTED_ERROR"];
            match (may, sees) {
                (true, _) => assert!(got.status < 300 || !refusals.contains(&got.code().as_str()), "{what}"),
                (false, true) => {
                    assert_eq!((got.status, got.code().as_str()), (403, "USER_UNAUTHORIZED"), "{what}");
                    assert!(got.detail().contains(&needed), "{needed}: {what}");
                }
                (false, false) => assert_eq!((got.status, got.code().as_str()), (404, "GROUP_NOT_FOUND"), "{what}"),
            }
        }
        // Fresh buckets for the next one: what is counted by project or address is shared.
        house.pass(std::time::Duration::from_secs(600));
    }
    house.end().await;
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever changed a route says so by the environment")]
fn the_page_of_routes_is_what_the_table_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/routes.md");
    let wanted = page();
    if std::env::var_os("ATREST_WRITE_DOCS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "docs/routes.md is old: run this test with ATREST_WRITE_DOCS=1");
}

fn page() -> String {
    let mut page = String::from(
        "# Routes and roles\n\nWritten from the registry of operations by a test, which also walks every route with every role. \
         Whoever lacks the role gets 403 with its name; whoever cannot see the project or organization at all gets 404. \
         Roles are explained in [access](access.md).\n",
    );
    page.push_str("\n## What is as good as what\n\n| needed | also good enough |\n|---|---|\n");
    for role in ProjectRole::ALL.into_iter().filter(|role| asked_in_project().contains(role)) {
        let _ = writeln!(page, "| {} `{}` | {} |", role.title(), role.name(), holders_in_project(role));
    }
    for role in OrgRole::ALL.into_iter().filter(|role| asked_in_org().contains(role)) {
        let _ = writeln!(page, "| {} `{}` | {} |", role.title(), role.name(), holders_in_org(role));
    }
    for (api, title) in [(Api::Atlas, "Atlas Administration API"), (Api::Atrest, "Our own additions")] {
        let _ = write!(page, "\n## {title}\n\nBelow `{}`.\n\n| method | path | needs |\n|---|---|---|\n", api.base());
        for operation in OPERATIONS.iter().filter(|operation| operation.api == api) {
            let _ = writeln!(
                page,
                "| {} | `{}` | {} |",
                operation.method.as_str(),
                if operation.path.is_empty() { "/" } else { operation.path },
                needs(operation)
            );
        }
    }
    page
}

fn needs(operation: &Operation) -> String {
    let role = match operation.access {
        Access::Public => "nothing".to_owned(),
        Access::Authenticated => "credentials".to_owned(),
        Access::Project(role) => role.title().to_owned(),
        Access::Organization(role) => role.title().to_owned(),
    };
    match note(operation) {
        "" => role,
        note => format!("{role}; {note}"),
    }
}

fn asked_in_project() -> BTreeSet<ProjectRole> {
    let asked = OPERATIONS.iter().filter_map(|operation| match operation.access {
        Access::Project(role) => Some(needed_in_project(role)),
        Access::Organization(_) | Access::Authenticated | Access::Public => None,
    });
    asked.collect()
}

fn asked_in_org() -> BTreeSet<OrgRole> {
    let asked = OPERATIONS.iter().filter_map(|operation| match operation.access {
        Access::Organization(role) => Some(needed_in_org(role)),
        Access::Project(_) | Access::Authenticated | Access::Public => None,
    });
    asked.collect()
}

fn holders_in_project(wanted: ProjectRole) -> String {
    if wanted == ProjectRole::ReadOnly {
        return "every role in the project; Organization Owner, Organization Read Only, Organization Stream Processing \
                Admin"
            .to_owned();
    }
    let own =
        ProjectRole::ALL.into_iter().filter(|role| *role != wanted && role.covers(wanted)).map(ProjectRole::title);
    let org = OrgRole::ALL.into_iter().filter(|role| role.in_every_project().is_some_and(|role| role.covers(wanted)));
    own.chain(org.map(OrgRole::title)).collect::<Vec<_>>().join(", ")
}

fn holders_in_org(wanted: OrgRole) -> String {
    let held = OrgRole::ALL.into_iter().filter(|role| *role != wanted && role.covers(wanted)).map(OrgRole::title);
    let held = held.collect::<Vec<_>>().join(", ");
    if held.is_empty() { "none".to_owned() } else { held }
}
