//! What depends on the cloud, in the words of 2023-01-01. All faults are found at once.

use super::request::{ClusterBody, ProviderSettingsBody, RegionSpecBody};
use crate::atlas::clusters::v2024_08_05::request::check::{Offer, check_region, check_size, offer};
use crate::fault::{Fault, FaultKind, quoted};
use crate::patch::Patch;
use crate::text_format::UPPER_WORD;

/// The longest name of a region. Unit: Unicode code points.
const LONGEST_REGION: usize = 64;

/// Finds every fault that depends on the cloud: the one that is named, else the present one.
pub(super) fn faults(body: &ClusterBody, present: Option<&str>) -> Vec<Fault> {
    let mut found = Vec::new();
    let settings = body.provider_settings.as_ref().value();
    let named = settings.and_then(|settings| settings.provider_name.as_ref().value()).map(String::as_str);
    if let (Patch::Value(_), Patch::Value(_)) = (&body.replication_spec, &body.replication_specs) {
        found.push(Fault::at("replicationSpec", FaultKind::Duplicate));
    }
    let Some(offer) = named.or(present).and_then(offer) else { return found };
    if let Some(settings) = settings {
        check_settings(settings, &offer, &mut found);
    }
    if let Patch::Value(regions) = &body.replication_spec {
        check_regions(regions, &offer, "replicationSpec", &mut found);
    }
    for (index, spec) in body.replication_specs.as_ref().value().into_iter().flatten().enumerate() {
        if let Patch::Value(regions) = &spec.regions_config {
            check_regions(regions, &offer, &format!("replicationSpecs[{index}].regionsConfig"), &mut found);
        }
    }
    found
}

fn check_settings(settings: &ProviderSettingsBody, offer: &Offer, found: &mut Vec<Fault>) {
    let at = |name: &str| format!("providerSettings.{name}");
    if let Patch::Value(region) = &settings.region_name {
        check_region(region, offer, || at("regionName"), found);
    }
    check_size(&settings.instance_size_name, offer, || at("instanceSizeName"), found);
    check_size(&settings.max_instance_size, offer, || at("autoScaling.compute.maxInstanceSize"), found);
    check_size(&settings.min_instance_size, offer, || at("autoScaling.compute.minInstanceSize"), found);
    let mut refuse = |is_given: bool, name: &str| {
        if is_given {
            found.push(Fault::at(at(name), FaultKind::NotOnProvider { provider: offer.provider }));
        }
    };
    refuse(!offer.is_shared && settings.backing_provider_name.as_ref().value().is_some(), "backingProviderName");
    refuse(!offer.has_iops && settings.disk_iops.as_ref().value().is_some(), "diskIOPS");
    refuse(!offer.has_volumes && settings.volume_type.as_ref().value().is_some(), "volumeType");
    let has_named_disks = offer.is_shared || offer.provider == "AZURE";
    refuse(!has_named_disks && settings.disk_type_name.as_ref().value().is_some(), "diskTypeName");
}

fn check_regions(regions: &[(String, RegionSpecBody)], offer: &Offer, path: &str, found: &mut Vec<Fault>) {
    for (region, _) in regions {
        let at = || format!("{path}.{}", quoted(region));
        check_region(region, offer, at, found);
        let readable = (UPPER_WORD.matches)(region) && region.chars().count() <= LONGEST_REGION;
        if offer.regions.is_none() && !readable {
            let kind = FaultKind::NoSuchRegion { region: quoted(region), provider: offer.provider, nearest: None };
            found.push(Fault::at(at(), kind));
        }
    }
}
