//! One origin and the addresses by which alone it may be reached: what a private path is made of. A client
//! that is built on it connects nowhere else. Must not know whose path it is, nor what is asked there.

use std::net::IpAddr;

use domain::validity::TransientReason;
use url::{Host, Url};

use crate::resolver::ResolveFailure;

/// One origin, and its addresses in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pin {
    scheme: String,
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl Pin {
    /// Pins the origin of an address. Plain http is for loopback only.
    /// Errors: `NO_PRIVATE_ENDPOINT` without addresses; `ADDRESS_REFUSED` for an origin that cannot be pinned.
    pub(crate) fn new(url: &Url, addresses: Vec<IpAddr>) -> Result<Self, TransientReason> {
        if addresses.is_empty() {
            return Err(TransientReason::NoPrivateEndpoint);
        }
        // An HTTP client connects to a literal address without asking anybody where it is.
        let (Some(Host::Domain(host)), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(TransientReason::AddressRefused);
        };
        let fits = match url.scheme() {
            "https" => true,
            "http" => addresses.iter().all(|address| address.to_canonical().is_loopback()),
            _ => false,
        };
        if !fits {
            return Err(TransientReason::AddressRefused);
        }
        Ok(Self { scheme: url.scheme().to_owned(), host: host.to_ascii_lowercase(), port, addresses })
    }

    /// Tells whether an address is of the pinned origin.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        url.scheme() == self.scheme
            && matches!(url.host(), Some(Host::Domain(host)) if host.eq_ignore_ascii_case(&self.host))
            && url.port_or_known_default() == Some(self.port)
    }

    /// Tells whether two pins are of one origin, whatever their addresses.
    pub(crate) fn is_of_the_origin_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port == other.port
    }

    /// Gives the addresses of the pinned host. Nobody is asked.
    /// Errors: it is another host.
    pub(crate) fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, ResolveFailure> {
        if name.eq_ignore_ascii_case(&self.host) {
            return Ok(self.addresses.clone());
        }
        Err(ResolveFailure::Refused { name: name.to_owned(), what: "not of this private path" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(url: &str, addresses: &[&str]) -> Result<Pin, TransientReason> {
        Pin::new(&url.parse().unwrap(), addresses.iter().map(|address| address.parse().unwrap()).collect())
    }

    #[test]
    fn pins_names_only() {
        let refused = |url: &str, addresses: &[&str], why| assert_eq!(pin(url, addresses), Err(why), "{url}");
        assert!(pin("https://acme.vault.azure.net/", &["10.0.0.4"]).is_ok());
        assert!(pin("http://kms.example.com:4566/", &["127.66.1.4", "::1"]).is_ok());
        refused("https://acme.vault.azure.net/", &[], TransientReason::NoPrivateEndpoint);
        refused("http://kms.example.com/", &["10.0.0.4"], TransientReason::AddressRefused);
        refused("http://kms.example.com/", &["127.0.0.1", "10.0.0.4"], TransientReason::AddressRefused);
        refused("https://10.0.0.4/", &["10.0.0.4"], TransientReason::AddressRefused);
        refused("https://[::1]/", &["::1"], TransientReason::AddressRefused);
        refused("ftp://kms.example.com/", &["127.0.0.1"], TransientReason::AddressRefused);
    }

    #[test]
    fn knows_its_own_origin_and_no_other() {
        let pin = pin("https://Acme.vault.azure.net/", &["10.0.0.5", "10.0.0.4"]).unwrap();
        let covers = |url: &str| pin.covers(&url.parse().unwrap());
        assert!(covers("https://acme.vault.azure.net/keys/k?a=b") && covers("https://ACME.vault.azure.net:443"));
        assert!(!covers("https://other.vault.azure.net/") && !covers("https://acme.vault.azure.net.example.com/"));
        assert!(!covers("http://acme.vault.azure.net/") && !covers("https://acme.vault.azure.net:8443/"));
        assert!(!covers("https://10.0.0.5/"));
        let found: Vec<String> = pin.lookup("acme.VAULT.azure.net").unwrap().iter().map(IpAddr::to_string).collect();
        assert_eq!(found, ["10.0.0.5", "10.0.0.4"], "in the order they were given");
        assert!(matches!(pin.lookup("login.microsoftonline.com"), Err(ResolveFailure::Refused { .. })));
    }
}
