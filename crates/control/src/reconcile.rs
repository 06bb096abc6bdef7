//! Background work. A reconciler takes no input: a clock or a signal wakes it, it reads what is
//! stored, takes one step and says when it wants to be woken again. One file each, one line each here.

mod alerts;
mod check_customer_keys;
mod check_retired_customer_keys;
mod claimed;
mod pauses;
mod private_endpoints;
mod prove_operator;
mod purge_expired;
mod purge_master_keys;
mod rewrap_master_keys;
mod tell;
mod watch_trust;
mod wipe_unwrapped_keys;

use crate::Control;

/// Starts every reconciler.
pub(crate) fn start(control: &Control) {
    control.tasks().spawn(alerts::run(control.clone()));
    control.tasks().spawn(check_customer_keys::run(control.clone()));
    control.tasks().spawn(check_retired_customer_keys::run(control.clone()));
    control.tasks().spawn(private_endpoints::run(control.clone()));
    control.tasks().spawn(prove_operator::run(control.clone()));
    control.tasks().spawn(purge_expired::run(control.clone()));
    control.tasks().spawn(purge_master_keys::run(control.clone()));
    control.tasks().spawn(rewrap_master_keys::run(control.clone()));
    control.tasks().spawn(tell::run(control.clone()));
    control.tasks().spawn(watch_trust::run(control.clone()));
    control.tasks().spawn(wipe_unwrapped_keys::run(control.clone()));
}
