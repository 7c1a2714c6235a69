//! Which of our own modules the code of a file names: `crate::…`, `super::…`, `self::…`, and children by their name.

use crate::tokens::{Kind, Token, balanced};
use crate::tree::Source;

/// A path into the house.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub line: usize,
    /// From the root of the crate.
    pub to: Vec<String>,
}

/// Every path into the house that a file names, resolved from where the file stands.
pub fn references(file: &Source) -> Vec<Reference> {
    let children = children(file);
    let mut found = Vec::new();
    for (at, place) in inline_places(file) {
        let first = &file.tokens[at];
        let goes_on = file.tokens.get(at + 1).is_some_and(|next| next.is("::"));
        let begins = at == 0 || !file.tokens[at - 1].is("::") && !file.tokens[at - 1].is(".");
        let ours = ["crate", "super", "self", "oidcfed"]
            .iter()
            .any(|word| first.is(word));
        let child = children.contains(&first.text) && place == file.place();
        if first.kind == Kind::Word && goes_on && begins && (ours || child) {
            walk(&file.tokens[at..], &place, &mut found);
        }
    }
    found
}

/// Every path that begins with `root`, for example `std`, groups taken apart.
pub fn beginning_with(root: &str, file: &Source) -> Vec<Reference> {
    let mut found = Vec::new();
    for (at, first) in file.tokens.iter().enumerate() {
        if first.is(root) && file.tokens.get(at + 1).is_some_and(|next| next.is("::")) {
            tree(
                &file.tokens[at + 1..],
                &mut vec![root.to_owned()],
                first.line,
                &mut found,
            );
        }
    }
    found
}

/// Modules declared in the file, which can be named without any prefix.
fn children(file: &Source) -> Vec<String> {
    let words = file.tokens.windows(3);
    words
        .filter(|w| w[0].is("mod") && w[2].is(";"))
        .map(|w| w[1].text.clone())
        .collect()
}

/// Every token with the module it stands in: `mod x { … }` inside a file counts.
fn inline_places(file: &Source) -> Vec<(usize, Vec<String>)> {
    let (mut place, mut ends, mut all) = (file.place(), Vec::new(), Vec::new());
    for at in 0..file.tokens.len() {
        while ends.last() == Some(&at) {
            ends.pop();
            place.pop();
        }
        let here = &file.tokens[at..];
        if here[0].is("mod") && here.get(2).is_some_and(|token| token.is("{")) {
            ends.push(at + 2 + balanced(&here[2..]));
            place.push(here[1].text.clone());
        }
        all.push((at, place.clone()));
    }
    all
}

/// Follows a path and the groups in it.
fn walk(tokens: &[Token], place: &[String], found: &mut Vec<Reference>) {
    let mut to: Vec<String> = match tokens[0].text.as_str() {
        "crate" | "oidcfed" => Vec::new(),
        "super" => place[..place.len().saturating_sub(1)].to_vec(),
        "self" => place.to_vec(),
        child => [place, &[child.to_owned()]].concat(),
    };
    tree(&tokens[1..], &mut to, tokens[0].line, found);
}

/// What follows a module: `::name…`, `::{a, b::c}`, `::*`, or nothing.
fn tree(tokens: &[Token], to: &mut Vec<String>, line: usize, found: &mut Vec<Reference>) {
    let mut at = 0;
    while tokens.get(at).is_some_and(|token| token.is("::")) {
        let Some(next) = tokens.get(at + 1) else { break };
        if next.is("{") {
            return group(&tokens[at + 1..], to, found);
        }
        match next.text.as_str() {
            "super" => _ = to.pop(),
            "self" => {}
            _ if next.kind == Kind::Word => to.push(next.text.clone()),
            _ => break,
        }
        at += 2;
    }
    found.push(Reference { line, to: to.clone() });
}

fn group(tokens: &[Token], to: &[String], found: &mut Vec<Reference>) {
    let inner = &tokens[1..balanced(tokens) - 1];
    let mut start = 0;
    for at in 0..=inner.len() {
        let depth = inner[..at].iter().fold(0i32, |depth, token| {
            depth + i32::from(token.is("{")) - i32::from(token.is("}"))
        });
        let ends = at == inner.len() || depth == 0 && inner[at].is(",");
        if !ends {
            continue;
        }
        if let Some(first) = inner[start..at].first() {
            let mut entry = to.to_vec();
            match first.text.as_str() {
                "super" => _ = entry.pop(),
                "self" => {}
                _ if first.kind == Kind::Word => entry.push(first.text.clone()),
                _ => {}
            }
            tree(&inner[start + 1..at], &mut entry, first.line, found);
        }
        start = at + 1;
    }
}

#[test]
fn paths_are_resolved() {
    let text = "mod client;\nuse crate::{trust::{self, Audience}, oidc as o};\nuse super::gcp::X;\nfn f() { client::go(); $crate::cli::run(); }\n\
                mod inner {\n use super::super::Y;\n fn g() { super::dialect::z() }\n}\nuse std::fs;\nuse self::emulator::E;";
    let file = Source::parse("src/clouds/aws/mod.rs".to_owned(), text.to_owned());
    let found: Vec<_> = references(&file)
        .into_iter()
        .map(|r| format!("{} {}", r.line, r.to.join("::")))
        .collect();
    let expected = [
        "2 trust",
        "2 trust::Audience",
        "2 oidc",
        "3 clouds::gcp::X",
        "4 clouds::aws::client::go",
        "4 cli::run",
        "6 clouds::Y",
        "7 clouds::aws::dialect::z",
        "10 clouds::aws::emulator::E",
    ];
    assert_eq!(found, expected);
}
