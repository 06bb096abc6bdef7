//! Makes, watches and takes away private endpoints (product.md 5.1): one step per waking and endpoint, each as it stands
//! in its row. That no endpoint is made twice does not depend on the claim.

use std::sync::Arc;
use std::time::Duration;

use storage::{Claim, WorkKind};

use super::claimed::{self, NAP, Work};
use crate::Control;
use crate::private_endpoint::EndpointMemory;

/// A claim holds longer than the calls of a step.
const WORK: Work = Work {
    kind: WorkKind::PrivateEndpoint,
    name: "private endpoints",
    slots: 16,
    claim: Duration::from_secs(60),
    nap: NAP,
};

pub(super) async fn run(control: Control) {
    let work = Work { nap: NAP.min(control.timings().endpoint_poll_fast), ..WORK };
    let memory = Arc::<EndpointMemory>::default();
    let step = move |control: Control, claim: Claim| {
        let memory = Arc::clone(&memory);
        async move { control.step_private_endpoint(&memory, &claim).await }
    };
    claimed::run(control, work, step).await;
}
