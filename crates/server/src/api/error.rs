//! The one table of this door's refusals: status, `errorCode`, words, parameters.
//!
//! Nothing else in the tree spells an `errorCode`. Every match here is exhaustive, so that a new
//! error cannot do without its row. Each row says where its code was seen: "published" is the
//! documented list, "recorded" real answers, "ours" is ours in Atlas's style (docs/errors.md).
//! Candidates that a provider refused have their rows in `error/candidate.rs`, clusters in `error/cluster.rs`,
//! faults of queries and bodies in `error/faults.rs`, what is kept of keys in `error/kept.rs`, private endpoints in
//! `error/private_endpoint.rs`.
//! Details say what to do next; a stranger's words in them were tamed where they came in.

mod access;
mod alert;
mod backup;
mod candidate;
mod cluster;
mod external;
mod faults;
mod kept;
mod master_key;
mod node;
mod private_endpoint;
mod project;
mod provider_role;

use std::net::IpAddr;
use std::time::Duration;

use api_wire::atlas::not_offered::Part;
use api_wire::error_body::{ERROR_CONTENT_TYPE, ErrorBody, Parameter};
use api_wire::fault::Fault;
use api_wire::presentation::{Presentation, render_challenge, render_error};
use axum::body::Body;
use axum::response::Response;
use domain::cluster::ClusterName;
use domain::customer_key::ProviderKind;
use domain::id::{OrgId, ProjectId};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};

use self::faults::{body_row, query_row, several, violations_row};
use super::auth::AuthFailure;
use super::rate_limit::Limited;

/// Why a request got no answer of its own.
#[derive(Debug)]
pub enum Refused {
    /// No credentials, or bad ones.
    Unauthenticated {
        /// Whether the credentials were good but for an old nonce.
        stale: bool,
    },
    /// Too many failed sign-ins.
    SignInThrottled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The credential has no access list, and its organization demands one.
    AccessListMissing {
        /// The organization.
        org: OrgId,
    },
    /// The credential may not be used from there.
    AddressNotAllowed {
        /// From where.
        address: IpAddr,
    },
    /// Too many calls.
    RateLimited {
        /// The operation's path.
        path: String,
        /// The bucket.
        limited: Limited,
    },
    /// Too many requests for tokens.
    TokenRequestsLimited {
        /// The path.
        path: &'static str,
        /// The bucket.
        limited: Limited,
    },
    /// No version of the operation is acceptable.
    NotAcceptable,
    /// The body is of a type we do not read.
    UnsupportedMediaType,
    /// The query is wrong.
    QueryFaults(Vec<Fault>),
    /// The body's shape is wrong.
    BodyFaults(Vec<Fault>),
    /// The body is too large.
    BodyTooLarge {
        /// Unit: bytes.
        cap: usize,
    },
    /// The body came too slowly.
    SlowBody,
    /// The body ended early.
    BrokenBody,
    /// No such path.
    NoSuchPath(String),
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// A change of a part of Atlas that is not offered.
    PartNotOffered(&'static Part),
    /// A person's sign-in by a command line, which is not offered.
    UserSignInNotOffered,
    /// An API that came before the one there is.
    OldApi {
        /// What was called.
        path: String,
        /// The base to call instead.
        base: String,
    },
    /// Not a project's id at all.
    NoSuchProject(String),
    /// Not an organization's id at all.
    NoSuchOrganization(String),
    /// Not a cluster's name at all.
    NoSuchCluster {
        /// The name.
        name: String,
        /// The project.
        project: ProjectId,
    },
    /// Not a master key of the project, by the id as it was given.
    NoSuchMasterKey(String),
    /// Not an event's id at all.
    NoSuchEvent(String),
    /// Not an organization's event's id at all.
    NoSuchOrgEvent(String),
    /// Not served here; the words say so whole.
    FeatureUnsupported(&'static str),
    /// The cluster is no Flex cluster.
    NotAFlexCluster(ClusterName),
    /// A host name or origin that dev mode does not answer to.
    ForeignHost,
    /// A use case refused.
    Control(control::Error),
    /// What cannot happen did.
    Bug(&'static str),
}

impl From<control::Error> for Refused {
    fn from(error: control::Error) -> Self {
        Self::Control(error)
    }
}

impl From<AuthFailure> for Refused {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::Challenge { stale, .. } => Self::Unauthenticated { stale },
            AuthFailure::Throttled { retry_after } => Self::SignInThrottled { retry_after },
            AuthFailure::AccessListMissing { org } => Self::AccessListMissing { org },
            AuthFailure::AddressNotAllowed { address } => Self::AddressNotAllowed { address },
            AuthFailure::Control(error) => Self::Control(error),
        }
    }
}

impl Refused {
    /// Tells whether the refusal says that the project or organization of the path does not exist, as far
    /// as this caller can tell.
    pub(super) fn hides_the_resource(&self) -> bool {
        use control::Error::{OrganizationNotFound, ProjectNotFound};
        matches!(
            self,
            Self::NoSuchProject(_)
                | Self::NoSuchOrganization(_)
                | Self::Control(ProjectNotFound(_) | OrganizationNotFound(_))
        )
    }
}

/// Renders a refusal.
pub(super) fn answer(refused: &Refused, presentation: Presentation, request_id: &str) -> Response {
    log(refused);
    let row = row(refused, request_id);
    let body = if matches!(refused, Refused::Unauthenticated { .. }) {
        render_challenge(presentation).to_vec()
    } else {
        render_error(&row, presentation).unwrap_or_default()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(row.error).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(ERROR_CONTENT_TYPE));
    headers.insert(HeaderName::from_static("x-error-code"), HeaderValue::from_static(row.error_code));
    let wait = wait(refused);
    headers.extend(wait.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds))));
    response
}

/// Rounds up: who comes back when told to must not be sent away again.
fn whole_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

/// Tells when to try again, in seconds, if time alone may help.
fn wait(refused: &Refused) -> Option<u64> {
    if let Refused::SignInThrottled { retry_after } = refused {
        return Some(whole_seconds(*retry_after));
    }
    if let Refused::RateLimited { limited, .. } | Refused::TokenRequestsLimited { limited, .. } = refused {
        return Some(limited.retry_after_secs);
    }
    matches!(refused, Refused::Control(control::Error::StoreAway(_))).then_some(1)
}

/// Logs what is ours to mend, with its chain; what is the caller's is in the access log already.
fn log(refused: &Refused) {
    use control::Error::{Bug, Store, StoreAway};
    if let Refused::Control(error @ (Bug(_) | Store(_) | StoreAway(_))) = refused {
        tracing::error!(error = error.chain(), "a request failed through our fault");
    }
    if let Refused::Bug(believed) = refused {
        tracing::error!(believed, "a request failed through a bug of ours");
    }
}

const BAD_REQUEST: (u16, &str) = (400, "Bad Request");
const UNAUTHORIZED: (u16, &str) = (401, "Unauthorized");
const FORBIDDEN: (u16, &str) = (403, "Forbidden");
const NOT_FOUND: (u16, &str) = (404, "Not Found");
const METHOD_NOT_ALLOWED: (u16, &str) = (405, "Method Not Allowed");
const NOT_ACCEPTABLE: (u16, &str) = (406, "Not Acceptable");
const REQUEST_TIMEOUT: (u16, &str) = (408, "Request Timeout");
const CONFLICT: (u16, &str) = (409, "Conflict");
const TOO_LARGE: (u16, &str) = (413, "Payload Too Large");
const UNSUPPORTED: (u16, &str) = (415, "Unsupported Media Type");
const TOO_MANY: (u16, &str) = (429, "Too Many Requests");
const OUR_FAULT: (u16, &str) = (500, "Internal Server Error");
const UNAVAILABLE: (u16, &str) = (503, "Service Unavailable");

fn body((status, reason): (u16, &'static str), code: &'static str, detail: impl Into<String>) -> ErrorBody {
    ErrorBody::new(status, reason, code, detail)
}

/// The table.
fn row(refused: &Refused, request_id: &str) -> ErrorBody {
    match refused {
        // recorded
        Refused::Unauthenticated { .. } => {
            body(UNAUTHORIZED, "UNEXPECTED_ERROR", "You are not authorized for this resource.")
        }
        // ours
        Refused::SignInThrottled { retry_after } => body(
            TOO_MANY,
            "RATE_LIMITED",
            format!(
                "Too many failed sign-ins from this address or with this key. Check the credentials and try again in {} seconds.",
                whole_seconds(*retry_after)
            ),
        ),
        // published
        Refused::AccessListMissing { org } => body(
            FORBIDDEN,
            "ORG_REQUIRES_WHITELIST",
            format!("Organization {org} demands that every API key and service account has an access list, and this one has none. Have an owner add the networks it comes from."),
        )
        .with_parameters([org.to_string()]),
        // published
        Refused::AddressNotAllowed { address } => body(
            FORBIDDEN,
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            format!("IP address {address} is not allowed to access this resource. Add it to the access list of the API key or service account."),
        )
        .with_parameters([address.to_string()]),
        // published
        Refused::RateLimited { path, limited } => body(
            TOO_MANY,
            "RATE_LIMITED_TOKEN_BUCKET",
            format!(
                "Rate limit exceeded for {}. Please retry after {} seconds. Request capacity: {}. Refill rate: {} per 60 seconds.",
                path.trim_start_matches('/'),
                limited.retry_after_secs,
                limited.capacity,
                limited.refill
            ),
        )
        .with_parameters([
            Parameter::Text(path.trim_start_matches('/').to_owned()),
            Parameter::Number(limited.retry_after_secs),
            Parameter::Number(u64::from(limited.capacity)),
            Parameter::Number(u64::from(limited.refill)),
            Parameter::Number(60),
        ]),
        // recorded words (clients.md 1.3); the code and parameters are ours
        Refused::TokenRequestsLimited { path, limited } => body(
            TOO_MANY,
            "RATE_LIMITED",
            format!("Resource {path} is limited to {} requests every 1 minutes.", limited.capacity),
        )
        .with_parameters([
            Parameter::Text((*path).to_owned()),
            Parameter::Number(u64::from(limited.capacity)),
            Parameter::Number(1),
        ]),
        // recorded
        Refused::NotAcceptable => {
            body(NOT_ACCEPTABLE, "INVALID_VERSION_DATE", "Invalid accept header or version date.")
        }
        // ours
        Refused::UnsupportedMediaType => body(
            UNSUPPORTED,
            "UNSUPPORTED_MEDIA_TYPE",
            "The body's Content-Type is not one this resource reads. Send application/json, or application/vnd.atlas.<date>+json with a released date.",
        ),
        // published
        Refused::QueryFaults(faults) => query_row(faults),
        Refused::BodyFaults(faults) => body_row(faults),
        // ours
        Refused::BodyTooLarge { cap } => body(
            TOO_LARGE,
            "REQUEST_BODY_TOO_LARGE",
            format!("The body is larger than the {cap} bytes this server reads. Send a smaller one."),
        ),
        // ours
        Refused::SlowBody => body(
            REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            "The body did not arrive in time. Nothing was changed; send the request again.",
        ),
        // published
        Refused::BrokenBody => body(
            BAD_REQUEST,
            "INVALID_JSON",
            "The body ended before it was complete. Nothing was changed; send the request again.",
        ),
        // published
        Refused::NoSuchPath(path) => {
            let shown: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
            body(NOT_FOUND, "RESOURCE_NOT_FOUND", format!("Cannot find resource {shown}.")).with_parameters([shown])
        }
        // ours
        Refused::MethodNotAllowed => body(
            METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "This resource does not know that method. GET /api/atrest/v1/openapi.json lists what it knows.",
        ),
        Refused::PartNotOffered(part) => project::part_not_offered(part),
        Refused::UserSignInNotOffered => project::user_sign_in_not_offered(),
        Refused::OldApi { path, base } => project::old_api(path, base),
        Refused::NoSuchProject(id) => no_such_project(&quoted(id)),
        Refused::NoSuchOrganization(id) => no_such_organization(&quoted(id)),
        Refused::NoSuchEvent(id) => no_such_event(&quoted(id)),
        Refused::NoSuchOrgEvent(id) => no_such_org_event(&quoted(id)),
        Refused::NoSuchMasterKey(id) => master_key::not_found(id),
        Refused::NoSuchCluster { name, project } => cluster::not_found(&quoted(name), &project.to_string()),
        // published
        Refused::FeatureUnsupported(words) => body(FORBIDDEN, "FEATURE_UNSUPPORTED", *words),
        Refused::NotAFlexCluster(name) => backup::not_a_flex_cluster(name),
        // ours
        Refused::ForeignHost => body(
            FORBIDDEN,
            "HOST_NOT_ALLOWED",
            "Dev mode answers only to localhost, 127.0.0.1 and [::1], and only to pages of its own.",
        ),
        Refused::Control(error) => control_row(error, request_id),
        Refused::Bug(_) => unexpected(request_id),
    }
}

/// Gives the code and the words that an error would be answered with, for what tells of errors without being one.
pub(super) fn code_and_detail(error: &control::Error) -> (&'static str, String) {
    let row = control_row(error, "");
    (row.error_code, row.detail)
}

fn control_row(error: &control::Error, request_id: &str) -> ErrorBody {
    match error {
        control::Error::ProjectNotFound(id) => no_such_project(&id.to_string()),
        control::Error::OrganizationNotFound(id) => no_such_organization(&id.to_string()),
        control::Error::EventNotFound(id) => no_such_event(&id.to_string()),
        control::Error::OrgEventNotFound(id) => no_such_org_event(&id.to_string()),
        control::Error::ClusterNotFound { project, name } => cluster::not_found(name.as_str(), &project.to_string()),
        control::Error::ClusterNameTaken { project, name } => cluster::name_taken(name, *project),
        control::Error::ClusterRefused { name, refusal } => cluster::refused(name.as_ref(), refusal),
        control::Error::ClusterUnsupported { name, what } => cluster::unsupported(name, *what),
        control::Error::ClusterConflict(name) => cluster::conflict(name),
        control::Error::ClusterPlacementRefused { name, refusal } => private_endpoint::no_place_for(name, refusal),
        control::Error::Access(error) => access::row(error),
        control::Error::Node(error) => node::row(error),
        control::Error::External(error) => external::row(error),
        control::Error::ProviderRole(error) => provider_role::row(error),
        control::Error::PrivateEndpoint(error) => private_endpoint::row(error),
        control::Error::Snapshot(error) => kept::snapshot_row(error),
        control::Error::Compliance(error) => backup::compliance_row(error),
        control::Error::SearchDeployment(error) => backup::search_row(error),
        control::Error::ContainerNotFound(id) => backup::container_not_found(id),
        control::Error::Grant(error) => kept::grant_row(error),
        control::Error::RotationNotFound(id) => kept::rotation_not_found(id),
        control::Error::DeletedClusterNotFound(id) => kept::deleted_cluster_not_found(id),
        control::Error::DeletedProjectNotFound(id) => kept::deleted_project_not_found(id),
        control::Error::Alert(error) => alert::row(error),
        control::Error::MasterKey(error) => master_key::row(error, request_id),
        control::Error::Project(error) => project::row(error),
        control::Error::ProjectNameTaken(name) => cluster::project_name_taken(name),
        control::Error::ProjectHasClusters(_) => cluster::project_has_clusters(),
        control::Error::ProjectHasPrivateEndpoints(_) => private_endpoint::stand_against_closing(),
        control::Error::CustomerKeyNotEnabled { project, provider } => cluster::key_not_enabled(*project, *provider),
        control::Error::CustomerKeyNotProven(not_proven) => cluster::key_not_proven(not_proven),
        control::Error::CustomerKeyInUse { provider, clusters } => cluster::key_in_use(*provider, clusters),
        // published, as 401 and 403; 401 is for credentials only
        control::Error::ProjectRoleMissing { needed } => body(
            FORBIDDEN,
            "USER_UNAUTHORIZED",
            format!(
                "Current user is not authorized to perform this action. It needs the role {} ({}) in this project.",
                needed.title(),
                needed.name()
            ),
        ),
        control::Error::OrgRoleMissing { needed } => body(
            FORBIDDEN,
            "USER_UNAUTHORIZED",
            format!(
                "Current user is not authorized to perform this action. It needs the role {} ({}) in this organization.",
                needed.title(),
                needed.name()
            ),
        ),
        // published
        control::Error::NothingMentioned => body(
            BAD_REQUEST,
            "MISSING_ENCRYPTION_AT_REST_PROVIDER",
            "At least one Encryption at Rest provider must be specified. Send awsKms, azureKeyVault or googleCloudKms.",
        ),
        control::Error::Violations(violations) => violations_row(violations),
        // published
        control::Error::EnvironmentNotSupported(environment) => body(
            BAD_REQUEST,
            "AZURE_KEY_VAULT_ENVIRONMENT_NOT_SUPPORTED",
            format!(
                "Environment not supported for Azure Key Vault. This service has no identity of its own in {}, so a roleId cannot be used there; send clientID and secret instead.",
                environment.name()
            ),
        )
        .with_parameters([environment.name()]),
        control::Error::RegionNotSupported(provider) => region_row(*provider),
        control::Error::StaticCredentialsRefused { provider, role_in_use } => {
            static_credentials_row(*provider, *role_in_use)
        }
        // recorded
        control::Error::RoleNotAuthorized(role) => body(
            BAD_REQUEST,
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED",
            format!("The specified Cloud Provider Access role ({role}) has not been authorized."),
        )
        .with_parameters([role.to_string()]),
        // ours
        control::Error::UpdateInProgress => body(
            CONFLICT,
            "ENCRYPTION_AT_REST_UPDATE_IN_PROGRESS",
            "Another change of this project's encryption at rest is under way. Nothing was changed; send the request again when it is done.",
        ),
        // ours
        control::Error::Conflict => body(
            CONFLICT,
            "ENCRYPTION_AT_REST_UPDATE_IN_PROGRESS",
            "Another change of this project's encryption at rest came first. Nothing was changed; read the settings and send the request again.",
        ),
        // published
        control::Error::PresentKeyInvalid(provider) => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_SETTINGS_INVALID",
            format!(
                "Atrest is unable to access your encryption key. You cannot change your encryption key until access to your current encryption key has been restored. Make the present key of {} usable again, or send only new credentials for it. It can be disabled when no master key and no snapshot depends on it.",
                provider.title()
            ),
        ),
        control::Error::PrivateEndpointsExist(_) => private_endpoint::stand_against_disabling(),
        control::Error::PrivateNetworkingInUse { provider: _, regions } => {
            private_endpoint::stand_against_public_networking(regions)
        }
        control::Error::PrivateEndpointFieldsImmutable { provider, fields } => {
            private_endpoint::stand_against_fields(*provider, fields)
        }
        control::Error::PrivateNetworkingInactiveProject(provider) => private_endpoint::inactive(*provider),
        control::Error::CandidateRefused(refused) => candidate::row(refused),
        // published
        control::Error::StoreAway(_) => body(
            UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            format!("The service cannot reach its database now. Try again shortly. Request id: {request_id}."),
        ),
        control::Error::Store(_) | control::Error::Bug(_) => unexpected(request_id),
    }
}

/// Published. The chain goes to the log only.
fn unexpected(request_id: &str) -> ErrorBody {
    body(OUR_FAULT, "UNEXPECTED_ERROR", format!("Unexpected error. Request id: {request_id}."))
}

/// Recorded.
fn no_such_project(id: &str) -> ErrorBody {
    body(NOT_FOUND, "GROUP_NOT_FOUND", format!("No group with ID {id} exists.")).with_parameters([id])
}

/// Published.
fn no_such_organization(id: &str) -> ErrorBody {
    body(NOT_FOUND, "ORG_NOT_FOUND", format!("No organization with ID {id} exists.")).with_parameters([id])
}

/// Published.
fn no_such_event(id: &str) -> ErrorBody {
    body(NOT_FOUND, "EVENT_NOT_FOUND", format!("No event with ID {id} exists.")).with_parameters([id])
}

/// Published.
fn no_such_org_event(id: &str) -> ErrorBody {
    body(NOT_FOUND, "ORG_EVENT_NOT_FOUND", format!("No event with ID {id} exists in this organization."))
        .with_parameters([id])
}

fn quoted(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn region_row(provider: ProviderKind) -> ErrorBody {
    match provider {
        // published
        ProviderKind::AwsKms => body(
            BAD_REQUEST,
            "AWS_KMS_REGION_NOT_SUPPORTED",
            "Region is not supported by AWS KMS. Name the region the customer key is in, such as US_EAST_1.",
        ),
        // published
        ProviderKind::AzureKeyVault | ProviderKind::GcpKms => {
            body(BAD_REQUEST, "INVALID_REGION", format!("{} has no keys in that region.", provider.title()))
        }
    }
}

fn static_credentials_row(provider: ProviderKind, role_in_use: bool) -> ErrorBody {
    // recorded for AWS and Azure; Google's is ours in their style
    let (code, name) = match provider {
        ProviderKind::AwsKms => ("AWS_KMS_CREDENTIALS_AUTH_DEPRECATED", "AWS KMS"),
        ProviderKind::AzureKeyVault => ("AZURE_KEY_VAULT_CREDENTIALS_DEPRECATED", "Azure Key Vault"),
        ProviderKind::GcpKms => ("GOOGLE_CLOUD_KMS_CREDENTIALS_DEPRECATED", "Google Cloud KMS"),
    };
    let why = if role_in_use {
        "This project uses a role already, and there is no way back to static credentials; send roleId alone."
    } else {
        "The operator of this service takes no new ones; send roleId instead."
    };
    body(BAD_REQUEST, code, format!("Credentials based authentication is no longer supported for {name}. {why}"))
}

#[cfg(test)]
mod tests;
