//! Background work. A reconciler takes no input: a clock or a signal wakes it, it reads what is
//! stored, takes one step and says when it wants to be woken again. One file each, one line each here.

mod check_customer_keys;
mod prove_operator;
mod purge_expired;
mod watch_trust;

use crate::Control;

/// Starts every reconciler.
pub(crate) fn start(control: &Control) {
    control.tasks().spawn(check_customer_keys::run(control.clone()));
    control.tasks().spawn(prove_operator::run(control.clone()));
    control.tasks().spawn(purge_expired::run(control.clone()));
    control.tasks().spawn(watch_trust::run(control.clone()));
}
