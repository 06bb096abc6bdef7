//! Locate: find objects by their attributes. It must not know what matches.

use crate::attribute::Attribute;
use crate::enumeration::ObjectGroupMember;
use crate::error::DecodeError;
use crate::mask::StorageStatusMask;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::Version;

/// Says what to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// How many to name at most.
    pub maximum_items: Option<u32>,
    /// How many to skip. Since 1.3, but sent in older messages too.
    pub offset_items: Option<u32>,
    /// Where to look.
    pub storage_status_mask: Option<StorageStatusMask>,
    /// Which members of an object group. Since 1.1.
    pub object_group_member: Option<ObjectGroupMember>,
    /// What an object must be like; two dates of one name are a range.
    pub attributes: Vec<Attribute>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            maximum_items: from.optional(Tag::MAXIMUM_ITEMS)?,
            offset_items: from.optional(Tag::OFFSET_ITEMS)?,
            storage_status_mask: from.optional(Tag::STORAGE_STATUS_MASK)?,
            object_group_member: from.optional(Tag::OBJECT_GROUP_MEMBER)?,
            attributes: from.many(Tag::ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::MAXIMUM_ITEMS, &self.maximum_items);
        to.put_optional(Tag::OFFSET_ITEMS, &self.offset_items);
        to.put_optional(Tag::STORAGE_STATUS_MASK, &self.storage_status_mask);
        to.put_optional(Tag::OBJECT_GROUP_MEMBER, &self.object_group_member);
        to.put_each(Tag::ATTRIBUTE, &self.attributes);
    }
}

/// Names what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// How many match in all. Since 1.3; left out in older messages.
    pub located_items: Option<u32>,
    /// The objects.
    pub unique_identifiers: Vec<String>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            located_items: from.optional(Tag::LOCATED_ITEMS)?,
            unique_identifiers: from.many(Tag::UNIQUE_IDENTIFIER)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_since(Version::V1_3, Tag::LOCATED_ITEMS, &self.located_items);
        to.put_each(Tag::UNIQUE_IDENTIFIER, &self.unique_identifiers);
    }
}
