//! Schemas: what may be written, what is computed, and what is checked before anything else runs.

use std::sync::Arc;

use super::{Diagnostics, Path, Type, Value};

/// A check of one known, non-null value. The host asks for validation again before every plan and apply, then with more
/// values known.
pub type Validator = Arc<dyn Fn(&Value, &Path, &mut Diagnostics) + Send + Sync>;

/// The schema of a resource, data source, ephemeral resource or provider block. Only attributes, no blocks.
#[derive(Clone, Default)]
pub struct Schema {
    pub version: i64,
    pub description: String,
    pub deprecated: Option<String>,
    pub attributes: Vec<Attribute>,
}

/// Nesting of an attribute's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    Single,
    List,
    Set,
    Map,
}

#[derive(Clone)]
pub enum AttributeType {
    Plain(Type),
    Nested(Nesting, Vec<Attribute>),
}

/// One attribute.
#[derive(Clone)]
pub struct Attribute {
    pub name: String,
    pub ty: AttributeType,
    pub description: String,
    pub required: bool,
    pub optional: bool,
    pub computed: bool,
    pub sensitive: bool,
    pub write_only: bool,
    pub deprecated: Option<String>,
    /// A change of this attribute replaces the object.
    pub requires_replace: bool,
    /// A computed attribute whose prior value is kept in an update instead of becoming unknown.
    pub use_state: bool,
    /// Taken when the configuration has null; implies optional and computed.
    pub default: Option<Value>,
    /// Run on the known value as a whole.
    pub validators: Vec<Validator>,
    /// Run on every known element of a collection (a map's values, with the path of the key).
    pub element_validators: Vec<Validator>,
}

impl Schema {
    pub fn new(description: impl Into<String>, attributes: Vec<Attribute>) -> Self {
        Self {
            version: 0,
            description: description.into(),
            deprecated: None,
            attributes,
        }
    }

    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The object type of the whole.
    pub fn ty(&self) -> Type {
        Type::Object(self.attributes.iter().map(|a| (a.name.clone(), a.ty())).collect())
    }
}

impl Attribute {
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self::with_type(name.into(), AttributeType::Plain(ty))
    }

    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, Type::String)
    }

    pub fn bool(name: impl Into<String>) -> Self {
        Self::new(name, Type::Bool)
    }

    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, Type::Number)
    }

    pub fn string_set(name: impl Into<String>) -> Self {
        Self::new(name, Type::set(Type::String))
    }

    pub fn string_map(name: impl Into<String>) -> Self {
        Self::new(name, Type::map(Type::String))
    }

    pub fn nested(name: impl Into<String>, nesting: Nesting, attributes: Vec<Attribute>) -> Self {
        Self::with_type(name.into(), AttributeType::Nested(nesting, attributes))
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    #[must_use]
    pub fn use_state(mut self) -> Self {
        self.use_state = true;
        self
    }

    /// A default makes the attribute optional and computed.
    #[must_use]
    pub fn default(mut self, value: Value) -> Self {
        self.optional = true;
        self.computed = true;
        self.default = Some(value);
        self
    }

    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecated = Some(message.into());
        self
    }

    #[must_use]
    pub fn validate(
        mut self,
        check: impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        self.validators.push(Arc::new(check));
        self
    }

    #[must_use]
    pub fn validate_each(
        mut self,
        check: impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        self.element_validators.push(Arc::new(check));
        self
    }

    /// A check of known text: an `Err` becomes an error on the attribute, with `summary` as its title.
    #[must_use]
    pub fn validate_text<E: std::fmt::Display>(
        self,
        summary: &'static str,
        check: impl Fn(&str) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.validate(move |value, path, diagnostics| {
            if let Some(Err(error)) = value.as_str().map(&check) {
                diagnostics.error(path.clone(), summary, error.to_string());
            }
        })
    }

    /// Like [`Attribute::validate_text`], for every element of a collection of strings.
    #[must_use]
    pub fn validate_each_text<E: std::fmt::Display>(
        self,
        summary: &'static str,
        check: impl Fn(&str) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.validate_each(move |value, path, diagnostics| {
            if let Some(Err(error)) = value.as_str().map(&check) {
                diagnostics.error(path.clone(), summary, error.to_string());
            }
        })
    }

    /// The type of its value.
    pub fn ty(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(nesting, attributes) => {
                let object = Type::Object(attributes.iter().map(|a| (a.name.clone(), a.ty())).collect());
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }

    fn with_type(name: String, ty: AttributeType) -> Self {
        Self {
            name,
            ty,
            description: String::new(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: None,
            requires_replace: false,
            use_state: false,
            default: None,
            validators: Vec::new(),
            element_validators: Vec::new(),
        }
    }
}

/// The identity of a resource type: what names one object for ever.
#[derive(Clone, Default)]
pub struct IdentitySchema {
    pub version: i64,
    pub attributes: Vec<IdentityAttribute>,
}

/// A flat attribute of an identity: a primitive, or a list of primitives.
#[derive(Clone)]
pub struct IdentityAttribute {
    pub name: String,
    pub ty: Type,
    pub description: String,
    pub required_for_import: bool,
    pub optional_for_import: bool,
}

impl IdentitySchema {
    pub fn ty(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|a| (a.name.clone(), a.ty.clone()))
                .collect(),
        )
    }
}
