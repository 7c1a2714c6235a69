//! Blocks of HCL: a valid case to start from, and one thing changed.

use std::collections::BTreeMap;
use std::fmt;

/// One `resource` or `data` block.
#[derive(Clone)]
pub struct Block {
    keyword: &'static str,
    kind: &'static str,
    label: String,
    arguments: BTreeMap<String, String>,
}

impl Block {
    pub fn resource(kind: &'static str, label: &str) -> Self {
        Self {
            keyword: "resource",
            kind,
            label: label.to_owned(),
            arguments: BTreeMap::new(),
        }
    }

    pub fn data(kind: &'static str, label: &str) -> Self {
        Self {
            keyword: "data",
            ..Self::resource(kind, label)
        }
    }

    /// A trust of one repository's main branch.
    pub fn trust(issuer: &str, role: &str) -> Self {
        Self::resource("oidcfed_aws_trust", "deploy")
            .with("issuer", text(issuer))
            .with("subjects", r#"["repo:acme/api:ref:refs/heads/main"]"#)
            .with("role_name", text(role))
    }

    pub fn label(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// Sets an argument to an expression.
    pub fn with(mut self, argument: &str, expression: impl Into<String>) -> Self {
        self.arguments.insert(argument.to_owned(), expression.into());
        self
    }

    pub fn without(mut self, argument: &str) -> Self {
        self.arguments.remove(argument);
        self
    }
}

/// A string as HCL writes it.
pub fn text(value: &str) -> String {
    format!(
        "\"{}\"",
        value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace("${", "$${")
    )
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} \"{}\" \"{}\" {{", self.keyword, self.kind, self.label)?;
        for (argument, expression) in &self.arguments {
            writeln!(f, "  {argument} = {expression}")?;
        }
        writeln!(f, "}}")
    }
}
