//! A cursor over MessagePack bytes.

use rmp::Marker;

use super::Error;

/// Depth to which a value is skipped that nobody looks at.
const MAX_SKIP_DEPTH: usize = 64;

/// The bytes that are left.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn peek(&self) -> Result<Marker, Error> {
        self.0
            .first()
            .map(|byte| Marker::from_u8(*byte))
            .ok_or(Error::Truncated)
    }

    pub fn marker(&mut self) -> Result<Marker, Error> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Error::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, tail) = self.0.split_first_chunk().ok_or(Error::Truncated)?;
        self.0 = tail;
        Ok(*head)
    }

    fn length<const N: usize>(&mut self) -> Result<usize, Error> {
        let bytes: [u8; N] = self.array()?;
        Ok(bytes
            .iter()
            .fold(0, |length, byte| (length << 8) | usize::from(*byte)))
    }

    /// Text or binary; the hosts' readers take either for text.
    pub fn bytes(&mut self, expected: &'static str) -> Result<&'a [u8], Error> {
        let length = match self.marker()? {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 | Marker::Bin8 => self.length::<1>()?,
            Marker::Str16 | Marker::Bin16 => self.length::<2>()?,
            Marker::Str32 | Marker::Bin32 => self.length::<4>()?,
            other => return Err(unexpected(expected, other)),
        };
        self.take(length)
    }

    pub fn text(&mut self, expected: &'static str) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes(expected)?).map_err(|_| Error::NotText)
    }

    /// The length of an array; every element takes a byte at least, so a length beyond the bytes left is refused.
    pub fn array_length(&mut self, expected: &'static str) -> Result<usize, Error> {
        let length = match self.marker()? {
            Marker::FixArray(length) => usize::from(length),
            Marker::Array16 => self.length::<2>()?,
            Marker::Array32 => self.length::<4>()?,
            other => return Err(unexpected(expected, other)),
        };
        if length > self.0.len() {
            Err(Error::Truncated)
        } else {
            Ok(length)
        }
    }

    pub fn map_length(&mut self, expected: &'static str) -> Result<usize, Error> {
        let length = match self.marker()? {
            Marker::FixMap(length) => usize::from(length),
            Marker::Map16 => self.length::<2>()?,
            Marker::Map32 => self.length::<4>()?,
            other => return Err(unexpected(expected, other)),
        };
        if length > self.0.len() / 2 {
            Err(Error::Truncated)
        } else {
            Ok(length)
        }
    }

    /// An extension, if one comes next: its code and body.
    pub fn extension(&mut self) -> Result<Option<(u8, &'a [u8])>, Error> {
        let mut ahead = Reader(self.0);
        let length = match ahead.marker()? {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => ahead.length::<1>()?,
            Marker::Ext16 => ahead.length::<2>()?,
            Marker::Ext32 => ahead.length::<4>()?,
            _ => return Ok(None),
        };
        let [code] = ahead.array()?;
        let body = ahead.take(length)?;
        *self = ahead;
        Ok(Some((code, body)))
    }

    /// An integer of any width, if one comes next.
    pub fn integer(&mut self) -> Result<Option<i128>, Error> {
        let mut ahead = Reader(self.0);
        let number = match ahead.marker()? {
            Marker::FixPos(n) => i128::from(n),
            Marker::FixNeg(n) => i128::from(n),
            Marker::U8 => i128::from(u8::from_be_bytes(ahead.array()?)),
            Marker::U16 => i128::from(u16::from_be_bytes(ahead.array()?)),
            Marker::U32 => i128::from(u32::from_be_bytes(ahead.array()?)),
            Marker::U64 => i128::from(u64::from_be_bytes(ahead.array()?)),
            Marker::I8 => i128::from(i8::from_be_bytes(ahead.array()?)),
            Marker::I16 => i128::from(i16::from_be_bytes(ahead.array()?)),
            Marker::I32 => i128::from(i32::from_be_bytes(ahead.array()?)),
            Marker::I64 => i128::from(i64::from_be_bytes(ahead.array()?)),
            _ => return Ok(None),
        };
        *self = ahead;
        Ok(Some(number))
    }

    /// Passes over one value of any kind.
    pub fn skip(&mut self) -> Result<(), Error> {
        self.skip_within(MAX_SKIP_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), Error> {
        let depth = depth.checked_sub(1).ok_or(Error::TooDeep)?;
        if self.integer()?.is_some() || self.extension()?.is_some() {
            return Ok(());
        }
        let values = match self.peek()? {
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => self.array_length("")?,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => self.map_length("")? * 2,
            Marker::Null | Marker::True | Marker::False => return self.marker().map(drop),
            Marker::F32 => return self.take(5).map(drop),
            Marker::F64 => return self.take(9).map(drop),
            _ => return self.bytes("a value").map(drop),
        };
        (0..values).try_for_each(|_| self.skip_within(depth))
    }
}

pub fn unexpected(expected: &'static str, found: Marker) -> Error {
    Error::Unexpected {
        expected,
        found: found.to_u8(),
    }
}
