//! How processes run, as dated 2024-08-05. It must not know the domain.

use super::{COUNT32, LIFETIME, SECONDS_OR_NEVER, WRITE_CONCERN, fields};
use crate::atlas::clusters::v2024_08_05::parts::{CIPHER_MODE, MINIMUM_TLS, TLS12_CIPHERS, TLS13_CIPHERS};
use crate::schema::{FLAG, Field, Kind, Schema};

/// The shape of the body and of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("ProcessArguments"),
    description: "With which options a cluster's database processes run. Kept as given.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = fields!();
