//! The report for a person.

use super::report::{FileReport, Placed, Report, TrustReport};
use crate::cli::inputs::name;
use crate::cli::printer::{Line, Style};
use crate::clouds::guardrail::SEVERITIES;
use crate::files::rules;
use crate::trust::Severity;

pub(super) fn lines(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    for file in &report.files {
        of_file(file, &mut lines);
    }
    lines.push(Line::plain(counts(report)));
    lines
}

fn of_file(file: &FileReport, lines: &mut Vec<Line>) {
    let path = name(&file.path);
    if file.trusts.is_empty() {
        lines.push(Line::new(
            Style::Strong,
            format!("{path}: {}, with no trust of a known kind", file.form),
        ));
    }
    for trust in &file.trusts {
        of_trust(&path, trust, file, lines);
    }
    for (pointer, note) in &file.notes {
        lines.push(Line::new(
            Style::Faint,
            format!("  note: {note}{}", place(file, pointer)),
        ));
    }
    lines.push(Line::plain(String::new()));
}

fn of_trust(path: &str, trust: &TrustReport, file: &FileReport, lines: &mut Vec<Line>) {
    let found = &trust.found;
    let title = match found.name.as_str() {
        "" => format!("{path}: {}", file.form),
        name => format!("{path}: {name} ({})", found.cloud.id),
    };
    lines.push(Line::new(Style::Strong, title));
    for note in &found.notes {
        lines.push(Line::new(Style::Faint, format!("  note: {note}")));
    }
    if trust.findings.is_empty() {
        lines.push(Line::plain("  nothing found".to_owned()));
    }
    for placed in &trust.findings {
        of_finding(placed, lines);
    }
}

fn of_finding(placed: &Placed, lines: &mut Vec<Line>) {
    let finding = &placed.finding;
    let severity = finding.severity.as_str();
    let first = match &finding.accepted {
        Some(_) => format!("  accepted  {} ({severity}): {}", finding.rule, finding.message),
        None => format!("  {severity:<8}  {}: {}", finding.rule, finding.message),
    };
    let style = match (&finding.accepted, finding.severity) {
        (Some(_), _) => Style::Faint,
        (None, Severity::Critical | Severity::High) => Style::Alarm,
        (None, Severity::Medium) => Style::Warning,
        (None, _) => Style::Plain,
    };
    lines.push(Line::new(style, first));
    let mut more = |what: &str, text: &str| lines.push(Line::plain(format!("            {what:<8} {text}")));
    if let Some(rule) = rules().into_iter().find(|rule| rule.id == finding.rule) {
        more("means", rule.meaning);
    }
    let line = placed
        .position
        .map_or_else(String::new, |place| format!("line {}, ", place.line));
    let pointer = if placed.pointer.is_empty() {
        "the whole document"
    } else {
        &placed.pointer
    };
    more("where", &format!("{line}{pointer}"));
    if let Some(witness) = &finding.witness {
        more("token", witness);
    }
    more("mend", &finding.fix);
    if let Some(reason) = &finding.accepted {
        more("accepted", reason);
    }
}

fn place(file: &FileReport, pointer: &str) -> String {
    if pointer.is_empty() {
        return String::new();
    }
    match file.source.position(pointer) {
        Some(position) => format!(" (line {}, {pointer})", position.line),
        None => format!(" ({pointer})"),
    }
}

fn counts(report: &Report) -> String {
    let trusts: usize = report.files.iter().map(|file| file.trusts.len()).sum();
    let number = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let graves = SEVERITIES.iter().rev().filter_map(|severity| {
        let count = report
            .open()
            .filter(|finding| finding.severity == *severity)
            .count();
        (count > 0).then(|| format!("{count} {}", severity.as_str()))
    });
    let mut all: Vec<String> = graves.collect();
    let accepted = report
        .findings()
        .filter(|finding| finding.accepted.is_some())
        .count();
    if accepted > 0 {
        all.push(format!("{accepted} accepted"));
    }
    if !report.errors.is_empty() {
        all.push(number(report.errors.len(), "error"));
    }
    let all = if all.is_empty() {
        "nothing found".to_owned()
    } else {
        all.join(", ")
    };
    format!(
        "{} in {}: {all}",
        number(trusts, "trust"),
        number(report.files.len(), "file")
    )
}
