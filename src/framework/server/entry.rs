//! A part with its schema, which is built when it is first needed.

use std::sync::OnceLock;
use std::time::Duration;

use crate::framework::erased::{AnyDataSource, AnyEphemeralResource, AnyResource};
use crate::framework::{IdentitySchema, Schema, Timeouts, Type, Value, parse_duration};

/// A data source or ephemeral resource.
pub struct Entry<P: ?Sized> {
    pub part: Box<P>,
    declared: OnceLock<(Schema, Type)>,
}

impl<P: ?Sized> Entry<P> {
    pub fn new(part: Box<P>) -> Self {
        Self {
            part,
            declared: OnceLock::new(),
        }
    }

    fn declared(&self, schema: impl FnOnce(&P) -> Schema) -> &(Schema, Type) {
        self.declared.get_or_init(|| {
            let schema = schema(&self.part);
            let ty = schema.ty();
            (schema, ty)
        })
    }
}

impl Entry<dyn AnyDataSource> {
    pub fn schema(&self) -> &Schema {
        &self.declared(AnyDataSource::schema).0
    }

    pub fn ty(&self) -> &Type {
        &self.declared(AnyDataSource::schema).1
    }
}

impl Entry<dyn AnyEphemeralResource> {
    pub fn schema(&self) -> &Schema {
        &self.declared(AnyEphemeralResource::schema).0
    }

    pub fn ty(&self) -> &Type {
        &self.declared(AnyEphemeralResource::schema).1
    }
}

/// A resource, with the schemas of its identity and its list.
pub struct ResourceEntry {
    pub part: Box<dyn AnyResource>,
    declared: OnceLock<(Schema, Type)>,
    identity: OnceLock<Option<(IdentitySchema, Type)>>,
    list: OnceLock<Option<(Schema, Type)>>,
}

impl ResourceEntry {
    pub fn new(part: Box<dyn AnyResource>) -> Self {
        Self {
            part,
            declared: OnceLock::new(),
            identity: OnceLock::new(),
            list: OnceLock::new(),
        }
    }

    pub fn schema(&self) -> &Schema {
        &self.declared().0
    }

    pub fn ty(&self) -> &Type {
        &self.declared().1
    }

    pub fn identity(&self) -> Option<&(IdentitySchema, Type)> {
        let make = || {
            self.part
                .identity_schema()
                .map(|schema| (schema.clone(), schema.ty()))
        };
        self.identity.get_or_init(make).as_ref()
    }

    /// The schema of the `list` block's configuration, when objects of this type can be listed.
    pub fn list(&self) -> Option<&(Schema, Type)> {
        let make = || {
            self.part
                .list_schema()
                .map(|schema| (schema.clone(), schema.ty()))
        };
        self.list.get_or_init(make).as_ref()
    }

    fn declared(&self) -> &(Schema, Type) {
        self.declared.get_or_init(|| {
            let schema = self.part.schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }
}

/// An operation that has a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

impl Operation {
    /// The timeout that the object's `timeouts` attribute names, or the default. A text that is no duration has been
    /// refused by validation.
    pub fn timeout(self, object: Option<&Value>) -> Duration {
        let defaults = Timeouts::default();
        let (name, default) = match self {
            Self::Create => ("create", defaults.create),
            Self::Read => ("read", defaults.read),
            Self::Update => ("update", defaults.update),
            Self::Delete => ("delete", defaults.delete),
        };
        let written = object.and_then(|object| object.member("timeouts")?.member(name)?.as_str());
        written
            .and_then(|text| parse_duration(text).ok())
            .unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_is_what_is_written_or_the_default() {
        let timeouts = Value::Object([("create".to_owned(), Value::string("90s"))].into());
        let object = Value::Object([("timeouts".to_owned(), timeouts)].into());
        assert_eq!(Operation::Create.timeout(Some(&object)), Duration::from_secs(90));
        assert_eq!(Operation::Delete.timeout(Some(&object)), Duration::from_secs(600));
        assert_eq!(Operation::Read.timeout(None), Duration::from_secs(120));
        let unknown = Value::Object([("timeouts".to_owned(), Value::UNKNOWN)].into());
        assert_eq!(
            Operation::Update.timeout(Some(&unknown)),
            Duration::from_secs(600)
        );
    }
}
