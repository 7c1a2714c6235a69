//! What came of the cases as JUnit XML, in the form that CI systems read.

use std::fmt::Write;

use super::Tested;
use super::shown::reasons;

pub(super) fn xml(files: &[Tested]) -> String {
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"oidcfed test\">\n".to_owned();
    for file in files {
        suite(file, &mut text);
    }
    text + "</testsuites>\n"
}

fn suite(file: &Tested, text: &mut String) {
    let name = escaped(&file.path.display().to_string());
    let failures = file.cases.iter().filter(|case| !case.holds()).count();
    let (errors, tests) = (file.errors.len(), file.cases.len() + file.errors.len());
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
    );
    for case in &file.cases {
        let id = escaped(&case.id);
        let _ = write!(text, "    <testcase classname=\"{name}\" name=\"{id}\"");
        let reasons = reasons(case);
        match reasons.is_empty() {
            true => text.push_str("/>\n"),
            false => {
                let first = escaped(
                    reasons
                        .iter()
                        .take(2)
                        .map(|reason| reason.trim())
                        .collect::<Vec<_>>()
                        .join(", ")
                        .as_str(),
                );
                let all = escaped(&reasons.join("\n"));
                let _ = writeln!(
                    text,
                    ">\n      <failure message=\"{first}\">{all}</failure>\n    </testcase>"
                );
            }
        }
    }
    for (at, error) in file.errors.iter().enumerate() {
        let error = escaped(error);
        let _ = writeln!(
            text,
            "    <testcase classname=\"{name}\" name=\"error {}\">\n      <error message=\"{error}\"/>\n    </testcase>",
            at + 1
        );
    }
    text.push_str("  </testsuite>\n");
}

/// Text of an element or attribute (XML 1.0, section 2.4), without characters that XML does not have.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_element() {
        assert_eq!(
            escaped("a<b a=\"&\">\u{1}\n"),
            "a&lt;b a=&quot;&amp;&quot;&gt;&#10;"
        );
    }
}
