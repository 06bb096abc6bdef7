//! Text that came over the wire and may be a credential. It must not know which one.

use std::fmt;

use zeroize::Zeroize;

/// Holds text from a request body and wipes it when dropped.
///
/// The buffer is allocated once at its final size, so growing never leaves a copy behind. There
/// is one way in, `expose`, and no `Clone`, `Serialize`, `Display` or `PartialEq`.
#[derive(Default)]
pub struct WireSecret(String);

impl WireSecret {
    /// Makes an empty secret with room for `bytes` bytes.
    /// Unit: bytes.
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Appends one character. The caller has reserved room for it.
    pub(crate) fn push(&mut self, character: char) {
        debug_assert!(self.0.len() + character.len_utf8() <= self.0.capacity());
        self.0.push(character);
    }

    /// Gives the text itself. Every use of a secret's content goes through here.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Says whether the text is empty, which for write-only fields means "keep what is stored".
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for WireSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Drop for WireSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::WireSecret;

    #[test]
    fn never_prints_its_content() {
        let secret = WireSecret::from("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "WireSecret(..)");
        assert_eq!(secret.expose(), "hunter2");
        assert!(!secret.is_empty());
    }
}
