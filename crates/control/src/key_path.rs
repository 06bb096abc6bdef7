//! Opening a customer key so that each call leaves by the path that is right at that moment: publicly, or only by the
//! project's active private endpoints (product.md 5.3). What is opened once may be used for half a minute; the path is
//! asked of the store anew for each call, and a public call under way is given up when the path turns private. So no
//! process makes a public call more than a second after that, whoever noticed it first.
//!
//! Must not know how a private path is walked; that is the providers' matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::{CustomerKey, WrappedDataKey};
use domain::id::ProjectId;
use domain::master_key::lease::BootTime;
use domain::private_endpoint::{KeyPath, path_of};
use domain::provider_role::ProviderRole;
use domain::secret::SecretBytes;
use domain::validity::{Failure, Finding, Reason, TransientReason};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use providers::{Candidate, Deadline, Description, KeyProvider, RoleFault, Tokens, WrapContext};
use storage::ProjectSnapshot;

use crate::Control;

/// How old what the store said of a path can be when a call begins. With [`LOOK_AGAIN`] well below the second that the
/// rule allows.
const MAX_AGE: Duration = Duration::from_millis(500);
/// How often a public call under way asks whether the path is still public.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What was seen of a customer key's path.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    path: KeyPath,
    /// Whether the setting asks for private calls, so that the path may turn private at any moment.
    required: bool,
    at: BootTime,
}

impl Seen {
    /// Reads the path of a customer key, present or former, off its project's snapshot. `at` is when that was read.
    pub(crate) fn of(snapshot: &ProjectSnapshot, key: &CustomerKey, at: BootTime) -> Self {
        let provider = key.provider();
        let present = snapshot.setting.customer_keys.get(&provider);
        Self {
            path: path_of(key, present, &snapshot.path(provider)),
            required: present.is_some_and(CustomerKey::requires_private_networking),
            at,
        }
    }
}

/// Whence a call takes its path.
#[derive(Debug)]
enum Path {
    /// From the store; this much was seen already.
    Stored(Option<Seen>),
    /// Publicly whatever the store says: a candidate that gives private networking up proves that it can.
    Public,
}

/// A customer key that is opened anew for each call.
pub(crate) struct RoutedKey {
    control: Control,
    project: ProjectId,
    key: CustomerKey,
    role: Option<ProviderRole>,
    path: Path,
    left_privately: AtomicBool,
}

impl std::fmt::Debug for RoutedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoutedKey").field("project", &self.project).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Control {
    /// Opens a customer key of a project, present or former, by its path. What was seen of that already saves asking
    /// the store again.
    /// Errors: those of opening. Nothing is asked of a provider.
    pub(crate) fn open_routed(
        &self,
        project: ProjectId,
        key: &CustomerKey,
        role: Option<&ProviderRole>,
        seen: Option<Seen>,
    ) -> Result<RoutedKey, RoleFault> {
        self.routed(project, key, role, Path::Stored(seen))
    }

    /// Opens a candidate. What it requires itself decides: one that gives private networking up leaves publicly, which
    /// is possible only without endpoints; any other by the path that the project has.
    /// Errors: as `open_routed`.
    pub(crate) fn open_candidate(
        &self,
        project: ProjectId,
        candidate: &CustomerKey,
        role: Option<&ProviderRole>,
    ) -> Result<RoutedKey, RoleFault> {
        let path = if candidate.requires_private_networking() { Path::Stored(None) } else { Path::Public };
        self.routed(project, candidate, role, path)
    }

    fn routed(
        &self,
        project: ProjectId,
        key: &CustomerKey,
        role: Option<&ProviderRole>,
        path: Path,
    ) -> Result<RoutedKey, RoleFault> {
        // Tells what is wrong with the role at once, whichever way the calls leave.
        self.providers().open(project, key, role, &KeyPath::Public)?;
        Ok(RoutedKey {
            control: self.clone(),
            project,
            key: key.clone(),
            role: role.cloned(),
            path,
            left_privately: AtomicBool::new(false),
        })
    }
}

impl RoutedKey {
    /// Tells whether every call so far left publicly.
    pub(crate) fn is_public(&self) -> bool {
        !self.left_privately.load(Ordering::Relaxed)
    }

    /// Makes one call by the path as it is now. A public one is given up when the path turns private, and made again.
    /// Cancel: as the call itself.
    async fn call<'c, T>(
        &'c self,
        call: impl Fn(Arc<dyn KeyProvider>) -> BoxFuture<'c, T> + Send,
    ) -> Result<T, Failure> {
        let mut seen = self.see().await?;
        loop {
            let private = seen.path.is_private();
            self.left_privately.fetch_or(private, Ordering::Relaxed);
            let opened = self.control.providers().open(self.project, &self.key, self.role.as_ref(), &seen.path);
            let answer = call(opened.map_err(RoleFault::failure)?);
            if private || !seen.required {
                return Ok(answer.await);
            }
            seen = tokio::select! {
                answer = answer => return Ok(answer),
                private = self.turned_private() => private?,
            };
        }
    }

    /// Waits until a public call may not go on, and gives the path that took over.
    /// Errors: that nobody can tell any more.
    async fn turned_private(&self) -> Result<Seen, Failure> {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let seen = self.read().await?;
            if seen.path.is_private() {
                return Ok(seen);
            }
        }
    }

    /// Gives what is known of the path, if that is young enough, or asks.
    async fn see(&self) -> Result<Seen, Failure> {
        match &self.path {
            Path::Public => Ok(Seen { path: KeyPath::Public, required: false, at: self.control.boot_now() }),
            Path::Stored(Some(seen)) if seen.at.is_within(MAX_AGE, self.control.boot_now()) => Ok(seen.clone()),
            Path::Stored(_) => self.read().await,
        }
    }

    /// Reads the path, not older than it may be.
    /// Errors: a transient failure if the store cannot tell.
    async fn read(&self) -> Result<Seen, Failure> {
        let since = self.control.boot_now().minus(MAX_AGE);
        let read = self.control.snapshot_since(self.project, since).await;
        let (snapshot, read) = read.map_err(|error| {
            tracing::warn!(project = %self.project, error = error.chain(), "a provider is not called: the path is not known");
            Failure::silent(Reason::Transient(TransientReason::UnexpectedAnswer))
        })?;
        Ok(Seen::of(&snapshot, &self.key, read))
    }
}

#[async_trait]
impl KeyProvider for RoutedKey {
    async fn check(&self, tokens: Tokens, deadline: Deadline) -> Finding {
        self.call(|opened| async move { opened.check(tokens, deadline).await }.boxed())
            .await
            .unwrap_or_else(Finding::Failed)
    }

    async fn check_candidate(&self, candidate: Candidate, deadline: Deadline) -> Finding {
        self.call(|opened| async move { opened.check_candidate(candidate, deadline).await }.boxed())
            .await
            .unwrap_or_else(Finding::Failed)
    }

    async fn wrap(
        &self,
        context: &WrapContext,
        data_key: &SecretBytes<32>,
        deadline: Deadline,
    ) -> Result<WrappedDataKey, Failure> {
        self.call(|opened| async move { opened.wrap(context, data_key, deadline).await }.boxed()).await?
    }

    async fn unwrap(
        &self,
        context: &WrapContext,
        wrapped: &WrappedDataKey,
        deadline: Deadline,
    ) -> Result<SecretBytes<32>, Failure> {
        self.call(|opened| async move { opened.unwrap(context, wrapped, deadline).await }.boxed()).await?
    }

    async fn describe(&self, deadline: Deadline) -> Result<Description, Failure> {
        self.call(|opened| async move { opened.describe(deadline).await }.boxed()).await?
    }
}
