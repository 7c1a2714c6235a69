//! Rust text as tokens with their lines: comments dropped, strings kept apart, test code cut out.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    Text,
    /// `::` is one mark; every other mark is one character.
    Mark,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// Reads Rust source.
pub fn read(source: &str) -> Vec<Token> {
    let mut reader = Reader {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while reader.at < reader.chars.len() {
        reader.step();
    }
    reader.tokens
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn bump(&mut self) -> char {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.at += 1;
        c
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token { kind, text, line });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => while self.at < self.chars.len() && self.bump() != '\n' {},
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (':', ':') => {
                self.at += 2;
                self.push(Kind::Mark, "::".to_owned(), line);
            }
            (c, _) if c == '_' || c.is_alphanumeric() => self.word(),
            (c, _) => {
                self.bump();
                if !c.is_whitespace() {
                    self.push(Kind::Mark, c.to_string(), line);
                }
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', '/') => (depth, self.at) = (depth - 1, self.at + 2),
                _ => _ = self.bump(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.bump();
        while self.at < self.chars.len() {
            match self.bump() {
                '"' => break,
                '\\' => text.push(self.bump()),
                c => text.push(c),
            }
        }
        self.push(Kind::Text, text, line);
    }

    /// A raw string, after its `r`.
    fn raw_string(&mut self) {
        let line = self.line;
        let mut end = String::from("\"");
        while self.peek(0) == '#' {
            self.bump();
            end.push('#');
        }
        self.bump();
        let mut text = String::new();
        while self.at < self.chars.len() && !text.ends_with(&end) {
            text.push(self.bump());
        }
        text.truncate(text.len().saturating_sub(end.len()));
        self.push(Kind::Text, text, line);
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.bump();
        if self.peek(0) == '\\' {
            self.at += 2;
            while self.bump() != '\'' {}
        } else if self.peek(1) == '\'' {
            self.bump();
            self.bump();
        } else {
            while self.peek(0) == '_' || self.peek(0).is_alphanumeric() {
                self.bump();
            }
        }
    }

    fn word(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.peek(0) == '_' || self.peek(0).is_alphanumeric() {
            text.push(self.bump());
        }
        let hashes = (0..).take_while(|&n| self.peek(n) == '#').count();
        match (text.as_str(), self.peek(0), self.peek(hashes)) {
            ("r" | "br" | "cr", _, '"') => self.raw_string(),
            ("b" | "c", '"', _) => self.string(),
            ("b", '\'', _) => self.quote(),
            ("r", '#', _) => {
                self.bump();
                self.word();
            }
            _ => self.push(Kind::Word, text, line),
        }
    }
}

/// Cuts out every item under `#[cfg(test)]` and every `#[test]` function; gives the names of test modules kept in files of their own.
pub fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let Some(length) = test_attribute(&tokens[at..]) else {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let item = item_after(&tokens[at + length..]);
        if let Some(position) = item.iter().position(|token| token.is("mod"))
            && item.last().is_some_and(|token| token.is(";"))
        {
            modules.push(item[position + 1].text.clone());
        }
        at += length + item.len();
    }
    (kept, modules)
}

/// The length of `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]` or `#[tokio::test…]` at the front.
fn test_attribute(tokens: &[Token]) -> Option<usize> {
    if !(tokens.first()?.is("#") && tokens.get(1)?.is("[")) {
        return None;
    }
    let length = balanced(&tokens[1..]) + 1;
    let inside: Vec<_> = tokens[2..length - 1]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let test = matches!(
        inside.as_slice(),
        ["cfg", "(", "test", ")"]
            | ["cfg", "(", "all", "(", "test", ..]
            | ["test"]
            | [.., "::", "test"]
            | ["tokio", "::", "test", ..]
    );
    test.then_some(length)
}

/// One item: further attributes, then up to `;` or the end of its braces.
fn item_after(tokens: &[Token]) -> &[Token] {
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is(";") {
            return &tokens[..=at];
        }
        if ["{", "(", "["].iter().any(|open| tokens[at].is(open)) {
            let braces = tokens[at].is("{");
            at += balanced(&tokens[at..]);
            if braces {
                return &tokens[..at];
            }
        } else {
            at += 1;
        }
    }
    tokens
}

/// The length of the bracketed group that starts the tokens.
pub fn balanced(tokens: &[Token]) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" if token.kind == Kind::Mark => depth += 1,
            ")" | "]" | "}" if token.kind == Kind::Mark => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

#[test]
fn comments_strings_and_tests_are_no_code() {
    let source = r##"
        // crate::a
        /* crate::b /* nested */ crate::c */
        const A: &str = "crate::d \" crate::e"; const B: &str = r#"crate::"f"#; const C: char = '"'; fn g<'a>() {}
        #[cfg(test)] mod tests { use crate::h; }
        #[cfg(test)] mod more;
        #[tokio::test(start_paused = true)] async fn i() { crate::j() }
        use crate::k;
    "##;
    let (kept, modules) = without_tests(read(source));
    let words: Vec<_> = kept
        .iter()
        .filter(|t| t.kind == Kind::Word && t.text.len() == 1)
        .map(|t| &t.text)
        .collect();
    assert_eq!(words, ["A", "B", "C", "g", "k"]);
    assert_eq!(modules, ["more"]);
    assert_eq!(kept.last().map(|token| token.line), Some(8));
}
