//! Unknown values: an extension, whose body may say something about the value.

use rmp::Marker;
use rmp::encode::write_str;

use super::reader::Reader;
use super::{Error, decode, encode};
use crate::framework::{Number, Refinement, Type, Value};

/// The extension code of an unknown value with refinements.
const REFINED: u8 = 12;
/// Longest body of refinements that the hosts read.
const MAX_BODY: usize = 1024;
/// Longest prefix that the hosts write.
const MAX_PREFIX: usize = 256;

const NULLNESS: i128 = 1;
const PREFIX: i128 = 2;
const MIN: i128 = 3;
const MAX: i128 = 4;
const LENGTH_MIN: i128 = 5;
const LENGTH_MAX: i128 = 6;

/// The unknown value that an extension stands for.
pub fn read(code: u8, body: &[u8], ty: &Type) -> Result<Value, Error> {
    if body.len() <= 1 || *ty == Type::Dynamic {
        return Ok(Value::UNKNOWN);
    }
    if code != REFINED || body.len() > MAX_BODY {
        return Err(Error::Refinement);
    }
    let mut reader = Reader(body);
    let mut refinement = Refinement::default();
    for _ in 0..reader.map_length("refinements")? {
        let key = reader.integer()?.ok_or(Error::Refinement)?;
        match (key, ty) {
            (NULLNESS, _) => match reader.marker()? {
                Marker::False => refinement.not_null = true,
                Marker::True => return Ok(Value::Null),
                _ => return Err(Error::Refinement),
            },
            (PREFIX, Type::String) => refinement.prefix = Some(reader.text("a prefix")?.to_owned()),
            (MIN, Type::Number) => refinement.min = Some(bound(&mut reader)?),
            (MAX, Type::Number) => refinement.max = Some(bound(&mut reader)?),
            (LENGTH_MIN, Type::List(_) | Type::Set(_) | Type::Map(_)) => {
                refinement.length_min = Some(length(&mut reader)?);
            }
            (LENGTH_MAX, Type::List(_) | Type::Set(_) | Type::Map(_)) => {
                refinement.length_max = Some(length(&mut reader)?);
            }
            (NULLNESS..=LENGTH_MAX, _) => return Err(Error::Refinement),
            _ => reader.skip()?,
        }
    }
    let empty = refinement == Refinement::default();
    Ok(Value::Unknown((!empty).then(|| Box::new(refinement))))
}

fn bound(reader: &mut Reader<'_>) -> Result<(Number, bool), Error> {
    if reader.array_length("a bound")? != 2 {
        return Err(Error::Refinement);
    }
    let number = decode::number(reader)?;
    match reader.marker()? {
        Marker::True => Ok((number, true)),
        Marker::False => Ok((number, false)),
        _ => Err(Error::Refinement),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<i64, Error> {
    let length = reader.integer()?.ok_or(Error::Refinement)?;
    i64::try_from(length).map_err(|_| Error::Refinement)
}

/// Writes an unknown value with what is known about it.
pub fn write(out: &mut Vec<u8>, refinement: Option<&Refinement>) -> Result<(), Error> {
    let body = match refinement {
        Some(refinement) if *refinement != Refinement::default() => body(refinement)?,
        _ => Vec::new(),
    };
    if body.is_empty() || body.len() > MAX_BODY {
        out.extend([0xd4, 0, 0]);
        return Ok(());
    }
    // the hosts always write the forms with a length, never the fixed ones
    match u8::try_from(body.len()) {
        Ok(length) => out.extend([0xc7, length, REFINED]),
        Err(_) => {
            let [high, low] = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes();
            out.extend([0xc8, high, low, REFINED]);
        }
    }
    out.extend(body);
    Ok(())
}

fn body(refinement: &Refinement) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut count = 0;
    let mut key = |out: &mut Vec<u8>, key: i128| {
        count += 1;
        out.push(u8::try_from(key).unwrap_or(0));
    };
    if refinement.not_null {
        key(&mut out, NULLNESS);
        out.push(Marker::False.to_u8());
    }
    if let Some(prefix) = &refinement.prefix {
        key(&mut out, PREFIX);
        let _ = write_str(&mut out, shortened(prefix));
    }
    for (name, bound) in [(MIN, &refinement.min), (MAX, &refinement.max)] {
        if let Some((number, inclusive)) = bound {
            key(&mut out, name);
            out.push(Marker::FixArray(2).to_u8());
            encode::number(&mut out, number);
            out.push(if *inclusive { Marker::True } else { Marker::False }.to_u8());
        }
    }
    for (name, length) in [
        (LENGTH_MIN, refinement.length_min),
        (LENGTH_MAX, refinement.length_max),
    ] {
        if let Some(length) = length {
            key(&mut out, name);
            encode::number(&mut out, &Number::Int(length));
        }
    }
    let mut whole = vec![Marker::FixMap(count).to_u8()];
    whole.append(&mut out);
    Ok(whole)
}

/// A prefix as long as the hosts take it. The last character before a cut is dropped: what follows it in the text
/// may combine with it.
fn shortened(prefix: &str) -> &str {
    if prefix.len() <= MAX_PREFIX {
        return prefix;
    }
    let end = prefix.floor_char_boundary(MAX_PREFIX - 1);
    let cut = prefix.get(..end).unwrap_or_default();
    let last = cut.char_indices().next_back().map_or(0, |(at, _)| at);
    cut.get(..last).unwrap_or_default()
}
