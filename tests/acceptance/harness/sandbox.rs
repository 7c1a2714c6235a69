//! The sandbox, as its user starts it: the built program, JSON on standard output, an end when standard input closes.

use super::process::Service;
use serde_json::Value;
use std::process::Command;

pub struct Sandbox {
    _service: Service,
    told: Value,
}

impl Sandbox {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With more arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oidcfed"));
        command.args(["sandbox", "--output", "json", "--until-stdin-closes"]);
        command.args(arguments);
        let service = Service::start(&mut command);
        let told = serde_json::from_str(&service.line()).expect("one line of JSON");
        Self {
            _service: service,
            told,
        }
    }

    /// What it says of itself, by JSON pointer.
    pub fn told(&self, pointer: &str) -> &str {
        let found = self.told.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no `{pointer}` in what the sandbox prints"))
    }

    /// What points Terraform and the AWS command line at it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let pairs = self.told["environment"]
            .as_object()
            .expect("`environment` in what the sandbox prints");
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    pub fn account(&self) -> String {
        self.accounts()[0].clone()
    }

    pub fn other_accounts(&self) -> Vec<String> {
        self.accounts()[1..].to_vec()
    }

    /// The role that leads from the first account into the others.
    pub fn account_role_name(&self) -> &str {
        let arn = self.told["aws"]["accounts"][1]["deployer_role_arn"]
            .as_str()
            .expect("a role of the second account");
        arn.rsplit('/').next().expect("a name")
    }

    pub fn issuer(&self) -> &str {
        self.told["issuer"]["url"].as_str().expect("an issuer")
    }

    pub fn team_issuer(&self, team: &str) -> String {
        format!("{}/{team}", self.issuer())
    }

    /// What minting, rotating and setting faults takes.
    pub fn secret(&self) -> (&str, &str) {
        let text = |name: &str| self.told[name].as_str().expect("the secret and its header");
        (text("secret_header"), text("secret"))
    }

    /// Where the emulated AWS is told about faults and asked for calls.
    pub fn control(&self, what: &str) -> String {
        format!(
            "{}/_oidcfed/{what}",
            self.told["aws"]["url"].as_str().expect("the emulated AWS")
        )
    }

    /// What the emulated Google Cloud is: endpoints, projects, who may do everything.
    pub fn google(&self) -> &Value {
        &self.told["gcp"]
    }

    fn accounts(&self) -> Vec<String> {
        let accounts = self.told["aws"]["accounts"].as_array().expect("accounts");
        accounts
            .iter()
            .filter_map(|account| account["id"].as_str().map(str::to_owned))
            .collect()
    }
}
