//! A provider function: pure, no configuration, the same result for the same arguments.

use super::{Type, Value};

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub ty: Type,
    pub description: String,
    /// False: the host refuses null.
    pub allow_null: bool,
    /// False: the host does not call and takes unknown as the result.
    pub allow_unknown: bool,
}

#[derive(Clone, Debug)]
pub struct Signature {
    pub summary: String,
    pub description: String,
    pub parameters: Vec<Parameter>,
    pub variadic: Option<Parameter>,
    pub returns: Type,
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    pub text: String,
    /// Zero-based argument.
    pub argument: Option<i64>,
}

pub trait Function: Send + Sync + 'static {
    /// Without prefix.
    fn name(&self) -> &'static str;

    fn signature(&self) -> Signature;

    /// # Errors
    /// What is wrong with which argument.
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}
