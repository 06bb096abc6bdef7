//! How a try to send ended. Must not know what was sent.

use std::error::Error;
use std::time::Duration;

/// How a try to send ended. The words are for an operator; they hold nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Sent,
    /// It will never be taken: trying again is of no use.
    Refused {
        /// Why.
        words: String,
    },
    /// It was not taken, or nobody knows whether it was. Trying again may help.
    Later {
        /// Why.
        words: String,
        /// How long the receiver asked to be left alone, if it did.
        after: Option<Duration>,
    },
}

/// The most words that are kept. Unit: characters.
const WORDS: usize = 300;

impl Outcome {
    pub(crate) fn refused(words: impl AsRef<str>) -> Self {
        Self::Refused { words: cut(words.as_ref()) }
    }

    pub(crate) fn later(words: impl AsRef<str>) -> Self {
        Self::Later { words: cut(words.as_ref()), after: None }
    }
}

/// Says an error with all of its causes.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in std::iter::successors(Some(error), |&error| error.source()) {
        let said = cause.to_string();
        if !words.last().is_some_and(|last| last.contains(&said)) {
            words.push(said);
        }
    }
    words.join(": ")
}

/// Keeps what can be shown of somebody else's words.
fn cut(words: &str) -> String {
    words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_are_cut_and_cleaned() {
        let Outcome::Refused { words } = Outcome::refused("a\r\nb\u{7}".to_owned() + &"x".repeat(500)) else {
            panic!("it is refused");
        };
        assert!(words.starts_with("a  b x") && words.chars().count() == WORDS);
    }
}
