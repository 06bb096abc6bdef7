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
    /// The last characters of the private half, by which its holder knows it again; empty for keys of old.
    pub private_tail: String,
    /// What people call it.
    pub description: String,
    /// What it may do.
    pub grants: Grants,
    /// The addresses it may be used from; empty means any.
    pub access_list: AccessList,
    /// When it was created.
    pub created_at: Timestamp,
}

/// How many characters of a private key are kept to know it again.
pub const PRIVATE_TAIL: usize = 12;
/// How many entries an access list can have. Source: Atlas's documented limit.
pub const ACCESS_ENTRIES_MAX: usize = 200;

/// Networks from which an API key or service account may be used. Empty admits every address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessList(pub Vec<AccessEntry>);

/// One network of an access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessEntry {
    /// The network; a single address is one of full length.
    pub network: IpNet,
    /// When it was added.
    pub since: Timestamp,
}

impl AccessEntry {
    /// Gives the address, if the network is a single one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        (self.network.prefix_len() == self.network.max_prefix_len()).then(|| self.network.addr())
    }
}

impl AccessList {
    /// Makes a list of networks that were all added at one time.
    pub fn of(networks: impl IntoIterator<Item = IpNet>, since: Timestamp) -> Self {
        Self(networks.into_iter().map(|network| AccessEntry { network, since }).collect())
    }

    /// Tells whether an address may use the credential. An IPv4 address may come mapped into IPv6.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|entry| entry.network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admits_what_its_networks_hold() {
        let check = |networks: &[&str], address: &str, expected: bool| {
            let list = AccessList::of(networks.iter().map(|text| text.parse().unwrap()), Timestamp::EPOCH);
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
