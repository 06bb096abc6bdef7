//! Who signed a request: an account's root, a user, or a session of a role.
//! It must not know what the caller may do.

use time::OffsetDateTime;

use super::ec2::private_door::Passage;
use super::secret::same;
use super::session_token::Session;
use super::sigv4::{Authorization, Refusal};
use super::state::{Grants, Holder, State};
use crate::answer::millis;
use crate::door::Incoming;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Root,
    /// With the user's name.
    User(String),
    /// With the role's name; `arn` of the caller is the session's.
    Role(String),
}

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) partition: String,
    pub(crate) kind: Kind,
    /// As `GetCallerIdentity` says it.
    pub(crate) arn: String,
    /// As policies name it: for a session, the role.
    pub(crate) principal_arn: String,
    /// As `GetCallerIdentity` says it.
    pub(crate) user_id: String,
    /// The VPC endpoint that the request came by, if it came by one.
    pub(crate) passage: Option<Passage>,
}

impl Caller {
    /// Authenticates a request.
    /// Errors: every `Refusal`, in AWS's order: date, access key, session, signature.
    pub(crate) fn identify(
        state: &State,
        authorization: &Authorization,
        request: &Incoming,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        authorization.check_date(request, now)?;
        match request.header("x-amz-security-token") {
            None => Self::by_access_key(state, authorization, request),
            Some(token) => Self::by_session(state, authorization, request, token, now),
        }
    }

    fn by_access_key(state: &State, authorization: &Authorization, request: &Incoming) -> Result<Self, Refusal> {
        let (account, holder, key) = state.access_key(&authorization.access_key_id).ok_or(Refusal::UnknownKey)?;
        if !key.active {
            return Err(Refusal::UnknownKey);
        }
        authorization.check_signature(request, &key.secret)?;
        Ok(match holder {
            Holder::Root => Self {
                account: account.id.clone(),
                partition: account.partition.clone(),
                kind: Kind::Root,
                arn: account.root_arn(),
                principal_arn: account.root_arn(),
                user_id: account.id.clone(),
                passage: None,
            },
            Holder::User(user) => Self {
                account: account.id.clone(),
                partition: account.partition.clone(),
                kind: Kind::User(user.name.clone()),
                arn: account.user_arn(user),
                principal_arn: account.user_arn(user),
                user_id: user.id.clone(),
                passage: None,
            },
        })
    }

    fn by_session(
        state: &State,
        authorization: &Authorization,
        request: &Incoming,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let session = Session::open(token, &state.session_key).ok_or(Refusal::UnknownKey)?;
        if !same(session.access_key_id.as_bytes(), authorization.access_key_id.as_bytes()) {
            return Err(Refusal::UnknownKey);
        }
        let account = state.accounts.get(&session.account).ok_or(Refusal::UnknownKey)?;
        let role = account.roles.get(&session.role).ok_or(Refusal::UnknownKey)?;
        if role.id != session.role_id {
            return Err(Refusal::UnknownKey);
        }
        if session.expires <= millis(now) {
            return Err(Refusal::ExpiredSession);
        }
        authorization.check_signature(request, &session.secret)?;
        Ok(Self {
            account: account.id.clone(),
            partition: account.partition.clone(),
            kind: Kind::Role(role.name.clone()),
            arn: session_arn(&account.partition, &account.id, &role.name, &session.name),
            principal_arn: account.role_arn(role),
            user_id: format!("{}:{}", role.id, session.name),
            passage: None,
        })
    }

    /// The policies of its own; root has none, and needs none in its account.
    pub(crate) fn grants<'a>(&self, state: &'a State) -> Option<&'a Grants> {
        let account = state.accounts.get(&self.account)?;
        match &self.kind {
            Kind::Root => None,
            Kind::User(name) => account.users.get(name).map(|user| &user.grants),
            Kind::Role(name) => account.roles.get(name).map(|role| &role.grants),
        }
    }

    /// What policies may ask about the caller.
    pub(crate) fn facts(&self) -> Vec<(String, Vec<String>)> {
        let mut facts = vec![
            ("aws:PrincipalArn".to_owned(), vec![self.principal_arn.clone()]),
            ("aws:PrincipalAccount".to_owned(), vec![self.account.clone()]),
            ("aws:userid".to_owned(), vec![self.user_id.clone()]),
            ("aws:SecureTransport".to_owned(), vec!["false".to_owned()]),
        ];
        if let Some(passage) = &self.passage {
            facts.push(("aws:SourceVpce".to_owned(), vec![passage.vpc_endpoint.clone()]));
            facts.push(("aws:SourceVpc".to_owned(), vec![passage.vpc.clone()]));
        }
        let kind = match &self.kind {
            Kind::Root => "Account",
            Kind::User(name) => {
                facts.push(("aws:username".to_owned(), vec![name.clone()]));
                "User"
            }
            Kind::Role(_) => "AssumedRole",
        };
        facts.push(("aws:PrincipalType".to_owned(), vec![kind.to_owned()]));
        facts
    }
}

pub(crate) fn session_arn(partition: &str, account: &str, role: &str, session: &str) -> String {
    format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}")
}
