//! Which tools a test needs, and what is said when one is missing.
//!
//! A missing tool fails the test with what to install. Only `OIDCFED_TESTS_WITHOUT=terraform,python,moto` leaves tests out, and says
//! so on standard error, past the capture of the test runner.

use std::io::Write;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Terraform,
    Python,
    Moto,
}

impl Need {
    fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Python => "python",
            Self::Moto => "moto",
        }
    }
}

/// Whether a test may go on; false, visibly, when the caller of the tests asked to do without one of its tools.
pub fn available(needs: &[Need]) -> bool {
    let without = std::env::var("OIDCFED_TESTS_WITHOUT").unwrap_or_default();
    let excluded = |need: &&Need| without.split(',').any(|word| word.trim() == need.word());
    match needs.iter().find(excluded) {
        Some(need) => {
            left_out(&format!("without {}", need.word()));
            false
        }
        None => true,
    }
}

/// Says that (a part of) the running test was left out, and why.
pub fn left_out(why: &str) {
    let thread = std::thread::current();
    let line = format!("left out: {}: {why}\n", thread.name().unwrap_or("a test"));
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error takes a line");
}
