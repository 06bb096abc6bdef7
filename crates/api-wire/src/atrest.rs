//! Our own additions under `/api/atrest/v1`. It must not know the domain.

pub mod validity;
