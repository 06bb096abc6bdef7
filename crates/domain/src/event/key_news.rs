//! The sentence of an event about a customer key: whose it is, why it fails, and whether it is the present one. It is
//! written and read in this one place, because alerts read it back. Must not know what an alert is.

use std::fmt;
use std::str::FromStr;

use crate::customer_key::{CustomerKeyNumber, ProviderKind};
use crate::validity::Reason;

const FORMER: (&str, &str) = ("; customer key ", ", no longer the present one");

/// What the sentence of an event about a customer key tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyNews {
    /// The provider that holds it.
    pub provider: ProviderKind,
    /// Why it fails; none if it does not.
    pub reason: Option<Reason>,
    /// Its number, if another has taken its place.
    pub former: Option<CustomerKeyNumber>,
}

/// Says that a text is no sentence about a customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the sentence of an event about a customer key")]
pub struct NoKeyNews;

impl fmt::Display for KeyNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.provider.title())?;
        if let Some(reason) = self.reason {
            write!(f, ": {}", reason.code())?;
        }
        match self.former {
            Some(number) => write!(f, "{}{number}{}", FORMER.0, FORMER.1),
            None => Ok(()),
        }
    }
}

impl FromStr for KeyNews {
    type Err = NoKeyNews;

    fn from_str(text: &str) -> Result<Self, NoKeyNews> {
        let (of_key, former) = match text.split_once(FORMER.0) {
            Some((of_key, former)) => {
                let number = former.strip_suffix(FORMER.1).and_then(|number| number.parse().ok()).ok_or(NoKeyNews)?;
                (of_key, Some(CustomerKeyNumber::from_stored(number)))
            }
            None => (text, None),
        };
        let (title, reason) = match of_key.split_once(": ") {
            Some((title, code)) => (title, Some(Reason::by_code(code).ok_or(NoKeyNews)?)),
            None => (of_key, None),
        };
        let provider = ProviderKind::ALL.into_iter().find(|provider| provider.title() == title).ok_or(NoKeyNews)?;
        Ok(Self { provider, reason, former })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validity::{DefiniteReason, TransientReason};

    #[test]
    fn reads_what_it_writes() {
        let reasons = DefiniteReason::ALL.iter().map(|reason| Reason::Definite(*reason));
        let reasons = reasons.chain(TransientReason::ALL.iter().map(|reason| Reason::Transient(*reason)));
        for reason in reasons.map(Some).chain([None]) {
            for provider in ProviderKind::ALL {
                for former in [None, Some(CustomerKeyNumber::FIRST), Some(CustomerKeyNumber::from_stored(42))] {
                    let news = KeyNews { provider, reason, former };
                    assert_eq!(news.to_string().parse(), Ok(news), "{news}");
                }
            }
        }
    }

    #[test]
    fn is_a_sentence_for_people_and_no_other_is_taken_for_one() {
        let reason = Reason::by_code("KEY_DISABLED");
        let former = Some(CustomerKeyNumber::FIRST);
        let news = KeyNews { provider: ProviderKind::AwsKms, reason, former };
        assert_eq!(news.to_string(), "AWS KMS: KEY_DISABLED; customer key 1, no longer the present one");
        for text in ["", "somewhere", "AWS KMS: somehow", "AWS KMS; customer key x, no longer the present one"] {
            assert_eq!(text.parse::<KeyNews>(), Err(NoKeyNews), "{text}");
        }
    }
}
