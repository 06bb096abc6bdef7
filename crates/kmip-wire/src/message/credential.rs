//! What a client says about itself beside its certificate. It must not judge it.

use crate::enumeration::CredentialType;
use crate::error::DecodeError;
use crate::secret::SecretText;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// One credential of a request.
#[derive(Debug)]
pub enum Credential {
    /// A name and a password.
    UsernamePassword {
        /// The name.
        username: String,
        /// The password; a client may leave it out.
        password: Option<SecretText>,
    },
    /// A credential that we do not understand. Its content was not looked at.
    Unsupported(CredentialType),
}

impl Fields for Credential {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = from.required(Tag::CREDENTIAL_TYPE)?;
        let mut value = from.structure(Tag::CREDENTIAL_VALUE)?;
        if kind != CredentialType::USERNAME_AND_PASSWORD {
            return Ok(Self::Unsupported(kind));
        }
        let username = value.required(Tag::USERNAME)?;
        let password = value.optional(Tag::PASSWORD)?;
        value.finish()?;
        Ok(Self::UsernamePassword { username, password })
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::UsernamePassword { username, password } => {
                to.put(Tag::CREDENTIAL_TYPE, &CredentialType::USERNAME_AND_PASSWORD);
                to.structure(Tag::CREDENTIAL_VALUE, |to| {
                    to.put(Tag::USERNAME, username);
                    to.put_optional(Tag::PASSWORD, password);
                });
            }
            Self::Unsupported(kind) => {
                to.put(Tag::CREDENTIAL_TYPE, kind);
                to.structure(Tag::CREDENTIAL_VALUE, |_| ());
            }
        }
    }
}

/// The credentials of a request.
pub(super) struct Authentication(pub(super) Vec<Credential>);

impl Fields for Authentication {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(from.many(Tag::CREDENTIAL)?))
    }

    fn write(&self, to: &mut Writer) {
        to.put_each(Tag::CREDENTIAL, &self.0);
    }
}
