//! What an evaluation may cost.

use std::cell::Cell;

use super::stop::{Answer, Stop};

/// Steps and bytes that an evaluation may still use. CEL has no loops without end, but `all` in `all` in `all` over long lists
/// takes years, and texts can be doubled a hundred times.
pub(super) struct Budget {
    steps: Cell<usize>,
}

/// A part evaluated, or 16 bytes of text looked at, is a step. Some hundredths of a second.
const STEPS: usize = 500_000;
const BYTES_A_STEP: usize = 16;
/// Longer texts are not made; Google's own results may have 8 KB together.
const LONGEST: usize = 1 << 18;

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: Cell::new(STEPS),
        }
    }
}

impl Budget {
    pub fn spend(&self, at: usize, steps: usize) -> Answer<()> {
        match self.steps.get().checked_sub(steps) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => {
                // What comes after would be as wrong as what came before.
                self.steps.set(0);
                Err(Stop::unknown(
                    at,
                    "the evaluation takes too many steps, and is not finished",
                ))
            }
        }
    }

    /// For a text of this many bytes that is looked at or made.
    pub fn spend_text(&self, at: usize, bytes: usize) -> Answer<()> {
        if bytes > LONGEST {
            return Err(Stop::unknown(
                at,
                "the evaluation makes a text of more than 256 KiB, and is not finished",
            ));
        }
        self.spend(at, 1 + bytes / BYTES_A_STEP)
    }
}
