//! Exchanging the root key: every sealed column is opened under the old key and sealed under the new
//! one, and every authenticated row authenticated anew, in one transaction. Before its commit the old key is in force, after it the new one.

use domain::customer_key::ProviderKind;

use crate::api_keys::ha1_place;
use crate::cache::Touched;
use crate::certificate_authorities::key_place;
use crate::customer_keys::{KeyRow, fingerprint, row_id, seal_secret, secret_place};
use crate::engine::Tx;
use crate::error::Result;
use crate::instance_settings::{self, ROOT_KEY_ID};
use crate::seal::Sealer;
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{RootKey, Store, alert_configs, master_keys, outbox, retired_customer_keys};

static API_KEYS: Sql = Sql::same("read sealed api keys", "SELECT id, org_id, sealed_ha1 FROM api_keys ORDER BY id");
static SET_API_KEY: Sql = Sql::same("reseal an api key", "UPDATE api_keys SET sealed_ha1 = $2 WHERE id = $1");
static CUSTOMER_KEYS: Sql = Sql::same(
    "read sealed customer keys",
    "SELECT project_id, provider, settings, role_id, sealed_secret FROM customer_keys ORDER BY project_id, provider",
);
static SET_CUSTOMER_KEY: Sql = Sql::same(
    "reseal a customer key",
    "UPDATE customer_keys SET sealed_secret = $3, fingerprint = $4 WHERE project_id = $1 AND provider = $2",
);
static RETIRED: Sql = Sql::same(
    "read sealed retired customer keys",
    "SELECT project_id, provider, number, settings, role_id, sealed_secret FROM retired_customer_keys
     WHERE settings IS NOT NULL ORDER BY project_id, provider, number",
);
static SET_RETIRED: Sql = Sql::same(
    "reseal a retired customer key",
    "UPDATE retired_customer_keys SET sealed_secret = $4, fingerprint = $5
     WHERE project_id = $1 AND provider = $2 AND number = $3",
);
static AUTHORITIES: Sql = Sql::same(
    "read sealed keys of certificate authorities",
    "SELECT id, sealed_key FROM certificate_authorities ORDER BY id",
);
static SET_AUTHORITY: Sql = Sql::same(
    "reseal the key of a certificate authority",
    "UPDATE certificate_authorities SET sealed_key = $2 WHERE id = $1",
);
static SETTINGS: Sql =
    Sql::same("read sealed settings", "SELECT key, value FROM instance_settings WHERE sealed = 1 ORDER BY key");
static SET_SETTING: Sql =
    Sql::same("reseal an instance setting", "UPDATE instance_settings SET value = $2 WHERE key = $1");

impl Store {
    /// Seals everything under another root key, and counts the sealed values and authenticated rows. No server may run on
    /// the database meanwhile; afterwards this store opens nothing any more: drop it, and open a new
    /// one with the new key.
    /// Errors: `Sealed` if a value does not open; then nothing was changed.
    /// Cancel: it took place or it did not.
    pub async fn reseal(&self, new: &RootKey) -> Result<u64> {
        let new = Sealer::new(new)?;
        let (act, touched) = ("exchange the root key", [Touched::Everything]);
        let count = transact!(self, act, &touched, |tx| reseal_all(tx, self.sealer(), &new).await)?;
        if let Err(error) = self.empty_the_log().await {
            tracing::warn!(%error, "the root key was exchanged, but the old log could not be emptied yet");
        }
        Ok(count)
    }
}

async fn reseal_all(tx: &mut Tx, old: &Sealer, new: &Sealer) -> Result<u64> {
    let mut count: u64 = 0;
    for row in tx.fetch(&API_KEYS, &[]).await? {
        let mut fields = row.fields("api_keys");
        let (id, org) = (fields.text()?, fields.text()?);
        let place = ha1_place(&id, &org);
        let sealed = new.seal(place, &old.open(place, fields.blob()?)?)?;
        tx.execute(&SET_API_KEY, values![&id, &sealed]).await?;
        count = count.saturating_add(1);
    }
    for row in tx.fetch(&CUSTOMER_KEYS, &[]).await? {
        let mut fields = row.fields("customer_keys");
        let (project, provider) = (fields.parsed()?, fields.word(ProviderKind::by_name)?);
        let (settings, role, sealed_secret) = (fields.text()?, fields.parsed_if_any()?, fields.blob_if_any()?);
        let (id, owner) = (row_id(project, provider), project.to_string());
        let place = secret_place(&id, &owner);
        let sealed = match sealed_secret.clone() {
            None => None,
            Some(sealed) => Some(new.seal(place, &old.open(place, sealed)?)?),
        };
        count = count.saturating_add(u64::from(sealed.is_some()));
        let key = KeyRow { project, provider, settings, role, sealed_secret }.open(old)?;
        let fingerprint = fingerprint(new, &key).0;
        let values = values![project, provider.name(), sealed.as_deref(), fingerprint.as_slice()];
        tx.execute(&SET_CUSTOMER_KEY, values).await?;
    }
    for row in tx.fetch(&RETIRED, &[]).await? {
        let mut fields = row.fields("retired_customer_keys");
        let (project, provider) = (fields.parsed()?, fields.word(ProviderKind::by_name)?);
        let number = fields.int()?;
        let (settings, role, sealed_secret) = (fields.text()?, fields.parsed_if_any()?, fields.blob_if_any()?);
        let (id, owner) = (retired_customer_keys::row_id(project, provider, number), project.to_string());
        let place = retired_customer_keys::secret_place(&id, &owner);
        let key = KeyRow { project, provider, settings, role, sealed_secret }.open_at(old, place)?;
        let sealed = seal_secret(new, place, &key)?;
        count = count.saturating_add(u64::from(sealed.is_some()));
        let fingerprint = fingerprint(new, &key).0;
        let values = values![project, provider.name(), number, sealed.as_deref(), fingerprint.as_slice()];
        tx.execute(&SET_RETIRED, values).await?;
    }
    count = count.saturating_add(master_keys::reseal_all(tx, old, new).await?);
    count = count.saturating_add(alert_configs::reseal_all(tx, old, new).await?);
    count = count.saturating_add(outbox::reseal_all(tx, old, new).await?);
    for row in tx.fetch(&AUTHORITIES, &[]).await? {
        let mut fields = row.fields("certificate_authorities");
        let id = fields.text()?;
        let place = key_place(&id);
        let sealed = new.seal(place, &old.open(place, fields.blob()?)?)?;
        tx.execute(&SET_AUTHORITY, values![&id, &sealed]).await?;
        count = count.saturating_add(1);
    }
    for row in tx.fetch(&SETTINGS, &[]).await? {
        let mut fields = row.fields("instance_settings");
        let key = fields.text()?;
        let place = instance_settings::place(&key);
        let sealed = new.seal(place, &old.open(place, fields.blob()?)?)?;
        tx.execute(&SET_SETTING, values![&key, &sealed]).await?;
        count = count.saturating_add(1);
    }
    tx.execute(&SET_SETTING, values![ROOT_KEY_ID, new.root_key_id().as_bytes()]).await?;
    Ok(count)
}
