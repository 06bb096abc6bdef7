//! `atrest audit verify` and `atrest audit export`: the record of who got which key, verified or handed out as JSON
//! lines, beside a running server or without one. Must not know how lines are chained.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use domain::id::ProjectId;
use providers::Clock;
use serde::Serialize;
use storage::{Access, ReleaseHead, ReleaseLine, SignedHead, Store, StoreOptions, Verdict};

use crate::config::{self, ConfigFile};
use crate::say::{complain, say};
use crate::{dev, root_key};

/// Lines read at once.
const PAGE: i64 = 1000;
/// How a signed head begins, wherever it stands in a text.
const HEAD_MARK: &str = "atrest-head:v1:";

/// What can be done with the record of releases.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look for lines that were edited, taken out or cut off. Fails if there are any.
    Verify(VerifyArguments),
    /// Write a project's releases as JSON lines, and a signed head at the end.
    Export(ExportArguments),
}

/// Where the record is.
#[derive(Debug, Args)]
struct Place {
    #[command(flatten)]
    file: ConfigFile,
    /// A folder of `atrest dev`, instead of a configuration file.
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// What `atrest audit verify` needs.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    place: Place,
    /// A project to verify. All, if none is named.
    #[arg(long)]
    project: Vec<ProjectId>,
    /// A signed head that was kept elsewhere: the record must still hold what it names.
    #[arg(long)]
    head: Vec<SignedHead>,
    /// A file in which signed heads stand among other text, such as the server's log.
    #[arg(long)]
    heads_in: Vec<PathBuf>,
}

/// What `atrest audit export` needs.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    place: Place,
    /// The project.
    #[arg(long)]
    project: ProjectId,
    /// Leave out the lines up to this one.
    #[arg(long, default_value_t = 0)]
    after: i64,
}

/// The last line of an export.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ending {
    head: String,
    public_key: String,
}

/// Runs one of the subcommands.
/// Errors: faults of the configuration and the store; a record that is not intact.
pub(crate) async fn run(command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify(arguments) => verify(arguments).await,
        AuditCommand::Export(arguments) => export(arguments).await,
    }
}

async fn verify(arguments: VerifyArguments) -> anyhow::Result<()> {
    let VerifyArguments { place, project, mut head, heads_in } = arguments;
    for file in heads_in {
        let text = std::fs::read_to_string(&file).with_context(|| format!("--heads-in: read {}", file.display()))?;
        let found = heads_among(&text);
        ensure!(!found.is_empty(), "--heads-in: {} holds no signed head", file.display());
        head.extend(found);
    }
    let store = open(place).await?;
    let of_heads: Vec<ProjectId> = head.iter().map(|head| head.project).collect();
    let projects = if project.is_empty() {
        store.projects_with_releases(&of_heads).await.context("list the projects")?
    } else {
        let named: BTreeSet<ProjectId> = project.into_iter().chain(of_heads).collect();
        named.into_iter().collect()
    };
    if projects.is_empty() {
        say("no release was recorded yet");
    }
    let mut damaged: u32 = 0;
    for project in projects {
        let verdict =
            store.verify_releases(project, &head).await.with_context(|| format!("verify project {project}"))?;
        if verdict.is_intact() {
            tell_intact(&store, &verdict).await?;
        } else {
            damaged = damaged.saturating_add(1);
            tell_breaches(&verdict);
        }
    }
    store.close().await;
    match damaged {
        0 => Ok(()),
        1 => bail!("the record of releases of one project is not what was written"),
        more => bail!("the records of releases of {more} projects are not what was written"),
    }
}

async fn export(arguments: ExportArguments) -> anyhow::Result<()> {
    let ExportArguments { place, project, after } = arguments;
    let store = open(place).await?;
    let verdict = store.verify_releases(project, &[]).await.context("verify the record")?;
    // What is written meanwhile is not verified. Of a damaged record everything is handed out.
    let last = match (verdict.is_intact(), verdict.head) {
        (true, head) => head.map_or(0, |head| head.sequence),
        (false, _) => i64::MAX,
    };
    let mut next = if verdict.is_intact() { after } else { i64::MIN };
    loop {
        let lines = store.release_lines(project, next, PAGE).await.context("read the record")?;
        let Some(newest) = lines.last() else { break };
        next = newest.sequence;
        for line in lines.iter().filter(|line| line.sequence <= last) {
            say(&as_json(line)?);
        }
        if next >= last {
            break;
        }
    }
    if let (true, Some(head)) = (verdict.is_intact(), verdict.head.filter(|head| head.sequence > 0)) {
        let signed = sign(&store, &head).await?;
        let public_key = store.release_public_key().await.context("read the public key")?;
        let public_key = URL_SAFE_NO_PAD.encode(public_key.context("there is no key that signs heads")?);
        say(&serde_json::to_string(&Ending { head: signed.to_string(), public_key })?);
    }
    store.close().await;
    if verdict.is_intact() {
        return Ok(());
    }
    tell_breaches(&verdict);
    bail!("the record was exported as it is; it is not what was written, and no head was signed");
}

/// Opens the store for reading alone.
async fn open(place: Place) -> anyhow::Result<Store> {
    let (engine, root_key) = match place.dir {
        Some(dir) => dev::look_into(&dir)?,
        None => {
            let config = config::read(&place.file)?;
            let root_key = root_key::open(&config).await?;
            (config.storage.into_engine(), root_key)
        }
    };
    let options = StoreOptions { access: Access::ReadOnly, ..StoreOptions::new(engine) };
    Store::open(options, root_key).await.context("open the store")
}

async fn tell_intact(store: &Store, verdict: &Verdict) -> anyhow::Result<()> {
    let project = verdict.project;
    match verdict.head.filter(|head| head.sequence > 0) {
        None => say(&format!("project {project}: no release was recorded yet")),
        Some(head) => {
            let signed = sign(store, &head).await?;
            say(&format!("project {project}: {} lines, intact", verdict.lines));
            say(&format!("  keep this head elsewhere: {signed}"));
        }
    }
    Ok(())
}

fn tell_breaches(verdict: &Verdict) {
    for breach in &verdict.breaches {
        complain(&format!("project {}: {breach}", verdict.project));
    }
}

async fn sign(store: &Store, head: &ReleaseHead) -> anyhow::Result<SignedHead> {
    store.sign_release_head(head, Clock::system().now()).await.context("sign the head")
}

/// Finds the signed heads in a text, each once. One that was changed since is not left out: it is found wanting.
fn heads_among(text: &str) -> Vec<SignedHead> {
    let of_head = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    let mut found: Vec<SignedHead> = Vec::new();
    for (at, _) in text.match_indices(HEAD_MARK) {
        let rest = text.get(at..).unwrap_or_default();
        let word = rest.split(|c| !of_head(c)).next().unwrap_or_default();
        if let Ok(head) = word.parse()
            && !found.contains(&head)
        {
            found.push(head);
        }
    }
    found
}

/// Writes a line for others. Text that is no release was put there by somebody else, and is shown as text.
fn as_json(line: &ReleaseLine) -> anyhow::Result<String> {
    let (sequence, mac) = (line.sequence, hex::encode(line.mac));
    Ok(if line.release().is_ok() {
        format!(r#"{{"sequence":{sequence},"mac":"{mac}","release":{}}}"#, line.line)
    } else {
        format!(r#"{{"sequence":{sequence},"mac":"{mac}","damaged":{}}}"#, serde_json::to_string(&line.line)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_found_among_other_text() {
        let signature = "A".repeat(86);
        let head = |sequence: u32| {
            format!("atrest-head:v1:010101010101010101010101:{sequence}:{}:1700000000000:{signature}", "ab".repeat(32))
        };
        let text = format!(
            "{{\"message\":\"signed head\",\"head\":\"{}\"}}\nhead={} and {}\natrest-head:v1:nonsense atrest-head:v1:",
            head(1),
            head(2),
            head(1)
        );
        let found: Vec<i64> = heads_among(&text).iter().map(|head| head.sequence).collect();
        assert_eq!(found, [1, 2]);
        assert!(heads_among("nothing here").is_empty());
    }
}
