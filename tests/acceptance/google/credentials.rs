//! `credential_configuration` in the hands of those it is for: google-auth and the Cloud CLI read it as it stands in the
//! state, and a stranger's token gets nothing with it.

use super::{ADDRESS, Google};
use crate::harness::{Finished, Lab, Need, Python, Terraform, available, run, run_with_input};
use crate::hcl::{Block, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

crate::on_sandbox!(
    google_auth_reads_a_file,
    google_auth_starts_our_own_program,
    the_cloud_cli_takes_the_file,
    known_before_anything_is_made
);

const SUBJECT: &str = "project_path:acme/api:ref_type:branch:ref:main";
const STRANGER: &str = "project_path:acme/api:ref_type:branch:ref:dev";
/// Where a job of GitLab finds its token for the audience `gcp.acme`.
const VARIABLE: &str = "GCP_ACME_ID_TOKEN";

const GRANTS: &str = r#"{
    storage = { project = "sandbox-one", role = "roles/storage.objectViewer" }
    browser = { project = "sandbox-one", role = "roles/browser" }
  }"#;

impl Google<'_> {
    /// A trust of GitLab's tokens, whose platform puts them into a variable of the job.
    fn of_gitlab(&self) -> Block {
        self.trust()
            .without("credential_source")
            .with("platform", text("gitlab-self-managed"))
            .with("subjects", format!("[{}]", text(SUBJECT)))
            .with("audiences", r#"["gcp.acme"]"#)
            .with("service_account", r#"{ account_id = "deploy-api" }"#)
            .with("grants", GRANTS)
    }

    /// google-auth with this configuration asks for the protected object.
    fn read(&self, login: &Value, variables: &[(&str, &str)]) -> Value {
        let url = self.url("storage", "storage/v1/b/sandbox-one-data/o/hello.txt?alt=media");
        let call = json!({ "login": login, "method": "GET", "url": url });
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/acceptance/python/call_google.py"
        );
        let mut command = Python::ready().command("python", &self.lab.environment);
        command.env("PATH", program().parent().expect("its folder"));
        command.arg(script).envs(variables.iter().copied());
        let finished = run_with_input(&mut command, &format!("{call}\n")).succeeded("google-auth");
        finished.json()
    }

    fn refused(&self, login: &Value, variables: &[(&str, &str)], says: &str) {
        let answer = self.read(login, variables);
        let said = answer["error"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(said.contains(says), "{said}");
    }

    fn job(&self, subject: &str) -> String {
        self.mint(subject, "gcp.acme")
    }
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_oidcfed"))
}

fn object() -> Value {
    json!({ "status": 200, "text": "an object of the project sandbox-one\n" })
}

/// The file as it stands in the state.
fn configuration(terraform: &Terraform) -> Value {
    let state = terraform.state(ADDRESS);
    let text = state["credential_configuration"].as_str();
    serde_json::from_str(text.expect("a configuration file")).expect("JSON")
}

fn google_auth_reads_a_file(lab: &Lab) {
    let google = Google::of(lab);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let source = format!("{{ file = {} }}", text(&file.display().to_string()));
    let trust = google.of_gitlab().with("credential_source", source);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("after create");
    let login = configuration(&terraform);
    std::fs::write(&file, google.job(SUBJECT)).unwrap();
    assert_eq!(google.read(&login, &[]), object());
    std::fs::write(&file, google.job(STRANGER)).unwrap();
    google.refused(&login, &[], "unauthorized_client");
    std::fs::write(&file, google.mint(SUBJECT, "sts.amazonaws.com")).unwrap();
    google.refused(&login, &[], "invalid_grant");
    terraform.destroy();
    std::fs::write(&file, google.job(SUBJECT)).unwrap();
    google.refused(&login, &[], "invalid_target");
}

/// The default for a platform that puts tokens into a variable: the command line of this project, on the `PATH`.
fn google_auth_starts_our_own_program(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&google.of_gitlab().to_string());
    terraform.settle("after create");
    let login = configuration(&terraform);
    assert_eq!(
        login["credential_source"],
        json!({ "executable": { "timeout_millis": 60_000, "command":
            "oidcfed token get --platform gitlab-self-managed --audience gcp.acme --format google-executable" } })
    );
    let allowed = ("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");
    let token = google.job(SUBJECT);
    assert_eq!(google.read(&login, &[allowed, (VARIABLE, &token)]), object());
    let stranger = google.job(STRANGER);
    google.refused(&login, &[allowed, (VARIABLE, &stranger)], "unauthorized_client");
    // without a token the library says what our program says
    google.refused(
        &login,
        &[allowed],
        &format!("the environment variable `{VARIABLE}` is not set"),
    );
    // the answer is kept where the library looks first, and serves without a token in the environment
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("answer.json");
    let mut caching = login.clone();
    caching["credential_source"]["executable"]["output_file"] = json!(kept.display().to_string());
    assert_eq!(google.read(&caching, &[allowed, (VARIABLE, &token)]), object());
    assert_eq!(google.read(&caching, &[allowed]), object());
    terraform.destroy();
}

fn the_cloud_cli_takes_the_file(lab: &Lab) {
    if !available(&[Need::Gcloud]) {
        return;
    }
    let google = Google::of(lab);
    let folder = tempfile::tempdir().unwrap();
    let trust = google.of_gitlab();
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("after create");
    let file = folder.path().join("credentials.json");
    std::fs::write(&file, configuration(&terraform).to_string()).unwrap();
    let gcloud = |home: &str, token: &str, arguments: &[&str]| -> Finished {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let others = std::env::split_paths(&path);
        let ours = program().parent().map(Path::to_owned);
        let path = std::env::join_paths(ours.into_iter().chain(others)).unwrap();
        let mut command = std::process::Command::new("gcloud");
        command
            .env_clear()
            .envs(lab.environment.iter().cloned())
            .env("PATH", path);
        // logged in by nothing but the file
        command
            .env_remove("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE")
            .env_remove("GOOGLE_APPLICATION_CREDENTIALS");
        command
            .env("CLOUDSDK_CONFIG", folder.path().join(home))
            .env("HOME", folder.path());
        command
            .env("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
            .env(VARIABLE, token);
        run(command.args(arguments).args(["--format", "json", "--quiet"]))
    };
    let cred_file = format!("--cred-file={}", file.display());
    let (login, describe) = (
        ["auth", "login", &cred_file],
        ["projects", "describe", "sandbox-one"],
    );
    let token = google.job(SUBJECT);
    gcloud("job", &token, &login).succeeded("auth login");
    let project = gcloud("job", &token, &describe).succeeded("describe").json();
    assert_eq!(project["projectNumber"], google.project().1);
    // with an account to act as, the log-in alone asks for no token
    let token = google.job(STRANGER);
    gcloud("stranger", &token, &login).succeeded("auth login");
    let stranger = gcloud("stranger", &token, &describe);
    assert!(
        stranger.code != 0 && stranger.stderr.contains("unauthorized_client"),
        "{}",
        stranger.all()
    );
    terraform.destroy();
}

/// What the workload is set up with stands in the first plan where the account is given; where nobody can say, a warning does.
fn known_before_anything_is_made(lab: &Lab) {
    let google = Google::of(lab);
    let deployer = google.told()["deployer"]["email"].as_str().expect("an account");
    let trust = google
        .of_gitlab()
        .without("service_account")
        .with("service_account_email", text(deployer))
        .without("grants");
    let terraform = google.configuration(&trust.to_string());
    let planned = terraform.plan().change(ADDRESS)["after"]["credential_configuration"].clone();
    terraform.apply_plan();
    assert_eq!(terraform.state(ADDRESS)["credential_configuration"], planned);
    assert!(
        planned.as_str().is_some_and(|text| text.contains(deployer)),
        "{planned}"
    );
    // Kubernetes lets everybody choose where the file is
    let anywhere = trust
        .with("platform", text("kubernetes"))
        .with("subjects", r#"["system:serviceaccount:default:api"]"#);
    terraform.write("main.tf", &anywhere.to_string());
    let plan = terraform.plan();
    assert_eq!(
        plan.change(ADDRESS)["after"]["credential_configuration"],
        Value::Null
    );
    let told = plan.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("only the workload's own configuration knows where a token of `kubernetes` is"),
        "{told}"
    );
    terraform.destroy();
}
