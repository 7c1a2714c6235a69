//! International labels made readable (RFC 3492), so that a look-alike is seen.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// A host with its `xn--` labels decoded; nothing when it has none, or one is no punycode.
pub(super) fn decoded(host: &str) -> Option<String> {
    let lower = host.to_ascii_lowercase();
    if !lower.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let labels: Option<Vec<String>> = lower
        .split('.')
        .map(|label| match label.strip_prefix("xn--") {
            Some(encoded) => label_of(encoded),
            None => Some(label.to_owned()),
        })
        .collect();
    labels.map(|labels| labels.join("."))
}

fn label_of(encoded: &str) -> Option<String> {
    let (basic, extended) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut index, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = extended.bytes().peekable();
    while digits.peek().is_some() {
        let start = index;
        let (mut weight, mut k) = (1u32, BASE);
        loop {
            let digit = digit(digits.next()?)?;
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
        }
        let length = u32::try_from(output.len()).ok()? + 1;
        bias = adapted(index - start, length, start == 0);
        code = code.checked_add(index / length)?;
        index %= length;
        output.insert(usize::try_from(index).ok()?, char::from_u32(code)?);
        index += 1;
    }
    Some(output.into_iter().collect())
}

fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

fn adapted(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_are_decoded() {
        assert_eq!(
            decoded("xn--isser-lva.example").as_deref(),
            Some("isüser.example")
        );
        assert_eq!(decoded("xn--mnchen-3ya.de").as_deref(), Some("münchen.de"));
        // RFC 3492, section 7.1 (A)
        let arabic = decoded("xn--egbpdaj6bu4bxfgehfvwxn").unwrap();
        assert_eq!(arabic, "ليهمابتكلموشعربي؟");
        assert_eq!(decoded("issuer.example"), None);
        assert_eq!(decoded("xn--99999999999.example"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[a-z0-9-]{0,60}") {
            let _ = decoded(&format!("xn--{text}.example"));
        }
    }
}
