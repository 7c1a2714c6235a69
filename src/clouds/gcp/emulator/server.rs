//! From an HTTP request to its answer: read, find the method, authenticate, run, tell the watchers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::access::Call;
use super::calls::RecordedCall;
use super::control;
use super::events::{Event, Outcome};
use super::instance::{Emulator, prepared};
use super::oauth2;
use super::operation::{Answer, Operation, Run};
use super::permission;
use super::store::{Identity, Token, World};
use super::sts;
use super::wire::{ApiError, Request, Service, broken, random};
use crate::trust::{Decision, Step, Verdict};

impl Emulator {
    /// One API, and `/_oidcfed/…`.
    pub fn router(self: Arc<Self>, service: Service) -> Router {
        let answer = move |State(emulator): State<Arc<Self>>, request: http::Request<Body>| async move {
            answer(&emulator, service, request).await
        };
        Router::new()
            .merge(control::routes())
            .fallback(answer)
            .with_state(self)
    }
}

/// What is known about a call while it is made, for the watchers.
#[derive(Debug, Default)]
pub struct Trace {
    pub caller: Option<String>,
    pub resource: Option<String>,
    pub decision: Option<Decision>,
}

impl Trace {
    /// Adds the steps of a further decision, whose verdict is the one that counts from now on.
    pub fn conclude(&mut self, decision: Decision) {
        match &mut self.decision {
            Some(so_far) => {
                so_far.steps.extend(decision.steps);
                so_far.verdict = decision.verdict;
            }
            None => self.decision = Some(decision),
        }
    }

    /// Adds a decision of one step.
    pub fn step(&mut self, name: &str, expected: &str, found: &str, verdict: Verdict) {
        let step = Step {
            name: name.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            verdict,
        };
        self.conclude(Decision {
            verdict,
            steps: vec![step],
        });
    }
}

async fn answer(emulator: &Emulator, service: Service, request: http::Request<Body>) -> Response {
    let request = match Request::read(service, request).await {
        Ok(request) => request,
        Err(error) => return error.into_response(service),
    };
    let operation = Operation::find(service, &request);
    emulator.record(RecordedCall {
        service: service.host(),
        operation: operation.map(|operation| operation.name),
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.raw_query.clone(),
    });
    let Some(operation) = operation else {
        return ApiError::not_found().into_response(service);
    };
    let mut trace = Trace::default();
    let (injected, mut other_faults) = emulator.fault(operation.name);
    let (outcome, is_broken) = match injected {
        None => (
            emulator.run(service, &request, operation, &mut trace).await,
            false,
        ),
        Some(fault) => {
            let mut outcome = Err(fault.error.clone());
            if fault.applied {
                let run = emulator.run(service, &request, operation, &mut trace).await;
                outcome = run.and(outcome);
            }
            if fault.withheld {
                // an emulator that ends answers nobody any more
                let _ = other_faults.changed().await;
            }
            (outcome, fault.broken)
        }
    };
    emulator.publish(Event {
        at: emulator.clock.now(),
        request_id: random::request_id().unwrap_or_default(),
        action: format!("{}:{}", service.host(), operation.name),
        caller: trace.caller,
        resource: trace.resource,
        outcome: match &outcome {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Refused {
                code: error.code.clone(),
                message: error.message.clone(),
            },
        },
        decision: trace.decision,
    });
    match outcome {
        _ if is_broken => broken().into_response(),
        Ok(reply) => reply.into_response(),
        Err(error) => error.into_response(service),
    }
}

impl Emulator {
    async fn run(
        &self,
        service: Service,
        request: &Request,
        operation: Operation,
        trace: &mut Trace,
    ) -> Answer {
        self.check_enabled(service, request)?;
        if service != Service::OAuth2 {
            request.check_parameters(operation.parameters)?;
        }
        match operation.run {
            Run::Exchange => sts::exchange(self, request, trace).await,
            Run::Open(run) => {
                if request.segments.last().is_some_and(|last| last == "certs") {
                    prepared(&self.rules.key)
                        .await
                        .map_err(|_| ApiError::internal())?;
                }
                self.called(service, request, &Identity::Nobody, run, trace)
            }
            Run::Keyed(run) => {
                prepared(&self.rules.key)
                    .await
                    .map_err(|_| ApiError::internal())?;
                let identity = self.authenticate(service, request)?;
                self.called(service, request, &identity, run, trace)
            }
            Run::Call(run) => {
                let identity = self.authenticate(service, request)?;
                self.called(service, request, &identity, run, trace)
            }
        }
    }

    fn called(
        &self,
        service: Service,
        request: &Request,
        identity: &Identity,
        run: fn(&mut Call<'_>) -> Answer,
        trace: &mut Trace,
    ) -> Answer {
        let now = self.clock.now();
        let mut faults = self.fault_plan();
        let mut world = self.world();
        world.purge(now);
        trace.caller = Some(identity.principal());
        run(&mut Call {
            service,
            request,
            identity,
            now,
            rules: &self.rules,
            faults: &mut faults,
            world: &mut world,
            trace,
        })
    }

    fn check_enabled(&self, service: Service, request: &Request) -> Result<(), ApiError> {
        let disabled = self
            .fault_plan()
            .faults()
            .disabled_services
            .iter()
            .any(|host| host == service.host());
        if !disabled {
            return Ok(());
        }
        let world = self.world();
        let named = request.segments.iter().find_map(|part| world.project(part));
        let consumer = named
            .or(world.projects.first())
            .map(|project| project.number.clone());
        Err(ApiError::service_disabled(service, &consumer.unwrap_or_default()))
    }

    /// Whom the access token of a request speaks for.
    ///
    /// SECURITY: a token that is not known, is past its time, or speaks for something disabled or deleted is worth nothing.
    fn authenticate(&self, service: Service, request: &Request) -> Result<Identity, ApiError> {
        let refused = |reason| ApiError::unauthenticated(reason, service);
        let header = request
            .header("authorization")
            .ok_or_else(|| refused("CREDENTIALS_MISSING"))?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(refused("CREDENTIALS_MISSING")),
        };
        let world = self.world();
        let now = self.clock.now();
        let given = world.tokens.get(token).cloned();
        let known = given
            .or_else(|| self.self_signed(&world, (service, now), token))
            .filter(|known| known.expires > now)
            .ok_or_else(|| refused("ACCESS_TOKEN_EXPIRED"))?;
        if !permission::is_worth_something(&world, &known.identity) {
            return Err(refused("ACCOUNT_STATE_INVALID"));
        }
        if !service.scopes().iter().any(|scope| known.scopes.contains(*scope)) {
            return Err(ApiError::scopes(service));
        }
        Ok(known.identity)
    }

    /// A token that the deployer's key signed itself speaks for the deployer.
    fn self_signed(&self, world: &World, (service, now): (Service, i64), token: &str) -> Option<Token> {
        let key = self.rules.deployer_key.get()?;
        let (email, scopes) = oauth2::self_signed(key, now, service, token)?;
        let account = world
            .live_account(&world.deployer)
            .filter(|account| account.email == email)?;
        Some(Token {
            identity: Identity::Account {
                email,
                unique_id: account.unique_id.clone(),
            },
            scopes,
            expires: i64::MAX,
        })
    }
}
