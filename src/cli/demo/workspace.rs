//! The folder in which Terraform or OpenTofu runs, and the environment it sees. Removed when dropped.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};

use crate::sandbox::Sandbox;

use super::error::DemoError;
use super::tale::Tale;

/// Variables of the caller that a program needs to run at all. Nothing of a real account is among them.
const INHERITED: [&str; 8] = [
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LANG",
    "SYSTEMROOT",
    "SystemRoot",
    "USERPROFILE",
];

/// A private folder with the configuration in it.
pub struct Workspace {
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Workspace {
    /// Writes the configuration, and points Terraform at the sandbox and at the provider beside this program.
    ///
    /// # Errors
    /// No provider beside this program, or a folder that cannot be written.
    pub fn make(sandbox: &Sandbox, tale: &dyn Tale) -> Result<Self, DemoError> {
        let provider = provider_folder()?;
        let parent = std::env::temp_dir();
        let wrong = |source: io::Error| DemoError::Workspace {
            directory: parent.display().to_string(),
            source,
        };
        let folder = fresh_folder(&parent).map_err(wrong)?;
        let workspace = Self {
            environment: environment(&folder, sandbox),
            folder,
        };
        let overridden = provider
            .display()
            .to_string()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        let settings = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"oidcfed/oidcfed\" = \"{overridden}\"\n  }}\n  direct {{}}\n}}\n"
        );
        workspace.write("main.tf", tale.configuration()).map_err(wrong)?;
        workspace.write("setting.tf", tale.setting()).map_err(wrong)?;
        workspace.write("cli.tfrc", &settings).map_err(wrong)?;
        Ok(workspace)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything Terraform sees.
    pub fn environment(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.environment.iter().map(|(name, value)| (name, value))
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(name), text)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the temporary directory.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What of the caller's environment gets through.
pub fn inherited() -> impl Iterator<Item = (OsString, OsString)> {
    INHERITED
        .iter()
        .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)))
}

// SECURITY: nothing of the caller's own settings of a cloud gets here, so that no real account can be reached by mistake.
fn environment(folder: &Path, sandbox: &Sandbox) -> Vec<(OsString, OsString)> {
    let own = [
        ("HOME", folder.as_os_str().to_owned()),
        ("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc").into_os_string()),
        ("TF_IN_AUTOMATION", OsString::from("1")),
        ("TF_INPUT", OsString::from("0")),
        ("CHECKPOINT_DISABLE", OsString::from("1")),
        ("TF_VAR_issuer", OsString::from(sandbox.issuer().as_str())),
    ];
    let own = own.into_iter().map(|(name, value)| (OsString::from(name), value));
    let pointing = sandbox
        .environment()
        .into_iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    inherited().chain(own).chain(pointing).collect()
}

/// Where the provider lies: beside this program.
fn provider_folder() -> Result<PathBuf, DemoError> {
    let name = format!("terraform-provider-oidcfed{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe()
        .and_then(fs::canonicalize)
        .unwrap_or_default();
    let folder = own.parent().map(Path::to_owned).unwrap_or_default();
    let provider = folder.join(name);
    if provider.is_file() {
        return Ok(folder);
    }
    Err(DemoError::NoProvider(provider.display().to_string()))
}

fn fresh_folder(parent: &Path) -> io::Result<PathBuf> {
    let mut mark = [0; 8];
    SystemRandom::new()
        .fill(&mut mark)
        .map_err(|_| io::Error::other("the system gives no randomness"))?;
    let folder = parent.join(format!("oidcfed-demo-{}", HEXLOWER.encode(&mark)));
    private(&folder)?;
    Ok(folder)
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)
}
