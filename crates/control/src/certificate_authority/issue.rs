//! Makes certificates: an authority's own, and a node's. Values go in, bytes come out. Must not know who may have
//! one.
//!
//! A node's certificate names it in one place only, a URI among its alternative names:
//! `atrest://<instance>/projects/<id>/clusters/<id>/nodes/<id>`. The common name is for people to read.

use std::time::Duration;

use domain::Bug;
use domain::certificate_authority::CertificateAuthority;
use domain::id::CertificateAuthorityId;
use domain::node::{Node, Serial};
use domain::secret::{SecretSlice, SecretText};
use domain::time::Timestamp;
use domain::violation::Violation;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SanType, SerialNumber,
};
use storage::SigningAuthority;
use time::OffsetDateTime;

use super::request::RequestedKey;
use super::sha256;
use crate::Error;

/// How far a certificate begins in the past, for nodes whose clock is behind.
const BACKDATED: Duration = Duration::from_secs(300);

/// What a node's certificate is to say.
pub(crate) struct Wanted<'w> {
    /// Whose it is.
    pub(crate) node: &'w Node,
    /// The installation it is of.
    pub(crate) instance: &'w str,
    /// The key its holder proved.
    pub(crate) key: &'w RequestedKey,
    /// Its serial number.
    pub(crate) serial: Serial,
    /// When it is made.
    pub(crate) now: Timestamp,
    /// Its end, a whole second.
    pub(crate) expires_at: Timestamp,
}

/// Makes an authority: its certificate, signed by itself, and its private key as PEM.
/// Errors: `Bug` if the cryptography fails, which it does not.
pub(super) fn authority(
    id: CertificateAuthorityId,
    generation: i64,
    serial: Serial,
    now: Timestamp,
) -> Result<(CertificateAuthority, SecretText), Bug> {
    const FAILED: Bug = Bug("an authority can be made");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|_| FAILED)?;
    let expires_at = whole_second(now + CertificateAuthority::LASTS);
    let mut params = authority_params(id);
    params.not_before = moment(now - BACKDATED)?;
    params.not_after = moment(expires_at)?;
    params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
    let certificate = params.self_signed(&key).map_err(|_| FAILED)?.der().to_vec();
    let public_key = sha256(&key.subject_public_key_info());
    let private_key = SecretText::new(key.serialize_pem());
    Ok((CertificateAuthority { id, generation, certificate, public_key, created_at: now, expires_at }, private_key))
}

/// Makes a node's certificate, as DER. What its request said about names is not in it.
/// Errors: `Bug` if the authority's key is none, or the cryptography fails.
pub(crate) fn certificate(signing: &SigningAuthority, wanted: &Wanted<'_>) -> Result<Vec<u8>, Bug> {
    const FAILED: Bug = Bug("an authority can sign");
    let Wanted { node, instance, key, serial, now, expires_at } = wanted;
    let signing_key = KeyPair::from_pem(signing.private_key.expose()).map_err(|_| FAILED)?;
    let issuer = Issuer::new(authority_params(signing.authority.id), signing_key);
    let uri = uri(instance, node).try_into().map_err(|_| Bug("an id is ASCII"))?;
    let mut params = CertificateParams::default();
    params.not_before = moment(*now - BACKDATED)?;
    params.not_after = moment(*expires_at)?;
    params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
    params.subject_alt_names = vec![SanType::URI(uri)];
    params.distinguished_name = distinguished_name(node.name.as_str());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params.signed_by(*key, &issuer).map_err(|_| FAILED)?.der().to_vec())
}

/// Makes a certificate for a door under some names and addresses, as DER, and its private key as PKCS #8.
/// Errors: `Violations` if a name can stand in no certificate; `Bug` if the cryptography fails.
pub(super) fn server(
    signing: &SigningAuthority,
    names: &[String],
    serial: Serial,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(Vec<u8>, SecretSlice), Error> {
    const FAILED: Bug = Bug("an authority can sign");
    let not_names = || Error::Violations(vec![Violation::malformed("names", "DNS names and IP addresses")]);
    let signing_key = KeyPair::from_pem(signing.private_key.expose()).map_err(|_| FAILED)?;
    let issuer = Issuer::new(authority_params(signing.authority.id), signing_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|_| FAILED)?;
    let mut params = CertificateParams::default();
    params.not_before = moment(now - BACKDATED)?;
    params.not_after = moment(expires_at)?;
    params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
    for name in names {
        params.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into().map_err(|_| not_names())?),
        });
    }
    if params.subject_alt_names.is_empty() {
        return Err(not_names());
    }
    params.distinguished_name = distinguished_name("Atrest key service");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&key, &issuer).map_err(|_| FAILED)?.der().to_vec();
    Ok((leaf, SecretSlice::copied(key.serialized_der())))
}

/// Cuts a time to the whole second that a certificate can carry.
pub(crate) const fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_secs().saturating_mul(1000))
}

/// Names a node for ever: of all names in a certificate this one counts.
fn uri(instance: &str, node: &Node) -> String {
    format!("atrest://{instance}/projects/{}/clusters/{}/nodes/{}", node.project, node.cluster, node.id)
}

/// What is the same each time an authority signs. Its name holds its id, so that no two have one name.
fn authority_params(id: CertificateAuthorityId) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(&format!("Atrest CA {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn distinguished_name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Atrest");
    name.push(DnType::CommonName, common_name);
    name
}

fn moment(at: Timestamp) -> Result<OffsetDateTime, Bug> {
    OffsetDateTime::from_unix_timestamp(at.as_secs()).map_err(|_| Bug("a certificate's time can be written"))
}
