//! `issuer`, `subject`, `subjects`: from the variables of a platform to what its tokens say.

use super::arguments::{of_composing, platform, platform_parameter, strings, variables, variables_parameter};
use crate::framework::{Function, FunctionError, Signature, Type, Value};

/// `issuer(platform, variables)`
pub(in crate::provider) struct IssuerFunction;

/// `subject(platform, variables)`
pub(in crate::provider) struct SubjectFunction;

/// `subjects(platform, variables)`
pub(in crate::provider) struct SubjectsFunction;

fn signature(summary: &str, description: &str, returns: Type) -> Signature {
    Signature {
        summary: summary.to_owned(),
        description: description.to_owned(),
        parameters: vec![platform_parameter(), variables_parameter()],
        variadic: None,
        returns,
    }
}

impl Function for IssuerFunction {
    fn name(&self) -> &'static str {
        "issuer"
    }

    fn signature(&self) -> Signature {
        signature(
            "The issuer of a platform",
            "Composes the issuer, exactly as in `iss`, in the platform's usual form. A value outside its variable's pattern is \
             an error.",
            Type::String,
        )
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let issuer = platform(arguments, 0)?.issuer(&variables(arguments, 1)?);
        issuer
            .map(|issuer| Value::string(issuer.as_str()))
            .map_err(of_composing)
    }
}

impl Function for SubjectFunction {
    fn name(&self) -> &'static str {
        "subject"
    }

    fn signature(&self) -> Signature {
        signature(
            "The subject of a workload",
            "Composes the subject, exactly as in `sub`, in the form that has just these variables. A value outside its \
             variable's pattern, an unknown or a missing variable is an error. Where a platform uses several forms for one \
             workload, `subjects` has them all.",
            Type::String,
        )
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let subject = platform(arguments, 0)?.subject(&variables(arguments, 1)?);
        subject.map(Value::string).map_err(of_composing)
    }
}

impl Function for SubjectsFunction {
    fn name(&self) -> &'static str {
        "subjects"
    }

    fn signature(&self) -> Signature {
        signature(
            "Every subject that a workload may have",
            "Composes the subject in every form that the platform may use for the workload: for GitHub Actions the one with \
             names and the one with names and ids, which repositories get since 15 July 2026. Forms with a variable that is \
             not given are left out.",
            Type::list(Type::String),
        )
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let subjects = platform(arguments, 0)?.subjects(&variables(arguments, 1)?);
        subjects
            .map(|subjects| strings(subjects.iter().map(String::as_str)))
            .map_err(of_composing)
    }
}
