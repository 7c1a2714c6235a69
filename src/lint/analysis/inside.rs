//! What is open within a tenant.

use super::Analysis;
use super::opening::{Example, Kind, Opening};
use super::subject::Laid;
use crate::lint::issuer::Part;
use crate::lint::language::{Automaton, Letter, Tracks};
use crate::trust::{Glob, Severity};

impl Laid<'_> {
    /// A subject with a character of one of these tags that nobody wrote down; what names the tenant aside.
    fn open(&self, tags: &[u16]) -> Option<Example> {
        let judge = |letter: Letter, flags: u32| {
            let hit = letter.wild && letter.mark == 0 && tags.contains(&letter.form);
            Some(flags | u32::from(hit))
        };
        self.find(&judge, &|flags| flags != 0)
    }

    /// The same with no character of theirs written down.
    fn free(&self, tags: &[u16]) -> Option<Example> {
        let judge = |letter: Letter, flags: u32| {
            let is_own = letter.mark == 0 && tags.contains(&letter.form);
            (letter.wild || !is_own).then_some(flags | u32::from(is_own))
        };
        self.find(&judge, &|flags| flags != 0)
    }

    /// A subject in which a text of the form is left to a wildcard.
    fn open_text(&self, tags: &[u16]) -> Option<Example> {
        let judge = |letter: Letter, flags: u32| {
            let hit = letter.wild && letter.mark == 0 && letter.c.is_alphanumeric();
            Some(flags | u32::from(hit && tags.contains(&letter.form)))
        };
        self.find(&judge, &|flags| flags != 0)
    }

    /// A subject in which a variable has this very text.
    fn having(&self, variable: &str, text: &str) -> Option<Example> {
        let automaton: Automaton = self
            .form
            .with(&[(variable.to_owned(), Glob::literal(text))].into())?;
        let mut tracks: Tracks<'_> = self.tracks.clone();
        tracks.tests.push(&automaton);
        let laid = Laid {
            number: self.number,
            form: self.form,
            tracks,
        };
        laid.find(&|_, f| Some(f), &|_| true)
    }
}

impl Analysis<'_> {
    pub(super) fn inside(
        &self,
        laid: &Laid<'_>,
        written: &str,
        glob: &Glob,
        plain: Example,
        found: &mut Vec<Opening>,
    ) {
        let form = laid.form;
        let mut add = |kind, severity, example| {
            found.push(Opening::new(kind, written.to_owned(), severity, vec![example]));
        };
        if form.is_pull_request && self.is_subject_tested {
            let severity = if form.stable {
                Severity::Medium
            } else {
                Severity::Info
            };
            add(Kind::PullRequest, severity, plain);
        }
        if glob.as_literal().is_some() {
            return;
        }
        if let Some(example) = laid.open(&form.tags_of(Part::Compartment)) {
            add(Kind::Compartment, Severity::High, example);
        }
        self.crossing(laid, written, glob, found);
        let mut add = |kind, severity, example| {
            found.push(Opening::new(kind, written.to_owned(), severity, vec![example]));
        };
        let names = form.tags_of(Part::Name);
        let (first, others) = names.split_at(names.len().min(1));
        // The id of a workload that another claim names is none to choose.
        let others: Vec<u16> = match self.is_subject_tested {
            true => others.to_vec(),
            false => others
                .iter()
                .copied()
                .filter(|tag| !self.is_assigned(form, *tag))
                .collect(),
        };
        let others = others.as_slice();
        let is_workload_pinned = self.is_workload_pinned || self.is_named_elsewhere(form, Part::Name);
        let in_first = if is_workload_pinned {
            None
        } else {
            laid.open(first)
        };
        // What changes with every run has to be left open.
        let of_run = |severity: Severity| if form.stable { severity } else { Severity::Info };
        let phase = laid
            .open(&self.tags_named(laid, "run_phase"))
            .and_then(|_| laid.having("run_phase", "plan"));
        if let Some(example) = phase {
            let severity = if in_first.is_some() || laid.open(others).is_some() {
                Severity::Medium
            } else {
                Severity::Low
            };
            add(Kind::PlanPhase, severity, example);
        }
        if let Some(example) = in_first {
            match laid.free(first) {
                Some(example) => add(Kind::WholeTenant, Severity::Medium, example),
                None => {
                    add(Kind::NamePrefix, Severity::Medium, example);
                    self.context(laid, &of_run, &mut add);
                }
            }
            return;
        }
        if let Some(example) = laid.open(others).filter(|_| !is_workload_pinned) {
            add(Kind::NamePrefix, of_run(Severity::Medium), example);
        }
        self.context(laid, &of_run, &mut add);
    }

    fn context(
        &self,
        laid: &Laid<'_>,
        of_run: &dyn Fn(Severity) -> Severity,
        add: &mut dyn FnMut(Kind, Severity, Example),
    ) {
        // Another claim may say what the workload runs for.
        let is_named = self.branch.tests.iter().any(|test| {
            let is_other = test.claim != "sub" && !self.branch.is_audience(&test.claim);
            test.restricts() && is_other && !self.branch.is_identity(&test.claim)
        });
        if is_named {
            return;
        }
        let form = laid.form;
        if let Some(example) = laid.open_text(&form.tail()) {
            add(Kind::AnyContext, of_run(Severity::Medium), example);
            return;
        }
        let contexts = form.tags_of(Part::Context);
        for tag in &contexts {
            let own = [*tag];
            let Some(partly) = laid.open(&own) else { continue };
            let wholly = laid.free(&own);
            let name = form
                .variables
                .get(usize::from(tag.saturating_sub(1)))
                .map_or("", |(name, _)| name.as_str());
            let example = wholly.clone().unwrap_or(partly);
            let is_tag = name == "tag" || reads_as_tag(&example);
            let is_ref = is_tag || ["branch", "ref", "vcs_ref", "target_branch"].contains(&name);
            match (is_ref, is_tag, wholly.is_some()) {
                (true, true, true) => add(Kind::AnyTag, of_run(Severity::Medium), example),
                (true, false, true) => add(Kind::AnyBranch, of_run(Severity::Medium), example),
                // Tags of one kind are made for every release.
                (true, true, false) => add(Kind::RefPrefix, Severity::Info, example),
                (true, false, false) => add(Kind::RefPrefix, of_run(Severity::Low), example),
                (false, _, _) => add(Kind::AnyContext, of_run(Severity::Medium), example),
            }
        }
        let phases = self.tags_named(laid, "run_phase");
        let mut kinds = form.tags_of(Part::Kind);
        kinds.retain(|tag| !phases.contains(tag));
        if let Some(example) = laid.open(&kinds) {
            add(Kind::AnyContext, of_run(Severity::Low), example);
        }
    }

    fn tags_named(&self, laid: &Laid<'_>, name: &str) -> Vec<u16> {
        (1..)
            .zip(&laid.form.variables)
            .filter(|(_, (own, _))| own == name)
            .map(|(tag, _)| tag)
            .collect()
    }
}

/// Whether a subject says that it is about a tag.
fn reads_as_tag(example: &Example) -> bool {
    let text = match example {
        Example::Found { letters, .. } => crate::lint::language::text(letters),
        Example::Text(text) => text.clone(),
    };
    text.contains("refs/tags/") || text.contains("ref_type:tag")
}
