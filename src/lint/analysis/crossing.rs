//! Wildcards that reach beyond a delimiter.

use super::Analysis;
use super::opening::{Example, Kind, Opening};
use super::subject::{Laid, text_behind};
use crate::lint::issuer::Part;
use crate::lint::language::Letter;
use crate::trust::{Glob, Piece, Severity};

impl Analysis<'_> {
    /// A subject in which a text of the form, written in the pattern behind a wildcard, stands inside a name that the workload
    /// chooses. The pattern reads as if it tested what stands behind that text in the form.
    pub(super) fn crossing(&self, laid: &Laid<'_>, written: &str, glob: &Glob, found: &mut Vec<Opening>) {
        if !text_behind(glob) {
            return;
        }
        let behind: String = glob
            .pieces()
            .iter()
            .skip_while(|piece| matches!(piece, Piece::Literal(_)))
            .map(|piece| match piece {
                Piece::Literal(c) => *c,
                Piece::One | Piece::Any => '\0',
            })
            .collect();
        let is_word = |text: &str| text.chars().any(char::is_alphanumeric);
        let texts = laid
            .form
            .texts()
            .filter(|text| is_word(text) && behind.contains(*text));
        let texts: Vec<String> = texts.map(str::to_owned).collect();
        let chosen = laid
            .form
            .variables
            .iter()
            .filter(|(_, part)| *part == Part::Context);
        for (name, _) in chosen {
            for text in &texts {
                if let Some(example) = self.inside_name(laid, name, text) {
                    found.push(Opening::new(
                        Kind::Crossing,
                        written.to_owned(),
                        Severity::High,
                        vec![example],
                    ));
                    return;
                }
            }
        }
    }

    fn inside_name(&self, laid: &Laid<'_>, name: &str, text: &str) -> Option<Example> {
        let holding = laid.form.holding(name, text);
        let mut tracks = laid.tracks.clone();
        tracks.marks = Some(&holding);
        let laid = Laid {
            number: laid.number,
            form: laid.form,
            tracks,
        };
        // Behind a wildcard in the name itself the text is written down.
        let judge = |letter: Letter, flags: u32| match letter.mark {
            1 => Some(flags | u32::from(letter.wild)),
            2 => (flags != 0 && !letter.wild).then_some(flags),
            _ => Some(flags),
        };
        let example = laid.find(&judge, &|flags| flags != 0)?;
        // As it was found: other words in place of the wildcards might not reach beyond the delimiter.
        Some(match example {
            Example::Found { letters, .. } => Example::Text(crate::lint::language::text(&letters)),
            Example::Text(text) => Example::Text(text),
        })
    }
}
