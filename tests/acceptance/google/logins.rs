//! How the provider itself logs in to Google Cloud: everything that the `gcp` attribute of the provider block takes, right
//! and wrong.

use super::{ADDRESS, Google};
use crate::harness::{Lab, Terraform};
use crate::hcl::text;
use serde_json::{Value, json};

crate::on_sandbox!(
    an_access_token,
    a_key_file,
    the_token_of_the_workload,
    another_service_account,
    several_at_once
);

/// The subject of whom the provider that is made here admits.
pub const PIPELINE: &str = "project_path:acme/infrastructure:ref_type:branch:ref:main";

/// A provider of a pool that admits [`PIPELINE`] alone, and the service account that it may act as, which may do everything.
pub struct Pipeline {
    pub provider_name: String,
    pub email: String,
}

impl Pipeline {
    pub fn of(google: &Google<'_>) -> Self {
        let (project, number) = google.project();
        let pools = format!("projects/{project}/locations/global/workloadIdentityPools");
        google.iam(
            "POST",
            &format!("{pools}?workloadIdentityPoolId=pipelines"),
            json!({}),
        );
        google.iam(
            "POST",
            &format!("{pools}/pipelines/providers?workloadIdentityPoolProviderId=gitlab"),
            json!({ "oidc": { "issuerUri": google.lab.sandbox().issuer() },
                "attributeMapping": { "google.subject": "assertion.sub" },
                "attributeCondition": format!("assertion.sub == '{PIPELINE}'") }),
        );
        let accounts = format!("projects/{project}/serviceAccounts");
        google.iam("POST", &accounts, json!({ "accountId": "terraform" }));
        let email = format!("terraform@{project}.iam.gserviceaccount.com");
        let pool = format!("projects/{number}/locations/global/workloadIdentityPools/pipelines");
        let member = format!("principal://iam.googleapis.com/{pool}/subject/{PIPELINE}");
        let bound = json!({ "policy": { "bindings": [{ "role": "roles/iam.workloadIdentityUser", "members": [member] }] } });
        google.iam("POST", &format!("{accounts}/{email}:setIamPolicy"), bound);
        let url = |verb: &str| google.url("resource_manager", &format!("v3/projects/{project}:{verb}"));
        let authorization = google.token();
        let ask = |verb: &str, body: Value| {
            let authorization = ("Authorization", authorization.as_str());
            google.lab.boto.request("POST", &url(verb), authorization, body)
        };
        let mut policy = ask(
            "getIamPolicy",
            json!({ "options": { "requestedPolicyVersion": 3 } }),
        );
        let owner = json!({ "role": "roles/owner", "members": [format!("serviceAccount:{email}")] });
        match policy["bindings"].as_array_mut() {
            Some(bindings) => bindings.push(owner),
            None => policy["bindings"] = json!([owner]),
        }
        ask("setIamPolicy", json!({ "policy": policy }));
        Self {
            provider_name: format!("{pool}/providers/gitlab"),
            email,
        }
    }

    /// What the provider accepts.
    pub fn audience(&self) -> String {
        format!("https://iam.googleapis.com/{}", self.provider_name)
    }

    /// Where a job of GitLab finds a token with this audience.
    pub fn variable(&self) -> String {
        let word = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        };
        self.audience()
            .chars()
            .map(word)
            .chain("_ID_TOKEN".chars())
            .collect()
    }

    /// The argument with this source of the token.
    pub fn argument(&self, source: &str) -> String {
        format!(
            "workload_identity = {{ provider_name = {}, service_account = {}, {source} }}",
            text(&self.provider_name),
            text(&self.email)
        )
    }
}

/// A configuration whose environment has no credentials.
pub fn logged_out(google: &Google<'_>) -> Terraform {
    let mut terraform = google.configuration(&google.trust().to_string());
    for name in [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
    ] {
        terraform.set(name, "");
    }
    terraform
}

fn logs_in_with(google: &Google<'_>, terraform: &Terraform, arguments: &str) {
    terraform.write(
        "provider.tf",
        &google.lab.preface(&format!("gcp = {{ {arguments} }}")),
    );
}

/// The trust made and destroyed with this login; the calls that it took.
fn works(google: &Google<'_>, terraform: &Terraform, arguments: &str) -> Vec<String> {
    logs_in_with(google, terraform, arguments);
    google.calls_during(|| {
        terraform.settle(arguments);
        assert_eq!(terraform.state(ADDRESS)["provider_name"], google.provider_name());
        terraform.destroy();
    })
}

/// What a plan says that cannot be made, on one line.
fn fails(google: &Google<'_>, terraform: &Terraform, arguments: &str) -> String {
    logs_in_with(google, terraform, arguments);
    let failed = terraform.run(&["plan", "-no-color"]);
    assert_eq!(failed.code, 1, "{arguments}: {}", failed.all());
    let lines = failed
        .stderr
        .lines()
        .map(|line| line.trim_matches(|c: char| "│╷╵ ".contains(c)));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

fn says(told: &str, all: &[&str]) {
    for words in all {
        assert!(told.contains(words), "expected `{words}` in: {told}");
    }
}

fn an_access_token(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = logged_out(&google);
    let token = google.told()["deployer"]["access_token"]
        .as_str()
        .expect("a token");
    works(&google, &terraform, &format!("access_token = {}", text(token)));
    let wrong = fails(&google, &terraform, r#"access_token = "ya29.canary-of-nobody""#);
    says(&wrong, &["access_token"]);
    assert!(!wrong.contains("canary"), "{wrong}");
}

fn a_key_file(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = logged_out(&google);
    let path = google.told()["deployer"]["key_file"].as_str().expect("a path");
    works(&google, &terraform, &format!("credentials = {}", text(path)));
    let key = std::fs::read_to_string(path).unwrap();
    terraform.write("key.json", &key);
    works(&google, &terraform, r#"credentials = file("key.json")"#);
    let mut others: Value = serde_json::from_str(&key).unwrap();
    others["client_email"] = json!("nobody@sandbox-one.iam.gserviceaccount.com");
    terraform.write("others.json", &others.to_string());
    others["private_key"] = json!("canary");
    terraform.write("broken.json", &others.to_string());
    for (argument, words) in [
        (
            r#"credentials = "nowhere.json""#,
            ["`credentials`", "nowhere.json"],
        ),
        (r#"credentials = "{ canary""#, ["`credentials`", "JSON"]),
        (
            r#"credentials = file("broken.json")"#,
            ["`credentials`", "private_key"],
        ),
        (
            r#"credentials = "others.json""#,
            ["check `credentials`", "UNAUTHENTICATED"],
        ),
    ] {
        let told = fails(&google, &terraform, argument);
        says(&told, &words);
        assert!(!told.contains("canary"), "{told}");
    }
}

fn the_token_of_the_workload(lab: &Lab) {
    let google = Google::of(lab);
    let pipeline = Pipeline::of(&google);
    let mut terraform = logged_out(&google);
    let token = |subject: &str| google.mint(subject, &pipeline.audience());
    let (file, platform) = (
        pipeline.argument(r#"token_file = "job.token""#),
        pipeline.argument(r#"platform = "gitlab-self-managed""#),
    );
    // nothing is there yet
    says(
        &fails(&google, &terraform, &file),
        &["`token_file`", "there is no file `job.token`"],
    );
    says(
        &fails(&google, &terraform, &platform),
        &[
            "`gitlab-self-managed`",
            &format!("none of the environment variables `{}`", pipeline.variable()),
        ],
    );
    let wrong = pipeline.argument(r#"platform = "gitlab""#);
    says(
        &fails(&google, &terraform, &wrong),
        &["workload_identity", "Invalid platform", "gitlab-saas"],
    );
    // a stranger's
    let stranger = token("project_path:acme/infrastructure:ref_type:branch:ref:dev");
    let signature = stranger.rsplit('.').next().expect("a signed token");
    terraform.write("job.token", &stranger);
    let told = fails(&google, &terraform, &file);
    says(&told, &["unauthorized_client", "the file `job.token`", "ref:dev"]);
    assert!(!told.contains(signature), "{told}");
    // the job's own
    terraform.write("job.token", &token(PIPELINE));
    let calls = works(&google, &terraform, &file);
    for call in ["ExchangeToken", "GenerateAccessToken"] {
        assert!(calls.iter().any(|made| made.contains(call)), "{call}: {calls:?}");
    }
    terraform.set(&pipeline.variable(), &token(PIPELINE));
    works(&google, &terraform, &platform);
    let named = text(&pipeline.provider_name.replace("gitlab", "nobodys"));
    let nobodys = file.replace(&text(&pipeline.provider_name), &named);
    says(
        &fails(&google, &terraform, &nobodys),
        &["provider_name", "nobodys"],
    );
}

fn another_service_account(lab: &Lab) {
    let google = Google::of(lab);
    let pipeline = Pipeline::of(&google);
    let terraform = logged_out(&google);
    let token = google.told()["deployer"]["access_token"]
        .as_str()
        .expect("a token");
    let as_account = |email: &str| {
        format!(
            "access_token = {}, impersonate_service_account = {}",
            text(token),
            text(email)
        )
    };
    let calls = works(&google, &terraform, &as_account(&pipeline.email));
    assert!(
        calls.iter().any(|call| call.contains("GenerateAccessToken")),
        "{calls:?}"
    );
    let told = fails(
        &google,
        &terraform,
        &as_account("nobody@sandbox-one.iam.gserviceaccount.com"),
    );
    says(
        &told,
        &[
            "impersonate_service_account",
            "nobody@sandbox-one.iam.gserviceaccount.com",
        ],
    );
    let told = fails(&google, &terraform, &as_account("nobody"));
    says(&told, &["impersonate_service_account"]);
}

fn several_at_once(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = logged_out(&google);
    let told = fails(
        &google,
        &terraform,
        r#"access_token = "ya29.x", credentials = "key.json""#,
    );
    says(&told, &["`access_token` and `credentials`"]);
    let both = r#"workload_identity = { provider_name = "projects/1/locations/global/workloadIdentityPools/ci/providers/main", token_file = "a", platform = "gitlab-saas" }"#;
    says(
        &fails(&google, &terraform, both),
        &["gcp.workload_identity", "`platform` and `token_file`"],
    );
}
