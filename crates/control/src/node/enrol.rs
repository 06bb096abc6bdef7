//! Enrolling a node: its token and a request with its public key become a certificate, once.

use std::net::IpAddr;

use domain::Bug;
use domain::cluster::ClusterName;
use domain::event::{Event, EventKind};
use domain::id::OrgId;
use domain::node::{EnrolmentRefusal, EnrolmentStep, Node, NodeCertificate, Serial, ends_of_predecessors, enrol};
use domain::secret::SecretText;
use domain::time::Timestamp;
use storage::{Outcome, SaveNodeCertificate};

use super::{NodeError, token};
use crate::certificate_authority::{self, Wanted, bundle, pem, random_serial, sha256, whole_second};
use crate::{Control, Error};

/// How often a request that lost a race looks at what the winner left.
const TRIES: u32 = 4;

/// What a node gets.
#[derive(Debug)]
pub struct Enrolled {
    /// The node.
    pub node: Node,
    /// What is kept of the certificate.
    pub certificate: NodeCertificate,
    /// The certificate, as PEM. The authority signed it itself, so this is the whole chain.
    pub certificate_pem: String,
    /// All authorities that are believed, as PEM.
    pub bundle_pem: String,
}

impl Control {
    /// Enrols the node that a token belongs to, for the key of a certificate request (PEM). Names in the request
    /// are ignored. The same key may ask again for ten minutes and gets the same certificate.
    /// Errors: `Node(Enrolment)`, `Node(Request)`.
    /// Cancel: the certificate is on file and the token used up, or neither; asking again repeats the answer.
    pub async fn enrol_node(&self, token: &SecretText, request: &str, address: IpAddr) -> Result<Enrolled, Error> {
        let hash = token::hash(token).map_err(NodeError::Enrolment)?;
        for _ in 0..TRIES {
            let now = self.now();
            let found = self.store().enrolment(&hash).await?;
            let found = found.ok_or(NodeError::Enrolment(EnrolmentRefusal::Unknown))?;
            // Only who holds a token makes us work.
            let key = certificate_authority::read(request).map_err(NodeError::Request)?;
            let step = enrol(&found.token, &found.node, &found.certificates, &key.hash(), now);
            match step.map_err(NodeError::Enrolment)? {
                EnrolmentStep::Repeat(serial) => return self.repeated(found.node, found.certificates, serial).await,
                EnrolmentStep::Issue => {
                    let (certificate, der) = self.make_certificate(&found.node, &key, now).await?;
                    let ends = ends_of_predecessors(&found.certificates, now);
                    let told = [self.issued(&found.node, &found.cluster_name, found.org, &certificate, address)?];
                    let wanted = SaveNodeCertificate {
                        token: Some(hash),
                        certificate: &certificate,
                        der: &der,
                        predecessors: found.certificates.len(),
                        ends: &ends,
                        told: &told,
                    };
                    match self.store().save_node_certificate(wanted).await? {
                        Outcome::Saved => return self.enrolled(found.node, certificate, &der).await,
                        // Somebody else came first; what he left decides.
                        Outcome::Conflict | Outcome::InUse => {}
                    }
                }
            }
        }
        Err(NodeError::Enrolment(EnrolmentRefusal::Used).into())
    }

    pub(super) async fn make_certificate(
        &self,
        node: &Node,
        key: &certificate_authority::RequestedKey,
        now: Timestamp,
    ) -> Result<(NodeCertificate, Vec<u8>), Error> {
        let signing = self.signing_authority(now).await?;
        let instance = self.instance_id().await?;
        let expires_at = whole_second(now + NodeCertificate::LASTS).min(signing.authority.expires_at);
        let serial = random_serial()?;
        let wanted = Wanted { node, instance: &instance, key, serial, now, expires_at };
        let der = certificate_authority::certificate(&signing, &wanted)?;
        let certificate = NodeCertificate {
            serial,
            node: node.id,
            authority: signing.authority.id,
            public_key: key.hash(),
            fingerprint: sha256(&der),
            issued_at: now,
            expires_at,
            ends_at: expires_at,
        };
        Ok((certificate, der))
    }

    /// Tells of a certificate. Nobody signed in: who holds the token is the node's operator.
    pub(super) fn issued(
        &self,
        node: &Node,
        cluster: &ClusterName,
        org: OrgId,
        certificate: &NodeCertificate,
        address: IpAddr,
    ) -> Result<Event, Error> {
        let Node { id, name, project, .. } = node;
        let detail = Some(format!("node {id} ({name}), serial {}", certificate.serial));
        let event = self.event_by_us(org, *project, EventKind::NodeCertificateIssued, detail)?;
        Ok(Event { cluster: Some(cluster.clone()), remote_address: Some(address), ..event })
    }

    /// Gives a certificate again.
    pub(super) async fn repeated(
        &self,
        node: Node,
        had: Vec<NodeCertificate>,
        serial: Serial,
    ) -> Result<Enrolled, Error> {
        let der = self.store().node_certificate_der(serial).await?.ok_or(Bug("a certificate is kept whole"))?;
        let certificate = had.into_iter().find(|one| one.serial == serial);
        self.enrolled(node, certificate.ok_or(Bug("a certificate that was read is repeated"))?, &der).await
    }

    pub(super) async fn enrolled(
        &self,
        node: Node,
        certificate: NodeCertificate,
        der: &[u8],
    ) -> Result<Enrolled, Error> {
        let bundle_pem = bundle(&self.certificate_authorities().await?);
        Ok(Enrolled { node, certificate, certificate_pem: pem::certificate(der), bundle_pem })
    }
}
