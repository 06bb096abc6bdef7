//! Rules of nodes, their tokens and their certificates, as tables.

use std::time::Duration;

use super::*;
use crate::cluster::{
    AutoScaling, Cluster, ClusterChange, ClusterName, Disk, FreshIds, HostingCloud, InstanceSize, WantedNodes,
    WantedPlacement, WantedShard,
};
use crate::id::{CertificateAuthorityId, ShardId, ZoneId};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn cluster(cluster_type: ClusterType) -> Cluster {
    let size = InstanceSize::parse("M10").unwrap();
    let placement = WantedPlacement {
        cloud: Some(HostingCloud::Aws),
        region: RegionName::parse("US_EAST_1").unwrap(),
        priority: 7,
        electable: Some(WantedNodes { size, count: Some(3), disk_size_gb: None, disk: Disk::default() }),
        read_only: None,
        analytics: None,
        auto_scaling: AutoScaling::default(),
        analytics_auto_scaling: AutoScaling::default(),
    };
    let change = ClusterChange {
        name: ClusterName::parse("cluster0"),
        cluster_type: Some(cluster_type),
        shards: Some(vec![WantedShard { zone: None, placements: vec![placement] }].into()),
        ..ClusterChange::default()
    };
    let fresh = FreshIds { shard: ShardId::from_random([1; 12]), zone: ZoneId::from_random([1; 12]) };
    let (name, settings) = crate::cluster::create(change, &[fresh]).unwrap();
    let (id, project) = (ClusterId::from_random([2; 12]), ProjectId::from_random([3; 12]));
    Cluster { id, project, name, settings, revision: 1, created_at: NOW }
}

fn check_admission(cluster_type: ClusterType, role: NodeRole, region: Option<&str>, expected: &[&str]) {
    let region = region.map(|region| RegionName::parse(region).unwrap());
    let wanted = NewNode { name: NodeName::parse("n").unwrap(), role, region };
    let broken = admit(&cluster(cluster_type).settings, &wanted).err().unwrap_or_default();
    let fields: Vec<_> = broken.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, expected, "{cluster_type:?} {wanted:?}");
}

#[test]
fn a_node_fits_its_cluster() {
    use ClusterType::{ReplicaSet, Sharded};
    use NodeRole::{Client, Mongod, Mongos};
    let here = Some("US_EAST_1");
    check_admission(ReplicaSet, Mongod, here, &[]);
    check_admission(ReplicaSet, Mongod, None, &["region"]);
    check_admission(ReplicaSet, Mongod, Some("EU_WEST_1"), &["region"]);
    check_admission(ReplicaSet, Client, None, &[]);
    check_admission(ReplicaSet, Client, here, &["region"]);
    check_admission(ReplicaSet, Mongos, here, &["role"]);
    check_admission(ReplicaSet, Mongos, None, &["role", "region"]);
    check_admission(Sharded, Mongos, here, &[]);
    check_admission(Sharded, Mongos, Some("EU_WEST_1"), &["region"]);
}

#[test]
fn roles_are_read_back_and_only_clients_share() {
    assert!(NodeRole::ALL.into_iter().all(|role| NodeRole::by_name(role.name()) == Some(role)));
    assert_eq!(NodeRole::by_name("Mongod"), None);
    assert_eq!(NodeRole::ALL.map(NodeRole::shares_keys), [false, false, true]);
}

fn node(revoked_at: Option<Timestamp>) -> Node {
    Node {
        id: NodeId::from_random([4; 12]),
        project: ProjectId::from_random([3; 12]),
        cluster: ClusterId::from_random([2; 12]),
        name: NodeName::parse("n").unwrap(),
        role: NodeRole::Client,
        region: None,
        created_at: NOW,
        revoked_at,
    }
}

fn serial(number: u8) -> Serial {
    Serial::from_random([number; 16])
}

/// A certificate for key `number`, written then.
fn certificate(number: u8, issued_at: Timestamp) -> NodeCertificate {
    NodeCertificate {
        serial: serial(number),
        node: node(None).id,
        authority: CertificateAuthorityId::from_random([5; 12]),
        public_key: [number; 32],
        fingerprint: [number; 32],
        issued_at,
        expires_at: issued_at + NodeCertificate::LASTS,
        ends_at: issued_at + NodeCertificate::LASTS,
    }
}

fn token() -> EnrolmentToken {
    next_token(&node(None), [9; 32], NOW).unwrap()
}

fn used(at: Timestamp) -> EnrolmentToken {
    EnrolmentToken { used: Some(TokenUse { at, serial: serial(1) }), ..token() }
}

#[test]
fn a_token_is_used_once_and_its_answer_can_be_repeated() {
    use EnrolmentRefusal as R;
    use EnrolmentStep::{Issue, Repeat};
    let check = |token: &EnrolmentToken, had: &[u8], key: u8, after: Duration, expected| {
        let had: Vec<_> = had.iter().map(|number| certificate(*number, NOW)).collect();
        let found = enrol(token, &node(None), &had, &[key; 32], NOW + after);
        assert_eq!(found, expected, "{token:?} key {key} after {after:?}");
    };
    let hour = 60 * MINUTE;
    check(&token(), &[], 1, Duration::ZERO, Ok(Issue));
    check(&token(), &[], 1, hour - Duration::from_millis(1), Ok(Issue));
    check(&token(), &[], 1, hour, Err(R::Expired));
    check(&token(), &[2], 1, MINUTE, Ok(Issue));
    check(&token(), &[2, 1], 1, MINUTE, Err(R::KeyUsedBefore));
    check(&used(NOW), &[1], 1, Duration::ZERO, Ok(Repeat(serial(1))));
    check(&used(NOW), &[1], 1, 10 * MINUTE - Duration::from_millis(1), Ok(Repeat(serial(1))));
    check(&used(NOW), &[1], 1, 10 * MINUTE, Err(R::Used));
    check(&used(NOW), &[1], 2, MINUTE, Err(R::Used));
    check(&used(NOW), &[], 1, MINUTE, Err(R::Used));
    // It was used in its last minute: the repetition may come after the hour.
    check(&used(NOW + 59 * MINUTE), &[1], 1, 65 * MINUTE, Ok(Repeat(serial(1))));
}

#[test]
fn a_revoked_node_and_a_foreign_one_get_nothing() {
    let revoked = node(Some(NOW));
    assert_eq!(next_token(&revoked, [9; 32], NOW), Err(EnrolmentRefusal::NodeRevoked));
    for token in [token(), used(NOW)] {
        let found = enrol(&token, &revoked, &[certificate(1, NOW)], &[1; 32], NOW);
        assert_eq!(found, Err(EnrolmentRefusal::NodeRevoked));
        let other = Node { id: NodeId::from_random([7; 12]), ..node(None) };
        assert_eq!(enrol(&token, &other, &[], &[1; 32], NOW), Err(EnrolmentRefusal::Unknown));
    }
}

#[test]
fn a_certificate_counts_until_its_end() {
    let check = |ends_after: Duration, after: Duration, expected| {
        let one = NodeCertificate { ends_at: NOW + ends_after, ..certificate(1, NOW) };
        assert_eq!(one.standing(NOW + after), expected, "ends after {ends_after:?}, asked after {after:?}");
    };
    check(30 * DAY, 30 * DAY - Duration::from_millis(1), Standing::Live);
    check(30 * DAY, 30 * DAY, Standing::Expired);
    check(DAY, DAY - Duration::from_millis(1), Standing::Live);
    check(DAY, DAY, Standing::Ended);
    check(DAY, 31 * DAY, Standing::Expired);
    check(Duration::ZERO, Duration::ZERO, Standing::Ended);
}

#[test]
fn no_more_than_two_certificates_count_and_two_only_for_a_day() {
    let now = NOW + 10 * DAY;
    let check = |had: Vec<NodeCertificate>, expected: &[(u8, Timestamp)]| {
        let expected: Vec<_> = expected.iter().map(|(number, end)| (serial(*number), *end)).collect();
        assert_eq!(ends_of_predecessors(&had, now), expected);
    };
    check(vec![], &[]);
    check(vec![certificate(1, NOW)], &[(1, now + DAY)]);
    check(vec![certificate(1, NOW), certificate(2, NOW + DAY)], &[(2, now + DAY), (1, now)]);
    // What ends sooner by itself is not made to last.
    let nearly_over = certificate(1, now - 30 * DAY + MINUTE);
    check(vec![nearly_over], &[(1, now + MINUTE)]);
    let ended = NodeCertificate { ends_at: now, ..certificate(1, NOW) };
    check(vec![ended, certificate(2, NOW + DAY)], &[(2, now + DAY)]);
    check(vec![certificate(1, NOW - 30 * DAY)], &[]);
}

#[test]
fn a_serial_is_a_positive_number_of_full_length() {
    for byte in [0, 1, 0x7f, 0x80, 0xff] {
        let serial = Serial::from_random([byte; 16]);
        let [first, ..] = *serial.as_bytes();
        assert!((0x40..0x80).contains(&first), "{serial}");
        assert_eq!(Serial::parse(&serial.to_string()), Some(serial));
    }
    for bad in ["", "40", &"g".repeat(32), &"A".repeat(32), &"+1".repeat(16), &"0".repeat(33)] {
        assert_eq!(Serial::parse(bad), None, "{bad}");
    }
}
