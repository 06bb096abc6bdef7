//! The encryption-at-rest setting of a project: reading it, changing it, and where its keys stand.

mod prove;
mod update;
mod validity;
mod view;

pub(crate) use update::UpdatesInFlight;
pub use validity::{KeyStanding, Standing};
pub use view::{AwsKmsView, AzureKeyVaultView, EncryptionAtRestView, GcpKmsView};
