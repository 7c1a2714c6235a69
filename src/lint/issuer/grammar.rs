//! The subjects of an issuer, made into automata once for each set of platforms of the catalogue.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Form, Free, IssuerFacts};
use crate::platforms::{Platform, Tenancy};

/// What subjects an issuer's tokens can have.
#[derive(Debug)]
pub(crate) struct Grammar {
    pub forms: Vec<Form>,
    pub free: Free,
}

/// What was made already. There are no more of them than sets of platforms in the catalogue that sign with one issuer.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

struct Made {
    tenancy: Tenancy,
    platforms: Vec<&'static Platform>,
    grammar: Arc<Grammar>,
}

impl Grammar {
    pub(crate) fn of(facts: &IssuerFacts) -> Arc<Self> {
        let made = || {
            Arc::new(Self {
                forms: Form::all(facts),
                free: Free::of(facts),
            })
        };
        // One that a configuration declared is gone with the configuration.
        let of_catalogue = facts.platforms.iter().map(|platform| match platform {
            Cow::Borrowed(platform) => Some(*platform),
            Cow::Owned(_) => None,
        });
        let Some(platforms) = of_catalogue.collect::<Option<Vec<&'static Platform>>>() else {
            return made();
        };
        let is_same = |known: &Made| {
            let mut pairs = known.platforms.iter().zip(&platforms);
            known.tenancy == facts.tenancy
                && known.platforms.len() == platforms.len()
                && pairs.all(|(a, b)| std::ptr::eq(*a, *b))
        };
        let mut all = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|known| is_same(known)) {
            return Arc::clone(&known.grammar);
        }
        let grammar = made();
        all.push(Made {
            tenancy: facts.tenancy,
            platforms,
            grammar: Arc::clone(&grammar),
        });
        grammar
    }
}
