//! The keys and certificates of dev mode's nodes, as files: made at the first start, renewed at a later one when most
//! of their time is over. A node that was revoked or deleted keeps its files, which open nothing any more.
//!
//! `NAME.key` and `NAME.crt` are for clients that want two files, `NAME.pem` holds both, as `mongod` wants it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use control::certificate_authority::{bundle, fingerprint_of};
use control::node::NodeView;
use control::{Caller, Control, Error};
use domain::id::ProjectId;
use domain::node::NodeCertificate;
use domain::time::Timestamp;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use super::dev_json::KmipClientPart;
use super::folder::write_private;
use super::seed::fleet::{self, FleetCluster, FleetNode};

/// More nodes than anybody plays with.
const ALL: u64 = 10_000;

/// Writes the authorities that are believed, and gives the file.
/// Errors: it cannot be written.
pub(super) async fn write_authorities(control: &Control, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("ca.pem");
    write_private(&path, &[bundle(&control.certificate_authorities().await?).as_bytes()])?;
    Ok(path)
}

/// Sees to it that every node of the second project has a certificate with time left, and names the files.
/// Errors: those of the use cases; a file cannot be written.
pub(super) async fn keep(
    control: &Control,
    owner: &Caller,
    project: ProjectId,
    folder: &Path,
) -> anyhow::Result<Vec<KmipClientPart>> {
    let mut parts = Vec::new();
    for cluster in &fleet::CLUSTERS {
        let living = living_nodes(control, owner, project, cluster).await?;
        for node in cluster.nodes {
            let files = Files::of(folder, node);
            if let Some(view) = living.iter().find(|view| view.node.name.as_str() == node.name)
                && is_due(&view.certificates, files.kept().as_ref(), control.now())
            {
                enrol(control, owner, project, cluster, view, &files).await?;
            }
            parts.push(KmipClientPart {
                name: node.name.to_owned(),
                cluster: cluster.name.to_owned(),
                role: node.role.name().to_owned(),
                cert_file: files.certificate,
                key_file: files.key,
            });
        }
    }
    Ok(parts)
}

async fn living_nodes(
    control: &Control,
    owner: &Caller,
    project: ProjectId,
    cluster: &FleetCluster,
) -> anyhow::Result<Vec<NodeView>> {
    match control.nodes(owner, project, &fleet::name(cluster)?, 0, ALL).await {
        Ok(page) => Ok(page.nodes.into_iter().filter(|view| view.node.revoked_at.is_none()).collect()),
        // Somebody played at deleting it.
        Err(Error::ClusterNotFound { .. } | Error::ProjectNotFound(_)) => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("list the nodes of {}", cluster.name)),
    }
}

/// Tells whether a node needs another certificate than the one in its file: there is none, it does not count, a
/// successor was written whose key got lost, or two thirds of its time are over.
fn is_due(on_record: &[NodeCertificate], kept: Option<&CertificateDer<'_>>, now: Timestamp) -> bool {
    let kept = kept.map(|der| fingerprint_of(der));
    let Some(found) = on_record.iter().find(|certificate| Some(certificate.fingerprint) == kept) else { return true };
    let (issued, expires) = (found.issued_at.as_millis(), found.expires_at.as_millis());
    let two_thirds = issued.saturating_add(expires.saturating_sub(issued).saturating_mul(2) / 3);
    found.ends_at < found.expires_at || now.as_millis() >= two_thirds
}

async fn enrol(
    control: &Control,
    owner: &Caller,
    project: ProjectId,
    cluster: &FleetCluster,
    view: &NodeView,
    files: &Files,
) -> anyhow::Result<()> {
    let token = control.create_enrolment_token(owner, project, &fleet::name(cluster)?, view.node.id).await?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("make a key")?;
    let request = CertificateParams::default().serialize_request(&key).context("make a certificate request")?;
    let request = request.pem().context("write the certificate request")?;
    let enrolled = control.enrol_node(&token.token, &request, owner.address).await;
    let enrolled = enrolled.with_context(|| format!("enrol {}", view.node.name))?;
    let (key, certificate) = (Zeroizing::new(key.serialize_pem()), enrolled.certificate_pem);
    write_private(&files.both, &[key.as_bytes(), certificate.as_bytes()])?;
    write_private(&files.key, &[key.as_bytes()])?;
    // The last one, because it is what a later start looks at.
    write_private(&files.certificate, &[certificate.as_bytes()])
}

/// Where a node's key and certificate are.
struct Files {
    key: PathBuf,
    certificate: PathBuf,
    both: PathBuf,
}

impl Files {
    fn of(folder: &Path, node: &FleetNode) -> Self {
        let file = |ending: &str| folder.join(format!("{}.{ending}", node.name));
        Self { key: file("key"), certificate: file("crt"), both: file("pem") }
    }

    /// Reads the certificate that an earlier start wrote, if all its files are there.
    fn kept(&self) -> Option<CertificateDer<'static>> {
        let whole = self.key.exists() && self.both.exists();
        CertificateDer::from_pem_file(&self.certificate).ok().filter(|_| whole)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::id::{CertificateAuthorityId, NodeId};
    use domain::node::Serial;

    use super::*;

    const T0: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn a_certificate_is_renewed_when_two_thirds_are_over() {
        let der = CertificateDer::from(vec![1, 2, 3]);
        let certificate = NodeCertificate {
            serial: Serial::from_random([7; 16]),
            node: NodeId::from_random([7; 12]),
            authority: CertificateAuthorityId::from_random([7; 12]),
            public_key: [7; 32],
            fingerprint: fingerprint_of(&der),
            issued_at: T0,
            expires_at: T0 + 30 * DAY,
            ends_at: T0 + 30 * DAY,
        };
        let check = |on_record: &NodeCertificate, kept: Option<&CertificateDer<'_>>, now: Timestamp, expected: bool| {
            assert_eq!(is_due(std::slice::from_ref(on_record), kept, now), expected);
        };
        check(&certificate, Some(&der), T0, false);
        check(&certificate, Some(&der), T0 + 20 * DAY - Duration::from_millis(1), false);
        check(&certificate, Some(&der), T0 + 20 * DAY, true);
        check(&certificate, Some(&CertificateDer::from(vec![1, 2, 4])), T0, true);
        check(&certificate, None, T0, true);
        check(&NodeCertificate { ends_at: T0 + DAY, ..certificate }, Some(&der), T0, true);
        assert!(is_due(&[], Some(&der), T0), "expired ones are not on record");
    }
}
