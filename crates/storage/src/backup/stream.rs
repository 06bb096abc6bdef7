//! The outside of a backup: a readable header, then sealed chunks.
//!
//! ```text
//! "ATRESTBK" | header length (4) | header JSON | chunk ... chunk
//! chunk:  last? (1 bit), length (31 bits) | ciphertext and tag
//! ```
//!
//! Numbers are big endian. AES-256-GCM; the key comes from the root key and the header's random salt,
//! the nonce is (last?, counter), the associated data is the hash of everything before the chunks. So
//! no chunk can be changed, moved, dropped or added, and the end cannot be cut off. Must not know what
//! is inside.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest;
use domain::Bug;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{BackupError, BackupInfo, RowCounts};
use crate::root_key::RootKey;

const MAGIC: [u8; 8] = *b"ATRESTBK";
const FORMAT: u32 = 1;
/// Unit: bytes.
const MAX_HEADER: u32 = 4096;
/// Unit: bytes, without the tag.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const LAST: u32 = 1 << 31;
/// No row is longer. Unit: bytes.
const MAX_FRAME: u32 = 16 * 1024 * 1024;

type Result<T> = std::result::Result<T, BackupError>;

/// What can be read of a backup without its key; true only once the stream has been read to its end.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    format: u32,
    pub(super) schema: i64,
    root_key_id: String,
    created_at: i64,
    salt: String,
}

/// Reads the format alone, which every future header will have.
#[derive(Deserialize)]
struct HeaderFormat {
    format: u32,
}

impl Header {
    pub(super) fn new(schema: i64, root_key_id: &str, now: Timestamp) -> std::result::Result<Self, Bug> {
        let mut salt = [0; 32];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| Bug("the system has a random generator"))?;
        Ok(Self {
            format: FORMAT,
            schema,
            root_key_id: root_key_id.to_owned(),
            created_at: now.as_millis(),
            salt: hex::encode(salt),
        })
    }

    pub(super) fn into_info(self, rows: RowCounts) -> BackupInfo {
        BackupInfo {
            created_at: Timestamp::from_millis(self.created_at),
            root_key_id: self.root_key_id,
            schema_version: self.schema,
            rows,
        }
    }
}

/// The key of one stream and its place in it.
struct Chunks {
    key: LessSafeKey,
    header_hash: Vec<u8>,
    counter: u64,
}

impl Chunks {
    fn new(header: &Header, head: &[u8], root_key: &RootKey) -> Result<Self> {
        let salt = hex::decode(&header.salt).map_err(|_| BackupError::NotABackup)?;
        let key = root_key.derive_salted("atrest backup v1", &salt).map_err(bug)?;
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| bug(Bug("a key has 32 bytes")))?;
        let header_hash = digest::digest(&digest::SHA256, head).as_ref().to_vec();
        Ok(Self { key: LessSafeKey::new(key), header_hash, counter: 0 })
    }

    fn next_nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        let counter = self.counter.to_be_bytes();
        nonce.iter_mut().skip(3).zip([u8::from(last)].iter().chain(&counter)).for_each(|(to, from)| *to = *from);
        self.counter = self.counter.saturating_add(1);
        Nonce::assume_unique_for_key(nonce)
    }

    fn bound(&self) -> Aad<&[u8]> {
        Aad::from(self.header_hash.as_slice())
    }
}

/// Writes frames into sealed chunks.
pub(super) struct SealingWriter<'w, W> {
    to: &'w mut W,
    chunks: Chunks,
    waiting: Vec<u8>,
}

impl<'w, W: AsyncWrite + Unpin> SealingWriter<'w, W> {
    pub(super) async fn begin(to: &'w mut W, header: &Header, root_key: &RootKey) -> Result<Self> {
        let text = serde_json::to_vec(header).map_err(|_| bug(Bug("a header has a JSON form")))?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&length(text.len())?.to_be_bytes());
        head.extend_from_slice(&text);
        to.write_all(&head).await.map_err(BackupError::Io)?;
        let chunks = Chunks::new(header, &head, root_key)?;
        Ok(Self { to, chunks, waiting: Vec::with_capacity(CHUNK.saturating_mul(2)) })
    }

    pub(super) async fn frame(&mut self, text: &str) -> Result<()> {
        let size = length(text.len())?;
        if size > MAX_FRAME {
            return Err(bug(Bug("no row is longer than a backup can hold")));
        }
        self.waiting.extend_from_slice(&size.to_be_bytes());
        self.waiting.extend_from_slice(text.as_bytes());
        // Keeps at least one byte, so that the last chunk is never empty.
        while self.waiting.len() > CHUNK {
            let rest = self.waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            self.chunk(chunk, false).await?;
        }
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<()> {
        let chunk = std::mem::take(&mut self.waiting);
        self.chunk(chunk, true).await?;
        self.to.flush().await.map_err(BackupError::Io)
    }

    async fn chunk(&mut self, mut chunk: Vec<u8>, last: bool) -> Result<()> {
        let nonce = self.chunks.next_nonce(last);
        self.chunks
            .key
            .seal_in_place_append_tag(nonce, self.chunks.bound(), &mut chunk)
            .map_err(|_| bug(Bug("sealing does not fail")))?;
        let mark = length(chunk.len())? | if last { LAST } else { 0 };
        self.to.write_all(&mark.to_be_bytes()).await.map_err(BackupError::Io)?;
        self.to.write_all(&chunk).await.map_err(BackupError::Io)
    }
}

/// Reads frames out of sealed chunks; every byte it gives was proved.
pub(super) struct OpeningReader<'r, R> {
    from: &'r mut R,
    chunks: Chunks,
    opened: Vec<u8>,
    /// How much of `opened` was given.
    given: usize,
    last: bool,
}

impl<'r, R: AsyncRead + Unpin> OpeningReader<'r, R> {
    pub(super) async fn begin(from: &'r mut R, root_key: &RootKey) -> Result<(Header, Self)> {
        let mut start = [0; 12];
        read_exactly(from, &mut start).await.map_err(|_| BackupError::NotABackup)?;
        let (magic, size) = start.split_at(MAGIC.len());
        let size = u32::from_be_bytes(size.try_into().map_err(|_| BackupError::NotABackup)?);
        if magic != MAGIC || size > MAX_HEADER {
            return Err(BackupError::NotABackup);
        }
        let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
        read_exactly(from, &mut text).await?;
        let HeaderFormat { format } = serde_json::from_slice(&text).map_err(|_| BackupError::NotABackup)?;
        if format != FORMAT {
            return Err(BackupError::NewerFormat { found: format, known: FORMAT });
        }
        let header: Header = serde_json::from_slice(&text).map_err(|_| BackupError::NotABackup)?;
        if header.root_key_id != root_key.id() {
            let given = root_key.id().to_owned();
            return Err(BackupError::OtherRootKey { wanted: header.root_key_id, given });
        }
        let mut head = start.to_vec();
        head.extend_from_slice(&text);
        let chunks = Chunks::new(&header, &head, root_key)?;
        Ok((header, Self { from, chunks, opened: Vec::new(), given: 0, last: false }))
    }

    /// Tells which chunk is read next.
    pub(super) const fn chunk(&self) -> u64 {
        self.chunks.counter
    }

    pub(super) async fn frame(&mut self) -> Result<String> {
        let size = self.take(4).await?;
        let size = u32::from_be_bytes(size.try_into().map_err(|_| self.damaged())?);
        if size > MAX_FRAME {
            return Err(self.damaged());
        }
        let text = self.take(usize::try_from(size).unwrap_or(0)).await?;
        String::from_utf8(text).map_err(|_| self.damaged())
    }

    /// Makes sure that nothing follows.
    pub(super) async fn end(&mut self) -> Result<()> {
        while !self.last {
            self.next_chunk().await?;
        }
        let mut more = [0; 1];
        let read = self.from.read(&mut more).await.map_err(BackupError::Io)?;
        if self.given == self.opened.len() && read == 0 { Ok(()) } else { Err(self.damaged()) }
    }

    async fn take(&mut self, size: usize) -> Result<Vec<u8>> {
        let mut taken = Vec::with_capacity(size);
        while taken.len() < size {
            let there = self.opened.get(self.given..).unwrap_or_default();
            if there.is_empty() {
                self.next_chunk().await?;
                continue;
            }
            let part = there.get(..size.saturating_sub(taken.len())).unwrap_or(there);
            taken.extend_from_slice(part);
            self.given = self.given.saturating_add(part.len());
        }
        Ok(taken)
    }

    async fn next_chunk(&mut self) -> Result<()> {
        if self.last {
            return Err(self.damaged());
        }
        let mut mark = [0; 4];
        read_exactly(self.from, &mut mark).await?;
        let mark = u32::from_be_bytes(mark);
        let (last, size) = (mark & LAST != 0, usize::try_from(mark & !LAST).unwrap_or(usize::MAX));
        if size > CHUNK.saturating_add(TAG) || size <= TAG {
            return Err(self.damaged());
        }
        let mut chunk = vec![0; size];
        read_exactly(self.from, &mut chunk).await?;
        let damaged = self.damaged();
        let rest = self.opened.split_off(self.given.min(self.opened.len()));
        let nonce = self.chunks.next_nonce(last);
        let opened = self.chunks.key.open_in_place(nonce, self.chunks.bound(), &mut chunk);
        self.opened = rest;
        self.opened.extend_from_slice(opened.map_err(|_| damaged)?);
        self.given = 0;
        self.last = last;
        Ok(())
    }

    const fn damaged(&self) -> BackupError {
        BackupError::Damaged { chunk: self.chunks.counter }
    }
}

async fn read_exactly(from: &mut (impl AsyncRead + Unpin), to: &mut [u8]) -> Result<()> {
    match from.read_exact(to).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(BackupError::CutShort),
        Err(error) => Err(BackupError::Io(error)),
    }
}

fn length(size: usize) -> Result<u32> {
    u32::try_from(size).ok().filter(|size| size & LAST == 0).ok_or_else(|| bug(Bug("no row has 2 GiB")))
}

fn bug(bug: Bug) -> BackupError {
    BackupError::Io(std::io::Error::other(bug))
}
