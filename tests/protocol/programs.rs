//! The programs that the tests start.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value as Json;
use tempfile::TempDir;

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

/// Terraform, or OpenTofu; `None` only when it is left out on purpose, which is said.
pub fn terraform() -> Option<&'static str> {
    let left_out = std::env::var("OIDCFED_TESTS_WITHOUT").unwrap_or_default();
    if left_out.split(',').any(|part| part.trim() == "terraform") {
        println!("left out: needs terraform");
        return None;
    }
    let runs = |name: &&str| {
        Command::new(name)
            .arg("version")
            .output()
            .is_ok_and(|out| out.status.success())
    };
    let found = ["terraform", "tofu"].into_iter().find(runs);
    Some(found.expect(
        "install terraform or tofu, or set OIDCFED_TESTS_WITHOUT=terraform to leave out what needs it",
    ))
}

/// A folder with a configuration, the fixture provider installed for it, and a folder for its objects.
pub struct Workspace {
    pub folder: TempDir,
    program: &'static str,
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
        let mut command = Command::new(self.program);
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
