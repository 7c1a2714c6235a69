//! The functions that may be called, and who says that Google has them.
//!
//! CEL's own are part of the language. Of its extensions Google documents `extract`, `split` and `join` for mappings and
//! conditions ("Workload Identity Federation", attribute mappings and conditions); `lowerAscii` is in wide public use.

/// A function, apart from how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Extract,
    Split,
    Join,
    LowerAscii,
    UpperAscii,
    Replace,
    ToInt,
    ToUint,
    ToDouble,
    ToText,
    ToBool,
    ToBytes,
    TypeOf,
    /// `dyn(x)`, which is `x`.
    Dynamic,
}

/// Whether Google has a function here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Standing {
    /// Part of the language, documented, or seen at work.
    Known,
    /// Nobody says so: a token that it lets in may just as well be refused.
    Undocumented,
}

/// What a name is.
pub(super) enum Found {
    Function(Function, Standing),
    /// Of CEL's extensions, which Google may have.
    NotEvaluated,
    Nothing,
}

struct Listed {
    name: &'static str,
    function: Function,
    standing: Standing,
    global: bool,
    member: bool,
    /// Receiver included.
    arguments: std::ops::RangeInclusive<usize>,
}

const fn listed(
    name: &'static str,
    function: Function,
    global: bool,
    member: bool,
    arguments: std::ops::RangeInclusive<usize>,
) -> Listed {
    let standing = match function {
        Function::UpperAscii | Function::Replace => Standing::Undocumented,
        _ => Standing::Known,
    };
    Listed {
        name,
        function,
        standing,
        global,
        member,
        arguments,
    }
}

const FUNCTIONS: [Listed; 19] = [
    listed("size", Function::Size, true, true, 1..=1),
    listed("contains", Function::Contains, false, true, 2..=2),
    listed("startsWith", Function::StartsWith, false, true, 2..=2),
    listed("endsWith", Function::EndsWith, false, true, 2..=2),
    listed("matches", Function::Matches, true, true, 2..=2),
    listed("extract", Function::Extract, false, true, 2..=2),
    listed("split", Function::Split, false, true, 2..=3),
    listed("join", Function::Join, false, true, 1..=2),
    listed("lowerAscii", Function::LowerAscii, false, true, 1..=1),
    listed("upperAscii", Function::UpperAscii, false, true, 1..=1),
    listed("replace", Function::Replace, false, true, 3..=4),
    listed("int", Function::ToInt, true, false, 1..=1),
    listed("uint", Function::ToUint, true, false, 1..=1),
    listed("double", Function::ToDouble, true, false, 1..=1),
    listed("string", Function::ToText, true, false, 1..=1),
    listed("bool", Function::ToBool, true, false, 1..=1),
    listed("bytes", Function::ToBytes, true, false, 1..=1),
    listed("type", Function::TypeOf, true, false, 1..=1),
    listed("dyn", Function::Dynamic, true, false, 1..=1),
];

/// Functions of CEL and its extensions that are not evaluated here.
const NOT_EVALUATED: [&str; 33] = [
    "charAt",
    "decode",
    "distinct",
    "duration",
    "encode",
    "existsOne",
    "first",
    "flatten",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "greatest",
    "indexOf",
    "last",
    "lastIndexOf",
    "least",
    "quote",
    "range",
    "reverse",
    "slice",
    "sort",
    "sortBy",
    "substring",
    "timestamp",
    "trim",
];

/// The function that a call means; `arguments` counts the receiver.
pub(super) fn find(name: &str, member: bool, arguments: usize) -> Found {
    if let Some(listed) = FUNCTIONS.iter().find(|listed| listed.name == name) {
        let form = if member { listed.member } else { listed.global };
        let fits = form && listed.arguments.contains(&arguments);
        return match fits {
            true => Found::Function(listed.function, listed.standing),
            false => Found::Nothing,
        };
    }
    match NOT_EVALUATED.contains(&name) {
        true => Found::NotEvaluated,
        false => Found::Nothing,
    }
}

impl Function {
    pub fn name(self) -> &'static str {
        FUNCTIONS
            .iter()
            .find(|listed| listed.function == self)
            .map_or("", |listed| listed.name)
    }
}
