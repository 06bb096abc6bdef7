//! Shapes of JSON values as data. One description drives both the strict check of bodies and
//! queries (`body`, `query`) and the OpenAPI document, so the two cannot drift apart. It must not
//! know any resource.

use crate::text_format::TextFormat;

/// Describes one JSON value.
#[derive(Debug)]
pub struct Schema {
    /// The component's name in the OpenAPI document; without one the schema is written in place.
    pub name: Option<&'static str>,
    /// One sentence for the document.
    pub description: &'static str,
    /// What the value may be.
    pub kind: Kind,
}

/// What a JSON value may be.
#[derive(Debug)]
pub enum Kind {
    /// An object with these members.
    Object {
        /// The members it knows.
        fields: &'static [Field],
        /// Whether members it does not know are let through.
        open: bool,
    },
    /// A text.
    Text(TextRule),
    /// One of these words, in exactly this case.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number within these bounds, both included.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// A list of values of one kind.
    List {
        /// What each item is.
        items: &'static Schema,
        /// How many items there may be.
        max: usize,
    },
    /// A list that has something in it.
    FilledList {
        /// What each item is.
        items: &'static Schema,
        /// How many items there may be.
        max: usize,
    },
    /// An object whose members are named by whoever sends it, and all of one kind.
    Map {
        /// What each member is.
        values: &'static Schema,
        /// How many members there may be.
        max: usize,
    },
    /// Any JSON value at all.
    Anything,
}

/// Says how long a text may be and what it may look like.
/// Unit: Unicode code points.
#[derive(Debug, Clone, Copy)]
pub struct TextRule {
    /// The least length.
    pub min: usize,
    /// The greatest length.
    pub max: usize,
    /// The format, if any text of that length will not do.
    pub format: Option<&'static TextFormat>,
}

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its value may be.
    pub schema: &'static Schema,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// Which way it travels.
    pub flow: Flow,
    /// One sentence for the document.
    pub description: &'static str,
}

/// Which way a field travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// In requests and answers.
    Both,
    /// In answers; clients echo it in requests, where it is accepted and ignored.
    ReadOnly,
    /// In requests only: its value is a secret, never returned and never quoted in an error.
    WriteOnly,
}

impl Schema {
    /// Describes a value that is written in place in the document.
    pub const fn inline(kind: Kind) -> Self {
        Self { name: None, description: "", kind }
    }
}

impl Field {
    /// Describes a member that must be there.
    pub const fn required(name: &'static str, schema: &'static Schema, description: &'static str) -> Self {
        Self { name, schema, required: true, nullable: false, flow: Flow::Both, description }
    }

    /// Describes a member that may be left out.
    pub const fn optional(name: &'static str, schema: &'static Schema, description: &'static str) -> Self {
        Self { name, schema, required: false, nullable: false, flow: Flow::Both, description }
    }

    /// Describes a member of a request that answers show and nobody can set: it may be echoed, whatever it holds.
    pub const fn shown(name: &'static str) -> Self {
        Self::optional(name, &ANYTHING, "Shown in answers; accepted and ignored here.").nullable().read_only()
    }

    /// Lets the member be `null`.
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Makes the member one that requests may echo and that is ignored there.
    pub const fn read_only(mut self) -> Self {
        self.flow = Flow::ReadOnly;
        self
    }

    /// Makes the member a secret that only requests carry.
    pub const fn write_only(mut self) -> Self {
        self.flow = Flow::WriteOnly;
        self
    }
}

static ANYTHING: Schema = Schema::inline(Kind::Anything);

/// `true` or `false`.
pub static FLAG: Schema = Schema::inline(Kind::Boolean);

/// An id of 24 lower-case hexadecimal digits.
pub static OBJECT_ID: Schema =
    Schema::inline(Kind::Text(TextRule { min: 24, max: 24, format: Some(&crate::text_format::OBJECT_ID) }));

/// A moment.
pub static DATE_TIME: Schema =
    Schema::inline(Kind::Text(TextRule { min: 1, max: 64, format: Some(&crate::text_format::DATE_TIME) }));

/// Any text an answer carries.
pub static TEXT: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 1_000_000, format: None }));

/// A count.
pub static COUNT: Schema = Schema::inline(Kind::Integer { min: 0, max: 9_007_199_254_740_991 });
