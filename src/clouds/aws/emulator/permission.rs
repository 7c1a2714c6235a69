//! May this principal do this: the decision behind every signed call.
//!
//! SECURITY: nothing is allowed that is not granted. The administrator of an account may do everything; a session what
//! the policies of its role, the role's boundary and the policies of the session all allow. What cannot be decided is
//! denied.

use super::request_context;
use super::store::{Principal, Role, Session, World};
use super::wire::ApiError;
use crate::clouds::aws::dialect::{Context, PolicyDocument, authorize};
use crate::trust::{Decision, Verdict};

/// What is asked: an action on a resource, with what the request says about it.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub resource: String,
    /// Condition keys of the request (`iam:PermissionsBoundary`, `aws:RequestTag/…`) with their values.
    context: Vec<(String, Vec<String>)>,
}

/// The kinds of policy that limit a session, in the words of AWS's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Identity,
    Boundary,
    Session,
}

/// A refusal with the decision behind it.
#[derive(Debug)]
pub struct Denial {
    pub error: ApiError,
    pub decision: Decision,
    /// A deny was written, rather than an allow not.
    pub explicit: bool,
}

impl Ask {
    pub fn about(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            context: Vec::new(),
        }
    }

    pub fn with(mut self, key: impl Into<String>, values: Vec<String>) -> Self {
        self.context.push((key.into(), values));
        self
    }

    /// Adds the keys of this request to those that every call has.
    pub fn add_to(&self, context: &mut Context) {
        for (key, values) in &self.context {
            match values.as_slice() {
                [single] if !key.eq_ignore_ascii_case("aws:TagKeys") => context.set(key, single),
                several => context.set_many(key, several.to_vec()),
            };
        }
    }
}

/// # Errors
/// `AccessDenied`, in the words of the service.
pub fn permit(
    world: &World,
    principal: &Principal,
    action: &str,
    ask: &Ask,
    now: i64,
) -> Result<Decision, Box<Denial>> {
    let Principal::Session(session) = principal else {
        return Ok(Decision {
            verdict: Verdict::Allow,
            steps: Vec::new(),
        });
    };
    let mut context = request_context::of_call(principal, world.account(principal.account()), now);
    ask.add_to(&mut context);
    let mut whole = Decision {
        verdict: Verdict::Allow,
        steps: Vec::new(),
    };
    for (kind, documents) in limits(world, session) {
        let decision = authorize(&documents, None, action, &ask.resource, &context);
        whole.steps.extend(decision.steps);
        if decision.verdict != Verdict::Allow {
            whole.verdict = Verdict::Deny;
            let explicit = denies(&documents, action, &ask.resource, &context);
            return Err(Box::new(Denial {
                error: denied(principal, action, &ask.resource, kind, explicit),
                decision: whole,
                explicit,
            }));
        }
    }
    Ok(whole)
}

/// The groups of policies that each have to allow. A role that is gone, or another one of the same name, grants nothing.
fn limits(world: &World, session: &Session) -> Vec<(Kind, Vec<PolicyDocument>)> {
    let account = world.account(&session.account);
    let role = account
        .and_then(|account| account.role(&session.role_name))
        .filter(|role| role.id == session.role_id);
    let managed = |arn: &str| {
        let policy = account?.policy(arn, &world.of_aws)?;
        Some(policy.document().meaning().clone())
    };
    let identity = |role: &Role| -> Vec<PolicyDocument> {
        let inline = role.inline.values().map(|document| document.meaning().clone());
        let attached = role.attached.iter().filter_map(|arn| managed(arn));
        inline.chain(attached).collect()
    };
    let mut limits = vec![(Kind::Identity, role.map(identity).unwrap_or_default())];
    if let Some(boundary) = role.and_then(|role| role.boundary.as_deref()) {
        limits.push((Kind::Boundary, managed(boundary).into_iter().collect()));
    }
    if !session.policies.is_empty() || !session.policy_arns.is_empty() {
        let own = session.policies.iter().map(|document| document.meaning().clone());
        let attached = session.policy_arns.iter().filter_map(|arn| managed(arn));
        limits.push((Kind::Session, own.chain(attached).collect()));
    }
    limits
}

/// Whether a deny is written: even everything allowed besides would not help.
fn denies(documents: &[PolicyDocument], action: &str, resource: &str, context: &Context) -> bool {
    let Ok(everything) = PolicyDocument::parse(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    ) else {
        return true;
    };
    let documents: Vec<_> = documents.iter().cloned().chain([everything]).collect();
    authorize(&documents, None, action, resource, context).verdict != Verdict::Allow
}

fn denied(principal: &Principal, action: &str, resource: &str, kind: Kind, explicit: bool) -> ApiError {
    let because = match (kind, explicit) {
        (Kind::Identity, true) => "with an explicit deny in an identity-based policy".to_owned(),
        (Kind::Boundary, true) => "with an explicit deny in a permissions boundary".to_owned(),
        (Kind::Session, true) => "with an explicit deny in a session policy".to_owned(),
        (Kind::Identity, false) => format!("because no identity-based policy allows the {action} action"),
        (Kind::Boundary, false) => format!("because no permissions boundary allows the {action} action"),
        (Kind::Session, false) => format!("because no session policy allows the {action} action"),
    };
    ApiError::access_denied(format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} {because}",
        principal.arn(),
    ))
}
