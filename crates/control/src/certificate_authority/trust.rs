//! Whom the door for keys lets vouch for nodes, and the sign that this changed. Must not know TLS.

use domain::id::ProjectId;
use tokio::sync::{Notify, watch};

use super::sha256;
use crate::external_authority::expiry;
use crate::{Control, Error};

/// An authority whose certificates the door for keys takes, if they lead to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAuthority {
    /// Its certificate, as DER.
    pub certificate_der: Vec<u8>,
    /// SHA-256 of its public key (SubjectPublicKeyInfo).
    pub spki_sha256: [u8; 32],
    /// The only project whose nodes it may vouch for; none for our own, which vouch by what is on file.
    pub project: Option<ProjectId>,
}

/// What the believed authorities were when somebody last looked. Equal on every replica that sees the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrustRevision([u8; 32]);

/// Tells the doors of this process of a change.
pub(crate) struct Trust {
    revision: watch::Sender<TrustRevision>,
    looked_for: Notify,
}

impl Default for Trust {
    fn default() -> Self {
        Self { revision: watch::Sender::new(TrustRevision::default()), looked_for: Notify::new() }
    }
}

impl Trust {
    /// Resolves when this process changed something. Cancel: safe.
    pub(crate) async fn changed_here(&self) {
        self.looked_for.notified().await;
    }
}

impl Control {
    /// Lists the authorities that may vouch for nodes now: ours, and those that belong to a project.
    /// Errors: those of the store.
    pub async fn client_authorities(&self) -> Result<Vec<ClientAuthority>, Error> {
        let ours = self.certificate_authorities().await?.into_iter().map(|one| ClientAuthority {
            certificate_der: one.certificate,
            spki_sha256: one.public_key,
            project: None,
        });
        let now = self.now();
        let theirs = self.store().all_external_authorities().await?.into_iter();
        let theirs = theirs.filter(|one| now < expiry(&one.certificate)).map(|one| ClientAuthority {
            certificate_der: one.certificate,
            spki_sha256: one.public_key,
            project: Some(one.project),
        });
        Ok(ours.chain(theirs).collect())
    }

    /// Gives what changes whenever [`Control::client_authorities`] does, at once for what this process changed and
    /// within seconds for what another replica did. Then the door's own certificate is to be made anew too.
    #[must_use]
    pub fn trust_revision(&self) -> watch::Receiver<TrustRevision> {
        self.trust().revision.subscribe()
    }

    /// Has the revision looked at soon, because something was written.
    pub(crate) fn trust_changed(&self) {
        self.trust().looked_for.notify_one();
    }

    /// Looks whether anything changed, and tells.
    pub(crate) async fn look_at_trust(&self) -> Result<(), Error> {
        let mut text = Vec::new();
        for one in self.client_authorities().await? {
            text.extend_from_slice(&sha256(&one.certificate_der));
            text.extend_from_slice(one.project.map(|project| project.to_string()).unwrap_or_default().as_bytes());
            text.push(b'\n');
        }
        let seen = TrustRevision(sha256(&text));
        self.trust().revision.send_if_modified(|known| std::mem::replace(known, seen) != seen);
        Ok(())
    }
}
