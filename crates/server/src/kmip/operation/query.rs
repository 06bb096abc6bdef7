//! Query: what this door offers. Must not know who asks.

use kmip_wire::Operation;
use kmip_wire::enumeration::{ObjectKind, ObjectType, QueryTopic};
use kmip_wire::payload::query::{Request, Response};

/// How we call ourselves.
const VENDOR: &str = concat!("Atrest ", env!("CARGO_PKG_VERSION"));

/// Tells what is asked about. Functions that we do not know, and those whose answer is "none", are answered by
/// nothing.
pub(in crate::kmip) fn run(request: &Request) -> Response {
    let mut response = Response::default();
    for topic in request.query_functions.iter().filter_map(|function| function.known()) {
        match topic {
            QueryTopic::Operations => response.operations = Operation::UNDERSTOOD.to_vec(),
            QueryTopic::Objects => {
                let kinds = [ObjectKind::SymmetricKey, ObjectKind::SecretData, ObjectKind::OpaqueObject];
                response.object_types = kinds.map(ObjectType::from).to_vec();
            }
            QueryTopic::ServerInformation => response.vendor_identification = Some(VENDOR.to_owned()),
            QueryTopic::ApplicationNamespaces
            | QueryTopic::ExtensionList
            | QueryTopic::ExtensionMap
            | QueryTopic::AttestationTypes
            | QueryTopic::Rngs
            | QueryTopic::Validations
            | QueryTopic::Profiles
            | QueryTopic::Capabilities
            | QueryTopic::ClientRegistrationMethods => {}
        }
    }
    response
}
