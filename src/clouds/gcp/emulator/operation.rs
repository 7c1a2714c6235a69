//! The methods of the APIs, and which one a request means.

use super::access::Call;
use super::wire::{ApiError, Reply, Request, Service};
use super::{credentials, iam, oauth2, resource_manager, storage};

/// What a call comes to.
pub type Answer = Result<Reply, ApiError>;

/// A method.
#[derive(Clone, Copy)]
pub struct Operation {
    pub name: &'static str,
    /// Parameters of the query, beside those of every call.
    pub parameters: &'static [&'static str],
    pub run: Run,
}

/// How a method runs.
#[derive(Clone, Copy)]
pub enum Run {
    /// For whoever brings an access token.
    Call(fn(&mut Call<'_>) -> Answer),
    /// The same, once Google's own key is made.
    Keyed(fn(&mut Call<'_>) -> Answer),
    /// For everybody; the request itself holds what is believed.
    Open(fn(&mut Call<'_>) -> Answer),
    /// The exchange of a token, which may have to ask the issuer for its keys.
    Exchange,
}

impl Operation {
    pub const fn new(
        name: &'static str,
        parameters: &'static [&'static str],
        run: fn(&mut Call<'_>) -> Answer,
    ) -> Self {
        let run = Run::Call(run);
        Self {
            name,
            parameters,
            run,
        }
    }

    pub const fn keyed(
        name: &'static str,
        parameters: &'static [&'static str],
        run: fn(&mut Call<'_>) -> Answer,
    ) -> Self {
        let run = Run::Keyed(run);
        Self {
            name,
            parameters,
            run,
        }
    }

    pub const fn open(
        name: &'static str,
        parameters: &'static [&'static str],
        run: fn(&mut Call<'_>) -> Answer,
    ) -> Self {
        let run = Run::Open(run);
        Self {
            name,
            parameters,
            run,
        }
    }

    /// The method of an API that a request means.
    pub fn find(service: Service, request: &Request) -> Option<Self> {
        let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        let method = request.method.as_str();
        let verb = request.verb.as_deref();
        match service {
            Service::Iam => iam::operation(method, &segments, verb),
            Service::IamCredentials => credentials::operation(method, &segments, verb),
            Service::ResourceManager => resource_manager::operation(method, &segments, verb),
            Service::Storage => storage::operation(method, &segments),
            Service::OAuth2 => oauth2::operation(method, &segments),
            Service::Sts => {
                matches!((method, segments.as_slice()), ("POST", ["v1", "token"])).then_some(Self {
                    name: "ExchangeToken",
                    parameters: &[],
                    run: Run::Exchange,
                })
            }
        }
    }
}
