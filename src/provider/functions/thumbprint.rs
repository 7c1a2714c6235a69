//! `thumbprint`: what AWS calls the thumbprint of a certificate chain.

use super::arguments::{error, parameter, text};
use crate::framework::{Function, FunctionError, Signature, Type, Value};
use crate::oidc::{certificates_from_pem, thumbprint};

/// `thumbprint(pem_chain)`
pub(in crate::provider) struct ThumbprintFunction;

impl Function for ThumbprintFunction {
    fn name(&self) -> &'static str {
        "thumbprint"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The thumbprint of a certificate chain".to_owned(),
            description: "SHA-1 over the last certificate of the chain, in lower-case hex, as IAM wants it for an OIDC provider."
                .to_owned(),
            parameters: vec![parameter(
                "pem_chain",
                Type::String,
                "The certificates as a server presents them, its own first, in PEM.",
            )],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let chain = certificates_from_pem(text(arguments, 0)?).map_err(|e| error(0, e))?;
        let found = thumbprint(&chain).ok_or_else(|| error(0, "expected a certificate, found none"))?;
        Ok(Value::string(found))
    }
}
