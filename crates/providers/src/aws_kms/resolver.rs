//! Resolves the names of AWS's endpoints and drops every address we may not connect to. An address
//! written as such never comes here: `endpoint.rs` checks those. Must not know what is asked of AWS.

use std::sync::Arc;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};

use crate::address::AddressPolicy;

/// Why a name gave no address to connect to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveFailure {
    /// The name has no address, or nobody could say.
    #[error("resolve {name}")]
    Unknown {
        name: String,
        #[source]
        source: Option<std::io::Error>,
    },
    /// All of its addresses are refused.
    #[error("refuse to connect to {name}: its address is {what}")]
    Refused { name: String, what: &'static str },
}

/// The system's resolver behind our address policy.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) addresses: Arc<AddressPolicy>,
}

impl ResolveDns for GuardedResolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let unknown = |source| ResolveDnsError::new(ResolveFailure::Unknown { name: name.to_owned(), source });
            let found = tokio::net::lookup_host((name, 0)).await.map_err(|source| unknown(Some(source)))?;
            let mut refused = None;
            let mut allowed = Vec::new();
            for address in found {
                match self.addresses.refusal(address.ip()) {
                    None => allowed.push(address.ip()),
                    Some(what) => refused = Some(what),
                }
            }
            match (allowed.is_empty(), refused) {
                (false, _) => Ok(allowed),
                (true, Some(what)) => {
                    Err(ResolveDnsError::new(ResolveFailure::Refused { name: name.to_owned(), what }))
                }
                (true, None) => Err(unknown(None)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    async fn resolve(allowed: &[&str], name: &str) -> Result<usize, &'static str> {
        let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
        let resolver = GuardedResolver { addresses: Arc::new(AddressPolicy::allowing(allowed)) };
        let found = resolver.resolve_dns(name).await;
        found.map(|addresses| addresses.len()).map_err(|error| {
            match error.source().and_then(|source| source.downcast_ref()) {
                Some(ResolveFailure::Unknown { .. }) => "unknown",
                Some(ResolveFailure::Refused { .. }) => "refused",
                None => "something else",
            }
        })
    }

    #[tokio::test]
    async fn keeps_only_addresses_that_are_allowed() {
        assert_eq!(resolve(&[], "localhost").await, Err("refused"));
        assert!(resolve(&["127.0.0.0/8", "::1/128"], "localhost").await.is_ok());
        assert_eq!(resolve(&[], "no-such-name.invalid").await, Err("unknown"));
    }
}
