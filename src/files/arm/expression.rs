//! Expressions of templates: calls of functions, texts in single quotes, numbers, members and elements.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
    /// `.name` or `[…]` behind another.
    Member {
        of: Box<Expression>,
        member: Box<Expression>,
    },
}

const DEEPEST: usize = 32;

/// What stands between the brackets of an expression; `None`: it cannot be read.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let mut reader = Reader { rest: text };
    let found = reader.expression(0)?;
    reader.blanks();
    reader.rest.is_empty().then_some(found)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        let mut found = match self.rest.chars().next()? {
            '\'' => Expression::Text(self.text()?),
            c if c.is_ascii_digit() || c == '-' => self.number()?,
            _ => self.call(depth)?,
        };
        loop {
            let member = if self.takes('.') {
                Expression::Text(self.word()?)
            } else if self.takes('[') {
                let inner = self.expression(depth + 1)?;
                self.takes(']').then_some(inner)?
            } else {
                return Some(found);
            };
            found = Expression::Member {
                of: Box::new(found),
                member: Box::new(member),
            };
        }
    }

    /// A text in single quotes; two of them are one.
    fn text(&mut self) -> Option<String> {
        let mut rest = self.rest.strip_prefix('\'')?;
        let mut text = String::new();
        loop {
            let (before, after) = rest.split_once('\'')?;
            text.push_str(before);
            match after.strip_prefix('\'') {
                Some(further) => {
                    text.push('\'');
                    rest = further;
                }
                None => {
                    self.rest = after;
                    return Some(text);
                }
            }
        }
    }

    fn number(&mut self) -> Option<Expression> {
        let end = self
            .rest
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && *c == '-')))
            .map_or(self.rest.len(), |(at, _)| at);
        let (digits, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        digits.parse().ok().map(Expression::Number)
    }

    fn word(&mut self) -> Option<String> {
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn call(&mut self, depth: usize) -> Option<Expression> {
        let mut name = self.word()?;
        // functions of a template's own have a namespace
        while self.rest.starts_with('.') {
            self.takes('.');
            name = format!("{name}.{}", self.word()?);
        }
        let mut arguments = Vec::new();
        if !self.takes('(') {
            return None;
        }
        if !self.takes(')') {
            loop {
                arguments.push(self.expression(depth + 1)?);
                if self.takes(')') {
                    break;
                }
                if !self.takes(',') {
                    return None;
                }
            }
        }
        Some(Expression::Call {
            name: name.to_ascii_lowercase(),
            arguments,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read() {
        let call = |name: &str, arguments: Vec<Expression>| Expression::Call {
            name: name.to_owned(),
            arguments,
        };
        let text = |text: &str| Expression::Text(text.to_owned());
        assert_eq!(
            parse("parameters('x')"),
            Some(call("parameters", vec![text("x")]))
        );
        assert_eq!(
            parse(" concat( 'it''s', toLower('A') , -12 ) "),
            Some(call(
                "concat",
                vec![
                    text("it's"),
                    call("tolower", vec![text("A")]),
                    Expression::Number(-12)
                ]
            ))
        );
        assert_eq!(
            parse("variables('a').b[0]"),
            Some(Expression::Member {
                of: Box::new(Expression::Member {
                    of: Box::new(call("variables", vec![text("a")])),
                    member: Box::new(text("b")),
                }),
                member: Box::new(Expression::Number(0)),
            })
        );
        assert_eq!(parse("ns.own()"), Some(call("ns.own", vec![])));
        for wrong in [
            "",
            "x",
            "x(",
            "x('a",
            "x('a',)",
            "x() y",
            "'a' 'b'",
            "x()[",
            &"a(".repeat(200),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
