//! How a release lies in its line: JSON with its members in this order and no spaces, so that equal releases give
//! equal bytes. A line that was written stays readable: members are added at the end, and none is ever renamed.

use domain::cluster::ClusterName;
use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind};
use domain::node::{NodeName, NodeRole, Serial};
use domain::release::{Release, ReleaseAct};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::ReleaseLine;
use crate::error::{Result, StoreError};
use crate::sql::to_json;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineText {
    project: String,
    act: String,
    key: String,
    provider: String,
    customer_key: i64,
    customer_key_name: String,
    customer_key_material: Option<String>,
    node: String,
    node_name: String,
    role: String,
    cluster: String,
    cluster_name: String,
    serial: String,
    address: String,
    /// Milliseconds since 1970, UTC.
    at: i64,
    times: u64,
}

/// Writes a release as its line.
pub(super) fn write(release: &Release) -> Result<String> {
    let Release {
        project,
        act,
        key,
        provider,
        customer_key,
        customer_key_version: CustomerKeyVersion { key: key_name, material },
        node,
        node_name,
        role,
        cluster,
        cluster_name,
        serial,
        address,
        at,
        times,
    } = release;
    to_json(&LineText {
        project: project.to_string(),
        act: act.name().to_owned(),
        key: key.to_string(),
        provider: provider.name().to_owned(),
        customer_key: customer_key.stored(),
        customer_key_name: key_name.clone(),
        customer_key_material: material.clone(),
        node: node.to_string(),
        node_name: node_name.as_str().to_owned(),
        role: role.name().to_owned(),
        cluster: cluster.to_string(),
        cluster_name: cluster_name.as_str().to_owned(),
        serial: serial.to_string(),
        address: address.to_string(),
        at: at.as_millis(),
        times: *times,
    })
}

impl ReleaseLine {
    /// Reads the release that the line tells of. Whether the line is genuine is another question.
    /// Errors: `Corrupt` if it is not one of ours.
    pub fn release(&self) -> Result<Release> {
        read(&self.line).ok_or(StoreError::Corrupt { table: "releases", what: "line" })
    }
}

fn read(line: &str) -> Option<Release> {
    let text: LineText = serde_json::from_str(line).ok()?;
    Some(Release {
        project: text.project.parse().ok()?,
        act: ReleaseAct::by_name(&text.act)?,
        key: text.key.parse().ok()?,
        provider: ProviderKind::by_name(&text.provider)?,
        customer_key: CustomerKeyNumber::from_stored(text.customer_key),
        customer_key_version: CustomerKeyVersion { key: text.customer_key_name, material: text.customer_key_material },
        node: text.node.parse().ok()?,
        node_name: NodeName::parse(&text.node_name)?,
        role: NodeRole::by_name(&text.role)?,
        cluster: text.cluster.parse().ok()?,
        cluster_name: ClusterName::parse(&text.cluster_name)?,
        serial: Serial::parse(&text.serial)?,
        address: text.address.parse().ok()?,
        at: Timestamp::from_millis(text.at),
        times: text.times,
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use domain::id::{ClusterId, NodeId, ProjectId};
    use domain::master_key::MasterKeyId;

    use super::*;

    fn release() -> Release {
        Release {
            project: ProjectId::from_random([1; 12]),
            act: ReleaseAct::Get,
            key: MasterKeyId::from_random([2; 16]),
            provider: ProviderKind::AwsKms,
            customer_key: CustomerKeyNumber::FIRST,
            customer_key_version: CustomerKeyVersion {
                key: "arn:aws:kms:us-east-1:111122223333:key/a \"quoted\" one\u{0}".to_owned(),
                material: None,
            },
            node: NodeId::from_random([3; 12]),
            node_name: NodeName::parse("db-1.example.com").unwrap(),
            role: NodeRole::Mongod,
            cluster: ClusterId::from_random([4; 12]),
            cluster_name: ClusterName::parse("cluster0").unwrap(),
            serial: Serial::from_random([5; 16]),
            address: IpAddr::from([192, 0, 2, 7]),
            at: Timestamp::from_millis(1_700_000_000_123),
            times: 1,
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let others = ReleaseAct::ALL.map(|act| Release { act, ..release() });
        let version = CustomerKeyVersion { key: "k".to_owned(), material: Some("m".to_owned()) };
        let more = Release {
            customer_key_version: version,
            times: u64::MAX,
            address: "2001:db8::1".parse().unwrap(),
            ..release()
        };
        for release in others.into_iter().chain([more]) {
            let line = ReleaseLine { sequence: 1, line: write(&release).unwrap(), mac: [0; 32] };
            assert_eq!(line.release().unwrap(), release);
        }
    }

    #[test]
    fn a_line_is_spelled_in_one_way_for_good() {
        let expected = concat!(
            r#"{"project":"010101010101010101010101","act":"get","key":"02020202-0202-4202-8202-020202020202","#,
            r#""provider":"aws_kms","customerKey":1,"#,
            r#""customerKeyName":"arn:aws:kms:us-east-1:111122223333:key/a \"quoted\" one\u0000","#,
            r#""customerKeyMaterial":null,"node":"030303030303030303030303","nodeName":"db-1.example.com","#,
            r#""role":"mongod","cluster":"040404040404040404040404","clusterName":"cluster0","#,
            r#""serial":"45050505050505050505050505050505","address":"192.0.2.7","at":1700000000123,"times":1}"#,
        );
        assert_eq!(write(&release()).unwrap(), expected);
    }

    #[test]
    fn what_is_not_a_line_is_no_release() {
        for line in ["", "{}", "[]", r#"{"project":"1"}"#] {
            let line = ReleaseLine { sequence: 1, line: line.to_owned(), mac: [0; 32] };
            assert!(matches!(line.release(), Err(StoreError::Corrupt { table: "releases", .. })));
        }
    }
}
