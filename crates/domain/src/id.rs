//! Identifiers. An id of the Atlas shape is twelve random bytes, written as 24 lower-case hex digits.
//! Must not know where randomness comes from: bytes are handed in.

use std::fmt;
use std::str::FromStr;

/// Says that a text is not an id: 24 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of 24 lower-case hexadecimal digits")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 12]);

        impl $name {
            /// Makes an id of twelve bytes from the system's random generator.
            #[must_use]
            pub const fn from_random(bytes: [u8; 12]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// Names an organization.
    OrgId
    /// Names a project.
    ProjectId
    /// Names a programmatic API key (not its public half).
    ApiKeyId
    /// Names a service account; its client id is `mdb_sa_id_` and this.
    ServiceAccountId
    /// Names a secret of a service account.
    ServiceAccountSecretId
    /// Names a person who may have a login.
    UserId
    /// Names a team: people who get their roles together.
    TeamId
    /// Names a provider role: an identity the customer authorized us to use.
    ProviderRoleId
    /// Names a recorded event.
    EventId
    /// Names a cluster.
    ClusterId
    /// Names a node: one database process, or a client, of a cluster.
    NodeId
    /// Names one of Atrest's own certificate authorities.
    CertificateAuthorityId
    /// Names a certificate authority that a project brought along.
    ExternalAuthorityId
    /// Names a rotation: the re-wrapping of master keys after their customer key changed.
    RotationId
    /// Names a snapshot of a cluster, as far as it needs master keys.
    SnapshotId
    /// Names an owner's leave for a node to read another's master key.
    GrantId
    /// Names a shard of a cluster; a replica set is one.
    ShardId
    /// Names a zone that shards of a cluster lie in.
    ZoneId
    /// Names a private endpoint.
    PrivateEndpointId
    /// Names one line of a policy of backups.
    PolicyItemId
    /// Names a network container, of which we have none: it is made of what it would be for.
    ContainerId
    /// Names the nodes for search beside a cluster.
    SearchDeploymentId
    /// Names the configuration of an alert.
    AlertConfigId
    /// Names one way of telling that a configuration has.
    NotifierId
    /// Names an alert.
    AlertId
    /// Names a notice: one telling of somebody.
    NoticeId
}

fn parse(text: &str) -> Result<[u8; 12], NotAnId> {
    let digits = text.as_bytes();
    if digits.len() != 24 {
        return Err(NotAnId);
    }
    let mut bytes = [0; 12];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return Err(NotAnId) };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Ok(bytes)
}

const fn nibble(digit: u8) -> Result<u8, NotAnId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotAnId),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let id = ProjectId::from_random([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 254, 255]);
        assert_eq!(id.to_string(), "00010203040506070809feff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "00010203040506070809fef",
            "00010203040506070809FEFF",
            "00010203040506070809fefff",
            "g0010203040506070809feff",
            "00010203040506070809fe\u{e9}",
        ] {
            assert_eq!(text.parse::<ProjectId>(), Err(NotAnId), "{text}");
        }
    }
}
