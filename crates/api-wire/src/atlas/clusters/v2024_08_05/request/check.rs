//! What depends on the cloud: its regions, its sizes, and the fields that only some clouds have. All faults are
//! found at once. It must not know which description makes sense.

use super::{AutoScalingBody, ClusterBody, HardwareBody, RegionConfigBody, ReplicationSpecBody};
use crate::atlas::clusters::sizes::{AWS_SIZES, AZURE_SIZES, GCP_SIZES, SHARED_SIZES};
use crate::atlas::regions::{AWS_REGIONS, AZURE_REGIONS, GCP_REGIONS};
use crate::fault::{Fault, FaultKind, nearest, quoted};
use crate::patch::Patch;

/// What a cloud has.
pub(in crate::atlas) struct Offer {
    pub(in crate::atlas) provider: &'static str,
    /// None where the region is that of somebody else's machines.
    pub(in crate::atlas) regions: Option<&'static [&'static str]>,
    sizes: &'static [&'static str],
    pub(in crate::atlas) has_iops: bool,
    pub(in crate::atlas) has_volumes: bool,
    pub(in crate::atlas) is_shared: bool,
}

/// Gives what a cloud has; none for a word that names no cloud.
pub(in crate::atlas) fn offer(provider: &str) -> Option<Offer> {
    let dedicated = |provider, regions, sizes| Offer {
        provider,
        regions: Some(regions),
        sizes,
        has_iops: false,
        has_volumes: false,
        is_shared: false,
    };
    let shared = |provider| Offer {
        provider,
        regions: None,
        sizes: SHARED_SIZES,
        has_iops: true,
        has_volumes: true,
        is_shared: true,
    };
    Some(match provider {
        "AWS" => Offer { has_iops: true, has_volumes: true, ..dedicated("AWS", AWS_REGIONS, AWS_SIZES) },
        "AZURE" => Offer { has_iops: true, ..dedicated("AZURE", AZURE_REGIONS, AZURE_SIZES) },
        "GCP" => dedicated("GCP", GCP_REGIONS, GCP_SIZES),
        "TENANT" => shared("TENANT"),
        "FLEX" => shared("FLEX"),
        _ => return None,
    })
}

/// Finds every fault that depends on the cloud.
pub(super) fn faults(body: &ClusterBody) -> Vec<Fault> {
    match &body.replication_specs {
        Patch::Value(specs) => faults_of(specs.iter()),
        Patch::Absent | Patch::Null => Vec::new(),
    }
}

/// Finds every fault that depends on the cloud, in a list of specifications.
pub(in crate::atlas) fn faults_of<'s>(specs: impl Iterator<Item = &'s ReplicationSpecBody>) -> Vec<Fault> {
    let mut found = Vec::new();
    for (index, spec) in specs.enumerate() {
        let Patch::Value(configs) = &spec.region_configs else { continue };
        for (at, config) in configs.iter().enumerate() {
            check(config, &format!("replicationSpecs[{index}].regionConfigs[{at}]"), &mut found);
        }
    }
    found
}

fn check(config: &RegionConfigBody, path: &str, found: &mut Vec<Fault>) {
    let Patch::Value(provider) = &config.provider_name else { return };
    let Some(offer) = offer(provider) else { return };
    if let Patch::Value(region) = &config.region_name {
        check_region(region, &offer, || format!("{path}.regionName"), found);
    }
    if config.backing_provider_name.as_ref().value().is_some() && !offer.is_shared {
        let kind = FaultKind::NotOnProvider { provider: offer.provider };
        found.push(Fault::at(format!("{path}.backingProviderName"), kind));
    }
    for (name, hardware) in [
        ("analyticsSpecs", &config.analytics_specs),
        ("electableSpecs", &config.electable_specs),
        ("readOnlySpecs", &config.read_only_specs),
    ] {
        if let Patch::Value(hardware) = hardware {
            check_hardware(hardware, &offer, &format!("{path}.{name}"), found);
        }
    }
    for (name, scaling) in
        [("analyticsAutoScaling", &config.analytics_auto_scaling), ("autoScaling", &config.auto_scaling)]
    {
        if let Patch::Value(AutoScalingBody { compute: Patch::Value(compute), .. }) = scaling {
            let path = format!("{path}.{name}.compute");
            check_size(&compute.max_instance_size, &offer, || format!("{path}.maxInstanceSize"), found);
            check_size(&compute.min_instance_size, &offer, || format!("{path}.minInstanceSize"), found);
        }
    }
}

fn check_hardware(hardware: &HardwareBody, offer: &Offer, path: &str, found: &mut Vec<Fault>) {
    check_size(&hardware.instance_size, offer, || format!("{path}.instanceSize"), found);
    let mut refuse = |is_given: bool, name: &str| {
        if is_given {
            found.push(Fault::at(format!("{path}.{name}"), FaultKind::NotOnProvider { provider: offer.provider }));
        }
    };
    refuse(!offer.has_iops && hardware.disk_iops.as_ref().value().is_some(), "diskIOPS");
    refuse(!offer.has_volumes && hardware.ebs_volume_type.as_ref().value().is_some(), "ebsVolumeType");
}

/// Holds a region against a cloud.
pub(in crate::atlas) fn check_region(
    region: &str,
    offer: &Offer,
    path: impl FnOnce() -> String,
    found: &mut Vec<Fault>,
) {
    let Some(regions) = offer.regions.filter(|regions| !regions.contains(&region)) else { return };
    let nearest = nearest(region, regions.iter().copied());
    found
        .push(Fault::at(path(), FaultKind::NoSuchRegion { region: quoted(region), provider: offer.provider, nearest }));
}

/// Holds a size against a cloud. One that shares its machines is known on every cloud; that it is not served is not for the wire to say.
pub(in crate::atlas) fn check_size(
    size: &Patch<String>,
    offer: &Offer,
    path: impl FnOnce() -> String,
    found: &mut Vec<Fault>,
) {
    let Patch::Value(size) = size else { return };
    if !offer.sizes.contains(&size.as_str()) && !SHARED_SIZES.contains(&size.as_str()) {
        let kind = FaultKind::NotInEnum { value: Some(quoted(size)), allowed: offer.sizes };
        found.push(Fault::at(path(), kind));
    }
}
