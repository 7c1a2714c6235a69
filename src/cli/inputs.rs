//! Files that a command reads, stdin among them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::exit::Failure;

/// Bytes of a document: the plan of a large configuration has some tens of megabytes.
const MOST: usize = 128 * 1024 * 1024;

/// Files and stdin, which can be read once.
pub struct Inputs(());

impl Inputs {
    /// # Errors
    /// More than one of them is stdin.
    pub fn new<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<Self, Failure> {
        match paths.filter(|path| is_stdin(path)).count() {
            0 | 1 => Ok(Self(())),
            several => Err(Failure::usage(format!(
                "expected at most one `-`, found {several}: stdin can be read once"
            ))),
        }
    }

    pub fn read(&self, path: &Path) -> Result<String, Failure> {
        let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", name(path)));
        let mut bytes = Vec::new();
        let limit = u64::try_from(MOST + 1).unwrap_or(u64::MAX);
        let read = if is_stdin(path) {
            std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
        } else {
            File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
        };
        match read {
            Ok(count) if count > MOST => Err(named(&format!("expected at most {MOST} bytes, found more"))),
            Ok(_) => text(bytes).map_err(|e| named(&e)),
            Err(error) => Err(named(&error)),
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// How a file is called in messages.
pub fn name(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    format!("`{}`", path.display())
}

/// UTF-8, without the mark that some editors and shells put first.
fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("expected UTF-8, found UTF-16; write the file as UTF-8".to_owned());
    }
    let mut text = String::from_utf8(bytes).map_err(|e| {
        format!(
            "expected UTF-8, found something else at byte {}",
            e.utf8_error().valid_up_to()
        )
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}
