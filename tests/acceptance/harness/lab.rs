//! A back-end with its client, ready for configurations.

use super::boto::Boto;
use super::moto::{self, Moto};
use super::need::{Need, available};
use super::sandbox::Sandbox;
use super::terraform::Terraform;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sandbox,
    Moto,
}

/// Runs a test on a back-end, unless its tools are done without. `name` keeps apart what tests make on a shared one.
pub fn on(backend: Backend, name: &str, test: fn(&Lab)) {
    if let Some(lab) = Lab::start(backend, name, &[]) {
        test(&lab);
    }
}

/// Runs a test on a sandbox that is started with more arguments, unless its tools are done without.
pub fn on_sandbox_with(arguments: &[&str], name: &str, test: fn(&Lab)) {
    if let Some(lab) = Lab::start(Backend::Sandbox, name, arguments) {
        test(&lab);
    }
}

pub struct Lab {
    pub backend: Backend,
    /// A name for roles that no other test uses.
    pub role: String,
    /// An issuer that no other test uses: GitHub's, of an enterprise of that name.
    pub issuer: String,
    pub boto: Boto,
    /// What points clients at the back-end.
    pub environment: Vec<(String, String)>,
    pub account: String,
    sandbox: Option<Sandbox>,
}

impl Lab {
    /// The back-end started; `None`, visibly, when the caller of the tests does without a tool.
    fn start(backend: Backend, name: &str, arguments: &[&str]) -> Option<Self> {
        let needs: &[Need] = match backend {
            Backend::Sandbox => &[Need::Terraform, Need::Python],
            Backend::Moto => &[Need::Terraform, Need::Python, Need::Moto],
        };
        if !available(needs) {
            return None;
        }
        let sandbox = (backend == Backend::Sandbox).then(|| Sandbox::start_with(arguments));
        let (environment, account) = match &sandbox {
            Some(sandbox) => (sandbox.environment(), sandbox.account()),
            None => (Moto::shared().environment(), moto::ACCOUNT.to_owned()),
        };
        let boto = Boto::start(&environment);
        let dashed = name.replace('_', "-");
        let issuer = format!("https://token.actions.githubusercontent.com/{dashed}");
        Some(Self {
            backend,
            role: dashed,
            issuer,
            boto,
            environment,
            account,
            sandbox,
        })
    }

    /// The sandbox of a test that runs on nothing else.
    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("a test of the sandbox")
    }

    /// A token of the sandbox's global issuer with these claims.
    pub fn mint(&self, claims: Value) -> String {
        self.mint_at(self.sandbox().issuer(), claims)
    }

    /// A token of the issuer of a team.
    pub fn mint_for(&self, team: &str, claims: Value) -> String {
        self.mint_at(&self.sandbox().team_issuer(team), claims)
    }

    fn mint_at(&self, issuer: &str, claims: Value) -> String {
        let secret = self.sandbox().secret();
        let answer = self.boto.request(
            "POST",
            &format!("{issuer}/token"),
            secret,
            json!({ "claims": claims }),
        );
        answer["token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {answer}"))
            .to_owned()
    }

    /// What shall go wrong in the emulated AWS from now on; `{}` for nothing.
    pub fn set_faults(&self, faults: Value) {
        self.boto.request(
            "PUT",
            &self.sandbox().control("faults"),
            self.sandbox().secret(),
            faults,
        );
    }

    /// The calls made while something ran, by action.
    pub fn calls_during(&self, run: impl FnOnce()) -> BTreeMap<String, u64> {
        self.forget_calls();
        run();
        self.calls()
    }

    /// Starts counting calls anew.
    pub fn forget_calls(&self) {
        let control = self.sandbox().control("calls");
        self.boto
            .request("DELETE", &control, self.sandbox().secret(), Value::Null);
    }

    /// The calls made since they were forgotten, by action.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let control = self.sandbox().control("calls");
        let calls = self
            .boto
            .request("GET", &control, self.sandbox().secret(), Value::Null);
        serde_json::from_value(calls).expect("calls by action")
    }

    /// The names of the account's roles that start so.
    pub fn roles(&self, prefix: &str) -> Vec<String> {
        let roles = self.boto.iam("list_roles", json!({}))["Roles"]
            .as_array()
            .cloned();
        let names = roles
            .unwrap_or_default()
            .into_iter()
            .filter_map(|role| role["RoleName"].as_str().map(str::to_owned));
        names.filter(|name| name.starts_with(prefix)).collect()
    }

    /// A new configuration: the provider block, then what is given.
    pub fn configuration(&self, body: &str) -> Terraform {
        let terraform = Terraform::new(self.environment.clone());
        terraform
            .write("provider.tf", &self.preface(""))
            .write("main.tf", body);
        terraform
    }

    /// The provider block, with more arguments in it.
    pub fn preface(&self, arguments: &str) -> String {
        format!(
            r#"terraform {{
  required_providers {{
    oidcfed = {{ source = "oidcfed/oidcfed" }}
  }}
}}

provider "oidcfed" {{
  allow_loopback_issuers = true
  {arguments}
}}
"#
        )
    }

    /// Accounts beside the credentials' own.
    pub fn other_accounts(&self) -> Vec<String> {
        match &self.sandbox {
            Some(sandbox) => sandbox.other_accounts(),
            None => ["222233334444", "333344445555"].map(str::to_owned).to_vec(),
        }
    }

    /// The argument of `aws` in the provider block that says how other accounts are entered.
    pub fn entry(&self) -> String {
        format!(
            "account_role_name = \"{}\"",
            self.sandbox
                .as_ref()
                .map_or("deployer", Sandbox::account_role_name)
        )
    }

    /// The role by which another account is entered.
    pub fn entry_role(&self, account: &str) -> String {
        let name = self
            .sandbox
            .as_ref()
            .map_or("deployer", Sandbox::account_role_name);
        format!("arn:aws:iam::{account}:role/{name}")
    }

    pub fn account_has_role(&self, account: &str, name: &str) -> bool {
        let arguments = json!({ "RoleName": name });
        let found = if account == self.account {
            self.boto.try_call("iam", "get_role", arguments)
        } else {
            let role = self.entry_role(account);
            let entered = self.boto.try_call(
                "sts",
                "assume_role",
                json!({ "RoleArn": role, "RoleSessionName": "tests" }),
            );
            let session = entered.unwrap_or_else(|error| panic!("assume_role {role}: {error}"));
            self.boto
                .try_call_as(&session["Credentials"], "iam", "get_role", arguments)
        };
        match found {
            Ok(_) => true,
            Err(error) if error.code == "NoSuchEntity" => false,
            Err(error) => panic!("get_role in {account}: {error}"),
        }
    }

    pub fn provider_arn(&self, issuer: &str) -> String {
        format!(
            "arn:aws:iam::{}:oidc-provider/{}",
            self.account,
            issuer.trim_start_matches("https://")
        )
    }

    /// The role as IAM has it, or that there is none.
    pub fn get_role(&self, name: &str) -> Option<Value> {
        match self.boto.try_call("iam", "get_role", json!({ "RoleName": name })) {
            Ok(answer) => Some(answer["Role"].clone()),
            Err(error) if error.code == "NoSuchEntity" => None,
            Err(error) => panic!("get_role: {error}"),
        }
    }

    /// The OIDC provider of an issuer, with `ClientIDList`, `ThumbprintList`, `Tags`.
    pub fn oidc_provider(&self, issuer: &str) -> Option<Value> {
        let arguments = json!({ "OpenIDConnectProviderArn": self.provider_arn(issuer) });
        match self
            .boto
            .try_call("iam", "get_open_id_connect_provider", arguments)
        {
            Ok(answer) => Some(answer),
            Err(error) if error.code == "NoSuchEntity" => None,
            Err(error) => panic!("get_open_id_connect_provider: {error}"),
        }
    }

    /// The audiences of an issuer's provider, sorted; empty when there is none.
    pub fn audiences(&self, issuer: &str) -> Vec<String> {
        let provider = self.oidc_provider(issuer).unwrap_or_default();
        let list = provider["ClientIDList"].as_array().cloned().unwrap_or_default();
        let mut audiences: Vec<_> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        audiences.sort();
        audiences
    }

    /// The names of the inline policies and the ARNs of the attached ones.
    pub fn policies(&self, role: &str) -> (Vec<String>, Vec<String>) {
        let inline = self.boto.iam("list_role_policies", json!({ "RoleName": role }));
        let attached = self
            .boto
            .iam("list_attached_role_policies", json!({ "RoleName": role }));
        let texts = |list: &Value, pick: fn(&Value) -> &Value| {
            let mut texts: Vec<_> = list
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|entry| pick(entry).as_str().map(str::to_owned))
                .collect();
            texts.sort();
            texts
        };
        (
            texts(&inline["PolicyNames"], |name| name),
            texts(&attached["AttachedPolicies"], |policy| &policy["PolicyArn"]),
        )
    }
}
