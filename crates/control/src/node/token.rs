//! Enrolment tokens: how one is spelled, and giving one to a node.
//!
//! ```text
//! atrest-enrol-1 . 64 hexadecimal digits: 256 random bits . 64: SHA-256 of the signing authority's certificate
//! ```
//!
//! The last part tells who enrols which authority to believe; the server does not read it.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::{NodeId, ProjectId};
use domain::node::{EnrolmentRefusal, Node, next_token};
use domain::secret::{SecretBytes, SecretText};
use domain::time::Timestamp;
use storage::Outcome;

use super::NodeError;
use crate::certificate_authority::{fingerprint, sha256};
use crate::{Caller, Control, Error, random};

/// What every token begins with, so that a leaked one can be searched for.
pub const PREFIX: &str = "atrest-enrol-1";

/// A new token, which is shown once and not kept.
#[derive(Debug)]
pub struct NewEnrolmentToken {
    /// The token as it is handed on.
    pub token: SecretText,
    /// Its node.
    pub node: Node,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
    /// SHA-256 of the certificate of the authority that signs.
    pub ca_fingerprint: [u8; 32],
}

impl Control {
    /// Gives a node a token to enrol with, in place of one it did not use.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound)`, `Node(Revoked)`.
    /// Cancel: the token is on file or it is not; if it is, it ends by itself.
    pub async fn create_enrolment_token(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        id: NodeId,
    ) -> Result<NewEnrolmentToken, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let node = self.node_of(project, cluster, id).await?;
        let now = self.now();
        let secret = SecretBytes::<32>::fill(|place| random(place))?;
        let token = next_token(&node, sha256(secret.expose()), now).map_err(|_| NodeError::Revoked(id))?;
        let ca_fingerprint = fingerprint(&self.signing_authority(now).await?.authority);
        let (kind, detail) = (EventKind::NodeEnrolmentTokenCreated, Some(format!("node {id} ({})", node.name)));
        let told = [self.cluster_event(Some(caller), &snapshot, cluster, kind, detail)?];
        match self.store().insert_enrolment_token(&token, &told).await? {
            Outcome::Saved => {}
            Outcome::Conflict | Outcome::InUse => return Err(NodeError::Revoked(id).into()),
        }
        let expires_at = token.expires_at;
        Ok(NewEnrolmentToken { token: spell(&secret, &ca_fingerprint), node, expires_at, ca_fingerprint })
    }
}

/// Gives the fingerprint of the authority that a token tells to believe.
#[must_use]
pub fn ca_fingerprint(token: &SecretText) -> Option<[u8; 32]> {
    let (_, fingerprint) = parts(token)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(fingerprint, &mut bytes).ok()?;
    Some(bytes)
}

/// Gives what the store knows a token by.
/// Errors: `Unknown` if nobody was ever given such a token.
pub(super) fn hash(token: &SecretText) -> Result<[u8; 32], EnrolmentRefusal> {
    let (secret, _) = parts(token).ok_or(EnrolmentRefusal::Unknown)?;
    let secret = SecretBytes::<32>::fill(|place| hex::decode_to_slice(secret, place));
    Ok(sha256(secret.map_err(|_| EnrolmentRefusal::Unknown)?.expose()))
}

fn parts(token: &SecretText) -> Option<(&str, &str)> {
    token.expose().trim().strip_prefix(PREFIX)?.strip_prefix('.')?.split_once('.')
}

fn spell(secret: &SecretBytes<32>, ca_fingerprint: &[u8; 32]) -> SecretText {
    // One buffer that does not grow, so that no copy of the secret is left behind.
    let mut digits = [0; 64];
    let _fits = hex::encode_to_slice(secret.expose(), &mut digits);
    let mut text = String::with_capacity(160);
    text.push_str(PREFIX);
    text.push('.');
    digits.iter().for_each(|digit| text.push(char::from(*digit)));
    text.push('.');
    text.push_str(&hex::encode(ca_fingerprint));
    SecretText::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> SecretBytes<32> {
        SecretBytes::fill(|place| {
            *place = [byte; 32];
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn a_token_is_read_as_it_was_spelled() {
        let token = spell(&secret(0xab), &[0xcd; 32]);
        assert_eq!(token.expose(), format!("atrest-enrol-1.{}.{}", "ab".repeat(32), "cd".repeat(32)));
        assert_eq!(hash(&token), Ok(sha256(&[0xab; 32])));
        assert_eq!(ca_fingerprint(&token), Some([0xcd; 32]));
        let with_a_line_break = SecretText::new(format!("{}\n", token.expose()));
        assert_eq!(hash(&with_a_line_break), Ok(sha256(&[0xab; 32])));
    }

    #[test]
    fn what_was_never_given_out_is_unknown() {
        let (good, end) = ("ab".repeat(32), "cd".repeat(32));
        for text in [
            String::new(),
            good.clone(),
            format!("atrest-enrol-2.{good}.{end}"),
            format!("atrest-enrol-1.{}.{end}", "ab".repeat(31)),
            format!("atrest-enrol-1.{}.{end}", "ab".repeat(33)),
            format!("atrest-enrol-1.{}.{end}", "ag".repeat(32)),
            format!("atrest-enrol-1{good}.{end}"),
            format!("atrest-enrol-1.{good}"),
        ] {
            assert_eq!(hash(&SecretText::new(text.clone())), Err(EnrolmentRefusal::Unknown), "{text}");
        }
    }
}
