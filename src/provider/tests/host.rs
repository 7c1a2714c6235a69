//! A host as Terraform is one: proposes, plans, applies, refreshes.

use super::lab::Lab;
use crate::clouds::Environment;
use crate::framework::{Applied, ApplyCall, ListCall, PlanCall, PlanOutcome, ReadCall, Server};
use crate::framework::{Attribute, AttributeType, Diagnostics, ImportKey, Listed, Nesting, Schema, Value};
use crate::provider::Oidcfed;

pub struct Host {
    pub server: Server,
}

/// What a state file holds of one object.
#[derive(Clone, Debug)]
pub struct Object {
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

pub type Config<'a> = &'a [(&'a str, Value)];

impl Host {
    /// A provider process, configured.
    pub async fn new(lab: &Lab, aws: Config<'_>, more: Config<'_>) -> Self {
        let server = Server::new(Oidcfed::with_environment(Environment::of([])));
        let mut members = lab.aws();
        members.retain(|(name, _)| !aws.iter().any(|(given, _)| given == name));
        members.extend(aws.iter().map(|(name, value)| (leak(name), value.clone())));
        let part = server.schema().attribute("aws").unwrap();
        let AttributeType::Nested(_, attributes) = part.ty.clone() else {
            panic!("aws has no members")
        };
        let mut all = vec![("aws", whole(&attributes, &members))];
        all.extend(more.iter().cloned());
        let config = whole(&server.schema().attributes, &all);
        let mut diagnostics = Diagnostics::new();
        server.validate_provider(&config, &mut diagnostics);
        server.configure("1.14.0", config, &mut diagnostics).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        Self { server }
    }

    pub fn schema(&self, type_name: &str) -> Schema {
        let mut diagnostics = Diagnostics::new();
        self.server
            .registry()
            .resource(type_name, &mut diagnostics)
            .unwrap()
            .schema()
            .clone()
    }

    pub async fn plan(
        &self,
        type_name: &str,
        config: Config<'_>,
        prior: Option<&Object>,
    ) -> (Option<PlanOutcome>, Diagnostics) {
        let schema = self.schema(type_name);
        let config = whole(&schema.attributes, config);
        let call = PlanCall {
            type_name: type_name.to_owned(),
            prior: prior.map_or(Value::Null, |object| object.state.clone()),
            proposed: proposed(&schema, &config, prior),
            config,
            private: prior.map(|object| object.private.clone()).unwrap_or_default(),
            identity: prior.and_then(|object| object.identity.clone()),
        };
        let mut diagnostics = Diagnostics::new();
        let planned = self.server.plan(call, &mut diagnostics).await;
        (planned, diagnostics)
    }

    /// Plans and applies; what is saved, also after an error.
    pub async fn try_apply(
        &self,
        type_name: &str,
        config: Config<'_>,
        prior: Option<&Object>,
    ) -> (Option<Object>, Diagnostics) {
        let (planned, mut diagnostics) = self.plan(type_name, config, prior).await;
        let Some(planned) = planned.filter(|_| !diagnostics.has_errors()) else {
            return (None, diagnostics);
        };
        let (object, said) = self.try_planned(type_name, config, prior, planned).await;
        diagnostics.extend(said);
        (object, diagnostics)
    }

    /// Applies a plan that was made before; what is saved, also after an error.
    pub async fn try_planned(
        &self,
        type_name: &str,
        config: Config<'_>,
        prior: Option<&Object>,
        planned: PlanOutcome,
    ) -> (Option<Object>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        assert!(
            planned.requires_replace.is_empty(),
            "{:?}",
            planned.requires_replace
        );
        let call = ApplyCall {
            type_name: type_name.to_owned(),
            prior: prior.map_or(Value::Null, |object| object.state.clone()),
            planned: planned.planned,
            config: whole(&self.schema(type_name).attributes, config),
            private: planned.private,
            identity: planned.identity,
        };
        let applied = self.server.apply(call, &mut diagnostics).await;
        (applied.and_then(saved), diagnostics)
    }

    /// Applies a plan that was made when less of the configuration was known.
    pub async fn apply_planned(
        &self,
        type_name: &str,
        config: Config<'_>,
        planned: PlanOutcome,
    ) -> (Option<Object>, Diagnostics) {
        let call = ApplyCall {
            type_name: type_name.to_owned(),
            prior: Value::Null,
            planned: planned.planned,
            config: whole(&self.schema(type_name).attributes, config),
            private: planned.private,
            identity: planned.identity,
        };
        let mut diagnostics = Diagnostics::new();
        let applied = self.server.apply(call, &mut diagnostics).await;
        (applied.and_then(saved), diagnostics)
    }

    pub async fn apply(&self, type_name: &str, config: Config<'_>, prior: Option<&Object>) -> Object {
        let (object, diagnostics) = self.try_apply(type_name, config, prior).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        object.unwrap()
    }

    pub async fn refresh(&self, type_name: &str, object: &Object) -> Option<Object> {
        let (read, diagnostics) = self.try_refresh(type_name, object).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        read
    }

    /// Refreshes, with what was said.
    pub async fn try_refresh(&self, type_name: &str, object: &Object) -> (Option<Object>, Diagnostics) {
        let call = ReadCall {
            type_name: type_name.to_owned(),
            state: object.state.clone(),
            private: object.private.clone(),
            identity: object.identity.clone(),
        };
        let mut diagnostics = Diagnostics::new();
        let read = self.server.read(call, &mut diagnostics).await;
        (read.and_then(saved), diagnostics)
    }

    /// Refreshes and plans: the planned object when something would change.
    pub async fn drift(&self, type_name: &str, config: Config<'_>, object: &Object) -> Option<Value> {
        let Some(fresh) = self.refresh(type_name, object).await else {
            return Some(Value::Null);
        };
        let (planned, diagnostics) = self.plan(type_name, config, Some(&fresh)).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let planned = planned.unwrap().planned;
        (planned != fresh.state).then_some(planned)
    }

    pub async fn destroy(&self, type_name: &str, object: &Object) -> Diagnostics {
        let (left, diagnostics) = self.try_destroy(type_name, object).await;
        assert_eq!(left.is_none(), !diagnostics.has_errors(), "{diagnostics:?}");
        diagnostics
    }

    /// Destroys; what is saved after an error.
    pub async fn try_destroy(&self, type_name: &str, object: &Object) -> (Option<Object>, Diagnostics) {
        let call = ApplyCall {
            type_name: type_name.to_owned(),
            prior: object.state.clone(),
            planned: Value::Null,
            config: Value::Null,
            private: object.private.clone(),
            identity: object.identity.clone(),
        };
        let mut diagnostics = Diagnostics::new();
        let left = self.server.apply(call, &mut diagnostics).await.unwrap();
        (saved(left), diagnostics)
    }

    /// What is said before anybody agrees to a destroy.
    pub async fn plan_destroy(&self, type_name: &str, object: &Object) -> Diagnostics {
        let call = PlanCall {
            type_name: type_name.to_owned(),
            prior: object.state.clone(),
            proposed: Value::Null,
            config: Value::Null,
            private: object.private.clone(),
            identity: object.identity.clone(),
        };
        let mut diagnostics = Diagnostics::new();
        let planned = self.server.plan(call, &mut diagnostics).await.unwrap();
        assert!(planned.planned.is_null());
        diagnostics
    }

    pub async fn import(&self, type_name: &str, key: ImportKey) -> Object {
        let mut diagnostics = Diagnostics::new();
        let imported = self.server.import(type_name, key, &mut diagnostics).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let begun = saved(imported.unwrap()).unwrap();
        self.refresh(type_name, &begun).await.unwrap()
    }

    pub async fn list(&self, type_name: &str, include_resource: bool) -> Vec<Listed<Value>> {
        let (listed, diagnostics) = self.try_list(type_name, &[], include_resource, 100).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        listed
    }

    /// Lists as a `list` block says, with what was said.
    pub async fn try_list(
        &self,
        type_name: &str,
        config: Config<'_>,
        include_resource: bool,
        limit: usize,
    ) -> (Vec<Listed<Value>>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let entry = self
            .server
            .registry()
            .resource(type_name, &mut diagnostics)
            .unwrap();
        let config = whole(&entry.list().unwrap().0.attributes, config);
        let call = ListCall {
            type_name: type_name.to_owned(),
            config,
            include_resource,
            limit,
        };
        let listed = self.server.list(call, &mut diagnostics).await;
        (listed, diagnostics)
    }

    pub async fn data(&self, type_name: &str, config: Config<'_>) -> (Option<Value>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let schema = self
            .server
            .registry()
            .data_source(type_name, &mut diagnostics)
            .unwrap()
            .schema()
            .clone();
        let config = whole(&schema.attributes, config);
        self.server
            .validate_data_source(type_name, &config, &mut diagnostics);
        if diagnostics.has_errors() {
            return (None, diagnostics);
        }
        let answer = self
            .server
            .read_data_source(type_name, &config, &mut diagnostics)
            .await;
        (answer, diagnostics)
    }

    pub fn validate(&self, type_name: &str, config: Config<'_>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let config = whole(&self.schema(type_name).attributes, config);
        self.server
            .validate_resource(type_name, &config, true, &mut diagnostics);
        diagnostics
    }
}

/// An object with some members given, the others null.
pub fn whole(attributes: &[Attribute], given: Config<'_>) -> Value {
    for (name, _) in given {
        assert!(
            attributes.iter().any(|attribute| attribute.name == *name),
            "no attribute `{name}`"
        );
    }
    let member = |attribute: &Attribute| {
        let found = given.iter().find(|(name, _)| *name == attribute.name);
        let value = found.map_or(Value::Null, |(_, value)| completed(attribute, value));
        (attribute.name.clone(), value)
    };
    Value::Object(attributes.iter().map(member).collect())
}

/// Members of nested objects that were left out are null.
fn completed(attribute: &Attribute, value: &Value) -> Value {
    let AttributeType::Nested(nesting, inner) = &attribute.ty else {
        return value.clone();
    };
    let object = |value: &Value| match value {
        Value::Object(members) => {
            let given: Vec<(&str, Value)> = members
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            whole(inner, &given)
        }
        other => other.clone(),
    };
    match (nesting, value) {
        (Nesting::Single, value) => object(value),
        (_, Value::List(items)) => Value::List(items.iter().map(object).collect()),
        (_, Value::Map(items)) => Value::Map(
            items
                .iter()
                .map(|(key, item)| (key.clone(), object(item)))
                .collect(),
        ),
        (_, other) => other.clone(),
    }
}

/// The configuration where it says something, else the prior value of what is computed.
fn proposed(schema: &Schema, config: &Value, prior: Option<&Object>) -> Value {
    let member = |attribute: &Attribute| {
        let written = config.member(&attribute.name).cloned().unwrap_or(Value::Null);
        let value = match (written.is_null() && attribute.computed, prior) {
            (true, Some(object)) => object
                .state
                .member(&attribute.name)
                .cloned()
                .unwrap_or(Value::Null),
            (true, None) => Value::UNKNOWN,
            (false, _) => written,
        };
        (attribute.name.clone(), value)
    };
    Value::Object(schema.attributes.iter().map(member).collect())
}

fn saved(applied: Applied) -> Option<Object> {
    let Applied {
        state,
        private,
        identity,
    } = applied;
    assert!(state.is_wholly_known(), "{state:?}");
    (!state.is_null()).then_some(Object {
        state,
        private,
        identity,
    })
}

fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

pub fn set(items: &[&str]) -> Value {
    let mut items: Vec<&str> = items.to_vec();
    items.sort_unstable();
    Value::Set(items.into_iter().map(Value::string).collect())
}

pub fn map(members: &[(&str, &str)]) -> Value {
    Value::Map(
        members
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Value::string(value)))
            .collect(),
    )
}

/// The paths and details of what was said.
pub fn said(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|one| format!("{}: {}: {}", one.path, one.summary, one.detail))
        .collect()
}
