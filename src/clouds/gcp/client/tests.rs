//! The client against a server of canned answers: what is sent, what is repeated, what is said.

mod calls;
mod errors;
