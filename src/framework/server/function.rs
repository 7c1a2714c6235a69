//! CallFunction.

use super::Server;
use crate::framework::erased::guarded_check;
use crate::framework::{Function, FunctionError, Parameter, Signature, Value, conform};

impl Server {
    /// The function, or an error that there is none.
    ///
    /// # Errors
    /// When the provider has no such function.
    pub fn function(&self, name: &str) -> Result<&dyn Function, FunctionError> {
        let found = self.registry().functions.get(name).map(AsRef::as_ref);
        found.ok_or_else(|| {
            error(
                format!("This version of the provider has no function `{name}`."),
                None,
            )
        })
    }

    /// Calls a function. Arguments follow the parameters, then the variadic one.
    ///
    /// # Errors
    /// What is wrong with which argument.
    pub fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let function = self.function(name)?;
        let signature = function.signature();
        for ((argument, index), parameter) in arguments.iter().zip(0..).zip(parameters(&signature)) {
            if argument.is_null() && !parameter.allow_null {
                return Err(error(
                    format!("`{}` must not be null.", parameter.name),
                    Some(index),
                ));
            }
            if !parameter.allow_unknown && !argument.is_wholly_known() {
                return Ok(Value::UNKNOWN);
            }
        }
        let result = guarded_check(|| function.call(arguments))
            .map_err(|_| error("The function failed unexpectedly; please report it.", None))??;
        conform(result, &signature.returns).map_err(|mismatch| {
            error(
                format!("The result is wrong: {mismatch}. This is a bug of the provider; please report it."),
                None,
            )
        })
    }
}

/// The parameter of every position, the variadic one for ever.
pub fn parameters(signature: &Signature) -> impl Iterator<Item = &Parameter> {
    signature
        .parameters
        .iter()
        .chain(signature.variadic.iter().cycle())
}

fn error(text: impl Into<String>, argument: Option<i64>) -> FunctionError {
    FunctionError {
        text: text.into(),
        argument,
    }
}
