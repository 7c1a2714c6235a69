//! `shared-audience`: an audience that other services accept too. Not where the audience cannot be chosen, where it names
//! the tenant, or where the platform's own guide for this cloud uses it.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::platforms::{Chooser, Platform, Template, TemplatePart};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "shared-audience",
        title: "The audience is not this target's own",
        class: Class::Open,
        meaning: "The audience is another cloud's, or the one tokens have that nobody asked anything of: whoever receives such a token can use it here.",
        fix: "ask for tokens with an audience that only this target accepts (`audiences`)",
    },
    check,
};

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let tests = branch
        .tests
        .iter()
        .filter(|t| t.restricts() && branch.is_audience(&t.claim));
    let values = tests.flat_map(|test| test.values.iter().filter_map(|glob| glob.as_literal()));
    let mut found: Vec<Hit> = values
        .filter_map(|value| {
            let mut platforms = branch.facts.platforms.iter();
            let whose = platforms.find_map(|platform| shared(platform, &value, branch.receiver))?;
            Some(Hit {
                severity: if branch.is_dead {
                    Severity::Info
                } else {
                    Severity::Medium
                },
                message: format!(
                    "tokens of `{}` with the audience `{value}` are made for {whose} as well",
                    branch.issuer
                ),
                value,
                witness: None,
            })
        })
        .collect();
    found.dedup_by(|a, b| a.value == b.value);
    found
}

fn shared(platform: &Platform, value: &str, receiver: &str) -> Option<String> {
    if platform.audience_set_by == Some(Chooser::Platform) {
        return None;
    }
    let is = |text: &String| match Template::parse(text) {
        // An audience with a variable in it names somebody.
        Ok(template) => {
            let is_literal = |part: &TemplatePart| matches!(part, TemplatePart::Literal(_));
            template.parts().iter().all(is_literal) && text == value
        }
        Err(_) => text == value,
    };
    if platform.default_audience.get(receiver).is_some_and(is) {
        return None;
    }
    // Where the workload does not choose it, everybody has to accept what there is.
    let counts = |name: &str| name != "token" || platform.audience_set_by == Some(Chooser::Workload);
    let mut defaults = platform.default_audience.iter();
    let (name, _) = defaults.find(|(name, text)| counts(name) && is(text))?;
    Some(if name == "token" {
        "everybody who does not ask for one".to_owned()
    } else {
        format!("another cloud (`{name}`)")
    })
}
