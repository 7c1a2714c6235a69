//! The bundle file: what clients must believe to talk to the sandbox and still to everybody else.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};

use crate::oidc::certificate_pem;
use crate::trust::Secret;

/// A directory of this run with `bundle.pem` in it, removed on drop.
///
/// SECURITY: the authority's key is never written. What opens an emulated cloud may be, for the owner alone.
#[derive(Debug)]
pub struct Bundle {
    directory: PathBuf,
}

impl Bundle {
    /// Writes the system's roots and `authority` into a fresh directory below `parent`.
    ///
    /// # Errors
    /// The directory or the file cannot be written.
    pub fn write(parent: &Path, authority: &[u8]) -> io::Result<Self> {
        let mut mark = [0; 8];
        SystemRandom::new()
            .fill(&mut mark)
            .map_err(|_| io::Error::other("the system gives no randomness"))?;
        let directory = parent.join(format!("oidcfed-sandbox-{}", HEXLOWER.encode(&mark)));
        private_directory(&directory)?;
        let bundle = Self { directory };
        let mut file = fs::File::create_new(bundle.path())?;
        // SECURITY: a variable such as SSL_CERT_FILE replaces the system's roots; without them the public ones are cut off
        for certificate in rustls_native_certs::load_native_certs().certs {
            file.write_all(certificate_pem(&certificate).as_bytes())?;
        }
        file.write_all(certificate_pem(authority).as_bytes())?;
        Ok(bundle)
    }

    /// Writes a file beside the bundle that only its owner can read.
    ///
    /// # Errors
    /// The file is there, or cannot be written.
    pub fn add_private(&self, name: &'static str, content: &Secret<String>) -> io::Result<()> {
        let mut file = private_file(&self.directory.join(name))?;
        file.write_all(content.expose().as_bytes())
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.directory.join("bundle.pem")
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        // what cannot be removed now is removed with the temporary directory
        // what tools that were pointed here wrote beside it goes as well: the directory was made by and for this run
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[cfg(unix)]
fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::File::create_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::authority::Authority;

    #[test]
    fn the_bundle_is_the_systems_roots_and_this_authority_and_no_key() {
        let parent = tempfile::tempdir().unwrap();
        let authority = Authority::new().unwrap();
        let bundle = Bundle::write(parent.path(), authority.certificate()).unwrap();
        let text = fs::read_to_string(bundle.path()).unwrap();
        let roots = rustls_native_certs::load_native_certs().certs.len();
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), roots + 1);
        assert!(text.ends_with(&certificate_pem(authority.certificate())));
        assert!(!text.contains("PRIVATE KEY"));
        assert_eq!(
            fs::read_dir(bundle.path().parent().unwrap()).unwrap().count(),
            1,
            "nothing else is written"
        );
        drop(bundle);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn what_opens_an_emulated_cloud_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let authority = Authority::new().unwrap();
        let bundle = Bundle::write(parent.path(), authority.certificate()).unwrap();
        bundle.add_private("token", &"hunter2".to_owned().into()).unwrap();
        let file = bundle.path().with_file_name("token");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&file).unwrap(), "hunter2");
        assert!(bundle.add_private("token", &"another".to_owned().into()).is_err());
        // as the Cloud CLI does with its configuration
        fs::create_dir(bundle.directory().join("no-gcloud")).unwrap();
        fs::write(bundle.directory().join("no-gcloud/logs"), "").unwrap();
        drop(bundle);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
