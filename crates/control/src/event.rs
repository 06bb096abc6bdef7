//! Reading and making events. Must not know how a client asks for them.

use domain::access::ProjectRole;
use domain::event::{Actor, Event, EventKind};
use domain::id::{EventId, OrgId, ProjectId};
pub use storage::{EventFilter, EventSlice};

use crate::{Caller, Control, Error, random_id};

/// One page of events, newest first.
#[derive(Debug)]
pub struct EventPage {
    /// The page.
    pub events: Vec<Event>,
    /// How many there are on all pages, as far as that is known: never fewer than were seen, and one more than that if
    /// there are any.
    pub total: u64,
}

impl Control {
    /// Lists a project's events, newest first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn events(
        &self,
        caller: &Caller,
        project: ProjectId,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<EventPage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (events, total) = self.store().events_of_project(project, filter, slice).await?;
        Ok(EventPage { events, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Lists an organization's own events, newest first: those of no project, and projects that came and went.
    /// Errors: `OrganizationNotFound`.
    pub async fn events_of_organization(
        &self,
        caller: &Caller,
        org: OrgId,
        filter: &EventFilter,
        slice: EventSlice,
    ) -> Result<EventPage, Error> {
        self.organization(caller, org).await?;
        let (events, total) = self.store().events_of_org(org, filter, slice).await?;
        Ok(EventPage { events, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds one of an organization's own events.
    /// Errors: `OrganizationNotFound`, `OrgEventNotFound`.
    pub async fn event_of_organization(&self, caller: &Caller, org: OrgId, event: EventId) -> Result<Event, Error> {
        self.organization(caller, org).await?;
        self.store().event_of_org(org, event).await?.ok_or(Error::OrgEventNotFound(event))
    }

    /// Finds one event of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `EventNotFound`.
    pub async fn event(&self, caller: &Caller, project: ProjectId, event: EventId) -> Result<Event, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.store().event_of_project(project, event).await?.ok_or(Error::EventNotFound(event))
    }

    /// Makes an event that a caller caused.
    pub(crate) fn event_by(
        &self,
        caller: &Caller,
        org: OrgId,
        project: ProjectId,
        kind: EventKind,
        detail: Option<String>,
    ) -> Result<Event, Error> {
        let event = self.event_by_us(org, project, kind, detail)?;
        Ok(Event { actor: caller.actor(), remote_address: Some(caller.address), ..event })
    }

    /// Makes an event of an organization, and of no project, that a caller caused.
    pub(crate) fn event_in_org(
        &self,
        caller: &Caller,
        org: OrgId,
        kind: EventKind,
        detail: Option<String>,
    ) -> Result<Event, Error> {
        let event = self.event_of_org_by_us(org, kind, detail)?;
        Ok(Event { actor: caller.actor(), remote_address: Some(caller.address), ..event })
    }

    /// Makes an event without a project that no caller caused.
    pub(crate) fn event_of_org_by_us(
        &self,
        org: OrgId,
        kind: EventKind,
        detail: Option<String>,
    ) -> Result<Event, Error> {
        Ok(Event {
            id: EventId::from_random(random_id()?),
            org,
            project: None,
            cluster: None,
            kind,
            actor: Actor::System,
            remote_address: None,
            detail,
            created_at: self.now(),
        })
    }

    /// Makes an event that nobody but us caused.
    pub(crate) fn event_by_us(
        &self,
        org: OrgId,
        project: ProjectId,
        kind: EventKind,
        detail: Option<String>,
    ) -> Result<Event, Error> {
        Ok(Event {
            id: EventId::from_random(random_id()?),
            org,
            project: Some(project),
            cluster: None,
            kind,
            actor: Actor::System,
            remote_address: None,
            detail,
            created_at: self.now(),
        })
    }
}
