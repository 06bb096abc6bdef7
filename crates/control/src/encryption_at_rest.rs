//! The encryption-at-rest setting of a project: reading it, changing it, and where its keys stand.

mod dry_run;
mod prove;
mod update;
mod validity;
mod view;

pub use dry_run::{CandidateReport, CheckItem, CheckKind, CheckOutcome, CheckWarning, SkipReason};
pub(crate) use prove::{GRANT_RETRY, may_be_a_fresh_grant, place_of, refused};
pub(crate) use update::UpdatesInFlight;
pub use validity::{KeyStanding, Standing};
pub use view::{AwsKmsView, AzureKeyVaultView, EncryptionAtRestView, GcpKmsView};
