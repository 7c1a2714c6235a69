//! Parts with their model erased: what the server works with. Every typed part is one.

mod data_source;
mod ephemeral;
mod guard;
mod resource;

pub use data_source::AnyDataSource;
pub use ephemeral::AnyEphemeralResource;
pub use guard::{guarded, guarded_check, report};
pub use resource::AnyResource;

use super::{Diagnostics, Model, Path, Value};

/// The model of a value that fits the schema. When the model does not, that is a defect of the provider.
fn decode<M: Model>(value: &Value, diagnostics: &mut Diagnostics) -> Option<M> {
    match M::from_value(value) {
        Ok(model) => Some(model),
        Err(reason) => {
            diagnostics.error(Path::root(), "Unexpected value", format!("{reason}."));
            None
        }
    }
}
