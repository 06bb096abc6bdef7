//! Which tables and columns a backup holds, parents first. A test compares this list with the schema,
//! so that a new column cannot be forgotten.

use serde_json::Value;

use crate::error::Result;
use crate::sql::{Row, Sql, to_json};

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Blob,
}

/// A table and its columns.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// How rows are ordered, so that equal databases give equal streams.
    key: &'static str,
    columns: &'static [(&'static str, Kind)],
}

/// Tables that a backup leaves out: what they hold is void after a restore, or made by migrations.
pub(super) const LEFT_OUT: &[&str] = &["access_tokens", "burned_nonces", "enrolment_tokens", "notices", "user_tokens"];

use Kind::{Blob, Int, Text};

/// Tables that a backup holds, parents before children.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "organizations",
        key: "id",
        columns: &[("id", Text), ("name", Text), ("created_at", Int), ("settings", Text), ("deleted_at", Int)],
    },
    Table {
        name: "projects",
        key: "id",
        columns: &[
            ("id", Text),
            ("org_id", Text),
            ("name", Text),
            ("created_at", Int),
            ("former_name", Text),
            ("deleted_at", Int),
            ("inactive_at", Int),
            ("settings", Text),
        ],
    },
    Table {
        name: "network_access_entries",
        key: "project_id, value",
        columns: &[
            ("project_id", Text),
            ("value", Text),
            ("comment", Text),
            ("delete_after", Int),
            ("created_at", Int),
        ],
    },
    Table {
        name: "api_keys",
        key: "id",
        columns: &[
            ("id", Text),
            ("org_id", Text),
            ("public_key", Text),
            ("description", Text),
            ("roles", Text),
            ("access_list", Text),
            ("sealed_ha1", Blob),
            ("created_at", Int),
            ("private_tail", Text),
        ],
    },
    Table {
        name: "service_accounts",
        key: "id",
        columns: &[
            ("id", Text),
            ("org_id", Text),
            ("name", Text),
            ("roles", Text),
            ("access_list", Text),
            ("created_at", Int),
            ("description", Text),
        ],
    },
    Table {
        name: "service_account_secrets",
        key: "id",
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("secret_sha256", Blob),
            ("created_at", Int),
            ("expires_at", Int),
            ("last_used_at", Int),
        ],
    },
    Table {
        name: "users",
        key: "id",
        columns: &[
            ("id", Text),
            ("email", Text),
            ("first_name", Text),
            ("last_name", Text),
            ("password_hash", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "org_members",
        key: "org_id, user_id",
        columns: &[
            ("org_id", Text),
            ("user_id", Text),
            ("state", Text),
            ("roles", Text),
            ("invited_at", Int),
            ("invitation_expires_at", Int),
            ("invited_by", Text),
        ],
    },
    Table { name: "teams", key: "id", columns: &[("id", Text), ("org_id", Text), ("name", Text), ("created_at", Int)] },
    Table {
        name: "team_members",
        key: "team_id, user_id",
        columns: &[("team_id", Text), ("user_id", Text), ("org_id", Text)],
    },
    Table {
        name: "team_roles",
        key: "team_id, project_id",
        columns: &[("team_id", Text), ("project_id", Text), ("roles", Text)],
    },
    Table {
        name: "provider_roles",
        key: "id",
        columns: &[("id", Text), ("project_id", Text), ("identity", Text), ("authorized_at", Int), ("created_at", Int)],
    },
    Table {
        name: "encryption_at_rest",
        key: "project_id",
        columns: &[("project_id", Text), ("enabled_for_search_nodes", Int), ("revision", Int), ("updated_at", Int)],
    },
    Table {
        name: "customer_keys",
        key: "project_id, provider",
        columns: &[
            ("project_id", Text),
            ("provider", Text),
            ("settings", Text),
            ("role_id", Text),
            ("sealed_secret", Blob),
            ("key_revision", Int),
            ("fingerprint", Blob),
            ("number", Int),
        ],
    },
    Table {
        name: "validities",
        key: "project_id, provider",
        columns: &[
            ("project_id", Text),
            ("provider", Text),
            ("state", Text),
            ("reason", Text),
            ("provider_code", Text),
            ("provider_message", Text),
            ("provider_request_id", Text),
            ("was", Text),
            ("since", Int),
            ("checked_at", Int),
            ("network_denied", Int),
            ("awaiting_proof", Int),
            ("generation", Int),
            ("key_revision", Int),
            ("revision", Int),
            ("definite_since", Int),
        ],
    },
    Table {
        name: "clusters",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("name", Text),
            ("settings", Text),
            ("encryption_provider", Text),
            ("former_encryption_provider", Text),
            ("revision", Int),
            ("created_at", Int),
            ("deleted_at", Int),
        ],
    },
    Table { name: "cluster_counts", key: "project_id", columns: &[("project_id", Text), ("clusters", Int)] },
    Table {
        name: "certificate_authorities",
        key: "id",
        columns: &[
            ("id", Text),
            ("generation", Int),
            ("certificate", Blob),
            ("public_key", Blob),
            ("sealed_key", Blob),
            ("created_at", Int),
            ("expires_at", Int),
        ],
    },
    Table {
        name: "nodes",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("cluster_id", Text),
            ("name", Text),
            ("role", Text),
            ("region", Text),
            ("created_at", Int),
            ("revoked_at", Int),
        ],
    },
    Table {
        name: "node_certificates",
        key: "serial",
        columns: &[
            ("serial", Text),
            ("node_id", Text),
            ("authority_id", Text),
            ("public_key", Blob),
            ("fingerprint", Blob),
            ("certificate", Blob),
            ("issued_at", Int),
            ("expires_at", Int),
            ("ends_at", Int),
        ],
    },
    Table {
        name: "retired_customer_keys",
        key: "project_id, provider, number",
        columns: &[
            ("project_id", Text),
            ("provider", Text),
            ("number", Int),
            ("name", Text),
            ("settings", Text),
            ("role_id", Text),
            ("sealed_secret", Blob),
            ("fingerprint", Blob),
            ("key_revision", Int),
            ("retired_at", Int),
            ("state", Text),
            ("reason", Text),
            ("provider_code", Text),
            ("provider_message", Text),
            ("provider_request_id", Text),
            ("was", Text),
            ("since", Int),
            ("checked_at", Int),
            ("network_denied", Int),
            ("awaiting_proof", Int),
            ("generation", Int),
            ("definite_since", Int),
            ("revision", Int),
        ],
    },
    Table {
        name: "master_keys",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("cluster_id", Text),
            ("node_id", Text),
            ("role", Text),
            ("scope", Text),
            ("object_type", Text),
            ("body", Text),
            ("provider", Text),
            ("customer_key", Int),
            ("cluster_name", Text),
            ("wrapped_data_key", Blob),
            ("key_name", Text),
            ("key_material", Text),
            ("sealed", Blob),
            ("wrapping_revision", Int),
            ("revision", Int),
            ("purge_at", Int),
            ("purged_at", Int),
            ("created_at", Int),
            ("mac", Blob),
        ],
    },
    Table {
        name: "master_key_names",
        key: "scope, name",
        columns: &[("scope", Text), ("name", Text), ("master_key_id", Text)],
    },
    Table {
        name: "release_grants",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("master_key_id", Text),
            ("node_id", Text),
            ("expires_at", Int),
            ("created_at", Int),
            ("created_by", Text),
        ],
    },
    Table {
        name: "releases",
        key: "project_id, sequence",
        columns: &[("project_id", Text), ("sequence", Int), ("line", Text), ("mac", Blob)],
    },
    Table {
        name: "release_heads",
        key: "project_id",
        columns: &[("project_id", Text), ("sequence", Int), ("mac", Blob), ("updated_at", Int), ("head_mac", Blob)],
    },
    Table {
        name: "rotations",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("provider", Text),
            ("from_number", Int),
            ("to_number", Int),
            ("started_at", Int),
            ("total", Int),
            ("finished_at", Int),
            ("superseded_at", Int),
            ("last_failure", Text),
        ],
    },
    Table {
        name: "snapshots",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("cluster_id", Text),
            ("taken_at", Int),
            ("description", Text),
            ("created_at", Int),
            ("released_at", Int),
        ],
    },
    Table {
        name: "snapshot_keys",
        key: "snapshot_id, master_key_id",
        columns: &[("snapshot_id", Text), ("master_key_id", Text)],
    },
    Table {
        name: "search_deployments",
        key: "cluster_id",
        columns: &[("cluster_id", Text), ("project_id", Text), ("id", Text), ("wanted", Text), ("revision", Int)],
    },
    Table {
        name: "backup_schedules",
        key: "cluster_id",
        columns: &[("cluster_id", Text), ("project_id", Text), ("schedule", Text), ("revision", Int)],
    },
    Table {
        name: "backup_compliance_policies",
        key: "project_id",
        columns: &[("project_id", Text), ("encryption_at_rest", Int), ("policy", Text), ("updated_at", Int)],
    },
    Table {
        name: "external_authorities",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("name", Text),
            ("certificate", Blob),
            ("fingerprint", Blob),
            ("public_key", Blob),
            ("created_at", Int),
            ("removed_at", Int),
        ],
    },
    Table {
        name: "external_identities",
        key: "authority_id, kind, value",
        columns: &[("authority_id", Text), ("kind", Text), ("value", Text), ("node_id", Text), ("created_at", Int)],
    },
    Table {
        name: "private_endpoints",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("provider", Text),
            ("region", Text),
            ("state", Text),
            ("predecessor", Text),
            ("rejections", Int),
            ("created_at", Int),
            ("start_at", Int),
            ("since", Int),
            ("cloud", Text),
            ("error_message", Text),
            ("revision", Int),
        ],
    },
    Table {
        name: "private_paths",
        key: "project_id, provider",
        columns: &[("project_id", Text), ("provider", Text), ("routes", Text)],
    },
    Table {
        name: "alert_configs",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("kind", Text),
            ("enabled", Int),
            ("body", Text),
            ("sealed_webhooks", Blob),
            ("created_at", Int),
            ("updated_at", Int),
            ("revision", Int),
        ],
    },
    Table { name: "alert_defaults", key: "project_id, kind", columns: &[("project_id", Text), ("kind", Text)] },
    Table {
        name: "alerts",
        key: "id",
        columns: &[
            ("id", Text),
            ("project_id", Text),
            ("config_id", Text),
            ("kind", Text),
            ("subject", Text),
            ("state", Text),
            ("body", Text),
            ("created_at", Int),
            ("updated_at", Int),
            ("resolved_at", Int),
            ("acknowledged_until", Int),
            ("last_notified", Int),
            ("notices", Int),
            ("revision", Int),
        ],
    },
    Table {
        name: "rotation_clocks",
        key: "project_id, provider",
        columns: &[("project_id", Text), ("provider", Text), ("since", Int)],
    },
    Table {
        name: "key_outlooks",
        key: "project_id, provider",
        columns: &[
            ("project_id", Text),
            ("provider", Text),
            ("key_revision", Int),
            ("asked_at", Int),
            ("expires_at", Int),
            ("deletion_at", Int),
        ],
    },
    Table {
        name: "work",
        key: "kind, id",
        columns: &[
            ("kind", Text),
            ("id", Text),
            ("due_at", Int),
            ("claimed_by", Text),
            ("claimed_until", Int),
            ("attempt", Int),
        ],
    },
    Table {
        name: "events",
        key: "sequence",
        columns: &[
            ("sequence", Int),
            ("id", Text),
            ("org_id", Text),
            ("project_id", Text),
            ("kind", Text),
            ("actor_kind", Text),
            ("actor_id", Text),
            ("actor_public_key", Text),
            ("remote_address", Text),
            ("detail", Text),
            ("created_at", Int),
            ("cluster_name", Text),
            ("alert_pending", Int),
            ("of_org", Int),
        ],
    },
    Table { name: "instance_settings", key: "key", columns: &[("key", Text), ("value", Blob), ("sealed", Int)] },
];

impl Table {
    /// Reads every row.
    pub(super) fn select(&self) -> Sql {
        let text = format!("SELECT {} FROM {} ORDER BY {}", self.column_list(), self.name, self.key);
        Sql::built("read a table for a backup", text.clone(), text)
    }

    /// Writes the rows of a JSON array of arrays.
    pub(super) fn insert(&self) -> Sql {
        let text = |items: &str, blob: fn(usize) -> String| {
            let values: Vec<String> = self
                .columns
                .iter()
                .enumerate()
                .map(|(index, (_, kind))| match kind {
                    Kind::Text => format!("item.value ->> {index}"),
                    Kind::Int => format!("CAST(item.value ->> {index} AS BIGINT)"),
                    Kind::Blob => blob(index),
                })
                .collect();
            format!("INSERT INTO {} ({}) SELECT {} FROM {items}", self.name, self.column_list(), values.join(", "))
        };
        Sql::built(
            "write a table from a backup",
            text("json_each($1) AS item", |index| format!("unhex(item.value ->> {index})")),
            text("json_array_elements(CAST($1 AS json)) AS item(value)", |index| {
                format!("decode(item.value ->> {index}, 'hex')")
            }),
        )
    }

    /// Gives a row of [`Self::select`] as a JSON array.
    pub(super) fn row_to_json(&self, row: &Row) -> Result<String> {
        let mut fields = row.fields(self.name);
        let values = self
            .columns
            .iter()
            .map(|(_, kind)| {
                Ok(match kind {
                    Kind::Text => fields.text_if_any()?.map_or(Value::Null, Value::from),
                    Kind::Int => fields.int_if_any()?.map_or(Value::Null, Value::from),
                    Kind::Blob => fields.blob_if_any()?.map_or(Value::Null, |bytes| Value::from(hex::encode(bytes))),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        to_json(&values)
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::migrate::MIGRATIONS;

    /// Reads the columns of every table out of the scripts for SQLite, in their house style.
    fn schema() -> BTreeMap<String, Vec<String>> {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut open: Option<(String, Vec<String>)> = None;
        for line in MIGRATIONS.iter().flat_map(|migration| migration.sqlite.lines()) {
            if let Some((name, column)) = line.strip_prefix("ALTER TABLE ").map(|rest| rest.split_once(' ').unwrap()) {
                let column = column.strip_prefix("ADD COLUMN ").expect("teach this test about other alterations");
                tables.get_mut(name).unwrap().push(column.split(' ').next().unwrap().to_owned());
            } else if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                open = Some((name.trim_end_matches(" (").to_owned(), Vec::new()));
            } else if line.starts_with(')') {
                tables.extend(open.take());
            } else if let Some((_, columns)) = &mut open {
                let word = line.split_whitespace().next().unwrap_or_default();
                if word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()) {
                    columns.push(word.to_owned());
                }
            }
        }
        tables
    }

    #[test]
    fn every_table_and_column_is_in_a_backup_or_left_out_on_purpose() {
        let mut schema = schema();
        for name in LEFT_OUT {
            assert!(schema.remove(*name).is_some(), "{name} is left out of backups and does not exist");
        }
        let ours: BTreeMap<String, Vec<String>> = TABLES
            .iter()
            .map(|table| (table.name.to_owned(), table.columns.iter().map(|(name, _)| (*name).to_owned()).collect()))
            .collect();
        assert_eq!(schema, ours);
    }
}
