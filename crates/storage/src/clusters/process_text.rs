//! How the options of a cluster's processes lie in the column of its settings. Every part is taken apart by name, so
//! that a new one breaks the build here. Must not know SQL.

use domain::cluster::{ProcessArguments, ReadConcern};
use serde::{Deserialize, Serialize};

/// The part of the column; what was never said is not there.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ProcessText {
    #[serde(skip_serializing_if = "Option::is_none")]
    images_expire_after_secs: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chunk_migration_concurrency: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_max_time_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_read_concern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_write_concern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_index_key_too_long: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    javascript_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_table_scan: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oplog_min_retention_hours: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oplog_size_mb: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_stats_log_verbosity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bi_sample_refresh_secs: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bi_sample_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_lifetime_limit_secs: Option<i64>,
}

/// Writes the part.
pub(super) fn write(process: &ProcessArguments) -> ProcessText {
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
    } = process.clone();
    ProcessText {
        images_expire_after_secs,
        chunk_migration_concurrency,
        default_max_time_ms,
        default_read_concern: default_read_concern.map(|word| word.name().to_owned()),
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
    }
}

/// Reads the part.
/// Errors: what cannot have been written by us.
pub(super) fn read(text: ProcessText) -> Result<ProcessArguments, &'static str> {
    let ProcessText {
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
    } = text;
    let read_concern = |name: String| ReadConcern::by_name(&name).ok_or("read concern");
    Ok(ProcessArguments {
        images_expire_after_secs,
        chunk_migration_concurrency,
        default_max_time_ms,
        default_read_concern: default_read_concern.map(read_concern).transpose()?,
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
    })
}
