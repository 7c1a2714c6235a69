//! What the search sees of the machine: variables, folders, certificate authorities, time.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::oidc::clock::{Clock, SystemClock};

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The machine as a workload sees it. Cheap to make and to clone; it looks at nothing by itself.
#[derive(Clone)]
pub struct Surroundings {
    variables: Arc<Lookup>,
    /// What the catalogue's absolute paths begin at.
    root: PathBuf,
    ca_bundle: Option<Arc<[u8]>>,
    clock: Arc<dyn Clock>,
    pause: Duration,
    #[cfg(test)]
    detour: Option<PathBuf>,
}

impl Surroundings {
    /// This machine, with these environment variables.
    pub fn new(variables: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self {
            variables: Arc::new(variables),
            root: PathBuf::from("/"),
            ca_bundle: None,
            clock: Arc::new(SystemClock),
            pause: Duration::from_millis(500),
            #[cfg(test)]
            detour: None,
        }
    }

    /// Believes the certificate authorities of a PEM bundle beside the system's.
    #[must_use]
    pub fn believing(mut self, ca_bundle: Option<Arc<[u8]>>) -> Self {
        self.ca_bundle = ca_bundle;
        self
    }

    /// A variable that is set and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// A path as the catalogue writes it.
    pub(super) fn path(&self, of_catalogue: &str) -> PathBuf {
        self.root.join(of_catalogue.trim_start_matches('/'))
    }

    // SECURITY: an empty or relative entry of `PATH` would run what lies in the folder of a configuration.
    /// The program of this name in an absolute folder of `PATH`.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let folders = self.variable("PATH")?;
        let absolute = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
        absolute
            .map(|folder| folder.join(name))
            .find(|program| is_program(program))
    }

    pub(super) fn ca_bundle(&self) -> Option<&[u8]> {
        self.ca_bundle.as_deref()
    }

    /// In seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Before a request that failed for a passing reason is repeated; doubled each time.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// The socket that stands for the network in tests.
    pub(super) fn detour(&self) -> Option<&Path> {
        #[cfg(test)]
        return self.detour.as_deref();
        #[cfg(not(test))]
        None
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

#[cfg(test)]
impl Surroundings {
    /// A machine with these variables, whose files lie below `root`.
    pub(crate) fn below(root: &Path, variables: &[(&str, &str)]) -> Self {
        let variables: std::collections::BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut new = Self::new(move |name| variables.get(name).cloned());
        new.root = root.to_owned();
        new.pause = Duration::from_millis(1);
        new
    }

    /// Every request goes through this socket, wherever it is addressed to.
    pub(crate) fn by_detour(mut self, socket: &Path) -> Self {
        self.detour = Some(socket.to_owned());
        self
    }

    pub(crate) fn at(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}
