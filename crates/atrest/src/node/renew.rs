//! `atrest node certificate --renew FILE`: makes a new key, has the key in the file sign for it, and writes the file
//! anew. The old file stays until the new one is durable; a key whose certificate was asked for lies beside it until
//! then, so that an interrupted renewal is taken up again. Must not know a rule.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::certificate_authority::renewal_text;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SigningKey as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::{Answer, Half, address, ask, check_leaf, client, tell};

/// What the server is asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    certificate: String,
    certificate_request: String,
    signature: String,
    signed_at: String,
}

/// What there is to renew.
struct Present {
    key: KeyPair,
    certificate: CertificateDer<'static>,
    pem: String,
}

/// Renews the certificate in a file. Other arguments are those of an enrolment.
/// Errors: what stands against it. The file is as it was then.
pub(super) async fn renew(
    server: &reqwest::Url,
    file: &Path,
    ca_out: Option<&Path>,
    server_ca: Option<&Path>,
) -> anyhow::Result<()> {
    let present = read(file)?;
    let url = address(server, "/api/atrest/v1/nodeCertificates/renew")?;
    let http = client(server, server_ca)?;
    let old = std::fs::metadata(file).with_context(|| format!("--renew: look at {}", file.display()))?;
    let node_file = Half::create(file, old.mode() & 0o777)?;
    if (old.uid(), old.gid()) != node_file.owner()? {
        node_file.give_to(old.uid(), old.gid())?;
    }
    let ca_file = ca_out.map(|path| Half::create(path, 0o644)).transpose()?;

    let waiting = beside(file)?;
    let key = next_key(&waiting, &present.key)?;
    let request = CertificateParams::default().serialize_request(&key).context("make a certificate request")?;
    let request_pem = request.pem().context("write the certificate request")?;
    let sign = || {
        let signed_at = OffsetDateTime::now_utc().format(&Rfc3339).context("write the time")?;
        let text = renewal_text(&present.certificate, request.der(), &signed_at);
        let signature = present.key.sign(text.as_bytes()).context("sign with the present key")?;
        let (certificate, certificate_request) = (present.pem.clone(), request_pem.clone());
        Ok(Ask { certificate, certificate_request, signature: STANDARD.encode(signature), signed_at })
    };
    let answer = ask(&http, &url, sign).await?;
    check(&answer, &key, &present)?;
    let pem = Zeroizing::new(key.serialize_pem());
    node_file.finish(&[pem.as_bytes(), b"\n", answer.certificate.as_bytes()])?;
    std::fs::remove_file(&waiting).with_context(|| format!("remove {}", waiting.display()))?;
    if let Some(file) = ca_file {
        file.finish(&[answer.certificate_authorities.as_bytes()])?;
    }
    tell(&answer, file, ca_out);
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Present> {
    let text = std::fs::read_to_string(file).with_context(|| format!("--renew: read {}", file.display()))?;
    let text = Zeroizing::new(text);
    let key = KeyPair::from_pem(&text).with_context(|| format!("--renew: find a private key in {}", file.display()))?;
    let certificate = CertificateDer::from_pem_slice(text.as_bytes());
    let certificate = certificate.with_context(|| format!("--renew: find a certificate in {}", file.display()))?;
    let pem = control::certificate_authority::pem_of(&certificate);
    Ok(Present { key, certificate, pem })
}

/// Names the file where a key waits for its certificate.
fn beside(file: &Path) -> anyhow::Result<PathBuf> {
    let mut name = file.file_name().with_context(|| format!("{} is no file's name", file.display()))?.to_owned();
    name.push(".next-key");
    Ok(file.with_file_name(name))
}

/// Takes up the key of an interrupted renewal, or makes one and keeps it.
fn next_key(waiting: &Path, present: &KeyPair) -> anyhow::Result<KeyPair> {
    match std::fs::read_to_string(waiting) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            let key = KeyPair::from_pem(&text);
            let key = key.with_context(|| format!("find a private key in {}; remove that file", waiting.display()))?;
            if key.der_bytes() != present.der_bytes() {
                return Ok(key);
            }
            // It was interrupted after its end.
            std::fs::remove_file(waiting).with_context(|| format!("remove {}", waiting.display()))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("read {}", waiting.display())),
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("make a key")?;
    let pem = Zeroizing::new(key.serialize_pem());
    let half = Half::create(waiting, 0o600)?;
    half.finish(&[pem.as_bytes()])?;
    Ok(key)
}

/// Makes sure that the answer is for the new key, and that who answers believes the present certificate too: an
/// authority is believed until the last certificate it signed has ended, so a bundle without it is somebody else's.
fn check(answer: &Answer, key: &KeyPair, present: &Present) -> anyhow::Result<()> {
    let private = PrivateKeyDer::try_from(key.serialized_der().to_vec()).map_err(anyhow::Error::msg)?;
    check_leaf(answer, &present.certificate, None)
        .context("the server does not vouch for the present certificate; nothing was written")?;
    check_leaf(answer, &super::leaf(answer)?, Some(private))?;
    ensure!(super::leaf(answer)? != present.certificate, "the server gave the present certificate again");
    Ok(())
}

impl Half {
    fn owner(&self) -> anyhow::Result<(u32, u32)> {
        let metadata = self.file.metadata().with_context(|| format!("look at {}", self.path.display()))?;
        Ok((metadata.uid(), metadata.gid()))
    }

    /// Gives the file to whom the old one belongs, who goes on reading it.
    fn give_to(&self, uid: u32, gid: u32) -> anyhow::Result<()> {
        std::os::unix::fs::fchown(&self.file, Some(uid), Some(gid)).with_context(|| {
            format!("give {} to the owner of the old file; run this as that user, or as root", self.path.display())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_waits_for_its_certificate_until_it_is_the_present_one() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = beside(&folder.path().join("node.pem")).unwrap();
        assert!(waiting.ends_with("node.pem.next-key"));
        let present = KeyPair::generate().unwrap();
        let first = next_key(&waiting, &present).unwrap();
        assert_eq!(std::fs::metadata(&waiting).unwrap().mode() & 0o777, 0o600);
        let again = next_key(&waiting, &present).unwrap();
        assert_eq!(first.der_bytes(), again.der_bytes());
        let next = next_key(&waiting, &first).unwrap();
        assert_ne!(next.der_bytes(), first.der_bytes());
        std::fs::write(&waiting, "nonsense").unwrap();
        assert!(next_key(&waiting, &present).is_err());
    }
}
