//! The state folder: files of mode 0600 that are replaced atomically, and a lock that one process
//! holds. It must not know what the files mean.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, folder_error};

pub(crate) struct Folder {
    path: PathBuf,
    // Held for its lock, which ends with the process however that ends.
    _lock: File,
}

impl Folder {
    /// Opens the folder, making it where it is missing, and locks it.
    /// Errors: `InUse` when another process has it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let wrap = |source| folder_error(path, source);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(wrap)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(wrap)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(wrap(source)),
        }
    }

    /// Reads a file; one that is not there is `None`.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(folder_error(&path, source)),
        }
    }

    /// Replaces a file so that a reader, or a restart after a kill, sees the old or the new one whole.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        let beside = self.path.join(format!(".{name}.new"));
        replace(&path, &beside, bytes).map_err(|source| folder_error(&path, source))?;
        // The rename itself is durable once the folder is.
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(|source| folder_error(&self.path, source))
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| Error::Corrupt { path: self.path.join(name), source })
    }

    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        let bytes =
            serde_json::to_vec(value).map_err(|source| Error::Corrupt { path: self.path.join(name), source })?;
        self.write(name, &bytes)
    }
}

fn replace(path: &Path, beside: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(beside)?;
    // A file left by a crash may carry another mode.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_data()?;
    std::fs::rename(beside, path)
}
