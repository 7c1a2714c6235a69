//! `oidcfed demo`, as its user starts it: to the end, interrupted, and with something missing.

use crate::harness::{Finished, Need, Terraform, available, run};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The demo with a temporary directory of its own, in which everything it leaves would show.
fn demo(arguments: &[&str]) -> (TempDir, Command) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidcfed"));
    command
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", directory.path());
    // Real settings of the caller must not get through.
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
        .env("AWS_PROFILE", "production")
        .env("TF_CLI_ARGS", "-nonsense");
    (directory, command)
}

fn leaves_nothing(directory: &Path) {
    let files: Vec<_> = fs::read_dir(directory)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert!(files.is_empty(), "left behind: {files:?}");
    let own = directory.to_string_lossy().into_owned();
    let processes = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|process| {
            let environment = fs::read(process.path().join("environ")).unwrap_or_default();
            let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
            !command.is_empty() && String::from_utf8_lossy(&environment).contains(&own)
        });
    let processes: Vec<_> = processes.map(|process| process.path()).collect();
    assert!(processes.is_empty(), "still running: {processes:?}");
}

#[test]
fn to_the_end() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let program = Terraform::program().to_string_lossy().into_owned();
    let (directory, mut command) = demo(&["--output", "json", "--terraform", &program]);
    let told = run(&mut command).succeeded("the demo").json();
    assert_eq!((&told["ok"], &told["cloud"]), (&json!(true), &json!("aws")));
    assert!(
        told["seconds"].as_f64().is_some_and(|seconds| seconds < 60.0),
        "{}",
        told["seconds"]
    );
    let acts = told["acts"].as_array().expect("acts");
    let act = |what: &str| -> &Value {
        let found = acts
            .iter()
            .find(|act| act["act"].as_str().is_some_and(|name| name.contains(what)));
        &found.unwrap_or_else(|| panic!("no act `{what}` in {told:#}"))["details"]
    };
    assert!(
        act("token is accepted")["session"]
            .as_str()
            .is_some_and(|session| session.contains("assumed-role/deploy/"))
    );
    let stranger = act("another repository is refused");
    assert!(
        stranger["STS says"]
            .as_str()
            .is_some_and(|said| said.starts_with("AccessDenied")),
        "{stranger}"
    );
    let because = stranger["because"].as_str().expect("a reason");
    assert!(
        because.contains("repo:stranger/api") && because.contains("repo:acme/api"),
        "{because}"
    );
    for what in ["second plan is empty", "destroyed", "nothing is left"] {
        act(what);
    }
    leaves_nothing(directory.path());
}

/// From the token to an object that only the service account may read, and back to a project in which nothing is left.
#[test]
fn google_to_the_end() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let program = Terraform::program().to_string_lossy().into_owned();
    let (directory, mut command) = demo(&["--cloud", "gcp", "--output", "json", "--terraform", &program]);
    let told = run(&mut command).succeeded("the demo").json();
    assert_eq!((&told["ok"], &told["cloud"]), (&json!(true), &json!("gcp")));
    assert!(
        told["seconds"].as_f64().is_some_and(|seconds| seconds < 60.0),
        "{}",
        told["seconds"]
    );
    let acts = told["acts"].as_array().expect("acts");
    let details = |what: &str| -> &Value {
        let found = acts.iter().find(|act| act["act"] == what);
        &found.unwrap_or_else(|| panic!("no act `{what}` in {told:#}"))["details"]
    };
    let text = |details: &Value, name: &str| details[name].as_str().unwrap_or_default().to_owned();
    let accepted = details("the workload's token is accepted");
    assert!(
        text(accepted, "identity").ends_with("/subject/repo:acme/api:ref:refs/heads/main"),
        "{accepted}"
    );
    assert_eq!(accepted["acts as"], "deploy@sandbox-one.iam.gserviceaccount.com");
    assert_eq!(
        accepted["reads"],
        "gs://sandbox-one-data/hello.txt: an object of the project sandbox-one"
    );
    for (what, code, reason) in [
        (
            "another repository is refused",
            "unauthorized_client",
            "repo:acme/api:ref:refs/heads/main",
        ),
        (
            "another branch is refused",
            "unauthorized_client",
            "assertion.sub",
        ),
        (
            "a token for another audience is refused",
            "invalid_grant",
            "https://api.example.com",
        ),
        (
            "another issuer with the same subject is refused",
            "invalid_grant",
            "/blue",
        ),
        (
            "now the workload's token is refused too",
            "invalid_target",
            "deploy",
        ),
    ] {
        let refused = details(what);
        assert!(text(refused, "STS says").starts_with(code), "{what}: {refused}");
        assert!(text(refused, "because").contains(reason), "{what}: {refused}");
    }
    assert_eq!(
        details("nothing is left: no pool, no account, no grant"),
        &json!({})
    );
    let kept = details("what Google keeps of the pool is switched off");
    assert_eq!(kept["state"], "DELETED, disabled: true");
    details("the second plan is empty");
    leaves_nothing(directory.path());
}

#[test]
fn for_people() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let program = Terraform::program().to_string_lossy().into_owned();
    for (cloud, name) in [("aws", "A trust on AWS,"), ("gcp", "A trust on Google Cloud,")] {
        let (_directory, mut command) = demo(&["--cloud", cloud, "--terraform", &program]);
        let told = run(&mut command).succeeded("the demo").stdout;
        assert!(
            told.starts_with(name) && told.contains("All as it must be"),
            "{told}"
        );
        assert!(!told.contains('\x1b'), "colour is for terminals");
    }
}

/// Ctrl-C goes to everything in the foreground: nothing may be left, whenever it comes.
#[test]
fn interrupted() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let program = Terraform::program().to_string_lossy().into_owned();
    for line in ["  AWS ", "  ✓ applied", "  ✓ another branch"] {
        let (directory, mut command) = demo(&["--terraform", &program]);
        let started = command
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = started.expect("the demo starts");
        let mut told = BufReader::new(child.stdout.take().expect("a pipe"))
            .lines()
            .map_while(Result::ok);
        assert!(
            told.any(|said| said.starts_with(line)),
            "the demo ended before `{line}`"
        );
        let group = format!("-{}", child.id());
        run(Command::new("kill").args(["-INT", "--", &group])).succeeded("kill");
        told.for_each(drop);
        let mut error = String::new();
        child
            .stderr
            .take()
            .expect("a pipe")
            .read_to_string(&mut error)
            .expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(1), "{line}: {error}");
        assert!(error.contains("interrupted"), "{line}: {error}");
        leaves_nothing(directory.path());
    }
}

/// Nothing named: the PATH says which program runs, whatever of the two names it has there.
#[test]
fn the_host_is_found_on_the_path() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let program = fs::canonicalize(Terraform::program()).expect("the host");
    for name in ["tofu", "terraform"] {
        let path = tempfile::tempdir().expect("a temporary folder");
        let link = path.path().join(name);
        symlink(&program, &link).expect("a link");
        let (directory, mut command) = demo(&[]);
        let told = run(command.env("PATH", path.path())).succeeded("the demo").stdout;
        let chosen = format!("({})", link.display());
        assert!(
            told.contains(&chosen) && told.contains("All as it must be"),
            "{name}: {told}"
        );
        leaves_nothing(directory.path());
    }
}

#[test]
fn something_is_missing() {
    let (directory, mut command) = demo(&[]);
    let no_host: Finished = run(command.env("PATH", directory.path()));
    assert_eq!(no_host.code, 1);
    assert!(no_host.stderr.contains("--terraform PATH"), "{}", no_host.stderr);
    let (_directory, mut command) = demo(&["--cloud", "nimbus"]);
    let unknown = run(&mut command);
    assert_eq!(unknown.code, 64);
    assert!(
        unknown.stderr.contains("[possible values: aws, gcp]"),
        "{}",
        unknown.stderr
    );
    let (directory, mut command) = demo(&["--terraform", "/no/such/terraform"]);
    let wrong = run(&mut command);
    assert_eq!(wrong.code, 64);
    assert!(wrong.stderr.contains("/no/such/terraform"), "{}", wrong.stderr);
    leaves_nothing(directory.path());
}
