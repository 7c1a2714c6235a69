//! The programs that the tests start.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::left_out::{left_out, without};

/// The fixture provider, built by cargo like any test.
static FIXTURE: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "test",
        "--no-run",
        "--test",
        "fixture-provider",
        "--message-format=json",
    ]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // what cargo says about the running test would make build scripts of dependencies run again
    let spoken = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_CRATE_",
        "CARGO_BIN_",
        "CARGO_PRIMARY_",
        "OUT_DIR",
    ];
    for (name, _) in std::env::vars().filter(|(name, _)| spoken.iter().any(|start| name.starts_with(start))) {
        cargo.env_remove(name);
    }
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "the fixture provider is built");
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let executable = messages
        .filter(|message| message["target"]["name"] == "fixture-provider")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.expect("cargo says where it put the fixture provider")
});

pub fn fixture() -> &'static Path {
    &FIXTURE
}

/// The host: `OIDCFED_TERRAFORM`, or the first of `terraform` and `tofu` that runs; `None` only when it is left out on
/// purpose, which is said.
pub fn terraform() -> Option<&'static Terraform> {
    static FOUND: LazyLock<Terraform> = LazyLock::new(|| {
        let found = match std::env::var("OIDCFED_TERRAFORM") {
            Ok(given) => Terraform::at(&given),
            Err(_) => ["terraform", "tofu"].into_iter().find_map(Terraform::at),
        };
        found.expect(
            "install terraform or tofu, or name it in OIDCFED_TERRAFORM, or set OIDCFED_TESTS_WITHOUT=terraform to leave \
             out what needs it",
        )
    });
    (!without(&["terraform"], "")).then(|| &*FOUND)
}

/// Terraform, or OpenTofu.
pub struct Terraform {
    program: String,
    /// Of `Terraform v1.11.4`: 1 and 11.
    version: (u32, u32),
}

impl Terraform {
    /// `None` where no program starts.
    fn at(program: &str) -> Option<Self> {
        let said = Command::new(program)
            .arg("version")
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&said.stdout);
        let numbers = text.lines().next()?.split_once(" v")?.1;
        let mut numbers = numbers.split('.').map(str::parse);
        let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        said.status.success().then(|| Self {
            program: program.to_owned(),
            version,
        })
    }

    /// Whether it has ephemeral resources and write-only arguments: both products from 1.11 on. Said where it has not.
    pub fn has_ephemeral(&self) -> bool {
        let has = self.version >= (1, 11);
        if !has {
            left_out("ephemeral resources and write-only arguments need 1.11 of the host");
        }
        has
    }
}

/// A folder with a configuration, the fixture provider installed for it, and a folder for its objects.
pub struct Workspace {
    pub folder: TempDir,
    program: &'static Terraform,
    variables: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    pub fn new(configuration: &str) -> Option<Self> {
        let program = terraform()?;
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        std::fs::create_dir_all(&plugins).unwrap();
        std::fs::create_dir_all(folder.path().join("objects")).unwrap();
        std::fs::hard_link(fixture(), plugins.join("terraform-provider-fixture"))
            .or_else(|_| std::fs::copy(fixture(), plugins.join("terraform-provider-fixture")).map(drop))
            .unwrap();
        let installation = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"oidcfed/fixture\" = {plugins:?}\n  }}\n  direct {{}}\n}}\n"
        );
        std::fs::write(folder.path().join("host.tfrc"), installation).unwrap();
        let workspace = Self {
            folder,
            program,
            variables: Vec::new(),
        };
        workspace.configure(configuration);
        Some(workspace)
    }

    pub fn host(&self) -> &Terraform {
        self.program
    }

    /// Replaces the configuration.
    pub fn configure(&self, configuration: &str) {
        let head = format!(
            "terraform {{\n  required_providers {{\n    fixture = {{ source = \"oidcfed/fixture\" }}\n  }}\n}}\n\
             provider \"fixture\" {{\n  folder = {:?}\n}}\n",
            self.objects()
        );
        std::fs::write(self.folder.path().join("main.tf"), head + configuration).unwrap();
    }

    pub fn objects(&self) -> PathBuf {
        self.folder.path().join("objects")
    }

    pub fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("host.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_LOG")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        Said {
            success: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert!(said.success, "{arguments:?}\n{}\n{}", said.stdout, said.stderr);
        said.stdout
    }

    /// Runs a command that must fail.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert!(!said.success, "{arguments:?}\n{}\n{}", said.stdout, said.stderr);
        // the host breaks lines and frames them
        let text = said.stderr.replace(['│', '\n'], " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn apply(&self) -> String {
        self.ok(&["apply", "-auto-approve", "-no-color"])
    }

    /// Plans, and wants no change.
    pub fn is_at_rest(&self) {
        let said = self.run(&["plan", "-detailed-exitcode", "-no-color"]);
        assert!(said.success, "{}\n{}", said.stdout, said.stderr);
    }

    pub fn state(&self) -> Json {
        serde_json::from_str(&self.ok(&["show", "-json"])).unwrap()
    }

    /// The attributes of an object in the state.
    pub fn object(&self, address: &str) -> Json {
        let state = self.state();
        let resources = state["values"]["root_module"]["resources"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = resources
            .into_iter()
            .find(|resource| resource["address"] == address);
        found
            .map(|resource| resource["values"].clone())
            .unwrap_or(Json::Null)
    }
}
