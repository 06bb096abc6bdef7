//! Speed and size, in one run, each figure beside what it is compared with. Run by `cargo xtask bench`.
//!
//! Figures depend on the machine; the comparisons less so. Nothing here fails a build: a person reads it.

mod get;
mod house;
mod http;
mod patch;
mod report;
mod start;
mod sweep;

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
        ["get"] => several(get::bench()),
        ["patch"] => several(patch::bench()),
        ["sweep"] => several(sweep::bench()),
        ["start"] => several(start::bench()),
        [] => {
            several(get::bench())?;
            several(patch::bench())?;
            several(start::bench())?;
            several(sweep::bench())
        }
        _ => anyhow::bail!("usage: cargo xtask bench [get | patch | start | sweep]"),
    }
}

fn several(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start a runtime")?.block_on(work)
}

fn single(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("start a runtime")?.block_on(work)
}
