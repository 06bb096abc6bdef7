//! Table `encryption_at_rest`, and the one transaction that changes a project's setting: its rows,
//! numbers, validities, rotations, work and events together, or nothing.

use std::collections::BTreeMap;

use aws_lc_rs::rand;
use domain::Bug;
use domain::alert::defaults_of_provider;
use domain::customer_key::{CustomerKey, CustomerKeyNumber, EncryptionAtRest, Move, ProviderKind};
use domain::event::Event;
use domain::id::{ProjectId, RotationId};
use domain::provider_role::ProviderRole;
use domain::rotation::Rotation;
use domain::time::Timestamp;
use domain::validity::Validity;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::retired_customer_keys::Reach;
use crate::seal::Sealer;
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{
    Outcome, Store, WorkKind, alert_configs, alert_facts, backup_compliance, clusters, customer_keys, events,
    private_endpoints, private_paths, projects, provider_roles, retired_customer_keys, rotations, validities, work,
};

/// A validity to store with a change of settings.
#[derive(Debug, Clone)]
pub struct NewValidity {
    /// The validity.
    pub validity: Validity,
    /// When the key is to be checked next.
    pub next_check_at: Timestamp,
}

/// A change of a project's setting.
#[derive(Debug)]
pub struct SaveSetting<'s> {
    /// The revision the change was made from; zero for a setting that never was.
    pub expected_revision: i64,
    /// The setting as it is to be.
    pub next: &'s EncryptionAtRest,
    /// What happens to each provider that changes.
    pub moves: &'s BTreeMap<ProviderKind, Move>,
    /// The roles that the changed keys were proved with, as they were then.
    pub roles: Vec<ProviderRole>,
    /// Needed for each provider that is enabled or gets another key; possible for the others that
    /// stay enabled. A disabled provider's validity goes by itself.
    pub validities: BTreeMap<ProviderKind, NewValidity>,
    /// When the change is made.
    pub at: Timestamp,
    /// What to record with it.
    pub events: Vec<Event>,
}

static INSERT: Sql = Sql::same(
    "save the first encryption setting of a project",
    "INSERT INTO encryption_at_rest (project_id, enabled_for_search_nodes, revision, updated_at)
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
);
static UPDATE: Sql = Sql::same(
    "save the encryption setting of a project",
    "UPDATE encryption_at_rest SET enabled_for_search_nodes = $2, revision = $3, updated_at = $4
     WHERE project_id = $1 AND revision = $5",
);
static REVISION: Sql = Sql::same(
    "read the revision of an encryption setting",
    "SELECT revision FROM encryption_at_rest WHERE project_id = $1",
);
static HOLD: Sql = Sql::each(
    "hold on to an encryption setting",
    "SELECT revision FROM encryption_at_rest WHERE project_id = $1",
    "SELECT revision FROM encryption_at_rest WHERE project_id = $1 FOR SHARE",
);
static TAKE: Sql = Sql::each(
    "take an encryption setting",
    "SELECT revision FROM encryption_at_rest WHERE project_id = $1",
    "SELECT revision FROM encryption_at_rest WHERE project_id = $1 FOR UPDATE",
);
static CLOSE: Sql = Sql::same(
    "close an encryption setting",
    "UPDATE encryption_at_rest SET revision = revision + 1, updated_at = $2 WHERE project_id = $1",
);

impl Store {
    /// Gives the encryption setting of a project; unset if it never had one. Never from memory.
    pub async fn encryption_at_rest(&self, project: ProjectId) -> Result<EncryptionAtRest> {
        let found = self.project_snapshots(&[project]).await?.pop();
        Ok(found.map_or_else(|| EncryptionAtRest::unset(project), |snapshot| snapshot.setting.clone()))
    }

    /// Saves a change of a project's setting, all of it or nothing. A conflict means that somebody
    /// else changed it since `expected_revision`, or deleted the project, or that a role is not what it was when it was
    /// proved; "in use" that a provider was to
    /// be disabled whose key a cluster uses or that the project demands, or that a change does not go with the private endpoints there are. Then
    /// nothing was written, events neither.
    /// Cancel: it took place or it did not.
    pub async fn save_encryption_at_rest(&self, change: SaveSetting<'_>) -> Result<Outcome> {
        let project = change.next.project;
        if change.next.revision <= change.expected_revision {
            return Err(Bug("a change counts the revision up").into());
        }
        let (act, touched) = ("save the encryption setting of a project", [Touched::Project(project)]);
        let outcome = transact!(self, act, &touched, |tx| self.save(tx, &change).await)?;
        let destroyed =
            change.moves.values().any(|step| matches!(step, Move::Disable | Move::ChangeKey | Move::ChangeCredentials));
        if outcome == Outcome::Saved && destroyed {
            forget_destroyed(self).await;
        }
        Ok(outcome)
    }

    async fn save(&self, tx: &mut Tx, change: &SaveSetting<'_>) -> Result<Outcome> {
        let SaveSetting { expected_revision, next, moves, roles, validities: _, at, events } = change;
        let (project, flag) = (next.project, next.enabled_for_search_nodes);
        if !projects::hold(tx, project).await? {
            return Ok(Outcome::Conflict);
        }
        // Before anything is written: an answer of "in use" leaves nothing to take back.
        take(tx, project).await?;
        for (provider, step) in *moves {
            if *step == Move::Disable && clusters::any_using(tx, project, *provider).await? {
                return Ok(Outcome::InUse);
            }
            if private_endpoints::any_to(tx, project, *provider).await? && !fits_endpoints(tx, next, *provider).await? {
                return Ok(Outcome::InUse);
            }
        }
        for provider in moves.keys() {
            let role = next.customer_keys.get(provider).and_then(CustomerKey::provider_role);
            let Some(id) = role else { continue };
            let Some(proved) = roles.iter().find(|proved| proved.id == id) else { return Ok(Outcome::Conflict) };
            if !provider_roles::hold(tx, project, proved).await? {
                return Ok(Outcome::Conflict);
            }
        }
        let disables = moves.values().any(|step| *step == Move::Disable);
        if disables && next.customer_keys.is_empty() && backup_compliance::demands_encryption(tx, project).await? {
            return Ok(Outcome::InUse);
        }
        let rows = if *expected_revision == 0 {
            tx.execute(&INSERT, values![project, flag, next.revision, *at]).await?
        } else {
            tx.execute(&UPDATE, values![project, flag, next.revision, *at, *expected_revision]).await?
        };
        // The first that writes: nothing else has been written when the race is lost.
        if rows == 0 {
            return Ok(Outcome::Conflict);
        }
        for (provider, step) in *moves {
            self.save_provider(tx, change, *provider, *step).await?;
        }
        for provider in moves.keys() {
            if !next.customer_keys.get(provider).is_some_and(CustomerKey::requires_private_networking) {
                private_paths::forget(tx, project, *provider).await?;
            }
        }
        for (provider, new) in &change.validities {
            if !next.customer_keys.contains_key(provider) {
                return Err(Bug("only an enabled provider has a validity").into());
            }
            let Some(key_revision) = customer_keys::key_revision(tx, project, *provider).await? else {
                return Err(Bug("an enabled provider has a row").into());
            };
            validities::put(tx, project, *provider, key_revision, &new.validity).await?;
            let id = validities::validity_work_id(project, *provider);
            work::put(tx, WorkKind::ValidityCheck, &id, new.next_check_at).await?;
        }
        events::insert(tx, events).await?;
        if !moves.is_empty() {
            // Whatever was recorded: a provider that comes or goes begins and ends alerts.
            work::call(tx, WorkKind::Alerts, &project.to_string(), *at).await?;
        }
        Ok(Outcome::Saved)
    }

    async fn save_provider(
        &self,
        tx: &mut Tx,
        change: &SaveSetting<'_>,
        provider: ProviderKind,
        step: Move,
    ) -> Result<()> {
        let (next, at) = (change.next, change.at);
        let project = next.project;
        if step == Move::Disable {
            return disable(tx, self.sealer(), project, provider, at).await;
        }
        if step != Move::ChangeOptions && !change.validities.contains_key(&provider) {
            return Err(Bug("a new key or credential comes with its validity").into());
        }
        let Some(key) = next.customer_keys.get(&provider) else {
            return Err(Bug("a provider that stays enabled has a customer key").into());
        };
        let before = customer_keys::number(tx, project, provider).await?;
        let kept = before.unwrap_or(CustomerKeyNumber::FIRST);
        let since = customer_keys::key_revision(tx, project, provider).await?.unwrap_or(next.revision);
        match step {
            Move::Enable => {
                alert_configs::make_defaults(tx, project, &defaults_of_provider(provider), at).await?;
                alert_facts::start_clock(tx, project, provider, at).await?;
                let number = retired_customer_keys::number_for(tx, project, key, false).await?;
                self.put_key(tx, next, key, next.revision, number).await
            }
            Move::ChangeKey => {
                let of = (project, provider);
                retired_customer_keys::retire(tx, self.sealer(), of, Reach::WhileNeeded, at).await?;
                let number = retired_customer_keys::number_for(tx, project, key, true).await?;
                self.put_key(tx, next, key, next.revision, number).await?;
                rotations::begin(tx, &rotation(project, provider, kept, number, at)?).await?;
                let work_id = validities::validity_work_id(project, provider);
                work::put(tx, WorkKind::Rotation, &work_id, at).await
            }
            Move::ChangeCredentials => self.put_key(tx, next, key, next.revision, kept).await,
            Move::ChangeOptions | Move::Disable => self.put_key(tx, next, key, since, kept).await,
        }
    }

    async fn put_key(
        &self,
        tx: &mut Tx,
        next: &EncryptionAtRest,
        key: &CustomerKey,
        since: i64,
        number: CustomerKeyNumber,
    ) -> Result<()> {
        customer_keys::upsert(tx, self.sealer(), next.project, key, since, number).await
    }
}

/// Destroys a provider's credentials, present and past, and ends the work on its keys. Names and numbers stay.
pub(crate) async fn disable(
    tx: &mut Tx,
    sealer: &Sealer,
    project: ProjectId,
    provider: ProviderKind,
    at: Timestamp,
) -> Result<()> {
    retired_customer_keys::retire(tx, sealer, (project, provider), Reach::NoMore, at).await?;
    customer_keys::delete(tx, project, provider).await?;
    rotations::supersede(tx, project, provider, at).await?;
    let work_id = validities::validity_work_id(project, provider);
    work::remove(tx, WorkKind::Rotation, &work_id).await?;
    work::remove(tx, WorkKind::ValidityCheck, &work_id).await
}

/// A rotation that begins now.
fn rotation(
    project: ProjectId,
    provider: ProviderKind,
    from: CustomerKeyNumber,
    to: CustomerKeyNumber,
    at: Timestamp,
) -> Result<Rotation> {
    let mut id = [0; 12];
    rand::fill(&mut id).map_err(|_| Bug("the system has a random generator"))?;
    Ok(Rotation {
        id: RotationId::from_random(id),
        project,
        provider,
        from,
        to,
        started_at: at,
        total: 0,
        finished_at: None,
        superseded_at: None,
        last_failure: None,
    })
}

/// Tells whether a provider's part, as it is to be, goes with the endpoints that were made for the present one: they
/// are still required, and lead to the same vault.
async fn fits_endpoints(tx: &mut Tx, next: &EncryptionAtRest, provider: ProviderKind) -> Result<bool> {
    let Some(next_key) = next.customer_keys.get(&provider) else { return Ok(false) };
    let Some((_, present)) = customer_keys::present(tx, next.project, provider).await? else { return Ok(false) };
    Ok(next_key.requires_private_networking() && present.leads_to(next_key)?)
}

/// Keeps a setting as it is, and anybody else from holding on to it, until the transaction ends. Gives its revision, if
/// there ever was one.
pub(crate) async fn take(tx: &mut Tx, project: ProjectId) -> Result<Option<i64>> {
    let rows = tx.fetch(&TAKE, values![project]).await?;
    rows.first().map(|row| row.fields("encryption_at_rest").int()).transpose()
}

/// Gives the revision of a project's setting, if there ever was one, and waits for nobody.
pub(crate) async fn revision(tx: &mut Tx, project: ProjectId) -> Result<Option<i64>> {
    let rows = tx.fetch(&REVISION, values![project]).await?;
    rows.first().map(|row| row.fields("encryption_at_rest").int()).transpose()
}

/// Keeps a project's providers from being disabled until the transaction ends.
pub(crate) async fn hold(tx: &mut Tx, project: ProjectId) -> Result<()> {
    tx.fetch(&HOLD, values![project]).await.map(drop)
}

/// Makes every change of a setting that is under way a lost race.
pub(crate) async fn close(tx: &mut Tx, project: ProjectId, at: Timestamp) -> Result<()> {
    tx.execute(&CLOSE, values![project, at]).await.map(drop)
}

/// Moves destroyed credentials, gone from the table, out of the log too in their sealed form.
pub(crate) async fn forget_destroyed(store: &Store) {
    if let Err(error) = store.empty_the_log().await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "destroyed credentials stay, sealed, in SQLite's log until its next checkpoint");
    }
}
