//! The variables that point Terraform and the vendors' tools at the sandbox.

use std::path::Path;

use super::aws::{AwsAccount, REGION};

/// Variables that must not be set beside ours: they name another account, or other keys.
pub const TO_UNSET: [&str; 11] = [
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ENDPOINT_URL_SSO",
    "GOOGLE_CREDENTIALS",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
    "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
    "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
    "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
];

/// Name and value, in the order to show them.
pub type Variables = Vec<(&'static str, String)>;

/// What every client needs: whom to believe, and to leave proxies out (loopback is not exempt by itself).
pub fn of_tls(bundle: &Path) -> Variables {
    let bundle = bundle.display().to_string();
    let local = "localhost,127.0.0.1,::1".to_owned();
    vec![
        ("SSL_CERT_FILE", bundle.clone()),
        ("AWS_CA_BUNDLE", bundle.clone()),
        ("REQUESTS_CA_BUNDLE", bundle.clone()),
        ("CURL_CA_BUNDLE", bundle),
        ("NO_PROXY", local.clone()),
        ("no_proxy", local),
    ]
}

/// What SDKs, the AWS command line and Terraform need to be the administrator of an emulated account.
///
/// SECURITY: files of the person's own configuration are put out of reach, so that no real profile takes part.
pub fn of_aws(endpoint: &str, account: &AwsAccount, directory: &Path) -> Variables {
    let absent = |name: &str| directory.join(name).display().to_string();
    vec![
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        ("AWS_ENDPOINT_URL_IAM", endpoint.to_owned()),
        ("AWS_ENDPOINT_URL_STS", endpoint.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", account.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", account.secret_access_key.clone()),
        ("AWS_CONFIG_FILE", absent("no-aws-config")),
        ("AWS_SHARED_CREDENTIALS_FILE", absent("no-aws-credentials")),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_PAGER", String::new()),
    ]
}
