//! ReadDataSource.

use super::Server;
use super::entry::Operation;
use crate::framework::{Diagnostics, Path, Value, conform, rules};

impl Server {
    /// The whole object; `None` only with an error.
    pub async fn read_data_source(
        &self,
        type_name: &str,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let entry = self.registry().data_source(type_name, diagnostics)?;
        let context = self.context(Operation::Read.timeout(Some(config)));
        let found = entry.part.read(&context, config, diagnostics).await;
        if found.is_none() && !diagnostics.has_errors() {
            diagnostics.error(
                Path::root(),
                "Provider defect",
                "Nothing was found, and no reason was given. This is a bug of the provider; please report it.",
            );
        }
        let found = match conform(found?, entry.ty()) {
            Ok(found) => found,
            Err(mismatch) => {
                let detail = format!("{mismatch}. This is a bug of the provider; please report it.");
                diagnostics.error(mismatch.path, "Provider defect", detail);
                return None;
            }
        };
        if let (Value::Object(config), Value::Object(found), false) =
            (config, &found, diagnostics.has_errors())
        {
            let attributes = &entry.schema().attributes;
            let mut broken = rules::plan_is_valid(attributes, None, config, found);
            broken.extend(rules::is_settled(attributes, found));
            rules::report(broken, "result of the read", diagnostics);
        }
        Some(found)
    }
}
