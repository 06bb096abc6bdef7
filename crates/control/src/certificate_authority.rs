//! Atrest's own certificate authority: made at first need, succeeded after a year, and believed until the last
//! certificate it signed has ended. Its private key lies sealed in the store. Must not know a wire.
//!
//! What makes and reads certificates (`issue`, `request`, `pem`) is cryptography without I/O: values go in, bytes
//! come out.

mod issue;
pub(crate) mod pem;
mod request;
mod server;
mod trust;

use aws_lc_rs::digest;
use domain::Bug;
use domain::certificate_authority::CertificateAuthority;
use domain::event::EventKind;
use domain::id::CertificateAuthorityId;
use domain::node::Serial;
use domain::time::Timestamp;
use storage::{Outcome, SigningAuthority};

pub(crate) use issue::{Wanted, certificate, whole_second};
pub use request::{RequestFault, renewal_text};
pub(crate) use request::{RequestedKey, der, is_signed_by, read};
pub use server::ServerCertificate;
pub(crate) use trust::Trust;
pub use trust::{ClientAuthority, TrustRevision};

use crate::{Control, Error, random, random_id};

/// The instance's setting that holds its id.
const INSTANCE_ID: &str = "instance_id";
/// How often a replica that lost the race for a generation looks again.
const TRIES: u32 = 3;

impl Control {
    /// Gives the certificate authorities that are believed now, the one that signs first. There is always one: the
    /// first call makes it.
    /// Errors: those of the store.
    pub async fn certificate_authorities(&self) -> Result<Vec<CertificateAuthority>, Error> {
        let now = self.now();
        self.signing_authority(now).await?;
        Ok(believed(self.store().certificate_authorities().await?, now))
    }

    /// Gives the authority that signs, after making it if there is none yet or the last one signed long enough.
    pub(crate) async fn signing_authority(&self, now: Timestamp) -> Result<SigningAuthority, Error> {
        for _ in 0..TRIES {
            let newest = self.store().newest_certificate_authority().await?;
            let generation = newest.as_ref().map(|newest| newest.authority.generation);
            if let Some(newest) = newest
                && newest.authority.signs(now)
            {
                return Ok(newest);
            }
            // Whoever loses the race takes the winner's the next time round.
            let _race = self.succeed(generation, now).await?;
        }
        Err(Error::Bug(Bug("one replica wins the race for a certificate authority")))
    }

    /// Has a new authority sign from now on, as after a year, because the operator wants it. The present one is believed
    /// until the last certificate it signed has ended, so no node notices.
    /// Errors: `Conflict` if a replica did the same at this moment; those of the store.
    /// Cancel: the new authority signs, or nothing changed.
    pub async fn succeed_certificate_authority(&self) -> Result<CertificateAuthority, Error> {
        let now = self.now();
        let newest = self.store().newest_certificate_authority().await?;
        let made = self.succeed(newest.map(|newest| newest.authority.generation), now).await?;
        made.ok_or(Error::Conflict)
    }

    /// Makes the successor of a generation, if nobody else did.
    async fn succeed(&self, generation: Option<i64>, now: Timestamp) -> Result<Option<CertificateAuthority>, Error> {
        let id = CertificateAuthorityId::from_random(random_id()?);
        let next = generation.map_or(1, |generation| generation.saturating_add(1));
        let (authority, private_key) = issue::authority(id, next, random_serial()?, now)?;
        let mut told = Vec::new();
        if generation.is_some() {
            // Whoever has nodes with certificates: their CA files are to be renewed with them.
            for (project, org) in self.store().projects_with_certificates(now).await? {
                let detail = Some(format!("authority {id}, SHA-256 {}", hex::encode(fingerprint(&authority))));
                told.push(self.event_by_us(org, project, EventKind::CertificateAuthoritySucceeded, detail)?);
            }
        }
        let outcome = self.store().insert_certificate_authority(&authority, &private_key, &told).await?;
        tracing::info!(generation = next, ?outcome, "made a certificate authority");
        self.trust_changed();
        Ok((outcome == Outcome::Saved).then_some(authority))
    }

    /// Gives the id of this installation, which stands in every node's certificate.
    pub(crate) async fn instance_id(&self) -> Result<String, Error> {
        for _ in 0..TRIES {
            if let Some(id) = self.store().instance_setting(INSTANCE_ID).await? {
                return String::from_utf8(id).map_err(|_| Error::Bug(Bug("the instance's id is text")));
            }
            let id = hex::encode(random_id()?);
            let _race = self.store().insert_instance_setting(INSTANCE_ID, id.as_bytes()).await?;
        }
        Err(Error::Bug(Bug("an instance has an id once it was given one")))
    }
}

/// Gives SHA-256 of an authority's certificate: what a token carries, so that who enrols knows whom to believe.
#[must_use]
pub fn fingerprint(authority: &CertificateAuthority) -> [u8; 32] {
    fingerprint_of(&authority.certificate)
}

/// Gives SHA-256 of a certificate, as DER.
#[must_use]
pub fn fingerprint_of(certificate: &[u8]) -> [u8; 32] {
    sha256(certificate)
}

/// Writes a certificate as PEM.
#[must_use]
pub fn pem_of(certificate: &[u8]) -> String {
    pem::certificate(certificate)
}

/// Writes certificates of authorities one after the other, as PEM.
#[must_use]
pub fn bundle(authorities: &[CertificateAuthority]) -> String {
    authorities.iter().map(|authority| pem::certificate(&authority.certificate)).collect()
}

/// Leaves those that are believed now. They come and go the newest first.
fn believed(all: Vec<(CertificateAuthority, Option<Timestamp>)>, now: Timestamp) -> Vec<CertificateAuthority> {
    let mut successor_made_at = None;
    let mut believed = Vec::new();
    for (authority, last_end) in all {
        let made_at = authority.created_at;
        if authority.is_believed(successor_made_at, last_end, now) {
            believed.push(authority);
        }
        successor_made_at = Some(made_at);
    }
    believed
}

/// Makes a random serial number.
pub(crate) fn random_serial() -> Result<Serial, Error> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(Serial::from_random(bytes))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

#[cfg(test)]
mod tests;
