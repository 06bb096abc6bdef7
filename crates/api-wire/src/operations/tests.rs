//! Tests of the registry: that it is complete, consistent, and changes only on purpose.

use std::collections::HashSet;
use std::fmt::Write;

use super::{Access, OPERATIONS, OperationId};
use crate::body::text_fault;
use crate::query::{ENVELOPE, PRETTY};
use crate::schema::Kind;

#[test]
fn lists_every_operation_once_under_its_own_id() {
    let mut ids = HashSet::new();
    let mut routes = HashSet::new();
    let mut names = HashSet::new();
    for operation in OPERATIONS {
        assert!(std::ptr::eq(*operation, operation.id.operation()));
        assert!(ids.insert(operation.id));
        assert!(routes.insert((operation.method, operation.full_path())));
        assert!(names.insert(operation.operation_id), "{}", operation.operation_id);
        if let Some(alias) = operation.alias {
            assert!(names.insert(alias), "{alias}");
        }
    }
}

#[test]
fn keeps_each_entry_consistent() {
    for operation in OPERATIONS {
        let name = operation.operation_id;
        assert!(!operation.versions.is_empty(), "{name}");
        assert!(operation.versions.iter().map(|entry| entry.version).is_sorted(), "{name}");
        assert!(operation.errors.is_sorted(), "{name}");
        for parameter in [&ENVELOPE, &PRETTY] {
            assert!(operation.query.iter().any(|p| std::ptr::eq(*p, parameter)), "{name}");
        }
        let has = |status| operation.errors.contains(&status);
        assert_eq!(has(401), operation.access != Access::Public, "{name}");
        // A body can name what is not there too.
        let names_something = operation.path_parameters().next().is_some() || operation.id == OperationId::CreateGroup;
        assert_eq!(has(404), names_something, "{name}");
        assert_eq!(has(415), operation.takes_body(), "{name}");
        assert_eq!(has(413), operation.takes_body(), "{name}");
        for status in [400, 406, 429, 500, 503] {
            assert!(has(status), "{name} {status}");
        }
        let parameters: Vec<_> = operation.path_parameters().collect();
        match operation.access {
            Access::Project(_) => assert_eq!(parameters.first(), Some(&"groupId"), "{name}"),
            Access::Organization(_) => assert_eq!(parameters.first(), Some(&"orgId"), "{name}"),
            // What they name has no roles of its own.
            Access::Public | Access::Authenticated => {
                assert!(parameters.iter().all(|name| !matches!(*name, "groupId" | "orgId")), "{name}");
            }
        }
    }
}

#[test]
fn describes_every_parameter_of_a_path_for_what_it_is() {
    for operation in OPERATIONS {
        for name in operation.path_parameters() {
            assert!(operation.path_parameter(name).is_some(), "{} {name}", operation.operation_id);
        }
    }
    let fits = |id: OperationId, name: &str, text: &str| {
        let Kind::Text(rule) = &id.operation().path_parameter(name).unwrap().schema.kind else { panic!("text") };
        text_fault(text, rule).is_none()
    };
    let id = "32b6e34b3d91647abb20e7b8";
    assert!(fits(OperationId::GetGroup, "groupId", id) && !fits(OperationId::GetGroup, "groupId", "shop"));
    assert!(fits(OperationId::GetGroupByName, "groupName", "Shop é"));
    assert!(fits(OperationId::GetTeamByName, "teamName", "dba"));
    assert!(fits(OperationId::GetGroupLimit, "limitName", "atlas.project.deployment.clusters"));
    assert!(fits(OperationId::GetAccessListEntry, "entryValue", "2001:db8::/32"));
    assert!(fits(OperationId::GetOrgAccessEntry, "ipAddress", "203.0.113.9"));
    assert!(fits(OperationId::GetOrgServiceAccount, "clientId", &format!("mdb_sa_id_{id}")));
    assert!(!fits(OperationId::GetOrgServiceAccount, "clientId", id));
    assert!(fits(OperationId::GetMasterKey, "masterKeyId", "632ff709-32a8-48a3-8224-30d2386fadaf"));
    assert!(fits(OperationId::GetFlexCluster, "name", "Cluster0"));
    assert!(fits(OperationId::GetRateLimit, "endpointSetId", "encryptionAtRest"));
    assert!(OperationId::GetGroup.operation().path_parameter("orgId").is_none());
}

#[test]
fn changes_only_on_purpose() {
    let mut table = String::new();
    for operation in OPERATIONS {
        let versions: Vec<_> =
            operation.versions.iter().map(|entry| entry.version.map_or("-", super::ApiVersion::as_str)).collect();
        let query = operation.query.iter().map(|parameter| parameter.name);
        let query: Vec<_> = query.chain(operation.headers.iter().map(|header| header.name)).collect();
        let limit = operation.rate_limit;
        writeln!(
            table,
            "{} {}\n  {} · {} · {:?} · {}\n  versions {} · errors {:?}\n  query {}\n  limit {} {:?} {}+{}/{}s",
            operation.method.as_str(),
            operation.full_path(),
            operation.operation_id,
            operation.tag,
            operation.access,
            operation.success,
            versions.join(" "),
            operation.errors,
            query.join(" "),
            limit.id,
            limit.scope,
            limit.capacity,
            limit.refill,
            limit.refill_period,
        )
        .unwrap();
    }
    insta::assert_snapshot!(table);
}
