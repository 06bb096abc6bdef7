//! How processes run, as dated 2023-01-01. It must not know the domain.

use super::{COUNT32, LIFETIME, READ_CONCERN, SECONDS_OR_NEVER, WRITE_CONCERN, fields};
use crate::atlas::clusters::v2024_08_05::parts::{CIPHER_MODE, MINIMUM_TLS, TLS12_CIPHERS, TLS13_CIPHERS};
use crate::schema::{FLAG, Field, Kind, Schema};

/// The shape of the body and of the answer.
pub static SCHEMA: Schema = Schema {
    name: Some("ProcessArgumentsV20230101"),
    description: "With which options a cluster's database processes run. Kept as given.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = fields!(
    [Field::optional("defaultReadConcern", &READ_CONCERN, "What a read waits for.").nullable()]
        [Field::optional("failIndexKeyTooLong", &FLAG, "Whether too long an index key is refused.").nullable()]
);
