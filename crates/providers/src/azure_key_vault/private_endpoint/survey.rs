//! The lists of private endpoints, one per resource group of the operator's: read once for all who ask within a
//! few seconds, and once at a time. Must not know what an endpoint on it comes to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::super::operator::Operator;
use super::arm::{Call, NETWORK, ResourceManager};
use super::refusal::{Deed, Verdict, judge};
use super::resource::Resource;
use crate::flight::Flight;
use crate::private_endpoint::EndpointTrouble;

/// Pages that a list may have: more is no list of ours.
const MOST_PAGES: usize = 200;
/// What every endpoint of ours is called first.
const OURS: &str = "atrest-";

/// The last list of each resource group.
pub(super) struct Surveys {
    every: Duration,
    kept: Mutex<BTreeMap<String, Arc<Flight<Arc<Survey>>>>>,
}

/// One list, or why there is none.
pub(super) struct Survey {
    good_until: Instant,
    found: Result<BTreeMap<String, Resource>, EndpointTrouble>,
}

impl Survey {
    /// Gives an endpoint on the list. That it is not there is not yet known of one that is not on it.
    /// Errors: why there is no list.
    pub(super) fn endpoint(&self, name: &str) -> Result<Option<&Resource>, EndpointTrouble> {
        match &self.found {
            Ok(found) => Ok(found.get(&name.to_ascii_lowercase())),
            Err(trouble) => Err(trouble.clone()),
        }
    }
}

impl Surveys {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, kept: Mutex::new(BTreeMap::new()) }
    }

    /// Gives a list of a resource group's endpoints that is not too old. A failed one is not tried again sooner.
    /// Cancel: a waiting caller takes the call over.
    pub(super) async fn of(&self, arm: &ResourceManager, operator: &Operator, resource_group: &str) -> Arc<Survey> {
        let flight = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.entry(resource_group.to_ascii_lowercase()).or_default().clone()
        };
        let taken = async {
            let begun = Instant::now();
            let found = list(arm, operator, resource_group).await;
            let pause = found.as_ref().err().and_then(|trouble| trouble.after).unwrap_or_default();
            Arc::new(Survey { good_until: begun + self.every.max(pause), found })
        };
        flight.join(|last| Instant::now() < last.good_until, taken).await
    }
}

async fn list(
    arm: &ResourceManager,
    operator: &Operator,
    resource_group: &str,
) -> Result<BTreeMap<String, Resource>, EndpointTrouble> {
    let mut found = BTreeMap::new();
    let mut next = Some(arm.at(resource_group, &["providers", "Microsoft.Network", "privateEndpoints"], NETWORK)?);
    for _ in 0..MOST_PAGES {
        let Some(url) = next else { return Ok(found) };
        let told = arm.ask(operator, Call::get(&url)).await?;
        if !told.is_success() {
            let judged = judge(Deed::Look, &told);
            // Where there is no group there is nothing in it. Each endpoint is asked for besides.
            return if judged.verdict == Verdict::Gone { Ok(BTreeMap::new()) } else { Err(judged.into()) };
        }
        let page = told.read()?;
        let Some(listed) = page.get("value").and_then(Value::as_array) else {
            return Err(EndpointTrouble::saying("Resource Manager gave a list that is none"));
        };
        let endpoints = listed.iter().filter_map(Resource::read);
        let ours = endpoints.map(|one| (one.name.to_ascii_lowercase(), one)).filter(|(name, _)| name.starts_with(OURS));
        found.extend(ours);
        next = match page.get("nextLink").and_then(Value::as_str).filter(|link| !link.is_empty()) {
            None => None,
            Some(link) => {
                let elsewhere = || EndpointTrouble::saying("Resource Manager goes on with a list at another host");
                Some(arm.own(link).ok_or_else(elsewhere)?)
            }
        };
    }
    Err(EndpointTrouble::saying("Resource Manager gave a list without an end"))
}
