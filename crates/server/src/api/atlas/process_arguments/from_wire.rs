//! From the wire's options of processes to the domain's change. The struct is taken apart by name, so that a new field
//! breaks the build here.

use api_wire::atlas::process_arguments::ProcessArgumentsBody;
use api_wire::patch::Patch as WirePatch;
use domain::cluster::{CipherMode, MinimumTls, ProcessChange, ReadConcern};
use domain::customer_key::Patch;

use crate::api::error::Refused;

/// Translates a body whose shape was checked.
/// Errors: `Bug` if a checked word is not what its schema says.
pub(super) fn from_wire(body: ProcessArgumentsBody) -> Result<ProcessChange, Refused> {
    let ProcessArgumentsBody {
        images_expire_after_secs,
        chunk_migration_concurrency,
        ciphers_of_tls12,
        ciphers_of_tls13,
        default_max_time_ms,
        default_read_concern,
        default_write_concern,
        fail_index_key_too_long,
        javascript_enabled,
        minimum_enabled_tls_protocol,
        no_table_scan,
        oplog_min_retention_hours,
        oplog_size_mb,
        query_stats_log_verbosity,
        sample_refresh_interval_bi_connector,
        sample_size_bi_connector,
        tls_cipher_config_mode,
        transaction_lifetime_limit_secs,
    } = body;
    Ok(ProcessChange {
        images_expire_after_secs: patch(images_expire_after_secs),
        chunk_migration_concurrency: patch(chunk_migration_concurrency),
        default_max_time_ms: patch(default_max_time_ms),
        default_read_concern: word(default_read_concern, ReadConcern::by_name)?,
        default_write_concern: patch(default_write_concern),
        fail_index_key_too_long: patch(fail_index_key_too_long),
        javascript_enabled: patch(javascript_enabled),
        no_table_scan: patch(no_table_scan),
        oplog_min_retention_hours: patch(oplog_min_retention_hours),
        oplog_size_mb: patch(oplog_size_mb),
        query_stats_log_verbosity: patch(query_stats_log_verbosity),
        bi_sample_refresh_secs: patch(sample_refresh_interval_bi_connector),
        bi_sample_size: patch(sample_size_bi_connector),
        transaction_lifetime_limit_secs: patch(transaction_lifetime_limit_secs),
        ciphers_of_tls12: patch(ciphers_of_tls12),
        ciphers_of_tls13: patch(ciphers_of_tls13),
        minimum_tls: word(minimum_enabled_tls_protocol, MinimumTls::by_name)?,
        cipher_mode: word(tls_cipher_config_mode, CipherMode::by_name)?,
    })
}

fn patch<T>(patch: WirePatch<T>) -> Patch<T> {
    match patch {
        WirePatch::Absent => Patch::Absent,
        WirePatch::Null => Patch::Null,
        WirePatch::Value(value) => Patch::Value(value),
    }
}

fn word<T>(text: WirePatch<String>, by_name: fn(&str) -> Option<T>) -> Result<Patch<T>, Refused> {
    Ok(match text {
        WirePatch::Absent => Patch::Absent,
        WirePatch::Null => Patch::Null,
        WirePatch::Value(text) => {
            Patch::Value(by_name(&text).ok_or(Refused::Bug("the schema admits only what the domain can read"))?)
        }
    })
}
