//! Resolves the names of providers' endpoints and drops every address we may not connect to. An address
//! written as such never comes here: `endpoint.rs` judges those. Must not know whose HTTP client asks.

use std::net::IpAddr;
use std::sync::Arc;

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

impl GuardedResolver {
    /// Finds the addresses of a name that may be connected to: at least one.
    /// Errors: there is none.
    pub(crate) async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, ResolveFailure> {
        let unknown = |source| ResolveFailure::Unknown { name: name.to_owned(), source };
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
            (true, Some(what)) => Err(ResolveFailure::Refused { name: name.to_owned(), what }),
            (true, None) => Err(unknown(None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(allowed: &[&str], name: &str) -> Result<usize, &'static str> {
        let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
        let resolver = GuardedResolver { addresses: Arc::new(AddressPolicy::allowing(allowed)) };
        resolver.lookup(name).await.map(|addresses| addresses.len()).map_err(|failure| match failure {
            ResolveFailure::Unknown { .. } => "unknown",
            ResolveFailure::Refused { .. } => "refused",
        })
    }

    #[tokio::test]
    async fn keeps_only_addresses_that_are_allowed() {
        assert_eq!(resolve(&[], "localhost").await, Err("refused"));
        assert!(resolve(&["127.0.0.0/8", "::1/128"], "localhost").await.is_ok());
        assert_eq!(resolve(&[], "no-such-name.invalid").await, Err("unknown"));
    }
}
