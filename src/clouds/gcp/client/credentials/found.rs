//! Where credentials are looked for: what the user chose, then the variables of other providers for Google Cloud, then
//! Application Default Credentials ("How Application Default Credentials works").

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::exchange::Exchange;
use super::external::ExternalAccount;
use super::impersonation::Impersonation;
use super::metadata::MetadataServer;
use super::origin::Origin;
use super::{file, unusable};
use crate::clouds::Environment;
use crate::clouds::gcp::client::error::GcpError;
use crate::clouds::gcp::client::settings::{ServiceAccount, Source};
use crate::trust::Secret;

/// Read by Google's own provider for Terraform: an access token; a path or JSON.
const ACCESS_TOKEN: &str = "GOOGLE_OAUTH_ACCESS_TOKEN";
const CREDENTIALS: [&str; 3] = [
    "GOOGLE_CREDENTIALS",
    "GOOGLE_CLOUD_KEYFILE_JSON",
    "GCLOUD_KEYFILE_JSON",
];
/// Read by Google's libraries: a path.
const APPLICATION_CREDENTIALS: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const WELL_KNOWN: &str = "application_default_credentials.json";

/// A key has two thousand characters; a configuration of an external account hardly one.
const LARGEST_FILE: u64 = 256 * 1024;

/// What the tokens come from.
///
/// # Errors
/// Credentials that are named and cannot be used. What is named is never passed over.
pub(super) async fn origin(
    source: Option<&Source>,
    impersonate: Option<&ServiceAccount>,
    exchange: &Exchange<'_>,
) -> Result<Origin, GcpError> {
    let own = match source {
        Some(Source::AccessToken(token)) => Origin::Given(trimmed(token)),
        Some(Source::Credentials(text)) => path_or_json(text.expose(), "credentials", exchange).await?,
        Some(Source::WorkloadIdentity(identity)) => {
            Origin::External(Box::new(ExternalAccount::of_identity(identity, exchange)?))
        }
        None => of_environment(exchange).await?,
    };
    let Some(account) = impersonate else {
        return Ok(own);
    };
    let impersonation = Impersonation::of_account(
        (
            account,
            "`impersonate_service_account` (or `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`)",
        ),
        exchange,
    )?;
    Ok(Origin::Impersonated(Box::new(own), Box::new(impersonation)))
}

async fn of_environment(exchange: &Exchange<'_>) -> Result<Origin, GcpError> {
    let environment = exchange.environment;
    if let Some(token) = environment.get(ACCESS_TOKEN) {
        return Ok(Origin::Given(trimmed(&token.into())));
    }
    for variable in CREDENTIALS {
        if let Some(text) = environment.get(variable) {
            return path_or_json(&Zeroizing::new(text), variable, exchange).await;
        }
    }
    if let Some(path) = environment.get(APPLICATION_CREDENTIALS) {
        return from_file(&PathBuf::from(path), APPLICATION_CREDENTIALS, exchange).await;
    }
    if let Some(path) = well_known(environment)
        && tokio::fs::try_exists(&path).await.unwrap_or(true)
    {
        return from_file(&path, "gcloud", exchange).await;
    }
    Ok(Origin::Metadata(MetadataServer::of(environment)))
}

/// Where `gcloud auth application-default login` puts its file.
fn well_known(environment: &Environment) -> Option<PathBuf> {
    let directory = match environment.get("CLOUDSDK_CONFIG") {
        Some(directory) => PathBuf::from(directory),
        None if cfg!(windows) => PathBuf::from(environment.get("APPDATA")?).join("gcloud"),
        None => PathBuf::from(environment.get("HOME")?)
            .join(".config")
            .join("gcloud"),
    };
    Some(directory.join(WELL_KNOWN))
}

async fn path_or_json(text: &str, name: &str, exchange: &Exchange<'_>) -> Result<Origin, GcpError> {
    let text = text.trim();
    if text.starts_with('{') {
        return file::read(text.as_bytes(), &format!("`{name}`"), exchange);
    }
    // SECURITY: what is neither may be a key with its beginning cut off; it is not repeated in an error
    if text.contains('\n') || text.len() > 4_096 {
        return Err(unusable(format!(
            "`{name}`: expected the path of a credentials file, or its JSON, found neither"
        )));
    }
    let home = exchange.environment.get("HOME");
    let path = match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(text),
    };
    from_file(&path, name, exchange).await
}

async fn from_file(path: &Path, name: &str, exchange: &Exchange<'_>) -> Result<Origin, GcpError> {
    let called = format!("`{}` (of `{name}`)", path.display());
    let bytes = bounded(path, LARGEST_FILE).await;
    let bytes = bytes.map_err(|e| unusable(format!("credentials file {called}: {e}")))?;
    file::read(&bytes, &called, exchange)
}

/// What stands in a file of at most so many bytes.
///
/// # Errors
/// Why it cannot be had.
pub(super) async fn bounded(path: &Path, largest: u64) -> Result<Zeroizing<Vec<u8>>, String> {
    use tokio::io::AsyncReadExt;
    let file = tokio::fs::File::open(path).await.map_err(|e| e.to_string())?;
    let mut bytes = Zeroizing::new(Vec::new());
    let read = file.take(largest + 1).read_to_end(&mut bytes).await;
    if read.map_err(|e| e.to_string())? as u64 > largest {
        return Err(format!("expected at most {largest} bytes, found more"));
    }
    Ok(bytes)
}

fn trimmed(token: &Secret<String>) -> Secret<String> {
    token.expose().trim().to_owned().into()
}
