//! From a container to the wire's, in which each cloud names its regions in a field of its own.

use api_wire::atlas::containers::v2023_01_01::Container as WireContainer;
use control::container::Container;
use domain::cluster::{HostingCloud, RegionName};

/// Translates a container.
pub(super) fn to_wire(container: Container) -> WireContainer {
    let Container { id, cloud, regions } = container;
    let names: Vec<String> = regions.iter().map(RegionName::as_str).map(str::to_owned).collect();
    let only = |wanted: HostingCloud| names.first().filter(|_| cloud == wanted).cloned();
    WireContainer {
        id: id.to_string(),
        provider_name: cloud.name(),
        provisioned: false,
        region: only(HostingCloud::Azure),
        region_name: only(HostingCloud::Aws),
        regions: (cloud == HostingCloud::Gcp).then_some(names),
    }
}
