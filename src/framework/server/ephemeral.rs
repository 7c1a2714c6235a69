//! OpenEphemeralResource, RenewEphemeralResource, CloseEphemeralResource.

use std::time::SystemTime;

use super::Server;
use super::entry::Operation;
use crate::framework::{Diagnostics, Opened, Path, Private, Value, conform, rules};

impl Server {
    /// `None` only with an error.
    pub async fn open_ephemeral(
        &self,
        type_name: &str,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Opened<Value>> {
        let entry = self.registry().ephemeral_resource(type_name, diagnostics)?;
        let context = self.context(Operation::Read.timeout(Some(config)));
        let opened = entry.part.open(&context, config, diagnostics).await;
        if opened.is_none() && !diagnostics.has_errors() {
            diagnostics.error(
                Path::root(),
                "Provider defect",
                "Nothing was opened, and no reason was given. This is a bug of the provider; please report it.",
            );
        }
        let Opened {
            result,
            renew_at,
            private,
        } = opened?;
        let result = match conform(result, entry.ty()) {
            Ok(result) => result,
            Err(mismatch) => {
                let detail = format!("{mismatch}. This is a bug of the provider; please report it.");
                diagnostics.error(mismatch.path, "Provider defect", detail);
                return None;
            }
        };
        if let (Value::Object(config), Value::Object(found), false) =
            (config, &result, diagnostics.has_errors())
        {
            let attributes = &entry.schema().attributes;
            let mut broken = rules::plan_is_valid(attributes, None, config, found);
            broken.extend(rules::is_settled(attributes, found));
            rules::report(broken, "result of the open", diagnostics);
        }
        Some(Opened {
            result,
            renew_at,
            private,
        })
    }

    /// The next time to renew, and the private bytes.
    pub async fn renew_ephemeral(
        &self,
        type_name: &str,
        private: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Option<(Option<SystemTime>, Private)> {
        let entry = self.registry().ephemeral_resource(type_name, diagnostics)?;
        let context = self.context(Operation::Read.timeout(None));
        Some(
            entry
                .part
                .renew(&context, Private::from_bytes(private), diagnostics)
                .await,
        )
    }

    pub async fn close_ephemeral(&self, type_name: &str, private: &[u8], diagnostics: &mut Diagnostics) {
        if let Some(entry) = self.registry().ephemeral_resource(type_name, diagnostics) {
            let context = self.context(Operation::Read.timeout(None));
            entry
                .part
                .close(&context, Private::from_bytes(private), diagnostics)
                .await;
        }
    }
}
