//! Tests of names: the Atlas CLI's spelling of a tag.

use super::tag_name;

#[test]
fn spells_tags_as_the_atlas_cli_does() {
    let check = |tag: &str, expected: &str| assert_eq!(tag_name(tag), expected);
    check("Encryption at Rest using Customer Key Management", "encryptionAtRestUsingCustomerKeyManagement");
    check("MongoDB Cloud Users", "mongoDbCloudUsers");
    check("Programmatic API Keys", "programmaticApiKeys");
    check("Project IP Access List", "projectIpAccessList");
    check("Cloud Provider Access", "cloudProviderAccess");
    check("Alert Configurations", "alertConfigurations");
    check("Root", "root");
}
