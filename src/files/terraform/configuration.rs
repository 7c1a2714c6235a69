//! What a plan says of how its resources refer to each other.
//!
//! A plan keeps the configuration as names only: which resources an argument mentions, not how. A reference is followed
//! through variables and outputs of modules.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The configuration of a plan.
#[derive(Clone, Copy)]
pub(super) struct Configuration<'a>(Option<&'a Value>);

/// Variables and outputs that one reference goes through.
const DEEPEST: usize = 12;

impl<'a> Configuration<'a> {
    pub fn of(plan: &'a Map<String, Value>) -> Self {
        Self(plan.get("configuration").and_then(|all| all.get("root_module")))
    }

    /// The resources that an argument of a resource mentions, by their addresses. Of one that there are several of, the
    /// reference has to say which: else it is left out.
    pub fn mentioned(&self, address: &str, argument: &str) -> BTreeSet<String> {
        let (modules, own) = split(address);
        let mut found = BTreeSet::new();
        let resource = self
            .module(&modules)
            .and_then(|module| resource(module, plain(&own)));
        let expression = resource.and_then(|resource| resource.get("expressions")?.get(argument));
        if let Some(expression) = expression {
            self.follow(&modules, expression, &mut found, 0);
        }
        found
    }

    fn module(&self, modules: &[String]) -> Option<&'a Value> {
        let mut module = self.0?;
        for name in modules {
            module = module.get("module_calls")?.get(plain(name))?.get("module")?;
        }
        Some(module)
    }

    fn follow(&self, modules: &[String], expression: &Value, found: &mut BTreeSet<String>, depth: usize) {
        let references = expression.get("references").and_then(Value::as_array);
        if depth > DEEPEST {
            return;
        }
        let texts: Vec<&str> = references
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for text in &texts {
            // `a.b.c` stands beside `a.b`, which says no more
            let says_less = |other: &&str| {
                let rest = other.strip_prefix(text);
                rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
            };
            if !texts.iter().any(says_less) {
                self.reference(modules, text, found, depth);
            }
        }
    }

    fn reference(&self, modules: &[String], text: &str, found: &mut BTreeSet<String>, depth: usize) {
        let parts = parts(text);
        let part = |at: usize| parts.get(at).map(String::as_str);
        match (part(0), part(1), part(2)) {
            (Some("var"), Some(name), _) => {
                let Some((last, around)) = modules.split_last() else {
                    return;
                };
                let call = self
                    .module(around)
                    .and_then(|module| module.get("module_calls")?.get(plain(last)));
                let given = call.and_then(|call| call.get("expressions")?.get(plain(name)));
                if let Some(given) = given {
                    self.follow(around, given, found, depth + 1);
                }
            }
            (Some("module"), Some(name), Some(output)) => {
                let inner: Vec<String> = modules.iter().cloned().chain([name.to_owned()]).collect();
                let module = self.module(&inner);
                let output = module.and_then(|module| module.get("outputs")?.get(plain(output)));
                if let Some(expression) = output.and_then(|output| output.get("expression")) {
                    self.follow(&inner, expression, found, depth + 1);
                }
            }
            (Some("local" | "each" | "count" | "path" | "terraform" | "self"), ..) => {}
            (Some("data"), Some(kind), Some(name)) => {
                self.named(modules, &format!("data.{kind}.{name}"), found)
            }
            (Some(kind), Some(name), _) => self.named(modules, &format!("{kind}.{name}"), found),
            _ => {}
        }
    }

    fn named(&self, modules: &[String], own: &str, found: &mut BTreeSet<String>) {
        let resource = self
            .module(modules)
            .and_then(|module| resource(module, plain(own)));
        let is_several = |resource: &Value| {
            ["count_expression", "for_each_expression"]
                .iter()
                .any(|name| resource.get(*name).is_some())
        };
        if resource.is_some_and(|resource| !is_several(resource) || own.ends_with(']')) {
            let modules = modules.iter().map(|name| format!("module.{name}."));
            found.insert(modules.collect::<String>() + own);
        }
    }
}

fn resource<'a>(module: &'a Value, address: &str) -> Option<&'a Value> {
    let mut all = module.get("resources")?.as_array()?.iter();
    all.find(|resource| resource.get("address").and_then(Value::as_str) == Some(address))
}

/// An address without the index at its end.
fn plain(text: &str) -> &str {
    text.split_once('[').map_or(text, |(name, _)| name)
}

/// Parts of an address between dots, an index at the end of its part; dots inside an index count for nothing.
fn parts(address: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut is_index, mut is_text) = (false, false);
    for c in address.chars() {
        match c {
            '"' if is_index => is_text = !is_text,
            '[' if !is_text => is_index = true,
            ']' if !is_text => is_index = false,
            _ => {}
        }
        match (c, is_index) {
            ('.', false) => parts.push(String::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    parts
}

/// The modules that a resource stands in, with their indices, and its address there.
fn split(address: &str) -> (Vec<String>, String) {
    let parts = parts(address);
    let mut rest = parts.as_slice();
    let mut modules = Vec::new();
    while let [word, name, after @ ..] = rest
        && word == "module"
    {
        modules.push(name.clone());
        rest = after;
    }
    (modules, rest.join("."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed() {
        let references = |all: &[&str]| json!({"references": all});
        let resource = |address: &str, argument: &str, all: &[&str]| json!({"address": address, "expressions": {argument: references(all)}});
        let plan = json!({"configuration": {"root_module": {
            "resources": [
                resource("a.x", "pool", &["pool.ci.id", "pool.ci"]),
                resource("a.y", "pool", &["pool.many[0].id", "pool.many[0]", "pool.many"]),
                resource("a.z", "pool", &["pool.many", "each.key", "local.x"]),
                resource("a.out", "pool", &["module.m.made", "module.m"]),
                {"address": "pool.ci"}, {"address": "pool.many", "count_expression": {}}, {"address": "data.doc.d"},
                resource("a.data", "policy", &["data.doc.d.json", "data.doc.d"]),
            ],
            "module_calls": {"m": {
                "expressions": {"given": references(&["pool.ci.id", "pool.ci"])},
                "module": {
                    "resources": [resource("a.in", "pool", &["var.given"]), {"address": "pool.own"}, resource("a.own", "pool", &["pool.own.id", "pool.own"])],
                    "outputs": {"made": {"expression": references(&["pool.own.id", "pool.own"])}},
                }}},
        }}});
        let configuration = Configuration::of(plan.as_object().unwrap());
        for (address, argument, expected) in [
            ("a.x", "pool", &["pool.ci"][..]),
            ("a.x[\"k.l\"]", "pool", &["pool.ci"]),
            ("a.y", "pool", &["pool.many[0]"]),
            ("a.z", "pool", &[]),
            ("a.out", "pool", &["module.m.pool.own"]),
            ("module.m.a.in", "pool", &["pool.ci"]),
            (
                "module.m[\"x.y\"].a.own[0]",
                "pool",
                &["module.m[\"x.y\"].pool.own"],
            ),
            ("a.data", "policy", &["data.doc.d"]),
            ("a.x", "other", &[]),
            ("nothing", "pool", &[]),
        ] {
            let found = configuration.mentioned(address, argument);
            assert_eq!(
                found.iter().map(String::as_str).collect::<Vec<_>>(),
                expected,
                "{address}"
            );
        }
    }
}
