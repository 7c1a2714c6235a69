//! From an HTTP request to its answer: read, find the operation, authenticate, run, tell the watchers.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::request::Parts;

use super::control;
use super::events::{Event, Outcome};
use super::iam;
use super::instance::Emulator;
use super::store::Principal;
use super::sts;
use super::wire::sigv4::{self, Authorization, Signed};
use super::wire::{ApiError, Query, Reply, Service, random};
use crate::trust::{Decision, Step, Verdict};

/// The longest request body, in bytes: the longest policy document, percent-encoded, and room for the rest.
const BODY: usize = 1024 * 1024;

impl Emulator {
    /// IAM and STS on one port, told apart by `Version`, and `/_oidcfed/…`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/", get(answer).post(answer))
            .merge(control::routes())
            .with_state(self)
    }
}

/// What is known about a call while it is made, for the watchers.
#[derive(Debug, Default)]
pub struct Trace {
    pub account: Option<String>,
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

/// A request, read.
struct Request {
    parts: Parts,
    body: Vec<u8>,
    query: Query,
}

/// An operation of either service.
#[derive(Clone, Copy)]
enum Operation {
    Iam(&'static iam::Operation),
    Sts(&'static sts::Operation),
}

impl Operation {
    fn find(query: &Query) -> Result<Self, ApiError> {
        let action = query.get("Action").unwrap_or_default();
        let version = query.get("Version").unwrap_or_default();
        let found = match Service::by_version(version) {
            Some(Service::Iam) => iam::operation(action).map(Self::Iam),
            Some(Service::Sts) => sts::operation(action).map(Self::Sts),
            None => None,
        };
        found.ok_or_else(|| {
            let version = if version.is_empty() {
                "NO_VERSION_SPECIFIED"
            } else {
                version
            };
            ApiError::new(
                400,
                "InvalidAction",
                format!("Could not find operation {action} for version {version}"),
            )
        })
    }

    fn service(self) -> Service {
        match self {
            Self::Iam(_) => Service::Iam,
            Self::Sts(_) => Service::Sts,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Iam(operation) => operation.name,
            Self::Sts(operation) => operation.name,
        }
    }

    fn action(self) -> String {
        format!("{}:{}", self.service().name(), self.name())
    }
}

async fn answer(State(emulator): State<Arc<Emulator>>, request: http::Request<Body>) -> Response {
    let Ok(request_id) = random::request_id() else {
        return ApiError::service_failure().into_response(Service::Iam, "");
    };
    let found = match Request::read(request).await {
        Ok(request) => Operation::find(&request.query).map(|operation| (request, operation)),
        Err(error) => Err(error),
    };
    let (request, operation) = match found {
        Ok(found) => found,
        Err(error) => return error.into_response(Service::Iam, &request_id),
    };
    let (trace, outcome) = emulator.decide(&request, operation).await;
    emulator.publish(Event {
        at: emulator.clock.now(),
        request_id: request_id.clone(),
        action: operation.action(),
        account: trace.account,
        caller: trace.caller,
        resource: trace.resource,
        outcome: match &outcome {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Refused {
                code: error.code.to_string(),
                message: error.message.clone(),
            },
        },
        decision: trace.decision,
    });
    match outcome {
        Ok(reply) => reply.into_response(operation.service(), operation.name(), &request_id),
        Err(error) => error.into_response(operation.service(), &request_id),
    }
}

impl Emulator {
    /// Counts the call, lets a fault have it, or runs it.
    async fn decide(&self, request: &Request, operation: Operation) -> (Trace, Result<Reply, ApiError>) {
        self.count(&operation.action());
        let (injected, mut other_faults) = self.fault(operation.name());
        let mut trace = Trace::default();
        let Some(fault) = injected else {
            let outcome = self.run(request, operation, &mut trace).await;
            return (trace, outcome);
        };
        let mut outcome = Err(fault.error.clone());
        if fault.applied {
            outcome = self.run(request, operation, &mut trace).await.and(outcome);
        }
        if fault.withheld {
            // an emulator that ends answers nobody any more
            let _ = other_faults.changed().await;
        }
        (trace, outcome)
    }

    async fn run(
        &self,
        request: &Request,
        operation: Operation,
        trace: &mut Trace,
    ) -> Result<Reply, ApiError> {
        match operation {
            Operation::Iam(operation) => {
                let principal = self.authenticate(request, Service::Iam, trace)?;
                self.run_iam(&request.query, operation, &principal, trace)
            }
            Operation::Sts(operation) => match operation.run {
                sts::Run::Signed(run) => {
                    let principal = self.authenticate(request, Service::Sts, trace)?;
                    run(self, &request.query, &principal, trace)
                }
                sts::Run::WebIdentity => {
                    sts::assume_role_with_web_identity(self, &request.query, trace).await
                }
            },
        }
    }

    fn run_iam(
        &self,
        query: &Query,
        operation: &iam::Operation,
        principal: &Principal,
        trace: &mut Trace,
    ) -> Result<Reply, ApiError> {
        let freshness = self.fault_plan().faults().fresh;
        let mut world = self.world();
        let mut call = iam::Call::new(operation.name, query, principal, &mut world, self.clock.now());
        call.freshness = freshness;
        call.allow_loopback_issuers = self.allow_loopback_issuers;
        let outcome = (operation.run)(&mut call);
        trace.resource = call.resource().map(str::to_owned);
        trace.decision = call.decision().cloned();
        outcome
    }

    /// Who signed this request.
    ///
    /// SECURITY: nobody is believed before [`Authorization::verify`] held; only then are token and expiry of a session
    /// looked at.
    fn authenticate(
        &self,
        request: &Request,
        service: Service,
        trace: &mut Trace,
    ) -> Result<Principal, ApiError> {
        let invalid = || {
            ApiError::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            )
        };
        let signed = Signed {
            method: &request.parts.method,
            uri: &request.parts.uri,
            headers: &request.parts.headers,
            body: &request.body,
        };
        let authorization = Authorization::read(&signed)?;
        let key = self
            .world()
            .key(&authorization.access_key_id)
            .cloned()
            .ok_or_else(invalid)?;
        let now = self.clock.now();
        authorization.verify(&signed, service, key.credentials.secret_access_key.expose(), now)?;
        let expected = key
            .credentials
            .session_token
            .as_ref()
            .map(|token| token.expose().as_str());
        if sigv4::session_token(signed.headers) != expected {
            return Err(invalid());
        }
        if let Principal::Session(session) = &key.principal
            && session.expires <= now
        {
            return Err(ApiError::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ));
        }
        trace.account = Some(key.principal.account().to_string());
        trace.caller = Some(key.principal.arn().to_owned());
        Ok(key.principal)
    }
}

impl Request {
    async fn read(request: http::Request<Body>) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BODY)
            .await
            .map_err(|_| ApiError::new(413, "RequestEntityTooLarge", "Request body is too large."))?
            .to_vec();
        // Parameters come in the URL of a GET, in the body of a POST; never in both.
        let source = match parts.uri.query() {
            Some(query) if body.is_empty() => query.as_bytes(),
            _ => &body,
        };
        let query = Query::parse(source)
            .map_err(|error| ApiError::new(400, "MalformedQueryString", error.to_string()))?;
        Ok(Self { parts, body, query })
    }
}
