//! A configuration in a folder of its own, with the commands a person runs on it, through the real Terraform or OpenTofu.
//!
//! The built provider is used by development override, so that no registry and no `init` is needed. The environment is
//! clean: `PATH`, a home of its own, and what the back-end asks for.

use super::process::{Finished, Running, run, run_with_input};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Which host runs.
#[derive(Clone, Debug)]
pub struct Version {
    pub product: String,
    pub major: u32,
    pub minor: u32,
}

impl Version {
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    pub fn is_terraform(&self) -> bool {
        self.product == "terraform"
    }
}

pub struct Terraform {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Terraform {
    pub fn new(environment: Vec<(String, String)>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("home")).expect("a home");
        let terraform = Self { folder, environment };
        let provider = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-oidcfed"));
        terraform.override_with(&[(
            "oidcfed/oidcfed",
            provider.parent().expect("the folder of the provider"),
        )]);
        terraform
    }

    /// The host's program: `OIDCFED_TERRAFORM`, or the first of `terraform` and `tofu` on the PATH.
    pub fn program() -> &'static PathBuf {
        static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
        PROGRAM.get_or_init(|| {
            if let Some(given) = std::env::var_os("OIDCFED_TERRAFORM") {
                return given.into();
            }
            let path = std::env::var_os("PATH").unwrap_or_default();
            let mut candidates =
                ["terraform", "tofu"].into_iter().flat_map(|name| std::env::split_paths(&path).map(move |dir| dir.join(name)));
            candidates.find(|file| file.is_file()).expect(
                "neither `terraform` nor `tofu` is on the PATH: install one of them, name it in OIDCFED_TERRAFORM, or leave these tests out: \
                 OIDCFED_TESTS_WITHOUT=terraform",
            )
        })
    }

    pub fn version() -> &'static Version {
        static VERSION: OnceLock<Version> = OnceLock::new();
        VERSION.get_or_init(|| {
            let text = Terraform::new(Vec::new())
                .run(&["version"])
                .succeeded("version")
                .stdout;
            let line = text.lines().next().unwrap_or_default();
            let (product, number) = line
                .rsplit_once(" v")
                .unwrap_or_else(|| panic!("no version in `{text}`"));
            let mut parts = number
                .split(['.', '-'])
                .map(|part| part.parse().unwrap_or_default());
            Version {
                product: product.to_lowercase(),
                major: parts.next().unwrap_or_default(),
                minor: parts.next().unwrap_or_default(),
            }
        })
    }

    /// Lets our own provider stand in for another one, whose state is to be taken over.
    pub fn override_too(&self, source: &str) {
        let provider = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-oidcfed"));
        let stand_in = self.path("stand-in");
        fs::create_dir(&stand_in).expect("a folder");
        let name = source.rsplit('/').next().unwrap_or(source);
        fs::hard_link(&provider, stand_in.join(format!("terraform-provider-{name}")))
            .or_else(|_| fs::copy(&provider, stand_in.join(format!("terraform-provider-{name}"))).map(|_| ()))
            .expect("a copy of the provider");
        self.override_with(&[
            ("oidcfed/oidcfed", provider.parent().expect("its folder")),
            (source, &stand_in),
        ]);
    }

    fn override_with(&self, overrides: &[(&str, &Path)]) {
        let line =
            |(source, folder): &(&str, &Path)| format!("    \"{source}\" = \"{}\"\n", folder.display());
        let lines: String = overrides.iter().map(line).collect();
        self.write(
            "cli.tfrc",
            &format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n"),
        );
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces one file of the configuration.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.path(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
        self
    }

    /// Adds to, or replaces in, the environment of later commands.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The command with its environment, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(Self::program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .env("HOME", self.path("home"))
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"));
        command
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1");
        command
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(self.environment.iter().cloned());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Finished {
        run(&mut self.command(arguments))
    }

    /// The same, not waited for.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(&mut self.command(arguments), "")
    }

    /// The addresses in the state.
    pub fn known(&self) -> Vec<String> {
        let listed = self.run(&["state", "list"]).succeeded("state list").stdout;
        listed.lines().map(str::to_owned).collect()
    }

    /// What an expression is, in the state's light.
    pub fn console(&self, expression: &str) -> String {
        let finished = run_with_input(&mut self.command(&["console"]), &format!("{expression}\n"));
        finished.succeeded("console").stdout.trim().to_owned()
    }

    pub fn apply(&self) -> Finished {
        self.run(&["apply", "-auto-approve", "-no-color"])
            .succeeded("apply")
    }

    pub fn destroy(&self) -> Finished {
        self.run(&["destroy", "-auto-approve", "-no-color"])
            .succeeded("destroy")
    }

    /// A plan, whatever it says.
    pub fn plan(&self) -> Plan {
        let finished = self.run(&["plan", "-no-color", "-detailed-exitcode", "-out=plan.bin"]);
        assert!(
            finished.code == 0 || finished.code == 2,
            "plan: exit code {}\n{}",
            finished.code,
            finished.all()
        );
        let json = self.run(&["show", "-json", "plan.bin"]).succeeded("show").json();
        Plan {
            empty: finished.code == 0,
            json,
            text: finished.stdout,
        }
    }

    /// The plan of an unchanged configuration must be empty.
    pub fn assert_empty_plan(&self, when: &str) {
        let plan = self.plan();
        assert!(plan.empty, "{when}: expected an empty plan\n{}", plan.text);
    }

    /// Applies the plan made last.
    pub fn apply_plan(&self) -> Finished {
        self.run(&["apply", "-no-color", "plan.bin"])
            .succeeded("apply of the plan")
    }

    /// Applies, then expects the next plan to be empty.
    pub fn settle(&self, when: &str) -> Finished {
        let finished = self.apply();
        self.assert_empty_plan(when);
        finished
    }

    /// The values of one resource in the state.
    pub fn state(&self, address: &str) -> Value {
        let shown = self.run(&["show", "-json"]).succeeded("show").json();
        let resources = shown["values"]["root_module"]["resources"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = resources
            .into_iter()
            .find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("`{address}` is not in the state: {shown:#}"))["values"].clone()
    }

    /// The error diagnostics of a command that must fail, from its JSON lines.
    pub fn errors(&self, arguments: &[&str]) -> Vec<Value> {
        let mut diagnostics = self.diagnostics(arguments);
        diagnostics.retain(|diagnostic| diagnostic["severity"] == "error");
        diagnostics
    }

    /// All diagnostics of a command, from its JSON lines.
    pub fn diagnostics(&self, arguments: &[&str]) -> Vec<Value> {
        let finished = self.run(arguments);
        let lines = finished
            .stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .flat_map(|line| match line["diagnostics"].as_array() {
                Some(list) => list.clone(),
                None => vec![line["diagnostic"].clone()],
            })
            .filter(|diagnostic| !diagnostic.is_null())
            .collect()
    }
}

/// A plan with what it would do.
pub struct Plan {
    pub empty: bool,
    pub json: Value,
    pub text: String,
}

impl Plan {
    /// What happens to one resource: `["update"]`, `["delete", "create"]`, …
    pub fn actions(&self, address: &str) -> Vec<String> {
        let change = self.change(address);
        let actions = change["actions"].as_array().cloned().unwrap_or_default();
        actions
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// The change of one resource, with `before`, `after`, `after_unknown`.
    pub fn change(&self, address: &str) -> Value {
        let changes = self.json["resource_changes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = changes.into_iter().find(|change| change["address"] == address);
        found.unwrap_or_else(|| panic!("`{address}` is not in the plan: {}", self.text))["change"].clone()
    }
}
