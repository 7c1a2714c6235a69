//! Which tests are left out on purpose, said where it is seen: the same words for all tests, those below `src/` included.
//!
//! A test that lacks something fails. Only `OIDCFED_TESTS_WITHOUT`, words with commas between them (`terraform`, `python`,
//! `moto`, `gcloud`, `shared`), leaves out what needs one of them.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Mutex;

/// Whether the caller of the tests does without one of these; then it is said, with what is missed.
pub fn without(words: &[&str], missed: &str) -> bool {
    let list = std::env::var("OIDCFED_TESTS_WITHOUT").unwrap_or_default();
    let Some(word) = words.iter().find(|word| names(&list, word)) else {
        return false;
    };
    left_out(format!("without {word}: {missed}").trim_end_matches(": "));
    true
}

/// Whether a word is one of a list with commas: a part of a word is not.
fn names(list: &str, word: &str) -> bool {
    list.split(',').any(|one| one.trim() == word)
}

/// Says that (a part of) the running test was left out, and why. Past the capture of the test runner, which swallows what
/// is printed by a test that passes. Once, however often a test comes by.
pub fn left_out(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let thread = std::thread::current();
    let line = format!("left out: {}: {why}\n", thread.name().unwrap_or("a test"));
    let first = SAID.lock().is_ok_and(|mut said| said.insert(line.clone()));
    if !first {
        return;
    }
    let said = std::io::stderr().write_all(line.as_bytes());
    assert!(said.is_ok(), "standard error takes a line: {line}");
}

#[test]
fn a_part_of_a_word_leaves_nothing_out() {
    assert!(names("moto, shared", "shared") && names("shared", "shared"));
    assert!(!names("sharedx,unshared", "shared") && !names("", "shared"));
}
