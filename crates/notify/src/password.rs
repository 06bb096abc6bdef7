//! A secret that a sender needs: it wipes itself and cannot be printed. Must not know what it opens.

use std::fmt;

use zeroize::Zeroizing;

/// A password, or the secret that signs a webhook.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// Gives the secret, to be handed to whoever must know it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}
