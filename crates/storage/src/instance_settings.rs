//! Table `instance_settings`: small things about this installation, plain or sealed. Must not know
//! what they mean, except for the id of the root key that everything is sealed under.

use domain::secret::SecretBytes;

use crate::error::{OpenError, Result};
use crate::seal::Place;
use crate::sql::{Sql, values};
use crate::store::refuse;
use crate::{Outcome, Store, StoreError};

/// The key under which the root key's id stands.
pub(crate) const ROOT_KEY_ID: &str = "root_key_id";

static FIND: Sql = Sql::same("find an instance setting", "SELECT value, sealed FROM instance_settings WHERE key = $1");
static INSERT: Sql = Sql::same(
    "insert an instance setting",
    "INSERT INTO instance_settings (key, value, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
);
static PUT: Sql = Sql::same(
    "save an instance setting",
    "INSERT INTO instance_settings (key, value, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, sealed = excluded.sealed",
);

/// Where a sealed setting is sealed.
pub(crate) const fn place(key: &str) -> Place<'_> {
    Place { table: "instance_settings", column: "value", row: key, owner: "" }
}

impl Store {
    /// Finds a plain setting.
    pub async fn instance_setting(&self, key: &str) -> Result<Option<Vec<u8>>> {
        match self.find(key).await? {
            None => Ok(None),
            Some((value, false)) => Ok(Some(value)),
            Some((_, true)) => Err(StoreError::Corrupt { table: "instance_settings", what: "seal" }),
        }
    }

    /// Adds a plain setting; a conflict means there is one, which replicas race for.
    pub async fn insert_instance_setting(&self, key: &str, value: &[u8]) -> Result<Outcome> {
        self.execute(&INSERT, values![key, value, false], &[]).await.map(Outcome::of_rows)
    }

    /// Saves a plain setting over whatever is there.
    pub async fn put_instance_setting(&self, key: &str, value: &[u8]) -> Result<()> {
        self.execute(&PUT, values![key, value, false], &[]).await.map(drop)
    }

    /// Finds a sealed setting of `N` bytes.
    pub async fn instance_secret<const N: usize>(&self, key: &str) -> Result<Option<SecretBytes<N>>> {
        match self.find(key).await? {
            None => Ok(None),
            Some((sealed, true)) => self.sealer().open_bytes(place(key), sealed).map(Some),
            Some((_, false)) => Err(StoreError::Corrupt { table: "instance_settings", what: "seal" }),
        }
    }

    /// Adds a sealed setting; a conflict means there is one, which replicas race for.
    pub async fn insert_instance_secret<const N: usize>(&self, key: &str, secret: &SecretBytes<N>) -> Result<Outcome> {
        let sealed = self.sealer().seal(place(key), secret.expose())?;
        self.execute(&INSERT, values![key, &sealed, true], &[]).await.map(Outcome::of_rows)
    }

    async fn find(&self, key: &str) -> Result<Option<(Vec<u8>, bool)>> {
        let Some(row) = self.read_one(&FIND, values![key]).await? else { return Ok(None) };
        let mut fields = row.fields("instance_settings");
        Ok(Some((fields.blob()?, fields.flag()?)))
    }
}

/// Makes sure that the database is sealed under the root key we have; a new one becomes so.
pub(crate) async fn check_root_key(store: &Store) -> Result<()> {
    let given = store.sealer().root_key_id();
    let mut wanted = store.instance_setting(ROOT_KEY_ID).await?;
    if wanted.is_none() {
        let _race = store.insert_instance_setting(ROOT_KEY_ID, given.as_bytes()).await?;
        wanted = store.instance_setting(ROOT_KEY_ID).await?;
    }
    let wanted = String::from_utf8_lossy(&wanted.unwrap_or_default()).into_owned();
    if wanted == given { Ok(()) } else { Err(refuse(OpenError::WrongRootKey { wanted, given: given.to_owned() })) }
}
