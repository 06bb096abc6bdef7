//! What flags of both kinds of commands are made of: parameters of the registry become flags, the profile fills in what
//! was not typed. It must not know any operation.

use anyhow::{Context as _, bail};
use api_wire::query::QueryParameter;
use api_wire::schema::Kind;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches};

use crate::profile::Profile;

pub(crate) const PROFILE: &str = "profile";
pub(crate) const OUTPUT: &str = "output";
pub(crate) const FILE: &str = "file";

/// The two parameters that a profile knows, and the project's other name.
pub(crate) const PROJECT: &str = "groupId";
pub(crate) const ORGANIZATION: &str = "orgId";
const PROJECT_FLAG: &str = "projectId";
const PROJECT_NAME: &str = "groupName";

pub(crate) fn profile() -> Arg {
    Arg::new(PROFILE).short('P').long(PROFILE).value_name("NAME").help("The profile to use; `default` if left out")
}

pub(crate) fn file() -> Arg {
    Arg::new(FILE)
        .short('f')
        .long(FILE)
        .value_name("FILE")
        .help("The file with the request's body; or pipe the body to standard input")
}

/// Makes the flag of one query parameter.
pub(crate) fn of_query(parameter: &'static QueryParameter) -> Arg {
    let arg = Arg::new(parameter.name).long(parameter.name).help(parameter.description);
    if let Kind::Boolean = parameter.schema.kind {
        // `--pretty` and `--pretty=false`, as in the Atlas CLI.
        return arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"])
            .value_name("true|false");
    }
    let arg = if let Kind::OneOf(words) = parameter.schema.kind {
        arg.value_parser(PossibleValuesParser::new(words.iter().copied())).hide_possible_values(words.len() > 12)
    } else {
        arg
    };
    if parameter.repeated { arg.action(ArgAction::Append).value_name("VALUE") } else { arg.value_name("VALUE") }
}

/// Makes the flag of one path parameter. What the profile may know need not be typed.
pub(crate) fn of_path(name: &'static str) -> Arg {
    let arg = Arg::new(name).long(name).value_name("VALUE");
    match name {
        PROJECT => arg.visible_alias(PROJECT_FLAG).help("The project's id; the profile's project_id if left out"),
        ORGANIZATION => arg.help("The organization's id; the profile's org_id if left out"),
        _ => arg.required(true).help(about_path(name)),
    }
}

/// Says what a part of the path is: `masterKeyId` is the master key's id.
pub(crate) fn about_path(name: &str) -> String {
    match name {
        "cloudProvider" => return "AWS, AZURE or GCP".to_owned(),
        "apiUserId" => return "The API key's id".to_owned(),
        "entryValue" | "ipAddress" => return "The address or CIDR block".to_owned(),
        PROJECT_NAME => return "The project's name".to_owned(),
        _ => {}
    }
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    match words.rsplit_once(' ') {
        Some((of, what)) => format!("The {of}'s {what}"),
        None => format!("The {words}"),
    }
}

/// Finds the value of a path parameter: as typed, else from the profile.
/// Errors: neither has it.
pub(crate) fn path_value(name: &str, matches: &ArgMatches, profile: &Profile) -> anyhow::Result<String> {
    if let Some(typed) = text(matches, name) {
        return Ok(typed.to_owned());
    }
    let (kept, key) = match name {
        PROJECT => (&profile.project_id, "project_id"),
        ORGANIZATION => (&profile.org_id, "org_id"),
        _ => bail!("required flag(s) \"{name}\" not set"),
    };
    kept.clone().with_context(|| format!("required flag(s) \"{name}\" not set; give it, or set {key} in the profile"))
}

/// Collects the query parameters that were typed.
pub(crate) fn query_values(
    declared: &'static [&'static QueryParameter],
    matches: &ArgMatches,
) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    for parameter in declared {
        // A command may leave a parameter out of its flags.
        if let Ok(Some(values)) = matches.try_get_many::<String>(parameter.name) {
            pairs.extend(values.map(|value| (parameter.name, value.clone())));
        }
    }
    pairs
}

/// Returns a flag's text, if the command has that flag and it was typed.
pub(crate) fn text<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// Returns whether a flag without a value was typed.
pub(crate) fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::about_path;

    #[test]
    fn says_what_a_part_of_the_path_is() {
        let check = |name: &str, expected: &str| assert_eq!(about_path(name), expected);
        check("masterKeyId", "The master key's id");
        check("clusterName", "The cluster's name");
        check("groupName", "The project's name");
        check("name", "The name");
        check("cloudProvider", "AWS, AZURE or GCP");
    }
}
