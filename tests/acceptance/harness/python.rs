//! The Python environment of the tests: made once under `target/`, from `tests/requirements.txt`.

use super::process::{Finished, run};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment, made when it is not there yet. Test programs that start at once wait for each other.
    pub fn ready() -> &'static Self {
        static READY: OnceLock<Python> = OnceLock::new();
        READY.get_or_init(Self::make)
    }

    /// A command of this environment (`python`, `aws`), with nothing of the caller's AWS settings.
    pub fn command(&self, program: &str, environment: &[(String, String)]) -> Command {
        let mut command = Command::new(self.folder.join("bin").join(program));
        command.env_clear().envs(environment.iter().cloned());
        command
            .env("PATH", self.folder.join("bin"))
            .env("HOME", &self.folder)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "");
        command
    }

    fn make() -> Self {
        let requirements = include_str!("../../requirements.txt");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
        let done = folder.join("requirements.txt");
        fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).expect("target/tmp");
        let lock = File::create(folder.with_extension("lock")).expect("a lock file under target/tmp");
        lock.lock().expect("the lock of the Python environment");
        if fs::read_to_string(&done).is_ok_and(|made_from| made_from == requirements) {
            return Self { folder };
        }
        fs::remove_dir_all(&folder).ok();
        must(
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder)),
            "make a Python environment; install Python 3.11 or newer with its `venv` module",
        );
        let list = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/requirements.txt");
        let pip = folder.join("bin/pip");
        must(
            run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", "-r", list])),
            "install tests/requirements.txt with pip; this needs the package index once",
        );
        fs::write(&done, requirements).expect("the mark of a finished environment");
        Self { folder }
    }
}

fn must(finished: Finished, what: &str) {
    assert!(
        finished.code == 0,
        "could not {what}; or leave these tests out: OIDCFED_TESTS_WITHOUT=python\n{}",
        finished.all()
    );
}
