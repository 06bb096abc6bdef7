//! Tokens by which people accept an invitation or set a new password: 256 random bits, kept as SHA-256, used once.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, SaltString};
use domain::Bug;
use domain::event::EventKind;
use domain::id::{OrgId, UserId};
use domain::secret::SecretText;
use domain::user::{Member, MemberState};
use storage::{Arrival, Outcome, UserToken};

use super::AccessError;
use crate::{Control, Error, random, sign_in};

/// How long an invitation can be accepted.
pub(super) const INVITATION_LASTS: Duration = Duration::from_secs(72 * 3600);
/// How long a reset can be used. As long as its letter may be on its way.
pub(super) const RESET_LASTS: Duration = Duration::from_secs(24 * 3600);

/// What a person sends who accepts an invitation or sets a new password.
#[derive(Debug)]
pub struct ArrivalRequest {
    /// The token from the letter.
    pub token: SecretText,
    /// The password they chose.
    pub password: SecretText,
    /// The given name, if told.
    pub first_name: Option<String>,
    /// The family name, if told.
    pub last_name: Option<String>,
}

impl Control {
    /// Lets a person in who has a token: from now on they are a member, with the password they chose.
    /// Errors: `Access(TokenRefused)`, the same for a token that is unknown, used, ended or over, and for a person who
    /// was shut out; `Conflict`.
    /// Cancel: they are in or they are not.
    pub async fn arrive(&self, request: ArrivalRequest) -> Result<Member, Error> {
        let (now, sha256) = (self.now(), sign_in::hash_secret(&request.token));
        let token = self.store().user_token(&sha256).await?.filter(|token| token.expires_at > now);
        let token = token.ok_or(AccessError::TokenRefused)?;
        let member = self.store().member(token.org, token.user).await?.ok_or(AccessError::TokenRefused)?;
        let kind = match member.state {
            MemberState::Pending { .. } => EventKind::UserJoined,
            MemberState::Active => EventKind::UserPasswordSet,
            MemberState::Disabled => return Err(AccessError::TokenRefused.into()),
        };
        let hash = hash(request.password).await?;
        let told = [self.event_of_org_by_us(token.org, kind, Some(member.user.email.to_string()))?];
        let arrival = Arrival {
            first_name: request.first_name.as_deref(),
            last_name: request.last_name.as_deref(),
            password_hash: &hash,
        };
        match self.store().use_user_token(&token, &member, &arrival, now, &told).await? {
            Outcome::Saved => {}
            Outcome::Conflict | Outcome::InUse => return Err(AccessError::TokenRefused.into()),
        }
        self.store().member(token.org, token.user).await?.ok_or(Error::Conflict)
    }

    /// Makes a token, and what is kept of it.
    pub(super) fn user_token(
        &self,
        org: OrgId,
        user: UserId,
        lasts: Duration,
    ) -> Result<(UserToken, SecretText), Error> {
        let mut bytes = [0; 32];
        random(&mut bytes)?;
        let token = SecretText::new(format!("atrest_user_{}", hex::encode(bytes)));
        let kept = UserToken { sha256: sign_in::hash_secret(&token), org, user, expires_at: self.now() + lasts };
        Ok((kept, token))
    }
}

/// Hashes a password with Argon2id, by OWASP's least settings, away from the threads that serve.
async fn hash(password: SecretText) -> Result<String, Error> {
    let mut salt = [0; 16];
    random(&mut salt)?;
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&salt).ok()?;
        Argon2::default().hash_password(password.expose().as_bytes(), &salt).ok().map(|hash| hash.to_string())
    });
    hashed.await.ok().flatten().ok_or(Error::Bug(Bug("Argon2 hashes every password")))
}

/// Tells whether somebody may still be invited so.
pub(super) fn is_over(state: &MemberState, now: domain::time::Timestamp) -> bool {
    matches!(state, MemberState::Pending { expires_at, .. } if *expires_at <= now)
}
