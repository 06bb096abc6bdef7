//! Secret values: wiped when dropped, silent in debug output, compared in constant time.
//!
//! There is one way in, `expose`, so a search for it finds every use. Secrets are shared by `Arc`,
//! never copied, and know no serialisation.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret text of a foreign shape: an access key, a client secret, a private key in PEM.
pub struct SecretText(Box<str>);

impl SecretText {
    /// Takes ownership of a text. The caller must not keep a copy.
    #[must_use]
    pub fn new(text: String) -> Self {
        // `into_boxed_str` may reallocate and leave a copy behind, so copy by hand and wipe.
        let mut text = text;
        let copy = Box::from(text.as_str());
        text.zeroize();
        Self(copy)
    }

    /// Hands out the secret. Every use of a secret goes through here.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in time that does not depend on the content.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

/// A secret of `N` bytes that lives in one place on the heap.
pub struct SecretBytes<const N: usize>(Box<[u8; N]>);

impl<const N: usize> SecretBytes<N> {
    /// Makes a secret by filling its final place.
    /// Errors: whatever `fill` returns; the place is wiped then.
    pub fn fill<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Hands out the secret. Every use of a secret goes through here.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// Compares in time that does not depend on the content.
    #[must_use]
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.as_slice().ct_eq(other).into()
    }
}

impl<const N: usize> Drop for SecretBytes<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> fmt::Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(hidden)")
    }
}

/// Secret bytes of a length known only when they come: a master key, a secret that a driver registered.
pub struct SecretSlice(Box<[u8]>);

impl SecretSlice {
    /// Makes a secret of `length` bytes by filling its final place.
    /// Errors: whatever `fill` returns; the place is wiped then.
    pub fn fill<E>(length: usize, fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(vec![0; length].into_boxed_slice());
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Copies a secret from where its owner wipes it.
    #[must_use]
    pub fn copied(from: &[u8]) -> Self {
        Self(Box::from(from))
    }

    /// Hands out the secret. Every use of a secret goes through here.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Compares in time that does not depend on the content.
    #[must_use]
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.ct_eq(other).into()
    }
}

impl Drop for SecretSlice {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretSlice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretSlice(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing() {
        let text = SecretText::new("swordfish".to_owned());
        assert_eq!(format!("{text:?}"), "SecretText(hidden)");
        let bytes = SecretBytes::<4>::fill(|place| {
            place.copy_from_slice(b"fish");
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!(format!("{bytes:?}"), "SecretBytes(hidden)");
        assert_eq!(format!("{:?}", SecretSlice::copied(b"swordfish")), "SecretSlice(hidden)");
    }

    #[test]
    fn compares_by_content() {
        let text = SecretText::new("swordfish".to_owned());
        assert!(text.matches(&SecretText::new("swordfish".to_owned())));
        assert!(!text.matches(&SecretText::new("swordfisH".to_owned())));
        assert!(!text.matches(&SecretText::new("sword".to_owned())));
    }
}
