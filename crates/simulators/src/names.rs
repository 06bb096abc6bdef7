//! Which names a door answers to: a page of another origin must not reach it under a name of its own.
//! It must not know what is said over it.

use std::net::IpAddr;

use http::{HeaderMap, header};

/// Which names a door answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Names of the loopback, and the address listened on.
    Loopback,
    /// Those, and names that no public DNS gives out: `NAME.localhost`, and a bare `NAME`.
    Vaults,
    /// Those of the loopback, and names of AWS' interface endpoints for KMS.
    Endpoints,
}

impl Names {
    /// Tells whether such a name is one of many that the door answers to.
    pub(crate) fn has(self, name: &str) -> bool {
        match self {
            Self::Loopback => false,
            Self::Vaults => is_vault_name(name),
            Self::Endpoints => is_endpoint_name(name),
        }
    }
}

/// A page of another origin whose name was rebound to loopback still sends its own Host.
pub(crate) fn host_is_ours(headers: &HeaderMap, (ip, names): (IpAddr, Names)) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(|host| authority_is_ours(host, ip, names))
}

/// Tells whether `host[:port]` is a name that the door answers to.
fn authority_is_ours(authority: &str, ip: IpAddr, names: Names) -> bool {
    let (name, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, after)) => match after.strip_prefix(':') {
            Some(port) => (name, Some(port)),
            None if after.is_empty() => (name, None),
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (authority, None),
        },
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return false;
    }
    name.eq_ignore_ascii_case("localhost")
        || name == "127.0.0.1"
        || name == "::1"
        || name.parse::<IpAddr>().is_ok_and(|named| named == ip)
        || names.has(name)
}

/// `NAME` or `NAME.localhost`, of letters, digits and hyphens.
fn is_vault_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let label = lower.strip_suffix(".localhost").unwrap_or(&lower);
    (1..=63).contains(&label.len())
        && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
        && label.bytes().next().is_some_and(|letter| letter.is_ascii_alphabetic())
}

/// `vpce-….kms.REGION.vpce.amazonaws.com`, and China's.
fn is_endpoint_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match lower.split('.').collect::<Vec<_>>().as_slice() {
        [endpoint, "kms", region, "vpce", "amazonaws", "com"]
        | [endpoint, "kms", region, "vpce", "amazonaws", "com", "cn"] => {
            endpoint.starts_with("vpce-") && is_label(endpoint) && is_label(region)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_names() {
        let check = |authority: &str, expected: bool| {
            let ip = IpAddr::from([127, 0, 0, 2]);
            assert_eq!(authority_is_ours(authority, ip, Names::Loopback), expected, "{authority}");
        };
        check("127.0.0.1", true);
        check("127.0.0.1:80", true);
        check("localhost:65535", true);
        check("LocalHost", true);
        check("[::1]", true);
        check("[::1]:9", true);
        check("127.0.0.2:1", true);
        check("127.0.0.3", false);
        check("localhost.evil.example", false);
        check("evil.example:80", false);
        check("localhost:99999", false);
        check("[::1]x", false);
        check("", false);
        check("vault.localhost:1", false);
        check("vault:1", false);
    }

    #[test]
    fn knows_the_names_of_vaults_where_it_should() {
        let check = |authority: &str, expected: bool| {
            let ip = IpAddr::from([127, 0, 0, 1]);
            assert_eq!(authority_is_ours(authority, ip, Names::Vaults), expected, "{authority}");
        };
        check("localhost:1", true);
        check("vault-1.localhost:1", true);
        check("vault-1:1", true);
        check("a.vault-1.localhost:1", false);
        check("vault.localhost.evil.example:1", false);
        check("vault.evil.example:1", false);
        check("127.1:1", false);
        check("2130706434:1", false);
        check(".localhost", false);
    }

    #[test]
    fn knows_the_names_of_endpoints_where_it_should() {
        let check = |authority: &str, expected: bool| {
            let ip = IpAddr::from([127, 66, 1, 4]);
            assert_eq!(authority_is_ours(authority, ip, Names::Endpoints), expected, "{authority}");
        };
        check("127.66.1.4:1", true);
        check("127.66.1.5:1", false);
        check("vpce-0123456789abcdef0-01234567.kms.us-east-1.vpce.amazonaws.com:1", true);
        check("VPCE-0-0-us-east-1a.KMS.us-east-1.vpce.amazonaws.com", true);
        check("vpce-0-0.kms.cn-north-1.vpce.amazonaws.com.cn", true);
        check("vpce-0-0.sts.us-east-1.vpce.amazonaws.com", false);
        check("kms.us-east-1.amazonaws.com", false);
        check("vpce-0-0.kms.us-east-1.vpce.amazonaws.com.evil.example", false);
        check("vault.localhost", false);
    }
}
