//! The shared test vectors, every row of them. A row that cannot be run is a failure.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use url::Url;

use crate::shared_files::shared_json;
use crate::trust::{Audience, IssuerUrl};

use super::algorithm::Algorithm;
use super::discovery::discover;
use super::fetch::{Answer, Body, FetchError, Fetcher, Transport};
use super::json::Duplicates;
use super::jws::Jws;
use super::key_set::KeySet;
use super::policy::{Policy, Profile, TimeFormat};
use super::refusal::Refusal;
use super::scripted::Once;
use super::signature;
use super::verify::verify;

/// `None`, visibly, when the run goes without the shared files; a missing one is a failure.
pub(super) fn vectors(name: &str) -> Option<Value> {
    shared_json(&format!("vectors/{name}"))
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name]
        .as_str()
        .unwrap_or_else(|| panic!("{row} has no text {name}"))
}

fn key_set<'a>(keys: impl IntoIterator<Item = &'a Value>) -> KeySet {
    let keys: Vec<_> = keys.into_iter().collect();
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn named_keys(all: &Value, names: &Value) -> KeySet {
    key_set(
        names
            .as_array()
            .unwrap()
            .iter()
            .map(|name| &all[name.as_str().unwrap()]),
    )
}

fn policy(verifier: &Value) -> Policy {
    let seconds = |name: &str| std::time::Duration::from_secs(verifier[name].as_u64().unwrap());
    let audiences = verifier["audiences"].as_array().unwrap();
    let audiences = audiences
        .iter()
        .map(|one| Audience::parse(one.as_str().unwrap()).unwrap());
    Policy::new(
        IssuerUrl::parse(text(verifier, "issuer")).unwrap(),
        audiences.collect(),
    )
    .with_leeway(seconds("leeway_seconds"))
    .with_max_lifetime(Some(seconds("max_lifetime_seconds")))
    .with_max_token_chars(usize::try_from(verifier["max_token_chars"].as_u64().unwrap()).unwrap())
}

#[test]
fn tokens_are_accepted_and_refused_for_the_reason_given() {
    let Some(all) = vectors("jwt_validation.json") else {
        return;
    };
    let now = all["clock"].as_i64().unwrap();
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 128);
    for row in rows {
        let keys = named_keys(&all["keys"], &row["jwks"]);
        let answer = verify(text(row, "token"), &keys, &policy(&row["verifier"]), now);
        match text(row, "expected") {
            "accept" => assert!(answer.is_ok(), "{}: {answer:?}", row["id"]),
            "reject" => {
                let refusal = answer.expect_err(text(row, "id"));
                assert_eq!(refusal.reason(), text(row, "reason"), "{}: {refusal}", row["id"]);
            }
            "either" => {}
            other => panic!("{}: unknown expectation {other}", row["id"]),
        }
    }
}

/// What a service does that reads tokens as the rows say of the real STS.
#[test]
fn a_lenient_profile_answers_as_observed() {
    let Some(all) = vectors("jwt_validation.json") else {
        return;
    };
    let now = all["clock"].as_i64().unwrap();
    let profile = Profile {
        duplicate_members: Duplicates::LastWins,
        duplicate_kids: Duplicates::LastWins,
        key_algorithm_binds: false,
        key_ops_allowed: false,
        kid_required: true,
        max_keys_of_a_type: Some(100),
        numeric_subject: true,
        empty_subject: true,
        times: TimeFormat::IntegerOrText,
        authorized_party_is_audience: true,
    };
    let mut rows_run = 0;
    for row in all["rows"].as_array().unwrap() {
        let Some(observed) = row["aws_observed"].as_str() else {
            continue;
        };
        let keys = named_keys(&all["keys"], &row["jwks"]);
        let policy = policy(&row["verifier"]).with_profile(profile.clone());
        let answer = verify(text(row, "token"), &keys, &policy, now);
        assert_eq!(
            answer.is_ok(),
            observed.starts_with("accept"),
            "{}: {answer:?}",
            row["id"]
        );
        rows_run += 1;
    }
    assert!(rows_run >= 20, "{rows_run}");
}

/// Header and signature alone: the payloads of these rows are no claims.
fn signature_alone(jws: &str, keys: &KeySet) -> Result<(), Refusal> {
    let jws = Jws::parse(jws, 100_000, Duplicates::Refuse)?;
    signature::check(jws, keys, &Algorithm::ALL, &Profile::STRICT).map(|_| ())
}

#[test]
fn wycheproof_signatures() {
    let Some(all) = vectors("jws_wycheproof.json") else {
        return;
    };
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 263);
    for row in rows {
        let keys = named_keys(&all["keys"], &row["keys"]);
        let answer = signature_alone(text(row, "jws"), &keys);
        let header = text(row, "jws").split('.').next().unwrap_or_default();
        let header = data_encoding::BASE64URL_NOPAD
            .decode(header.as_bytes())
            .unwrap_or_default();
        let is_pss = serde_json::from_slice::<Value>(&header)
            .is_ok_and(|header| header["alg"].to_string().starts_with("\"PS"));
        let expected = text(row, "result") == "valid" && !is_pss;
        assert_eq!(
            answer.is_ok(),
            expected,
            "{} {}: {answer:?}",
            row["id"],
            row["comment"]
        );
        if is_pss {
            assert_eq!(answer.unwrap_err().reason(), "alg-not-allowed", "{}", row["id"]);
        }
    }
}

#[test]
fn signatures_of_the_standards() {
    let Some(all) = vectors("jws_rfc_examples.json") else {
        return;
    };
    for row in all.as_array().unwrap() {
        let keys = key_set(row.get("jwk"));
        if let Some(valid) = row["signature_valid"].as_bool() {
            let answer = signature_alone(text(row, "jws"), &keys);
            // EdDSA is on no list here
            let expected = valid && row["jwk"]["kty"] != "OKP";
            assert_eq!(answer.is_ok(), expected, "{}: {answer:?}", row["id"]);
        }
        if let Some(thumbprint) = row["thumbprint_sha256"].as_str() {
            let key = &keys.keys()[0];
            let expected = (row["jwk"]["kty"] != "OKP").then_some(thumbprint);
            assert_eq!(key.thumbprint().as_deref(), expected, "{}", row["id"]);
        }
    }
}

/// One scripted answer to whatever is asked.
struct Row {
    fetch: Value,
    document: Vec<u8>,
}

#[async_trait]
impl Transport for Row {
    async fn get(&self, url: &Url) -> Result<Answer, FetchError> {
        let number = |name: &str| self.fetch[name].as_u64().map(|n| usize::try_from(n).unwrap());
        let promised = number("expanded_bytes").or(number("body_bytes"));
        let word = |name: &str| self.fetch[name].as_str().map(str::to_owned);
        assert_eq!(url.scheme(), "https");
        Ok(Answer {
            status: u16::try_from(number("status").unwrap()).unwrap(),
            location: word("location"),
            content_type: word("content_type"),
            body: match promised {
                Some(bytes) => Box::new(Blanks(bytes)),
                None => Box::new(Once(Some(self.document.clone()))),
            },
            chain: Vec::new(),
        })
    }
}

/// That many blanks, in pieces.
struct Blanks(usize);

#[async_trait]
impl Body for Blanks {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let piece = self.0.min(64 * 1024);
        self.0 -= piece;
        Ok((piece > 0).then(|| vec![b' '; piece]))
    }
}

#[tokio::test]
async fn discovery_documents_are_usable_or_not() {
    let Some(all) = vectors("discovery.json") else {
        return;
    };
    let rows = all.as_array().unwrap();
    assert_eq!(rows.len(), 43);
    for row in rows {
        let document = match &row["document"] {
            Value::String(raw) => raw.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        };
        let issuer = IssuerUrl::parse(text(row, "configured_issuer")).unwrap();
        if let Some(url) = row["document_url"].as_str() {
            assert_eq!(issuer.discovery_url(), url, "{}", row["id"]);
        }
        let transport = Row {
            fetch: row["fetch"].clone(),
            document,
        };
        let fetcher = Fetcher::over(Arc::new(transport), false);
        let answer = discover(&fetcher, &issuer).await;
        assert_eq!(
            answer.is_ok(),
            row["usable"].as_bool().unwrap(),
            "{}: {answer:?}",
            row["id"]
        );
        let status = row["fetch"]["status"].as_u64().unwrap();
        let temporary = answer.is_err_and(|error| error.is_temporary());
        assert_eq!(temporary, status == 429 || status >= 500, "{}", row["id"]);
    }
}
