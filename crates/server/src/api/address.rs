//! Finds out whom a request comes from, and over which scheme, when it came through proxies.
//! Must not know what the address is used for. Only proxies the operator named are believed.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count. Empty trusts nobody.
///
/// `Forwarded` (RFC 7239) is not read: two headers that may disagree would be two truths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Gives the address of the caller: the peer, or behind trusted proxies the right-most address
    /// that is not one of them. What stands left of it is the caller's own claim and is not read.
    /// A malformed entry ends the reading at the last trusted hop.
    #[must_use]
    pub fn caller_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut hop = peer.to_canonical();
        if !self.trust(hop) {
            return hop;
        }
        for line in headers.get_all("x-forwarded-for").iter().rev() {
            let Ok(text) = line.to_str() else { return hop };
            for entry in text.rsplit(',') {
                let Some(address) = parse_hop(entry.trim()) else { return hop };
                hop = address;
                if !self.trust(hop) {
                    return hop;
                }
            }
        }
        hop
    }

    /// Tells whether a trusted proxy says that the caller spoke https to it. Of several the nearest counts.
    #[must_use]
    pub fn forwarded_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let said = headers.get_all("x-forwarded-proto").iter().next_back().and_then(|value| value.to_str().ok());
        let scheme = said.and_then(|text| text.rsplit(',').next());
        self.trust(peer.to_canonical()) && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Reads `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        is_port(port).then(|| inside.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::V6)).flatten()?
    } else if let Ok(address) = text.parse::<IpAddr>() {
        address
    } else {
        IpAddr::V4(*text.parse::<std::net::SocketAddrV4>().ok()?.ip())
    };
    Some(address.to_canonical())
}

/// Tells whether a text is nothing or `:` and a port.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> TrustedProxies {
        TrustedProxies(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()])
    }

    fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (http::HeaderName::from_static(name), line.parse().unwrap())).collect()
    }

    #[test]
    fn the_caller_is_the_right_most_address_nobody_trusts() {
        let check = |peer: &str, lines: &[&str], expected: &str| {
            let found = proxies().caller_address(peer.parse().unwrap(), &headers("x-forwarded-for", lines));
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        };
        check("203.0.113.1", &[], "203.0.113.1");
        check("203.0.113.1", &["192.0.2.1"], "203.0.113.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["192.0.2.1"], "192.0.2.1");
        check("::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1");
        check("10.0.0.1", &["6.6.6.6, 192.0.2.1, 10.1.1.1"], "192.0.2.1");
        check("10.0.0.1", &["6.6.6.6", "192.0.2.1", "10.1.1.1"], "192.0.2.1");
        check("10.0.0.1", &["10.1.1.1, 10.1.1.2"], "10.1.1.1");
        check("10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1");
        check("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7");
        check("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7");
        check("10.0.0.1", &["2001:db8::7, 2001:db8:1::9"], "2001:db8::7");
        check("10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1");
    }

    #[test]
    fn a_malformed_entry_ends_the_reading() {
        let check = |lines: &[&str], expected: &str| {
            let found = proxies().caller_address("10.0.0.1".parse().unwrap(), &headers("x-forwarded-for", lines));
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{lines:?}");
        };
        check(&["192.0.2.1, unknown"], "10.0.0.1");
        check(&["192.0.2.1, nonsense, 10.1.1.1"], "10.1.1.1");
        check(&[""], "10.0.0.1");
        check(&["192.0.2.1,"], "10.0.0.1");
        check(&["192.0.2.300"], "10.0.0.1");
        check(&["[192.0.2.1]"], "10.0.0.1");
        check(&["[2001:db8::7]:99999"], "10.0.0.1");
        check(&["192.0.2.1", "\u{e9}"], "10.0.0.1");
    }

    #[test]
    fn the_scheme_is_believed_from_a_trusted_proxy_only() {
        let check = |peer: &str, lines: &[&str], expected: bool| {
            let found = proxies().forwarded_https(peer.parse().unwrap(), &headers("x-forwarded-proto", lines));
            assert_eq!(found, expected, "{peer} {lines:?}");
        };
        check("203.0.113.1", &["https"], false);
        check("10.0.0.1", &["https"], true);
        check("::ffff:10.0.0.1", &["HTTPS"], true);
        check("10.0.0.1", &["http, https"], true);
        check("10.0.0.1", &["https", "http"], false);
        check("10.0.0.1", &["http"], false);
        check("10.0.0.1", &[], false);
    }
}
