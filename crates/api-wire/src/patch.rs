//! The three things a field of a PATCH body can be. It must not know any resource.

/// Tells apart a field that was not sent, one sent as `null`, and one sent with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not in the body: keep what is stored.
    #[default]
    Absent,
    /// The field was sent as `null`.
    Null,
    /// The field was sent with this value.
    Value(T),
}

impl<T> Patch<T> {
    /// Says whether the field was left out of the body.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Says whether the field was sent, as `null` or with a value.
    pub const fn is_present(&self) -> bool {
        !self.is_absent()
    }

    /// Returns the value, if one was sent.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Borrows the value, if one was sent.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Value(value) => Patch::Value(value),
            Self::Null => Patch::Null,
            Self::Absent => Patch::Absent,
        }
    }

    /// Turns the value into another one, which may fail; absent and null stay what they are.
    /// Errors: that of the turn.
    pub fn try_map<U, E>(self, turn: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        match self {
            Self::Value(value) => turn(value).map(Patch::Value),
            Self::Null => Ok(Patch::Null),
            Self::Absent => Ok(Patch::Absent),
        }
    }

    /// Turns the value into another one; absent and null stay what they are.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Value(value) => Patch::Value(turn(value)),
            Self::Null => Patch::Null,
            Self::Absent => Patch::Absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;

    #[test]
    fn keeps_absent_null_and_value_apart() {
        let absent: Patch<u8> = Patch::default();
        assert!(absent.is_absent() && !absent.is_present());
        assert!(Patch::<u8>::Null.is_present());
        assert_eq!(Patch::Value(3).map(|n| n + 1), Patch::Value(4));
        assert_eq!(Patch::<u8>::Null.map(|n| n + 1), Patch::Null);
        assert_eq!(Patch::Value(3).try_map(|_| Err::<u8, _>("no")), Err("no"));
        assert_eq!(Patch::<u8>::Null.try_map(|_| Err::<u8, _>("no")), Ok(Patch::Null));
        assert_eq!(Patch::Value(3).value(), Some(3));
        assert_eq!(Patch::<u8>::Null.value(), None);
        assert_eq!(Patch::Value(3).as_ref().value(), Some(&3));
    }
}
