//! Entries of a project's IP access list. They are written down and shown, and given to nobody: Atrest stands in no way
//! between applications and databases. Must not know how an entry is spelled on the wire beyond its own text.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

use crate::time::Timestamp;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// From where.
    pub network: AccessNetwork,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// When it goes by itself, if it does.
    pub delete_after: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A network, or a single address as a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessNetwork(IpNet);

/// Why an entry is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no address.
    NotAnAddress,
    /// It is no network.
    NotANetwork,
    /// Bits after the network's length are set; the network that was meant is this one.
    BitsAfterLength(AccessNetwork),
    /// It would be gone already.
    OverAlready,
    /// It would stay longer than entries that go by themselves may.
    TooLong,
}

impl AccessNetwork {
    /// Reads a single address.
    /// Errors: `NotAnAddress`.
    pub fn of_address(text: &str) -> Result<Self, Refusal> {
        text.parse().map(|address: IpAddr| Self(IpNet::from(address))).map_err(|_| Refusal::NotAnAddress)
    }

    /// Reads a network in the notation of an address, a slash and a length.
    /// Errors: `NotANetwork`, `BitsAfterLength`.
    pub fn of_network(text: &str) -> Result<Self, Refusal> {
        let network: IpNet = text.parse().map_err(|_| Refusal::NotANetwork)?;
        if network.trunc() == network {
            Ok(Self(network))
        } else {
            Err(Refusal::BitsAfterLength(Self(network.trunc())))
        }
    }

    /// Gives the address, if it is a single one.
    #[must_use]
    pub fn address(self) -> Option<IpAddr> {
        (self.0.prefix_len() == self.0.max_prefix_len()).then(|| self.0.addr())
    }
}

impl FromStr for AccessNetwork {
    type Err = Refusal;

    /// Reads either.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.contains('/') { Self::of_network(text) } else { Self::of_address(text) }
    }
}

impl fmt::Display for AccessNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AccessEntry {
    /// How long an entry that goes by itself may stay. Source: Atlas's own, a week.
    pub const STAYS_AT_MOST: Duration = Duration::from_secs(7 * 24 * 3600);

    /// Says whether an entry may be made now that goes at `delete_after`.
    /// Errors: `OverAlready`, `TooLong`.
    pub fn check_end(delete_after: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        if delete_after <= now {
            Err(Refusal::OverAlready)
        } else if delete_after > now + Self::STAYS_AT_MOST {
            Err(Refusal::TooLong)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_strictly() {
        let check = |text: &str, expected: Result<(&str, bool), Refusal>| {
            let found = text.parse::<AccessNetwork>().map(|it| (it.to_string(), it.address().is_some()));
            assert_eq!(found, expected.map(|(text, single)| (text.to_owned(), single)), "{text}");
        };
        check("203.0.113.7", Ok(("203.0.113.7/32", true)));
        check("203.0.113.7/32", Ok(("203.0.113.7/32", true)));
        check("0.0.0.0/0", Ok(("0.0.0.0/0", false)));
        check("2001:db8::1", Ok(("2001:db8::1/128", true)));
        check("2001:DB8::/32", Ok(("2001:db8::/32", false)));
        check("10.0.0.1/8", Err(Refusal::BitsAfterLength("10.0.0.0/8".parse().unwrap())));
        for bad in ["", "sg-903004f8", "10.0.0", "10.0.0.256", "010.0.0.1", " 10.0.0.1", "localhost"] {
            check(bad, Err(Refusal::NotAnAddress));
        }
        for bad in ["10.0.0.0/33", "10.0.0.0/", "/8", "10.0.0.0/8/8", "2001:db8::/129"] {
            check(bad, Err(Refusal::NotANetwork));
        }
    }

    #[test]
    fn an_entry_that_goes_by_itself_goes_within_a_week() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let check = |end, expected| assert_eq!(AccessEntry::check_end(end, now), expected);
        check(now, Err(Refusal::OverAlready));
        check(now + Duration::from_millis(1), Ok(()));
        check(now + AccessEntry::STAYS_AT_MOST, Ok(()));
        check(now + AccessEntry::STAYS_AT_MOST + Duration::from_millis(1), Err(Refusal::TooLong));
    }
}
