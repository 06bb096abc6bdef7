//! `/orgs/{orgId}/users` and `/invitations`: what Atlas has no API for.

use api_wire::atrest::users::{Acceptance, UserStanding};
use api_wire::wire_time::WireTime;
use control::access::ArrivalRequest;
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::user::{Member, MemberState};

use crate::api::Api;
use crate::api::atlas::org_role_names;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's people and their standing, by e-mail address.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let members = api.control().members(call.caller()?, call.organization()?).await?;
    let (total, now) = (u64::try_from(members.len()).unwrap_or(u64::MAX), api.control().now());
    call.page(call.cut(members).iter().map(|member| to_wire(member, now)).collect(), total, &[])
}

/// Shuts a person out, and answers with them.
/// Errors: those of the use case.
pub async fn disable(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, id) = (call.organization()?, call.parameter("userId"));
    let member = api.control().set_disabled(call.caller()?, org, id, true).await?;
    call.single(&to_wire(&member, api.control().now()))
}

/// Lets a person in again, and answers with them.
/// Errors: those of the use case.
pub async fn enable(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, id) = (call.organization()?, call.parameter("userId"));
    let member = api.control().set_disabled(call.caller()?, org, id, false).await?;
    call.single(&to_wire(&member, api.control().now()))
}

/// Has a new token sent to a person, and answers with them.
/// Errors: those of the use case.
pub async fn reset(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, id) = (call.organization()?, call.parameter("userId"));
    let member = api.control().send_token(call.caller()?, org, id).await?;
    call.single(&to_wire(&member, api.control().now()))
}

/// Lets in whoever has a token, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn accept(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let Acceptance { token, password, first_name, last_name } =
        Acceptance::read(&call.body).map_err(Refused::BodyFaults)?;
    let request = ArrivalRequest {
        token: SecretText::new(token.expose().to_owned()),
        password: SecretText::new(password.expose().to_owned()),
        first_name,
        last_name,
    };
    let member = api.control().arrive(request).await?;
    call.single(&to_wire(&member, api.control().now()))
}

fn to_wire(member: &Member, now: Timestamp) -> UserStanding {
    let time = |at: Timestamp| WireTime::from_epoch_millis(at.as_millis());
    let (state, until) = match &member.state {
        MemberState::Pending { expires_at, .. } if *expires_at <= now => ("INVITATION_EXPIRED", Some(*expires_at)),
        MemberState::Pending { expires_at, .. } => ("PENDING", Some(*expires_at)),
        MemberState::Active => ("ACTIVE", None),
        MemberState::Disabled => ("DISABLED", None),
    };
    UserStanding {
        created_at: time(member.known_since()),
        id: member.user.id.to_string(),
        invitation_expires_at: until.map(time),
        org_roles: org_role_names(&member.grants.org_roles),
        state,
        username: member.user.email.to_string(),
    }
}
