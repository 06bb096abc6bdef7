//! One authenticated call on its way to a handler, and the answer that comes back. Must not know any
//! resource.

use api_wire::atlas::version::Negotiated;
use api_wire::operations::Operation;
use api_wire::paging::{ListAddress, Paged, Paging};
use api_wire::presentation::{Presentation, render_list, render_single};
use api_wire::query::Query;
use bytes::Bytes;
use control::Caller;
use domain::id::{EventId, OrgId, ProjectId};
use serde::Serialize;

use super::error::Refused;

/// A call that passed everything that is the same for all operations.
pub struct Call {
    /// What is called.
    pub operation: &'static Operation,
    /// Who calls; nobody for public operations.
    pub caller: Option<Caller>,
    /// The parameters of the path, decoded.
    pub path: Vec<(String, String)>,
    /// The checked query.
    pub query: Query,
    /// The body, empty if the operation has none. It may hold secrets: never log it.
    pub body: Bytes,
    /// The version that answers.
    pub version: Negotiated,
    /// How the answer is laid out.
    pub presentation: Presentation,
    /// The address clients know us by, without a slash at the end.
    pub base_url: String,
    /// The path called, without its query.
    pub url_path: String,
}

/// A successful answer, rendered.
pub struct Answer {
    /// Its body.
    pub body: Vec<u8>,
}

impl Call {
    /// Gives the caller.
    /// Errors: `Bug` if the operation is public: those have none.
    pub fn caller(&self) -> Result<&Caller, Refused> {
        self.caller.as_ref().ok_or(Refused::Bug("the operation is not public"))
    }

    /// Gives the project of the path.
    /// Errors: `NoSuchProject` if it is no id.
    pub fn project(&self) -> Result<ProjectId, Refused> {
        let id = self.parameter("groupId");
        id.parse().map_err(|_| Refused::NoSuchProject(id.to_owned()))
    }

    /// Gives the organization of the path.
    /// Errors: `NoSuchOrganization` if it is no id.
    pub fn organization(&self) -> Result<OrgId, Refused> {
        let id = self.parameter("orgId");
        id.parse().map_err(|_| Refused::NoSuchOrganization(id.to_owned()))
    }

    /// Gives the event of the path.
    /// Errors: `NoSuchEvent` if it is no id.
    pub fn event(&self) -> Result<EventId, Refused> {
        let id = self.parameter("eventId");
        id.parse().map_err(|_| Refused::NoSuchEvent(id.to_owned()))
    }

    fn parameter(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Gives the absolute address that was called, without its query.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.base_url, self.url_path)
    }

    /// Answers with a single object.
    /// Errors: `Bug` if it cannot be written.
    pub fn single<T: Serialize>(&self, body: &T) -> Result<Answer, Refused> {
        let body = render_single(self.operation.success, body, self.presentation);
        body.map(|body| Answer { body }).map_err(|_| Refused::Bug("an answer can be written as JSON"))
    }

    /// Answers with one page of a list.
    /// Errors: `Bug` if it cannot be written.
    pub fn page<T: Serialize>(
        &self,
        results: Vec<T>,
        total: u64,
        filters: &[(&str, String)],
    ) -> Result<Answer, Refused> {
        let url = self.url();
        let page = Paged::new(results, total, self.paging(), &ListAddress { url: &url, filters });
        let body = render_list(self.operation.success, &page, self.presentation);
        body.map(|body| Answer { body }).map_err(|_| Refused::Bug("an answer can be written as JSON"))
    }

    /// Gives the page that was asked for.
    #[must_use]
    pub fn paging(&self) -> Paging {
        Paging::of(&self.query)
    }

    /// Cuts the page that was asked for out of a whole list.
    #[must_use]
    pub fn cut<T>(&self, whole: Vec<T>) -> Vec<T> {
        let paging = self.paging();
        let skip = usize::try_from(paging.skip()).unwrap_or(usize::MAX);
        let take = usize::try_from(paging.items_per_page).unwrap_or(usize::MAX);
        whole.into_iter().skip(skip).take(take).collect()
    }
}
