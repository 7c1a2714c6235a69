//! One value of the test of the subject, or none: whose tokens it lets in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::opening::{Example, Kind, Opening};
use super::{Analysis, Around};
use crate::lint::branch::Test;
use crate::lint::issuer::{Form, Free, Part};
use crate::lint::language::{Automaton, Found, Letter, Tracks, search};
use crate::platforms::{Chooser, TemplatePart};
use crate::trust::{Glob, Piece, Severity};

/// A value laid over one form.
pub(super) struct Laid<'x> {
    pub number: usize,
    pub form: &'x Form,
    pub tracks: Tracks<'x>,
}

impl Laid<'_> {
    pub(super) fn find(
        &self,
        judge: &dyn Fn(Letter, u32) -> Option<u32>,
        enough: &dyn Fn(u32) -> bool,
    ) -> Option<Example> {
        match search(&self.tracks, judge, enough) {
            Found::Text(letters) => Some(Example::Found {
                form: self.number,
                letters,
            }),
            Found::Nothing => None,
            // Cannot tell: something is there, and nothing shows it.
            Found::GaveUp => Some(Example::Text(String::new())),
        }
    }

    /// A subject in which each of these marks has a character that nobody wrote down.
    pub(super) fn open_marks(&self, marks: &[u16]) -> Option<Example> {
        let bit = |mark: u16| {
            marks
                .iter()
                .zip(0_u32..)
                .find(|(m, _)| **m == mark)
                .map_or(0, |(_, n)| 1 << n)
        };
        let all = marks.iter().fold(0, |bits, mark| bits | bit(*mark));
        let judge = |letter: Letter, flags: u32| {
            let open = if letter.wild { bit(letter.mark) } else { 0 };
            Some(flags | open)
        };
        self.find(&judge, &|flags| flags & all == all)
    }
}

impl Analysis<'_> {
    /// A written value.
    pub(super) fn value(&mut self, written: &str, glob: &Glob, ignores_case: bool, around: &Around) {
        let own = Automaton::of_globs(std::slice::from_ref(glob), ignores_case);
        let mut found = Vec::new();
        let mut fits_a_form = false;
        let grammar = Arc::clone(&self.grammar);
        for (number, form) in grammar.forms.iter().enumerate() {
            let alone = Tracks {
                form: Some(&form.automaton),
                tests: vec![&own],
                ..Tracks::default()
            };
            if !search(&alone, &|_, f| Some(f), &|_| true).may_be() {
                continue;
            }
            fits_a_form = true;
            let laid = laid(number, form, Some(&own), around);
            if let Some(plain) = laid.find(&|_, f| Some(f), &|_| true) {
                self.own.push(plain.clone());
                self.laid(&laid, written, glob, plain, around, &mut found);
            }
        }
        self.own.push(Example::Text(glob.example("x")));
        let is_open = found
            .iter()
            .any(|opening: &Opening| opening.kind <= Kind::TenantPrefix);
        if !is_open {
            self.beyond_forms(written, glob, fits_a_form, &own, around, &mut found);
        }
        self.openings.append(&mut found);
    }

    /// No value at all.
    pub(super) fn without_subject(&mut self, around: &Around) {
        let mut found = Vec::new();
        let grammar = Arc::clone(&self.grammar);
        let issuer = self.branch.issuer.clone();
        let everything = Glob::new(vec![Piece::Any]);
        for (number, form) in grammar.forms.iter().enumerate() {
            let laid = laid(number, form, None, around);
            if let Some(plain) = laid.find(&|_, f| Some(f), &|_| true) {
                self.own.push(plain.clone());
                self.laid(&laid, &issuer, &everything, plain, around, &mut found);
            }
        }
        if grammar.forms.is_empty() && self.is_tenant_open() {
            let guesses = ["evil", "evil/x", "tenant:evil:project:x"].map(|t| Example::Text(t.to_owned()));
            found.push(Opening::new(
                Kind::Untested,
                issuer,
                self.branch.facts.severity_of_nothing(),
                guesses.to_vec(),
            ));
        }
        if grammar.forms.is_empty() {
            self.own.push(Example::Text("x".to_owned()));
        }
        self.openings.append(&mut found);
    }

    /// Whether nothing but the subject could say whose token it is.
    pub(super) fn is_tenant_open(&self) -> bool {
        let facts = &self.branch.facts;
        if self.is_pinned_by_id {
            return false;
        }
        // Where the issuer serves one tenant only, any claim that narrows its workloads is a test.
        let narrows = self
            .branch
            .tests
            .iter()
            .filter(|t| t.restricts() && t.claim != "sub" && !self.branch.is_audience(&t.claim))
            .any(Test::says_something);
        let is_named = self.branch.restricting("sub").any(Test::says_something);
        facts.is_shared() || is_named || !narrows
    }

    fn laid(
        &self,
        laid: &Laid<'_>,
        written: &str,
        glob: &Glob,
        plain: Example,
        around: &Around,
        found: &mut Vec<Opening>,
    ) {
        let facts = &self.branch.facts;
        let mut add = |kind, severity, example| {
            found.push(Opening::new(kind, written.to_owned(), severity, vec![example]));
        };
        if facts.is_shared() && !self.is_pinned_by_id {
            let form = laid.form;
            let is_named = self.is_named_elsewhere(form, Part::Tenant);
            if let Some(example) = self.open_tenant(laid, around).filter(|_| !is_named) {
                let is_tenant = |mark: u16| form.tenant.contains(&mark);
                let free = |letter: Letter, flags: u32| {
                    (letter.wild || !is_tenant(letter.mark))
                        .then_some(flags | u32::from(is_tenant(letter.mark)))
                };
                let anybody = laid.find(&free, &|flags| flags != 0);
                let (kind, example) = match anybody {
                    Some(example) if !self.is_subject_tested => (Kind::Untested, example),
                    Some(example) if text_behind(glob) => (Kind::AnyTenant, example),
                    Some(example) => (Kind::Anybody, example),
                    None => (Kind::TenantPrefix, example),
                };
                add(kind, facts.severity_of_nothing(), example);
                if kind != Kind::TenantPrefix {
                    return;
                }
                self.inside(laid, written, glob, plain, found);
                return;
            }
            if form.by_name || is_named {
                add(Kind::MutableName, self.severity_of_names(), plain.clone());
            }
        } else if !facts.is_shared() && !self.is_subject_tested {
            if self.is_tenant_open() {
                add(Kind::Untested, facts.severity_of_nothing(), plain);
                return;
            }
        } else if !facts.is_shared() && is_bare(glob) && self.is_tenant_open() {
            add(Kind::Anybody, facts.severity_of_nothing(), plain);
            return;
        }
        self.inside(laid, written, glob, plain, found);
    }

    /// A subject of a tenant that nobody wrote down. Ids decide where the subject's own tests name the tenant; a name that
    /// another claim tests is as good as one in a subject without ids.
    fn open_tenant(&self, laid: &Laid<'_>, around: &Around) -> Option<Example> {
        let form = laid.form;
        if let Some(example) = laid.open_marks(&form.tenant) {
            return Some(example);
        }
        if form.by_name {
            return None;
        }
        let made = around.made.get(laid.number).map_or(0, Vec::len);
        let mut tracks = laid.tracks.clone();
        tracks.tests.truncate(tracks.tests.len().saturating_sub(made));
        let of_subject = Laid {
            number: laid.number,
            form,
            tracks,
        };
        let is_named_beside = made > 0 && of_subject.open_marks(&form.tenant).is_some();
        laid.open_marks(&form.deciding).filter(|_| !is_named_beside)
    }

    /// Low where the cloud could test something that no later holder of the name has.
    fn severity_of_names(&self) -> Severity {
        let facts = &self.branch.facts;
        let by_claim = facts.id_claims().iter().any(|claim| self.branch.can_test(claim));
        if by_claim || self.forms_by_id() {
            Severity::Low
        } else {
            Severity::Info
        }
    }

    fn forms_by_id(&self) -> bool {
        self.branch.facts.platforms.iter().any(|platform| {
            platform.tenant_sub_prefixes.iter().any(|prefix| {
                platform.variables.iter().any(|(name, variable)| {
                    variable.chosen_by == Chooser::Platform
                        && !variable.mutable
                        && prefix.contains(&format!("{{{name}}}"))
                })
            })
        })
    }

    /// Subjects that no form of the catalogue has.
    fn beyond_forms(
        &mut self,
        written: &str,
        glob: &Glob,
        fits_a_form: bool,
        own: &Automaton,
        around: &Around,
        found: &mut Vec<Opening>,
    ) {
        let facts = &self.branch.facts;
        if facts.platforms.iter().all(|p| p.subjects.is_empty()) {
            self.by_delimiters(written, glob, found);
            return;
        }
        let head_is_tenants = {
            let heads = self.branch.facts.platforms.iter().flat_map(|p| p.subjects.iter());
            let head = literal_head(glob);
            let mut heads = heads.map(|form| form.template.head());
            heads.any(|own| !own.is_empty() && head.starts_with(own))
        };
        match &self.grammar.free {
            _ if fits_a_form && head_is_tenants => {}
            Free::No if !fits_a_form => self.impossible.push(written.to_owned()),
            Free::Anything if !fits_a_form => self.by_delimiters(written, glob, found),
            Free::No | Free::Anything => {}
            Free::Pairs(pairs) => {
                let read = glob.as_literal().map(|text| pairs.read(&text));
                let nameless = match read {
                    Some(Some(is_named)) => (!is_named).then(|| Example::Text(written.to_owned())),
                    Some(None) => None,
                    None => nameless(&pairs.automaton(true), own, around),
                };
                let can_be = match read {
                    Some(read) => read.is_some(),
                    None => {
                        let all = pairs.automaton(false);
                        let tracks = Tracks {
                            form: Some(&all),
                            tests: vec![own],
                            ..Tracks::default()
                        };
                        search(&tracks, &|_, f| Some(f), &|_| true).may_be()
                    }
                };
                if !fits_a_form && !can_be {
                    self.impossible.push(written.to_owned());
                }
                if let Some(example) = nameless.filter(|_| facts.is_shared() && !self.is_pinned_by_id) {
                    found.push(Opening::new(
                        Kind::NamelessSubject,
                        written.to_owned(),
                        facts.severity_of_nothing(),
                        vec![example],
                    ));
                }
            }
        }
    }

    /// What a value of a claim says about the variables that claim is made of.
    pub(super) fn bindings(&self, form: &Form, claim: &str, value: &Glob) -> Option<BTreeMap<String, Glob>> {
        let platform = self.branch.facts.platforms.get(form.platform)?;
        let template = platform.claim_template(claim)?;
        if !template.variables().all(|name| form.has_variable(name)) {
            return None;
        }
        let mut rest = value.pieces();
        let mut bindings = BTreeMap::new();
        let mut parts = template.parts().iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                TemplatePart::Literal(text) => {
                    let (start, after) = rest.split_at_checked(text.chars().count())?;
                    if start.iter().copied().ne(text.chars().map(Piece::Literal)) {
                        return None;
                    }
                    rest = after;
                }
                TemplatePart::Variable(name) => {
                    let end = match parts.peek() {
                        Some(TemplatePart::Literal(text)) => {
                            let first = Piece::Literal(text.chars().next()?);
                            rest.iter().position(|piece| *piece == first)?
                        }
                        _ => rest.len(),
                    };
                    let (own, after) = rest.split_at_checked(end)?;
                    bindings.insert(name.clone(), Glob::new(own.to_vec()));
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(bindings)
    }
}

fn laid<'x>(number: usize, form: &'x Form, own: Option<&'x Automaton>, around: &'x Around) -> Laid<'x> {
    let made = around.made.get(number).map_or(&[][..], Vec::as_slice);
    let made_not = around.made_not.get(number).map_or(&[][..], Vec::as_slice);
    Laid {
        number,
        form,
        tracks: Tracks {
            form: Some(&form.automaton),
            marks: form.marks.as_ref(),
            tests: own.into_iter().chain(&around.tests).chain(made).collect(),
            not: around.not.iter().chain(made_not).collect(),
        },
    }
}

fn nameless(pairs: &Automaton, own: &Automaton, around: &Around) -> Option<Example> {
    let tracks = Tracks {
        form: Some(pairs),
        marks: None,
        tests: std::iter::once(own).chain(&around.tests).collect(),
        not: around.not.iter().collect(),
    };
    match search(&tracks, &|_, f| Some(f), &|_| true) {
        Found::Text(letters) => Some(Example::Text(crate::lint::language::text(&letters))),
        _ => None,
    }
}

/// The literal text before the first wildcard.
pub(super) fn literal_head(glob: &Glob) -> String {
    let literals = glob.pieces().iter().map_while(|piece| match piece {
        Piece::Literal(c) => Some(*c),
        _ => None,
    });
    literals.collect()
}

/// Whether a letter or digit is written behind the first wildcard.
pub(super) fn text_behind(glob: &Glob) -> bool {
    let behind = glob
        .pieces()
        .iter()
        .skip_while(|piece| matches!(piece, Piece::Literal(_)));
    behind
        .into_iter()
        .any(|piece| matches!(piece, Piece::Literal(c) if c.is_alphanumeric()))
}

/// Whether nothing is written but wildcards.
pub(super) fn is_bare(glob: &Glob) -> bool {
    !glob
        .pieces()
        .iter()
        .any(|piece| matches!(piece, Piece::Literal(_)))
}
