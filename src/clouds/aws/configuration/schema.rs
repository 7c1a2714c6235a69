//! The schema and the model of the `aws` attribute.

use std::collections::BTreeMap;

use crate::clouds::aws::client::{Endpoints, SessionDuration, SessionName, check_region};
use crate::clouds::aws::dialect::limits::TaggedObject;
use crate::clouds::aws::dialect::{AccountId, RoleArn};
use crate::clouds::aws::tags;
use crate::framework::{Attr, Attribute, Nesting, StringMap, StringSet, Value, parse_duration};
use crate::model;

model! {
    /// The `aws` attribute as written.
    pub struct AwsModel {
        pub region: Attr<String>,
        pub profile: Attr<String>,
        pub access_key: Attr<String>,
        pub secret_key: Attr<String>,
        pub token: Attr<String>,
        pub assume_role: Attr<Vec<Attr<RoleModel>>>,
        pub assume_role_with_web_identity: Attr<WebIdentityModel>,
        pub accounts: Attr<BTreeMap<String, Attr<RoleModel>>>,
        pub account_role_name: Attr<String>,
        pub allowed_account_ids: StringSet,
        pub forbidden_account_ids: StringSet,
        pub default_tags: StringMap,
        pub endpoints: Attr<EndpointsModel>,
        pub use_fips_endpoint: Attr<bool>,
        pub max_retries: Attr<i64>,
    }
}

model! {
    /// One role to assume.
    pub struct RoleModel {
        pub role_arn: Attr<String>,
        pub session_name: Attr<String>,
        pub external_id: Attr<String>,
        pub duration: Attr<String>,
    }
}

model! {
    /// The exchange of a workload's own token.
    pub struct WebIdentityModel {
        pub role_arn: Attr<String>,
        pub session_name: Attr<String>,
        pub duration: Attr<String>,
        pub platform: Attr<String>,
        pub token_file: Attr<String>,
        pub token: Attr<String>,
    }
}

model! {
    /// Other addresses.
    pub struct EndpointsModel {
        pub iam: Attr<String>,
        pub sts: Attr<String>,
    }
}

/// Environment variables this project reads for AWS; the rest is read by the AWS SDK under the names of the AWS tools.
pub(super) const ACCOUNT_ROLE_NAME: &str = "OIDCFED_AWS_ACCOUNT_ROLE_NAME";

/// The attribute of the provider block.
pub fn attribute(name: &str) -> Attribute {
    let mut members = credentials();
    members.extend(roles());
    members.extend(accounts());
    members.extend(calls());
    Attribute::nested(name, Nesting::Single, members).optional().describe(
        "Amazon Web Services. Left out, the environment and the files of the AWS tools say everything; contacted only \
         when a resource or data source of AWS is used.",
    )
}

fn credentials() -> Vec<Attribute> {
    vec![
        text("region")
            .describe(
                "Region, which chooses the partition and the STS endpoint. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, \
                 the profile's, `us-east-1`.",
            )
            .validate_text("Invalid region", check_region),
        text("profile").describe("Profile of the AWS configuration files. Default: `AWS_PROFILE`."),
        text("access_key").sensitive().describe("Access key id. Default: `AWS_ACCESS_KEY_ID`."),
        text("secret_key").sensitive().describe("Secret access key. Default: `AWS_SECRET_ACCESS_KEY`."),
        text("token").sensitive().describe("Session token. Default: `AWS_SESSION_TOKEN`."),
    ]
}

fn roles() -> Vec<Attribute> {
    let mut web_identity = vec![role_arn(), session_name(), duration()];
    web_identity.extend([
        text("platform").describe(
            "Where to look for the token: the id of the catalogue's platform that this runs on, such as `github-actions`, or \
             the text of a platform file (`file(\"acme.toml\")`), whose places are variables and files. Looked for anew \
             before every exchange, and known by its `iss`. Where a token can be asked for, it is with the platform's \
             audience for AWS, else that of the role's partition (`sts.amazonaws.com`).",
        ),
        text("token_file").describe(
            "File with the token; read again for every exchange. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`.",
        ),
        text("token")
            .sensitive()
            .describe("The token itself; may be ephemeral."),
    ]);
    vec![
        Attribute::nested("assume_role", Nesting::List, role())
            .optional()
            .describe("Roles to assume, one with the credentials of the other, in this order."),
        Attribute::nested("assume_role_with_web_identity", Nesting::Single, web_identity)
            .optional()
            .describe(
                "Role to assume with a token of the workload: one of `platform`, `token_file` and `token`.",
            ),
    ]
}

fn accounts() -> Vec<Attribute> {
    vec![
        Attribute::nested("accounts", Nesting::Map, role())
            .optional()
            .describe("How other accounts are entered: account id to the role to assume there."),
        text("account_role_name").describe(format!(
            "The role to assume in every other account that `accounts` does not name. Environment: `{ACCOUNT_ROLE_NAME}`."
        )),
        account_ids("allowed_account_ids").describe("When given, no other account is used."),
        account_ids("forbidden_account_ids").describe("Accounts that are never used."),
        tags::checked(
            Attribute::string_map("default_tags")
                .optional()
                .describe("Tags of everything this provider tags."),
            TaggedObject::Role,
        ),
    ]
}

fn calls() -> Vec<Attribute> {
    let endpoint = |name: &str, variable: &str| {
        text(name)
            .describe(format!(
                "Address used instead of AWS's own. Environment: `{variable}`, `AWS_ENDPOINT_URL`."
            ))
            .validate_text("Invalid endpoint", Endpoints::check)
    };
    vec![
        Attribute::nested(
            "endpoints",
            Nesting::Single,
            vec![endpoint("iam", "AWS_ENDPOINT_URL_IAM"), endpoint("sts", "AWS_ENDPOINT_URL_STS")],
        )
        .optional()
        .describe("Addresses of the services."),
        Attribute::bool("use_fips_endpoint")
            .optional()
            .describe("Use the FIPS endpoints. Environment: `AWS_USE_FIPS_ENDPOINT`."),
        Attribute::number("max_retries")
            .optional()
            .describe("How often a throttled call is repeated, 0 to 50; default 9. Environment: `AWS_MAX_ATTEMPTS`, which counts the first one too.")
            .validate(|value, path, diagnostics| {
                let Value::Number(number) = value else { return };
                if !number.as_i64().is_some_and(|retries| (0..=50).contains(&retries)) {
                    diagnostics.error(path.clone(), "Invalid number of retries", "expected a whole number from 0 to 50");
                }
            }),
    ]
}

fn role() -> Vec<Attribute> {
    vec![
        role_arn(),
        session_name(),
        text("external_id").describe("What the role's trust policy demands as `sts:ExternalId`."),
        duration(),
    ]
}

fn role_arn() -> Attribute {
    Attribute::string("role_arn")
        .required()
        .describe("ARN of the role.")
        .validate_text("Invalid role ARN", |text| RoleArn::parse(text).map(drop))
}

fn session_name() -> Attribute {
    text("session_name")
        .describe("Name of the session, seen in CloudTrail; default `oidcfed`.")
        .validate_text("Invalid session name", |text| SessionName::parse(text).map(drop))
}

fn duration() -> Attribute {
    text("duration")
        .describe("How long the session lasts, for example `1h`: 15 minutes to 12 hours; default an hour.")
        .validate_text("Invalid session duration", |text| {
            session_duration(text).map(drop)
        })
}

/// # Errors
/// What is wrong with the duration.
pub(super) fn session_duration(text: &str) -> Result<SessionDuration, String> {
    let duration = parse_duration(text).map_err(|e| e.to_string())?;
    SessionDuration::parse(duration).map_err(|e| e.to_string())
}

fn account_ids(name: &str) -> Attribute {
    Attribute::string_set(name)
        .optional()
        .validate(|value, path, diagnostics| {
            if matches!(value, Value::Set(ids) if ids.is_empty()) {
                let detail = format!(
                    "expected at least one account id in `{path}`, found an empty set; leave the argument out"
                );
                diagnostics.error(path.clone(), "Empty set of accounts", detail);
            }
        })
        .validate_each_text("Invalid account id", |text| AccountId::parse(text).map(drop))
}

/// An optional text that is not empty when it is given: empty is no way to say "not given".
fn text(name: &str) -> Attribute {
    Attribute::string(name)
        .optional()
        .validate_text("Empty value", |text| {
            if text.is_empty() {
                Err("expected a text, found an empty string; leave the argument out")
            } else {
                Ok(())
            }
        })
}
