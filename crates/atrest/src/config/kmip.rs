//! Sections `[kmip]`, `[leases]` and `[keys]`: the door for database nodes, how long memory serves a key, and how long
//! a destroyed one can be brought back. Must not know the protocol.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use control::Timings;
use domain::master_key::lease::LEASE_MAX;
use rustls::pki_types::ServerName;
use server::kmip::KmipLimits;

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

/// Reads the door's section, if the file has one.
pub(super) fn read(root: &mut Section<'_>, faults: &Faults) -> Option<KmipConfig> {
    if !root.names("kmip") {
        return None;
    }
    let mut kmip = root.section("kmip");
    let listen = kmip.parsed("listen").unwrap_or_else(|| (IpAddr::V4(Ipv4Addr::UNSPECIFIED), KMIP_PORT).into());
    let certificate = read_certificate(&mut kmip, faults);
    let fixed_addresses = kmip.flag("fixed_addresses").unwrap_or_default();
    let mut limits = kmip.section("limits");
    let read = KmipLimits { fixed_addresses, ..read_limits(&mut limits) };
    limits.finish();
    kmip.finish();
    Some(KmipConfig { listen, certificate: certificate?, limits: read })
}

/// Reads what the door takes; nothing said is its own default.
fn read_limits(limits: &mut Section<'_>) -> KmipLimits {
    let mut read = KmipLimits::default();
    let mut number = |key: &str, least: u64, most: u64, place: &mut usize| {
        let number = limits.number(key, least, most).and_then(|number| usize::try_from(number).ok());
        *place = number.unwrap_or(*place);
    };
    number("message_bytes", 1024, 16 * 1024 * 1024, &mut read.message.message_bytes);
    number("depth", 8, 64, &mut read.message.depth);
    number("items", 100, 1_000_000, &mut read.message.items);
    number("batch_items", 1, 1000, &mut read.message.batch_items);
    number("connections", 1, 100_000, &mut read.connections);
    number("connections_per_node", 1, 10_000, &mut read.connections_per_node);
    let mut time = |key: &str, most: Duration, place: &mut Duration| {
        *place = limits.duration(key, Duration::from_secs(1), most).unwrap_or(*place);
    };
    time("handshake", MINUTE, &mut read.handshake);
    time("idle", DAY, &mut read.idle);
    time("pause", MINUTE, &mut read.pause);
    time("whole", 5 * MINUTE, &mut read.whole);
    time("write", 5 * MINUTE, &mut read.write);
    read
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

/// Reads how long keys last: in memory, and after their end.
pub(super) fn read_times(root: &mut Section<'_>, timings: Timings) -> Timings {
    let mut leases = root.section("leases");
    let lease_max = leases.duration("max", Duration::from_secs(1), LEASE_MAX).unwrap_or(timings.lease_max);
    let outage_grace = leases.duration("outage_grace", Duration::ZERO, DAY).unwrap_or(timings.outage_grace);
    leases.finish();
    let mut keys = root.section("keys");
    let purge_after = keys.duration("purge_after", DAY, 3650 * DAY).unwrap_or(timings.purge_after);
    keys.finish();
    Timings { lease_max, outage_grace, purge_after, ..timings }
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
        let Timings { lease_max, outage_grace, purge_after, .. } = config.timings;
        assert_eq!((lease_max, outage_grace, purge_after), (5 * MINUTE, 15 * MINUTE, 30 * DAY));
    }

    #[test]
    fn a_door_has_a_certificate_of_our_own_or_of_the_operators() {
        let config = parse(&format!("{GOOD}[kmip]\nnames = [\"kmip.example.com\", \"192.0.2.7\", \"::1\"]\n")).unwrap();
        let kmip = config.kmip.unwrap();
        assert_eq!(kmip.listen.to_string(), "0.0.0.0:5696");
        assert!(matches!(kmip.certificate, KmipCertificate::Own { names } if names.len() == 3));
        let limited =
            "names = [\"a\"]\n[kmip.limits]\nbatch_items = 7\ndepth = 9\nidle = \"90s\"\nconnections_per_node = 3\n";
        let limits = parse(&format!("{GOOD}[kmip]\nfixed_addresses = true\n{limited}")).unwrap().kmip.unwrap().limits;
        assert!(limits.fixed_addresses);
        assert_eq!((limits.message.batch_items, limits.message.depth, limits.connections_per_node), (7, 9, 3));
        assert_eq!((limits.idle, limits.connections), (Duration::from_secs(90), KmipLimits::default().connections));
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
        let times = |text: &str| parse(&format!("{GOOD}{text}")).unwrap().timings;
        let written = times("[leases]\nmax = \"90s\"\noutage_grace = \"0s\"\n[keys]\npurge_after = \"48h\"\n");
        let Timings { lease_max, outage_grace, purge_after, .. } = written;
        assert_eq!((lease_max, outage_grace, purge_after), (Duration::from_secs(90), Duration::ZERO, 2 * DAY));
        assert_eq!(times("[leases]\noutage_grace = \"1d\"\n").outage_grace, DAY);
        assert!(faults("[leases]\noutage_grace = \"\"\n").contains("such as"));
        assert!(faults("[leases]\noutage_grace = \"99999999999999999999d\"\n").contains("outage_grace"));
    }
}
