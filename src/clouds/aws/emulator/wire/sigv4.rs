//! Signature Version 4, the verifying side, with the signature in the `Authorization` header.
//!
//! SECURITY: a request is authenticated here and nowhere else. [`Authorization::verify`] recomputes the signature from
//! what arrived and compares in constant time; nothing of an unverified request reaches a decision.

use data_encoding::HEXLOWER_PERMISSIVE;
use http::{HeaderMap, Method, Uri, header};
use ring::hmac;

use super::canonical::{canonical_request, sha256_hex};
use super::{ApiError, Service, timestamp};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the clock of the caller may be away, in seconds.
const SKEW: i64 = 15 * 60;

/// A request as it arrived.
pub struct Signed<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// The parsed `Authorization` header, nothing verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    pub access_key_id: String,
    date: String,
    region: String,
    service: String,
    signed_headers: Vec<String>,
    signature: Vec<u8>,
    at: i64,
    timestamp: String,
}

impl Authorization {
    /// Reads the headers that carry the signature.
    ///
    /// # Errors
    /// `MissingAuthenticationToken` when there is no signature at all, `IncompleteSignature` when parts are missing.
    pub fn read(request: &Signed<'_>) -> Result<Self, ApiError> {
        let missing = || {
            ApiError::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )
        };
        let text = single(request.headers, header::AUTHORIZATION.as_str()).ok_or_else(missing)?;
        let rest = text
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix([' ', '\t']))
            .ok_or_else(|| incomplete("Authorization header requires the algorithm 'AWS4-HMAC-SHA256'."))?;
        let part = |name: &str| -> Result<&str, ApiError> {
            rest.split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
                .ok_or_else(|| {
                    incomplete(format!(
                        "Authorization header requires '{name}' parameter. Authorization={ALGORITHM}"
                    ))
                })
        };
        let credential = part("Credential")?;
        let [access_key_id, date, region, service, terminator] =
            <[&str; 5]>::try_from(credential.split('/').collect::<Vec<_>>()).map_err(|_| {
                incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
            })?;
        if terminator != "aws4_request" {
            return Err(mismatch(
                "Credential should be scoped with a valid terminator: 'aws4_request'.",
            ));
        }
        let signature = HEXLOWER_PERMISSIVE
            .decode(part("Signature")?.as_bytes())
            .map_err(|_| incomplete("Signature must be hexadecimal."))?;
        let timestamp = single(request.headers, "x-amz-date").ok_or_else(|| {
            incomplete("Authorization header requires existence of an 'X-Amz-Date' header.")
        })?;
        let at = timestamp::from_basic(timestamp)
            .ok_or_else(|| incomplete("Date must be in ISO-8601 'basic format'."))?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: part("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature,
            at,
            timestamp: timestamp.to_owned(),
        })
    }

    /// Checks scope, time, covered headers and the signature itself under `secret`.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`, with the part that does not fit.
    pub fn verify(
        &self,
        request: &Signed<'_>,
        service: Service,
        secret: &str,
        now: i64,
    ) -> Result<(), ApiError> {
        self.check_scope(service)?;
        self.check_time(now)?;
        self.check_coverage(request.headers)?;
        let canonical = canonical_request(request, &self.signed_headers)
            .map_err(|name| mismatch(format!("The signed header '{name}' is missing in the request.")))?;
        let to_sign = format!(
            "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
            self.timestamp,
            self.date,
            self.region,
            self.service,
            sha256_hex(canonical.as_bytes())
        );
        let key = hmac::Key::new(
            hmac::HMAC_SHA256,
            &signing_key(secret, &self.date, &self.region, &self.service),
        );
        hmac::verify(&key, to_sign.as_bytes(), &self.signature).map_err(|_| {
            mismatch(
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details.",
            )
        })
    }

    fn check_scope(&self, service: Service) -> Result<(), ApiError> {
        if self.service != service.name() {
            return Err(mismatch(format!(
                "Credential should be scoped to correct service: '{}'.",
                service.name()
            )));
        }
        if self.region.is_empty() {
            return Err(mismatch("Credential should be scoped to a valid region."));
        }
        let day = self.timestamp.get(..8).unwrap_or_default();
        if self.date != day {
            return Err(mismatch(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{day}', from '{}'.",
                self.date, self.timestamp
            )));
        }
        Ok(())
    }

    fn check_time(&self, now: i64) -> Result<(), ApiError> {
        let (sent, now_text) = (&self.timestamp, timestamp::basic(now));
        if self.at < now.saturating_sub(SKEW) {
            return Err(mismatch(format!(
                "Signature expired: {sent} is now earlier than {} ({now_text} - 15 min.)",
                timestamp::basic(now.saturating_sub(SKEW)),
            )));
        }
        if self.at > now.saturating_add(SKEW) {
            return Err(mismatch(format!(
                "Signature not yet current: {sent} is still later than {} ({now_text} + 15 min.)",
                timestamp::basic(now.saturating_add(SKEW)),
            )));
        }
        Ok(())
    }

    /// `Host` and everything that begins with `x-amz-` has to be covered by the signature.
    fn check_coverage(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let signed = |name: &str| self.signed_headers.iter().any(|header| header == name);
        if !signed("host") {
            return Err(mismatch(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        match headers
            .keys()
            .find(|name| name.as_str().starts_with("x-amz-") && !signed(name.as_str()))
        {
            Some(name) => Err(mismatch(format!(
                "There were headers present in the request which were not signed: {name}"
            ))),
            None => Ok(()),
        }
    }
}

/// The token that comes with keys of a session.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    single(headers, "x-amz-security-token")
}

/// Derives the key that signs one day, region and service.
pub fn signing_key(secret: &str, date: &str, region: &str, service: &str) -> Vec<u8> {
    let start = format!("AWS4{secret}").into_bytes();
    [date, region, service, "aws4_request"]
        .into_iter()
        .fold(start, |key, part| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            hmac::sign(&key, part.as_bytes()).as_ref().to_vec()
        })
}

/// The value of a header that must occur once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn incomplete(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "IncompleteSignature", message)
}

fn mismatch(message: impl Into<String>) -> ApiError {
    ApiError::new(403, "SignatureDoesNotMatch", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of the example of the AWS documentation ("Create a signed AWS API request").
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    struct Example {
        method: Method,
        uri: Uri,
        headers: HeaderMap,
    }

    impl Example {
        fn new() -> Self {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("host", "iam.amazonaws.com"),
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("x-amz-date", "20150830T123600Z"),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date, \
                     Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                ),
            ] {
                headers.insert(name, value.parse().unwrap());
            }
            Self {
                method: Method::GET,
                uri: "/?Action=ListUsers&Version=2010-05-08".parse().unwrap(),
                headers,
            }
        }

        fn outcome(&self, now: i64) -> Result<(), ApiError> {
            let request = Signed {
                method: &self.method,
                uri: &self.uri,
                headers: &self.headers,
                body: b"",
            };
            Authorization::read(&request)?.verify(&request, Service::Iam, SECRET, now)
        }
    }

    fn now() -> i64 {
        timestamp::from_basic("20150830T123600Z").unwrap()
    }

    #[test]
    fn the_documented_example_verifies() {
        assert_eq!(Example::new().outcome(now()), Ok(()));
    }

    #[test]
    fn the_clock_may_be_a_quarter_of_an_hour_away() {
        for (shift, good) in [(900, true), (-900, true), (901, false), (-901, false)] {
            let outcome = Example::new().outcome(now() + shift);
            assert_eq!(outcome.is_ok(), good, "{shift}: {outcome:?}");
        }
    }

    #[test]
    fn one_change_anywhere_breaks_it() {
        let changes: [fn(&mut Example); 5] = [
            |e| e.method = Method::POST,
            |e| e.uri = "/?Action=ListRoles&Version=2010-05-08".parse().unwrap(),
            |e| {
                e.headers.insert("host", "iam.amazonaws.org".parse().unwrap());
            },
            |e| {
                e.headers.insert("x-amz-security-token", "abc".parse().unwrap());
            },
            |e| {
                e.headers
                    .insert("x-amz-date", "20150830T123601Z".parse().unwrap());
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut example = Example::new();
            change(&mut example);
            let error = example.outcome(now()).unwrap_err();
            assert_eq!(error.code, "SignatureDoesNotMatch", "change {number}: {error}");
        }
    }

    #[test]
    fn a_scope_of_another_service_is_refused() {
        let example = Example::new();
        let request = Signed {
            method: &example.method,
            uri: &example.uri,
            headers: &example.headers,
            body: b"",
        };
        let authorization = Authorization::read(&request).unwrap();
        let error = authorization
            .verify(&request, Service::Sts, SECRET, now())
            .unwrap_err();
        assert_eq!(error.code, "SignatureDoesNotMatch");
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "(AWS4-HMAC-SHA256 )?[ -~]{0,80}", date in "[0-9TZ]{0,16}") {
            let mut example = Example::new();
            example.headers.insert("authorization", text.parse().unwrap());
            example.headers.insert("x-amz-date", date.parse().unwrap());
            proptest::prop_assert!(example.outcome(now()).is_err());
        }
    }

    #[test]
    fn no_signature_and_half_a_signature() {
        let mut example = Example::new();
        example.headers.remove("authorization");
        assert_eq!(
            example.outcome(now()).unwrap_err().code,
            "MissingAuthenticationToken"
        );
        for half in [
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=00",
            "Bearer abc",
        ] {
            example.headers.insert("authorization", half.parse().unwrap());
            assert_eq!(
                example.outcome(now()).unwrap_err().code,
                "IncompleteSignature",
                "{half}"
            );
        }
    }
}
