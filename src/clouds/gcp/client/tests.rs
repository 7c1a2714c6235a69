//! The client against a server of canned answers: what is sent, what is repeated, what is said, with whose token.

mod addresses;
mod calls;
mod credentials;
mod emulated;
mod errors;
mod external;
mod looked_for;
mod renewal;
mod server;
