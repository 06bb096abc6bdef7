//! The simulated Google Cloud. It must not know any other cloud.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use crate::door::{Incoming, Outcome};
use crate::fault::Faults;
use crate::folder::Folder;
use crate::{Error, Refused, answer};

/// The simulated Google Cloud. Clones are one and the same.
#[derive(Clone)]
pub struct Gcp;

/// One act of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {}

/// Tells whether a fault can be aimed at such an operation.
pub(crate) fn is_operation(_name: &str) -> bool {
    false
}

impl Gcp {
    pub(crate) fn load(_folder: Option<Arc<Folder>>, _faults: Faults, _endpoint: String) -> Result<Self, Error> {
        Ok(Self)
    }

    pub(crate) async fn answer(&self, _request: Incoming) -> Outcome {
        Outcome::Answer(answer::json(StatusCode::NOT_FOUND, &json!({})))
    }

    pub(crate) fn overview(&self) -> Value {
        json!({})
    }

    pub(crate) async fn apply(&self, change: Change) -> Result<(), Refused> {
        match change {}
    }
}
