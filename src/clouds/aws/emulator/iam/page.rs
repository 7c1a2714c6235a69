//! Pages of a list: `MaxItems`, `Marker`, `IsTruncated`.

use data_encoding::BASE64URL_NOPAD;

use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::wire::{ApiError, Query, Xml};

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    marker: Option<String>,
}

impl<T> Page<T> {
    /// Cuts the page that the request asks for. The marker holds the key of the last item shown, so that objects which
    /// come and go between two pages neither repeat nor hide others.
    ///
    /// # Errors
    /// `ValidationError` for a page size out of 1..=1000 or a marker that is none of ours.
    pub fn cut(query: &Query, items: impl IntoIterator<Item = (String, T)>) -> Result<Self, ApiError> {
        let most = rule::number(query, "MaxItems", 1, 1000)?.unwrap_or(100);
        let most = usize::try_from(most).unwrap_or(100);
        let after = rule::MARKER.optional(query, "Marker")?.map(unmark).transpose()?;
        let mut items: Vec<(String, T)> = items.into_iter().collect();
        items.sort_by(|(a, _), (b, _)| a.cmp(b));
        items.retain(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        let truncated = items.len() > most;
        items.truncate(most);
        let marker = match items.last() {
            Some((key, _)) if truncated => Some(mark(key)),
            _ => None,
        };
        Ok(Self {
            items: items.into_iter().map(|(_, item)| item).collect(),
            marker,
        })
    }

    /// Writes `IsTruncated` and, when there is more, `Marker`.
    pub fn write_end(&self, xml: &mut Xml) {
        xml.text("IsTruncated", self.marker.is_some());
        xml.optional("Marker", self.marker.as_deref());
    }
}

/// INVARIANT: a marker has at most 320 characters, so keys have at most 240 bytes; lists of longer things are keyed by
/// their position.
fn mark(key: &str) -> String {
    BASE64URL_NOPAD.encode(key.as_bytes())
}

fn unmark(marker: &str) -> Result<String, ApiError> {
    BASE64URL_NOPAD
        .decode(marker.as_bytes())
        .ok()
        .and_then(|key| String::from_utf8(key).ok())
        .ok_or_else(|| ApiError::validation(format!("Invalid Marker: {marker}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, count: usize) -> Page<usize> {
        let query = Query::parse(text.as_bytes()).unwrap();
        Page::cut(&query, (0..count).map(|n| (format!("{n:04}"), n))).unwrap()
    }

    #[test]
    fn pages_join_to_the_whole_list() {
        for (count, size) in [(0, 1), (1, 1), (5, 2), (250, 100), (4, 4)] {
            let (mut seen, mut marker) = (Vec::new(), String::new());
            loop {
                let page = page(&format!("MaxItems={size}{marker}"), count);
                assert!(page.items.len() <= size);
                seen.extend(page.items);
                match page.marker {
                    Some(next) => marker = format!("&Marker={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_page_has_a_hundred_items_unless_told_otherwise() {
        assert_eq!(page("", 250).items.len(), 100);
    }

    #[test]
    fn bad_sizes_and_markers() {
        for text in [
            "MaxItems=0",
            "MaxItems=1001",
            "MaxItems=x",
            "Marker=***",
            "Marker=",
        ] {
            let query = Query::parse(text.as_bytes()).unwrap();
            assert!(Page::<()>::cut(&query, []).is_err(), "{text}");
        }
    }
}
