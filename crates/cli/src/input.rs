//! Where the body of a request comes from: a file or standard input. It must not know what is in it, beyond that it
//! has an end.

use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use zeroize::Zeroizing;

use crate::surroundings::{StandardInput, Surroundings};

/// Bytes that a body may have. The server's own limit is lower.
const LIMIT: u64 = 8 * 1024 * 1024;

/// A body, which may hold a secret.
pub(crate) type Body = Zeroizing<Vec<u8>>;

/// Reads a body: from the file if one is named, else from standard input if something stands there. A pipe through which
/// nothing comes, as some schedulers give their programs, is no body.
/// Errors: both are there, as with the Atlas CLI; or what is named cannot be read.
pub(crate) fn body(file: Option<&Path>, around: &mut Surroundings) -> anyhow::Result<Option<Body>> {
    match (file, &mut around.input) {
        (Some(path), _) if path.as_os_str() == "-" => {
            let StandardInput::Stream(stream) = &mut around.input else { bail!("there is nothing at standard input") };
            whole(stream, "standard input").map(Some)
        }
        (Some(_), StandardInput::Stream(_)) => {
            bail!("cannot use --file flag and also input from standard input")
        }
        (Some(path), StandardInput::Terminal | StandardInput::Nothing) => {
            let name = path.display().to_string();
            let mut file = std::fs::File::open(path).with_context(|| format!("read {name}"))?;
            whole(&mut file, &name).map(Some)
        }
        (None, StandardInput::Stream(stream)) => {
            let body = whole(stream, "standard input")?;
            Ok(Some(body).filter(|body| !body.is_empty()))
        }
        (None, StandardInput::Terminal | StandardInput::Nothing) => Ok(None),
    }
}

fn whole(stream: &mut dyn Read, name: &str) -> anyhow::Result<Body> {
    let mut body = Zeroizing::new(Vec::new());
    stream.take(LIMIT.saturating_add(1)).read_to_end(&mut body).with_context(|| format!("read {name}"))?;
    ensure!(u64::try_from(body.len())? <= LIMIT, "{name} is larger than any body of this API");
    Ok(body)
}
