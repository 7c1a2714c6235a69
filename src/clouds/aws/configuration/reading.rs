//! From the `aws` attribute as written to what the parts of AWS work with.

use std::collections::{BTreeMap, BTreeSet};

use super::handle::Configured;
use super::schema::{ACCOUNT_ROLE_NAME, AwsModel, RoleModel, session_duration};
use super::workload::{check_workload_token, workload_token};
use crate::clouds::aws::client::{
    AccessKeys, Accounts, AssumeRole, Endpoints, SessionDuration, SessionName, Settings, WebIdentity,
    check_entry,
};
use crate::clouds::aws::dialect::{AccountId, RoleArn};
use crate::clouds::{Common, Environment};
use crate::framework::{Attr, Convert, Diagnostics, Path, StringSet, Value};
use crate::trust::Secret;

pub(super) const SUMMARY: &str = "Invalid AWS configuration";
pub(super) const WEB_IDENTITY: &str = "assume_role_with_web_identity";

pub(super) fn at(attribute: &str) -> Path {
    Path::of("aws").attribute(attribute)
}

/// Checks what several arguments together have wrong; each alone was checked by its schema.
pub fn validate(block: &Value, diagnostics: &mut Diagnostics) {
    if block.is_null() || block.is_unknown() {
        return;
    }
    match AwsModel::from_value(block) {
        Ok(model) => {
            check_keys(&model, diagnostics);
            check_workload_token(&model, diagnostics);
            check_accounts(&model, diagnostics);
            if let Some(Err(error)) = model.account_role_name.text().map(check_role_name) {
                diagnostics.error(at("account_role_name"), SUMMARY, error);
            }
        }
        Err(reason) => diagnostics.error(Path::of("aws"), SUMMARY, reason),
    }
}

/// Reads the attribute. `None` after an error; without accounts while something that calls need is unknown.
pub fn read(
    block: &Value,
    common: &Common,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Configured> {
    let mut configured = Configured {
        accounts: None,
        default_tags: Attr::Null,
        guardrail: common.guardrail.clone(),
        allow_loopback_issuers: common.allow_loopback_issuers,
        ca_bundle: common.ca_bundle.clone(),
        ..Configured::default()
    };
    let model = match block {
        Value::Unknown(_) => {
            configured.default_tags = Attr::Unknown;
            return Some(configured);
        }
        Value::Null => AwsModel::default(),
        known => AwsModel::from_value(known)
            .map_err(|e| diagnostics.error(Path::of("aws"), SUMMARY, e))
            .ok()?,
    };
    configured.default_tags = model.default_tags.clone();
    if common.unknown || needs_unknown(block) {
        return Some(configured);
    }
    // The host validates before it configures, but not with what was unknown then.
    let mut found = Diagnostics::new();
    validate(block, &mut found);
    let settings = settings(&model, common, environment, &mut found);
    let failed = found.has_errors();
    diagnostics.extend(found);
    if failed {
        return None;
    }
    configured.accounts = Some(Accounts::new(settings));
    Some(configured)
}

/// Whether something is unknown that calls need; the default tags are not.
fn needs_unknown(block: &Value) -> bool {
    let Value::Object(members) = block else {
        return false;
    };
    members
        .iter()
        .any(|(name, value)| name != "default_tags" && !value.is_wholly_known())
}

fn settings(
    model: &AwsModel,
    common: &Common,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Settings {
    let endpoints = model.endpoints.known().cloned().unwrap_or_default();
    let mut accounts = BTreeMap::new();
    for (id, entry) in model.accounts.known().into_iter().flatten() {
        let path = at("accounts").key(id.clone());
        if let (Ok(id), Some(entry)) = (AccountId::parse(id), entry.known())
            && let Some(role) = role(entry, &path, diagnostics)
        {
            accounts.insert(id, role);
        }
    }
    let mut assume_role = Vec::new();
    for (index, entry) in (0_i64..).zip(model.assume_role.known().into_iter().flatten()) {
        let path = at("assume_role").index(index);
        match entry.known() {
            Some(entry) => assume_role.extend(role(entry, &path, diagnostics)),
            None => diagnostics.error(path, SUMMARY, "expected a role to assume, found null"),
        }
    }
    Settings {
        region: model.region.known().cloned(),
        profile: model.profile.known().cloned(),
        access_keys: access_keys(model),
        web_identity: web_identity(model, common, environment, diagnostics),
        assume_role,
        accounts,
        account_role_name: model
            .account_role_name
            .known()
            .cloned()
            .or_else(|| environment.get(ACCOUNT_ROLE_NAME)),
        allowed_account_ids: account_ids(&model.allowed_account_ids),
        forbidden_account_ids: account_ids(&model.forbidden_account_ids),
        endpoints: Endpoints {
            iam: endpoints.iam.known().cloned(),
            sts: endpoints.sts.known().cloned(),
        },
        use_fips_endpoint: model.use_fips_endpoint.known().copied(),
        max_retries: model
            .max_retries
            .known()
            .and_then(|retries| u32::try_from(*retries).ok()),
        ca_bundle: common.ca_bundle.as_ref().map(|pem| pem.to_vec()),
        request_timeout: common.request_timeout,
    }
}

fn access_keys(model: &AwsModel) -> Option<AccessKeys> {
    let secret = |attr: &Attr<String>| attr.known().cloned().map(Secret::new);
    Some(AccessKeys {
        access_key: secret(&model.access_key)?,
        secret_key: secret(&model.secret_key)?,
        token: secret(&model.token),
    })
}

fn role(model: &RoleModel, path: &Path, diagnostics: &mut Diagnostics) -> Option<AssumeRole> {
    Some(AssumeRole {
        role_arn: role_arn(&model.role_arn, path, diagnostics)?,
        session_name: session_name(&model.session_name, path, diagnostics)?,
        external_id: model.external_id.known().cloned(),
        duration: duration(&model.duration, path, diagnostics)?,
    })
}

fn web_identity(
    model: &AwsModel,
    common: &Common,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<WebIdentity> {
    let identity = model.assume_role_with_web_identity.known()?;
    let path = at(WEB_IDENTITY);
    let role_arn = role_arn(&identity.role_arn, &path, diagnostics)?;
    Some(WebIdentity {
        session_name: session_name(&identity.session_name, &path, diagnostics)?,
        duration: duration(&identity.duration, &path, diagnostics)?,
        token: workload_token(identity, &role_arn, (common, environment), diagnostics)?,
        role_arn,
    })
}

fn role_arn(attr: &Attr<String>, path: &Path, diagnostics: &mut Diagnostics) -> Option<RoleArn> {
    let text = attr.text().unwrap_or_default();
    let wrong = |e: crate::clouds::aws::dialect::ArnError| {
        diagnostics.error(path.attribute("role_arn"), "Invalid role ARN", e.to_string());
    };
    RoleArn::parse(text).map_err(wrong).ok()
}

fn session_name(attr: &Attr<String>, path: &Path, diagnostics: &mut Diagnostics) -> Option<SessionName> {
    let Some(text) = attr.text() else {
        return Some(SessionName::default());
    };
    let wrong = |e: crate::clouds::aws::client::SettingsError| {
        diagnostics.error(
            path.attribute("session_name"),
            "Invalid session name",
            e.to_string(),
        );
    };
    SessionName::parse(text).map_err(wrong).ok()
}

/// Outer `None` after an error.
fn duration(
    attr: &Attr<String>,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Option<Option<SessionDuration>> {
    let Some(text) = attr.text() else {
        return Some(None);
    };
    let wrong = |e| diagnostics.error(path.attribute("duration"), "Invalid session duration", e);
    session_duration(text).map(Some).map_err(wrong).ok()
}

fn account_ids(set: &StringSet) -> BTreeSet<AccountId> {
    let texts = set.strings().flatten().unwrap_or_default();
    texts
        .iter()
        .filter_map(|text| AccountId::parse(text).ok())
        .collect()
}

fn check_keys(model: &AwsModel, diagnostics: &mut Diagnostics) {
    let AwsModel {
        access_key,
        secret_key,
        token,
        ..
    } = model;
    if !access_key.is_null() && secret_key.is_null() {
        diagnostics.error(
            at("secret_key"),
            SUMMARY,
            "expected `secret_key` beside `access_key`, found none",
        );
    }
    if access_key.is_null() && !secret_key.is_null() {
        diagnostics.error(
            at("access_key"),
            SUMMARY,
            "expected `access_key` beside `secret_key`, found none",
        );
    }
    if access_key.is_null() && !token.is_null() {
        diagnostics.error(
            at("token"),
            SUMMARY,
            "expected `access_key` and `secret_key` beside `token`, found none",
        );
    }
    if access_key.known().is_some() && model.assume_role_with_web_identity.known().is_some() {
        let detail = "expected one source of credentials, found `access_key` and `assume_role_with_web_identity`; \
                      leave one out";
        diagnostics.error(at(WEB_IDENTITY), SUMMARY, detail);
    }
}

fn check_accounts(model: &AwsModel, diagnostics: &mut Diagnostics) {
    for (id, entry) in model.accounts.known().into_iter().flatten() {
        let path = at("accounts").key(id.clone());
        let Ok(account) = AccountId::parse(id)
            .map_err(|e| diagnostics.error(path.clone(), "Invalid account id", e.to_string()))
        else {
            continue;
        };
        if entry.is_null() {
            diagnostics.error(
                path,
                SUMMARY,
                format!("expected the role to assume in account {id}, found null"),
            );
            continue;
        }
        let role = entry
            .known()
            .and_then(|entry| RoleArn::parse(entry.role_arn.text()?).ok());
        if let Some(Err(error)) = role.map(|role| check_entry(&account, &AssumeRole::plain(role))) {
            diagnostics.error(path.attribute("role_arn"), SUMMARY, error.to_string());
        }
    }
    let (allowed, forbidden) = (
        account_ids(&model.allowed_account_ids),
        account_ids(&model.forbidden_account_ids),
    );
    for both in allowed.intersection(&forbidden) {
        let detail = format!("expected an account to be allowed or forbidden, found both for {both}");
        diagnostics.error(at("forbidden_account_ids"), SUMMARY, detail);
    }
}

fn check_role_name(name: &str) -> Result<(), String> {
    let text = format!("arn:aws:iam::000000000000:role/{}", name.trim_start_matches('/'));
    RoleArn::parse(&text)
        .map(drop)
        .map_err(|_| format!("expected the name of a role, found `{name}`"))
}

#[cfg(test)]
mod tests;
