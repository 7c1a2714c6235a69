//! One question to `oidcfed evaluate`: its document, its token, its answer.

use serde_json::Value;

use crate::command_line::{Answer, Call};

pub struct Question {
    call: Call,
    pub stdin: String,
}

impl Question {
    pub fn about(document: &Value) -> Self {
        let call = Call::of(&["evaluate", "document.json"]);
        call.file("document.json", document.to_string());
        Self {
            call,
            stdin: String::new(),
        }
    }

    pub fn file(&self, name: &str, text: &str) {
        self.call.file(name, text);
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.call = self.call.with(arguments);
        self
    }

    pub fn claims(self, claims: &Value) -> Self {
        self.file("claims.json", &claims.to_string());
        self.with(&["--claims", "claims.json"])
    }

    pub fn ask(mut self) -> Answer {
        self.call.stdin = self.stdin.into_bytes();
        self.call.run()
    }
}
