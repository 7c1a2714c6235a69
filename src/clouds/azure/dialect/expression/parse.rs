//! From a text to clauses, one character at a time.

use super::{Clause, Comparand, ExpressionError, Operator};

/// Bounds of this reader; the vendor documents none.
const MOST_CHARACTERS: usize = 4_096;
const MOST_CLAUSES: usize = 32;

pub(super) fn clauses(text: &str) -> Result<Vec<Clause>, ExpressionError> {
    let mut reader = Reader {
        text: text.chars().collect(),
        at: 0,
    };
    if reader.text.len() > MOST_CHARACTERS {
        let expected = format!("at most {MOST_CHARACTERS} characters, the most that is read here");
        return Err(reader.wrong_at(
            MOST_CHARACTERS,
            expected,
            format!("{} of them", reader.text.len()),
        ));
    }
    let mut clauses = vec![reader.clause()?];
    while !reader.at_end() {
        reader.joint()?;
        if clauses.len() == MOST_CLAUSES {
            let expected = format!("at most {MOST_CLAUSES} clauses, the most that are read here");
            return Err(reader.wrong(expected));
        }
        clauses.push(reader.clause()?);
    }
    Ok(clauses)
}

struct Reader {
    text: Vec<char>,
    at: usize,
}

impl Reader {
    fn clause(&mut self) -> Result<Clause, ExpressionError> {
        self.expect(
            "claims['",
            "a clause, `claims['NAME'] eq 'TEXT'` or `claims['NAME'] matches 'TEXT'`",
        )?;
        let claim = self.until("'");
        if claim.is_empty() {
            return Err(self.wrong("the name of a claim"));
        }
        self.expect("']", "`']` after the name of the claim")?;
        self.space("after `]`")?;
        let start = self.at;
        let operator = match self.until(" '").as_str() {
            "eq" => Operator::Eq,
            "matches" => Operator::Matches,
            _ => {
                self.at = start;
                return Err(self.wrong("`eq` or `matches`"));
            }
        };
        self.space("after the operator")?;
        self.expect("'", "a quote before the text to compare with")?;
        let comparand = self.comparand()?;
        Ok(Clause {
            claim,
            operator,
            comparand,
        })
    }

    /// A quote ends the text, unless something follows that it may escape.
    fn comparand(&mut self) -> Result<Comparand, ExpressionError> {
        let start = self.at;
        let (mut text, mut contested) = (String::new(), false);
        loop {
            match (self.next(), self.peek()) {
                (None, _) => return Err(self.wrong("a quote after the text to compare with")),
                (Some('\''), Some(escaped @ ('\'' | '*' | '?'))) => {
                    contested = true;
                    text.extend(['\'', escaped]);
                    self.at += 1;
                }
                (Some('\''), _) if text.is_empty() => {
                    self.at = start;
                    return Err(self.wrong("a text to compare with, which is not empty"));
                }
                (Some('\''), _) if contested => return Ok(Comparand::Contested(text)),
                (Some('\''), _) => return Ok(Comparand::Text(text)),
                (Some(other), _) => text.push(other),
            }
        }
    }

    fn joint(&mut self) -> Result<(), ExpressionError> {
        if self.starts_with(" or ") {
            return Err(self.wrong("` and `: the language has no `or`, a second credential says it"));
        }
        self.expect(" and ", "` and ` or the end of the expression")
    }

    fn space(&mut self, place: &str) -> Result<(), ExpressionError> {
        let expected = format!("exactly one space {place}");
        self.expect(" ", &expected)?;
        if self.peek() == Some(' ') {
            return Err(self.wrong(expected));
        }
        Ok(())
    }

    fn expect(&mut self, wanted: &str, expected: &str) -> Result<(), ExpressionError> {
        if !self.starts_with(wanted) {
            return Err(self.wrong(expected));
        }
        self.at += wanted.chars().count();
        Ok(())
    }

    /// Everything before the first of these characters, or before the end.
    fn until(&mut self, ends: &str) -> String {
        let rest = self.text.iter().skip(self.at);
        let found: String = rest.take_while(|c| !ends.contains(**c)).collect();
        self.at += found.chars().count();
        found
    }

    fn next(&mut self) -> Option<char> {
        let found = self.peek();
        self.at += usize::from(found.is_some());
        found
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn starts_with(&self, wanted: &str) -> bool {
        let mut rest = self.text.iter().skip(self.at);
        wanted.chars().all(|c| rest.next() == Some(&c))
    }

    fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn wrong(&self, expected: impl Into<String>) -> ExpressionError {
        let rest: Vec<char> = self.text.iter().skip(self.at).copied().collect();
        let found = match rest.get(..SHOWN) {
            _ if rest.is_empty() => "the end".to_owned(),
            Some(shown) if rest.len() > SHOWN => format!("`{}…`", shown.iter().collect::<String>()),
            _ => format!("`{}`", rest.iter().collect::<String>()),
        };
        self.wrong_at(self.at, expected.into(), found)
    }

    fn wrong_at(&self, at: usize, expected: String, found: String) -> ExpressionError {
        ExpressionError {
            column: at + 1,
            expected,
            found,
        }
    }
}

/// How much of the rest an error shows.
const SHOWN: usize = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Expression;
    use super::*;

    fn clause(claim: &str, operator: Operator, text: &str) -> Clause {
        Clause {
            claim: claim.to_owned(),
            operator,
            comparand: Comparand::Text(text.to_owned()),
        }
    }

    fn refused(text: &str) -> String {
        Expression::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_language() {
        for (text, expected) in [
            ("claims['sub'] eq 'a'", vec![clause("sub", Operator::Eq, "a")]),
            (
                "claims['sub'] matches 'repo:acme/*:ref:refs/heads/????' and claims['job_workflow_ref'] eq 'a b and c'",
                vec![
                    clause("sub", Operator::Matches, "repo:acme/*:ref:refs/heads/????"),
                    clause("job_workflow_ref", Operator::Eq, "a b and c"),
                ],
            ),
            (
                r"claims['a b]'] eq '\*'",
                vec![clause("a b]", Operator::Eq, r"\*")],
            ),
        ] {
            let expression = Expression::parse(text).unwrap();
            assert_eq!(expression.clauses(), expected);
            assert_eq!(Expression::new(&expected).unwrap(), expression);
        }
    }

    #[test]
    fn quotes_in_a_comparand_are_contested() {
        for (text, written) in [
            ("claims['sub'] eq 'it''s'", "it''s"),
            ("claims['sub'] matches 'a'*b'", "a'*b"),
            ("claims['sub'] matches ''?'", "'?"),
        ] {
            let expression = Expression::parse(text).unwrap();
            assert_eq!(
                expression.clauses()[0].comparand,
                Comparand::Contested(written.to_owned())
            );
            assert_eq!(expression.clauses()[0].glob(), None);
            assert_eq!(expression.clauses()[0].to_string(), text);
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, error) in [
            (
                "",
                "at column 1: expected a clause, `claims['NAME'] eq 'TEXT'` or `claims['NAME'] matches 'TEXT'`, found the end",
            ),
            (
                "claims[''] eq 'a'",
                "at column 9: expected the name of a claim, found `'] eq 'a'`",
            ),
            (
                "claims['sub eq x",
                "at column 17: expected `']` after the name of the claim, found the end",
            ),
            (
                "claims['sub']  eq 'a'",
                "at column 15: expected exactly one space after `]`, found ` eq 'a'`",
            ),
            (
                "claims['sub']eq 'a'",
                "at column 14: expected exactly one space after `]`, found `eq 'a'`",
            ),
            (
                "claims['sub'] EQ 'a'",
                "at column 15: expected `eq` or `matches`, found `EQ 'a'`",
            ),
            (
                "claims['sub'] eq'a'",
                "at column 17: expected exactly one space after the operator, found `'a'`",
            ),
            (
                "claims['sub'] eq \"a\"",
                "at column 18: expected a quote before the text to compare with, found `\"a\"`",
            ),
            (
                "claims['sub'] eq ''",
                "at column 19: expected a text to compare with, which is not empty, found `'`",
            ),
            (
                "claims['sub'] eq 'a",
                "at column 20: expected a quote after the text to compare with, found the end",
            ),
            (
                "claims['sub'] eq 'a' ",
                "at column 21: expected ` and ` or the end of the expression, found ` `",
            ),
            (
                "claims['sub'] eq 'a' or claims['sub'] eq 'b'",
                "at column 21: expected ` and `: the language has no `or`, a second credential says it, found ` or claims['sub'] eq 'b'`",
            ),
            (
                "claims['ü'] eq 'a'  and claims['sub'] eq 'b'",
                "at column 19: expected ` and ` or the end of the expression, found `  and claims['sub'] eq '…`",
            ),
            ("(claims['sub'] eq 'a')", "at column 1: expected a clause"),
            ("claims['sub'] eq 'a' and ", "at column 26: expected a clause"),
        ] {
            let found = refused(text);
            assert!(found.starts_with(error), "{text}\n  {found}");
        }
    }

    #[test]
    fn bounds() {
        let clauses = |n: usize| vec!["claims['sub'] eq 'a'"; n].join(" and ");
        assert_eq!(Expression::parse(&clauses(32)).unwrap().clauses().len(), 32);
        assert!(refused(&clauses(33)).contains("expected at most 32 clauses"));
        assert!(refused(&"x".repeat(4_097)).contains("expected at most 4096 characters"));
        let long = format!("claims['sub'] eq '{}'", "ü".repeat(4_077));
        assert!(Expression::parse(&long).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn nonsense_is_an_error_and_what_is_read_writes_back(
            parts in prop::collection::vec(prop::sample::select(vec![
                "claims['", "claims", "sub", "']", "'", "''", " ", "  ", "eq", "matches", " eq '", "' and ", "and", "*", "?", "ü", "\u{0}", "]", "claims['sub'] eq 'a'",
            ]), 0..14),
        ) {
            let text = parts.concat();
            match Expression::parse(&text) {
                Ok(expression) => {
                    let again = Expression::new(expression.clauses()).unwrap();
                    prop_assert_eq!(again.as_str(), text);
                }
                Err(error) => prop_assert!(error.column <= text.chars().count() + 1, "{error}"),
            }
        }

        #[test]
        fn any_text_at_all(text in any::<String>()) {
            prop_assert!(Expression::parse(&text).is_err());
        }
    }
}
