//! The text of a platform file with the places of its members.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PlatformError, line_of};

/// A platform file, taken apart but not understood.
pub(super) struct Document<'a> {
    text: &'a str,
    table: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// # Errors
    /// A text that is no TOML.
    pub fn parse(text: &'a str) -> Result<Self, PlatformError> {
        let table = DeTable::parse(text).map_err(|e| PlatformError::toml(&e, text))?;
        Ok(Self { text, table })
    }

    /// An error with the line of the member that it names, or of the nearest one around it.
    pub fn located(&self, error: PlatformError) -> PlatformError {
        match error {
            PlatformError::Field { path, reason, .. } => PlatformError::Field {
                line: self.line(&path),
                path,
                reason,
            },
            PlatformError::Looser {
                id,
                host,
                declared,
                known,
                ..
            } => PlatformError::Looser {
                id,
                line: self.line(&["tenancy".to_owned()]),
                host,
                declared,
                known,
            },
            other => other,
        }
    }

    /// The first member that nobody reads: a misspelt one must not silently mean its default. The way to it, and what may
    /// stand there.
    pub fn stranger(&self, allowed: &[Allowed]) -> Option<(Vec<String>, Vec<&'static str>)> {
        allowed.iter().find_map(|rule| {
            self.tables(rule.at).into_iter().find_map(|(mut way, table)| {
                let (name, _) = table
                    .iter()
                    .find(|(name, _)| !rule.members.contains(&name.get_ref().as_ref()))?;
                way.push(name.get_ref().as_ref().to_owned());
                Some((way, rule.members.to_vec()))
            })
        })
    }

    fn line(&self, path: &[String]) -> Option<usize> {
        let mut offset = None;
        let mut at: Option<&DeValue<'a>> = None;
        for step in path {
            let table = match at {
                None => Some(self.table.get_ref()),
                Some(value) => value.as_table(),
            };
            if let Some(table) = table {
                let found = table.iter().find(|(name, _)| name.get_ref().as_ref() == step);
                let Some((name, value)) = found else { break };
                offset = Some(name.span().start);
                at = Some(value.get_ref());
            } else {
                let element = at.and_then(DeValue::as_array).zip(step.parse::<usize>().ok());
                let Some(value) = element.and_then(|(list, index)| list.get(index)) else {
                    break;
                };
                offset = Some(value.span().start);
                at = Some(value.get_ref());
            }
        }
        offset.map(|offset| line_of(self.text, offset))
    }

    /// All tables at a place; `*` stands for any member or element.
    fn tables(&self, place: &[&str]) -> Vec<(Vec<String>, &DeTable<'a>)> {
        let mut found = vec![(Vec::new(), self.table.get_ref())];
        for step in place {
            let is_any = *step == "*";
            let mut next = Vec::new();
            for (way, table) in found {
                for (name, value) in table.iter() {
                    if !is_any && name.get_ref().as_ref() != *step {
                        continue;
                    }
                    let mut way = way.clone();
                    way.push(name.get_ref().as_ref().to_owned());
                    match value.get_ref() {
                        DeValue::Table(inner) => next.push((way, inner)),
                        DeValue::Array(list) => {
                            let tables = list.iter().enumerate();
                            next.extend(tables.filter_map(|(index, value)| {
                                let mut way = way.clone();
                                way.push(index.to_string());
                                Some((way, value.get_ref().as_table()?))
                            }));
                        }
                        _ => {}
                    }
                }
            }
            found = next;
        }
        found
    }
}

/// Which members the tables at a place may have.
pub(super) struct Allowed {
    /// Lists of tables count as the tables in them.
    pub at: &'static [&'static str],
    pub members: &'static [&'static str],
}
