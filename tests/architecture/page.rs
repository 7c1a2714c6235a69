//! `ARCHITECTURE.md` as rules: which rooms there are, what they may import, which words they never contain.

use std::{fmt, fs};

/// A room by its pattern: `trust`, `clouds/*/dialect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room(Vec<String>);

impl Room {
    fn parse(text: &str) -> Self {
        Self(text.split('/').map(str::to_owned).collect())
    }

    pub fn text(&self) -> String {
        self.0.join("/")
    }

    /// Whether a module path lies in this room or below it; a star stands for a cloud.
    pub fn holds(&self, place: &[String], clouds: &[String]) -> bool {
        let fits = |(want, have): (&String, &String)| {
            if want == "*" {
                clouds.contains(have)
            } else {
                want == have
            }
        };
        place.len() >= self.0.len() && self.0.iter().zip(place).all(fits)
    }

    /// The name that stands where the pattern has its star.
    pub fn starred<'a>(&self, place: &'a [String]) -> Option<&'a String> {
        let at = self.0.iter().position(|part| part == "*")?;
        place.get(at)
    }
}

/// A word that code must not contain.
#[derive(Clone, Debug)]
pub enum Word {
    /// A whole identifier, or joined ones (`std::fs`).
    Path(Vec<String>),
    Prefix(String),
    Macro(String),
    /// Inside a string literal, in any case.
    Quoted(String),
}

impl Word {
    fn parse(text: &str) -> Self {
        if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Self::Quoted(quoted.to_lowercase())
        } else if let Some(prefix) = text.strip_suffix('*') {
            Self::Prefix(prefix.to_owned())
        } else if let Some(name) = text.strip_suffix('!') {
            Self::Macro(name.to_owned())
        } else {
            Self::Path(text.split("::").map(str::to_owned).collect())
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(names) => write!(f, "`{}`", names.join("::")),
            Self::Prefix(prefix) => write!(f, "a name that begins with `{prefix}`"),
            Self::Macro(name) => write!(f, "`{name}!`"),
            Self::Quoted(text) => write!(f, "a string with `{text}`"),
        }
    }
}

enum Whose {
    Rooms(Vec<Room>),
    EveryoneBut(Vec<Room>),
}

pub struct Page {
    clouds: Vec<String>,
    rooms: Vec<Room>,
    imports: Vec<(Room, Vec<Room>)>,
    never: Vec<(Whose, Vec<Word>)>,
}

impl Page {
    /// The page as it stands, with the clouds that `src/` has: every folder with a dialect.
    pub fn read() -> Self {
        let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md"));
        let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/clouds")).expect("src/clouds");
        let clouds = folders
            .map(|entry| entry.expect("an entry of src/clouds").path())
            .filter(|folder| folder.join("dialect").is_dir())
            .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
            .collect();
        Self::parse(&page.expect("ARCHITECTURE.md is readable"), clouds)
    }

    /// Reads the three tables by the heading they stand under.
    fn parse(text: &str, clouds: Vec<String>) -> Self {
        let room = |cell: &str| Room::parse(quoted(cell).first().expect("a room in the first column"));
        let rooms: Vec<_> = rows(text, "## Rooms").iter().map(|row| room(&row[0])).collect();
        let imports: Vec<_> = rows(text, "## What may import what")
            .iter()
            .map(|row| {
                (
                    room(&row[0]),
                    quoted(&row[1])
                        .iter()
                        .map(|name| Room::parse(name))
                        .collect::<Vec<_>>(),
                )
            })
            .collect();
        let never = rows(text, "## What the code of a room never contains")
            .iter()
            .map(|row| {
                (
                    whose(&row[0]),
                    quoted(&row[1]).iter().map(|word| Word::parse(word)).collect(),
                )
            })
            .collect();
        for (importer, allowed) in &imports {
            for named in std::iter::once(importer).chain(allowed) {
                assert!(
                    rooms.contains(named),
                    "ARCHITECTURE.md imports `{}`, which is no room of it",
                    named.text()
                );
            }
        }
        for owner in &rooms {
            let lines = imports.iter().filter(|(importer, _)| importer == owner).count();
            assert_eq!(
                lines,
                1,
                "ARCHITECTURE.md must say once what `{}` may import",
                owner.text()
            );
        }
        Self {
            clouds,
            rooms,
            imports,
            never,
        }
    }

    /// Whether a module path lies in a room.
    pub fn is_in(&self, room: &Room, place: &[String]) -> bool {
        room.holds(place, &self.clouds)
    }

    pub fn rooms(&self) -> &[Room] {
        &self.rooms
    }

    /// The innermost room that holds a module path.
    pub fn room_of(&self, place: &[String]) -> Option<&Room> {
        self.rooms
            .iter()
            .filter(|room| room.holds(place, &self.clouds))
            .max_by_key(|room| room.0.len())
    }

    /// Whether code at one place may name what is at another.
    pub fn allows(&self, from: &[String], to: &[String]) -> bool {
        let (Some(own), Some(other)) = (self.room_of(from), self.room_of(to)) else {
            return false;
        };
        let one_cloud = match (own.starred(from), other.starred(to)) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        };
        let listed = self
            .imports
            .iter()
            .any(|(room, allowed)| room == own && allowed.contains(other));
        one_cloud && (own == other || listed)
    }

    /// The words that code at a place must not contain.
    pub fn forbidden(&self, place: &[String]) -> Vec<Word> {
        let Some(own) = self.room_of(place) else {
            return Vec::new();
        };
        let applies = |whose: &Whose| match whose {
            Whose::Rooms(rooms) => rooms.contains(own),
            Whose::EveryoneBut(rooms) => !rooms.contains(own),
        };
        self.never
            .iter()
            .filter(|(whose, _)| applies(whose))
            .flat_map(|(_, words)| words.clone())
            .collect()
    }
}

fn whose(cell: &str) -> Whose {
    let rooms = quoted(cell).iter().map(|name| Room::parse(name)).collect();
    if cell.trim().starts_with("every room") {
        Whose::EveryoneBut(rooms)
    } else {
        Whose::Rooms(rooms)
    }
}

/// The data rows of the first table below a heading.
fn rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let mut lines = text
        .lines()
        .skip_while(|line| *line != heading)
        .skip(1)
        .skip_while(|line| !line.starts_with('|'));
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let rows: Vec<Vec<String>> = lines
        .by_ref()
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table under `{heading}`");
    rows
}

/// What stands between back-quotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_page_decides() {
    let page = Page {
        clouds: vec!["aws".to_owned(), "gcp".to_owned()],
        ..Page::read()
    };
    let place = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let allows = |from: &str, to: &str| page.allows(&place(from), &place(to));
    assert!(allows("clouds::aws::dialect::render", "trust"));
    assert!(allows("clouds::aws::client", "clouds::aws::dialect"));
    assert!(allows(
        "clouds::aws::emulator::sts",
        "clouds::aws::dialect::Policy"
    ));
    assert!(
        !allows("clouds::aws::emulator", "clouds::aws::client"),
        "they would share a bug"
    );
    assert!(!allows("clouds::aws::client", "clouds::aws::emulator"));
    assert!(
        !allows("clouds::gcp::client", "clouds::aws::client"),
        "another cloud"
    );
    assert!(
        !allows("clouds::gcp::client", "clouds::aws::dialect"),
        "another cloud's dialect"
    );
    assert!(
        allows("clouds::gcp::resources", "clouds::guardrail"),
        "what all clouds share"
    );
    assert!(!allows("clouds::gcp::dialect", "clouds::guardrail"));
    assert!(!allows("trust::issuer", "clouds"));
    assert!(!allows("plugin::server", "trust"));
    assert!(!allows("cli::demo", "plugin"));
    assert!(!allows("provider", "sandbox"));
}
