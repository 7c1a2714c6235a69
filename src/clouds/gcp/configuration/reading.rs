//! From the `gcp` attribute as written to what the parts of Google Cloud work with.

use super::handle::Configured;
use super::schema::{
    GcpModel, IAM_CREDENTIALS_ENDPOINT, IAM_ENDPOINT, IMPERSONATE, PROJECT, RESOURCE_MANAGER_ENDPOINT,
    STS_ENDPOINT, WorkloadIdentityModel, provider_name,
};
use crate::clouds::gcp::client::{
    Endpoint, Endpoints, GcpError, Google, ServiceAccount, Settings, Source, WorkloadIdentity, check_project,
};
use crate::clouds::gcp::dialect::ProviderName;
use crate::clouds::token_source::Written;
use crate::clouds::{Common, Environment};
use crate::framework::{Attr, Convert, Diagnostics, Path, Value};
use crate::platforms::Platform;
use crate::trust::Secret;

const SUMMARY: &str = "Invalid Google Cloud configuration";
/// Under this name the catalogue keeps what platforms have for Google Cloud.
const RECEIVER: &str = "gcp";

fn at(attribute: &str) -> Path {
    Path::of("gcp").attribute(attribute)
}

/// Checks what several arguments together have wrong; each alone was checked by its schema.
pub fn validate(block: &Value, diagnostics: &mut Diagnostics) {
    if block.is_null() || block.is_unknown() {
        return;
    }
    match GcpModel::from_value(block) {
        Ok(model) => {
            check_sources(&model, diagnostics);
            if let Some(identity) = model.workload_identity.known() {
                written(identity).check(&at("workload_identity"), SUMMARY, diagnostics);
            }
        }
        Err(reason) => diagnostics.error(Path::of("gcp"), SUMMARY, reason),
    }
}

/// Reads the attribute. `None` after an error; without a client while something that calls need is unknown.
pub fn read(
    block: &Value,
    common: &Common,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Configured> {
    let mut configured = Configured {
        guardrail: common.guardrail.clone(),
        allow_loopback_issuers: common.allow_loopback_issuers,
        ca_bundle: common.ca_bundle.clone(),
        ..Configured::default()
    };
    let model = match block {
        Value::Unknown(_) => {
            configured.project = Attr::Unknown;
            return Some(configured);
        }
        Value::Null => GcpModel::default(),
        known => GcpModel::from_value(known)
            .map_err(|e| diagnostics.error(Path::of("gcp"), SUMMARY, e))
            .ok()?,
    };
    configured.project = match &model.project {
        Attr::Null => Attr::from_option(PROJECT.iter().find_map(|name| environment.get(name))),
        own => own.clone(),
    };
    if common.unknown || needs_unknown(block) {
        return Some(configured);
    }
    // The host validates before it configures, but not with what was unknown then.
    let mut found = Diagnostics::new();
    validate(block, &mut found);
    let credentials = credentials(&model, common, environment, &mut found);
    let failed = found.has_errors();
    diagnostics.extend(found);
    if failed {
        return None;
    }
    match settings(&model, credentials, &configured.project, (common, environment)) {
        Ok(settings) => configured.google = Some(Google::new(settings)),
        Err(fault) => configured.fault = Some(fault),
    }
    Some(configured)
}

/// Whether something is unknown that calls need; the project is needed by resources, which ask for it.
fn needs_unknown(block: &Value) -> bool {
    let Value::Object(members) = block else {
        return false;
    };
    members
        .iter()
        .any(|(name, value)| name != "project" && !value.is_wholly_known())
}

/// # Errors
/// A variable of the environment that cannot work.
fn settings(
    model: &GcpModel,
    credentials: Option<Source>,
    project: &Attr<String>,
    (common, environment): (&Common, &Environment),
) -> Result<Settings, GcpError> {
    let named = model.endpoints.known().cloned().unwrap_or_default();
    let endpoint = |written: &Attr<String>, variable| {
        let read = |text: &str| Endpoint::parse(text).map_err(|e| e.to_string());
        argument_or_variable(written, variable, environment, read)
    };
    if let (true, Some(project)) = (model.project.is_null(), project.text()) {
        let wrong = |e| GcpError::configuration(format!("`{}`: {e}", PROJECT.join("` or `")));
        check_project(project).map_err(wrong)?;
    }
    let impersonate = &model.impersonate_service_account;
    Ok(Settings {
        project: project.known().cloned(),
        credentials,
        impersonate: argument_or_variable(impersonate, IMPERSONATE, environment, |text| {
            ServiceAccount::parse(text).map_err(|e| e.to_string())
        })?,
        endpoints: Endpoints {
            iam: endpoint(&named.iam, IAM_ENDPOINT)?,
            sts: endpoint(&named.sts, STS_ENDPOINT)?,
            iam_credentials: endpoint(&named.iam_credentials, IAM_CREDENTIALS_ENDPOINT)?,
            resource_manager: endpoint(&named.resource_manager, RESOURCE_MANAGER_ENDPOINT)?,
        },
        ca_bundle: common.ca_bundle.clone(),
        request_timeout: common.request_timeout,
        environment: environment.clone(),
    })
}

fn argument_or_variable<T>(
    written: &Attr<String>,
    variable: &str,
    environment: &Environment,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, GcpError> {
    let (text, name) = match written.text() {
        Some(text) => (Some(text.to_owned()), "gcp"),
        None => (environment.get(variable), variable),
    };
    let wrong = |e| GcpError::configuration(format!("`{name}`: {e}"));
    text.map(|text| read(&text).map_err(wrong)).transpose()
}

/// What the block chooses; `None` leaves it to the environment.
fn credentials(
    model: &GcpModel,
    common: &Common,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Source> {
    let secret = |attr: &Attr<String>| attr.known().cloned().map(Secret::new);
    if let Some(identity) = model.workload_identity.known() {
        let identity = workload_identity(identity, (common, environment), diagnostics)?;
        return Some(Source::WorkloadIdentity(identity));
    }
    let token = secret(&model.access_token).map(Source::AccessToken);
    token.or_else(|| secret(&model.credentials).map(Source::Credentials))
}

/// `None` after an error.
fn workload_identity(
    identity: &WorkloadIdentityModel,
    outside: (&Common, &Environment),
    diagnostics: &mut Diagnostics,
) -> Option<WorkloadIdentity> {
    let path = at("workload_identity");
    let mut wrong = |member: &str, summary, e: String| diagnostics.error(path.attribute(member), summary, e);
    let name = provider_name(identity.provider_name.text().unwrap_or_default())
        .map_err(|e| wrong("provider_name", "Invalid provider name", e))
        .ok()?;
    let account = identity.service_account.text().map(ServiceAccount::parse);
    let service_account = account
        .transpose()
        .map_err(|e| wrong("service_account", "Invalid service account", e.to_string()))
        .ok()?;
    let written = written(identity);
    if !written.is_given() {
        let detail = "expected one of `platform`, `token_file` and `token`, found none";
        diagnostics.error(path, SUMMARY, detail);
        return None;
    }
    Some(WorkloadIdentity {
        token: written.read(|platform| audiences(platform, &name), outside)?,
        provider_name: name,
        service_account,
    })
}

/// The audience to ask for first: the one that the platform's tokens for Google Cloud have, where it does not depend on the
/// provider; then the two that a provider accepts unless it names others.
fn audiences(platform: &Platform, name: &ProviderName) -> Vec<String> {
    let of_platform = platform.default_audience.get(RECEIVER);
    let fixed = of_platform.filter(|audience| !audience.contains('{')).cloned();
    let mut usual = name.default_audiences();
    if of_platform.is_some_and(|audience| audience.starts_with("//")) {
        usual.reverse();
    }
    fixed.into_iter().chain(usual).collect()
}

fn written(identity: &WorkloadIdentityModel) -> Written<'_> {
    Written {
        platform: &identity.platform,
        token_file: &identity.token_file,
        token: &identity.token,
    }
}

/// One source of credentials; whom they impersonate is another matter.
fn check_sources(model: &GcpModel, diagnostics: &mut Diagnostics) {
    let given = [
        ("access_token", !model.access_token.is_null()),
        ("credentials", !model.credentials.is_null()),
        ("workload_identity", !model.workload_identity.is_null()),
    ];
    let names: Vec<&str> = given
        .iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| *name)
        .collect();
    if let (true, Some(last)) = (names.len() > 1, names.last()) {
        let detail = format!(
            "expected one source of credentials, found `{}`; leave all but one out",
            names.join("` and `")
        );
        diagnostics.error(at(last), SUMMARY, detail);
    }
}

#[cfg(test)]
mod tests;
