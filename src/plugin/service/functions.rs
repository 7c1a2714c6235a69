//! Functions.

use crate::framework::{Diagnostics, FunctionError, Server, parameters};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6 as wire;
use wire::call_function;

pub async fn call(server: &Server, request: call_function::Request) -> call_function::Response {
    match try_call(server, &request) {
        Ok(result) => call_function::Response {
            result: Some(result),
            error: None,
        },
        Err(error) => call_function::Response {
            result: None,
            error: Some(convert::function_error(error)),
        },
    }
}

fn try_call(server: &Server, request: &call_function::Request) -> Result<wire::DynamicValue, FunctionError> {
    let signature = server.function(&request.name)?.signature();
    let fixed = signature.parameters.len();
    let given = request.arguments.len();
    if given < fixed || (given > fixed && signature.variadic.is_none()) {
        return Err(FunctionError {
            text: format!("Expected {fixed} arguments, found {given}."),
            argument: None,
        });
    }
    let mut arguments = Vec::new();
    for ((message, index), parameter) in request.arguments.iter().zip(0..).zip(parameters(&signature)) {
        let mut diagnostics = Diagnostics::new();
        match convert::read(Some(message), &parameter.ty, &mut diagnostics) {
            Some(argument) => arguments.push(argument),
            None => return Err(first(diagnostics, Some(index))),
        }
    }
    let result = server.call(&request.name, &arguments)?;
    let mut diagnostics = Diagnostics::new();
    convert::write(&result, &signature.returns, &mut diagnostics).ok_or_else(|| first(diagnostics, None))
}

fn first(diagnostics: Diagnostics, argument: Option<i64>) -> FunctionError {
    let text = diagnostics
        .into_iter()
        .next()
        .map(|diagnostic| diagnostic.detail)
        .unwrap_or_default();
    FunctionError { text, argument }
}
