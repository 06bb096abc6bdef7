//! Private addresses of the simulated clouds: which there are, by which one a request came, and the switch that cuts
//! one off. It must not know what is reached over them.
//!
//! A cut is like a fault, not like a setting: a restart mends it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use tokio::sync::watch;

use crate::Error;

/// A subnet of a simulated cloud with one private address, on which the cloud answers too, at the port of its public
/// door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// Its name, the only one in that cloud.
    pub name: String,
    /// The loopback address behind it, another than the public door's.
    pub address: Ipv4Addr,
}

/// The way a request came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// By the public door.
    Public,
    /// By the private address of the subnet of that name.
    Private(String),
}

impl Via {
    /// By the private address of a subnet.
    pub fn private(subnet: &str) -> Self {
        Self::Private(subnet.to_owned())
    }
}

/// The subnets of one cloud. Clones are one and the same.
#[derive(Clone, Default)]
pub(crate) struct Subnets {
    all: Arc<Vec<Lane>>,
}

/// A subnet and its switch.
pub(crate) struct Lane {
    pub(crate) subnet: Subnet,
    pub(crate) switch: Switch,
}

impl Subnets {
    /// Errors: `NotLoopback`; `Refused` for a name or an address that comes twice.
    pub(crate) fn new(wanted: Vec<Subnet>, public: IpAddr) -> Result<Self, Error> {
        let (mut names, mut addresses) = (BTreeSet::new(), BTreeSet::from([public]));
        for subnet in &wanted {
            if !subnet.address.is_loopback() {
                return Err(Error::NotLoopback(subnet.address.into()));
            }
            if !names.insert(&subnet.name) || !addresses.insert(subnet.address.into()) {
                return Err(Error::Refused(format!("subnet {} shares its name or its address", subnet.name)));
            }
        }
        let all = wanted.into_iter().map(|subnet| Lane { subnet, switch: Switch::default() }).collect();
        Ok(Self { all: Arc::new(all) })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Lane> {
        self.all.iter()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Lane> {
        self.all.iter().find(|lane| lane.subnet.name == name)
    }

    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        self.all.iter().map(|lane| lane.subnet.address.into()).collect()
    }

    /// Cuts or mends; tells whether there is such a subnet.
    pub(crate) fn set_cut(&self, name: &str, cut: bool) -> bool {
        let found = self.find(name);
        if let Some(lane) = found {
            lane.switch.set(cut);
        }
        found.is_some()
    }
}

/// Whether a line is cut. Clones are one and the same.
#[derive(Clone)]
pub(crate) struct Switch {
    cut: Arc<watch::Sender<bool>>,
}

impl Default for Switch {
    fn default() -> Self {
        Self { cut: Arc::new(watch::Sender::new(false)) }
    }
}

impl Switch {
    pub(crate) fn is_cut(&self) -> bool {
        *self.cut.borrow()
    }

    /// Ends once the line is cut.
    /// Cancel: nothing is lost.
    pub(crate) async fn cut(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.cut.subscribe().wait_for(|cut| *cut).await;
    }

    fn set(&self, cut: bool) {
        self.cut.send_replace(cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_subnets_that_cannot_be_told_apart() {
        let subnet = |name: &str, last| Subnet { name: name.to_owned(), address: Ipv4Addr::new(127, 65, 0, last) };
        let check = |wanted: Vec<Subnet>, expected: bool| {
            let made = Subnets::new(wanted.clone(), Ipv4Addr::new(127, 65, 0, 9).into());
            assert_eq!(made.is_ok(), expected, "{wanted:?}");
        };
        check(vec![], true);
        check(vec![subnet("a", 1), subnet("b", 2)], true);
        check(vec![subnet("a", 1), subnet("a", 2)], false);
        check(vec![subnet("a", 1), subnet("b", 1)], false);
        check(vec![subnet("a", 9)], false);
        check(vec![Subnet { name: "a".to_owned(), address: Ipv4Addr::new(10, 0, 0, 1) }], false);
    }
}
