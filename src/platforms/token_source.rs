//! Where a workload finds its token.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// A place where a workload finds its token; a platform may have several, the best first. Data only: who fetches with it
/// answers for what it may contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSource {
    pub place: TokenPlace,
    /// The audience that tokens from here have whatever is asked, as a template.
    pub audience: Option<String>,
    /// What has to be set up before there is one.
    pub requires: Option<String>,
    /// Where it applies.
    pub when: Option<String>,
}

/// The kinds of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    Env(EnvName),
    /// A file at a path, or where an environment variable says. None of both: the workload's configuration chooses.
    File {
        path: Option<String>,
        path_env: Option<String>,
    },
    Http(Box<TokenRequest>),
    /// A header of the request that the workload serves.
    Header(String),
    /// A command; `{audience}` and variables stand in its arguments.
    Cli {
        argv: Vec<String>,
        response: TokenResponse,
    },
    /// A call that only a library of the platform can make.
    Library(String),
}

/// Which environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvName {
    Fixed(String),
    /// The audience in capitals, everything but letters and digits as `_`, then this.
    OfAudience(String),
    /// The workload's configuration chooses.
    Chosen,
}

/// A request that answers with a token. `${NAME}` is an environment variable of the workload, `{audience}` and other names
/// in braces are filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    pub method: HttpMethod,
    pub url: String,
    /// The Unix socket that it goes through.
    pub socket: Option<String>,
    /// The environment variable that names another socket.
    pub socket_env: Option<String>,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub body: Option<RequestBody>,
    pub response: TokenResponse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    Get,
    Post,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestBody {
    Json(BTreeMap<String, Value>),
    Form(BTreeMap<String, String>),
}

/// Where the token is in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenResponse {
    /// The whole answer.
    Bare,
    /// This member of a JSON object.
    Member(String),
    /// Nobody documents it.
    Unknown,
}

/// A source as it stands in a file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct WrittenSource {
    pub kind: SourceKind,
    name: Option<String>,
    var: Option<String>,
    path: Option<String>,
    path_env: Option<String>,
    method: Option<HttpMethod>,
    url: Option<String>,
    url_env: Option<String>,
    token_env: Option<String>,
    socket: Option<String>,
    socket_env: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    json_body: Option<BTreeMap<String, Value>>,
    form_body: Option<BTreeMap<String, String>>,
    response_json: Option<String>,
    /// In words: the answer is the token.
    response: Option<String>,
    header: Option<String>,
    argv: Option<Vec<String>>,
    call: Option<String>,
    audience: Option<String>,
    requires: Option<String>,
    when: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceKind {
    Env,
    File,
    Http,
    Cli,
    Library,
}

impl SourceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::File => "file",
            Self::Http => "http",
            Self::Cli => "cli",
            Self::Library => "library",
        }
    }
}

impl WrittenSource {
    /// The source, or the member that it lacks.
    pub fn source(self) -> Result<TokenSource, &'static str> {
        let is_output = self.kind == SourceKind::Cli;
        let response = match (self.response_json, self.response) {
            (Some(member), _) => TokenResponse::Member(member),
            (None, Some(_)) => TokenResponse::Bare,
            (None, None) if is_output => TokenResponse::Bare,
            (None, None) => TokenResponse::Unknown,
        };
        let place = match self.kind {
            SourceKind::Env => TokenPlace::Env(match self.name.or(self.var).ok_or("name")? {
                chosen if chosen == "*" => EnvName::Chosen,
                name => match name.strip_prefix("{AUDIENCE}") {
                    Some(behind) => EnvName::OfAudience(behind.to_owned()),
                    None => EnvName::Fixed(name),
                },
            }),
            SourceKind::File => {
                if self.path.is_none() && self.path_env.is_none() {
                    return Err("path");
                }
                TokenPlace::File {
                    // the catalogue says in words, with white space, where only the configuration knows
                    path: self.path.filter(|path| !path.contains(' ')),
                    path_env: self.path_env,
                }
            }
            SourceKind::Http => match self.header {
                Some(header) => TokenPlace::Header(header),
                None => {
                    let from_env = self.url_env.map(|name| format!("${{{name}}}"));
                    let mut headers = self.headers;
                    if let Some(name) = self.token_env {
                        headers.insert("Authorization".to_owned(), format!("Bearer ${{{name}}}"));
                    }
                    let json = self.json_body.map(RequestBody::Json);
                    TokenPlace::Http(Box::new(TokenRequest {
                        method: self.method.unwrap_or(HttpMethod::Get),
                        url: self.url.or(from_env).ok_or("url")?,
                        socket: self.socket,
                        socket_env: self.socket_env,
                        query: self.query,
                        headers,
                        body: json.or_else(|| self.form_body.map(RequestBody::Form)),
                        response,
                    }))
                }
            },
            SourceKind::Cli => TokenPlace::Cli {
                argv: self.argv.filter(|argv| !argv.is_empty()).ok_or("argv")?,
                response,
            },
            SourceKind::Library => TokenPlace::Library(self.call.ok_or("call")?),
        };
        Ok(TokenSource {
            place,
            audience: self.audience,
            requires: self.requires,
            when: self.when,
        })
    }
}

/// Names that tools agree on, to try when no platform is recognised.
pub fn generic_token_sources() -> Vec<TokenSource> {
    #[derive(Deserialize)]
    struct Sources {
        generic_token_source: Vec<WrittenSource>,
    }
    let read: Result<Sources, _> = toml::from_str(GENERIC);
    let written = read
        .map(|sources| sources.generic_token_source)
        .unwrap_or_default();
    written
        .into_iter()
        .filter_map(|source| source.source().ok())
        .collect()
}

const GENERIC: &str = include_str!("generic_token_sources.toml");

impl EnvName {
    /// The variable for a token with this audience. None: nobody but the workload's configuration knows.
    pub fn for_audience(&self, audience: &str) -> Option<String> {
        match self {
            Self::Fixed(name) => Some(name.clone()),
            Self::OfAudience(behind) => {
                let word = |c: char| {
                    if c.is_ascii_alphanumeric() {
                        c.to_ascii_uppercase()
                    } else {
                        '_'
                    }
                };
                Some(audience.chars().map(word).chain(behind.chars()).collect())
            }
            Self::Chosen => None,
        }
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
        })
    }
}

/// One sentence for people.
impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(audience) = &self.audience {
            write!(f, ", always for the audience `{audience}`")?;
        }
        if let Some(when) = &self.when {
            write!(f, " ({when})")?;
        }
        if let Some(requires) = &self.requires {
            write!(f, "; needs: {requires}")?;
        }
        Ok(())
    }
}

impl fmt::Display for TokenPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(EnvName::Fixed(name)) => write!(f, "the environment variable `{name}`"),
            Self::Env(EnvName::OfAudience(behind)) => write!(
                f,
                "the environment variable that the job names, by convention the audience in capitals and `{behind}`"
            ),
            Self::Env(EnvName::Chosen) => f.write_str("an environment variable that the job names"),
            Self::File { path, path_env } => match (path, path_env) {
                (Some(path), None) => write!(f, "the file `{path}`"),
                (None, Some(name)) => write!(f, "the file that the environment variable `{name}` names"),
                (Some(path), Some(name)) => {
                    write!(
                        f,
                        "the file that the environment variable `{name}` names, or `{path}`"
                    )
                }
                (None, None) => f.write_str("a file at a path that the workload's configuration names"),
            },
            Self::Http(request) => {
                write!(f, "the answer to {} `{}`", request.method, request.url)?;
                match (&request.socket, &request.socket_env) {
                    (Some(socket), _) => write!(f, " through the socket `{socket}`")?,
                    (None, Some(name)) => write!(f, " through the socket that `{name}` names")?,
                    (None, None) => {}
                }
                in_answer(&request.response, f)
            }
            Self::Header(name) => write!(f, "the header `{name}` of the request that is being served"),
            Self::Cli { argv, response } => {
                write!(f, "the output of `{}`", argv.join(" "))?;
                in_answer(response, f)
            }
            Self::Library(call) => write!(f, "a call of the platform's library: {call}"),
        }
    }
}

fn in_answer(response: &TokenResponse, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match response {
        TokenResponse::Bare => Ok(()),
        TokenResponse::Member(name) => write!(f, ", its member `{name}`"),
        TokenResponse::Unknown => f.write_str(", in which the place of the token is not documented"),
    }
}
