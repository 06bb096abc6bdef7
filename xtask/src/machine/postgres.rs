//! A throw-away PostgreSQL on a free port of loopback, in a temporary folder, gone when it is dropped.
//! Must not know the product's tables. PostgreSQL refuses to run as root, so root hands it to `postgres`.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::Context;

use super::{install, is_root};
use crate::run;

/// How long a fresh server may take to accept connections; it takes 0.2 s on an idle machine.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server.
pub(super) struct Postgres {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server on a fresh data folder.
    /// Errors: PostgreSQL is missing and cannot be installed here, or it does not start.
    pub(super) fn start() -> anyhow::Result<Self> {
        let programs = match programs() {
            Some(programs) => programs,
            None => {
                install(&["postgresql"])?;
                programs().context("postgresql is installed, but /usr/lib/postgresql/*/bin/initdb is not there")?
            }
        };
        let folder = std::env::temp_dir().join(format!("atrest-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        if is_root() {
            run::output_of(Command::new("chown").arg("postgres:").arg(&folder))?;
        }
        let data = folder.join("data");
        run::output_of(as_owner(&programs.join("initdb")).arg("-D").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        // Its files die with the run, so nothing is flushed; synchronous_commit stays on, because the
        // product refuses a server that acknowledges what it has not written.
        let mut process = as_owner(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("start postgres")?;
        let log = follow(&mut process)?;
        let server = Self { process, folder, port };
        match log.recv_timeout(READY_WITHIN) {
            Ok(Ready::Yes) => {
                println!("   PostgreSQL on 127.0.0.1:{port}");
                Ok(server)
            }
            Ok(Ready::Ended(words)) => anyhow::bail!("PostgreSQL did not start:\n{words}"),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                anyhow::bail!("PostgreSQL was not ready within {} s", READY_WITHIN.as_secs())
            }
        }
    }

    /// Spells the server's address for the tests.
    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT is its immediate stop: it does not wait for clients and writes nothing more.
        let asked = run::output_of(Command::new("kill").arg("-QUIT").arg(self.process.id().to_string()));
        if asked.is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

enum Ready {
    Yes,
    Ended(String),
}

/// Reads the server's log to its end, so that the pipe never fills, and tells once when it is ready.
fn follow(process: &mut Child) -> anyhow::Result<Receiver<Ready>> {
    let log = process.stderr.take().context("postgres has no log")?;
    let (say, hear) = sync_channel(1);
    std::thread::spawn(move || {
        let mut words = String::new();
        let mut ready = false;
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if ready {
                continue;
            }
            words.push_str(&line);
            words.push('\n');
            if line.contains("database system is ready to accept connections") {
                ready = true;
                let _ = say.try_send(Ready::Yes);
            }
        }
        if !ready {
            let _ = say.try_send(Ready::Ended(words));
        }
    });
    Ok(hear)
}

/// Makes a command that runs as PostgreSQL's owner and, on Linux, ends when we end, however we end.
fn as_owner(program: &Path) -> Command {
    if !cfg!(target_os = "linux") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

/// Finds the folder of `initdb` and `postgres`: the newest of Debian's, else what pg_config names.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version = entry.file_name().to_string_lossy().parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, newest)) = found.pop() {
        return Some(newest);
    }
    let named = run::output_of(Command::new("pg_config").arg("--bindir")).ok()?;
    let folder = PathBuf::from(named.trim());
    folder.join("initdb").exists().then_some(folder)
}
