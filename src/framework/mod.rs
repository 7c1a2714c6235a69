//! A thin provider framework: what each call of the plugin protocol means, free of the wire.
//!
//! Owns values, types, schemas, diagnostics, the traits of resource, data source, ephemeral resource and function, and
//! the rules that a host enforces on plans and results. Knows neither gRPC nor MessagePack nor any domain word.

mod attr;
mod conform;
mod context;
mod data_source;
mod diagnostics;
mod ephemeral;
pub mod erased;
mod function;
mod json;
pub mod log;
mod model;
mod number;
mod path;
mod planning;
mod private;
mod provider;
mod resource;
pub mod rules;
mod schema;
mod server;
pub mod testing;
mod timeouts;
mod ty;
mod value;

pub use attr::{Attr, StringMap, StringSet, StringSetMap};
pub use conform::{Mismatch, conform, describe};
pub use context::{Context, Stop};
pub use data_source::DataSource;
pub use diagnostics::{Diagnostic, DiagnosticSeverity, Diagnostics};
pub use ephemeral::{EphemeralResource, Opened};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use json::{Reading, from_json, to_json};
pub use model::{Convert, Model, member};
pub use number::Number;
pub use path::{Path, PathStep};
pub use private::Private;
pub use provider::{Parts, Provider};
pub use resource::{
    ImportKey, Imported, ListRequest, Listed, MoveRequest, PlanRequest, Planned, Progress, Resource,
    UpgradeRequest,
};
pub use schema::{Attribute, AttributeType, IdentityAttribute, IdentitySchema, Nesting, Schema, Validator};
pub use server::{
    Applied, ApplyCall, Entry, ListCall, PlanCall, PlanOutcome, ReadCall, Registry, ResourceEntry, Server,
    parameters,
};
pub use timeouts::{DurationError, Timeouts, TimeoutsModel, parse_duration};
pub use ty::Type;
pub use value::{Refinement, Value, nfc};
