//! A walk over the routes that goes on past what it stumbles over: one run tells of all of it.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use api_wire::operations::Operation;
use futures_util::FutureExt as _;

/// What a walk stumbled over.
#[derive(Default)]
pub(crate) struct Walk {
    stumbled: Vec<&'static str>,
}

impl Walk {
    /// Takes one step. What fails in it is printed at once and remembered.
    pub(crate) async fn step(&mut self, operation: &Operation, step: Pin<Box<impl Future<Output = ()>>>) {
        if AssertUnwindSafe(step).catch_unwind().await.is_err() {
            self.stumbled.push(operation.operation_id);
        }
    }

    /// Tells what was stumbled over.
    #[track_caller]
    pub(crate) fn end(self) {
        assert_eq!(self.stumbled, [""; 0], "said above, each");
    }
}
