//! What is known of an endpoint's resource in the cloud. Must not know how it came to be known.

use std::net::IpAddr;

/// What is known of the resource in the cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloudRecord {
    /// Whether a creation may have reached the cloud. Once true, only a confirmed absence ends the search for it.
    pub asked: bool,
    /// The cloud's name of it: `vpce-…` on AWS, a resource id on Azure.
    pub resource: Option<String>,
    /// The address of Azure's operation under way.
    pub operation: Option<String>,
    /// The name the vault's owner sees its connection under, if we could read it.
    pub connection_name: Option<String>,
    /// The endpoint's own name, where the cloud gives it one: the first on AWS.
    pub dns_name: Option<String>,
    /// Where it listens.
    pub addresses: Vec<IpAddr>,
    /// Whether the resource was there and is confirmed gone.
    pub resource_gone: bool,
    /// How often in a row the cloud could not be asked.
    pub failures: u32,
}
