//! Access roles as dated 2023-01-01. It must not know the domain.

mod request;
mod response;

pub use request::{CREATE_SCHEMA, RoleCreate, RoleUpdate, UPDATE_SCHEMA};
pub use response::{
    AwsRole, AzureRole, FeatureId, FeatureType, FeatureUsage, GcpRole, GcpStatus, ROLE_SCHEMA, ROLES_SCHEMA, Role,
    Roles,
};
