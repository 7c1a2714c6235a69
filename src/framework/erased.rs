//! Parts with their model erased: what the server works with. Every typed part is one.

use super::{DataSource, EphemeralResource, Resource, Schema};

/// A resource, whatever its model.
pub trait AnyResource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
}

impl<R: Resource> AnyResource for R {
    fn type_name(&self) -> &'static str {
        Resource::type_name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }
}

/// A data source, whatever its model.
pub trait AnyDataSource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
}

impl<D: DataSource> AnyDataSource for D {
    fn type_name(&self) -> &'static str {
        DataSource::type_name(self)
    }

    fn schema(&self) -> Schema {
        DataSource::schema(self)
    }
}

/// An ephemeral resource, whatever its model.
pub trait AnyEphemeralResource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
}

impl<E: EphemeralResource> AnyEphemeralResource for E {
    fn type_name(&self) -> &'static str {
        EphemeralResource::type_name(self)
    }

    fn schema(&self) -> Schema {
        EphemeralResource::schema(self)
    }
}
