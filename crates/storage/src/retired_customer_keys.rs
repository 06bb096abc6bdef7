//! Table `retired_customer_keys`: the customer keys a project had, each with its number. While master keys are still
//! wrapped by one, its settings and sealed credentials are kept so that they can be unwrapped; after that its name
//! alone stays, so that nobody gets its number. Must not know what is done with them.

use std::sync::Arc;

use domain::customer_key::{CustomerKey, CustomerKeyNumber, ProviderKind};
use domain::event::Event;
use domain::id::ProjectId;
use domain::provider_role::ProviderRole;
use domain::time::Timestamp;
use domain::validity::Validity;

use crate::cache::Touched;
use crate::customer_keys::KeyRow;
use crate::engine::Tx;
use crate::error::Result;
use crate::provider_roles::provider_role;
use crate::seal::{Place, Sealer};
use crate::sql::{Row, Sql, Value, over_items, to_json, values};
use crate::store::transact;
use crate::validities::{self, batch_columns, set_columns, validity, validity_columns};
use crate::{Store, ValidityOutcome, customer_keys, encryption_at_rest, events, master_keys};

/// A customer key that a project had.
#[derive(Debug, Clone)]
pub struct RetiredCustomerKey {
    /// The project.
    pub project: ProjectId,
    /// The provider that holds it.
    pub provider: ProviderKind,
    /// Which of the project's keys there it was.
    pub number: CustomerKeyNumber,
    /// Its full name, as `CustomerKey::full_name` gives it.
    pub name: String,
    /// The key and how to reach it. None once nothing needed it, or its provider was disabled.
    pub key: Option<CustomerKey>,
    /// The role that it is reached with, if it is.
    pub role: Option<ProviderRole>,
    /// When another took its place.
    pub retired_at: Timestamp,
    /// Where it stands; "unknown" without settings.
    pub validity: Validity,
    /// Since when the last definite answer has been what it is.
    pub definite_since: Option<Timestamp>,
    /// The revision of the setting at which this key or its credentials came.
    pub key_revision: i64,
    /// Counts the writes of the row; an update names the one it saw.
    pub row_revision: i64,
}

/// Whether the customer keys that a provider had before are still to be reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As long as master keys are wrapped by them.
    WhileNeeded,
    /// Not at all: their credentials are destroyed.
    NoMore,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT v.project_id, v.provider, v.settings, v.role_id, v.sealed_secret, v.number, v.name, v.key_revision, \
             v.retired_at, ",
            validity_columns!(),
            ", v.definite_since, v.revision, r.project_id, r.identity, r.authorized_at, r.created_at
             FROM retired_customer_keys AS v
             LEFT JOIN provider_roles AS r ON r.project_id = v.project_id AND r.id = v.role_id ",
            $rest
        )
    };
}
macro_rules! needed {
    () => {
        "EXISTS (SELECT 1 FROM master_keys AS m WHERE m.project_id = v.project_id AND m.provider = v.provider
                 AND m.customer_key = v.number AND m.purged_at IS NULL)"
    };
}
macro_rules! forget {
    ($rest:expr) => {
        concat!(
            "UPDATE retired_customer_keys AS v SET settings = NULL, role_id = NULL, sealed_secret = NULL,
                 fingerprint = NULL, state = 'unknown', reason = NULL, provider_code = NULL, provider_message = NULL,
                 provider_request_id = NULL, was = NULL, since = NULL, checked_at = NULL, network_denied = 0,
                 awaiting_proof = 0, definite_since = NULL, generation = generation + 1, revision = revision + 1
             WHERE v.project_id = $1 AND v.provider = $2 AND v.settings IS NOT NULL",
            $rest
        )
    };
}

static LIST: Sql = Sql::same(
    "read a project's retired customer keys",
    select!("WHERE v.project_id = $1 ORDER BY v.provider, v.number"),
);
static ALL_NEEDED: Sql = Sql::same(
    "list retired customer keys that are needed",
    concat!(
        select!("WHERE v.settings IS NOT NULL AND "),
        needed!(),
        " ORDER BY COALESCE(v.checked_at, 0), v.project_id, v.provider, v.number LIMIT $1"
    ),
);
static UPDATE: Sql = over_items!(
    "save the validity of a retired customer key",
    batch_columns!(),
    concat!(
        ") UPDATE retired_customer_keys SET ",
        set_columns!("retired_customer_keys"),
        " FROM u
          WHERE retired_customer_keys.project_id = u.p AND retired_customer_keys.provider = u.k
            AND retired_customer_keys.number = $2 AND retired_customer_keys.revision = u.expected
            AND retired_customer_keys.settings IS NOT NULL"
    )
);
static RETIRE: Sql = Sql::same(
    "retire a customer key",
    "INSERT INTO retired_customer_keys (project_id, provider, number, name, settings, role_id, sealed_secret,
         fingerprint, key_revision, retired_at, state, reason, provider_code, provider_message, provider_request_id,
         was, since, checked_at, network_denied, awaiting_proof, generation, definite_since, revision)
     SELECT k.project_id, k.provider, k.number, $3, k.settings, k.role_id, $4, k.fingerprint, k.key_revision, $5,
            v.state, v.reason, v.provider_code, v.provider_message, v.provider_request_id, v.was, v.since,
            v.checked_at, v.network_denied, v.awaiting_proof, v.generation, v.definite_since, 1
     FROM customer_keys AS k JOIN validities AS v ON v.project_id = k.project_id AND v.provider = k.provider
     WHERE k.project_id = $1 AND k.provider = $2",
);
static FORGET_UNNEEDED: Sql = Sql::same(
    "destroy credentials of retired customer keys that nothing needs",
    forget!(concat!(" AND NOT ", needed!())),
);
static FORGET_ALL: Sql = Sql::same("destroy credentials of retired customer keys", forget!(""));
static HIGHEST: Sql = Sql::same(
    "find the highest number of a customer key",
    "SELECT MAX(number) FROM (
         SELECT number FROM customer_keys WHERE project_id = $1 AND provider = $2
         UNION ALL
         SELECT number FROM retired_customer_keys WHERE project_id = $1 AND provider = $2) AS had",
);
// Of several of one name, the one that master keys wait for.
static NAMED: Sql = Sql::same(
    "find a retired customer key by its name",
    concat!(
        "SELECT v.number FROM retired_customer_keys AS v
         WHERE v.project_id = $1 AND v.provider = $2 AND v.name = $3
           AND ($4 = 0 OR (v.settings IS NULL AND ",
        needed!(),
        ")) ORDER BY CASE WHEN ",
        needed!(),
        " THEN 1 ELSE 0 END DESC, v.number DESC LIMIT 1"
    ),
);
static TAKE_UP: Sql = Sql::same(
    "take up a retired customer key again",
    "DELETE FROM retired_customer_keys WHERE project_id = $1 AND provider = $2 AND number = $3",
);

/// Names a retired key, as rows are called in associated data.
pub(crate) fn row_id(project: ProjectId, provider: ProviderKind, number: i64) -> String {
    format!("{}/{number}", customer_keys::row_id(project, provider))
}

/// Where the secret of a retired key is sealed.
pub(crate) const fn secret_place<'p>(row: &'p str, project: &'p str) -> Place<'p> {
    Place { table: "retired_customer_keys", column: "sealed_secret", row, owner: project }
}

impl Store {
    /// Finds a customer key that a project had. Remembered with the project's snapshot where we own the database.
    pub async fn retired_customer_key(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        number: CustomerKeyNumber,
    ) -> Result<Option<Arc<RetiredCustomerKey>>> {
        let cache = self.caches().map(|caches| &caches.retired);
        let all = if let Some(known) = cache.and_then(|cache| cache.recall(&project)) {
            known
        } else {
            let ticket = cache.map(|cache| cache.begin_load(&project));
            let all: Arc<[_]> = self.load_retired(&LIST, values![project]).await?.into();
            if let (Some(cache), Some(ticket)) = (cache, ticket) {
                cache.remember(&project, Arc::clone(&all), ticket);
            }
            all
        };
        Ok(all.iter().find(|retired| (retired.provider, retired.number) == (provider, number)).map(Arc::clone))
    }

    /// Lists the customer keys that a project had, by provider and number, never from memory. Those of which only the
    /// name is left are among them.
    pub async fn retired_customer_keys(&self, project: ProjectId) -> Result<Vec<Arc<RetiredCustomerKey>>> {
        self.load_retired(&LIST, values![project]).await
    }

    /// Lists retired customer keys of all projects that master keys are still wrapped by and whose credentials are
    /// there, those first that were not checked for the longest time.
    pub async fn all_needed_retired_customer_keys(&self, limit: i64) -> Result<Vec<Arc<RetiredCustomerKey>>> {
        self.load_retired(&ALL_NEEDED, values![limit]).await
    }

    /// Saves what a check of a retired customer key found, and records it. It is stale if the row changed meanwhile,
    /// or its credentials are gone.
    /// Cancel: it took place or it did not.
    pub async fn save_retired_validity(
        &self,
        project: ProjectId,
        provider: ProviderKind,
        number: CustomerKeyNumber,
        expected_row_revision: i64,
        next: &Validity,
        told: &[Event],
    ) -> Result<ValidityOutcome> {
        let row = validities::to_columns(project, provider, expected_row_revision, 0, next);
        let batch = to_json(&[row])?;
        let (act, touched) = ("save the validity of a retired customer key", [Touched::Project(project)]);
        transact!(self, act, &touched, |tx| save_validity(tx, &batch, number, told).await)
    }

    /// Destroys the credentials of a provider's retired customer keys that wrap no master key any more, in the
    /// database and its log, and counts them. Their names stay.
    /// Cancel: it took place or it did not.
    pub async fn forget_unneeded_retired_customer_keys(
        &self,
        project: ProjectId,
        provider: ProviderKind,
    ) -> Result<u64> {
        let touched = [Touched::Project(project)];
        let forgotten = self.execute(&FORGET_UNNEEDED, values![project, provider.name()], &touched).await?;
        if forgotten > 0 {
            encryption_at_rest::forget_destroyed(self).await;
        }
        Ok(forgotten)
    }

    async fn load_retired(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Arc<RetiredCustomerKey>>> {
        self.read(sql, values).await?.iter().map(|row| from_row(row, self.sealer()).map(Arc::new)).collect()
    }
}

/// Keeps a provider's present customer key among the retired ones: with its credentials, sealed for their new place, if
/// master keys are wrapped by it and it is to be reached; its name otherwise. What follows in the transaction replaces
/// or deletes the present row.
pub(crate) async fn retire(
    tx: &mut Tx,
    sealer: &Sealer,
    (project, provider): (ProjectId, ProviderKind),
    reach: Reach,
    at: Timestamp,
) -> Result<()> {
    let Some((number, row)) = customer_keys::present(tx, project, provider).await? else { return Ok(()) };
    let name = row.full_name()?;
    let kept = reach == Reach::WhileNeeded && master_keys::needs(tx, project, provider, number).await?;
    let sealed = if kept {
        let (id, owner) = (row_id(project, provider, number.stored()), project.to_string());
        customer_keys::seal_secret(sealer, secret_place(&id, &owner), &row.open(sealer)?)?
    } else {
        None
    };
    tx.execute(&RETIRE, values![project, provider.name(), name, sealed.as_deref(), at]).await?;
    let forget = match reach {
        Reach::WhileNeeded => &FORGET_UNNEEDED,
        Reach::NoMore => &FORGET_ALL,
    };
    tx.execute(forget, values![project, provider.name()]).await.map(drop)
}

/// Gives the number for a customer key that comes into use. A key that the project had before gets the number it had:
/// always where the provider was disabled, and otherwise if master keys wait for it that nothing else can unwrap.
pub(crate) async fn number_for(
    tx: &mut Tx,
    project: ProjectId,
    key: &CustomerKey,
    only_awaited: bool,
) -> Result<CustomerKeyNumber> {
    let provider = key.provider().name();
    let named = tx.fetch(&NAMED, values![project, provider, key.full_name(), only_awaited]).await?;
    if let Some(row) = named.first() {
        let number = row.fields("retired_customer_keys").int()?;
        tx.execute(&TAKE_UP, values![project, provider, number]).await?;
        return Ok(CustomerKeyNumber::from_stored(number));
    }
    let highest = tx.fetch(&HIGHEST, values![project, provider]).await?;
    let highest = highest.first().map_or(Ok(None), |row| row.fields("customer_keys").int_if_any())?;
    Ok(highest.map_or(CustomerKeyNumber::FIRST, |number| CustomerKeyNumber::from_stored(number).next()))
}

async fn save_validity(tx: &mut Tx, batch: &str, number: CustomerKeyNumber, told: &[Event]) -> Result<ValidityOutcome> {
    if tx.execute(&UPDATE, values![batch, number]).await? == 0 {
        return Ok(ValidityOutcome::Stale);
    }
    events::insert(tx, told).await?;
    Ok(ValidityOutcome::Saved)
}

fn from_row(row: &Row, sealer: &Sealer) -> Result<RetiredCustomerKey> {
    let mut fields = row.fields("retired_customer_keys");
    let (project, provider) = (fields.parsed()?, fields.word(ProviderKind::by_name)?);
    let (settings, role_id, sealed_secret) = (fields.text_if_any()?, fields.parsed_if_any()?, fields.blob_if_any()?);
    let number = fields.int()?;
    let key = match settings {
        None => None,
        Some(settings) => {
            let (id, owner) = (row_id(project, provider, number), project.to_string());
            let row = KeyRow { project, provider, settings, role: role_id, sealed_secret };
            Some(row.open_at(sealer, secret_place(&id, &owner))?)
        }
    };
    let (name, key_revision, retired_at) = (fields.text()?, fields.int()?, fields.time()?);
    let (validity, definite_since, row_revision) = (validity(&mut fields)?, fields.time_if_any()?, fields.int()?);
    let role = role_id.map(|role| provider_role(role, &mut fields)).transpose()?;
    Ok(RetiredCustomerKey {
        project,
        provider,
        number: CustomerKeyNumber::from_stored(number),
        name,
        key,
        role,
        retired_at,
        validity,
        definite_since,
        key_revision,
        row_revision,
    })
}
