//! How what is known of an endpoint's resource lies in its column: JSON. Every part is taken apart by name, so that a
//! new one breaks the build here. Must not know SQL.

use std::net::IpAddr;

use domain::private_endpoint::CloudRecord;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::to_json;

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CloudText {
    asked: bool,
    resource: Option<String>,
    operation: Option<String>,
    connection_name: Option<String>,
    dns_name: Option<String>,
    addresses: Vec<IpAddr>,
    resource_gone: bool,
    failures: u32,
}

/// Writes the column.
pub(super) fn write(cloud: &CloudRecord) -> Result<String> {
    let CloudRecord { asked, resource, operation, connection_name, dns_name, addresses, resource_gone, failures } =
        cloud;
    to_json(&CloudText {
        asked: *asked,
        resource: resource.clone(),
        operation: operation.clone(),
        connection_name: connection_name.clone(),
        dns_name: dns_name.clone(),
        addresses: addresses.clone(),
        resource_gone: *resource_gone,
        failures: *failures,
    })
}

/// Reads the column.
pub(super) fn read(text: CloudText) -> CloudRecord {
    let CloudText { asked, resource, operation, connection_name, dns_name, addresses, resource_gone, failures } = text;
    CloudRecord { asked, resource, operation, connection_name, dns_name, addresses, resource_gone, failures }
}
