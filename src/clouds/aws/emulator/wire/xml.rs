//! Writing XML: elements and text, always escaped.

use std::fmt::Display;
use std::fmt::Write as _;

/// An XML fragment under construction.
#[derive(Clone, Debug, Default)]
pub struct Xml(String);

impl Xml {
    pub fn new() -> Self {
        Self::default()
    }

    /// `<name>value</name>`, the value escaped. `name` is one of our own words.
    pub fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.open(name);
        self.0.push_str(&escaped(&value.to_string()));
        self.close(name)
    }

    /// Like [`Xml::text`], nothing at all when there is no value.
    pub fn optional(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// `<name>…</name>` around what `body` writes.
    pub fn element(&mut self, name: &str, body: impl FnOnce(&mut Self)) -> &mut Self {
        self.open(name);
        body(self);
        self.close(name)
    }

    /// A list: `<name><member>…</member>…</name>`.
    pub fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.element(name, |xml| {
            for item in items {
                xml.element("member", |xml| write(xml, item));
            }
        })
    }

    /// A list of texts.
    pub fn texts<T: Display>(&mut self, name: &str, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.element(name, |xml| {
            for item in items {
                xml.text("member", item);
            }
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }
}

/// Text as element content or attribute value. A carriage return is written as a reference, or a reader would turn it
/// into a line feed (XML 1.0, section 2.11); what XML cannot carry at all becomes U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            // C1 controls are legal, yet readers differ: as references they survive all of them.
            '\u{7f}'..='\u{9f}' => {
                let _ = write!(out, "&#x{:X};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let mut xml = Xml::new();
        xml.text("V", "<a b=\"c\">&\r\n\u{0}");
        assert_eq!(
            xml.as_str(),
            "<V>&lt;a b=&quot;c&quot;&gt;&amp;&#xD;\n\u{fffd}</V>"
        );
    }

    #[test]
    fn lists_are_made_of_members() {
        let mut xml = Xml::new();
        xml.texts("L", ["a", "b"]).list("M", [1], |xml, n| {
            xml.text("N", n);
        });
        assert_eq!(
            xml.as_str(),
            "<L><member>a</member><member>b</member></L><M><member><N>1</N></member></M>"
        );
    }
}
