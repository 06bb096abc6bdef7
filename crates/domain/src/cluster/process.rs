//! With which options a cluster's database processes are to run, as the operator gave them. How nodes speak TLS is
//! said twice in the Admin API and kept once, in [`AdvancedConfiguration`]. Must not know who reads them.

use super::word::{CipherMode, MinimumTls, ReadConcern};
use super::{AdvancedConfiguration, Options, Refusal, Settings};
use crate::customer_key::Patch;

/// With which options processes run; what was never said is the database's own default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessArguments {
    /// How long the images of changed documents are kept. Unit: seconds.
    pub images_expire_after_secs: Option<i64>,
    /// How many threads move chunks.
    pub chunk_migration_concurrency: Option<i64>,
    /// How long a read may take. Unit: milliseconds.
    pub default_max_time_ms: Option<i64>,
    /// What a read waits for.
    pub default_read_concern: Option<ReadConcern>,
    /// What a write waits for.
    pub default_write_concern: Option<String>,
    /// Whether too long an index key is refused.
    pub fail_index_key_too_long: Option<bool>,
    /// Whether scripts run in the database.
    pub javascript_enabled: Option<bool>,
    /// Whether queries without an index are refused.
    pub no_table_scan: Option<bool>,
    /// How long the oplog reaches back at least. Unit: hours.
    pub oplog_min_retention_hours: Option<i64>,
    /// How large the oplog is. Unit: MB.
    pub oplog_size_mb: Option<i64>,
    /// How much is logged of query statistics.
    pub query_stats_log_verbosity: Option<i64>,
    /// How often the connector for BI tools samples again. Unit: seconds.
    pub bi_sample_refresh_secs: Option<i64>,
    /// How many documents it samples.
    pub bi_sample_size: Option<i64>,
    /// How long a transaction may take. Unit: seconds.
    pub transaction_lifetime_limit_secs: Option<i64>,
}

/// What a request says of how processes run.
#[derive(Debug, Default)]
pub struct ProcessChange {
    /// See [`ProcessArguments`].
    pub images_expire_after_secs: Patch<i64>,
    /// See [`ProcessArguments`].
    pub chunk_migration_concurrency: Patch<i64>,
    /// See [`ProcessArguments`].
    pub default_max_time_ms: Patch<i64>,
    /// See [`ProcessArguments`].
    pub default_read_concern: Patch<ReadConcern>,
    /// See [`ProcessArguments`].
    pub default_write_concern: Patch<String>,
    /// See [`ProcessArguments`].
    pub fail_index_key_too_long: Patch<bool>,
    /// See [`ProcessArguments`].
    pub javascript_enabled: Patch<bool>,
    /// See [`ProcessArguments`].
    pub no_table_scan: Patch<bool>,
    /// See [`ProcessArguments`].
    pub oplog_min_retention_hours: Patch<i64>,
    /// See [`ProcessArguments`].
    pub oplog_size_mb: Patch<i64>,
    /// See [`ProcessArguments`].
    pub query_stats_log_verbosity: Patch<i64>,
    /// See [`ProcessArguments`].
    pub bi_sample_refresh_secs: Patch<i64>,
    /// See [`ProcessArguments`].
    pub bi_sample_size: Patch<i64>,
    /// See [`ProcessArguments`].
    pub transaction_lifetime_limit_secs: Patch<i64>,
    /// See [`AdvancedConfiguration`].
    pub ciphers_of_tls12: Patch<Vec<String>>,
    /// See [`AdvancedConfiguration`].
    pub ciphers_of_tls13: Patch<Vec<String>>,
    /// See [`AdvancedConfiguration`].
    pub minimum_tls: Patch<MinimumTls>,
    /// See [`AdvancedConfiguration`].
    pub cipher_mode: Patch<CipherMode>,
}

/// Applies a change of how processes run: null is the default again. Gives what is said about the cluster then.
/// Errors: `Paused`, if that would be anything new.
pub fn apply_process_change(present: &Settings, change: ProcessChange) -> Result<Settings, Refusal> {
    let Options { advanced, process, .. } = &present.options;
    let ProcessChange {
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
        ciphers_of_tls12,
        ciphers_of_tls13,
        minimum_tls,
        cipher_mode,
    } = change;
    let ciphers = |said: Patch<Vec<String>>, kept: &[String]| match said {
        Patch::Absent => kept.to_vec(),
        Patch::Null => Vec::new(),
        Patch::Value(ciphers) => ciphers,
    };
    let advanced = AdvancedConfiguration {
        ciphers_of_tls12: ciphers(ciphers_of_tls12, &advanced.ciphers_of_tls12),
        ciphers_of_tls13: ciphers(ciphers_of_tls13, &advanced.ciphers_of_tls13),
        minimum_tls: minimum_tls.or_stored(advanced.minimum_tls),
        cipher_mode: cipher_mode.or_stored(advanced.cipher_mode),
    };
    let process = ProcessArguments {
        images_expire_after_secs: images_expire_after_secs.or_stored(process.images_expire_after_secs),
        chunk_migration_concurrency: chunk_migration_concurrency.or_stored(process.chunk_migration_concurrency),
        default_max_time_ms: default_max_time_ms.or_stored(process.default_max_time_ms),
        default_read_concern: default_read_concern.or_stored(process.default_read_concern),
        default_write_concern: default_write_concern.or_stored(process.default_write_concern.clone()),
        fail_index_key_too_long: fail_index_key_too_long.or_stored(process.fail_index_key_too_long),
        javascript_enabled: javascript_enabled.or_stored(process.javascript_enabled),
        no_table_scan: no_table_scan.or_stored(process.no_table_scan),
        oplog_min_retention_hours: oplog_min_retention_hours.or_stored(process.oplog_min_retention_hours),
        oplog_size_mb: oplog_size_mb.or_stored(process.oplog_size_mb),
        query_stats_log_verbosity: query_stats_log_verbosity.or_stored(process.query_stats_log_verbosity),
        bi_sample_refresh_secs: bi_sample_refresh_secs.or_stored(process.bi_sample_refresh_secs),
        bi_sample_size: bi_sample_size.or_stored(process.bi_sample_size),
        transaction_lifetime_limit_secs: transaction_lifetime_limit_secs
            .or_stored(process.transaction_lifetime_limit_secs),
    };
    let next = Settings { options: Options { advanced, process, ..present.options.clone() }, ..present.clone() };
    if next != *present && present.paused { Err(Refusal::Paused) } else { Ok(next) }
}
