//! Sections `[kmip]`, `[leases]` and `[keys]`: the door for database nodes, how long memory serves a key, and how long
//! a destroyed one can be brought back. Must not know the protocol.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use domain::master_key::lease::{LEASE_MAX, OUTAGE_GRACE};
use domain::master_key::state::PURGE_AFTER;
use rustls::pki_types::ServerName;

use super::TlsFiles;
use super::section::{Faults, Section};

/// The port that the protocol's clients call unless told otherwise.
pub(crate) const KMIP_PORT: u16 = 5696;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The door for database nodes.
#[derive(Debug)]
pub(crate) struct KmipConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) certificate: KmipCertificate,
    pub(crate) limits: KmipLimits,
}

/// What the door shows to who calls.
#[derive(Debug)]
pub(crate) enum KmipCertificate {
    /// One from Atrest's own authority, for these names.
    Own { names: Vec<String> },
    /// The operator's.
    Files(TlsFiles),
}

/// What the door takes. Nothing said is the door's own default.
#[derive(Debug, Default)]
pub(crate) struct KmipLimits {
    pub(crate) message_bytes: Option<u64>,
    pub(crate) batch_items: Option<u64>,
    pub(crate) connections: Option<u64>,
    pub(crate) connections_per_node: Option<u64>,
    pub(crate) handshake: Option<Duration>,
    pub(crate) message: Option<Duration>,
    pub(crate) idle: Option<Duration>,
}

/// How long keys last: in memory, and after their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyTimes {
    pub(crate) lease_max: Duration,
    pub(crate) outage_grace: Duration,
    pub(crate) purge_after: Duration,
}

/// Reads the door's section, if the file has one.
pub(super) fn read(root: &mut Section<'_>, faults: &Faults) -> Option<KmipConfig> {
    if !root.names("kmip") {
        return None;
    }
    let mut kmip = root.section("kmip");
    let listen = kmip.parsed("listen").unwrap_or_else(|| (IpAddr::V4(Ipv4Addr::UNSPECIFIED), KMIP_PORT).into());
    let certificate = read_certificate(&mut kmip, faults);
    let mut limits = kmip.section("limits");
    let read = KmipLimits {
        message_bytes: limits.number("message_bytes", 1024, 16 * 1024 * 1024),
        batch_items: limits.number("batch_items", 1, 1000),
        connections: limits.number("connections", 1, 100_000),
        connections_per_node: limits.number("connections_per_node", 1, 10_000),
        handshake: limits.duration("handshake", Duration::from_secs(1), MINUTE),
        message: limits.duration("message", Duration::from_secs(1), 5 * MINUTE),
        idle: limits.duration("idle", Duration::from_secs(1), DAY),
    };
    limits.finish();
    kmip.finish();
    Some(KmipConfig { listen, certificate: certificate?, limits: read })
}

fn read_certificate(kmip: &mut Section<'_>, faults: &Faults) -> Option<KmipCertificate> {
    let says_names = kmip.names("names");
    let names: Vec<String> = kmip.all_parsed("names");
    let certificate = kmip.text("certificate").map(PathBuf::from);
    let private_key = kmip.text("private_key").map(PathBuf::from);
    for name in &names {
        if ServerName::try_from(name.as_str()).is_err() {
            faults.add("kmip.names", format!("{name:?} is neither a host's name nor an IP address"));
        }
    }
    match (certificate, private_key) {
        (None, None) if !names.is_empty() => Some(KmipCertificate::Own { names }),
        (Some(certificate), Some(private_key)) if !says_names => {
            Some(KmipCertificate::Files(TlsFiles { certificate, private_key }))
        }
        (None, None) => {
            faults.add(
                "kmip.names",
                "is missing: list the host names and addresses that nodes call, or set certificate and private_key",
            );
            None
        }
        (Some(_), Some(_)) => {
            faults.add(
                "kmip.names",
                "are for a certificate that Atrest makes: keep these or certificate and private_key",
            );
            None
        }
        (Some(_), None) | (None, Some(_)) => {
            faults.add("kmip", "certificate and private_key go together: name both or neither");
            None
        }
    }
}

/// Reads how long keys last.
pub(super) fn read_times(root: &mut Section<'_>) -> KeyTimes {
    let mut leases = root.section("leases");
    let lease_max = leases.duration("max", Duration::from_secs(1), LEASE_MAX).unwrap_or(LEASE_MAX);
    let outage_grace = leases.duration("outage_grace", Duration::ZERO, DAY).unwrap_or(OUTAGE_GRACE);
    leases.finish();
    let mut keys = root.section("keys");
    let purge_after = keys.duration("purge_after", DAY, 3650 * DAY).unwrap_or(PURGE_AFTER);
    keys.finish();
    KeyTimes { lease_max, outage_grace, purge_after }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, tests::GOOD};
    use super::*;

    fn faults(text: &str) -> String {
        parse(&format!("{GOOD}{text}")).err().map(|faults| faults.list()).unwrap_or_default()
    }

    #[test]
    fn there_is_no_door_before_it_is_asked_for() {
        let config = parse(GOOD).unwrap();
        assert!(config.kmip.is_none());
        let usual = KeyTimes { lease_max: 5 * MINUTE, outage_grace: 15 * MINUTE, purge_after: 30 * DAY };
        assert_eq!(config.key_times, usual);
    }

    #[test]
    fn a_door_has_a_certificate_of_our_own_or_of_the_operators() {
        let config = parse(&format!("{GOOD}[kmip]\nnames = [\"kmip.example.com\", \"192.0.2.7\", \"::1\"]\n")).unwrap();
        let kmip = config.kmip.unwrap();
        assert_eq!(kmip.listen.to_string(), "0.0.0.0:5696");
        assert!(matches!(kmip.certificate, KmipCertificate::Own { names } if names.len() == 3));
        let files = parse(&format!("{GOOD}[kmip]\ncertificate = \"a\"\nprivate_key = \"b\"\n")).unwrap();
        assert!(matches!(files.kmip.unwrap().certificate, KmipCertificate::Files(_)));

        assert!(faults("[kmip]\n").contains("kmip.names: is missing"));
        assert!(faults("[kmip]\nnames = [\"not a name\"]\n").contains("neither a host's name nor an IP address"));
        assert!(faults("[kmip]\ncertificate = \"a\"\n").contains("go together"));
        let both = faults("[kmip]\nnames = [\"a\"]\ncertificate = \"a\"\nprivate_key = \"b\"\n");
        assert!(both.contains("keep these or certificate"), "{both}");
    }

    #[test]
    fn names_every_fault_at_once() {
        let found = faults(
            "[kmip]\nlisten = \"here\"\nport = 5696\n[kmip.limits]\nbatch_items = 0\nmessage_bytes = \"many\"\nidle = \"soon\"\nconections = 1\n[leases]\nmax = \"6m\"\noutage_grace = 5\n[keys]\npurge_after = \"1h\"\n",
        );
        for part in [
            "kmip.listen",
            "kmip.names",
            "kmip.port",
            "kmip.limits.batch_items",
            "kmip.limits.message_bytes",
            "kmip.limits.idle",
            "kmip.limits.conections",
            "leases.max",
            "leases.outage_grace",
            "keys.purge_after",
        ] {
            assert!(found.contains(part), "{part} is missing in\n{found}");
        }
        assert_eq!(found.lines().count(), 10, "{found}");
    }

    #[test]
    fn a_time_has_its_unit() {
        let times = |text: &str| parse(&format!("{GOOD}{text}")).unwrap().key_times;
        let written = times("[leases]\nmax = \"90s\"\noutage_grace = \"0s\"\n[keys]\npurge_after = \"48h\"\n");
        let wanted =
            KeyTimes { lease_max: Duration::from_secs(90), outage_grace: Duration::ZERO, purge_after: 2 * DAY };
        assert_eq!(written, wanted);
        assert_eq!(times("[leases]\noutage_grace = \"1d\"\n").outage_grace, DAY);
        assert!(faults("[leases]\noutage_grace = \"\"\n").contains("such as"));
        assert!(faults("[leases]\noutage_grace = \"99999999999999999999d\"\n").contains("outage_grace"));
    }
}
