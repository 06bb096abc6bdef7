//! The one shape of a project's customer keys, dated 2023-01-01: what a PATCH may hold and what
//! GET and PATCH answer. It must not know which change is allowed.

mod request;
mod response;

pub use request::{AwsKmsPatch, AzureKeyVaultPatch, EncryptionAtRestPatch, GoogleCloudKmsPatch, REQUEST_SCHEMA};
pub use response::{AwsKms, AzureKeyVault, EncryptionAtRest, GoogleCloudKms, RESPONSE_SCHEMA};

use crate::schema::{Kind, Schema};

static REGION: Schema = Schema::inline(Kind::OneOf(crate::atlas::regions::AWS_REGIONS));
static AZURE_ENVIRONMENT: Schema = Schema::inline(Kind::OneOf(&["AZURE", "AZURE_CHINA", "AZURE_US_GOVERNMENT"]));
