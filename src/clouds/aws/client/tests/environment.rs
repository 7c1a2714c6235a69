//! The environment and the files of the AWS tools, proxies and certificate authorities: each case in a process of its
//! own, because a process cannot change its environment safely.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::*;

const CHILD: &str = "clouds::aws::client::tests::environment::child";

/// What a child is asked to do besides reading its environment.
const PROFILE: &str = "OIDCFED_TEST_PROFILE";
const FIPS: &str = "OIDCFED_TEST_FIPS";
const ASK: &str = "OIDCFED_TEST_ASK";

/// Runs one call in a process with nothing but these variables; what the call said.
async fn run(variables: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", CHILD, "--ignored", "--nocapture", "--test-threads=1"])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = tokio::time::timeout(Duration::from_secs(60), command.output())
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = text
        .lines()
        .find_map(|line| line.split_once("said: "))
        .map(|(_, said)| said.to_owned());
    said.unwrap_or_else(|| panic!("no answer: {text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// The process of [`run`].
#[tokio::test]
#[ignore = "runs as a child of the other tests here"]
async fn child() {
    let variable = |name: &str| std::env::var(name).ok();
    let settings = Settings {
        profile: variable(PROFILE),
        use_fips_endpoint: variable(FIPS).map(|text| text == "true"),
        request_timeout: Duration::from_secs(5),
        ..Settings::default()
    };
    let accounts = Accounts::impatient(settings);
    let answer = match variable(ASK).as_deref() {
        Some("caller") => accounts.own_account().await.map(|caller| caller.arn),
        _ => match accounts.iam(None).await {
            Ok(iam) => iam.get_role("deploy").await.map(|role| role.arn),
            Err(error) => Err(error),
        },
    };
    match answer {
        Ok(arn) => println!("said: ok {arn}"),
        Err(error) => println!(
            "said: {:?} {error} {}",
            error.kind,
            error.hint.clone().unwrap_or_default()
        ),
    }
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAENV"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    KEYS.iter().chain(more).copied().collect()
}

#[tokio::test]
async fn keys_region_and_endpoint_of_the_environment() {
    let fake = Fake::start(fine).await;
    let (url, other) = (fake.url.as_str(), Fake::start(fine).await);
    for region in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let said = run(&with(&[("AWS_ENDPOINT_URL", url), (region, "eusc-de-east-1")])).await;
        assert!(said.starts_with("ok "), "{said}");
    }
    let said = run(&with(&[
        ("AWS_ENDPOINT_URL_IAM", url),
        ("AWS_ENDPOINT_URL", &other.url),
    ]))
    .await;
    assert!(said.starts_with("ok "), "{said}");
    let keys: Vec<_> = fake.calls().iter().map(Call::access_key).collect();
    assert_eq!(keys, ["AKIAENV"; 3]);
    assert!(other.calls().is_empty());
    let said = run(&with(&[
        ("AWS_ENDPOINT_URL_STS", url),
        ("AWS_REGION", "eusc-de-east-1"),
        (ASK, "caller"),
    ]))
    .await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!(fake.calls().last().unwrap().scope()[2], "eusc-de-east-1");
}

#[tokio::test]
async fn profiles_with_keys_processes_and_roles() {
    let fake = Fake::start(fine).await;
    let directory = tempfile::tempdir().unwrap();
    let process = write(
        directory.path(),
        "process.json",
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s"}"#,
    );
    let config = write(
        directory.path(),
        "config",
        &format!(
            "[profile keys]\nregion = eu-west-1\n[profile process]\ncredential_process = cat {process}\n\
             [profile role]\nrole_arn = arn:aws:iam::{OWN}:role/frompro\nsource_profile = keys\nregion = eu-west-1\n"
        ),
    );
    let credentials = write(
        directory.path(),
        "credentials",
        "[keys]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n",
    );
    let files = [
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str()),
        ("AWS_ENDPOINT_URL_IAM", fake.url.as_str()),
        ("AWS_ENDPOINT_URL_STS", fake.url.as_str()),
    ];
    for (profile, key) in [
        ("keys", "AKIAFILE"),
        ("process", "AKIAPROCESS"),
        ("role", "ASIAFROMPRO"),
    ] {
        let mut variables = files.to_vec();
        variables.push(("AWS_PROFILE", profile));
        let said = run(&variables).await;
        assert!(said.starts_with("ok "), "{profile}: {said}");
        assert_eq!(fake.calls().last().unwrap().access_key(), key, "{profile}");
        // The argument beats the keys and the profile of the environment.
        let mut variables = with(&files);
        variables.extend([("AWS_PROFILE", "none"), (PROFILE, profile)]);
        let said = run(&variables).await;
        assert!(said.starts_with("ok "), "{profile}: {said}");
        assert_eq!(fake.calls().last().unwrap().access_key(), key, "{profile}");
    }
    let mut variables = files.to_vec();
    variables.push((PROFILE, "missing"));
    let said = run(&variables).await;
    assert!(
        said.starts_with("Credentials ") && said.contains("missing"),
        "{said}"
    );
}

#[tokio::test]
async fn web_identity_of_the_environment() {
    let fake = Fake::start(fine).await;
    let directory = tempfile::tempdir().unwrap();
    let token = write(directory.path(), "token", "header.payload.signature");
    let arn = format!("arn:aws:iam::{OWN}:role/irsa");
    let said = run(&[
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
        ("AWS_ROLE_ARN", &arn),
        ("AWS_ENDPOINT_URL_IAM", &fake.url),
        ("AWS_ENDPOINT_URL_STS", &fake.url),
    ])
    .await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!(fake.actions(), ["AssumeRoleWithWebIdentity", "GetRole"]);
    assert_eq!(fake.calls()[1].access_key(), "ASIAIRSA");
}

/// An hour from now, as the sources of credentials write it.
fn in_an_hour() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3_600)
}

/// Credentials as containers and machines are lent them.
fn lent(key: &str) -> String {
    let end = DateTime::from(in_an_hour()).fmt(Format::DateTime).unwrap();
    let credentials = serde_json::json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z",
        "AccessKeyId": key, "SecretAccessKey": "s", "Token": format!("token-of-{key}"), "Expiration": end,
    });
    credentials.to_string()
}

/// The token of the session that a call was signed with.
fn session_token(call: &Call) -> &str {
    call.headers
        .get("x-amz-security-token")
        .map_or("", String::as_str)
}

#[tokio::test]
async fn credentials_of_a_container() {
    let fake = Fake::start(fine).await;
    let agent = Fake::start(
        |call, _| match call.headers.get("authorization").map(String::as_str) {
            Some("pod-identity-token") => Reply::Body(200, lent("ASIACONTAINER")),
            _ => Reply::Body(401, String::new()),
        },
    )
    .await;
    let directory = tempfile::tempdir().unwrap();
    let token = write(directory.path(), "token", "pod-identity-token");
    let address = format!("{}/v1/credentials", agent.url);
    let variables = [
        ("AWS_ENDPOINT_URL_IAM", fake.url.as_str()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", address.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.as_str()),
    ];
    let said = run(&variables).await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!(agent.calls()[0].line, "GET /v1/credentials HTTP/1.1");
    assert_eq!(fake.calls()[0].access_key(), "ASIACONTAINER");
    assert_eq!(session_token(&fake.calls()[0]), "token-of-ASIACONTAINER");
    // the keys of the environment come before the container's
    let said = run(&with(&variables)).await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!(fake.calls()[1].access_key(), "AKIAENV");
    assert_eq!(agent.calls().len(), 1, "asked, though nobody needs it");
    // refused, it says so, and nothing is sent to IAM
    let said = run(&variables[..2]).await;
    assert!(said.starts_with("Credentials "), "{said}");
    assert_eq!(fake.calls().len(), 2);
}

/// The metadata service of a machine, in its second version only: without the token of a session it says nothing.
#[tokio::test]
async fn credentials_of_a_machine() {
    const ROLE: &str = "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1";
    let fake = Fake::start(fine).await;
    let machine = Fake::start(|call, _| {
        let seconds = "x-aws-ec2-metadata-token-ttl-seconds";
        let holds = call
            .headers
            .get("x-aws-ec2-metadata-token")
            .is_some_and(|token| token == "of-the-session");
        match call.line.as_str() {
            "PUT /latest/api/token HTTP/1.1" => {
                let asked = call.headers.get(seconds).cloned().unwrap_or_default();
                Reply::With(200, vec![(seconds, asked)], "of-the-session".to_owned())
            }
            _ if !holds => Reply::Body(401, String::new()),
            ROLE => Reply::Body(200, "runner".to_owned()),
            "GET /latest/meta-data/iam/security-credentials/runner HTTP/1.1" => {
                Reply::Body(200, lent("ASIAMACHINE"))
            }
            _ => Reply::Body(404, String::new()),
        }
    })
    .await;
    let variables = [
        ("AWS_ENDPOINT_URL_IAM", fake.url.as_str()),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.url.as_str()),
        ("AWS_EC2_METADATA_DISABLED", "false"),
    ];
    let said = run(&variables).await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!(fake.calls()[0].access_key(), "ASIAMACHINE");
    assert_eq!(session_token(&fake.calls()[0]), "token-of-ASIAMACHINE");
    let lines: Vec<_> = machine.calls().into_iter().map(|call| call.line).collect();
    assert!(lines[0].starts_with("PUT /latest/api/token "), "{lines:?}");
    let asked_twice = lines.iter().filter(|line| *line == ROLE).count();
    assert_eq!(asked_twice, 1, "{lines:?}");
    // whoever forbids the metadata service is heard
    let before = machine.calls().len();
    let said = run(&variables[..2]).await;
    assert!(said.starts_with("Credentials "), "{said}");
    assert_eq!((machine.calls().len(), fake.calls().len()), (before, 1));
}

/// The session of a person that `aws sso login` began, by name and in the older form by its start page.
#[tokio::test]
async fn credentials_of_a_single_sign_on() {
    const PAGE: &str = "https://acme.awsapps.example/start";
    let fake = Fake::start(fine).await;
    let portal = Fake::start(|call, _| {
        let token = call.headers.get("x-amz-sso_bearer_token").map(String::as_str);
        if token != Some("of-the-login") || !call.line.starts_with("GET /federation/credentials?") {
            return Reply::Body(401, String::new());
        }
        let end = in_an_hour().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let lent = serde_json::json!({ "roleCredentials": {
            "accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "token-of-ASIASSO",
            "expiration": u64::try_from(end.as_millis()).unwrap(),
        }});
        Reply::Body(200, lent.to_string())
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    for name in [PAGE, "acme"] {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes());
        let end = DateTime::from(in_an_hour()).fmt(Format::DateTime).unwrap();
        let login = serde_json::json!({ "accessToken": "of-the-login", "expiresAt": end, "region": "eu-west-1",
            "startUrl": PAGE });
        let file = format!("{}.json", data_encoding::HEXLOWER.encode(digest.as_ref()));
        write(&cache, &file, &login.to_string());
    }
    let config = write(
        home.path(),
        "config",
        &format!(
            "[profile old]\nsso_start_url = {PAGE}\nsso_region = eu-west-1\nsso_account_id = {OWN}\nsso_role_name = ops\n\
             [profile new]\nsso_session = acme\nsso_account_id = {OWN}\nsso_role_name = ops\n\
             [sso-session acme]\nsso_start_url = {PAGE}\nsso_region = eu-west-1\n"
        ),
    );
    let variables = [
        ("HOME", home.path().to_str().unwrap()),
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_ENDPOINT_URL_IAM", fake.url.as_str()),
        ("AWS_ENDPOINT_URL_SSO", portal.url.as_str()),
    ];
    for (number, (by, profile)) in [
        ("AWS_PROFILE", "old"),
        ("AWS_PROFILE", "new"),
        (PROFILE, "old"),
        (PROFILE, "new"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut variables = variables.to_vec();
        variables.push((by, profile));
        let said = run(&variables).await;
        assert!(said.starts_with("ok "), "{by} {profile}: {said}");
        assert_eq!(fake.calls()[number].access_key(), "ASIASSO", "{by} {profile}");
        let asked = &portal.calls()[number].line;
        assert!(
            asked.contains("role_name=ops") && asked.contains(&format!("account_id={OWN}")),
            "{asked}"
        );
    }
    // the login's token does not go to another machine in the open
    for variable in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"] {
        let mut variables = variables.to_vec();
        variables.extend([("AWS_PROFILE", "new"), (variable, "http://sso.example.com")]);
        let said = run(&variables).await;
        assert!(
            said.starts_with("Configuration ") && said.contains("http://sso.example.com"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn without_credentials_it_says_what_to_do() {
    let fake = Fake::start(fine).await;
    let said = run(&[("AWS_ENDPOINT_URL", &fake.url)]).await;
    assert!(
        said.starts_with("Credentials ") && said.contains("AWS_PROFILE"),
        "{said}"
    );
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn max_attempts_of_the_environment() {
    let fake = Fake::start(|_, _| Reply::error(400, "Throttling", "later")).await;
    let said = run(&with(&[
        ("AWS_ENDPOINT_URL", &fake.url),
        ("AWS_MAX_ATTEMPTS", "2"),
    ]))
    .await;
    assert!(said.starts_with("Throttled "), "{said}");
    assert_eq!(fake.calls().len(), 2);
}

/// A proxy that is only asked: its refusal ends the call, and what it was asked for is what counts.
async fn asked_of_proxy(variables: &[(&str, &str)]) -> Vec<Call> {
    let proxy = Fake::start(|_, _| Reply::Body(403, String::new())).await;
    let address = proxy.url.replace("http://", "http://user:pass%40word@");
    let mut all = with(variables);
    all.push(("HTTPS_PROXY", &address));
    let said = run(&all).await;
    assert!(
        said.starts_with("Transport { may_have_been_sent: false }"),
        "{said}"
    );
    assert!(!said.contains("pass"), "{said}");
    proxy.calls()
}

#[tokio::test]
async fn every_partition_is_asked_through_the_proxy() {
    for (region, fips, host) in [
        ("eu-central-1", "false", "iam.amazonaws.com"),
        ("cn-northwest-1", "false", "iam.cn-north-1.amazonaws.com.cn"),
        ("us-gov-east-1", "false", "iam.us-gov.amazonaws.com"),
        ("eusc-de-east-1", "false", "iam.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-west-1", "false", "iam.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "false", "iam.us-isob-east-1.sc2s.sgov.gov"),
        ("eu-isoe-west-1", "false", "iam.eu-isoe-west-1.cloud.adc-e.uk"),
        ("us-isof-east-1", "false", "iam.us-isof-south-1.csp.hci.ic.gov"),
        ("us-east-1", "true", "iam-fips.amazonaws.com"),
    ] {
        let calls = asked_of_proxy(&[("AWS_REGION", region), (FIPS, fips)]).await;
        assert_eq!(calls[0].line, format!("CONNECT {host}:443 HTTP/1.1"));
        assert_eq!(
            calls[0].headers["proxy-authorization"],
            "Basic dXNlcjpwYXNzQHdvcmQ="
        );
    }
    for (region, host) in [
        ("eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-west-1", "sts.us-iso-west-1.c2s.ic.gov"),
        ("us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"),
        ("eu-isoe-west-1", "sts.eu-isoe-west-1.cloud.adc-e.uk"),
        ("us-isof-south-1", "sts.us-isof-south-1.csp.hci.ic.gov"),
    ] {
        let calls = asked_of_proxy(&[("AWS_REGION", region), (ASK, "caller")]).await;
        assert_eq!(calls[0].line, format!("CONNECT {host}:443 HTTP/1.1"));
    }
    let calls = asked_of_proxy(&[("AWS_REGION", "us-east-1"), ("AWS_USE_FIPS_ENDPOINT", "true")]).await;
    assert_eq!(calls[0].line, "CONNECT iam-fips.amazonaws.com:443 HTTP/1.1");
}

#[tokio::test]
async fn no_proxy_is_kept() {
    let (fake, proxy) = (Fake::start(fine).await, Fake::start(fine).await);
    let variables = [
        ("AWS_ENDPOINT_URL", fake.url.as_str()),
        ("HTTP_PROXY", proxy.url.as_str()),
    ];
    let said = run(&with(&[variables[0], variables[1], ("NO_PROXY", "127.0.0.1")])).await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!((fake.calls().len(), proxy.calls().len()), (1, 0));
    let said = run(&with(&variables)).await;
    assert!(said.starts_with("ok "), "{said}");
    assert_eq!((fake.calls().len(), proxy.calls().len()), (1, 1));
    assert!(
        proxy.calls()[0].line.starts_with(&format!("POST {}", fake.url)),
        "{}",
        proxy.calls()[0].line
    );
}

#[tokio::test]
async fn private_authorities_by_bundle_and_by_environment() {
    let (fake, authority) = Fake::start_tls(fine).await;
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "ca.pem", &authority);
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let said = run(&with(&[("AWS_ENDPOINT_URL", &fake.url), (variable, &file)])).await;
        assert!(said.starts_with("ok "), "{variable}: {said}");
    }
    let with_bundle = Settings {
        ca_bundle: Some(authority.into_bytes()),
        ..settings(&fake)
    };
    assert!(
        Accounts::new(with_bundle)
            .iam(None)
            .await
            .unwrap()
            .get_role("deploy")
            .await
            .is_ok()
    );
    let before = fake.calls().len();
    let said = run(&with(&[("AWS_ENDPOINT_URL", &fake.url)])).await;
    assert!(
        said.starts_with("Transport { may_have_been_sent: false }") && said.contains("ca_bundle_file"),
        "{said}"
    );
    assert_eq!(fake.calls().len(), before);
    let said = run(&with(&[
        ("AWS_ENDPOINT_URL", &fake.url),
        ("AWS_CA_BUNDLE", "/does/not/exist"),
    ]))
    .await;
    assert!(
        said.starts_with("Configuration ") && said.contains("AWS_CA_BUNDLE"),
        "{said}"
    );
}

#[tokio::test]
async fn a_system_without_authorities_is_said_and_no_panic() {
    let directory = tempfile::tempdir().unwrap();
    let empty = write(directory.path(), "empty.pem", "");
    let said = run(&with(&[
        ("SSL_CERT_FILE", &empty),
        ("AWS_ENDPOINT_URL", "https://localhost:1"),
    ]))
    .await;
    assert!(
        said.starts_with("Configuration ") && said.contains("certificate authority"),
        "{said}"
    );
}
