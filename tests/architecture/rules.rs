//! The rules themselves: each takes a file and gives the breaches in it, one line of text each.

use crate::page::{Page, Word};
use crate::paths::{self, Reference};
use crate::tokens::{Kind, Token};
use crate::tree::Source;

const LINES: usize = 400;
const CLOUDS: [&str; 6] = ["aws", "gcp", "azure", "amazon", "google", "microsoft"];

pub fn lies_in_a_room(file: &Source, page: &Page) -> Option<String> {
    let place = file.place();
    (!place.is_empty() && page.room_of(&place).is_none())
        .then(|| format!("{}:1: this file lies in no room of ARCHITECTURE.md", file.name))
}

pub fn imports(file: &Source, page: &Page, macros: &[(String, Vec<String>)]) -> Vec<String> {
    let from = file.place();
    if from.is_empty() {
        return Vec::new();
    }
    let home = |to: &[String]| {
        macros
            .iter()
            .find(|(name, _)| to == [name.clone()])
            .map(|(_, place)| place.clone())
    };
    let leads = |reference: &Reference| home(&reference.to).unwrap_or_else(|| reference.to.clone());
    let breaches = paths::references(file)
        .into_iter()
        .filter(|reference| !page.allows(&from, &leads(reference)));
    breaches
        .map(|reference| {
            let room = page.room_of(&from).map(|room| room.text()).unwrap_or_default();
            format!(
                "{}:{}: `{room}` must not import `{}`",
                file.name,
                reference.line,
                reference.to.join("::")
            )
        })
        .collect()
}

pub fn words(file: &Source, page: &Page) -> Vec<String> {
    let forbidden = page.forbidden(&file.place());
    let lines = forbidden
        .iter()
        .flat_map(|word| occurrences(word, file).into_iter().map(move |line| (line, word)));
    lines
        .map(|(line, word)| format!("{}:{line}: this room never contains {word}", file.name))
        .collect()
}

/// The lines on which a word stands.
fn occurrences(word: &Word, file: &Source) -> Vec<usize> {
    if let Word::Path(names) = word
        && names.len() > 1
    {
        let paths = paths::beginning_with(&names[0], file).into_iter();
        return paths
            .filter(|path| path.to.starts_with(names))
            .map(|path| path.line)
            .collect();
    }
    let pairs = file
        .tokens
        .iter()
        .zip(file.tokens.iter().skip(1).map(Some).chain([None]));
    pairs
        .filter(|(token, next)| stands(word, token, *next))
        .map(|(token, _)| token.line)
        .collect()
}

fn stands(word: &Word, token: &Token, next: Option<&Token>) -> bool {
    match word {
        Word::Quoted(text) => token.kind == Kind::Text && token.text.to_lowercase().contains(text),
        Word::Prefix(prefix) => token.kind == Kind::Word && token.text.starts_with(prefix),
        Word::Macro(name) => token.is(name) && next.is_some_and(|mark| mark.is("!")),
        Word::Path(names) => names.iter().all(|name| token.is(name)),
    }
}

pub fn measures(file: &Source) -> Vec<String> {
    let lines = file.text.lines().count();
    let long = (lines > LINES).then(|| format!("{}:{LINES}: {lines} lines, at most {LINES}", file.name));
    let bare = (!file.text.starts_with("//!")).then(|| {
        format!(
            "{}:1: expected a `//!` header that says what this file owns",
            file.name
        )
    });
    long.into_iter().chain(bare).collect()
}

/// Arms of a `match`, or comparisons, on a cloud's name.
pub fn arms_on_clouds(file: &Source) -> Vec<String> {
    let outside = ["provider", "sandbox", "cli"]
        .iter()
        .any(|room| file.place().first().is_some_and(|own| own == room));
    let named = |token: &Token| token.kind == Kind::Text && CLOUDS.contains(&token.text.as_str());
    let told_apart = |w: &[Token]| {
        named(&w[0]) && (w[1].is("=") && w[2].is(">") || w[1].is("|"))
            || named(&w[2]) && w[0].is("=") && w[1].is("=")
    };
    let breaches = file.tokens.windows(3).filter(|w| outside && told_apart(w));
    breaches
        .map(|w| format!("{}:{}: a cloud is told apart by its name", file.name, w[0].line))
        .collect()
}

#[test]
fn breaches_are_found() {
    let page = Page::read();
    let file = |name: &str, text: &str| Source::parse(name.to_owned(), text.to_owned());
    let trust = file(
        "src/trust/x.rs",
        "use crate::oidc::Y;\nuse std::{env};\nfn f() { std::env::var(\"On GitHub\").unwrap() }",
    );
    assert_eq!(
        imports(&trust, &page, &[]),
        ["src/trust/x.rs:1: `trust` must not import `oidc::Y`"]
    );
    let lines: Vec<_> = words(&trust, &page)
        .iter()
        .map(|w| w.split(':').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(lines, ["2", "3", "3", "3"], "{:?}", words(&trust, &page));
    assert_eq!(measures(&trust).len(), 1);
    let cli = file(
        "src/cli/x.rs",
        "fn f() { println!(); match c { \"aws\" => 1, _ => 2 }; if c == \"gcp\" {} }",
    );
    assert_eq!(arms_on_clouds(&cli).len(), 2);
    assert!(words(&cli, &page).is_empty(), "the command line prints");
    assert_eq!(
        words(&file("src/oidc/x.rs", "fn f() { println!() }"), &page).len(),
        1
    );
    assert_eq!(measures(&file("src/a.rs", &"//!\n".repeat(401))).len(), 1);
    assert!(lies_in_a_room(&file("src/utils.rs", ""), &page).is_some());
}
