//! Tables of the rules about clusters.

use super::*;
use crate::id::{ShardId, ZoneId};
use crate::violation::ViolationKind;

const fn fresh(number: u8) -> FreshIds {
    FreshIds { shard: ShardId::from_random([number; 12]), zone: ZoneId::from_random([number; 12]) }
}

fn all_fresh(from: u8) -> Vec<FreshIds> {
    (from..from + 60).map(fresh).collect()
}

fn size(text: &str) -> InstanceSize {
    InstanceSize::parse(text).unwrap()
}

fn nodes(size_name: &str, count: u32) -> WantedNodes {
    WantedNodes { size: size(size_name), count: Some(count), disk_size_gb: None, disk: Disk::default() }
}

fn region(name: &str, electable: u32, priority: u8) -> WantedPlacement {
    WantedPlacement {
        cloud: Some(HostingCloud::Aws),
        region: RegionName::parse(name).unwrap(),
        priority,
        electable: Some(nodes("M10", electable)),
        read_only: None,
        analytics: None,
        auto_scaling: AutoScaling::default(),
        analytics_auto_scaling: AutoScaling::default(),
    }
}

fn shard(placements: Vec<WantedPlacement>) -> WantedShard {
    WantedShard { zone: None, placements }
}

fn three() -> WantedShard {
    shard(vec![region("US_EAST_1", 3, 7)])
}

fn new(shards: Vec<WantedShard>) -> ClusterChange {
    let cluster_type = if shards.len() == 1 { ClusterType::ReplicaSet } else { ClusterType::Sharded };
    ClusterChange {
        name: ClusterName::parse("cluster0"),
        cluster_type: Some(cluster_type),
        shards: Some(shards.into()),
        ..ClusterChange::default()
    }
}

fn made(change: ClusterChange) -> Cluster {
    let (name, settings) = create(change, &all_fresh(1)).unwrap();
    Cluster {
        id: ClusterId::from_random([9; 12]),
        project: ProjectId::from_random([8; 12]),
        name,
        settings,
        revision: 1,
        created_at: Timestamp::EPOCH,
    }
}

/// Gives the fields that a refusal names, with the rule that each breaks.
fn broken(refusal: Refusal) -> Vec<(String, String)> {
    let Refusal::Violations(violations) = refusal else { panic!("{refusal:?}") };
    let words = |kind: ViolationKind| match kind {
        ViolationKind::Rule { expected } | ViolationKind::Malformed { expected } => expected.to_owned(),
        other @ (ViolationKind::Missing
        | ViolationKind::MissingOneOf { .. }
        | ViolationKind::ReadOnly
        | ViolationKind::NoHighestPriority
        | ViolationKind::NotOurs { .. }
        | ViolationKind::KeyIdentifier { .. }) => format!("{other:?}"),
    };
    violations.into_iter().map(|violation| (violation.field, words(violation.kind))).collect()
}

#[test]
fn names_follow_their_grammar() {
    for good in ["a", "Cluster-0", "0", "a-", &"x".repeat(64)] {
        assert_eq!(ClusterName::parse(good).map(|name| name.to_string()).as_deref(), Some(good));
    }
    for bad in ["", "-a", "a_b", "a b", "ä", "a/b", &"x".repeat(65)] {
        assert_eq!(ClusterName::parse(bad), None, "{bad}");
    }
    for (text, good) in [("8.0", true), ("10.12", true), ("8", false), ("8.0.1", false), ("", false), ("a.b", false)] {
        assert_eq!(MajorVersion::parse(text).is_some(), good, "{text}");
    }
    assert_eq!(MajorVersion::default().first_release(), "8.0.0");
}

#[test]
fn sizes_below_m10_are_told_apart() {
    for (text, tier) in [
        ("M0", Some(SharedTier::Free)),
        ("M2", Some(SharedTier::Flex)),
        ("M5", Some(SharedTier::Flex)),
        ("FLEX", Some(SharedTier::Flex)),
        ("M10", None),
        ("M30_GEN_2", None),
        ("R40", None),
        ("M600_NVME", None),
    ] {
        assert_eq!(size(text).shared_tier(), tier, "{text}");
    }
    assert!(["", "m10", "X10", "M10 "].iter().all(|text| InstanceSize::parse(text).is_none()));
}

#[test]
fn a_new_cluster_is_what_was_said_and_the_rest_is_usual() {
    let cluster = made(new(vec![three()]));
    assert_eq!(cluster.settings.encryption, None);
    assert!(!cluster.settings.paused && !cluster.settings.backup && !cluster.settings.termination_protection);
    assert_eq!(cluster.settings.major_version.as_str(), "8.0");
    assert_eq!(cluster.settings.options, Options::default());
    let [only] = cluster.settings.shards.as_slice() else { panic!("one shard") };
    assert_eq!((only.id, only.zone.id, only.zone.name.as_str()), (fresh(1).shard, fresh(1).zone, "Zone 1"));
    assert_eq!(only.placements[0].electable_count(), 3);
}

#[test]
fn what_is_missing_is_told_at_once() {
    let refusal = create(ClusterChange::default(), &[]).unwrap_err();
    let fields: Vec<_> = broken(refusal).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["name", "replicationSpecs", "clusterType"]);
    let mut bare = region("US_EAST_1", 3, 7);
    bare.electable = None;
    let fields: Vec<_> = broken(create(new(vec![shard(vec![bare])]), &all_fresh(1)).unwrap_err());
    assert!(fields.iter().any(|(field, _)| field == "replicationSpecs[0].regionConfigs[0].electableSpecs"));
}

#[test]
fn counts_and_priorities_follow_their_rules() {
    let check = |placements: Vec<WantedPlacement>, expected: &[&str]| {
        let found = match create(new(vec![shard(placements)]), &all_fresh(1)) {
            Ok(_) => Vec::new(),
            Err(refusal) => broken(refusal),
        };
        let found: Vec<_> = found.iter().map(|(field, rule)| format!("{field}: {rule}")).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} is not about {expected}");
        }
    };
    check(vec![region("A", 3, 7)], &[]);
    check(vec![region("A", 5, 7)], &[]);
    check(vec![region("A", 2, 7), region("B", 2, 6), region("C", 1, 5)], &[]);
    check(vec![region("A", 3, 7), region("B", 0, 0)], &[]);
    check(vec![region("B", 1, 6), region("A", 2, 7)], &[]);
    for count in [1, 2, 4, 6, 8, 50] {
        check(vec![region("A", count, 7)], &["3, 5 or 7"]);
    }
    check(vec![], &["3, 5 or 7"]);
    check(vec![region("A", 3, 6)], &["NoHighestPriority"]);
    check(vec![region("A", 3, 0)], &["from 7 down to 1"]);
    check(vec![region("A", 2, 7), region("B", 1, 7)], &["same priority"]);
    check(vec![region("A", 2, 7), region("B", 1, 5)], &["by one"]);
    check(vec![region("A", 3, 7), region("B", 0, 6)], &["priority 0"]);
    check(vec![region("A", 2, 7), region("A", 1, 6)], &["once in a shard"]);
    let on_azure = WantedPlacement { cloud: Some(HostingCloud::Azure), ..region("A", 1, 6) };
    check(vec![region("A", 2, 7), on_azure], &[]);
    let mut uncounted = region("A", 3, 7);
    uncounted.electable = Some(WantedNodes { count: None, ..nodes("M10", 0) });
    check(vec![uncounted], &["3, 5 or 7", "priority 0", "electableSpecs.nodeCount"]);
}

#[test]
fn a_shard_is_an_element() {
    let of = |cluster_type, count: usize| {
        let change = ClusterChange { cluster_type: Some(cluster_type), ..new(vec![three(); count]) };
        create(change, &all_fresh(1)).map(|(_, settings)| settings.shards.len())
    };
    assert_eq!(of(ClusterType::ReplicaSet, 1), Ok(1));
    assert_eq!(broken(of(ClusterType::ReplicaSet, 2).unwrap_err()).len(), 1);
    for cluster_type in [ClusterType::Sharded, ClusterType::GeoSharded] {
        assert_eq!(of(cluster_type, 1), Ok(1));
        assert_eq!(of(cluster_type, 50), Ok(50));
        assert_eq!(broken(of(cluster_type, 51).unwrap_err()).len(), 1);
        assert_eq!(broken(of(cluster_type, 0).unwrap_err()).len(), 1);
    }
}

#[test]
fn all_disks_are_of_one_size() {
    let with = |one: Option<u32>, two: Option<u32>| {
        let mut first = region("A", 3, 7);
        first.electable = Some(WantedNodes { disk_size_gb: one, ..nodes("M10", 3) });
        first.analytics = Some(WantedNodes { disk_size_gb: two, ..nodes("M20", 1) });
        create(new(vec![shard(vec![first])]), &all_fresh(1)).map(|(_, settings)| settings.disk_size_gb)
    };
    assert_eq!(with(None, None), Ok(None));
    assert_eq!(with(Some(40), None), Ok(Some(40)));
    assert_eq!(with(None, Some(40)), Ok(Some(40)));
    assert_eq!(with(Some(40), Some(40)), Ok(Some(40)));
    let fields = broken(with(Some(40), Some(41)).unwrap_err());
    assert_eq!(fields[0].0, "replicationSpecs[0].regionConfigs[0].analyticsSpecs.diskSizeGB");
    assert_eq!(broken(with(Some(9), None).unwrap_err()).len(), 1);
}

#[test]
fn shared_tiers_are_refused_whatever_else_is_wrong() {
    let of = |cloud, size_name: &str, encryption| {
        let mut only = region("A", 1, 1);
        only.cloud = cloud;
        only.electable = Some(nodes(size_name, 1));
        create(ClusterChange { encryption, ..new(vec![shard(vec![only])]) }, &all_fresh(1)).unwrap_err()
    };
    let refused = |tier, with_customer_key| Refusal::SharedTier { tier, with_customer_key };
    let key = Some(Encryption::By(ProviderKind::AwsKms));
    assert_eq!(of(None, "M0", None), refused(SharedTier::Free, false));
    assert_eq!(of(None, "M5", Some(Encryption::Off)), refused(SharedTier::Flex, false));
    assert_eq!(of(None, "M10", key), refused(SharedTier::Flex, true));
    assert_eq!(of(Some(HostingCloud::Aws), "M2", key), refused(SharedTier::Flex, true));
}

#[test]
fn a_change_keeps_what_it_does_not_mention() {
    let mut first = new(vec![three()]);
    first.encryption = Some(Encryption::By(ProviderKind::AwsKms));
    first.tags = Some(vec![Tag { key: "a".into(), value: "b".into() }]);
    let cluster = made(first);
    let nothing = apply(&cluster, ClusterChange::default(), &[]).unwrap();
    assert_eq!((&nothing.next, nothing.changed, nothing.encryption), (&cluster.settings, false, None));
    let same = ClusterChange { encryption: Some(Encryption::By(ProviderKind::AwsKms)), ..new(vec![three()]) };
    let same = apply(&cluster, same, &all_fresh(100)).unwrap();
    assert!(!same.changed, "ids stay what they are");

    let backup = ClusterChange { backup: Some(true), ..ClusterChange::default() };
    let backup = apply(&cluster, backup, &[]).unwrap();
    assert_eq!(backup.next, Settings { backup: true, ..cluster.settings.clone() });
    let no_tags = ClusterChange { tags: Some(Vec::new()), ..ClusterChange::default() };
    assert!(apply(&cluster, no_tags, &[]).unwrap().next.tags.is_empty());
}

#[test]
fn shards_are_replaced_whole_and_keep_their_ids_and_disks() {
    let mut first = region("A", 3, 7);
    first.electable = Some(WantedNodes { disk_size_gb: Some(40), ..nodes("M10", 3) });
    let cluster = made(new(vec![shard(vec![first]), three()]));
    let mut third = three();
    third.zone = Some("Europe".to_owned());
    let change = ClusterChange { shards: Some(vec![three(), three(), third].into()), ..ClusterChange::default() };
    let next = apply(&cluster, change, &all_fresh(100)).unwrap().next;
    let ids: Vec<_> = next.shards.iter().map(|shard| (shard.id, shard.zone.id)).collect();
    assert_eq!(
        ids,
        [(fresh(1).shard, fresh(1).zone), (fresh(2).shard, fresh(1).zone), (fresh(102).shard, fresh(102).zone)]
    );
    assert_eq!(next.disk_size_gb, Some(40), "a disk does not shrink by being passed over");
    assert_eq!(next.shards[0].placements[0].region.as_str(), "US_EAST_1");
}

#[test]
fn the_way_from_one_provider_to_another_leads_through_none() {
    use ProviderKind::{AwsKms, AzureKeyVault, GcpKms};
    let of = |present: Option<ProviderKind>, wanted: Encryption| {
        let mut cluster = made(new(vec![three()]));
        cluster.settings.encryption = present;
        let change = ClusterChange { encryption: Some(wanted), ..ClusterChange::default() };
        apply(&cluster, change, &[]).map(|applied| applied.encryption)
    };
    for provider in ProviderKind::ALL {
        assert_eq!(of(None, Encryption::By(provider)), Ok(Some(EncryptionMove::On(provider))));
        assert_eq!(of(Some(provider), Encryption::Off), Ok(Some(EncryptionMove::Off(provider))));
        assert_eq!(of(Some(provider), Encryption::By(provider)), Ok(None));
    }
    assert_eq!(of(None, Encryption::Off), Ok(None));
    for (from, to) in [(AwsKms, AzureKeyVault), (AzureKeyVault, GcpKms), (GcpKms, AwsKms)] {
        assert_eq!(of(Some(from), Encryption::By(to)), Err(Refusal::ProviderChanged { from, to }));
    }
}

#[test]
fn a_paused_cluster_can_be_resumed_and_nothing_else() {
    let running = made(new(vec![three()]));
    let mut paused = running.clone();
    paused.settings.paused = true;
    let change =
        |pause: Option<bool>, backup: Option<bool>| ClusterChange { paused: pause, backup, ..ClusterChange::default() };
    let to = |cluster: &Cluster, pause, backup| {
        apply(cluster, change(pause, backup), &[]).map(|applied| (applied.next.paused, applied.changed))
    };
    assert_eq!(to(&running, Some(true), None), Ok((true, true)));
    assert_eq!(to(&running, Some(true), Some(true)), Err(Refusal::ChangedAndPaused));
    assert_eq!(to(&running, Some(false), Some(true)), Ok((false, true)));
    assert_eq!(to(&paused, Some(false), None), Ok((false, true)));
    assert_eq!(to(&paused, Some(false), Some(true)), Err(Refusal::Paused));
    assert_eq!(to(&paused, None, Some(true)), Err(Refusal::Paused));
    assert_eq!(to(&paused, Some(true), Some(true)), Err(Refusal::Paused));
    assert_eq!(to(&paused, Some(true), None), Err(Refusal::AlreadyPaused));
    assert_eq!(to(&paused, None, None), Ok((true, false)));
    let born_paused = ClusterChange { paused: Some(true), ..new(vec![three()]) };
    assert_eq!(create(born_paused, &all_fresh(1)).unwrap_err(), Refusal::PausedFromTheStart);
}

#[test]
fn a_name_stays_and_a_type_grows() {
    let cluster = made(new(vec![three()]));
    let named = |name: &str| ClusterChange { name: ClusterName::parse(name), ..ClusterChange::default() };
    assert!(!apply(&cluster, named("cluster0"), &[]).unwrap().changed);
    assert_eq!(broken(apply(&cluster, named("other"), &[]).unwrap_err()), [("name".to_owned(), "ReadOnly".to_owned())]);
    for from in ClusterType::ALL {
        for to in ClusterType::ALL {
            let mut cluster = cluster.clone();
            cluster.settings.cluster_type = *from;
            let change = ClusterChange { cluster_type: Some(*to), ..ClusterChange::default() };
            let fits = from == to || (*from, *to) == (ClusterType::ReplicaSet, ClusterType::Sharded);
            assert_eq!(apply(&cluster, change, &[]).is_ok(), fits, "{from:?} {to:?}");
        }
    }
}

#[test]
fn protection_holds_off_deletion() {
    let mut cluster = made(new(vec![three()]));
    assert_eq!(may_delete(&cluster.settings), Ok(()));
    cluster.settings.termination_protection = true;
    assert_eq!(may_delete(&cluster.settings), Err(Refusal::TerminationProtected));
}

fn zones(wanted: Vec<(Option<&str>, u32, Vec<WantedPlacement>)>) -> ClusterChange {
    let zone = |(name, count, placements): (Option<&str>, u32, Vec<WantedPlacement>)| WantedZone {
        shard: WantedShard { zone: name.map(str::to_owned), placements },
        count,
    };
    let zones = wanted.into_iter().map(zone).collect();
    ClusterChange { grain: Grain::Zone, shards: Some(WantedShards::ByZone(zones)), ..ClusterChange::default() }
}

fn named(change: ClusterChange, cluster_type: ClusterType) -> ClusterChange {
    ClusterChange { name: ClusterName::parse("cluster0"), cluster_type: Some(cluster_type), ..change }
}

#[test]
fn zones_become_as_many_shards_as_they_count() {
    let east = || vec![region("US_EAST_1", 3, 7)];
    let west = || vec![region("US_WEST_1", 3, 7)];
    let cluster = made(named(zones(vec![(None, 2, east()), (None, 1, west())]), ClusterType::GeoSharded));
    let shards = &cluster.settings.shards;
    let names: Vec<&str> = shards.iter().map(|shard| shard.zone.name.as_str()).collect();
    assert_eq!(names, ["Zone 1", "Zone 1", "Zone 2"]);
    assert!(shards[0].zone == shards[1].zone && shards[0].id != shards[1].id);
    let told: Vec<(&str, u32)> =
        by_zone(shards).unwrap().iter().map(|zone| (zone.first.zone.name.as_str(), zone.count)).collect();
    assert_eq!(told, [("Zone 1", 2), ("Zone 2", 1)]);

    // What was told can be told again and changes nothing; more of a zone come last, fewer leave the first ones.
    let again = apply(&cluster, zones(vec![(Some("Zone 2"), 1, west()), (Some("Zone 1"), 2, east())]), &all_fresh(90));
    assert!(!again.unwrap().changed);
    let grown = apply(&cluster, zones(vec![(None, 3, east()), (None, 1, west())]), &all_fresh(90)).unwrap().next;
    assert_eq!(grown.shards[..3], cluster.settings.shards[..]);
    assert_eq!((grown.shards[3].zone.name.as_str(), grown.shards.len()), ("Zone 1", 4));
    let shrunk = apply(&cluster, zones(vec![(None, 1, east()), (None, 1, west())]), &all_fresh(90)).unwrap().next;
    assert_eq!(shrunk.shards, [shards[0].clone(), shards[2].clone()]);
}

#[test]
fn zones_have_rules_of_their_own() {
    let check = |change: ClusterChange, cluster_type, field: &str| {
        let found = broken(create(named(change, cluster_type), &all_fresh(1)).unwrap_err());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, field);
    };
    let east = || vec![region("US_EAST_1", 3, 7)];
    check(zones(vec![(None, 2, east())]), ClusterType::ReplicaSet, "replicationSpecs");
    check(zones(vec![(None, 26, east()), (None, 25, east())]), ClusterType::Sharded, "replicationSpecs");
    check(
        zones(vec![(Some("a"), 1, east()), (Some("a"), 1, east())]),
        ClusterType::Sharded,
        "replicationSpecs[1].zoneName",
    );
    let even = vec![region("US_EAST_1", 4, 7)];
    check(zones(vec![(None, 1, even)]), ClusterType::Sharded, "replicationSpecs[0].regionConfigs");
}

#[test]
fn a_description_that_is_too_coarse_is_refused_before_anything_changes() {
    let other = |size_name: &str| {
        let mut shard = three();
        shard.placements[0].electable = Some(nodes(size_name, 3));
        shard
    };
    let elsewhere = |cloud, name: &str| {
        let mut second = region(name, 2, 6);
        second.cloud = Some(cloud);
        shard(vec![region("US_EAST_1", 1, 7), second])
    };
    let mut mixed = three();
    mixed.placements[0].analytics = Some(nodes("M40", 1));
    for (shards, zone, cluster) in [
        (vec![three()], Ok(()), Ok(())),
        (vec![three(), three()], Ok(()), Ok(())),
        (vec![three(), other("M30")], Err(TooCoarse::Shards), Err(TooCoarse::Shards)),
        (vec![elsewhere(HostingCloud::Gcp, "EASTERN_US")], Ok(()), Err(TooCoarse::Clouds)),
        (vec![elsewhere(HostingCloud::Aws, "US_WEST_1")], Ok(()), Ok(())),
        (vec![mixed], Ok(()), Err(TooCoarse::Nodes)),
    ] {
        let described = made(new(shards));
        for (grain, expected) in [(Grain::Shard, Ok(())), (Grain::Zone, zone), (Grain::Cluster, cluster)] {
            let change = ClusterChange { grain, backup: Some(true), ..ClusterChange::default() };
            let applied = apply(&described, change, &[]).map(|_| ());
            assert_eq!(applied, expected.map_err(Refusal::TooCoarse), "{grain:?}");
        }
    }
}

fn alike_change(change: AlikeChange) -> ClusterChange {
    let shards = Some(WantedShards::Alike(change));
    ClusterChange { name: ClusterName::parse("cluster0"), grain: Grain::Cluster, shards, ..ClusterChange::default() }
}

fn small(region: &str) -> AlikeChange {
    AlikeChange {
        cloud: Some(WantedCloud::Own(HostingCloud::Aws)),
        size: Some(size("M10")),
        region: RegionName::parse(region),
        ..AlikeChange::default()
    }
}

fn place(name: &str, electable: u32, priority: Option<u8>) -> AlikePlace {
    AlikePlace { region: RegionName::parse(name).unwrap(), priority, electable, read_only: 0, analytics: 0 }
}

#[test]
fn what_is_said_of_all_nodes_becomes_shards() {
    let cluster = made(alike_change(small("US_EAST_1")));
    assert_eq!(cluster.settings.cluster_type, ClusterType::ReplicaSet);
    assert_eq!(cluster.settings.shards[0].placements[0].electable_count(), 3);
    let sharded = made(alike_change(AlikeChange { shards: Some(3), electable: Some(5), ..small("US_EAST_1") }));
    assert_eq!((sharded.settings.cluster_type, sharded.settings.shards.len()), (ClusterType::Sharded, 3));
    assert_eq!(sharded.settings.shards[2].placements[0].electable_count(), 5);
    let zone =
        |name: &str| AlikeZone { name: Some(name.to_owned()), shards: None, places: vec![place("US_EAST_1", 3, None)] };
    let geo = AlikeChange { zones: Some(vec![zone("a"), zone("b")]), region: None, ..small("US_EAST_1") };
    assert_eq!(made(alike_change(geo)).settings.cluster_type, ClusterType::GeoSharded);

    // What a change leaves out is as it is.
    let next = |cluster: &Cluster, change| apply(cluster, alike_change(change), &all_fresh(90)).unwrap();
    assert!(!next(&cluster, AlikeChange::default()).changed);
    assert!(!next(&cluster, small("US_EAST_1")).changed);
    let larger = next(&cluster, AlikeChange { size: Some(size("M30")), ..AlikeChange::default() }).next;
    let kept = Placement {
        electable: Some(Nodes { size: size("M30"), count: 3, disk: Disk::default() }),
        ..cluster.settings.shards[0].placements[0].clone()
    };
    assert_eq!(larger.shards[0].placements, [kept]);
    let moved = next(&cluster, AlikeChange { region: RegionName::parse("US_WEST_1"), ..AlikeChange::default() }).next;
    assert_eq!(moved.shards[0].placements[0].region.as_str(), "US_WEST_1");
    let scaling = AutoScalingChange { compute: Some(true), largest: Some(size("M40")), ..AutoScalingChange::default() };
    let growing = next(&cluster, AlikeChange { auto_scaling: scaling, ..AlikeChange::default() }).next;
    assert!(growing.shards[0].placements[0].auto_scaling.compute && !growing.shards[0].placements[0].auto_scaling.disk);
}

#[test]
fn what_is_said_of_all_nodes_must_agree_with_itself() {
    let check = |present: Option<AlikeChange>, change: AlikeChange, fields: &[&str]| {
        let refusal = match present {
            None => create(alike_change(change), &all_fresh(1)).unwrap_err(),
            Some(present) => apply(&made(alike_change(present)), alike_change(change), &all_fresh(90)).unwrap_err(),
        };
        let found: Vec<String> = broken(refusal).into_iter().map(|(field, _)| field).collect();
        assert_eq!(found, fields);
    };
    let spread = |places| AlikeChange {
        zones: Some(vec![AlikeZone { name: None, shards: Some(1), places }]),
        region: None,
        ..small("US_EAST_1")
    };
    let two = || vec![place("US_EAST_1", 2, Some(7)), place("US_WEST_1", 1, Some(6))];
    let unsaid = AlikeChange::default;
    check(
        None,
        unsaid(),
        &["providerSettings.providerName", "providerSettings.instanceSizeName", "providerSettings.regionName"],
    );
    check(None, spread(vec![place("US_EAST_1", 4, None)]), &["replicationSpecs[0].regionsConfig"]);
    check(
        None,
        spread(vec![place("US_EAST_1", 3, Some(0))]),
        &["replicationSpecs[0].regionsConfig.US_EAST_1.priority"],
    );
    check(
        None,
        spread(vec![place("US_EAST_1", 2, None), place("US_WEST_1", 1, Some(7))]),
        &["replicationSpecs[0].regionsConfig.US_EAST_1.priority"],
    );
    check(None, AlikeChange { shards: Some(2), ..spread(two()) }, &["numShards"]);
    check(None, AlikeChange { electable: Some(5), ..spread(two()) }, &["replicationFactor"]);
    check(
        None,
        AlikeChange { region: RegionName::parse("EU_WEST_1"), ..spread(two()) },
        &["providerSettings.regionName"],
    );
    let region = RegionName::parse("EU_WEST_1");
    check(Some(spread(two())), AlikeChange { region, ..unsaid() }, &["providerSettings.regionName"]);
    let zone = |name: &str, region: &str| AlikeZone {
        name: Some(name.to_owned()),
        shards: None,
        places: vec![place(region, 3, None)],
    };
    let apart = vec![zone("a", "US_EAST_1"), zone("b", "EU_WEST_1")];
    let apart = AlikeChange { zones: Some(apart), region: None, ..small("US_EAST_1") };
    let region = RegionName::parse("US_EAST_1");
    check(Some(apart), AlikeChange { region, ..unsaid() }, &["providerSettings.regionName"]);
    check(Some(spread(two())), AlikeChange { electable: Some(5), ..unsaid() }, &["replicationFactor"]);
    let gcp = AlikeChange { cloud: Some(WantedCloud::Own(HostingCloud::Gcp)), ..unsaid() };
    check(Some(small("US_EAST_1")), gcp, &["providerSettings.regionName"]);
}

#[test]
fn legacy_backup_is_refused_and_said_to_bar_a_customer_key() {
    let cluster = made(new(vec![three()]));
    let change = |encryption| ClusterChange { legacy_backup: Some(true), encryption, ..ClusterChange::default() };
    let refused = |with_customer_key| Err(Refusal::LegacyBackup { with_customer_key });
    assert_eq!(apply(&cluster, change(None), &[]), refused(false));
    assert_eq!(apply(&cluster, change(Some(Encryption::By(ProviderKind::AwsKms))), &[]), refused(true));
    let off = ClusterChange { legacy_backup: Some(false), ..ClusterChange::default() };
    assert!(!apply(&cluster, off, &[]).unwrap().changed);
}
