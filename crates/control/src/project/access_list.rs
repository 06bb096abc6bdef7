//! A project's IP access list: written down and shown, given to nobody. Must not know how an entry is spelled.

use domain::access::ProjectRole;
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::project::{AccessEntry, AccessEntryRefusal, AccessNetwork, ProjectLimit};
use domain::time::Timestamp;
use domain::violation::Violation;
use storage::{AccessOutcome, Outcome};

use super::ProjectError;
use crate::{Caller, Control, Error};

/// An entry to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccessEntry {
    /// From where.
    pub network: AccessNetwork,
    /// What people write about it.
    pub comment: Option<String>,
    /// When it goes by itself, if it does.
    pub delete_after: Option<Timestamp>,
}

/// One page of entries, by network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPage {
    /// The page.
    pub entries: Vec<AccessEntry>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a page of a project's IP access list.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn access_entries(
        &self,
        caller: &Caller,
        project: ProjectId,
        offset: u64,
        limit: u64,
    ) -> Result<AccessPage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (entries, total) = self.store().access_entries(project, self.now(), offset, limit).await?;
        Ok(AccessPage { entries, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds one entry of a project's IP access list.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectError::AccessEntryNotFound`.
    pub async fn access_entry(&self, caller: &Caller, project: ProjectId, value: &str) -> Result<AccessEntry, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let network = read(project, value)?;
        let found = self.store().access_entry(project, network, self.now()).await?;
        Ok(found.ok_or_else(|| not_found(project, value))?)
    }

    /// Adds entries to a project's IP access list; one that is there gets the new comment and end.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `Violations`, `ProjectError::TooManyAccessEntries`.
    /// Cancel: all of them are there or none.
    pub async fn add_access_entries(
        &self,
        caller: &Caller,
        project: ProjectId,
        wanted: Vec<NewAccessEntry>,
    ) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::NetworkAccessManager).await?;
        let now = self.now();
        check_ends(&wanted, now)?;
        let settings = self.settings_of(project).await?;
        let at_most = settings.limit(ProjectLimit::NetworkAccessEntries).unwrap_or(u64::MAX);
        let (mut entries, mut told) = (Vec::new(), Vec::new());
        for NewAccessEntry { network, comment, delete_after } in wanted {
            let kind = match self.store().access_entry(project, network, now).await? {
                Some(_) => EventKind::NetworkEntryUpdated,
                None => EventKind::NetworkEntryAdded,
            };
            told.push(self.event_by(caller, snapshot.project.org, project, kind, Some(network.to_string()))?);
            entries.push(AccessEntry { network, comment, delete_after, created_at: now });
        }
        match self.store().save_access_entries(project, &entries, at_most, now, &told).await? {
            AccessOutcome::Saved => Ok(()),
            AccessOutcome::Missing => Err(Error::ProjectNotFound(project)),
            AccessOutcome::TooMany(at_most) => Err(ProjectError::TooManyAccessEntries(at_most).into()),
        }
    }

    /// Takes an entry from a project's IP access list.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ProjectError::AccessEntryNotFound`.
    /// Cancel: it is gone or it is not.
    pub async fn delete_access_entry(&self, caller: &Caller, project: ProjectId, value: &str) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::NetworkAccessManager).await?;
        let network = read(project, value)?;
        let (org, kind) = (snapshot.project.org, EventKind::NetworkEntryRemoved);
        let told = [self.event_by(caller, org, project, kind, Some(network.to_string()))?];
        match self.store().delete_access_entry(project, network, self.now(), &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(not_found(project, value).into()),
        }
    }
}

/// Reads the entry that a path names; whatever cannot be one is none.
fn read(project: ProjectId, value: &str) -> Result<AccessNetwork, ProjectError> {
    value.parse().map_err(|_: AccessEntryRefusal| not_found(project, value))
}

fn not_found(project: ProjectId, value: &str) -> ProjectError {
    ProjectError::AccessEntryNotFound { project, value: value.to_owned() }
}

fn check_ends(wanted: &[NewAccessEntry], now: Timestamp) -> Result<(), Error> {
    let check = |(index, entry): (usize, &NewAccessEntry)| {
        let refusal = AccessEntry::check_end(entry.delete_after?, now).err()?;
        let words = match refusal {
            AccessEntryRefusal::TooLong => "It must be within a week.",
            AccessEntryRefusal::OverAlready
            | AccessEntryRefusal::NotAnAddress
            | AccessEntryRefusal::NotANetwork
            | AccessEntryRefusal::BitsAfterLength(_) => "It must be in the future.",
        };
        Some(Violation::rule(&format!("[{index}].deleteAfterDate"), words))
    };
    let violations: Vec<_> = wanted.iter().enumerate().filter_map(check).collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Violations(violations)) }
}
