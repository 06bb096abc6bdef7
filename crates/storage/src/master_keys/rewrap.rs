//! Which customer keys master keys are wrapped by, and wrapping one by another. Must not know how a provider wraps, nor
//! what a rotation is.

use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind, WrappedDataKey};
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::master_key::wrapped::WrappedKey;

use super::row::MasterKeyRow;
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, customer_keys, encryption_at_rest};

/// How much one customer key still protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerKeyUse {
    /// The provider that holds it.
    pub provider: ProviderKind,
    /// Which of the project's keys there.
    pub number: CustomerKeyNumber,
    /// How many master keys it wraps; those that were purged do not count.
    pub master_keys: i64,
    /// How many snapshots that were not released need one of these.
    pub snapshots: i64,
}

pub(super) static TO_REWRAP: Sql = Sql::same(
    "list master keys to wrap again",
    "SELECT id FROM master_keys WHERE project_id = $1 AND provider = $2 AND customer_key <> $3 AND purged_at IS NULL
       AND id > $4 ORDER BY id LIMIT $5",
);
pub(super) static NEEDS: Sql = Sql::same(
    "look for master keys of a customer key",
    "SELECT id FROM master_keys
     WHERE project_id = $1 AND provider = $2 AND customer_key = $3 AND purged_at IS NULL LIMIT 1",
);
static USES: Sql = Sql::same(
    "count what customer keys protect",
    "SELECT m.provider, m.customer_key, COUNT(*), COALESCE(MAX(n.snapshots), 0) FROM master_keys AS m
     LEFT JOIN (
         SELECT k.provider, k.customer_key, COUNT(DISTINCT s.id) AS snapshots FROM snapshots AS s
         JOIN snapshot_keys AS sk ON sk.snapshot_id = s.id
         JOIN master_keys AS k ON k.id = sk.master_key_id
         WHERE s.project_id = $1 AND s.released_at IS NULL AND k.purged_at IS NULL
         GROUP BY k.provider, k.customer_key
     ) AS n ON n.provider = m.provider AND n.customer_key = m.customer_key
     WHERE m.project_id = $1 AND m.purged_at IS NULL
     GROUP BY m.provider, m.customer_key ORDER BY m.provider, m.customer_key",
);

impl Store {
    /// Replaces the wrapped data key of a master key that is still wrapped by `expected`. The new one must be by the
    /// customer key that is in use, and open the same bytes. The key's own revision stays.
    /// Cancel: it took place or it did not.
    pub async fn rewrap_master_key(
        &self,
        id: MasterKeyId,
        expected: CustomerKeyNumber,
        wrapped: &WrappedKey,
    ) -> Result<Outcome> {
        let (act, touched) = ("wrap a master key again", [Touched::MasterKey(id)]);
        transact!(self, act, &touched, |tx| self.rewrap(tx, id, expected, wrapped).await)
    }

    /// Lists master keys of a project that another customer key of this provider wraps than the one in use, by id
    /// from after `after` on.
    pub async fn master_keys_to_rewrap(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        current: CustomerKeyNumber,
        after: Option<MasterKeyId>,
        limit: i64,
    ) -> Result<Vec<MasterKeyId>> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows = self.read(&TO_REWRAP, values![project, provider.name(), current, after, limit]).await?;
        rows.iter().map(|row| row.fields("master_keys").parsed()).collect()
    }

    /// Tells what each customer key of a project protects; one that protects nothing has no entry.
    pub async fn customer_key_uses(&self, project: ProjectId) -> Result<Vec<CustomerKeyUse>> {
        let one = |row: &Row| {
            let mut fields = row.fields("master_keys");
            Ok(CustomerKeyUse {
                provider: fields.word(ProviderKind::by_name)?,
                number: CustomerKeyNumber::from_stored(fields.int()?),
                master_keys: fields.int()?,
                snapshots: fields.int()?,
            })
        };
        self.read(&USES, values![project]).await?.iter().map(one).collect()
    }

    async fn rewrap(
        &self,
        tx: &mut Tx,
        id: MasterKeyId,
        expected: CustomerKeyNumber,
        wrapped: &WrappedKey,
    ) -> Result<Outcome> {
        let Some(mut row) = MasterKeyRow::take(tx, self.sealer(), id).await? else { return Ok(Outcome::Conflict) };
        let project: ProjectId =
            row.project.parse().map_err(|_| StoreError::Corrupt { table: "master_keys", what: "project" })?;
        encryption_at_rest::hold(tx, project).await?;
        // A statement of its own after the lock, so that it sees what the lock waited for.
        let current = customer_keys::number(tx, project, wrapped.provider).await?;
        let WrappedKey { provider, customer_key, cluster_name, data_key, sealed, revision } = wrapped;
        let fits = row.customer_key == expected.stored()
            && row.provider == provider.name()
            && current == Some(*customer_key)
            && row.sealed.as_ref() == Some(sealed)
            && row.wrapping_revision == *revision;
        if !fits {
            return Ok(Outcome::Conflict);
        }
        let WrappedDataKey { ciphertext, customer_key_version: CustomerKeyVersion { key, material } } = data_key;
        row.customer_key = customer_key.stored();
        row.cluster_name.clone_from(cluster_name);
        row.wrapped_data_key = Some(ciphertext.clone());
        row.key_name.clone_from(key);
        row.key_material.clone_from(material);
        row.update(tx, self.sealer()).await?;
        Ok(Outcome::Saved)
    }
}

/// Tells whether a customer key still wraps a master key.
pub(crate) async fn needs(
    tx: &mut Tx,
    project: ProjectId,
    provider: ProviderKind,
    number: CustomerKeyNumber,
) -> Result<bool> {
    Ok(!tx.fetch(&NEEDS, values![project, provider.name(), number]).await?.is_empty())
}
