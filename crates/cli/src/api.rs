//! `atrest api <tag> <operation>`: every operation as a command, made from the registry. Flags, texts, streams and exit
//! codes are the Atlas CLI's. It must not know any one operation. Source: clients.md 6.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use api_wire::operations::{Access, OPERATIONS, Operation, VersionEntry};
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::Value;

use crate::Ended;
use crate::call::{self, Call, header_flag};
use crate::client::{Answer, Client};
use crate::flags::{self, FILE, OUTPUT, text};
use crate::output::{Format, any_table, rows};
use crate::profile::Profile;
use crate::surroundings::Surroundings;
use crate::{input, watch};

pub(crate) const NAME: &str = "api";

const VERSION: &str = "version";
const OUTPUT_FILE: &str = "outputFile";

/// Makes the command. What is below it is made when somebody asks: other commands need not wait for it.
pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Call any operation of the API by its name")
        .long_about(
            "Call any operation of the API by its name, as `atlas api` does. The body of the answer goes to standard \
             output as it came, whatever the server says; a refusal ends with 1.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .defer(|command| {
            let mut tags: Vec<&'static str> = OPERATIONS.iter().map(|operation| operation.tag).collect();
            tags.sort_unstable();
            tags.dedup();
            command.subcommands(tags.into_iter().map(tag_command))
        })
}

fn tag_command(tag: &'static str) -> Command {
    let under = OPERATIONS.iter().copied().filter(|operation| operation.tag == tag);
    Command::new(tag_name(tag))
        .about(tag)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(under.map(operation_command))
}

fn operation_command(operation: &'static Operation) -> Command {
    let mut command = Command::new(operation.operation_id)
        .about(operation.summary)
        .long_about(long_about(operation))
        .args(operation.path_parameters().map(flags::of_path))
        .args(operation.query.iter().copied().map(flags::of_query))
        .args(operation.headers.iter().map(|header| header_arg(header.name, header.description)));
    if let Some(alias) = operation.alias {
        command = command.visible_alias(alias);
    }
    if operation.takes_body() {
        command = command.arg(flags::file().value_parser(value_parser!(PathBuf)));
    }
    if operation.versions.iter().any(|entry| entry.version.is_some()) {
        command = command.arg(version_arg(operation));
    }
    if watch::after(operation.operation_id).is_some() {
        command = command.args(watch::args());
    }
    command.args([
        Arg::new(OUTPUT)
            .short('o')
            .long(OUTPUT)
            .value_name("json|table")
            .default_value("json")
            .help("How to show the answer; json is the answer as it came"),
        Arg::new(OUTPUT_FILE)
            .long(OUTPUT_FILE)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("The file to write the answer to, readable by its owner alone"),
        flags::profile(),
    ])
}

fn header_arg(name: &str, description: &'static str) -> Arg {
    let flag = header_flag(name);
    Arg::new(flag.clone())
        .long(flag)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_parser(["true", "false"])
        .value_name("true|false")
        .help(description)
}

fn version_arg(operation: &Operation) -> Arg {
    let versions: Vec<&str> = operation.versions.iter().filter_map(|entry| Some(entry.version?.as_str())).collect();
    Arg::new(VERSION)
        .long(VERSION)
        .value_name("DATE")
        .help(format!("The version of the operation: {}; the newest if left out", versions.join(", ")))
}

fn long_about(operation: &Operation) -> String {
    let who = match operation.access {
        Access::Public => "Anybody may call it.".to_owned(),
        Access::Authenticated => "Anybody with credentials may call it.".to_owned(),
        Access::Project(role) => format!("Needs {} ({}).", role.title(), role.as_str()),
        Access::Organization(role) => format!("Needs {} ({}).", role.title(), role.as_str()),
    };
    format!("{}.\n\n{} {}\n{who}", operation.summary, operation.method.as_str(), operation.full_path())
}

/// Returns a tag as the Atlas CLI spells it: `MongoDB Cloud Users` is `mongoDbCloudUsers`.
fn tag_name(tag: &str) -> String {
    let mut name = String::new();
    for word in tag.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut before_is_upper = false;
        for (index, letter) in word.chars().enumerate() {
            let upper = index == 0 || (letter.is_uppercase() && !before_is_upper);
            if upper && !name.is_empty() {
                name.extend(letter.to_uppercase());
            } else {
                name.extend(letter.to_lowercase());
            }
            before_is_upper = letter.is_uppercase();
        }
    }
    name
}

/// Carries out one operation.
pub(crate) async fn run(matches: &ArgMatches, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let (_, under) = matches.subcommand().context("name what the operation is about")?;
    let (name, matches) = under.subcommand().context("name an operation")?;
    let operation = call::operation(name).with_context(|| format!("there is no operation {name}"))?;
    let format = Format::read(text(matches, OUTPUT).unwrap_or("json"))?;
    let profile = Profile::load(text(matches, flags::PROFILE), around)?;
    let asked = text(matches, VERSION).or(profile.api_version.as_deref());
    let (entry, warning) = version(operation, asked)?;
    let mut call = Call::typed(operation, entry, matches, &profile)?;
    if operation.takes_body() {
        call = call.with_body(body(matches, around)?);
    }
    if let Some(warning) = warning {
        around.complain(&format!("warning: {warning}"));
    }

    let wanted = watch::after(operation.operation_id).filter(|_| watch::is_wanted(matches));
    let mut client = Client::new(profile)?;
    let (answer, names) = match wanted {
        None => (client.send(&call.request()?).await?, None),
        Some(watch) => {
            let known = call.for_watch();
            let answer = client.send(&call.request()?).await?;
            let names = if answer.is_success() { Some(watch.names(&known, &answer.body)?) } else { None };
            (answer, names)
        }
    };
    warn_of_the_end(&answer, around);
    if !answer.is_success() {
        around.pass_on(&answer.body);
        bail!("server returned an error response code");
    }
    show(&answer, format, matches.get_one::<PathBuf>(OUTPUT_FILE).map(PathBuf::as_path), around)?;
    if let (Some(watch), Some(names)) = (wanted, names) {
        watch.wait(&names, matches, &mut client, around).await?;
    }
    Ok(Ended::Well)
}

fn body(matches: &ArgMatches, around: &mut Surroundings) -> anyhow::Result<Option<input::Body>> {
    let file = matches.get_one::<PathBuf>(FILE).map(PathBuf::as_path);
    let body = input::body(file, around)?;
    if body.is_none() {
        bail!("the operation needs a body: give --{FILE}, or pipe it to standard input");
    }
    Ok(body)
}

/// Chooses the version to ask for, and says what there is to warn of.
/// Errors: the operation has none.
fn version(
    operation: &'static Operation,
    asked: Option<&str>,
) -> anyhow::Result<(&'static VersionEntry, Option<String>)> {
    let newest = operation.newest().context("the operation has no version")?;
    let Some(default) = newest.version else { return Ok((newest, None)) };
    let pin = "consider pinning a version to ensure consistency when updating the CLI";
    let Some(asked) = asked else {
        return Ok((newest, Some(format!("using default API version '{default}'; {pin}"))));
    };
    let exact = operation.versions.iter().find(|entry| entry.version.is_some_and(|have| have.as_str() == asked));
    Ok(match exact {
        Some(entry) => (entry, None),
        None => {
            let asked = crate::output::tame(asked);
            let said = format!(
                "version '{asked}' is not supported for this endpoint, using default API version '{default}'; {pin}"
            );
            (newest, Some(said))
        }
    })
}

fn warn_of_the_end(answer: &Answer, around: &mut Surroundings) {
    if let (Some(since), Some(end)) = (&answer.deprecated, &answer.sunset) {
        around.complain(&format!("warning: this version is deprecated since {since} and ends on {end}"));
    }
}

fn show(answer: &Answer, format: Format, file: Option<&Path>, around: &mut Surroundings) -> anyhow::Result<()> {
    let drawn;
    let shown: &[u8] = match format {
        Format::Json => &answer.body,
        Format::Table if answer.body.is_empty() => &[],
        Format::Table => {
            let answer: Value = serde_json::from_slice(&answer.body).context("the answer is no JSON; use -o json")?;
            drawn = format!("{}\n", any_table(&rows(&answer)).drawn());
            drawn.as_bytes()
        }
    };
    match file {
        None => around.pass_on(shown),
        Some(path) => write_file(path, shown)?,
    }
    Ok(())
}

/// Writes an answer, which may hold a new secret: also a file that was there is its owner's alone from now on.
fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::fs::Permissions;
    use std::io::Write as _;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let opened = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| {
        // A device or a pipe keeps its mode.
        if file.metadata()?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        file.write_all(bytes)
    });
    written.with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests;
