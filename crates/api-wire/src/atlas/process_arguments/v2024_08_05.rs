//! How processes run, as dated 2024-08-05. It must not know the domain.

use super::{
    CIPHER_MODE, COUNT32, LIFETIME, MINIMUM_TLS, SECONDS_OR_NEVER, TLS12_CIPHERS, TLS13_CIPHERS, WRITE_CONCERN, fields,
};
use crate::schema::{FLAG, Field, Kind, Schema};

/// The shape of the body and of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("ProcessArguments"),
    description: "With which options a cluster's database processes run. Kept as given.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = fields!();
