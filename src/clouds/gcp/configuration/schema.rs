//! The schema and the model of the `gcp` attribute.

use crate::clouds::gcp::client::{Endpoint, ServiceAccount, check_project};
use crate::clouds::gcp::dialect::ProviderName;
use crate::framework::{Attr, Attribute, Nesting};
use crate::model;

model! {
    /// The `gcp` attribute as written.
    pub struct GcpModel {
        pub project: Attr<String>,
        pub credentials: Attr<String>,
        pub access_token: Attr<String>,
        pub impersonate_service_account: Attr<String>,
        pub workload_identity: Attr<WorkloadIdentityModel>,
        pub endpoints: Attr<EndpointsModel>,
    }
}

model! {
    /// The exchange of a workload's own token.
    pub struct WorkloadIdentityModel {
        pub provider_name: Attr<String>,
        pub service_account: Attr<String>,
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
        pub iam_credentials: Attr<String>,
        pub resource_manager: Attr<String>,
    }
}

/// Environment variables under the names of Google's tools and of Google's own provider; the first one counts.
pub(super) const PROJECT: [&str; 4] = [
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_PROJECT",
    "GCLOUD_PROJECT",
    "CLOUDSDK_CORE_PROJECT",
];
pub(super) const IMPERSONATE: &str = "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT";
pub(super) const IAM_ENDPOINT: &str = "GOOGLE_IAM_CUSTOM_ENDPOINT";
pub(super) const STS_ENDPOINT: &str = "GOOGLE_STS_CUSTOM_ENDPOINT";
pub(super) const IAM_CREDENTIALS_ENDPOINT: &str = "GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT";
pub(super) const RESOURCE_MANAGER_ENDPOINT: &str = "GOOGLE_CLOUD_RESOURCE_MANAGER_CUSTOM_ENDPOINT";

/// The attribute of the provider block.
pub fn attribute(name: &str) -> Attribute {
    let mut members = vec![
        text("project")
            .describe(format!(
                "Project, by id or number, of resources that name none. Environment: `{}`.",
                PROJECT.join("`, `")
            ))
            .validate_text("Invalid project", check_project),
    ];
    members.extend(credentials());
    members.push(endpoints());
    Attribute::nested(name, Nesting::Single, members).optional().describe(
        "Google Cloud. Left out, the environment and the files of Google's tools say everything; contacted only when a \
         resource or data source of Google Cloud is used.",
    )
}

fn credentials() -> Vec<Attribute> {
    vec![
        text("credentials").sensitive().describe(
            "Credentials file, by its path or as its JSON: a service account's key, a user's log-in, an external account or an \
             impersonated service account. Environment: `GOOGLE_CREDENTIALS`, then Application Default Credentials \
             (`GOOGLE_APPLICATION_CREDENTIALS`, the log-in of gcloud, the metadata server).",
        ),
        text("access_token")
            .sensitive()
            .describe("Access token; may be ephemeral. Never renewed. Environment: `GOOGLE_OAUTH_ACCESS_TOKEN`."),
        account("impersonate_service_account").describe(format!(
            "Service account whose access token is used in the end, by its e-mail address. Environment: `{IMPERSONATE}`."
        )),
        Attribute::nested("workload_identity", Nesting::Single, workload_identity())
            .optional()
            .describe(
                "Exchange of a token of the workload for one of Google's: one of `platform`, `token_file` and `token`.",
            ),
    ]
}

fn workload_identity() -> Vec<Attribute> {
    vec![
        Attribute::string("provider_name")
            .required()
            .describe(
                "Name of the provider: `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.",
            )
            .validate_text("Invalid provider name", |text| provider_name(text).map(drop)),
        account("service_account").describe(
            "Service account whose access token is used then; left out, the identity of the pool makes the calls itself.",
        ),
        text("platform").describe(
            "Where to look for the token: the id of the catalogue's platform that this runs on, such as `github-actions`, or \
             the text of a platform file (`file(\"acme.toml\")`), whose places are variables and files. Looked for anew \
             before every exchange, and known by its `iss`. Where a token can be asked for, it is with the platform's \
             audience for Google Cloud, else with the provider's own address.",
        ),
        text("token_file").describe("File with the token; read again for every exchange."),
        text("token")
            .sensitive()
            .describe("The token itself; may be ephemeral."),
    ]
}

fn endpoints() -> Attribute {
    let endpoint = |name: &str, variable: &str| {
        text(name)
            .describe(format!(
                "Address used instead of Google's own, with or without the version at its end. Environment: `{variable}`."
            ))
            .validate_text("Invalid endpoint", |text| Endpoint::parse(text).map(drop))
    };
    let members = vec![
        endpoint("iam", IAM_ENDPOINT),
        endpoint("sts", STS_ENDPOINT),
        endpoint("iam_credentials", IAM_CREDENTIALS_ENDPOINT),
        endpoint("resource_manager", RESOURCE_MANAGER_ENDPOINT),
    ];
    Attribute::nested("endpoints", Nesting::Single, members)
        .optional()
        .describe("Addresses of the services.")
}

/// A provider's name as Google writes it: plain, as an audience, or as an address.
///
/// # Errors
/// What is wrong with the name.
pub(super) fn provider_name(text: &str) -> Result<ProviderName, String> {
    let plain = text
        .strip_prefix("https://iam.googleapis.com/")
        .or_else(|| text.strip_prefix("//iam.googleapis.com/"))
        .unwrap_or(text);
    ProviderName::parse(plain).map_err(|e| e.to_string())
}

fn account(name: &str) -> Attribute {
    text(name).validate_text("Invalid service account", |text| {
        ServiceAccount::parse(text).map(drop)
    })
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
