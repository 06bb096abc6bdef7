//! The registry of operations: one entry each, as data. Router, OpenAPI, authorization, audit and
//! command line are fed from it. It must not know how an operation is carried out.

mod access;
mod oauth;
mod path_parameter;
pub mod rate_limit;
mod table;

pub use access::{Access, OrgRole, ProjectRole};
pub use oauth::{OAUTH_REVOKE, OAUTH_TOKEN, OauthEndpoint};
pub use path_parameter::PathParameter;
pub use rate_limit::RateLimitSet;
pub use table::{OPERATIONS, OperationId};

use time::Date;

use crate::atlas::version::ApiVersion;
use crate::header::HeaderFlag;
use crate::query::QueryParameter;
use crate::schema::Schema;

/// Describes one operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name in our code.
    pub id: OperationId,
    /// The HTTP method.
    pub method: Method,
    /// Which API it belongs to.
    pub api: Api,
    /// The path below the API's base, with its parameters in braces; empty for the base itself.
    pub path: &'static str,
    /// Its dated shapes, oldest first; never empty. Our own operations have one without a date.
    pub versions: &'static [VersionEntry],
    /// Whether the answer is a page of a list.
    pub list: bool,
    /// Who may call it.
    pub access: Access,
    /// The status of success.
    pub success: u16,
    /// The query parameters it reads.
    pub query: &'static [&'static QueryParameter],
    /// The headers of its own that it reads.
    pub headers: &'static [&'static HeaderFlag],
    /// The error statuses it can answer with, in ascending order.
    pub errors: &'static [u16],
    /// The bucket its calls are counted in.
    pub rate_limit: &'static RateLimitSet,
    /// The heading it stands under in documents and in the Atlas CLI.
    pub tag: &'static str,
    /// Its name in SDKs and the Atlas CLI.
    pub operation_id: &'static str,
    /// Its longer name in the published document, where that is another one; the command line takes both.
    pub alias: Option<&'static str>,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// One dated shape of an operation.
#[derive(Debug)]
pub struct VersionEntry {
    /// Its date; none for our own operations.
    pub version: Option<ApiVersion>,
    /// Since when a newer shape exists.
    pub deprecated: Option<Date>,
    /// When it ends.
    pub sunset: Option<Date>,
    /// The shape of the request body, if there is one.
    pub request: Option<&'static Schema>,
    /// The shape of the answer, or of each result of a list.
    pub response: &'static Schema,
    /// The status of success, where this version has another one than the operation.
    pub success: Option<u16>,
}

/// The two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// The Atlas Administration API v2.
    Atlas,
    /// Our own additions.
    Atrest,
}

impl Api {
    /// Returns the path that all its operations start with.
    pub const fn base(self) -> &'static str {
        match self {
            Self::Atlas => "/api/atlas/v2",
            Self::Atrest => "/api/atrest/v1",
        }
    }
}

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes what is sent.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns the method as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Operation {
    /// Returns the whole path, with its parameters in braces.
    pub fn full_path(&self) -> String {
        format!("{}{}", self.api.base(), self.path)
    }

    /// Returns its newest shape.
    pub fn newest(&self) -> Option<&'static VersionEntry> {
        self.versions.last()
    }

    /// Returns its newest shape that is not after a date.
    pub fn newest_not_after(&self, asked: ApiVersion) -> Option<&'static VersionEntry> {
        self.versions.iter().rev().find(|entry| entry.version.is_none_or(|have| have <= asked))
    }

    /// Returns the status of success of one of its shapes.
    pub fn success_of(&self, entry: &VersionEntry) -> u16 {
        entry.success.unwrap_or(self.success)
    }

    /// Says whether every call is refused, because there is nothing here that it could be about.
    pub const fn is_always_refused(&self) -> bool {
        use OperationId as Id;
        matches!(
            self.id,
            Id::RestartPrimaries
                | Id::PinFeatureCompatibilityVersion
                | Id::UnpinFeatureCompatibilityVersion
                | Id::UpgradeTenantCluster
                | Id::CreateFlexCluster
                | Id::GetFlexCluster
                | Id::UpdateFlexCluster
                | Id::DeleteFlexCluster
                | Id::UpgradeFlexCluster
                | Id::TakeBackupSnapshot
                | Id::UpdateBackupSnapshot
                | Id::GetShardedSnapshot
                | Id::DeleteShardedSnapshot
        )
    }

    /// Says whether a request carries a body.
    pub fn takes_body(&self) -> bool {
        self.versions.iter().any(|entry| entry.request.is_some())
    }

    /// Describes a parameter of the path; none if the path has none of that name.
    pub fn path_parameter(&self, name: &str) -> Option<PathParameter> {
        self.path_parameters().any(|known| known == name).then(|| path_parameter::find(self.path, name))?
    }

    /// Returns the names of the path's parameters, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| Some(parameter_of(part)?.0))
    }
}

/// Takes a part of a path apart: the name of its parameter, and what follows it, which is nothing or a verb with a colon
/// before it. None for a part that is no parameter.
pub fn parameter_of(part: &'static str) -> Option<(&'static str, &'static str)> {
    part.strip_prefix('{')?.split_once('}')
}

#[cfg(test)]
mod tests;
