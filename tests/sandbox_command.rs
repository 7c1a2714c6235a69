//! `oidcfed sandbox` and `oidcfed issuer inspect` as programs: what they print, how they end, what they leave behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_oidcfed");

/// A sandbox that never outlives its test.
struct Running {
    child: Child,
    described: Value,
    directory: tempfile::TempDir,
}

impl Running {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut child = Command::new(PROGRAM)
            .args([
                "sandbox",
                "--output",
                "json",
                "--until-stdin-closes",
                "--directory",
            ])
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let described = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        Self {
            child,
            described,
            directory,
        }
    }

    fn text(&self, pointer: &str) -> &str {
        self.described.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    fn bundle(&self) -> PathBuf {
        self.text("/bundle").into()
    }

    /// Waits for the end, and checks that nothing is left and nothing was said.
    fn ended(mut self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the sandbox does not end");
            std::thread::yield_now();
        };
        assert_eq!(status.code(), Some(0));
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "");
        assert_eq!(entries(self.directory.path()), 0, "files are left");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

fn inspect(url: &str, arguments: &[&str]) -> std::process::Output {
    Command::new(PROGRAM)
        .args(["--output", "json", "issuer", "inspect", url])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn it_ends_when_stdin_closes() {
    let mut running = Running::start();
    assert_eq!(entries(running.directory.path()), 1);
    assert!(running.bundle().exists());
    drop(running.child.stdin.take());
    running.ended();
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let running = Running::start();
        let id = running.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        running.ended();
    }
}

#[test]
fn the_description_is_enough_to_use_it() {
    let running = Running::start();
    for pointer in [
        "/issuer/url",
        "/issuer/token_url",
        "/aws/url",
        "/gcp/endpoints/iam",
        "/gcp/endpoints/oauth2",
        "/gcp/projects/1/number",
        "/gcp/deployer/access_token",
        "/secret",
        "/secret_header",
    ] {
        assert!(!running.text(pointer).is_empty(), "{pointer}");
    }
    let bundle = running.bundle();
    assert_eq!(
        running.text("/environment/SSL_CERT_FILE"),
        bundle.to_str().unwrap()
    );
    assert_eq!(
        running.text("/environment/AWS_ENDPOINT_URL"),
        running.text("/aws/url")
    );
    assert_eq!(running.described["aws"]["accounts"].as_array().unwrap().len(), 3);
    let credentials = running.described["aws"]["accounts"][0]["secret_access_key"].as_str();
    assert_eq!(
        running.described["environment"]["AWS_SECRET_ACCESS_KEY"].as_str(),
        credentials
    );

    assert_eq!(
        running.text("/environment/GOOGLE_IAM_CUSTOM_ENDPOINT"),
        format!("{}/v1/", running.text("/gcp/endpoints/iam"))
    );
    let file = |name: &str| std::fs::read_to_string(running.text(name)).unwrap();
    assert_eq!(
        file("/environment/CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"),
        running.text("/gcp/deployer/access_token")
    );
    let key: Value = serde_json::from_str(&file("/environment/GOOGLE_APPLICATION_CREDENTIALS")).unwrap();
    assert_eq!(key["client_email"], running.text("/gcp/deployer/email"));

    let url = running.text("/issuer/url");
    let bundle = bundle.to_str().unwrap();
    let found = inspect(url, &["--allow-loopback", "--ca-bundle", bundle]);
    assert_eq!(found.status.code(), Some(3), "a development issuer is a finding");
    assert_eq!(String::from_utf8(found.stderr).unwrap(), "");
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(report["issuer"], url);
    assert_eq!(report["thumbprint"].as_str().unwrap().len(), 40);
    assert_eq!(report["findings"][0]["rule"], "sandbox-issuer");
}

/// What is printed for people is commands of a shell: evaluated, they leave the environment of the description.
#[cfg(unix)]
#[test]
fn the_text_is_commands_of_a_shell() {
    let described = Running::start();
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("it's $HOME `here`");
    std::fs::create_dir(&directory).unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["sandbox", "--until-stdin-closes", "--directory"])
        .arg(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut text = String::new();
    let mut curl = None;
    for line in lines {
        if line.starts_with("curl ") {
            curl = Some(line);
            break;
        }
        text += &(line + "\n");
    }
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &format!("{text}\nexec env")]).env_clear();
    shell.env("PATH", std::env::var_os("PATH").unwrap());
    let unset: Vec<_> = described.described["unset"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(unset.contains(&"AWS_PROFILE"), "{unset:?}");
    // as it is where somebody works with a real account
    shell.envs(unset.iter().map(|name| (name, "of a real account")));
    let said = shell.output().unwrap();
    assert!(
        said.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let said = String::from_utf8(said.stdout).unwrap();
    let left: BTreeMap<_, _> = said.lines().filter_map(|line| line.split_once('=')).collect();

    let wanted = described.described["environment"].as_object().unwrap();
    for (name, value) in wanted {
        let (value, found) = (
            value.as_str().unwrap(),
            left.get(name.as_str()).copied().unwrap_or_default(),
        );
        // what differs from run to run has the same shape
        let (before, files) = (
            described.directory.path().to_str().unwrap(),
            directory.to_str().unwrap(),
        );
        if value.starts_with(before) {
            assert!(
                found.starts_with(files) && Path::new(found).exists() == Path::new(value).exists(),
                "{name}: {found}"
            );
        } else if value.starts_with("https://") {
            // every address of an API is one of those that are listed; what follows it is the API's own
            let origin = found.split('/').take(3).collect::<Vec<_>>().join("/");
            let listed = text.lines().filter(|line| line.starts_with('#'));
            let listed = listed.flat_map(str::split_whitespace).any(|word| word == origin);
            let (path, expected) = (
                found.strip_prefix(&origin),
                value.splitn(4, '/').nth(3).unwrap_or(""),
            );
            assert!(
                listed && path.map(|path| path.trim_start_matches('/')) == Some(expected),
                "{name}: {found}"
            );
        } else if name.contains("ACCESS_KEY") {
            assert_eq!(
                (found.len(), found == value),
                (value.len(), false),
                "{name}: {found}"
            );
        } else {
            assert_eq!(found, value, "{name}");
        }
    }
    for name in unset {
        assert!(!left.contains_key(name), "{name} is left");
    }
    let exported = text.lines().filter(|line| line.starts_with("export ")).count();
    assert_eq!(exported, wanted.len());
    let curl = curl.expect("how a token is got");
    let issuer = text
        .lines()
        .find_map(|line| line.strip_prefix("# development issuer  "))
        .unwrap();
    let header = described.text("/secret_header");
    assert!(
        curl.starts_with(&format!("curl --silent {issuer}/token --header '{header}: "))
            && curl.contains("\"claims\""),
        "{curl}"
    );
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn without_being_asked_to_nothing_on_this_machine_is_inspected() {
    let running = Running::start();
    let bundle = running.bundle();
    let found = inspect(
        running.text("/issuer/url"),
        &["--ca-bundle", bundle.to_str().unwrap()],
    );
    assert_eq!(found.status.code(), Some(1));
    assert!(found.stdout.is_empty());
    let said = String::from_utf8(found.stderr).unwrap();
    assert!(
        said.starts_with("error: expected a public host") && said.contains("--allow-loopback"),
        "{said}"
    );
}
