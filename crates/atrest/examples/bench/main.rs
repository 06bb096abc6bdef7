//! Speed and size, in one run, each figure beside what it is compared with. Run by `cargo xtask bench`.
//!
//! Figures depend on the machine; the comparisons less so. Nothing here fails a build: a person reads it.

mod endpoints;
mod events;
mod get;
mod house;
mod http;
mod kmip;
mod kmip_client;
mod kmip_server;
mod lists;
mod outbox;
mod patch;
mod report;
mod start;
mod sweep;

use std::path::Path;

use anyhow::Context as _;

/// The allocator that the product ships with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        // Children of `sweep`, each on a core of its own.
        ["sweep-seed", dir] => single(sweep::seed(dir)),
        ["sweep-run", dir, endpoint] => single(sweep::run(dir, endpoint)),
        // The baseline of `kmip`, killed when it is done.
        ["kmip-echo", nodes, ca, key, size] => {
            let identity = kmip_client::Identity { certificate: Path::new(ca), key: Path::new(key) };
            several(kmip_client::echo(Path::new(nodes), &identity, size.parse()?))
        }
        ["get"] => several(get::bench()),
        ["patch"] => several(patch::bench()),
        ["sweep"] => several(sweep::bench()),
        ["start"] => several(start::bench()),
        ["kmip"] => several(kmip::bench()),
        ["endpoints"] => several(endpoints::bench()),
        ["lists"] => several(lists::bench()),
        ["events"] => several(events::bench(events::SOME)),
        ["events", "full"] => several(events::bench(events::MANY)),
        ["outbox"] => several(outbox::bench()),
        [] => {
            several(get::bench())?;
            several(patch::bench())?;
            several(start::bench())?;
            several(kmip::bench())?;
            several(endpoints::bench())?;
            several(lists::bench())?;
            several(events::bench(events::MANY))?;
            several(outbox::bench())?;
            several(sweep::bench())
        }
        _ => anyhow::bail!(
            "usage: cargo xtask bench [get | patch | start | kmip | endpoints | lists | events [full] | outbox | sweep]"
        ),
    }
}

fn several(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start a runtime")?.block_on(work)
}

fn single(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("start a runtime")?.block_on(work)
}
