//! Holds `ARCHITECTURE.md`: reads its tables, and fails with file and line where `src/` does otherwise.
//!
//! The page is the definition, there is no second list here. What this program adds is reading Rust well enough:
//! comments, strings and test code are told apart from code, and paths are resolved to the rooms they lead to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "architecture/page.rs"]
mod page;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/tokens.rs"]
mod tokens;
#[path = "architecture/tree.rs"]
mod tree;

use page::Page;
use tree::Source;

#[test]
fn every_file_lies_in_a_room() {
    report(
        Source::all()
            .iter()
            .flat_map(|file| rules::lies_in_a_room(file, &Page::read())),
    );
}

#[test]
fn rooms_import_only_what_the_page_allows() {
    let (page, sources) = (Page::read(), Source::all());
    let macros = tree::macros(&sources);
    report(
        sources
            .iter()
            .flat_map(|file| rules::imports(file, &page, &macros)),
    );
}

#[test]
fn rooms_contain_no_forbidden_word() {
    let page = Page::read();
    report(Source::all().iter().flat_map(|file| rules::words(file, &page)));
}

#[test]
fn files_are_short_and_say_what_they_own() {
    report(
        Source::all()
            .iter()
            .chain(&Source::tests())
            .flat_map(rules::measures),
    );
}

#[test]
fn no_cloud_is_told_apart_by_name_outside_its_folder() {
    report(Source::all().iter().flat_map(rules::arms_on_clouds));
}

#[test]
fn every_room_of_the_page_exists() {
    let sources = Source::all();
    let page = Page::read();
    report(page.rooms().iter().filter_map(|room| {
        let furnished = sources.iter().any(|file| page.is_in(room, &file.place()));
        (!furnished).then(|| format!("ARCHITECTURE.md: the room `{}` is not in src/", room.text()))
    }));
}

fn report(breaches: impl Iterator<Item = String>) {
    let breaches: Vec<_> = breaches.collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}
