//! The state of one simulated cloud and its file: a change is saved before its answer goes out, and an
//! older state never lands on a newer. It must not know what a state holds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::folder::Folder;

/// A state that counts its changes.
pub(crate) trait Revised: Default + Serialize + DeserializeOwned + Send + 'static {
    /// How many changes were made since it was loaded.
    fn revision(&self) -> u64;
}

/// A state, and the file that holds it if there is a folder. Clones are one and the same.
pub(crate) struct Kept<S> {
    inner: Arc<Inner<S>>,
}

impl<S> Clone for Kept<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

struct Inner<S> {
    state: Mutex<S>,
    /// The revision that the folder holds. Locked while it is written.
    saved: Mutex<u64>,
    folder: Option<Arc<Folder>>,
    file: &'static str,
}

impl<S: Revised> Kept<S> {
    /// Loads what the folder's file holds, or begins with nothing.
    /// Errors: `Folder`, `Corrupt`.
    pub(crate) fn load(folder: Option<Arc<Folder>>, file: &'static str) -> Result<Self, Error> {
        let state = match &folder {
            Some(folder) => folder.read_json(file)?.unwrap_or_default(),
            None => S::default(),
        };
        Ok(Self { inner: Arc::new(Inner { state: Mutex::new(state), saved: Mutex::new(0), folder, file }) })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        lock(&self.inner.state)
    }

    /// Saves the state unless this revision, or a later one, is saved already.
    /// Cancel: the write goes on, whole.
    pub(crate) async fn save(&self, revision: u64) -> Result<(), Error> {
        if self.inner.folder.is_none() || *lock(&self.inner.saved) >= revision {
            return Ok(());
        }
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || inner.write(revision))
            .await
            .map_err(|_| Error::Bug("writing the state does not panic"))?
    }
}

impl<S: Revised> Inner<S> {
    fn write(&self, revision: u64) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut saved = lock(&self.saved);
        if *saved >= revision {
            return Ok(());
        }
        let (bytes, written) = {
            let state = lock(&self.state);
            let bytes = serde_json::to_vec(&*state).map_err(|_| Error::Bug("the state can be written as JSON"))?;
            (bytes, state.revision())
        };
        folder.write(self.file, &bytes)?;
        *saved = written;
        Ok(())
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
