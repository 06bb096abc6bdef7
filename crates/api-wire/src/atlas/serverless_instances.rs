//! Serverless instances, of which there are none here, by dated shape. Must not know the domain.

pub mod v2023_01_01;
