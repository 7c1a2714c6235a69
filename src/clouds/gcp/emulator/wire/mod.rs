//! What goes over the wire: requests, fields and masks, pages, errors, times, names out of randomness.

mod error;
mod fields;
mod mask;
mod page;
pub mod random;
mod reply;
mod request;
mod service;
pub mod timestamp;

pub use error::ApiError;
pub use fields::{Field, Members, Shape, object, read};
pub use mask::Mask;
pub use page::Page;
pub use reply::{Reply, broken};
pub use request::Request;
pub use service::Service;
