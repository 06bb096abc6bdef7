//! Dev mode's folder: stamped, owner-only, and never mistaken for a server's. Must not know what is
//! seeded.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::dev_json::DevJson;

/// Marks a folder as dev mode's.
const STAMP: &str = "THIS-IS-A-DEV-FOLDER";
const STAMP_TEXT: &str = "Made by `atrest dev`: throw-away credentials only. `atrest serve` refuses it.\n";

/// A folder that is dev mode's.
pub(super) struct DevFolder(PathBuf);

impl DevFolder {
    /// Opens the folder, making it if it is not there. What a first start that was cut off left
    /// behind is cleared away: nobody was told its secrets.
    /// Errors: the folder holds something that dev mode did not put there.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| format!("make {}", dir.display()))?;
        let dir = dir.canonicalize().with_context(|| format!("find {}", dir.display()))?;
        let folder = Self(dir);
        let stamp = folder.0.join(STAMP);
        if !stamp.exists() {
            let empty = fs::read_dir(&folder.0).context("look into the folder")?.next().is_none();
            anyhow::ensure!(
                empty,
                "{} holds files that `atrest dev` did not make; name another folder with --dir",
                folder.0.display()
            );
            fs::write(&stamp, STAMP_TEXT).with_context(|| format!("write {}", stamp.display()))?;
        }
        if !folder.dev_json_path().exists() {
            folder.clear()?;
        }
        Ok(folder)
    }

    /// Names a folder that dev mode made; nothing is changed in it.
    /// Errors: it does not bear dev mode's stamp.
    pub(super) fn made(dir: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(dir.join(STAMP).exists(), "{} is not a folder of `atrest dev`", dir.display());
        Ok(Self(dir.to_owned()))
    }

    pub(super) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(super) fn clouds(&self) -> PathBuf {
        self.0.join("clouds")
    }

    pub(super) fn root_key(&self) -> PathBuf {
        self.0.join("root.key")
    }

    pub(super) fn dev_json_path(&self) -> PathBuf {
        self.0.join("dev.json")
    }

    /// Reads what an earlier start left.
    /// Errors: the file does not read as dev.json.
    pub(super) fn read_dev_json(&self) -> anyhow::Result<Option<DevJson>> {
        let path = self.dev_json_path();
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let dev_json = serde_json::from_str(&text).with_context(|| {
            format!("{} is not one of ours; remove {} and start anew", path.display(), self.0.display())
        })?;
        Ok(Some(dev_json))
    }

    /// Writes dev.json whole or not at all, owner-only.
    /// Errors: the file cannot be written.
    pub(super) fn write_dev_json(&self, dev_json: &DevJson) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(dev_json).context("write dev.json as JSON")?;
        write_private(&self.dev_json_path(), &[text.as_bytes()])
    }

    /// Gives the folder of nodes' keys and certificates, making it if it is not there.
    /// Errors: it cannot be made.
    pub(super) fn kmip(&self) -> anyhow::Result<PathBuf> {
        let path = self.0.join("kmip");
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("make {}", path.display()))?;
        Ok(path)
    }

    /// Writes the certificate of the simulated clouds' authority, for clients that ask for a file.
    /// Errors: the file cannot be written.
    pub(super) fn write_ca(&self, pem: &str) -> anyhow::Result<PathBuf> {
        let path = self.0.join("clouds-ca.pem");
        fs::write(&path, pem).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }

    fn clear(&self) -> anyhow::Result<()> {
        for part in [self.data(), self.clouds(), self.0.join("kmip")] {
            if part.exists() {
                fs::remove_dir_all(&part).with_context(|| format!("clear {}", part.display()))?;
            }
        }
        if self.root_key().exists() {
            fs::remove_file(self.root_key()).context("clear the root key of a start that was cut off")?;
        }
        Ok(())
    }
}

/// Writes a file whole or not at all, owner-only.
/// Errors: it cannot be written.
pub(super) fn write_private(path: &Path, parts: &[&[u8]]) -> anyhow::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().with_context(|| format!("{} is no file's name", path.display()))?);
    name.push(".half");
    let half = path.with_file_name(name);
    let mut new = fs::OpenOptions::new();
    let mut file = new.write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    parts.iter().try_for_each(|part| file.write_all(part)).with_context(|| format!("write {}", half.display()))?;
    file.sync_all()?;
    fs::rename(&half, path).with_context(|| format!("put {} in place", path.display()))
}
