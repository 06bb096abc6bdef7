//! Waiting until what was asked for has come about: an endpoint is there, a cluster is gone. It reads, again and again,
//! and changes nothing. It must not know why something takes its time.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde_json::Value;
use tokio::time::Instant;

use crate::Ended;
use crate::call::{Call, operation};
use crate::client::{Answer, Client};
use crate::flags;
use crate::output::{at, shown};
use crate::refusal::Refusal;
use crate::surroundings::Surroundings;

/// How often in a row the server may be away.
const PATIENCE: u32 = 10;

const WATCH: &str = "watch";
const TIMEOUT: &str = "watchTimeout";

/// What to look at after an operation, and what to wait for.
pub(crate) struct Watch {
    after: &'static str,
    look: &'static str,
    /// The path parameter that the answer names and the request did not, and where.
    named_by: Option<(&'static str, &'static str)>,
    state: &'static str,
    /// Where the cause of a failure is told.
    cause: &'static str,
    until: Until,
}

enum Until {
    /// The state is one of these; `bad` ones end the waiting too.
    Is { good: &'static [&'static str], bad: &'static [&'static str] },
    /// It is not there any more.
    Gone,
}

const ENDPOINT_STANDS: Until =
    Until::Is { good: &["ACTIVE", "PENDING_ACCEPTANCE"], bad: &["FAILED", "DELETING", "PENDING_RECREATION"] };
const CLUSTER_STANDS: Until = Until::Is { good: &["IDLE"], bad: &["DELETING", "DELETED"] };

const WATCHES: &[Watch] = &[
    Watch {
        after: "createRestPrivateEndpoint",
        look: "getRestPrivateEndpoint",
        named_by: Some(("endpointId", "/id")),
        state: "/status",
        cause: "/errorMessage",
        until: ENDPOINT_STANDS,
    },
    Watch {
        after: "getRestPrivateEndpoint",
        look: "getRestPrivateEndpoint",
        named_by: None,
        state: "/status",
        cause: "/errorMessage",
        until: Until::Is { good: &["ACTIVE"], bad: &["FAILED", "DELETING"] },
    },
    Watch {
        after: "requestPrivateEndpointDeletion",
        look: "getRestPrivateEndpoint",
        named_by: None,
        state: "/status",
        cause: "/errorMessage",
        until: Until::Gone,
    },
    Watch {
        after: "createCluster",
        look: "getCluster",
        named_by: Some(("clusterName", "/name")),
        state: "/stateName",
        cause: "",
        until: CLUSTER_STANDS,
    },
    Watch {
        after: "updateCluster",
        look: "getCluster",
        named_by: None,
        state: "/stateName",
        cause: "",
        until: CLUSTER_STANDS,
    },
    Watch {
        after: "deleteCluster",
        look: "getCluster",
        named_by: None,
        state: "/stateName",
        cause: "",
        until: Until::Gone,
    },
];

/// Finds what can be waited for after an operation.
pub(crate) fn after(operation_id: &str) -> Option<&'static Watch> {
    WATCHES.iter().find(|watch| watch.after == operation_id)
}

/// Makes the two flags.
pub(crate) fn args() -> [Arg; 2] {
    [
        Arg::new(WATCH).short('w').long(WATCH).action(ArgAction::SetTrue).help("Wait until it has come about"),
        Arg::new(TIMEOUT)
            .long(TIMEOUT)
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(1..=86_400))
            .requires(WATCH)
            .help("How long to wait at most; no end if left out"),
    ]
}

/// Says whether the waiting was asked for.
pub(crate) fn is_wanted(matches: &ArgMatches) -> bool {
    flags::is_set(matches, WATCH)
}

impl Watch {
    /// Finds the names of what is looked at: from the call, or from its answer.
    /// Errors: the answer does not name it.
    pub(crate) fn names(&self, call: &Call, answer: &[u8]) -> anyhow::Result<Vec<(&'static str, String)>> {
        let look = operation(self.look).context("what to look at is no operation")?;
        // The names that are known already come from the call, but never one that the answer gives.
        let named = |name: &'static str| match self.named_by {
            Some((by_answer, pointer)) if by_answer == name => {
                let answer: Value = serde_json::from_slice(answer).ok()?;
                Some((name, answer.pointer(pointer)?.as_str()?.to_owned()))
            }
            _ => Some((name, call.path_value(name)?.to_owned())),
        };
        let names =
            look.path_parameters().map(|name| named(name).with_context(|| format!("there is no {name} to watch")));
        names.collect()
    }

    /// Looks until it has come about. What is seen goes to standard error whenever it changes.
    /// Errors: it failed, it cannot come about any more, or the time is over.
    pub(crate) async fn wait(
        &self,
        names: &[(&'static str, String)],
        matches: &ArgMatches,
        client: &mut Client,
        around: &mut Surroundings,
    ) -> anyhow::Result<Option<Answer>> {
        let look = operation(self.look).context("what to look at is no operation")?;
        let request = Call::to(look, names.to_vec())?.request()?;
        let limit = matches.get_one::<u64>(TIMEOUT).copied().map(Duration::from_secs);
        let begun = Instant::now();
        let (mut last, mut away) = (String::new(), 0_u32);
        loop {
            let state = match client.send(&request).await {
                Ok(answer) if answer.status == 404 && matches!(self.until, Until::Gone) => return Ok(None),
                Ok(answer) if answer.status == 429 || answer.status >= 500 => Err(Refusal::of(&answer).told("GET", "")),
                Ok(answer) if !answer.is_success() => return Err(Refusal::of(&answer).told("GET", &request.target)),
                Ok(answer) => Ok(answer),
                Err(error) => Err(error),
            };
            match state {
                Ok(answer) => {
                    away = 0;
                    let seen: Value = serde_json::from_slice(&answer.body).context("read the answer")?;
                    let state = at(&seen, self.state).into_iter().map(shown).collect::<String>();
                    if state != last {
                        around.complain(&state);
                        last.clone_from(&state);
                    }
                    if self.judged(&state, &seen)? == Some(Ended::Well) {
                        return Ok(Some(answer));
                    }
                }
                Err(error) => {
                    away = away.saturating_add(1);
                    if away >= PATIENCE {
                        return Err(error.context("the server does not answer"));
                    }
                }
            }
            if limit.is_some_and(|limit| begun.elapsed().saturating_add(around.pace) > limit) {
                bail!("it has not come about in time; it is {last}");
            }
            tokio::time::sleep(around.pace).await;
        }
    }

    fn judged(&self, state: &str, seen: &Value) -> anyhow::Result<Option<Ended>> {
        let Until::Is { good, bad } = &self.until else { return Ok(None) };
        if good.contains(&state) {
            return Ok(Some(Ended::Well));
        }
        if bad.contains(&state) {
            let cause = if self.cause.is_empty() {
                String::new()
            } else {
                at(seen, self.cause).into_iter().map(shown).collect()
            };
            bail!("it is {state}{}", if cause.is_empty() { cause } else { format!(": {cause}") });
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watches_what_the_registry_has() {
        for watch in WATCHES {
            for name in [watch.after, watch.look] {
                assert!(operation(name).is_some(), "{name}");
            }
            let known: Vec<_> = operation(watch.after).unwrap().path_parameters().collect();
            for name in operation(watch.look).unwrap().path_parameters() {
                let told = watch.named_by.is_some_and(|(by_answer, _)| by_answer == name);
                assert!(known.contains(&name) || told, "{} {name}", watch.after);
            }
        }
    }

    #[test]
    fn ends_in_a_good_state_and_says_why_in_a_bad_one() {
        let watch = after("createRestPrivateEndpoint").unwrap();
        let seen = serde_json::json!({ "errorMessage": "no such vault" });
        assert_eq!(watch.judged("INITIATING", &seen).unwrap(), None);
        assert_eq!(watch.judged("PENDING_ACCEPTANCE", &seen).unwrap(), Some(Ended::Well));
        assert_eq!(watch.judged("FAILED", &seen).unwrap_err().to_string(), "it is FAILED: no such vault");
    }
}
