//! The configuration file with which Google's libraries and `gcloud` exchange the workload's token ("external account"
//! credentials). It holds no secret.

use serde_json::{Map, Value, json};

use super::meaning::Meaning;
use super::model::{CredentialSourceModel, TrustModel};
use super::token_place;
use crate::clouds::gcp::client::{Api, Google};
use crate::framework::{Attr, Diagnostics, Path};

/// The file, as far as it is known: null where no source is.
pub fn configuration(
    google: &Google,
    meaning: &Meaning,
    (model, email): (&TrustModel, &Attr<String>),
) -> Attr<String> {
    let source = match written(&model.credential_source) {
        None => return Attr::Unknown,
        Some(Some(source)) => source,
        Some(None) => match token_place::of_platform(meaning) {
            Ok(source) => source,
            Err(_) => return Attr::Null,
        },
    };
    let email = match email {
        Attr::Unknown => return Attr::Unknown,
        email => email.text(),
    };
    let (Ok(token_url), Ok(impersonation)) = (
        google.address(Api::Sts, "v1/token"),
        google.address(Api::IamCredentials, "v1/projects/-/serviceAccounts"),
    ) else {
        return Attr::Null;
    };
    let mut file = Map::new();
    file.insert("universe_domain".to_owned(), json!("googleapis.com"));
    file.insert("type".to_owned(), json!("external_account"));
    file.insert(
        "audience".to_owned(),
        json!(format!("//iam.googleapis.com/{}", meaning.name)),
    );
    file.insert(
        "subject_token_type".to_owned(),
        json!("urn:ietf:params:oauth:token-type:jwt"),
    );
    file.insert("token_url".to_owned(), json!(token_url));
    if let Some(email) = email {
        let url = format!("{impersonation}/{email}:generateAccessToken");
        file.insert("service_account_impersonation_url".to_owned(), json!(url));
    }
    file.insert("credential_source".to_owned(), source);
    Attr::from_text(Value::Object(file).to_string())
}

/// `None` while unknown.
fn written(source: &Attr<CredentialSourceModel>) -> Option<Option<Value>> {
    let Some(source) = source.settled()? else {
        return Some(None);
    };
    let mut json = Map::new();
    for (name, attr) in [("file", &source.file), ("url", &source.url)] {
        if let Some(text) = attr.settled()? {
            json.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(headers) = source.headers.members()? {
        json.insert("headers".to_owned(), json!(headers));
    }
    if let Some(executable) = source.executable.settled()? {
        let mut command = Map::new();
        command.insert("command".to_owned(), json!(executable.command.settled()?));
        if let Some(millis) = executable.timeout_millis.settled()? {
            command.insert("timeout_millis".to_owned(), json!(millis));
        }
        if let Some(path) = executable.output_file.settled()? {
            command.insert("output_file".to_owned(), json!(path));
        }
        json.insert("executable".to_owned(), Value::Object(command));
    } else {
        let format = match source.subject_token_field_name.settled()? {
            Some(name) => json!({ "type": "json", "subject_token_field_name": name }),
            None => json!({ "type": "text" }),
        };
        json.insert("format".to_owned(), format);
    }
    Some(Some(Value::Object(json)))
}

/// What can never be a source.
pub fn check(model: &TrustModel, diagnostics: &mut Diagnostics) {
    let Attr::Known(source) = &model.credential_source else {
        return;
    };
    let at = Path::of("credential_source");
    let places = [
        !source.file.is_null(),
        !source.url.is_null(),
        !source.executable.is_null(),
    ];
    let found = places.into_iter().filter(|given| *given).count();
    if found != 1 {
        diagnostics.error(
            at,
            "Where the token is",
            format!("expected exactly one of `file`, `url` and `executable`, found {found}"),
        );
        return;
    }
    if !source.headers.is_null() && source.url.is_null() {
        diagnostics.error(
            at.attribute("headers"),
            "Headers without an address",
            "expected `url` beside `headers`, found none",
        );
    }
    if !source.subject_token_field_name.is_null() && !source.executable.is_null() {
        diagnostics.error(
            at.attribute("subject_token_field_name"),
            "Name of a member beside a command",
            "expected no `subject_token_field_name` beside `executable`: what a command prints has a form of its own",
        );
    }
}
