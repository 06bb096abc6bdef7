//! Query: what a server can do. It must not know what ours can.

use crate::enumeration::{ObjectType, OperationCode, QueryFunction};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Field, Fields, Reader, Writer};

/// Says what to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// What to tell.
    pub query_functions: Vec<QueryFunction>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { query_functions: from.many(Tag::QUERY_FUNCTION)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put_each(Tag::QUERY_FUNCTION, &self.query_functions);
    }
}

/// Tells what was asked.
///
/// Extensions, attestation types, RNGs, validations, profiles, capabilities and registration methods
/// are told by having none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// What can be asked; operations newer than the version of the message are left out in writing.
    pub operations: Vec<OperationCode>,
    /// What can be kept.
    pub object_types: Vec<ObjectType>,
    /// Who made the server.
    pub vendor_identification: Option<String>,
    /// What its maker wants to say; every maker has his own fields.
    pub server_information: Option<Vec<Field>>,
    /// Which namespaces of Application Specific Information the server fills in.
    pub application_namespaces: Vec<String>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            operations: from.many(Tag::OPERATION)?,
            object_types: from.many(Tag::OBJECT_TYPE)?,
            vendor_identification: from.optional(Tag::VENDOR_IDENTIFICATION)?,
            server_information: from
                .optional_item(Tag::SERVER_INFORMATION)?
                .map(|item| Field::all_of(&item))
                .transpose()?,
            application_namespaces: from.many(Tag::APPLICATION_NAMESPACE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        for operation in &self.operations {
            if to.tells(|version| operation.exists_in(version)) {
                to.put(Tag::OPERATION, operation);
            }
        }
        to.put_each(Tag::OBJECT_TYPE, &self.object_types);
        to.put_optional(Tag::VENDOR_IDENTIFICATION, &self.vendor_identification);
        if let Some(fields) = &self.server_information {
            to.structure(Tag::SERVER_INFORMATION, |to| {
                for field in fields {
                    to.put(field.tag, &field.value);
                }
            });
        }
        to.put_each(Tag::APPLICATION_NAMESPACE, &self.application_namespaces);
    }
}
