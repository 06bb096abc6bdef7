//! What a connection costs while nothing happens on it.

use server::kmip::KmipLimits;

use crate::rig::Rig;
use crate::ttlv::{GET, uid};

/// The memory that this process has in use, as the system counts it. None where the system does not say.
fn resident() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

/// Both ends are in this process, and other tests take memory meanwhile: the cheapest of some rounds is what counts.
#[tokio::test]
async fn an_idle_connection_takes_less_than_64_kib() {
    const EACH: usize = 100;
    let limits = KmipLimits { connections_per_node: 1000, ..KmipLimits::default() };
    let rig = Rig::limited(limits).await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let config = rig.tls_of(&node);
    let mut open = Vec::new();
    let mut cheapest = usize::MAX;
    for _ in 0..5 {
        let Some(before) = resident() else { return };
        for _ in 0..EACH {
            let mut wire = rig.connect_with(config.clone()).await.unwrap();
            wire.ask(0, GET, &[uid(&id)]).await.ok();
            open.push(wire);
        }
        cheapest = cheapest.min(resident().unwrap_or_default().saturating_sub(before) / EACH);
    }
    assert!(cheapest < 64 * 1024, "{cheapest} bytes");
    drop(open);
    rig.end().await;
}
