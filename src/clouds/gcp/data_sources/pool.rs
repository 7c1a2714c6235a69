//! `oidcfed_gcp_pool`, the data source: is there such a workload identity pool, and whom do its providers let in.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::clouds::gcp::client::{
    GcpError, Google, Life, Pool, PoolProvider, check_project, is_project_number,
};
use crate::clouds::gcp::configuration::Configuration;
use crate::clouds::gcp::diagnosis;
use crate::clouds::gcp::dialect::{PoolName, limits, lint_pool};
use crate::clouds::guardrail::to_model;
use crate::clouds::trust_arguments::{self, FindingModel};
use crate::framework::{
    Attr, Attribute, Context, DataSource, Diagnostics, Nesting, Path, Schema, StringMap, StringSet,
};
use crate::lint::IssuerFacts;
use crate::model;
use crate::trust::Finding;

/// Reads one pool and its providers.
pub(super) struct PoolSource {
    configuration: Configuration,
}

model! {
    /// The data source as configured and answered.
    pub struct PoolSourceModel {
        pub pool_id: Attr<String>,
        pub project: Attr<String>,
        pub exists: Attr<bool>,
        pub name: Attr<String>,
        pub project_number: Attr<String>,
        pub state: Attr<String>,
        pub disabled: Attr<bool>,
        pub display_name: Attr<String>,
        pub description: Attr<String>,
        pub providers: Attr<Vec<ProviderModel>>,
        pub findings: Attr<Vec<FindingModel>>,
    }
}

model! {
    /// One provider of the pool.
    pub struct ProviderModel {
        pub name: Attr<String>,
        pub id: Attr<String>,
        pub state: Attr<String>,
        pub disabled: Attr<bool>,
        pub issuer_uri: Attr<String>,
        pub allowed_audiences: StringSet,
        pub attribute_mapping: StringMap,
        pub attribute_condition: Attr<String>,
    }
}

impl PoolSource {
    pub(super) fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }

    async fn look(
        &self,
        context: &Context,
        config: &PoolSourceModel,
        asked: &Asked,
    ) -> Result<Found, GcpError> {
        let google = self.configuration.google(context)?;
        let project = match &asked.project {
            Some(project) => Some(project.clone()),
            None => self.configuration.project(&config.project)?,
        };
        let project = project.unwrap_or_default();
        let name = PoolName::new(&number_of(&google, &project).await?, &asked.pool);
        let pool = google.get_pool(&name).await?;
        let providers = match pool {
            Some(_) => google.list_pool_providers(&name, true).await?,
            None => None,
        };
        Ok(Found {
            project,
            name,
            // one that is gone by now is none
            pool: pool.zip(providers),
        })
    }
}

async fn number_of(google: &Google, project: &str) -> Result<String, GcpError> {
    if is_project_number(project) {
        return Ok(project.to_owned());
    }
    Ok(google.get_project(project).await?.number)
}

/// What `pool_id` names.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    /// Id or number; `None`: as `project` says.
    project: Option<String>,
    pool: String,
}

impl Asked {
    /// The id of a pool, or its full name with the id or the number of its project.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "expected the id of a pool, or its full name, `projects/PROJECT/locations/global/workloadIdentityPools/POOL`, \
                 found `{text}`"
            )
        };
        let parts: Vec<&str> = text.split('/').collect();
        let (project, pool) = match parts.as_slice() {
            [pool] => (None, *pool),
            [
                "projects",
                project,
                "locations",
                "global",
                "workloadIdentityPools",
                pool,
            ] if !project.is_empty() => (Some((*project).to_owned()), *pool),
            _ => return Err(wrong()),
        };
        limits::pool_id(pool).map_err(|e| e.to_string())?;
        Ok(Self {
            project,
            pool: pool.to_owned(),
        })
    }
}

struct Found {
    /// As written.
    project: String,
    name: PoolName,
    pool: Option<(Pool, Vec<PoolProvider>)>,
}

#[async_trait]
impl DataSource for PoolSource {
    type Model = PoolSourceModel;

    fn type_name(&self) -> &'static str {
        "oidcfed_gcp_pool"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Whether a project has a workload identity pool, deleted ones within thirty days too, and whom its providers let in. \
             Reports findings, never fails because of one.",
            attributes(),
        )
    }

    async fn read(
        &self,
        context: &Context,
        config: PoolSourceModel,
        diagnostics: &mut Diagnostics,
    ) -> Option<PoolSourceModel> {
        let asked = Asked::parse(config.pool_id.text().unwrap_or_default())
            .map_err(|e| diagnostics.error(Path::of("pool_id"), "Invalid pool", e))
            .ok()?;
        if asked.project.is_some() && !config.project.is_null() {
            let detail = "expected the project once, found it in the full name of the pool and in `project`; leave `project` out";
            diagnostics.error(Path::of("project"), "Two projects", detail);
            return None;
        }
        match self.look(context, &config, &asked).await {
            Ok(found) => Some(answer(config, found)),
            Err(error) => {
                diagnosis::error("Pool cannot be read", Path::of("pool_id"), &error, diagnostics);
                None
            }
        }
    }
}

fn answer(config: PoolSourceModel, found: Found) -> PoolSourceModel {
    let number = found.name.project().to_owned();
    let none = PoolSourceModel {
        pool_id: config.pool_id,
        project: Attr::from_text(found.project),
        exists: Attr::Known(false),
        name: Attr::from_text(found.name.to_string()),
        project_number: Attr::from_text(number),
        ..PoolSourceModel::default()
    };
    let Some((pool, mut providers)) = found.pool else {
        return none;
    };
    providers.sort_by(|one, other| one.name.cmp(&other.name));
    PoolSourceModel {
        exists: Attr::Known(true),
        state: Attr::from_text(state(pool.life)),
        disabled: Attr::Known(pool.disabled),
        findings: Attr::Known(judged(&pool, &providers).iter().map(to_model).collect()),
        display_name: not_empty(pool.display_name),
        description: not_empty(pool.description),
        providers: Attr::Known(providers.into_iter().map(provider).collect()),
        ..none
    }
}

/// What is wrong with the providers that are there, as they are now, each alone and together.
fn judged(pool: &Pool, providers: &[PoolProvider]) -> Vec<Finding> {
    let active = providers
        .iter()
        .filter(|one| pool.life == Life::Active && one.life == Life::Active && one.oidc.is_some());
    let settings: Vec<_> = active.map(|one| one.settings(pool.disabled)).collect();
    lint_pool(&settings, &[], &IssuerFacts::of)
}

fn provider(found: PoolProvider) -> ProviderModel {
    let oidc = found.oidc;
    ProviderModel {
        id: Attr::from_text(found.name.id()),
        name: Attr::from_text(found.name.to_string()),
        state: Attr::from_text(state(found.life)),
        disabled: Attr::Known(found.disabled),
        issuer_uri: Attr::from_option(oidc.as_ref().map(|oidc| oidc.issuer_uri.clone())),
        allowed_audiences: oidc.map_or(Attr::Null, |oidc| StringSet::of(oidc.allowed_audiences)),
        attribute_mapping: mapping(found.attribute_mapping),
        attribute_condition: not_empty(found.attribute_condition),
    }
}

fn mapping(entries: BTreeMap<String, String>) -> StringMap {
    let texts = entries.into_iter().map(|(name, text)| (name, Attr::Known(text)));
    Attr::Known(texts.collect())
}

/// Google's word for it.
fn state(life: Life) -> &'static str {
    match life {
        Life::Active => "ACTIVE",
        Life::Deleted => "DELETED",
    }
}

/// Google leaves out what is empty.
fn not_empty(text: String) -> Attr<String> {
    Attr::from_option(Some(text).filter(|text| !text.is_empty()))
}

fn attributes() -> Vec<Attribute> {
    let text = |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    let mut attributes = vec![
        Attribute::string("pool_id")
            .required()
            .describe("Id of the pool, or its full name, with the id or the number of its project.")
            .validate_text("Invalid pool", |text| Asked::parse(text).map(drop)),
        Attribute::string("project")
            .optional()
            .computed()
            .describe("Id or number of the pool's project; default: the one in its full name, else the provider block's.")
            .validate_text("Invalid project", check_project),
        Attribute::bool("exists").computed().describe(
            "Whether there is such a pool. One that was deleted within thirty days is there: its id is taken, and it can be \
             brought back.",
        ),
        text("name", "Full name of the pool, which it would have if it does not exist."),
        text("project_number", "Number of the project."),
        text("state", "`ACTIVE`, `DELETED`, or null when there is none."),
        Attribute::bool("disabled").computed().describe("Whether nobody gets in through it; null when there is none."),
        text("display_name", "Name for people."),
        text("description", "Description, as Google has it."),
        Attribute::nested("providers", Nesting::List, provider_attributes())
            .computed()
            .describe("Its providers, deleted ones too, sorted by id; null when there is no pool."),
    ];
    let findings = trust_arguments::computed_attributes();
    let findings = findings
        .into_iter()
        .filter(|attribute| attribute.name == "findings");
    attributes.extend(findings.map(|attribute| {
        attribute.describe(
            "What is wrong with the OIDC providers that are not deleted, each alone and together; worst first. Null when there \
             is no pool. Which members of IAM policies mean its identities is not known here.",
        )
    }));
    attributes
}

fn provider_attributes() -> Vec<Attribute> {
    let text = |name: &str, description: &str| Attribute::string(name).computed().describe(description);
    vec![
        text("name", "Full name."),
        text("id", "Id in the pool."),
        text("state", "`ACTIVE` or `DELETED`."),
        Attribute::bool("disabled")
            .computed()
            .describe("Whether nobody gets in through it."),
        text("issuer_uri", "The issuer; null where it is no OIDC provider."),
        Attribute::string_set("allowed_audiences").computed().describe(
            "Accepted audiences, none for the provider's own address; null where it is no OIDC provider.",
        ),
        Attribute::string_map("attribute_mapping")
            .computed()
            .describe("CEL, by what it is mapped to."),
        text(
            "attribute_condition",
            "CEL; null where everybody whom the issuer signs for is let in.",
        ),
    ]
}

#[cfg(test)]
mod tests;
