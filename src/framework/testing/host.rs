//! The host.

use super::propose::propose;
use crate::framework::{
    Applied, ApplyCall, Context, Diagnostic, Diagnostics, ImportKey, Path, PlanCall, PlanOutcome, Provider,
    ReadCall, Server, Value, conform, rules, to_json,
};

/// A host with one configured provider.
pub struct Host {
    server: Server,
}

/// An object as the host keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub type_name: String,
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

/// Why the host does not go on.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.diagnostics.iter().map(|d| format!("{}: {} ({})", d.summary, d.detail, d.path)).collect::<Vec<_>>().join("\n"))]
pub struct Refused {
    pub diagnostics: Diagnostics,
    /// What is saved all the same: the object as far as it came.
    pub left: Option<Box<Object>>,
}

impl Refused {
    /// The first error.
    pub fn error(&self) -> Option<&Diagnostic> {
        self.diagnostics
            .iter()
            .find(|d| d.severity == crate::framework::DiagnosticSeverity::Error)
    }
}

impl Host {
    pub fn new(provider: impl Provider) -> Self {
        Self {
            server: Server::new(provider),
        }
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Validates and configures the provider.
    ///
    /// # Errors
    /// The provider's own.
    pub async fn configure(&self, config: Value) -> Result<Diagnostics, Refused> {
        let mut diagnostics = Diagnostics::new();
        self.server.validate_provider(&config, &mut diagnostics);
        if !diagnostics.has_errors() {
            self.server.configure("1.11.4", config, &mut diagnostics).await;
        }
        settled(diagnostics, None)
    }

    /// Validates a configuration, which may hold unknown values.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn validate(&self, type_name: &str, config: &Value) -> Result<Diagnostics, Refused> {
        let mut diagnostics = Diagnostics::new();
        let config = self.typed(type_name, config, &mut diagnostics)?;
        self.server
            .validate_resource(type_name, &config, true, &mut diagnostics);
        settled(diagnostics, None)
    }

    /// Plans a create (`prior` is `None`) or a change.
    ///
    /// # Errors
    /// The provider's own, and rules of the host that it breaks.
    pub async fn plan(
        &self,
        type_name: &str,
        prior: Option<&Object>,
        config: &Value,
    ) -> Result<PlanOutcome, Refused> {
        let mut diagnostics = Diagnostics::new();
        let config = self.typed(type_name, config, &mut diagnostics)?;
        self.server
            .validate_resource(type_name, &config, true, &mut diagnostics);
        settled(diagnostics.clone(), None)?;
        let entry = self.server.registry().resource(type_name, &mut diagnostics);
        let Some(entry) = entry else {
            return Err(refused(diagnostics));
        };
        let state = prior.map_or(Value::Null, |prior| prior.state.clone());
        let call = PlanCall {
            type_name: type_name.to_owned(),
            proposed: propose(entry.schema(), &config, &state),
            prior: state,
            config,
            private: prior.map(|prior| prior.private.clone()).unwrap_or_default(),
            identity: prior.and_then(|prior| prior.identity.clone()),
        };
        let plan = self.server.plan(call, &mut diagnostics).await;
        settled(diagnostics.clone(), None)?;
        plan.ok_or_else(|| refused(diagnostics))
    }

    /// Creates an object: validate, plan, plan again, apply, read, and a plan that must be empty.
    ///
    /// # Errors
    /// Where it ends, with what is left.
    pub async fn create(&self, type_name: &str, config: &Value) -> Result<Object, Refused> {
        let object = self.apply(type_name, None, config).await?;
        self.at_rest(object, config).await
    }

    /// Changes an object in place, likewise. A plan that would replace it is refused.
    ///
    /// # Errors
    /// Where it ends, with what is left.
    pub async fn update(&self, object: &Object, config: &Value) -> Result<Object, Refused> {
        let object = self.apply(&object.type_name, Some(object), config).await?;
        self.at_rest(object, config).await
    }

    /// Plans and applies, without looking at the object afterwards.
    ///
    /// # Errors
    /// Where it ends, with what is left.
    pub async fn apply(
        &self,
        type_name: &str,
        prior: Option<&Object>,
        config: &Value,
    ) -> Result<Object, Refused> {
        let first = self.plan(type_name, prior, config).await?;
        let plan = self.plan(type_name, prior, config).await?;
        let mut diagnostics = Diagnostics::new();
        rules::report(
            rules::keeps_promises(&first.planned, &plan.planned),
            "final plan",
            &mut diagnostics,
        );
        if prior.is_some() && !plan.requires_replace.is_empty() {
            let paths: Vec<String> = plan.requires_replace.iter().map(Path::to_string).collect();
            diagnostics.error(
                Path::root(),
                "Replacement",
                format!("{} replaces the object", paths.join(", ")),
            );
        }
        let config = self.typed(type_name, config, &mut diagnostics)?;
        settled(diagnostics.clone(), None)?;
        let call = ApplyCall {
            type_name: type_name.to_owned(),
            prior: prior.map_or(Value::Null, |prior| prior.state.clone()),
            planned: plan.planned,
            config,
            private: plan.private,
            identity: plan.identity,
        };
        let applied = self.server.apply(call, &mut diagnostics).await;
        let left = applied
            .and_then(|applied| object(type_name, applied))
            .or_else(|| prior.cloned());
        settled(diagnostics.clone(), left.clone())?;
        left.ok_or_else(|| refused(diagnostics))
    }

    /// Looks at an object; `None` when it is gone.
    ///
    /// # Errors
    /// The provider's own, and rules that it breaks.
    pub async fn read(&self, object: &Object) -> Result<Option<Object>, Refused> {
        let mut diagnostics = Diagnostics::new();
        let stored = self.stored(object, &mut diagnostics)?;
        let call = ReadCall {
            type_name: object.type_name.clone(),
            state: stored,
            private: object.private.clone(),
            identity: object.identity.clone(),
        };
        let found = self.server.read(call, &mut diagnostics).await;
        settled(diagnostics, Some(object.clone()))?;
        Ok(found.and_then(|found| self::object(&object.type_name, found)))
    }

    /// Destroys an object.
    ///
    /// # Errors
    /// The provider's own, with what is left.
    pub async fn destroy(&self, object: &Object) -> Result<(), Refused> {
        let mut diagnostics = Diagnostics::new();
        let call = ApplyCall {
            type_name: object.type_name.clone(),
            prior: self.stored(object, &mut diagnostics)?,
            planned: Value::Null,
            config: Value::Null,
            private: object.private.clone(),
            identity: object.identity.clone(),
        };
        self.server.apply(call, &mut diagnostics).await;
        settled(diagnostics, Some(object.clone())).map(drop)
    }

    /// Imports an object and completes it by reading it.
    ///
    /// # Errors
    /// The provider's own; a key that leads to nothing.
    pub async fn import(&self, type_name: &str, key: ImportKey) -> Result<Object, Refused> {
        let mut diagnostics = Diagnostics::new();
        let found = self.server.import(type_name, key, &mut diagnostics).await;
        settled(diagnostics.clone(), None)?;
        let Some(found) = found.and_then(|found| object(type_name, found)) else {
            return Err(refused(diagnostics));
        };
        match self.read(&found).await? {
            Some(object) => Ok(object),
            None => {
                diagnostics.error(Path::root(), "Cannot import", "the object does not exist");
                Err(refused(diagnostics))
            }
        }
    }

    /// Reads an object that has just been made; then nothing may be left to do.
    async fn at_rest(&self, object: Object, config: &Value) -> Result<Object, Refused> {
        let mut diagnostics = Diagnostics::new();
        let Some(found) = self.read(&object).await? else {
            diagnostics.error(
                Path::root(),
                "Gone",
                "the object was not there right after the apply",
            );
            return Err(Refused {
                diagnostics,
                left: Some(Box::new(object)),
            });
        };
        self.unchanged(&found, config).await?;
        Ok(found)
    }

    /// Plans, and refuses a plan that is not empty.
    ///
    /// # Errors
    /// Names the attributes that would change.
    pub async fn unchanged(&self, object: &Object, config: &Value) -> Result<(), Refused> {
        let plan = self.plan(&object.type_name, Some(object), config).await?;
        let mut diagnostics = Diagnostics::new();
        if let (Value::Object(before), Value::Object(after)) = (&object.state, &plan.planned) {
            for (name, value) in after {
                if before.get(name) != Some(value) {
                    let detail = format!("`{name}` would change again");
                    diagnostics.error(Path::of(name), "The second plan is not empty", detail);
                }
            }
        }
        settled(diagnostics, Some(object.clone())).map(drop)
    }

    /// The context that a part would get.
    pub fn context(&self, timeout: std::time::Duration) -> Context {
        self.server.context(timeout)
    }

    /// The state as it comes back from storage.
    fn stored(&self, object: &Object, diagnostics: &mut Diagnostics) -> Result<Value, Refused> {
        let version = match self.server.registry().resource(&object.type_name, diagnostics) {
            Some(entry) => entry.schema().version,
            None => return Err(refused(diagnostics.clone())),
        };
        let state = to_json(&object.state)
            .ok()
            .and_then(|json| self.server.upgrade(&object.type_name, version, json, diagnostics));
        state.ok_or_else(|| refused(diagnostics.clone()))
    }

    fn typed(
        &self,
        type_name: &str,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Result<Value, Refused> {
        let Some(entry) = self.server.registry().resource(type_name, diagnostics) else {
            return Err(refused(diagnostics.clone()));
        };
        conform(config.clone(), entry.ty()).map_err(|mismatch| {
            diagnostics.error(mismatch.path.clone(), "Unsuitable value", mismatch.to_string());
            refused(diagnostics.clone())
        })
    }
}

fn object(type_name: &str, applied: Applied) -> Option<Object> {
    let Applied {
        state,
        private,
        identity,
    } = applied;
    (!state.is_null()).then(|| Object {
        type_name: type_name.to_owned(),
        state,
        private,
        identity,
    })
}

fn settled(diagnostics: Diagnostics, left: Option<Object>) -> Result<Diagnostics, Refused> {
    if diagnostics.has_errors() {
        Err(Refused {
            diagnostics,
            left: left.map(Box::new),
        })
    } else {
        Ok(diagnostics)
    }
}

fn refused(diagnostics: Diagnostics) -> Refused {
    Refused {
        diagnostics,
        left: None,
    }
}
