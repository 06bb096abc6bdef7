//! Lets the AWS SDK resolve names as all providers do. Must not know what is asked of AWS.

use std::sync::Arc;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};

use crate::pin::Pin;
pub(super) use crate::resolver::GuardedResolver;

/// Lets a client find what it is pinned to.
#[derive(Debug, Clone)]
pub(super) struct PinnedResolver(pub(super) Arc<Pin>);

impl ResolveDns for PinnedResolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(self.0.lookup(name).map_err(ResolveDnsError::new))
    }
}

impl ResolveDns for GuardedResolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move { self.lookup(name).await.map_err(ResolveDnsError::new) })
    }
}
