//! IAM as far as keys need it: service accounts and their keys, allow policies, and impersonation.
//! It must not know Cloud KMS.

pub(crate) mod account_key;
pub(crate) mod credentials;
pub(crate) mod iam_policy;
pub(crate) mod service_account;
