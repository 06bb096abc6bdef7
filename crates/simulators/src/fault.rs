//! Faults on demand: the next calls of an operation are denied, throttled, hung, broken or delayed.
//! A rule says what happens; the cloud it is aimed at gives it that cloud's own shape. This file
//! must not know any cloud's words, nor where a rule came from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds that a fault may delay or hang an answer at most.
const LATENCY_LIMIT_MS: u64 = 10 * 60 * 1000;
/// Milliseconds that the simulated clock may be shifted at most, either way.
const SKEW_LIMIT_MS: i64 = 24 * 60 * 60 * 1000;
/// Rules that may be armed at once.
const RULE_LIMIT: usize = 100;
/// How long `timeout` hangs where the rule does not say.
pub(crate) const HANG: Duration = Duration::from_secs(60);

/// The simulated cloud a fault is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// AWS: KMS, STS and IAM.
    Aws,
    /// Azure: Entra, Key Vault and Resource Manager.
    Azure,
    /// Google Cloud: OAuth, IAM Credentials and KMS.
    Gcp,
}

/// What a fault does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The cloud's own "access denied".
    Deny,
    /// The cloud's own "too many requests".
    Throttle,
    /// No answer for `latencyMs` (60 s if absent), then the connection closes.
    Timeout,
    /// The cloud's own internal error.
    Http500,
    /// A TCP reset instead of an answer.
    Reset,
    /// HTTP 200 and a page of HTML, as a proxy between us and the cloud gives.
    Html,
    /// A true answer after `latencyMs`.
    Latency,
    /// A true answer by a clock shifted by `skewMs`: the Date header and the check of signatures.
    Skew,
    /// Done, and the answer lost: a TCP reset once the work is saved.
    Lost,
    /// Accepted, and never finished, where the work goes on after the answer; a true answer elsewhere.
    Endless,
    /// Azure only: its own "another operation is in progress".
    Conflict,
}

/// A fault to arm. Rules are tried in the order they came; `latency`, `skew`, `lost` and `endless` let the
/// next one act too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// The cloud aimed at.
    pub provider: Provider,
    /// The operation by the cloud's own name (`Encrypt`, `AssumeRole`), or `*` for all.
    pub operation: String,
    /// What happens.
    pub kind: FaultKind,
    /// How many requests it strikes; absent means until it is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Unit: ms before the fault strikes; for `timeout`, how long it hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Unit: ms, may be negative; for `skew` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
}

impl FaultRule {
    /// A rule for one operation of AWS that strikes until cleared.
    pub fn aws(operation: &str, kind: FaultKind) -> Self {
        Self::of(Provider::Aws, operation, kind)
    }

    /// A rule for one operation of Azure that strikes until cleared.
    pub fn azure(operation: &str, kind: FaultKind) -> Self {
        Self::of(Provider::Azure, operation, kind)
    }

    /// A rule for one operation of Google Cloud that strikes until cleared.
    pub fn gcp(operation: &str, kind: FaultKind) -> Self {
        Self::of(Provider::Gcp, operation, kind)
    }

    fn of(provider: Provider, operation: &str, kind: FaultKind) -> Self {
        Self { provider, operation: operation.to_owned(), kind, times: None, latency_ms: None, skew_ms: None }
    }

    /// The same rule for so many requests only.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same rule with a delay. Unit: ms.
    pub fn latency_ms(self, latency_ms: u64) -> Self {
        Self { latency_ms: Some(latency_ms), ..self }
    }

    /// The same rule with a shift of the clock. Unit: ms.
    pub fn skew_ms(self, skew_ms: i64) -> Self {
        Self { skew_ms: Some(skew_ms), ..self }
    }
}

/// An armed rule and what it has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    /// Its number, to take it away by.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// Requests it has struck.
    pub requests: u64,
}

/// Says what is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(String);

/// The armed faults. Clones share one list.
#[derive(Clone, Default)]
pub struct Faults {
    board: Arc<Mutex<Board>>,
}

#[derive(Default)]
struct Board {
    next_id: u64,
    rules: Vec<FaultView>,
}

/// What the rules make of one request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    /// Unit: ms.
    pub(crate) skew_ms: i64,
    /// The answer is lost once there is one.
    pub(crate) lost: bool,
    /// What goes on after the answer never ends.
    pub(crate) endless: bool,
    pub(crate) strike: Option<FaultKind>,
}

impl Faults {
    /// Arms a rule and gives its number.
    /// Errors: an operation nobody has, no `times` left, a `skew` without its `skewMs`, a number over its limit.
    pub fn push(&self, rule: FaultRule) -> Result<u64, InvalidFault> {
        check(&rule)?;
        let mut board = self.lock();
        if board.rules.len() >= RULE_LIMIT {
            return Err(InvalidFault(format!("{RULE_LIMIT} faults are armed already; clear some")));
        }
        board.next_id += 1;
        let id = board.next_id;
        board.rules.push(FaultView { id, rule, requests: 0 });
        Ok(id)
    }

    /// Takes one rule away; tells whether it was there.
    pub fn remove(&self, id: u64) -> bool {
        let mut board = self.lock();
        let before = board.rules.len();
        board.rules.retain(|view| view.id != id);
        board.rules.len() < before
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Lists the rules, spent ones too, with their counts.
    pub fn list(&self) -> Vec<FaultView> {
        self.lock().rules.clone()
    }

    /// Counts a request against the rules that match and says what happens to it.
    pub(crate) fn decide(&self, provider: Provider, operation: &str) -> Decision {
        let mut board = self.lock();
        let mut decision = Decision::default();
        for view in &mut board.rules {
            let rule = &view.rule;
            let spent = rule.times.is_some_and(|times| view.requests >= u64::from(times));
            if spent || rule.provider != provider || (rule.operation != "*" && rule.operation != operation) {
                continue;
            }
            view.requests += 1;
            let latency = rule.latency_ms.map(Duration::from_millis);
            match rule.kind {
                FaultKind::Latency => decision.delay += latency.unwrap_or_default(),
                FaultKind::Skew => {
                    decision.delay += latency.unwrap_or_default();
                    decision.skew_ms += rule.skew_ms.unwrap_or_default();
                }
                FaultKind::Lost => {
                    decision.delay += latency.unwrap_or_default();
                    decision.lost = true;
                }
                FaultKind::Endless => decision.endless = true,
                FaultKind::Timeout => {
                    decision.delay += latency.unwrap_or(HANG);
                    decision.strike = Some(rule.kind);
                }
                FaultKind::Deny
                | FaultKind::Throttle
                | FaultKind::Http500
                | FaultKind::Reset
                | FaultKind::Html
                | FaultKind::Conflict => {
                    decision.delay += latency.unwrap_or_default();
                    decision.strike = Some(rule.kind);
                }
            }
            if decision.strike.is_some() {
                break;
            }
        }
        decision
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(rule: &FaultRule) -> Result<(), InvalidFault> {
    let refuse = |words: String| Err(InvalidFault(words));
    let known = match rule.provider {
        Provider::Aws => crate::aws::is_operation(&rule.operation),
        Provider::Azure => crate::azure::is_operation(&rule.operation),
        Provider::Gcp => crate::gcp::is_operation(&rule.operation),
    };
    if rule.operation != "*" && !known {
        return refuse(format!(
            "operation {:?} is none of the simulated cloud's; use its own name, or \"*\" for all",
            rule.operation
        ));
    }
    if rule.times == Some(0) {
        return refuse("times is 0: leave it out to strike until cleared".to_owned());
    }
    if rule.latency_ms.is_some_and(|latency| latency > LATENCY_LIMIT_MS) {
        return refuse(format!("latencyMs is over {LATENCY_LIMIT_MS}"));
    }
    if rule.kind == FaultKind::Conflict && rule.provider != Provider::Azure {
        return refuse("kind conflict is Azure's only".to_owned());
    }
    if rule.kind == FaultKind::Latency && rule.latency_ms.is_none() {
        return refuse("kind latency needs latencyMs".to_owned());
    }
    match (rule.kind, rule.skew_ms) {
        (FaultKind::Skew, None) => refuse("kind skew needs skewMs".to_owned()),
        (FaultKind::Skew, Some(skew)) if skew.saturating_abs() > SKEW_LIMIT_MS => {
            refuse(format!("skewMs is over {SKEW_LIMIT_MS} either way"))
        }
        (FaultKind::Skew, Some(_)) | (_, None) => Ok(()),
        (_, Some(_)) => refuse("skewMs belongs to kind skew only".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_the_named_operation_so_many_times() {
        let faults = Faults::default();
        faults.push(FaultRule::aws("Encrypt", FaultKind::Deny).times(2)).unwrap();
        let strike = |operation| faults.decide(Provider::Aws, operation).strike;
        assert_eq!(strike("Decrypt"), None);
        assert_eq!(strike("Encrypt"), Some(FaultKind::Deny));
        assert_eq!(strike("Encrypt"), Some(FaultKind::Deny));
        assert_eq!(strike("Encrypt"), None);
        assert_eq!(faults.list()[0].requests, 2);
    }

    #[test]
    fn delays_and_shifts_before_the_next_rule_strikes() {
        let faults = Faults::default();
        faults.push(FaultRule::aws("*", FaultKind::Latency).latency_ms(5)).unwrap();
        faults.push(FaultRule::aws("*", FaultKind::Skew).skew_ms(-90_000)).unwrap();
        faults.push(FaultRule::aws("Decrypt", FaultKind::Html)).unwrap();
        faults.push(FaultRule::aws("*", FaultKind::Reset)).unwrap();
        let decision = faults.decide(Provider::Aws, "Decrypt");
        let expected = Decision {
            delay: Duration::from_millis(5),
            skew_ms: -90_000,
            strike: Some(FaultKind::Html),
            ..Decision::default()
        };
        assert_eq!(decision, expected);
        assert_eq!(faults.list()[3].requests, 0);
        faults.clear();
        assert_eq!(faults.decide(Provider::Aws, "Decrypt"), Decision::default());
    }

    #[test]
    fn refuses_rules_that_could_never_act_as_meant() {
        let refused = |rule: FaultRule| assert!(Faults::default().push(rule.clone()).is_err(), "{rule:?}");
        refused(FaultRule::aws("encrypt", FaultKind::Deny));
        refused(FaultRule::aws("*", FaultKind::Deny).times(0));
        refused(FaultRule::aws("*", FaultKind::Skew));
        refused(FaultRule::aws("*", FaultKind::Skew).skew_ms(i64::MIN));
        refused(FaultRule::aws("*", FaultKind::Deny).skew_ms(1));
        refused(FaultRule::aws("*", FaultKind::Latency));
        refused(FaultRule::aws("*", FaultKind::Conflict));
        refused(FaultRule::aws("*", FaultKind::Timeout).latency_ms(u64::MAX));
    }
}
