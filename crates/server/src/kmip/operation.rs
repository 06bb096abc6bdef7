//! The operations, one file each: a payload becomes arguments, a use case is called, what it gives becomes a payload.
//! Options that we do not offer are refused by name. Must not know a rule.

pub(super) mod activate;
pub(super) mod add_attribute;
pub(super) mod check;
pub(super) mod create;
pub(super) mod decrypt;
pub(super) mod delete_attribute;
pub(super) mod destroy;
pub(super) mod discover_versions;
pub(super) mod encrypt;
pub(super) mod get;
pub(super) mod get_attribute_list;
pub(super) mod get_attributes;
pub(super) mod locate;
pub(super) mod modify_attribute;
pub(super) mod query;
pub(super) mod register;
pub(super) mod revoke;

use control::Control;
use control::master_key::Asker;
use domain::master_key::MasterKeyId;
use kmip_wire::Version;

use super::error::Refused;

/// What every item of a batch shares.
pub(super) struct Scene<'a> {
    /// The use cases.
    pub(super) control: &'a Control,
    /// Who asks, and from where.
    pub(super) asker: Asker<'a>,
    /// The version of the message.
    pub(super) version: Version,
    /// The object that an item before made or found, for items that name none.
    pub(super) placeholder: Option<MasterKeyId>,
}

impl Scene<'_> {
    /// Finds out which object is meant. A text that is no id of ours is the id of no object.
    /// Errors: none is.
    pub(super) fn object(&self, named: Option<&str>) -> Result<MasterKeyId, Refused> {
        match named {
            Some(named) => named.parse().map_err(|_| Refused::NotFound),
            None => self.placeholder.ok_or(Refused::NoPlaceholder),
        }
    }
}
