//! `AssumeRole`: from one AWS identity to a role.

use super::session_reply;
use super::session_request::SessionRequest;
use super::session_tags::SessionTags;
use crate::clouds::aws::dialect::{AwsPrincipal, evaluate_assume_role};
use crate::clouds::aws::emulator::instance::Emulator;
use crate::clouds::aws::emulator::permission::{self, Ask};
use crate::clouds::aws::emulator::request_context;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::server::Trace;
use crate::clouds::aws::emulator::store::{Principal, Role, Session, World};
use crate::clouds::aws::emulator::wire::{ApiError, Query, Reply};
use crate::trust::Verdict;

const ACTION: &str = "sts:AssumeRole";

/// What the request asks for beyond the role.
struct Wish<'q> {
    request: SessionRequest<'q>,
    tags: SessionTags,
    source_identity: Option<String>,
    external_id: Option<&'q str>,
}

pub fn assume_role(
    emulator: &Emulator,
    query: &Query,
    caller: &Principal,
    trace: &mut Trace,
) -> Result<Reply, ApiError> {
    let wish = Wish::read(query, caller)?;
    let request = &wish.request;
    trace.resource = Some(request.role_arn_text.to_owned());
    let now = emulator.clock.now();
    let mut world = emulator.world();
    let role = request.role(&world).cloned().ok_or_else(|| {
        trace.step("role", request.role_arn_text, "no such role", Verdict::Deny);
        access_denied(caller, request.role_arn_text)
    })?;
    wish.decide(&world, &role, caller, now, trace)?;
    let duration = request.duration_for(&role, matches!(caller, Principal::Session(_)))?;
    request.check_policy_arns(&world)?;
    let packed = request.packed(&wish.tags.all())?;
    let session = Session {
        tags: wish.tags.all(),
        transitive_tag_keys: wish.tags.passed_on(),
        source_identity: wish.source_identity.clone(),
        ..request.session(&role, now, duration)
    };
    let credentials = world.start(session.clone())?;
    Ok(Reply::result(|xml| {
        session_reply::write(xml, &session, &credentials, packed);
    }))
}

impl<'q> Wish<'q> {
    fn read(query: &'q Query, caller: &Principal) -> Result<Self, ApiError> {
        let request = SessionRequest::read(query)?;
        let tags = SessionTags::read(query, caller)?;
        let external_id = rule::EXTERNAL_ID.optional(query, "ExternalId")?;
        let asked = rule::SESSION_NAME.optional(query, "SourceIdentity")?;
        let inherited = match caller {
            Principal::Session(session) => session.source_identity.clone(),
            Principal::User(_) => None,
        };
        let source_identity = match (inherited, asked) {
            (Some(inherited), Some(asked)) if inherited != asked => {
                return Err(ApiError::access_denied(
                    "The source identity of the calling session cannot be changed",
                ));
            }
            (inherited, asked) => inherited.or_else(|| asked.map(str::to_owned)),
        };
        Ok(Self {
            request,
            tags,
            source_identity,
            external_id,
        })
    }

    /// The trust policy of the role has to let the caller in, and, unless it names the caller itself within one account,
    /// the caller's own policies have to allow the call.
    fn decide(
        &self,
        world: &World,
        role: &Role,
        caller: &Principal,
        now: i64,
        trace: &mut Trace,
    ) -> Result<(), ApiError> {
        let actions = self.actions();
        let ask = self.ask();
        let mut context = request_context::of_call(caller, world.account(caller.account()), now);
        ask.add_to(&mut context);
        let answer = evaluate_assume_role(role.trust.meaning(), &principal(caller), &actions, &context);
        let verdict = answer.decision.verdict;
        trace.conclude(answer.decision);
        if verdict != Verdict::Allow {
            return Err(access_denied(caller, &role.arn));
        }
        let within_account = caller.account() == self.request.role_arn.account();
        for action in actions {
            match permission::permit(world, caller, action, &ask, now) {
                Ok(decision) => trace.conclude(decision),
                Err(denial) if answer.names_the_caller && within_account && !denial.explicit => {}
                Err(denial) => {
                    trace.conclude(denial.decision);
                    return Err(denial.error);
                }
            }
        }
        Ok(())
    }

    fn actions(&self) -> Vec<&'static str> {
        let mut actions = vec![ACTION];
        if !self.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if self.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        actions
    }

    fn ask(&self) -> Ask {
        let mut ask = Ask::about(self.request.role_arn_text)
            .with("sts:RoleSessionName", vec![self.request.name.to_owned()]);
        if let Some(id) = self.external_id {
            ask = ask.with("sts:ExternalId", vec![id.to_owned()]);
        }
        if let Some(identity) = &self.source_identity {
            ask = ask.with("sts:SourceIdentity", vec![identity.clone()]);
        }
        let tags = self.tags.all();
        if !tags.is_empty() {
            ask = ask.with("aws:TagKeys", tags.keys().cloned().collect()).with(
                "sts:TransitiveTagKeys",
                self.tags.passed_on().into_iter().collect(),
            );
        }
        tags.into_iter().fold(ask, |ask, (key, value)| {
            ask.with(format!("aws:RequestTag/{key}"), vec![value])
        })
    }
}

fn principal(caller: &Principal) -> AwsPrincipal {
    AwsPrincipal {
        account: caller.account().clone(),
        arn: caller.arn().to_owned(),
        role_arn: match caller {
            Principal::Session(session) => Some(session.role_arn.clone()),
            Principal::User(_) => None,
        },
    }
}

fn access_denied(caller: &Principal, role_arn: &str) -> ApiError {
    ApiError::access_denied(format!(
        "User: {} is not authorized to perform: {ACTION} on resource: {role_arn}",
        caller.arn()
    ))
}
