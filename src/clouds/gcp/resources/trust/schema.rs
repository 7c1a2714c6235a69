//! The schema of `oidcfed_gcp_trust`.

use super::ownership::{Bind, Ownership, SoftDeleted};
use crate::clouds::gcp::dialect::limits;
use crate::clouds::trust_arguments;
use crate::framework::{
    Attribute, Diagnostics, IdentityAttribute, IdentitySchema, Nesting, Number, Path, Schema, Timeouts, Type,
    Value,
};

/// All attributes, in the order of the model.
pub fn schema() -> Schema {
    let mut attributes = trust_arguments::attributes();
    attributes.extend(place());
    attributes.extend(decision());
    attributes.extend(permissions());
    attributes.push(Timeouts::attribute());
    attributes.extend(trust_arguments::computed_attributes());
    attributes.extend(computed());
    Schema::new(
        "An issuer as a provider of a workload identity pool, and what the identities of its tokens may do: exactly those of \
         the named audiences and subjects, and of no other provider of the pool.",
        attributes,
    )
}

/// What names one trust for ever.
pub fn identity() -> IdentitySchema {
    let attribute = |name: &str, description: &str| IdentityAttribute {
        name: name.to_owned(),
        ty: Type::String,
        description: description.to_owned(),
        required_for_import: true,
        optional_for_import: false,
    };
    IdentitySchema {
        version: 0,
        attributes: vec![
            attribute("project_number", "Number of the project of the pool."),
            attribute("pool_id", "Id of the pool."),
            attribute("provider_id", "Id of the provider in the pool."),
        ],
    }
}

fn place() -> Vec<Attribute> {
    let pool = vec![
        Attribute::string("id")
            .required()
            .describe("Id of the pool, 4 to 32 characters of `[a-z0-9-]`. A change replaces the trust.")
            .validate_text("Invalid pool id", limits::pool_id),
        Attribute::string("ownership")
            .optional()
            .describe(
                "`exclusive` (default): the pool is this trust's alone, made and deleted with it. `shared`: made if it is missing, \
                 deleted by the last trust that leaves. `external`: must exist, never written.",
            )
            .validate_text("Invalid ownership", |text| Ownership::parse(text).map(drop)),
        display_name("the pool"),
        description("the pool"),
        Attribute::bool("disabled")
            .optional()
            .describe("Nobody gets in through the pool, and tokens that it gave stop working. Default false."),
    ];
    let provider = vec![
        Attribute::string("id")
            .required()
            .describe("Id of the provider, 4 to 32 characters of `[a-z0-9-]`. A change replaces the trust.")
            .validate_text("Invalid provider id", limits::provider_id),
        display_name("the provider"),
        description("the provider"),
        Attribute::bool("disabled").optional().describe(
            "Nobody gets in through the provider; tokens that it gave keep working. Default false.",
        ),
    ];
    vec![
        Attribute::string("project")
            .optional()
            .computed()
            .use_state()
            .describe(
                "Id or number of the project of pool and provider; default: the provider block's. Id and number of one project \
                 are the same; another project replaces the trust.",
            )
            .validate_text("Empty project", not_empty),
        Attribute::nested("pool", Nesting::Single, pool).required().describe("The workload identity pool."),
        Attribute::nested("pool_provider", Nesting::Single, provider)
            .required()
            .describe("The provider in the pool that takes the issuer's tokens."),
    ]
}

fn display_name(of: &str) -> Attribute {
    Attribute::string("display_name")
        .optional()
        .describe(format!("Name of {of} for people, up to 32 characters."))
        .validate_text("Invalid display name", limits::display_name)
}

fn description(of: &str) -> Attribute {
    Attribute::string("description")
        .optional()
        .describe(format!(
            "Description of {of}, up to {} characters: the rest of Google's 256 holds a mark by which what we made is known \
             again, which is not shown here.",
            super::mark::LONGEST
        ))
        .validate_text("Invalid description", super::mark::description)
}

fn decision() -> Vec<Attribute> {
    vec![
        Attribute::string_map("attribute_mapping")
            .optional()
            .describe(
                "What `google.subject`, `google.groups` and `attribute.NAME` are made of, in place of the platform's own mapping: \
                 CEL over `assertion`. `attribute.oidcfed_trust` is always added. Only where the pool is this trust's alone.",
            )
            .validate(no_null),
        Attribute::string("attribute_condition")
            .optional()
            .describe("A further condition in CEL that has to hold as well; read alone, then and-ed to what the arguments say.")
            .validate_text("Empty condition", not_empty),
        Attribute::string("jwks_json")
            .optional()
            .describe("Keys of the issuer, a JSON Web Key Set, where Google cannot reach it. Only members that Google takes.")
            .validate_text("Invalid keys", limits::jwks_json),
        Attribute::string("discovery_uri")
            .optional()
            .describe("Where the discovery document is, when not at the usual place below the issuer.")
            .validate_text("Empty address", not_empty),
    ]
}

fn permissions() -> Vec<Attribute> {
    vec![
        Attribute::string("service_account_email")
            .optional()
            .computed()
            .describe(
                "A service account that exists, which the admitted identities may act as. Never made, changed or deleted; only \
                 its binding is this trust's.",
            )
            .validate_text("Invalid service account", service_account_email),
        Attribute::nested("service_account", Nesting::Single, service_account())
            .optional()
            .describe("A service account that is made for this trust, and deleted with it."),
        Attribute::string("bind")
            .default(Value::string("trust"))
            .describe(
                "Whom bindings name: `trust` (default), everybody this trust admits and nobody else; `subject`, its exact subjects; \
                 `attribute.NAME`, the values of a claim that is mapped.",
            )
            .validate_text("Invalid binding", |text| Bind::parse(text).map(drop)),
        Attribute::nested("grants", Nesting::Map, grant())
            .optional()
            .describe("Roles on projects, folders and organizations: of the service account, or of the identities themselves where there is none.")
            .validate(|value, path, diagnostics| {
                if matches!(value, Value::Map(members) if members.values().any(Value::is_null)) {
                    diagnostics.error(path.clone(), "Null among the grants", "expected a grant for every name, found null");
                }
            }),
        Attribute::string("on_soft_deleted")
            .optional()
            .describe(
                "What a pool or provider of this id means that was deleted within thirty days: `restore` (default), where nothing \
                 that comes back with it admits anybody else; or `error`.",
            )
            .validate_text("Invalid choice", |text| SoftDeleted::parse(text).map(drop)),
        Attribute::nested("credential_source", Nesting::Single, credential_source())
            .optional()
            .describe("Where Google's libraries find the workload's token, for `credential_configuration`. Default: the file or the \
                 address where the platform puts it on every machine, else the command `oidcfed token get`."),
    ]
}

fn service_account() -> Vec<Attribute> {
    vec![
        Attribute::string("account_id")
            .required()
            .describe("Id of the account, 6 to 30 characters, the part before the `@`.")
            .validate_text("Invalid account id", limits::account_id),
        Attribute::string("project")
            .optional()
            .describe("Id or number of its project; default: the trust's.")
            .validate_text("Empty project", not_empty),
        Attribute::string("display_name")
            .optional()
            .describe("Name for people, up to 100 bytes.")
            .validate_text("Invalid display name", limits::account_display_name),
        Attribute::string("description")
            .optional()
            .describe("Description, up to 256 bytes.")
            .validate_text("Invalid description", limits::account_description),
    ]
}

fn grant() -> Vec<Attribute> {
    let on = |name: &str, text: &str| {
        Attribute::string(name)
            .optional()
            .describe(text)
            .validate_text("Empty name", not_empty)
    };
    let condition = vec![
        Attribute::string("title")
            .required()
            .describe("Title.")
            .validate_text("Empty title", not_empty),
        Attribute::string("expression")
            .required()
            .describe("CEL over `request` and `resource`.")
            .validate_text("Empty expression", not_empty),
        Attribute::string("description")
            .optional()
            .describe("Description."),
    ];
    vec![
        on(
            "project",
            "Id or number of the project; this, `folder` or `organization`.",
        ),
        on("folder", "Number of the folder."),
        on("organization", "Number of the organization."),
        Attribute::string("role")
            .required()
            .describe("`roles/NAME`, or the full name of a custom role.")
            .validate_text("Invalid role", limits::role),
        Attribute::nested("condition", Nesting::Single, condition)
            .optional()
            .describe("When the grant holds (IAM Conditions)."),
    ]
}

fn credential_source() -> Vec<Attribute> {
    let executable = vec![
        Attribute::string("command")
            .required()
            .describe("The command; the workload needs `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1`.")
            .validate_text("Empty command", not_empty),
        Attribute::number("timeout_millis")
            .optional()
            .describe("Milliseconds, 5000 to 120000; default 30000.")
            .validate(timeout_millis),
        Attribute::string("output_file")
            .optional()
            .describe("Where the command keeps its answer.")
            .validate_text("Empty path", not_empty),
    ];
    vec![
        Attribute::string("file")
            .optional()
            .describe("Path of a file; this, `url` or `executable`.")
            .validate_text("Empty path", not_empty),
        Attribute::string("url").optional().describe("An address.").validate_text("Empty address", not_empty),
        Attribute::string_map("headers").optional().describe("Headers for `url`; no secret belongs here."),
        Attribute::nested("executable", Nesting::Single, executable).optional().describe("A command that prints the token."),
        Attribute::string("subject_token_field_name")
            .optional()
            .describe("The member of a JSON answer of `file` or `url` that holds the token; null: the whole answer is the token.")
            .validate_text("Empty name", not_empty),
    ]
}

fn computed() -> Vec<Attribute> {
    vec![
        Attribute::string("pool_name")
            .computed()
            .describe("Full name of the pool; null while it does not exist."),
        Attribute::string("provider_name")
            .computed()
            .describe("Full name of the provider, with the project's number; null while it does not exist."),
        Attribute::string("project_number").computed().describe("Number of the project."),
        Attribute::string("principal_set")
            .computed()
            .describe("The member of IAM policies that means everybody whom this trust admits, and no token of another provider."),
        Attribute::string_set("principals").computed().describe("The members that bindings name, as `bind` says."),
        Attribute::string_map("effective_attribute_mapping")
            .computed()
            .describe("What the provider maps; drift is judged on it."),
        Attribute::string("effective_attribute_condition")
            .computed()
            .describe("The provider's condition, CEL; drift is judged on its meaning."),
        Attribute::string("service_account_id")
            .computed()
            .describe("Google's own id of the service account that was made; null where none was."),
        Attribute::string("credential_configuration").computed().describe(
            "Configuration file for Google's libraries and `gcloud`, JSON without a secret. Where the token comes from a command, \
             the workload needs `oidcfed` on its `PATH` and `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1`. Null where only the \
             workload's own configuration knows where the token is, or several platforms are meant, and `credential_source` \
             says nothing.",
        ),
    ]
}

fn not_empty(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("expected a text, found an empty string")
    } else {
        Ok(())
    }
}

fn service_account_email(text: &str) -> Result<(), String> {
    let fits = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b))
    };
    match text.split_once('@') {
        Some((name, host)) if fits(name) && fits(host) && host.contains('.') => Ok(()),
        _ => Err(format!(
            "expected the e-mail address of a service account (`NAME@PROJECT.iam.gserviceaccount.com`), found `{text}`"
        )),
    }
}

fn no_null(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Map(members) = value else { return };
    for (key, _) in members.iter().filter(|(_, value)| value.is_null()) {
        diagnostics.error(
            path.key(key.clone()),
            "Null among the values",
            "expected an expression, found null",
        );
    }
    if members.is_empty() {
        diagnostics.error(
            path.clone(),
            "Empty mapping",
            "expected at least `google.subject`, found nothing; leave the argument out for the platform's own mapping",
        );
    }
}

fn timeout_millis(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Number(number) = value else { return };
    let fits = |millis: i64| (5_000..=120_000).contains(&millis);
    if !number.as_i64().is_some_and(fits) {
        diagnostics.error(
            path.clone(),
            "Invalid timeout",
            format!(
                "expected 5000 to 120000 milliseconds, found `{}`",
                Number::to_string(number)
            ),
        );
    }
}
