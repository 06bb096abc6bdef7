//! Which addresses a provider's client may connect to: none that is private, loopback, link-local or
//! otherwise not of the public internet, unless the operator lists its network. Source: product.md 2.5.
//! Must not know names, nor who asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix)
}

/// What is not of the public internet.
/// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, with the multicast and reserved blocks.
const REFUSED: &[(IpNet, &str)] = &[
    (v4(0, 0, 0, 0, 8), "this network, unspecified"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(168, 63, 129, 16, 32), "Azure's platform address"),
    (v4(169, 254, 0, 0, 16), "link-local, metadata services"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "protocol assignments"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 88, 99, 0, 24), "6to4 relays"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(198, 18, 0, 0, 15), "benchmarks"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(240, 0, 0, 0, 4), "reserved, broadcast"),
    (v6(0, 0, 0, 96), "unspecified, loopback, IPv4-compatible"),
    (v6(0x64, 0xff9b, 1, 48), "local NAT64"),
    (v6(0x100, 0, 0, 64), "discard"),
    (v6(0x2001, 0, 0, 23), "protocol assignments, Teredo"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x2002, 0, 0, 16), "6to4"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0x5f00, 0, 0, 16), "segment routing"),
    (v6(0xfc00, 0, 0, 7), "unique local"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 10), "site-local"),
    (v6(0xff00, 0, 0, 8), "multicast"),
];

/// Decides which addresses may be connected to.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    allowed: Vec<IpNet>,
}

impl AddressPolicy {
    /// Refuses everything that is not public, but for these networks.
    #[must_use]
    pub const fn allowing(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Says why an address is refused, if it is.
    #[must_use]
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let meant = embedded_v4(address).map_or(address, IpAddr::V4);
        if self.allowed.iter().any(|network| network.contains(&address) || network.contains(&meant)) {
            return None;
        }
        REFUSED.iter().find(|(network, _)| network.contains(&meant)).map(|(_, what)| *what)
    }
}

/// Finds the IPv4 address that an IPv6 address stands for: IPv4-mapped, or by the well-known NAT64 prefix.
fn embedded_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    v6.to_ipv4_mapped().or_else(|| match v6.octets() {
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &AddressPolicy, address: &str, refused: bool) {
        assert_eq!(policy.refusal(address.parse().unwrap()).is_some(), refused, "{address}");
    }

    #[test]
    fn refuses_what_is_not_public() {
        let policy = AddressPolicy::default();
        for refused in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2001::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            check(&policy, refused, true);
        }
        for public in [
            "8.8.8.8",
            "52.94.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "::ffff:52.94.0.1",
            "64:ff9b::52.94.0.1",
            "2600:1f00::1",
        ] {
            check(&policy, public, false);
        }
    }

    #[test]
    fn the_operator_may_list_networks() {
        let policy = AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "fd12::/16".parse().unwrap()]);
        check(&policy, "127.0.0.1", false);
        check(&policy, "::ffff:127.0.0.1", false);
        check(&policy, "fd12::5", false);
        check(&policy, "::1", true);
        check(&policy, "10.0.0.1", true);
    }
}
