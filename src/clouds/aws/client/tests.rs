//! The client against a server of canned answers: settings, accounts, repetition, what is read and what is sent.

use std::time::{Duration, Instant, SystemTime};

use aws_sdk_iam::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_types::date_time::{DateTime, Format};

use super::fake::{Call, Fake, Reply, error_body};
use super::*;
use crate::clouds::aws::dialect::{AccountId, Partition, RoleArn};
use crate::oidc::WorkloadToken;
use crate::trust::Secret;

mod environment;
mod platforms;

const OWN: &str = "111122223333";
const OTHER: &str = "222233334444";

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn role(arn: &str) -> AssumeRole {
    AssumeRole::plain(RoleArn::parse(arn).unwrap())
}

/// Keys and endpoints of the fake.
fn settings(fake: &Fake) -> Settings {
    Settings {
        access_keys: Some(AccessKeys {
            access_key: Secret::new("AKIAOWN".to_owned()),
            secret_key: Secret::new("s3cr3t-canary".to_owned()),
            token: None,
        }),
        endpoints: Endpoints {
            iam: Some(fake.url.clone()),
            sts: Some(fake.url.clone()),
        },
        ..Settings::default()
    }
}

fn identity() -> Reply {
    Reply::ok(
        "GetCallerIdentity",
        &format!("<Arn>arn:aws:iam::{OWN}:user/me</Arn><UserId>A</UserId><Account>{OWN}</Account>"),
    )
}

/// A session whose access key tells which role it is of.
fn session(call: &Call) -> Reply {
    let name = call
        .get("RoleArn")
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_uppercase();
    let end = DateTime::from(SystemTime::now() + Duration::from_secs(3_600))
        .fmt(Format::DateTime)
        .unwrap();
    Reply::ok(
        call.action(),
        &format!(
            "<Credentials><AccessKeyId>ASIA{name}</AccessKeyId><SecretAccessKey>x</SecretAccessKey>\
             <SessionToken>token-of-{name}</SessionToken><Expiration>{end}</Expiration></Credentials>"
        ),
    )
}

fn role_xml(account: &str, name: &str) -> String {
    format!(
        "<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROA1</RoleId><Arn>arn:aws:iam::{account}:role/{name}</Arn>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</AssumeRolePolicyDocument>\
         <MaxSessionDuration>7200</MaxSessionDuration><Description>d</Description>\
         <Tags><member><Key>k</Key><Value>v</Value></member></Tags></Role>"
    )
}

fn provider_xml() -> &'static str {
    "<Url>issuer.example/team</Url><ClientIDList><member>a</member><member>b</member></ClientIDList>\
     <ThumbprintList><member>0000000000000000000000000000000000000000</member></ThumbprintList>\
     <CreateDate>2026-01-01T00:00:00Z</CreateDate>"
}

/// An account in order: every call succeeds.
fn fine(call: &Call, _: usize) -> Reply {
    match call.action() {
        "GetCallerIdentity" => identity(),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => session(call),
        "GetRole" | "CreateRole" => Reply::ok(call.action(), &role_xml(OWN, call.get("RoleName"))),
        "GetOpenIDConnectProvider" => Reply::ok(call.action(), provider_xml()),
        action => Reply::ok(action, ""),
    }
}

fn new_role() -> NewRole {
    NewRole {
        name: "deploy".into(),
        path: "/".into(),
        trust_policy: "{}".into(),
        description: None,
        max_session_duration: None,
        permissions_boundary: Some("arn:aws:iam::aws:policy/b".into()),
        tags: [("oidcfed:mark".to_owned(), "1".to_owned())].into(),
    }
}

#[tokio::test]
async fn nothing_happens_before_it_is_needed() {
    let fake = Fake::start(fine).await;
    let accounts = Accounts::new(settings(&fake));
    assert!(fake.calls().is_empty());
    let iam = accounts.iam(None).await.unwrap();
    assert!(fake.calls().is_empty(), "{:?}", fake.actions());
    iam.get_role("deploy").await.unwrap();
    assert_eq!(fake.actions(), ["GetRole"]);
    for _ in 0..3 {
        assert_eq!(accounts.own_account().await.unwrap().account, account(OWN));
    }
    assert_eq!(fake.count("GetCallerIdentity"), 1);
}

#[tokio::test]
async fn a_role_is_read_whole() {
    let fake = Fake::start(fine).await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    let role = iam.get_role("deploy").await.unwrap();
    assert_eq!(role.trust_policy, r#"{"Version":"2012-10-17"}"#);
    assert_eq!(
        (role.max_session_duration, role.description.as_str()),
        (7200, "d")
    );
    assert_eq!(role.tags, [("k".to_owned(), "v".to_owned())].into());
    assert_eq!(role.arn, format!("arn:aws:iam::{OWN}:role/deploy"));
}

#[tokio::test]
async fn a_create_sends_boundary_and_tags_with_it() {
    let fake = Fake::start(fine).await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    iam.create_role(&new_role()).await.unwrap();
    let call = fake.calls().pop().unwrap();
    assert_eq!(call.get("PermissionsBoundary"), "arn:aws:iam::aws:policy/b");
    assert_eq!(
        (call.get("Tags.member.1.Key"), call.get("Tags.member.1.Value")),
        ("oidcfed:mark", "1")
    );
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let fake = Fake::start(|call, before| {
        let more = if before < 2 {
            format!("<IsTruncated>true</IsTruncated><Marker>m{before}</Marker>")
        } else {
            "<IsTruncated>false</IsTruncated>".to_owned()
        };
        let entry = role_xml(OWN, &format!("r{before}")).replace("Role>", "member>");
        Reply::ok(call.action(), &format!("<Roles>{entry}</Roles>{more}"))
    })
    .await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    let names: Vec<String> = iam
        .list_roles("/")
        .await
        .unwrap()
        .into_iter()
        .map(|role| role.name)
        .collect();
    assert_eq!(names, ["r0", "r1", "r2"]);
    let markers: Vec<String> = fake
        .calls()
        .iter()
        .map(|call| call.get("Marker").to_owned())
        .collect();
    assert_eq!(markers, ["", "m0", "m1"]);
}

#[tokio::test]
async fn chains_assume_one_role_with_the_other() {
    let fake = Fake::start(fine).await;
    let mut second = role(&format!("arn:aws:iam::{OTHER}:role/second"));
    second.external_id = Some("ext".into());
    second.duration = Some(SessionDuration::parse(Duration::from_secs(900)).unwrap());
    second.session_name = SessionName::parse("ci").unwrap();
    let chain = vec![role(&format!("arn:aws:iam::{OWN}:role/first")), second];
    let iam = Accounts::new(Settings {
        assume_role: chain,
        ..settings(&fake)
    })
    .iam(None)
    .await
    .unwrap();
    iam.get_role("deploy").await.unwrap();
    iam.get_role("deploy").await.unwrap();
    let calls = fake.calls();
    assert_eq!(fake.actions(), ["AssumeRole", "AssumeRole", "GetRole", "GetRole"]);
    let keys: Vec<String> = calls.iter().map(Call::access_key).collect();
    assert_eq!(keys, ["AKIAOWN", "ASIAFIRST", "ASIASECOND", "ASIASECOND"]);
    assert_eq!(calls[1].headers["x-amz-security-token"], "token-of-FIRST");
    assert_eq!(
        (calls[1].get("ExternalId"), calls[1].get("DurationSeconds")),
        ("ext", "900")
    );
    assert_eq!(
        (calls[0].get("RoleSessionName"), calls[1].get("RoleSessionName")),
        ("oidcfed", "ci")
    );
}

#[tokio::test]
async fn web_identity_is_exchanged_without_signature() {
    let fake = Fake::start(fine).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "header.payload.signature\n").unwrap();
    for token in [
        WorkloadToken::File(file.path().to_owned()),
        WorkloadToken::Given("header.payload.signature".to_owned().into()),
    ] {
        let identity = WebIdentity {
            role_arn: RoleArn::parse(&format!("arn:aws:iam::{OWN}:role/web")).unwrap(),
            session_name: SessionName::parse("run-7").unwrap(),
            duration: None,
            token,
        };
        let settings = Settings {
            access_keys: None,
            web_identity: Some(identity),
            ..settings(&fake)
        };
        Accounts::new(settings)
            .iam(None)
            .await
            .unwrap()
            .get_role("deploy")
            .await
            .unwrap();
    }
    let calls = fake.calls();
    assert_eq!(
        fake.actions(),
        [
            "AssumeRoleWithWebIdentity",
            "GetRole",
            "AssumeRoleWithWebIdentity",
            "GetRole"
        ]
    );
    assert!(!calls[0].headers.contains_key("authorization"));
    assert_eq!(calls[0].get("WebIdentityToken"), "header.payload.signature");
    assert_eq!(
        (calls[1].access_key(), calls[3].access_key()),
        ("ASIAWEB".to_owned(), "ASIAWEB".to_owned())
    );
}

#[tokio::test]
async fn other_accounts_are_entered_once_each() {
    let fake = Fake::start(|call, before| match call.access_key().as_str() {
        "ASIAENTRY" | "ASIADEPLOYER" if call.action() == "GetRole" => {
            let id = if call.access_key() == "ASIAENTRY" {
                OTHER
            } else {
                "333344445555"
            };
            Reply::ok("GetRole", &role_xml(id, "x"))
        }
        _ => fine(call, before),
    })
    .await;
    let accounts = Accounts::new(Settings {
        accounts: [(account(OTHER), role(&format!("arn:aws:iam::{OTHER}:role/entry")))].into(),
        account_role_name: Some("oidcfed-deployer".into()),
        ..settings(&fake)
    });
    let accounts = &accounts;
    let read = |id: &'static str| async move { accounts.iam(Some(&account(id))).await?.get_role("x").await };
    let (a, b) = tokio::join!(read(OTHER), read(OTHER));
    assert_eq!(
        (a.unwrap().arn, b.is_ok()),
        (format!("arn:aws:iam::{OTHER}:role/x"), true)
    );
    assert_eq!(fake.count("AssumeRole"), 1);
    assert_eq!(fake.count("GetCallerIdentity"), 0);
    // By name; the own account is not entered through a role.
    read(OWN).await.unwrap();
    assert_eq!(fake.count("AssumeRole"), 1);
}

#[tokio::test]
async fn a_role_name_leads_into_any_account() {
    let fake = Fake::start(|call, before| match call.action() {
        "GetRole" => Reply::ok("GetRole", &role_xml(OTHER, "x")),
        _ => fine(call, before),
    })
    .await;
    let settings = Settings {
        account_role_name: Some("ops/deployer".into()),
        ..settings(&fake)
    };
    let iam = Accounts::new(settings).iam(Some(&account(OTHER))).await.unwrap();
    iam.get_role("x").await.unwrap();
    let calls = fake.calls();
    assert_eq!(fake.actions(), ["GetCallerIdentity", "AssumeRole", "GetRole"]);
    assert_eq!(
        calls[1].get("RoleArn"),
        format!("arn:aws:iam::{OTHER}:role/ops/deployer")
    );
}

#[tokio::test]
async fn accounts_that_are_not_allowed_see_no_call() {
    let fake = Fake::start(fine).await;
    let allowed = Settings {
        allowed_account_ids: [account(OTHER)].into(),
        ..settings(&fake)
    };
    let forbidden = Settings {
        forbidden_account_ids: [account(OWN)].into(),
        ..settings(&fake)
    };
    for (settings, attribute) in [
        (allowed, "allowed_account_ids"),
        (forbidden, "forbidden_account_ids"),
    ] {
        let accounts = Accounts::new(settings);
        for wanted in [None, Some(account(OWN))] {
            let error = accounts.iam(wanted.as_ref()).await.unwrap_err();
            assert_eq!(error.kind, Kind::WrongAccount);
            assert!(
                error.message.contains(attribute) && error.message.contains(OWN),
                "{error}"
            );
        }
    }
    assert!(fake.actions().iter().all(|action| action == "GetCallerIdentity"));
}

#[tokio::test]
async fn credentials_of_another_account_are_found_out() {
    let fake = Fake::start(|call, before| match (call.action(), call.get("RoleName")) {
        ("GetRole", "gone") => Reply::error(404, "NoSuchEntity", "no"),
        _ => fine(call, before),
    })
    .await;
    let iam = Accounts::new(settings(&fake))
        .iam(Some(&account(OTHER)))
        .await
        .unwrap();
    // A missing role is no missing role when the wrong account was asked; else it would leave the state.
    assert_eq!(iam.get_role("gone").await.unwrap_err().kind, Kind::WrongAccount);
    // A role of the same name.
    assert_eq!(iam.get_role("deploy").await.unwrap_err().kind, Kind::WrongAccount);
    // A write is not even sent.
    assert_eq!(
        iam.delete_role("deploy").await.unwrap_err().kind,
        Kind::WrongAccount
    );
    assert_eq!(
        iam.create_role(&new_role()).await.unwrap_err().kind,
        Kind::WrongAccount
    );
    assert_eq!(fake.count("DeleteRole") + fake.count("CreateRole"), 0);
    // The right account costs no question as long as nothing is written or missing.
    let fake = Fake::start(fine).await;
    let iam = Accounts::new(settings(&fake))
        .iam(Some(&account(OWN)))
        .await
        .unwrap();
    iam.get_role("deploy").await.unwrap();
    assert_eq!(fake.actions(), ["GetRole"]);
    iam.delete_role("deploy").await.unwrap();
    assert_eq!(fake.actions(), ["GetRole", "GetCallerIdentity", "DeleteRole"]);
}

#[tokio::test]
async fn throttled_calls_are_repeated_others_are_not() {
    for (status, code) in [
        (400, "Throttling"),
        (429, ""),
        (503, "ServiceUnavailable"),
        (409, "ConcurrentModification"),
    ] {
        let fake = Fake::start(move |call, before| match before {
            0 | 1 => Reply::error(status, code, "later"),
            _ => fine(call, before),
        })
        .await;
        let iam = Accounts::impatient(settings(&fake)).iam(None).await.unwrap();
        iam.delete_role("deploy").await.unwrap();
        assert_eq!(fake.count("DeleteRole"), 3, "{status} {code}");
    }
    for (status, code) in [
        (403, "AccessDenied"),
        (400, "InvalidInput"),
        (409, "LimitExceeded"),
        (409, "DeleteConflict"),
    ] {
        let fake = Fake::start(move |_, _| Reply::error(status, code, "no")).await;
        let iam = Accounts::impatient(settings(&fake)).iam(None).await.unwrap();
        assert!(iam.delete_role("deploy").await.is_err());
        assert_eq!(fake.count("DeleteRole"), 1, "{status} {code}");
    }
}

#[tokio::test]
async fn max_retries_is_the_limit() {
    let fake = Fake::start(|_, _| Reply::error(400, "Throttling", "rate exceeded")).await;
    for (max_retries, attempts) in [(0, 1), (4, 5)] {
        let before = fake.calls().len();
        let settings = Settings {
            max_retries: Some(max_retries),
            ..settings(&fake)
        };
        let error = Accounts::impatient(settings)
            .iam(None)
            .await
            .unwrap()
            .get_role("x")
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Throttled);
        assert!(error.hint.clone().unwrap().contains("max_retries"));
        assert_eq!(fake.calls().len() - before, attempts);
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_not_repeated() {
    for reply in [
        Reply::Lost,
        Reply::error(503, "ServiceUnavailable", "x"),
        Reply::Body(200, "<truncat".into()),
    ] {
        let lost = reply.clone();
        let fake = Fake::start(move |_, _| lost.clone()).await;
        let iam = Accounts::impatient(settings(&fake)).iam(None).await.unwrap();
        let error = iam.create_role(&new_role()).await.unwrap_err();
        assert!(error.outcome_unknown(), "{reply:?}: {error:?}");
        assert_eq!(fake.count("CreateRole"), 1, "{reply:?}");
        // What may happen twice is repeated; its answer holds nothing that could be cut off.
        if matches!(reply, Reply::Body(200, _)) {
            continue;
        }
        let error = iam.put_inline_policy("deploy", "p", "{}").await.unwrap_err();
        assert!(error.outcome_unknown(), "{reply:?}: {error:?}");
        assert_eq!(fake.count("PutRolePolicy"), 3, "{reply:?}");
    }
    // A throttled create has had no effect.
    let fake = Fake::start(|call, before| match before {
        0 => Reply::error(400, "Throttling", "x"),
        _ => fine(call, before),
    })
    .await;
    let iam = Accounts::impatient(settings(&fake)).iam(None).await.unwrap();
    assert!(iam.create_role(&new_role()).await.is_ok());
}

#[tokio::test]
async fn nobody_there_is_an_error_that_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fake = Fake::start(fine).await;
    let settings = Settings {
        endpoints: Endpoints {
            iam: Some(url),
            sts: None,
        },
        ..settings(&fake)
    };
    let error = Accounts::impatient(settings)
        .iam(None)
        .await
        .unwrap()
        .create_role(&new_role())
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        Kind::Transport {
            may_have_been_sent: false
        },
        "{error:?}"
    );
    assert!(error.hint.clone().unwrap().contains("endpoints"));
}

#[tokio::test]
async fn a_black_hole_ends_inside_the_time_out() {
    let fake = Fake::start(|_, _| Reply::Silence).await;
    let settings = Settings {
        request_timeout: Duration::from_millis(50),
        ..settings(&fake)
    };
    let start = Instant::now();
    let error = Accounts::impatient(settings)
        .iam(None)
        .await
        .unwrap()
        .get_role("x")
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        Kind::Transport {
            may_have_been_sent: true
        }
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn stop_and_deadline_end_waits_and_forbid_calls() {
    let fake = Fake::start(|_, _| {
        Reply::With(
            429,
            vec![("retry-after", "20".into())],
            error_body("Throttling", "x"),
        )
    })
    .await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    let limits = Limits::default();
    let stop = limits.stop.clone();
    let stopped = iam.within(limits);
    let start = Instant::now();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.request();
    });
    assert_eq!(stopped.delete_role("x").await.unwrap_err().kind, Kind::Throttled);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(stopped.delete_role("x").await.unwrap_err().kind, Kind::Stopped);
    assert_eq!(fake.count("DeleteRole"), 1);
    let limits = Limits {
        deadline: Some(tokio::time::Instant::now() + Duration::from_secs(10)),
        ..Limits::default()
    };
    assert_eq!(
        iam.within(limits).delete_role("x").await.unwrap_err().kind,
        Kind::Throttled
    );
    assert!(start.elapsed() < Duration::from_secs(5));
    let limits = Limits {
        deadline: Some(tokio::time::Instant::now()),
        ..Limits::default()
    };
    assert_eq!(
        iam.within(limits).delete_role("x").await.unwrap_err().kind,
        Kind::Deadline
    );
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once() {
    let ahead = SystemTime::now() + Duration::from_secs(600);
    let date = DateTime::from(ahead).fmt(Format::HttpDate).unwrap();
    let fake = Fake::start(move |call, before| match before {
        0 => Reply::With(
            403,
            vec![("date", date.clone())],
            error_body("SignatureDoesNotMatch", "x-amz-security-token:abc"),
        ),
        _ => fine(call, before),
    })
    .await;
    let iam = Accounts::impatient(settings(&fake)).iam(None).await.unwrap();
    iam.get_role("deploy").await.unwrap();
    let dates: Vec<String> = fake
        .calls()
        .iter()
        .map(|call| call.headers["x-amz-date"].clone())
        .collect();
    let expected = DateTime::from(ahead)
        .fmt(Format::DateTime)
        .unwrap()
        .replace(['-', ':'], "");
    assert_eq!(dates.len(), 2);
    assert_eq!(
        dates[1].get(..13),
        expected.get(..13),
        "signed with the clock of the service"
    );
    let fake =
        Fake::start(|_, _| Reply::error(403, "SignatureDoesNotMatch", "x-amz-security-token:abc")).await;
    let error = Accounts::impatient(settings(&fake))
        .iam(None)
        .await
        .unwrap()
        .get_role("x")
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Signature);
    assert!(!format!("{error} {error:?}").contains("abc"), "{error:?}");
}

#[tokio::test]
async fn one_provider_is_read_once_until_somebody_writes() {
    let fake = Fake::start(fine).await;
    let accounts = Accounts::new(settings(&fake));
    let iam = accounts.iam(None).await.unwrap();
    let same = accounts.iam(Some(&account(OWN))).await.unwrap();
    let arn = format!("arn:aws:iam::{OWN}:oidc-provider/issuer.example/team");
    let many = futures_util::future::join_all((0..100).map(|_| iam.provider_cached(&arn))).await;
    for found in many {
        assert_eq!(found.unwrap().unwrap().client_ids, ["a", "b"]);
    }
    same.provider_cached(&arn).await.unwrap();
    assert_eq!(fake.count("GetOpenIDConnectProvider"), 1);
    same.add_client_id(&arn, "c").await.unwrap();
    iam.provider_cached(&arn).await.unwrap();
    assert_eq!(fake.count("GetOpenIDConnectProvider"), 2);
    let provider = NewProvider {
        url: "https://issuer.example/team".into(),
        client_ids: Vec::new(),
        thumbprints: Vec::new(),
        tags: Tags::new(),
    };
    let _ = iam.create_provider(&provider).await;
    iam.provider_cached(&arn).await.unwrap();
    assert_eq!(fake.count("GetOpenIDConnectProvider"), 3);
}

#[tokio::test]
async fn absence_is_shared_and_errors_are_not() {
    let fake = Fake::start(|call, before| match (call.action(), before) {
        ("GetOpenIDConnectProvider", 0) => Reply::error(403, "AccessDenied", "no"),
        ("GetOpenIDConnectProvider", _) => Reply::error(404, "NoSuchEntity", "no"),
        _ => fine(call, before),
    })
    .await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    let arn = format!("arn:aws:iam::{OWN}:oidc-provider/issuer.example");
    assert_eq!(
        iam.provider_cached(&arn).await.unwrap_err().kind,
        Kind::AccessDenied
    );
    assert_eq!(iam.provider_cached(&arn).await.unwrap(), None);
    assert_eq!(iam.provider_cached(&arn).await.unwrap(), None);
    assert_eq!(fake.count("GetOpenIDConnectProvider"), 2);
}

#[tokio::test]
async fn thumbprints_are_never_emptied() {
    let fake = Fake::start(fine).await;
    let iam = Accounts::new(settings(&fake)).iam(None).await.unwrap();
    let error = iam
        .update_thumbprints("arn:aws:iam::111122223333:oidc-provider/x", &[])
        .await
        .unwrap_err();
    assert_eq!((error.kind, fake.calls().len()), (Kind::Invalid, 0));
}

#[tokio::test]
async fn a_refused_role_says_which_and_why() {
    let fake = Fake::start(|call, before| match call.action() {
        "AssumeRole" => Reply::error(
            403,
            "AccessDenied",
            "User: x is not authorized to perform: sts:AssumeRole",
        ),
        _ => fine(call, before),
    })
    .await;
    let arn = format!("arn:aws:iam::{OWN}:role/first");
    let settings = Settings {
        assume_role: vec![role(&arn)],
        ..settings(&fake)
    };
    let error = Accounts::new(settings)
        .iam(None)
        .await
        .unwrap()
        .get_role("x")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.operation),
        (Kind::Credentials, "sts:AssumeRole")
    );
    assert!(error.to_string().contains(&arn) && error.hint.clone().unwrap().contains("external_id"));
}

#[tokio::test]
async fn errors_and_debug_show_no_secret() {
    let fake = Fake::start(|_, _| Reply::error(403, "AccessDenied", "no")).await;
    let accounts = Accounts::new(settings(&fake));
    let iam = accounts.iam(None).await.unwrap();
    let error = iam.get_role("x").await.unwrap_err();
    let text = format!("{error} {error:?} {accounts:?} {iam:?}");
    assert!(!text.contains("s3cr3t-canary"), "{text}");
}

/// What the rules of the SDK make of the regions.
#[tokio::test]
async fn every_partition_has_its_endpoint() {
    for (region, fips, endpoint) in [
        ("us-east-1", false, "https://iam.amazonaws.com"),
        ("eu-central-1", false, "https://iam.amazonaws.com"),
        ("cn-north-1", false, "https://iam.cn-north-1.amazonaws.com.cn"),
        ("cn-northwest-1", false, "https://iam.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", false, "https://iam.us-gov.amazonaws.com"),
        ("us-gov-east-1", false, "https://iam.us-gov.amazonaws.com"),
        ("eusc-de-east-1", false, "https://iam.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-east-1", false, "https://iam.us-iso-east-1.c2s.ic.gov"),
        ("us-iso-west-1", false, "https://iam.us-iso-east-1.c2s.ic.gov"),
        (
            "us-isob-east-1",
            false,
            "https://iam.us-isob-east-1.sc2s.sgov.gov",
        ),
        (
            "us-isob-west-1",
            false,
            "https://iam.us-isob-east-1.sc2s.sgov.gov",
        ),
        (
            "eu-isoe-west-1",
            false,
            "https://iam.eu-isoe-west-1.cloud.adc-e.uk",
        ),
        (
            "us-isof-south-1",
            false,
            "https://iam.us-isof-south-1.csp.hci.ic.gov",
        ),
        (
            "us-isof-east-1",
            false,
            "https://iam.us-isof-south-1.csp.hci.ic.gov",
        ),
        ("us-east-1", true, "https://iam-fips.amazonaws.com"),
    ] {
        let params = Params::builder().region(region).use_fips(fips).build().unwrap();
        let resolved = DefaultResolver::new().resolve_endpoint(&params).await.unwrap();
        assert_eq!(resolved.url(), endpoint, "{region}");
    }
}

/// Our own table of partitions says what the rules of the SDK say: IAM's endpoint, its signing region, the end of the names.
#[tokio::test]
async fn the_table_of_partitions_is_that_of_the_sdk() {
    use aws_sdk_sts::config::endpoint::{
        DefaultResolver as StsResolver, Params as StsParams, ResolveEndpoint as _,
    };
    for partition in Partition::all() {
        let region = partition.iam_signing_region();
        let params = Params::builder().region(region).build().unwrap();
        let iam = DefaultResolver::new().resolve_endpoint(&params).await.unwrap();
        assert_eq!(iam.url(), partition.iam_endpoint(), "{partition}");
        let schemes = iam.auth_schemes().iter();
        let signs: Vec<_> = schemes
            .filter_map(|scheme| scheme.get("signingRegion")?.as_string())
            .collect();
        assert_eq!(signs, [region], "{partition}");
        let params = StsParams::builder().region(region).build().unwrap();
        let sts = StsResolver::new().resolve_endpoint(&params).await.unwrap();
        let host = format!("https://sts.{region}.{}", partition.dns_suffix());
        assert_eq!(sts.url(), host, "{partition}");
    }
}

#[tokio::test]
async fn the_region_signs() {
    for (region, signs) in [(None, "us-east-1"), (Some("eusc-de-east-1"), "eusc-de-east-1")] {
        let fake = Fake::start(fine).await;
        let settings = Settings {
            region: region.map(ToOwned::to_owned),
            ..settings(&fake)
        };
        let accounts = Accounts::new(settings);
        accounts.own_account().await.unwrap();
        assert_eq!(fake.calls()[0].scope()[2..4], [signs, "sts"]);
        assert_eq!(accounts.region().await.unwrap(), signs);
    }
}
