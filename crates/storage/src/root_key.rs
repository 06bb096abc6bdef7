//! The root key: 32 bytes in a file that is not in the database, from which every key of ours is
//! derived. Must not know tables.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hkdf;
use base64::Engine as _;
use domain::Bug;
use domain::secret::SecretBytes;
use zeroize::Zeroizing;

/// No accepted form of the key is longer, a line end included. Unit: bytes.
const LONGEST_FILE: usize = 80;

/// The root key.
#[derive(Clone)]
pub struct RootKey {
    bytes: Arc<SecretBytes<32>>,
    id: String,
}

/// Why a root key file cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// It cannot be read or written.
    #[error("{act} the root key file {path}")]
    Io {
        /// What was attempted.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// It is a link or no file.
    #[error("the root key file {path} is a link or not a plain file; name the file itself")]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error("the root key file {path} belongs to another user; chown it to the user atrest runs as")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Others may read it.
    #[error("the root key file {path} is open to other users (mode {mode:o}); run chmod 600 on it")]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Whoever copies the data folder would have both.
    #[error(
        "the root key file {path} is inside the data folder; keep it elsewhere, so that a copy of the data alone opens nothing"
    )]
    InDataFolder {
        /// The file.
        path: PathBuf,
    },
    /// It does not hold a key.
    #[error(
        "the root key file {path} does not hold 32 random bytes, raw or as hex or base64 text; make one with atrest init"
    )]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// There is a file already.
    #[error("{path} exists already; a root key is never overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something that cannot happen did.
    #[error(transparent)]
    Bug(#[from] Bug),
}

impl RootKey {
    /// Takes a key that lives elsewhere.
    pub fn from_bytes(bytes: SecretBytes<32>) -> Result<Self, Bug> {
        let id = derive(&bytes, b"atrest root key id")?;
        Ok(Self { id: hex::encode(id.expose().get(..8).unwrap_or_default()), bytes: Arc::new(bytes) })
    }

    /// Makes the bytes of a new key, for a home that keeps them wrapped.
    pub fn random_bytes() -> Result<SecretBytes<32>, Bug> {
        SecretBytes::<32>::fill(|place| aws_lc_rs::rand::fill(place))
            .map_err(|_| Bug("the system has a random generator"))
    }

    /// Opens a file that holds a root key, bare or wrapped: no link, and not in the data folder.
    /// Errors: `NotAFile`, `InDataFolder`, `Io`.
    pub fn open_apart(path: &Path, data_dir: Option<&Path>) -> Result<File, RootKeyError> {
        let here = || path.to_owned();
        let io = |act| move |source| RootKeyError::Io { act, path: path.to_owned(), source };
        let named = std::fs::symlink_metadata(path).map_err(io("look at"))?;
        if !named.is_file() {
            return Err(RootKeyError::NotAFile { path: here() });
        }
        let file = File::open(path).map_err(io("open"))?;
        let opened = file.metadata().map_err(io("look at"))?;
        if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
            return Err(RootKeyError::NotAFile { path: here() });
        }
        if let Some(dir) = data_dir {
            let file = path.canonicalize().map_err(io("look at"))?;
            // A folder that is not there yet holds nothing.
            if dir.canonicalize().is_ok_and(|dir| file.starts_with(dir)) {
                return Err(RootKeyError::InDataFolder { path: here() });
            }
        }
        Ok(file)
    }

    /// Writes a new owner-only file durably. Nothing is ever overwritten.
    /// Errors: `Exists`, `Io`.
    /// Cancel: not async; a crash may leave a file that holds nothing or a part.
    pub fn write_new(path: &Path, content: &[u8]) -> Result<(), RootKeyError> {
        let io = |act| move |source| RootKeyError::Io { act, path: path.to_owned(), source };
        let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(RootKeyError::Exists { path: path.to_owned() });
            }
            Err(error) => return Err(io("create")(error)),
        };
        file.write_all(content).map_err(io("write"))?;
        file.sync_all().map_err(io("write"))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io("write"))
    }

    /// Reads the key from an owner-only file outside the data folder: 32 raw bytes, or 32 bytes as
    /// hex or base64 text.
    /// Errors: one for each way in which the file is unfit.
    pub fn from_file(path: &Path, data_dir: Option<&Path>) -> Result<Self, RootKeyError> {
        let here = || path.to_owned();
        let io = |act| move |source| RootKeyError::Io { act, path: path.to_owned(), source };
        let mut file = Self::open_apart(path, data_dir)?;
        let opened = file.metadata().map_err(io("look at"))?;
        if opened.uid() != rustix::process::geteuid().as_raw() {
            return Err(RootKeyError::NotOurs { path: here() });
        }
        let mode = opened.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(RootKeyError::NotPrivate { path: here(), mode });
        }
        let mut content = Zeroizing::new([0; LONGEST_FILE]);
        let mut length = 0;
        while let Some(rest) = content.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match file.read(rest).map_err(io("read"))? {
                0 => break,
                more => length = length.saturating_add(more),
            }
        }
        let content = content.get(..length).unwrap_or_default();
        let key =
            SecretBytes::fill(|place| parse(content, place)).map_err(|()| RootKeyError::NotAKey { path: here() })?;
        Ok(Self::from_bytes(key)?)
    }

    /// Makes a new key in a new owner-only file, durably, and gives it.
    pub fn generate_file(path: &Path) -> Result<Self, RootKeyError> {
        let key = Self::random_bytes()?;
        let mut text = Zeroizing::new([0; 65]);
        let (digits, line_end) = text.split_at_mut(64);
        hex::encode_to_slice(key.expose(), digits).map_err(|_| Bug("32 bytes are 64 hex digits"))?;
        line_end.fill(b'\n');
        Self::write_new(path, text.as_slice())?;
        Ok(Self::from_bytes(key)?)
    }

    /// Derives a key for one purpose (HKDF-SHA256). Different labels give unrelated keys.
    pub fn derive(&self, label: &str) -> Result<SecretBytes<32>, Bug> {
        derive(&self.bytes, label.as_bytes())
    }

    /// Derives a key for one purpose and one occasion.
    pub(crate) fn derive_salted(&self, label: &str, salt: &[u8]) -> Result<SecretBytes<32>, Bug> {
        expand(hkdf::Salt::new(hkdf::HKDF_SHA256, salt), &self.bytes, label.as_bytes())
    }

    /// Names the key without telling anything about it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootKey({})", self.id)
    }
}

struct Bytes32;

impl hkdf::KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(bytes: &SecretBytes<32>, label: &[u8]) -> Result<SecretBytes<32>, Bug> {
    expand(hkdf::Salt::new(hkdf::HKDF_SHA256, b"atrest"), bytes, label)
}

fn expand(salt: hkdf::Salt, bytes: &SecretBytes<32>, label: &[u8]) -> Result<SecretBytes<32>, Bug> {
    let pseudo_random = salt.extract(bytes.expose());
    SecretBytes::fill(|place| pseudo_random.expand(&[label], Bytes32).and_then(|output| output.fill(place)))
        .map_err(|_| Bug("32 bytes can be derived"))
}

fn parse(content: &[u8], place: &mut [u8; 32]) -> Result<(), ()> {
    if content.len() == 32 {
        // 32 hex digits are 16 bytes in disguise, and no random key looks like that.
        if content.iter().all(u8::is_ascii_hexdigit) {
            return Err(());
        }
        place.copy_from_slice(content);
        return Ok(());
    }
    let text = content.trim_ascii();
    if text.len() == 64 {
        return hex::decode_to_slice(text, place).map_err(drop);
    }
    let mut decoded = Zeroizing::new([0; LONGEST_FILE]);
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let length = engine.decode_slice(text, decoded.as_mut_slice()).map_err(drop)?;
    let key = decoded.get(..length).filter(|key| key.len() == 32).ok_or(())?;
    place.copy_from_slice(key);
    Ok(())
}
