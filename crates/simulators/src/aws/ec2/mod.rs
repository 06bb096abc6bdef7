//! EC2, as much of it as interface endpoints to KMS need: the table of its operations, and what they share.
//! It must not know HTTP or signatures.

pub(crate) mod answer;
mod create_vpc_endpoint;
mod delete_vpc_endpoints;
mod describe_vpc_endpoints;
mod fields;
mod filter;
pub(crate) mod network;
mod network_interface;
mod page;
pub(crate) mod private_door;
mod security_group;
pub(crate) mod seed;
mod subnet;
mod vpc;
pub(crate) mod vpc_endpoint;

use std::time::Duration;

use super::arn::partition_of;
use super::authorize;
use super::caller::Caller;
use super::error::ServiceError;
use super::policy::Question;
use super::query_protocol::{Form, Xml};
use super::state::State;

/// How EC2 behaves where AWS's own behaviour is a matter of time and of quotas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How long an endpoint is `pending`, and then `deleting`.
    pub(crate) delay: Duration,
    /// How long a new endpoint is not yet seen by whoever asks for it.
    pub(crate) lag: Duration,
    /// Interface endpoints that a VPC may have.
    pub(crate) most: usize,
}

impl Default for Pace {
    fn default() -> Self {
        // Source of the quota: "Interface and Gateway Load Balancer endpoints per VPC", AWS PrivateLink quotas.
        Self { delay: Duration::from_millis(200), lag: Duration::ZERO, most: 50 }
    }
}

/// One authenticated call.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: &'a Caller,
    /// The region that the request was signed for.
    pub(crate) region: &'a str,
    /// Unit: ms since 1970.
    pub(crate) now: i64,
    pub(crate) form: Form,
    pub(crate) pace: Pace,
}

type Operation = fn(&mut Call<'_>) -> Result<Xml, ServiceError>;

/// Every operation by its own name. What is not here, this EC2 does not have.
pub(crate) const OPERATIONS: [(&str, Operation); 7] = [
    ("CreateVpcEndpoint", create_vpc_endpoint::run),
    ("DeleteVpcEndpoints", delete_vpc_endpoints::run),
    ("DescribeNetworkInterfaces", network_interface::describe),
    ("DescribeSecurityGroups", security_group::describe),
    ("DescribeSubnets", subnet::describe),
    ("DescribeVpcEndpoints", describe_vpc_endpoints::run),
    ("DescribeVpcs", vpc::describe),
];

/// Runs an operation.
/// Errors: `InvalidAction`, and the operation's own.
pub(crate) fn run(name: &str, call: &mut Call<'_>) -> Result<Xml, ServiceError> {
    let Some((_, operation)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
        return Err(ServiceError::new(
            "InvalidAction",
            format!("The action {name} is not valid for this web service."),
        ));
    };
    call.state.settle(call.now);
    operation(call)
}

impl Call<'_> {
    /// Asks leave; `facts` is what the call adds to what is known of the caller.
    /// Errors: `UnauthorizedOperation`.
    fn authorize(&self, action: &str, resource: &str, facts: &[(String, Vec<String>)]) -> Result<(), ServiceError> {
        let mut all = self.caller.facts();
        all.push(("aws:RequestedRegion".to_owned(), vec![self.region.to_owned()]));
        all.extend_from_slice(facts);
        let question = Question { action, resource, facts: &all };
        authorize::by_identity(self.state, self.caller, &question).map_err(|denied| {
            let words = denied.words(self.caller, action, resource);
            let words = format!("You are not authorized to perform this operation. {words}");
            ServiceError::with_status("UnauthorizedOperation", 403, words)
        })
    }

    /// The name of a resource of the caller's account, such as `subnet/subnet-1`.
    fn arn(&self, resource: &str) -> String {
        format!("arn:{}:ec2:{}:{}:{resource}", partition_of(self.region), self.region, self.caller.account)
    }

    /// Tells whether what belongs to an account and a region is the caller's here.
    fn owns(&self, account: &str, region: &str) -> bool {
        account == self.caller.account && region == self.region
    }
}

/// Errors: `DryRunOperation`, the answer to a dry run that would have gone well.
fn stop_dry_run(dry_run: bool) -> Result<(), ServiceError> {
    if dry_run {
        return Err(ServiceError::with_status(
            "DryRunOperation",
            412,
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    Ok(())
}
