//! Asks a service again while it is away, and says so. A server must survive a service that is slow when
//! the machine starts; it must not wait for what only the operator can mend. Must not know any service.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::say::complain;

/// How long a service may be away.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// Pauses between attempts: doubled from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long nothing is said about an attempt.
const QUIET: Duration = Duration::from_secs(1);

/// Why a service did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What was said, tamed.
    words: String,
    /// What to do.
    advice: String,
    /// Whether asking again may help.
    pub(super) may_pass: bool,
}

impl Refusal {
    pub(super) fn new(words: impl Into<String>, advice: impl Into<String>, may_pass: bool) -> Self {
        Self { words: words.into(), advice: advice.into(), may_pass }
    }

    /// Adds which key the wrapped file names.
    pub(super) fn of_key(self, key: &str) -> Self {
        Self { advice: format!("{} (the file says it was wrapped with {key})", self.advice), ..self }
    }
}

/// Asks until there is an answer, a refusal that stands, or no time left.
/// Errors: the service, what it said last, and what to do.
/// Cancel: the attempt is dropped.
pub(super) async fn keep_asking<T>(
    service: &str,
    mut ask: impl AsyncFnMut(Instant) -> Result<T, Refusal>,
) -> anyhow::Result<T> {
    let end = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        let until = end.min(Instant::now() + ATTEMPT);
        let refusal = match attempt(service, until, ask(until)).await {
            Ok(answer) => return Ok(answer),
            Err(refusal) => refusal,
        };
        let Refusal { words, advice, may_pass } = refusal;
        anyhow::ensure!(may_pass, "{service} refused: {words}; {advice}");
        let left = end.saturating_duration_since(Instant::now());
        anyhow::ensure!(
            left > pause,
            "{service} could not be asked for {} s, the last time: {words}; {advice}",
            PATIENCE.as_secs()
        );
        remark(&format!("{service} does not answer yet: {words}; trying for {} s more", left.as_secs()));
        sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

async fn attempt<T>(
    service: &str,
    until: Instant,
    ask: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let mut ask = std::pin::pin!(ask);
    if let Ok(answer) = timeout(QUIET, &mut ask).await {
        return answer;
    }
    remark(&format!("waiting for {service} and the root key ..."));
    let late = |_| Err(Refusal::new("no answer in time", "look at the network between here and the service", true));
    timeout_at(until, ask).await.unwrap_or_else(late)
}

/// Says how it goes: in the log where there is one, else to the person who waits.
fn remark(words: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{words}");
    } else {
        complain(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(answers: &[Option<bool>]) -> (Result<(), String>, usize, Duration) {
        let begun = Instant::now();
        let mut asked = 0;
        let outcome = keep_asking("Vault", async |_| {
            asked += 1;
            match answers.get(asked - 1).or(answers.last()).unwrap() {
                Some(may_pass) => Err(Refusal::new("words", "advice", *may_pass)),
                None => Ok(()),
            }
        });
        let outcome = outcome.await.map_err(|error| error.to_string());
        (outcome, asked, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_what_may_pass_and_no_longer_than_a_minute() {
        assert_eq!(ask(&[None]).await, (Ok(()), 1, Duration::ZERO));
        assert_eq!(ask(&[Some(true), Some(true), None]).await, (Ok(()), 3, Duration::from_millis(1500)));
        let (outcome, asked, took) = ask(&[Some(true)]).await;
        assert_eq!(outcome, Err("Vault could not be asked for 60 s, the last time: words; advice".to_owned()));
        assert!(asked > 10 && took <= PATIENCE && took > PATIENCE - LONGEST_PAUSE, "{asked} {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_stands_is_told_at_once() {
        let (outcome, asked, took) = ask(&[Some(false)]).await;
        assert_eq!((outcome, asked, took), (Err("Vault refused: words; advice".to_owned()), 1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_hangs_is_left() {
        let begun = Instant::now();
        let outcome = keep_asking::<()>("Vault", async |_| std::future::pending().await).await;
        assert!(outcome.unwrap_err().to_string().contains("no answer in time"));
        assert!(begun.elapsed() <= PATIENCE + Duration::from_secs(1));
    }
}
