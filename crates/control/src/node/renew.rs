//! Renewing a node's certificate: a request for a new key, signed with the key of the present certificate, becomes the
//! next one. No operator and no token is needed; who holds the present key is the node.

use std::net::IpAddr;

use domain::Bug;
use domain::event::{Actor, Event};
use domain::node::{RenewalRefusal, RenewalStep, ends_of_predecessors, renew};
use domain::time::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use storage::{Outcome, SaveNodeCertificate};

use super::{Enrolled, NodeError};
use crate::certificate_authority::{self, is_signed_by, renewal_text, sha256};
use crate::{Control, Error};

/// How often a request that lost a race looks at what the winner left.
const TRIES: u32 = 4;

/// What a node sends to renew.
#[derive(Debug)]
pub struct Renewal<'r> {
    /// The present certificate, as PEM. Only the first block is read.
    pub certificate: &'r str,
    /// A request with the new key (PKCS #10), as PEM.
    pub request: &'r str,
    /// The present key's signature over [`renewal_text`].
    pub signature: &'r [u8],
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The same as it is written in what was signed.
    pub signed_at_text: &'r str,
}

impl Control {
    /// Renews the certificate of the node that holds its key. Names in the request are ignored. The same request again
    /// gets the same certificate.
    /// Errors: `Node(Renewal)`, `Node(Request)`.
    /// Cancel: the new certificate is on file or it is not; asking again repeats the answer.
    pub async fn renew_node_certificate(&self, renewal: &Renewal<'_>, address: IpAddr) -> Result<Enrolled, Error> {
        let present = CertificateDer::from_pem_slice(renewal.certificate.as_bytes());
        let present = present.map_err(|_| NodeError::Renewal(RenewalRefusal::Unknown))?;
        let request = certificate_authority::der(renewal.request).map_err(NodeError::Request)?;
        for _ in 0..TRIES {
            let now = self.now();
            let found = self.store().recognise_node(&sha256(&present)).await?;
            let found = found.ok_or(NodeError::Renewal(RenewalRefusal::Unknown))?;
            // Only who holds a certificate's key hears more, and makes us work.
            let text = renewal_text(&present, &request, renewal.signed_at_text);
            if !is_signed_by(&present, &text, renewal.signature) {
                return Err(NodeError::Renewal(RenewalRefusal::Signature).into());
            }
            let key = certificate_authority::read(renewal.request).map_err(NodeError::Request)?;
            let had = self.store().node_certificates(found.node.id).await?;
            let present = had.iter().find(|one| one.serial == found.certificate.serial);
            let present = present.ok_or(Bug("a certificate that was recognised is its node's"))?;
            let step = renew(&found.node, &had, present, &key.hash(), renewal.signed_at, now);
            match step.map_err(NodeError::Renewal)? {
                RenewalStep::Repeat(serial) => return self.repeated(found.node.clone(), had, serial).await,
                RenewalStep::Issue => {
                    let (certificate, der) = self.make_certificate(&found.node, &key, now).await?;
                    let ends = ends_of_predecessors(&had, now);
                    let event = self.issued(&found.node, &found.cluster_name, found.org, &certificate, address)?;
                    let told = [Event { actor: Actor::Node { id: found.node.id }, ..event }];
                    let wanted = SaveNodeCertificate {
                        token: None,
                        certificate: &certificate,
                        der: &der,
                        predecessors: had.len(),
                        ends: &ends,
                        told: &told,
                    };
                    match self.store().save_node_certificate(wanted).await? {
                        Outcome::Saved => return self.enrolled(found.node.clone(), certificate, &der).await,
                        // Somebody else came first; what he left decides.
                        Outcome::Conflict | Outcome::InUse => {}
                    }
                }
            }
        }
        Err(NodeError::Renewal(RenewalRefusal::Succeeded).into())
    }
}
