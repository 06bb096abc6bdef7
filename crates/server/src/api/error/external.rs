//! Rows of the table for a project's own certificate authorities. All codes are ours, in Atlas's style. Must not know
//! the rules: they come as the domain's refusals.

use api_wire::error_body::ErrorBody;
use control::external_authority::{CertificateFault, ExternalAuthorityError};
use domain::external_authority::{AuthorityRefusal, ExternalAuthority, Identity};

use super::{BAD_REQUEST, CONFLICT, NOT_FOUND, body, quoted};

/// Gives the row of what went wrong with a project's own authorities.
pub(super) fn row(error: &ExternalAuthorityError) -> ErrorBody {
    match error {
        ExternalAuthorityError::NotFound { project, id } => {
            let id = quoted(id);
            let text = format!("No external certificate authority with ID {id} exists in project {project}.");
            body(NOT_FOUND, "EXTERNAL_CERTIFICATE_AUTHORITY_NOT_FOUND", text)
                .with_parameters([id, project.to_string()])
        }
        ExternalAuthorityError::Unreadable(fault) => unusable(match fault {
            CertificateFault::NotPem => "It must be PEM, a block that begins with -----BEGIN CERTIFICATE-----.",
            CertificateFault::Several => "It must be one certificate. Send each authority by itself.",
            CertificateFault::Malformed => "What is in its block is not a certificate.",
        }),
        ExternalAuthorityError::Refused(refusal) => refusal_row(*refusal),
        ExternalAuthorityError::KeyTaken => body(
            CONFLICT,
            "DUPLICATE_EXTERNAL_CERTIFICATE_AUTHORITY",
            "A certificate authority with this key vouches for a project already, and can for one only. Give each project an authority of its own, such as an intermediate one.",
        )
        .with_parameters(["certificate"]),
        ExternalAuthorityError::IdentityTaken(identity) => body(
            CONFLICT,
            "DUPLICATE_NODE_IDENTITY",
            format!("Certificates of this authority with {identity} are a node already. Delete that identity first, or revoke its node."),
        )
        .with_parameters([identity.kind().name().to_owned(), identity.value().to_owned()]),
        ExternalAuthorityError::IdentityNotFound { node, id } => {
            let id = quoted(id);
            body(NOT_FOUND, "NODE_IDENTITY_NOT_FOUND", format!("Node {node} has no identity with ID {id}."))
                .with_parameters([id, node.to_string()])
        }
        ExternalAuthorityError::TooManyIdentities(node) => body(
            BAD_REQUEST,
            "NODE_IDENTITY_LIMIT_EXCEEDED",
            format!("Node {node} has {} identities, which is the most. Delete one first.", Identity::MOST),
        )
        .with_parameters([node.to_string()]),
    }
}

fn refusal_row(refusal: AuthorityRefusal) -> ErrorBody {
    match refusal {
        AuthorityRefusal::NotAnAuthority => {
            unusable("It is not an authority's: its basic constraints must say so, and it must have a subject.")
        }
        AuthorityRefusal::MayNotSign => unusable("Its key usage does not let it sign certificates."),
        AuthorityRefusal::Key => unusable(
            "Its key must be ECDSA on P-256 or P-384 with the point written in full, or RSA of 2048 to 8192 bits.",
        ),
        AuthorityRefusal::Expired => unusable("Its time is over."),
        AuthorityRefusal::Ours => {
            unusable("It is one of this installation's own, which every node is known by anyway.")
        }
        AuthorityRefusal::TooMany => body(
            BAD_REQUEST,
            "EXTERNAL_CERTIFICATE_AUTHORITY_LIMIT_EXCEEDED",
            format!(
                "The project has {} certificate authorities, which is the most. Delete one first.",
                ExternalAuthority::MOST
            ),
        ),
    }
}

fn unusable(why: &str) -> ErrorBody {
    body(BAD_REQUEST, "INVALID_CERTIFICATE_AUTHORITY", format!("Invalid certificate. {why}"))
        .with_parameters(["certificate"])
}
