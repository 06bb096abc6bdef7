//! Rows of the table for nodes and their enrolment. All codes are ours, in Atlas's style. Must not know the rules:
//! they come as the domain's refusals.

use api_wire::error_body::ErrorBody;
use control::certificate_authority::RequestFault;
use control::node::NodeError;
use domain::node::{EnrolmentRefusal, RenewalRefusal};

use super::{BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, body, quoted};

/// Gives the row of what went wrong with nodes.
pub(super) fn row(error: &NodeError) -> ErrorBody {
    match error {
        NodeError::NotFound { cluster, id } => {
            let id = quoted(id);
            body(NOT_FOUND, "NODE_NOT_FOUND", format!("No node with ID {id} exists in cluster {cluster}."))
                .with_parameters([id, cluster.to_string()])
        }
        NodeError::NameTaken { cluster, name } => body(
            CONFLICT,
            "DUPLICATE_NODE_NAME",
            format!("A node named {name} is already present in cluster {cluster}. Choose another name, or revoke that node first."),
        )
        .with_parameters([name.to_string(), cluster.to_string()]),
        NodeError::Revoked(id) => body(
            CONFLICT,
            "NODE_REVOKED",
            format!("Node {id} was revoked, for which there is no way back. Create another node in its place."),
        )
        .with_parameters([id.to_string()]),
        NodeError::Enrolment(refusal) => enrolment_row(*refusal),
        NodeError::Renewal(refusal) => renewal_row(*refusal),
        NodeError::Request(fault) => request_row(*fault),
    }
}

/// 403 and not 401: there is no scheme to sign in with.
fn enrolment_row(refusal: EnrolmentRefusal) -> ErrorBody {
    match refusal {
        EnrolmentRefusal::Unknown => body(
            FORBIDDEN,
            "ENROLMENT_TOKEN_INVALID",
            "The token is not one that can be used here, or a newer token of its node took its place. Ask a project owner for a new one.",
        ),
        EnrolmentRefusal::Expired => {
            body(FORBIDDEN, "ENROLMENT_TOKEN_EXPIRED", "The token's hour is over. Ask a project owner for a new one.")
        }
        EnrolmentRefusal::Used => body(
            FORBIDDEN,
            "ENROLMENT_TOKEN_USED",
            "The token was used. The same key can ask again within 10 minutes; else ask a project owner for a new token, and find out who used this one.",
        ),
        EnrolmentRefusal::NodeRevoked => {
            body(FORBIDDEN, "ENROLMENT_NODE_REVOKED", "The node this token belongs to was revoked.")
        }
        EnrolmentRefusal::KeyUsedBefore => body(
            CONFLICT,
            "NODE_KEY_USED_BEFORE",
            "The node has had a certificate for this key. Make a new key and send a request for that; the token can still be used.",
        ),
    }
}

/// 403 and not 401, likewise.
fn renewal_row(refusal: RenewalRefusal) -> ErrorBody {
    match refusal {
        RenewalRefusal::Unknown => body(
            FORBIDDEN,
            "NODE_CERTIFICATE_UNKNOWN",
            "The certificate is not one that was given to a node here. Ask a project owner for an enrolment token.",
        ),
        RenewalRefusal::Signature => body(
            FORBIDDEN,
            "RENEWAL_SIGNATURE_INVALID",
            "The request is not signed with the certificate's key. What is signed stands in the description of this operation.",
        ),
        RenewalRefusal::Clock => body(
            BAD_REQUEST,
            "RENEWAL_CLOCK_SKEWED",
            "signedAt is more than 5 minutes from the time here. Set the clock, and sign again.",
        )
        .with_parameters(["signedAt"]),
        RenewalRefusal::NodeRevoked => {
            body(FORBIDDEN, "NODE_CERTIFICATE_REVOKED", "The node this certificate belongs to was revoked.")
        }
        RenewalRefusal::Expired => body(
            FORBIDDEN,
            "NODE_CERTIFICATE_EXPIRED",
            "The certificate's time is over. Ask a project owner for an enrolment token.",
        ),
        RenewalRefusal::Succeeded => body(
            FORBIDDEN,
            "NODE_CERTIFICATE_SUCCEEDED",
            "The certificate has a successor, and only the newest one renews. If it was not this node that got it, somebody else holds its key: revoke the node. Else ask a project owner for an enrolment token.",
        ),
        RenewalRefusal::KeyUsedBefore => body(
            CONFLICT,
            "NODE_KEY_USED_BEFORE",
            "The node has had a certificate for this key. Make a new key and send a request for that.",
        ),
    }
}

fn request_row(fault: RequestFault) -> ErrorBody {
    let why = match fault {
        RequestFault::NotPem => "It must be PEM, a block that begins with -----BEGIN CERTIFICATE REQUEST-----.",
        RequestFault::Malformed => "What is in its block is not a PKCS #10 request, or more than one.",
        RequestFault::Key => {
            "Its key must be ECDSA on P-256 or P-384 with the point written in full, or RSA of 2048 to 4096 bits."
        }
        RequestFault::Signature => "It is not signed with its own key, by SHA-256 or better.",
    };
    body(
        BAD_REQUEST,
        "INVALID_CERTIFICATE_REQUEST",
        format!("Invalid certificateRequest. {why} Nothing was changed; a token was not used up."),
    )
    .with_parameters(["certificateRequest"])
}
