//! The unix socket and its file.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::net::{UnixListener, UnixStream};

/// A unix socket whose file is removed when it is dropped.
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// The folder made for it.
    folder: Option<PathBuf>,
}

impl Socket {
    /// A fresh socket in `folder`, or in a folder of its own that only this user may enter. `group` may connect too.
    pub fn bind(folder: Option<&Path>, group: Option<&str>) -> io::Result<Self> {
        let group = group.map(group_id).transpose()?;
        let name = random_name()?;
        let (path, own) = match folder {
            Some(folder) => (folder.join(format!("plugin-{name}")), None),
            None => {
                let folder = std::env::temp_dir().join(format!("plugin-{name}"));
                DirBuilder::new().mode(0o700).create(&folder)?;
                (folder.join("socket"), Some(folder))
            }
        };
        let listener = UnixListener::bind(&path);
        let socket = match listener {
            Ok(listener) => Self {
                listener,
                path,
                folder: own,
            },
            Err(error) => {
                own.map(fs::remove_dir);
                return Err(error);
            }
        };
        socket.share(group)?;
        Ok(socket)
    }

    /// SECURITY: the socket is for this user, and for the group that the host names.
    fn share(&self, group: Option<u32>) -> io::Result<()> {
        let Some(group) = group else {
            return fs::set_permissions(&self.path, Permissions::from_mode(0o600));
        };
        if let Some(folder) = &self.folder {
            chown(folder, None, Some(group))?;
            fs::set_permissions(folder, Permissions::from_mode(0o710))?;
        }
        chown(&self.path, None, Some(group))?;
        fs::set_permissions(&self.path, Permissions::from_mode(0o660))
    }

    /// The path, which must be text without the character that separates the fields of the handshake line.
    pub fn address(&self) -> io::Result<String> {
        match self.path.to_str() {
            Some(path) if !path.contains(['|', '\n']) => Ok(path.to_owned()),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path of the temporary folder is not plain text; set TMPDIR to another",
            )),
        }
    }

    pub async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // what cannot be removed stays in the folder for temporary files
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("no random numbers"))?;
    Ok(HEXLOWER.encode(&bytes))
}

/// A group by number, or by name in the system's list.
fn group_id(group: &str) -> io::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    let list = fs::read_to_string("/etc/group")?;
    let found = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(group)).then(|| fields.nth(1)?.parse().ok())?
    });
    found.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "no group of the name in `PLUGIN_UNIX_SOCKET_GROUP`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_is_private_and_goes_away() {
        let socket = Socket::bind(None, None).unwrap();
        let path = PathBuf::from(socket.address().unwrap());
        let folder = path.parent().unwrap().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        drop(socket);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_named_folder_and_group_are_used() {
        let folder = tempfile::tempdir().unwrap();
        let own = fs::metadata(folder.path()).unwrap();
        let gid = std::os::unix::fs::MetadataExt::gid(&own).to_string();
        let socket = Socket::bind(Some(folder.path()), Some(&gid)).unwrap();
        let path = PathBuf::from(socket.address().unwrap());
        assert_eq!(path.parent(), Some(folder.path()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        drop(socket);
        assert!(!path.exists() && folder.path().exists());
    }

    #[test]
    fn a_group_that_is_not_there_is_an_error() {
        assert!(Socket::bind(None, Some("no such group at all")).is_err());
    }
}
