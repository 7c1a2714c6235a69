//! PlanResourceChange.

use super::entry::{Operation, ResourceEntry};
use super::{Server, entry};
use crate::framework::planning::{
    Counterparts, Members, differs, fill_defaults, mark_unknown, null_write_only, replaced, without_marks,
};
use crate::framework::{Diagnostics, Path, PlanRequest, Planned, Private, Value, conform, rules};

/// What the host asks: `prior` is null on create, `proposed` is null on delete.
pub struct PlanCall {
    pub type_name: String,
    pub prior: Value,
    pub proposed: Value,
    pub config: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

/// The plan.
pub struct PlanOutcome {
    pub planned: Value,
    pub requires_replace: Vec<Path>,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

impl Server {
    /// `None` only with an error.
    pub async fn plan(&self, call: PlanCall, diagnostics: &mut Diagnostics) -> Option<PlanOutcome> {
        let entry = self.registry().resource(&call.type_name, diagnostics)?;
        let (Value::Object(config), Value::Object(proposed)) = (&call.config, &call.proposed) else {
            if !call.prior.is_null() {
                let private = Private::from_bytes(&call.private);
                entry.part.plan_delete(&call.prior, &private, diagnostics);
            }
            return Some(deletion(call));
        };
        let prior = members(&call.prior);
        let (before, marked) = prepare(entry, proposed, config, prior);
        let timeout = match prior {
            None => Operation::Create,
            Some(_) => Operation::Update,
        }
        .timeout(Some(&call.config));
        let request = PlanRequest {
            config: call.config.clone(),
            prior: prior.map(|_| call.prior.clone()),
            planned: Value::Object(marked.clone()),
            private: Private::from_bytes(&call.private),
            identity: call.identity.clone(),
        };
        let plan = if entry.part.waits_for_configuration() {
            Planned::unchanged(request)
        } else {
            entry
                .part
                .plan(&self.context(timeout), request, diagnostics)
                .await?
        };
        let Value::Object(mut planned) = shaped(entry, plan.planned, diagnostics)? else {
            return None;
        };
        null_write_only(&entry.schema().attributes, &mut planned);
        if let Some(prior) = prior {
            let unmarked = without_marks(&planned, &marked, &before);
            if !differs(&unmarked, prior) {
                planned = unmarked;
            }
        }
        let broken = rules::plan_is_valid(&entry.schema().attributes, prior, config, &planned);
        rules::report(broken, "plan", diagnostics);
        let requires_replace = match prior {
            Some(prior) => replacements(entry, prior, &planned, plan.requires_replace),
            None => Vec::new(),
        };
        let identity = identity(
            entry,
            plan.identity,
            &requires_replace,
            prior.is_none(),
            diagnostics,
        );
        let private = plan.private.to_bytes();
        Some(PlanOutcome {
            planned: Value::Object(planned),
            requires_replace,
            private,
            identity,
        })
    }
}

/// A deletion is planned as what it is.
fn deletion(call: PlanCall) -> PlanOutcome {
    PlanOutcome {
        planned: Value::Null,
        requires_replace: Vec::new(),
        private: call.private,
        identity: call.identity,
    }
}

/// The plan before and after computed attributes were marked unknown.
fn prepare(
    entry: &ResourceEntry,
    proposed: &Members,
    config: &Members,
    prior: Option<&Members>,
) -> (Members, Members) {
    let attributes = &entry.schema().attributes;
    let mut before = proposed.clone();
    fill_defaults(attributes, &mut before, Some(config));
    null_write_only(attributes, &mut before);
    let mut marked = before.clone();
    if prior.is_none_or(|prior| differs(&before, prior)) {
        mark_unknown(attributes, Counterparts::new(&mut marked, config, prior));
    }
    (before, marked)
}

/// What a part returned, in the shape of its schema.
pub fn shaped(entry: &entry::ResourceEntry, value: Value, diagnostics: &mut Diagnostics) -> Option<Value> {
    match conform(value, entry.ty()) {
        Ok(value) => Some(value),
        Err(mismatch) => {
            diagnostics.error(
                mismatch.path.clone(),
                "Provider defect",
                format!("{mismatch}. This is a bug of the provider; please report it."),
            );
            None
        }
    }
}

/// The paths of the schema and those that the resource names itself, sorted, each once. A path that is in neither
/// state would be an error in the host.
fn replacements(entry: &ResourceEntry, prior: &Members, planned: &Members, further: Vec<Path>) -> Vec<Path> {
    let mut paths = replaced(&entry.schema().attributes, prior, planned);
    let exists = |path: &Path| path.resolve(prior).is_some() || path.resolve(planned).is_some();
    paths.extend(further.into_iter().filter(exists));
    paths.sort();
    paths.dedup();
    paths
}

/// The planned identity: the prior one, or one not known yet for an object that is still to be made.
fn identity(
    entry: &ResourceEntry,
    planned: Option<Value>,
    requires_replace: &[Path],
    creates: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let (schema, ty) = entry.identity()?;
    let open = || {
        let attributes = schema.attributes.iter().map(|a| (a.name.clone(), Value::UNKNOWN));
        Value::Object(attributes.collect())
    };
    let planned = match planned {
        Some(planned) => planned,
        None if creates || !requires_replace.is_empty() => open(),
        None => return None,
    };
    match conform(planned, ty) {
        Ok(identity) => Some(identity),
        Err(mismatch) => {
            diagnostics.error(Path::root(), "Provider defect", format!("identity: {mismatch}."));
            None
        }
    }
}

pub fn members(value: &Value) -> Option<&Members> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
