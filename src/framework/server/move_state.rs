//! MoveResourceState.

use super::Server;
use super::apply::Applied;
use super::import::taken_over;
use crate::framework::{Diagnostics, MoveRequest, Path};

impl Server {
    /// Takes over the state of another resource type; `None` only with an error.
    pub fn move_state(
        &self,
        type_name: &str,
        request: MoveRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Applied> {
        let entry = self.registry().resource(type_name, diagnostics)?;
        let source = format!(
            "`{}` of `{}`",
            request.source_type_name, request.source_provider_address
        );
        let moved = entry.part.move_state(request, diagnostics);
        if moved.is_none() && !diagnostics.has_errors() {
            diagnostics.error(
                Path::root(),
                "Move is not supported",
                format!("The state of {source} cannot become a `{type_name}`; import the object instead."),
            );
        }
        taken_over(entry, moved?, "move", diagnostics)
    }
}
