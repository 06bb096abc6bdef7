//! The file with the profiles: read whole, written whole, for its owner's eyes only. It must not know what a setting
//! means.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use toml::{Table, Value};

use super::{OTHER_KEYS, SETTINGS};
use crate::surroundings::Surroundings;

/// All profiles, each a table of settings.
pub(crate) struct ProfileFile {
    path: Option<PathBuf>,
    profiles: Table,
}

impl ProfileFile {
    /// Opens the file; one that is not there holds nothing.
    /// Errors: it cannot be read or understood, or it holds a secret and others may read it.
    pub(crate) fn open(around: &Surroundings) -> anyhow::Result<Self> {
        let Some(path) = around.folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml")) else {
            return Ok(Self { path: None, profiles: Table::new() });
        };
        let mut file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path: Some(path), profiles: Table::new() });
            }
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let mode = file.metadata().with_context(|| format!("look at {}", path.display()))?.permissions().mode();
        let mut text = zeroize::Zeroizing::new(String::new());
        file.read_to_string(&mut text).with_context(|| format!("read {}", path.display()))?;
        // The parser's own words would quote the line, which may hold a secret.
        let profiles: Table =
            text.parse().ok().with_context(|| format!("{} is not written as TOML", path.display()))?;
        let opened = Self { path: Some(path), profiles };
        ensure!(
            mode & 0o077 == 0 || !opened.holds_secrets(),
            "others may read {}, and it holds secrets; run chmod 600 on it",
            opened.place()
        );
        Ok(opened)
    }

    /// Says where the file is.
    pub(crate) fn place(&self) -> String {
        self.path.as_ref().map_or_else(|| "the file of profiles".to_owned(), |path| path.display().to_string())
    }

    /// Says whether there is such a profile.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.profiles.get(name).is_some_and(Value::is_table)
    }

    /// Returns the names of all profiles.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.as_str())
    }

    /// Returns a setting of a profile.
    pub(crate) fn value(&self, name: &str, key: &str) -> Option<String> {
        let profile = self.profiles.get(name)?.as_table()?;
        let others = OTHER_KEYS.iter().filter(|(_, other)| *other == key).map(|(other, _)| *other);
        let mut spelled = std::iter::once(key).chain(others);
        spelled.find_map(|key| profile.get(key)?.as_str()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Sets or, with nothing, removes a setting.
    pub(crate) fn set(&mut self, name: &str, key: &str, value: Option<String>) {
        let profile = self.profiles.entry(name).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(profile) = profile else { return };
        for (other, _) in OTHER_KEYS.iter().filter(|(_, one)| *one == key) {
            profile.remove(*other);
        }
        match value {
            Some(value) => profile.insert(key.to_owned(), Value::String(value)),
            None => profile.remove(key),
        };
    }

    /// Removes a profile and says whether it was there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.profiles.remove(name).is_some()
    }

    /// Writes the file: whole or not at all, readable by its owner alone.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let path = self.path.as_ref().context("there is no home folder; set HOME or XDG_CONFIG_HOME")?;
        let folder = path.parent().context("the file of profiles lies in no folder")?;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("make {}", folder.display()))?;
        let text = zeroize::Zeroizing::new(toml::to_string(&self.profiles).context("write the profiles as TOML")?);
        let half = path.with_extension(format!("{}.new", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&half)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&half, path));
        written.with_context(|| format!("write {}", path.display()))
    }

    fn holds_secrets(&self) -> bool {
        let secret = |key: &str| SETTINGS.iter().any(|setting| setting.secret && setting.key == key);
        let mut profiles = self.profiles.values().filter_map(Value::as_table);
        profiles.any(|profile| profile.keys().any(|key| secret(key)))
    }
}
