//! The everyday commands: a noun, a verb, few flags, and a table. Each is a line of data over one operation of the
//! registry; this file turns the line into a command and carries it out. It must not know any one command.

mod access;
mod alerts;
mod clusters;
mod encryption;
mod keys;
mod line;
mod projects;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use api_wire::operations::Operation;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Ended;
use crate::call::{self, Call};
use crate::client::{Answer, Client};
use crate::flags::{self, FILE, OUTPUT, text};
use crate::output::{Format, any_table, at, rows, shown, table};
use crate::profile::Profile;
use crate::refusal::Refusal;
use crate::surroundings::Surroundings;
use crate::{input, watch};
use line::{Body, Line, Show};

const FORCE: &str = "force";

/// The clouds as people type them.
const CLOUDS: [&str; 3] = ["aws", "azure", "gcp"];

/// Query parameters that a person at a terminal has no use for.
const NOT_FOR_PEOPLE: &[&str] = &["envelope", "pretty", "includeCount"];

/// Templates that change nothing by themselves.
const NOTHING: [&str; 2] = ["{}", "[{}]"];

/// Each noun and what it is about.
const NOUNS: &[(&str, &str)] = &[
    ("projects", "Look after projects"),
    ("organizations", "Look after organizations"),
    ("clusters", "Look after clusters"),
    ("encryption", "Look after the customer keys of a project"),
    ("endpoints", "Look after private endpoints to key providers"),
    ("nodes", "Look after the database nodes of a cluster"),
    ("keys", "Look at customer keys, master keys and rotations"),
    ("alerts", "Look after alerts and what raises them"),
    ("events", "Look at what happened"),
    ("access", "Look after API keys, service accounts, users and teams"),
    ("cloudProviders", "Look after roles in the customer's clouds"),
];

fn lines() -> impl Iterator<Item = &'static Line> {
    let all = [projects::LINES, clusters::LINES, encryption::LINES, keys::LINES, alerts::LINES, access::LINES];
    all.into_iter().flatten()
}

/// Returns the first words of the everyday commands.
pub(crate) fn nouns() -> impl Iterator<Item = &'static str> {
    NOUNS.iter().map(|(noun, _)| *noun)
}

/// Makes the commands. What is below them is made when somebody asks.
pub(crate) fn commands() -> Vec<Command> {
    let noun = |(noun, about): &(&'static str, &'static str)| {
        needs_more(Command::new(*noun).about(*about)).defer(|command| {
            let noun = command.get_name().to_owned();
            let below = lines().filter_map(|line| Some((line.words.strip_prefix(&noun)?.strip_prefix(' ')?, line)));
            command.subcommands(branches(&below.collect::<Vec<_>>()))
        })
    };
    NOUNS.iter().map(noun).collect()
}

fn needs_more(command: Command) -> Command {
    command.subcommand_required(true).arg_required_else_help(true)
}

/// Makes the commands of some lines, given the words of each that are left.
fn branches(below: &[(&'static str, &'static Line)]) -> Vec<Command> {
    let mut made: Vec<Command> = Vec::new();
    for (words, line) in below {
        let Some((first, _)) = words.split_once(' ') else {
            made.extend(call::operation(line.operation).map(|operation| leaf(words, line, operation)));
            continue;
        };
        if made.iter().any(|command| command.get_name() == first) {
            continue;
        }
        let further =
            below.iter().filter_map(|(words, line)| Some((words.strip_prefix(first)?.strip_prefix(' ')?, *line)));
        let further = branches(&further.collect::<Vec<_>>());
        if !further.is_empty() {
            made.push(needs_more(Command::new(first).about(about_branch(first))).subcommands(further));
        }
    }
    made
}

fn about_branch(word: &str) -> &'static str {
    match word {
        "settings" => "Look after what raises alerts",
        "apiKeys" => "Look after API keys",
        "serviceAccounts" => "Look after service accounts",
        "users" => "Look at people",
        "teams" => "Look after teams",
        "accessLists" => "Look after the addresses a project expects its users at",
        "accessRoles" => "Look after roles in the customer's clouds",
        "aws" => "Roles in AWS",
        "azure" => "Service principals in Azure",
        "gcp" => "Service accounts in Google Cloud",
        "rotations" => "Look at rotations of the customer key",
        _ => "More commands",
    }
}

fn leaf(word: &'static str, line: &'static Line, operation: &'static Operation) -> Command {
    let mut command = Command::new(word).about(line.about);
    for name in operation.path_parameters().filter(|name| line.fixed.iter().all(|(fixed, _)| fixed != name)) {
        command = command.arg(path_arg(name, line.names.contains(&name)));
    }
    for parameter in operation.query.iter().filter(|parameter| !NOT_FOR_PEOPLE.contains(&parameter.name)) {
        let arg = flags::of_query(parameter);
        command = command.arg(match parameter.name {
            "itemsPerPage" => arg.visible_alias("limit"),
            "pageNum" => arg.visible_alias("page"),
            _ => arg,
        });
    }
    if let Body::Fields { fields, .. } = line.body {
        command = command.args(fields.iter().map(line::Field::arg));
    }
    if matches!(line.body, Body::Fields { .. } | Body::File) {
        command = command.arg(flags::file().value_parser(value_parser!(PathBuf)));
    }
    if line.asks {
        let help = "Do not ask whether it is meant";
        command = command.arg(Arg::new(FORCE).long(FORCE).action(ArgAction::SetTrue).help(help));
    }
    if watch::after(line.operation).is_some() {
        command = command.args(watch::args());
    }
    let output = Arg::new(OUTPUT).short('o').long(OUTPUT).value_name("json|table").help("How to show the result");
    command.arg(output).arg(flags::profile())
}

/// Makes the argument of a path parameter: by its place in the line, or a flag with a shorter name.
fn path_arg(name: &'static str, by_place: bool) -> Arg {
    let arg = match name {
        "cloudProvider" => {
            let parser = PossibleValuesParser::new(CLOUDS).map(|cloud| cloud.to_uppercase());
            Arg::new(name).required(true).ignore_case(true).value_parser(parser).help("The cloud")
        }
        flags::PROJECT => {
            Arg::new(name).value_name("ID").help("The project's id; the profile's project_id if left out")
        }
        flags::ORGANIZATION => Arg::new(name).value_name("ID").help("The organization's id; the profile's if left out"),
        _ => Arg::new(name).required(true).value_name("NAME").help(flags::about_path(name)),
    };
    match name {
        _ if by_place => arg.value_name(line::place_name(name)),
        "cloudProvider" => arg.long("provider").visible_alias("cloudProvider"),
        "clusterName" => arg.long("cluster").visible_alias("clusterName"),
        flags::PROJECT => arg.long("projectId").visible_alias("groupId"),
        _ => arg.long(name),
    }
}

/// Carries out one everyday command.
pub(crate) async fn run(noun: &str, matches: &ArgMatches, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let (mut words, mut matches) = (noun.to_owned(), matches);
    while let Some((word, below)) = matches.subcommand() {
        words = format!("{words} {word}");
        matches = below;
    }
    let line = lines().find(|line| line.words == words).with_context(|| format!("there is no command {words}"))?;
    let operation = call::operation(line.operation).context("the command has no operation")?;
    let profile = Profile::load(text(matches, flags::PROFILE), around)?;
    let format = Format::read(text(matches, OUTPUT).or(profile.output.as_deref()).unwrap_or("table"))?;
    let path = operation.path_parameters().map(|name| Ok((name, path_value(line, name, matches, &profile)?)));
    let path = path.collect::<anyhow::Result<Vec<_>>>()?;
    let named = path.iter().filter(|(name, _)| line.names.contains(name)).map(|(_, value)| value.as_str());
    let named = named.collect::<Vec<_>>().join(" ");
    if line.asks && !flags::is_set(matches, FORCE) {
        let question = format!("{}: {}?", line.about, crate::output::tame(&named));
        match around.confirms(&question) {
            Some(true) => {}
            Some(false) => return Ok(Ended::Refused),
            None => bail!("--{FORCE} is needed where nobody can be asked"),
        }
    }
    let body = body(line, matches, &profile, around)?;
    let query = flags::query_values(operation.query, matches);
    let call = Call::to(operation, path)?.with_query(query).with_body(body);
    let known = call.for_watch();
    let request = call.request()?;
    let mut client = Client::new(profile)?;
    let answer = client.send(&request).await?;
    if !answer.is_success() {
        let url = format!("{}{}", client.profile().base(), request.target);
        return Err(Refusal::of(&answer).told(request.method, &url));
    }
    let wanted = watch::after(line.operation).filter(|_| watch::is_wanted(matches));
    let answer = match wanted {
        None => answer,
        Some(watch) => {
            let names = watch.names(&known, &answer.body)?;
            watch.wait(&names, matches, &mut client, around).await?.unwrap_or(answer)
        }
    };
    show(line, &answer, format, &named, around)
}

fn path_value(line: &Line, name: &'static str, matches: &ArgMatches, profile: &Profile) -> anyhow::Result<String> {
    match line.fixed.iter().find(|(fixed, _)| *fixed == name) {
        Some((_, value)) => Ok((*value).to_owned()),
        None => flags::path_value(name, matches, profile),
    }
}

/// Makes the body: fixed, of the flags that were typed, or read.
fn body(
    line: &Line,
    matches: &ArgMatches,
    profile: &Profile,
    around: &mut Surroundings,
) -> anyhow::Result<Option<input::Body>> {
    let file = matches.try_get_one::<PathBuf>(FILE).ok().flatten().map(PathBuf::as_path);
    match line.body {
        Body::None => Ok(None),
        Body::Fixed(text) => Ok(Some(Zeroizing::new(text.as_bytes().to_vec()))),
        Body::File => {
            let body = input::body(file, around)?;
            ensure!(body.is_some(), "give the request's body: --{FILE}, or pipe it to standard input");
            Ok(body)
        }
        Body::Fields { template, fields } => {
            let typed: Vec<_> = fields.iter().filter(|field| field.is_typed(matches)).collect();
            if typed.is_empty() {
                if let Some(body) = input::body(file, around)? {
                    return Ok(Some(body));
                }
            } else {
                ensure!(file.is_none(), "give --{FILE} or the flags of the body, not both");
            }
            let missing = fields.iter().filter(|field| field.required && !field.is_known(matches, profile));
            let missing: Vec<String> = missing.map(|field| format!("\"{}\"", field.flag)).collect();
            ensure!(missing.is_empty(), "required flag(s) {} not set; or give --{FILE}", missing.join(", "));
            ensure!(
                !typed.is_empty() || !NOTHING.contains(&template),
                "give --{FILE}, or a flag that says what to change"
            );
            for (index, field) in typed.iter().enumerate() {
                let same = typed.iter().take(index).find(|other| other.pointer == field.pointer);
                ensure!(same.is_none(), "give --{} or --{}, not both", same.map_or("", |other| other.flag), field.flag);
            }
            let mut body: Value = serde_json::from_str(template).context("read the command's template")?;
            for field in fields {
                field.put(matches, profile, &mut body)?;
            }
            Ok(Some(Zeroizing::new(serde_json::to_vec(&body)?)))
        }
    }
}

fn show(line: &Line, answer: &Answer, format: Format, named: &str, around: &mut Surroundings) -> anyhow::Result<Ended> {
    let read = || serde_json::from_slice::<Value>(&answer.body).context("the answer is no JSON; look at base_url");
    let ended = if matches!(line.show, Show::Check) { crate::encryption::verdict(&read()?) } else { Ended::Well };
    if format == Format::Json {
        around.pass_on(&answer.body);
        return Ok(ended);
    }
    match line.show {
        Show::Done(done) => around.say(done.replace("{}", &crate::output::tame(named)).trim()),
        Show::Check => around.say(&crate::encryption::report(&read()?)),
        Show::Kit => around.say(&crate::encryption::kit(&read()?)),
        Show::Table(columns) => {
            let answer = read()?;
            around.say(&table(columns, &rows(&answer)).drawn());
            say_what_is_left(&answer, around);
        }
        Show::Named(parts, columns) => {
            let answer = read()?;
            around.say(&line::named_table(parts, columns, &answer).drawn());
        }
        Show::Any => {
            let answer = read()?;
            around.say(&any_table(&rows(&answer)).drawn());
            say_what_is_left(&answer, around);
        }
    }
    Ok(ended)
}

/// Says that a list goes on.
fn say_what_is_left(answer: &Value, around: &mut Surroundings) {
    let Some(results) = answer.get("results").and_then(Value::as_array) else { return };
    let goes_on = at(answer, "/links/*/rel").into_iter().any(|rel| shown(rel) == "next");
    if goes_on {
        let total = answer.get("totalCount").map(shown).unwrap_or_default();
        around.complain(&format!("{} of {total}; --page shows the next", results.len()));
    }
}

#[cfg(test)]
mod tests;
