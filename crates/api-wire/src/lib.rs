//! api-wire
