//! The one HTTP client under all public AWS clients, and one apart for each private path: rustls on aws-lc, our
//! resolver, no proxy, no redirect, answers of a bounded size. Must not know what is asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::dns::ResolveDns;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

use super::resolver::{GuardedResolver, PinnedResolver};
use crate::address::AddressPolicy;
use crate::pin::Pin;
use crate::trusted_roots::{TrustedRoots, checked};

/// How long an idle connection is kept. Below the 60 s after which AWS's load balancers close one.
const IDLE: Duration = Duration::from_secs(50);
/// Idle connections kept per endpoint.
const IDLE_PER_HOST: usize = 64;
/// Bytes that an answer may have. The largest true one, a Decrypt of 4 KiB, is under 8 KiB.
const ANSWER_LIMIT: usize = 256 * 1024;

/// Builds the client. Where it need not speak TLS, the system's certificates are left alone: a small
/// image has none.
/// Errors: what is wrong with the certificates.
pub(super) fn client(
    trust: &TrustedRoots,
    speaks_tls: bool,
    addresses: &Arc<AddressPolicy>,
) -> Result<SharedHttpClient, String> {
    resolving(trust, speaks_tls, GuardedResolver { addresses: addresses.clone() })
}

/// Builds a client of its own that connects where it is pinned to and nowhere else. It shares no connection.
/// Errors: what is wrong with the certificates.
pub(super) fn pinned(trust: &TrustedRoots, speaks_tls: bool, pin: Pin) -> Result<SharedHttpClient, String> {
    resolving(trust, speaks_tls, PinnedResolver(Arc::new(pin)))
}

fn resolving(
    trust: &TrustedRoots,
    speaks_tls: bool,
    resolver: impl ResolveDns + Clone + 'static,
) -> Result<SharedHttpClient, String> {
    let system = TrustStore::empty().with_native_roots(speaks_tls);
    let store = match trust {
        TrustedRoots::System => system,
        TrustedRoots::Only(pem) => TrustStore::empty().with_pem_certificate(checked(pem)?),
        TrustedRoots::SystemAnd(pem) => system.with_pem_certificate(checked(pem)?),
    };
    let context = TlsContext::builder().with_trust_store(store).build().map_err(|source| source.to_string())?;
    let inner = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .build_with_resolver(resolver);
    Ok(SharedHttpClient::new(Bounded(inner)))
}

/// A client whose answers end at [`ANSWER_LIMIT`].
struct Bounded<T>(T);

impl<T> fmt::Debug for Bounded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bounded")
    }
}

impl HttpClient for Bounded<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Bounded(self.0.http_connector(settings, components)))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        // Loads the system's certificates at the start rather than in the first call.
        self.0.validate_base_client_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

impl HttpConnector for Bounded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            Ok(answer.map(|body| SdkBody::from_body_1_x(Limited::new(body, ANSWER_LIMIT))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_certificates_it_cannot_read() {
        let check = |pem: &str| {
            assert!(client(&TrustedRoots::Only(pem.to_owned()), false, &Arc::default()).is_err(), "{pem}");
            assert!(client(&TrustedRoots::SystemAnd(pem.to_owned()), true, &Arc::default()).is_err(), "{pem}");
        };
        check("");
        check("not a certificate");
        check("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        check("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    }
}
