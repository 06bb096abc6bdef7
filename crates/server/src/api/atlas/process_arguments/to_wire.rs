//! From how processes run to the wire's options. Every struct is taken apart by name, so that a new field breaks the
//! build here.

use api_wire::atlas::process_arguments::ProcessArguments as WireArguments;
use control::cluster::ProcessView;
use domain::cluster::{AdvancedConfiguration, ProcessArguments};

use super::is_of_the_older_date;
use crate::api::call::Call;

/// Translates how processes run, into what the version that answers knows of it. Scripts run and every query is let
/// through where nothing was said, as the database itself has it.
pub(super) fn to_wire(call: &Call, view: ProcessView) -> WireArguments {
    let ProcessView { process, advanced } = view;
    let AdvancedConfiguration { ciphers_of_tls12, ciphers_of_tls13, minimum_tls, cipher_mode } = advanced;
    let ProcessArguments {
        images_expire_after_secs,
        chunk_migration_concurrency,
        default_max_time_ms,
        default_read_concern,
        default_write_concern,
        fail_index_key_too_long,
        javascript_enabled,
        no_table_scan,
        oplog_min_retention_hours,
        oplog_size_mb,
        query_stats_log_verbosity,
        bi_sample_refresh_secs,
        bi_sample_size,
        transaction_lifetime_limit_secs,
    } = process;
    let older = is_of_the_older_date(call);
    WireArguments {
        images_expire_after_secs,
        chunk_migration_concurrency,
        ciphers_of_tls12,
        ciphers_of_tls13,
        default_max_time_ms,
        default_read_concern: default_read_concern.map(|word| word.name()).filter(|_| older),
        default_write_concern,
        fail_index_key_too_long: fail_index_key_too_long.filter(|_| older),
        javascript_enabled: javascript_enabled.unwrap_or(true),
        minimum_enabled_tls_protocol: minimum_tls.map(|word| word.name()),
        no_table_scan: no_table_scan.unwrap_or(false),
        oplog_min_retention_hours,
        oplog_size_mb,
        query_stats_log_verbosity,
        sample_refresh_interval_bi_connector: bi_sample_refresh_secs,
        sample_size_bi_connector: bi_sample_size,
        tls_cipher_config_mode: cipher_mode.map(|word| word.name()),
        transaction_lifetime_limit_secs,
    }
}
