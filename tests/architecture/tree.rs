//! The source files of the house, each with its place in it.

use crate::tokens::{self, Token};
use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    /// Path from the top of the project, with `/`.
    pub name: String,
    pub text: String,
    /// Code only: without comments and tests.
    pub tokens: Vec<Token>,
    test_modules: Vec<String>,
}

impl Source {
    /// Every file under `src/`, but for test modules that have files of their own.
    pub fn all() -> Vec<Self> {
        let sources = Self::under("src");
        let tests: Vec<Vec<String>> = sources
            .iter()
            .flat_map(|file| {
                file.test_modules
                    .iter()
                    .map(|name| [file.place(), vec![name.clone()]].concat())
            })
            .collect();
        sources
            .into_iter()
            .filter(|file| !tests.iter().any(|test| file.place().starts_with(test)))
            .collect()
    }

    pub fn tests() -> Vec<Self> {
        Self::under("tests")
    }

    fn under(folder: &str) -> Vec<Self> {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        collect(&top.join(folder), &mut files);
        files.sort();
        assert!(!files.is_empty(), "no Rust files under {folder}/");
        files.iter().map(|path| Self::read(top, path)).collect()
    }

    fn read(top: &Path, path: &Path) -> Self {
        let name = path
            .strip_prefix(top)
            .expect("below the top")
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(path).expect("a readable source file");
        Self::parse(name, text)
    }

    pub fn parse(name: String, text: String) -> Self {
        let (tokens, test_modules) = tokens::without_tests(tokens::read(&text));
        Self {
            name,
            text,
            tokens,
            test_modules,
        }
    }

    /// The module path: `src/clouds/aws/mod.rs` is `clouds::aws`, `src/lib.rs` is the root.
    pub fn place(&self) -> Vec<String> {
        let inner = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let parts = inner
            .strip_suffix(".rs")
            .unwrap_or(inner)
            .split('/')
            .map(str::to_owned);
        parts.filter(|part| part != "mod" && part != "lib").collect()
    }
}

/// The macros of the house with the places that define them: their names stand at the root, they belong to a room.
pub fn macros(sources: &[Source]) -> Vec<(String, Vec<String>)> {
    let defined = |file: &Source| {
        let starts = file
            .tokens
            .windows(3)
            .filter(|w| w[0].is("macro_rules") && w[1].is("!"));
        starts
            .map(|w| (w[2].text.clone(), file.place()))
            .collect::<Vec<_>>()
    };
    sources.iter().flat_map(defined).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
