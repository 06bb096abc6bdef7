//! From the wire's entries to the domain's.

use api_wire::atlas::access_list::v2023_01_01::EntryBody;
use control::project::{NewAccessEntry, ProjectError};
use domain::project::{AccessEntryRefusal, AccessNetwork};
use domain::time::Timestamp;
use domain::violation::Violation;

use crate::api::error::Refused;

/// Translates bodies whose shapes were checked.
/// Errors: `NotOffered` for security groups; `Violations`, all of them.
pub(super) fn from_wire(bodies: Vec<EntryBody>) -> Result<Vec<NewAccessEntry>, Refused> {
    if bodies.iter().any(|body| body.aws_security_group.is_some()) {
        let error = ProjectError::NotOffered("AWS security groups in IP access lists, which need a network peering");
        return Err(Refused::Control(error.into()));
    }
    let (mut entries, mut violations) = (Vec::new(), Vec::new());
    for (index, body) in bodies.into_iter().enumerate() {
        match network(index, &body) {
            Ok(network) => {
                let EntryBody { aws_security_group: _, cidr_block: _, ip_address: _, comment, delete_after_date } =
                    body;
                let comment = comment.filter(|comment| !comment.is_empty());
                let delete_after = delete_after_date.map(time_of);
                entries.push(NewAccessEntry { network, comment, delete_after });
            }
            Err(violation) => violations.push(violation),
        }
    }
    if violations.is_empty() { Ok(entries) } else { Err(Refused::Control(control::Error::Violations(violations))) }
}

fn network(index: usize, body: &EntryBody) -> Result<AccessNetwork, Violation> {
    let at = |name: &str| format!("[{index}].{name}");
    let address = body.ip_address.as_deref().map(|text| {
        let expected = "an IPv4 or IPv6 address such as 203.0.113.7";
        AccessNetwork::of_address(text).map_err(|_| Violation::malformed(&at("ipAddress"), expected))
    });
    let block = body.cidr_block.as_deref().map(|text| {
        AccessNetwork::of_network(text).map_err(|refusal| match refusal {
            AccessEntryRefusal::BitsAfterLength(_) => {
                Violation::rule(&at("cidrBlock"), "The bits after its length must be zero, as in 10.0.0.0/8.")
            }
            AccessEntryRefusal::NotAnAddress
            | AccessEntryRefusal::NotANetwork
            | AccessEntryRefusal::OverAlready
            | AccessEntryRefusal::TooLong => {
                Violation::malformed(&at("cidrBlock"), "a network such as 203.0.113.0/24 or 2001:db8::/32")
            }
        })
    });
    match (address, block) {
        (Some(address), None) => address,
        (None, Some(block)) => block,
        // As an answer shows a single address.
        (Some(address), Some(block)) => match (address?, block?) {
            (address, block) if address == block => Ok(address),
            _ => {
                Err(Violation::rule(&at("cidrBlock"), "It must name the address that ipAddress does, or be left out."))
            }
        },
        (None, None) => {
            let kind = domain::violation::ViolationKind::MissingOneOf { choices: "ipAddress or cidrBlock" };
            Err(Violation { field: at("ipAddress"), kind })
        }
    }
}

fn time_of(moment: time::OffsetDateTime) -> Timestamp {
    let millis = moment.unix_timestamp_nanos() / 1_000_000;
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
