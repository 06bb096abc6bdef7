//! From a node to the wire's. Every struct is taken apart by name, so that a new field breaks the build here.

use api_wire::atrest::nodes::{Node as WireNode, NodeCertificate as WireCertificate};
use api_wire::wire_time::WireTime;
use control::node::NodeView;
use domain::cluster::ClusterName;
use domain::node::{Node, NodeCertificate};
use domain::time::Timestamp;

/// Translates a node of a cluster.
pub(super) fn to_wire(cluster_name: &ClusterName, view: NodeView) -> WireNode {
    let NodeView { node, certificates } = view;
    let Node { id, project, cluster: _, name, role, region, created_at, revoked_at } = node;
    WireNode {
        certificates: certificates.into_iter().map(certificate).collect(),
        cluster_name: cluster_name.to_string(),
        created_at: time(created_at),
        group_id: project.to_string(),
        id: id.to_string(),
        name: name.to_string(),
        region: region.map(|region| region.as_str().to_owned()),
        revoked_at: revoked_at.map(time),
        role: role.name(),
    }
}

fn certificate(certificate: NodeCertificate) -> WireCertificate {
    let NodeCertificate { serial, node: _, authority: _, public_key: _, fingerprint, issued_at, expires_at, ends_at } =
        certificate;
    WireCertificate {
        ends_at: time(ends_at),
        expires_at: time(expires_at),
        fingerprint: hex::encode(fingerprint),
        issued_at: time(issued_at),
        serial_number: serial.to_string(),
    }
}

fn time(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
