//! Cold start to ready, and memory at rest, of `atrest serve` as an operator runs it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::http::{Client, request};
use crate::report::{figure, heading, millis, resident};

const STARTS: usize = 10;

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("atrest serve, SQLite");
    let folder = tempfile::tempdir()?;
    let program = std::env::current_exe()?.parent().and_then(Path::parent).context("find the programs")?.join("atrest");
    let operations = free_port()?;
    let config = folder.path().join("atrest.toml");
    let text = format!(
        "[api]\nlisten = \"127.0.0.1:{}\"\n[operations]\nlisten = \"127.0.0.1:{operations}\"\n[storage]\nsqlite_dir = \"{dir}/data\"\n[root_key]\nfile = \"{dir}/root.key\"\n[log]\nfilter = \"error\"\n",
        free_port()?,
        dir = folder.path().display()
    );
    std::fs::write(&config, text)?;
    let made = Command::new(&program)
        .arg("init")
        .arg("--config")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    anyhow::ensure!(made.context("run atrest init; build the binary first")?.success(), "atrest init failed");
    let mut starts = Vec::new();
    let mut memory = 0;
    for round in 0..STARTS {
        let begun = Instant::now();
        let mut server = Command::new(&program).arg("serve").arg("--config").arg(&config).spawn()?;
        let ready = wait_until_ready(&mut server, operations).await;
        starts.push(begun.elapsed());
        if round + 1 == STARTS {
            tokio::time::sleep(Duration::from_secs(3)).await;
            memory = resident(&server.id().to_string()).unwrap_or_default();
        }
        server.kill()?;
        server.wait()?;
        ready?;
    }
    starts.sort_unstable();
    let (median, worst) =
        (starts.get(STARTS / 2).copied().unwrap_or_default(), starts.last().copied().unwrap_or_default());
    figure("cold start to ready, median", &millis(median), Some(("under 300 ms", median < Duration::from_millis(300))));
    figure("cold start to ready, worst of 10", &millis(worst), None);
    let mib = f64::from(u32::try_from(memory)?) / 1024.0;
    figure("idle resident memory", &format!("{mib:.1} MiB"), Some(("under 60 MiB", mib < 60.0)));
    Ok(())
}

async fn wait_until_ready(server: &mut Child, operations: u16) -> anyhow::Result<()> {
    let address = ([127, 0, 0, 1], operations).into();
    loop {
        if let Ok(mut client) = Client::connect(address).await
            && matches!(client.send(&request("GET", "/readyz", "", b"")).await, Ok((200, _)))
        {
            return Ok(());
        }
        anyhow::ensure!(server.try_wait()?.is_none(), "atrest serve ended by itself");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
