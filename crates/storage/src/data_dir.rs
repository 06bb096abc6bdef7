//! The data folder of SQLite: ours alone, locked by one process, its files readable by nobody else.
//! Must not know what is in the database.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

const DATABASE: &str = "atrest.db";
const LOCK: &str = "atrest.lock";

/// A folder that is ours. Dropped, it is unlocked.
pub(crate) struct DataDir {
    pub(crate) database: PathBuf,
    _lock: Option<File>,
}

/// Makes the folder if need be, and locks it.
pub(crate) fn own(dir: &Path) -> Result<DataDir, OpenError> {
    let io = |act, path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Io { act, path, source }
    };
    if !dir.exists() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(dir).map_err(io("create the data folder", dir))?;
    } else if is_empty(dir).map_err(io("look into the data folder", dir))? {
        // Just made for us. One with content may be somebody's home: that is not ours to close.
        std::fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(io("close to others", dir))?;
    }
    check_private(dir)?;
    let lock_path = dir.join(LOCK);
    let lock = owner_only(&lock_path).map_err(io("open the lock file", &lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::FolderLocked { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(io("lock", &lock_path)(source)),
    }
    let database = dir.join(DATABASE);
    // Made before SQLite comes to it: -wal and -shm take its permissions.
    owner_only(&database).map_err(io("create the database file", &database))?;
    for name in [DATABASE, "atrest.db-wal", "atrest.db-shm", LOCK] {
        let path = dir.join(name);
        if path.exists() {
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(io("close to others", &path))?;
        }
    }
    Ok(DataDir { database, _lock: Some(lock) })
}

/// Finds the database of a folder that another process may own.
pub(crate) fn look_into(dir: &Path) -> Result<DataDir, OpenError> {
    let database = dir.join(DATABASE);
    if !database.exists() {
        return Err(OpenError::NoDatabase { dir: dir.to_owned() });
    }
    check_private(dir)?;
    Ok(DataDir { database, _lock: None })
}

fn check_private(dir: &Path) -> Result<(), OpenError> {
    let found = std::fs::metadata(dir).map_err(|source| OpenError::Io {
        act: "look at the data folder",
        path: dir.to_owned(),
        source,
    })?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(OpenError::FolderNotOurs { dir: dir.to_owned() });
    }
    let mode = found.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(OpenError::FolderNotPrivate { dir: dir.to_owned(), mode });
    }
    Ok(())
}

fn is_empty(dir: &Path) -> std::io::Result<bool> {
    Ok(std::fs::read_dir(dir)?.next().is_none())
}

fn owner_only(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}
