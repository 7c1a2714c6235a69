//! `oidcfed_gcp_trust` through the real host, against the emulated Google Cloud.
//!
//! | file | what happens to a trust |
//! |---|---|
//! | `lifecycle` | made, found unchanged, destroyed, made again; calls counted; real exchanges |
//! | `changes` | every argument changed |
//! | `imports` | trusts that existed before |
//! | `credentials` | its configuration file, as google-auth and the Cloud CLI take it |
//! | `logins` | how the provider itself logs in |
//! | `drift` | somebody changes or deletes what we made |
//! | `deleted` | ids of what was deleted within thirty days |
//! | `several` | pools of several trusts |
//! | `unfinished` | applies that end in the middle, parts of grants |
//! | `faults` | a Google that lags, throttles, refuses and loses answers |
//! | `linted` | its plans and states, read by `oidcfed lint` |
//! | `pool_source` | `data "oidcfed_gcp_pool"` beside it |
//! | `refused` | bad input, and what the guardrail says |

mod changes;
mod credentials;
mod deleted;
mod drift;
mod faults;
mod imports;
mod lifecycle;
mod linted;
pub mod logins;
mod pool_source;
mod refused;
mod several;
mod unfinished;

use crate::harness::{Lab, Terraform};
use crate::hcl::{Block, text};
use serde_json::{Value, json};

/// The address of the trust in every configuration.
const ADDRESS: &str = "oidcfed_gcp_trust.deploy";

/// The emulated Google Cloud, as an administrator, or somebody behind our back, reaches it.
pub struct Google<'a> {
    lab: &'a Lab,
    pool: String,
}

impl<'a> Google<'a> {
    /// `lab.role` is a name that no other test uses; every test has a sandbox of its own besides.
    pub fn of(lab: &'a Lab) -> Self {
        let pool: String = lab.role.chars().take(28).collect();
        Self {
            lab,
            pool: pool.trim_end_matches('-').to_owned(),
        }
    }

    fn told(&self) -> &Value {
        self.lab.sandbox().google()
    }

    fn project(&self) -> (String, String) {
        let project = &self.told()["projects"][0];
        let text = |name: &str| project[name].as_str().expect("a project").to_owned();
        (text("id"), text("number"))
    }

    fn pool_name(&self) -> String {
        format!(
            "projects/{}/locations/global/workloadIdentityPools/{}",
            self.project().1,
            self.pool
        )
    }

    fn provider_name(&self) -> String {
        format!("{}/providers/main-provider", self.pool_name())
    }

    fn url(&self, api: &str, path: &str) -> String {
        format!(
            "{}/{path}",
            self.told()["endpoints"][api].as_str().expect("an endpoint")
        )
    }

    fn token(&self) -> String {
        format!(
            "Bearer {}",
            self.told()["deployer"]["access_token"].as_str().expect("a token")
        )
    }

    /// A call to IAM that must succeed; operations are done at once.
    fn iam(&self, method: &str, path: &str, body: Value) -> Value {
        let url = self.url("iam", &format!("v1/{path}"));
        self.lab
            .boto
            .request(method, &url, ("Authorization", &self.token()), body)
    }

    fn get(&self, name: &str) -> Option<Value> {
        let url = self.url("iam", &format!("v1/{name}"));
        let answer = self
            .lab
            .boto
            .try_request("GET", &url, ("Authorization", &self.token()), Value::Null);
        match answer {
            Ok(found) => Some(found),
            Err(error) if error.status == 404 => None,
            Err(error) => panic!("get {name}: {error}"),
        }
    }

    /// What is there and not deleted.
    fn active(&self, name: &str) -> Option<Value> {
        self.get(name).filter(|found| found["state"] == "ACTIVE")
    }

    /// Who has which role at a service account: `ROLE MEMBER`, sorted.
    fn account_members(&self, email: &str) -> Vec<String> {
        let project = email
            .split_once('@')
            .and_then(|(_, host)| host.strip_suffix(".iam.gserviceaccount.com"));
        let path = format!(
            "projects/{}/serviceAccounts/{email}:getIamPolicy",
            project.unwrap_or("-")
        );
        members(&self.iam("POST", &path, json!({})))
    }

    /// The same for a project, conditional ones too.
    fn project_members(&self, project: &str) -> Vec<String> {
        let url = self.url("resource_manager", &format!("v3/projects/{project}:getIamPolicy"));
        let whole = json!({ "options": { "requestedPolicyVersion": 3 } });
        members(
            &self
                .lab
                .boto
                .request("POST", &url, ("Authorization", &self.token()), whole),
        )
    }

    fn set_faults(&self, faults: Value) {
        let url = self.url("iam", "_oidcfed/faults");
        self.lab
            .boto
            .request("PUT", &url, self.lab.sandbox().secret(), faults);
    }

    /// The methods called while something ran, in order.
    fn calls_during(&self, run: impl FnOnce()) -> Vec<String> {
        let url = self.url("iam", "_oidcfed/calls");
        let secret = self.lab.sandbox().secret();
        self.lab.boto.request("DELETE", &url, secret, Value::Null);
        run();
        let calls = self.lab.boto.request("GET", &url, secret, Value::Null);
        let calls = calls.as_array().expect("a list of calls").clone();
        let named = calls.iter().map(|call| {
            let known = call["operation"].as_str().map(str::to_owned);
            known.unwrap_or_else(|| format!("{} {}", call["method"], call["path"]))
        });
        named.collect()
    }

    /// The trust of one repository's main branch, in a pool of its own. Its issuer is the sandbox's, said to be GitHub's.
    pub fn trust(&self) -> Block {
        Block::resource("oidcfed_gcp_trust", "deploy")
            .with("issuer", text(self.lab.sandbox().issuer()))
            .with("platform", text("github-actions"))
            .with("subjects", r#"["repo:acme/api:ref:refs/heads/main"]"#)
            .with("pool", format!(r#"{{ id = "{}" }}"#, self.pool))
            .with("pool_provider", r#"{ id = "main-provider" }"#)
            .with("credential_source", r#"{ file = "/tmp/token" }"#)
    }

    fn configuration(&self, body: &str) -> Terraform {
        self.lab.configuration(body)
    }

    /// A token of the sandbox's issuer.
    fn mint(&self, subject: &str, audience: &str) -> String {
        self.lab.mint(json!({ "sub": subject, "aud": audience }))
    }

    /// Trades a token at the token service; the error's code otherwise.
    fn exchange(&self, token: &str) -> Result<String, String> {
        let body = json!({
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": format!("//iam.googleapis.com/{}", self.provider_name()),
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "subjectToken": token,
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        });
        let url = self.url("sts", "v1/token");
        match self
            .lab
            .boto
            .try_request("POST", &url, ("X-Nothing", "nothing"), body)
        {
            Ok(answer) => Ok(answer["access_token"].as_str().expect("a token").to_owned()),
            Err(error) => {
                let said: Value = serde_json::from_str(&error.message).unwrap_or_default();
                Err(said["error"].as_str().unwrap_or(&error.message).to_owned())
            }
        }
    }

    /// Acts as a service account with a token of the exchange; the HTTP status otherwise.
    fn act_as(&self, token: &str, email: &str) -> Result<String, u64> {
        let url = self.url(
            "iam_credentials",
            &format!("v1/projects/-/serviceAccounts/{email}:generateAccessToken"),
        );
        let body = json!({ "scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "600s" });
        let answer =
            self.lab
                .boto
                .try_request("POST", &url, ("Authorization", &format!("Bearer {token}")), body);
        match answer {
            Ok(answer) => Ok(answer["accessToken"].as_str().expect("a token").to_owned()),
            Err(error) => Err(error.status),
        }
    }
}

fn members(policy: &Value) -> Vec<String> {
    let bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<String> = bindings
        .iter()
        .flat_map(|binding| {
            let role = binding["role"].as_str().unwrap_or_default().to_owned();
            let members = binding["members"].as_array().cloned().unwrap_or_default();
            members
                .into_iter()
                .map(move |member| format!("{role} {}", member.as_str().unwrap_or_default()))
        })
        .collect();
    all.sort();
    all
}

/// The whole error text of a plan or apply that must fail, white space folded.
fn refusal(terraform: &Terraform, command: &str) -> String {
    let arguments: &[&str] = match command {
        "plan" => &["plan", "-json"],
        _ => &["apply", "-auto-approve", "-json"],
    };
    let errors = terraform.errors(arguments);
    assert!(!errors.is_empty(), "expected `{command}` to fail");
    let texts: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {}", error["summary"], error["detail"]))
        .collect();
    texts.join("\n")
}
