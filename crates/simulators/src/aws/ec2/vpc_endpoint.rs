//! One interface endpoint, and what it is at a moment.
//!
//! ```text
//!   CreateVpcEndpoint --> pending --delay--> available
//!                            |                  |
//!                            +-- DeleteVpcEndpoints --> deleting --delay--> gone
//! ```
//!
//! It must not know who asks.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::page::tag_set;
use crate::aws::iam::iso;
use crate::aws::query_protocol::Xml;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VpcEndpoint {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) service: String,
    pub(crate) groups: Vec<String>,
    /// One per subnet.
    pub(crate) interfaces: Vec<Interface>,
    /// By zone too, but this is the one that all zones serve.
    pub(crate) dns_name: String,
    pub(crate) client_token: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    /// Until then it is not found. Unit: ms since 1970.
    pub(crate) visible_at: i64,
    /// Unit: ms since 1970.
    pub(crate) available_at: i64,
    /// Unit: ms since 1970.
    pub(crate) gone_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) subnet: String,
    pub(crate) zone: String,
    pub(crate) address: Ipv4Addr,
}

impl VpcEndpoint {
    /// The word that AWS has for it now.
    pub(crate) fn state(&self, now: i64) -> &'static str {
        match self.gone_at {
            Some(_) => "deleting",
            None if now < self.available_at => "pending",
            None => "available",
        }
    }

    pub(crate) fn is_available(&self, now: i64) -> bool {
        self.gone_at.is_none() && now >= self.available_at
    }

    pub(crate) fn is_gone(&self, now: i64) -> bool {
        self.gone_at.is_some_and(|at| now >= at)
    }

    /// Begins its deletion; one that has begun goes on.
    pub(crate) fn delete(&mut self, gone_at: i64) {
        self.gone_at.get_or_insert(gone_at);
    }

    pub(crate) fn subnets(&self) -> impl Iterator<Item = &String> {
        self.interfaces.iter().map(|interface| &interface.subnet)
    }

    /// What policies may ask about it.
    pub(crate) fn facts(&self) -> Vec<(String, Vec<String>)> {
        let mut facts = vec![("ec2:VpceServiceName".to_owned(), vec![self.service.clone()])];
        facts.extend(self.tags.iter().map(|(tag, value)| (format!("aws:ResourceTag/{tag}"), vec![value.clone()])));
        facts
    }

    /// Writes it as every operation shows it.
    pub(crate) fn write(&self, xml: &mut Xml, now: i64) {
        xml.text("vpcEndpointId", &self.id)
            .text("vpcEndpointType", "Interface")
            .text("vpcId", &self.vpc)
            .text("serviceName", &self.service)
            .text("state", self.state(now))
            .text("ownerId", &self.account)
            .text("ipAddressType", "ipv4")
            .text("privateDnsEnabled", "false")
            .text("requesterManaged", "false")
            .text("creationTimestamp", &iso(self.created));
        xml.element("routeTableIdSet", |_| {});
        xml.element("subnetIdSet", |xml| {
            for subnet in self.subnets() {
                xml.text("item", subnet);
            }
        });
        xml.element("groupSet", |xml| {
            for group in &self.groups {
                xml.element("item", |xml| {
                    xml.text("groupId", group);
                });
            }
        });
        xml.element("networkInterfaceIdSet", |xml| {
            for interface in &self.interfaces {
                xml.text("item", &interface.id);
            }
        });
        // Source: "View the DNS names of an interface endpoint": the regional name first, then one per zone.
        xml.element("dnsEntrySet", |xml| {
            let by_zone = self.interfaces.iter().filter_map(|interface| {
                let (first, rest) = self.dns_name.split_once('.')?;
                Some(format!("{first}-{}.{rest}", interface.zone))
            });
            for name in std::iter::once(self.dns_name.clone()).chain(by_zone) {
                xml.element("item", |xml| {
                    xml.text("dnsName", &name).text("hostedZoneId", "Z7HUB22UULQXV");
                });
            }
        });
        tag_set(xml, &self.tags);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_pending_then_available_then_deleting_then_gone() {
        let mut endpoint = VpcEndpoint {
            id: "vpce-1".to_owned(),
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            vpc: "vpc-1".to_owned(),
            service: "com.amazonaws.us-east-1.kms".to_owned(),
            groups: Vec::new(),
            interfaces: Vec::new(),
            dns_name: String::new(),
            client_token: None,
            tags: BTreeMap::new(),
            created: 0,
            visible_at: 0,
            available_at: 10,
            gone_at: None,
        };
        assert_eq!(endpoint.state(9), "pending");
        assert_eq!(endpoint.state(10), "available");
        endpoint.delete(20);
        assert_eq!(endpoint.state(19), "deleting");
        assert!(!endpoint.is_gone(19) && !endpoint.is_available(19));
        endpoint.delete(30);
        assert!(endpoint.is_gone(20), "a second deletion delays nothing");
    }
}
