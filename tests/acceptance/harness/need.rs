//! Which tools a test needs, and what is said when one is missing.
//!
//! A missing tool fails the test with what to install. Only `OIDCFED_TESTS_WITHOUT=terraform,python,moto,gcloud` leaves tests out,
//! and says so on standard error, past the capture of the test runner.

pub use crate::left_out::left_out;
use crate::left_out::without;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Terraform,
    Python,
    Moto,
    Gcloud,
}

impl Need {
    fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Python => "python",
            Self::Moto => "moto",
            Self::Gcloud => "gcloud",
        }
    }
}

/// Whether a test may go on; false, visibly, when the caller of the tests asked to do without one of its tools.
pub fn available(needs: &[Need]) -> bool {
    let words: Vec<_> = needs.iter().map(|need| need.word()).collect();
    !without(&words, "")
}
