//! `parse_subject`: from a subject back to the variables of a platform.

use super::arguments::{error, object, parameter, platform, platform_parameter, text, text_map};
use crate::framework::{Function, FunctionError, Signature, Type, Value};
use crate::platforms::Reading;

/// `parse_subject(platform, subject)`
pub(in crate::provider) struct ParseSubjectFunction;

fn reading() -> [(&'static str, Type); 2] {
    [("form", Type::String), ("variables", Type::map(Type::String))]
}

impl Function for ParseSubjectFunction {
    fn name(&self) -> &'static str {
        "parse_subject"
    }

    fn signature(&self) -> Signature {
        let [form, variables] = reading();
        Signature {
            summary: "The variables in a subject".to_owned(),
            description: "Takes a subject apart by the platform's forms. `form` and `variables` are those of its only reading; \
                          where the platform's grammar is ambiguous and there are several, both are null and `readings` has \
                          them all. A subject in no form of the platform is an error."
                .to_owned(),
            parameters: vec![
                platform_parameter(),
                parameter("subject", Type::String, "The subject, exactly as in `sub`."),
            ],
            variadic: None,
            returns: Type::object([
                form,
                variables,
                ("readings", Type::list(Type::object(reading()))),
            ]),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let platform = platform(arguments, 0)?;
        let subject = text(arguments, 1)?;
        let readings = platform.parse_subject(subject);
        let written = |reading: &Reading| {
            [
                ("form", Value::string(&reading.form)),
                ("variables", text_map(&reading.variables)),
            ]
        };
        let [form, variables] = match readings.as_slice() {
            [] if platform.subjects.is_empty() => {
                let reason = format!(
                    "expected a platform whose subjects are known, found `{}`",
                    platform.id
                );
                return Err(error(0, reason));
            }
            [] => {
                let forms: Vec<String> = platform
                    .subjects
                    .iter()
                    .map(|form| format!("`{}`", form.template.as_str()))
                    .collect();
                let reason = format!(
                    "expected a subject of platform `{}` in one of its forms, {}, found another text",
                    platform.id,
                    forms.join(", ")
                );
                return Err(error(1, reason));
            }
            [only] => written(only),
            _ => [("form", Value::Null), ("variables", Value::Null)],
        };
        let all = readings.iter().map(|reading| object(written(reading)));
        Ok(object([
            form,
            variables,
            ("readings", Value::List(all.collect())),
        ]))
    }
}
