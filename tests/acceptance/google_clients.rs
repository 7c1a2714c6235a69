//! Clients of Google Cloud that nobody here wrote, against the sandbox: google-auth and the Cloud CLI.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Finished, Need, Python, Sandbox, available, run, run_with_input};

/// google-auth, request by request.
struct Google {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

const POOL: &str = "projects/100000000001/locations/global/workloadIdentityPools/ci-pool";

impl Google {
    fn start() -> Self {
        Self {
            sandbox: Sandbox::start(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Requests in one process, in order; what each came to.
    fn ask(&self, calls: &[Value]) -> Vec<Value> {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/acceptance/python/call_google.py"
        );
        let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
        let mut command = Python::ready().command("python", &self.sandbox.environment());
        let finished = run_with_input(command.arg(script), &lines).succeeded("google-auth");
        let answers: Vec<Value> = finished
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), calls.len(), "{}", finished.all());
        answers
    }

    fn url(&self, api: &str, path: &str) -> String {
        format!("{}/{path}", self.sandbox.told(&format!("/gcp/endpoints/{api}")))
    }

    /// As the deployer, who logs in with the key file.
    fn deployed(&self, api: &str, path: &str, body: Value) -> Value {
        let login = self.sandbox.told("/gcp/deployer/key_file");
        json!({ "login": login, "method": "POST", "url": self.url(api, path), "body": body })
    }

    fn token_file(&self, subject: &str) -> PathBuf {
        let (header, secret) = self.sandbox.secret();
        let claims =
            json!({ "sub": subject, "aud": format!("https://iam.googleapis.com/{POOL}/providers/prov") });
        let minted = self.ask(&[json!({
            "login": null, "method": "POST", "url": self.sandbox.told("/issuer/token_url"),
            "headers": { header: secret }, "body": { "claims": claims },
        })]);
        let minted: Value = serde_json::from_str(minted[0]["text"].as_str().unwrap()).unwrap();
        let file = self.folder.path().join(subject.replace(':', "-"));
        std::fs::write(&file, minted["token"].as_str().unwrap()).unwrap();
        file
    }

    /// What a workload has: an external account, its token in a file.
    fn external(&self, subject: &str, account: Option<&str>) -> Value {
        let mut file = json!({
            "type": "external_account",
            "audience": format!("//iam.googleapis.com/{POOL}/providers/prov"),
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": self.url("sts", "v1/token"),
            "credential_source": { "file": self.token_file(subject).display().to_string() },
        });
        if let Some(email) = account {
            let path = format!("v1/projects/-/serviceAccounts/{email}:generateAccessToken");
            file["service_account_impersonation_url"] = json!(self.url("iam_credentials", &path));
        }
        file
    }

    fn read(&self, login: Value) -> Value {
        let url = self.url("storage", "storage/v1/b/sandbox-one-data/o/hello.txt?alt=media");
        self.ask(&[json!({ "login": login, "method": "GET", "url": url })])
            .remove(0)
    }
}

/// The key file logs in, an external account is exchanged, impersonates, and reads; another subject gets nothing.
#[test]
fn google_auth_exchanges_impersonates_and_reads() {
    if !available(&[Need::Python]) {
        return;
    }
    let google = Google::start();
    let issuer = google.sandbox.issuer().to_owned();
    let email = "deploy-api@sandbox-one.iam.gserviceaccount.com";
    let pools = "v1/projects/sandbox-one/locations/global/workloadIdentityPools";
    let one = format!("principal://iam.googleapis.com/{POOL}/subject/job:one");
    let bound = |role: &str, member: &str| json!({ "policy": { "bindings": [{ "role": role, "members": [member] }] } });
    let provider = json!({ "oidc": { "issuerUri": issuer }, "attributeMapping": { "google.subject": "assertion.sub" },
        "attributeCondition": "assertion.sub.startsWith('job:')" });
    let answers = google.ask(&[
        google.deployed(
            "iam",
            &format!("{pools}?workloadIdentityPoolId=ci-pool"),
            json!({}),
        ),
        google.deployed(
            "iam",
            &format!("{pools}/ci-pool/providers?workloadIdentityPoolProviderId=prov"),
            provider,
        ),
        google.deployed(
            "iam",
            "v1/projects/sandbox-one/serviceAccounts",
            json!({ "accountId": "deploy-api" }),
        ),
        google.deployed(
            "iam",
            &format!("v1/projects/sandbox-one/serviceAccounts/{email}:setIamPolicy"),
            bound("roles/iam.workloadIdentityUser", &one),
        ),
        google.deployed(
            "resource_manager",
            "v1/projects/sandbox-one:setIamPolicy",
            bound("roles/storage.objectViewer", &format!("serviceAccount:{email}")),
        ),
    ]);
    for answer in &answers {
        assert_eq!(answer["status"], 200, "{answer}");
    }
    let read = google.read(google.external("job:one", Some(email)));
    let content = json!({ "status": 200, "text": "an object of the project sandbox-one\n" });
    assert_eq!(read, content);
    let direct = google.read(google.external("job:one", None));
    assert_eq!(
        direct["status"], 403,
        "the account may read, the identity may not: {direct}"
    );
    let other = google.read(google.external("job:two", Some(email)));
    let said = other["error"].as_str().unwrap_or_else(|| panic!("{other}"));
    assert!(
        said.contains("RefreshError") && said.contains("iam.serviceAccounts.getAccessToken"),
        "{said}"
    );
    let foreign = google.read(google.external("person:one", Some(email)));
    let said = foreign["error"].as_str().unwrap_or_else(|| panic!("{foreign}"));
    assert!(
        said.contains("unauthorized_client") && said.contains("attribute condition"),
        "{said}"
    );
}

fn gcloud(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = std::env::split_paths(&path)
        .map(|folder| folder.join("gcloud"))
        .find(|file| file.is_file());
    let program = program.expect(
        "`gcloud` is not on the PATH: install the Google Cloud CLI, or leave these tests out: OIDCFED_TESTS_WITHOUT=gcloud",
    );
    let mut command = Command::new(program);
    command.env_clear().envs(sandbox.environment()).env("PATH", path);
    run(command.args(arguments).args(["--format", "json", "--quiet"]))
}

/// Pools and providers from birth to death and back, by the Cloud CLI.
#[test]
fn the_cloud_cli_makes_changes_deletes_and_brings_back() {
    if !available(&[Need::Gcloud]) {
        return;
    }
    let sandbox = Sandbox::start();
    let pools = |arguments: &[&str]| {
        let mut all = vec!["iam", "workload-identity-pools"];
        all.extend(arguments);
        all.push("--location=global");
        gcloud(&sandbox, &all)
    };
    let in_pool = "--workload-identity-pool=ci-pool";
    pools(&["create", "ci-pool", "--display-name=CI"]).succeeded("create");
    let pool = pools(&["describe", "ci-pool"]).succeeded("describe").json();
    assert_eq!(
        pool,
        json!({ "name": POOL, "displayName": "CI", "state": "ACTIVE" })
    );
    let again = pools(&["create", "ci-pool"]);
    assert!(
        again.code != 0 && again.stderr.contains("ALREADY_EXISTS"),
        "{}",
        again.all()
    );
    let issuer = format!("--issuer-uri={}", sandbox.issuer());
    let mapping = "--attribute-mapping=google.subject=assertion.sub,attribute.project=assertion.project";
    let condition = "--attribute-condition=assertion.sub == 'job:one'";
    pools(&[
        "providers",
        "create-oidc",
        "prov",
        in_pool,
        &issuer,
        mapping,
        condition,
        "--allowed-audiences=a,b",
    ])
    .succeeded("create-oidc");
    let provider = pools(&["providers", "describe", "prov", in_pool])
        .succeeded("describe")
        .json();
    assert_eq!(
        provider,
        json!({ "name": format!("{POOL}/providers/prov"), "state": "ACTIVE",
            "attributeCondition": "assertion.sub == 'job:one'",
            "attributeMapping": { "google.subject": "assertion.sub", "attribute.project": "assertion.project" },
            "oidc": { "issuerUri": sandbox.issuer(), "allowedAudiences": ["a", "b"] } })
    );
    let shared = [
        "providers",
        "create-oidc",
        "shared",
        in_pool,
        "--issuer-uri=https://gitlab.com",
        mapping,
    ];
    let shared = pools(&shared);
    assert!(
        shared.code != 0
            && shared
                .stderr
                .contains("must reference one of the provider's claims"),
        "{}",
        shared.all()
    );
    pools(&[
        "providers",
        "update-oidc",
        "prov",
        in_pool,
        "--attribute-condition=assertion.sub == 'job:two'",
    ])
    .succeeded("update-oidc");
    let changed = pools(&["providers", "describe", "prov", in_pool])
        .succeeded("describe")
        .json();
    assert_eq!(changed["attributeCondition"], "assertion.sub == 'job:two'");
    assert_eq!(changed["oidc"], provider["oidc"]);
    pools(&["update", "ci-pool", "--description=changed", "--disabled"]).succeeded("update");
    let listed = pools(&["list"]).succeeded("list").json();
    assert_eq!(
        (&listed[0]["description"], &listed[0]["disabled"]),
        (&json!("changed"), &json!(true))
    );
    pools(&["delete", "ci-pool"]).succeeded("delete");
    assert_eq!(pools(&["list"]).succeeded("list").json(), json!([]));
    let deleted = pools(&["list", "--show-deleted"]).succeeded("list").json();
    assert_eq!(deleted[0]["state"], "DELETED");
    pools(&["undelete", "ci-pool"]).succeeded("undelete");
    let back = pools(&["providers", "list", in_pool]).succeeded("list").json();
    assert_eq!(
        (back.as_array().map(Vec::len), &back[0]["state"]),
        (Some(1), &json!("ACTIVE"))
    );
}

/// Accounts, policies and projects by the Cloud CLI, which reads, changes and writes a policy as a whole.
#[test]
fn the_cloud_cli_binds_and_unbinds() {
    if !available(&[Need::Gcloud]) {
        return;
    }
    let sandbox = Sandbox::start();
    let project = gcloud(&sandbox, &["projects", "describe", "sandbox-two"])
        .succeeded("describe")
        .json();
    assert_eq!(project["projectNumber"], "100000000002");
    gcloud(&sandbox, &["iam", "service-accounts", "create", "deploy-api"]).succeeded("create");
    gcloud(
        &sandbox,
        &[
            "iam",
            "workload-identity-pools",
            "create",
            "ci-pool",
            "--location=global",
        ],
    )
    .succeeded("create");
    let email = "deploy-api@sandbox-one.iam.gserviceaccount.com";
    let member = format!("--member=principalSet://iam.googleapis.com/{POOL}/attribute.repository/acme/api");
    let role = "--role=roles/iam.workloadIdentityUser";
    let of_account = |verb: &str| {
        gcloud(&sandbox, &["iam", "service-accounts", verb, email, role, &member])
            .succeeded(verb)
            .json()
    };
    let bound = of_account("add-iam-policy-binding");
    assert_eq!(
        bound["bindings"][0]["members"][0],
        member.trim_start_matches("--member=")
    );
    assert_eq!(of_account("remove-iam-policy-binding").get("bindings"), None);
    let granted = [
        "projects",
        "add-iam-policy-binding",
        "sandbox-one",
        "--role=roles/browser",
        &format!("--member=serviceAccount:{email}"),
        "--condition=expression=request.time < timestamp('2030-01-01T00:00:00Z'),title=soon",
    ];
    let policy = gcloud(&sandbox, &granted)
        .succeeded("a conditional binding")
        .json();
    assert_eq!(
        (&policy["version"], &policy["bindings"][0]["condition"]["title"]),
        (&json!(3), &json!("soon"))
    );
    gcloud(&sandbox, &["iam", "service-accounts", "delete", email]).succeeded("delete");
    let missing = gcloud(&sandbox, &["iam", "service-accounts", "describe", email]);
    assert!(
        missing.code != 0 && missing.stderr.contains("(or it may not exist)"),
        "{}",
        missing.all()
    );
    let policy = gcloud(&sandbox, &["projects", "get-iam-policy", "sandbox-one"])
        .succeeded("get-iam-policy")
        .json();
    let left = policy["bindings"][0]["members"][0].as_str().unwrap();
    assert!(
        left.starts_with(&format!("deleted:serviceAccount:{email}?uid=")),
        "{left}"
    );
}
