//! From the text of a regular expression to its automaton.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    Ast, ClassAsciiKind, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, RepetitionKind,
    RepetitionRange,
};

use super::chars::Chars;
use super::language::{Language, Position};

/// Why a text is no pattern of a variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("expected a regular expression for the whole value, found `{pattern}`: {reason}")]
    Syntax { pattern: String, reason: String },
    #[error("expected a regular expression without {what}, found `{pattern}`; {hint}")]
    Unsupported {
        pattern: String,
        what: &'static str,
        hint: &'static str,
    },
    #[error(
        "expected a smaller regular expression, found `{pattern}`, which has more than {MAX_POSITIONS} places once its counts are written out"
    )]
    TooLarge { pattern: String },
}

/// Characters that an expression may have once its counts are written out: several times what any platform needs.
const MAX_POSITIONS: usize = 5_000;

const MAX_WORK: usize = 1_000_000;

const MAX_DEPTH: u32 = 40;

impl Language {
    /// The texts of a regular expression, as a whole: classes (`[a-z]`, `[^:]`, `\d`, `\w`, `\s` in ASCII), groups,
    /// alternatives, repetitions. No flags, no assertions, no properties of Unicode: what could mean something else
    /// elsewhere is refused.
    pub fn of(pattern: &str) -> Result<Self, PatternError> {
        let mut building = Building {
            pattern,
            language: Self::default(),
            work: 0,
        };
        let fragment = building.pattern(pattern)?;
        Ok(building.finish(fragment))
    }

    /// The texts of several expressions behind each other. The parts of the tenant's name are marked.
    pub fn sequence<'a>(parts: impl IntoIterator<Item = (Piece<'a>, bool)>) -> Result<Self, PatternError> {
        let mut building = Building {
            pattern: "",
            language: Self::default(),
            work: 0,
        };
        let mut whole = Fragment::empty();
        for (piece, is_tenant) in parts {
            let from = building.language.positions.len();
            let fragment = match piece {
                Piece::Literal(text) => building.literal(text)?,
                Piece::Pattern(pattern) => {
                    building.pattern = pattern;
                    building.pattern(pattern)?
                }
            };
            for position in building.language.positions.iter_mut().skip(from) {
                position.is_tenant = is_tenant;
            }
            whole = building.then(whole, fragment)?;
        }
        Ok(building.finish(whole))
    }
}

/// A piece of a sequence.
pub(in crate::platforms) enum Piece<'a> {
    Literal(&'a str),
    Pattern(&'a str),
}

/// Positions where a part of an expression begins and ends.
#[derive(Clone, Default)]
struct Fragment {
    first: Vec<usize>,
    last: Vec<usize>,
    has_empty: bool,
}

impl Fragment {
    fn empty() -> Self {
        Self {
            has_empty: true,
            ..Self::default()
        }
    }
}

struct Building<'a> {
    /// The expression being read, for errors.
    pattern: &'a str,
    language: Language,
    work: usize,
}

impl Building<'_> {
    fn pattern(&mut self, pattern: &str) -> Result<Fragment, PatternError> {
        let mut parser = ParserBuilder::new().nest_limit(MAX_DEPTH).build();
        let ast = parser.parse(pattern).map_err(|e| PatternError::Syntax {
            pattern: pattern.to_owned(),
            reason: e.kind().to_string(),
        })?;
        self.of(&ast)
    }

    fn literal(&mut self, text: &str) -> Result<Fragment, PatternError> {
        let mut whole = Fragment::empty();
        for c in text.chars() {
            let one = self.push(Chars::one(c))?;
            whole = self.then(whole, one)?;
        }
        Ok(whole)
    }

    fn of(&mut self, ast: &Ast) -> Result<Fragment, PatternError> {
        self.spend(1)?;
        Ok(match ast {
            Ast::Empty(_) => Fragment::empty(),
            Ast::Literal(literal) => self.push(Chars::one(literal.c))?,
            Ast::Dot(_) => self.push(Chars::one('\n').complement())?,
            Ast::ClassPerl(class) => self.push(perl(class))?,
            Ast::ClassBracketed(class) => {
                let chars = turned(self.class(&class.kind)?, class.negated);
                self.push(chars)?
            }
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => return Err(self.no_flags()),
                _ => self.of(&group.ast)?,
            },
            Ast::Alternation(alternation) => {
                let mut all = Fragment::default();
                for ast in &alternation.asts {
                    let one = self.of(ast)?;
                    all.first.extend(one.first);
                    all.last.extend(one.last);
                    all.has_empty |= one.has_empty;
                }
                all
            }
            Ast::Concat(concat) => {
                let mut all = Fragment::empty();
                for ast in &concat.asts {
                    let one = self.of(ast)?;
                    all = self.then(all, one)?;
                }
                all
            }
            Ast::Repetition(repetition) => match &repetition.op.kind {
                RepetitionKind::ZeroOrOne => self.repeated(&repetition.ast, 0, Some(1))?,
                RepetitionKind::ZeroOrMore => self.repeated(&repetition.ast, 0, None)?,
                RepetitionKind::OneOrMore => self.repeated(&repetition.ast, 1, None)?,
                RepetitionKind::Range(RepetitionRange::Exactly(n)) => {
                    self.repeated(&repetition.ast, *n, Some(*n))?
                }
                RepetitionKind::Range(RepetitionRange::AtLeast(n)) => {
                    self.repeated(&repetition.ast, *n, None)?
                }
                RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => {
                    self.repeated(&repetition.ast, *least, Some(*most))?
                }
            },
            Ast::Flags(_) => return Err(self.no_flags()),
            Ast::Assertion(_) => {
                let hint = "it is for the whole value anyway, leave them out";
                return Err(self.unsupported("`^`, `$` and word boundaries", hint));
            }
            Ast::ClassUnicode(_) => return Err(self.no_unicode()),
        })
    }

    /// `least` copies, then more that may be missing; without `most`, the last copy repeats. A copy that may be missing is
    /// reached through the one before it only, so that `a{1,765}` stays a chain.
    fn repeated(&mut self, ast: &Ast, least: u32, most: Option<u32>) -> Result<Fragment, PatternError> {
        let copies = most.unwrap_or(least.max(1));
        let mut all_present = Fragment::empty();
        let mut last = Vec::new();
        for copy in 1..=copies {
            let one = self.of(ast)?;
            if most.is_none() && copy == copies {
                self.link(&one.last, &one.first)?;
            }
            all_present = self.then(all_present, one)?;
            if copy >= least {
                last.extend_from_slice(&all_present.last);
            }
        }
        last.sort_unstable();
        last.dedup();
        Ok(Fragment {
            first: all_present.first,
            last,
            has_empty: least == 0 || all_present.has_empty,
        })
    }

    fn then(&mut self, before: Fragment, behind: Fragment) -> Result<Fragment, PatternError> {
        self.link(&before.last, &behind.first)?;
        let mut first = before.first;
        if before.has_empty {
            first.extend_from_slice(&behind.first);
        }
        let mut last = behind.last;
        if behind.has_empty {
            last.extend(before.last);
        }
        Ok(Fragment {
            first,
            last,
            has_empty: before.has_empty && behind.has_empty,
        })
    }

    fn link(&mut self, from: &[usize], to: &[usize]) -> Result<(), PatternError> {
        self.spend(from.len() * to.len())?;
        for at in from {
            if let Some(position) = self.language.positions.get_mut(*at) {
                position.follow.extend_from_slice(to);
            }
        }
        Ok(())
    }

    fn push(&mut self, chars: Chars) -> Result<Fragment, PatternError> {
        let at = self.language.positions.len();
        if at >= MAX_POSITIONS {
            return Err(self.too_large());
        }
        self.language.positions.push(Position {
            chars,
            follow: Vec::new(),
            is_last: false,
            is_tenant: false,
        });
        Ok(Fragment {
            first: vec![at],
            last: vec![at],
            has_empty: false,
        })
    }

    /// Counts work, so that counts within counts of nothing end too.
    fn spend(&mut self, work: usize) -> Result<(), PatternError> {
        self.work += work;
        if self.work > MAX_WORK {
            Err(self.too_large())
        } else {
            Ok(())
        }
    }

    fn class(&self, class: &ClassSet) -> Result<Chars, PatternError> {
        match class {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(_) => {
                let hint = "list the characters instead";
                Err(self.unsupported("`&&`, `--` and `~~` in a class", hint))
            }
        }
    }

    fn item(&self, item: &ClassSetItem) -> Result<Chars, PatternError> {
        Ok(match item {
            ClassSetItem::Empty(_) => Chars::default(),
            ClassSetItem::Literal(literal) => Chars::one(literal.c),
            ClassSetItem::Range(range) => Chars::of([(range.start.c, range.end.c)]),
            ClassSetItem::Ascii(class) => turned(ascii(&class.kind), class.negated),
            ClassSetItem::Perl(class) => perl(class),
            ClassSetItem::Bracketed(class) => turned(self.class(&class.kind)?, class.negated),
            ClassSetItem::Union(union) => {
                let mut all = Vec::new();
                for item in &union.items {
                    all.extend_from_slice(self.item(item)?.ranges());
                }
                Chars::of(all)
            }
            ClassSetItem::Unicode(_) => return Err(self.no_unicode()),
        })
    }

    fn finish(mut self, whole: Fragment) -> Language {
        for at in whole.last {
            if let Some(position) = self.language.positions.get_mut(at) {
                position.is_last = true;
            }
        }
        for position in &mut self.language.positions {
            position.follow.sort_unstable();
            position.follow.dedup();
        }
        self.language.first = whole.first;
        self.language.has_empty = whole.has_empty;
        self.language
    }

    fn no_flags(&self) -> PatternError {
        self.unsupported(
            "flags",
            "write both cases of a letter where case does not matter: `[Aa]`",
        )
    }

    fn no_unicode(&self) -> PatternError {
        self.unsupported("`\\p{…}`", "list the ranges of characters instead")
    }

    fn unsupported(&self, what: &'static str, hint: &'static str) -> PatternError {
        PatternError::Unsupported {
            pattern: self.pattern.to_owned(),
            what,
            hint,
        }
    }

    fn too_large(&self) -> PatternError {
        PatternError::TooLarge {
            pattern: self.pattern.to_owned(),
        }
    }
}

fn turned(chars: Chars, negated: bool) -> Chars {
    if negated { chars.complement() } else { chars }
}

fn perl(class: &ClassPerl) -> Chars {
    let kind = match class.kind {
        ClassPerlKind::Digit => ClassAsciiKind::Digit,
        ClassPerlKind::Space => ClassAsciiKind::Space,
        ClassPerlKind::Word => ClassAsciiKind::Word,
    };
    turned(ascii(&kind), class.negated)
}

fn ascii(kind: &ClassAsciiKind) -> Chars {
    let ranges: &[(char, char)] = match kind {
        ClassAsciiKind::Alnum => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        ClassAsciiKind::Alpha => &[('A', 'Z'), ('a', 'z')],
        ClassAsciiKind::Ascii => &[('\0', '\x7f')],
        ClassAsciiKind::Blank => &[('\t', '\t'), (' ', ' ')],
        ClassAsciiKind::Cntrl => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        ClassAsciiKind::Digit => &[('0', '9')],
        ClassAsciiKind::Graph => &[('!', '~')],
        ClassAsciiKind::Lower => &[('a', 'z')],
        ClassAsciiKind::Print => &[(' ', '~')],
        ClassAsciiKind::Punct => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ClassAsciiKind::Space => &[('\t', '\r'), (' ', ' ')],
        ClassAsciiKind::Upper => &[('A', 'Z')],
        ClassAsciiKind::Word => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        ClassAsciiKind::Xdigit => &[('0', '9'), ('A', 'F'), ('a', 'f')],
    };
    Chars::of(ranges.iter().copied())
}
