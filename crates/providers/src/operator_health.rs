//! Faults of our own that providers showed: a broken operator identity, a clock that is off. Metrics
//! and logs are made of it elsewhere. Must not know a provider's codes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::time::Timestamp;
use domain::validity::ForeignText;

/// A fault of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFault {
    /// When it was first seen.
    pub since: Timestamp,
    /// What was said about it last.
    pub message: ForeignText,
}

/// What is known of our own faults. Shared; recovery clears it.
#[derive(Debug, Default)]
pub struct OperatorHealth {
    identity: Light,
    clock: Light,
}

impl OperatorHealth {
    /// Tells whether the operator's own identity was refused when it was last tried.
    #[must_use]
    pub fn identity_broken(&self) -> bool {
        self.identity.on.load(Ordering::Acquire)
    }

    /// Tells what is wrong with the operator's identity.
    #[must_use]
    pub fn identity_fault(&self) -> Option<OperatorFault> {
        self.identity.read()
    }

    /// Tells whether a provider's time was more than 60 s from ours when it last answered.
    #[must_use]
    pub fn clock_skewed(&self) -> bool {
        self.clock.on.load(Ordering::Acquire)
    }

    /// Tells how far the clocks are apart.
    #[must_use]
    pub fn clock_fault(&self) -> Option<OperatorFault> {
        self.clock.read()
    }

    pub(crate) fn identity_works(&self) {
        self.identity.clear();
    }

    pub(crate) fn identity_fails(&self, now: Timestamp, message: ForeignText) {
        self.identity.light(now, message);
    }

    pub(crate) fn clock_works(&self) {
        self.clock.clear();
    }

    pub(crate) fn clock_fails(&self, now: Timestamp, message: ForeignText) {
        self.clock.light(now, message);
    }
}

/// One warning light. The flag is read on every answer, so it stands outside the lock.
#[derive(Debug, Default)]
struct Light {
    on: AtomicBool,
    fault: Mutex<Option<OperatorFault>>,
}

impl Light {
    fn read(&self) -> Option<OperatorFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn light(&self, now: Timestamp, message: ForeignText) {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let since = fault.as_ref().map_or(now, |earlier| earlier.since);
        *fault = Some(OperatorFault { since, message });
        self.on.store(true, Ordering::Release);
    }

    fn clear(&self) {
        if self.on.load(Ordering::Acquire) {
            let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
            *fault = None;
            self.on.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_keeps_its_beginning_and_ends_with_recovery() {
        let health = OperatorHealth::default();
        assert!(!health.identity_broken() && health.identity_fault().is_none());
        health.identity_fails(Timestamp::from_millis(1), ForeignText::tame("one", &[]));
        health.identity_fails(Timestamp::from_millis(2), ForeignText::tame("two", &[]));
        let fault = OperatorFault { since: Timestamp::from_millis(1), message: ForeignText::tame("two", &[]) };
        assert_eq!(health.identity_fault(), Some(fault));
        assert!(health.identity_broken() && !health.clock_skewed());
        health.identity_works();
        assert!(!health.identity_broken() && health.identity_fault().is_none());
    }
}
