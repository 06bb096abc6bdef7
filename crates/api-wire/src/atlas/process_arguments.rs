//! With which options a cluster's database processes run: what is said and shown at both dates. It must not know the
//! domain.

pub mod v2023_01_01;
pub mod v2024_08_05;

use serde::Serialize;

use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{Kind, Schema, TextRule};
use crate::text_format::ONE_LINE;

/// What a PATCH says of how processes run. Null is the default again.
#[derive(Debug, Default)]
pub struct ProcessArgumentsBody {
    /// How long the images of changed documents are kept. Unit: seconds.
    pub images_expire_after_secs: Patch<i64>,
    /// How many threads move chunks.
    pub chunk_migration_concurrency: Patch<i64>,
    /// The ciphers of TLS 1.2.
    pub ciphers_of_tls12: Patch<Vec<String>>,
    /// The ciphers of TLS 1.3.
    pub ciphers_of_tls13: Patch<Vec<String>>,
    /// How long a read may take. Unit: milliseconds.
    pub default_max_time_ms: Patch<i64>,
    /// What a read waits for; of the older date only.
    pub default_read_concern: Patch<String>,
    /// What a write waits for.
    pub default_write_concern: Patch<String>,
    /// Whether too long an index key is refused; of the older date only.
    pub fail_index_key_too_long: Patch<bool>,
    /// Whether scripts run in the database.
    pub javascript_enabled: Patch<bool>,
    /// The oldest TLS.
    pub minimum_enabled_tls_protocol: Patch<String>,
    /// Whether queries without an index are refused.
    pub no_table_scan: Patch<bool>,
    /// How long the oplog reaches back at least. Unit: hours.
    pub oplog_min_retention_hours: Patch<i64>,
    /// How large the oplog is. Unit: MB.
    pub oplog_size_mb: Patch<i64>,
    /// How much is logged of query statistics.
    pub query_stats_log_verbosity: Patch<i64>,
    /// How often the connector for BI tools samples again. Unit: seconds.
    pub sample_refresh_interval_bi_connector: Patch<i64>,
    /// How many documents it samples.
    pub sample_size_bi_connector: Patch<i64>,
    /// Which ciphers count.
    pub tls_cipher_config_mode: Patch<String>,
    /// How long a transaction may take. Unit: seconds.
    pub transaction_lifetime_limit_secs: Patch<i64>,
}

impl ProcessArgumentsBody {
    /// Reads the body of a PATCH, in the shape of either date.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<Fault>> {
        let object = parse(bytes, schema, Limits::default())?;
        Self::from_object(object).map_err(|fault| vec![fault])
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            images_expire_after_secs: body.integer("changeStreamOptionsPreAndPostImagesExpireAfterSeconds")?,
            chunk_migration_concurrency: body.integer("chunkMigrationConcurrency")?,
            ciphers_of_tls12: body.texts("customOpensslCipherConfigTls12")?,
            ciphers_of_tls13: body.texts("customOpensslCipherConfigTls13")?,
            default_max_time_ms: body.integer("defaultMaxTimeMS")?,
            default_read_concern: body.text("defaultReadConcern")?,
            default_write_concern: body.text("defaultWriteConcern")?,
            fail_index_key_too_long: body.flag("failIndexKeyTooLong")?,
            javascript_enabled: body.flag("javascriptEnabled")?,
            minimum_enabled_tls_protocol: body.text("minimumEnabledTlsProtocol")?,
            no_table_scan: body.flag("noTableScan")?,
            oplog_min_retention_hours: body.integer("oplogMinRetentionHours")?,
            oplog_size_mb: body.integer("oplogSizeMB")?,
            query_stats_log_verbosity: body.integer("queryStatsLogVerbosity")?,
            sample_refresh_interval_bi_connector: body.integer("sampleRefreshIntervalBIConnector")?,
            sample_size_bi_connector: body.integer("sampleSizeBIConnector")?,
            tls_cipher_config_mode: body.text("tlsCipherConfigMode")?,
            transaction_lifetime_limit_secs: body.integer("transactionLifetimeLimitSeconds")?,
        })
    }
}

/// How a cluster's processes run. What was never said is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessArguments {
    /// How long the images of changed documents are kept. Unit: seconds.
    #[serde(rename = "changeStreamOptionsPreAndPostImagesExpireAfterSeconds", skip_serializing_if = "Option::is_none")]
    pub images_expire_after_secs: Option<i64>,
    /// How many threads move chunks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk_migration_concurrency: Option<i64>,
    /// The ciphers of TLS 1.2.
    #[serde(rename = "customOpensslCipherConfigTls12", skip_serializing_if = "Vec::is_empty")]
    pub ciphers_of_tls12: Vec<String>,
    /// The ciphers of TLS 1.3.
    #[serde(rename = "customOpensslCipherConfigTls13", skip_serializing_if = "Vec::is_empty")]
    pub ciphers_of_tls13: Vec<String>,
    /// How long a read may take. Unit: milliseconds.
    #[serde(rename = "defaultMaxTimeMS", skip_serializing_if = "Option::is_none")]
    pub default_max_time_ms: Option<i64>,
    /// What a read waits for; of the older date only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_read_concern: Option<&'static str>,
    /// What a write waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_write_concern: Option<String>,
    /// Whether too long an index key is refused; of the older date only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_index_key_too_long: Option<bool>,
    /// Whether scripts run in the database.
    pub javascript_enabled: bool,
    /// The oldest TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_enabled_tls_protocol: Option<&'static str>,
    /// Whether queries without an index are refused.
    pub no_table_scan: bool,
    /// How long the oplog reaches back at least. Unit: hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oplog_min_retention_hours: Option<i64>,
    /// How large the oplog is. Unit: MB.
    #[serde(rename = "oplogSizeMB", skip_serializing_if = "Option::is_none")]
    pub oplog_size_mb: Option<i64>,
    /// How much is logged of query statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_stats_log_verbosity: Option<i64>,
    /// How often the connector for BI tools samples again. Unit: seconds.
    #[serde(rename = "sampleRefreshIntervalBIConnector", skip_serializing_if = "Option::is_none")]
    pub sample_refresh_interval_bi_connector: Option<i64>,
    /// How many documents it samples.
    #[serde(rename = "sampleSizeBIConnector", skip_serializing_if = "Option::is_none")]
    pub sample_size_bi_connector: Option<i64>,
    /// Which ciphers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cipher_config_mode: Option<&'static str>,
    /// How long a transaction may take. Unit: seconds.
    #[serde(rename = "transactionLifetimeLimitSeconds", skip_serializing_if = "Option::is_none")]
    pub transaction_lifetime_limit_secs: Option<i64>,
}

const INT32_MAX: i64 = 2_147_483_647;

static COUNT32: Schema = Schema::inline(Kind::Integer { min: 0, max: INT32_MAX });
static SECONDS_OR_NEVER: Schema = Schema::inline(Kind::Integer { min: -1, max: INT32_MAX });
static LIFETIME: Schema = Schema::inline(Kind::Integer { min: 1, max: 9_007_199_254_740_991 });
static READ_CONCERN: Schema = Schema::inline(Kind::OneOf(&["local", "available"]));
static WRITE_CONCERN: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&ONE_LINE) }));

/// The fields of both dates, by name; the older one's own are handed in.
macro_rules! fields {
    ($([$old:expr])*) => {
        &[
            Field::optional(
                "changeStreamOptionsPreAndPostImagesExpireAfterSeconds",
                &SECONDS_OR_NEVER,
                "How long the images of changed documents are kept; -1 for as long as the oplog.",
            )
            .nullable(),
            Field::optional("chunkMigrationConcurrency", &COUNT32, "How many threads move chunks.").nullable(),
            Field::optional("customOpensslCipherConfigTls12", &TLS12_CIPHERS, "The ciphers offered with TLS 1.2.")
                .nullable(),
            Field::optional("customOpensslCipherConfigTls13", &TLS13_CIPHERS, "The ciphers offered with TLS 1.3.")
                .nullable(),
            Field::optional("defaultMaxTimeMS", &COUNT32, "How many milliseconds a read may take.").nullable(),
            $($old,)*
            Field::optional("defaultWriteConcern", &WRITE_CONCERN, "What a write waits for.").nullable(),
            Field::optional("javascriptEnabled", &FLAG, "Whether scripts run in the database.").nullable(),
            Field::optional("minimumEnabledTlsProtocol", &MINIMUM_TLS, "The oldest TLS spoken.").nullable(),
            Field::optional("noTableScan", &FLAG, "Whether queries without an index are refused.").nullable(),
            Field::optional(
                "oplogMinRetentionHours",
                &COUNT32,
                "How many hours the oplog reaches back at least; whole hours.",
            )
            .nullable(),
            Field::optional("oplogSizeMB", &COUNT32, "How large the oplog is, in megabytes.").nullable(),
            Field::optional("queryStatsLogVerbosity", &COUNT32, "How much is logged of query statistics.").nullable(),
            Field::optional(
                "sampleRefreshIntervalBIConnector",
                &COUNT32,
                "After how many seconds the connector for BI tools samples again.",
            )
            .nullable(),
            Field::optional("sampleSizeBIConnector", &COUNT32, "How many documents it samples.").nullable(),
            Field::optional(
                "tlsCipherConfigMode",
                &CIPHER_MODE,
                "Whether the ciphers listed count, or the usual ones.",
            )
            .nullable(),
            Field::optional("transactionLifetimeLimitSeconds", &LIFETIME, "How many seconds a transaction may take.")
                .nullable(),
        ]
    };
}
use fields;

#[cfg(test)]
mod tests {
    use super::{ProcessArgumentsBody, v2023_01_01, v2024_08_05};
    use crate::patch::Patch;

    #[test]
    fn the_older_date_has_two_fields_more() {
        let body = br#"{"defaultReadConcern": "local", "failIndexKeyTooLong": false, "oplogSizeMB": null}"#;
        let read = ProcessArgumentsBody::read(body, &v2023_01_01::SCHEMA).unwrap();
        assert_eq!(read.default_read_concern, Patch::Value("local".to_owned()));
        assert_eq!((read.oplog_size_mb, read.no_table_scan), (Patch::Null, Patch::Absent));
        let faults = ProcessArgumentsBody::read(body, &v2024_08_05::SCHEMA).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["defaultReadConcern", "failIndexKeyTooLong"]);
    }
}
