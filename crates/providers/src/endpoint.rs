//! What an endpoint must be that the operator set, and where a request may go: https, or plain http on
//! loopback, and never to an address that the policy refuses. No tenant input chooses a host (product.md
//! 2.5). Must not know what is asked there.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::AddressPolicy;

/// Checks an endpoint that the operator set: scheme, host and port.
/// Errors: what is wrong with it, as half a sentence.
pub(crate) fn check(endpoint: &str, addresses: &AddressPolicy) -> Result<(), String> {
    let url = check_place(endpoint, addresses)?;
    if url.path() != "/" {
        return Err("has a path, query or fragment; give scheme, host and port only".to_owned());
    }
    Ok(())
}

/// Checks an endpoint that the operator set and that may have a path.
/// Errors: what is wrong with it, as half a sentence.
pub(crate) fn check_place(endpoint: &str, addresses: &AddressPolicy) -> Result<Url, String> {
    let url = Url::parse(endpoint).map_err(|source| format!("not a URL: {source}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("carries user information; credentials are settings of their own".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a path, query or fragment; give scheme, host and port only".to_owned());
    }
    judge(&url, addresses)?;
    Ok(url)
}

/// Judges where a request goes. An HTTP client connects to a literal address without asking its
/// resolver, so it is judged here.
/// Errors: what is wrong with it, as half a sentence.
pub(crate) fn judge(url: &Url, addresses: &AddressPolicy) -> Result<(), String> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err("neither https nor http".to_owned());
    }
    let literal = match url.host() {
        None => return Err("names no host".to_owned()),
        Some(Host::Domain(_)) => None,
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
    };
    let loopback = literal.is_some_and(|ip| ip.to_canonical().is_loopback()) || url.host_str() == Some("localhost");
    if url.scheme() == "http" && !loopback {
        return Err("plain http is for loopback only".to_owned());
    }
    match literal.and_then(|ip| addresses.refusal(ip)) {
        Some(what) => Err(format!("its address is {what}; list its network under allow_networks")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_place_we_may_connect_to() {
        let check = |endpoint: &str, allowed: &[&str], fits: bool| {
            let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
            let found = check(endpoint, &AddressPolicy::allowing(allowed));
            assert_eq!(found.is_ok(), fits, "{endpoint} {found:?}");
        };
        let loopback: &[&str] = &["127.0.0.0/8", "::1/128"];
        check("https://kms.example.com", &[], true);
        check("https://kms.example.com:8443/", &[], true);
        check("http://127.0.0.1:4566", loopback, true);
        check("http://[::1]:4566", loopback, true);
        check("http://localhost:4566", &[], true);
        check("http://127.0.0.1:4566", &[], false);
        check("https://127.0.0.1:4566", &[], false);
        check("https://[::ffff:169.254.169.254]", loopback, false);
        check("https://2852039166", loopback, false);
        check("https://10.0.0.1", &[], false);
        check("https://10.0.0.1", &["10.0.0.0/8"], true);
        check("http://10.0.0.1", &["10.0.0.0/8"], false);
        check("http://kms.example.com", &[], false);
        check("ftp://kms.example.com", &[], false);
        check("https://me:secret@kms.example.com", &[], false);
        check("https://kms.example.com/path", &[], false);
        check("https://kms.example.com/?q", &[], false);
        check("kms.example.com", &[], false);
        check("", &[], false);
    }

    #[test]
    fn some_endpoints_may_have_a_path() {
        let fits = |endpoint: &str| check_place(endpoint, &AddressPolicy::default()).is_ok();
        assert!(fits("https://tokens.example.com/token"));
        assert!(!fits("https://tokens.example.com/token?a=b"));
        assert!(!fits("https://tokens.example.com/token#a"));
        assert!(!fits("https://10.0.0.1/token"));
    }
}
