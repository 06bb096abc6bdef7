//! Template-Attribute: the attributes that a new object shall have. It must not know which of them make sense.

use crate::attribute::{Attribute, Name, write_known};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// The attributes that a new object shall have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateAttribute {
    /// Names of stored templates; deprecated since 1.3.
    pub names: Vec<Name>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
}

impl TemplateAttribute {
    /// Makes one of attributes alone.
    #[must_use]
    pub fn of(attributes: Vec<Attribute>) -> Self {
        Self { names: Vec::new(), attributes }
    }
}

impl Fields for TemplateAttribute {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { names: from.many(Tag::NAME)?, attributes: from.many(Tag::ATTRIBUTE)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put_each(Tag::NAME, &self.names);
        write_known(&self.attributes, to);
    }
}
