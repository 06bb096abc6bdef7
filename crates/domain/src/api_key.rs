//! Programmatic API keys, used with HTTP Digest, and the addresses they may come from.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::access::Grants;
use crate::id::ApiKeyId;
use crate::secret::SecretBytes;
use crate::time::Timestamp;

/// The hash that Digest checks: MD5 of `publicKey:realm:privateKey`, 16 bytes.
///
/// Whoever holds it can sign in, so it is as secret as the key itself.
pub type Ha1 = SecretBytes<16>;

/// An API key as it is stored. The private half was shown once and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The public half: eight lower-case letters, unique.
    pub public_key: String,
    /// What people call it.
    pub description: String,
    /// What it may do.
    pub grants: Grants,
    /// The addresses it may be used from; empty means any.
    pub access_list: AccessList,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Networks from which an API key or service account may be used. Empty admits every address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessList(pub Vec<IpNet>);

impl AccessList {
    /// Tells whether an address may use the credential. An IPv4 address may come mapped into IPv6.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admits_what_its_networks_hold() {
        let check = |networks: &[&str], address: &str, expected: bool| {
            let list = AccessList(networks.iter().map(|text| text.parse().unwrap()).collect());
            assert_eq!(list.admits(address.parse().unwrap()), expected, "{networks:?} {address}");
        };
        check(&[], "203.0.113.9", true);
        check(&["203.0.113.0/24"], "203.0.113.9", true);
        check(&["203.0.113.0/24"], "203.0.114.9", false);
        check(&["203.0.113.0/24"], "::ffff:203.0.113.9", true);
        check(&["203.0.113.9/32", "2001:db8::/32"], "2001:db8::1", true);
        check(&["203.0.113.9/32"], "2001:db8::1", false);
    }
}
