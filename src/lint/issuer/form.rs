//! One form of the subject, as an automaton whose characters know what they belong to.

use std::collections::BTreeMap;

use super::IssuerFacts;
use super::part::Part;
use crate::lint::language::{Automaton, Builder};
use crate::platforms::{Chooser, Platform, SubjectForm, TemplatePart};
use crate::trust::Glob;

/// Tags of the literal texts of a form, by the place in the template.
const TEXT: u16 = 1000;

/// Marks of what stands before the tenant and right behind it.
const AROUND: u16 = 1000;

/// A form of the subject.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub automaton: Automaton,
    /// Name and part of each variable; the characters of the first have the tag 1.
    pub variables: Vec<(String, Part)>,
    /// Marks the tenant in a subject, where one is shared out; marks count as tags do.
    pub marks: Option<Automaton>,
    /// The marks that decide whose a token is: ids where there are some, else names.
    pub deciding: Vec<u16>,
    /// All marks of the tenant.
    pub tenant: Vec<u16>,
    /// Whether the tenant is named by names only.
    pub by_name: bool,
    /// Whether every run of a workload has the same subject.
    pub stable: bool,
    pub is_pull_request: bool,
    pub(super) parts: Vec<TemplatePart>,
    pub(super) patterns: BTreeMap<String, String>,
    /// Number of the platform in the facts.
    pub platform: usize,
}

impl Form {
    /// All forms of all platforms; those whose patterns cannot be read are left out.
    pub(crate) fn all(facts: &IssuerFacts) -> Vec<Self> {
        let platforms = facts.platforms.iter().enumerate();
        platforms
            .flat_map(|(at, platform)| {
                let forms = platform.subjects.iter();
                forms.filter_map(move |form| Self::of(facts, at, platform, form))
            })
            .collect()
    }

    fn of(facts: &IssuerFacts, at: usize, platform: &Platform, form: &SubjectForm) -> Option<Self> {
        let patterns: BTreeMap<String, String> = platform
            .variables
            .iter()
            .map(|(name, variable)| (name.clone(), variable.pattern.clone()))
            .collect();
        let parts = form.template.parts().to_vec();
        let prefix = tenant_prefix(platform, form);
        let named: Vec<String> = variables_of(&prefix).map(str::to_owned).collect();
        let (tenant_names, compartments) = match (facts.is_shared(), platform.kind == "kubernetes") {
            (true, _) => (named.clone(), Vec::new()),
            (false, true) => (Vec::new(), named.clone()),
            (false, false) => (Vec::new(), Vec::new()),
        };
        let marks = if facts.is_shared() {
            Some(marks(&prefix, &patterns)?)
        } else {
            None
        };
        let numbered: Vec<(u16, &String)> = (1..).zip(&tenant_names).collect();
        let is_id = |name: &String| {
            let variable = platform.variables.get(name);
            variable.is_some_and(|v| v.chosen_by == Chooser::Platform && !v.mutable)
        };
        let tags = |ids_only: bool| -> Vec<u16> {
            let chosen = numbered.iter().filter(|(_, name)| !ids_only || is_id(name));
            chosen.map(|(tag, _)| *tag).collect()
        };
        let (ids, tenant) = (tags(true), tags(false));
        let says = |word: &str| form.template.as_str().contains(word);
        Some(Self {
            automaton: bound(&parts, &patterns, &BTreeMap::new(), true)?,
            variables: Part::of_all(platform, form, &tenant_names, &compartments),
            marks,
            by_name: ids.is_empty(),
            deciding: if ids.is_empty() { tenant.clone() } else { ids },
            tenant,
            stable: form.stable,
            is_pull_request: ["pull_request", "pull-request", "merge_request"]
                .iter()
                .any(|word| says(word)),
            parts,
            patterns,
            platform: at,
        })
    }

    /// The subjects of this form in which some variables match patterns. Only the characters of those variables count as
    /// written down.
    pub(crate) fn with(&self, bindings: &BTreeMap<String, Glob>) -> Option<Automaton> {
        bound(&self.parts, &self.patterns, bindings, false)
    }

    pub(crate) fn has_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|(own, _)| own == name)
    }

    /// Tags of the variables that play a part.
    pub(crate) fn tags_of(&self, part: Part) -> Vec<u16> {
        (1..)
            .zip(&self.variables)
            .filter(|(_, (_, own))| *own == part)
            .map(|(tag, _)| tag)
            .collect()
    }

    /// Tags of the texts behind the workload's name: they say what it runs for.
    pub(crate) fn tail(&self) -> Vec<u16> {
        let is_start = |part: &TemplatePart| match part {
            TemplatePart::Variable(name) => {
                let found = self.variables.iter().find(|(own, _)| own == name);
                let has_names = self.variables.iter().any(|(_, part)| *part == Part::Name);
                found.is_some_and(|(_, part)| *part == Part::Name || !has_names)
            }
            TemplatePart::Literal(_) => false,
        };
        let first = self.parts.iter().position(is_start).unwrap_or(usize::MAX);
        let texts = (TEXT..).zip(self.parts.iter().enumerate());
        texts
            .filter(|(_, (at, part))| *at > first && matches!(part, TemplatePart::Literal(_)))
            .map(|(tag, _)| tag)
            .collect()
    }

    /// The literal texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Literal(text) => Some(text.as_str()),
            TemplatePart::Variable(_) => None,
        })
    }

    /// The form with a text inside a variable: what stands before it there has the tag 1, the text the tag 2.
    pub(crate) fn holding(&self, variable: &str, held: &str) -> Automaton {
        let mut builder = Builder::default();
        let start = builder.state();
        let mut at = start;
        for part in &self.parts {
            at = match part {
                TemplatePart::Literal(text) => builder.text(at, text, 0),
                TemplatePart::Variable(name) if name == variable => {
                    let before = builder.run(at, 1);
                    let behind = builder.text(before, held, 2);
                    builder.run(behind, 0)
                }
                TemplatePart::Variable(_) => builder.run(at, 0),
            };
        }
        builder.finish(start, at)
    }

    /// The text before the first variable.
    pub(crate) fn head(&self) -> &str {
        match self.parts.first() {
            Some(TemplatePart::Literal(text)) => text,
            _ => "",
        }
    }
}

/// The start of a form that names the tenant, its delimiter included.
fn tenant_prefix(platform: &Platform, form: &SubjectForm) -> Vec<TemplatePart> {
    let text = form.template.as_str();
    let parsed = || {
        let prefixes = platform.tenant_sub_prefixes.iter();
        prefixes.filter_map(|prefix| crate::platforms::Template::parse(prefix).ok())
    };
    let longest = parsed()
        .filter(|prefix| text.starts_with(prefix.as_str()))
        .max_by_key(|prefix| prefix.as_str().len());
    // The start of this form's first variable may be the tenant: the first group of a path of groups.
    let alike = || parsed().find(|prefix| prefix.head() == form.template.head() && !prefix.head().is_empty());
    if let Some(prefix) = longest.or_else(alike) {
        return prefix.parts().to_vec();
    }
    let mut prefix = Vec::new();
    let mut parts = form.template.parts().iter();
    for part in parts.by_ref() {
        prefix.push(part.clone());
        if matches!(part, TemplatePart::Variable(_)) {
            break;
        }
    }
    if let Some(TemplatePart::Literal(text)) = parts.next() {
        prefix.extend(text.chars().next().map(|c| TemplatePart::Literal(c.to_string())));
    }
    prefix
}

fn variables_of(parts: &[TemplatePart]) -> impl Iterator<Item = &str> {
    parts.iter().filter_map(|part| match part {
        TemplatePart::Variable(name) => Some(name.as_str()),
        TemplatePart::Literal(_) => None,
    })
}

pub(super) fn pattern_of<'a>(patterns: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    patterns.get(name).map_or("[^/]+", String::as_str)
}

/// All texts that start with a tenant, its characters marked.
fn marks(prefix: &[TemplatePart], patterns: &BTreeMap<String, String>) -> Option<Automaton> {
    let mut builder = Builder::default();
    let start = builder.state();
    let (mut at, mut tag) = (start, 0);
    for part in prefix {
        at = match part {
            TemplatePart::Literal(text) => builder.text(at, text, AROUND),
            TemplatePart::Variable(name) => {
                tag += 1;
                builder.pattern(at, pattern_of(patterns, name), tag)?
            }
        };
    }
    // A tenant that nothing closes is the whole subject.
    if matches!(prefix.last(), Some(TemplatePart::Literal(_))) {
        at = builder.run(at, 0);
    }
    Some(builder.finish(start, at))
}

fn bound(
    parts: &[TemplatePart],
    patterns: &BTreeMap<String, String>,
    bindings: &BTreeMap<String, Glob>,
    is_form: bool,
) -> Option<Automaton> {
    let mut builder = Builder::default();
    let start = builder.state();
    let (mut at, mut variable) = (start, 0);
    for (place, part) in (TEXT..).zip(parts) {
        at = match part {
            TemplatePart::Literal(text) => {
                let one = |builder: &mut Builder, at, c| {
                    builder.then(at, crate::lint::language::Label::One(c), place, is_form)
                };
                text.chars().fold(at, |at, c| one(&mut builder, at, c))
            }
            TemplatePart::Variable(name) => {
                variable += 1;
                match bindings.get(name) {
                    Some(glob) => {
                        let pieces = glob.pieces().iter();
                        pieces.fold(at, |at, piece| builder.piece(at, *piece, false))
                    }
                    None if is_form => builder.pattern(at, pattern_of(patterns, name), variable)?,
                    // Whoever reads the text beside has to find the delimiters where they are.
                    None => builder.loose_pattern(at, pattern_of(patterns, name))?,
                }
            }
        };
    }
    Some(builder.finish(start, at))
}
