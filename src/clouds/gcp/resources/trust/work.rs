//! What create, update and delete have in hand, and what they say when something fails.

use serde_json::{Map, Value, json};

use super::mark;
use super::meaning::{Meaning, Understanding, accepted_risks, ownership, shown};
use super::memory::Memory;
use super::model::TrustModel;
use super::ownership::Ownership;
use super::together::Together;
use crate::clouds::gcp::client::{GcpError, Google, Oidc, Pool, PoolProvider};
use crate::clouds::gcp::configuration::Configured;
use crate::clouds::gcp::diagnosis;
use crate::clouds::guardrail::Situation;
use crate::framework::{Attr, Context, Diagnostics, Path};
use crate::trust::Finding;

/// Google, and what the configuration means there.
pub struct Work<'a> {
    pub gcp: &'a Configured,
    pub google: &'a Google,
    pub together: &'a Together,
    pub meaning: &'a Meaning,
    pub config: &'a TrustModel,
    pub planned: &'a TrustModel,
}

/// Why something was not done.
pub enum Failure {
    /// Google's answer.
    Google(Path, &'static str, Box<GcpError>),
    /// What was found makes it wrong to go on.
    Refused(Path, &'static str, String),
}

impl Failure {
    pub fn google(path: Path, summary: &'static str) -> impl FnOnce(GcpError) -> Self {
        move |error| Self::Google(path, summary, Box::new(error))
    }

    pub fn say(self, diagnostics: &mut Diagnostics) {
        match self {
            Self::Google(path, summary, error) => diagnosis::error(summary, path, &error, diagnostics),
            Self::Refused(path, summary, detail) => diagnostics.error(path, summary, detail),
        }
    }
}

/// What a pool shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedPool {
    pub ownership: Ownership,
    pub display_name: String,
    pub description: String,
    pub disabled: bool,
    /// Whether the texts are written: in a pool of several, one that is not is left alone.
    pub writes_display_name: bool,
    pub writes_description: bool,
}

/// What a provider shall be, besides its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedProvider {
    pub display_name: String,
    pub description: String,
    pub disabled: bool,
}

impl WantedPool {
    pub fn of(model: &TrustModel) -> Self {
        let pool = model.pool.known().cloned().unwrap_or_default();
        Self {
            ownership: ownership(model).unwrap_or_default(),
            display_name: text(&pool.display_name),
            description: text(&pool.description),
            disabled: pool.disabled.known().copied().unwrap_or_default(),
            writes_display_name: !pool.display_name.is_null(),
            writes_description: !pool.description.is_null(),
        }
    }

    /// As it is made.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        if !self.display_name.is_empty() {
            body.insert("displayName".to_owned(), json!(self.display_name));
        }
        body.insert("description".to_owned(), json!(mark::marked(&self.description)));
        if self.disabled {
            body.insert("disabled".to_owned(), json!(true));
        }
        Value::Object(body)
    }

    /// What has to change of a pool that is there. `marks`: whether our mark stands in its description afterwards.
    pub fn changes(&self, found: &Pool, marks: bool) -> Map<String, Value> {
        let several = self.ownership == Ownership::Shared;
        let mut changes = Map::new();
        if (self.writes_display_name || !several) && found.display_name != self.display_name {
            changes.insert("displayName".to_owned(), json!(self.display_name));
        }
        let description = if self.writes_description || !several {
            self.description.clone()
        } else {
            mark::shown(&found.description).to_owned()
        };
        let description = if marks {
            mark::marked(&description)
        } else {
            description
        };
        if found.description != description {
            changes.insert("description".to_owned(), json!(description));
        }
        changes
    }
}

impl WantedProvider {
    pub fn of(model: &TrustModel) -> Self {
        let provider = model.pool_provider.known().cloned().unwrap_or_default();
        Self {
            display_name: text(&provider.display_name),
            description: text(&provider.description),
            disabled: provider.disabled.known().copied().unwrap_or_default(),
        }
    }

    /// What has to change of a provider that is there.
    pub fn changes(&self, found: &PoolProvider, meaning: &Meaning, marks: bool) -> Map<String, Value> {
        let wanted = &meaning.settings;
        let oidc = found.oidc.clone().unwrap_or_default();
        let mut changes = Map::new();
        let mut change = |path: &str, differs: bool, value: Value| {
            if differs {
                changes.insert(path.to_owned(), value);
            }
        };
        let description = if marks {
            mark::marked(&self.description)
        } else {
            self.description.clone()
        };
        change(
            "displayName",
            found.display_name != self.display_name,
            json!(self.display_name),
        );
        change(
            "description",
            found.description != description,
            json!(description),
        );
        change("disabled", found.disabled != self.disabled, json!(self.disabled));
        change(
            "attributeMapping",
            found.attribute_mapping != wanted.attribute_mapping,
            json!(wanted.attribute_mapping),
        );
        change(
            "attributeCondition",
            found.attribute_condition != wanted.attribute_condition,
            json!(wanted.attribute_condition),
        );
        change(
            "oidc.issuerUri",
            oidc.issuer_uri != wanted.issuer_uri,
            json!(wanted.issuer_uri),
        );
        let differs = oidc.allowed_audiences != wanted.allowed_audiences;
        change("oidc.allowedAudiences", differs, json!(wanted.allowed_audiences));
        let differs = !same_json(&oidc.jwks_json, &meaning.jwks_json);
        change("oidc.jwksJson", differs, json!(meaning.jwks_json));
        let differs = oidc.discovery_uri != meaning.discovery_uri;
        change("oidc.discoveryUri", differs, json!(meaning.discovery_uri));
        changes
    }

    /// As it is made.
    pub fn body(&self, meaning: &Meaning) -> Value {
        let settings = &meaning.settings;
        let mut oidc = Map::new();
        oidc.insert("issuerUri".to_owned(), json!(settings.issuer_uri));
        if !settings.allowed_audiences.is_empty() {
            oidc.insert("allowedAudiences".to_owned(), json!(settings.allowed_audiences));
        }
        for (name, text) in [
            ("jwksJson", &meaning.jwks_json),
            ("discoveryUri", &meaning.discovery_uri),
        ] {
            if !text.is_empty() {
                oidc.insert(name.to_owned(), json!(text));
            }
        }
        let mut body = Map::new();
        if !self.display_name.is_empty() {
            body.insert("displayName".to_owned(), json!(self.display_name));
        }
        body.insert("description".to_owned(), json!(mark::marked(&self.description)));
        if self.disabled {
            body.insert("disabled".to_owned(), json!(true));
        }
        body.insert("attributeMapping".to_owned(), json!(settings.attribute_mapping));
        body.insert(
            "attributeCondition".to_owned(),
            json!(settings.attribute_condition),
        );
        body.insert("oidc".to_owned(), Value::Object(oidc));
        Value::Object(body)
    }
}

/// Whether a provider admits exactly the tokens that are meant, and gives them the same names.
pub fn decides_as(found: &PoolProvider, meaning: &Meaning) -> bool {
    let Some(Oidc {
        issuer_uri,
        allowed_audiences,
        jwks_json,
        discovery_uri,
    }) = &found.oidc
    else {
        return false;
    };
    let wanted = &meaning.settings;
    *issuer_uri == wanted.issuer_uri
        && *allowed_audiences == wanted.allowed_audiences
        && same_json(jwks_json, &meaning.jwks_json)
        && *discovery_uri == meaning.discovery_uri
        && found.attribute_mapping == wanted.attribute_mapping
        && found.attribute_condition == wanted.attribute_condition
}

/// Two texts of the same JSON; two empty ones too.
pub fn same_json(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || (read(one).is_some() && read(one) == read(other))
}

pub fn text(attr: &Attr<String>) -> String {
    attr.text().unwrap_or_default().to_owned()
}

impl Work<'_> {
    /// The planned object with everything in place that the configuration decides. What the plan promised stays.
    pub fn stated(&self) -> TrustModel {
        let mut decided = self.planned.clone();
        self.meaning.describe(&mut decided);
        decided.findings = shown(&self.accepted());
        let mut state = self.planned.clone();
        settle(&mut state.audience, decided.audience);
        settle(&mut state.accepted_audiences, decided.accepted_audiences);
        settle(&mut state.effective_platform, decided.effective_platform);
        settle(&mut state.findings, decided.findings);
        settle(&mut state.pool_name, decided.pool_name);
        settle(&mut state.provider_name, decided.provider_name);
        settle(&mut state.project_number, decided.project_number);
        settle(&mut state.principal_set, decided.principal_set);
        settle(&mut state.principals, decided.principals);
        settle(
            &mut state.effective_attribute_mapping,
            decided.effective_attribute_mapping,
        );
        settle(
            &mut state.effective_attribute_condition,
            decided.effective_attribute_condition,
        );
        state
    }

    fn accepted(&self) -> Vec<Finding> {
        let risks = accepted_risks(self.config);
        self.gcp
            .guardrail
            .accept(self.meaning.findings.clone(), &risks, &mut Diagnostics::new())
    }

    /// The project as its number.
    pub fn project(&self) -> &str {
        self.meaning.name.pool().project()
    }
}

pub fn settle<T>(planned: &mut Attr<T>, decided: Attr<T>) {
    if planned.is_unknown() {
        *planned = decided;
    }
}

/// Understands the configuration of a plan, now that everything is known.
pub async fn enter(
    (gcp, together): (&Configured, &Together),
    context: &Context,
    (config, planned): (&TrustModel, &TrustModel),
    memory: &Memory,
    diagnostics: &mut Diagnostics,
) -> Option<(Google, Meaning)> {
    let google = match gcp.google(context) {
        Ok(google) => google,
        Err(error) => {
            diagnosis::error(
                "Google Cloud is not configured",
                Path::root(),
                &error,
                diagnostics,
            );
            return None;
        }
    };
    let number = match planned.project_number.text() {
        Some(number) => number.to_owned(),
        None => {
            let project = planned.project.text().or(google.project()).unwrap_or_default();
            match together.number(&google, project).await {
                Ok(number) => number,
                Err(error) => {
                    diagnosis::error(
                        "Could not look the project up",
                        Path::of("project"),
                        &error,
                        diagnostics,
                    );
                    return None;
                }
            }
        }
    };
    match Meaning::of(
        config,
        &number,
        &memory.implied,
        gcp.allow_loopback_issuers,
        diagnostics,
    ) {
        Understanding::Known(meaning) => {
            if planned.findings.is_unknown() {
                // could not be judged at plan: now it is, before anything is written
                let situation = Situation {
                    changes_admission: true,
                    known_before: &[],
                    path: Path::of("subjects"),
                };
                let risks = accepted_risks(config);
                gcp.guardrail
                    .judge(meaning.findings.clone(), &risks, &situation, diagnostics);
            }
            (!diagnostics.has_errors()).then_some((google, *meaning))
        }
        Understanding::Refused => None,
        Understanding::Unknown => {
            diagnostics.error(
                Path::root(),
                "Configuration is not known",
                "expected every argument of the trust to be known at apply, found an unknown one",
            );
            None
        }
    }
}
