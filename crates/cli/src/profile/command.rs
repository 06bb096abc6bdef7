//! `atrest profile`: what is kept of a server and its credentials. A secret is read from standard input, never from the
//! command line. It must not show one.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{DEFAULT, ProfileFile, SETTINGS, address, setting};
use crate::Ended;
use crate::flags::{self, text};
use crate::output::Table;
use crate::surroundings::{StandardInput, Surroundings};

pub(crate) const NAME: &str = "profile";

/// Bytes that a secret from standard input may have.
const SECRET_LIMIT: u64 = 16 * 1024;

pub(crate) fn command() -> Command {
    let name = |required| Arg::new("name").value_name("NAME").required(required).help("The profile's name");
    let force = Arg::new("force").long("force").action(ArgAction::SetTrue).help("Do not ask");
    Command::new(NAME)
        .about("Keep a server's address and credentials under a name")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            Command::new("set")
                .about("Set one setting; a secret is read from standard input")
                .after_help(settings_help())
                .arg(Arg::new("key").required(true).help("Which setting"))
                .arg(Arg::new("value").help("Its value; left out for a secret, empty to remove the setting"))
                .arg(flags::profile()),
            Command::new("list").about("Name the profiles"),
            Command::new("describe").about("Show a profile without its secrets").arg(name(false)).arg(flags::profile()),
            Command::new("delete").about("Delete a profile").arg(name(true)).arg(force),
            Command::new("use-dev")
                .about("Fill a profile from the dev.json of a running `atrest dev`")
                .arg(
                    Arg::new("folder")
                        .value_parser(value_parser!(PathBuf))
                        .default_value(".atrest-dev")
                        .help("The folder of dev mode"),
                )
                .arg(flags::profile()),
        ])
}

fn settings_help() -> String {
    let mut help = String::from("Settings, and the variable that wins over each:\n");
    for setting in SETTINGS {
        let variable = setting.variables.first().copied().unwrap_or_default();
        help.push_str(&format!("  {:<16} {} ({variable})\n", setting.key, setting.about));
    }
    help
}

pub(crate) fn run(matches: &ArgMatches, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let (name, matches) = matches.subcommand().context("name a subcommand")?;
    let mut file = ProfileFile::open(around)?;
    let profile = text(matches, "name").or_else(|| text(matches, flags::PROFILE)).unwrap_or(DEFAULT);
    match name {
        "set" => set(&mut file, profile, matches, around),
        "list" => {
            for name in file.names() {
                around.say(name);
            }
            Ok(Ended::Well)
        }
        "describe" => describe(&file, profile, around),
        "delete" => delete(&mut file, profile, flags::is_set(matches, "force"), around),
        "use-dev" => {
            let folder = matches.get_one::<PathBuf>("folder").context("name a folder")?;
            use_dev(&mut file, profile, folder, around)
        }
        other => bail!("there is no subcommand {other}"),
    }
}

fn set(file: &mut ProfileFile, name: &str, matches: &ArgMatches, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let key = text(matches, "key").unwrap_or_default();
    let Some(setting) = setting(key) else {
        let known: Vec<&str> = SETTINGS.iter().map(|one| one.key).collect();
        bail!("there is no setting {key}; there are {}", known.join(", "));
    };
    let value = match (setting.secret, text(matches, "value")) {
        (true, Some("")) => String::new(),
        (true, Some("-") | None) => secret(key, around)?,
        (true, Some(_)) => bail!(
            "{key} is a secret, and other users of this machine can see command lines; pipe it: printf %s \"$SECRET\" | atrest profile set {key}"
        ),
        (false, Some(value)) => value.to_owned(),
        (false, None) => bail!("give a value for {key}"),
    };
    if setting.key == "base_url" && !value.is_empty() {
        address(&value)?;
    }
    file.set(name, setting.key, Some(value).filter(|value| !value.is_empty()));
    file.save()?;
    around.complain(&format!("profile {name}: {} is set", setting.key));
    Ok(Ended::Well)
}

fn secret(key: &str, around: &mut Surroundings) -> anyhow::Result<String> {
    let mut value = Zeroizing::new(String::new());
    match &mut around.input {
        StandardInput::Stream(stream) => {
            stream.take(SECRET_LIMIT).read_to_string(&mut value).context("read standard input")?;
        }
        StandardInput::Terminal => value = around.ask_secret(key)?,
        StandardInput::Nothing => {}
    }
    let value = value.trim();
    ensure!(!value.is_empty(), "pipe {key} to standard input");
    Ok(value.to_owned())
}

fn describe(file: &ProfileFile, name: &str, around: &mut Surroundings) -> anyhow::Result<Ended> {
    ensure!(file.has(name), "there is no profile {name} in {}", file.place());
    let mut table = Table::new(&["SETTING", "VALUE"]);
    for setting in SETTINGS {
        if let Some(value) = file.value(name, setting.key) {
            table.row(vec![setting.key.to_owned(), if setting.secret { "redacted".to_owned() } else { value }]);
        }
    }
    around.say(&table.drawn());
    Ok(Ended::Well)
}

fn delete(file: &mut ProfileFile, name: &str, force: bool, around: &mut Surroundings) -> anyhow::Result<Ended> {
    ensure!(file.has(name), "there is no profile {name} in {}", file.place());
    if !force {
        match around.confirms(&format!("Delete profile {name}?")) {
            Some(true) => {}
            Some(false) => return Ok(Ended::Refused),
            None => bail!("--force is needed where nobody can be asked"),
        }
    }
    file.remove(name);
    file.save()?;
    around.complain(&format!("profile {name} is deleted"));
    Ok(Ended::Well)
}

fn use_dev(file: &mut ProfileFile, name: &str, folder: &Path, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let path = folder.join("dev.json");
    let text = std::fs::read(&path)
        .with_context(|| format!("read {}; is `atrest dev` running in this folder?", path.display()))?;
    let dev: Value = serde_json::from_slice(&text).ok().with_context(|| format!("{} is no JSON", path.display()))?;
    let said = |pointer: &str| dev.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    for (key, pointer) in [
        ("base_url", "/api/baseUrl"),
        ("public_api_key", "/api/apiKey/publicKey"),
        ("private_api_key", "/api/apiKey/privateKey"),
        ("org_id", "/api/orgId"),
        ("project_id", "/api/projectId"),
    ] {
        let value = said(pointer).with_context(|| format!("{} does not say {pointer}", path.display()))?;
        file.set(name, key, Some(value));
    }
    // Another credential would win over the key.
    for key in ["access_token", "client_id", "client_secret"] {
        file.set(name, key, None);
    }
    file.save()?;
    around.complain(&format!("profile {name} leads to {}", said("/api/baseUrl").unwrap_or_default()));
    Ok(Ended::Well)
}
