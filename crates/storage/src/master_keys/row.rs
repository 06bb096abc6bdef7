//! A row of `master_keys` as its columns, and the keyed hash over them. Must not know why a row is read or written.

use domain::Bug;
use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind, WrappedDataKey};
use domain::master_key::access::Scope;
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{MasterKey, MasterKeyId, ObjectType, Owner};
use domain::node::NodeRole;
use domain::time::Timestamp;

use super::StoredMasterKey;
use super::body_text::{self, BodyText};
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::seal::Sealer;
use crate::sql::{Row, Sql, values};

/// Every column but the hash. Ids and words are as they lie there, so that what is verified is what was read.
#[derive(Debug, Clone)]
pub(super) struct MasterKeyRow {
    pub(super) id: String,
    pub(super) project: String,
    pub(super) cluster: String,
    pub(super) node: String,
    pub(super) role: String,
    pub(super) scope: String,
    pub(super) object_type: String,
    pub(super) body: String,
    pub(super) provider: String,
    pub(super) customer_key: i64,
    pub(super) cluster_name: String,
    pub(super) wrapped_data_key: Option<Vec<u8>>,
    pub(super) key_name: String,
    pub(super) key_material: Option<String>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) wrapping_revision: i64,
    pub(super) revision: i64,
    pub(super) purge_at: Option<i64>,
    pub(super) purged_at: Option<i64>,
    pub(super) created_at: i64,
}

/// The columns in the order that [`MasterKeyRow::verified`] reads them.
macro_rules! master_key_columns {
    () => {
        "m.id, m.project_id, m.cluster_id, m.node_id, m.role, m.scope, m.object_type, m.body, m.provider, \
         m.customer_key, m.cluster_name, m.wrapped_data_key, m.key_name, m.key_material, m.sealed, \
         m.wrapping_revision, m.revision, m.purge_at, m.purged_at, m.created_at, m.mac"
    };
}
pub(super) use master_key_columns;

static INSERT: Sql = Sql::same(
    "insert a master key",
    "INSERT INTO master_keys (id, project_id, cluster_id, node_id, role, scope, object_type, body, provider,
         customer_key, cluster_name, wrapped_data_key, key_name, key_material, sealed, wrapping_revision, revision,
         purge_at, purged_at, created_at, mac)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "save a master key",
    "UPDATE master_keys SET body = $2, customer_key = $3, cluster_name = $4, wrapped_data_key = $5, key_name = $6,
         key_material = $7, sealed = $8, revision = $9, purge_at = $10, purged_at = $11, mac = $12
     WHERE id = $1",
);
static TAKE: Sql = Sql::each(
    "take hold of a master key",
    concat!("SELECT ", master_key_columns!(), " FROM master_keys AS m WHERE m.id = $1"),
    concat!("SELECT ", master_key_columns!(), " FROM master_keys AS m WHERE m.id = $1 FOR UPDATE"),
);
static AFTER: Sql = Sql::same(
    "read master keys one after the other",
    concat!("SELECT ", master_key_columns!(), " FROM master_keys AS m WHERE m.id > $1 ORDER BY m.id LIMIT 500"),
);
static SET_MAC: Sql = Sql::same("authenticate a master key anew", "UPDATE master_keys SET mac = $2 WHERE id = $1");

impl MasterKeyRow {
    /// Makes the row of a new key.
    pub(super) fn of_new(stored: &StoredMasterKey) -> Result<Self> {
        let StoredMasterKey { key, wrapped, purge_at } = stored;
        let Some(WrappedKey { provider, customer_key, cluster_name, data_key, sealed, revision }) = wrapped else {
            return Err(Bug("a new master key has its bytes").into());
        };
        let WrappedDataKey { ciphertext, customer_key_version: CustomerKeyVersion { key: key_name, material } } =
            data_key;
        Ok(Self {
            id: key.id.to_string(),
            project: key.project.to_string(),
            cluster: key.cluster.to_string(),
            node: key.owner.node.to_string(),
            role: key.owner.role.name().to_owned(),
            scope: scope_text(Scope::of_key(key)),
            object_type: object_type_name(key.content.object_type()).to_owned(),
            body: body_text::write(key)?,
            provider: provider.name().to_owned(),
            customer_key: customer_key.stored(),
            cluster_name: cluster_name.clone(),
            wrapped_data_key: Some(ciphertext.clone()),
            key_name: key_name.clone(),
            key_material: material.clone(),
            sealed: Some(sealed.clone()),
            wrapping_revision: *revision,
            revision: key.revision,
            purge_at: purge_at.map(Timestamp::as_millis),
            purged_at: None,
            created_at: key.life.initial.as_millis(),
        })
    }

    /// Reads the columns of [`master_key_columns!`].
    /// Errors: `Sealed` if they are not what we wrote.
    pub(super) fn verified(row: &Row, sealer: &Sealer) -> Result<Self> {
        let (row, mac) = Self::read(row)?;
        if row.with_columns(|columns| sealer.is_row(columns, &mac)) { Ok(row) } else { Err(row.is_not_ours()) }
    }

    /// Reads a row and keeps it as it is until the transaction ends.
    pub(super) async fn take(tx: &mut Tx, sealer: &Sealer, id: MasterKeyId) -> Result<Option<Self>> {
        let found = tx.fetch(&TAKE, values![id]).await?;
        found.first().map(|row| Self::verified(row, sealer)).transpose()
    }

    /// Writes the row of a new key. Tells whether its id was free.
    pub(super) async fn insert(&self, tx: &mut Tx, sealer: &Sealer) -> Result<bool> {
        let mac = self.mac(sealer);
        let values = values![
            &self.id,
            &self.project,
            &self.cluster,
            &self.node,
            &self.role,
            &self.scope,
            &self.object_type,
            &self.body,
            &self.provider,
            self.customer_key,
            &self.cluster_name,
            self.wrapped_data_key.as_deref(),
            &self.key_name,
            self.key_material.as_deref(),
            self.sealed.as_deref(),
            self.wrapping_revision,
            self.revision,
            self.purge_at.map(Timestamp::from_millis),
            self.purged_at.map(Timestamp::from_millis),
            self.created_at,
            mac.as_slice(),
        ];
        Ok(tx.execute(&INSERT, values).await? > 0)
    }

    /// Writes what of a row can change.
    pub(super) async fn update(&self, tx: &mut Tx, sealer: &Sealer) -> Result<()> {
        let mac = self.mac(sealer);
        let values = values![
            &self.id,
            &self.body,
            self.customer_key,
            &self.cluster_name,
            self.wrapped_data_key.as_deref(),
            &self.key_name,
            self.key_material.as_deref(),
            self.sealed.as_deref(),
            self.revision,
            self.purge_at.map(Timestamp::from_millis),
            self.purged_at.map(Timestamp::from_millis),
            mac.as_slice(),
        ];
        tx.execute(&UPDATE, values).await.map(drop)
    }

    /// Opens the row into what `domain` knows.
    pub(super) fn open(self) -> Result<StoredMasterKey> {
        let corrupt = |what| StoreError::Corrupt { table: "master_keys", what };
        let BodyText { content, algorithm, length, usage, fresh, life, described } =
            body_text::read(&self.body).ok_or_else(|| corrupt("body"))?;
        let id = |_| corrupt("id");
        let key = MasterKey {
            id: self.id.parse().map_err(|_| corrupt("id"))?,
            project: self.project.parse().map_err(id)?,
            cluster: self.cluster.parse().map_err(id)?,
            owner: Owner {
                node: self.node.parse().map_err(id)?,
                role: NodeRole::by_name(&self.role).ok_or_else(|| corrupt("role"))?,
            },
            content,
            algorithm,
            length,
            usage,
            fresh,
            life,
            described,
            revision: self.revision,
        };
        let same = self.scope == scope_text(Scope::of_key(&key))
            && self.object_type == object_type_name(key.content.object_type());
        if !same {
            return Err(corrupt("scope or object type"));
        }
        let provider = ProviderKind::by_name(&self.provider).ok_or_else(|| corrupt("provider"))?;
        let wrapped = match (self.wrapped_data_key, self.sealed, self.purged_at) {
            (Some(ciphertext), Some(sealed), None) => Some(WrappedKey {
                provider,
                customer_key: CustomerKeyNumber::from_stored(self.customer_key),
                cluster_name: self.cluster_name,
                data_key: WrappedDataKey {
                    ciphertext,
                    customer_key_version: CustomerKeyVersion { key: self.key_name, material: self.key_material },
                },
                sealed,
                revision: self.wrapping_revision,
            }),
            (None, None, Some(_)) => None,
            (_, _, _) => return Err(corrupt("bytes")),
        };
        Ok(StoredMasterKey { key, wrapped, purge_at: self.purge_at.map(Timestamp::from_millis) })
    }

    fn read(row: &Row) -> Result<(Self, Vec<u8>)> {
        let mut fields = row.fields("master_keys");
        let row = Self {
            id: fields.text()?,
            project: fields.text()?,
            cluster: fields.text()?,
            node: fields.text()?,
            role: fields.text()?,
            scope: fields.text()?,
            object_type: fields.text()?,
            body: fields.text()?,
            provider: fields.text()?,
            customer_key: fields.int()?,
            cluster_name: fields.text()?,
            wrapped_data_key: fields.blob_if_any()?,
            key_name: fields.text()?,
            key_material: fields.text_if_any()?,
            sealed: fields.blob_if_any()?,
            wrapping_revision: fields.int()?,
            revision: fields.int()?,
            purge_at: fields.int_if_any()?,
            purged_at: fields.int_if_any()?,
            created_at: fields.int()?,
        };
        Ok((row, fields.blob()?))
    }

    fn mac(&self, sealer: &Sealer) -> [u8; 32] {
        self.with_columns(|columns| sealer.row_mac(columns))
    }

    fn with_columns<T>(&self, then: impl FnOnce(&[Option<&[u8]>]) -> T) -> T {
        let Self {
            id,
            project,
            cluster,
            node,
            role,
            scope,
            object_type,
            body,
            provider,
            customer_key,
            cluster_name,
            wrapped_data_key,
            key_name,
            key_material,
            sealed,
            wrapping_revision,
            revision,
            purge_at,
            purged_at,
            created_at,
        } = self;
        let number = |number: &i64| number.to_be_bytes();
        let (customer_key, wrapping_revision) = (number(customer_key), number(wrapping_revision));
        let (revision, created_at) = (number(revision), number(created_at));
        let (purge_at, purged_at) = (purge_at.as_ref().map(number), purged_at.as_ref().map(number));
        then(&[
            Some(id.as_bytes()),
            Some(project.as_bytes()),
            Some(cluster.as_bytes()),
            Some(node.as_bytes()),
            Some(role.as_bytes()),
            Some(scope.as_bytes()),
            Some(object_type.as_bytes()),
            Some(body.as_bytes()),
            Some(provider.as_bytes()),
            Some(&customer_key),
            Some(cluster_name.as_bytes()),
            wrapped_data_key.as_deref(),
            Some(key_name.as_bytes()),
            key_material.as_deref().map(str::as_bytes),
            sealed.as_deref(),
            Some(&wrapping_revision),
            Some(&revision),
            purge_at.as_ref().map(<[u8; 8]>::as_slice),
            purged_at.as_ref().map(<[u8; 8]>::as_slice),
            Some(&created_at),
        ])
    }

    fn is_not_ours(&self) -> StoreError {
        StoreError::Sealed { table: "master_keys", column: "mac", row: self.id.clone() }
    }
}

/// Authenticates every row under another root key, and counts them.
/// Errors: `Sealed` if a row is not what we wrote under the old one.
pub(crate) async fn reseal_all(tx: &mut Tx, old: &Sealer, new: &Sealer) -> Result<u64> {
    let (mut done, mut after): (u64, _) = (0, String::new());
    loop {
        let rows = tx.fetch(&AFTER, values![&after]).await?;
        if rows.is_empty() {
            return Ok(done);
        }
        for row in rows {
            let row = MasterKeyRow::verified(&row, old)?;
            tx.execute(&SET_MAC, values![&row.id, row.mac(new).as_slice()]).await?;
            done = done.saturating_add(1);
            after = row.id;
        }
    }
}

/// Looks for rows that are not what we wrote, and says which. They stay: each read of one is refused by itself, and
/// they must not stand between an operator and the rest of a backup.
pub(crate) async fn verify_all(tx: &mut Tx, sealer: &Sealer) -> Result<u64> {
    let (mut foreign, mut after): (u64, _) = (0, String::new());
    loop {
        let rows = tx.fetch(&AFTER, values![&after]).await?;
        if rows.is_empty() {
            return Ok(foreign);
        }
        for row in rows {
            let (row, mac) = MasterKeyRow::read(&row)?;
            if !row.with_columns(|columns| sealer.is_row(columns, &mac)) {
                foreign = foreign.saturating_add(1);
                tracing::error!(master_key = row.id, "a restored master key is not what was written; it is refused");
            }
            after = row.id;
        }
    }
}

/// Names a scope as its column does.
pub(super) fn scope_text(scope: Scope) -> String {
    match scope {
        Scope::Node(node) => format!("node:{node}"),
        Scope::Clients(cluster) => format!("clients:{cluster}"),
    }
}

const fn object_type_name(kind: ObjectType) -> &'static str {
    match kind {
        ObjectType::SymmetricKey => "symmetric_key",
        ObjectType::SecretData => "secret_data",
        ObjectType::OpaqueObject => "opaque_object",
    }
}
