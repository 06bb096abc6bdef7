//! What can go wrong in the store. Messages name the act and the table; SQL text, values and secrets
//! never enter them. "Not there" and "lost the race" are values, not errors.

use std::path::PathBuf;
use std::sync::Arc;

use crate::backup::BackupError;
use crate::root_key::RootKeyError;

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Others hold the database, or all connections, for too long.
    #[error("{act}: the database is busy")]
    Busy {
        /// What was attempted.
        act: &'static str,
        /// The database's own error.
        source: Box<sqlx::Error>,
    },
    /// The database went away. A commit under way may or may not have taken place.
    #[error("{act}: the database cannot be reached")]
    Unreachable {
        /// What was attempted.
        act: &'static str,
        /// The database's own error.
        source: Box<sqlx::Error>,
    },
    /// The database refused.
    #[error("{act}")]
    Database {
        /// What was attempted.
        act: &'static str,
        /// The database's own error.
        source: Box<sqlx::Error>,
    },
    /// The store cannot be opened as it is.
    #[error("open the store")]
    Open(#[source] OpenError),
    /// A row does not hold what was written.
    #[error("read a row of {table}: its {what} is not what was written")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What could not be read.
        what: &'static str,
    },
    /// A sealed value was changed, moved, or sealed under another root key.
    #[error("open the sealed {column} of {table} row {row}")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// A backup could not be written or read.
    #[error("{act}")]
    Backup {
        /// What was attempted.
        act: &'static str,
        /// Why it failed.
        source: BackupError,
    },
    /// The store was opened for reading only.
    #[error("{act}: the store is open for reading only")]
    ReadOnly {
        /// What was attempted.
        act: &'static str,
    },
    /// One failure that several were waiting behind; each of them is told.
    #[error(transparent)]
    Shared(Arc<StoreError>),
    /// Something that cannot happen did.
    #[error(transparent)]
    Bug(#[from] domain::Bug),
}

/// Why a store cannot be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses the folder.
    #[error("the data folder {dir} is in use by another atrest process; stop that one first")]
    FolderLocked {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder is open to others.
    #[error("the data folder {dir} is open to other users (mode {mode:o}); run chmod 700 on it")]
    FolderNotPrivate {
        /// The folder.
        dir: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The folder belongs to somebody else.
    #[error("the data folder {dir} belongs to another user; run as its owner or choose another folder")]
    FolderNotOurs {
        /// The folder.
        dir: PathBuf,
    },
    /// There is no database to read.
    #[error("there is no database in {dir}; name the data folder of a server that has run")]
    NoDatabase {
        /// The folder.
        dir: PathBuf,
    },
    /// The file system failed us.
    #[error("{act} {path}")]
    Io {
        /// What was attempted.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The address of the database makes no sense.
    #[error("the database address is not a postgres:// URL")]
    NotAUrl(#[source] Box<sqlx::Error>),
    /// The database would acknowledge what it has not written.
    #[error("{setting} is {found}, so an acknowledged change could be lost; set it to {wanted}")]
    NotDurable {
        /// The setting of the database.
        setting: &'static str,
        /// Its present value.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A newer release has migrated the database.
    #[error("the database has schema version {found}, this program knows {known}; run the newer program")]
    NewerSchema {
        /// The database's version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The database has not been migrated yet, and we may not.
    #[error("the database has schema version {found}, this program needs {known}; start the server once")]
    OlderSchema {
        /// The database's version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A migration that ran is not the one we know.
    #[error("migration {name} in the database differs from this program's; run the program it came from")]
    EditedMigration {
        /// The migration.
        name: String,
    },
    /// The root key is another one.
    #[error("the database is sealed under root key {wanted}, the one given is {given}; give the right key file")]
    WrongRootKey {
        /// The id of the key the database is sealed under.
        wanted: String,
        /// The id of the key that was given.
        given: String,
    },
    /// The root key file cannot be used.
    #[error(transparent)]
    RootKey(RootKeyError),
}

/// Whether trying again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call may succeed in a moment.
    Later,
    /// It will fail again.
    Never,
}

impl StoreError {
    /// Tells whether trying again may help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Shared(error) => error.retry(),
            Self::Busy { .. } | Self::Unreachable { .. } => Retry::Later,
            Self::Database { .. }
            | Self::Open(_)
            | Self::Corrupt { .. }
            | Self::Sealed { .. }
            | Self::Backup { .. }
            | Self::ReadOnly { .. }
            | Self::Bug(_) => Retry::Never,
        }
    }

    /// Sorts an error of the database.
    pub(crate) fn database(act: &'static str, source: sqlx::Error) -> Self {
        let kind = Blame::of(&source);
        let source = Box::new(source);
        match kind {
            Blame::Contention => Self::Busy { act, source },
            Blame::Distance => Self::Unreachable { act, source },
            Blame::Request => Self::Database { act, source },
        }
    }

    /// Tells whether the transaction as a whole can be run again at once.
    pub(crate) fn is_lost_race(&self) -> bool {
        match self {
            Self::Busy { source, .. } => sql_state(source).is_some_and(|state| SERIALIZATION.contains(&state.as_str())),
            Self::Shared(error) => error.is_lost_race(),
            Self::Unreachable { .. }
            | Self::Database { .. }
            | Self::Open(_)
            | Self::Corrupt { .. }
            | Self::Sealed { .. }
            | Self::Backup { .. }
            | Self::ReadOnly { .. }
            | Self::Bug(_) => false,
        }
    }

    /// Tells whether another process made the same table at the same time.
    pub(crate) fn is_made_twice(&self) -> bool {
        matches!(self, Self::Database { source, .. }
            if sql_state(source).is_some_and(|state| matches!(state.as_str(), "23505" | "42P07" | "42710")))
    }
}

/// Serialization failure and deadlock. Source: PostgreSQL manual, appendix A.
const SERIALIZATION: [&str; 2] = ["40001", "40P01"];
/// The database is starting, stopping, or out of connections. Source: PostgreSQL manual, appendix A.
const AWAY: [&str; 4] = ["57P01", "57P02", "57P03", "53300"];
/// `SQLITE_BUSY` and its extended codes. Source: sqlite.org/rescode.html
const SQLITE_BUSY: [&str; 4] = ["5", "261", "517", "773"];

enum Blame {
    Contention,
    Distance,
    Request,
}

impl Blame {
    fn of(error: &sqlx::Error) -> Self {
        if let Some(state) = sql_state(error) {
            let state = state.as_str();
            if SERIALIZATION.contains(&state) || SQLITE_BUSY.contains(&state) {
                return Self::Contention;
            }
            return if AWAY.contains(&state) { Self::Distance } else { Self::Request };
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "sqlx may add kinds; what we do not know is not retried")]
        match error {
            sqlx::Error::PoolTimedOut => Self::Contention,
            // A proxy whose database is gone hangs up, which sqlx takes for a broken protocol.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Distance,
            _ => Self::Request,
        }
    }
}

fn sql_state(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|refusal| refusal.code()).map(|code| code.into_owned())
}
