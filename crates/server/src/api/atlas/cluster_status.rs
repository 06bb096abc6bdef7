//! Two small looks at a cluster. A file per operation.

pub mod auto_scaling;
pub mod view;
