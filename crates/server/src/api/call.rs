//! One authenticated call on its way to a handler, and the answer that comes back. Must not know any
//! resource.

use std::net::IpAddr;

use api_wire::atlas::version::Negotiated;
use api_wire::header::HeaderFlag;
use api_wire::operations::Operation;
use api_wire::paging::{ListAddress, Paged, Paging};
use api_wire::presentation::{Presentation, render_list, render_single};
use api_wire::query::Query;
use bytes::Bytes;
use control::Caller;
use domain::cluster::ClusterName;
use domain::id::{EventId, OrgId, ProjectId};
use serde::Serialize;

use super::error::Refused;

/// A call that passed everything that is the same for all operations.
pub struct Call {
    /// What is called.
    pub operation: &'static Operation,
    /// Who calls; nobody for public operations.
    pub caller: Option<Caller>,
    /// The address the call comes from, proxies already seen through.
    pub address: IpAddr,
    /// The parameters of the path, decoded.
    pub path: Vec<(String, String)>,
    /// The checked query.
    pub query: Query,
    /// The operation's own headers that are set.
    pub headers: Vec<&'static str>,
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
    /// Where what was created is found.
    pub location: Option<String>,
}

impl Answer {
    /// Makes an answer that has no body at all, for a status that allows none.
    #[must_use]
    pub const fn empty() -> Self {
        Self { body: Vec::new(), location: None }
    }
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

    /// Gives the organization's event of the path.
    /// Errors: `NoSuchOrgEvent` if it is no id.
    pub fn org_event(&self) -> Result<EventId, Refused> {
        let id = self.parameter("eventId");
        id.parse().map_err(|_| Refused::NoSuchOrgEvent(id.to_owned()))
    }

    /// Gives the name of the path's cluster.
    /// Errors: `NoSuchCluster` if no cluster can have it.
    pub fn cluster(&self) -> Result<ClusterName, Refused> {
        let (name, project) = (self.parameter("clusterName"), self.project()?);
        ClusterName::parse(name).ok_or_else(|| Refused::NoSuchCluster { name: name.to_owned(), project })
    }

    /// Tells whether a header of the operation's own is set.
    #[must_use]
    pub fn header(&self, flag: &HeaderFlag) -> bool {
        self.headers.contains(&flag.name)
    }

    pub(super) fn parameter(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Gives the absolute address that was called, without its query.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.base_url, self.url_path)
    }

    /// Gives the status of success of the version that answers.
    fn success(&self) -> u16 {
        self.operation.success_of(self.version.entry)
    }

    /// Answers with a single object.
    /// Errors: `Bug` if it cannot be written.
    pub fn single<T: Serialize>(&self, body: &T) -> Result<Answer, Refused> {
        let body = render_single(self.success(), body, self.presentation);
        body.map(|body| Answer { body, location: None }).map_err(|_| Refused::Bug("an answer can be written as JSON"))
    }

    /// Answers with something new, and where it is found from now on.
    /// Errors: `Bug` if it cannot be written.
    pub fn created<T: Serialize>(&self, body: &T, location: String) -> Result<Answer, Refused> {
        Ok(Answer { location: Some(location), ..self.single(body)? })
    }

    /// Answers with an object without members.
    /// Errors: `Bug` if it cannot be written.
    pub fn nothing(&self) -> Result<Answer, Refused> {
        self.single(&serde_json::Map::new())
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
        let body = render_list(self.success(), &page, self.presentation);
        body.map(|body| Answer { body, location: None }).map_err(|_| Refused::Bug("an answer can be written as JSON"))
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
