//! Tests of the whole tree of commands: it is well made, and nothing of the registry is missing from it.

use api_wire::operations::OPERATIONS;
use clap::Command;

use super::*;

fn whole() -> Command {
    let mut whole = Invocation::augment_subcommands(Command::new("atrest"));
    whole.build();
    whole
}

fn below<'c>(command: &'c Command, path: &[&str]) -> &'c Command {
    path.iter().fold(command, |command, name| {
        command.find_subcommand(name).unwrap_or_else(|| panic!("{name} below {}", command.get_name()))
    })
}

#[test]
fn is_well_made() {
    Invocation::augment_subcommands(Command::new("atrest")).debug_assert();
}

#[test]
fn every_operation_is_reached_by_each_of_its_names() {
    let whole = whole();
    let tags = below(&whole, &["api"]).get_subcommands().filter(|tag| tag.get_name() != "help");
    let tags: Vec<&Command> = tags.collect();
    for operation in OPERATIONS {
        let tag = tags.iter().find(|tag| tag.get_about().is_some_and(|about| about.to_string() == operation.tag));
        let tag = tag.unwrap_or_else(|| panic!("{}", operation.tag));
        for name in std::iter::once(operation.operation_id).chain(operation.alias) {
            let found = tag.find_subcommand(name).unwrap_or_else(|| panic!("{} {name}", tag.get_name()));
            assert_eq!(found.get_name(), operation.operation_id);
        }
    }
    let made: usize = tags.iter().map(|tag| tag.get_subcommands().filter(|one| one.get_name() != "help").count()).sum();
    assert_eq!(made, OPERATIONS.len());
}

#[test]
fn the_help_of_an_operation_shows_every_option() {
    let whole = whole();
    for tag in below(&whole, &["api"]).get_subcommands().filter(|tag| tag.get_name() != "help") {
        for command in tag.get_subcommands().filter(|command| command.get_name() != "help") {
            let operation = crate::call::operation(command.get_name()).unwrap();
            let help = command.clone().render_long_help().to_string();
            let path = operation.path_parameters();
            let query = operation.query.iter().map(|parameter| parameter.name);
            for flag in path.chain(query).chain(["profile", "output", "outputFile"]) {
                assert!(help.contains(&format!("--{flag}")), "{} --{flag}", operation.operation_id);
            }
            for header in operation.headers {
                let flag = crate::call::header_flag(header.name);
                assert!(help.contains(&format!("--{flag}")), "{} --{flag}", operation.operation_id);
            }
            let has = |flag: &str| command.get_arguments().any(|arg| arg.get_long() == Some(flag));
            assert_eq!(has("file"), operation.takes_body(), "{}", operation.operation_id);
            assert_eq!(has("version"), operation.versions[0].version.is_some(), "{}", operation.operation_id);
            assert!(help.contains(operation.summary) && help.contains(&operation.full_path()), "{help}");
            if let Some(alias) = operation.alias {
                assert!(help.contains(alias) || tag.find_subcommand(alias).is_some(), "{alias}");
            }
        }
    }
}

#[test]
fn knows_its_own_first_words_and_no_other() {
    for name in ["api", "projects", "encryption", "profile", "completion"] {
        assert!(Invocation::has_subcommand(name), "{name}");
    }
    for name in ["serve", "dev", "config", "node", ""] {
        assert!(!Invocation::has_subcommand(name), "{name}");
    }
    for command in commands() {
        assert!(Invocation::has_subcommand(command.get_name()), "{}", command.get_name());
    }
}
