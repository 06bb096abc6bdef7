//! The TLS of the door: 1.3, and 1.2 with ECDHE and AEAD; a client certificate is mandatory. What the door shows and
//! whom it believes change while it is open. Must not know messages.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use control::Control;
use control::certificate_authority::ServerCertificate;
use domain::time::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use tokio_util::sync::CancellationToken;

use super::DoorCertificate;
use super::verifier::Trust;

/// How long to wait before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// How long to sleep at most before the clock is looked at again: it may have been set meanwhile.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(3600);

/// Why the door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum KmipFault {
    /// The certificate and its key cannot be used.
    #[error("use the certificate of the door for keys")]
    Certificate(#[source] rustls::Error),
    /// The use cases could not say whom to believe, or make a certificate.
    #[error("prepare the door for keys")]
    Control(#[from] control::Error),
}

/// What a handshake needs.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    pub(super) trust: Arc<Trust>,
    shown: Arc<Shown>,
    names: Option<Vec<String>>,
}

impl Tls {
    /// Reads whom to believe and makes what is shown.
    pub(super) async fn prepare(control: &Control, certificate: DoorCertificate) -> Result<Self, KmipFault> {
        // Named, never the process default: another crate could install another provider.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let trust = Arc::new(Trust::new(Arc::clone(&provider)));
        trust.believe(&control.client_authorities().await?);
        let (names, (shown, renew_at)) = match certificate {
            DoorCertificate::Own { names } => {
                let own = own_certificate(control, &names, &provider).await?;
                (Some(names), own)
            }
            DoorCertificate::Given { chain, key } => (None, (certified(chain, key, &provider)?, None)),
        };
        let shown = Arc::new(Shown { now: RwLock::new((shown, renew_at)), provider: Arc::clone(&provider) });
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(Clock(control.clone())))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(KmipFault::Certificate)?
            .with_client_cert_verifier(trust.clone())
            .with_cert_resolver(shown.clone());
        // Tickets carry the client's certificate, which is held against what is believed when they come back.
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(KmipFault::Certificate)?;
        config.send_tls13_tickets = 1;
        Ok(Self { config: Arc::new(config), trust, shown, names })
    }

    /// Follows the authorities and renews what is shown, until `cancel`.
    pub(super) async fn keep_fresh(&self, control: &Control, cancel: &CancellationToken) {
        let mut revision = control.trust_revision();
        let mut wait = None;
        loop {
            let wait_for = wait.unwrap_or_else(|| self.shown.until_renewal(control.now()));
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                // An error means that the use cases are gone, and with them the whole process.
                changed = revision.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(wait_for) => {
                    let is_due = self.shown.until_renewal(control.now()).is_zero();
                    if wait.is_none() && !is_due {
                        continue;
                    }
                }
            }
            wait = match self.refresh(control).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::warn!(%error, "the door for keys goes on with the certificates it has; trying again");
                    Some(TRY_AGAIN)
                }
            };
        }
    }

    async fn refresh(&self, control: &Control) -> Result<(), KmipFault> {
        self.trust.believe(&control.client_authorities().await?);
        if let Some(names) = &self.names {
            let own = own_certificate(control, names, &self.shown.provider).await?;
            *self.shown.now.write().unwrap_or_else(PoisonError::into_inner) = own;
        }
        Ok(())
    }
}

/// A certificate with its key, and when to renew it.
type Renewable = (Arc<CertifiedKey>, Option<Timestamp>);

async fn own_certificate(
    control: &Control,
    names: &[String],
    provider: &CryptoProvider,
) -> Result<Renewable, KmipFault> {
    let made = control.server_certificate(names).await?;
    let ServerCertificate { chain_der, private_key, renew_at, expires_at: _ } = made;
    let chain = chain_der.into_iter().map(CertificateDer::from).collect();
    // rustls keeps no copy: the key goes into the library that signs, and this one wipes itself.
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(private_key.expose())).clone_key();
    Ok((certified(chain, key, provider)?, Some(renew_at)))
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, KmipFault> {
    let certified = CertifiedKey::from_der(chain, key, provider).map_err(KmipFault::Certificate)?;
    Ok(Arc::new(certified))
}

/// What is shown at present.
struct Shown {
    now: RwLock<Renewable>,
    provider: Arc<CryptoProvider>,
}

impl Shown {
    fn until_renewal(&self, now: Timestamp) -> Duration {
        let renew_at = self.now.read().unwrap_or_else(PoisonError::into_inner).1;
        renew_at.map_or(LOOK_AT_CLOCK, |renew_at| renew_at.since(now)).min(LOOK_AT_CLOCK)
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

/// The house's clock, as TLS reads it.
pub(super) struct Clock(pub(super) Control);

impl Clock {
    pub(super) fn unix_time(&self) -> UnixTime {
        let millis = u64::try_from(self.0.now().as_millis()).unwrap_or(0);
        UnixTime::since_unix_epoch(Duration::from_millis(millis))
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.unix_time())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
