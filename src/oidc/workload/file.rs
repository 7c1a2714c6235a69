//! A token in a file.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use zeroize::Zeroizing;

use super::MAX_TOKEN;
use super::miss::Miss;
use crate::trust::Secret;

/// A pipe that nobody writes to is no file.
const DEADLINE: Duration = Duration::from_secs(10);

/// The text of a file without the white space around it. Bounded in size and time; whether it is a token is not asked.
pub(super) async fn read(path: &Path) -> Result<Secret<String>, Miss> {
    let late = |_| Miss::TimedOut {
        seconds: DEADLINE.as_secs(),
    };
    let text = tokio::time::timeout(DEADLINE, bounded(path))
        .await
        .map_err(late)??;
    match text.trim() {
        "" => Err(Miss::NoToken("an empty file")),
        token => Ok(token.to_owned().into()),
    }
}

async fn bounded(path: &Path) -> Result<Zeroizing<String>, Miss> {
    let shown = || path.display().to_string();
    let wrong = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Miss::NoFile(shown()),
        ErrorKind::InvalidData => Miss::NoToken("bytes that are no text"),
        _ => Miss::Unreadable {
            path: shown(),
            reason: error.to_string(),
        },
    };
    let file = tokio::fs::File::open(path).await.map_err(wrong)?;
    let mut text = Zeroizing::new(String::new());
    let mut limited = file.take(MAX_TOKEN as u64 + 1);
    limited.read_to_string(&mut text).await.map_err(wrong)?;
    if text.len() > MAX_TOKEN {
        return Err(Miss::TooLarge {
            limit: MAX_TOKEN,
            unit: "characters",
        });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_read_trimmed_and_bounded() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |bytes: &[u8]| std::fs::write(file.path(), bytes).unwrap();
        with(b"  abc.def.ghi\n");
        assert_eq!(read(file.path()).await.unwrap().expose(), "abc.def.ghi");
        with(b"\n");
        assert_eq!(
            read(file.path()).await.unwrap_err(),
            Miss::NoToken("an empty file")
        );
        with(&[b'a'; MAX_TOKEN]);
        assert_eq!(read(file.path()).await.unwrap().expose().len(), MAX_TOKEN);
        with(&[b'a'; MAX_TOKEN + 1]);
        assert!(matches!(read(file.path()).await, Err(Miss::TooLarge { .. })));
        with(&[0xff, 0xfe]);
        assert!(matches!(read(file.path()).await, Err(Miss::NoToken(_))));
        let nowhere = Path::new("/does/not/exist");
        assert_eq!(
            read(nowhere).await.unwrap_err(),
            Miss::NoFile("/does/not/exist".to_owned())
        );
    }
}
