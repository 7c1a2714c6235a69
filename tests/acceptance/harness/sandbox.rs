//! The sandbox, as its user starts it: the built program, JSON on standard output, an end when standard input closes.

use super::process::Service;
use serde_json::Value;
use std::process::Command;

pub struct Sandbox {
    _service: Service,
    pub told: Value,
}

impl Sandbox {
    pub fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oidcfed"));
        command.args(["sandbox", "--output", "json", "--until-stdin-closes"]);
        let service = Service::start(&mut command);
        let told = serde_json::from_str(&service.line()).expect("one line of JSON");
        Self {
            _service: service,
            told,
        }
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
        self.told["accounts"][0]["id"]
            .as_str()
            .expect("an account")
            .to_owned()
    }

    pub fn issuer(&self) -> &str {
        self.told["issuer"].as_str().expect("an issuer")
    }

    pub fn other_accounts(&self) -> Vec<String> {
        let accounts = self.told["accounts"].as_array().cloned().unwrap_or_default();
        accounts
            .iter()
            .skip(1)
            .filter_map(|account| account["id"].as_str().map(str::to_owned))
            .collect()
    }

    /// The role that leads from the credentials' own account into the others.
    pub fn account_role_name(&self) -> &str {
        self.told["account_role_name"]
            .as_str()
            .expect("the name of a role")
    }

    pub fn team_issuer(&self, team: &str) -> String {
        format!("{}/{team}", self.issuer())
    }

    /// A token of the global issuer with these claims.
    pub fn mint(&self, claims: Value) -> String {
        self.mint_for("", claims)
    }

    /// A token of a team's issuer.
    pub fn mint_for(&self, _team: &str, _claims: Value) -> String {
        panic!("no token endpoint yet")
    }
}
