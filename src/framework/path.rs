//! Where in a configuration a value stands.

use std::collections::BTreeMap;
use std::fmt;

use super::Value;

/// One step of a path. Sets have no usable step: a path stops at the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathStep {
    Attribute(String),
    Key(String),
    Index(i64),
}

/// A path from the top of a resource, data source or provider block; empty means the whole block.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<PathStep>);

impl Path {
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of a top-level attribute.
    pub fn of(attribute: impl Into<String>) -> Self {
        Self::root().attribute(attribute)
    }

    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.with(PathStep::Attribute(name.into()))
    }

    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(PathStep::Key(key.into()))
    }

    #[must_use]
    pub fn index(&self, index: i64) -> Self {
        self.with(PathStep::Index(index))
    }

    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// The value at this path of an object; `None` where there is none, also inside something null or unknown.
    pub fn resolve<'a>(&self, object: &'a BTreeMap<String, Value>) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        let PathStep::Attribute(name) = first else {
            return None;
        };
        rest.iter()
            .try_fold(object.get(name)?, |value, step| match (step, value) {
                (PathStep::Attribute(name) | PathStep::Key(name), value) => value.member(name),
                (PathStep::Index(index), Value::List(items) | Value::Tuple(items)) => {
                    items.get(usize::try_from(*index).ok()?)
                }
                _ => None,
            })
    }

    fn with(&self, step: PathStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if at == 0 => f.write_str(name)?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Key(key) => write!(f, "[{key:?}]")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
